#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""collectors_agree.py [CAPTURE...]: flowcard-replay to real collectors: each agrees with the CSV on flows, packets, bytes.

nfcapd, nfacctd and a recorder (for tshark and ipfixDump) listen in one run for each protocol. No sequence error, no
malformed packet. v5 cannot say IPv6; those flows must be counted as dropped by the exporter.
"""
import copy
import os
import subprocess
import sys
import tempfile

from replay import BUILD, GEN, REPLAY, SHARED, SOURCE, fail, skip

sys.path.insert(0, os.path.join(SOURCE, "tests", "wire"))
import collectors  # noqa: E402

NAMES = ["o02-gnutella-p2p.pcap", "o04-tls-v4-v6.pcap", "o07-alexa-app.pcapng", "o17-ipv6-ext-chains.pcapng"]
# nfacctd computes the times of v5 in whole seconds.
TOLERANCE_MS = {("nfacctd", "v5"): 1000}
# It hands records to another process and loses them there when it is hurried.
RATE = 200


def captures(folder):
    if len(sys.argv) > 1:
        return sys.argv[1:]
    made = os.path.join(folder, "web.pcap")
    subprocess.run([GEN, "--flows", "1500", "--packets", "15000", "--seconds", "20", "--seed", "7", made], check=True,
                   stdout=subprocess.DEVNULL)
    found = [os.path.join(SHARED, "captures", name) for name in NAMES]
    return [made] + [path for path in found if os.path.exists(path)]


def run(protocol, capture, csv, ports):
    words = [REPLAY, "-q", "--timeouts", "15,5", "--protocol", protocol, "--csv", csv, "--rate", str(RATE)]
    for port in ports:
        words += ["--export", "udp:127.0.0.1:%d" % port]
    done = subprocess.run([*words, capture], stderr=subprocess.PIPE, text=True, timeout=300)
    if done.returncode:
        raise collectors.CollectorError("flowcard-replay: " + done.stderr)


def judge(name, protocol, expected, totals, rows):
    if name == "tshark":
        expected = collectors.without_addresses(expected)
    if name == "nfacctd":  # it takes the time 0 (1970) for none, and says the other one
        expected = {key: copy.copy(row) for key, row in expected.items()}
        for row in expected.values():
            row.first_ms = row.first_ms or row.last_ms
    flows, packets, octets = collectors.sums(expected)
    wanted = {"flows": flows, "packets": packets, "bytes": octets, "sequence_errors": 0, "bad": 0}
    wrong = ["%s: %d wanted, %d seen" % (k, v, totals[k]) for k, v in wanted.items() if totals[k] != v]
    wrong += collectors.differences(expected, rows, TOLERANCE_MS.get((name, protocol), 0))
    return ["%s %s: %s" % (name, protocol, line) for line in wrong]


def check(protocol, capture, folder):
    """Return (records compared, sentences on what is wrong)."""
    csv = os.path.join(folder, "flows.csv")
    started = []
    try:
        for start in (collectors.start_nfcapd, collectors.start_nfacctd,
                      lambda where: collectors.start_recorder(os.path.join(BUILD, "tests", "wire", "recorder"), where)):
            where = tempfile.mkdtemp(dir=folder)
            started.append(start(where))
        nfcapd, nfacctd, recorder = started
        run(protocol, capture, csv, [c.port for c in started])
        expected = collectors.read_csv(csv, (4,) if protocol == "v5" else (4, 6))
        if not expected:  # v5 of IPv6 only
            return 0, []
        for collector in (nfcapd, nfacctd):
            collector.wait_drained()
        flows = collectors.sums(expected)[0]
        seen = [("nfcapd", nfcapd.stop(), nfcapd.rows()), ("nfacctd", nfacctd.stop(flows), nfacctd.rows())]
        recorder.stop()
        seen.append(("tshark", collectors.tshark_totals(recorder.pcap, recorder.port),
                     collectors.tshark_rows(recorder.pcap, recorder.port)))
        if protocol == "ipfix":
            seen.append(("ipfixDump", collectors.ipfixdump_totals(recorder.payload),
                         collectors.ipfixdump_rows(recorder.payload)))
        wrong = [line for name, totals, rows in seen for line in judge(name, protocol, expected, totals, rows)]
        return flows * len(seen), wrong
    finally:
        for collector in started:
            collector.kill()


def main():
    absent = collectors.missing("nfcapd", "nfdump", "nfacctd", "tshark", "ipfixDump")
    if absent:
        skip("not installed: " + ", ".join(absent))
    compared, wrong = 0, []
    with tempfile.TemporaryDirectory(prefix="flowcard-collectors-") as folder:
        for capture in captures(folder):
            for protocol in ("v5", "v9", "ipfix"):
                flows, found = check(protocol, capture, folder)
                compared += flows
                wrong += ["%s: %s" % (os.path.basename(capture), line) for line in found]
    print("\n".join(wrong + ["%d records compared" % compared]))
    if wrong or not compared:
        fail("%d differences in %d records" % (len(wrong), compared))


main()
