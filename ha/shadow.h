/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shadow table: every live flow of every monitor, in host memory. One shard a ring, one worker
 * a shard. The card sends deltas; the shard merges those of the epoch being built; a barrier makes
 * a consistent cut.
 *
 *        deltas of epoch e             barrier(e)                    commit(cut)
 *   ---- merge into the growing half ------|-- frozen half: expire, close --|-- consumer index may
 * go back deltas of e+1: remembered by index, merged after the barrier
 */
#ifndef FC_SHADOW_H
#define FC_SHADOW_H

#include <flowcard/flow.h>
#include <flowcard/fnf.h>
#include <ha/checkpoint/cuts.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_SHADOW_MONITORS 8

struct fc_shard;

/* One flow monitor as a shard keeps it. Which of the timeouts count, the cache's type says. */
struct fc_shadow_monitor {
	uint32_t id;     /* of the flow monitor, for the owner; 0: it has none */
	bool ipv4, ipv6; /* the owner's, too: which packets the card takes; neither: any */
	uint32_t mask[FC_VECTOR_WORDS];  /* key mask, the same as the card's */
	enum fc_fnf_cache cache;         /* zero: normal */
	uint64_t active_ns, inactive_ns; /* normal; 0: never */
	bool transaction_end; /* normal: a FIN or RST ends the flow at the cut of its epoch */
	uint64_t update_ns;   /* permanent: totals of all flows are exported so often; 0: never */
	uint64_t synchronized_ns; /* all flows end at the cut that reaches a multiple of it */
	uint64_t spread_ns;       /* and are handed over in the course of this time */
	size_t entries; /* live flows at most, over all monitors' share of this shard; 0: shard
			   limit */
};

/* Why a flow is not live any more. */
enum fc_aged {
	FC_AGED_ACTIVE,
	FC_AGED_INACTIVE,
	FC_AGED_EVENT,        /* end of transaction */
	FC_AGED_WATERMARK,    /* at a cut, for the cache was nearly full */
	FC_AGED_EMERGENCY,    /* at once, for it was full */
	FC_AGED_FORCED,       /* by the operator, or because its monitor or the card went */
	FC_AGED_SYNCHRONIZED, /* the interval was over */
	FC_AGED_IMMEDIATE,    /* a packet of an immediate cache */
	FC_AGED_CLEARED,      /* thrown away by the operator: never exported */
	FC_AGED_CAUSES
};

/* Of one monitor, since it was set or its statistics were cleared. */
struct fc_shard_monitor_stats {
	uint64_t live, high_watermark, added;
	uint64_t not_added; /* deltas of flows that a full permanent cache did not take */
	uint64_t aged[FC_AGED_CAUSES];
	uint64_t updates; /* flows whose totals were exported while they stay */
};

struct fc_shadow_config {
	size_t entries_max;   /* live flows of the shard, all monitors */
	size_t entries_limit; /* fc_shard_reserve goes up to it; 0: entries_max */
	size_t closed_max; /* closed records that may wait for their cut; beyond it they are counted
			      as lost */
	uint64_t seed;     /* of the table's hash */
	unsigned monitors; /* there from the start: numbers 0 to monitors - 1 */
	struct fc_shadow_monitor monitor[FC_SHADOW_MONITORS];
	/*
	 * A flow is closed and its cut is taken; or the totals of a flow that stays are exported
	 * (permanent cache). Called while a cut is taken and by what says so below, ordered; for
	 * an immediate monitor also while deltas are merged, with the start of the cut being
	 * built. The flow is only valid during the call.
	 */
	void (*closed)(void *context, const struct fc_flow *flow, uint64_t cut_ns);
	/*
	 * For a shard whose cuts go to a peer; each may be NULL. may_cut: a barrier came and no cut
	 * is in flight; false: merge on. ended: this instance is over with the cut at hand (its
	 * record was handed over, or thrown away); not told of one that began in the same cut.
	 * evicted: a changed flow of the cut in flight, not handed out yet, whose slot is needed
	 * now; instance and flow are set. instances: where a fresh range of FC_CUT_RANGE begins.
	 */
	bool (*may_cut)(void *context, uint32_t epoch, uint64_t cut_ns);
	void (*merged)(void *context); /* a barrier came while a cut is in flight */
	void (*ended)(void *context, uint64_t instance);
	void (*evicted)(void *context, const struct fc_cut_flow *flow);
	uint64_t (*instances)(void *context);
	void *context;
};

