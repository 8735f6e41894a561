#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compile hw/regs/flowcard.rdl into RTL package, C headers, dump tables and reference page.

generate.py          write what changed
generate.py --check  write nothing; name each stale file and exit 1
"""

import argparse
import sys
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

try:
    import systemrdl
except ImportError:
    print("generate.py: the Python package systemrdl-compiler is missing (hw/regs/requirements.txt)")
    sys.exit(77)

import export_c
import export_md
import export_sv
import export_table
from regmodel import Model

OUTPUTS = {
    "hw/rtl/fc_regs_pkg.sv": export_sv.export,
    "driver/include/flowcard/registers.h": export_c.export,
    "driver/include/flowcard/register_table.h": export_table.header,
    "driver/register_table.c": export_table.source,
    "docs/registers.md": export_md.export,
}


def canonical(model):
    """What driver and card must agree on: places, access and resets, not the words that explain them."""
    lines = []
    for enum, members in sorted(model.enums.items()):
        lines += [f"enum {enum} {m.name} {m.value}" for m in members]
    layouts = {**model.layouts, "map": model.registers}
    for layout, regs in sorted(layouts.items()):
        for reg in regs:
            dims = "".join(f" [{count} {stride}]" for count, stride in reg.dims)
            lines.append(f"{layout} {reg.dotted} {reg.offset}{dims}")
            lines += [
                f"  {f.name} {f.lsb} {f.width} {f.access} {f.reset} {f.encode} {f.words} {f.octets}"
                for f in reg.fields
            ]
    return "\n".join(lines) + "\n"


def load():
    try:
        model = Model(HERE / "flowcard.rdl")
    except systemrdl.RDLCompileError as error:
        sys.exit(f"generate.py: flowcard.rdl: {error}")
    model.hash = zlib.crc32(canonical(model).encode())
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="name stale files, change nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help="tree to write into or to check")
    args = parser.parse_args()
    model = load()
    stale = 0
    for name, export in OUTPUTS.items():
        path = args.root / name
        want = export(model)
        if path.exists() and path.read_text() == want:
            continue
        if args.check:
            print(f"stale: {name}")
            stale += 1
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(want)
        print(f"wrote: {name}")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
