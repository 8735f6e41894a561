// SPDX-License-Identifier: BSD-2-Clause
#include "tests/fuzz/peer_world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void remember(struct world *w, const struct fc_message *m)
{
	struct fc_pair_config config = {0};
	char why[PAIR_TEXT];

	if (m->type == FC_MESSAGE_SAYS && pair_says_read(m, &w->said, why))
		abort();
	if (m->type == FC_MESSAGE_COMMIT && fc_cut_id_read(m, &w->committed, why))
		abort();
	if (m->type == FC_MESSAGE_CONFIG) {
		if (pair_config_read(m, &config, &w->config_serial, why))
			abort();
		pair_config_free(&config);
	}
}

static void on_send(void *context, struct fc_message *m)
{
	if (m->overflow || fc_message_check(m))
		abort();
	remember(context, m);
	fc_message_free(m);
}

static size_t on_queued(void *context)
{
	(void)context;
	return 0;
}

static void on_hang_up(void *context, const char *why)
{
	struct world *w = context;

	(void)why;
	w->hung_up = true;
}

static void on_claim(void *context, uint64_t term)
{
	((struct world *)context)->asked = term;
}

static void on_gate(void *context, enum fc_rf_gate gate)
{
	const struct world *w = context;

	if (gate != FC_RF_GATE_CLOSED && (!w->granted || fc_pair_rf(w->pair)->term != w->granted))
		abort();
}

static void on_role(void *context, enum fc_pair_role role, uint64_t term)
{
	(void)context;
	(void)role;
	(void)term;
}

static void on_event(void *context)
{
	(void)context;
}

static void on_hook(void *context, bool to_me)
{
	(void)context;
	(void)to_me;
}

static bool on_yes(void *context)
{
	(void)context;
	return true;
}

static int on_export(void *context, const struct fc_message *m, char *why)
{
	struct fc_message_field field;

	(void)context;
	if (!fc_message_find(m, 200, &field)) {
		strcpy(why, "no such exporter");
		return -EPROTO;
	}
	return 0;
}

static void on_commit(void *context, uint64_t cut)
{
	(void)context;
	(void)cut;
}

static int on_config_read(void *context, struct fc_pair_config *out)
{
	(void)context;
	*out = (struct fc_pair_config){
		.text = strdup("flow monitor M\n"), .ids = strdup(""), .checksum = 77};
	return out->text && out->ids ? 0 : -ENOMEM;
}

static int on_config_take(void *context, const struct fc_pair_config *config, char *why)
{
	(void)context;
	if (!config->text && !config->line)
		abort();
	strcpy(why, "it cannot be said");
	return config->checksum % 7 == 6 ? -EINVAL : 0;
}

static unsigned on_healthy(void *context)
{
	(void)context;
	return 1;
}

static uint64_t on_time(void *context)
{
	return ((const struct world *)context)->now_ms * 1000;
}

static uint64_t on_card_time(void *context, unsigned slot)
{
	return slot % 3 ? 0 : on_time(context) + slot;
}

static void on_log(void *context, const char *facility, int level, const char *mnemonic,
		   const char *text)
{
	(void)context;
	(void)facility;
	(void)level;
	if (!*mnemonic || !*text)
		abort();
}

const struct fc_pair_host world_host = {
	.now_us = on_time,
	.send = on_send,
	.queued = on_queued,
	.hang_up = on_hang_up,
	.claim = on_claim,
	.role = on_role,
	.gate = on_gate,
	.barrier = on_event,
	.hook = on_hook,
	.quiet = on_yes,
	.followed = on_yes,
	.drained = on_yes,
	.export_message = on_export,
	.export_commit = on_commit,
	.export_rollback = on_event,
	.config_read = on_config_read,
	.config_take = on_config_take,
	.healthy = on_healthy,
	.card_ns = on_card_time,
	.guard_ns = on_time,
	.moved = on_event,
	.log = on_log,
	.reload = on_event,
};

/* ------------------------------------------------------------------ checks */
void world_read_fields(const struct fc_message *m)
{
	struct fc_message_field field;
	uint64_t value;
	char text[40];
	size_t at = 0;
	int got;

	while ((got = fc_message_next(m, &at, &field)) > 0) {
		uint8_t sum = 0;

		for (size_t i = 0; i < field.octets; i++)
			sum ^= field.value[i];
		if (sum == 7 && fc_message_u64(m, field.tag, &value) == -ENOENT)
			abort();
		fc_message_text(m, field.tag, text, sizeof(text));
	}
	if (got < 0)
		abort(); /* the stream had looked */
}

void world_give_base(struct world *w, const struct fc_message *m)
{
	struct fc_base_look before, after;
	struct fc_message *ack = NULL;
	char why[FC_CUT_TEXT] = "";
	int got;

	fc_base_look(w->base, &before);
	got = fc_base_message(w->base, m, &ack, why);
	fc_base_look(w->base, &after);
	if ((got == 1) != (ack != NULL) || (got < 0 && !*why))
		abort();
	if (got < 0 && (before.flows != after.flows || before.building != after.building ||
			before.committed != after.committed || before.commits != after.commits))
		abort();
	if (before.term == after.term && after.committed < before.committed)
		abort();
	if (ack)
		on_send(w, ack);
	if (got < 0)
		fc_base_rollback(w->base);
}

void world_check_base(struct world *w)
{
	struct fc_base_look look;
	struct fc_cut_flow got[16];
	size_t at = 0, count, all = 0;

	fc_base_rollback(w->base);
	fc_base_look(w->base, &look);
	while ((count = fc_base_next(w->base, &at, got, 16)))
		all += count;
	if (all != look.flows || look.flows > FLOWS_MAX || look.building)
		abort();
}
