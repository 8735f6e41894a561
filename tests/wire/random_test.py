#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Twenty random flow records at once, in v9 and IPFIX: tshark finds every element as often as it was sent, with the
same sum of values. FC_SEED in the environment chooses others."""
import os
import subprocess
import sys
import tempfile

import collectors

RECORDS, FLOWS = 20, 2000
SKIPPED = 77
# Elements that tshark 4.0 shows as a number, or as an address, of a name of its own.
FIELDS = {1: "octets", 2: "packets", 4: "protocol", 5: "tos", 6: "tcpflags", 7: "srcport", 8: "srcaddr", 9: "srcmask",
          10: "inputint", 11: "dstport", 12: "dstaddr", 13: "dstmask", 14: "outputint", 25: "length_min",
          26: "length_max", 27: "srcaddrv6", 28: "dstaddrv6", 29: "srcmaskv6", 30: "dstmaskv6", 31: "ipv6flowlabel",
          48: "sampler_id", 52: "ttl_min", 53: "ttl_max", 54: "frag_ident", 58: "vlanid", 60: "ip_version",
          61: "direction", 64: "ipv6_exthdr", 88: "fragment_offset", 136: "flow_end_reason", 176: "icmp_ipv4_type",
          177: "icmp_ipv4_code", 178: "icmp_ipv6_type", 179: "icmp_ipv6_code", 192: "ip_ttl", 195: "ip_dscp",
          196: "ip_precedence", 197: "ip_fragment_flags", 206: "is_multicast", 243: "dot1q_vlan_id",
          245: "dot1q_customer_vlan_id"}
ADDRESSES = {8, 12, 27, 28}
ALIKE = {180: 7, 182: 7, 181: 11, 183: 11}  # ports of UDP and TCP: tshark calls them the same


def build_folder():
    return os.environ.get("FC_BUILD") or os.path.join(os.path.dirname(__file__), "..", "..", "build")


def tool(name):
    return os.path.join(build_folder(), "tests", "wire", name)


def sent_to(recorder, protocol, seed):
    """(records, {element: (times, sum)})"""
    words = [tool("send_random"), str(recorder.port), protocol, str(seed), str(RECORDS), str(FLOWS)]
    lines = subprocess.run(words, check=True, capture_output=True, text=True, timeout=120).stdout.split("\n")
    values = [[int(v) for v in line.split()] for line in lines[1:] if line]
    found = {}
    for element, times, total in values:
        before = found.get(ALIKE.get(element, element), (0, 0))
        found[ALIKE.get(element, element)] = (before[0] + times, (before[1] + total) % 2 ** 64)
    return int(lines[0].split()[1]), found


def seen_in(pcap, port, elements):
    frames = collectors.tshark_frames(pcap, port, *("cflow." + FIELDS[e] for e in elements))
    seen = {}
    for column, element in enumerate(elements):
        values = [v for frame in frames for v in frame[column]]
        total = 0 if element in ADDRESSES else sum(int(v, 0) for v in values) % 2 ** 64
        seen[element] = (len(values), total)
    return seen


def check(protocol, seed, folder):
    """Sentences on what is wrong."""
    recorder = collectors.start_recorder(tool("recorder"), folder)
    try:
        records, sent = sent_to(recorder, protocol, seed)
        recorder.wait_drained()
        recorder.stop()
    finally:
        recorder.kill()
    elements = sorted(set(sent) & set(FIELDS))
    seen = seen_in(recorder.pcap, recorder.port, elements)
    wrong = [f"element {e}: sent (times, sum) {sent[e]}, seen {seen[e]}" for e in elements if sent[e] != seen[e]]
    totals = collectors.tshark_totals(recorder.pcap, recorder.port)
    wrong += [f"{totals[k]} {k}" for k in ("bad", "sequence_errors") if totals[k]]
    if records < FLOWS // 2 or len(elements) < 25:
        wrong.append(f"only {records} records and {len(elements)} elements compared")
    print(f"{protocol}: {records} records, {len(elements)} elements compared, {'WRONG' if wrong else 'equal'}", flush=True)
    return [f"{protocol}: {sentence}" for sentence in wrong]


def main():
    absent = collectors.missing("tshark")
    if absent:
        print("skipped: not installed: tshark")
        return SKIPPED
    seed, wrong = int(os.environ.get("FC_SEED", "20261123")), []
    print(f"seed {seed}")
    for protocol in ("v9", "ipfix"):
        with tempfile.TemporaryDirectory(prefix="flowcard-random-") as folder:
            wrong += check(protocol, seed, folder)
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
