// SPDX-License-Identifier: BSD-2-Clause
/* What stands outside of sections, and the section "card". */
#include "ha/config_impl.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static int run_hostname(void *context, struct fc_syntax_line *line)
{
	struct fc_config *c = ((struct fc_config_reader *)context)->config;

	if (!line->no)
		return fc_config_keep(line, 0, c->hostname, sizeof(c->hostname));
	fc_config_text(c->hostname, sizeof(c->hostname), "flowcard");
	return 0;
}

static int run_end(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;

	(void)line;
	fc_config_enter(r, FC_CONFIG_GLOBAL, "");
	r->cursor->ended = true;
	return 0;
}

/* With a card goes what stands on its interfaces. */
int fc_config_run_card(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	struct fc_config_card *card = &r->config->card[line->value[0].number];

	if (!line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	if (line->no) {
		fc_config_card_default(card);
		return 0;
	}
	card->there = true;
	fc_config_enter(r, FC_CONFIG_CARD, "");
	r->cursor->slot = (unsigned)line->value[0].number;
	return 0;
}

static int run_transport(void *context, struct fc_syntax_line *line)
{
	static const char *const prefix[] = {"vfio-user:", "vfio:", "uio:", ""};
	struct fc_config_card *card = ((struct fc_config_reader *)context)->card;
	char where[FC_FNF_TEXT];
	int length;

	length = snprintf(where, sizeof(where), "%s%s", prefix[line->value[0].number],
			  line->value[1].text);
	if (length < 0 || (size_t)length >= sizeof(where))
		return fc_syntax_refuse(line, 1, "%% The place is too long");
	fc_config_text(card->where, sizeof(card->where), where);
	return 0;
}

static int run_number(void *context, struct fc_syntax_line *line)
{
	fc_config_number(((struct fc_config_reader *)context)->card, line);
	return 0;
}

/* Length and guard: packets of one epoch at most are late. */
static int run_epoch(void *context, struct fc_syntax_line *line)
{
	struct fc_config_card *card = ((struct fc_config_reader *)context)->card;
	struct fc_config_card changed = *card;

	fc_config_number(&changed, line);
	if ((uint64_t)changed.epoch_guard_ns >> changed.epoch_shift)
		return fc_syntax_refuse(
			line, 0, "%% A guard time of %u ns is as long as an epoch of 2^%u ns",
			(unsigned)changed.epoch_guard_ns, changed.epoch_shift);
	card->epoch_shift = changed.epoch_shift;
	card->epoch_guard_ns = changed.epoch_guard_ns;
	return 0;
}

static int run_shutdown(void *context, struct fc_syntax_line *line)
{
	((struct fc_config_reader *)context)->card->shutdown = !line->no;
	return 0;
}

static int run_description(void *context, struct fc_syntax_line *line)
{
	struct fc_config_card *c = ((struct fc_config_reader *)context)->card;

	if (!line->no)
		return fc_config_keep(line, 0, c->description, sizeof(c->description));
	memset(c->description, 0, sizeof(c->description));
	return 0;
}

#define ROW(pattern, run, detail)                                                                  \
	{                                                                                          \
		FC_CONFIG_CARD, true, pattern, run, detail                                         \
	}
#define MEMBER(member, fallback) FC_CONFIG_SETTING(fc_config_card, member, fallback)
/* clang-format off */
const struct fc_syntax_command fc_config_rows_global[] = {
	{FC_CONFIG_GLOBAL, true, "hostname NAME", run_hostname, NULL},
	{FC_CONFIG_GLOBAL, true, "enable secret NAME", fc_config_run_secret, NULL},
	{FC_CONFIG_GLOBAL, true, "enable secret {0|6} NAME", fc_config_run_secret, "typed"},
	{FC_CONFIG_GLOBAL, true, "redundancy", fc_config_run_redundancy, NULL},
	{FC_CONFIG_GLOBAL, true, "flow record NAME", fc_config_run_record, NULL},
	{FC_CONFIG_GLOBAL, true, "flow exporter NAME", fc_config_run_exporter, NULL},
	{FC_CONFIG_GLOBAL, true, "flow monitor NAME", fc_config_run_monitor, NULL},
	{FC_CONFIG_GLOBAL, true, "sampler NAME", fc_config_run_sampler, NULL},
	{FC_CONFIG_GLOBAL, true, "card <0-31>", fc_config_run_card, NULL},
	{FC_CONFIG_GLOBAL, true, "interface NAME [NAME]", fc_config_run_interface, NULL},
	{FC_CONFIG_GLOBAL, false, "exit", fc_config_run_exit, NULL},
	{FC_CONFIG_GLOBAL, false, "end", run_end, NULL},
	{0, false, NULL, NULL, NULL},
};

const struct fc_syntax_command fc_config_rows_card[] = {
	ROW("description LINE", run_description, NULL),
	{FC_CONFIG_CARD, false, "transport {vfio-user|vfio|uio|pci} NAME", run_transport, NULL},
	ROW("ring size-log2 <10-24>", run_number, MEMBER(ring_log2, 18)),
	ROW("epoch length-log2 <10-40>", run_epoch, MEMBER(epoch_shift, 30)),
	ROW("epoch guard <0-4294967295>", run_epoch, MEMBER(epoch_guard_ns, 1000000)),
	ROW("worker wait {poll|interrupt}", run_number, MEMBER(wait, FC_CONFIG_WAIT_INTERRUPT)),
	ROW("worker poll-interval <1-1000>", run_number, MEMBER(poll_ms, 2)),
	ROW("worker cpu <0-1023>", run_number, MEMBER(cpu, (uint64_t)FC_CONFIG_NONE)),
	ROW("card-loss {wait|exit}", run_number, MEMBER(loss_exit, 0)),
	ROW("shutdown", run_shutdown, NULL),
	{FC_CONFIG_CARD, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};
/* clang-format on */

uint64_t fc_config_guard_ns(const struct fc_config *config)
{
	uint64_t least = UINT64_MAX;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (fc_config_card_wanted(&config->card[s]) &&
		    config->card[s].epoch_guard_ns < least)
			least = config->card[s].epoch_guard_ns;
	return least;
}
