#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Synthetic traffic through flowcard-replay equals a small meter of the tests' own; needs nothing from outside."""
import os
import subprocess
import tempfile

from meter import meter
from replay import GEN, fail, replay

MIXES = [("web", 2000, 20000), ("scan", 6000, 6000), ("elephants", 50, 20000), ("v6", 500, 5000)]
OPTIONS = [["--entries", "4096"], ["--entries", "64", "--stall", "30"], ["--entries", "512", "--epoch", "0.07"]]


def main():
    compared = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed, (mix, flows, packets) in enumerate(MIXES, 1):
            path = os.path.join(folder, mix + ".pcap")
            subprocess.run([GEN, "--mix", mix, "--flows", str(flows), "--packets", str(packets), "--seconds", "5",
                            "--seed", str(seed), path], check=True, stdout=subprocess.DEVNULL)
            rows, seen, other = meter(path)
            for options in OPTIONS:
                result = replay(path, "--timeouts", "none", "--seed", str(seed), *options)
                what = "%s %s seed %d" % (mix, " ".join(options), seed)
                if result.status != 0:
                    fail("%s: status %d: %s" % (what, result.status, result.stderr))
                if sorted(result.rows) != sorted(rows):
                    fail("%s: rows differ (%d here, %d there)" % (what, len(result.rows), len(rows)))
                if (result.counters["frames"], sum(result.counters["nonip"].values())) != (seen, other):
                    fail("%s: %d frames, %d without IP wanted: %r" % (what, seen, other, result.counters))
                compared += len(rows)
    print("%d flows compared" % compared)
    if not compared:
        fail("nothing compared")


main()
