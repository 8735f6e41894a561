#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""wire_test.py nfcapd|tshark|nfacctd|ipfixdump: synthetic flows through the exporter to a real collector."""
import os
import subprocess
import sys
import tempfile

import collectors

FLOWS = 2000
SKIPPED = 77
# What is sent, and the families it can carry. "uptime" is v9 with sys-uptime times and 32-bit counters.
CASES = {"v5": (["--protocol", "v5", "--families", "4"]), "v9": (["--protocol", "v9"]),
         "ipfix": (["--protocol", "ipfix"]), "uptime": (["--protocol", "v9", "--uptime"]),
         "small": (["--protocol", "ipfix", "--payload", "512", "--seed", "2"])}
# nfacctd computes the times of v5 and of sys-uptime in whole seconds.
TOLERANCE_MS = {("nfacctd", "v5"): 1000, ("nfacctd", "uptime"): 1000}


def build_folder():
    return os.environ.get("FC_BUILD") or os.path.join(os.path.dirname(__file__), "..", "..", "build")


def tool(name):
    return os.path.join(build_folder(), "tests", "wire", name)


def send(case, port, csv, *more):
    """The totals that send_flows prints."""
    command = [tool("send_flows"), "--export", f"udp:127.0.0.1:{port}", "--flows", str(FLOWS), "--csv", csv,
               *CASES[case], *more]
    line = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout
    return {name: int(value) for name, value in (word.split("=") for word in line.split())}


def through_nfcapd(case, folder, csv):
    collector = collectors.start_nfcapd(folder)
    try:
        sent = send(case, collector.port, csv)
        collector.wait_drained()
        return sent, collector.stop(), collector.rows()
    finally:
        collector.kill()


def through_nfacctd(case, folder, csv):
    collector = collectors.start_nfacctd(folder)
    try:
        # It hands records to another process and loses them there when it is hurried.
        sent = send(case, collector.port, csv, "--rate", "200")
        collector.wait_drained()
        return sent, collector.stop(sent["records"]), collector.rows()
    finally:
        collector.kill()


def record(case, folder, csv):
    recorder = collectors.start_recorder(tool("recorder"), folder)
    try:
        sent = send(case, recorder.port, csv)
        written = recorder.stop()
    finally:
        recorder.kill()
    if written != sent["datagrams"]:
        raise collectors.CollectorError(f"{sent['datagrams']} datagrams sent, {written} recorded")
    return sent, recorder


def through_tshark(case, folder, csv):
    sent, recorder = record(case, folder, csv)
    addresses = collectors.tshark_addresses(recorder.pcap, recorder.port)
    keys = collectors.read_csv(csv).keys()
    for side in (0, 1):
        if set(addresses[side]) != {key[side] for key in keys}:
            raise collectors.CollectorError("tshark saw other addresses")
    return (sent, collectors.tshark_totals(recorder.pcap, recorder.port),
            collectors.tshark_rows(recorder.pcap, recorder.port))


def through_ipfixdump(case, folder, csv):
    sent, recorder = record(case, folder, csv)
    return sent, collectors.ipfixdump_totals(recorder.payload), collectors.ipfixdump_rows(recorder.payload)


COLLECTORS = {"nfcapd": (through_nfcapd, ("nfcapd", "nfdump"), tuple(CASES)),
              "nfacctd": (through_nfacctd, ("nfacctd", "pmacct"), tuple(CASES)),
              "tshark": (through_tshark, ("tshark",), tuple(CASES)),
              "ipfixdump": (through_ipfixdump, ("ipfixDump",), ("ipfix", "small"))}


def check(name, case):
    """Sentences on what is wrong."""
    with tempfile.TemporaryDirectory(prefix="flowcard-wire-") as folder:
        csv = os.path.join(folder, "expected.csv")
        sent, totals, rows = COLLECTORS[name][0](case, folder, csv)
        expected = collectors.read_csv(csv)
    if name == "tshark":
        expected = collectors.without_addresses(expected)
    wrong = [] if len(expected) else ["nothing was sent"]
    wanted = {"flows": sent["records"], "packets": sent["packets"], "bytes": sent["octets"], "sequence_errors": 0,
              "bad": 0}
    wrong += [f"{key}: sent {value}, {name} has {totals[key]}" for key, value in wanted.items()
              if totals[key] != value]
    wrong += [] if sent["flows"] == FLOWS and not sent["dropped"] else [f"the exporter lost flows: {sent}"]
    wrong += collectors.differences(expected, rows, TOLERANCE_MS.get((name, case), 0))
    print(f"{name} {case}: {totals} {'WRONG' if wrong else 'equal'}", flush=True)
    return [f"{name} {case}: {sentence}" for sentence in wrong]


def main():
    name = sys.argv[1]
    absent = collectors.missing(*COLLECTORS[name][1])
    if absent:
        print(f"skipped: not installed: {', '.join(absent)}")
        return SKIPPED
    wrong = [sentence for case in COLLECTORS[name][2] for sentence in check(name, case)]
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
