#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""cli.py SCENARIO: sessions with flowcardd, typed at a pseudo-terminal as a person would; no card is needed.

typing    help, Tab, abbreviations, carets, editing, history, pages, ^C
enable    passwords, privileges, prompts of configuration mode
files     write memory, its failures, what a restart reads
many      two sessions at once, one that stops reading, a killed client, too many, an idle one, the daemon's end
script    flowcard -c, standard input, exit statuses
"""
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import termios
import time

from scenario import check, keep, run
from unit import Daemon, fail, tool, wait_for

CONFIG = """hostname box
flow exporter OUT
 destination 127.0.0.1
 transport udp 9
flow record MINE
 match ipv4 source address
 collect counter bytes
flow monitor M
 record MINE
 exporter OUT
"""


class Terminal:
    """flowcard at a pseudo-terminal of 80 columns."""

    def __init__(self, daemon, rows=0, words=(), prompt="box>"):
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execv(tool("flowcard"), ["flowcard", "--control", daemon.control, *words])
        self.seen = ""
        keep(self)
        self.expect(prompt)
        self.command(f"terminal length {rows}")

    def read(self, seconds):
        if select.select([self.fd], [], [], seconds)[0]:
            try:
                self.seen += os.read(self.fd, 65536).decode()
            except OSError:
                return False
        return True

    def expect(self, text, seconds=20):
        """Read until `text`; return what came before it, and forget both."""
        end = time.monotonic() + seconds
        while text not in self.seen:
            if not self.read(0.2) and text not in self.seen or time.monotonic() > end:
                fail(f"no {text!r} within {seconds} s, but {self.seen[-1500:]!r}")
        before, self.seen = self.seen.split(text, 1)
        return before

    def keys(self, keys):
        os.write(self.fd, keys.encode())

    def command(self, line, prompt=None):
        """Return what it printed."""
        self.keys(line + "\r")
        printed = self.expect(prompt) if prompt else self.until_prompt()
        return screen(printed).split("\n", 1)[-1]

    def until_prompt(self):
        end = time.monotonic() + 20
        while True:
            found = re.search(r"[\n\r]\rbox[^ \r\n]*[>#](\x1b\[K)?$", self.seen)
            if found:
                printed, self.seen = self.seen[:found.start() + 1], ""
                return printed
            if not self.read(0.2) or time.monotonic() > end:
                fail(f"no prompt but {self.seen[-1500:]!r}")

    def ended(self, seconds=20):
        end = time.monotonic() + seconds
        while self.read(0.1) and time.monotonic() < end:
            pass
        done, status = os.waitpid(self.pid, os.WNOHANG)
        while not done and time.monotonic() < end:
            time.sleep(0.02)
            done, status = os.waitpid(self.pid, os.WNOHANG)
        self.pid = 0
        return done and os.waitstatus_to_exitcode(status)

    def text(self):
        return self.seen

    def kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = 0


def screen(text):
    """What a terminal leaves of a line: returns and erasures done."""
    text = text.replace("\x1b[K", "").replace("\a", "")
    return "\n".join(line.rstrip("\r").split("\r")[-1] for line in text.split("\n"))


def start(folder, more="", *options):
    return keep(Daemon(folder, CONFIG + more, options=options))


# ------------------------------------------------------------------------------------------- typing
def typing(folder):
    records = "".join(f"flow record R{n}\n match ipv4 tos\n match ipv4 protocol\n collect counter packets\n" for n in range(70))
    daemon = start(folder, records)
    interrupted(daemon)
    t = Terminal(daemon)
    t.keys("show ?")
    listed = t.expect("box>show ")
    for word in ("clock", "flow", "version"):
        check(re.search(rf"^  {word} +\S", listed, re.M), f"? lists {word}: {listed}")
    check("running-config" not in listed, "privileged commands are not listed")
    t.keys("fl\t")
    t.expect("ow ")
    t.keys("mon\tM ca?")
    check("cache" in t.expect("box>show flow monitor M ca"), "? inside of a word")
    t.keys("\t\r")
    check("There are no cache entries to display." in t.until_prompt(), "the completed command runs")
    check("flowcardd, Version" in t.command("sh ver"), "abbreviations")
    check(t.command("show flwo").startswith("         ^\n% Invalid input detected at '^' marker.\n\n"), "the caret stands below the word")
    check(t.command("show") == "% Incomplete command.\n\n", "incomplete")
    check(t.command("t") == "% Ambiguous command:  \"t\"\n\n" or t.command("e") == "% Ambiguous command:  \"e\"\n\n", "ambiguous")
    check("% Invalid" in t.command("show running-config"), "privileged commands are not there for all")
    t.keys("shw version\x01\x06\x06o")  # ^A ^F ^F
    check("flowcardd" in t.command(""), "editing in the middle")
    t.keys("\x1b[A\x1b[A")
    check("% Invalid" in t.command(""), "history")
    check("Number of lines which match regexp = 1" in t.command("show version | count ^flowcardd"), "count")
    check(json.loads(t.command("show version | json"))["hostname"] == "box", "JSON")
    check(t.command("show version | inc [").endswith("% Not a regular expression.\n\n"), "a bad expression")
    t.command("enable", "box#")
    pages(t)
    t.keys("nonsense\x03")
    t.until_prompt()
    check(t.command("exit", "\r\n") is not None and t.ended() == 0, "the end of the session")


def pages(t):
    t.command("terminal length 10")
    t.keys("show running-config\r")
    first = t.expect(" --More-- ")
    check(screen(first).count("\n") == 10, f"a page of ten lines: {first!r}")  # the command's own line, then nine
    t.keys("\r")
    check(t.expect(" --More-- ").count("\n") == 1, "one line more")
    t.keys(" ")
    check(t.expect(" --More-- ").count("\n") == 9, "one page more")
    t.keys("q")
    t.until_prompt()
    t.command("terminal length 0")
    whole = t.command("show running-config")
    check(whole.count("flow record R") == 70 and whole.rstrip().endswith("end"), "without pages all of it")
    t.command("terminal length 10")
    t.keys("show running-config\r")
    t.expect(" --More-- ")
    t.keys("\x03")
    t.until_prompt()
    section = t.command("show running-config | section record R7$")
    check(section.startswith("flow record R7\n match") and section.count("\n") == 4, f"a section: {section!r}")


def interrupted(daemon):
    """A hundred listings typed ahead of a reader that sleeps; ^C ends the one that runs and forgets the others."""
    with connect(daemon, b"terminal 80 0\nenable\r" + 100 * b"show running-config\r") as s:
        wait_for(lambda: waiting(s) > 30000, "the listings come")
        s.sendall(b"\x03show privilege\rexit\r")
        s.settimeout(20)
        text = received(s)
    count = text.count(b"flow record R69\r")
    check(0 < count < 60 and b"privilege level is 15" in text, f"^C ends a listing: {count}")


def waiting(s):
    return struct.unpack("I", fcntl.ioctl(s, termios.FIONREAD, b"    "))[0]


def received(s):
    """All until the other end closes; one that closes with something unread resets."""
    text = b""
    try:
        while True:
            more = s.recv(1 << 16)
            if not more:
                return text
            text += more
    except ConnectionResetError:
        return text


# ------------------------------------------------------------------------------------------- enable
def enable(folder):
    daemon = start(folder, "enable secret first-secret\n")
    t = Terminal(daemon)
    t.keys("enable\r")
    for attempt in ("wrong", "", "First-secret"):
        t.expect("Password: ")
        t.keys(attempt + "\r")
    check("% Bad secrets" in t.until_prompt(), "three tries")
    check("privilege level is 1" in t.command("show privilege"), "still a user")
    t.keys("enable\r")
    t.expect("Password: ")
    t.keys("wrong\r")
    t.expect("Password: ")
    t.keys("first-secret\r")
    check("first-secret" not in t.expect("box#"), "a password is not shown")
    t.command("configure terminal", "box(config)#")
    t.command("flow record NEW", "box(config-flow-record)#")
    t.keys("match ipv4 ?")
    check("source" in t.expect("box(config-flow-record)#match ipv4 "), "? in a section")
    t.keys("tos\r")
    t.expect("box(config-flow-record)#")
    check(t.command("match ipv4 nothing").split("\n")[0] == " " * 35 + "^", "a caret in a section")
    check("match ipv4 tos" in t.command("do show running-config flow record NEW"), "do")
    check("% " in t.command("do show flwo"), "do of nonsense")
    t.command("flow exporter OUT", "box(config-flow-exporter)#")
    t.command("exit", "box(config)#")
    t.command("enable secret second", "box(config)#")
    t.command("hostname box2", "box2(config)#")
    t.command("hostname box", "box(config)#")
    t.keys("flow monitor M\x1a")
    t.expect("box#")
    shown = t.command("show running-config | include secret")
    check("enable secret 6 $6$" in shown and "second" not in shown, f"a secret is kept hashed: {shown}")
    t.command("disable", "box>")
    t.keys("enable\r")
    t.expect("Password: ")
    t.keys("second\r")
    t.expect("box#")
    t.keys("\x04")
    check(t.ended() == 0, "^D ends a session")


# ------------------------------------------------------------------------------------------- files
def files(folder):
    daemon = start(folder)
    t = Terminal(daemon)
    t.command("enable", "box#")
    t.command("configure terminal", "box(config)#")
    t.command("sampler S", "box(config-sampler)#")
    t.command("mode deterministic 1 out-of 10", "box(config-sampler)#")
    t.command("end", "box#")
    check("sampler S" not in daemon.text_of_config(), "nothing is written before it is asked for")
    check("[OK]" in t.command("write memory"), "write memory")
    saved = daemon.text_of_config()
    check("sampler S" in saved, "the file has it")
    with open(daemon.config + ".bak", encoding="ascii") as stream:
        check(stream.read() == CONFIG, "the last one is kept")
    check("sampler S" in t.command("show startup-config"), "show startup-config")
    refuse_to_write(t, daemon, saved)
    t.command("configure terminal", "box(config)#")
    t.command("no sampler S", "box(config)#")
    t.command("end", "box#")
    check("mode deterministic" not in t.command("show running-config"), "it is gone")
    t.command("copy startup-config running-config", "box#")
    check("mode deterministic" in t.command("show running-config"), "and back")
    daemon.write(saved + "nonsense\n")
    check("% The startup configuration was refused" in t.command("reload"), "a bad file is refused")
    daemon.write(saved)
    before = t.command("show running-config")
    check(daemon.end() == 0, "flowcardd's exit status")
    t.kill()
    t = Terminal(keep(Daemon(folder, saved)))
    t.command("enable", "box#")
    check(t.command("show running-config") == before, "a restart gives the same configuration")


def refuse_to_write(t, daemon, saved):
    """Something stands where the new file would be written: no user, not even root, can write it."""
    os.mkdir(daemon.config + ".new")
    said = t.command("write memory")
    check("% The startup configuration stays as it was" in said and "[OK]" not in said, f"refused: {said}")
    check(daemon.text_of_config() == saved, "the old file is intact")
    os.rmdir(daemon.config + ".new")
    check("[OK]" in t.command("copy running-config startup-config"), "well again")


# ------------------------------------------------------------------------------------------- many
def connect(daemon, text):
    s = socket.socket(socket.AF_UNIX)
    s.connect(daemon.control)
    try:
        s.sendall(text)
    except BrokenPipeError:
        pass  # a daemon that is full does not listen, but it says so
    return s


def alive(daemon, what):
    begin = time.monotonic()
    check(daemon.ask("show version")["hostname"] == "box" and time.monotonic() - begin < 5, what)


def many(folder):
    records = "".join(f"flow record R{n}\n match ipv4 tos\n match ipv4 protocol\n collect counter packets\n" for n in range(70))
    daemon = start(folder, records, "--session-timeout", "5")
    one, two = Terminal(daemon), Terminal(daemon)
    one.command("enable", "box#")
    check("level is 1" in two.command("show privilege"), "sessions know nothing of each other")
    deaf = connect(daemon, b"commands\n" + 400 * b"show running-config\n")
    wait_for(lambda: select.select([deaf], [], [], 0)[0], "the deaf one has its first answer", 20)
    alive(daemon, "one that does not read holds up nobody")
    check("level is 15" in one.command("show privilege"), "another session goes on")
    one.keys("show running-config | include nev")
    one.kill()
    alive(daemon, "a client that was killed is nobody's trouble")
    check(two.ended(15) == 0, "an idle session ends")
    deaf.settimeout(15)
    with deaf:  # gave up waiting for its reader: what it had sent is there, then the end
        check(len(received(deaf)) > 100000, "what was sent is there")
    full = []

    def crowded():  # idle ones end after a while, and a busy machine may take longer than that to ask
        full.extend(connect(daemon, b"commands\n") for _ in range(40))
        return daemon_refuses(daemon)

    wait_for(crowded, "there are 32 sessions at most", 40)
    for _ in range(10):
        with connect(daemon, b"commands\nshow clock\n") as s:
            s.settimeout(10)
            check(b"All sessions are in use" in received(s), "whoever is refused hears why")
    for s in full:
        s.close()
    wait_for(lambda: not daemon_refuses(daemon), "there is room again", 40)
    rude(daemon)
    late = connect(daemon, b"terminal 80 24\n")
    begin = time.monotonic()
    check(daemon.end() == 0 and time.monotonic() - begin < 15, "the daemon ends with sessions open")
    late.close()


def daemon_refuses(daemon):
    done = subprocess.run([tool("flowcard"), "--control", daemon.control, "-c", "show clock"], capture_output=True, text=True,
                          timeout=20)
    return done.returncode == 1 and "All sessions are in use" in done.stderr


def rude(daemon):
    """What no client of ours sends."""
    for text in (b"", b"\n", b"GET / HTTP/1.0\r\n\r\n", b"terminal 0 0\n" + bytes(range(256)) * 20, b"commands\n" + b"x" * 100000 + b"\n",
                 b"commands\n\0\0\0show version\n", b"commands\nenable\n"):
        with connect(daemon, text) as s:
            s.settimeout(10)
            s.shutdown(socket.SHUT_WR)
            received(s)
    alive(daemon, "rude ones leave it well")


# ------------------------------------------------------------------------------------------- script
def flowcard(daemon, *words, given="", status=0):
    done = subprocess.run([tool("flowcard"), "--control", daemon.control, *words], input=given, capture_output=True, text=True, timeout=30)
    check(done.returncode == status, f"flowcard {words}: {done.returncode}, not {status}: {done.stdout}{done.stderr}")
    return done.stdout, done.stderr


def script(folder):
    daemon = start(folder)
    out, err = flowcard(daemon, "-c", "show version", "-c", "show clock")
    check(out.startswith("flowcardd, Version") and "UTC" in out + " UTC" and not err, "two commands")
    out, err = flowcard(daemon, "-c", "show clock", "-c", "show flwo", "-c", "show version", status=1)
    check("flowcardd" not in out and err == "show flwo\n     ^\n% Invalid input detected at '^' marker.\n", f"the bad one ends it: {err}")
    lines = "configure terminal\nflow record X\n match ipv4 tos\nend\nshow running-config flow record X\n"
    out, _ = flowcard(daemon, given=lines)
    check(out == "Current configuration:\n!\nflow record X\n match ipv4 tos\n!\n", f"lines of standard input: {out!r}")
    out, err = flowcard(daemon, "-c", "configure terminal", "-c", "no flow record MINE", status=1)
    check(err.startswith("% "), f"a refusal of the configuration: {err}")
    check("collect counter bytes" in flowcard(daemon, "-c", "show running-config")[0], "and nothing of it happened")
    whole = json.loads(flowcard(daemon, "-c", "show running-config | json")[0])["lines"]
    check("hostname box" in whole, "JSON of the configuration")
    _, err = flowcard(daemon, "-c", "dump card 7 | json", status=1)
    check("Only what \"show\" lists" in err, f"JSON of what is no listing: {err}")
    many = [word for _ in range(200) for word in ("-c", "show privilege")]
    check(flowcard(daemon, *many)[0].count("15") == 200, "many commands")
    _, err = flowcard(daemon, "-c", "show clock\nreload", status=1)
    check(err == "% A command is one line.\n", f"two lines in one: {err}")
    _, err = flowcard(daemon, given="!" + "x" * 1022 + "reload\nshow clock\n", status=1)
    check("longer than 1023" in err, f"a long line is one line: {err}")
    flowcard(daemon, "--nonsense", status=2)
    daemon_less = subprocess.run([tool("flowcard"), "--control", folder + "/nobody", "-c", "show clock"], capture_output=True, text=True,
                                 timeout=20)
    check(daemon_less.returncode == 2 and "nobody" in daemon_less.stderr, "nobody answers")
    flowcard(daemon, "-c", "configure terminal", "-c", "enable secret xyz")
    if os.getuid() == 0:
        as_user(daemon)
    check(daemon.end() == 0, "flowcardd's exit status")


def as_user(daemon):
    """Another user has to give the password, as a line of the script."""
    os.chmod(daemon.folder, 0o755)
    os.chmod(daemon.control, 0o666)
    for given, status in (("show running-config\n", 1), ("enable\nwrong\nshow running-config\n", 1), ("enable\nxyz\nshow running-config\n", 0)):
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", tool("flowcard"), "--control",
                               daemon.control], input=given, capture_output=True, text=True, timeout=30)
        check(done.returncode == status, f"as another user: {given!r}: {done}")
        check(("hostname box" in done.stdout) == (status == 0), f"{done}")


def main():
    run({"typing": typing, "enable": enable, "files": files, "many": many, "script": script}[sys.argv[1]])


if __name__ == "__main__":
    main()
