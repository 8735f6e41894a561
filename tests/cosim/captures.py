#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every real capture through flowcard-replay equals the oracle: rows and verdict counters.

--pressure: the smallest cache, so that thousands of deltas are evicted, AXI stalls at 30 %, three seeds: the same flows.
"""
import os
import sys

from replay import REPLAY, SHARED, differences, fail, judge, oracle_module, replay, skip


def captures():
    folder = os.path.join(SHARED, "captures")
    if not os.path.isdir(folder):
        skip("no real captures here")
    return [os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.endswith((".pcap", ".pcapng"))]


def variants(pressure):
    if not pressure:
        return [()]
    return [("--entries", "64", "--stall", "30", "--seed", str(seed)) for seed in (1, 2, 3)]


def main():
    pressure = "--pressure" in sys.argv
    oracle = oracle_module()
    checked = wrong = evictions = 0
    for path in captures():
        rows, counters = judge(oracle, path)
        for options in variants(pressure):
            result = replay(path, "--timeouts", "none", *options)
            found = differences(result, rows, counters) if result.counters else ["no counters: " + result.stderr]
            if result.status != 0:
                found.append("exit status %d: %s" % (result.status, result.stderr.strip()))
            checked += len(rows)
            if result.counters:
                evictions += result.counters["ledger"]["records"]["evict"]
            for line in found:
                wrong += 1
                print("%s %s: %s" % (os.path.basename(path), " ".join(options), line))
    print("%s: %d flows compared, %d evictions, %d differences" % (os.path.basename(REPLAY), checked, evictions, wrong))
    if not checked or wrong:
        fail("flows compared: %d, differences: %d" % (checked, wrong))
    if pressure and evictions < 3000:
        fail("only %d evictions: the cache was not under pressure" % evictions)


main()
