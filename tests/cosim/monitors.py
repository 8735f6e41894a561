#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Flow monitors with different keys at once on one capture: each equals the oracle's flows re-keyed, to the packet, octet,
nanosecond and flag; input and output alike."""
import os
import sys

from configured import CARD, NEVER, interface, monitor, record, rekeyed, run
from replay import COLUMNS, SHARED, fail, judge, oracle_module, skip

CAPTURES = ["o04-tls-v4-v6.pcap", "o03-many-protocols.pcap", "o14-dns-fragmented.pcap", "o17-ipv6-ext-chains.pcapng",
            "o24-vlan-qinq-voip.pcapng"]
# name -> (IP version, match lines, columns)
RECORDS = {
    "SOURCE4": (4, ["ipv4 source address"], ["src"]),
    "SERVICE4": (4, ["ipv4 destination address", "transport destination-port", "ipv4 protocol"], ["dst", "dport", "proto"]),
    "SOURCE6": (6, ["ipv6 source address", "ipv6 traffic-class"], ["src", "tos"]),
    "PAIR6": (6, ["ipv6 source address", "ipv6 destination address", "interface input"], ["src", "dst", "input_if"]),
    "TOS4": (4, ["ipv4 tos"], ["tos"]),
    "PORTS4": (4, ["transport source-port", "transport destination-port"], ["sport", "dport"]),
}
PAIRS = [("SOURCE4", "SERVICE4", "SOURCE6", "PAIR6"), ("TOS4", "PORTS4", "PAIR6", "SOURCE6")]


def config_of(names, direction, port):
    text = CARD
    lines = []
    for name in names:
        version, match, _ = RECORDS[name]
        text += record(name, *match) + monitor("M-" + name, name) + NEVER
        lines.append("%s flow monitor M-%s %s" % ("ip" if version == 4 else "ipv6", name, direction))
    return text + interface(port, *lines)


def oracle_flows(oracle, path):
    rows, _ = judge(oracle, path)
    return [{c: v if c in ("src", "dst", "tcp_flags", "tcp_bits") else int(v) for c, v in zip(COLUMNS, row)} for row in rows]


def compare(path, names, direction, port, flows):
    result = run(path, config_of(names, direction, port), "--seed", "3")
    compared = 0
    for name in names:
        version, _, keys = RECORDS[name]
        for f in flows:
            f["input_if"] = 7 * 8 + 1
        want = rekeyed([f for f in flows if f["ip_version"] == version], keys)
        got = rekeyed(result.of("M-" + name), keys)
        # A capture with a gap of years outlasts the longest timeout: then a key has several rows.
        aged = sum(m["aged"]["active"] + m["aged"]["inactive"] for m in result.monitors["M-" + name])
        if not len(got) <= len(result.of("M-" + name)) <= len(got) + aged:
            fail("%s %s: %d rows for %d keys" % (path, name, len(result.of("M-" + name)), len(got)))
        if got != want:
            wrong = [k for k in set(got) | set(want) if got.get(k) != want.get(k)][:3]
            fail("%s %s: %d flows here, %d there: %r" % (path, name, len(got), len(want), [(k, got.get(k), want.get(k)) for k in wrong]))
        if {r["direction"] for r in result.of("M-" + name)} - {1 if direction == "output" else 0}:
            fail("%s %s: directions %r" % (path, name, {r["direction"] for r in result.of("M-" + name)}))
        compared += len(got)
    return compared


def main():
    oracle = oracle_module()
    folder = os.path.join(SHARED, "captures")
    if not os.path.isdir(folder):
        skip("no real captures here")
    compared = {"input": 0, "output": 0}
    for capture in CAPTURES:
        path = os.path.join(folder, capture)
        flows = oracle_flows(oracle, path)
        for names in PAIRS:
            compared["input"] += compare(path, names, "input", 0, flows)
        compared["output"] += compare(path, PAIRS[0], "output", 1, flows)
    print("%d flows of input and %d of output compared" % (compared["input"], compared["output"]))
    if min(compared.values()) < 500:
        fail("too few to prove anything")


if __name__ == "__main__":
    sys.exit(main())