struct fc_shard_stats {
	uint64_t live, high_watermark, added;
	uint64_t aged_active, aged_inactive, aged_forced, aged_emergency;
	uint64_t aged[FC_AGED_CAUSES];
	uint64_t deltas, delta_packets, delta_octets; /* merged */
	uint64_t closed_packets, closed_octets, closed_flows;
	uint64_t lost_records, lost_packets; /* closed queue overflow */
	uint64_t deferred;    /* deltas of the next epoch, merged after the barrier */
	uint64_t bad_records; /* refused: unknown kind, monitor, epoch; counted, never merged */
	uint64_t cuts, epoch; /* taken; epoch being built */
	uint64_t epoch_ns;    /* and when it began; 0: not known yet */
	uint64_t lost_octets;
	uint64_t waiting_records, waiting_packets,
		waiting_octets; /* aged early, not yet at their cut, or being spread */
	uint64_t epochs_merged; /* barriers that took no cut because one was in flight */
	uint64_t merged_ahead;  /* fc_shard_merge_ahead */
	uint64_t bad_barriers;  /* of bad_records: barriers of an epoch that was not being built */
	uint64_t resyncs;       /* fc_shard_resync */
	uint64_t expiry_looks;  /* flows that a cut examined for a timeout */
	uint64_t clamp_looks;   /* flows walked because a packet time lay outside its epoch */
	uint64_t updates;       /* flows handed over by an update timeout; no part of closed */
	uint64_t cleared_packets, cleared_octets;                /* thrown away by the operator */
	uint64_t not_added, not_added_packets, not_added_octets; /* full permanent cache */
	uint64_t adopted_flows, adopted_packets, adopted_octets; /* fc_shard_adopt */
	uint64_t forgotten_flows, forgotten_packets, forgotten_octets; /* fc_shard_forget */
	uint64_t after_cut_packets, after_cut_octets; /* merged since the last cut was taken */
	uint64_t changes, evictions; /* flows handed out as changed; of these, before their turn */
};

/* The last ledger record of a monitor: where its packets and layer-3 octets were. */
struct fc_shard_ledger {
	uint32_t epoch;
	uint64_t selected_packets, selected_octets, emitted_packets, emitted_octets;
	uint64_t resident_packets, resident_octets, unaccounted_packets, unaccounted_octets;
};

enum fc_shard_view {
	FC_VIEW_FROZEN,  /* as of the last cut taken: the committed state when none is in flight */
	FC_VIEW_BUILDING /* with the deltas merged since */
};

/* Timeouts at most 2^51 ns. Return 0, -EINVAL, -ENOMEM. */
int fc_shard_create(const struct fc_shadow_config *config, struct fc_shard **out);
void fc_shard_destroy(struct fc_shard *shard);

/*
 * Monitors come, change and go while the shard runs. All of these: worker's thread, between two
 * records. Where a monitor has flows, only directly after a cut was taken, before anything is
 * merged (the drain's cut callback): closed flows then belong to that cut.
 */

/* Room for `entries_max` live flows from now on, never less than before. Return 0, -ENOSPC (beyond
 * the limit), -ENOMEM; the shard is as it was then. */
int fc_shard_reserve(struct fc_shard *shard, size_t entries_max);

/* Make monitor `number` this one (NULL: none; its records are refused then). Flows of what was
 * there are closed (FC_AGED_FORCED); `last` gets its last statistics (NULL: not wanted). Return 0
 * or -EINVAL (number, a time above 2^51 ns, a synchronized cache without an interval); nothing is
 * changed then. */
int fc_shard_monitor_set(struct fc_shard *shard, unsigned number,
			 const struct fc_shadow_monitor *monitor, uint64_t cut_ns,
			 struct fc_shard_monitor_stats *last);

/* Take over what can change while flows stay: everything but mask and cache. Return as
 * fc_shard_monitor_set, and -EINVAL where there is no monitor. */
int fc_shard_monitor_tune(struct fc_shard *shard, unsigned number,
			  const struct fc_shadow_monitor *monitor);

/* Throw all flows away, or close them (a permanent cache hands its totals over and keeps them). */
void fc_shard_monitor_clear(struct fc_shard *shard, unsigned number);
void fc_shard_monitor_export(struct fc_shard *shard, unsigned number, uint64_t cut_ns);

void fc_shard_monitor_stats(const struct fc_shard *shard, unsigned number,
			    struct fc_shard_monitor_stats *out);
/* The high watermark becomes what lives now. */
void fc_shard_monitor_stats_clear(struct fc_shard *shard, unsigned number);

enum fc_shard_take {
	FC_TAKE_MERGED,
	FC_TAKE_DEFERRED,
	FC_TAKE_BARRIER,
	FC_TAKE_LEDGER,
	FC_TAKE_IGNORED
};

/*
 * One ring record of 32 words. A flow delta of the epoch being built is merged; of the next epoch:
 * FC_TAKE_DEFERRED, and the caller offers the same record again after the barrier (it remembers the
 * ring index). A barrier record takes the cut: freezes the growing half, expires, calls `closed`;
 * the caller then re-offers the deferred ones and releases the ring at the commit. While a cut is
 * in flight (taken, not committed) a barrier takes none: its epoch merges with the next, nothing
 * expires. Return enum fc_shard_take; -EPROTO: the record cannot be (counted as bad, nothing
 * merged).
 */
int fc_shard_take(struct fc_shard *shard, const uint32_t *record);

/*
 * The hot path: merge the leading records of `records` (packed, 32 words each) that are good flow
 * deltas of the epoch being built. Return how many; the record after them, if any, is for
 * fc_shard_take. The first record of a shard's life is as well.
 */
size_t fc_shard_merge_run(struct fc_shard *shard, const uint32_t *records, size_t count);

