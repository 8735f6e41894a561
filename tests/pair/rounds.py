# SPDX-License-Identifier: BSD-2-Clause
"""One failure, or one order, and what it did to the collector; then both units are made well again.

    traffic to the active unit -> something happens at a random moment -> more traffic -> flows ended -> judged to the packet

A kind says what happens, what may be lost of what the failed unit was fed, and whether the roles change.
"""
import os
import re
import signal
import subprocess
import time

import judge
from units import fail, tool, wait_for

TAKEOVER_S, HOT_S, EXPORT_S = 15, 40, 5
ACTIVE, HOT = 13, 8
STATE = re.compile(r"my state = (\d+)")
NOTHING, SUFFIX, HELD = "nothing", "what came after one moment", "what the card held"


class Kind:
    def __init__(self, name, act, heal, loses, moves, duplicates=True):
        """moves: True, False, or None: either."""
        self.name, self.act, self.heal, self.loses, self.moves, self.duplicates = name, act, heal, loses, moves, duplicates


def state(unit):
    """Its number as `show redundancy states` has it; 0: nobody answers."""
    if not unit.running() or unit.stopped:
        return 0
    done = subprocess.run([tool("flowcard"), "--control", unit.daemon.control, "-c", "show redundancy states"], capture_output=True,
                          text=True, timeout=30)
    found = STATE.search(done.stdout)
    return int(found.group(1)) if found else 0


def active_of(pair):
    found = [u for u in pair.units.values() if state(u) == ACTIVE]
    return found[0] if len(found) == 1 else None


def await_hot(pair):
    """One active, the other hot; return (active, standby)."""
    def hot():
        states = {n: state(u) for n, u in pair.units.items()}
        return sorted(states.values()) == [HOT, ACTIVE] and all(ready(u) for u in pair.units.values()) and states
    end = time.monotonic() + HOT_S
    while not (states := hot()):
        if dead(pair):
            fail("a unit ended by itself:\n" + logs(pair))
        if time.monotonic() > end:
            fail("no pair of an active and a hot unit:\n" + logs(pair))
        time.sleep(0.05)
    active = next(n for n, s in states.items() if s == ACTIVE)
    return pair.units[active], pair.units[3 - active]


def ready(unit):
    """Its cards are up; a dual feed begins when both units have seen that the cards' clocks agree."""
    return all(unit.card_row(slot)["state"] == "present" for slot in unit.cards) and (
        unit.pair.settings.feed == "single" or " Feed = dual" in unit.text("show redundancy"))


def dead(pair):
    """Has a daemon ended that nobody killed?"""
    return any(u.daemon and not u.killed and not u.running() for u in pair.units.values())


def logs(pair):
    return "\n".join(f"---- unit {n}{' (ended: ' + str(u.daemon.process.poll()) + ')' if not u.running() else ''}\n{said(u)}"
                     f"{u.daemon.text()[-6000:]}" for n, u in pair.units.items() if u.daemon)


def said(unit):
    if not unit.running() or unit.stopped:
        return ""
    return "".join(unit.text(f"show {what}") for what in ("redundancy states", "redundancy", "redundancy switchover history", "checkpoint"))


# ------------------------------------------------------------------------------------------- what happens, and how it is healed
def kill(_pair, active, _standby):
    active.kill()


def end(_pair, active, _standby):
    active.killed = True
    if active.daemon.end():
        fail(f"flowcardd of unit {active.number} ended badly:\n{active.daemon.text()}")


def restart(_pair, active, _standby):
    active.start()


def stop(_pair, active, _standby):
    active.stop()


def resume(_pair, active, _standby):
    active.resume()


def kill_standby(_pair, _active, standby):
    standby.kill()


def restart_standby(_pair, _active, standby):
    standby.start()


def stop_standby(_pair, _active, standby):
    standby.stop()


def resume_standby(_pair, _active, standby):
    standby.resume()


def cut(pair, *_):
    pair.relay("cut all")


def heal(pair, *_):
    pair.relay("heal all")


def cut_path(pair, *_):
    pair.relay(f"cut {pair.random.choice(['hb1', 'hb2'])}")


def one_way(pair, *_):
    pair.relay(f"cut all {pair.random.choice(['->', '<-'])}")


