#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Re-framing against the oracle: its judgement of the original frame equals that of the re-framed one, window 192.

    reframe.py REFRAME_DUMP
"""
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle_path  # noqa: E402

FIELDS = ("version", "src", "dst", "sport", "dport", "proto", "tos", "octets", "tcp")


def ipv4(proto=6, payload=bytes(range(1, 40)), options=0, version=4, fragment=0):
    total = 20 + 4 * options + len(payload)
    head = bytes([version << 4 | 5 + options, 0x2E]) + total.to_bytes(2, "big") + b"\x12\x34"
    head += fragment.to_bytes(2, "big") + bytes([64, proto]) + b"\0\0" + bytes([10, 0, 0, 1, 192, 0, 2, 9])
    return head + b"\1" * (4 * options) + payload


def ipv6(proto=17, payload=bytes(range(8, 40)), extensions=0, size=0):
    chain = b""
    for i in range(extensions):
        following = 60 if i + 1 < extensions else proto
        chain += bytes([following, size]) + bytes(6 + 8 * size)
    body = chain + payload
    first = 60 if extensions else proto
    return bytes([0x6A, 0xB0, 0, 1]) + len(body).to_bytes(2, "big") + bytes([first, 64]) + bytes(range(32)) + body


def labels(count):
    return b"".join(bytes([0, i, 0x10 | (i + 1 == count), 64]) for i in range(count))


def payloads():
    """(Ethernet type, octets) that may stand behind a link header."""
    yield from ((0x0800, p) for p in (ipv4(), ipv4(17), ipv4(1), ipv4(47), ipv4(6, options=10), ipv4(version=5),
                                      ipv4(6, b"", 0), ipv4(17, fragment=0x2000), ipv4(17, fragment=3)))
    yield from ((0x86DD, p) for p in (ipv6(), ipv6(6), ipv6(58), ipv6(59), ipv6(17, extensions=3),
                                      ipv6(17, extensions=9), ipv6(17, extensions=4, size=3),
                                      ipv6(6, extensions=7, size=1), ipv6(132, extensions=8, size=1)))
    for tags in range(1, 4):
        for kind, body in ((0x0800, ipv4()), (0x86DD, ipv6()), (0x9100, ipv4())):
            chain = b""
            for i in range(tags):
                following = kind if i + 1 == tags else (0x8100, 0x88A8)[i % 2]
                chain += b"\0\7" + following.to_bytes(2, "big")
            yield 0x8100, chain + body
    for count in (1, 2, 8, 9):
        yield from ((0x8847, labels(count) + body) for body in (ipv4(), ipv6(), b"\0\0\0\0pseudowire"))
    for head in (b"\x11\0\0\1\0\x30", b"\x11\x09\0\1\0\0", b"\x21\0\0\1\0\0"):
        yield from ((0x8864, head + ppp) for ppp in (b"\0\x21" + ipv4(), b"\x21" + ipv4(), b"\0\x57" + ipv6(),
                                                     b"\x57" + ipv6(), b"\xc0\x21\1\1\0\4"))
    yield from ((kind, bytes(50)) for kind in (0, 38, 0x05FF, 0x0600, 0x0806, 0x8863, 0xFFFF))


def window_edges():
    """Headers that end just within the window and just beyond it, whatever stood in front."""
    for options in range(0, 11):
        for tags in range(0, 3):
            for count in (0, 7, 8):
                chain = b"".join(b"\0\7\x81\0" for _ in range(tags))
                inner = 0x8847 if count else 0x0800
                chain = chain[:-2] + inner.to_bytes(2, "big") if tags else b""
                yield 0x8100 if tags else inner, chain + labels(count) + ipv4(6, bytes(30), options)
    for extensions in range(1, 9):
        for size in range(0, 6):
            for proto in (6, 17, 58):
                yield 0x86DD, ipv6(proto, bytes(30), extensions, size)
                yield 0x8847, labels(1) + ipv6(proto, bytes(30), extensions, size)


def wrap(link, kind, body):
    """The frames that a link type can make of a payload."""
    two = kind.to_bytes(2, "big")
    if link == 1:
        yield bytes(12) + two + body
    elif link == 113:
        yield b"\0\0\0\1\0\6" + bytes(8) + two + body
    elif link == 276:
        yield two + b"\0\0\0\0\0\2\0\1\0\6" + bytes(8) + body
    elif link == 104:
        yield b"\x0f\0" + two + body
    elif link in (0, 108):
        for family in (2, 10, 24, 28, 30, 0, 7, 255):
            yield family.to_bytes(4, "big") + body
            yield family.to_bytes(4, "little") + body
        yield b"\2\1\0\0" + body
        yield b"\2\0\0\x1e" + body
    elif link in (9, 50):
        for protocol in (b"\0\x21", b"\x21", b"\0\x57", b"\x57", b"\xc0\x21", b"\xc1", b"\0\0"):
            yield protocol + body
            yield b"\xff\x03" + protocol + body
    else:
        yield body


LINKS = (1, 0, 108, 9, 50, 51, 104, 12, 14, 101, 113, 276, 219, 228, 229, 2, 105, 127, 0xFFFF)


def frames():
    rng = random.Random(20261122)
    for link in LINKS:
        seen = set()
        for kind, body in payloads():
            for frame in wrap(link, kind, body):
                for cut in range(len(frame) + 1):
                    seen.add(frame[:cut])
        for kind, body in window_edges():
            seen.update(wrap(link, kind, body))
        for _ in range(2000):
            frame = bytearray(rng.choice(list(wrap(link, *rng.choice(PAYLOADS)))))
            for _ in range(rng.randrange(1, 4)):
                if frame:
                    frame[rng.randrange(min(len(frame), 40))] = rng.randrange(256)
            seen.add(bytes(frame))
        for frame in sorted(seen):
            yield link, frame


PAYLOADS = list(payloads())


def judge(parser, frame, link):
    verdict, f = parser.parse(frame, len(frame), link)
    return verdict, tuple(getattr(f, name) for name in FIELDS) if verdict == "flow" else None


def expected_name(verdict):
    """The oracle's verdict as the register map names it."""
    name = verdict.split(":", 1)[1]
    if verdict.startswith("nonip:"):
        return "nonip_" + ("ppp" if name.startswith("ppp_") else name)
    return name


