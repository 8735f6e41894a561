#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""One cut closes more flows than an exporter keeps datagrams for: the model waits for the wire, nothing is dropped."""
import os
import re
import socket
import subprocess
import tempfile

from replay import GEN, REPLAY, fail

FLOWS = 500000        # v5: 30 a datagram, so more than the 16,384 that an exporter keeps


def main():
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)    # open, so that sending works; the test counts what left
    sink.bind(("127.0.0.1", 0))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "scan.pcap")
        subprocess.run([GEN, "--mix", "scan", "--flows", str(FLOWS), "--packets", str(FLOWS), "--seconds", "3",
                        "--seed", "3", path], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run([REPLAY, "--timeouts", "none", "--protocol", "v5", "--rate", "100000", "--seed", "1",
                               "--export", "udp:127.0.0.1:%d" % sink.getsockname()[1], path],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=250)
    found = re.search(r"^Export .*: (\d+) flows in (\d+) datagrams, (\d+) flows dropped$", done.stdout, re.M)
    if done.returncode or not found or found.group(1) != str(FLOWS) or found.group(3) != "0":
        fail("status %d: %s %s" % (done.returncode, found and found.group(0), done.stderr))
    print(found.group(0))


main()
