#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""wire_test.py nfcapd|tshark|nfacctd|ipfixdump: synthetic flows through the exporter to a real collector."""
import os
import socket
import subprocess
import sys
import tempfile
import threading

import collectors

FLOWS = 2000
SKIPPED = 77
ATTEMPTS = 3
WINDOW = 100  # of --sampled
NAMES = {"HundredGigE7/0/0", "HundredGigE7/0/1", "HundredGigE7/0/2"}


class Busy(Exception):
    """The machine has no time to judge this."""


class Case:
    """What is sent; what of it a collector can show: every row, or only sums; scaled, because it was sampled; names."""

    def __init__(self, *arguments, flows=FLOWS, rows=True, scaled=False, names=False, small_buffer=False):
        self.arguments = ["--flows", str(flows), *arguments]
        self.flows, self.rows, self.scaled, self.names = flows, rows, scaled, names
        self.small_buffer = small_buffer


TABLES = {"names": True, "flows": 500}
SUMS = {"rows": False, "flows": 500}
CASES = {
    "v5": Case("--protocol", "v5", "--families", "4"),
    "v9": Case("--protocol", "v9"),
    "ipfix": Case("--protocol", "ipfix"),
    "uptime": Case("--protocol", "v9", "--record", "uptime"),
    "small": Case("--protocol", "ipfix", "--payload", "512", "--seed", "2"),
    "v5-sampled": Case("--protocol", "v5", "--families", "4", "--sampled", scaled=True, flows=500),
    "v9-options": Case("--protocol", "v9", "--options", "--clients", "3", **TABLES),
    "ipfix-options": Case("--protocol", "ipfix", "--options", "--clients", "3", **TABLES),
    "v9-sampled": Case("--protocol", "v9", "--options", "--sampled", "--record", "sampler", scaled=True, **TABLES),
    "ipfix-sampled": Case("--protocol", "ipfix", "--options", "--sampled", "--record", "sampler", scaled=True, **TABLES),
    "v9-wide": Case("--protocol", "v9", "--record", "wide", flows=500),
    "ipfix-wide": Case("--protocol", "ipfix", "--record", "wide", flows=500),
    "v9-destination": Case("--protocol", "v9", "--record", "destination", **SUMS),
    "ipfix-destination": Case("--protocol", "ipfix", "--record", "destination", **SUMS),
    "v9-original": Case("--protocol", "v9", "--record", "netflow-original", "--families", "4", **SUMS),
    "ipfix-original": Case("--protocol", "ipfix", "--record", "netflow-original", "--families", "4", **SUMS),
    "v9-original6": Case("--protocol", "v9", "--record", "netflow ipv6 original-input", "--families", "6", **SUMS),
    "file": Case("--protocol", "ipfix", "--file", "--options"),
    "tcp": Case("--protocol", "ipfix", "--tcp", "--options"),
    # What a cut of 100,000 flows seals, to a collector with the system's default socket buffer.
    "burst": Case("--protocol", "ipfix", "--burst", "1000", "--rate", "50000", flows=100000, rows=False, small_buffer=True),
}
# nfacctd computes the times of v5 and of sys-uptime in whole seconds.
TOLERANCE_MS = {("nfacctd", "v5"): 1000, ("nfacctd", "uptime"): 1000}
IPFIX = ("file", "tcp", "ipfix", "small", "ipfix-options", "ipfix-sampled", "ipfix-wide")
NFCAPD = tuple(case for case in CASES if case not in ("file", "tcp"))
# It takes seconds a case: those that show something of its own.
NFACCTD = ("v5", "v9", "ipfix", "uptime", "v9-sampled", "ipfix-sampled")
# It lists what is on the wire: nothing is scaled.
TSHARK = ("v5", "v9", "ipfix", "uptime", "v9-sampled", "ipfix-sampled", "ipfix-wide")


def build_folder():
    return os.environ.get("FC_BUILD") or os.path.join(os.path.dirname(__file__), "..", "..", "build")


def tool(name):
    return os.path.join(build_folder(), "tests", "wire", name)


def send(case, port, csv, *more, host="127.0.0.1"):
    """The totals that send_flows prints."""
    command = [tool("send_flows"), "--export", f"udp:{host}:{port}", "--csv", csv, *CASES[case].arguments, *more]
    line = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout
    return {name: int(value) for name, value in (word.split("=") for word in line.split())}


def check_names(case, seen, what):
    if CASES[case].names and not seen:
        raise collectors.CollectorError(f"{what} does not show the names of the option tables")


