#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""relay.py --control FIFO --seed N LEFT:RIGHT...: frames go from one interface to the other and back, TCP, UDP and whatever there is,
as badly as told. The kernel at hand has no netem.

Commands, a line each into the FIFO; LINK is LEFT's name less its last letter, or "all"; an optional -> or <- says one way only:
    cut LINK [->|<-]                heal LINK [->|<-]
    set LINK [->|<-] delay=MS jitter=MS loss=PERCENT reorder=PERCENT
A reordered frame is held back until the next one has passed, or 20 ms. The same seed and frames: the same fate.
"""
import argparse
import heapq
import os
import random
import selectors
import signal
import socket
import sys
import time

ETH_P_ALL, PACKET_OUTGOING = 3, 4
HELD_S = 0.02
BATCH = 64


class Way:
    """One direction of one link. Pure but for `out`."""

    def __init__(self, out, seed):
        self.out, self.random = out, random.Random(seed)
        self.cut, self.delay, self.jitter, self.loss, self.reorder = False, 0.0, 0.0, 0.0, 0.0
        self.held = None
        self.passed = self.dropped = 0

    def take(self, frame, now):
        """Return [(when, frame)]: what goes out and when."""
        if self.cut or self.random.random() * 100 < self.loss:
            self.dropped += 1
            return []
        when = now + (self.delay + self.random.random() * self.jitter) / 1000
        if self.held is None and self.random.random() * 100 < self.reorder:
            self.held = frame
            return [(when + HELD_S, None)]
        found = [(when, frame)]
        if self.held is not None:
            found.append((when, self.held))
            self.held = None
        self.passed += len(found)
        return found

    def overdue(self):
        """The frame that waited for another one in vain."""
        frame, self.held = self.held, None
        self.passed += frame is not None
        return frame

    def order(self, word, values):
        if word in ("cut", "heal"):
            self.cut = word == "cut"
        else:
            for name, value in values:
                if name not in ("delay", "jitter", "loss", "reorder"):
                    raise ValueError(name)
                setattr(self, name, float(value))


def packet_socket(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind((name, 0))
    s.setblocking(False)
    return s


class Relay:
    def __init__(self, pairs, seed):
        self.selector, self.ways, self.queue, self.count = selectors.DefaultSelector(), {}, [], 0
        for number, (left, right) in enumerate(pairs):
            one, other = packet_socket(left), packet_socket(right)
            forth, back = Way(other, seed * 1000 + number * 2), Way(one, seed * 1000 + number * 2 + 1)
            self.ways[left[:-1], "->"], self.ways[left[:-1], "<-"] = forth, back
            self.selector.register(one, selectors.EVENT_READ, forth)
            self.selector.register(other, selectors.EVENT_READ, back)

    def order(self, line):
        words = line.split()
        if len(words) < 2 or words[0] not in ("cut", "heal", "set"):
            raise ValueError(line)
        ways = [words[2]] if words[2:3] in (["->"], ["<-"]) else ["->", "<-"]
        values = [tuple(w.split("=", 1)) for w in words[2:] if w not in ("->", "<-")]
        found = [way for (link, side), way in self.ways.items() if words[1] in (link, "all") and side in ways]
        if not found:
            raise ValueError(line)
        for way in found:
            way.order(words[0], values)

    def put(self, way, when, frame):
        self.count += 1
        heapq.heappush(self.queue, (when, self.count, way, frame))

    def read(self, s, way):
        for _ in range(BATCH):
            try:
                frame, address = s.recvfrom(65536)
            except (BlockingIOError, OSError):
                return
            if address[2] == PACKET_OUTGOING:
                continue
            now = time.monotonic()
            for when, each in way.take(frame, now):
                if each is not None and when <= now:
                    self.out(way, each)
                else:
                    self.put(way, when, each)

    @staticmethod
    def out(way, frame):
        try:
            way.out.send(frame)
        except OSError:  # an interface that is down, a full queue: as on any wire
            way.dropped += 1

    def flush(self):
        """Send what is due. Return seconds until there is more, or None."""
        while self.queue:
            left = self.queue[0][0] - time.monotonic()
            if left > 0:
                return left
            _, _, way, frame = heapq.heappop(self.queue)
            frame = way.overdue() if frame is None else frame
            if frame is not None and not way.cut:
                self.out(way, frame)
        return None


def commands(relay, fifo):
    for line in os.read(fifo, 65536).decode().splitlines():
        try:
            relay.order(line)
            print("done: " + line, flush=True)
        except ValueError as error:
            print(f"refused: {error}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("links", nargs="+")
    options = parser.parse_args()
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(20))  # it stands for a wire: the load of the machine must not be seen in it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    relay = Relay([tuple(link.split(":")) for link in options.links], options.seed)
    if not os.path.exists(options.control):
        os.mkfifo(options.control)
    fifo = os.open(options.control, os.O_RDWR | os.O_NONBLOCK)
    relay.selector.register(fifo, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in relay.selector.select(relay.flush()):
            if key.data is None:
                commands(relay, fifo)
            else:
                relay.read(key.fileobj, key.data)


if __name__ == "__main__":
    main()
