# SPDX-License-Identifier: BSD-2-Clause
"""From RTL and one property module to a verdict: yosys writes a model, yosys-smtbmc with z3 or ABC judges it."""

import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RTL = ROOT / "hw" / "rtl"
HERE = Path(__file__).resolve().parent

# Yosys 0.23 does not read the failure action of an assertion; the assertion itself stays.
ACTION = re.compile(r"\)\s*else \$error\((?:[^()\"]|\"[^\"]*\"|\([^()]*\))*\);")


class FlowError(Exception):
    """The proof could not be carried out: that is neither proved nor refuted."""


def run(command, log, limit, cwd):
    """Run to the end or to the limit in seconds; the output stands in log, for a reader of a failure."""
    with open(log, "w", encoding="utf-8") as out:
        try:
            done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, timeout=limit, cwd=cwd, check=False)
        except subprocess.TimeoutExpired:
            raise FlowError(f"{command[0]} was not done in {limit:.0f} s, see {log}") from None
    return done.returncode, Path(log).read_text(encoding="utf-8", errors="replace")


def replace_once(text, edit):
    count = text.count(edit.old)
    if count != 1:
        raise FlowError(f"{edit.file}: the text to change stands there {count} times instead of once: {edit.old!r}")
    return text.replace(edit.old, edit.new)


def needed(texts, start):
    """Names of the design's files that the text of the property modules needs, directly or through others."""
    found, queue = set(), [start]
    while queue:
        code = re.sub(r"//.*", "", queue.pop())
        for word in set(re.findall(r"\bfc_\w+", code)):
            name = word + ".sv"
            if name in texts and name not in found:
                found.add(name)
                queue.append(texts[name])
    return found


def copy_sources(folder, proof, edits):
    """The design's files that the proof needs, in order, changed by the edits; then the property modules."""
    sources = [ROOT / line for line in (RTL / "files.f").read_text(encoding="utf-8").split()]
    texts = {source.name: source.read_text(encoding="utf-8") for source in sources}
    for edit in edits:
        if edit.file not in texts:
            raise FlowError(f"{edit.file}: not a file of the design")
        texts[edit.file] = replace_once(texts[edit.file], edit)
    own = {name: (HERE / name).read_text(encoding="utf-8") for name in proof.properties}
    names = needed(texts, "\n".join(own.values()))
    for edit in edits:
        if edit.file not in names:
            raise FlowError(f"{edit.file}: changed, but not part of {proof.top}")
    ordered = [name for name in texts if name in names]
    for name in ordered:
        (folder / name).write_text(ACTION.sub(");", texts[name]), encoding="utf-8")
    for name, text in own.items():
        (folder / name).write_text(text, encoding="utf-8")
    return ordered + list(own)


# What becomes of clocks and memories before a model is written. A model has one step a clock edge of one clock, or one
# a change of any input (clk2fflogic) where there are two clocks.
COMMON = """
{free}
read_verilog -sv -formal {sources}
hierarchy -check -top {top}
proc
flatten
{cut}
chformal -assume -early
opt_clean
memory -nomap
{clocks}
opt
"""
ONE_CLOCK = "async2sync"
TWO_CLOCKS = "memory_map\nclk2fflogic"
SMT2 = "memory_nordff\nsetundef -undriven -anyseq\nopt_clean\ndffunmap\ncheck -assert\nwrite_smt2 -wires model.smt2\n"
AIGER = ("memory_map\nopt_expr\nopt_clean\nsetundef -undriven -anyseq\ndffunmap\ntechmap\nsetundef -anyseq\naigmap\nopt_clean\n"
         "check -assert\ntee -q -o asserts.txt select -list t:$assert\nwrite_aiger -I -B -zinit -no-startoffset model.aig\n")


def build(folder, proof, edits, limit):
    """Write the model of a proof into folder: model.smt2 or model.aig, as its engine wants it."""
    sources = copy_sources(folder, proof, edits)
    # A block that is not looked into is read for its ports alone, and what it puts out is free in each step.
    packages = [name for name in sources if name.endswith("_pkg.sv")]
    inside = [name for name in sources if not proof.inside or name in proof.inside + proof.properties or name in packages]
    outside = [name for name in sources if name not in inside]
    free = f"read_verilog -sv -lib {' '.join(packages + outside)}" if outside else ""
    script = COMMON.format(sources=" ".join(inside), top=proof.top, free=free, cut="cutpoint t:*fc_*" if outside else "",
                           clocks=TWO_CLOCKS if proof.clocks == 2 else ONE_CLOCK)
    script += SMT2 if proof.engine == "z3" else AIGER
    (folder / "model.ys").write_text(script, encoding="utf-8")
    status, text = run(["yosys", "-q", "model.ys"], folder / "yosys.log", limit, folder)
    if status != 0:
        lines = [line for line in text.splitlines() if "ERROR" in line] or text.splitlines()[-1:]
        raise FlowError(f"yosys: {' '.join(lines)}")


