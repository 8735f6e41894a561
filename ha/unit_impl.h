/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of a unit. Private to ha/unit*.c. */
#ifndef FC_UNIT_IMPL_H
#define FC_UNIT_IMPL_H

#include <ha/consumer.h>
#include <ha/unit.h>

struct fc_unit_snapshot {
	atomic_uint users;
	struct fc_config config;
};

/* A slot and what hangs on it. */
struct fc_unit_place {
	struct fc_slot *slot;
	struct fc_consumer *consumer;
	unsigned users;
	struct fc_config_card card; /* that it was started with */
};

uint64_t fc_unit_now_ms(void);

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

#endif
