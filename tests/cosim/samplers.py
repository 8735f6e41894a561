#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Samplers from configuration to flow records: deterministic ones equal a count by position, packet by packet; random ones
take one packet in each window; observed, selected, emitted and exported counts are exact.
"""
import ipaddress
import os
import tempfile

from configured import CARD, NEVER, interface, monitor, record, rekeyed, run
from pcap_writer import Capture, udp
from replay import SHARED, fail, oracle_module

START = 1_700_000_000 * 10**9
PACKETS = 6500
KEYS = ["ip_version", "src", "dst", "sport", "dport", "proto", "tos"]
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        fail(what)


def sampler(name, mode, window):
    return "sampler %s\n mode %s 1 out-of %d\n" % (name, mode, window)


def each_packet_a_flow(path):
    """Packet n has source port n; every eighth is IPv6, which the monitors do not want."""
    capture, wanted = Capture(path), []
    for n in range(PACKETS):
        six = n % 8 == 3
        data = udp("2001:db8::1", "2001:db8::2", 7, 7) if six else udp("10.0.%d.%d" % divmod(n, 256), "10.1.1.1", n, 53)
        if not six:
            wanted.append(n)
        capture.frame(START + n * 1_000_000, data)
    capture.close()
    return wanted


def counted(result, name, observed, what):
    """The one sampler of the monitor: its counters, the ledger and the rows say the same. Return selected."""
    place, = result.monitors[name]
    s, = place["samplers"]
    rows = result.of(name)
    check(s["observed"] == observed, "%s: %d observed, %d wanted" % (what, s["observed"], observed))
    check(s["selected"] == place["selected_packets"] == place["merged_packets"], "%s: %r" % (what, place))
    check(sum(r["packets"] for r in rows) == s["selected"], "%s: rows hold %d" % (what, sum(r["packets"] for r in rows)))
    check({r["sampler"] for r in rows} <= {s["id"]}, "%s: sampler ids %r" % (what, {r["sampler"] for r in rows}))
    return s["selected"]


def positions(result, name, wanted):
    place = {packet: i for i, packet in enumerate(wanted)}
    return sorted(place[r["sport"]] for r in result.of(name))


def made(folder):
    path = os.path.join(folder, "each.pcap")
    wanted = each_packet_a_flow(path)
    drawn = []
    for seed, (n, m) in enumerate([(2, 2), (7, 64), (100, 1000), (5000, 65536)], 1):
        config = CARD + record("R", "ipv4 source address", "transport source-port")
        config += sampler("DET", "deterministic", n) + sampler("RND", "random", m)
        config += monitor("A", "R") + NEVER + monitor("B", "R") + NEVER
        config += interface(0, "ip flow monitor A sampler DET input", "ip flow monitor B sampler RND input")
        result = run(path, config, "--seed", str(seed))
        what = "1 out-of %d" % n
        check(counted(result, "A", len(wanted), what) == len(wanted) // n, what + ": selected")
        check(positions(result, "A", wanted) == list(range(n - 1, len(wanted), n)), what + ": another packet of a window")
        what = "random 1 out-of %d" % m
        counted(result, "B", len(wanted), what)
        found = positions(result, "B", wanted)
        whole = [p for p in found if p < len(wanted) // m * m]
        check([p // m for p in whole] == list(range(len(wanted) // m)), what + ": not one in each window")
        check(len(found) - len(whole) <= 1, what + ": the last window")
        drawn += [p % m * 100 // m for p in whole if m >= 64]
    check(len(drawn) > 50 and max(drawn) > 80 and min(drawn) < 20, "places in the windows do not vary: %r" % drawn[:20])
    return len(drawn)


def packets_of(oracle, path, version):
    """What a sampler sees, in order, as rows of one packet."""
    parser, rows = oracle.Parser(window=192), []
    for when, data, origlen, link in oracle.read_capture(path, {}):
        verdict, f = parser.parse(data, origlen, link)
        if verdict == "flow" and f.version in version:
            rows.append({"ip_version": f.version, "src": str(ipaddress.ip_address(f.src)), "dst": str(ipaddress.ip_address(f.dst)),
                         "sport": f.sport, "dport": f.dport, "proto": f.proto, "tos": f.tos, "packets": 1, "bytes": f.octets,
                         "first_ns": when, "last_ns": when, "tcp_bits": "%03x" % f.tcp})
    return rows


def real(oracle, capture, n, versions):
    path = os.path.join(SHARED, "captures", capture)
    packets = packets_of(oracle, path, versions)
    config = CARD + sampler("S", "deterministic", n) + monitor("M", "original-input") + NEVER
    lines = ["%s flow monitor M sampler S input" % ("ip" if v == 4 else "ipv6") for v in versions]
    result = run(path, config + interface(0, *lines), "--seed", "9")
    counted(result, "M", len(packets), capture)
    for r in result.rows:
        r["src"], r["dst"] = str(ipaddress.ip_address(r["src"])), str(ipaddress.ip_address(r["dst"]))
    got, want = rekeyed(result.rows, KEYS), rekeyed(packets[n - 1::n], KEYS)
    check(got == want, "%s 1 out-of %d: %d flows here, %d there" % (capture, n, len(got), len(want)))
    return len(got)


def main():
    with tempfile.TemporaryDirectory() as folder:
        windows = made(folder)
    print("%d packets by position, %d random windows" % (PACKETS, windows))
    oracle = oracle_module()
    flows = sum(real(oracle, c, n, v) for c, n, v in [("o04-tls-v4-v6.pcap", 3, (4,)), ("o04-tls-v4-v6.pcap", 10, (4, 6)),
                                                      ("o03-many-protocols.pcap", 5, (4,)), ("o05-skype.pcap", 2, (4,))])
    print("%d sampled flows equal the count by position, %d checks" % (flows, checks))
    if flows < 300:
        fail("too few to prove anything")


main()
