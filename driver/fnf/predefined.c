/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The objects that are there from the start, in the order in which they are made. No flow record of
 * the protocol-port and prefix schemes is among them: a record of one's own with "source prefix
 * minimum-mask" says the same.
 */
#include <flowcard/fnf.h>
#include <string.h>

/* Fields as words: those before the bar are keys. */
struct predefined {
	enum fc_fnf_record_kind kind;
	const char *name, *description;
	const char *const *keys, *const *values;
};

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define ORIGIN "routing source as", "routing destination as"
#define PEER "routing source as peer", "routing destination as peer"
#define SUMS                                                                                       \
	"counter bytes", "counter packets", "timestamp sys-uptime first",                          \
		"timestamp sys-uptime last"
#define IPV4_KEYS(interface)                                                                       \
	LIST("ipv4 tos", "ipv4 protocol", "ipv4 source address", "ipv4 destination address",       \
	     "transport source-port", "transport destination-port", interface, "flow sampler")
#define IPV4_VALUES(as, interface)                                                                 \
	LIST(as, "routing next-hop address ipv4", "ipv4 source mask", "ipv4 destination mask",     \
	     "transport tcp flags", interface, SUMS)
#define IPV6_KEYS(interface)                                                                       \
	LIST("ipv6 traffic-class", "ipv6 flow-label", "ipv6 protocol", "ipv6 extension map",       \
	     "ipv6 source address", "ipv6 destination address", "transport source-port",           \
	     "transport destination-port", interface, "flow direction", "flow sampler")
#define IPV6_VALUES(as, interface)                                                                 \
	LIST(as, "routing next-hop address ipv6", "ipv6 source mask", "ipv6 destination mask",     \
	     "transport tcp flags", interface, SUMS)
#define AS_KEYS(as) as, "interface input", "interface output", "flow direction"

