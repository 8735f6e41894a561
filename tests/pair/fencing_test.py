#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`fencing peer`: a command that takes two seconds and kills the other daemon, and writes down what it does. It is not run while both are
well, whatever they are told to do; once when the active unit is silent, and only when it is over the other one becomes active.
No cards, no namespaces.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from unit import Daemon, fail, tool, wait_for  # noqa: E402

NET = f"127.{1 + os.getpid() // 250 % 250}.{1 + os.getpid() % 250}"
AGENT = """#!/bin/sh
echo "unit $FC_UNIT term $FC_TERM begins" >>{folder}/log
sleep $(cat {folder}/seconds)
kill -9 $(cat {folder}/pid$((3 - FC_UNIT)))
echo "unit $FC_UNIT term $FC_TERM ends" >>{folder}/log
"""


class Pair:
    def __init__(self, folder):
        self.folder, self.daemons, self.starts = folder, {}, 0
        subprocess.run([tool("flowcard-pair-init"), folder + "/keys"], check=True, stdout=subprocess.DEVNULL, timeout=30)
        self.write("agent", AGENT.format(folder=folder))
        os.chmod(folder + "/agent", 0o755)
        self.write("seconds", "2")
        self.write("log", "")

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as stream:
            stream.write(text)

    def log(self):
        with open(self.folder + "/log", encoding="ascii") as stream:
            return stream.read().splitlines()

    def start(self, unit):
        self.starts += 1
        own = os.path.join(self.folder, f"run{self.starts}")
        os.mkdir(own)
        self.daemons[unit] = Daemon(own, f"hostname box\nredundancy\n mode sso\n unit {unit}\n peer {NET}.{unit} {NET}.{3 - unit}\n"
                                         f" heartbeat interval 200 misses 5\n key {self.folder}/keys/pair.key\n fencing peer {self.folder}/agent\n")
        self.write(f"pid{unit}", str(self.daemons[unit].process.pid))

    def state(self, unit):
        return self.daemons[unit].ask("show redundancy states")["my_state_name"]

    def await_roles(self, active, what):
        wait_for(lambda: self.state(active) == "ACTIVE" and self.state(3 - active) == "STANDBY HOT", f"unit {active} is active, {what}", 40)

    def check(self, lines, when):
        if self.log() != lines:
            fail(f"{when}: the command's log is {self.log()}, not {lines}\n" + "\n".join(d.text() for d in self.daemons.values()))

    def end(self):
        for daemon in self.daemons.values():
            if daemon.process.poll() is None:
                daemon.send(signal.SIGCONT)
            daemon.kill()


def while_both_are_well(pair):
    pair.start(1)
    pair.start(2)
    pair.await_roles(1, "at boot")
    pair.check([], "at boot")
    pair.daemons[1].ask("redundancy force-switchover")
    pair.await_roles(2, "after a switchover")
    pair.check([], "in a planned switchover")
    pair.daemons[2].ask("redundancy reload peer")
    time.sleep(0.5)
    pair.await_roles(2, "after a reload of the peer")
    pair.check([], "when the peer begins anew")
    if pair.daemons[1].end():
        fail("unit 1 ended badly")
    pair.start(1)
    pair.await_roles(2, "after an end in order of the standby")
    pair.check([], "when the standby ends in order")
    if pair.daemons[2].end():
        fail("unit 2 ended badly")
    wait_for(lambda: pair.state(1) == "ACTIVE", "unit 1 after an end in order of the active one", 10)
    pair.start(2)
    pair.await_roles(1, "after an end in order of the active unit")
    pair.check([], "when the active unit ends in order")


def when_the_active_one_is_silent(pair):
    pair.daemons[1].send(signal.SIGSTOP)
    until = time.monotonic() + 20
    while pair.state(2) != "ACTIVE":
        if time.monotonic() > until:
            fail(f"unit 2 is not active; the command's log is {pair.log()}\n{pair.daemons[2].text()}")
        time.sleep(0.05)
    lines = pair.log()
    if len(lines) != 2 or not all(line.startswith("unit 2 term ") for line in lines) or [line.split()[-1] for line in lines] != ["begins", "ends"]:
        fail(f"unit 2 is active, and the command's log is {lines}")
    if pair.daemons[1].process.wait(5) != -signal.SIGKILL:
        fail("unit 1 was not killed")
    pair.start(1)
    pair.await_roles(2, "after the other one came back")
    pair.check(lines, "when who was fenced comes back")


def an_end_does_not_wait_for_it(pair):
    before = pair.log()
    pair.write("seconds", "25")
    pair.daemons[1].kill()
    wait_for(lambda: len(pair.log()) == len(before) + 1, "the command for a standby that has died", 10)
    begin = time.monotonic()
    if pair.daemons[2].end():
        fail("unit 2 ended badly")
    if time.monotonic() - begin > 10:
        fail(f"it took unit 2 {time.monotonic() - begin:.1f} s to end while its command ran")
    left = subprocess.run(["pgrep", "-f", pair.folder + "/agent"], capture_output=True, text=True, timeout=10).stdout
    if left.strip():
        fail(f"the command has outlived its unit: {left}")


with tempfile.TemporaryDirectory(prefix="flowcard-fencing-") as place:
    both = Pair(place)
    try:
        while_both_are_well(both)
        when_the_active_one_is_silent(both)
        an_end_does_not_wait_for_it(both)
    finally:
        both.end()
print("the command was run once for a silent unit, once for a dead one, never beside a healthy one")
