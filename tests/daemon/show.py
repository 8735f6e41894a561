#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What show and clear say of a running unit: flowcardd over a simulated card that meters a synthetic capture.

The cache's four forms say the same and equal what flowcard-replay counts in the same capture; sort, filter and aggregate equal
the same done here; samplers, ports and exporters have exact counts; Cisco's parsers read the texts, where they are installed;
clear does what it says.
"""
import csv
import io
import json
import math
import os
import re
import subprocess
import sys
import tempfile

from scenario import check, run
from unit import SOURCE, Card, Daemon, collectors, fail, tool, wait_for

PARSERS = os.path.join(SOURCE, "tests", "ha", "show", "parsers.py")
PACKETS = 6000
SORTED = ("ipv4 source address", "ipv4 destination address", "transport source-port", "transport destination-port",
          "flow direction", "ipv4 version", "ipv4 tos", "ipv4 protocol", "ipv4 ttl")


def same(got, want, what):
    check(got == want, f"{what}: {got!r} instead of {want!r}")


def config(card, port):
    record = "flow record SORTED\n" + "".join(f" match {f}\n" for f in SORTED) + \
        "".join(f" collect {f}\n" for f in ("transport tcp flags", "counter bytes long", "counter packets long",
                                            "timestamp absolute first", "timestamp absolute last",
                                            "counter bytes layer2 long"))
    monitors = "".join(f"flow monitor {name}\n record {record}\n exporter OUT\n cache entries 200000\n"
                       f" cache timeout active 604800\n cache timeout inactive 604800\n"
                       for name, record in (("ALL", "original-input"), ("V4", "SORTED")))
    return ("sampler HALF\n mode deterministic 1 out-of 2\n" + record +
            f"flow exporter OUT\n destination 127.0.0.1\n source lo\n dscp 5\n ttl 64\n transport udp {port}\n export-protocol ipfix\n" + monitors +
            f"card 7\n transport vfio-user {card.socket}\n ring size-log2 14\n"
            "interface HundredGigE7/0/0\n ip flow monitor ALL input\n ipv6 flow monitor ALL input\n"
            " ip flow monitor V4 sampler HALF input\n")


class Unit:
    def __init__(self, folder):
        self.capture = os.path.join(folder, "made.pcap")
        subprocess.run([tool("flowcard-gen"), "--flows", "400", "--packets", str(PACKETS), "--seconds", "4", "--seed", "11",
                        self.capture], check=True, stdout=subprocess.DEVNULL)
        self.csv = os.path.join(folder, "made.csv")
        subprocess.run([tool("flowcard-replay"), "-q", "--timeouts", "none", "--csv", self.csv, self.capture], check=True)
        self.collector = collectors.start_nfcapd(tempfile.mkdtemp(dir=folder))
        self.card = Card(folder, 7, "--port", "0=pcap:" + self.capture)
        self.daemon = Daemon(folder, config(self.card, self.collector.port))

    def end(self):
        for process in (self.daemon, self.card, self.collector):
            process.kill()

    def text(self, command):
        done = subprocess.run([tool("flowcard"), "--control", self.daemon.control, "-c", command], capture_output=True, text=True,
                              timeout=60)
        if done.returncode:
            fail(f"flowcard -c {command!r}: {done.returncode}: {done.stdout}{done.stderr}\n{self.daemon.text()}")
        return done.stdout

    def json(self, command):
        return json.loads(self.text(command + " | json"))


# ------------------------------------------------------------------------------------------- the cache
def await_all(unit):
    """All packets of the capture are merged, of both monitors."""
    rows = list(csv.DictReader(open(unit.csv, encoding="ascii")))
    packets = sum(int(r["packets"]) for r in rows)
    v4 = sum(int(r["packets"]) for r in rows if r["ip_version"] == "4")

    def there():
        card = unit.json("show platform card 7")["cards"][0]
        return card.get("merged_packets") == packets + v4 // 2 + v4 % 2 and unit.card.fed() and card
    card = wait_for(there, f"{packets} + {v4} / 2 packets merged")
    for ledger in card["ledgers"]:
        check(ledger["balanced"], f"ledger {ledger}")
    return rows


def key_of(flow):
    six = "ipv6_source_address" in flow
    return (flow["ipv6_source_address" if six else "ipv4_source_address"].lower(),
            flow["ipv6_destination_address" if six else "ipv4_destination_address"].lower(),
            flow["transport_source_port"], flow["transport_destination_port"],
            flow["ipv6_protocol" if six else "ipv4_protocol"],
            int(flow["ipv6_traffic_class" if six else "ipv4_tos"], 16))


def cache_equals_replay(unit, rows):
    flows = unit.json("show flow monitor ALL cache")["flows"]
    want = {(r["src"], r["dst"], int(r["sport"]), int(r["dport"]), int(r["proto"]), int(r["tos"])):
            (int(r["packets"]), int(r["bytes"])) for r in rows}
    got = {key_of(f): (f["counter_packets_long"], f["counter_bytes_long"]) for f in flows}
    same(len(flows), len(rows), "flows")
    same(got, want, "cache")
    statistics = unit.json("show flow monitor ALL statistics")
    same((statistics["current_entries"], statistics["flows_added"], statistics["flows_aged"]), (len(rows), len(rows), 0), "counts")
    return flows


def labelled(text):
    """Flows of format record, keys in small letters."""
    blocks = re.split(r"\n\s*\n", text.strip())
    flows = [dict((k.lower(), v) for k, v in re.findall(r"^([\w /]+?):\s+(\S.*)$", b, re.M)) for b in blocks]
    return [f for f in flows if "trns source port" in f]


def forms_agree(unit):
    flows = unit.json("show flow monitor V4 cache")["flows"]
    listed = labelled(unit.text("show flow monitor V4 cache format record"))
    lines = unit.text("show flow monitor V4 cache format csv").split("\n\n", 2)[-1].strip().splitlines()
    comma = list(csv.DictReader(io.StringIO("\n".join(lines))))
    table = unit.text("show flow monitor V4 cache format table").splitlines()
    ruler = next(i for i, line in enumerate(table) if line.startswith("===="))
    starts = [m.span() for m in re.finditer("=+", table[ruler])]
    cells = [[line[a:b].strip() for a, b in starts] for line in table[ruler + 1:] if line.strip()]

    def four(src, dst, sport, dport, pkts):
        return (src, dst, int(sport), int(dport), int(pkts))
    want = sorted(four(f["ipv4_source_address"], f["ipv4_destination_address"], f["transport_source_port"],
                       f["transport_destination_port"], f["counter_packets_long"]) for f in flows)
    same(sorted(four(f["ipv4 source address"], f["ipv4 destination address"], f["trns source port"], f["trns destination port"],
                     f["counter packets long"]) for f in listed), want, "format record")
    same(sorted(four(f["IPV4 SRC ADDR"], f["IPV4 DST ADDR"], f["TRNS SRC PORT"], f["TRNS DST PORT"], f["pkts long"])
                for f in comma), want, "format csv")
    same(sorted(four(c[0], c[1], c[2], c[3], c[11]) for c in cells), want, "format table")
    check(len(want) > 100, f"only {len(want)} flows")


def queries_equal_the_same_done_here(unit, flows):
    top = unit.json("show flow monitor ALL cache sort highest counter bytes long top 25")["flows"]
    same([f["counter_bytes_long"] for f in top], sorted((f["counter_bytes_long"] for f in flows), reverse=True)[:25], "top")
    tcp = unit.json("show flow monitor ALL cache filter ipv4 protocol 6")
    same(tcp["shown"], sum(f.get("ipv4_protocol") == 6 for f in flows), "filter")
    groups = unit.json("show flow monitor ALL cache aggregate transport destination-port")["flows"]
    want = {}
    for f in flows:
        g = want.setdefault(f["transport_destination_port"], [0, 0])
        g[0] += 1
        g[1] += f["counter_packets_long"]
    same({g["transport_destination_port"]: [g["flows"], g["counter_packets_long"]] for g in groups}, want, "aggregate")
    text = unit.text("show flow monitor ALL cache aggregate transport destination-port")
    same(re.findall(r"^(?:Processed|Aggregated to) (\d+) flows$", text, re.M), [str(len(flows)), str(len(want))], "summary")


# ------------------------------------------------------------------------------------------- counts
def counts_are_exact(unit, rows):
    v4 = sum(int(r["packets"]) for r in rows if r["ip_version"] == "4")
    sampler = unit.json("show sampler HALF")["samplers"][0]
    same((sampler["requests"], sampler["samples"]), (v4, math.ceil(v4 / 2)), "sampler")
    half = unit.json("show flow monitor V4 cache")["flows"]
    same(sum(f["counter_packets_long"] for f in half), math.ceil(v4 / 2), "sampled packets")
    port = unit.json("show platform card 7 ports")["ports"][0]
    same((port["frames"], sum(port["verdicts"].values())), (PACKETS, PACKETS), "frames")
    same(port["verdicts"]["flow"], sum(int(r["packets"]) for r in rows), "frames of flows")
    check(f"    Frames:                     {PACKETS}\n" in unit.text("show platform card 7 ports"), "text of ports")


def clear_does_what_it_says(unit, rows):
    unit.text("clear flow monitor ALL statistics")
    s = unit.json("show flow monitor ALL statistics")
    same((s["current_entries"], s["flows_added"]), (len(rows), 0), "statistics cleared")
    unit.text("clear flow monitor ALL cache force-export")
    s = unit.json("show flow monitor ALL statistics")
    same((s["current_entries"], s["flows_aged"], s["aged_event"]), (0, len(rows), len(rows)), "force-export")

    def sent():
        e = unit.json("show flow exporter OUT statistics")["exporters"][0]
        client = [c for c in e["clients"] if c["client"] == "Flow Monitor ALL"]
        return client and client[0]["records_sent"] == len(rows)
    wait_for(sent, f"{len(rows)} records sent")
    unit.text("clear flow monitor V4")
    s = unit.json("show flow monitor V4 statistics")
    same((s["current_entries"], s["flows_added"], s["flows_aged"]), (0, 0, 0), "cleared")
    clients = unit.json("show flow exporter statistics")["exporters"][0]["clients"]
    same([c["records_added"] for c in clients if c["client"] == "Flow Monitor V4"], [0], "thrown away, not exported")
    unit.text("clear flow exporter OUT statistics")
    same(unit.json("show flow exporter OUT statistics")["exporters"][0]["records_sent"], 0, "exporter")
    unit.text("clear sampler HALF")
    same(unit.json("show sampler HALF")["samplers"][0]["requests"], 0, "sampler cleared")


# ------------------------------------------------------------------------------------------- Cisco's parsers
PARSED = [
    ("ShowFlowRecord", "show flow record", {}),
    ("ShowFlowRecordName", "show flow record SORTED", {"record_name": "SORTED"}),
    ("ShowFlowMonitorCheck", "show flow monitor", {}),
    ("ShowFlowMonitorAll", "show flow monitor all", {}),
    ("ShowFlowExporter", "show flow exporter", {}),
    ("ShowFlowExporterStatistics", "show flow exporter statistics", {}),
    ("ShowFlowExporterStatistics", "show flow exporter OUT statistics", {"exporter": "OUT"}),
    ("ShowFlowInterface", "show flow interface", {}),
    ("ShowSampler", "show sampler HALF", {"name": "HALF"}),
    ("ShowFlowMonitorSdwanFlowMonitorStatistics", "show flow monitor ALL statistics", {"flow_monitor_name": "ALL"}),
    ("ShowFlowMonitorCache", "show flow monitor V4 cache", {"name": "V4"}),
    ("ShowFlowMonitorCache", "show flow monitor ALL cache format record", {"name": "ALL"}),
    ("ShowFlowMonitorCacheRecord", "show flow monitor V4 cache format record", {"name": "V4"}),
    ("ShowFlowMonitor", "show flow monitor V4 cache format table", {"name": "V4"}),
    ("ShowFlowMonitorCacheSortOrderCounter",
     "show flow monitor V4 cache sort highest counter packets long top 5 format table",
     {"name": "V4", "counter_type": "packets", "value": 5, "order": "highest"}),
    ("ShowRunningConfigFlowRecord", "show running-config flow record", {}),
    ("ShowRunningConfigFlowExporter", "show running-config flow exporter", {}),
    ("ShowRunningConfigFlowMonitorExpand", "show running-config flow monitor V4 expand", {"monitor_name": "V4"}),
]


def parsers_read_them(unit, flows, both):
    asked = [{"class": c, "arguments": a, "text": unit.text(command)} for c, command, a in PARSED]
    done = subprocess.run([sys.executable, PARSERS, "--texts"], input=json.dumps(asked), capture_output=True, text=True)
    if done.returncode == 77:
        print("Cisco's parsers are not installed: not asked. " + done.stderr.strip().splitlines()[0])
        return
    check(done.returncode == 0, done.stderr)
    for (cls, command, _), answer in zip(PARSED, json.loads(done.stdout)):
        check("error" not in answer, f"{cls} of {command!r}: {answer.get('error')}")
    answers = {command: answer["parsed"] for (_, command, _), answer in zip(PARSED, json.loads(done.stdout))}
    entries = answers["show flow monitor V4 cache"]["entries"].values()
    same(sum(e["counter_pkts_long"] for e in entries), sum(f["counter_packets_long"] for f in flows), "packets that the parser finds")
    same(len(entries), len(flows), "flows that the parser finds")
    same(len(answers["show flow monitor ALL cache format record"]["entries"]), len(both), "flows of both IP versions")
    top = answers[next(command for cls, command, _ in PARSED if "SortOrder" in cls)]
    same(sum(len(d["index"]) for s in top["ipv4_src_addr"].values() for d in s["ipv4_dst_addr"].values()), 5, "top 5")
    print(f"Cisco's parsers read {len(PARSED)} texts")


def listings(folder):
    unit = Unit(folder)
    try:
        rows = await_all(unit)
        flows = cache_equals_replay(unit, rows)
        forms_agree(unit)
        queries_equal_the_same_done_here(unit, flows)
        counts_are_exact(unit, rows)
        parsers_read_them(unit, unit.json("show flow monitor V4 cache")["flows"], flows)
        clear_does_what_it_says(unit, rows)
        same(unit.daemon.end(), 0, "flowcardd's exit status")
    finally:
        unit.end()


if __name__ == "__main__":
    run(listings)
