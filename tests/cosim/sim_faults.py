#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every fault that flowcard-sim can have is noticed by the driver within a second, by its name."""
import time

from replay import fail
from sim_run import Client, Sim

FEED = ("--port", "0=gen:web,flows=3000,packets=100000,loop,speed=1")
WITHIN = 1.0
ENDLESS = ("--frames", str(10**12))

# command, what the driver says, options of the client, is the card lost to it?
FAULTS = [
    ("pull-out", "trouble gone", (), True),
    ("all-ones on", "reads all ones: the card is gone", (), True),
    # One alone may go by unseen: another that was on its way wakes the driver in its place.
    ("lose-interrupts 8", "trouble interrupt-lost", ("--irq",), False),
    ("corrupt 1", "trouble damaged-record", (), False),
    ("freeze on", "trouble dma-stalled", (), False),
    ("link down", "trouble failed: STATUS.link_up", (), True),
    ("axi-error 1", "trouble axi-error", (), False),
    ("error", "trouble gone", (), True),
    ("request", "trouble gone", (), True),
]


def fault(sim, command, sentence, options, lost):
    """Return seconds from the command to the driver's line."""
    with Client(sim, *ENDLESS, *options) as client:
        time.sleep(0.3)
        quiet = [line for line in client.lines.text if line.startswith("trouble")]
        if quiet:
            fail("%s: trouble before it began: %s" % (command, quiet))
        before = time.monotonic()
        sim.ask(command)
        found = client.lines.wait(sentence, 10)
        if not found:
            fail("%s: the driver says %s, not %s" % (command, client.lines.text, sentence))
        if lost and client.process.wait(10) not in (3, 4):
            fail("%s: the driver goes on without its card" % command)
        return found[0] - before


def restore(sim, command):
    undo = {"pull-out": "plug-in", "all-ones on": "all-ones off", "freeze on": "freeze off", "link down": "link up"}
    if command in undo:
        sim.ask(undo[command])


def at_the_start():
    """--fault: from the beginning, and after so many frames."""
    with Sim(*FEED, "--fault", "corrupt 2@100") as sim:
        with Client(sim, *ENDLESS) as client:
            if not client.lines.wait("trouble damaged-record", 20):
                fail("--fault: %s" % client.lines.text)
    with Sim(*FEED, "--fault", "all-ones on") as sim:
        with Client(sim, *ENDLESS, ready=False) as client:
            if client.process.wait(20) != 1 or not client.lines.wait("not a flowcard", 5) and \
                    not any("all ones" in line for line in client.lines.text):
                fail("--fault all-ones: %s" % client.lines.text)


def main():
    worst = 0.0
    with Sim(*FEED) as sim:
        for command, sentence, options, lost in FAULTS:
            seconds = fault(sim, command, sentence, options, lost)
            print("%-18s %.0f ms" % (command, seconds * 1000))
            if seconds > WITHIN:
                fail("%s: noticed after %.2f s" % (command, seconds))
            worst = max(worst, seconds)
            restore(sim, command)
    at_the_start()
    print("%d faults noticed, the slowest after %.0f ms" % (len(FAULTS), worst * 1000))


main()
