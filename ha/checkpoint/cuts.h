/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cuts of a unit. A shard's cut becomes part of a cut of the whole unit; that one goes to the
 * standby as changed flows, closed flows and sealed datagrams, ends with a commit, and is safe when
 * the standby has acknowledged it. One is in flight at most: what comes meanwhile merges.
 *
 *   worker: join --> flows, closed --> part done --+
 *   worker: join --> ...           --> part done --+--> COMMIT --> (peer) --> ACK --> all safe
 *   export thread: markers out --> seal --> sent --+
 *
 *     OPEN --first join--> FILLING --all joined, or the deadline--> CLOSING --all done--> FLYING
 *      ^------------------------------- acknowledged --------------------------------------+
 *
 * Thread-safe; nothing in it waits. `ops` are called with its lock held and must not call back.
 */
#ifndef FC_CHECKPOINT_CUTS_H
#define FC_CHECKPOINT_CUTS_H

#include <flowcard/flow.h>
#include <ha/peer/message.h>

#define FC_CUT_SLICES 64      /* of the flows, by instance modulo this: digest and repair */
#define FC_CUT_MEMBERS 256    /* rings of all cards */
#define FC_CUT_TEXT 96

/* One live flow as it goes to the standby: absolute values. */
struct fc_cut_flow {
	uint64_t instance;     /* term << 48 | count: never used again */
	uint32_t flow_monitor; /* id */
	uint8_t slot;
	struct fc_flow flow; /* monitor: the flow monitor's place in struct fc_fnf */
};

enum fc_cuts_mode {
	FC_CUTS_ALONE,  /* each shard's cut is safe at once, nothing is sent */
	FC_CUTS_PAIRED, /* cuts go to the peer; the first holds everything */
	FC_CUTS_STANDBY /* the peer is active: this unit's cards are followed, not metered */
};

struct fc_cuts;
struct fc_cut_member;

struct fc_cuts_ops {
	void (*send)(void *context, struct fc_message *message); /* takes it */
	size_t (*queued)(void *context); /* octets on their way out */
	uint64_t (*now_ms)(void *context);
	/* Something that workers, export thread or pair wait for may have come. */
	void (*moved)(void *context);
};

struct fc_cuts_options {
	unsigned join_ms;    /* FILLING at most so long: who is late takes the next one; 2000 */
	size_t queued_max;   /* flows are taken while less is on its way; 1 MiB */
	unsigned resend_max; /* slices repaired with one cut; 4 */
};

int fc_cuts_create(const struct fc_cuts_options *options, const struct fc_cuts_ops *ops,
		   void *context, struct fc_cuts **out);
void fc_cuts_destroy(struct fc_cuts *cuts);

/* ------------------------------------------------------------------ the pair's side */
/* What is in flight is safe (ALONE) or void (STANDBY). PAIRED again begins with everything anew. */
void fc_cuts_mode(struct fc_cuts *cuts, enum fc_cuts_mode mode, uint64_t term);
/* The peer has acknowledged; slices that differ are sent again. Return -EPROTO: no such cut. */
int fc_cuts_ack(struct fc_cuts *cuts, const struct fc_message *ack);
void fc_cuts_tick(struct fc_cuts *cuts);

/* Last one: a cut that begins from now on is the last that is taken; after it members are refused.
 * Return its number; fc_cuts_look says when it is acknowledged. Undone by fc_cuts_resume. */
uint64_t fc_cuts_last(struct fc_cuts *cuts);
void fc_cuts_resume(struct fc_cuts *cuts);

struct fc_cuts_look {
	enum fc_cuts_mode mode;
	uint64_t term, open, acked; /* open: number of the cut that is open, filling or on its way */
	bool flying;
	unsigned epochs_merged;     /* barriers of the busiest member since the cut in flight */
	uint64_t flying_ms;
	bool synced;                /* everything was sent and acknowledged, the lag is at most two epochs */
	char waits[FC_CUT_TEXT];    /* why not; "" */
	unsigned members;
	uint64_t cuts, flows, closed, datagrams, octets, bulks, bulk_flows;
	uint64_t late_members, slices_differed, slices_resent;
	uint64_t ack_ms, ack_max_ms;
};
void fc_cuts_look(struct fc_cuts *cuts, struct fc_cuts_look *out);

/* ------------------------------------------------------------------ workers */
struct fc_cut_ticket {
	uint64_t number;      /* of the unit's cut; 0: alone, safe at once */
	bool all;             /* every live flow is a change */
	uint64_t resend;      /* slices of which every live flow is a change, a bit each */
	unsigned slice;       /* to be digested */
};

/* A shard comes. `instances`: where its instances begin. Return 0 or -ENOSPC. */
int fc_cuts_member_add(struct fc_cuts *cuts, unsigned slot, unsigned ring, uint32_t generation,
		       struct fc_cut_member **out, uint64_t *instances);
/* It goes: its last cut must be over, or it is left out of it. */
void fc_cuts_member_remove(struct fc_cut_member *member);

/* At a barrier. False: not now, merge on. */
bool fc_cuts_join(struct fc_cut_member *member, uint32_t epoch, uint64_t cut_ns,
		  struct fc_cut_ticket *out);
/* Changed flows of the cut that was joined. Return how many were taken; the rest later. */
size_t fc_cuts_flows(struct fc_cut_member *member, const struct fc_cut_flow *flows, size_t count);
/* The same, but always taken: the slot is needed now. */
void fc_cuts_flow_now(struct fc_cut_member *member, const struct fc_cut_flow *flow);
/* Instances that end with the cut that was joined. Always taken. */
void fc_cuts_closed(struct fc_cut_member *member, const uint64_t *instances, size_t count);
/* All of it was given. `digest`: sum over the slice, as of this cut. */
void fc_cuts_part_done(struct fc_cut_member *member, uint64_t digest);
/* Is the cut that was joined last safe? */
bool fc_cuts_safe(struct fc_cut_member *member);

/* fc_cut_flow's part in the digest of its slice. */
uint64_t fc_cut_digest(const struct fc_cut_flow *flow);

/* Standby: what the active unit's commits cover. */
struct fc_cuts_covered {
	uint64_t commits;  /* so many came */
	bool there;        /* the last vector had this slot */
	uint32_t epoch;    /* of the active unit's card there: the oldest of its rings */
	uint64_t cut_ns;   /* card time at the end of that epoch */
};
void fc_cuts_covered(struct fc_cut_member *member, struct fc_cuts_covered *out);
/* From the pair, at each commit that it receives. */
void fc_cuts_cover(struct fc_cuts *cuts, const struct fc_message *commit);

/* ------------------------------------------------------------------ the export thread */
/* The marker of this member's part of cut `number` came out of its queue. */
void fc_cuts_taken(struct fc_cuts *cuts, unsigned slot, unsigned ring, uint64_t number);
/* The cut whose flows have all been taken, to be sealed now; 0: none. */
uint64_t fc_cuts_to_seal(struct fc_cuts *cuts);
/* What was sealed, and the state of exporters, for the cut being sealed; and cursors, at any time. */
void fc_cuts_send(struct fc_cuts *cuts, struct fc_message *message);
void fc_cuts_sealed(struct fc_cuts *cuts, uint64_t number);
/* The newest cut that is safe; datagrams up to its mark may leave. */
uint64_t fc_cuts_acked(struct fc_cuts *cuts);

#endif
