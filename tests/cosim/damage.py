#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A damaged or cut capture: everything before the damage is exported, the message names file, frame and byte, exit 2."""
import os
import struct
import tempfile

from pcap_writer import Capture, udp
from replay import fail, replay

FRAMES = 50


def good_capture(path):
    """Return the offset of each record, and the end."""
    capture = Capture(path)
    offsets = []
    for n in range(FRAMES):
        offsets.append(capture.handle.tell())
        capture.frame(1_600_000_000 * 10**9 + n * 1000, udp("192.0.2.%d" % (n + 1), "198.51.100.1", 1000 + n, 80, n))
    offsets.append(capture.handle.tell())
    capture.close()
    return offsets


def expect(path, frames, number, offset, what):
    result = replay(path, "--timeouts", "none", "--seed", "1")
    if result.status != 2:
        fail("%s: exit status %d, wanted 2 (%s)" % (what, result.status, result.stderr))
    if result.rows is None or len(result.rows) != frames:
        fail("%s: %s rows, wanted %d" % (what, result.rows and len(result.rows), frames))
    for word in (os.path.basename(path), "frame %d" % number, "byte %d" % offset):
        if word not in result.stderr:
            fail("%s: the message does not say '%s': %s" % (what, word, result.stderr))
    if not result.counters["ledger"]["balanced"]:
        fail("%s: ledger" % what)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cut.pcap")
        offsets = good_capture(path)
        whole = open(path, "rb").read()
        checks = 0
        for number in (0, 1, 7, FRAMES - 1):
            for inside in (1, 15, 16, 30):
                with open(path, "wb") as handle:
                    handle.write(whole[:offsets[number] + inside])
                expect(path, number, number + 1, offsets[number], "cut %d octets into record %d" % (inside, number))
                checks += 1
        for length in (262145, 0xFFFFFFFF):
            with open(path, "wb") as handle:
                handle.write(whole[:offsets[9] + 8] + struct.pack("<I", length) + whole[offsets[9] + 12:])
            expect(path, 9, 10, offsets[9], "captured length %d" % length)
            checks += 1
        for content in (b"", b"\x00" * 40, b"not a capture at all, but long enough for a header", whole[:20]):
            with open(path, "wb") as handle:
                handle.write(content)
            result = replay(path)
            if result.status != 2 or "cut.pcap" not in result.stderr:
                fail("%r: status %d, %s" % (content[:8], result.status, result.stderr))
            checks += 1
        result = replay(os.path.join(folder, "absent.pcap"))
        if result.status != 2 or "absent.pcap" not in result.stderr:
            fail("absent file: status %d, %s" % (result.status, result.stderr))
    print("%d damaged captures" % (checks + 1))


main()
