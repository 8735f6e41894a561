/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration of a unit: Flexible NetFlow's objects, cards by slot, and which monitor stands
 * on which port. A plain value whose unused octets are 0: two of them, and any two objects in them,
 * compare as memory. The language is IOS-XE's (flowcardd.conf(5), docs/configuration.md); what is
 * not said has the default of the struct's comment.
 *
 *   text --fc_config_line / _read--> struct fc_config --fc_config_write--> text
 */
#ifndef FC_CONFIG_H
#define FC_CONFIG_H

#include <flowcard/card.h>
#include <flowcard/fnf.h>
#include <ha/syntax.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FC_CONFIG_SLOTS 32
#define FC_CONFIG_NONE FC_FNF_NONE
#define FC_CONFIG_SECRET 128
#define FC_CONFIG_PACKET_MONITORS 2 /* that a card meters one packet for */

/* ifIndex of a port; its name is HundredGigE<slot>/0/<port>. */
static inline uint32_t fc_config_interface(unsigned slot, unsigned port)
{
	return slot * FC_CARD_PORTS_MAX + port + 1;
}

enum fc_config_direction { FC_CONFIG_INPUT, FC_CONFIG_OUTPUT };
enum fc_config_family { FC_CONFIG_IPV4, FC_CONFIG_IPV6 };

struct fc_config_binding {
	int monitor; /* FC_CONFIG_NONE: none, nor any behind it */
	int sampler; /* FC_CONFIG_NONE: every packet */
};

struct fc_config_port {
	char description[FC_FNF_TEXT];
	/* by enum fc_config_direction and enum fc_config_family; in the order they were given */
	struct fc_config_binding binding[2][2][FC_FNF_BINDINGS];
};

enum fc_config_wait { FC_CONFIG_WAIT_POLL, FC_CONFIG_WAIT_INTERRUPT };

struct fc_config_card {
	bool there, shutdown;
	char description[FC_FNF_TEXT];
	char where[FC_FNF_TEXT];  /* for fc_transport_open */
	unsigned ring_log2;       /* 18 */
	unsigned epoch_shift;     /* 30 */
	uint32_t epoch_guard_ns;  /* 1000000 */
	enum fc_config_wait wait; /* interrupt */
	unsigned poll_ms;         /* 2: how long an idle worker sleeps at most */
	int cpu;                  /* of ring 0's worker, ring r on cpu + r; FC_CONFIG_NONE */
	bool loss_exit;           /* card-loss wait */
	struct fc_config_port port[FC_CARD_PORTS_MAX];
};

/* Is it to be opened? One without a transport is not yet. */
static inline bool fc_config_card_wanted(const struct fc_config_card *card)
{
	return card->there && !card->shutdown && *card->where;
}

/* `redundancy`: this unit's part of a pair; never shared with the peer. What has its default is 0,
 * also where the line was given. */
enum fc_config_redundancy_mode { FC_CONFIG_MODE_NONE, FC_CONFIG_MODE_SSO };
enum fc_config_feed { FC_CONFIG_FEED_SINGLE, FC_CONFIG_FEED_DUAL };
#define FC_CONFIG_PATHS 2
#define FC_CONFIG_FILE 256
#define FC_CONFIG_PEER_PORT 4801

struct fc_config_ends {
	char local[FC_FNF_TEXT], remote[FC_FNF_TEXT]; /* addresses in numbers; "": not given */
	uint16_t port;                                /* 0: FC_CONFIG_PEER_PORT */
};

struct fc_config_redundancy {
	enum fc_config_redundancy_mode mode; /* none */
	unsigned unit;              /* 1 or more; of the two the lower one is the primary */
	struct fc_config_ends peer; /* TCP */
	/* UDP, of heartbeats; where none is given they go between the peer's addresses */
	struct fc_config_ends path[FC_CONFIG_PATHS];
	unsigned interval_ms, misses;  /* 0: FC_CONFIG_INTERVAL_MS, FC_CONFIG_MISSES */
	char key_file[FC_CONFIG_FILE]; /* one for the pair, or certificates; never both */
	char certificate[FC_CONFIG_FILE], private_key[FC_CONFIG_FILE], authority[FC_CONFIG_FILE];
	char fencing[FC_CONFIG_FILE]; /* words that fc_claim_init takes; "": none */
	enum fc_config_feed feed;     /* single */
	uint32_t skew_us;          /* dual feed: largest skew of the cards; 0: FC_CONFIG_SKEW_US */
	char hook[FC_CONFIG_FILE]; /* command that moves the traffic; "": none */
	bool maintenance;
};
#define FC_CONFIG_INTERVAL_MS 50
#define FC_CONFIG_MISSES 3
#define FC_CONFIG_SKEW_US 1000

struct fc_config {
	char hostname[FC_FNF_NAME];    /* flowcard */
	char secret[FC_CONFIG_SECRET]; /* of "enable", as crypt(3) makes it; empty: none */
	struct fc_fnf fnf;
	struct fc_config_card card[FC_CONFIG_SLOTS];
	struct fc_config_redundancy redundancy;
};

/* The shortest guard time of the cards that are wanted; UINT64_MAX without one. */
uint64_t fc_config_guard_ns(const struct fc_config *config);

