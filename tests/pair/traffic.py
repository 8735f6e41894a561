#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""traffic.py --control FIFO --log FILE --rate N 1=IF 2=IF CAPTURE...: frames of captures, one after the other and again from the
beginning, into the port of one unit's card or of both, as a switch would do that is told where to send them.

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


def read_from(path, frames, begin=0):
    """From entry `begin` on: ([judge.Frame of unit 1], [of unit 2], entries). Frames without IP are left out."""
    fed = ([], [])
    with open(path, "rb") as stream:
        stream.seek(begin * ENTRY.size)
        data = stream.read()
    count = len(data) // ENTRY.size
    for at in range(count):
        number, units, when = ENTRY.unpack_from(data, at * ENTRY.size)
        _, key, octets = frames[number]
        if key:
            for unit in (0, 1):
                if units >> unit & 1:
                    fed[unit].append(judge.Frame(key, octets, when))
    return fed[0], fed[1], begin + count


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
                for unit, s in self.sockets.items():
                    if self.units >> (unit - 1) & 1:
                        s.send(self.frames[self.next][0])
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
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    sockets = {int(w[0]): raw_socket(w[2:]) for w in options.words if w[:2] in ("1=", "2=")}
    frames = load([w for w in options.words if w[:2] not in ("1=", "2=")])
    if not os.path.exists(options.control):
        os.mkfifo(options.control)
    fifo = os.open(options.control, os.O_RDWR | os.O_NONBLOCK)
    print("ready", flush=True)
    with open(options.log, "wb", buffering=0) as log:
        serve(Feeder(frames, sockets, options.rate, log), fifo)


if __name__ == "__main__":
    main()
