/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The four brokers of a unit and their lock, and what their objects say. A commit puts in what
 * differs between two configurations; consumers (ha/consumer.h) take it. Page: docs/brokers.md.
 */
#ifndef FC_BROKERS_H
#define FC_BROKERS_H

#include <ha/broker.h>
#include <ha/config.h>

/* In the order of a commit: what is used comes before what uses it. */
enum fc_brokers_kind {
	FC_BROKERS_SAMPLER,
	FC_BROKERS_EXPORTER,
	FC_BROKERS_RECORD,
	FC_BROKERS_MONITOR,
	FC_BROKERS_KINDS
};

/* An object as a card takes it: with its number in struct fc_fnf, unused octets 0. */
struct fc_brokers_sampler {
	int number;
	struct fc_fnf_sampler sampler;
};

struct fc_brokers_exporter {
	int number;
	struct fc_fnf_exporter exporter;
};

struct fc_brokers_record {
	int number;
	struct fc_fnf_record record;
};

#define FC_BROKERS_UNSAMPLED 255

/* With all places it is bound to; so a change of bindings is an update of the monitor. */
struct fc_brokers_monitor {
	int number;
	struct fc_fnf_monitor monitor;
	/* [slot][port][direction][family]; 0: not there, FC_BROKERS_UNSAMPLED, or sampler + 1 */
	uint8_t bound[FC_CONFIG_SLOTS][FC_CARD_PORTS_MAX][2][2];
};

struct fc_brokers;

struct fc_brokers *fc_brokers_create(void); /* NULL: no memory */
void fc_brokers_destroy(struct fc_brokers *brokers);

/* Between the two the list is the caller's; not for long, and never while waiting for anything. */
struct fc_broker *fc_brokers_lock(struct fc_brokers *brokers, enum fc_brokers_kind kind);
void fc_brokers_unlock(struct fc_brokers *brokers);
/* The same list while the lock is held. */
struct fc_broker *fc_brokers_at(struct fc_brokers *brokers, enum fc_brokers_kind kind);

/*
 * Put in what differs: samplers, exporters, records, monitors; then deletes, the other way round.
 * `from` NULL: everything is new. Return 0 or -ENOMEM; nothing was put in then. Any thread, one at
 * a time. `now_ms` grows.
 */
int fc_brokers_commit(struct fc_brokers *brokers, const struct fc_config *from,
		      const struct fc_config *to, uint64_t now_ms);

/* Grows with each commit that put something in; any thread. */
uint64_t fc_brokers_commits(struct fc_brokers *brokers);

/* Trim when nothing has been committed or taken for a minute; the lock is held. */
#define FC_BROKERS_QUIET_MS 60000
void fc_brokers_touch(struct fc_brokers *brokers, uint64_t now_ms);
void fc_brokers_tidy(struct fc_brokers *brokers, uint64_t now_ms);

#endif
