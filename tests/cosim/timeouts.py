#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Timeouts are exact to one epoch, in card time, on a capture whose gaps are known.

A clock flow ticks the epochs. Every other flow sends one packet, is silent for a known gap, and sends another.
Gap below the inactive timeout: one record. Gap above it by more than an epoch: two. A flow that never pauses is cut
by the active timeout: each piece lasts at least the timeout less one packet interval, at most the timeout and an epoch.
"""
import os
import random
import tempfile

from pcap_writer import Capture, udp
from replay import fail, replay

SECOND = 10**9
EPOCH = 2**26            # --epoch 0.067
INACTIVE, ACTIVE = 2 * SECOND, 5 * SECOND
INTERVAL = 10_000_000    # clock flow and steady flow: one packet each 10 ms
START = 1_700_000_000 * SECOND


def schedule(seed):
    """[(gap in ns, records wanted)] for the pausing flows."""
    rng = random.Random(seed)
    short = [INACTIVE - rng.randrange(1, INACTIVE) for _ in range(40)] + [INACTIVE - 1]
    long = [INACTIVE + EPOCH + rng.randrange(INTERVAL, SECOND) for _ in range(40)] + [INACTIVE + EPOCH + INTERVAL]
    return [(gap, 1) for gap in short] + [(gap, 2) for gap in long]


def write(path, pauses, seconds, rng):
    frames = []
    for n in range(seconds * SECOND // INTERVAL):
        when = START + n * INTERVAL
        frames.append((when, udp("10.9.9.9", "10.9.9.1", 9, 9)))
        frames.append((when + 1, udp("2001:db8::1", "2001:db8::2", 7, 7, 100)))
    for number, (gap, _) in enumerate(pauses):
        first = START + SECOND + rng.randrange(SECOND // 2)
        data = udp("10.0.%d.%d" % divmod(number, 250), "10.1.1.1", 1000 + number, 53, number)
        frames += [(first, data), (first + gap, data)]
    capture = Capture(path)
    for when, data in sorted(frames, key=lambda f: f[0]):
        capture.frame(when, data)
    capture.close()
    return len(frames)


def check_pauses(rows, pauses):
    wrong = 0
    for number, (gap, wanted) in enumerate(pauses):
        found = [r for r in rows if r[1] == "10.0.%d.%d" % divmod(number, 250)]
        if len(found) != wanted or sum(int(r[8]) for r in found) != 2:
            wrong += 1
            print("gap %.6f s: %d records, wanted %d" % (gap / SECOND, len(found), wanted))
    return wrong


def check_active(rows, seconds):
    """The clock and the steady flow are cut every ACTIVE seconds."""
    wrong = checked = 0
    for address in ("10.9.9.9", "2001:db8::1"):
        pieces = sorted((int(r[10]), int(r[11])) for r in rows if r[1] == address)
        for first, last in pieces[:-1]:
            checked += 1
            if not ACTIVE - INTERVAL - EPOCH <= last - first <= ACTIVE + EPOCH:
                wrong += 1
                print("%s: a piece of %.3f s" % (address, (last - first) / SECOND))
        low, high = seconds * SECOND // (ACTIVE + EPOCH), seconds * SECOND // ACTIVE + 1
        if not low <= len(pieces) <= high:
            wrong += 1
            print("%s: %d pieces, wanted %d..%d" % (address, len(pieces), low, high))
    return checked, wrong


def main():
    seconds = 12
    for seed in (1, 2):
        pauses = schedule(seed)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "gaps.pcap")
            frames = write(path, pauses, seconds, random.Random(seed))
            result = replay(path, "--timeouts", "%d,%d" % (ACTIVE // SECOND, INACTIVE // SECOND),
                            "--epoch", str(EPOCH / SECOND), "--seed", str(seed))
        if result.status != 0:
            fail(result.stderr)
        if sum(int(r[8]) for r in result.rows) != frames:
            fail("packets: %d in, %d out" % (frames, sum(int(r[8]) for r in result.rows)))
        wrong = check_pauses(result.rows, pauses)
        checked, more = check_active(result.rows, seconds)
        print("seed %d: %d gaps, %d active pieces checked" % (seed, len(pauses), checked))
        if wrong + more or not checked:
            fail("%d wrong" % (wrong + more))


main()
