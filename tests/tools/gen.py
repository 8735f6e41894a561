#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""flowcard-gen keeps its word: exact counts, order, length, determinism, check sums, schedule, errors.

    gen.py FLOWCARD_GEN
"""
import csv
import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sim"))
import oracle_path  # noqa: E402

START = 1700000000 * 10**9
MIXES = ("web", "scan", "elephants", "v6", "edges")
SHAPES = ((1, 1, 1), (3, 3, 1), (1000, 1000, 2), (1000, 20000, 10), (2000, 2001, 1000000))
CHECKSUMS = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
STATUS = ["ip", "tcp", "udp", "icmp", "icmpv6"]


class Test:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.oracle = oracle_path.load_oracle()
        self.checks = self.bad = 0

    def check(self, good, text):
        self.checks += 1
        if not good:
            self.bad += 1
            print("wrong: " + text)

    def gen(self, name, *options):
        path = os.path.join(self.folder, name)
        subprocess.run([self.program, *map(str, options), path], check=True)
        return path

    def octets(self, *options):
        return subprocess.run([self.program, *map(str, options), "-"], check=True, stdout=subprocess.PIPE).stdout

    def measure(self, path):
        parser = self.oracle.Parser(window=192)
        return self.oracle.run(path, parser)

    def counts(self, mix, flows, packets, seconds):
        what = "%s flows %d packets %d seconds %d" % (mix, flows, packets, seconds)
        path = self.gen("a.pcap", "--mix", mix, "--flows", flows, "--packets", packets, "--seconds", seconds,
                        "--seed", flows)
        table, c = self.measure(path)
        self.check((c["frames"], c["flows"]) == (packets, flows), "%s: %d frames, %d flows" % (
            what, c["frames"], c["flows"]))
        self.check(not c["time_backwards"] and "file_cut" not in c["warnings"], what + ": order or container")
        times = [flow[2] for flow in table.values()] + [flow[3] for flow in table.values()]
        self.check(min(times) >= START and max(times) < START + seconds * 10**9, what + ": times")
        if mix != "edges":
            self.check(not c["malformed"] and not c["beyond_window"] and not c["warnings"], "%s: %s %s" % (
                what, c["malformed"], c["warnings"]))

    def edges(self):
        """Every verdict that an Ethernet frame can have."""
        _, c = self.measure(self.gen("a.pcap", "--mix", "edges", "--flows", 2000, "--packets", 20000))
        malformed = ("trunc_ethernet trunc_vlan trunc_mpls bad_pppoe trunc_pppoe trunc_ipv4 bad_version bad_ihl "
                     "bad_ip_length trunc_ipv4_options trunc_ipv6 trunc_ipv6_ext l4_short trunc_l4").split()
        nonip = "llc ethertype_0806 ethertype_9100 vlan_depth mpls_depth mpls_payload ppp_c021".split()
        self.check(sorted(c["malformed"]) == sorted(malformed), "edges: %s" % sorted(c["malformed"]))
        self.check(sorted(c["nonip"]) == sorted(nonip), "edges: %s" % sorted(c["nonip"]))
        for feature in "vlan2 mpls8 pppoe ext_chain8 fragment_first_v4 fragment_later_v6".split():
            self.check(c["features"].get(feature), "edges: no " + feature)
        self.check(c["max_frame"] > 65535 and c["beyond_window"], "edges: no long frame, or none beyond the window")

    def determinism(self):
        for mix in MIXES:
            words = ("--mix", mix, "--flows", 200, "--packets", 2000)
            first = self.octets(*words, "--seed", 7)
            self.check(first == self.octets(*words, "--seed", 7), mix + ": twice the same seed, other octets")
            self.check(first != self.octets(*words, "--seed", 8), mix + ": another seed, the same octets")

    def handshake(self):
        """The first packet of a TCP conversation is a SYN, and the answer is SYN and ACK, later."""
        parser, syn = self.oracle.Parser(), {}
        path = self.gen("a.pcap", "--mix", "elephants", "--flows", 100, "--packets", 3000)
        for when, data, original, link in self.oracle.read_capture(path, {}):
            _, f = parser.parse(data, original, link)
            if f.proto == 6:
                syn.setdefault((f.src, f.sport, f.dst, f.dport), (when, f.tcp))
        pairs = [(first, syn[(k[2], k[3], k[0], k[1])]) for k, first in syn.items()
                 if k[3] < k[1] and (k[2], k[3], k[0], k[1]) in syn]
        self.check(len(pairs) > 20, "%d conversations" % len(pairs))
        for question, answer in pairs:
            self.check(question[1] == 2 and answer[1] == 0x12 and question[0] <= answer[0], "%s %s" % (question, answer))

    def checksums(self):
        if not shutil.which("tshark"):
            print("tshark is not installed: check sums of TCP, UDP and ICMP not looked at")
            return
        for mix in ("web", "v6", "elephants", "scan"):
            path = self.gen("a.pcap", "--mix", mix, "--flows", 1000, "--packets", 5000, "--seed", 3)
            fields = [word for name in STATUS for word in ("-e", name + ".checksum.status")]
            done = subprocess.run(["tshark", "-r", path, *CHECKSUMS, "-T", "fields", "-E", "separator=,", *fields],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
            words = [word for line in done.stdout.split() for word in line.split(",")]
            self.check(words.count("1") > 3000 and "0" not in words, "%s: check sums: %d good, %d bad" % (
                mix, words.count("1"), words.count("0")))

    def gaps(self):
        schedule = os.path.join(self.folder, "schedule.csv")
        path = self.gen("a.pcap", "--gaps", "--flows", 40, "--seconds", 30, "--schedule", schedule)
        with open(schedule, newline="") as handle:
            rows = list(csv.DictReader(handle))
        times, parser = {}, self.oracle.Parser()
        for when, data, original, link in self.oracle.read_capture(path, {}):
            verdict, f = parser.parse(data, original, link)
            self.check(verdict == "flow", "gaps: " + verdict)
            key = [self.oracle.text_address(f.src), self.oracle.text_address(f.dst), f.sport, f.dport, f.proto]
            times.setdefault(tuple(map(str, key)), []).append(when)
        self.check(len(rows) == 40 == len(times), "gaps: %d rows, %d flows" % (len(rows), len(times)))
        part = 15 * 10**9 // 38
        for i, row in enumerate(rows):
            seen = times.get(tuple(row[n] for n in ("src", "dst", "sport", "dport", "proto")), [0, 0])
            widest = max(b - a for a, b in zip(seen, seen[1:]))
            want = (10**7, 3000, 0) if i < 2 else (part * (i - 1), 6, part * (i - 1))
            self.check((widest, len(seen), int(row["gap_ns"])) == want, "gaps: flow %d: %s" % (i, (widest, len(seen))))
            self.check([seen[0], seen[-1], len(seen)] == [int(row[n]) for n in ("first_ns", "last_ns", "packets")],
                       "gaps: flow %d: schedule" % i)

    def header(self):
        head = self.octets("--flows", 1, "--packets", 1)[:24]
        self.check(struct.unpack("<IHHiIII", head) == (0xA1B23C4D, 2, 4, 0, 0, 65792, 1), "file header")

    def errors(self):
        path = os.path.join(self.folder, "x.pcap")
        for words, status in (([], 1), (["--flows", "0", path], 1), (["--flows", "16777217", path], 1),
                              (["--flows", "-1", path], 1), (["--flows", "10", "--packets", "9", path], 1),
                              (["--seconds", "0", path], 1), (["--seed", "1x", path], 1), (["--mix", "tv", path], 1),
                              (["--gaps", "--packets", "9", path], 1), (["--schedule", "-", path], 1),
                              (["--gaps", "--schedule", "-", "-"], 1), (["--nonsense", path], 1), ([path, path], 1),
                              ([os.path.join(self.folder, "no", "such")], 2), (["/dev/full"], 2), (["--help"], 0)):
            done = subprocess.run([self.program, *words], capture_output=True, check=False)
            self.check(done.returncode == status and (bool(done.stderr) == bool(status)), "%s: exit %d: %s" % (
                words, done.returncode, done.stderr))
        self.check(not os.path.exists(path), "a refused run leaves a file")


def main():
    with tempfile.TemporaryDirectory() as folder:
        t = Test(sys.argv[1], folder)
        for mix in MIXES:
            for shape in SHAPES:
                t.counts(mix, *shape)
        for part in (t.edges, t.determinism, t.handshake, t.checksums, t.gaps, t.header, t.errors):
            part()
    print("%d checks, %d wrong" % (t.checks, t.bad))
    return 1 if t.bad or not t.checks else 0


if __name__ == "__main__":
    sys.exit(main())
