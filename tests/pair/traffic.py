#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""traffic.py --control FIFO --log FILE --rate N 1=IF,... 2=IF,... CAPTURE...: frames of captures, one after the other and again from the
beginning, into the ports of one unit's cards or of both units, as a switch would do that is told where to send them. Frame n goes to card n modulo
the number of cards.

Commands, a line each into the FIFO: to 1 | to 2 | to both | to none, start, stop. The log has what went where and when: read_from(FILE, load(...)).
"""
import argparse
import os
import select
import signal
import socket
import struct
import sys
import time

import capture_file
import judge

ENTRY = struct.Struct("<IBQ")  # frame, units (bit 0: unit 1), CLOCK_MONOTONIC in ns


def load(captures):
    """[(frame, key or None, octets)] of all captures."""
    found = [frame for path in captures for frame in capture_file.load(path)[0]]
    if not found:
        raise ValueError(f"no frames in {captures}")
    return found


def read_from(path, frames, cards, begin=0):
    """From entry `begin` on: ({(unit, card): [judge.Frame]} without those that are no flow's, {(unit, card): frames in all}, entries).
    `cards`: the ifIndex of each."""
    places = [(unit, card) for unit in (1, 2) for card in range(len(cards))]
    fed, count = {p: [] for p in places}, dict.fromkeys(places, 0)
    with open(path, "rb") as stream:
        stream.seek(begin * ENTRY.size)
        data = stream.read()
    entries = len(data) // ENTRY.size
    for at in range(entries):
        number, units, when = ENTRY.unpack_from(data, at * ENTRY.size)
        _, key, octets = frames[number]
        for unit in (1, 2):
            if units >> (unit - 1) & 1:
                place = unit, number % len(cards)
                count[place] += 1
                if key:
                    fed[place].append(judge.Frame((*key, cards[place[1]]), octets, when))
    return fed, count, begin + entries


class Feeder:
    def __init__(self, frames, sockets, rate, log):
        self.frames, self.sockets, self.rate, self.log = frames, sockets, rate, log
        self.units, self.running, self.next, self.due = 0, False, 0, 0.0

    def order(self, line):
        words = line.split()
        if words[:1] == ["to"] and words[1] in ("1", "2", "both", "none"):
            self.units = {"1": 1, "2": 2, "both": 3, "none": 0}[words[1]]
        elif words in (["start"], ["stop"]):
            self.running, self.due = words == ["start"], time.monotonic()
        else:
            raise ValueError(line)

    def step(self):
        """Send what is due. Return seconds until the next frame, or None."""
        if not self.running:
            return None
        while self.due <= time.monotonic():
            self.due += 1 / self.rate
            if self.units:
                for unit, sockets in self.sockets.items():
                    if self.units >> (unit - 1) & 1:
                        sockets[self.next % len(sockets)].send(self.frames[self.next][0])
                self.log.write(ENTRY.pack(self.next, self.units, time.monotonic_ns()))
                self.next = (self.next + 1) % len(self.frames)
        return max(0.0, self.due - time.monotonic())


def raw_socket(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.bind((name, 0))
    return s


def serve(feeder, fifo):
    while True:
        if not select.select([fifo], [], [], feeder.step())[0]:
            continue
        for line in os.read(fifo, 65536).decode().splitlines():
            try:
                feeder.order(line)
                print(f"done: {line}", flush=True)
            except (ValueError, IndexError) as error:
                print(f"refused: {error}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("words", nargs="+")
    options = parser.parse_args()
    os.nice(-15)  # it stands for a wire: the machine's load must not be seen in it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sockets = {int(w[0]): [raw_socket(name) for name in w[2:].split(",")] for w in options.words if w[:2] in ("1=", "2=")}
    frames = load([w for w in options.words if w[:2] not in ("1=", "2=")])
    if not os.path.exists(options.control):
        os.mkfifo(options.control)
    fifo = os.open(options.control, os.O_RDWR | os.O_NONBLOCK)
    print("ready", flush=True)
    with open(options.log, "wb", buffering=0) as log:
        serve(Feeder(frames, sockets, options.rate, log), fifo)


if __name__ == "__main__":
    main()
