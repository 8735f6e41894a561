# SPDX-License-Identifier: BSD-2-Clause
"""Random frames for the co-simulation fuzzer: stacks of headers, right and wrong, and ways to spoil any frame."""
import struct

L4_OCTETS = {6: 20, 17: 8, 136: 8, 132: 12, 33: 12, 1: 4, 58: 4}
PROTOCOLS = list(L4_OCTETS) * 3 + [2, 41, 47, 50, 51, 59, 89, 135, 139, 140, 253, 255]
EXTENSIONS = (0, 43, 44, 51, 60)
LINKS = [0, 1, 1, 1, 1, 9, 12, 14, 50, 51, 101, 104, 108, 113, 219, 228, 229, 276]
FAMILY = {4: (2,), 6: (10, 24, 28, 30)}


def few(rng, octets):
    """A number of `octets` octets out of a small set, so that flows repeat."""
    return rng.choice((0, 1, 2, 255)).to_bytes(octets, "big")


def transport(rng, proto):
    body = few(rng, 2) + few(rng, 2) + rng.randbytes(L4_OCTETS.get(proto, 8) - 4)
    kind = rng.random()
    if kind < 0.1:
        return body[:rng.randrange(len(body) + 1)]
    return body + bytes(rng.choice((0, 0, 1, 6, 18, 100, 1000, 1460)) if kind < 0.97 else rng.randrange(20000))


def length(rng, right):
    """Mostly the right length, else one that lies."""
    kind = rng.random()
    if kind < 0.75:
        return right & 0xFFFF
    if kind < 0.9:
        return max(0, right + rng.randrange(-40, 41)) & 0xFFFF
    return rng.choice((0, 1, 19, 20, 21, 65535, rng.randrange(65536)))


def ipv4(rng):
    proto = rng.choice(PROTOCOLS)
    words = rng.choice((5, 5, 5, 5, 6, 7, 10, 14, 15, rng.randrange(16)))
    options = rng.randbytes(max(0, words - 5) * 4)
    body = options + transport(rng, proto)
    fragment = rng.choice((0, 0, 0, 0x4000, 0x2000, 1, 0x2005, 0x1FFF, 0x8000, rng.randrange(65536)))
    version = 4 if rng.random() < 0.97 else rng.randrange(16)
    return struct.pack(">BBHHHBBH", version << 4 | words, rng.choice((0, 0, 0xB8, 3)), length(rng, 20 + len(body)),
                       rng.randrange(65536), fragment, rng.randrange(256), proto, 0) + \
        b"\x0a\0\0" + few(rng, 1) + b"\x0a\0\1" + few(rng, 1) + body


def extension(rng, kind, following):
    size = rng.choice((0, 0, 0, 1, 2, 3, 4, 6, 20, 21, 22, 63, 64, 127, 255, rng.randrange(256)))
    if rng.random() < 0.7:
        size = min(size, 2)
    if kind == 44:
        offset = rng.choice((0, 0, 0, 1, 6, 8, 9, 0xFFF8, rng.randrange(65536)))
        return struct.pack(">BBHI", following, size, offset, rng.randrange(1 << 32))
    octets = (size + 2) * 4 if kind == 51 else (size + 1) * 8
    return bytes((following, size)) + rng.randbytes(max(6, octets - 2))


def ipv6(rng):
    proto = rng.choice(PROTOCOLS)
    astride = rng.random() < 0.15
    chain = [rng.choice(EXTENSIONS) for _ in range(rng.choice((0, 0, 0, 0, 1, 1, 2, 3, rng.randrange(10), 8, 9)))]
    body = b""
    if astride:  # one long header, so that the transport header lies across the end of the window
        chain, size = [0], rng.randrange(12, 18)
        body = bytes((proto, size)) + bytes(size * 8 + 6)
    else:
        for place, kind in enumerate(chain):
            body += extension(rng, kind, (chain + [proto])[place + 1])
    body += transport(rng, proto)
    version = 6 if rng.random() < 0.97 else rng.randrange(16)
    return struct.pack(">IHBB", version << 28 | rng.choice((0, 0x2E00000, rng.randrange(1 << 28))),
                       length(rng, len(body)), (chain + [proto])[0], rng.randrange(256)) + \
        bytes(15) + few(rng, 1) + bytes(15) + few(rng, 1) + body


