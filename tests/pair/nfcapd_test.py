#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""nfcapd beside a pair that is never killed: traffic, two planned switchovers, a standby that goes and comes; it sees no sequence error,
and as many packets as the cards were fed."""
import os
import re
import shutil
import tempfile

import rounds
from kills import fencing
from namespaces import Net, require
from unit import collectors
from units import PATIENT, Pair, Process, Settings, fail, made, wait_for

PORT = 9996
KINDS = ("none", "switch", "standby", "switch")


class Nfcapd(Process):
    def __init__(self, pair):
        self.data = os.path.join(pair.folder, "nfcapd.d")
        os.makedirs(self.data)
        super().__init__(pair.folder, "nfcapd", [*pair.net.within("c"), collectors.program("nfcapd"), "-w", self.data, "-p", str(PORT), "-t", "3600",
                                                 "-B", "4000000", "-I", "x"])
        wait_for(self.listening, "nfcapd listening", 20)

    def listening(self):
        with open(f"/proc/{self.process.pid}/net/udp", encoding="ascii") as stream:
            return f":{PORT:04X} " in stream.read()

    def totals(self):
        self.end()
        found = re.findall(r"Flows: (\d+), Packets: (\d+), Bytes: (\d+), Sequence Errors: (\d+), Bad Packets: (\d+)", self.text())
        return [sum(int(row[i]) for row in found) for i in range(5)]


def run(pair):
    nfcapd = pair.keep(Nfcapd(pair))
    for unit in pair.units.values():
        unit.insert_cards()
        unit.start()
    fed = 0
    for name in KINDS:
        result = rounds.play(pair, rounds.KINDS[name], pair.settings)
        if result.missing:
            print("skipped: the machine is too busy to feed cards")
            raise SystemExit(77)
        print(result, flush=True)
        fed += result.fed
    flows, packets, _, errors, bad = nfcapd.totals()
    print(f"nfcapd: {flows} flows, {packets} packets of {fed}, {errors} sequence errors, {bad} bad")
    if packets != fed or errors or bad or not fed:
        fail("nfcapd saw something else")


def main():
    require()
    if collectors.missing("nfcapd"):
        print("skipped: nfcapd is not installed")
        return 77
    folder = tempfile.mkdtemp(prefix="flowcard-pair-")
    try:
        settings = Settings(fencing=fencing("file", folder), heartbeat=PATIENT, protocols=("netflow-v9",), extra=(("NFCAPD", "netflow-v9", PORT),))
        with Net() as net, Pair(net, folder, settings, [made(folder, 5)], seed=5) as pair:
            run(pair)
    finally:
        shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
