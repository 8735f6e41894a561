#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""sink.py --port P [--port Q...] --units IF=1,IF=2 FILE: write down every datagram with the time of its arrival.

A unit is told by the interface that the datagram came in at: both units send from one address. "ready" on standard output when
the sockets are open. read(FILE) gives what was written so far; a record is whole or not there.
"""
import argparse
import os
import selectors
import signal
import socket
import struct
import sys
import time

HEAD = struct.Struct("<IQBHH")  # octets, CLOCK_MONOTONIC in ns, unit, source port, destination port
RECEIVE_BUFFER = 32 << 20
SO_RCVBUFFORCE = 33
IP_PKTINFO = getattr(socket, "IP_PKTINFO", 8)


class Datagram:
    __slots__ = ("when", "unit", "source", "port", "payload")

    def __init__(self, when, unit, source, port, payload):
        self.when, self.unit, self.source, self.port, self.payload = when, unit, source, port, payload


def read(path, offset=0):
    """Return (datagrams, where to go on)."""
    with open(path, "rb") as stream:
        stream.seek(offset)
        data = stream.read()
    found, at = [], 0
    while len(data) - at >= HEAD.size:
        octets, when, unit, source, port = HEAD.unpack_from(data, at)
        if len(data) - at < HEAD.size + octets:
            break
        at += HEAD.size
        found.append(Datagram(when, unit, source, port, data[at:at + octets]))
        at += octets
    return found, offset + at


def open_socket(port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    s.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
    s.bind(("", port))
    s.setblocking(False)
    return s


def unit_of(ancillary, units):
    for level, kind, value in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_PKTINFO:
            return units.get(struct.unpack("@I", value[:4])[0], 0)
    return 0


def take(s, port, units, out):
    while True:
        try:
            payload, ancillary, _, address = s.recvmsg(65536, 256)
        except BlockingIOError:
            return
        out.write(HEAD.pack(len(payload), time.monotonic_ns(), unit_of(ancillary, units), address[1], port) + payload)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, action="append", required=True)
    parser.add_argument("--units", required=True)
    parser.add_argument("file")
    options = parser.parse_args()
    os.nice(-15)  # it stands for a wire: the machine's load must not be seen in it
    units = {socket.if_nametoindex(name): int(number) for name, number in
             (pair.split("=") for pair in options.units.split(","))}
    selector = selectors.DefaultSelector()
    wake, end = os.pipe()
    os.set_blocking(end, False)
    signal.set_wakeup_fd(end)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    selector.register(wake, selectors.EVENT_READ)
    for port in options.port:
        selector.register(open_socket(port), selectors.EVENT_READ, port)
    print("ready", flush=True)
    with open(options.file, "wb", buffering=0) as out:
        over = False
        while not over:
            for key, _ in selector.select():
                if key.data is None:
                    over = True
                else:
                    take(key.fileobj, key.data, units, out)
        for key in list(selector.get_map().values()):
            if key.data is not None:
                take(key.fileobj, key.data, units, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
