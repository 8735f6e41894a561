# SPDX-License-Identifier: BSD-2-Clause
"""Run flowcard-replay and read what it wrote. Used by the co-simulation tests; standard library only."""
import csv
import json
import os
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("FC_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("FC_BUILD") or os.path.join(SOURCE, "build")
REPLAY = os.path.join(BUILD, "tools", "flowcard-replay")
GEN = os.path.join(BUILD, "tools", "flowcard-gen")
SHARED = os.path.join(SOURCE, "..", "shared")
COLUMNS = ["ip_version", "src", "dst", "sport", "dport", "proto", "tos", "input_if", "packets", "bytes",
           "first_ns", "last_ns", "tcp_flags", "tcp_bits"]


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def fail(what):
    print("FAILED: " + what)
    sys.exit(1)


class Result:
    """What one run left: exit status, messages, rows of the CSV, counters."""

    def __init__(self, status, stdout, stderr, rows, counters):
        self.status, self.stdout, self.stderr, self.rows, self.counters = status, stdout, stderr, rows, counters


def read_rows(path):
    with open(path, newline="") as handle:
        rows = list(csv.reader(handle))
    if not rows or rows[0] != COLUMNS:
        fail("%s: header is %r" % (path, rows[:1]))
    return rows[1:]


def replay(capture, *options, timeout=600):
    """Run flowcard-replay with a CSV and a counters file; never raises on a non-zero status."""
    with tempfile.TemporaryDirectory() as folder:
        flows, counters = os.path.join(folder, "f.csv"), os.path.join(folder, "c.json")
        done = subprocess.run([REPLAY, "-q", "--csv", flows, "--counters", counters, *options, capture],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
        rows = read_rows(flows) if os.path.exists(flows) else None
        read = None
        if os.path.exists(counters):
            with open(counters) as handle:
                read = json.load(handle)
        return Result(done.returncode, done.stdout, done.stderr, rows, read)


def oracle_module():
    """The independent judge, or skip the test where it is not to be had."""
    folder = os.path.join(SHARED, "oracle")
    if not os.path.exists(os.path.join(folder, "oracle.py")):
        skip("the flow oracle is not here")
    sys.path.insert(0, folder)
    import oracle
    return oracle


def judge(oracle, capture, window=192):
    """Return (rows as text, counters) as the oracle sees the capture."""
    flows, counters = oracle.run(capture, oracle.Parser(window=window))
    return [[str(v) for v in row] for row in oracle.flow_rows(flows, "first")], counters


def folded(table, prefix, name):
    """The oracle names each type (ethertype_0806); the card counts them as one."""
    out = {}
    for key, value in table.items():
        key = name if key.startswith(prefix) else key
        out[key] = out.get(key, 0) + value
    return out


def differences(result, rows, counters):
    """What a run with --timeouts none and the oracle disagree on, as text lines."""
    out = []
    if sorted(result.rows) != sorted(rows):
        extra = [r for r in result.rows if r not in rows][:3]
        missing = [r for r in rows if r not in result.rows][:3]
        out.append("rows differ: %d here, %d there; only here %r; only there %r" %
                   (len(result.rows), len(rows), extra, missing))
    nonip = folded(folded(counters["nonip"], "ethertype_", "ethertype"), "ppp_", "ppp")
    for name, want in (("frames", counters["frames"]), ("flow_packets", counters["flow_packets"]),
                       ("flow_octets", counters["flow_octets"]), ("beyond_window", counters["beyond_window"]),
                       ("nonip", nonip), ("malformed", counters["malformed"])):
        if result.counters.get(name) != want:
            out.append("%s: %r here, %r there" % (name, result.counters.get(name), want))
    if not result.counters["ledger"]["balanced"]:
        out.append("the ledger is off: %r" % result.counters["ledger"])
    return out
