// SPDX-License-Identifier: BSD-2-Clause
/* The monitors of a card that follow from a configuration. */
#include <errno.h>
#include <ha/config.h>
#include <string.h>

static uint32_t ports_of(const struct fc_config_card *card, int monitor, unsigned family)
{
	uint32_t ports = 0;

	for (unsigned p = 0; p < FC_CARD_PORTS_MAX; p++)
		if (card->port[p].monitor[family] == monitor)
			ports |= 1u << p;
	return ports;
}

struct builder {
	struct fc_card_monitor *monitor;
	int which[FC_CARD_MONITORS_MAX];
	unsigned count;
};

static void add(struct builder *b, const struct fc_config_monitor *from, int number, uint32_t ports,
		bool ipv4, bool ipv6)
{
	struct fc_card_monitor *m = &b->monitor[b->count % FC_CARD_MONITORS_MAX];

	if (!ports)
		return;
	if (b->count++ >= FC_CARD_MONITORS_MAX)
		return;
	memset(m, 0, sizeof(*m));
	from->record->mask(m->mask);
	m->ports = ports;
	m->ipv4 = ipv4;
	m->ipv6 = ipv6;
	m->immediate = from->immediate;
	b->which[b->count - 1] = number;
}

int fc_config_card_monitors(const struct fc_config *config, unsigned slot,
			    struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX],
			    int which[FC_CARD_MONITORS_MAX])
{
	struct builder b = {.monitor = monitor};

	for (int m = 0; m < FC_CONFIG_MONITORS; m++) {
		const struct fc_config_monitor *from = &config->monitor[m];
		uint32_t ipv4 = ports_of(&config->card[slot], m, FC_CONFIG_IPV4);
		uint32_t ipv6 = ports_of(&config->card[slot], m, FC_CONFIG_IPV6);

		if (ipv4 == ipv6) {
			add(&b, from, m, ipv4, true, true);
			continue;
		}
		add(&b, from, m, ipv4, true, false);
		add(&b, from, m, ipv6, false, true);
	}
	memcpy(which, b.which, sizeof(b.which));
	return b.count > FC_CARD_MONITORS_MAX ? -E2BIG : (int)b.count;
}
