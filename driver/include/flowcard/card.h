/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One card: identify, reset, program, start its rings, stop it in order.
 * Every wait has a deadline in the transport's time and an error message that names the register.
 * Any call may return -ENODEV (the card reads all ones) or what the transport returned; card->error
 * then holds a sentence. One thread a card.
 */
#ifndef FLOWCARD_CARD_H
#define FLOWCARD_CARD_H

#include <flowcard/flow.h>
#include <flowcard/ring.h>
#include <flowcard/transport.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_CARD_PORTS_MAX 8
#define FC_CARD_MONITORS_MAX 8
#define FC_CARD_RINGS_MAX 8
#define FC_CARD_VERDICTS 32
#define FC_CARD_HASH_KEY_OCTETS 32

/* How the card was built, in plain numbers (fifo: places a ring; tables, slots: of the cache). */
struct fc_card_build {
	unsigned entries, ports, rings, monitors, tables, slots, header_window, packet_bits, fifo,
		monitors_per_packet;
};

struct fc_card_config {
	unsigned ring_log2;      /* records a ring, log2; 10..24 */
	unsigned epoch_shift;    /* log2 ns, 10..40 */
	uint32_t epoch_guard_ns; /* shorter than the epoch */
	const uint8_t
		*hash_key; /* 32 octets that the hash tables are expanded from; NULL: getrandom() */
	uint32_t doorbell_batch; /* 0: FC_RING_DOORBELL_BATCH; at most half a ring */
};

struct fc_card_monitor {
	uint32_t mask[FC_VECTOR_WORDS]; /* key: a bit each of the field vector */
	uint32_t ports;                 /* input of these; bit p: port p */
	uint32_t ports_out; /* output of these: what came in at port p ^ 1, their partner */
	int ipv4, ipv6, immediate;
};

/* Packets and octets of one monitor: selected = emitted + resident + unaccounted, always. */
struct fc_ledger {
	uint64_t selected_packets, selected_bytes, emitted_packets, emitted_bytes;
	uint64_t resident_packets, resident_bytes, unaccounted_packets, unaccounted_bytes;
};

/* mode: enum fc_sampler_mode. One packet of each `window` is taken (1..65536). */
struct fc_card_sampler {
	unsigned mode;
	uint8_t id; /* which its flow records carry */
	uint32_t window;
};
#define FC_CARD_WINDOW_MAX 65536u

/* Since the sampler was set last. A sampler that is off counts nothing. */
struct fc_card_sampler_counters {
	uint64_t observed, selected;
};

/* frames = sum of verdict; missed: flow frames that found the descriptor FIFO full. */
struct fc_card_port_counters {
	uint64_t frames, octets, missed, verdict[FC_CARD_VERDICTS];
};

struct fc_card {
	struct fc_transport *transport; /* NULL: not open */
	struct fc_card_build build;
	struct fc_ring ring[FC_CARD_RINGS_MAX];
	struct fc_dma ring_dma[FC_CARD_RINGS_MAX];
	struct fc_dma status_dma; /* one page, a status line of 64 octets a ring */
	char error[160];          /* what went wrong last, names the register */
};

/*
 * Identify (magic, ABI, map hash), reset, wait for clear memories, load hash tables, set up rings.
 * Nothing is written to a card that is not identified. On error nothing stays allocated or mapped;
 * card->error says why. The transport stays the caller's.
 * Return 0, -ENODEV (reads all ones), -EPROTO (not a flowcard, other ABI or other register map, or
 * build parameters that make no sense), -ETIMEDOUT, -EINVAL, -ENOMEM, -EIO (a register does not
 * keep what was written).
 */
int fc_card_open(struct fc_card *card, struct fc_transport *transport,
		 const struct fc_card_config *config);

/*
 * Program monitor `number` (the card must not be started: -EBUSY) and enable it. Read back and
 * compared: -EIO on a mismatch. -EINVAL: no such monitor or port, or an output port that has no
 * partner. -E2BIG: some packet would be metered more often than the card can (BUILD2,
 * monitors_per_packet); nothing was written.
 */
int fc_card_monitor_set(struct fc_card *card, unsigned number,
			const struct fc_card_monitor *monitor);