def z3_bounded(folder, proof, depth, limit):
    """None when no step below depth breaks an assertion, else the step that does."""
    command = ["yosys-smtbmc", "-s", "z3", "--presat", "--noprogress", "-t", str(depth), "model.smt2"]
    _, text = run(command, folder / "bounded.log", limit, folder)
    if "Status: PASSED" in text:
        return None
    steps = re.findall(r"Checking assertions in step (\d+)", text)
    if "Status: FAILED" in text and "BMC failed" in text and steps:
        return int(steps[-1])
    raise FlowError(f"yosys-smtbmc: {text.strip().splitlines()[-1] if text.strip() else 'nothing printed'}")


def z3_induction(folder, proof, limit):
    """True when the assertions follow from themselves over `induction` steps."""
    command = ["yosys-smtbmc", "-s", "z3", "-i", "--noprogress", "-t", str(proof.induction), "model.smt2"]
    _, text = run(command, folder / "induction.log", limit, folder)
    if "Status: PASSED" in text:
        return True
    if "Status: FAILED" in text:
        return False
    raise FlowError(f"yosys-smtbmc: {text.strip().splitlines()[-1] if text.strip() else 'nothing printed'}")


def abc(folder, commands, name, limit):
    command = ["yosys-abc", "-c", "read_aiger model.aig; fold; strash; " + commands]
    _, text = run(command, folder / f"{name}.log", limit, folder)
    return text


def abc_bounded(folder, proof, depth, limit):
    # The clock edge at which an assertion is judged is one later than in the other flow: registers hold its operands.
    text = abc(folder, f"bmc3 -F {depth}", "bounded", limit)
    failed = re.search(r"Output (\d+) .*was asserted in frame (\d+)", text)
    if failed:
        asserts = (folder / "asserts.txt").read_text(encoding="utf-8").split()
        at = re.search(r"\$assert\$([^$]+)", asserts[int(failed.group(1))])
        return f"{failed.group(2)} by {at.group(1) if at else 'an assertion'}"
    if re.search(r"No output (was )?asserted in \d+ frames", text, re.I):
        return None
    raise FlowError(f"yosys-abc: {text.strip().splitlines()[-1] if text.strip() else 'nothing printed'}")


def abc_unbounded(folder, proof, limit):
    text = abc(folder, "orpos; scorr; pdr", "unbounded", limit)
    if "Property proved" in text:
        return True
    if "was asserted in frame" in text:
        return False
    raise FlowError(f"yosys-abc: {text.strip().splitlines()[-1] if text.strip() else 'nothing printed'}")


def prove(folder, proof, limit):
    """(verdict, seconds): 'proved', 'bounded N', or a sentence that says where it fails; the verdict is good or not."""
    start = time.monotonic()
    build(folder, proof, proof.edits, limit)
    bounded = z3_bounded if proof.engine == "z3" else abc_bounded
    good, verdict = True, "proved"
    if proof.mode == "unbounded" and proof.engine == "abc":
        good = abc_unbounded(folder, proof, limit)
        verdict = "proved" if good else "refuted by a counter-example"
    else:
        step = bounded(folder, proof, proof.depth, limit)
        if step is not None:
            good, verdict = False, f"refuted at step {step}"
        elif proof.mode == "bounded":
            verdict = f"bounded {proof.depth}"
        elif not z3_induction(folder, proof, limit):
            good, verdict = False, f"not inductive over {proof.induction} steps"
    return good, verdict, time.monotonic() - start


def refute(folder, proof, mutant, limit):
    """(step or None, seconds): where the assertions notice the changed line."""
    start = time.monotonic()
    build(folder, proof, proof.edits + (mutant,), limit)
    bounded = z3_bounded if proof.engine == "z3" else abc_bounded
    return bounded(folder, proof, proof.depth, limit), time.monotonic() - start
