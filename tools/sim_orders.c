/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands of flowcard-sim: what can happen to a card. docs/man/flowcard-sim.1 lists them. */
#include "tools/sim_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MOST 1000000000u

/* Out of its slot: no power, nobody can reach it, what it knew is lost. */
static int pull_out(struct fc_sim *s, unsigned value)
{
	(void)value;
	fc_vfu_socket_drop(&s->socket, true);
	s->absent = true;
	fc_pci_config_init(fc_sim_config(s), fc_sim_config(s)->vectors);
	fc_sim_card_ops.configured(&s->card, fc_sim_config(s));
	return fc_sim_card_ops.reset(&s->card);
}

/* A machine has no way back for a card whose socket was closed. */
static int plug_in(struct fc_sim *s, unsigned value)
{
	(void)value;
	if (s->options->qemu >= 0)
		return -EOPNOTSUPP;
	fc_vfu_socket_drop(&s->socket, false);
	s->absent = false;
	return 0;
}

static int all_ones(struct fc_sim *s, unsigned value)
{
	s->card.all_ones = value;
	return 0;
}

static int lose_interrupts(struct fc_sim *s, unsigned value)
{
	s->card.lose = value;
	return 0;
}

static int corrupt(struct fc_sim *s, unsigned value)
{
	fcsim_record_corrupt(s->card.sim, value);
	return 0;
}

static int freeze(struct fc_sim *s, unsigned value)
{
	fc_sim_card_freeze(&s->card, value);
	return 0;
}

static int link_set(struct fc_sim *s, unsigned value)
{
	fcsim_link_set(s->card.sim, value);
	fc_pci_config_link_set(fc_sim_config(s), value);
	return 0;
}

static int axi_error(struct fc_sim *s, unsigned value)
{
	fcsim_axi_fail(s->card.sim, value);
	return 0;
}

static int pause_feeds(struct fc_sim *s, unsigned value)
{
	s->paused = value;
	return 0;
}

static int error_event(struct fc_sim *s, unsigned value)
{
	(void)value;
	return fc_vfu_server_error(&s->server) ? 0 : -ENOTCONN;
}

static int request_event(struct fc_sim *s, unsigned value)
{
	(void)value;
	return fc_vfu_server_request(&s->server) ? 0 : -ENOTCONN;
}

static int stop(struct fc_sim *s, unsigned value)
{
	(void)value;
	s->stopping = true;
	return 0;
}

enum argument { NOTHING, COUNT, ON_OFF, UP_DOWN };

struct order {
	const char *name;
	enum argument argument;
	int (*execute)(struct fc_sim *s, unsigned value);
};

static const struct order orders[] = {
	{"pull-out", NOTHING, pull_out},     {"plug-in", NOTHING, plug_in},
	{"all-ones", ON_OFF, all_ones},      {"lose-interrupts", COUNT, lose_interrupts},
	{"corrupt", COUNT, corrupt},         {"freeze", ON_OFF, freeze},
	{"link", UP_DOWN, link_set},         {"axi-error", COUNT, axi_error},
	{"pause", ON_OFF, pause_feeds},      {"error", NOTHING, error_event},
	{"request", NOTHING, request_event}, {"stop", NOTHING, stop},
};

static const char *const wants[] = {
	[NOTHING] = "takes no argument",
	[COUNT] = "wants a count up to 1000000000",
	[ON_OFF] = "wants on or off",
	[UP_DOWN] = "wants up or down",
};

static bool argument_is(enum argument kind, const char *text, unsigned *value)
{
	char *end;
	unsigned long n;

	switch (kind) {
	case NOTHING:
		return !*text;
	case ON_OFF:
		*value = !strcmp(text, "on");
		return *value || !strcmp(text, "off");
	case UP_DOWN:
		*value = !strcmp(text, "up");
		return *value || !strcmp(text, "down");
	default:
		n = strtoul(text, &end, 10);
		*value = (unsigned)n;
		return *text >= '0' && *text <= '9' && !*end && n <= COUNT_MOST;
	}
}

static void execute(struct fc_sim *s, const struct order *o, const char *text,
		    char answer[FC_SIM_LINE])
{
	unsigned value = 0;
	int err;

	if (!argument_is(o->argument, text, &value)) {
		snprintf(answer, FC_SIM_LINE, "error: %s %s", o->name, wants[o->argument]);
		return;
	}
	err = o->execute(s, value);
	if (err) {
		snprintf(answer, FC_SIM_LINE, "error: %s: %s", o->name, strerror(-err));
		return;
	}
	fc_sim_say("%s%s%s", o->name, *text ? " " : "", text);
	snprintf(answer, FC_SIM_LINE, "ok");
}

void fc_sim_order(struct fc_sim *s, const char *line, char answer[FC_SIM_LINE])
{
	size_t word = strcspn(line, " ");
	const char *text = line + word + (line[word] == ' ');

	if (!strcmp(line, "status")) {
		fc_sim_status(s, answer);
		return;
	}
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strlen(orders[i].name) == word && !strncmp(orders[i].name, line, word)) {
			execute(s, &orders[i], text, answer);
			return;
		}
	}
	snprintf(answer, FC_SIM_LINE, "error: no command is called \"%.*s\"", (int)word, line);
}
