#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""harness_test.py [CAPTURE...]: the harness itself: two units that are no pair, fed at once and one after the other, to the packet; the relay under TCP and UDP."""
import sys
import tempfile
import time

import judge
from namespaces import Net, require
from units import Pair, Process, Settings, fail, made, wait_for

TALK = """
import socket, sys
side, many = sys.argv[1], 200
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("", 5000))
if side == "near":
    l = socket.create_server(("", 5000))
    print("ready", flush=True)
    c, _ = l.accept()
    data = b""
    while len(data) < 3000000:
        data += c.recv(65536) or sys.exit("cut short")
    print("octets", len(data), hash(data) == hash(bytes(range(250)) * 12000), flush=True)
    u.settimeout(1)
    got = []
    try:
        while True:
            got.append(int(u.recv(100)))
    except TimeoutError:
        print("datagrams", len(got), got == sorted(got), flush=True)
else:
    c = socket.create_connection(("10.9.0.1", 5000), 10)
    c.sendall(bytes(range(250)) * 12000)
    for n in range(many):
        u.sendto(b"%d" % n, ("10.9.1.1", 5000))
    print("done", flush=True)
    c.recv(1)
"""


def talk(pair, name):
    """3 MB over TCP and 200 datagrams from unit 2 to unit 1; what unit 1 says of it."""
    near = pair.keep(Process(pair.folder, name + "near", [*pair.net.of_unit(1), sys.executable, "-c", TALK, "near"]))
    near.await_text("ready")
    pair.keep(Process(pair.folder, name + "far", [*pair.net.of_unit(2), sys.executable, "-c", TALK, "far"]))
    near.await_text("datagrams", 30)
    return dict(line.split(" ", 1) for line in near.text().splitlines()[1:])


def relay_carries(pair):
    said = talk(pair, "good")
    if said["octets"] != "3000000 True" or said["datagrams"].split()[0] != "200":  # a kernel of two processors may swap two
        fail(f"a relay that was told nothing lost something: {said}")
    pair.relay("set peer delay=1 jitter=1 loss=1 reorder=2")
    pair.relay("set hb1 loss=30 reorder=20")
    said = talk(pair, "bad")
    count, ordered = said["datagrams"].split()
    if said["octets"] != "3000000 True" or not 100 < int(count) < 180 or ordered != "False":
        fail(f"a bad relay: {said}")
    pair.relay("cut all")
    pair.relay("heal all")
    pair.relay("set all delay=0 jitter=0 loss=0 reorder=0")
    print(f"relay: 3000000 octets over TCP whole; {count} of 200 datagrams")


def flush(pair, unit):
    for monitor in pair.settings.monitors():
        unit.ask(f"clear flow monitor {monitor} force-export")


def fed_and_reported(pair):
    pair.feed("start")
    for where in ("1", "both", "2", "both"):
        pair.feed("to " + where)
        time.sleep(0.5)
    pair.feed("stop")
    pair.settle()
    fed = {unit: frames for (unit, _), frames in pair.fed().items()}
    for number, unit in pair.units.items():
        count = len(fed[number])
        wait_for(lambda u=unit, c=count: u.selected() >= c, f"{count} packets metered", 20)
        flush(pair, unit)
    pair.quiet()
    for number, frames in fed.items():
        if len(frames) < 300:
            fail(f"only {len(frames)} frames were fed")
        for name in pair.settings.protocols:
            mine = [f for f in frames if name != "netflow-v5" or f.key[0] == 4]
            reported = pair.streams.reported(pair.settings.ports[name], unit=number)
            wrong = judge.differing(reported, judge.sums(mine))
            if wrong:
                fail(f"unit {number}, {name}: {wrong}")
            print(f"unit {number}, {name}: {sum(reported[0].values())} packets of {len(reported[0])} flows, as fed")
    if pair.streams.findings():
        fail("; ".join(pair.streams.findings()))


def one_wire(pair):
    """Both cards hear one wire: two units that know nothing of each other export the same records, times and all."""
    pair.feed("to 1")
    pair.feed("start")
    time.sleep(1)
    pair.feed("stop")
    pair.settle()
    count = sum(len(frames) for (unit, _), frames in pair.fed().items() if unit == 1)
    for unit in pair.units.values():
        wait_for(lambda u=unit: u.selected() >= count, f"{count} packets metered", 20)
        flush(pair, unit)
    pair.quiet()
    records = {}
    for place, stream in pair.streams.streams.items():
        flows = [f for _, _, message in stream.seen.values() for f in message.flows]
        records[place[4]] = sorted(sorted(f.values.items()) for f in flows)
    if len(records) != 2 or records[1] != records[2] or not records[1]:
        fail(f"one wire, but other records: {[r for r in records[1] if r not in records[2]][:2]} {[r for r in records[2] if r not in records[1]][:2]}")
    print(f"one wire: {count} packets, {len(records[1])} records, equal to the last octet")


def start(pair):
    for unit in pair.units.values():
        unit.insert_cards()
        unit.start()
    for unit in pair.units.values():
        wait_for(lambda u=unit: u.card_row()["state"] == "present", "card up", 30)


def two_units(folder, net):
    settings = Settings(mode="none", protocols=("ipfix", "netflow-v9", "netflow-v5"), options=True)
    with Pair(net, folder, settings, sys.argv[1:] or [made(folder, 1)]) as pair:
        start(pair)
        relay_carries(pair)
        fed_and_reported(pair)
        for unit in pair.units.values():
            if unit.daemon.end():
                fail(f"flowcardd ended badly:\n{unit.daemon.text()}")


def main():
    require()
    with tempfile.TemporaryDirectory(prefix="flowcard-pair-") as folder, Net() as net:
        two_units(folder, net)
    with tempfile.TemporaryDirectory(prefix="flowcard-pair-") as folder, Net(relayed=False) as net:
        with Pair(net, folder, Settings(mode="none", feed="dual", protocols=("ipfix",)), [made(folder, 2)]) as pair:
            start(pair)
            one_wire(pair)


if __name__ == "__main__":
    main()
