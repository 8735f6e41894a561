// SPDX-License-Identifier: BSD-2-Clause
/* The section "interface": which monitors meter the packets of a port. */
#include "ha/config_impl.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TYPE "HundredGigE"

/* A number of at most two digits. */
static const char *take_number(const char *at, unsigned limit, unsigned *out)
{
	char *end;

	if (!isdigit((unsigned char)*at))
		return NULL;
	*out = (unsigned)strtoul(at, &end, 10);
	return end - at <= 2 && *out < limit ? end : NULL;
}

static int parse_place(const char *at, unsigned *slot, unsigned *port)
{
	at = take_number(at, FC_CONFIG_SLOTS, slot);
	if (!at || strncmp(at, "/0/", 3) != 0)
		return -EINVAL;
	at = take_number(at + 3, FC_CARD_PORTS_MAX, port);
	return at && !*at ? 0 : -EINVAL;
}

static bool is_type(const char *text, size_t octets)
{
	return octets >= 2 && octets <= strlen(TYPE) && !strncasecmp(text, TYPE, octets);
}

int fc_config_interface_parse(const char *text, unsigned *slot, unsigned *port)
{
	size_t octets = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return is_type(text, octets) ? parse_place(text + octets, slot, port) : -EINVAL;
}

int fc_config_run_interface(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	unsigned slot = 0, port = 0;
	int err;

	if (line->no && !line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	if (line->values == 1)
		err = fc_config_interface_parse(line->value[0].text, &slot, &port);
	else if (is_type(line->value[0].text, strlen(line->value[0].text)))
		err = parse_place(line->value[1].text, &slot, &port);
	else
		err = -EINVAL;
	if (err)
		return fc_syntax_refuse(line, line->values - 1,
					"%% An interface is " TYPE "<slot>/0/<port>");
	if (!r->config->card[slot].there)
		return fc_syntax_refuse(line, line->values - 1, "%% There is no card in slot %u",
					slot);
	if (line->no) {
		fc_config_port_default(&r->config->card[slot].port[port]);
		return 0;
	}
	fc_config_enter(r, FC_CONFIG_INTERFACE, "");
	r->cursor->slot = slot;
	r->cursor->port = port;
	return 0;
}

/* ------------------------------------------------------------------ monitors on it */
static int refuse_monitor(const struct fc_config *config, struct fc_syntax_line *line, int m,
			  unsigned family)
{
	const char *name = line->value[0].text;
	bool of[2];

	if (config->fnf.monitor[m].record == FC_FNF_NONE)
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: %s has no record", name);
	fc_fnf_record_families(&config->fnf.record[config->fnf.monitor[m].record],
			       &of[FC_CONFIG_IPV4], &of[FC_CONFIG_IPV6]);
	if (!of[family])
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: the record of %s is for IPv%u",
					name, family == FC_CONFIG_IPV6 ? 4 : 6);
	return 0;
}

/* The card's limits, with the new binding in place. */
static int refuse_crowd(const struct fc_config_reader *r, struct fc_syntax_line *line)
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int count = fc_config_needs(&r->config->fnf, r->card->port, need);

	if (count < 0 && r->cursor->whole)
		return 0;
	if (count < 0)
		return fc_syntax_refuse(
			line, 0, "%% Flow Monitor: the card would need more than %d monitors",
			FC_CARD_MONITORS_MAX);
	for (unsigned at = 0; at < 2 * FC_CARD_PORTS_MAX; at++)
		if (fc_config_crowd(need, (unsigned)count, at / 2, at % 2) >
		    FC_CONFIG_PACKET_MONITORS)
			return fc_syntax_refuse(
				line, 0,
				"%% Flow Monitor: an IPv%u packet of " TYPE "%u/0/%u would be "
				"metered more than %d times",
				at % 2 ? 6 : 4, r->cursor->slot, at / 2, FC_CONFIG_PACKET_MONITORS);
	return 0;
}

/* A monitor that stays for one IP version only can take one more of the card's: then it is refused,
 * and "no interface" takes both away. */
