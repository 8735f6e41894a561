/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The drain worker: one ring into one shard. It looks at records in ring order, keeps those of the
 * next epoch by index, and gives ring places back when the cut that holds them is committed. One
 * thread at a time; docs/shadow.md.
 *
 *   released         oldest deferred    barrier + 1           read
 *   ---|--------------------|-----------------|----------------|---->
 *      |<- back at commit ->|<- next cut's -->|
 */
#ifndef FC_DRAIN_H
#define FC_DRAIN_H

#include <flowcard/ring.h>
#include <ha/shadow.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_drain;

enum fc_drain_cut { FC_DRAIN_COMMITTED, FC_DRAIN_IN_FLIGHT };

struct fc_drain_config {
	struct fc_ring *ring;   /* the caller's; the drain is its only reader */
	struct fc_shard *shard; /* the caller's; the drain is its only writer and commits it */
	/*
	 * A cut was taken and all its closed flows were given to the shard's `closed`.
	 * FC_DRAIN_COMMITTED: it is safe now, the commit follows at once. FC_DRAIN_IN_FLIGHT:
	 * fc_drain_commit will say so. -errno: stays in flight, and the step returns the error once
	 * it is through. NULL: always committed.
	 */
	int (*cut)(void *context, uint32_t epoch, uint64_t cut_ns);
	/* A copy of a cache entry that the host asked for: shown, never merged. NULL: only
	   counted. */
	void (*snapshot)(void *context, const uint32_t *record);
	void *context;
	bool check_ledger;    /* the card has this one ring only: compare at each ledger record */
	unsigned stuck_steps; /* idle steps before an empty place with filled ones behind it is
				 given up; 0: 1024 */
};

struct fc_drain_monitor {
	uint64_t seen_packets, seen_octets; /* of flow records, in ring order, deferred ones
					       included: the card's emitted */
	uint64_t merged_packets,
		merged_octets; /* in the shard; seen - merged is deferred, dropped or still held */
	uint64_t at_ledger_packets, at_ledger_octets; /* seen, when the last ledger record came */
};

/* Why a record that was followed is not merged. */
enum fc_drain_drop {
	FC_DROP_COVERED,      /* dual feed: a commit of the active unit holds it */
	FC_DROP_STRADDLING,   /* dual feed: of the epoch in which that commit ends; counted there */
	FC_DROP_NOT_SELECTED, /* single feed: it came before the last commit but one */
	FC_DROP_AFTER_HANDOVER, /* the same, and this unit had handed the traffic over */
	FC_DROP_EARLY,          /* no commit came, and the ring was half full */
	FC_DROPS
};

struct fc_drain_dropped {
	uint64_t records, packets, octets;
};

struct fc_drain_stats {
	uint64_t records;  /* looked at, bad ones included */
	uint64_t barriers; /* of any epoch: the shard's bad_barriers are among them */
	uint64_t commits;
	uint64_t deferred, deferred_lost; /* lost: the ring place was damaged meanwhile */
	uint64_t early_releases;
	uint64_t crash_window_records; /* given back before their commit: not to be replayed after a
					  crash */
	uint64_t damaged; /* places with a wrong sequence, or empty for good, stepped over */
	uint64_t ledger_records, ledger_mismatches;
	uint64_t snapshots;         /* copies of cache entries: no part of any sum here */
	uint64_t ledger_unbalanced; /* said: selected is not emitted + resident + unaccounted */
	uint64_t by_reason[16];     /* flow records seen, by enum fc_reason */
	struct fc_drain_dropped dropped[FC_DROPS];
	struct fc_drain_monitor monitor[FC_SHADOW_MONITORS];
};

/* Return 0, -EINVAL, -ENOMEM. */
int fc_drain_create(const struct fc_drain_config *config, struct fc_drain **out);
void fc_drain_destroy(struct fc_drain *drain);

/*
 * Take at most `max_records` records that are there. Never waits. Return how many ring places were
 * dealt with (0: none there), or -errno of the cut callback or of the transport (doorbell); the
 * state is whole in any case and the next step goes on.
 */
int fc_drain_step(struct fc_drain *drain, unsigned max_records);

/* The cut in flight is safe: its frozen halves are the base, its ring places go back. Return 0,
 * -EINVAL (none in flight) or the transport's -errno. */
int fc_drain_commit(struct fc_drain *drain);

/*
 * The ring has ended without a last barrier: its card is gone. Merge what was deferred, so that
 * nothing that was seen is left out; the caller then closes the flows. Nothing may be drained
 * afterwards.
 */
void fc_drain_abandon(struct fc_drain *drain);

/*
 * ------------------------------------------------------------------ follow, docs/shadow.md
 * The peer is active: records are looked at and held, not merged. What a commit of the peer covers
 * is dropped and its places go back.
 *
 *   released   covered barrier          read
 *   ---|--------------|------------------|---->
 *      |<-- drops ----|<-- the ring goes on from here when the peer is gone
 */

/* From now on; handed_over: the peer has the traffic by order. The caller has the shard forgotten;
 * what was merged and not committed went with it, what was deferred is dropped. hold: the last cut
 * is safe, and what the ring still has is followed from there on. */
void fc_drain_follow(struct fc_drain *drain, bool handed_over, bool hold);
bool fc_drain_following(const struct fc_drain *drain);

/* What the peer's commits cover by now; between two steps. Return 0 or the transport's -errno. */
int fc_drain_cover(struct fc_drain *drain, const struct fc_cuts_covered *covered);

/* Records of this monitor that are held are void: it goes, or is another one. */
void fc_drain_void(struct fc_drain *drain, unsigned monitor);
/* The last barrier that was followed: nothing of its epoch can come any more. False: none yet. */
bool fc_drain_followed(const struct fc_drain *drain, uint32_t *epoch);

/* Has the ring's own barrier come for all that is covered? Before it, records cannot be told apart
 * exactly. */
bool fc_drain_caught_up(const struct fc_drain *drain);

/* Follow no more: the next step merges from the first record that is not covered. *out is where the
 * shard goes on (without base_ns). */
void fc_drain_lead(struct fc_drain *drain, struct fc_shard_start *out);

/* Drop all that is held: the ring's end, while it was followed. */
void fc_drain_drop_all(struct fc_drain *drain);

bool fc_drain_in_flight(const struct fc_drain *drain);

void fc_drain_stats(const struct fc_drain *drain, struct fc_drain_stats *out);

#ifdef __cplusplus
}
#endif
#endif
