#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two flowcardd on this machine make a pair; what is typed at the active unit, and what the standby unit refuses."""
import os
import subprocess

from cli import Terminal
from scenario import check, keep, run
from unit import Daemon, tool, wait_for

NET = f"127.{1 + os.getpid() // 250 % 250}.{1 + os.getpid() % 250}"
OBJECTS = "flow record MINE\n match ipv4 source address\n collect counter bytes\nflow monitor M\n record MINE\n"


def start(folder, unit, more):
    own = os.path.join(folder, f"unit{unit}")
    os.mkdir(own)
    return keep(Daemon(own, f"hostname box\nredundancy\n mode sso\n unit {unit}\n peer {NET}.{unit} {NET}.{3 - unit}\n"
                            f" key {folder}/keys/pair.key\n" + more))


def checks_of_a_file(folder):
    path = os.path.join(folder, "half.conf")
    with open(path, "w", encoding="ascii") as stream:
        stream.write("redundancy\n mode sso\n unit 1\n peer 192.0.2.1 192.0.2.2\n")
    done = subprocess.run([tool("flowcardd"), "--config", path, "--check-config"], capture_output=True, text=True, timeout=30)
    check(done.returncode == 0 and done.stdout == f"{path}: mode sso without a key or a certificate makes no pair\n{path} is well\n",
          f"--check-config: {done}")


def state(daemon):
    return daemon.ask("show redundancy states")["my_state_name"]


def make(folder):
    """Unit 1 is active, for it has the lower number; unit 2 has another configuration, and becomes hot."""
    subprocess.run([tool("flowcard-pair-init"), folder + "/keys"], check=True, stdout=subprocess.DEVNULL, timeout=30)
    active = start(folder, 1, OBJECTS)
    standby = start(folder, 2, "sampler OLD\ncard 5\n shutdown\n")
    wait_for(lambda: state(standby) == "STANDBY HOT", "unit 2 is hot", 30)
    check(state(active) == "ACTIVE", "unit 1 is active")
    return active, standby


def refusals(t, standby):
    t.command("enable", "box-stby#")
    for line in ("configure terminal", "clear flow monitor M cache", "clear sampler", "clear flow exporter statistics"):
        check(t.command(line) == "% Standby unit: configure from the active unit\n", f"refused: {line}")
    shown = t.command("show running-config")
    check("flow monitor M" in shown and "sampler OLD" not in shown and "card 5" in shown and " unit 2" in shown,
          f"the active unit's objects, its own cards: {shown}")
    check("There are no cache entries" in t.command("show flow monitor M cache"), "a cache is listed")
    check("[OK]" in t.command("write memory"), "write memory")
    saved = standby.text_of_config()
    check("record MINE" in saved and "OLD" not in saved and " unit 2" in saved, f"it starts right: {saved}")


def changes(t, active, standby):
    """What is typed at the active unit is at the standby, too, with the same numbers."""
    t.command("enable", "box#")
    t.command("configure terminal", "box(config)#")
    t.command("redundancy", "box(config-red)#")
    check("% Warning: mode sso without a key or a certificate makes no pair" not in t.command("exit", "box(config)#"), "nothing lacks")
    t.command("sampler NEW", "box(config-sampler)#")
    t.command("mode random 1 out-of 7", "box(config-sampler)#")
    t.command("end", "box#")

    def same():
        ours, theirs = (d.ask("show redundancy config-sync") for d in (active, standby))
        return ours["state"] == theirs["state"] == "synchronized" and ours["my_checksum"] == theirs["my_checksum"]
    wait_for(same, "the configurations are the same")
    check("out-of 7" in "\n".join(standby.ask("show running-config")["lines"]), "the standby has the line")
    check(t.command("show redundancy config-sync failures mcl").endswith("The list is Empty\n"), "nothing was refused")


def switchover(t, s, active, standby):
    t.keys("redundancy force-switchover\r")
    t.expect("Proceed with switchover to standby RP? [confirm]")
    t.keys("n")
    t.expect("box#")
    check(state(active) == "ACTIVE", "who does not confirm changes nothing")
    t.keys("redundancy force-switchover\r")
    t.expect("Proceed with switchover to standby RP? [confirm]")
    t.keys("\r")
    t.expect("Manual Swact = enabled")
    wait_for(lambda: state(standby) == "ACTIVE", "unit 2 takes over", 20)
    wait_for(lambda: state(active) == "STANDBY HOT", "unit 1 stands by", 30)
    s.command("", "box#")
    t.command("", "box-stby#")
    check("user forced" in s.command("show redundancy switchover history"), "it is in the history")
    s.command("configure terminal", "box(config)#")
    s.command("no sampler NEW", "box(config)#")
    s.command("end", "box#")
    wait_for(lambda: "sampler NEW" not in active.ask("show running-config")["lines"], "the other way round, too")
    check("% Standby unit" in t.command("configure terminal"), "and refused")


def pair(folder):
    checks_of_a_file(folder)
    active, standby = make(folder)
    s = Terminal(standby, prompt="box-stby>")
    refusals(s, standby)
    t = Terminal(active)
    changes(t, active, standby)
    switchover(t, s, active, standby)
    check(standby.end() == 0 and active.end() == 0, "both end in order")


run(pair)
