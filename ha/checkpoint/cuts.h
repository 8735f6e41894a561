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

#define FC_CUT_SLICES 64   /* of the flows, by instance modulo this: digest and repair */
#define FC_CUT_MEMBERS 256 /* rings of all cards */
#define FC_CUT_RANGE (UINT64_C(1) << 28) /* instances that a member gets at a time */
#define FC_CUT_TEXT 96

/* One live flow as it goes to the standby: absolute values. */
struct fc_cut_flow {
	uint64_t instance;     /* term << 48 | range << 28 | count: never used again, never 0 */
	uint32_t flow_monitor; /* id */
	uint8_t slot;
	struct fc_flow flow; /* monitor: the flow monitor's place in struct fc_fnf */
};

enum fc_cuts_mode {
	FC_CUTS_ALONE,  /* each shard's cut is safe at once, nothing is sent */
	FC_CUTS_PAIRED, /* cuts go to the peer; the first holds everything */
	FC_CUTS_STANDBY /* the peer is active: this unit's cards are followed, not metered */
};

struct fc_base;
struct fc_cuts;
struct fc_cut_member;

struct fc_cuts_ops {
	void (*send)(void *context, struct fc_message *message); /* takes it */
	size_t (*queued)(void *context);                         /* octets on their way out */
	uint64_t (*now_ms)(void *context);
	/* Something that workers, export thread or pair wait for may have come. */
	void (*moved)(void *context);
};

struct fc_cuts_options {
	unsigned join_ms;    /* FILLING at most so long: who is late takes the next one; 2000 */
	size_t queued_max;   /* flows are taken while less is on its way; 1 MiB */
	unsigned resend_max; /* slices repaired with one cut; 4 */
};
#define FC_CUTS_OPTIONS_DEFAULT                                                                    \
	{                                                                                          \
		.join_ms = 2000, .queued_max = 1u << 20, .resend_max = 4                           \
	}

int fc_cuts_create(const struct fc_cuts_options *options, const struct fc_cuts_ops *ops,
		   void *context, struct fc_cuts **out);
void fc_cuts_destroy(struct fc_cuts *cuts);

/* ------------------------------------------------------------------ the pair's side */
/*
 * What is in hand is safe (ALONE) or void (STANDBY, PAIRED). PAIRED begins with everything, also
 * when it was PAIRED before: whatever was sealed and has not been acknowledged must be sent again.
 */
void fc_cuts_mode(struct fc_cuts *cuts, enum fc_cuts_mode mode, uint64_t term);
/* The peer has acknowledged; slices that differ are sent again. One that comes late, for a cut that
 * was void, changes nothing. Return 0 or -EPROTO: no such cut. */
int fc_cuts_ack(struct fc_cuts *cuts, const struct fc_message *ack);
/* Deadlines: a few times a second, and after ops.moved. */
void fc_cuts_tick(struct fc_cuts *cuts);

/* Last one: a cut that begins from now on is the last that is taken; after it members are refused.
 * Return its number; fc_cuts_look says when it is acknowledged. Undone by fc_cuts_resume and by
 * fc_cuts_mode. */
uint64_t fc_cuts_last(struct fc_cuts *cuts);
void fc_cuts_resume(struct fc_cuts *cuts);

struct fc_cuts_look {
	enum fc_cuts_mode mode;
	uint64_t term, open,
		acked;   /* open: number of the cut that is open, filling or on its way */
	bool flying;     /* nobody can join any more: it is being sent, or waits for its ACK */
	uint64_t last;   /* number that fc_cuts_last gave; 0: none */
	bool last_whole; /* every member took part in it */
	unsigned epochs_merged; /* barriers of the busiest member since the cut in flight */
	uint64_t flying_ms;     /* since the cut in hand began; 0: none is */
	bool synced; /* everything was sent and acknowledged, the lag is at most two epochs */
	char waits[FC_CUT_TEXT]; /* why not; "" */
	unsigned members;
	uint64_t cuts, flows, closed, datagrams, octets, bulks, bulk_flows;
	uint64_t late_members, slices_differed, slices_resent;
	uint64_t ack_ms, ack_max_ms;
};
void fc_cuts_look(struct fc_cuts *cuts, struct fc_cuts_look *out);

/* One ring's place in a commit vector. */
struct fc_cut_place {
	uint8_t slot;
	uint16_t ring;
	uint32_t generation, epoch;
	uint64_t cut_ns; /* card time at the end of that epoch */
};
/* Of the newest cut that was acknowledged. Return how many were written, at most `most`. */
size_t fc_cuts_vector(struct fc_cuts *cuts, struct fc_cut_place *out, size_t most);

/* ------------------------------------------------------------------ workers */
struct fc_cut_ticket {
	uint64_t number; /* of the unit's cut; 0: alone, safe at once */
	bool all;        /* every live flow is a change */
	uint64_t resend; /* slices of which every live flow is a change, a bit each */
	unsigned slice;  /* to be digested */
};