/* clang-format off */
static const struct predefined predefined[] = {
	/* What version 5 exporters send and what options tables hold; of the brokers, not of monitors. */
	{FC_RECORD_V5, "netflow-v5", "Fixed record of NetFlow version 5",
		LIST("ipv4 source address", "ipv4 destination address", "ipv4 protocol", "ipv4 tos", "transport source-port",
		     "transport destination-port", "interface input"), IPV4_VALUES(ORIGIN, "interface output")},
	{FC_RECORD_OPTION, "options interface-table", "Options: interface names", NULL, NULL},
	{FC_RECORD_OPTION, "options exporter-statistics", "Options: exporter totals", NULL, NULL},
	{FC_RECORD_OPTION, "options vrf-id-name-table", "Options: VRF names", NULL, NULL},
	{FC_RECORD_OPTION, "options sampler-table", "Options: samplers", NULL, NULL},
	{FC_RECORD_OPTION, "options applications-name", "Options: application names", NULL, NULL},

	{FC_RECORD_PREDEFINED, "netflow-original", "Classic IPv4 NetFlow, input, origin ASs",
		IPV4_KEYS("interface input"), IPV4_VALUES(ORIGIN, "interface output")},
	{FC_RECORD_PREDEFINED, "netflow ipv4 original-input", "Classic IPv4 NetFlow, input, ASs",
		IPV4_KEYS("interface input"), IPV4_VALUES(ORIGIN, "interface output")},
	{FC_RECORD_PREDEFINED, "netflow ipv4 original-input peer", "Classic IPv4 NetFlow, input, peer ASs",
		IPV4_KEYS("interface input"), IPV4_VALUES(PEER, "interface output")},
	{FC_RECORD_PREDEFINED, "netflow ipv4 original-output", "Classic IPv4 NetFlow, output, ASs",
		IPV4_KEYS("interface output"), IPV4_VALUES(ORIGIN, "interface input")},
	{FC_RECORD_PREDEFINED, "netflow ipv4 original-output peer", "Classic IPv4 NetFlow, output, peer ASs",
		IPV4_KEYS("interface output"), IPV4_VALUES(PEER, "interface input")},
	{FC_RECORD_PREDEFINED, "netflow ipv4 as", "Aggregation by AS",
		LIST(AS_KEYS(ORIGIN)), LIST(SUMS)},
	{FC_RECORD_PREDEFINED, "netflow ipv4 as peer", "Aggregation by peer AS",
		LIST(AS_KEYS(PEER)), LIST(SUMS)},
	{FC_RECORD_PREDEFINED, "netflow ipv4 as-tos", "Aggregation by AS and TOS",
		LIST("ipv4 tos", AS_KEYS(ORIGIN)), LIST(SUMS)},
	{FC_RECORD_PREDEFINED, "netflow ipv4 as-tos peer", "Aggregation by peer AS and TOS",
		LIST("ipv4 tos", AS_KEYS(PEER)), LIST(SUMS)},
	{FC_RECORD_PREDEFINED, "netflow ipv4 assurance", "Assurance of IPv4 applications",
		LIST("ipv4 version", "ipv4 protocol", "application name"), NULL},
	{FC_RECORD_PREDEFINED, "netflow ipv6 original-input", "Classic IPv6 NetFlow, input, ASs",
		IPV6_KEYS("interface input"), IPV6_VALUES(ORIGIN, "interface output")},
	{FC_RECORD_PREDEFINED, "netflow ipv6 original-input peer", "Classic IPv6 NetFlow, input, peer ASs",
		IPV6_KEYS("interface input"), IPV6_VALUES(PEER, "interface output")},
	{FC_RECORD_PREDEFINED, "netflow ipv6 original-output", "Classic IPv6 NetFlow, output, ASs",
		IPV6_KEYS("interface output"), IPV6_VALUES(ORIGIN, "interface input")},
	{FC_RECORD_PREDEFINED, "netflow ipv6 original-output peer", "Classic IPv6 NetFlow, output, peer ASs",
		IPV6_KEYS("interface output"), IPV6_VALUES(PEER, "interface input")},
	{FC_RECORD_PREDEFINED, "netflow ipv6 as", "Aggregation by AS",
		LIST(AS_KEYS(ORIGIN)), LIST(SUMS)},
	{FC_RECORD_PREDEFINED, "netflow ipv6 as peer", "Aggregation by peer AS",
		LIST(AS_KEYS(PEER)), LIST(SUMS)},
	{FC_RECORD_PREDEFINED, "netflow ipv6 assurance", "Assurance of IPv6 applications",
		LIST("ipv6 version", "ipv6 protocol", "application name"), NULL},
	/* Our own: the seven classic keys for both IP versions, wide counters, times of day. */
	{FC_RECORD_PREDEFINED, "original-input", "Classic keys, IPv4 and IPv6, wide counters",
		LIST("ipv4 source address", "ipv4 destination address", "ipv4 protocol", "ipv4 tos",
		     "ipv6 source address", "ipv6 destination address", "ipv6 protocol", "ipv6 traffic-class",
		     "transport source-port", "transport destination-port", "interface input"),
		LIST("transport icmp ipv4 type-code", "transport icmp ipv6 type-code", "interface output",
		     "transport tcp flags", "counter packets long", "counter bytes long", "timestamp absolute first",
		     "timestamp absolute last", "flow end-reason")},
};
/* clang-format on */
#define PREDEFINED (sizeof(predefined) / sizeof(*predefined))

static void add_fields(struct fc_fnf_record *r, const char *const *names, bool key)
{
	for (; names && *names; names++) {
		r->field[r->fields].field = fc_field_find(*names);
		r->field[r->fields++].key = key;
	}
}

static uint8_t family_of(const char *name)
{
	if (!strncmp(name, "netflow ipv4", 12))
		return 4;
	return strncmp(name, "netflow ipv6", 12) ? 0 : 6;
}

static void make(const struct predefined *p, struct fc_fnf_record *r)
{
	r->kind = p->kind;
	r->family = family_of(p->name);
	memcpy(r->description, p->description, strlen(p->description));
	add_fields(r, p->keys, true);
	add_fields(r, p->values, false);
}

void fc_fnf_init(struct fc_fnf *fnf)
{
	memset(fnf, 0, sizeof(*fnf));
	for (size_t i = 0; i < PREDEFINED; i++)
		make(&predefined[i], &fnf->record[fc_fnf_record_add(fnf, predefined[i].name)]);
}

void fc_fnf_record_usual(struct fc_fnf_record *record)
{
	const struct predefined *usual = &predefined[PREDEFINED - 1];

	memset(record, 0, sizeof(*record));
	memcpy(record->name, usual->name, strlen(usual->name));
	record->id = PREDEFINED;
	make(usual, record);
}
