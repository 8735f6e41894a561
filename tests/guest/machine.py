# SPDX-License-Identifier: BSD-2-Clause
"""One machine: QEMU, its card in a process of its own, and what both print."""
import os
import selectors
import shutil
import signal
import socket
import subprocess
import tempfile
import time


class Failed(Exception):
    pass


class NotBooted(Failed):
    """QEMU itself has died before the guest's first process said a word."""


class Machine:
    """with Machine(...) as m: m.wait_for("qemu", "guest: done"). Everything is ended on the way out, by process id."""

    def __init__(self, kernel, initrd, card, arguments, way, seconds, words):
        self.command_line = "console=ttyS0 quiet panic=-1 no_timer_check hugepages=32 intel_iommu=%s %s" % ("on" if way == "vfio" else "off", words)
        self.kernel, self.initrd, self.way = kernel, initrd, way
        self.card_command, self.arguments = card, arguments
        self.deadline = time.monotonic() + seconds
        self.lines = []  # (when, who, text)
        self.log = None
        self.seen = {}  # lines of each that were looked at

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="fc-guest-")
        self.flows = os.path.join(self.folder, "flows")
        self.initrd_file = os.path.join(self.folder, "initrd")
        with open(self.initrd_file, "wb") as handle:
            handle.write(self.initrd)
        self.selector = selectors.DefaultSelector()
        self.processes = {}
        self.partial = {}
        ours, theirs = socket.socketpair()
        qtest = os.path.join(self.folder, "qtest")
        try:
            with ours, theirs:
                self.start("card", [self.card_command, "--qemu", str(ours.fileno()), "--qtest", qtest, "--status", "1",
                                    *self.arguments], ours.fileno())
                self.start("qemu", self.qemu(theirs.fileno(), qtest), theirs.fileno())
        except BaseException:
            self.__exit__()
            raise
        return self

    def qemu(self, fd, qtest):
        iommu = ["-device", "intel-iommu,caching-mode=on,intremap=off"] if self.way == "vfio" else []
        return [shutil.which("qemu-system-x86_64"), "-accel", "tcg,thread=single", "-nodefaults", "-no-user-config",
                "-machine", "q35,memory-backend=m0", "-m", "512M",
                "-object", "memory-backend-memfd,id=m0,size=512M,share=on", *iommu,
                "-device", "x-pci-proxy-dev,id=card0,fd=%d" % fd,
                "-qtest", "unix:%s,server=on,wait=off" % qtest, "-qtest-log", "/dev/null",
                "-display", "none", "-monitor", "none", "-serial", "stdio", "-serial", "file:" + self.flows,
                "-no-reboot", "-kernel", self.kernel, "-initrd", self.initrd_file, "-append", self.command_line]

    def start(self, who, command, fd):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   pass_fds=[fd])
        self.processes[who] = process
        self.partial[who] = b""
        self.selector.register(process.stdout, selectors.EVENT_READ, who)

    def __exit__(self, *unused):
        for process in self.processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()
        self.selector.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def take(self, who, octets):
        pieces = (self.partial[who] + octets).split(b"\n")
        self.partial[who] = pieces.pop()
        for piece in pieces:
            self.lines.append((time.monotonic(), who, piece.decode("latin-1").strip("\r")))

    def read(self):
        for key, _ in self.selector.select(max(0, min(1, self.deadline - time.monotonic()))):
            octets = os.read(key.fd, 65536)
            if octets:
                self.take(key.data, octets)
            else:
                self.selector.unregister(key.fileobj)

    def transcript(self):
        lines = [line for line in self.lines if not line[2].startswith("qemu-system") and " clients=" not in line[2]]
        return "\n".join("  %s: %s" % (who, text) for _, who, text in lines[-60:])

    def wait_for(self, who, *wanted):
        """The next line of `who` ("card", "qemu") that holds one of the texts: (when, text)."""
        while True:
            lines = [(when, text) for when, source, text in self.lines if source == who]
            while self.seen.get(who, 0) < len(lines):
                when, text = lines[self.seen.get(who, 0)]
                self.seen[who] = self.seen.get(who, 0) + 1
                if any(w in text for w in wanted):
                    return when, text
            if time.monotonic() > self.deadline:
                raise Failed("%s: no line with %r in time; what was printed:\n%s" % (who, wanted, self.transcript()))
            if not self.selector.get_map():
                died = self.processes["qemu"].wait() < 0 and not any(text.startswith("guest: ") for _, _, text in self.lines)
                raise (NotBooted if died else Failed)("%s: ended (%s) without %r; what was printed:\n%s" %
                                                      (who, self.statuses(), wanted, self.transcript()))
            self.read()

    def statuses(self):
        return ", ".join("%s %s" % (name, process.wait()) for name, process in self.processes.items())

    def order(self, text):
        self.processes["qemu"].stdin.write(text.encode() + b"\n")
        self.processes["qemu"].stdin.flush()

    def kill_card(self):
        self.processes["card"].send_signal(signal.SIGKILL)
        return time.monotonic()

    def ended(self, who):
        """Exit status of a process that is about to end."""
        while time.monotonic() < self.deadline:
            if self.processes[who].poll() is not None:
                return self.processes[who].returncode
            if self.selector.get_map():
                self.read()
            else:
                time.sleep(0.01)
        raise Failed("%s has not ended; what was printed:\n%s" % (who, self.transcript()))

    def result_lines(self):
        with open(self.flows, "r", newline="") as handle:
            lines = handle.read().replace("\r", "").splitlines()
        if not lines or lines[-1] != "guest: end":
            raise Failed("the result of the guest is cut: %r" % lines[-1:])
        return lines[:-1]
