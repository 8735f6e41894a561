/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One unit's half of a pair: redundancy facility, messages of the peer, cuts, base, configuration,
 * put together. No thread, no socket, no clock: all of that is the host's.
 *
 *   link up, message, down; claims' answers; time; health of cards
 *        |
 *        v                       +--> host.send, hang_up          (link)
 *   struct fc_pair --------------+--> host.claim                  (witness)
 *     fc_rf, fc_cuts, fc_base    +--> host.role, gate, barrier    (cards, export thread)
 *                                +--> host.config_*               (unit's configuration)
 *
 * One thread at a time. Host functions are called from within fc_pair_* and must not call back.
 */
#ifndef FC_PAIR_H
#define FC_PAIR_H

#include <ha/checkpoint/base.h>
#include <ha/checkpoint/cuts.h>
#include <ha/peer/link.h>
#include <ha/redundancy/rf.h>

enum fc_pair_role {
	FC_PAIR_IDLE,    /* neither: nothing is exported, cards are followed */
	FC_PAIR_STANDBY, /* the peer is active */
	FC_PAIR_ACTIVE   /* flows of the base are taken over, own rings are merged */
};

/* Clients of the redundancy facility that go through a checkpoint. */
enum fc_pair_client {
	FC_PAIR_CLIENT_CHECKPOINT = 25,
	FC_PAIR_CLIENT_FLOWS = 7105,
	FC_PAIR_CLIENT_EXPORTERS = 7106
};

#define FC_PAIR_SLOTS 32

enum fc_pair_feed { FC_PAIR_FEED_SINGLE, FC_PAIR_FEED_DUAL };

enum fc_pair_fencing {
	FC_PAIR_FENCING_NONE,
	FC_PAIR_FENCING_FILE,
	FC_PAIR_FENCING_ETCD,
	FC_PAIR_FENCING_PEER
};

/*
 * The shared configuration as one unit tells it to the other: as a whole (text), or one line of it
 * (section: the line that opens it, "" at the top). Always with the ids of all objects and the
 * checksum after it.
 */
#define FC_PAIR_SECRET 32
struct fc_pair_config {
	char *text, *section, *line, *ids; /* text NULL: a line */
	uint64_t checksum;
	uint8_t secret[FC_PAIR_SECRET]; /* of the cards' hash tables; with a text only */
};

struct fc_pair_host {
	uint64_t (*now_us)(void *context); /* monotonic; any thread */
	/* ---- link */
	void (*send)(void *context, struct fc_message *message);
	size_t (*queued)(void *context);
	void (*hang_up)(void *context, const char *why);
	/* ---- witness; fc_pair_claimed follows */
	void (*claim)(void *context, uint64_t term);
	/* ---- cards and exporters. All return at once */
	void (*role)(void *context, enum fc_pair_role role, uint64_t term);
	void (*gate)(void *context, enum fc_rf_gate gate);
	void (*barrier)(void *context);          /* every card: a barrier now */
	void (*hook)(void *context, bool to_me); /* move the traffic; single feed */
	/* The hook is over and the ports have been silent for an epoch; or there is no hook. */
	bool (*quiet)(void *context);
	/* Cards that are here and exporters are as the configuration says. */
	bool (*followed)(void *context);
	/* Everything that is sealed and may leave has left, cursors are told. */
	bool (*drained)(void *context);
	/* ---- a standby's exporters: EXPORTER, DATAGRAM, CURSOR as they come; then their commit.
	 * Return 0, or -EPROTO with why. */
	int (*export_message)(void *context, const struct fc_message *message, char *why);
	void (*export_commit)(void *context, uint64_t cut);
	void (*export_rollback)(void *context);
	/* ---- the shared configuration. read: a whole one, to be freed by free() of each text;
	 * return 0 or -ENOMEM. take: return 0, or -EINVAL with why */
	int (*config_read)(void *context, struct fc_pair_config *out);
	int (*config_take)(void *context, const struct fc_pair_config *config, char *why);
	/* ---- health: configured slots with a card that meters */
	unsigned (*healthy)(void *context);
	/* Time of the card in this slot, 0: none; the shortest guard time of the unit's cards */
	uint64_t (*card_ns)(void *context, unsigned slot);
	uint64_t (*guard_ns)(void *context);
	void (*moved)(void *context); /* call fc_pair_tick soon; any thread */
	void (*log)(void *context, const char *facility, int level, const char *mnemonic,
		    const char *text);
	void (*reload)(void *context); /* the peer asks this unit to begin anew: drop everything */
};

struct fc_pair_options {
	struct fc_rf_options rf;
	enum fc_pair_feed feed;
	enum fc_pair_fencing fencing; /* must be the peer's, too */
	uint64_t fencing_sum;         /* of its words, where they must be the same; else 0 */
	uint64_t skew_max_ns;         /* dual feed is refused above it, and above guard times */
	unsigned stuck_epochs;        /* a cut may fly so long: 4 */
	unsigned stuck_ms;            /* likewise: a card that is gone counts no epochs */
	size_t stuck_octets;          /* unacknowledged: 64 MiB */
	unsigned silence_ms; /* that the link waits for a sign of life: interval x misses */
	size_t flows_max;    /* of the base */
	bool hook;           /* a single feed is moved by host.hook */
	struct fc_cuts_options cuts;
	char image[96];
};
#define FC_PAIR_OPTIONS_DEFAULT                                                                    \
	{                                                                                          \
		.rf = FC_RF_OPTIONS_DEFAULT, .skew_max_ns = 1000000, .stuck_epochs = 4,            \
		.stuck_ms = 4000, .stuck_octets = (size_t)64 << 20, .silence_ms = 150,             \
		.flows_max = (size_t)1 << 24, .cuts = {                                            \
			.join_ms = 2000,                                                           \
			.queued_max = (size_t)1 << 20,                                             \
			.resend_max = 4                                                            \
		}                                                                                  \
	}

struct fc_pair;

int fc_pair_create(const struct fc_pair_options *options, const struct fc_pair_host *host,
		   void *context, struct fc_rf_time now, struct fc_pair **out);
void fc_pair_destroy(struct fc_pair *pair);

/* Each returns when to call fc_pair_tick again, in the milliseconds of `now`. */
uint64_t fc_pair_start(struct fc_pair *pair, struct fc_rf_time now);
uint64_t fc_pair_tick(struct fc_pair *pair, struct fc_rf_time now);
/* The link has turned away somebody with the pair's key and this unit's number. A witness knows
 * units by number and would let both be active: one that is not yet stays out of it. */
uint64_t fc_pair_twin(struct fc_pair *pair, struct fc_rf_time now);
/* UP, MESSAGE (taken over), DOWN. */
uint64_t fc_pair_link(struct fc_pair *pair, struct fc_link_report *report, struct fc_rf_time now);
/* err: 0 with an answer, or -errno: nobody could be asked. */
struct fc_claim_answer;
uint64_t fc_pair_claimed(struct fc_pair *pair, int err, uint64_t term,
			 const struct fc_claim_answer *answer, struct fc_rf_time now);
/* End in order: a hot standby is handed everything first; true when it is over. */
bool fc_pair_leave(struct fc_pair *pair, struct fc_rf_time now);

/* The parts, for workers and the export thread, and for listings. */
struct fc_cuts *fc_pair_cuts(struct fc_pair *pair);
struct fc_base *fc_pair_base(struct fc_pair *pair);
struct fc_rf *fc_pair_rf(struct fc_pair *pair);

/* The shared configuration has changed here; section NULL: as a whole, else by this line. Sent on
 * if this unit is active. */
void fc_pair_config_changed(struct fc_pair *pair, const struct fc_pair_config *config,
			    struct fc_rf_time now);

/* Orders of an operator or a program. Return 0, or -EPERM with a sentence that begins with "% ". */
int fc_pair_force(struct fc_pair *pair, enum fc_rf_reason reason, struct fc_rf_time now,
		  char text[FC_RF_TEXT]);
int fc_pair_reload_peer(struct fc_pair *pair, struct fc_rf_time now, char text[FC_RF_TEXT]);
int fc_pair_maintenance(struct fc_pair *pair, bool on, struct fc_rf_time now,
			char text[FC_RF_TEXT]);

/* The facility's, and what was sent past the engine; all of them back to 0. */
void fc_pair_counters(struct fc_pair *pair, struct fc_rf_counters *out);
void fc_pair_clear_counters(struct fc_pair *pair);

struct fc_pair_look {
	enum fc_pair_role role;
	uint32_t peer;    /* unit; 0: not known */
	unsigned version; /* of the protocol, negotiated */
	char peer_image[96];
	bool config_same;
	uint64_t my_checksum, peer_checksum;
	char config_why[FC_CUT_TEXT]; /* why the standby did not take it; "" */
	unsigned healthy, peer_healthy;
	bool skew_known;
	int64_t skew_ns; /* the peer's card's clock against ours, of the slot that is the worst */
	uint64_t skew_max_ns;
	uint64_t rtt_us;
	enum fc_pair_feed feed;
	char feed_why[FC_CUT_TEXT]; /* dual feed was refused; "" */
	uint64_t takeovers,
		takeover_us; /* the last: from the missing sign of life to the open gate */
	uint64_t stuck, refused_messages, late_messages, refused_peers;
	char waits[FC_CUT_TEXT]; /* what keeps the pair from STANDBY HOT; "" */
};
void fc_pair_look(struct fc_pair *pair, struct fc_pair_look *out);

#endif
