#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""daemon.py SCENARIO: flowcardd with flowcard-sim as its cards and nfcapd as its collector.

captures  what nfcapd has equals the flow oracle, flow by flow; two cards at once
loss      the card's process is killed, comes back, goes wrong: reported within a second, nothing merged is lost
reload    SIGHUP: bad file, other timeouts, another exporter, a second card hot-plugged
service   systemd's notifications; an ordinary user who was given the card's socket
regs      flowcard-regs live: from a card, from the daemon, with faults
"""
import copy
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from scenario import check, keep, run
from unit import BUILD, LOST_WITHIN, SOURCE, Card, Daemon, card, collectors, exporter, monitor, tool, wait_for

SHARED = os.path.join(SOURCE, "..", "shared")
CAPTURES = ["o04-tls-v4-v6.pcap", "o17-ipv6-ext-chains.pcapng", "o10-synscan.pcap"]


def made(folder, flows, packets, seed, seconds=6):
    path = os.path.join(folder, f"made{seed}.pcap")
    subprocess.run([tool("flowcard-gen"), "--flows", str(flows), "--packets", str(packets), "--seconds", str(seconds), "--seed",
                    str(seed), path], check=True, stdout=subprocess.DEVNULL)
    return path


def replayed(folder, capture):
    """Rows as flowcard-replay has them, whose own judge is the oracle."""
    csv = os.path.join(folder, os.path.basename(capture) + ".csv")
    subprocess.run([tool("flowcard-replay"), "-q", "--entries", "512", "--timeouts", "none", "--csv", csv, capture], check=True, timeout=300)
    return collectors.read_csv(csv)


def oracle_rows(folder, capture):
    oracle = os.path.join(SHARED, "oracle", "oracle.py")
    csv = os.path.join(folder, os.path.basename(capture) + ".oracle.csv")
    subprocess.run([sys.executable, oracle, capture, "--window", "192", "--flows", csv], check=True, timeout=300,
                   stderr=subprocess.DEVNULL)
    return collectors.read_csv(csv)


def merge(tables):
    out = {}
    for table in tables:
        for key, row in table.items():
            collectors.put(out, key, copy.copy(row))
    return out


# ------------------------------------------------------------------------------------------- captures
def run_captures(folder, pairs):
    """pairs: (slot, capture, rows). Return sentences on what is wrong."""
    nfcapd = keep(collectors.start_nfcapd(tempfile.mkdtemp(dir=folder)))
    cards = [keep(Card(folder, slot, "--port", "0=pcap:" + capture)) for slot, capture, _ in pairs]
    config = exporter("OUT", nfcapd.port) + monitor("ALL", ["OUT"])
    daemon = keep(Daemon(folder, config + "".join(card(c.slot, c.socket, "ALL") for c in cards)))
    for c, (_, _, rows) in zip(cards, pairs):
        packets = collectors.sums(rows)[1]
        daemon.await_card(c.slot, f"{packets} packets merged", lambda s, p=packets: s["merged_packets"] >= p and c.fed())
        ledgers = daemon.card(c.slot)["ledgers"]
        check(all(entry["balanced"] for entry in ledgers), f"ledger off: {ledgers}")
    check(daemon.end() == 0, "flowcardd's exit status")
    nfcapd.wait_drained()
    totals = nfcapd.stop()
    for c in cards:
        check(c.end() == 0, "flowcard-sim's exit status")
    want = merge(rows for _, _, rows in pairs)
    # A capture that spans more than the longest timeout ends flows on the way: records of one key are added up.
    sums = [collectors.sums(rows) for _, _, rows in pairs]
    check((totals["packets"], totals["bytes"]) == (sum(s[1] for s in sums), sum(s[2] for s in sums)), f"{totals} of {sums}")
    check(totals["sequence_errors"] == 0 and totals["bad"] == 0, f"{totals}")
    return collectors.differences(want, nfcapd.rows())


def captures(folder):
    first, second = made(folder, 800, 8000, 1), made(folder, 500, 3000, 2)
    runs = [[(7, first, replayed(folder, first)), (3, second, replayed(folder, second))]]
    if os.path.exists(os.path.join(SHARED, "oracle", "oracle.py")):
        for name in sys.argv[2:] or CAPTURES:
            path = name if os.path.exists(name) else os.path.join(SHARED, "captures", name)
            if os.path.exists(path):
                runs.append([(7, path, oracle_rows(folder, path))])
    for pairs in runs:
        wrong = run_captures(folder, pairs)
        check(not wrong, f"{[p[1] for p in pairs]}: {wrong}")
        print(f"{[os.path.basename(p[1]) for p in pairs]}: {sum(len(p[2]) for p in pairs)} flows equal")


# ------------------------------------------------------------------------------------------- loss
def report_time(daemon, count):
    begin = time.monotonic()
    wait_for(lambda: daemon.text().count("-CARDLOST:") == count, "the loss is reported", 20)
    seconds = time.monotonic() - begin
    print(f"reported after {seconds:.2f} s: " + daemon.text().split("-CARDLOST: ")[-1].splitlines()[0])
    return seconds


def looped(folder, slot):
    return keep(Card(folder, slot, "--port", "0=gen:web,flows=300,packets=20000,seconds=20,loop,speed=1"))


def loss(folder):
    nfcapd = keep(collectors.start_nfcapd(tempfile.mkdtemp(dir=folder)))
    sim = looped(folder, 7)
    config = exporter("OUT", nfcapd.port) + monitor("ALL", ["OUT"])
    daemon = keep(Daemon(folder, config + card(7, sim.socket, "ALL", " epoch length-log2 28\n")))
    daemon.await_card(7, "packets", lambda s: s["merged_packets"] > 1000)
    sim.kill()
    check(report_time(daemon, 1) < LOST_WITHIN, "a killed card is reported too late")
    first = daemon.await_card(7, "gone", lambda s: s["state"] == "gone" and not s["rings"])
    check(first["lost"]["times"] == 1 and first["merged_packets"] > 1000, f"{first}")
    sim = looped(folder, 7)
    daemon.await_card(7, "back", lambda s: s["generation"] == 2 and s["merged_packets"] > first["merged_packets"] + 500)
    sim.ask("all-ones on")
    check(report_time(daemon, 2) < LOST_WITHIN, "all ones are reported too late")
    sim.ask("all-ones off")
    daemon.await_card(7, "back again", lambda s: s["generation"] == 3)
    sim.ask("link down")
    check(report_time(daemon, 3) < LOST_WITHIN, "a lost link is reported too late")
    sim.ask("link up")
    daemon.await_card(7, "up again", lambda s: s["generation"] == 4 and s["state"] == "present")
    sim.ask("pull-out")
    check(report_time(daemon, 4) < LOST_WITHIN, "a pulled card is reported too late")
    last = daemon.await_card(7, "flows closed", lambda s: s["lost"]["times"] == 4 and not s["rings"])
    check(daemon.end() == 0, "flowcardd's exit status")
    nfcapd.wait_drained()
    totals = nfcapd.stop()
    check(totals["packets"] == last["merged_packets"], f"{totals['packets']} of {last['merged_packets']} exported")
    check(totals["flows"] == last["closed_flows"] and totals["sequence_errors"] == 0, f"{totals} {last}")
    sim.ask("plug-in")
    daemon = keep(Daemon(folder, config + card(7, sim.socket, "ALL", " card-loss exit\n")))
    daemon.await_card(7, "present", lambda s: s["state"] == "present")
    sim.kill()
    check(daemon.process.wait(20) == 3, "card-loss exit ends with 3")


# ------------------------------------------------------------------------------------------- reload
def reload(folder):
    one, two = (keep(collectors.start_nfcapd(tempfile.mkdtemp(dir=folder))) for _ in range(2))
    first, second = made(folder, 300, 2000, 3), made(folder, 200, 1500, 4)
    rows = [replayed(folder, path) for path in (first, second)]
    packets = [collectors.sums(r)[1] for r in rows]
    sims = [keep(Card(folder, slot, "--port", "0=pcap:" + path)) for slot, path in ((7, first), (3, second))]
    base = exporter("ONE", one.port)
    daemon = keep(Daemon(folder, base + monitor("ALL", ["ONE"]) + card(7, sims[0].socket, "ALL")))
    daemon.await_card(7, "all merged", lambda s: s["merged_packets"] == packets[0])
    live = daemon.ask("show flow monitor ALL cache")
    listed = sum(flow["counter_packets_long"] for flow in live["flows"])
    check(listed == packets[0] and live["current_entries"] == len(rows[0]) == len(live["flows"]), f"the cache listing: {listed}")
    daemon.reload(base + "flow monitor ALL\n cache nonsense\n")
    check("unit.conf:7: Invalid input" in daemon.text() and "was refused" in daemon.text(), "a bad file is refused")
    both = base + exporter("TWO", two.port, "netflow-v9") + monitor("ALL", ["ONE", "TWO"])
    daemon.reload(both + "".join(card(s.slot, s.socket, "ALL") for s in sims))
    daemon.await_card(3, "all merged", lambda s: s["merged_packets"] == packets[1])
    check(daemon.card(7)["generation"] == 1 and daemon.card(7)["merged_packets"] == packets[0], "flows are kept")
    daemon.reload(both + "".join(card(s.slot, s.socket, "ALL", " ring size-log2 13\n") for s in sims))
    wait_for(lambda: daemon.text().count("%FLOWCARD-5-CARDUP: card 7") == 2, "another ring: the card is opened anew")
    daemon.reload(both + card(7, sims[0].socket, "ALL"))
    check(len(daemon.ask("show platform card")["cards"]) == 1, "a card that is gone from the file goes")
    check(daemon.end() == 0, "flowcardd's exit status")
    want = {"flows": len(rows[0]) + len(rows[1]), "packets": sum(packets)}
    for nfcapd in (one, two):
        nfcapd.wait_drained()
        totals = nfcapd.stop()
        check({k: totals[k] for k in want} == want and not totals["sequence_errors"], f"{totals}, not {want}")


# ------------------------------------------------------------------------------------------- service
NOBODY = 65534


def as_nobody(folder, sim):
    """Words in front of the daemon that make it an ordinary user, where this test may do that."""
    if os.getuid() or not shutil.which("setpriv"):
        return []
    os.chmod(folder, 0o711)
    os.chown(sim.socket, 0, NOBODY)
    os.chmod(sim.socket, 0o660)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs",
            "--bounding-set=-all", "--inh-caps=-all"]


def service(folder):
    where = os.path.join(folder, "run")
    os.mkdir(where)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(os.path.join(where, "notify"))
    notify.settimeout(30)
    sim = keep(Card(folder, 7, "--port", "0=pcap:" + made(folder, 100, 500, 6)))
    before = as_nobody(folder, sim)
    if before:
        for path in (where, os.path.join(where, "notify")):
            os.chown(path, NOBODY, NOBODY)
    config = exporter("OUT", 9) + monitor("ALL", ["OUT"]) + card(7, sim.socket, "ALL")
    daemon = keep(Daemon(where, config, before, NOTIFY_SOCKET=os.path.join(where, "notify"), WATCHDOG_USEC="1000000"))
    check("READY=1" in notify.recv(500).decode(), "ready is told")
    daemon.await_card(7, "fed", lambda s: s["merged_packets"] > 100)
    if before:
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as stream:
            status = stream.read()
        check(f"Uid:\t{NOBODY}" in status and "CapEff:\t0000000000000000" in status, status)
    check(notify.recv(500) == b"WATCHDOG=1", "the watchdog is fed")
    daemon.reload(config)
    told = []
    while "READY=1" not in told:  # the watchdog's words, however many there were by now, stand before it
        told.append(notify.recv(500).decode())
    check(any("RELOADING=1" in t and "MONOTONIC_USEC=" in t for t in told) and "READY=1" in told, f"{told}")
    mode = os.stat(daemon.control).st_mode & 0o777
    check(mode == 0o660, f"the control socket's mode is {mode:o}")
    check(daemon.end() == 0 and not os.path.exists(daemon.control), "flowcardd's end")
    notify.setblocking(False)
    while b"STOPPING=1" not in notify.recv(500):
        pass
    print("as an ordinary user" if before else "as the user of this test")


# ------------------------------------------------------------------------------------------- flowcard-regs
def regs(*words, status=0):
    done = subprocess.run([tool("flowcard-regs"), *words], capture_output=True, text=True, timeout=120)
    check(done.returncode == status, f"flowcard-regs {words}: {done.returncode}, not {status}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def snapshots(folder, daemon):
    """A card whose epoch does not end keeps its entries: each is in the snapshot, and nothing is merged by it."""
    capture = made(folder, 60, 400, 8, seconds=1)  # an epoch of 2^40 ns ends 7.7 s after their first
    sim = keep(Card(folder, 4, "--port", "0=pcap:" + capture))
    daemon.reload(daemon.text_of_config() + card(4, sim.socket, "ALL", " epoch length-log2 40\n"))
    daemon.await_card(4, "fed", lambda s: s["state"] == "present" and sim.fed())
    text = regs("--json", "--snapshot", "--latch", "--control", daemon.control, "slot:4")
    records = [r for r in json.loads(text)["records"] if r["kind"] == "snapshot"]
    rows = replayed(folder, capture)
    seen = {(r["src"], r["dst"], r["sport"], r["dport"], r["proto"], r["tos"]): r["packets"] for r in records}
    check(seen == {key: row.packets for key, row in rows.items()}, f"{len(seen)} entries, {len(rows)} flows: {text[-600:]}")
    now = daemon.card(4)
    check(now["merged_packets"] in (0, collectors.sums(rows)[1]) and now["rings"][0]["snapshots"] == len(records), f"{now}")


def registers(folder):
    sim = keep(Card(folder, 7, "--port", "0=pcap:" + made(folder, 300, 2000, 5)))
    where, saved = "vfio-user:" + sim.socket, os.path.join(folder, "dump")
    check("entries_log2=9" in regs(where), "live registers")
    check('"where": "vfio-user:' in regs("--json", where), "live registers as JSON")
    regs("--save", saved, where)
    regs("--diff", saved, where, status=0)
    check("ok: " in regs("--check", "--latch", where), "a card at rest is well")
    daemon = keep(Daemon(folder, exporter("OUT", 9) + monitor("ALL", ["OUT"]) + card(7, sim.socket, "ALL")))
    daemon.await_card(7, "fed", lambda s: s["merged_packets"] > 100 and sim.fed())
    slot = ["--control", daemon.control, "slot:7"]
    text = regs("--latch", *slot)
    check("selected_packets" in text and "ring 0 record" in text and "barrier epoch" in text, text)
    check("ok: " in regs("--check", "--latch", *slot), "a card at work is well")
    regs("--diff", "--control", daemon.control, saved, "7", status=1)
    snapshots(folder, daemon)
    regs("--watch=0.1", "--count", "2", *slot)
    check(daemon.end() == 0, "flowcardd's exit status")
    sim.ask("link down")
    check("link is down" in regs("--check", where, status=2), "a lost link is critical")
    sim.ask("link up", "all-ones on")
    check("the card is gone" in regs("--check", where, status=2), "all ones are critical")
    sim.ask("all-ones off")
    sim.kill()
    regs("--check", where, status=3)


def main():
    if not os.path.exists(tool("flowcard-sim")):
        print("skipped: there is no simulated card in " + BUILD)
        sys.exit(77)
    missing = collectors.missing("nfcapd", "nfdump")
    if missing:
        print(f"skipped: not installed: {missing}")
        sys.exit(77)
    run({"captures": captures, "loss": loss, "reload": reload, "service": service, "regs": registers}[sys.argv[1]])


main()
