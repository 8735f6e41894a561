/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>

/* v9 scopes have codes of their own (RFC 3954 6.1), IPFIX scopes are elements. */
#define SYSTEM                                                                                     \
	{                                                                                          \
		"SYSTEM", 1, 4, FC_OPTION_DOMAIN, 0                                                \
	}
#define OBSERVATION_DOMAIN                                                                         \
	{                                                                                          \
		"OBSERVATION DOMAIN ID", 149, 4, FC_OPTION_DOMAIN, 0                               \
	}

/*
 * The columns after the scope, the same in both protocols. Interfaces: nfdump wants the index among
 * the options and the description alone, else it loses names. Samplers: nfdump scales by 48, 50,
 * 49, 84, 34 in this order or by 34 alone. The id has two octets in v9 as Cisco has it, one in
 * IPFIX, where the element is no wider.
 */
#define INTERFACE_COLUMNS                                                                          \
	{"interface input", 10, 4, FC_OPTION_NUMBER, 0},                                           \
	{                                                                                          \
		"interface description", 83, FC_OPTION_TEXT, FC_OPTION_STRING, 0                   \
	}
#define EXPORTER_COLUMNS                                                                           \
	{"exported bytes total", 40, 8, FC_OPTION_NUMBER, 0},                                      \
		{"exported messages total", 41, 8, FC_OPTION_NUMBER, 1},                           \
	{                                                                                          \
		"exported flow records total", 42, 8, FC_OPTION_NUMBER, 2                          \
	}
#define SAMPLER_COLUMNS(id_octets)                                                                 \
	{"flow sampler", 48, id_octets, FC_OPTION_NUMBER, 0},                                      \
		{"flow sampler random interval", 50, 4, FC_OPTION_NUMBER, 2},                      \
		{"flow sampler mode", 49, 1, FC_OPTION_NUMBER, 1},                                 \
		{"flow sampler name", 84, 32, FC_OPTION_STRING, 0},                                \
	{                                                                                          \
		"sampling interval", 34, 4, FC_OPTION_NUMBER, 2                                    \
	}
#define APPLICATION_COLUMNS                                                                        \
	{"application id", 95, 4, FC_OPTION_NUMBER, 0},                                            \
		{"application name", 96, 24, FC_OPTION_STRING, 0},                                 \
	{                                                                                          \
		"application description", 94, 55, FC_OPTION_STRING, 1                             \
	}

static const struct fc_option_layout v9[FC_OPTIONS] = {
	[FC_OPTION_INTERFACES] = {1, 3, {SYSTEM, INTERFACE_COLUMNS}},
	[FC_OPTION_EXPORTER] = {1, 4, {SYSTEM, EXPORTER_COLUMNS}},
	[FC_OPTION_VRFS] = {1,
			    3,
			    {SYSTEM,
			     {"routing vrf input", 234, 4, FC_OPTION_NUMBER, 0},
			     {"vrf name", 236, 32, FC_OPTION_STRING, 0}}},
	[FC_OPTION_SAMPLERS] = {1, 6, {SYSTEM, SAMPLER_COLUMNS(2)}},
	[FC_OPTION_APPLICATIONS] = {1, 4, {SYSTEM, APPLICATION_COLUMNS}},
};

static const struct fc_option_layout ipfix[FC_OPTIONS] = {
	[FC_OPTION_INTERFACES] = {1, 3, {OBSERVATION_DOMAIN, INTERFACE_COLUMNS}},
	[FC_OPTION_EXPORTER] = {1,
				5,
				{OBSERVATION_DOMAIN,
				 EXPORTER_COLUMNS,
				 {"not sent flow total", 166, 8, FC_OPTION_NUMBER, 3}}},
	[FC_OPTION_VRFS] = {1,
			    3,
			    {OBSERVATION_DOMAIN,
			     {"routing vrf input", 234, 4, FC_OPTION_NUMBER, 0},
			     {"vrf name", 236, 32, FC_OPTION_STRING, 0}}},
	[FC_OPTION_SAMPLERS] = {1, 6, {OBSERVATION_DOMAIN, SAMPLER_COLUMNS(1)}},
	[FC_OPTION_APPLICATIONS] = {1, 4, {OBSERVATION_DOMAIN, APPLICATION_COLUMNS}},
};

/* Application ids (RFC 6759): engine in the first octet; 1 is IANA's protocol numbers, 3 its ports.
 * The card tells no applications apart: these are the names of ids that others use as well. */
#define APPLICATION(engine, selector, name, description)                                           \
	{                                                                                          \
		{(uint64_t)(engine) << 24 | (selector)},                                           \
		{                                                                                  \
			name, description                                                          \
		}                                                                                  \
	}

