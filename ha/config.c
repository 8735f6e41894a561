// SPDX-License-Identifier: BSD-2-Clause
/* The whole of a configuration: its defaults, and reading one from a file. */
#include "ha/config_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void fc_config_text(char *to, size_t octets, const char *from)
{
	size_t i = 0;

	for (; i + 1 < octets && from[i]; i++)
		to[i] = from[i];
	memset(to + i, 0, octets - i);
}

void fc_config_port_default(struct fc_config_port *port)
{
	memset(port, 0, sizeof(*port));
	for (unsigned d = 0; d < 2; d++)
		for (unsigned f = 0; f < 2; f++)
			for (unsigned b = 0; b < FC_FNF_BINDINGS; b++)
				port->binding[d][f][b] =
					(struct fc_config_binding){FC_CONFIG_NONE, FC_CONFIG_NONE};
}

void fc_config_card_default(struct fc_config_card *card)
{
	memset(card, 0, sizeof(*card));
	card->ring_log2 = 18;
	card->epoch_shift = 30;
	card->epoch_guard_ns = 1000000;
	card->wait = FC_CONFIG_WAIT_INTERRUPT;
	card->poll_ms = 2;
	card->cpu = FC_CONFIG_NONE;
	for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
		fc_config_port_default(&card->port[p]);
}

void fc_config_init(struct fc_config *config)
{
	memset(config, 0, sizeof(*config));
	fc_config_text(config->hostname, sizeof(config->hostname), "flowcard");
	fc_fnf_init(&config->fnf);
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		fc_config_card_default(&config->card[s]);
}

/* ------------------------------------------------------------------ who uses what */
bool fc_config_record_used(const struct fc_config *config, int record)
{
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++)
		if (*config->fnf.monitor[m].name && config->fnf.monitor[m].record == record)
			return true;
	return false;
}

bool fc_config_exporter_used(const struct fc_config *config, int exporter)
{
	for (unsigned m = 0; m < FC_FNF_MONITORS; m++)
		for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++)
			if (*config->fnf.monitor[m].name &&
			    config->fnf.monitor[m].exporter[e] == exporter)
				return true;
	return false;
}

static const struct fc_config_binding *binding(const struct fc_config *config, unsigned index)
{
	const unsigned each = sizeof(config->card[0].port[0].binding) /
			      sizeof(config->card[0].port[0].binding[0][0][0]);
	const struct fc_config_card *card = &config->card[index / each / FC_CARD_PORTS_MAX];

	return &card->port[index / each % FC_CARD_PORTS_MAX].binding[0][0][0] + index % each;
}

#define BINDINGS (FC_CONFIG_SLOTS * FC_CARD_PORTS_MAX * 2 * 2 * FC_FNF_BINDINGS)

bool fc_config_sampler_used(const struct fc_config *config, int sampler)
{
	for (unsigned i = 0; i < BINDINGS; i++)
		if (binding(config, i)->sampler == sampler)
			return true;
	return false;
}

bool fc_config_monitor_bound(const struct fc_config *config, int monitor)
{
	for (unsigned i = 0; i < BINDINGS; i++)
		if (binding(config, i)->monitor == monitor)
			return true;
	return false;
}

/* ------------------------------------------------------------------ a file */
static void complain(FILE *out, const char *name, unsigned number, const char *text,
		     const struct fc_syntax_line *line)
{
	fprintf(out, "%s:%u: %s\n", name, number, line->message);
	fprintf(out, "  %.*s\n  ", FC_SYNTAX_LINE, text);
	for (unsigned i = 0; i < line->column && text[i]; i++)
		fputc(text[i] == '\t' ? '\t' : ' ', out);
	fputs("^\n", out);
}

/* What only the whole can show. Objects and cards that are not complete are no error, as on a
 * router: they do nothing until they are. */
static unsigned check(const struct fc_config *c, const char *name, FILE *out)
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	unsigned wrong = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (fc_config_needs(&c->fnf, c->card[s].port, need) < 0)
			wrong += fprintf(out, "%s: card %u would need more than %d monitors\n",
					 name, s, FC_CARD_MONITORS_MAX) > 0;
	return wrong;
}

/* An octet 0 would hide what is behind it; so it is one that is refused. */
static void end_line(char *text, size_t octets)
{
	for (size_t i = 0; i < octets; i++)
		if (!text[i])
			text[i] = 1;
	while (octets && (text[octets - 1] == '\n' || text[octets - 1] == '\r'))
		text[--octets] = '\0';
}

int fc_config_read(struct fc_config *config, FILE *in, const char *name, FILE *complaints)
{
	struct fc_config_cursor cursor = {.whole = true};
	struct fc_syntax_line line;
	unsigned number = 0, wrong = 0;
	char *text = NULL;
	size_t room = 0;
	ssize_t octets;

	fc_config_init(config);
	while ((octets = getline(&text, &room, in)) >= 0) {
		number++;
		end_line(text, (size_t)octets);
		if (fc_config_line(config, &cursor, text, &line)) {
			complain(complaints, name, number, text, &line);
			wrong++;
		}
	}
	free(text);
	if (!feof(in))
		wrong += fprintf(complaints, "%s: cannot be read\n", name) > 0;
	if (!wrong)
		wrong = check(config, name, complaints);
	return wrong ? -EINVAL : 0;
}