/* Cheap: a worker asks each turn. `standbys`: how often the unit became STANDBY; if it has changed,
 * the shard is to be forgotten, whatever the mode is now. */
enum fc_cuts_mode fc_cuts_mode_now(struct fc_cuts *cuts, uint64_t *standbys);
/* Where a worker that stops being STANDBY finds the flows to go on with; NULL: nothing. */
void fc_cuts_base_set(struct fc_cuts *cuts, struct fc_base *base);
struct fc_base *fc_cuts_base_get(struct fc_cuts *cuts);

/* A shard comes. `instances`: where its first range begins (NULL: fc_cuts_instances gives it).
 * Return 0, -ENOSPC, -ENOMEM. */
int fc_cuts_member_add(struct fc_cuts *cuts, unsigned slot, unsigned ring, uint32_t generation,
		       struct fc_cut_member **out, uint64_t *instances);
/*
 * Which flows are in which ring of this card: two cards say the same number if any flow falls to
 * the same ring of both. 0, as in the beginning: not known.
 */
void fc_cuts_spread(struct fc_cut_member *member, uint64_t spread);
/*
 * It goes. At the standby everything that it gave goes with the next commit: an unfinished part is
 * no part of its cut, and what was not closed in order must not be reported from the base. Not
 * beside another call for this member.
 */
void fc_cuts_member_remove(struct fc_cut_member *member);
/* Another range of FC_CUT_RANGE instances under the term of now: when one is used up, and when the
 * unit stops being STANDBY. Any thread. */
uint64_t fc_cuts_instances(struct fc_cut_member *member);

/* At a barrier. False: not now, merge on. cut_ns 0: it ends before its first barrier, so that the
 * vector does not have it. */
bool fc_cuts_join(struct fc_cut_member *member, uint32_t epoch, uint64_t cut_ns,
		  struct fc_cut_ticket *out);
/* Another barrier came while the cut that was joined is on its way: its epoch merges. */
void fc_cuts_merged(struct fc_cut_member *member);
/*
 * These four are for the cut that was joined; if that is over or void, they take and drop.
 * Changed flows. Return how many were taken; the rest later.
 */
size_t fc_cuts_flows(struct fc_cut_member *member, const struct fc_cut_flow *flows, size_t count);
/* The same, but always taken: the slot is needed now. */
void fc_cuts_flow_now(struct fc_cut_member *member, const struct fc_cut_flow *flow);
/* Instances that end with the cut that was joined. Always taken. */
void fc_cuts_closed(struct fc_cut_member *member, const uint64_t *instances, size_t count);
/* All of it was given. `digest`: sum over the slice, as of this cut. */
void fc_cuts_part_done(struct fc_cut_member *member, uint64_t digest);
/* Is the cut that was joined last over: acknowledged, or void (the next one has everything)? */
bool fc_cuts_safe(struct fc_cut_member *member);

/* fc_cut_flow's part in the digest of its slice. */
uint64_t fc_cut_digest(const struct fc_cut_flow *flow);

/* Standby: what the active unit's commits cover. */
struct fc_cuts_covered {
	uint64_t commits; /* so many came */
	bool there;       /* a vector had this ring; or this slot, where rings are not alike */
	bool dual;        /* both units see the same packets */
	bool handed_over; /* the unit became STANDBY after its last cut was acknowledged */
	/* So it did, with a dual feed: what it counted after that cut is in no base, and the peer's
	 * card may die before a cut of the peer has it. */
	bool hold;
	uint32_t epoch;  /* of that ring, or of the oldest one in that slot */
	uint64_t cut_ns; /* card time at the end of that epoch */
};
void fc_cuts_covered(struct fc_cut_member *member, struct fc_cuts_covered *out);
/* When it becomes dual the standby forgets the places of rings: the next commit has them. */
void fc_cuts_feed(struct fc_cuts *cuts, bool dual);
/* From the pair, at each commit that fc_base_message has taken. */
void fc_cuts_cover(struct fc_cuts *cuts, const struct fc_message *commit);

/* ------------------------------------------------------------------ the export thread */
/* The marker of this member's part of cut `number` came out of its queue. */
void fc_cuts_taken(struct fc_cuts *cuts, unsigned slot, unsigned ring, uint64_t number);
/* The cut whose flows have all been taken, to be sealed now; 0: none. *all: it is the first to this
 * peer, with every exporter's state and every sealed datagram that was not acknowledged. */
uint64_t fc_cuts_to_seal(struct fc_cuts *cuts, bool *all);
/* What was sealed, and the state of exporters, for the cut being sealed; and cursors, at any time.
 * Takes the message; unless PAIRED it is dropped. */
void fc_cuts_send(struct fc_cuts *cuts, struct fc_message *message);
void fc_cuts_sealed(struct fc_cuts *cuts, uint64_t number);
/* The newest cut that is safe; datagrams up to its mark may leave. ALONE: the newest of all. */
uint64_t fc_cuts_acked(struct fc_cuts *cuts);

#endif
