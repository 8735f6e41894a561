#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Exporters of a configuration: nfcapd has exactly the flows, packets and octets of the monitors that export there; three
monitors (two keys, one sampled), two exporters, two protocols, one run."""
import os
import subprocess
import sys
import tempfile

from configured import CARD, interface, monitor, record, run
from replay import GEN, SOURCE, fail, skip

sys.path.insert(0, os.path.join(SOURCE, "tests", "wire"))
import collectors  # noqa: E402

TIMES = ["cache timeout active 10", "cache timeout inactive 2", "cache entries 5000"]
USES = {"ALL": ["ONE"], "SOURCES": ["ONE", "TWO"], "SAMPLED": ["TWO"]}
RECORDS = {"ALL": "original-input", "SOURCES": "SRC", "SAMPLED": "original-input"}


def exporter(name, port, protocol):
    return "flow exporter %s\n destination 127.0.0.1\n transport udp %d\n export-protocol %s\n rate 500\n" % (name, port, protocol)


def config(ports):
    text = CARD + exporter("ONE", ports[0], "netflow-v9") + exporter("TWO", ports[1], "ipfix")
    text += record("SRC", "ipv4 source address") + "sampler S\n mode random 1 out-of 5\n"
    for name, of in RECORDS.items():
        text += monitor(name, of, *["exporter " + e for e in USES[name]], *TIMES)
    return text + interface(0, "ip flow monitor ALL input", "ip flow monitor SOURCES input", "ipv6 flow monitor SAMPLED sampler S input")


def wanted(result, name):
    rows = [r for m in USES if name in USES[m] for r in result.of(m)]
    return {"flows": len(rows), "packets": sum(r["packets"] for r in rows), "bytes": sum(r["bytes"] for r in rows)}


def main():
    absent = collectors.missing("nfcapd", "nfdump")
    if absent:
        skip("not installed: " + ", ".join(absent))
    with tempfile.TemporaryDirectory(prefix="flowcard-exports-") as folder:
        path = os.path.join(folder, "made.pcap")
        subprocess.run([GEN, "--flows", "1500", "--packets", "15000", "--seconds", "20", "--seed", "5", path], check=True,
                       stdout=subprocess.DEVNULL)
        started = []
        try:
            for _ in USES["SOURCES"]:
                started.append(collectors.start_nfcapd(tempfile.mkdtemp(dir=folder)))
            result = run(path, config([c.port for c in started]), "--seed", "4")
            for collector, name in zip(started, USES["SOURCES"]):
                collector.wait_drained()
                totals, want = collector.stop(), wanted(result, name)
                seen = {k: totals[k] for k in want}
                if seen != want or totals["sequence_errors"] or totals["bad"]:
                    fail("exporter %s: nfcapd has %r, the rows say %r; %r" % (name, seen, want, totals))
                print("exporter %s: %r" % (name, seen))
        finally:
            for collector in started:
                collector.kill()
    if min(len(result.of(m)) for m in USES) < 100:
        fail("too few flows to prove anything")


main()
