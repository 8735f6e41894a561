/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a pair's engine. Private to ha/pair/pair*.c; what each file does is said at its top. */
#ifndef FC_PAIR_IMPL_H
#define FC_PAIR_IMPL_H

#include <ha/pair/pair.h>
#include <ha/redundancy/claim.h>
#include <stdatomic.h>

#define PAIR_VERSION_MIN 1
#define PAIR_VERSION_MAX 1
#define PAIR_TEXT 256

/* What a unit can do; the pair does what both can. */
#define PAIR_CAN_REPAIR (UINT64_C(1) << 0) /* digests of slices, and slices sent again */
#define PAIR_CAN_LINES (UINT64_C(1) << 1)  /* the configuration line by line */
#define PAIR_CAN (PAIR_CAN_REPAIR | PAIR_CAN_LINES)

struct pair_hello {
	uint64_t unit, version_min, version_max, can, feed, fencing, fencing_sum;
	char image[96];
};

/* SAYS: what the facility says, and how the stream of checkpoints stands. */
struct pair_says {
	struct fc_rf_says rf;
	uint64_t want;    /* standby: the stream that it asks for by this number, grows */
	uint64_t run;     /* active: has begun the stream that was asked for; standby: takes it */
	bool synced;      /* active: everything was sent and acknowledged */
	bool moves;       /* active: the traffic is being moved to the standby */
	bool maintenance; /* is asked for at this unit */
	uint64_t healthy, checksum;
	char waits[FC_CUT_TEXT];
};

enum pair_handover {
	PAIR_HANDOVER_NO,
	PAIR_HANDOVER_QUIET, /* the traffic moves away */
	PAIR_HANDOVER_CUT,   /* the last cut, until it is acknowledged */
	PAIR_HANDOVER_DRAIN, /* until what it lets out has left */
	PAIR_HANDOVER_OVER   /* the facility goes on by itself */
};

enum pair_client {
	PAIR_CLIENT_INTERNAL,
	PAIR_CLIENT_MODE,
	PAIR_CLIENT_IFINDEX,
	PAIR_CLIENT_CHECKPOINT,
	PAIR_CLIENT_SAMPLERS, /* brokers */
	PAIR_CLIENT_OUTPUTS,
	PAIR_CLIENT_RECORDS,
	PAIR_CLIENT_MONITORS,
	PAIR_CLIENT_FLOWS,
	PAIR_CLIENT_EXPORTERS,
	PAIR_CLIENT_CONFIG,
	PAIR_CLIENT_LAST,
	PAIR_CLIENTS
};

struct pair_client_context {
	struct fc_pair *pair;
	enum pair_client client;
	uint32_t step; /* that it answers later; 0: none */
};

/* The peer's card of one slot against ours. */
struct pair_clock {
	bool known;
	bool both; /* both units had a card there when any were compared last; then it is known */
	int64_t skew_ns;
	uint64_t error_ns; /* it may be off by so much */
};

struct fc_pair {
	struct fc_pair_options options;
	struct fc_pair_host host;
	void *context;
	struct fc_rf_time now;
	struct fc_rf rf;
	struct fc_cuts *cuts;
	struct fc_base *base;
	struct pair_client_context client[PAIR_CLIENTS];
	uint64_t working_ms; /* when waiting clients last said that they still work */

	/* ---- the session with the peer */
	uint64_t up_ms, ping_ms;
	uint64_t grace_ms; /* until when the facility is not told that the link is down; 0: it is */
	uint64_t can;
	struct pair_hello hello; /* the peer's last one */
	struct pair_says peer, said;
	char refused[PAIR_TEXT]; /* peer that was refused last, and why: logged once */
	unsigned version;
	bool up;         /* the link is */
	bool greeted;    /* HELLO came and was good */
	bool ended;      /* hung up here: what still comes is not looked at */
	bool goodbye;    /* the peer ends in order */
	bool was_paired; /* cuts were sent in this session */
	bool has_said;
	bool maintenance, peer_maintenance; /* asked for here; by the peer, when it last said */

	/* ---- role */
	bool reloading, leaving, taking_over;
	bool traffic_owed; /* a handover that failed has moved it away */
	bool traffic_here; /* this unit had it moved here last */
	enum fc_pair_role role;
	enum fc_rf_state state; /* that was followed last */
	enum fc_cuts_mode mode;
	enum pair_handover handover;
	uint64_t mode_term;
	uint64_t want, run; /* as said */
	uint64_t fence;     /* ACKED: `gated` is said when this cut is acknowledged */
	uint64_t leave_ms;
	uint64_t last_cut, barrier_ms, quiet_ms;
	uint64_t healthier_ms;
	uint64_t held_cut, held_ms,
		held_seen_ms;  /* the cut in flight, since when, looked at last */
	uint64_t lost_us;      /* when the active unit's sign of life was missed */
	const char *lost_with; /* what that moment was, in words */