/*
 * Program a monitor while the card runs: disable it, flush what the cache holds of it, wait for
 * that, write, enable. Its packets are not metered meanwhile; those of other monitors are. The last
 * records of the old configuration are in the rings before the first of the new one, so rings must
 * be drained by somebody else, or have room for them. Two waits of at most limit_ns each.
 * As fc_card_monitor_set, and -ETIMEDOUT: the monitor is then disabled and not changed; call again.
 */
int fc_card_monitor_change(struct fc_card *card, unsigned number, const struct fc_card_monitor *m,
			   uint64_t limit_ns);

/*
 * Change which packets a running monitor takes (ports, ports_out, ipv4, ipv6), not how it keeps
 * them: packets that it takes before and after are metered without a gap. `shrink`: take nothing
 * new yet, only give up what is not wanted, so that several monitors can change places one after
 * the other. As fc_card_monitor_set; -EINVAL also when it is not enabled, or mask or type differ.
 */
int fc_card_monitor_select(struct fc_card *card, unsigned number, const struct fc_card_monitor *m,
			   bool shrink);

/* The first half of fc_card_monitor_change: off, and nothing of it is left in the cache. */
int fc_card_monitor_disable(struct fc_card *card, unsigned number, uint64_t limit_ns);

/*
 * Set the sampler of a monitor, direction and port; at any time. A new window begins, and the
 * counters begin at 0. The id of records that are in the cache is the new one, so a monitor whose
 * sampler matters is disabled first. -EINVAL: no such monitor or port, mode or window.
 */
int fc_card_sampler_set(struct fc_card *card, unsigned monitor, bool output, unsigned port,
			const struct fc_card_sampler *sampler);
/* Latch and read; errors as fc_card_ledger. */
int fc_card_sampler_counters(struct fc_card *card, unsigned monitor, bool output, unsigned port,
			     struct fc_card_sampler_counters *out);

/*
 * Emit and free all that the cache holds of a monitor, as records with reason flush, or emit a
 * copy of every entry (kind snapshot, each at least once); neither waits. -EBUSY: the card is still
 * at an earlier one of the two. The others tell whether it is: 1, 0 or -errno.
 */
int fc_card_flush_monitor(struct fc_card *card, unsigned number);
int fc_card_flushing_monitor(struct fc_card *card);
int fc_card_snapshot(struct fc_card *card);
int fc_card_snapshotting(struct fc_card *card);

/*
 * Enable the core, then the ports: from now on frames are counted.
 * Return 0, -ETIMEDOUT, -EIO (bus mastering is off, so records could not be written).
 */
int fc_card_start(struct fc_card *card);
/* Its two halves: with the core enabled and ports off, monitors are programmed by
 * fc_card_monitor_change and no packet passes them by. */
int fc_card_core_start(struct fc_card *card);
int fc_card_ports_start(struct fc_card *card);

/* Number of the open epoch. */
int fc_card_epoch_open(struct fc_card *card, uint32_t *out);

/* Close the open epoch now (COMMAND.flush) without waiting; the rings then carry its barrier. */
int fc_card_flush(struct fc_card *card);

/* Is a flush asked for still under way? Return 1, 0 or -errno. */
int fc_card_flushing(struct fc_card *card);

/* Disable ports, then the core. Rings go on so that what is in flight arrives. */
int fc_card_stop(struct fc_card *card);

/*
 * Latch and read counters. -EINVAL: no such monitor or port. -ETIMEDOUT: the latch did not
 * complete. -EBUSY: somebody else latches all the time.
 */
int fc_card_ledger(struct fc_card *card, unsigned monitor, struct fc_ledger *out);
int fc_card_port_counters(struct fc_card *card, unsigned port, struct fc_card_port_counters *out);
/* The card's clock, ns; latched with the counters. */
int fc_card_time(struct fc_card *card, uint64_t *out);

/* Sticky faults (FAULT register). */
int fc_card_faults(struct fc_card *card, uint32_t *out);

/* Stop rings, unmap and free. Safe after a failed open, twice, and on a card that is gone. */
void fc_card_close(struct fc_card *card);

#ifdef __cplusplus
}
#endif
#endif
