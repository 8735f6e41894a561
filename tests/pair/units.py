# SPDX-License-Identifier: BSD-2-Clause
"""Two units in two network namespaces, their cards, relay, traffic and collector; see namespaces.py for the picture."""
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "daemon"))
import judge  # noqa: E402
import sink  # noqa: E402
import traffic  # noqa: E402
from namespaces import COLLECTOR, LINKS, SOURCE_ADDRESS, Net  # noqa: E402
from unit import BUILD, Card, Daemon, Process, fail, tool, wait_for  # noqa: E402, F401

SLOT = 7
PORTS = {"ipfix": 4739, "netflow-v9": 9995, "netflow-v5": 2055}
HERTZ = 1000  # frames a second


def made(folder, seed, flows=120, packets=3000, mix="web"):
    path = os.path.join(folder, f"made{seed}.pcap")
    subprocess.run([tool("flowcard-gen"), "--flows", str(flows), "--packets", str(packets), "--seconds", "5", "--seed", str(seed),
                    "--mix", mix, path], check=True, stdout=subprocess.DEVNULL, timeout=60)
    return path


class Settings:
    """What a pair's configuration says beside what all have."""

    def __init__(self, mode="sso", fencing="", feed="single", protocols=("ipfix", "netflow-v9"), heartbeat="", epoch_log2=27,
                 collector=COLLECTOR, ports=None, options=False, inactive=600, hook=""):
        self.mode, self.fencing, self.feed, self.protocols, self.heartbeat = mode, fencing, feed, protocols, heartbeat
        self.epoch_log2, self.collector, self.ports, self.options = epoch_log2, collector, ports or PORTS, options
        self.inactive, self.hook = inactive, hook

    def redundancy(self, unit, key, hook):
        if self.mode == "none":
            return ""
        near, far = (f"10.9.{{}}.{n}" for n in (unit, 3 - unit))
        lines = [f"unit {unit}", f"peer {near.format(0)} {far.format(0)}", f"heartbeat path 1 {near.format(1)} {far.format(1)}",
                 f"heartbeat path 2 {near.format(2)} {far.format(2)}", f"key {key}", f"fencing {self.fencing or 'none'}",
                 f"feed {self.feed}"]
        lines += [f"heartbeat interval {self.heartbeat}"] if self.heartbeat else []
        lines += [f"traffic-hook {hook}"] if hook else []
        return "redundancy\n" + "".join(f" {line}\n" for line in [*lines, f"mode {self.mode}"])

    def shared(self):
        """Exporters and monitors. NetFlow v5 cannot say IPv6, so its monitor stands on IPv4 alone."""
        text = ""
        for name in self.protocols:
            text += (f"flow exporter {name.upper()}\n destination {self.collector}\n source {SOURCE_ADDRESS}\n export-protocol {name}\n"
                     f" transport udp {self.ports[name]}\n template data timeout 2\n")
            text += " option interface-table timeout 2\n" if self.options and name != "netflow-v5" else ""
        six = [name for name in self.protocols if name != "netflow-v5"]
        for monitor, record, exporters in (("ALL", "original-input", six), ("FOUR", "netflow-original", set(self.protocols) - set(six))):
            if exporters:
                text += (f"flow monitor {monitor}\n record {record}\n" + "".join(f" exporter {e.upper()}\n" for e in exporters) +
                         f" cache entries 4096\n cache timeout inactive {self.inactive}\n")
        return text

    def card(self, socket):
        text = f"card {SLOT}\n transport vfio-user {socket}\n ring size-log2 14\n epoch length-log2 {self.epoch_log2}\n"
        text += f"interface HundredGigE{SLOT}/0/0\n"
        if any(name != "netflow-v5" for name in self.protocols):
            text += " ip flow monitor ALL input\n ipv6 flow monitor ALL input\n"
        if "netflow-v5" in self.protocols:
            text += " ip flow monitor FOUR input\n"
        return text

    def monitors(self):
        return (["ALL"] if set(self.protocols) - {"netflow-v5"} else []) + (["FOUR"] if "netflow-v5" in self.protocols else [])


