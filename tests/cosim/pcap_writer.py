# SPDX-License-Identifier: BSD-2-Clause
"""Write small captures for tests: nanosecond pcap, frames built by hand."""
import ipaddress
import struct


class Capture:
    def __init__(self, path, link=1):
        self.handle = open(path, "wb")
        self.handle.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))

    def frame(self, time_ns, data, original=None):
        self.handle.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9, len(data), original or len(data)))
        self.handle.write(data)

    def close(self):
        self.handle.close()


def udp(src, dst, sport, dport, octets=0, tos=0, ttl=64):
    """An Ethernet frame with an IPv4 or IPv6 UDP packet of `octets` payload."""
    a, b = ipaddress.ip_address(src), ipaddress.ip_address(dst)
    body = struct.pack(">HHHH", sport, dport, 8 + octets, 0) + bytes(octets)
    if a.version == 4:
        head = struct.pack(">BBHHHBBH4s4s", 0x45, tos, 20 + len(body), 0, 0, ttl, 17, 0, a.packed, b.packed)
        kind = 0x0800
    else:
        head = struct.pack(">IHBB16s16s", 6 << 28 | tos << 20, len(body), 17, ttl, a.packed, b.packed)
        kind = 0x86DD
    return bytes(12) + struct.pack(">H", kind) + head + body
