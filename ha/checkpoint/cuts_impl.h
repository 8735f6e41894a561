/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the unit's cuts. Private to ha/checkpoint/cuts*.c and their tests. */
#ifndef FC_CHECKPOINT_CUTS_IMPL_H
#define FC_CHECKPOINT_CUTS_IMPL_H

#include <ha/checkpoint/wire.h>
#include <pthread.h>
#include <stdatomic.h>

enum cut_state { CUT_OPEN, CUT_FILLING, CUT_CLOSING, CUT_FLYING, CUT_STATES };

enum cut_event {
	CUT_JOIN,     /* a member comes */
	CUT_BEGIN,    /* without one: there is another reason for a cut */
	CUT_ALL,      /* every member that is expected has joined */
	CUT_DEADLINE, /* enough waited for the others */
	CUT_WHOLE,    /* all parts are given, sealed, sent */
	CUT_ACK,
	CUT_RESET, /* the mode has changed */
	CUT_EVENTS
};

#define CUT_REFUSED CUT_STATES
enum cut_state fc_cut_next(enum cut_state state, enum cut_event event);

/* Flows and instances that wait in a member until a message is worth it. */
#define CUT_STAGE_FLOWS 440
#define CUT_STAGE_CLOSED 4096

struct cut_part {
	struct fc_cut_part say;
	struct fc_cut_member *member; /* NULL: it has gone, its part was whole */
	bool done, taken;             /* given; its marker is out of the queue */
	uint64_t left_ms;
};

/* In the vector? A ring that ends before its first barrier has cut at no time: its place stands
 * where it stood. */
static inline bool cut_part_placed(const struct cut_part *part)
{
	return part->say.cut_ns != 0;
}

struct fc_cut_member {
	struct fc_cuts *cuts;
	uint32_t number, generation;
	unsigned slot, ring;
	uint64_t spread;   /* 0: not known */
	bool expected;     /* cuts wait for it until join_ms */
	bool given;        /* the standby has everything of it */
	uint64_t cut;      /* the one in hand that it is part of; 0: none */
	unsigned part;     /* its place in there */
	uint64_t left_out; /* number of the cut that it was left out of last */
	unsigned merged;
	/* The member's own thread's: */
	uint64_t staged; /* the cut that these are for */
	uint32_t flows, closed;
	uint8_t flow[CUT_STAGE_FLOWS * FC_CUT_FLOW_OCTETS];
	uint8_t instance[CUT_STAGE_CLOSED * 8];
};

struct cut_covered {
	struct fc_cut_part place;
	uint64_t commit; /* that had it */
};

struct fc_cuts {
	pthread_mutex_t lock;
	struct fc_cuts_options options;
	struct fc_cuts_ops ops;
	void *context;
	atomic_uint_least64_t mode_now; /* mode, and times that it became STANDBY << 2 */
	_Atomic(struct fc_base *) base;

	enum fc_cuts_mode mode;
	uint64_t term;
	enum cut_state state;
	uint64_t number, acked;      /* of the newest cut; of the newest safe one */
	uint64_t since_ms, flown_ms; /* the state began; the COMMIT went */
	uint64_t begun_ms;
	struct fc_cut_counts counts; /* sent for the cut in hand */
	bool bulk, bulk_now;         /* everything: with the next cut, with this one */
	bool sealed, whole;          /* whole: all members are in it */
	unsigned slice;
	uint64_t differ, resend_now; /* slices */

	struct fc_cut_member *member[FC_CUT_MEMBERS];
	unsigned members;
	uint32_t last_member;
	struct cut_part part[FC_CUT_MEMBERS];
	unsigned parts;
	uint32_t gone[FC_CUT_GONE_MAX];
	unsigned gones;

	bool last_wanted, last_whole;
	uint64_t last;     /* 0: none */
	uint64_t complete; /* first cut after which the standby had everything; 0: not yet */
	bool synced;

	uint64_t range_term, range;
	struct cut_covered covered[FC_CUT_MEMBERS]; /* standby: the newest place of each ring */
	uint64_t commits;
	bool dual, handed_over, hold;
	struct fc_cut_place place[FC_CUT_MEMBERS]; /* of the newest cut that was acknowledged */
	unsigned places, covereds;

	struct fc_cuts_look stats;
};

/* Lock held in all of these. cuts_cut.c */
void fc_cut_moved(struct fc_cuts *cuts);
bool fc_cut_step(struct fc_cuts *cuts, enum cut_event event);
void fc_cut_begin(struct fc_cuts *cuts, enum cut_event why);
void fc_cut_check(struct fc_cuts *cuts);
void fc_cut_reset(struct fc_cuts *cuts);
void fc_cut_emit(struct fc_cuts *cuts, struct fc_message *message);
/* The standby drops what this member gave; its part is no part of the cut. */
void fc_cut_leave_out(struct fc_cuts *cuts, struct fc_cut_member *member, bool whole_stays);
struct fc_cut_id fc_cut_id(const struct fc_cuts *cuts);

#endif
