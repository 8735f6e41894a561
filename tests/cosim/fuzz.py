#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Random captures through flowcard-replay equal the oracle: frames, containers, clocks and options are all drawn.

fuzz.py [--seeds FIRST:COUNT] [--seconds N] [--keep FOLDER]

A seed gives one capture and one set of options; it is printed when something differs, and the capture is kept when
--keep names a folder. Without options: a fixed range of seeds, ended early after 20 seconds (never before 3 seeds).
"""
import argparse
import gzip
import os
import random
import shutil
import struct
import tempfile
import time

from fuzz_frames import LINKS, frame, spoil
from replay import SHARED, differences, fail, judge, oracle_module, replay

CAPTURES = os.path.join(SHARED, "captures")


def real_frames(oracle, rng):
    """(link type, frames) of some real capture, or None."""
    names = [n for n in sorted(os.listdir(CAPTURES)) if n.endswith((".pcap", ".pcapng"))]
    path = os.path.join(CAPTURES, rng.choice(names))
    if os.path.getsize(path) > 800_000:
        return None
    taken = [(link, data) for _, data, _, link in oracle.read_capture(path, {})]
    link = taken[0][0] if taken else 1
    return link, [data for other, data in taken if other == link] or [b""]


def clock(rng, top):
    """Endless times below `top` (ns): equal, near, backwards, or decades apart."""
    now = rng.choice((0, 1, 10**18, 1_700_000_000 * 10**9, rng.randrange(top)))
    style = rng.choice(("equal", "steady", "jitter", "steps", "wild"))
    while True:
        yield now % top
        kind = rng.random()
        if style == "steady":
            now += rng.randrange(2_000_000)
        elif style == "jitter":
            now = max(0, now + rng.randrange(-50_000_000, 60_000_000))
        elif style == "steps" and kind < 0.05:
            now = max(0, now + rng.choice((1, -1)) * rng.choice((10**9, 1 << 30, 10**12, 10**17, 3 * 10**17)))
        elif style == "wild":
            now = rng.randrange(top) if kind < 0.7 else now + rng.choice((0, 1, -1, 2**30, -2**30))
            now = max(0, now)


def pcap_bytes(rng, link, frames):
    endian = rng.choice("<>")
    magic, scale, extra = rng.choice(((0xA1B2C3D4, 1000, 0), (0xA1B23C4D, 1, 0), (0xA1B2CD34, 1000, 8)))
    out = [struct.pack(endian + "IHHiIII", magic, 2, 4, 0, 0, 262144, link | rng.choice((0, 0x24000000)))]
    times = clock(rng, (1 << 32) * 10**9)
    for data in frames:
        now = next(times)
        fraction = now % 10**9 // scale if rng.random() < 0.98 else rng.randrange(1 << 32)
        original = len(data) + rng.choice((0, 0, 0, 4, 1500)) if rng.random() < 0.95 else rng.randrange(1 << 32)
        out.append(struct.pack(endian + "IIII", now // 10**9, fraction, len(data), original) + bytes(extra) + data)
    return b"".join(out)


def option(endian, code, value):
    return struct.pack(endian + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(endian, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(endian + "II", kind, len(body) + 12) + body + struct.pack(endian + "I", len(body) + 12)


def interface(rng, endian, link):
    options = b""
    if rng.random() < 0.6:
        options += option(endian, 9, bytes((rng.choice((0, 3, 6, 9, 9, 12, 20, 127, 128, 138, 150, 160, 190, 255)),)))
    if rng.random() < 0.4:
        seconds = rng.choice((0, 1, -1, 10**9, -10**9, 2**62, -2**63, rng.randrange(-2**63, 2**63)))
        options += option(endian, 14, struct.pack(endian + "q", seconds))
    if rng.random() < 0.3:
        options = option(endian, 2, b"eth0") + options
    return block(endian, 1, struct.pack(endian + "HHI", link, 0, rng.choice((0, 0, 65535, 100))) + options +
                 (option(endian, 0, b"") if options else b""))


def section(rng, links):
    endian = rng.choice("<>")
    head = block(endian, 0x0A0D0D0A, struct.pack(endian + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    return endian, head + b"".join(interface(rng, endian, link) for link in links)


def packet(rng, endian, number, now, data):
    head = struct.pack(endian + "IIII", now >> 32, now & 0xFFFFFFFF, len(data), len(data) + rng.choice((0, 0, 9)))
    if rng.random() < 0.85:
        return block(endian, 6, struct.pack(endian + "I", number) + head + data)
    return block(endian, 2, struct.pack(endian + "HH", number, 0) + head + data)


def pcapng_bytes(rng, links, tagged):
    """`tagged`: (interface, frame). Sections change now and then; a frame of interface 0 may be a simple packet."""
    endian, text = section(rng, links)
    out = [text]
    times = clock(rng, rng.choice((1 << 64, 1 << 61)))
    for number, data in tagged:
        kind = rng.random()
        if kind < 0.01:
            endian, text = section(rng, links)
            out.append(text)
        elif kind < 0.03:
            out.append(block(endian, rng.choice((4, 5, 0xBAD)), rng.randbytes(rng.randrange(40))))
        if number == 0 and kind > 0.9:
            out.append(block(endian, 3, struct.pack(endian + "I", len(data)) + data))
        else:
            out.append(packet(rng, endian, number, next(times), data))
    return b"".join(out)


def frames_of(rng, link, pool, count):
    """`count` frames, some of them again and again."""
    out = []
    for _ in range(count):
        kind = rng.random()
        if out and kind < 0.3:
            out.append(rng.choice(out))
        elif pool and kind < 0.8:
            out.append(spoil(rng, rng.choice(pool)))
        else:
            out.append(spoil(rng, frame(rng, link)))
    return out


def capture_bytes(oracle, rng):
    count = rng.randrange(100, 500)
    real = real_frames(oracle, rng) if rng.random() < 0.4 else None
    if real and rng.random() < 0.7:
        return pcap_bytes(rng, real[0], frames_of(rng, real[0], real[1], count))
    if rng.random() < 0.5:
        link = rng.choice(LINKS)
        return pcap_bytes(rng, link, frames_of(rng, link, None, count))
    links = [rng.choice(LINKS) for _ in range(rng.randrange(1, 4))]
    tagged = []
    for _ in range(count):
        number = rng.randrange(len(links))
        tagged.append((number, spoil(rng, frame(rng, links[number]))))
    return pcapng_bytes(rng, links, tagged)


def options_of(rng):
    out = ["--entries", rng.choice(("64", "64", "512", "4096")), "--timeouts", "none", "--seed",
           str(rng.randrange(1 << 32)), "--epoch", rng.choice(("2e-6", "0.001", "0.07", "1.07", "60", "1000"))]
    return out + rng.choice(([], ["--stall", "30"], ["--stall", "80"]))


def run_seed(oracle, seed, folder):
    """Return (flows compared, what differs, the capture's path)."""
    rng = random.Random(seed)
    content = capture_bytes(oracle, rng)
    cut = rng.random() < 0.1
    if cut:
        content = content[:rng.randrange(200, len(content))]
    path = os.path.join(folder, "fuzz-%d.cap" % seed)
    with (gzip.open if rng.random() < 0.1 else open)(path, "wb") as handle:
        handle.write(content)
    options = options_of(rng)
    rows, counters = judge(oracle, path)
    result = replay(path, *options, timeout=120)
    found = differences(result, rows, counters) if result.counters else ["no counters: " + result.stderr]
    damaged = "file_cut" in counters["warnings"]
    if result.status != (2 if damaged else 0):
        found.append("exit status %d: %s" % (result.status, result.stderr.strip()))
    return len(rows), ["seed %d (%s): %s" % (seed, " ".join(options), line) for line in found], path


def main():
    parse = argparse.ArgumentParser()
    parse.add_argument("--seeds", default="1:200")
    parse.add_argument("--seconds", type=float, default=20)
    parse.add_argument("--keep")
    o = parse.parse_args()
    first, count = map(int, o.seeds.split(":"))
    oracle = oracle_module()
    end = time.monotonic() + o.seconds
    runs = flows = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            if runs >= 3 and time.monotonic() > end:
                break
            compared, found, path = run_seed(oracle, seed, folder)
            runs += 1
            flows += compared
            wrong += bool(found)
            print("\n".join(found), end="\n" if found else "", flush=True)
            if found and o.keep:
                shutil.copy(path, o.keep)
            os.unlink(path)
    print("%d captures, %d flows compared, %d captures differ" % (runs, flows, wrong))
    if not flows or wrong:
        fail("flows compared: %d, captures that differ: %d" % (flows, wrong))


main()
