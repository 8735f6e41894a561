#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Capture reader against the oracle's: every container variant, damage at every octet, and real captures.

    capture.py CAPTURE_DUMP variants|damage|real|mutated [SEED [BATCHES]]
"""
import glob
import gzip
import os
import random
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import oracle_path  # noqa: E402

PCAP_MAGICS = {"us": (0xA1B2C3D4, 16), "ns": (0xA1B23C4D, 16), "modified": (0xA1B2CD34, 24)}
FRAMES = [bytes(range(60)), b"", b"\x01" * 14, bytes(1500), b"\xff" * 33]


def pcap(endian, kind, link=1):
    magic, header = PCAP_MAGICS[kind]
    out = struct.pack(endian + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for i, frame in enumerate(FRAMES):
        out += struct.pack(endian + "IIII", 0xFFFFFFF0 + i, 999999999 if i == 1 else 4294967295 * (i == 2), len(frame),
                           len(frame) + 7 * i)
        out += bytes(header - 16) + frame
    return out


class Pcapng:
    def __init__(self, endian):
        self.e = endian
        self.out = b""

    def block(self, kind, body, pad=True):
        if pad:
            body += bytes(-len(body) % 4)
        length = struct.pack(self.e + "I", len(body) + 12)
        self.out += struct.pack(self.e + "I", kind) + length + body + length
        return self

    def section(self, options=b""):
        return self.block(0x0A0D0D0A, struct.pack(self.e + "IHHq", 0x1A2B3C4D, 1, 0, -1) + options)

    def option(self, code, value):
        return struct.pack(self.e + "HH", code, len(value)) + value + bytes(-len(value) % 4)

    def interface(self, link, snaplen=0, resolution=None, offset=None, end=True):
        options = self.option(2, b"eth0")
        if resolution is not None:
            options += self.option(9, bytes([resolution]))
        if offset is not None:
            options += self.option(14, struct.pack(self.e + "q", offset))
        if end:
            options += self.option(0, b"")
        return self.block(1, struct.pack(self.e + "HHI", link, 0, snaplen) + options)

    def enhanced(self, number, ticks, frame, original=None, options=b""):
        body = struct.pack(self.e + "IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(frame),
                           len(frame) if original is None else original)
        return self.block(6, body + frame + bytes(-len(frame) % 4) + options)

    def obsolete(self, number, ticks, frame):
        return self.block(2, struct.pack(self.e + "HHIIII", number, 3, ticks >> 32, ticks & 0xFFFFFFFF, len(frame),
                                         len(frame)) + frame)

    def simple(self, frame, original=None):
        return self.block(3, struct.pack(self.e + "I", len(frame) if original is None else original) + frame)


def pcapng_small(endian):
    p = Pcapng(endian).section()
    p.interface(1, 100, 9).interface(101, 0, 0x80 | 30, -7)
    p.enhanced(0, 1 << 60, FRAMES[0]).enhanced(1, 3 << 30, FRAMES[4], 500, Pcapng(endian).option(2, b"\1\2\3\4"))
    p.block(5, bytes(20)).simple(FRAMES[4], 90)
    p.section().interface(113).obsolete(0, 1234567, FRAMES[2]).enhanced(0, 9, b"")
    return p.out


def pcapng_times(endian):
    """Every resolution with small, large and negative offsets."""
    p = Pcapng(endian).section()
    number = 0
    for resolution in list(range(0, 128)) + [0x80 | bits for bits in range(0, 128)]:
        for offset in (None, 1600000000, -3, -(1 << 63), (1 << 63) - 1):
            if offset is not None and resolution % 16 not in (3, 9):
                continue
            p.interface(number % 7, 0, resolution, offset)
            for ticks in (0, 1, (1 << 64) - 1, 0x0123456789ABCDEF, 1600000000123456789):
                p.enhanced(number, ticks, b"x")
            number += 1
    return p.out


def pcapng_odd(endian):
    """Name -> file: things that a careful writer would not do."""
    def start():
        return Pcapng(endian).section().interface(1).enhanced(0, 5, FRAMES[0])
    odd = {
        "simple-before-interface": Pcapng(endian).section().simple(FRAMES[0]),
        "unknown-interface": start().enhanced(1, 5, FRAMES[0]),
        "interfaces-end-with-section": start().section().enhanced(0, 5, FRAMES[0]),
        "short-interface": start().block(1, bytes(4)).enhanced(0, 5, FRAMES[0]),
        "short-enhanced": start().block(6, bytes(16)),
        "short-obsolete": start().block(2, bytes(16)),
        "short-simple": start().block(3, b""),
        "over-claim": start().block(6, struct.pack(endian + "IIIII", 0, 0, 0, 61, 61) + FRAMES[0]),
        "odd-block-length": start().block(77, b"abc", pad=False).enhanced(0, 6, FRAMES[0]),
        "no-end-of-options": Pcapng(endian).section().interface(1, 0, 9, -1, end=False).enhanced(0, 5, FRAMES[0]),
        "option-runs-out": Pcapng(endian).section().block(1, struct.pack(endian + "HHIHHB", 1, 0, 0, 9, 400, 9),
                                                          pad=False).enhanced(0, 5, FRAMES[0]),
        "empty-resolution": Pcapng(endian).section().block(1, struct.pack(endian + "HHIHH", 1, 0, 0, 9, 0)).enhanced(
            0, 5, FRAMES[0]),
        "short-offset": Pcapng(endian).section().block(1, struct.pack(endian + "HHIHHI", 1, 0, 0, 14, 4, 9)).enhanced(
            0, 5, FRAMES[0]),
        "short-offset-then-more": Pcapng(endian).section().block(
            1, struct.pack(endian + "HHIHHIHH", 1, 0, 0, 14, 4, 9, 0, 0)).enhanced(0, 5, FRAMES[0]),
        "empty-resolution-then-more": Pcapng(endian).section().block(
            1, struct.pack(endian + "HHIHHHHI", 1, 0, 0, 9, 0, 2, 4, 9)).enhanced(0, 5, FRAMES[0]),
        "after-end-of-options": Pcapng(endian).section().block(
            1, struct.pack(endian + "HHIHHHHB", 1, 0, 0, 0, 0, 9, 1, 9)).enhanced(0, 5, FRAMES[0]),
        "simple-snaplen": Pcapng(endian).section().interface(1, 20).simple(FRAMES[0]),
        "frame-over-262144": start().enhanced(0, 6, bytes(300000)).enhanced(0, 7, FRAMES[2]),
        "many-interfaces": Pcapng(endian).section(),
    }
    for i in range(300):
        odd["many-interfaces"].interface(i, i).enhanced(i, i, b"y")
    files = {name: p.out for name, p in odd.items()}
    files["block-of-11"] = start().out + struct.pack(endian + "II", 6, 11) + bytes(50)
    files["block-of-16MiB+1"] = start().out + struct.pack(endian + "II", 6, (1 << 24) + 1) + bytes(50)
    files["section-of-27"] = start().out + struct.pack(endian + "III", 0x0A0D0D0A, 27, 0x1A2B3C4D) + bytes(50)
    files["section-without-order"] = start().out + struct.pack(endian + "III", 0x0A0D0D0A, 28, 0x1A2B3C4E) + bytes(50)
    files["section-too-long"] = start().out + struct.pack(endian + "III", 0x0A0D0D0A, 0xFFFFFFFC, 0x1A2B3C4D)
    return files


def variants():
    files = {}
    for endian, name in (("<", "little"), (">", "big")):
        for kind in PCAP_MAGICS:
            files["pcap-%s-%s" % (kind, name)] = pcap(endian, kind)
        files["pcap-fcs-%s" % name] = pcap(endian, "ns", 0x14000000 | 113)
        header = struct.pack(endian + "IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1)
        for caplen in (262144, 262145, 0xFFFFFFFF):
            files["pcap-caplen-%d-%s" % (caplen, name)] = header + struct.pack(
                endian + "IIII", 1, 2, caplen, 60) + bytes(262145)
        files["pcapng-small-%s" % name] = pcapng_small(endian)
        files["pcapng-times-%s" % name] = pcapng_times(endian)
        for odd, octets in pcapng_odd(endian).items():
            files["pcapng-%s-%s" % (odd, name)] = octets
    files["empty"] = b""
    files["two-octets"] = b"\xd4\xc3"
    files["text"] = b"this is not a capture"
    files["header-only"] = pcap("<", "us")[:24]
    small = pcapng_small("<")
    files["gzip-pcap"] = gzip.compress(pcap("<", "ns"))
    files["gzip-large"] = gzip.compress(pcapng_times(">") * 1)
    files["gzip-two-members"] = gzip.compress(small[:100]) + gzip.compress(small[100:])
    files["gzip-padded"] = gzip.compress(small) + bytes(512)
    files["gzip-of-nothing"] = gzip.compress(b"")
    files["gzip-magic-only"] = b"\x1f\x8b"
    return files


class Judge:
    def __init__(self, program):
        self.program, self.oracle = program, oracle_path.load_oracle()
        self.files = self.frames = self.bad = 0

    def ours(self, paths):
        """Per path: (lines of frames, fields of the end)."""
        done = subprocess.run([self.program] + paths, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode or done.stderr:
            raise SystemExit("reader failed: %s %s" % (done.returncode, done.stderr))
        answers, lines = [], []
        for line in done.stdout.splitlines():
            if line.startswith("end,"):
                answers.append((lines, line.split(",", 5)))
                lines = []
            else:
                lines.append(line)
        if len(answers) != len(paths) or lines:
            raise SystemExit("%d answers to %d files: %s" % (len(answers), len(paths), lines[-1:]))
        return answers

    def compare(self, path, label, answer, lenient=False):
        want, damaged = oracle_path.oracle_frames(self.oracle, path)
        lines, end = answer
        got = []
        for number, line in enumerate(lines, 1):
            fields = line.split(",")
            got.append(",".join(fields[1:5] + fields[6:]))
            if int(fields[0]) != number:
                self.wrong(label, "frame number %s at line %d" % (fields[0], number))
        self.files += 1
        self.frames += len(want)
        # Python gives up what its read-ahead held when compressed data is damaged; we may deliver more, never less.
        if got != want and not (lenient and got[:len(want)] == want):
            first = next((i for i, pair in enumerate(zip(got, want)) if pair[0] != pair[1]), min(len(got), len(want)))
            self.wrong(label, "%d frames, not %d; first difference at %d: %s, not %s" % (
                len(got), len(want), first + 1, got[first:first + 1], want[first:first + 1]))
        if (end[1] != "0") != damaged:
            self.wrong(label, "ended with %s, the oracle says damaged=%s" % (end, damaged))
        if damaged and not (end[1] == "-74" and end[5].startswith("%s: frame %d, byte " % (path, len(got) + 1))):
            self.wrong(label, "message: %s" % end)
        if not damaged and (end[5] or end[2] != end[3]):
            self.wrong(label, "clean end, but %s" % end)

    def wrong(self, label, text):
        self.bad += 1
        print("%s: %s" % (label, text))

    def finish(self, least):
        print("%d files, %d frames, %d wrong" % (self.files, self.frames, self.bad))
        return 1 if self.bad or self.files < least else 0


def run_files(judge, files, lenient=False):
    files = list(files)
    for start in range(0, len(files), 200):
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for name, octets in files[start:start + 200]:
                paths.append(os.path.join(folder, str(len(paths))))
                with open(paths[-1], "wb") as out:
                    out.write(octets)
            for path, (name, _), answer in zip(paths, files[start:], judge.ours(paths)):
                judge.compare(path, name, answer, lenient)


def damaged_files():
    """Cut at every octet, every octet flipped in a seeded way; then compressed data likewise."""
    rng = random.Random(20261122)
    small = [("pcap-" + kind, pcap("<>"[i % 2], kind)[:230]) for i, kind in enumerate(PCAP_MAGICS)]
    small += [("pcapng-little", pcapng_small("<")), ("pcapng-big", pcapng_small(">"))]
    for name, octets in small:
        for at in range(len(octets)):
            yield "%s cut at %d" % (name, at), octets[:at]
            changed = bytearray(octets)
            changed[at] ^= rng.choice((0xFF, 0x80, 1, rng.randrange(1, 256)))
            yield "%s octet %d is %02x" % (name, at, changed[at]), bytes(changed)


def damaged_gzip():
    rng = random.Random(7)
    octets = gzip.compress(pcapng_small("<"), mtime=0)
    for at in range(len(octets)):
        yield "gzip cut at %d" % at, octets[:at]
        if at >= 10:    # the header's own octets may turn it into another file
            changed = bytearray(octets)
            changed[at] ^= rng.randrange(1, 256)
            yield "gzip octet %d is %02x" % (at, changed[at]), bytes(changed)
    yield "gzip then text", octets + b"text"


LENGTHS = (b"\xff" * 4, bytes(4), b"\0\0\0\1", b"\1\0\0\0", b"\0\0\4\0", b"\0\4\0\0", b"\x0a\x0d\x0d\x0a")


def mutate(octets, rng):
    """Octets changed, lengths overwritten, parts taken out, doubled or cut off."""
    b = bytearray(octets)
    for _ in range(rng.choice((1, 2, 5, 20))):
        if not b:
            break
        at, how = rng.randrange(len(b)), rng.randrange(5)
        if how == 0:
            b[at] = rng.randrange(256)
        elif how == 1:
            b[at:at + 4] = rng.choice(LENGTHS)
        elif how == 2:
            del b[at:at + rng.randrange(1, 40)]
        elif how == 3:
            b[at:at] = b[rng.randrange(len(b)):][:rng.randrange(1, 80)]
        else:
            del b[at:]
    return bytes(b)


def mutated(judge, seed, batches):
    print("seed %d" % seed)
    rng = random.Random(seed)
    sources = [pcap("<", "ns"), pcap(">", "modified"), pcapng_small("<"), pcapng_small(">"), pcapng_times("<")[:3000]]
    sources += pcapng_odd("<").values()
    packed = [gzip.compress(octets, mtime=0) for octets in sources[:4]]
    for _ in range(batches):
        run_files(judge, [("mutated", mutate(rng.choice(sources), rng)) for _ in range(180)])
        files = [("packed", mutate(rng.choice(packed), rng)) for _ in range(20)]
        # Where the header itself is hit, Python and zlib differ in what they call a gzip file.
        run_files(judge, [f for f in files if f[1][:10] in {p[:10] for p in packed}], lenient=True)


def check_offsets(judge):
    """Message and offsets name the octet at which a record begins."""
    octets = pcap("<", "us")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "cut.pcap")
        with open(path, "wb") as out:
            out.write(octets[:24 + 76 + 16 + 16 + 5])
        lines, end = judge.ours([path])[0]
        offsets = [line.split(",")[5] for line in lines]
        want = "%s: frame 3, byte 116: the record needs 30 octets, the file ends after 21" % path
        if offsets != ["24", "100"] or end[5] != want:
            judge.wrong("offsets", "%s %s" % (offsets, end))


def main():
    judge = Judge(sys.argv[1])
    if sys.argv[2] == "variants":
        check_offsets(judge)
        run_files(judge, variants().items())
        return judge.finish(40)
    if sys.argv[2] == "damage":
        run_files(judge, damaged_files())
        run_files(judge, damaged_gzip(), lenient=True)
        return judge.finish(1000)
    if sys.argv[2] == "mutated":
        words = [int(word) for word in sys.argv[3:]]
        mutated(judge, *(words + [20261122, 15][len(words):]))
        return judge.finish(100)
    paths = sorted(glob.glob(os.path.join(oracle_path.shared(), "captures", "*.pcap*")))
    if not paths:
        print("skipped: no captures")
        return 77
    for path in paths:
        judge.compare(path, os.path.basename(path), judge.ours([path])[0])
    return judge.finish(1)


if __name__ == "__main__":
    sys.exit(main())
