// SPDX-License-Identifier: BSD-2-Clause
/*
 * The parts of a unit as clients of the redundancy facility, told of each step in this order. Ids
 * and sequences are IOS's where the role is the same, and numbers that it leaves free where not
 * (104 to 109, before Config Sync). Those on the takeover path do nothing here: the gate, the cuts
 * and the role follow the state by themselves (pair_roles.c).
 */
#include "ha/pair/pair_impl.h"

#include <string.h>

#define WORKING_MS 5000
#define FOLLOW_MS 10000 /* for cards to come up; a pair without one is better than none */

/* Later: it answers when the function says so. */
static bool config_is_the_same(struct fc_pair *pair)
{
	return pair->config_got == pair->want && pair->config_same;
}

static bool everything_came(struct fc_pair *pair)
{
	return pair->run == pair->want && pair->peer.run == pair->run && pair->peer.synced &&
	       pair->peer.rf.term == pair->rf.term;
}

/* Of all four brokers: a card takes what they hold as one plan. */
static bool cards_have_followed(struct fc_pair *pair)
{
	return pair->host.followed(pair->context) || pair->now.ms - pair->rf.since_ms >= FOLLOW_MS;
}

static const struct {
	unsigned id, sequence;
	const char *name;
	enum fc_rf_code step; /* that takes a while */
	bool (*done)(struct fc_pair *pair);
} rows[PAIR_CLIENTS] = {
	[PAIR_CLIENT_INTERNAL] = {0, 0, "RF_INTERNAL_MSG", 0, NULL},
	[PAIR_CLIENT_MODE] = {29, 60, "Redundancy Mode RF", 0, NULL},
	[PAIR_CLIENT_IFINDEX] = {139, 62, "IfIndex", 0, NULL},
	[PAIR_CLIENT_CHECKPOINT] = {FC_PAIR_CLIENT_CHECKPOINT, 69, "CHKPT RF",
				    FC_CODE_RF_PROG_STANDBY_BULK, everything_came},
	[PAIR_CLIENT_SAMPLERS] = {7101, 104, "FNF Sampler Broker", FC_CODE_RF_PROG_STANDBY_FILESYS,
				  cards_have_followed},
	[PAIR_CLIENT_OUTPUTS] = {7102, 105, "FNF Exporter Broker", FC_CODE_RF_PROG_STANDBY_FILESYS,
				 cards_have_followed},
	[PAIR_CLIENT_RECORDS] = {7103, 106, "FNF Record Broker", FC_CODE_RF_PROG_STANDBY_FILESYS,
				 cards_have_followed},
	[PAIR_CLIENT_MONITORS] = {7104, 107, "FNF Monitor Broker", FC_CODE_RF_PROG_STANDBY_FILESYS,
				  cards_have_followed},
	[PAIR_CLIENT_FLOWS] = {FC_PAIR_CLIENT_FLOWS, 108, "FNF Flow Table", 0, NULL},
	[PAIR_CLIENT_EXPORTERS] = {FC_PAIR_CLIENT_EXPORTERS, 109, "FNF Exporters", 0, NULL},
	[PAIR_CLIENT_CONFIG] = {5, 135, "Config Sync RF clien", FC_CODE_RF_PROG_STANDBY_CONFIG,
				config_is_the_same},
	[PAIR_CLIENT_LAST] = {65000, 336, "RF_LAST_CLIENT", 0, NULL},
};

static enum fc_rf_answer notify(void *context, enum fc_rf_code code, uint32_t op, uint32_t step)
{
	struct pair_client_context *c = context;

	(void)op;
	if (code >= FC_CODE_RF_STATUS_PEER_PRESENCE)
		return FC_RF_DONE;
	c->step = 0;
	if (!rows[c->client].done || rows[c->client].step != code || rows[c->client].done(c->pair))
		return FC_RF_DONE;
	c->step = step;
	return FC_RF_LATER;
}

int pair_clients_add(struct fc_pair *pair)
{
	for (unsigned i = 0; i < PAIR_CLIENTS; i++) {
		struct fc_rf_client client = {.id = rows[i].id,
					      .sequence = rows[i].sequence,
					      .notify = notify,
					      .context = &pair->client[i]};
		int err;

		pair->client[i] =
			(struct pair_client_context){.pair = pair, .client = (enum pair_client)i};
		memcpy(client.name, rows[i].name, strlen(rows[i].name) + 1);
		err = fc_rf_client_add(&pair->rf, &client, pair->now);
		if (err)
			return err;
	}
	return 0;
}

static void look_client(struct fc_pair *pair, struct pair_client_context *c, bool still)
{
	struct fc_rf_input in = {
		.type = FC_RF_IN_CLIENT_DONE, .client = rows[c->client].id, .step = c->step};

	if (c->step != pair->rf.step.number || !pair->rf.step.waiting) {
		c->step = 0; /* the step was cut short */
	} else if (rows[c->client].done(pair)) {
		c->step = 0;
		pair_input(pair, &in);
	} else if (still) {
		in.type = FC_RF_IN_CLIENT_WORKING;
		pair_input(pair, &in);
	}
}

/* While there is a peer the standby stays cold for as long as it takes, and says what it waits for.
 */
void pair_clients_tick(struct fc_pair *pair)
{
	bool still = pair->greeted && pair->now.ms >= pair->working_ms;

	if (still)
		pair->working_ms = pair->now.ms + WORKING_MS;
	for (unsigned i = 0; i < PAIR_CLIENTS; i++)
		if (pair->client[i].step)
			look_client(pair, &pair->client[i], still);
}