def worsen(pair, *_):
    pair.relay("set all delay=3 jitter=4 loss=1 reorder=1")


def better(pair, *_):
    pair.relay("set all delay=0 jitter=0 loss=0 reorder=0")


def kill_card(_pair, active, _standby):
    active.cards[active.pair.settings.slots[0]].kill()


def new_card(_pair, active, _standby):
    active.insert_card(active.pair.settings.slots[0])


def switch(_pair, active, _standby):
    active.text("redundancy force-switchover")


def reload_peer(_pair, active, _standby):
    active.text("redundancy reload peer")


def nothing(*_):
    pass


KINDS = {k.name: k for k in (
    Kind("kill", kill, restart, SUFFIX, True),
    Kind("end", end, restart, NOTHING, True, duplicates=False),
    Kind("stop", stop, resume, SUFFIX, True),
    Kind("standby", kill_standby, restart_standby, NOTHING, False),
    Kind("standby-stop", stop_standby, resume_standby, NOTHING, False),
    Kind("cut", cut, heal, SUFFIX, None),
    Kind("one-way", one_way, heal, SUFFIX, None),
    Kind("path", cut_path, heal, NOTHING, False, duplicates=False),
    Kind("bad-link", worsen, better, NOTHING, False, duplicates=False),
    Kind("card", kill_card, new_card, HELD, True),
    Kind("switch", switch, nothing, NOTHING, True, duplicates=False),
    Kind("reload-peer", reload_peer, nothing, NOTHING, False, duplicates=False),
    Kind("none", nothing, nothing, NOTHING, False, duplicates=False))}


class Result:
    def __init__(self, kind, active):
        self.kind, self.active, self.moved = kind, active, False
        self.fed = self.lost = self.duplicates = 0
        self.first_ms = None  # from what happened to the first datagram of the other unit
        self.stale = 0        # frames fed to the failed unit after what happened
        self.missing = 0      # frames that never reached a card: no verdict on sums
        self.export_s = 0.0   # until the flows were at the collector
        self.late_ms = 0.0    # how long before what happened the first lost packet came
        self.committed = {}   # by slot: card time that the standby said is safe, just before
        self.slot = active.pair.settings.slots[0]  # of the card that is killed

    def __str__(self):
        return (f"{self.kind.name:13} unit {self.active.number} active, {'moved' if self.moved else 'stayed'}; {self.fed} packets fed, "
                f"{self.lost} lost (from {self.late_ms:.0f} ms before; {self.stale} came after), {self.duplicates} datagrams twice, exported in {self.export_s:.1f} s" +
                (f"; first of the other unit after {self.first_ms:.0f} ms" if self.first_ms is not None else ""))


def settled(pair, kind, active, standby):
    """The unit that is active after it."""
    def there():
        if kind.moves is not True and state(active) == ACTIVE and (kind.moves is False or decided(active)):
            return active
        return standby if kind.moves is not False and state(standby) == ACTIVE else None
    return wait_for(there, f"an active unit after {kind.name}\n{logs(pair)}", TAKEOVER_S)


def decided(active):
    """Of a unit that lost its peer: its claim was granted, so that it sends without being acknowledged."""
    return " Output = open" in active.text("show redundancy")


def play(pair, kind, settings):
    """One round; every finding ends it with fail()."""
    active, standby = await_hot(pair)
    result, marks, doubled = Result(kind, active), pair.streams.marks(), pair.streams.duplicates()
    pair.feed("to " + ("both" if settings.feed == "dual" else str(active.number)))
    pair.feed("start")
    time.sleep(pair.random.uniform(0.2, 1.2))
    if kind.loses is SUFFIX:
        result.committed = committed(standby)
        if set(result.committed) != set(pair.settings.slots):
            complain(pair, result, [f"a hot standby's last commit holds the slots {list(result.committed)}"])
    before = time.monotonic_ns()
    kind.act(pair, active, standby)
    now = settled(pair, kind, active, standby)
    result.moved = now is not active
    if result.moved and settings.feed == "single":
        wait_for(lambda: pair.feeding() == now.number, f"the hook of unit {now.number}", 5)
    resumed = kind.name in ("stop", "standby-stop") and pair.random.random() < 0.5
    if resumed:
        kind.heal(pair, active, standby)
    time.sleep(pair.random.uniform(0.2, 0.6))
    pair.feed("stop")
    parts = split(pair, result, now, pair.fed())
    result.missing = pair.settle()
    result.export_s = end_flows(pair, now, marks, parts)
    datagrams = pair.taken_since(before)
    first = [d.when for d in datagrams if d.unit == now.number] if result.moved else []
    result.first_ms = (first[0] - before) / 1e6 if first else None
    if result.missing:
        print(f"    the machine lost {result.missing} frames before the cards: sums are not judged", flush=True)
    else:
        account(pair, result, parts, marks, before)
    if not resumed:
        kind.heal(pair, active, standby)
    await_hot(pair)
    pair.quiet(0.2)
    result.duplicates = pair.streams.duplicates() - doubled
    findings = pair.streams.findings()
    if not kind.duplicates and result.duplicates:
        findings.append(f"{result.duplicates} datagrams came twice")
    if findings:
        complain(pair, result, findings)
    return result