def ip(rng):
    """(version, packet)"""
    return (4, ipv4(rng)) if rng.random() < 0.5 else (6, ipv6(rng))


def mpls(rng):
    labels = rng.choice((1, 1, 2, 3, 4, 7, 8, 9, rng.randrange(10)))
    stack = b"".join(rng.randbytes(2) + bytes((rng.randrange(128) << 1, 64)) for _ in range(max(0, labels - 1)))
    stack += rng.randbytes(2) + bytes((rng.randrange(128) << 1 | (rng.random() < 0.9), 64))
    return stack + (ip(rng)[1] if rng.random() < 0.9 else rng.randbytes(rng.randrange(40)))


def ppp(rng):
    version, packet = ip(rng)
    number = {4: 0x21, 6: 0x57}[version]
    kind = rng.random()
    if kind < 0.5:
        return struct.pack(">H", number) + packet
    if kind < 0.8:
        return bytes((number,)) + packet
    return struct.pack(">H", rng.choice((0x0057, 0x0021, 0xC021, 0x8021, 0x2145, 0x5760, rng.randrange(65536)))) + packet


def pppoe(rng):
    kind = rng.random()
    head = (0x11, 0) if kind < 0.8 else (0x11, rng.randrange(256)) if kind < 0.9 else (rng.randrange(256), 0)
    return bytes(head) + rng.randbytes(4) + ppp(rng)


def typed(rng):
    """(type, what follows it), any layers below IP."""
    kind = rng.random()
    if kind < 0.5:
        version, packet = ip(rng)
        wrong = rng.random() < 0.02
        return (0x0800 if (version == 4) != wrong else 0x86DD), packet
    if kind < 0.65:
        return rng.choice((0x8847, 0x8848)), mpls(rng)
    if kind < 0.8:
        return 0x8864, pppoe(rng)
    if kind < 0.85:
        return rng.choice((0x8863, 0x9100, 0x9200, 0x0806, 0x05FF, 0x0600, 0, rng.randrange(65536))), ip(rng)[1]
    inner, body = typed(rng)
    return rng.choice((0x8100, 0x88A8)), rng.randbytes(2) + struct.pack(">H", inner) + body


def frame(rng, link):
    """A frame of link type `link`."""
    if link == 1:
        kind, body = typed(rng)
        return rng.randbytes(12) + struct.pack(">H", kind) + body
    if link in (113, 276, 104):
        kind, body = typed(rng)
        head = {113: rng.randbytes(14) + struct.pack(">H", kind), 276: struct.pack(">H", kind) + rng.randbytes(18),
                104: rng.randbytes(2) + struct.pack(">H", kind)}[link]
        return head + body
    if link in (0, 108):
        version, packet = ip(rng)
        family = rng.choice(FAMILY[version]) if rng.random() < 0.9 else rng.randrange(256)
        return family.to_bytes(4, rng.choice(("big", "little"))) + packet
    if link in (9, 50):
        return rng.choice((b"", b"\xff\x03")) + ppp(rng)
    if link == 51:
        return pppoe(rng)
    if link == 219:
        return mpls(rng)
    if link == 228:
        return ipv4(rng)
    if link == 229:
        return ipv6(rng)
    return ip(rng)[1]


def spoil(rng, data):
    """Flip, cut, drop or insert octets; leave most frames alone."""
    kind = rng.random()
    if kind < 0.45 or not data:
        return data
    if kind < 0.65:
        return data[:rng.randrange(min(len(data), 260) + 1)]
    if kind < 0.7:
        return data[:rng.choice((0, 1, 13, 14, 15, 63, 64, 65, 127, 128, 129, 191, 192, 193))]
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(min(len(data), 200))
        if kind < 0.85:
            data[at] ^= 1 << rng.randrange(8)
        elif kind < 0.93:
            data[at] = rng.choice((0, 1, 255, 0x11, 0x45, 0x60, rng.randrange(256)))
        elif kind < 0.97:
            data[at:at] = rng.randbytes(rng.randrange(9))
        else:
            del data[at:at + rng.randrange(9)]
            if not data:
                break
    return bytes(data)
