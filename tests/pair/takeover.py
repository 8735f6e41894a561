#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""takeover.py [--times N]: how long a takeover takes, as the collector sees it; and the gap of a planned switchover. A line a figure.

From kill -9 (the connection closes), or SIGSTOP (only heartbeats stop, as when power fails), to the first datagram of the other unit.
No card is modelled beside it; the planned switchover has both cards, and a record for every packet.
"""
import argparse
import shutil
import statistics
import tempfile
import time

import rounds
from kills import fencing
from namespaces import Net, require
from units import Pair, Settings, made, wait_for

EPOCH_LOG2 = 30


def once(pair, how):
    """Milliseconds from what happens to the active unit to the first datagram of the other."""
    active, standby = rounds.await_hot(pair)
    time.sleep(pair.random.uniform(0.05, 0.4))
    pair.take()
    when = time.monotonic_ns()
    how(active)
    first = wait_for(lambda: [d.when for d in pair.taken_since(when) if d.unit == standby.number], "a datagram of the other unit", 15)[0]
    if active.stopped:
        active.resume()
    else:
        active.start()
    return (first - when) / 1e6


def figures(times, settings, how):
    folder = tempfile.mkdtemp(prefix="flowcard-pair-")
    try:
        settings.fencing = fencing("file", folder)
        with Net(relayed=False) as net, Pair(net, folder, settings, [made(folder, 1)]) as pair:
            for unit in pair.units.values():
                unit.start()
            found = [once(pair, how) for _ in range(times)]
            findings = pair.streams.findings()
            if findings:
                raise RuntimeError("; ".join(findings[:3]))
            return found
    finally:
        shutil.rmtree(folder)


def gap(times):
    """(longest pause between datagrams before, and around a planned switchover in ms; packets lost, datagrams twice), the worst of
    `times`. A record leaves with its epoch, so the pause is an epoch when nothing happens."""
    folder = tempfile.mkdtemp(prefix="flowcard-pair-")
    usual, worst, lost, twice = 0.0, 0.0, 0, 0
    try:
        settings = Settings(fencing=fencing("file", folder), protocols=("ipfix",), epoch_log2=EPOCH_LOG2, cache="immediate")
        with Net(relayed=False) as net, Pair(net, folder, settings, [made(folder, 1)], rate=200) as pair:
            for unit in pair.units.values():
                unit.insert_cards()
                unit.start()
            for _ in range(times):
                active, standby = rounds.await_hot(pair)
                marks, doubled = pair.streams.marks(), pair.streams.duplicates()
                pair.feed(f"to {active.number}")
                pair.feed("start")
                time.sleep(3)
                when = time.monotonic_ns()
                active.text("redundancy force-switchover")
                rounds.settled(pair, rounds.KINDS["switch"], active, standby)
                time.sleep(3)
                pair.feed("stop")
                result = rounds.Result(rounds.KINDS["switch"], active)
                result.moved = True
                parts = rounds.split(pair, result, standby, pair.fed())
                pair.settle()
                rounds.end_flows(pair, standby, marks, parts)
                rounds.account(pair, result, parts, marks, when)
                stamps = [d.when for d in pair.taken_since(when - 25 * 10**8) if d.when < when + 3 * 10**9 and len(d.payload) > 200]
                pauses = [((b - a) / 1e6, b <= when) for a, b in zip(stamps, stamps[1:])]
                usual = max([usual] + [p for p, before in pauses if before])
                worst = max([worst] + [p for p, before in pauses if not before])
                lost, twice = lost + result.lost, twice + pair.streams.duplicates() - doubled
    finally:
        shutil.rmtree(folder)
    return usual, worst, lost, twice


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    options = parser.parse_args()
    require()
    hows = (("kill", lambda unit: unit.kill()), ("silent", lambda unit: unit.stop()))
    for name, heartbeat, target in (("default", "", 250), ("10ms", "10 misses 3", 50)):
        for how, act in hows:
            found = figures(options.times, Settings(heartbeat=heartbeat), act)
            late = ", MISSED" if max(found) > target else ""
            print(f"ha_takeover_{name}_{how} = {statistics.median(found):.1f} ms (worst {max(found):.1f} of {len(found)}; target <= {target}{late})",
                  flush=True)
    usual, worst, lost, twice = gap(max(1, options.times // 3))
    epoch = (1 << EPOCH_LOG2) / 1e6
    print(f"ha_switchover_gap = {worst:.0f} ms (an epoch is {epoch:.0f} ms, the pause before it {usual:.0f} ms; {lost} packets lost, {twice} datagrams twice; target <= 1 epoch, 0, 0"
          f"{', MISSED' if worst > max(epoch, usual) or lost or twice else ''})")


if __name__ == "__main__":
    main()