	/* ---- configuration */
	uint64_t config_sent;                 /* active: for this `want` of the peer; 0: not */
	uint64_t config_serial, config_whole; /* serial sent last; checksum sent as a whole */
	uint64_t config_again_ms;             /* it could not be sent: not before; 0: it could */
	uint64_t config_got;                  /* standby: for this `want` */
	uint64_t my_checksum, peer_checksum;
	char config_why[FC_CUT_TEXT];
	bool config_same, config_failed;

	/* ---- figures */
	struct pair_clock clock[FC_PAIR_SLOTS];
	uint64_t peer_skew_max_ns; /* what the peer bears; with its last PONG */
	bool dual;
	uint64_t rtt_us;
	char feed_why[FC_CUT_TEXT];
	char witness_why[FC_CUT_TEXT]; /* it could not be asked; empty: it could */
	uint64_t witness_ms;           /* when that was last told in the log */
	uint64_t takeovers, takeover_us, stuck, refused_messages, late_messages, refused_peers;
	uint64_t slices_differed;     /* that were told in the log */
	atomic_uint_fast64_t cuts_tx; /* sent by any thread, with the cuts' lock only */
};

/* pair.c */
void pair_input(struct fc_pair *pair, const struct fc_rf_input *in);
void pair_log(struct fc_pair *pair, const char *facility, int level, const char *mnemonic,
	      const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Maintenance mode of the pair, from what both units say. */
void pair_maintain(struct fc_pair *pair);
void pair_send(struct fc_pair *pair, struct fc_message *m);
/* End the session because the peer broke the rules. */
void pair_refuse(struct fc_pair *pair, const char *why);

/* pair_session.c: link up and down, HELLO, SAYS. */
void pair_link_up(struct fc_pair *pair);
void pair_link_down(struct fc_pair *pair, enum fc_link_down reason, const char *why);
void pair_session_tick(struct fc_pair *pair);
/* Send SAYS if it differs from what was said, or `always`. */
void pair_say(struct fc_pair *pair, bool always);
int pair_take_hello(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);
int pair_take_says(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);

/* pair_clocks.c: PING, PONG; how far the cards' clocks are apart, and what that is for the feed. */
void pair_clocks_forget(struct fc_pair *pair);
void pair_clocks_tick(struct fc_pair *pair);
int pair_take_ping(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);
int pair_take_pong(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);
void pair_clocks_feed(struct fc_pair *pair);
/* Of the slot that is the worst: NULL, none is known. */
const struct pair_clock *pair_clocks_worst(const struct fc_pair *pair);
/* What both units bear. */
uint64_t pair_clocks_limit(struct fc_pair *pair);

/* pair_messages.c: who may be told what, when. */
void pair_message(struct fc_pair *pair, const struct fc_message *m);

/* pair_roles.c: role, mode of the cuts, gate; stuck standby; health. */
void pair_gate(struct fc_pair *pair);
void pair_follow(struct fc_pair *pair);
void pair_roles_tick(struct fc_pair *pair);
bool pair_gated(struct fc_pair *pair);
bool pair_synced(struct fc_pair *pair);

/* pair_handover.c */
/* With a single feed and a hook: have the traffic moved. */
void pair_traffic(struct fc_pair *pair, bool to_me);
void pair_handover_begin(struct fc_pair *pair);
/* The traffic is on its way to the peer. */
bool pair_handover_moves(const struct fc_pair *pair);
void pair_handover_tick(struct fc_pair *pair);

/* pair_clients.c */
int pair_clients_add(struct fc_pair *pair);
void pair_clients_tick(struct fc_pair *pair);

/* pair_config.c */
void pair_config_tick(struct fc_pair *pair);
int pair_take_config(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);
int pair_take_config_state(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT]);

/* pair_look.c */
void pair_waits(struct fc_pair *pair, char text[FC_CUT_TEXT]);

/* pair_wire.c. NULL: no memory; -EPROTO with why. */
struct fc_message *pair_hello_write(const struct pair_hello *hello);
int pair_hello_read(const struct fc_message *m, struct pair_hello *out, char why[PAIR_TEXT]);
struct fc_message *pair_says_write(const struct pair_says *says);
int pair_says_read(const struct fc_message *m, struct pair_says *out, char why[PAIR_TEXT]);
struct fc_message *pair_config_write(const struct fc_pair_config *config, uint64_t serial);
int pair_config_read(const struct fc_message *m, struct fc_pair_config *out, uint64_t *serial,
		     char why[PAIR_TEXT]);
void pair_config_free(struct fc_pair_config *config);

/* Messages of one number or two. */
enum {
	PAIR_TAG_REASON = 1, /* SWACT */
	PAIR_TAG_SENT_US,    /* PING, PONG: of whoever asks */
	PAIR_TAG_CARD_NS,    /* PONG: for each slot with a card its number, 1 octet, and time, 8 */
	PAIR_TAG_SERIAL,     /* CONFIG_STATE */
	PAIR_TAG_CHECKSUM,
	PAIR_TAG_WHY,
	PAIR_TAG_SKEW_MAX_NS /* PONG: skew that its sender bears */
};

#endif
