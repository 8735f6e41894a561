# SPDX-License-Identifier: BSD-2-Clause
"""A Debian kernel and an initrd for the guest. Nothing is installed: packages are fetched and unpacked into a cache folder."""
import glob
import gzip
import lzma
import os
import re
import shutil
import stat
import subprocess

DEFAULT = "linux-image-cloud-amd64"
MODULES = ["irqbypass", "vfio", "vfio_virqfd", "vfio_iommu_type1", "vfio-pci-core", "vfio-pci", "uio", "uio_pci_generic"]


class Unavailable(Exception):
    """Something that this machine does not have; its text says what."""


def run(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def package_name(version):
    """linux-image-VERSION for a version, the newest cloud kernel of this Debian release for None."""
    if version:
        return version if version.startswith("linux-image-") else "linux-image-" + version
    shown = run(["apt-cache", "depends", DEFAULT])
    found = re.search(r"Depends: (linux-image-\S+)", shown.stdout)
    if not found:
        raise Unavailable("apt-cache knows no " + DEFAULT)
    return found.group(1)


def fetch(cache, version):
    """Path of a kernel package in the cache; fetched with apt-get when it is not there."""
    folder = os.path.join(cache, "packages")
    os.makedirs(folder, exist_ok=True)
    try:
        name = package_name(version)
    except (Unavailable, OSError):
        name = None
    held = sorted(glob.glob(os.path.join(folder, (name or "linux-image-*cloud*") + "_*.deb")))
    if held:
        return held[-1]
    if not name:
        raise Unavailable("no kernel package in %s, and apt-cache knows none" % folder)
    done = run(["apt-get", "download", name], cwd=folder, timeout=120)
    held = sorted(glob.glob(os.path.join(folder, name + "_*.deb")))
    if not held:
        raise Unavailable("apt-get download %s: %s" % (name, (done.stderr.strip().splitlines() or ["?"])[-1]))
    return held[-1]


def unpack(cache, package):
    """Unpack a package once. Returns (kernel image, folder of its modules)."""
    name = os.path.basename(package)[:-len(".deb")]
    folder = os.path.join(cache, name)
    if not os.path.isdir(folder):
        part = "%s.%d" % (folder, os.getpid())
        done = run(["dpkg", "-x", package, part])
        if done.returncode:
            shutil.rmtree(part, ignore_errors=True)
            raise Unavailable("%s: %s" % (package, done.stderr.strip()))
        try:
            os.rename(part, folder)
        except OSError:
            shutil.rmtree(part)  # another test was faster
    images = glob.glob(os.path.join(folder, "boot", "vmlinuz-*"))
    modules = glob.glob(os.path.join(folder, "lib", "modules", "*"))
    if len(images) != 1 or len(modules) != 1:
        raise Unavailable("%s holds no kernel" % package)
    return images[0], modules[0]


def module_files(folder):
    """{name: content} of the wanted modules that this kernel has as files, uncompressed, dependencies first."""
    content = {}
    for name in MODULES:
        pattern = re.sub("[-_]", "[-_]", name)
        for path in glob.glob(os.path.join(folder, "kernel", "**", pattern + ".ko*"), recursive=True):
            with open(path, "rb") as handle:
                octets = handle.read()
            if path.endswith(".xz"):
                octets = lzma.decompress(octets)
            elif path.endswith(".gz"):
                octets = gzip.decompress(octets)
            elif not path.endswith(".ko"):
                raise Unavailable("%s: modules are packed in a way that is not known here" % path)
            content[name] = octets
    if "vfio-pci" not in content or "uio_pci_generic" not in content:
        raise Unavailable("%s: no vfio-pci or no uio_pci_generic" % folder)
    return content


def libraries(program):
    """Shared libraries of a program, as {path in the guest: path here}."""
    found = {}
    for line in run(["ldd", program]).stdout.splitlines():
        match = re.search(r"(/\S+) \(0x", line)
        if match:
            found[match.group(1)] = os.path.realpath(match.group(1))
            # glibc loads it when a thread ends; nothing links it.
            beside = os.path.join(os.path.dirname(match.group(1)), "libgcc_s.so.1")
            if "libc.so" in match.group(1) and os.path.exists(beside):
                found[beside] = os.path.realpath(beside)
    return found


class Archive:
    """A cpio archive in the "newc" form, in memory."""

    def __init__(self):
        self.octets, self.number, self.folders = bytearray(), 0, set()

    def add(self, name, mode, content=b""):
        self.number += 1
        head = "070701" + "".join("%08x" % v for v in (self.number, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0,
                                                         len(name) + 1, 0))
        self.octets += head.encode() + name.encode() + b"\0"
        self.octets += b"\0" * (-len(self.octets) % 4) + content
        self.octets += b"\0" * (-len(self.octets) % 4)

    def folder(self, name):
        parts = name.split("/")
        for i in range(1, len(parts) + 1):
            path = "/".join(parts[:i])
            if path and path not in self.folders:
                self.folders.add(path)
                self.add(path, stat.S_IFDIR | 0o755)

    def file(self, name, content, mode=0o755):
        name = name.lstrip("/")
        self.folder(os.path.dirname(name))
        self.add(name, stat.S_IFREG | mode, content)

    def finish(self):
        self.number = 0
        self.add("TRAILER!!!", 0)
        return bytes(self.octets)


def read(path):
    with open(path, "rb") as handle:
        return handle.read()


def initrd(modules, programs, init):
    """An initrd with busybox, the modules, the programs with their libraries, and /init."""
    busybox = shutil.which("busybox")
    if not busybox or run(["ldd", busybox]).returncode == 0:
        raise Unavailable("no static busybox (package busybox-static)")
    archive = Archive()
    for name in ("dev", "proc", "sys", "tmp", "run"):
        archive.folder(name)
    archive.add("dev/console", stat.S_IFCHR | 0o600)
    archive.file("bin/busybox", read(busybox))
    found = module_files(modules)
    for name in found:
        archive.file("modules/%s.ko" % name, found[name], 0o644)
    archive.file("modules/order", ("\n".join(found) + "\n").encode(), 0o644)
    wanted = {}
    for program in programs:
        archive.file("bin/" + os.path.basename(program), read(program))
        wanted.update(libraries(program))
    for name in sorted(wanted):
        archive.file(name, read(wanted[name]))
    archive.file("init", init.encode())
    return gzip.compress(archive.finish(), 1)
