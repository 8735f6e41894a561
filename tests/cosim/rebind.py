#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Flow monitors are rebound at random on a running card that is being fed on two ports, four rings: ledgers exact, nothing
refused, nothing lost; the monitor that stays meters every packet exactly once. --seeds N: so many runs."""
import os
import re
import subprocess
import sys
import tempfile

from replay import BUILD, GEN, fail
from sim_run import Sim

CLIENT = os.path.join(BUILD, "tests", "cosim", "rebind_client")
PACKETS, SECONDS = 12000, 6


def made(folder, seed):
    path = os.path.join(folder, "made%d.pcap" % seed)
    subprocess.run([GEN, "--mix", "web", "--flows", "1500", "--packets", str(PACKETS), "--seconds", str(SECONDS), "--seed",
                    str(seed), path], check=True, stdout=subprocess.DEVNULL)
    return path


def once(folder, seed):
    feeds = ["%d=pcap:%s,speed=1" % (port, made(folder, 2 * seed + port)) for port in (0, 1)]
    with Sim("--ports", "2", "--rings", "4", "--seed", str(seed), "--stall", "10", "--port", feeds[0], "--port", feeds[1]) as sim:
        done = subprocess.run([CLIENT, sim.socket, str(seed), str(2 * PACKETS)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=200)
    print("seed %d: %s" % (seed, done.stdout.strip().split("\n")[-1]))
    if done.returncode:
        fail("seed %d: status %d\n%s" % (seed, done.returncode, done.stdout))
    return int(re.search(r"plans=(\d+)", done.stdout).group(1))


def main():
    seeds = int(sys.argv[sys.argv.index("--seeds") + 1]) if "--seeds" in sys.argv else 1
    with tempfile.TemporaryDirectory() as folder:
        plans = sum(once(folder, seed) for seed in range(1, seeds + 1))
    print("%d plans brought onto a running card" % plans)


main()
