/* SPDX-License-Identifier: BSD-2-Clause */
/* Two links in one process, on loopback addresses of their own, and what they report and log. */
#ifndef TESTS_HA_PEER_LINK_RIG_H
#define TESTS_HA_PEER_LINK_RIG_H

#include <ha/clock.h>
#include <ha/peer/link.h>

#define RIG_PORT 4801

struct rig_end {
	struct fc_link *link;
	unsigned ups, downs, messages;
	struct fc_link_report up, down; /* the newest */
	uint64_t last;                  /* number of the newest message */
	uint64_t octets;                /* of messages */
	/* Takes the message; NULL: it is counted and freed. */
	void (*on_message)(struct rig_end *end, struct fc_message *m);
};

/* end[1], end[2]: units 1 and 2. */
extern struct rig_end rig_end[3];

/* Addresses, a folder with key files, an empty log. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* 0: somebody else's. */
const char *rig_address(unsigned unit);
const char *rig_folder(void);
/* A key file there, of this content (NULL: a good key). Return its path, good until the next call.
 */
const char *rig_key(const char *name, const char *text);
/* What unit `unit` is configured with: the pair's key, both ids known. */
struct fc_link_config rig_config(unsigned unit);
void rig_open(unsigned unit, const struct fc_link_config *config);
/* Both, with the pair's key, until both are up. */
void rig_open_pair(void);

/* Let both links run for so long, or until it is true. Return whether it is. */
bool rig_run(unsigned ms, bool (*until)(void));
void rig_step(unsigned unit, unsigned timeout_ms);
bool rig_both_up(void);
bool rig_unit_2_down(void);
bool rig_unit_2_refused(void);
/* Heartbeats came to both units on both paths. */
bool rig_beats_came(void);
/* Until unit 2 has had so many messages. */
bool rig_unit_2_gets(unsigned messages, unsigned ms);
/* Unit 2 loses its session, for this, and says why. */
void rig_expect_down(enum fc_link_down reason, const char *why);

/* A message with so many octets of value. */
struct fc_message *rig_message(enum fc_message_type type, size_t octets);
struct fc_link_stats rig_stats(unsigned unit);
/* Is this in the log by now? */
bool rig_logged(const char *text);
unsigned rig_lines(const char *text);

#endif
