/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The redundancy facility of one unit: who is active, and every client told in order.
 *
 *   heartbeats, peer link, claims, clients' answers, timers
 *        | fc_rf_input                                  the unit
 *        v                                                 ^
 *   +-----------+  one transition a call  +-------------+  | fc_rf_out: tell the peer, claim a
 *   | decide    | ----------------------> | progression |--+ term, hand over; state and gate
 *   +-----------+    next[state][event]   +-------------+
 *                                             | notify, by sequence; done | later | refused
 *                                             v
 *                                          clients
 *
 * No I/O, no clock: both are arguments. One thread.
 */
#ifndef FC_REDUNDANCY_RF_H
#define FC_REDUNDANCY_RF_H

#include <ha/redundancy/counters.h>
#include <ha/redundancy/history.h>

#define FC_RF_CLIENTS 64
#define FC_RF_TEXT 96

/* Who grants a term. */
enum fc_rf_fencing {
	FC_RF_FENCING_NONE, /* nobody: a partition can give two exporters */
	FC_RF_FENCING_FILE, /* a witness: one file on shared storage a term */
	FC_RF_FENCING_ETCD, /* a witness: one key of etcd a term */
	FC_RF_FENCING_PEER  /* a command that puts the peer out of action */
};

/* What may leave. */
enum fc_rf_gate {
	FC_RF_GATE_CLOSED, /* nothing */
	FC_RF_GATE_ACKED,  /* what the standby has acknowledged */
	FC_RF_GATE_OPEN /* everything: the term was won without a standby, or after it was lost */
};

enum fc_rf_answer { FC_RF_DONE, FC_RF_LATER, FC_RF_REFUSED };

struct fc_rf_client {
	unsigned id, sequence;
	char name[FC_RF_NAME];
	/*
	 * Called at every step of a progression and for every change of the peer's presence.
	 * FC_RF_LATER: fc_rf_input(FC_RF_IN_CLIENT_DONE) with this step follows. The answer to
	 * RF_STATUS_... is not looked at. Must not call the facility.
	 */
	enum fc_rf_answer (*notify)(void *context, enum fc_rf_code code, uint32_t op,
				    uint32_t step);
	void *context;
};

struct fc_rf_options {
	uint32_t unit; /* of the two the lower id is the primary */
	bool sso;      /* else the unit is alone: no peer, no claims */
	enum fc_rf_fencing fencing;
	uint32_t notification_ms; /* client_notification_TMR */
	uint32_t search_ms;       /* how long a unit looks for a peer before it goes on alone */
	uint32_t retry_ms;        /* after a claim nobody answered, after a step that failed */
	uint32_t handover_ms;     /* for each half of a planned switchover */
	unsigned switchovers;     /* rows of the switchover history */
};
#define FC_RF_OPTIONS_DEFAULT                                                                      \
	{                                                                                          \
		.unit = 1, .sso = true, .notification_ms = 30000, .search_ms = 2000,               \
		.retry_ms = 1000, .handover_ms = 5000, .switchovers = FC_RF_SWITCHOVERS_DEFAULT    \
	}

struct fc_rf_time {
	uint64_t ms;  /* since the facility began; never back */
	int64_t wall; /* seconds since 1970, for the switchover history alone */
};

/* What a unit tells its peer: whenever out.tell says so, and after the link has come up. */
struct fc_rf_says {
	uint32_t unit;
	enum fc_rf_state state;
	uint64_t term;   /* under which it is active, or stands by */
	uint64_t seen;   /* the newest term it knows to be granted */
	uint32_t holder; /* unit that has it, 0: it does not know */
	bool claiming;   /* a claim is on its way */
	bool ready;      /* standby: has everything, waits for gated */
	bool gated;      /* active: sends nothing without the standby's acknowledgement */
};

enum fc_rf_in {
	FC_RF_IN_START,
	FC_RF_IN_STOP,
	FC_RF_IN_TICK,        /* at fc_rf_wake(), and while out.again */
	FC_RF_IN_COMM_UP,     /* an authenticated peer is there */
	FC_RF_IN_COMM_DOWN,   /* reason: FC_RF_REASON_UNIT_FAILED, _REMOVED (it said good-bye) */
	FC_RF_IN_PEER,        /* says */
	FC_RF_IN_CLIENT_DONE, /* client, step */
	FC_RF_IN_CLIENT_REFUSED,
	FC_RF_IN_CLIENT_WORKING, /* it gets the whole notification time again */
	FC_RF_IN_CLAIM_WON,      /* term */
	FC_RF_IN_CLAIM_LOST,     /* term; newest and its holder */
	FC_RF_IN_CLAIM_UNREACHABLE,
	FC_RF_IN_HANDOVER_READY,  /* the last cut is acknowledged */
	FC_RF_IN_HANDOVER_FAILED, /* it could not be */
	FC_RF_IN_SWACT,           /* the active peer hands over; reason */
	FC_RF_IN_STUCK,           /* active: the standby holds up the output for too long */
	FC_RF_IN_TWIN             /* somebody with the pair's key has this unit's number */
};

struct fc_rf_input {
	enum fc_rf_in type;
	enum fc_rf_reason reason;
	unsigned client;
	uint32_t step;
	uint64_t term, newest;
	uint32_t holder; /* unit, 0: unknown */
	struct fc_rf_says says;
};

