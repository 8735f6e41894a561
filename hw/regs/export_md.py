# SPDX-License-Identifier: BSD-2-Clause
"""docs/registers.md: the reference page."""

from regmodel import ENUMS, HALF_WORDS, RECORDS, VECTOR
from export_table import dotted

HEAD = """\
<!-- SPDX-License-Identifier: BSD-2-Clause -->
<!-- Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit. -->
# Registers, records, field vector

All numbers are little-endian. Registers are 32 bits wide; reading has no side effects. A write to an offset that is not
listed, to a read-only register, or to an array element that this build does not have, changes nothing and sets
`FAULT.bad_address`; a write to a register that is locked at the moment changes nothing and sets `FAULT.wrong_state`.

Access: **ro** read only; **rw** read and write; **wo** write only, reads 0; **w1c** write 1 to clear; **pulse** write 1 to
start something, reads 0.
"""
TITLES = {
    VECTOR: "Field vector (68 octets)",
    "fc_record": "Flow and snapshot record (128 octets)",
    "fc_barrier": "Barrier record",
    "fc_ledger": "Ledger record",
}


def bits(lsb, width):
    return str(lsb) if width == 1 else f"{lsb + width - 1}:{lsb}"


def place(reg):
    terms = "".join(f" + 0x{stride:x}*{i}" for (_, stride), i in zip(reg.dims, "ij"))
    return f"0x{reg.offset:04x}{terms}"


def summary(model):
    out = ["\n## Map\n\n| offset | register | elements | what |\n|---|---|---|---|\n"]
    for r in model.registers:
        count = " x ".join(str(c) for c, _ in r.dims)
        out.append(f"| `{place(r)}` | `{dotted(r)}` | {count} | {r.desc or r.fields[0].desc} |\n")
    return out


def details(model):
    out = ["\n## Fields\n"]
    for r in model.registers:
        if len(r.path) > 1 and r.path[-2].islower():
            continue  # halves of counters have one field, all of it
        reset = sum(f.reset << f.lsb for f in r.fields)
        out.append(f"\n### {dotted(r)} (`{place(r)}`)\n{r.desc} Reset: `0x{reset:08x}`.\n\n")
        out.append("| bits | field | access | reset | what |\n|---|---|---|---|---|\n")
        for f in sorted(r.fields, key=lambda f: f.lsb):
            out.append(f"| {bits(f.lsb, f.width)} | `{f.name}` | {f.access} | 0x{f.reset:x} | {f.desc} |\n")
    return out


def enums(model):
    out = []
    for enum in ENUMS:
        out.append(f"\n## Enumeration `{enum}`\n\n| value | name | what |\n|---|---|---|\n")
        out += [f"| {m.value} | `{m.name}` | {m.desc} |\n" for m in model.enums[enum]]
    return out


def layout(model, name):
    out = [f"\n## {TITLES[name]}\n\n| octet | word | bits | field | encoding | what |\n|---|---|---|---|---|---|\n"]
    for v in model.values(name):
        octet = 4 * v.word + v.lsb // 8
        if v.octets:
            span, how = f"{v.octets} octets", "octet string"
        else:
            span, how = bits(v.lsb, v.width), f"`{v.encode}`" if v.encode else "number"
        out.append(f"| {octet} | {v.word} | {span} | `{v.name}` | {how} | {v.desc} |\n")
    if name == "fc_record":
        out.append(
            "\nThe field vector stands in words 2..14 (vector words 0..12) and 16..19 (vector words 13..16). Words"
            f" {HALF_WORDS - 1} and {2 * HALF_WORDS - 1} are the trailers of the two halves.\n"
        )
    return out


def export(model):
    out = [HEAD, f"\nMap hash: `0x{model.hash:08x}`\n"]
    out += summary(model) + details(model) + enums(model)
    for name in [VECTOR, *RECORDS]:
        out += layout(model, name)
    return "".join(out)
