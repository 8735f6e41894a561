#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The command line: refusals name the option, sizes and seeds do what they say, a waveform is written in its window."""
import os
import subprocess
import tempfile

from pcap_writer import Capture, udp
from replay import REPLAY, fail, replay

REFUSED = [["--protocol", "v7"], ["--export", "tcp:localhost:1"], ["--export", "udp:localhost"], ["--timeouts", "5"],
           ["--timeouts", "0,1"], ["--timeouts", "a,b"], ["--timeouts", "1e-10,1"], ["--rate", "0"], ["--live-flows", "3"],
           ["--epoch", "0"], ["--epoch", "1e9"], ["--entries", "100"], ["--seed", "x"], ["--stall", "96"], ["--stall", "-1"], ["--trace", "f:9:3"], ["--nonsense"]]


def main():
    checks = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "small.pcap")
        capture = Capture(path)
        for n in range(300):
            capture.frame(10**18 + n * 10**6, udp("10.0.0.%d" % (n % 200), "10.1.0.1", n, 80, n))
        capture.close()
        for words in REFUSED:
            done = subprocess.run([REPLAY, *words, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if done.returncode != 2 or words[0].lstrip("-") not in done.stderr:
                fail("%r: status %d, %s" % (words, done.returncode, done.stderr))
            checks += 1
        base = replay(path, "--timeouts", "none", "--seed", "1")
        if base.status or len(base.rows) != 300:
            fail("base run: %d, %s" % (base.status, base.stderr))
        for options in (["--entries", "64"], ["--entries", "512"], ["--seed", "99"], ["--stall", "60"], [],
                        ["--epoch", "1.1e-6"]):
            again = replay(path, "--timeouts", "none", *options)
            if again.status or again.rows != base.rows:
                fail("%r: other flows than the base run" % options)
            checks += 1
        few = replay(path, "--timeouts", "none", "--live-flows", "64")
        if few.status or sum(int(r[8]) for r in few.rows) != 300 or few.counters["ledger"]["aged_early"] != 300 - 64:
            fail("64 live flows: %d, %s, %r" % (few.status, few.stderr, few.counters["ledger"]))
        wave = os.path.join(folder, "wave.fst")
        traced = replay(path, "--timeouts", "none", "--entries", "64", "--trace", wave + ":100:2000")
        if traced.status or traced.rows != base.rows or os.path.getsize(wave) < 1000:
            fail("trace: %d, %s" % (traced.status, traced.stderr))
        nowhere = replay(path, "--export", "udp:no-such-host.invalid:2055")
        if nowhere.status == 0 or "does not resolve" not in nowhere.stderr:
            fail("unresolvable host: %d, %s" % (nowhere.status, nowhere.stderr))
        unwritable = replay(path, "--csv", os.path.join(folder, "no", "such.csv"))
        if unwritable.status == 0 or "such.csv" not in unwritable.stderr:
            fail("unwritable CSV: %d, %s" % (unwritable.status, unwritable.stderr))
    print("%d checks" % (checks + 4))


main()
