#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""kills.py [--seed N] [--feed single|dual] [--fencing file|etcd|none] [--protocols A,B] [--cards 1|2]
         [--cache aged|immediate|kept] [--rate N] [--rounds N] [--keep] [KIND...]

Two units, and at random moments what KIND says happens to them, one after the other; without KIND: --rounds of any kind. Judged to
the packet after each. A failure prints the seed; --keep leaves the files. The cache says what is on its way to the collector when something
happens: a record for every packet, flows that age after a second, or nothing before the round is over.
"""
import argparse
import os
import random
import shutil
import sys
import tempfile
import time

import rounds
from namespaces import COLLECTOR, Net, require
from units import PATIENT, Pair, Process, Settings, made, wait_for

ETCD_PORT = 2379
SKIPPED = 77


def start_etcd(pair, folder):
    program = shutil.which("etcd")
    if not program:
        print("skipped: etcd is not installed (Debian: etcd-server)")
        sys.exit(SKIPPED)
    url = f"http://{COLLECTOR}:{ETCD_PORT}"
    etcd = pair.keep(Process(folder, "etcd", [*pair.net.within("c"), program, "--data-dir", os.path.join(folder, "etcd"), "--listen-client-urls", url,
                                              "--advertise-client-urls", url, "--listen-peer-urls", "http://127.0.0.1:2380"],
                             ETCD_UNSUPPORTED_ARCH=os.environ.get("ETCD_UNSUPPORTED_ARCH", "")))
    etcd.await_text("ready to serve client requests", 30)


def fencing(name, folder):
    if name == "etcd":
        return f"witness etcd http://{COLLECTOR}:{ETCD_PORT}"
    if name == "file":
        os.makedirs(os.path.join(folder, "witness"), exist_ok=True)
        return f"witness file {folder}/witness"
    return name


def run(pair, options, names):
    for unit in pair.units.values():
        unit.insert_cards()
        unit.start()
    begin = time.monotonic()
    rounds.await_hot(pair)
    print(f"hot after {time.monotonic() - begin:.1f} s", flush=True)
    judged, spare = 0, max(2, len(names) // 5)
    for name in names + ["none"]:
        result = rounds.play(pair, rounds.KINDS[name], pair.settings)
        while result.missing and spare:
            spare -= 1
            result = rounds.play(pair, rounds.KINDS[name], pair.settings)
        if result.missing:
            rounds.fail("the machine is too busy to feed cards: too many rounds without a verdict")
        judged += 1
        print(f"{judged:3} {result}", flush=True)
    for unit in pair.units.values():
        if unit.daemon.end():
            rounds.fail(f"flowcardd of unit {unit.number} ended badly:\n{unit.daemon.text()}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--feed", choices=("single", "dual"), default="single")
    parser.add_argument("--fencing", choices=("file", "etcd", "none"), default="file")
    parser.add_argument("--protocols", default="ipfix,netflow-v9")
    parser.add_argument("--cards", type=int, choices=(1, 2), default=1)
    parser.add_argument("--cache", choices=("aged", "immediate", "kept"), default="immediate")
    parser.add_argument("--rate", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("kinds", nargs="*", choices=[[], *rounds.KINDS], metavar="KIND")
    options = parser.parse_args()
    pick = random.Random(options.seed)
    often = ["kill", "kill", "kill", "stop", "cut", "one-way", "card", "switch", "end", "standby", "standby-stop",
             "reload-peer", "path", "bad-link"]
    return options, options.kinds or [pick.choice(often) for _ in range(options.rounds)]


def main():
    options, names = parse()
    require()
    folder = tempfile.mkdtemp(prefix="flowcard-pair-")
    done = False
    try:
        settings = Settings(fencing=fencing(options.fencing, folder), feed=options.feed, heartbeat=PATIENT, cards=options.cards, rate=options.rate,
                            cache="immediate" if options.cache == "immediate" else "normal", inactive=600 if options.cache == "kept" else 1,
                            protocols=tuple(options.protocols.split(",")))
        with Net(cards=options.cards) as net, Pair(net, folder, settings, [made(folder, options.seed)], seed=options.seed) as pair:
            if options.fencing == "etcd":
                start_etcd(pair, folder)
            run(pair, options, names)
        done = True
    finally:
        if done or not options.keep:
            shutil.rmtree(folder)
    print(f"{len(names)} rounds, {options.feed} feed, fencing {options.fencing}: the guarantee held in all")


if __name__ == "__main__":
    main()
