# SPDX-License-Identifier: BSD-2-Clause
"""Whole Ethernet frames of a capture (pcap, pcapng, plain or gzip) with the flow that each belongs to.

The flow is what the flow oracle says where it is at hand, else what tests/cosim/meter.py says; frames that the latter does not know
are left out, as are frames that were cut at capture, other link types, and what no wire of ours carries.
"""
import gzip
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.join(os.environ.get("FC_SOURCE") or os.path.join(HERE, "..", ".."), "..", "shared")
sys.path += [os.path.join(HERE, "..", "cosim"), os.path.join(SHARED, "oracle")]
import meter  # noqa: E402

try:
    import oracle
except ImportError:
    oracle = None

ETHERNET, SMALLEST, LARGEST, WINDOW = 1, 60, 9000, 192
PCAP = {b"\xd4\xc3\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\x3c\x4d": ">"}
SECTION, INTERFACE, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 3, 6


def blocks(stream):
    """pcapng: (type, body, byte order)."""
    order = "<"
    while True:
        head = stream.read(8)
        if len(head) < 8:
            return
        if head[:4] == b"\x0a\x0d\x0d\x0a":
            magic = stream.read(4)
            order = "<" if magic == b"\x4d\x3c\x2b\x1a" else ">"
            stream.read(struct.unpack(order + "I", head[4:])[0] - 12)
            yield SECTION, b"", order
            continue
        kind, octets = struct.unpack(order + "II", head)
        body = stream.read(octets - 8)
        if len(body) < octets - 8:
            return
        yield kind, body, order


def records_ng(stream):
    links = []
    for kind, body, order in blocks(stream):
        if kind == SECTION:
            links = []
        elif kind == INTERFACE:
            links.append(struct.unpack(order + "H", body[:2])[0])
        elif kind == ENHANCED:
            number, _, _, kept, whole = struct.unpack(order + "IIIII", body[:20])
            yield links[number], body[20:20 + kept], whole
        elif kind == SIMPLE:
            whole = struct.unpack(order + "I", body[:4])[0]
            yield links[0], body[4:4 + min(whole, len(body) - 8)], whole


def records(path):
    """(link type, octets, octets on the wire) of each."""
    with open(path, "rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    with (gzip.open if zipped else open)(path, "rb") as stream:
        magic = stream.read(4)
        if magic == b"\x0a\x0d\x0d\x0a":
            stream.seek(0)
            yield from records_ng(stream)
            return
        if magic not in PCAP:
            raise ValueError(f"{path}: neither pcap nor pcapng")
        link = struct.unpack(PCAP[magic] + "16xI", stream.read(20))[0] & 0xFFFF
        head = stream.read(16)
        while len(head) == 16:
            kept, whole = struct.unpack(PCAP[magic] + "8xII", head)
            yield link, stream.read(kept), whole
            head = stream.read(16)


def by_oracle(data):
    verdict, f = oracle.Parser(window=WINDOW).parse(data, len(data), ETHERNET)
    if verdict != "flow":
        return None
    addresses = tuple(oracle.text_address(a) for a in (f.src, f.dst))
    return (f.version, *addresses, f.sport, f.dport, f.proto, f.tos), f.octets


def by_meter(data):
    parsed = meter.parse(data)
    return parsed and (parsed[0][:7], parsed[1])


def load(path):
    """([(frame as on the wire, flow key or None, layer-3 octets)], frames left out)."""
    look, found, left_out = by_oracle if oracle else by_meter, [], 0
    for link, data, whole in records(path):
        if link != ETHERNET or len(data) < whole or not 14 <= len(data) <= LARGEST:
            left_out += 1
            continue
        data = data.ljust(SMALLEST, b"\0")
        try:
            key, octets = look(data) or (None, 0)
        except (ValueError, IndexError, struct.error):
            left_out += 1
            continue
        found.append((data, key, octets))
    return found, left_out