static const struct fc_option_row applications[] = {
	APPLICATION(0, 0, "unknown", "Not classified"),
	APPLICATION(1, 1, "icmp", "Internet Control Message"),
	APPLICATION(1, 2, "igmp", "Internet Group Management"),
	APPLICATION(1, 6, "tcp", "Transmission Control"),
	APPLICATION(1, 17, "udp", "User Datagram"),
	APPLICATION(1, 47, "gre", "Generic Routing Encapsulation"),
	APPLICATION(1, 50, "esp", "Encapsulating Security Payload"),
	APPLICATION(1, 51, "ah", "Authentication Header"),
	APPLICATION(1, 58, "ipv6-icmp", "ICMP for IPv6"),
	APPLICATION(1, 89, "ospf", "Open Shortest Path First"),
	APPLICATION(1, 103, "pim", "Protocol Independent Multicast"),
	APPLICATION(1, 132, "sctp", "Stream Control Transmission Protocol"),
	APPLICATION(3, 20, "ftp-data", "File Transfer, data"),
	APPLICATION(3, 21, "ftp", "File Transfer, control"),
	APPLICATION(3, 22, "ssh", "Secure Shell"),
	APPLICATION(3, 23, "telnet", "Telnet"),
	APPLICATION(3, 25, "smtp", "Simple Mail Transfer"),
	APPLICATION(3, 53, "dns", "Domain Name Server"),
	APPLICATION(3, 80, "http", "World Wide Web HTTP"),
	APPLICATION(3, 110, "pop3", "Post Office Protocol, version 3"),
	APPLICATION(3, 123, "ntp", "Network Time Protocol"),
	APPLICATION(3, 143, "imap", "Internet Message Access Protocol"),
	APPLICATION(3, 161, "snmp", "Simple Network Management"),
	APPLICATION(3, 179, "bgp", "Border Gateway Protocol"),
	APPLICATION(3, 389, "ldap", "Lightweight Directory Access Protocol"),
	APPLICATION(3, 443, "https", "HTTP over TLS, and QUIC"),
	APPLICATION(3, 445, "microsoft-ds", "SMB over TCP"),
	APPLICATION(3, 514, "syslog", "Syslog"),
	APPLICATION(3, 853, "domain-s", "DNS over TLS"),
	APPLICATION(3, 993, "imaps", "IMAP over TLS"),
};

const char *fc_option_name(enum fc_fnf_option option)
{
	static const char *const names[FC_OPTIONS] = {
		[FC_OPTION_INTERFACES] = "interface-table",
		[FC_OPTION_EXPORTER] = "exporter-statistics",
		[FC_OPTION_VRFS] = "vrf-id-name-table",
		[FC_OPTION_SAMPLERS] = "sampler-table",
		[FC_OPTION_APPLICATIONS] = "applications-name",
	};

	return names[option];
}

const struct fc_option_layout *fc_option_layout(enum fc_protocol protocol,
						enum fc_fnf_option option)
{
	if (protocol == FC_PROTOCOL_V5)
		return NULL;
	return protocol == FC_PROTOCOL_V9 ? &v9[option] : &ipfix[option];
}

const struct fc_option_row *fc_option_applications(size_t *count)
{
	*count = sizeof(applications) / sizeof(*applications);
	return applications;
}

int fc_option_identify(const struct fc_option_layout *layout, unsigned preferred,
		       struct fc_template_ids *ids)
{
	uint16_t numbers[2 + 2 * FC_OPTION_COLUMNS];

	/* The scope count tells it from a flow record of the same elements. */
	numbers[0] = (uint16_t)layout->columns;
	numbers[1] = (uint16_t)layout->scopes;
	for (unsigned i = 0; i < layout->columns; i++) {
		numbers[2 + 2 * i] = layout->column[i].element;
		numbers[3 + 2 * i] = layout->column[i].length;
	}
	return fc_template_ids_take_as(ids, preferred, numbers, 2 + 2 * (size_t)layout->columns);
}

size_t fc_option_definition_size(const struct fc_option_layout *layout)
{
	return 6 + 4 * (size_t)layout->columns;
}

void fc_option_define(const struct fc_option_layout *layout, const struct fc_codec *codec,
		      uint16_t id, struct fc_writer *w)
{
	fc_writer_u16(w, id);
	if (codec->scope_octets) {
		fc_writer_u16(w, (uint16_t)(4 * layout->scopes));
		fc_writer_u16(w, (uint16_t)(4 * (layout->columns - layout->scopes)));
	} else {
		fc_writer_u16(w, (uint16_t)layout->columns);
		fc_writer_u16(w, (uint16_t)layout->scopes);
	}
	for (unsigned i = 0; i < layout->columns; i++) {
		fc_writer_u16(w, layout->column[i].element);
		fc_writer_u16(w, layout->column[i].length);
	}
}

size_t fc_option_record_size(const struct fc_option_layout *layout)
{
	size_t size = 0;

	for (unsigned i = 0; i < layout->columns; i++)
		size += layout->column[i].length;
	return size;
}

static void put_text(struct fc_writer *w, const char *text, size_t length)
{
	size_t used = strnlen(text, length);

	fc_writer_octets(w, text, used);
	fc_writer_zeros(w, length - used);
}

void fc_option_encode(const struct fc_option_layout *layout, const struct fc_option_row *row,
		      uint32_t domain, struct fc_writer *w)
{
	for (unsigned i = 0; i < layout->columns; i++) {
		const struct fc_option_column *c = &layout->column[i];

		switch ((enum fc_option_source)c->source) {
		case FC_OPTION_DOMAIN:
			fc_writer_number(w, domain, c->length);
			break;
		case FC_OPTION_NUMBER:
			fc_writer_number(w, row->number[c->place], c->length);
			break;
		case FC_OPTION_STRING:
			put_text(w, row->text[c->place], c->length);
			break;
		}
	}
}
