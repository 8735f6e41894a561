# SPDX-License-Identifier: BSD-2-Clause
"""Two units in two network namespaces, their cards, relay, traffic and collector; see namespaces.py for the picture."""
import os
import random
import re
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

SLOTS = (7, 3)
PATIENT = "100 misses 4"  # heartbeats, for a machine that many tests share; the default finds a silent unit in 150 ms
PORTS = {"ipfix": 4739, "netflow-v9": 9995, "netflow-v5": 2055}
HERTZ = 1000  # frames a second
HARDWARE = ("nice", "-n", "-15")  # a card does not get slower with the load of its host


def made(folder, seed, flows=120, packets=3000, mix="web"):
    path = os.path.join(folder, f"made{seed}.pcap")
    subprocess.run([tool("flowcard-gen"), "--flows", str(flows), "--packets", str(packets), "--seconds", "5", "--seed", str(seed),
                    "--mix", mix, path], check=True, stdout=subprocess.DEVNULL, timeout=60)
    return path


class Settings:
    """What a pair's configuration says beside what all have."""

    def __init__(self, mode="sso", fencing="", feed="single", protocols=("ipfix", "netflow-v9"), heartbeat="", epoch_log2=27,
                 collector=COLLECTOR, ports=None, options=False, inactive=600, extra=(), cache="normal", cards=1, rate=10000):
        """extra: more exporters (name, protocol, port) that nobody records."""
        self.mode, self.fencing, self.feed, self.protocols, self.heartbeat = mode, fencing, feed, protocols, heartbeat
        self.epoch_log2, self.collector, self.ports, self.options = epoch_log2, collector, ports or PORTS, options
        self.inactive, self.extra, self.cache, self.slots = inactive, extra, cache, SLOTS[:cards]
        self.rate = rate

    def redundancy(self, unit, key, hook):
        if self.mode == "none":
            return ""
        near, far = (f"10.9.{{}}.{n}" for n in (unit, 3 - unit))
        lines = [f"unit {unit}", f"peer {near.format(0)} {far.format(0)}", f"heartbeat path 1 {near.format(1)} {far.format(1)}",
                 f"heartbeat path 2 {near.format(2)} {far.format(2)}", f"key {key}", f"fencing {self.fencing or 'none'}",
                 "feed dual skew 20000" if self.feed == "dual" else "feed single"]
        lines += [f"heartbeat interval {self.heartbeat}"] if self.heartbeat else []
        lines += [f"traffic-hook {hook}"] if hook else []
        return "redundancy\n" + "".join(f" {line}\n" for line in [*lines, f"mode {self.mode}"])

    def shared(self):
        """Exporters and monitors. NetFlow v5 cannot say IPv6, so its monitor stands on IPv4 alone."""
        text = ""
        rows = [(name.upper(), name, self.ports[name]) for name in self.protocols] + list(self.extra)
        for name, protocol, port in rows:
            text += (f"flow exporter {name}\n destination {self.collector}\n source {SOURCE_ADDRESS}\n export-protocol {protocol}\n"
                     f" transport udp {port}\n template data timeout 2\n rate {self.rate}\n")
            text += " option interface-table timeout 2\n" if self.options and protocol != "netflow-v5" else ""
        four = [name for name, protocol, _ in rows if protocol == "netflow-v5"]
        six = [name for name, protocol, _ in rows if protocol != "netflow-v5"]
        for monitor, record, exporters in (("ALL", "original-input", six), ("FOUR", "netflow-original", four)):
            if exporters:
                text += (f"flow monitor {monitor}\n record {record}\n" + "".join(f" exporter {e}\n" for e in exporters) +
                         f" cache entries 4096\n cache type {self.cache}\n" +
                         (f" cache timeout inactive {self.inactive}\n cache timeout active {self.inactive}\n" if self.cache == "normal" else ""))
        return text

    def card(self, slot, socket):
        text = f"card {slot}\n transport vfio-user {socket}\n ring size-log2 14\n epoch length-log2 {self.epoch_log2}\n"
        # The model's clock is read late on a busy machine; a dual feed bears no more than the guard time.
        text += " epoch guard 20000000\n" if self.feed == "dual" else ""
        text += f"interface HundredGigE{slot}/0/0\n"
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
        self.cards, self.daemon, self.starts = {}, None, 0  # cards by slot
        self.killed = self.stopped = False  # by us
        self.sent = {}  # frames to each card process

    def insert_cards(self):
        for slot in self.pair.settings.slots:
            self.insert_card(slot)

    def insert_card(self, slot):
        """With a dual feed both cards hear the same wire, and the kernel stamps a frame once: equal timestamps."""
        self.sent[slot] = 0
        where = self.pair.net.of_unit(1) if self.pair.settings.feed == "dual" else self.before
        port = f"0=if:port{self.pair.settings.slots.index(slot)}"
        self.cards[slot] = self.pair.keep(Card(self.folder, slot, "--port", port, before=[*where, *HARDWARE]))

    def card_fed(self, slot):
        return int(re.search(r" fed=(\d+)", self.cards[slot].ask("status")).group(1))

    def config(self):
        s = self.pair.settings
        return (f"hostname unit{self.number}\n" + s.redundancy(self.number, self.pair.key, self.pair.hook(self.number)) + s.shared() +
                "".join(s.card(slot, card.socket) for slot, card in self.cards.items()))

    def start(self, options=()):
        """Each start has a log of its own."""
        self.starts += 1
        place = os.path.join(self.folder, f"run{self.starts}")
        os.makedirs(place)
        self.daemon = self.pair.keep(Daemon(place, self.config(), before=self.before, options=options))
        self.killed = False

    def running(self):
        return self.daemon is not None and self.daemon.process.poll() is None

    def kill(self):
        self.killed = True
        self.daemon.send(signal.SIGKILL)
        self.daemon.process.wait(20)

    def stop(self):
        self.stopped = True
        self.daemon.send(signal.SIGSTOP)

    def resume(self):
        self.daemon.send(signal.SIGCONT)
        self.stopped = False

    def ask(self, command):
        """A listing as JSON."""
        return self.daemon.ask(command)

    def text(self, command):
        """What a command prints."""
        done = subprocess.run([tool("flowcard"), "--control", self.daemon.control, "-c", command], capture_output=True, text=True, timeout=60)
        if done.returncode:
            fail(f"unit {self.number}: flowcard -c {command!r}: {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def card_row(self, slot=SLOTS[0]):
        return self.ask(f"show platform card {slot}")["cards"][0]

    def selected(self, monitor="ALL"):
        """Packets that the cards have accounted to flows of this monitor since a driver opened them, from their own ledgers."""
        return sum(entry["selected_packets"] for slot in self.cards for entry in self.card_row(slot)["ledgers"]
                   if entry["flow_monitor"] == monitor)


class Pair:
    """Use as a context; `net` is entered by whoever made it."""

    def __init__(self, net, folder, settings, captures, seed=1, rate=HERTZ):
        self.net, self.folder, self.settings, self.seed = net, folder, settings, seed
        self.processes, self.key = [], os.path.join(folder, "keys", "pair.key")
        self.frames = traffic.load(captures)
        self.streams, self.offset, self.log_at = judge.Streams(by_unit=settings.mode == "none"), 0, 0
        self.units = {n: Unit(self, n) for n in (1, 2)}
        self.captures, self.rate, self.random = captures, rate, random.Random(seed)
        self.arrived = []

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
            subprocess.run([tool("flowcard-pair-init"), os.path.dirname(self.key)], check=True, stdout=subprocess.DEVNULL, timeout=30)
        self.record = os.path.join(self.folder, "sink.dat")
        ports = [w for name in self.settings.protocols for w in ("--port", str(self.settings.ports[name]))]
        self.python("sink", "c", "sink.py", *ports, "--units", "out1=1,out2=2", self.record)
        self.feed_fifo, self.feed_log = os.path.join(self.folder, "feed.fifo"), os.path.join(self.folder, "fed.dat")
        self.feeder = self.python("feed", "c", "traffic.py", "--control", self.feed_fifo, "--log", self.feed_log, "--rate", str(self.rate),
                                  *[f"{unit}=" + ",".join(f"feed{unit}_{card}" for card in range(len(self.settings.slots))) for unit in (1, 2)],
                                  *self.captures)
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

    def read_feed(self):
        return traffic.read_from(self.feed_log, self.frames, [slot * 8 + 1 for slot in self.settings.slots], self.log_at)

    def place(self, unit, slot):
        """Where the frames of this card are in the feeder's log."""
        return (1 if self.settings.feed == "dual" else unit), self.settings.slots.index(slot)

    def fed(self):
        """{(unit, slot): frames} that each card was fed since the last call, those that are no flow's left out."""
        frames, count, self.log_at = self.read_feed()
        places = [(number, slot) for number in self.units for slot in self.settings.slots]
        for number, slot in places:
            if slot in self.units[number].sent:
                self.units[number].sent[slot] += count[self.place(number, slot)]
        return {p: frames[self.place(*p)] for p in places}

    def settle(self):
        """Traffic has stopped: until the cards, by their own count, have had every frame. Return how many never reached one: the
        machine lost them on the way, so what the cards were fed is not known to the flow."""
        missing = 0
        _, count, _ = self.read_feed()
        for number, unit in self.units.items():
            for slot, card in unit.cards.items():
                due = unit.sent[slot] + count[self.place(number, slot)]
                if card.process.poll() is None:
                    gone = due - self.card_had(unit, slot, due)
                    unit.sent[slot] -= gone
                    missing += gone
        return missing

    @staticmethod
    def card_had(unit, slot, due):
        end = time.monotonic() + 3
        while (had := unit.card_fed(slot)) < due and time.monotonic() < end:
            time.sleep(0.02)
        if had > due:
            fail(f"unit {unit.number}'s card {slot} was fed {had} frames, {due} were sent")
        return had

    def take(self):
        """Judge what has arrived since; return the datagrams."""
        datagrams, self.offset = sink.read(self.record, self.offset)
        self.streams.take(datagrams)
        self.arrived = (self.arrived + datagrams)[-100000:]
        return datagrams

    def taken_since(self, when):
        self.take()
        return [d for d in self.arrived if d.when >= when]

    def feeding(self):
        """The unit that the last frame went to; 0: none, or both."""
        size = os.path.getsize(self.feed_log) // traffic.ENTRY.size
        if not size:
            return 0
        with open(self.feed_log, "rb") as stream:
            stream.seek((size - 1) * traffic.ENTRY.size)
            return {1: 1, 2: 2}.get(traffic.ENTRY.unpack(stream.read(traffic.ENTRY.size))[1], 0)

    def quiet(self, seconds=0.4, at_most=20):
        """Until nothing has come for so long."""
        end, last = time.monotonic() + at_most, time.monotonic()
        while time.monotonic() - last < seconds:
            if self.take():
                last = time.monotonic()
            if time.monotonic() > end:
                fail("datagrams do not end")
            time.sleep(0.05)
