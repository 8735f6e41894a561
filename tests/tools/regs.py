#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""flowcard-regs on saved dumps: every mode, its words and its exit status."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE, BUILD = Path(os.environ["FC_SOURCE"]), Path(os.environ["FC_BUILD"])
TOOL = BUILD / "tools/flowcard-regs"
HEADER = (SOURCE / "driver/include/flowcard/registers.h").read_text()
MAP_HASH = int(re.search(r"FC_MAP_HASH (0x\w+)u", HEADER)[1], 16)
checks = 0


def run(*args, expect):
    global checks
    done = subprocess.run([TOOL, *map(str, args)], capture_output=True, text=True, timeout=20)
    if done.returncode != expect:
        sys.exit(f"FAILED: flowcard-regs {args}: status {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
    checks += 1
    return done.stdout + done.stderr


def says(text, *words):
    global checks
    for word in words:
        if word not in text:
            sys.exit(f"FAILED: {word!r} is not in:\n{text}")
        checks += 1


def write(path, changes=(), time=1_700_000_000_000_000_000):
    """A card of one ring, one port, one monitor, in good health; `changes` on top."""
    regs = {0x00: 0x464C4F57, 0x04: 0x0101, 0x08: MAP_HASH, 0x0C: 1 << 24 | 1 << 16 | 1 << 8 | 12, 0x20: 1, 0x24: 0x35,
            0x28: 0, 0x30: 5, 0x40: 30, 0x44: 1_000_000, 0x48: 9, 0x50: 0xA5F1, 0x54: 0x17979CFE,
            0x208: 0xE01, 0x214: 100, 0x218: 120, 0x21C: 0}  # fmt: skip
    for place, value in zip(range(0x800, 0x840, 8), (50, 7000, 40, 6000, 10, 1000, 0, 0)):
        regs |= {place: value, place + 4: 0}
    regs |= dict(changes)
    lines = ["flowcard-dump 1", "where test", f"time {time}", f"map 0x{MAP_HASH:08x}", "latch none"]
    lines += [f"reg 0x{o:04x} 0x{v:08x}" for o, v in sorted(regs.items())]
    path.write_text("\n".join([*lines, f"end {len(regs)} 0"]) + "\n")
    return path


def main():
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        good = write(here / "good")
        later = write(here / "later", {0x218: 121, 0x800: 51, 0x810: 41, 0x30: 6, 0x50: 0xB5F1}, 1_700_000_001_000_000_000)
        says(run(good, expect=0), "RING[0].CONTROL", "size_log2=14 (log2 records)", "latch 5", "50 packets")
        says(run("--filter", "LEDGER[0].sel*", good, expect=0), "selected_bytes")
        says(run("--filter", "nothing", good, expect=3), "no register")
        says(run("--raw", "-f", "RING*", good, expect=0), "0x0218 0x00000078\n")
        says(run("--describe", "-f", "EPOCH_SHIFT", good, expect=0), "Length of an epoch.")
        value = json.loads(run("--json", good, expect=0))
        assert value["registers"]["RING[0].CONTROL"]["fields"]["size_log2"] == 14, value
        assert value["registers"]["LEDGER[0].selected_packets"] == {"offset": 0x800, "value": 50, "unit": "packets"}
        run("--save", here / "copy", good, expect=0)
        says(run("--diff", good, here / "copy", expect=0))
        says(run("--diff", good, later, expect=1), "- 0x0218 RING[0].PRODUCER", "+ 0x0218 RING[0].PRODUCER", "+1")
        says(run("--check", good, expect=0), "ok: test: 0 findings")
        says(run("--check", good, later, expect=0), "ok: ")
        says(run("--check", write(here / "full", {0x214: 0x80000000 + 120 - 16384 & 0x7FFFFFFF}), expect=2), "ring 0 is full")
        says(run("--check", write(here / "slow", {0x28: 0x80}), expect=1), "epoch_late")
        says(run("--check", write(here / "other", {0x08: 1}), expect=3), "register map")
        says(run(write(here / "other", {0x08: 1}), expect=0), "names and fields may be wrong")
        says(run("--check", good, write(here / "stop", {0x30: 6}, 1_700_000_002_000_000_000), expect=1), "card time stands still")
        says(run("--watch=0.01", "--count", "2", good, expect=0), "  0x0218 RING[0].PRODUCER")
        (here / "cut").write_text(good.read_text()[:-20])
        says(run(here / "cut", expect=3), "cut: line ")
        says(run("--latch", good, expect=3), "cannot be latched")
        says(run("--snapshot", good, expect=3), "ask the daemon")
        says(run(here / "missing.dump", expect=3), "missing.dump")
        says(run("--control", here / "none", "slot:7", expect=3), "No such file")
        run(expect=3)
        run("--watch=soon", good, expect=3)
        run("--help", expect=0)
    print(f"{checks} checks")


if __name__ == "__main__":
    main()
