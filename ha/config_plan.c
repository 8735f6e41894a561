// SPDX-License-Identifier: BSD-2-Clause
/* The monitors of a card that follow from what stands on its ports. */
#include <errno.h>
#include <ha/config.h>
#include <string.h>

/* Where a flow monitor stands for one IP version. */
static void look(const struct fc_config_port *port, int monitor, unsigned family,
		 struct fc_config_need *out)
{
	for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
		for (unsigned d = 0; d < 2; d++) {
			const struct fc_config_binding *b = port[p].binding[d][family];

			out->sampler[d][p] = FC_CONFIG_NONE;
			for (unsigned i = 0; i < FC_FNF_BINDINGS; i++) {
				if (b[i].monitor != monitor)
					continue;
				out->sampler[d][p] = b[i].sampler;
				*(d == FC_CONFIG_OUTPUT ? &out->ports_out : &out->ports) |= 1u << p;
			}
		}
}

static bool needed(const struct fc_config_need *n)
{
	return n->ports || n->ports_out;
}

static bool same_place(const struct fc_config_need *a, const struct fc_config_need *b)
{
	return a->ports == b->ports && a->ports_out == b->ports_out &&
	       !memcmp(a->sampler, b->sampler, sizeof(a->sampler)) &&
	       !memcmp(a->mask, b->mask, sizeof(a->mask));
}

/* Of one flow monitor: 0 to 2. Where it takes both IP versions alike, one mask does for both; an
 * address of version 4 lies in the first octets of one of version 6. */
static unsigned needs_of(const struct fc_fnf *fnf, const struct fc_config_port *port, int monitor,
			 struct fc_config_need out[2])
{
	const struct fc_fnf_record *record = &fnf->record[fnf->monitor[monitor].record];
	struct fc_config_need *ipv6 = &out[1];
	unsigned count;

	memset(out, 0, 2 * sizeof(*out));
	out[0].monitor = out[1].monitor = monitor;
	look(port, monitor, FC_CONFIG_IPV4, &out[0]);
	look(port, monitor, FC_CONFIG_IPV6, &out[1]);
	out[0].ipv4 = out[1].ipv6 = true;
	fc_fnf_record_mask(record, out[0].mask);
	memcpy(out[1].mask, out[0].mask, sizeof(out[0].mask));
	if (fc_fnf_record_splits(record)) {
		fc_fnf_record_mask_of(record, 4, out[0].mask);
		fc_fnf_record_mask_of(record, 6, out[1].mask);
	}
	if (needed(&out[0]) && same_place(&out[0], &out[1])) {
		out[0].ipv6 = true;
		return 1;
	}
	count = needed(&out[0]);
	if (needed(ipv6)) {
		if (!count)
			out[0] = *ipv6;
		count++;
	}
	return count;
}

int fc_config_needs(const struct fc_fnf *fnf, const struct fc_config_port port[FC_CARD_PORTS_MAX],
		    struct fc_config_need need[FC_CARD_MONITORS_MAX])
{
	unsigned count = 0;

	for (int m = 0; m < FC_FNF_MONITORS; m++) {
		struct fc_config_need of[2];
		unsigned more;

		if (!*fnf->monitor[m].name || fnf->monitor[m].record == FC_FNF_NONE)
			continue;
		more = needs_of(fnf, port, m, of);
		if (count + more > FC_CARD_MONITORS_MAX)
			return -E2BIG;
		memcpy(&need[count], of, more * sizeof(*of));
		count += more;
	}
	return (int)count;
}

unsigned fc_config_crowd(const struct fc_config_need *need, unsigned count, unsigned port,
			 bool ipv6)
{
	unsigned times = 0;

	for (unsigned n = 0; n < count; n++)
		if (ipv6 ? need[n].ipv6 : need[n].ipv4)
			times +=
				(need[n].ports >> port & 1) + (need[n].ports_out >> (port ^ 1) & 1);
	return times;
}

int fc_config_card_monitors(const struct fc_config *config, unsigned slot,
			    struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX],
			    int which[FC_CARD_MONITORS_MAX])
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int count = fc_config_needs(&config->fnf, config->card[slot].port, need);

	for (int n = 0; n < count; n++) {
		struct fc_card_monitor *m = &monitor[n];

		memset(m, 0, sizeof(*m));
		memcpy(m->mask, need[n].mask, sizeof(m->mask));
		m->ports = need[n].ports;
		m->ports_out = need[n].ports_out;
		m->ipv4 = need[n].ipv4;
		m->ipv6 = need[n].ipv6;
		m->immediate = config->fnf.monitor[need[n].monitor].cache == FC_CACHE_IMMEDIATE;
		which[n] = need[n].monitor;
	}
	return count;
}
