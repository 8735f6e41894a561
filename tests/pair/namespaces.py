# SPDX-License-Identifier: BSD-2-Clause
"""Network namespaces of a pair, named by this process's id and gone with it.

      unit a            relay r            unit b
      peer 10.9.0.1 ----[=====]---- 10.9.0.2 peer        TCP
      hb1  10.9.1.1 ----[=====]---- 10.9.1.2 hb1         heartbeats, path 1
      hb2  10.9.2.1 ----[=====]---- 10.9.2.2 hb2         heartbeats, path 2
      lo 192.0.2.1                  192.0.2.1 lo         exporters' source: the same on both
      out 10.1.0.1 --- 10.1.0.254 c 10.2.0.254 --- 10.2.0.1 out
      port0, port1 - feed1_0 ...   ... feed2_0 - port0   what the cards are fed, one each
                       lo 198.51.100.1                   the collector
"""
import ctypes
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys

SOURCE_ADDRESS, COLLECTOR = "192.0.2.1", "198.51.100.1"
LINKS = ("peer", "hb1", "hb2")
MTU = 9216
CLONE_NEWNET = 0x40000000
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
SKIPPED = 77


def inside(name):
    """Words to put before a command. ip's own "netns exec" wants to mount things anew, which a root that is no mount forbids."""
    return ["nsenter", "--net=/run/netns/" + name]


def ip(*words, within=None, check=True):
    done = subprocess.run([*(inside(within) if within else ()), "ip", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)
    if check and done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stdout.strip()}")
    return done


def mounted():
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        return any(line.split()[4] == "/run/netns" for line in mounts)


WAS_MOUNTED = mounted()


def delete(names):
    """The mount that the first namespace of a machine brings goes with the last one."""
    for name in names:
        ip("netns", "del", name, check=False)
    if not WAS_MOUNTED:
        subprocess.run(["umount", "/run/netns"], stderr=subprocess.DEVNULL, check=False, timeout=30)  # busy: others are there


def allowed():
    """Can namespaces be made here? Else a sentence."""
    if os.geteuid():
        return "network namespaces want root"
    name = f"fc{os.getpid()}x"
    try:
        done = ip("netns", "add", name, check=False)
    except FileNotFoundError:
        return "ip (iproute2) is not installed"
    if done.returncode:
        return "no network namespaces here: " + done.stdout.strip()
    try:
        done = ip("link", "add", "v0", "type", "veth", "peer", "name", "v1", check=False, within=name)
        return "no veth pairs here: " + done.stdout.strip() if done.returncode else None
    finally:
        delete([name])


def require():
    why = allowed()
    if why:
        print("skipped: " + why)
        sys.exit(SKIPPED)


def checksums_in_software(namespace, names):
    """A relay between two packet sockets cannot fill in a checksum that was left to the card."""
    child = os.fork()
    if child:
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
            raise RuntimeError(f"checksum offload of {names} stays on")
        return
    status = 1
    try:
        with open("/run/netns/" + namespace, "rb") as place:
            if ctypes.CDLL(None, use_errno=True).setns(place.fileno(), CLONE_NEWNET):
                os._exit(2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            for name in names:
                value = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, 0))
                fcntl.ioctl(s, SIOCETHTOOL, struct.pack("16sP16x", name.encode(), ctypes.addressof(value)))
        status = 0
    finally:
        os._exit(status)


def remove_stale():
    """Namespaces of a run that was ended by force."""
    for line in ip("netns", "list", check=False).stdout.splitlines():
        found = re.fullmatch(r"fc(\d+)[abcr]", line.split()[0])
        if found and not os.path.exists("/proc/" + found.group(1)):
            ip("netns", "del", found.group(0), check=False)


def end_in_order(number, _frame):
    sys.exit(128 + number)


class Net:
    """Use as a context. relayed: the links between the units go through the namespace r (relay.py forwards there)."""

    def __init__(self, relayed=True, cards=1):
        self.relayed, self.cards, self.prefix = relayed, cards, f"fc{os.getpid()}"
        self.a, self.b, self.c, self.r = (self.prefix + letter for letter in "abcr")
        self.made = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, end_in_order)
        remove_stale()
        try:
            self.build()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        delete(reversed(self.made))
        self.made = []

    def namespace(self, name):
        ip("netns", "add", name)
        self.made.append(name)
        subprocess.run([*inside(name), "sh", "-c", "for w in all default; do echo 1 >/proc/sys/net/ipv6/conf/$w/disable_ipv6;"
                        " echo 0 >/proc/sys/net/ipv4/conf/$w/rp_filter; done 2>/dev/null; :"], check=True, timeout=30)
        ip("link", "set", "lo", "up", within=name)

    def wire(self, one, name, other, far):
        ip("link", "add", name, "netns", one, "mtu", str(MTU), "type", "veth", "peer", "name", far, "netns", other, "mtu", str(MTU))
        ip("link", "set", name, "up", within=one)
        ip("link", "set", far, "up", within=other)

    def build(self):
        for name in (self.a, self.b, self.c) + ((self.r,) if self.relayed else ()):
            self.namespace(name)
        for number, link in enumerate(LINKS):
            if self.relayed:
                self.wire(self.a, link, self.r, link + "a")
                self.wire(self.b, link, self.r, link + "b")
            else:
                self.wire(self.a, link, self.b, link)
            ip("addr", "add", f"10.9.{number}.1/24", "dev", link, within=self.a)
            ip("addr", "add", f"10.9.{number}.2/24", "dev", link, within=self.b)
        for unit, name in ((1, self.a), (2, self.b)):
            self.wire(name, "out", self.c, f"out{unit}")
            for card in range(self.cards):
                self.wire(name, f"port{card}", self.c, f"feed{unit}_{card}")
            ip("addr", "add", f"10.{unit}.0.1/24", "dev", "out", within=name)
            ip("addr", "add", f"10.{unit}.0.254/24", "dev", f"out{unit}", within=self.c)
            ip("addr", "add", SOURCE_ADDRESS + "/32", "dev", "lo", within=name)
            ip("route", "add", COLLECTOR + "/32", "via", f"10.{unit}.0.254", within=name)
        ip("addr", "add", COLLECTOR + "/32", "dev", "lo", within=self.c)
        if self.relayed:
            for name in (self.a, self.b):
                checksums_in_software(name, LINKS)

    def within(self, letter):
        """Words to put before a command, for it to run there."""
        return inside(self.prefix + letter)

    def of_unit(self, unit):
        return self.within("ab"[unit - 1])
