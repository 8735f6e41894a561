#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""changes.py [CHANGES [SEED]]: a unit is reconfigured at random while its cards meter traffic.

random_changes (tests/daemon/random_changes.c) types the lines and compares running configuration, brokers and the
registers of the cards. Here the packets are counted: whatever the cards selected, the host has merged, to the packet.
"""
import os
import subprocess
import sys
import tempfile

from unit import BUILD, Card, Daemon, card, collectors, fail, wait_for

SLOTS = [7, 3]


def check(condition, what):
    if not condition:
        fail(what)


def balanced(state):
    """Everything that a card selected is emitted or resident; what was emitted is merged."""
    for row in state["ledgers"]:
        check(int(row["unaccounted_packets"]) == 0 and row["balanced"], f"ledger {row}")
    for ring in state["rings"]:
        for name in ("damaged", "ledger_mismatches", "ledger_unbalanced", "refused_records", "lost_packets"):
            check(int(ring[name]) == 0, f"{name}: {ring}")
    return int(state["merged_packets"])


def main():
    changes = sys.argv[1] if len(sys.argv) > 1 else "600"
    seed = sys.argv[2] if len(sys.argv) > 2 else "20261123"
    folder = tempfile.mkdtemp(prefix="changes")
    processes = []
    try:
        nfcapd = collectors.start_nfcapd(tempfile.mkdtemp(dir=folder))
        processes.append(nfcapd)
        cards = [Card(folder, s, "--entries", "512", "--ports", "2", "--rings", "4", "--port", "0=gen:web,seed=%d,loop,speed=1" % s, "--port",
                      "1=gen:web,seed=%d,loop,speed=1" % (s + 1)) for s in SLOTS]
        processes += cards
        daemon = Daemon(folder, "".join(f"card {c.slot}\n transport vfio-user {c.socket}\n ring size-log2 14\n" for c in cards))
        processes.append(daemon)
        for c in cards:
            daemon.await_card(c.slot, "present", lambda s: s["state"] == "present")
        done = subprocess.run([os.path.join(BUILD, "tests", "daemon", "random_changes"), daemon.control, seed, changes,
                               str(nfcapd.port), *map(str, SLOTS)], capture_output=True, text=True, timeout=3000)
        print("seed", seed, done.stdout, done.stderr)
        if done.returncode:
            fail(done.stderr + daemon.text())
        merged = [balanced(daemon.card(c.slot)) for c in cards]
        print("merged packets", merged)
        check(min(merged) > 0, "no traffic was metered")
        check(daemon.end() == 0, "flowcardd's exit status")
    finally:
        for p in reversed(processes):
            p.kill() if hasattr(p, "kill") else p.stop()


if __name__ == "__main__":
    main()