def through_nfcapd(case, folder, csv):
    """A busy machine can keep nfcapd from its small socket buffer for longer than that lasts: once more, then."""
    for _ in range(ATTEMPTS - 1 if CASES[case].small_buffer else 0):
        try:
            return once_through_nfcapd(case, folder, csv)
        except collectors.CollectorError as error:
            print(f"nfcapd {case}: {error}", flush=True)
    try:
        return once_through_nfcapd(case, folder, csv)
    except collectors.CollectorError:
        if CASES[case].small_buffer and os.getloadavg()[0] > 2 * os.cpu_count():
            raise Busy(f"load {os.getloadavg()[0]:.0f}") from None
        raise


def once_through_nfcapd(case, folder, csv):
    collector = collectors.start_nfcapd(folder, CASES[case].small_buffer)
    try:
        sent = send(case, collector.port, csv)
        collector.wait_drained()
        totals = collector.stop()
        check_names(case, collector.interface_names() & NAMES, "nfdump")
        return sent, totals, collector.rows()
    finally:
        collector.kill()


def through_nfacctd(case, folder, csv):
    collector = collectors.start_nfacctd(folder, renormalize=True)
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
    for side in (0, 1) if CASES[case].rows else ():
        if set(addresses[side]) != {key[side] for key in keys}:
            raise collectors.CollectorError("tshark saw other addresses")
    names, samplers = collectors.tshark_tables(recorder.pcap, recorder.port)
    check_names(case, names == NAMES and samplers == {("ONE-IN-100", "3", str(WINDOW))}, "tshark")
    return (sent, collectors.tshark_totals(recorder.pcap, recorder.port),
            collectors.tshark_rows(recorder.pcap, recorder.port))


def to_file(case, folder, csv):
    path = os.path.join(folder, "flows.ipfix")
    return send(case, 1, csv, host=path), path


def to_stream(case, folder, csv):
    """What comes over a TCP connection, which ends with the exporter."""
    path = os.path.join(folder, "stream.ipfix")
    with socket.create_server(("127.0.0.1", 0)) as listener, open(path, "wb") as file:
        def take():
            connection, _ = listener.accept()
            with connection:
                while octets := connection.recv(65536):
                    file.write(octets)

        taker = threading.Thread(target=take, daemon=True)
        taker.start()
        sent = send(case, listener.getsockname()[1], csv)
        taker.join(60)
    return sent, path


def through_ipfixdump(case, folder, csv):
    if case in ("file", "tcp"):
        sent, path = (to_file if case == "file" else to_stream)(case, folder, csv)
        return sent, collectors.ipfixdump_totals(path), collectors.ipfixdump_rows(path)
    sent, recorder = record(case, folder, csv)
    return sent, collectors.ipfixdump_totals(recorder.payload), collectors.ipfixdump_rows(recorder.payload)


COLLECTORS = {"nfcapd": (through_nfcapd, ("nfcapd", "nfdump"), NFCAPD),
              "nfacctd": (through_nfacctd, ("nfacctd", "pmacct"), NFACCTD),
              "tshark": (through_tshark, ("tshark",), TSHARK),
              "ipfixdump": (through_ipfixdump, ("ipfixDump",), IPFIX)}


def scale(rows, factor):
    for row in rows.values():
        row.packets, row.octets = row.packets * factor, row.octets * factor


def check(name, case):
    """Sentences on what is wrong."""
    with tempfile.TemporaryDirectory(prefix="flowcard-wire-") as folder:
        csv = os.path.join(folder, "expected.csv")
        try:
            sent, totals, rows = COLLECTORS[name][0](case, folder, csv)
        except Busy as busy:
            print(f"{name} {case}: not judged: {busy}", flush=True)
            return []
        expected = collectors.read_csv(csv)
    if name == "tshark":
        expected = collectors.without_addresses(expected)
    factor = WINDOW if CASES[case].scaled and name in ("nfcapd", "nfacctd") else 1
    scale(expected, factor)
    wrong = [] if len(expected) else ["nothing was sent"]
    # ipfixDump counts rows of option tables as what they are: records.
    wanted = {"flows": sent["all" if name == "ipfixdump" else "records"], "packets": sent["packets"] * factor,
              "bytes": sent["octets"] * factor, "sequence_errors": 0, "bad": 0}
    wrong += [f"{key}: sent {value}, {name} has {totals[key]}" for key, value in wanted.items()
              if totals[key] != value]
    wrong += [] if sent["flows"] == CASES[case].flows and not sent["dropped"] else [f"the exporter lost flows: {sent}"]
    if CASES[case].rows:
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
