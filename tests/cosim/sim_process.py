#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The card in another process: flows equal the oracle's, on one port and on two; a client that is killed costs nothing
that the ledger does not say; SIGTERM ends it in order."""
import os
import subprocess
import time

from replay import SHARED, fail, judge, oracle_module
from sim_run import SIM, Client, Sim, inspect

CAPTURES = ("o01-isp-tap-fragtest.pcap", "o14-dns-fragmented.pcap", "o25-qinq-pppoe-discord.pcap",
            "o17-ipv6-ext-chains.pcapng")
INPUT_IF, FIRST_NS, LAST_NS = 7, 10, 11
DAY_NS = 86400 * 10**9


def capture_path(name):
    return os.path.join(SHARED, "captures", name)


def balanced(ledger):
    return ledger["selected"] == ledger["emitted"] + ledger["resident"] + ledger["unaccounted"]


def drained(ledger):
    return (balanced(ledger) and ledger["resident"] == 0 and ledger["unaccounted"] == 0 and ledger["damaged"] == 0 and
            ledger["seen"] == ledger["emitted"] == ledger["closed"])


def compare(what, rows, want):
    if sorted(rows) != sorted(want):
        extra = [r for r in rows if r not in want][:3]
        missing = [r for r in want if r not in rows][:3]
        fail("%s: %d flows, the oracle has %d; only here %r, only there %r" % (what, len(rows), len(want), extra, missing))
    return len(rows)


def one_port(oracle, name, *options):
    rows, counters = judge(oracle, capture_path(name))
    with Sim("--port", "0=pcap:" + capture_path(name), "--stall", "10") as sim:
        with Client(sim, "--frames", str(counters["frames"]), *options) as client:
            status, ledger, flows = client.finish()
            if status or not ledger or not drained(ledger):
                fail("%s: exit status %s, ledger %s, %s" % (name, status, ledger, client.lines.text))
    if "--irq" in options and not ledger["interrupts"]:
        fail("%s: no interrupt came" % name)
    return compare(name, flows, rows)


def on_port(rows, port):
    return [row[:INPUT_IF] + [str(port)] + row[INPUT_IF + 1:] for row in rows]


def two_ports_four_rings(oracle):
    first, second = capture_path(CAPTURES[0]), capture_path(CAPTURES[1])
    rows0, counters0 = judge(oracle, first)
    rows1, counters1 = judge(oracle, second)
    frames = counters0["frames"] + counters1["frames"]
    with Sim("--ports", "2", "--rings", "4", "--port", "0=pcap:" + first, "--port", "1=pcap:" + second) as sim:
        with Client(sim, "--frames", str(frames), "--irq") as client:
            status, ledger, flows = client.finish()
            if status or not drained(ledger):
                fail("two ports: exit status %s, ledger %s" % (status, ledger))
    return compare("two ports", flows, on_port(rows0, 0) + on_port(rows1, 1))


def without_times(rows):
    return [row[:FIRST_NS] + row[LAST_NS + 1:] for row in rows]


def rebased(oracle):
    """A capture of another year begins when the first one begins; nothing else of it changes."""
    first, second = capture_path(CAPTURES[0]), capture_path(CAPTURES[1])
    rows0, counters0 = judge(oracle, first)
    rows1, counters1 = judge(oracle, second)
    frames = counters0["frames"] + counters1["frames"]
    with Sim("--ports", "2", "--rings", "4", "--port", "0=pcap:" + first,
             "--port", "1=pcap:" + second + ",rebase") as sim:
        with Client(sim, "--frames", str(frames)) as client:
            status, ledger, flows = client.finish()
            if status or not drained(ledger):
                fail("rebase: exit status %s, ledger %s" % (status, ledger))
    begin = [min(int(row[FIRST_NS]) for row in flows if row[INPUT_IF] == port) for port in "01"]
    if abs(begin[0] - begin[1]) > DAY_NS:
        fail("rebase: port 0 begins at %d, port 1 at %d" % tuple(begin))
    return compare("rebase", without_times(flows), without_times(on_port(rows0, 0) + on_port(rows1, 1)))


def killed_client():
    """Frames go on while nobody is there, and every one of them stands in the ledger."""
    with Sim("--port", "0=gen:web,flows=5000,packets=200000,loop,speed=2") as sim:
        with Client(sim, "--frames", str(10**12)) as client:
            time.sleep(1)
            client.kill()
        if not sim.lines.wait("client 2 is gone", 10):
            fail("the killed client was not missed: %s" % sim.lines.text)
        fed = int(sim.status()["fed"])
        time.sleep(0.5)
        later = int(sim.status()["fed"])
        if not 0 < fed < later:
            fail("the card stands still without a client: %d, then %d frames" % (fed, later))
        sim.ask("pause on")
        ledger, status = inspect(sim), sim.status()
        if not balanced(ledger) or ledger["selected"] == 0 or ledger["selected"] > int(status["fed"]):
            fail("ledger after the kill: %s, %s frames fed" % (ledger, status["fed"]))
        if ledger["unaccounted"] == 0:
            fail("nobody read for a while and nothing is unaccounted: was anything fed?")
        sim.ask("pause off")
        with Client(sim, "--frames", "20000") as client:
            status, ledger, _ = client.finish()
            if status or not drained(ledger):
                fail("the next client: exit status %s, ledger %s" % (status, ledger))
    return ledger["closed"]


def orderly_end():
    with Sim("--port", "0=gen:web,loop,speed=1") as sim:
        with Client(sim, "--frames", str(10**12)) as client:
            status, seconds = sim.stop()
            if status or seconds > 5:
                fail("SIGTERM: exit status %d after %.1f s" % (status, seconds))
            if not sim.lines.wait("stopped; client=no", 5):
                fail("the client was not asked to let go: %s" % sim.lines.text)
            if not client.lines.wait("trouble gone", 5):
                fail("the client was not told: %s" % client.lines.text)
        if os.path.exists(sim.socket) or os.path.exists(sim.control):
            fail("a socket was left behind")


def refused():
    """What cannot be is said in one line, with the exit status that the manual gives."""
    with Sim() as sim:
        for options, status, word in (
                (["--socket", sim.socket], 1, "in use"),
                (["--socket", "/x/s", "--entries", "100"], 2, "built are"),
                (["--socket", "/x/s", "--port", "1=gen:web"], 2, "the card has 1"),
                (["--socket", "/x/s", "--port", "0=gen:web,speed=0"], 2, "factor"),
                (["--socket", "/x/s", "--port", "0=gen:web", "--port", "0=gen:web,speed=2"], 2, "one speed"),
                (["--socket", "/x/s", "--port", "0=pcap:/no/such.pcap"], 1, "/no/such.pcap"),
                (["--socket", "/x/s", "--port", "0=if:nosuchif0"], 1, "nosuchif0"),
                (["--socket", "/x/s"], 1, "No such file"),
                (["--port", "0=gen:web"], 2, "--socket"),
                (["--ask", sim.control, "freeze maybe"], 1, "wants on or off"),
                (["--ask", "/x/c", "status"], 1, "/x/c")):
            done = subprocess.run([SIM, *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
            if done.returncode != status or word not in done.stdout:
                fail("flowcard-sim %s: exit status %d: %s" % (" ".join(options), done.returncode, done.stdout))
        if sim.process.poll() is not None:
            fail("a refused second server ended the first: %s" % sim.lines.text)


def main():
    refused()
    killed = killed_client()
    orderly_end()
    oracle = oracle_module()
    if not os.path.isdir(os.path.join(SHARED, "captures")):
        fail("no captures beside the oracle")
    compared = sum(one_port(oracle, name, *([] if i else ["--irq"])) for i, name in enumerate(CAPTURES))
    compared += two_ports_four_rings(oracle) + rebased(oracle)
    print("%d flows equal the oracle's; %d packets drained after a kill" % (compared, killed))
    if compared < 1000:
        fail("only %d flows compared" % compared)


main()
