# SPDX-License-Identifier: BSD-2-Clause
"""The judge of a pair: what the collector got against what the cards were fed. Pure; every finding is a sentence.

    streams = Streams()
    streams.take(datagrams)            # in order of arrival
    streams.sequence_findings()        # no gap, no number with two contents, nothing malformed
    reported = streams.flows(port)     # Counter pairs by key of distinct records
    lost(reported, segments)           # against frames, to the packet
"""
from collections import Counter

import messages

WRAP = 1 << 32


class Stream:
    """All datagrams of one exporter: its source port, the collector's port, version and domain."""

    def __init__(self, name):
        self.name, self.templates = name, messages.Templates()
        self.seen = {}       # sequence -> (payload, unit, Message), of those that count something
        self.doubles = []    # (sequence, first unit, second unit)
        self.duplicates = 0  # the same again, bit for bit
        self.bad = []

    def take(self, datagram, message):
        if not message.counted:
            return
        before = self.seen.get(message.sequence)
        if before is None:
            self.seen[message.sequence] = (datagram.payload, datagram.unit, message)
        elif before[0] == datagram.payload:
            self.duplicates += 1
        else:
            self.doubles.append((message.sequence, before[1], datagram.unit))

    def in_order(self):
        """Sequence numbers from the oldest on; a wrap of 32 bits is no step back."""
        if not self.seen:
            return []
        first = next(iter(self.seen))
        return sorted(self.seen, key=lambda s: (s - first + WRAP // 2) % WRAP)

    def gaps(self):
        """(number that was due, number that came): missing where it is above, overlapping where it is below."""
        found, due = [], None
        for sequence in self.in_order():
            if due is not None and sequence != due:
                found.append((due, sequence))
            due = (sequence + self.seen[sequence][2].counted) % WRAP
        return found

    def findings(self):
        out = [f"{self.name}: {text}" for text in self.bad]
        out += [f"{self.name}: template {place} was defined anew in another way" for place in self.templates.changed]
        out += [f"{self.name}: sequence {s} with two contents, from unit {a} and unit {b}" for s, a, b in self.doubles]
        out += [f"{self.name}: {due} was due, {came} came" for due, came in self.gaps()]
        return out


class Streams:
    def __init__(self, by_unit=False):
        """by_unit: the units are no pair; each has numbers of its own."""
        self.by_unit, self.streams, self.taken = by_unit, {}, 0

    def take(self, datagrams):
        for datagram in datagrams:
            self.taken += 1
            version, domain = int.from_bytes(datagram.payload[:2], "big"), b""
            if version in (messages.V9, messages.IPFIX):
                domain = datagram.payload[16:20] if version == messages.V9 else datagram.payload[12:16]
            elif version == messages.V5:
                domain = datagram.payload[20:22]
            unit = datagram.unit if self.by_unit else 0
            place = (datagram.port, datagram.source, version, domain, unit)
            if place not in self.streams:
                name = f"to {datagram.port} from port {datagram.source}, version {version}, domain {int.from_bytes(domain, 'big')}"
                self.streams[place] = Stream(name + (f", unit {unit}" if unit else ""))
            stream = self.streams[place]
            try:
                stream.take(datagram, messages.parse(datagram.payload, stream.templates))
            except messages.Malformed as error:
                stream.bad.append(f"datagram {self.taken} of unit {datagram.unit}: {error}")

    def to(self, port):
        return [s for place, s in self.streams.items() if place[0] == port]

    def findings(self):
        """Sequences of all; and that a takeover moved neither port nor domain."""
        out = [text for s in self.streams.values() for text in s.findings()]
        ports = Counter(place[0] for place in self.streams)
        if not self.by_unit:
            out += [f"to {port}: {count} sources or domains" for port, count in ports.items() if count > 1]
        return out

    def duplicates(self):
        return sum(s.duplicates for s in self.streams.values())

    def reported(self, port, since=None, unit=None):
        """(packets, octets) by key, of distinct records. `since`: marks() of before are left out."""
        packets, octets = Counter(), Counter()
        for place, stream in self.streams.items():
            if place[0] != port or (unit and place[4] != unit):
                continue
            for sequence, (_, _, message) in stream.seen.items():
                if since and (place, sequence) in since:
                    continue
                for flow in message.flows:
                    packets[flow.key] += flow.packets
                    octets[flow.key] += flow.octets
        return packets, octets

    def marks(self):
        return {(place, sequence) for place, stream in self.streams.items() for sequence in stream.seen}


# ------------------------------------------------------------------------------------------- frames and flows
class Frame:
    """One IP frame as a card was fed it."""
    __slots__ = ("key", "octets", "when")

    def __init__(self, key, octets, when=0):
        self.key, self.octets, self.when = key, octets, when


def sums(frames):
    packets, octets = Counter(), Counter()
    for frame in frames:
        packets[frame.key] += 1
        octets[frame.key] += frame.octets
    return packets, octets


def differing(got, want):
    """Sentences on keys whose packets or octets differ, three at most."""
    keys = [k for k in set(got[0]) | set(want[0]) if (got[0][k], got[1][k]) != (want[0][k], want[1][k])]
    return [f"{k}: {got[0][k]} packets, {got[1][k]} octets reported; {want[0][k]}, {want[1][k]} fed" for k in sorted(keys)[:3]] + (
        [f"... {len(keys)} flows differ"] if len(keys) > 3 else [])


def lost(reported, frames, safe):
    """`frames` went to a unit that failed: everything of them up to its last commit must have been reported, and nothing after it.
    `safe` went to one that did not: all of it. Return (frames lost, sentences)."""
    sure = sums(safe)
    rest = tuple(Counter(r) for r in reported)
    for part, whole in zip(rest, sure):
        part.subtract(whole)
    if any(v < 0 for v in rest[0].values()):
        return 0, differing(reported, sums(list(frames) + list(safe))) + ["less than what a unit that did not fail was fed"]
    kept = sum(rest[0].values())
    if kept > len(frames):
        return 0, [f"{kept - len(frames)} packets too many"] + differing(rest, sums(frames))
    wrong = differing(rest, sums(frames[:kept]))
    if wrong:
        wrong.insert(0, f"{len(frames) - kept} of {len(frames)} packets lost, but not those after one moment")
    return len(frames) - kept, wrong


def within(reported, frames, safe):
    """The weaker rule, where a card died with what it held: nothing is over-counted, nothing of `safe` is lost."""
    whole, sure = sums(list(frames) + list(safe)), sums(safe)
    over = [k for k in reported[0] if reported[0][k] > whole[0][k] or reported[1][k] > whole[1][k]]
    under = [k for k in sure[0] if reported[0][k] < sure[0][k]]
    gone = len(frames) + len(safe) - sum(reported[0].values())
    return gone, [f"{k}: more than it was fed" for k in over[:3]] + [f"{k}: less than the other unit was fed" for k in under[:3]]
