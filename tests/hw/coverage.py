#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Line coverage of the RTL, out of what the models wrote.

usage: tests/hw/coverage.py FOLDER [--least PERCENT] [--lines]

Prints covered and all lines of each file of hw/rtl and in total; with --lines the lines that nothing reached. A line counts
when Verilator put a counter on it in any model; it is covered when any counter on it grew in any run. Lines of an assertion are
left out: their failing branch must never be reached. Exit status: 0 as good as --least (95), 1 worse, 2 nothing was counted.
"""
import argparse
import collections
import os
import re
import sys

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def spans(text):
    """'3-5,9' as line numbers."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def read(folder):
    """{file: {line: count}} over all models and runs."""
    lines = collections.defaultdict(lambda: collections.defaultdict(int))
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="latin-1") as source:
            for row in source:
                found = re.match(r"C '(.*)' (\d+)$", row)
                if not found:
                    continue
                point = dict(item.split("\x02", 1) for item in found.group(1).split("\x01") if "\x02" in item)
                where = re.search(r"hw/rtl/(.*\.sv)$", point.get("f", ""))
                if not where or not point.get("page", "").startswith("v_line"):
                    continue
                for line in spans(point.get("S") or point["l"]):
                    lines[where.group(1)][line] += int(found.group(2))
    return lines


def asserted(path):
    """Lines that belong to an assertion, and blocks that a synthesis does not have."""
    out, inside = set(), False
    with open(path, encoding="utf-8") as source:
        for number, text in enumerate(source, 1):
            if re.match(r"`ifndef SYNTHESIS", text):
                inside = True
            elif inside and re.match(r"`(else|endif)", text):
                inside = False
            if inside or re.search(r"\bassert \(", text):
                out.add(number)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--least", type=float, default=95)
    parser.add_argument("--lines", action="store_true")
    options = parser.parse_args()
    lines = read(options.folder)
    total = reached = 0
    for name in sorted(lines):
        skip = asserted(os.path.join(SOURCE, "hw", "rtl", name))
        counted = {n: c for n, c in lines[name].items() if n not in skip}
        hit = sum(1 for c in counted.values() if c)
        total += len(counted)
        reached += hit
        if counted:
            print("%6.1f %% %4d of %4d  %s" % (100 * hit / len(counted), hit, len(counted), name))
        if options.lines and hit < len(counted):
            print("         not reached: " + ", ".join(str(n) for n in sorted(counted) if not counted[n]))
    if not total:
        print("coverage.py: nothing was counted in " + options.folder, file=sys.stderr)
        return 2
    percent = 100 * reached / total
    print("line coverage of the RTL = %.2f %% (%d of %d lines, %d files; target >= %g)" %
          (percent, reached, total, len(lines), options.least))
    return 0 if percent >= options.least else 1


sys.exit(main())