static int unbind(struct fc_config_reader *r, struct fc_config_binding b[FC_FNF_BINDINGS],
		  int monitor, struct fc_syntax_line *line)
{
	struct fc_config_binding before[FC_FNF_BINDINGS];
	int err;

	memcpy(before, b, sizeof(before));
	for (unsigned i = 0; i < FC_FNF_BINDINGS; i++) {
		if (b[i].monitor != monitor)
			continue;
		memmove(&b[i], &b[i + 1], (FC_FNF_BINDINGS - i - 1) * sizeof(*b));
		b[FC_FNF_BINDINGS - 1] = (struct fc_config_binding){FC_CONFIG_NONE, FC_CONFIG_NONE};
		err = refuse_crowd(r, line);
		if (err)
			memcpy(b, before, sizeof(before));
		return err;
	}
	return fc_syntax_refuse(line, 0, "%% Flow Monitor: %s is not on this interface",
				line->value[0].text);
}

static int bind(struct fc_config_reader *r, struct fc_config_binding b[FC_FNF_BINDINGS],
		const struct fc_config_binding *fresh, struct fc_syntax_line *line)
{
	unsigned i = 0;
	int err;

	for (; i < FC_FNF_BINDINGS && b[i].monitor != FC_CONFIG_NONE; i++) {
		if (b[i].monitor != fresh->monitor)
			continue;
		if (b[i].sampler == fresh->sampler)
			return 0;
		return fc_syntax_refuse(line, 0,
					"%% Flow Monitor: %s is already on this interface with "
					"another sampler",
					line->value[0].text);
	}
	if (i == FC_FNF_BINDINGS)
		return fc_syntax_refuse(line, 0,
					"%% Flow Monitor: more than %d monitors on one interface",
					FC_FNF_BINDINGS);
	b[i] = *fresh;
	err = refuse_crowd(r, line);
	if (err)
		b[i] = (struct fc_config_binding){FC_CONFIG_NONE, FC_CONFIG_NONE};
	return err;
}

static int find_sampler(const struct fc_config *config, struct fc_syntax_line *line, int *out)
{
	const struct fc_syntax_value *name = fc_syntax_after(line, "sampler");

	*out = FC_CONFIG_NONE;
	if (!name)
		return 0;
	*out = fc_fnf_sampler_find(&config->fnf, name->text);
	if (*out < 0)
		return fc_syntax_refuse(line, 1, "%% Sampler: %s does not exist", name->text);
	if (!config->fnf.sampler[*out].mode)
		return fc_syntax_refuse(line, 1, "%% Sampler: %s has no mode", name->text);
	return 0;
}

static int run_bind(struct fc_config_reader *r, struct fc_syntax_line *line, unsigned family)
{
	unsigned wanted = 2 + (fc_syntax_after(line, "sampler") != NULL), direction;
	struct fc_config_binding fresh, *b;
	int err;

	if (line->values < wanted)
		return fc_syntax_refuse(line, line->values, "Incomplete command.");
	direction = (unsigned)line->value[wanted - 1].number;
	b = r->port->binding[direction][family];
	fresh.monitor = fc_fnf_monitor_find(&r->config->fnf, line->value[0].text);
	if (fresh.monitor < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: %s does not exist",
					line->value[0].text);
	if (line->no)
		return unbind(r, b, fresh.monitor, line);
	err = find_sampler(r->config, line, &fresh.sampler);
	if (!err)
		err = refuse_monitor(r->config, line, fresh.monitor, family);
	return err ? err : bind(r, b, &fresh, line);
}

static int run_bind_ipv4(void *context, struct fc_syntax_line *line)
{
	return run_bind(context, line, FC_CONFIG_IPV4);
}

static int run_bind_ipv6(void *context, struct fc_syntax_line *line)
{
	return run_bind(context, line, FC_CONFIG_IPV6);
}

static int run_description(void *context, struct fc_syntax_line *line)
{
	struct fc_config_port *p = ((struct fc_config_reader *)context)->port;

	if (!line->no)
		return fc_config_keep(line, 0, p->description, sizeof(p->description));
	memset(p->description, 0, sizeof(p->description));
	return 0;
}

const struct fc_syntax_command fc_config_rows_interface[] = {
	{FC_CONFIG_INTERFACE, true, "description LINE", run_description, NULL},
	{FC_CONFIG_INTERFACE, true, "ip flow monitor NAME [sampler NAME] {input|output}",
	 run_bind_ipv4, NULL},
	{FC_CONFIG_INTERFACE, true, "ipv6 flow monitor NAME [sampler NAME] {input|output}",
	 run_bind_ipv6, NULL},
	{FC_CONFIG_INTERFACE, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};
