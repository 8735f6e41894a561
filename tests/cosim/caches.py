#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Cache types end to end on a capture whose flows are known: permanent, synchronized, immediate, transaction end, and a
normal cache that is too small."""
import os
import random
import struct
import tempfile

from configured import CARD, NEVER, interface, monitor, record, run
from pcap_writer import Capture, udp
from replay import fail

SECOND = 10**9
EPOCH = 2**26            # --epoch 0.067
START = 1_700_000_000 * SECOND
TICK = 10_000_000        # a packet of the clock flow
SECONDS = 12
FIN, RST, ACK, SYN = 0x01, 0x04, 0x10, 0x02
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        fail(what)


def tcp(src, dst, sport, dport, flags):
    data = bytearray(udp(src, dst, sport, dport, 12))
    data[14 + 9] = 6
    data[34 + 12:34 + 14] = struct.pack(">BB", 5 << 4, flags)
    return bytes(data)


def traffic(seed):
    """[(time, frame, flow)]: flow 0 is the clock; flows 1 to 60 send UDP now and then; 61 to 100 are TCP and end."""
    rng = random.Random(seed)
    out = [(START + n * TICK, udp("10.9.9.9", "10.9.9.1", 9, 9), 0) for n in range(SECONDS * SECOND // TICK)]
    for flow in range(1, 61):
        for _ in range(rng.randrange(3, 30)):
            out.append((START + rng.randrange(SECONDS * SECOND), udp("10.0.0.%d" % flow, "10.1.1.1", 1000 + flow, 53), flow))
    for flow in range(61, 101):
        begin = START + rng.randrange(SECONDS * SECOND * 3 // 4)
        times = sorted(begin + rng.randrange(2 * SECOND) for _ in range(6))
        for n, when in enumerate(times):
            flags = SYN if n == 0 else (FIN | ACK if flow % 2 else RST) if n == 5 else ACK
            out.append((when, tcp("10.0.0.%d" % flow, "10.1.1.1", 1000 + flow, 80, flags), flow))
    return sorted(out, key=lambda p: p[0])


def write(path, packets):
    capture = Capture(path)
    for when, data, _ in packets:
        capture.frame(when, data)
    capture.close()


def flow_of(row):
    return 0 if row["sport"] == 9 else row["sport"] - 1000


def metered(path, *lines):
    config = CARD + record("R", "ipv4 source address", "ipv4 protocol", "transport source-port") + monitor("M", "R", *lines)
    return run(path, config + interface(0, "ip flow monitor M input"), "--epoch", str(EPOCH / SECOND), "--seed", "2")


def counts(packets):
    out = {}
    for _, _, flow in packets:
        out[flow] = out.get(flow, 0) + 1
    return out


def by_flow(rows):
    out = {}
    for r in rows:
        out.setdefault(flow_of(r), []).append(r)
    return out


def sums(rows):
    return {flow: sum(r["packets"] for r in of) for flow, of in by_flow(rows).items()}


def transaction_end(path, packets):
    result = metered(path, *NEVER.split("\n")[:-1], "cache timeout event transaction-end")
    check(sums(result.rows) == counts(packets), "transaction end: packets of a flow")
    ended = {flow for flow, rows in by_flow(result.rows).items() if any(r["end_reason"] == 3 for r in rows)}
    check(ended == set(range(61, 101)), "transaction end: flows %r" % sorted(ended ^ set(range(61, 101))))
    for flow, rows in by_flow(result.rows).items():
        for r in rows:
            check((r["end_reason"] == 3) == bool(int(r["tcp_bits"], 16) & (FIN | RST)), "transaction end: flow %d %r" % (flow, r))
    check(result.monitors["M"][0]["aged"]["event"] == 40, "transaction end: counter")


def permanent(path, packets):
    result = metered(path, "cache type permanent", "cache timeout update 2", "cache entries 1000")
    want = counts(packets)
    m = result.monitors["M"][0]
    check(m["updates"] > 3 * 60 and m["added"] == len(want), "permanent: %r" % m)
    for flow, rows in by_flow(result.rows).items():
        rows.sort(key=lambda r: (r["packets"], r["end_reason"]))
        check([r["end_reason"] for r in rows] == [2] * (len(rows) - 1) + [4], "permanent: reasons of flow %d" % flow)
        check(rows[-1]["packets"] == want[flow], "permanent: %d packets of flow %d" % (rows[-1]["packets"], flow))
        check(len({r["first_ns"] for r in rows}) == 1, "permanent: flow %d begins anew" % flow)
    # Totals at each update: what the capture had until the cut, which is at most an epoch off.
    clock = sorted(r["packets"] for r in result.rows if flow_of(r) == 0)
    check(len(clock) == SECONDS // 2, "permanent: %d exports of the clock" % len(clock))
    for n, have in enumerate(clock[:-1], 1):
        check(0 <= have * TICK - 2 * n * SECOND + TICK < 2 * EPOCH + 2 * TICK, "permanent: export %d after %d ticks" % (n, have))


def full(path, packets):
    result = metered(path, "cache type permanent", "cache timeout update 3600", "cache entries 32")
    m = result.monitors["M"][0]
    want = counts(packets)
    check(m["added"] == m["high_watermark"] == 32 and m["not_added"] > 0, "full: %r" % m)
    got = sums(result.rows)
    check(len(got) == 32 and all(got[f] == want[f] for f in got), "full: those that were taken are whole")


def small(path, packets):
    result = metered(path, *NEVER.split("\n")[:2], "cache entries 32")
    m = result.monitors["M"][0]
    check(m["high_watermark"] <= 32 and m["aged"]["emergency"] + m["aged"]["watermark"] > 50, "small: %r" % m)
    check(m["aged"]["watermark"] > 0, "small: the watermark was never used: %r" % m)
    check(sums(result.rows) == counts(packets), "small: packets of a flow")


def synchronized(path, packets, spread):
    interval = 3
    result = metered(path, "cache type synchronized",
                     "cache timeout synchronized %d%s" % (interval, " export-spread %d" % spread if spread else ""))
    check(sums(result.rows) == counts(packets), "synchronized: packets of a flow")
    m = result.monitors["M"][0]
    check(m["aged"]["synchronized"] > 100 and m["aged"]["active"] + m["aged"]["inactive"] == 0, "synchronized: %r" % m)
    for r in result.rows:
        if r["end_reason"] == 2:
            # Both ends between two cuts; a cut is the first end of an epoch at or after a multiple.
            first, last = (r[k] // (interval * SECOND) for k in ("first_ns", "last_ns"))
            late = r["last_ns"] - last * interval * SECOND
            check(first == last or last == first + 1 and late < EPOCH, "synchronized: %r" % r)


def immediate(path, packets):
    result = metered(path, "cache type immediate")
    check(len(result.rows) == len(packets), "immediate: %d rows, %d packets" % (len(result.rows), len(packets)))
    check(sorted(r["first_ns"] for r in result.rows) == [p[0] for p in packets], "immediate: times")
    check(all(r["packets"] == 1 for r in result.rows), "immediate: more than a packet")
    check(result.monitors["M"][0]["aged"]["immediate"] == len(packets), "immediate: counter")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for seed in (1, 2):
            packets = traffic(seed)
            path = os.path.join(folder, "known.pcap")
            write(path, packets)
            transaction_end(path, packets)
            permanent(path, packets)
            full(path, packets)
            small(path, packets)
            synchronized(path, packets, 0)
            synchronized(path, packets, 2)
            immediate(path, packets)
    print("%d checks" % checks)


main()