def end_flows(pair, unit, marks, parts):
    """All flows of the active unit end; until the collector has what must be there, or EXPORT_S."""
    for monitor in pair.settings.monitors():
        unit.text(f"clear flow monitor {monitor} force-export")
    name, begin = pair.settings.protocols[0], time.monotonic()
    port, due = pair.settings.ports[name], sum(name != "netflow-v5" or f.key[0] == 4 for _, sure in parts.values() for f in sure)
    while time.monotonic() - begin < EXPORT_S and sum(pair.streams.reported(port, since=marks)[0].values()) < due:
        time.sleep(0.05)
        pair.take()
    pair.quiet(0.3)
    return time.monotonic() - begin


def split(pair, result, now, fed):
    """By slot: (frames to a unit that failed, frames that all must be there)."""
    out = {}
    for slot in pair.settings.slots:
        one, two = fed[1, slot], fed[2, slot]
        if pair.settings.feed == "dual":
            out[slot] = [], one
        elif not result.moved or result.kind.loses is NOTHING:
            out[slot] = [], one + two
        else:
            out[slot] = fed[result.active.number, slot], fed[now.number, slot]
    return out


def account(pair, result, parts, marks, before):
    """Every card's flows for themselves: each has a commit of its own."""
    reported = {name: pair.streams.reported(pair.settings.ports[name], since=marks) for name in pair.settings.protocols}
    for slot, (failed, sure) in parts.items():
        result.fed, result.stale = result.fed + len(failed) + len(sure), result.stale + sum(f.when > before for f in failed)
        gone = [one_card(pair, result, name, slot, reported[name], failed, sure) for name in pair.settings.protocols]
        result.lost += max(gone)
        result.late_ms = max([result.late_ms] + [(before - f.when) / 1e6 for f in failed[len(failed) - max(gone):]])


def one_card(pair, result, name, slot, reported, failed, sure):
    """Packets lost of this card's in this protocol."""
    mine = [type(part)({k: v for k, v in part.items() if k[-1] == slot * 8 + 1}) for part in reported]
    kept = [[f for f in part if name != "netflow-v5" or f.key[0] == 4] for part in (failed, sure)]
    weak = result.kind.loses is HELD and slot == result.slot
    lost, wrong = (judge.within if weak else judge.lost)(mine, *kept)
    first = kept[0][len(kept[0]) - lost].when + clock_offset() if lost else 0
    if lost and not weak and first < result.committed.get(slot, 0):
        wrong.append(f"a packet of {first} is lost, and the standby had everything up to {result.committed[slot]}")
    if wrong:
        complain(pair, result, [f"{name}, slot {slot}: {text}" for text in wrong] + pair.streams.findings())
    return lost


def clock_offset():
    """From the feeder's clock to the cards', which is the host's."""
    return time.time_ns() - time.monotonic_ns()


def committed(standby):
    """Card time up to which the standby has everything, by slot."""
    return {row["slot"]: row["cut_ns"] for row in standby.ask("show checkpoint").get("vector", [])}


def complain(pair, result, findings):
    fail(f"seed {pair.seed}: {result}\n  " + "\n  ".join(findings[:12]) + "\n" + logs(pair) + f"\nfiles: {pair.folder}")
