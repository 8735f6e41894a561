# SPDX-License-Identifier: BSD-2-Clause
"""flowcard-sim and sim_client as processes, for the tests of the card in another process."""
import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from replay import BUILD, fail, read_rows

SIM = os.path.join(BUILD, "tools", "flowcard-sim")
CLIENT = os.path.join(BUILD, "tests", "cosim", "sim_client")
PATIENCE = 120


class Lines:
    """Lines of a pipe with the time at which each came."""

    def __init__(self, pipe):
        self.queue, self.text = queue.Queue(), []
        threading.Thread(target=self._read, args=(pipe,), daemon=True).start()

    def _read(self, pipe):
        for line in pipe:
            self.text.append(line.rstrip("\n"))
            self.queue.put((time.monotonic(), line.rstrip("\n")))
        self.queue.put(None)

    def wait(self, word, seconds=PATIENCE):
        """The next line that holds `word`, as (time, line); None when it does not come."""
        end = time.monotonic() + seconds
        while True:
            try:
                found = self.queue.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                return None
            if not found:
                self.queue.put(None)  # the pipe has ended, for later waits too
                return None
            if word in found[1]:
                return found


class Sim:
    """A running flowcard-sim; leaves nothing behind."""

    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="fcsim")
        self.socket, self.control = os.path.join(self.folder, "s"), os.path.join(self.folder, "c")
        self.place = "vfio-user:" + self.socket
        self.process = subprocess.Popen([SIM, "--socket", self.socket, "--control", self.control, "--status", "0",
                                         *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = Lines(self.process.stdout)
        if not self.lines.wait("serves"):
            fail("flowcard-sim %s: %s" % (" ".join(options), self.lines.text))

    def ask(self, *commands):
        done = subprocess.run([SIM, "--ask", self.control, *commands], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=PATIENCE)
        if done.returncode:
            fail("--ask %s: %s%s" % (" ".join(commands), done.stdout, done.stderr))
        return done.stdout.strip().split("\n")[-1]

    def status(self):
        return dict(word.split("=", 1) for word in self.ask("status").split())

    def stop(self, number=signal.SIGTERM):
        """Return (exit status, seconds that it took)."""
        before = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        return status, time.monotonic() - before

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Client:
    """A running sim_client, "ready" already said."""

    def __init__(self, sim, *options, ready=True):
        self.csv = os.path.join(sim.folder, "flows.%d.csv" % time.monotonic_ns())
        self.process = subprocess.Popen([CLIENT, sim.place, "--csv", self.csv, *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.lines = Lines(self.process.stdout)
        if ready and not self.lines.wait("ready"):
            fail("sim_client: %s" % self.lines.text)

    def finish(self):
        """Return (exit status, the last line as JSON, rows)."""
        status = self.process.wait(PATIENCE)
        found = self.lines.wait("{", 5)
        rows = read_rows(self.csv) if os.path.exists(self.csv) else None
        return status, json.loads(found[1]) if found else None, rows

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.process.stdout.close()


def inspect(sim):
    """The ledger as the card has it, from a client that touches nothing."""
    done = subprocess.run([CLIENT, sim.place, "--inspect"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=PATIENCE)
    if done.returncode:
        fail("--inspect: " + done.stderr)
    return json.loads(done.stdout)