class Unit:
    """A namespace with a card process and, while it runs, a daemon."""

    def __init__(self, pair, number):
        self.pair, self.number, self.folder = pair, number, os.path.join(pair.folder, f"unit{number}")
        os.makedirs(self.folder)
        self.before = pair.net.of_unit(number)
        self.card, self.daemon, self.starts = None, None, 0

    def insert_card(self, *feeds):
        self.card = self.pair.keep(Card(self.folder, SLOT, *(feeds or ("--port", "0=if:port")), before=self.before))

    def config(self):
        s = self.pair.settings
        return (f"hostname unit{self.number}\n" + s.redundancy(self.number, self.pair.key, self.pair.hook(self.number)) + s.shared() +
                s.card(self.card.socket))

    def start(self, options=()):
        """Each start has a log of its own."""
        self.starts += 1
        place = os.path.join(self.folder, f"run{self.starts}")
        os.makedirs(place)
        self.daemon = self.pair.keep(Daemon(place, self.config(), before=self.before, options=options))

    def running(self):
        return self.daemon is not None and self.daemon.process.poll() is None

    def kill(self):
        self.daemon.send(signal.SIGKILL)
        self.daemon.process.wait(20)

    def ask(self, command, status=0):
        return self.daemon.ask(command, status)

    def order(self, *lines):
        """Privileged commands; what they print."""
        return self.daemon.ask(lines[0])

    def card_row(self):
        return self.ask(f"show platform card {SLOT}")["cards"][0]

    def selected(self, monitor="ALL"):
        """Packets that the card has accounted to flows of this monitor since a driver opened it, from its own ledger."""
        return sum(entry["selected_packets"] for entry in self.card_row()["ledgers"] if entry["flow_monitor"] == monitor)


class Pair:
    """Use as a context; `net` is entered by whoever made it."""

    def __init__(self, net, folder, settings, captures, seed=1, rate=HERTZ):
        self.net, self.folder, self.settings, self.seed = net, folder, settings, seed
        self.processes, self.key = [], os.path.join(folder, "pair.key")
        self.frames = traffic.load(captures)
        self.streams, self.offset, self.log_at = judge.Streams(by_unit=settings.mode == "none"), 0, 0
        self.units = {n: Unit(self, n) for n in (1, 2)}
        self.captures, self.rate = captures, rate

    def keep(self, process):
        self.processes.append(process)
        return process

    def __enter__(self):
        try:
            self.start_neighbours()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.process.poll() is None:
                process.process.send_signal(signal.SIGCONT)
            process.kill()

    def python(self, name, where, script, *words):
        process = self.keep(Process(self.folder, name, [*self.net.within(where), sys.executable, "-B", os.path.join(HERE, script), *words]))
        process.await_text("ready", 20)
        return process

    def start_neighbours(self):
        if self.settings.mode != "none":
            subprocess.run([tool("flowcard-pair-init"), self.key], check=True, stdout=subprocess.DEVNULL, timeout=30)
        self.record = os.path.join(self.folder, "sink.dat")
        ports = [w for name in self.settings.protocols for w in ("--port", str(self.settings.ports[name]))]
        self.python("sink", "c", "sink.py", *ports, "--units", "out1=1,out2=2", self.record)
        self.feed_fifo, self.feed_log = os.path.join(self.folder, "feed.fifo"), os.path.join(self.folder, "fed.dat")
        self.feeder = self.python("feed", "c", "traffic.py", "--control", self.feed_fifo, "--log", self.feed_log, "--rate", str(self.rate),
                                  "1=feed1", "2=feed2", *self.captures)
        if self.net.relayed:
            self.relay_fifo = os.path.join(self.folder, "relay.fifo")
            self.relay_process = self.python("relay", "r", "relay.py", "--control", self.relay_fifo, "--seed", str(self.seed),
                                             *[f"{link}a:{link}b" for link in LINKS])

    def hook(self, unit):
        """What a unit runs to move the traffic: a word into the feeder's FIFO."""
        if self.settings.mode == "none" or self.settings.feed == "dual":
            return ""
        path = os.path.join(self.folder, f"hook{unit}")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as stream:
                stream.write(f'#!/bin/sh\necho "$(date +%s.%N) unit {unit}: $*" >>{self.folder}/hook.log\n'
                             f'case "$1" in to-me) u={unit} ;; *) u={3 - unit} ;; esac\necho to $u >{self.feed_fifo}\n')
            os.chmod(path, 0o755)
        return path

    # ------------------------------------------------------------------------------------------- orders to the neighbours
    @staticmethod
    def say(process, fifo, line):
        before = process.text().count("done: " + line + "\n")
        with open(fifo, "w", encoding="ascii") as stream:
            stream.write(line + "\n")
        wait_for(lambda: process.text().count("done: " + line + "\n") > before, f"{line!r} done", 20)

    def feed(self, line):
        self.say(self.feeder, self.feed_fifo, line)

    def relay(self, line):
        self.say(self.relay_process, self.relay_fifo, line)

    def fed(self):
        """Frames that each unit's card was fed since the last call."""
        one, two, self.log_at = traffic.read_from(self.feed_log, self.frames, self.log_at)
        return {1: one, 2: two}

    def take(self):
        """Judge what has arrived since; return the datagrams."""
        datagrams, self.offset = sink.read(self.record, self.offset)
        self.streams.take(datagrams)
        return datagrams

    def quiet(self, seconds=0.4, at_most=20):
        """Until nothing has come for so long."""
        end, last = time.monotonic() + at_most, time.monotonic()
        while time.monotonic() - last < seconds:
            if self.take():
                last = time.monotonic()
            if time.monotonic() > end:
                fail("datagrams do not end")
            time.sleep(0.05)
