#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""demo.py [CAPTURE]: what tools/demo-ha shows: a pair, traffic, the active unit killed, and the collector's view of it."""
import shutil
import sys
import tempfile
import time

import capture_file
import judge
import rounds
from kills import fencing
from namespaces import Net, require
from units import PORTS, Pair, Settings, made

BEFORE_S, AFTER_S = 4, 4
RATE = 1000


def heading(text):
    print(f"\n==== {text}", flush=True)


def states(pair):
    for number, unit in pair.units.items():
        if not unit.running():
            print(f"unit {number}: flowcardd is not running")
            continue
        print(f"unit{number}# show redundancy states\n{unit.text('show redundancy states').rstrip()}")


def play(pair, active, standby):
    heading(f"traffic: {RATE} packets/s into the card of unit {active.number}, for {BEFORE_S} s; then kill -9 of its flowcardd")
    pair.feed(f"to {active.number}")
    pair.feed("start")
    time.sleep(BEFORE_S)
    when = time.monotonic_ns()
    active.kill()
    rounds.settled(pair, rounds.KINDS["kill"], active, standby)
    time.sleep(AFTER_S)
    pair.feed("stop")
    slot = pair.settings.slots[0]
    fed = pair.fed()
    dead, alive = (fed[unit.number, slot] for unit in (active, standby))
    missing = pair.settle()
    if missing:
        print(f"demo-ha: this machine lost {missing} frames before the cards; what they were fed is not known")
    rounds.end_flows(pair, standby, set(), {slot: (dead, alive)})
    return when, dead, alive


def judged(pair, active, standby, when, dead, alive):
    """Print the collector's view; return what is wrong with it."""
    findings = list(pair.streams.findings())
    row = "{:34} {:>10} {:>14}".format
    heading("what the cards were fed, and what the collector has")
    print(row("", "packets", "octets"))
    for text, part in ((f"fed to unit {active.number}, until it was killed", [f for f in dead if f.when <= when]),
                       (f"fed to unit {active.number}, dead already", [f for f in dead if f.when > when]),
                       (f"fed to unit {standby.number}", alive)):
        print(row(text, len(part), sum(f.octets for f in part)))
    for name in pair.settings.protocols:
        reported = pair.streams.reported(PORTS[name])
        lost, wrong = judge.lost(reported, dead, alive)
        print(row(f"collector, {name}", sum(reported[0].values()), sum(reported[1].values())))
        late = sum(f.when > when for f in dead[len(dead) - lost:])
        print(row("  lost", lost, sum(f.octets for f in dead[len(dead) - lost:])) +
              f"   {lost - late} metered after the last commit, {late} came to a dead unit")
        findings += wrong
    return findings


def took(pair, standby, when):
    first = [d.when for d in pair.taken_since(when) if d.unit == standby.number]
    if first:
        print(f"takeover: first datagram of unit {standby.number} {(first[0] - when) / 1e6:.0f} ms after the kill")
    print(f"sequence: {pair.streams.taken} datagrams of {len(pair.streams.streams)} exporters, {pair.streams.duplicates()} came twice bit for bit")


def show(pair):
    for unit in pair.units.values():
        unit.insert_cards()
        unit.start()
    active, standby = rounds.await_hot(pair)
    heading("two units")
    states(pair)
    when, dead, alive = play(pair, active, standby)
    heading(f"unit {standby.number} has taken over")
    states(pair)
    findings = judged(pair, active, standby, when, dead, alive)
    took(pair, standby, when)
    if findings:
        print("demo-ha: " + "\ndemo-ha: ".join(findings))
        return 1
    print("demo-ha: no gap, no number with two contents; every flow is exact up to the last commit, and from the takeover on")
    active.start()
    rounds.await_hot(pair)
    heading(f"unit {active.number} was started again")
    states(pair)
    return 0


def main():
    require()
    folder = tempfile.mkdtemp(prefix="flowcard-pair-")
    try:
        captures = sys.argv[1:] or [made(folder, 1, flows=500, packets=5000)]
        left_out = sum(capture_file.load(path)[1] for path in captures)
        if left_out:
            print(f"demo-ha: {left_out} frames of the capture are left out (cut at capture, or no Ethernet)")
        settings = Settings(fencing=fencing("file", folder), epoch_log2=30)
        with Net(relayed=False) as net, Pair(net, folder, settings, captures, rate=RATE) as pair:
            return show(pair)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
