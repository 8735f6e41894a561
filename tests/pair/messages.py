# SPDX-License-Identifier: BSD-2-Clause
"""What a collector reads from datagrams of NetFlow v5, v9 and IPFIX. Strict: what does not fit raises Malformed.

    state = Templates()
    message = parse(payload, state)
    message.sequence, message.counted   # number of the first thing counted, how many of them
    message.flows                       # Flow: key (version, addresses, ports, protocol, TOS, input interface), packets, octets;
                                        # values: every field's octets by element, where there are templates

The number counts flows in v5, datagrams in v9, data records (those of options too) in IPFIX.
"""
import ipaddress
import struct

V5, V9, IPFIX = 5, 9, 10
# information elements
OCTETS, PACKETS, PROTOCOL, TOS, SPORT, SRC4, INPUT, DPORT, DST4, SRC6, DST6, ICMP4, ICMP6 = 1, 2, 4, 5, 7, 8, 10, 11, 12, 27, 28, 32, 139
OCTETS_TOTAL, PACKETS_TOTAL = 85, 86
V5_HEADER, V5_RECORD = 24, 48


class Malformed(Exception):
    """A datagram that breaks its protocol's rules."""


class Flow:
    __slots__ = ("key", "packets", "octets", "values")

    def __init__(self, key, packets, octets, values=None):
        self.key, self.packets, self.octets, self.values = key, packets, octets, values


class Message:
    def __init__(self, version, sequence, domain):
        self.version, self.sequence, self.domain = version, sequence, domain
        self.flows, self.options, self.templates = [], 0, 0

    @property
    def counted(self):
        return 1 if self.version == V9 else len(self.flows) + self.options


class Templates(dict):
    """By (domain, template id): (fields, options). A definition that changes is noted: collectors would misread what follows."""

    def __init__(self):
        super().__init__()
        self.changed = []

    def define(self, place, fields, options):
        if place in self and self[place] != (fields, options):
            self.changed.append(place)
        self[place] = (fields, options)


def parse(payload, templates):
    if len(payload) < 2:
        raise Malformed("shorter than a version")
    version = int.from_bytes(payload[:2], "big")
    if version not in PARSERS:
        raise Malformed(f"version {version}")
    try:
        return PARSERS[version](payload, templates)
    except (struct.error, IndexError) as error:
        raise Malformed(f"cut: {error}") from None


# ------------------------------------------------------------------------------------------- version 5
def parse_v5(payload, _templates):
    count, sequence, engine = struct.unpack(">H", payload[2:4])[0], *struct.unpack(">IH", payload[16:22])
    if not count or len(payload) != V5_HEADER + count * V5_RECORD:
        raise Malformed(f"{count} records in {len(payload)} octets")
    message = Message(V5, sequence, engine)
    for at in range(V5_HEADER, len(payload), V5_RECORD):
        source, destination = (str(ipaddress.IPv4Address(payload[at + o:at + o + 4])) for o in (0, 4))
        packets, octets = struct.unpack(">II", payload[at + 16:at + 24])
        interface = int.from_bytes(payload[at + 12:at + 14], "big")
        sport, dport = struct.unpack(">HH", payload[at + 32:at + 36])
        key = (4, source, destination, sport, dport, payload[at + 38], payload[at + 39], interface)
        message.flows.append(Flow(key, packets, octets))
    return message


# ------------------------------------------------------------------------------------------- templates
def parse_v9(payload, templates):
    _, count, _, _, sequence, domain = struct.unpack(">HHIIII", payload[:20])
    message = Message(V9, sequence, domain)
    parse_sets(message, payload, 20, templates)
    if count != message.templates + message.options + len(message.flows):
        raise Malformed(f"the header counts {count} records")
    return message


def parse_ipfix(payload, templates):
    _, length, _, sequence, domain = struct.unpack(">HHIII", payload[:16])
    if length != len(payload):
        raise Malformed(f"length {length} in {len(payload)} octets")
    message = Message(IPFIX, sequence, domain)
    parse_sets(message, payload, 16, templates)
    return message


def parse_sets(message, payload, at, templates):
    kinds = {0: plain_templates, 1: options_templates} if message.version == V9 else {2: plain_templates, 3: options_templates}
    while at < len(payload):
        number, length = struct.unpack(">HH", payload[at:at + 4])
        if length < 4 or at + length > len(payload):
            raise Malformed(f"a set of {length} octets at {at}")
        body = payload[at + 4:at + length]
        if number in kinds:
            kinds[number](message, body, templates)
        elif number < 256:
            raise Malformed(f"set {number}")
        else:
            data(message, number, body, templates)
        at += length


def fields_of(body, at, count):
    """Return (fields, where they end); a field is (element or (element, enterprise), octets)."""
    found = []
    for _ in range(count):
        element, octets = struct.unpack(">HH", body[at:at + 4])
        at += 4
        if element & 0x8000:
            element, at = (element & 0x7FFF, int.from_bytes(body[at:at + 4], "big")), at + 4
        found.append((element, octets))
    return tuple(found), at


def plain_templates(message, body, templates):
    at = 0
    while len(body) - at >= 4:
        number, count = struct.unpack(">HH", body[at:at + 4])
        if number == 0:
            break
        fields, at = fields_of(body, at + 4, count)
        templates.define((message.domain, number), fields, False)
        message.templates += 1


def options_templates(message, body, templates):
    at = 0
    while len(body) - at >= 6:
        number, first, second = struct.unpack(">HHH", body[at:at + 6])
        if number == 0:
            break
        count = (first + second) // 4 if message.version == V9 else first
        fields, at = fields_of(body, at + 6, count)
        templates.define((message.domain, number), fields, True)
        message.templates += 1


def data(message, number, body, templates):
    if (message.domain, number) not in templates:
        raise Malformed(f"data of template {number}, which nobody has defined")
    fields, options = templates[message.domain, number]
    shortest = sum(1 if octets == 65535 else octets for _, octets in fields)
    at = 0
    while shortest and len(body) - at >= shortest:
        values, at = record(body, at, fields)
        if options:
            message.options += 1
        else:
            message.flows.append(flow_of(values))
    if body[at:].strip(b"\0"):
        raise Malformed(f"padding of template {number} is not zero")


def record(body, at, fields):
    values = {}
    for element, octets in fields:
        if octets == 65535:
            octets, at = body[at], at + 1
            if octets == 255:
                octets, at = int.from_bytes(body[at:at + 2], "big"), at + 2
        if at + octets > len(body):
            raise Malformed("a record beyond its set")
        values[element] = body[at:at + octets]
        at += octets
    return values, at


def flow_of(values):
    def number(*elements):
        return next((int.from_bytes(values[e], "big") for e in elements if e in values), 0)

    version = 6 if SRC6 in values and any(values[SRC6] + values.get(DST6, b"")) or SRC4 not in values else 4
    source, destination = (values.get(e, b"") for e in ((SRC6, DST6) if version == 6 else (SRC4, DST4)))
    addresses = tuple(str(ipaddress.ip_address(a)) if a else "" for a in (source, destination))
    dport = number(DPORT)
    if number(PROTOCOL) in (1, 58) and not dport:
        dport = number(ICMP4, ICMP6)
    key = (version, *addresses, number(SPORT), dport, number(PROTOCOL), number(TOS), number(INPUT))
    return Flow(key, number(PACKETS, PACKETS_TOTAL), number(OCTETS, OCTETS_TOTAL), values)


PARSERS = {V5: parse_v5, V9: parse_v9, IPFIX: parse_ipfix}