/* What to do now, in this order. */
struct fc_rf_out {
	bool gate;        /* fc_rf.gate has changed: first of all */
	bool tell;        /* send fc_rf_says() */
	bool swact;       /* send "take over" with `reason` */
	bool handover;    /* last barrier, cut, cursors; then HANDOVER_READY or _FAILED */
	bool claim;       /* claim `term`; then one of the three CLAIM inputs */
	bool reload_peer; /* send "reload" */
	bool again;       /* there is more: call with FC_RF_IN_TICK */
	enum fc_rf_reason reason;
	uint64_t term;
};

struct fc_rf_member {
	struct fc_rf_client client;
	bool redundant;   /* answered the last step that it was told of */
	uint32_t told;    /* step that it was told of last */
	uint64_t step_ms; /* the time that took it */
};

enum fc_rf_handover { FC_RF_HANDOVER_NO, FC_RF_HANDOVER_BARRIER, FC_RF_HANDOVER_OFFERED };

struct fc_rf {
	struct fc_rf_options options;
	enum fc_rf_state state, peer_state; /* peer_state: as printed */
	uint64_t since_ms, peer_since_ms;
	enum fc_rf_gate gate;
	bool maintenance, completed, busy;

	struct fc_rf_member member[FC_RF_CLIENTS]; /* by sequence, then id */
	unsigned members;
	struct {
		bool running, waiting;
		uint32_t number; /* of this progression step, never used again */
		unsigned next;   /* member to be told, or told and waited for */
		uint64_t deadline_ms, since_ms;
	} step;
	bool ready; /* standby: the bulk step is over */

	bool comm, heard; /* the link is up; the peer has spoken on it */
	struct fc_rf_says peer;
	bool peer_known; /* peer.unit has been heard once */
	enum fc_rf_reason down_reason;

	uint64_t term, seen, asked; /* asked: claim on its way, 0: none */
	uint32_t holder;            /* of seen, 0: not known */
	bool barred; /* the holder of `seen` may be sending without acknowledgements */
	bool stuck;
	uint64_t fence; /* newest term known of from a standby that was not in doubt */
	uint64_t search_at_ms, hold_at_ms, claim_at_ms;
	uint64_t twin_until_ms; /* until then a twin is taken to be there: no claim */

	enum fc_rf_handover handover;
	enum fc_rf_reason handover_reason;
	uint64_t handover_at_ms;
	bool offered; /* standby: the active unit asked to take over */
	enum fc_rf_reason offered_reason;

	uint64_t switchovers_seen, standby_failures, failed_steps, late_answers;
	enum fc_rf_reason last_reason;
	struct fc_rf_counters counters;
	struct fc_rf_history history;
	struct fc_rf_switchovers switchovers;
};

/* Several 100 kB: of the heap. */
void fc_rf_init(struct fc_rf *rf, const struct fc_rf_options *options);

/*
 * Add a client, as a rule before FC_RF_IN_START: it is told of what comes after its place in a
 * running step. Return 0, -EEXIST (id), -ENOSPC, -EINVAL (no name, no function, another one's
 * sequence is no reason), -EBUSY (from within notify).
 */
int fc_rf_client_add(struct fc_rf *rf, const struct fc_rf_client *client, struct fc_rf_time now);
/* A step that waits for it goes on (out.again). Return 0, -ENOENT, -EBUSY. */
int fc_rf_client_remove(struct fc_rf *rf, unsigned id, struct fc_rf_time now,
			struct fc_rf_out *out);

/* One input, at most one transition. Return 0, -EBUSY (from within notify). */
int fc_rf_input(struct fc_rf *rf, const struct fc_rf_input *in, struct fc_rf_time now,
		struct fc_rf_out *out);
/* When the next timer runs out after `now_ms`; UINT64_MAX: none. */
uint64_t fc_rf_wake(const struct fc_rf *rf, uint64_t now_ms);
struct fc_rf_says fc_rf_says(const struct fc_rf *rf);

/* ------------------------------------------------------------------ commands */
/* "enabled", or why not, as `show redundancy states` has it. Return whether it is enabled. */
bool fc_rf_manual_swact(const struct fc_rf *rf, char text[FC_RF_TEXT]);
/*
 * Each returns 0, or -EPERM with a sentence that begins with "% " in text.
 * force: USER_FORCED at the command line, USER_INITIATED by a program, UNIT_FAILED when the peer
 * has more healthy cards, UNIT_REMOVED when this unit ends, in maintenance mode too. A unit that is
 * barred from claiming is freed by it: who says so vouches that the peer is dead.
 */
int fc_rf_force(struct fc_rf *rf, enum fc_rf_reason reason, struct fc_rf_time now,
		struct fc_rf_out *out, char text[FC_RF_TEXT]);
int fc_rf_reload_peer(struct fc_rf *rf, struct fc_rf_out *out, char text[FC_RF_TEXT]);
/* No unit takes over by itself while it is on. */
int fc_rf_maintenance(struct fc_rf *rf, bool on, char text[FC_RF_TEXT]);
void fc_rf_clear_history(struct fc_rf *rf);
void fc_rf_clear_counters(struct fc_rf *rf);

#endif
