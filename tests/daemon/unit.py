# SPDX-License-Identifier: BSD-2-Clause
"""A unit on this machine: flowcard-sim processes as cards, flowcardd, a collector. Standard library only."""
import ctypes
import json
import os
import signal
import subprocess
import sys
import time

SOURCE = os.environ.get("FC_SOURCE") or os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("FC_BUILD") or os.path.join(SOURCE, "build")
sys.path += [os.path.join(SOURCE, "tests", "wire"), os.path.join(SOURCE, "tests", "cosim")]
import collectors  # noqa: E402

TOOLS = os.path.join(BUILD, "tools")
LONG = 604800
PR_SET_PDEATHSIG, PRCTL = 1, ctypes.CDLL(None).prctl
LOST_WITHIN = 1.0  # seconds from the card's end to the report


def tool(name):
    return os.path.join(TOOLS, name)


def fail(what):
    print("FAILED: " + what)
    sys.exit(1)


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            fail(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def die_with_parent():
    """In the child: a test that is ended by force leaves nothing behind."""
    PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program with its output in a file; ended by its own process id."""

    def __init__(self, folder, name, words, **environment):
        self.log = os.path.join(folder, name + ".log")
        with open(self.log, "wb") as stream:
            self.process = subprocess.Popen(words, stdout=stream, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                            preexec_fn=die_with_parent,
                                            env={**os.environ, **environment})

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def await_text(self, word, seconds=60):
        def there():
            if word not in self.text() and self.process.poll() is not None:
                fail(f"{self.log} ended with {self.process.returncode} before {word!r}:\n{self.text()}")
            return word in self.text()
        wait_for(there, f"{word!r} in {self.log}", seconds)

    def send(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        """Return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            fail(f"{self.log} did not end:\n{self.text()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Card(Process):
    """flowcard-sim in a slot."""

    def __init__(self, folder, slot, *options, before=()):
        self.slot, self.socket = slot, os.path.join(folder, f"card{slot}.sock")
        self.control = os.path.join(folder, f"card{slot}.ctl")
        super().__init__(folder, f"card{slot}", [*before, tool("flowcard-sim"), "--socket", self.socket, "--control",
                                                 self.control, "--status", "0", *options])
        wait_for(lambda: os.path.exists(self.control) or self.process.poll() is not None, "flowcard-sim listening")

    def ask(self, *commands):
        done = subprocess.run([tool("flowcard-sim"), "--ask", self.control, *commands], capture_output=True, text=True,
                              timeout=30)
        if done.returncode:
            fail(f"flowcard-sim --ask {commands}: {done.stdout}{done.stderr}")
        return done.stdout

    def fed(self):
        return "feeds=over" in self.ask("status")


class Daemon(Process):
    def __init__(self, folder, config, before=(), options=(), **environment):
        self.folder, self.config = folder, os.path.join(folder, "unit.conf")
        self.control = os.path.join(folder, "flowcardd.sock")
        self.write(config)
        super().__init__(folder, "flowcardd", [*before, tool("flowcardd"), "--config", self.config, "--foreground",
                                               "--control", self.control, *options], **environment)
        wait_for(lambda: os.path.exists(self.control) or self.process.poll() is not None, "flowcardd listening")

    def write(self, config):
        with open(self.config, "w", encoding="ascii") as stream:
            stream.write(config)

    def text_of_config(self):
        with open(self.config, encoding="ascii") as stream:
            return stream.read()

    def ask(self, command, status=0):
        if command.startswith("show "):
            command += " | json"
        done = subprocess.run([tool("flowcard"), "--control", self.control, "-c", command], capture_output=True,
                              text=True, timeout=60)
        if done.returncode != status:
            fail(f"flowcard -c {command!r}: {done.returncode}: {done.stdout}{done.stderr}\n{self.text()}")
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout + done.stderr

    def card(self, slot):
        return self.ask(f"show platform card {slot}")["cards"][0]

    def await_card(self, slot, what, condition, seconds=60):
        return wait_for(lambda: (lambda c: condition(c) and c)(self.card(slot)), f"card {slot}: {what}", seconds)

    def reload(self, config):
        before = self.text().count("-RELOAD:")
        self.write(config)
        self.send(signal.SIGHUP)
        wait_for(lambda: self.text().count("-RELOAD:") > before, "reload")


def exporter(name, port, protocol="ipfix"):
    return (f"flow exporter {name}\n destination 127.0.0.1\n transport udp {port}\n export-protocol {protocol}\n"
            f" rate 2000\n")


def monitor(name, exporters, active=LONG, inactive=LONG):
    return (f"flow monitor {name}\n record original-input\n cache entries 200000\n" + "".join(f" exporter {e}\n" for e in exporters) +
            f" cache timeout active {active}\n cache timeout inactive {inactive}\n")


def card(slot, socket, name, extra="", ports=1):
    text = f"card {slot}\n transport vfio-user {socket}\n ring size-log2 12\n{extra}"
    for port in range(ports):
        text += f"interface HundredGigE{slot}/0/{port}\n ip flow monitor {name} input\n ipv6 flow monitor {name} input\n"
    return text
