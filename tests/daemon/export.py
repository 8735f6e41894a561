#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""export.py sampled: a card that meters one packet out of ten, and two collectors that make the whole of it again.

One monitor, two exporters of different protocol, with interface and sampler tables. What nfdump shows is the number of
selected packets times the window, with the names of interface and exporter's sampler; both collectors have the same.
"""
import os
import subprocess
import sys
import tempfile

from unit import Card, Daemon, collectors, fail, tool, wait_for

SKIPPED = 77
WINDOW = 10
CONFIG = """sampler TENTH
 mode deterministic 1 out-of {window}
flow exporter NINE
 destination 127.0.0.1
 transport udp {nine}
 export-protocol netflow-v9
 option interface-table
 option sampler-table
flow exporter TEN
 destination 127.0.0.1
 transport udp {ten}
 export-protocol ipfix
 option interface-table timeout 60
 option sampler-table
flow monitor M
 record netflow-original
 exporter NINE
 exporter TEN
 cache entries 200000
card 7
 transport vfio-user {socket}
 ring size-log2 12
interface HundredGigE7/0/0
 ip flow monitor M sampler TENTH input
"""


def packets_of_ipv4(folder, capture):
    path = os.path.join(folder, "all.csv")
    subprocess.run([tool("flowcard-replay"), "-q", "--timeouts", "none", "--csv", path, capture], check=True, timeout=300)
    return collectors.sums(collectors.read_csv(path, families=(4,)))[1]


def judge(collector, packets):
    """Sentences on what is wrong."""
    totals, wrong = collector.stop(), []
    if totals["packets"] % WINDOW or abs(totals["packets"] - packets) > WINDOW:
        wrong.append(f"{packets} IPv4 packets, the collector made {totals['packets']} of one in {WINDOW}")
    if totals["sequence_errors"] or totals["bad"] or not totals["flows"]:
        wrong.append(f"{totals}")
    if collector.interface_names() != {"HundredGigE7/0/0"}:
        wrong.append(f"interfaces: {collector.interface_names()}")
    print(totals, flush=True)
    return wrong, totals


def sampled(folder, running):
    capture = os.path.join(folder, "made.pcap")
    subprocess.run([tool("flowcard-gen"), "--flows", "500", "--packets", "6000", "--seconds", "5", "--seed", "4",
                    capture], check=True, timeout=60, stdout=subprocess.DEVNULL)
    card = Card(folder, 7, "--port", "0=pcap:" + capture)
    running.append(card)
    found = []
    for name in ("nine", "ten"):
        os.mkdir(os.path.join(folder, name))
        found.append(collectors.start_nfcapd(os.path.join(folder, name)))
        running.append(found[-1])
    daemon = Daemon(folder, CONFIG.format(window=WINDOW, nine=found[0].port, ten=found[1].port, socket=card.socket))
    running.append(daemon)
    wait_for(card.fed, "the card is fed")
    if daemon.end():
        fail(f"flowcardd ended badly:\n{daemon.text()}")
    for collector in found:
        collector.wait_drained()
    packets = packets_of_ipv4(folder, capture)
    (wrong, nine), (more, ten) = judge(found[0], packets), judge(found[1], packets)
    if nine != ten:
        more.append(f"the two collectors differ: {nine}, {ten}")
    return wrong + more


def main():
    absent = collectors.missing("nfcapd", "nfdump")
    if absent:
        print("skipped: not installed: " + ", ".join(absent))
        return SKIPPED
    running = []
    with tempfile.TemporaryDirectory(prefix="flowcard-export-") as folder:
        try:
            wrong = {"sampled": sampled}[sys.argv[1]](folder, running)
        finally:
            for process in reversed(running):
                process.kill()
    for sentence in wrong:
        print(sentence)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