def main():
    oracle = oracle_path.load_oracle()
    parser = oracle.Parser(window=192)
    cases = list(frames())
    text = "".join("%d %s\n" % (link, frame.hex()) for link, frame in cases)
    done = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=False)
    answers = done.stdout.splitlines()
    if done.returncode or done.stderr or len(answers) != len(cases):
        print("%d answers to %d frames, exit %d: %s" % (len(answers), len(cases), done.returncode, done.stderr))
        return 1
    bad, verdicts, by_feeder = 0, {}, set()
    for (link, frame), answer in zip(cases, answers):
        want = judge(parser, frame, link)
        word, _, rest = answer.partition(" ")
        if word == "feed":
            good = judge(parser, bytes.fromhex(rest), 1) == want
        elif word == "verdict":
            by_feeder.add(rest)
            good = want[0].startswith(("malformed:", "nonip:")) and rest == expected_name(want[0])
        else:
            good = want[0] == "unsupported_linktype" and not rest
        verdicts[(link, want[0])] = verdicts.get((link, want[0]), 0) + 1
        if not good:
            bad += 1
            if bad <= 20:
                print("link %d %s: %s, the oracle says %s" % (link, frame.hex(), answer[:80], want))
    print("%d frames, %d (link, verdict) pairs, by the feeder: %s; %d wrong" % (
        len(cases), len(verdicts), " ".join(sorted(by_feeder)), bad))
    for link in (1, 9, 0, 113, 276, 104, 12, 51, 219, 228, 229):
        if (link, "flow") not in verdicts:
            print("link %d: no frame is a flow" % link)
            bad += 1
    for link in (1, 113, 276, 104, 0, 9, 12, 219, 229):
        if (link, "beyond_window") not in verdicts:
            print("link %d: no frame goes beyond the window" % link)
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