/*
 * Merge a flow delta into the cut being built although its epoch is the next one: for a caller that
 * cannot remember more deferred records. Sums stay exact, the cut's border does not. Return
 * FC_TAKE_MERGED or -EPROTO.
 */
int fc_shard_merge_ahead(struct fc_shard *shard, const uint32_t *record);

/*
 * Records were lost, a barrier perhaps among them: go on with `epoch`, which must be ahead. What
 * was built stays in the cut that the next barrier takes. The caller offers its deferred records
 * again. Return 0, -EINVAL (not ahead, or nothing learned yet).
 */
int fc_shard_resync(struct fc_shard *shard, uint32_t epoch);

/* Copy the last ledger record of `monitor`. Return 0, -ENOENT (none yet), -EINVAL. Worker's thread
 * only. */
int fc_shard_ledger(const struct fc_shard *shard, unsigned monitor, struct fc_shard_ledger *out);

/* Slots that ever held a flow: 0 <= slot < fc_shard_slots(). Any thread. */
size_t fc_shard_slots(const struct fc_shard *shard);

/*
 * Copy the flow in `slot` as of `view`; end_reason is 0. Any thread, while the worker goes on;
 * never blocks the worker. Return 0, -ENOENT (no flow there in that view), -EAGAIN (the worker kept
 * changing it), -EINVAL (slot).
 */
int fc_shard_read(const struct fc_shard *shard, size_t slot, enum fc_shard_view view,
		  struct fc_flow *out);

/* Octets of memory that the shard holds, and of these, what a live flow costs (entry, lists and
 * index). */
void fc_shard_memory(const struct fc_shard *shard, size_t *octets, size_t *octets_per_flow);

/* The cut that the last barrier took is safe (peer's ack, or none needed): its frozen half is the
 * base now. */
void fc_shard_commit(struct fc_shard *shard);

/* Was a cut taken that is not committed? */
bool fc_shard_in_flight(const struct fc_shard *shard);

/*
 * ------------------------------------------------------------------ what a peer must know
 * All of these: worker's thread, between two records.
 *
 *   cut taken --> mark --> changes, changes, ... (between merges) --> 0: all were handed out
 */

/* Directly after a cut was taken: besides what changed in it, every flow (`all`: whatever was
 * handed out before is void), or every flow of these slices, counts as changed. */
void fc_shard_changes_mark(struct fc_shard *shard, bool all, uint64_t slices);

/* Up to `most` changed flows of the cut in flight, as of that cut: instance and flow are set
 * (flow.monitor: the number here). Each is handed out once. Return how many; 0: no more. */
size_t fc_shard_changes(struct fc_shard *shard, struct fc_cut_flow *out, size_t most);

/* Directly after a cut was taken: the sum of one(flow) over the flows of a slice as of that cut;
 * also over those whose records wait for their time. */
uint64_t fc_shard_digest(const struct fc_shard *shard, unsigned slice,
			 uint64_t (*one)(void *context, const struct fc_cut_flow *flow),
			 void *context);

/* Instances go on in a fresh range: the term has changed. */
void fc_shard_instances_renew(struct fc_shard *shard);

/* All flows go, nothing is handed over, no cut is in flight; the epoch is to be learned anew.
 * Monitors stay. */
void fc_shard_forget(struct fc_shard *shard);

/* Where a forgotten shard goes on. */
struct fc_shard_start {
	bool learned; /* the epoch that is built next */
	bool known;   /* also when it began */
	uint32_t epoch;
	uint64_t start_ns;
	uint64_t base_ns; /* card time as of which flows are adopted; 0: none are */
};

/*
 * Directly after fc_shard_forget, or for a new shard. Then flows are adopted, in any order; their
 * ages are what they were at start_ns (base_ns if that is not known). Then fc_shard_adopt_end,
 * before the next barrier at the latest.
 */
void fc_shard_begin(struct fc_shard *shard, const struct fc_shard_start *start);

/* Take over a flow of another shard under its instance, for monitor `number`. If there is one with
 * the same key, or a permanent cache is full, its record waits for the next cut (FC_END_FORCED);
 * where there is no room, another flow is aged early. Return 0, 1 (closed), -EINVAL: no such
 * monitor, or an immediate one. */
int fc_shard_adopt(struct fc_shard *shard, unsigned number, const struct fc_cut_flow *flow);

/* Put what was adopted into the order of its age. Return 0 or -ENOMEM: each cut then looks at all
 * flows that were adopted. */
int fc_shard_adopt_end(struct fc_shard *shard);

/* No cut is in flight, and what was merged since the last one is another's to count: flows go back
 * to what they were then, those that began since are gone; counted as forgotten. Lists and ages are
 * void: only fc_shard_close_all and fc_shard_forget may follow. */
void fc_shard_rollback(struct fc_shard *shard);

/* Close every live flow (FC_END_FORCED) as of `cut_ns`: the end of metering. */
void fc_shard_close_all(struct fc_shard *shard, uint64_t cut_ns);

void fc_shard_stats(const struct fc_shard *shard, struct fc_shard_stats *out);

#ifdef __cplusplus
}
#endif
#endif
