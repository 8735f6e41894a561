# SPDX-License-Identifier: BSD-2-Clause
"""flowcard-bind on a tree that stands for /sys: what it lists, warns of, refuses and writes.

Where a driver has to take the device, a thread plays the kernel: drivers_probe is a pipe, and what is written to it makes
the thread look at driver_override and set the device's driver link.
"""
import os
import struct
import subprocess
import sys
import tempfile
import threading

BUILD = os.environ.get("FC_BUILD") or os.path.join(os.path.dirname(__file__), "..", "..", "build")
BIND = os.path.join(BUILD, "tools", "flowcard-bind")
CARD, NIC, BRIDGE = "0000:03:00.0", "0000:03:00.1", "0000:00:1c.0"
checks = 0


def check(what, condition, shown=""):
    global checks
    checks += 1
    if not condition:
        print("FAILED: %s\n%s" % (what, shown))
        sys.exit(1)


class Tree:
    """A machine with a bridge, a card and a network card; the last two share IOMMU group 9."""

    def __init__(self, root, group=True):
        self.root = root
        for driver in ("vfio-pci", "uio_pci_generic", "e1000e", "pcieport"):
            self.driver_folder(driver)
        self.write("bus/pci/slots/7/address", "0000:03:00\n")
        self.device(BRIDGE, 0x8086, 0x2940, 0x060400, "pcieport", 9 if group else None)
        self.device(CARD, 0xf10c, 0xca4d, 0x028000, None, 9 if group else None)
        self.device(NIC, 0x8086, 0x10d3, 0x020000, "e1000e", 9 if group else None)
        self.probe = os.path.join(root, "bus/pci/drivers_probe")
        self.write("bus/pci/drivers_probe", "")

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb" if isinstance(content, bytes) else "w") as handle:
            handle.write(content)

    def read(self, name):
        with open(self.path(name)) as handle:
            return handle.read()

    def driver_folder(self, name):
        self.write("bus/pci/drivers/%s/unbind" % name, "")

    def device(self, bdf, vendor, device, code, driver, group):
        folder = "bus/pci/devices/%s/" % bdf
        config = struct.pack("<HHHHIIIIIII", vendor, device, 6, 0, code << 8, 0, 0xfe000000, 0, 0, 0, 0).ljust(64, b"\0")
        for name, content in (("vendor", "0x%04x\n" % vendor), ("device", "0x%04x\n" % device), ("class", "0x%06x\n" % code),
                              ("irq", "11\n"), ("numa_node", "1\n"), ("driver_override", "(null)\n"), ("config", config),
                              ("resource", "0x00000000fe000000 0x00000000fe00ffff 0x0000000000040200\n" +
                               "0x0 0x0 0x0\n" * 6)):
            self.write(folder + name, content)
        if group is not None:
            os.makedirs(self.path("kernel/iommu_groups/%d" % group), exist_ok=True)
            os.symlink("../../../../kernel/iommu_groups/%d" % group, self.path(folder, "iommu_group"))
        if driver:
            self.bound(bdf, driver)

    def bound(self, bdf, driver):
        link = self.path("bus/pci/devices", bdf, "driver")
        if os.path.islink(link):
            os.unlink(link)
        os.symlink("../../drivers/" + driver, link)

    def override(self, bdf):
        return self.read("bus/pci/devices/%s/driver_override" % bdf)

    def run(self, *words):
        done = subprocess.run([BIND, "--sysfs", self.root, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=20)
        return done.returncode, done.stdout

    def kernel(self, takes=True):
        """Answer one write to drivers_probe."""
        os.unlink(self.probe)
        os.mkfifo(self.probe)

        def play():
            with open(self.probe) as pipe:
                bdf = pipe.read()
            if takes:
                self.bound(bdf, self.override(bdf).strip())
            os.unlink(self.probe)
            self.write("bus/pci/drivers_probe", "")

        thread = threading.Thread(target=play, daemon=True)
        thread.start()
        return thread


def lists(tree):
    status, text = tree.run("list")
    check("a card is listed", status == 0 and CARD in text and NIC not in text, text)
    for part in ("IOMMU group 9", "NUMA node 1", "no driver", "BAR0 memory 0xfe000000, 64 KiB", "slot 7"):
        check("the list says " + part, part in text, text)
    status, text = tree.run("--all", "list")
    check("--all lists others", NIC in text and "bound to e1000e" in text, text)
    status, text = tree.run("--id", "1:2", "list")
    check("no card is an error", status == 1 and "no device 0001:0002" in text, text)


def dry_runs(tree):
    status, text = tree.run("--dry-run", "bind", "3:0.0")
    check("a dry run is fine", status == 0, text)
    check("it shows the writes", "echo vfio-pci > %s/bus/pci/devices/%s/driver_override" % (tree.root, CARD) in text and
          "echo %s > %s/bus/pci/drivers_probe" % (CARD, tree.root) in text, text)
    check("it warns of the group", "%s shares IOMMU group 9 and is bound to e1000e" % NIC in text, text)
    check("bridges do not matter", BRIDGE not in text, text)
    check("it writes nothing", tree.override(CARD) == "(null)\n" and tree.read("bus/pci/drivers_probe") == "")


def refusals(tree):
    status, text = tree.run("bind", NIC)
    check("a stranger is refused", status == 3 and "--id" in text, text)
    status, text = tree.run("--id", "8086:10d3", "bind", NIC)
    check("a network device in use is refused", status == 3 and "network device" in text and "--force" in text, text)
    check("and left alone", tree.override(NIC) == "(null)\n")
    status, text = tree.run("--id", "8086:2940", "--force", "bind", BRIDGE)
    check("a bridge is refused", status == 1 and "bridge" in text, text)
    for words in ((), ("bind",), ("list", "x"), ("fly", CARD), ("--driver", "e1000e", "bind", CARD), ("--id", "1", "list")):
        check("usage %r" % (words,), tree.run(*words)[0] == 2)
    status, text = tree.run("bind", "9:0.0")
    check("a device that is not there", status == 1 and "no such device" in text, text)


def binds(tree):
    kernel = tree.kernel()
    status, text = tree.run("bind", "7")
    kernel.join(5)
    check("binding by slot", status == 0 and "bound to vfio-pci, IOMMU group 9" in text, text)
    check("the override is set", tree.override(CARD) == "vfio-pci")
    status, text = tree.run("bind", CARD)
    check("a second time nothing happens", status == 0 and "already" in text, text)
    kernel = tree.kernel()
    status, text = tree.run("--driver", "uio_pci_generic", "bind", CARD)
    kernel.join(5)
    check("to another driver", status == 0 and "the IOMMU must let it through" in text, text)
    check("taken from the first", tree.read("bus/pci/drivers/vfio-pci/unbind") == CARD)
    status, text = tree.run("unbind", CARD)
    check("unbinding", status == 0 and "given back" in text, text)
    check("the override is cleared", tree.override(CARD) == "\n")
    check("taken from the driver", tree.read("bus/pci/drivers/uio_pci_generic/unbind") == CARD)


def failures(tree):
    os.unlink(tree.path("bus/pci/devices", CARD, "driver"))
    kernel = tree.kernel(takes=False)
    status, text = tree.run("bind", CARD)
    kernel.join(5)
    check("a driver that does not take it", status == 1 and "did not take it" in text, text)
    check("the override is taken back", tree.override(CARD) == "\n")
    check("the kernel is asked again", tree.read("bus/pci/drivers_probe") == CARD)
    os.unlink(tree.path("bus/pci/drivers/vfio-pci/unbind"))
    os.rmdir(tree.path("bus/pci/drivers/vfio-pci"))
    status, text = tree.run("bind", CARD)
    check("a module that is not loaded", status == 1 and "modprobe vfio-pci" in text, text)
    status, text = tree.run("--sysfs", "/nowhere", "list")
    check("no tree at all", status == 1 and "PCI" in text, text)


def without_iommu(tree):
    status, text = tree.run("bind", CARD)
    check("vfio without a group", status == 1 and "no IOMMU group" in text and "uio_pci_generic" in text, text)
    kernel = tree.kernel()
    status, text = tree.run("--driver", "uio_pci_generic", "bind", CARD)
    kernel.join(5)
    check("uio without a group", status == 0 and "warning" not in text, text)


def main():
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(folder)
        for part in (lists, dry_runs, refusals, binds, failures):
            part(tree)
    with tempfile.TemporaryDirectory() as folder:
        without_iommu(Tree(folder, group=False))
    print("%d checks" % checks)


main()
