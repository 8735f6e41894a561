#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The judge finds what is planted: a gap, two contents, a loss, a surplus, a wrong moment; and nothing where nothing is."""
import random
import struct
import unittest

import judge
import messages
import relay
import sink

TEMPLATE, PORT = 256, 2055
FIELDS = [(8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (5, 1), (10, 4), (2, 8), (1, 8)]


def key(number):
    return (4, f"10.0.0.{number}", "10.1.0.1", 1000 + number, 53, 17, 0, 57)


def body(flows):
    out = b""
    for number, packets, octets in flows:
        out += struct.pack(">IIHHBBIQQ", 0x0A000000 + number, 0x0A010001, 1000 + number, 53, 17, 0, 57, packets, octets)
    return out


def template_set(number):
    fields = b"".join(struct.pack(">HH", *field) for field in FIELDS)
    return struct.pack(">HHHH", number, 8 + len(fields), TEMPLATE, len(FIELDS)) + fields


def data_set(flows):
    return struct.pack(">HH", TEMPLATE, 4 + len(body(flows))) + body(flows)


def ipfix(sequence, flows=(), template=False, domain=7, when=1):
    sets = (template_set(2) if template else b"") + (data_set(flows) if flows else b"")
    return struct.pack(">HHIII", 10, 16 + len(sets), when, sequence, domain) + sets


def v9(sequence, flows=(), template=False, domain=7, when=1):
    sets = (template_set(0) if template else b"") + (data_set(flows) if flows else b"")
    return struct.pack(">HHIIII", 9, len(flows) + template, 1000, when, sequence, domain) + sets


def v5(sequence, flows):
    out = struct.pack(">HHIIIIHH", 5, len(flows), 1000, 1, 0, sequence, 7, 0)
    for number, packets, octets in flows:
        out += struct.pack(">IIIHHIIIIHHBBBBHHBBH", 0x0A000000 + number, 0x0A010001, 0, 57, 0, packets, octets, 0, 0,
                           1000 + number, 53, 0, 0, 17, 0, 0, 0, 0, 0, 0)
    return out


def took(payloads, **options):
    """payloads: octets, or (unit, octets)."""
    streams = judge.Streams(**options)
    pairs = [p if isinstance(p, tuple) else (1, p) for p in payloads]
    streams.take([sink.Datagram(i, unit, 40000, PORT, payload) for i, (unit, payload) in enumerate(pairs)])
    return streams


ONE, TWO, THREE = [(1, 2, 100), (2, 3, 200)], [(1, 1, 60)], [(3, 4, 400), (4, 1, 40), (5, 1, 50)]
GOOD = {"ipfix": [ipfix(0, ONE, True), ipfix(2, TWO), ipfix(3, template=True), ipfix(3, THREE), ipfix(6, TWO)],
        "v9": [v9(0, ONE, True), v9(1, TWO), v9(2, template=True), v9(3, THREE), v9(4, TWO)],
        "v5": [v5(0, ONE), v5(2, TWO), v5(3, THREE), v5(6, TWO)]}


class Sequences(unittest.TestCase):
    def test_nothing_where_nothing_is(self):
        for name, good in GOOD.items():
            streams = took(good)
            self.assertEqual(streams.findings(), [], name)
            packets, octets = streams.reported(PORT)
            self.assertEqual((packets[key(1)], octets[key(1)]), (4, 220), name)
            self.assertEqual((sum(packets.values()), len(packets)), (13, 5), name)

    def test_the_same_again_counts_once(self):
        for name, good in GOOD.items():
            streams = took(good + [(2, p) for p in good[-3:]])
            self.assertEqual(streams.findings(), [], name)
            self.assertGreaterEqual(streams.duplicates(), 2, name)
            self.assertEqual(sum(streams.reported(PORT)[0].values()), 13, name)

    def test_a_gap_is_found(self):
        for name, good in GOOD.items():
            self.assertIn("was due", " ".join(took(good[:1] + good[2:]).findings()), name)

    def test_two_contents_are_found(self):
        for name, other in (("ipfix", ipfix(2, [(1, 1, 61)])), ("v9", v9(1, [(1, 1, 61)])), ("v5", v5(2, [(1, 1, 61)]))):
            self.assertIn("two contents, from unit 1 and unit 2", " ".join(took(GOOD[name] + [(2, other)]).findings()), name)

    def test_a_header_of_another_time_is_another_content(self):
        self.assertIn("two contents", " ".join(took(GOOD["ipfix"] + [(2, ipfix(2, TWO, when=9))]).findings()))

    def test_an_overlap_is_found(self):
        self.assertIn("was due", " ".join(took(GOOD["ipfix"] + [ipfix(5, TWO)]).findings()))

    def test_another_domain_is_found(self):
        self.assertIn("2 sources or domains", " ".join(took(GOOD["v9"] + [(2, v9(5, TWO, True, domain=8))]).findings()))

    def test_units_that_are_no_pair_have_numbers_of_their_own(self):
        both = GOOD["ipfix"] + [(2, p) for p in (ipfix(0, TWO, True), ipfix(1, ONE))]
        self.assertNotEqual(took(both).findings(), [])
        self.assertEqual(took(both, by_unit=True).findings(), [])

    def test_sequences_may_wrap(self):
        self.assertEqual(took([ipfix(2**32 - 2, ONE, True), ipfix(0, TWO), ipfix(1, THREE)]).findings(), [])

    def test_what_is_malformed_is_found(self):
        for payload in (ipfix(2, TWO)[:-1], b"\0\x0b" + bytes(30), v5(2, TWO) + b"\0", v9(1, TWO)[:22], b"\0", ipfix(2, TWO, domain=9),
                        ipfix(2, TWO) + struct.pack(">HH", 2, 4), v9(1, TWO)[:2] + b"\0\x05" + v9(1, TWO)[4:]):
            streams = took(GOOD["ipfix"][:1] + GOOD["v9"][:1] + [payload])
            self.assertTrue([text for s in streams.streams.values() for text in s.bad], payload)

    def test_a_template_that_changes_is_found(self):
        other = bytearray(ipfix(2, TWO, True))
        other[16 + 8 + 2:16 + 8 + 4] = struct.pack(">H", 4)
        other[16 + 8:16 + 10] = struct.pack(">H", 10)
        self.assertIn("defined anew", " ".join(took(GOOD["ipfix"][:1] + [bytes(other)]).findings()))


class Sums(unittest.TestCase):
    def frames(self, count, seed):
        pick = random.Random(seed)
        return [judge.Frame(key(pick.randrange(20)), pick.randrange(40, 1500)) for _ in range(count)]

    def added(self, *parts):
        return judge.sums([f for part in parts for f in part])

    def test_a_loss_after_one_moment_is_counted(self):
        first, second = self.frames(400, 1), self.frames(300, 2)
        for cut in (0, 1, 250, 399, 400):
            self.assertEqual(judge.lost(self.added(first[:cut], second), first, second), (400 - cut, []))

    def test_a_loss_at_another_place_is_found(self):
        first, second = self.frames(400, 1), self.frames(300, 2)
        self.assertTrue(judge.lost(self.added(first[:100] + first[101:250], second), first, second)[1])
        self.assertTrue(judge.lost(self.added(first[:250], second[1:]), first, second)[1])
        self.assertTrue(judge.lost(self.added(first, second[1:]), first, second)[1])

    def test_a_surplus_is_found(self):
        first, second = self.frames(400, 1), self.frames(300, 2)
        self.assertTrue(judge.lost(self.added(first, first[:1], second), first, second)[1])
        self.assertTrue(judge.lost(self.added(first[:200], second, second[:5]), first, second)[1])
        self.assertTrue(judge.within(self.added(first, first[:1], second), first, second)[1])

    def test_octets_count_too(self):
        first = self.frames(100, 1)
        packets, octets = self.added(first)
        octets[first[0].key] -= 1
        self.assertTrue(judge.lost((packets, octets), first, [])[1])

    def test_the_weak_rule_allows_holes_in_what_failed_only(self):
        first, second = self.frames(400, 1), self.frames(300, 2)
        self.assertEqual(judge.within(self.added(first[:100] + first[120:], second), first, second), (20, []))
        only = [judge.Frame(key(99), 40)]
        self.assertTrue(judge.within(self.added(first), first, only)[1])


class Relay(unittest.TestCase):
    def way(self, **values):
        way = relay.Way(None, 5)
        way.order("set", list(values.items()))
        return way

    def test_a_good_way_passes_all_in_order(self):
        way = self.way()
        self.assertEqual([way.take(n, 1.0) for n in range(50)], [[(1.0, n)] for n in range(50)])

    def test_a_cut_way_passes_nothing_until_healed(self):
        way = self.way()
        way.order("cut", [])
        self.assertEqual([way.take(n, 1.0) for n in range(9)], [[]] * 9)
        way.order("heal", [])
        self.assertEqual(way.take(1, 1.0), [(1.0, 1)])

    def test_loss_is_as_told_and_the_same_for_the_same_seed(self):
        fate = [[bool(way.take(n, 1.0)) for n in range(4000)] for way in (self.way(loss=20), self.way(loss=20))]
        self.assertEqual(*fate)
        self.assertAlmostEqual(fate[0].count(False) / 4000, 0.2, delta=0.03)

    def test_reordering_swaps_neighbours_and_loses_none(self):
        way = self.way(reorder=30)
        out = [frame for n in range(1000) for _, frame in way.take(n, 1.0) if frame is not None]
        out += [f for f in [way.overdue()] if f is not None]
        self.assertEqual(sorted(out), list(range(1000)))
        self.assertNotEqual(out, sorted(out))

    def test_delay_and_jitter_are_bounded(self):
        way = self.way(delay=10, jitter=5)
        whens = [way.take(n, 1.0)[0][0] for n in range(500)]
        self.assertTrue(all(1.01 <= when <= 1.015 for when in whens))
        self.assertGreater(max(whens) - min(whens), 0.003)

    def test_a_bad_command_is_refused(self):
        for line in ("cut", "bend all", "set all speed=3"):
            with self.assertRaises(ValueError):
                r = relay.Relay([], 1)
                r.ways = {("peer", "->"): relay.Way(None, 1)}
                r.order(line)


class Decoder(unittest.TestCase):
    def test_random_octets_never_break_it(self):
        pick = random.Random(3)
        whole = [p for good in GOOD.values() for p in good]
        for _ in range(3000):
            payload = bytearray(pick.choice(whole))
            for _ in range(pick.randrange(1, 5)):
                payload[pick.randrange(len(payload))] = pick.randrange(256)
            templates = messages.Templates()
            messages.parse(GOOD["ipfix"][0], templates)
            try:
                messages.parse(bytes(payload[:pick.randrange(len(payload) + 1)]), templates)
            except messages.Malformed:
                pass


if __name__ == "__main__":
    unittest.main()
