// SPDX-License-Identifier: BSD-2-Clause
/* Predefined flow records as key masks, and the monitors of a card that follow from a
 * configuration. */
#include <errno.h>
#include <flowcard/registers.h>
#include <ha/config.h>
#include <string.h>

/* The seven keys of classic NetFlow, the IP version with them. */
static void classic(uint32_t mask[FC_VECTOR_WORDS])
{
	uint8_t ones[16];

	memset(mask, 0, FC_VECTOR_WORDS * sizeof(*mask));
	memset(ones, 0xff, sizeof(ones));
	fc_vec_set_src(mask, ones);
	fc_vec_set_dst(mask, ones);
	fc_vec_set_sport(mask, UINT16_MAX);
	fc_vec_set_dport(mask, UINT16_MAX);
	fc_vec_set_proto(mask, UINT8_MAX);
	fc_vec_set_tos(mask, UINT8_MAX);
	fc_vec_set_ip_version(mask, 0xf);
	fc_vec_set_input_port(mask, UINT8_MAX);
}

/* IOS has flow label and extension headers among the keys of its IPv6 record. */
static void ipv6_original(uint32_t mask[FC_VECTOR_WORDS])
{
	classic(mask);
	fc_vec_set_label_id(mask, 0xfffff);
	fc_vec_set_ext_map(mask, UINT8_MAX);
}

static const struct fc_config_record records[] = {
	{"netflow-original", true, false, classic},
	{"netflow ipv4 original-input", true, false, classic},
	{"netflow ipv6 original-input", false, true, ipv6_original},
	{"original-input", true, true, classic},
};

const struct fc_config_record *fc_config_record_find(const char *name)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++)
		if (!strcmp(records[i].name, name))
			return &records[i];
	return NULL;
}

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