/* An empty configuration: predefined records, defaults. */
void fc_config_init(struct fc_config *config);

/* ------------------------------------------------------------------ one line */
enum fc_config_mode {
	FC_CONFIG_GLOBAL,
	FC_CONFIG_CARD,
	FC_CONFIG_RECORD,
	FC_CONFIG_EXPORTER,
	FC_CONFIG_MONITOR,
	FC_CONFIG_SAMPLER,
	FC_CONFIG_INTERFACE,
	FC_CONFIG_REDUNDANCY
};
#define FC_CONFIG_MODES (FC_CONFIG_REDUNDANCY + 1)

/* The section that lines belong to; all zeros: none yet. */
struct fc_config_cursor {
	enum fc_config_mode mode;
	bool ended;             /* the line was "end", or "exit" outside of any section */
	bool whole;             /* lines of a whole text: how many monitors a card needs is
				   looked at when it is over (fc_config_read does) */
	char name[FC_FNF_NAME]; /* of the object */
	unsigned slot, port;
};

/*
 * Apply one line. Return 0 (also for an empty line and a comment), or -EINVAL with line->column and
 * line->message; the configuration and the cursor are then what they were. A message that begins
 * with "% " is a sentence of its own (what was said cannot be done now); the others belong to the
 * caret (it cannot be said).
 */
int fc_config_line(struct fc_config *config, struct fc_config_cursor *cursor, const char *text,
		   struct fc_syntax_line *line);

/* The rows of all sections, by enum fc_config_mode, for '?', Tab and the reference. */
const struct fc_syntax_command *fc_config_commands(size_t *rows);

/* What stands in a prompt's parentheses: "config", "config-flow-record". */
const char *fc_config_prompt(const struct fc_config_cursor *cursor);

/* ------------------------------------------------------------------ whole texts */
/*
 * Read a configuration. Return 0, or -EINVAL with every complaint written to `complaints`: line
 * number, the line, a caret under the word, a sentence. *config is whole in the first case and not
 * to be used in the other.
 */
int fc_config_read(struct fc_config *config, FILE *in, const char *name, FILE *complaints);

enum fc_config_part {
	FC_CONFIG_ALL,
	FC_CONFIG_RECORDS,
	FC_CONFIG_EXPORTERS,
	FC_CONFIG_MONITORS,
	FC_CONFIG_SAMPLERS,
	FC_CONFIG_CARDS,
	FC_CONFIG_INTERFACES,
	FC_CONFIG_PAIR /* the section redundancy */
};

struct fc_config_what {
	enum fc_config_part part;
	const char *name; /* of one object or interface; NULL: all of this kind */
	bool expand;      /* of a monitor: its record and exporters before it */
};

/*
 * The running configuration, or a part of it, as lines that fc_config_read takes. What has its
 * default is not written. `what` NULL: all. Return 0, or -ENOENT: there is no object of this name.
 */
int fc_config_write(const struct fc_config *config, const struct fc_config_what *what, FILE *out);

/* Is this the password of "enable"? No password fits where none is set. */
bool fc_config_secret_fits(const struct fc_config *config, const char *password);

/* ------------------------------------------------------------------ what follows from it */
/* Why `mode sso` makes no pair of this unit, as a sentence without a full stop; NULL: it does, or
 * the mode is none. */
const char *fc_config_redundancy_lacks(const struct fc_config *config);

/* "HundredGigE7/0/0", "Hu7/0/0" and what lies between. Return 0 or -EINVAL. */
int fc_config_interface_parse(const char *text, unsigned *slot, unsigned *port);

/* Who uses an object. */
bool fc_config_record_used(const struct fc_config *config, int record);
bool fc_config_exporter_used(const struct fc_config *config, int exporter);
bool fc_config_sampler_used(const struct fc_config *config, int sampler);
bool fc_config_monitor_bound(const struct fc_config *config, int monitor);

/* One monitor of a card that the ports of the card need. */
struct fc_config_need {
	int monitor; /* flow monitor */
	bool ipv4, ipv6;
	uint32_t mask[FC_VECTOR_WORDS];
	uint32_t ports, ports_out;         /* bit p: port p */
	int sampler[2][FC_CARD_PORTS_MAX]; /* by enum fc_config_direction; FC_CONFIG_NONE */
};

/*
 * What the monitors of a card must be for these ports: one for each flow monitor, two where it
 * stands differently for IPv4 than for IPv6 (ports, samplers, key mask). Return how many, or
 * -E2BIG: more than FC_CARD_MONITORS_MAX.
 */
int fc_config_needs(const struct fc_fnf *fnf, const struct fc_config_port port[FC_CARD_PORTS_MAX],
		    struct fc_config_need need[FC_CARD_MONITORS_MAX]);

/* How often a packet that comes in at `port` would be metered. */
unsigned fc_config_crowd(const struct fc_config_need *need, unsigned count, unsigned port,
			 bool ipv6);

/* The same as the card takes it, without samplers; which[n] is the flow monitor of card monitor n.
 * Return as fc_config_needs. */
int fc_config_card_monitors(const struct fc_config *config, unsigned slot,
			    struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX],
			    int which[FC_CARD_MONITORS_MAX]);

#endif
