/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration of a unit as flowcardd reads it: cards by slot, exporters, monitors, and which
 * monitor stands on which port. The language is IOS's (flowcardd.conf(5)); what is not said has the
 * default of the struct's comment.
 */
#ifndef FC_CONFIG_H
#define FC_CONFIG_H

#include <flowcard/card.h>
#include <flowcard/export.h>
#include <ha/flow_record.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define FC_CONFIG_NAME 64
#define FC_CONFIG_PLACE 128
#define FC_CONFIG_SLOTS 32
#define FC_CONFIG_EXPORTERS 32
#define FC_CONFIG_MONITORS 32
#define FC_CONFIG_NONE (-1)

/* ifIndex of a port. */
static inline uint32_t fc_config_interface(unsigned slot, unsigned port)
{
	return slot * FC_CARD_PORTS_MAX + port + 1;
}

enum fc_config_family { FC_CONFIG_IPV4, FC_CONFIG_IPV6 };

struct fc_config_exporter {
	char name[FC_CONFIG_NAME]; /* empty: no such exporter */
	char destination[FC_CONFIG_PLACE], source[FC_CONFIG_PLACE];
	unsigned port;             /* 9995 */
	enum fc_protocol protocol; /* netflow-v9 */
	unsigned template_seconds; /* 600 */
	unsigned rate;             /* datagrams a second; 10000 */
};

struct fc_config_monitor {
	char name[FC_CONFIG_NAME]; /* empty: no such monitor */
	const struct fc_flow_record *record;
	int exporter[2];               /* FC_CONFIG_NONE: none */
	unsigned active_s, inactive_s; /* 1800, 15 */
	uint64_t entries;              /* 200000, over all rings of a card */
	bool immediate;
};

struct fc_config_port {
	int monitor[2]; /* by enum fc_config_family; FC_CONFIG_NONE: none */
};

enum fc_config_wait { FC_CONFIG_WAIT_POLL, FC_CONFIG_WAIT_INTERRUPT };

struct fc_config_card {
	bool there, shutdown;
	char where[FC_CONFIG_PLACE]; /* for fc_transport_open */
	unsigned ring_log2;          /* 18 */
	unsigned epoch_shift;        /* 30 */
	uint32_t epoch_guard_ns;     /* 1000000 */
	enum fc_config_wait wait;    /* interrupt */
	unsigned poll_ms;            /* 2: how long an idle worker sleeps at most */
	int cpu;                     /* of ring 0's worker, ring r on cpu + r; FC_CONFIG_NONE */
	bool loss_exit;              /* card-loss wait */
	struct fc_config_port port[FC_CARD_PORTS_MAX];
};

struct fc_config {
	char hostname[FC_CONFIG_NAME];
	struct fc_config_exporter exporter[FC_CONFIG_EXPORTERS];
	struct fc_config_monitor monitor[FC_CONFIG_MONITORS];
	struct fc_config_card card[FC_CONFIG_SLOTS];
};

/*
 * Read a configuration. Return 0, or -EINVAL with every complaint written to `complaints`: line
 * number, the line, a caret under the word, a sentence. *config is whole in the first case and not
 * to be used in the other.
 */
int fc_config_read(struct fc_config *config, FILE *in, const char *name, FILE *complaints);

/*
 * What the card's monitors must be for this configuration: one for each flow monitor on its ports,
 * two where it stands on other ports for IPv4 than for IPv6. `which[n]` is the flow monitor of card
 * monitor n. Return how many, or -E2BIG (more than FC_CARD_MONITORS_MAX).
 */
int fc_config_card_monitors(const struct fc_config *config, unsigned slot,
			    struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX],
			    int which[FC_CARD_MONITORS_MAX]);

#endif
