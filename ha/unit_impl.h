/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a unit. Private to ha/unit*.c. */
#ifndef FC_UNIT_IMPL_H
#define FC_UNIT_IMPL_H

#include <ha/clock.h>
#include <ha/consumer.h>
#include <ha/unit.h>

struct fc_unit_snapshot {
	atomic_uint users;
	struct fc_config config;
};

/* A slot and what hangs on it. */
struct fc_unit_place {
	struct fc_unit *unit;
	unsigned number;
	struct fc_slot *slot;
	struct fc_consumer *consumer;
	unsigned users;
	struct fc_config_card card; /* that it was started with */
	uint8_t secret[FC_CARD_HASH_KEY_OCTETS];
};

/* NULL: no memory. */
struct fc_unit_snapshot *fc_unit_snapshot_create(const struct fc_config *config);
struct fc_unit_snapshot *fc_unit_snapshot_hold(struct fc_unit *unit);
void fc_unit_snapshot_release(struct fc_unit_snapshot *snapshot);

/* Take `fresh` over as the running configuration: brokers, follower. The commit lock is held.
 * Return 0, or -ENOMEM and `fresh` stays the caller's. */
int fc_unit_commit(struct fc_unit *unit, struct fc_unit_snapshot *fresh);

/* The follower; and its parts, for start and stop. */
void *fc_unit_follow(void *unit);
int fc_unit_place_start(struct fc_unit *unit, const struct fc_config *config, unsigned number);
void fc_unit_places_end(struct fc_unit *unit, const struct fc_config *config);

/* ------------------------------------------------------------------ a pair; ha/unit_pair*.c */
struct fc_link_config;
struct fc_pair_thread_config;
void fc_unit_pair_link(const struct fc_config_redundancy *r, struct fc_link_config *out);
/* All that the section says; the host stays as it is. */
void fc_unit_pair_config(const struct fc_config *config, struct fc_pair_thread_config *out);
/* Does the configuration make a pair of this unit; the pair that runs (or that none does)? */
bool fc_unit_pair_wanted(const struct fc_config *config);
bool fc_unit_pair_same(const struct fc_unit *unit, const struct fc_config *config);
/* Can its keys be read? Asked before a pair that runs is given up. 0, or -errno with a sentence. */
int fc_unit_pair_try(const struct fc_config *config, char *error, size_t error_octets);
/* The engine, its sockets; then what needs cuts; then start. Return 0, or -errno with a sentence.
 * A unit alone: nothing happens, here and below. */
int fc_unit_pair_create(struct fc_unit *unit, const struct fc_config *config, char *error,
			size_t error_octets);
int fc_unit_pair_start(struct fc_unit *unit, const struct fc_config *config);
/* Hand over, say goodbye. Return whether this unit is to send what it still has. */
bool fc_unit_pair_leave(struct fc_unit *unit);
/* After the slots have ended. */
void fc_unit_pair_destroy(struct fc_unit *unit);
void fc_unit_pair_maintain(struct fc_unit *unit, const struct fc_config *config);
/* The configuration has changed: by this line in the section that the cursor stood in, or (NULL) as
 * a whole. Without the commit lock. */
void fc_unit_pair_changed(struct fc_unit *unit, const struct fc_config_cursor *cursor,
			  const char *line);
struct fc_cuts *fc_unit_cuts(struct fc_unit *unit); /* NULL: alone */

/* With a pair: before it starts, and before it is destroyed. Return 0, -ENOMEM, -errno. */
int fc_unit_orphans_create(struct fc_unit *unit);
void fc_unit_orphans_destroy(struct fc_unit *unit);

/* The facility of a unit alone. Return 0, -ENOMEM. */
int fc_unit_alone_create(struct fc_unit *unit);

#endif
