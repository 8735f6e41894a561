/* SPDX-License-Identifier: BSD-2-Clause */
#include "fields.h"

#include <flowcard/registers.h>
#include <string.h>

#define NS_PER_MS 1000000U
#define ICMP 1
#define ICMPV6 58

/* A number out of the flow structure or its vector; `base` matters to the sys-uptime fields only.
 */
#define NUMBER(name, expression)                                                                   \
	static uint64_t name(const struct fc_flow *f, uint64_t base_ms)                            \
	{                                                                                          \
		(void)f;                                                                           \
		(void)base_ms;                                                                     \
		return (expression);                                                               \
	}

NUMBER(protocol, fc_vec_proto(f->vector))
NUMBER(tos, fc_vec_tos(f->vector))
NUMBER(dscp, fc_vec_tos(f->vector) >> 2)
NUMBER(precedence, fc_vec_tos(f->vector) >> 5)
NUMBER(version, fc_vec_ip_version(f->vector))
NUMBER(ttl, fc_vec_ttl(f->vector))
NUMBER(ttl_min, f->ttl_min)
NUMBER(ttl_max, f->ttl_max)
NUMBER(length_min, f->len_min)
NUMBER(length_max, f->len_max)
NUMBER(label_id, fc_vec_label_id(f->vector))
NUMBER(fragment_offset, fc_vec_frag_offset(f->vector))
/* Element 197 has the three flag bits at the top of its octet, as in the IPv4 header. */
NUMBER(fragment_flags, (uint64_t)fc_vec_frag_flags(f->vector) << 5)
NUMBER(source_port, fc_vec_sport(f->vector))
NUMBER(destination_port, fc_vec_dport(f->vector))
NUMBER(icmp_type, fc_vec_dport(f->vector) >> 8)
NUMBER(icmp_code, fc_vec_dport(f->vector) & 0xff)
NUMBER(icmp_type_code, fc_vec_proto(f->vector) == ICMP || fc_vec_proto(f->vector) == ICMPV6
			       ? fc_vec_dport(f->vector)
			       : 0)
NUMBER(tcp_flags, f->tcp_flags)
NUMBER(interface_input, fc_vec_input_port(f->vector))
NUMBER(zero, 0)
NUMBER(end_reason, f->end_reason)
NUMBER(sampler, f->sampler)
NUMBER(packets, f->packets)
NUMBER(octets, f->octets)
NUMBER(l2_octets, f->l2_octets)
NUMBER(first_ms, f->first_ns / NS_PER_MS)
NUMBER(last_ms, f->last_ns / NS_PER_MS)
NUMBER(first_uptime, f->first_ns / NS_PER_MS - base_ms)
NUMBER(last_uptime, f->last_ns / NS_PER_MS - base_ms)
NUMBER(outer_vlan, fc_vec_outer_tci(f->vector) & 0xfff)
NUMBER(outer_priority, fc_vec_outer_tci(f->vector) >> 13)
NUMBER(inner_vlan, fc_vec_inner_tci(f->vector) & 0xfff)
NUMBER(mpls_label, fc_vec_mpls_label(f->vector))

#undef NUMBER

static const uint8_t *source(const struct fc_flow *f)
{
	return fc_vec_src(f->vector);
}

static const uint8_t *destination(const struct fc_flow *f)
{
	return fc_vec_dst(f->vector);
}

static const uint8_t *source_mac(const struct fc_flow *f)
{
	return fc_vec_src_mac(f->vector);
}

static const uint8_t *destination_mac(const struct fc_flow *f)
{
	return fc_vec_dst_mac(f->vector);
}

/* clang-format off */
static const struct fc_field table[] = {
	/* name                                  element v9 ipfix family  role            number / octets */
	{"ipv4 source address",                      8,  4,  4, 4, FC_FIELD_PLAIN,   NULL, source},
	{"ipv4 destination address",                12,  4,  4, 4, FC_FIELD_PLAIN,   NULL, destination},
	{"ipv4 protocol",                            4,  1,  1, 4, FC_FIELD_PLAIN,   protocol, NULL},
	{"ipv4 tos",                                 5,  1,  1, 4, FC_FIELD_PLAIN,   tos, NULL},
	{"ipv4 dscp",                              195,  1,  1, 4, FC_FIELD_PLAIN,   dscp, NULL},
	{"ipv4 precedence",                        196,  1,  1, 4, FC_FIELD_PLAIN,   precedence, NULL},
	{"ipv4 version",                            60,  1,  1, 4, FC_FIELD_PLAIN,   version, NULL},
	{"ipv4 ttl",                               192,  1,  1, 4, FC_FIELD_PLAIN,   ttl, NULL},
	{"ipv4 ttl minimum",                        52,  1,  1, 4, FC_FIELD_PLAIN,   ttl_min, NULL},
	{"ipv4 ttl maximum",                        53,  1,  1, 4, FC_FIELD_PLAIN,   ttl_max, NULL},
	{"ipv4 total-length minimum",               25,  2,  8, 4, FC_FIELD_PLAIN,   length_min, NULL},
	{"ipv4 total-length maximum",               26,  2,  8, 4, FC_FIELD_PLAIN,   length_max, NULL},
	{"ipv4 id",                                 54,  2,  4, 4, FC_FIELD_PLAIN,   label_id, NULL},
	{"ipv4 fragmentation offset",               88,  2,  2, 4, FC_FIELD_PLAIN,   fragment_offset, NULL},
	{"ipv4 fragmentation flags",               197,  1,  1, 4, FC_FIELD_PLAIN,   fragment_flags, NULL},
	{"ipv6 source address",                     27, 16, 16, 6, FC_FIELD_PLAIN,   NULL, source},
	{"ipv6 destination address",                28, 16, 16, 6, FC_FIELD_PLAIN,   NULL, destination},
	{"ipv6 protocol",                            4,  1,  1, 6, FC_FIELD_PLAIN,   protocol, NULL},
	{"ipv6 traffic-class",                       5,  1,  1, 6, FC_FIELD_PLAIN,   tos, NULL},
	{"ipv6 dscp",                              195,  1,  1, 6, FC_FIELD_PLAIN,   dscp, NULL},
	{"ipv6 precedence",                        196,  1,  1, 6, FC_FIELD_PLAIN,   precedence, NULL},
	{"ipv6 version",                            60,  1,  1, 6, FC_FIELD_PLAIN,   version, NULL},
	{"ipv6 hop-limit",                         192,  1,  1, 6, FC_FIELD_PLAIN,   ttl, NULL},
	{"ipv6 hop-limit minimum",                  52,  1,  1, 6, FC_FIELD_PLAIN,   ttl_min, NULL},
	{"ipv6 hop-limit maximum",                  53,  1,  1, 6, FC_FIELD_PLAIN,   ttl_max, NULL},
	{"ipv6 length total minimum",               25,  4,  8, 6, FC_FIELD_PLAIN,   length_min, NULL},
	{"ipv6 length total maximum",               26,  4,  8, 6, FC_FIELD_PLAIN,   length_max, NULL},
	{"ipv6 flow-label",                         31,  3,  4, 6, FC_FIELD_PLAIN,   label_id, NULL},
	{"transport source-port",                    7,  2,  2, 0, FC_FIELD_PLAIN,   source_port, NULL},
	{"transport destination-port",              11,  2,  2, 0, FC_FIELD_PLAIN,   destination_port, NULL},
	/* Two octets are allowed in IPFIX (RFC 7125), but nfacctd reads 0 then. */
	{"transport tcp flags",                      6,  1,  1, 0, FC_FIELD_PLAIN,   tcp_flags, NULL},
	{"transport icmp ipv4 type",               176,  1,  1, 4, FC_FIELD_PLAIN,   icmp_type, NULL},
	{"transport icmp ipv4 code",               177,  1,  1, 4, FC_FIELD_PLAIN,   icmp_code, NULL},
	{"transport icmp ipv6 type",               178,  1,  1, 6, FC_FIELD_PLAIN,   icmp_type, NULL},
	{"transport icmp ipv6 code",               179,  1,  1, 6, FC_FIELD_PLAIN,   icmp_code, NULL},
	{"transport icmp ipv4 type-code",           32,  2,  2, 4, FC_FIELD_PLAIN,   icmp_type_code, NULL},
	{"transport icmp ipv6 type-code",           32,  2,  2, 6, FC_FIELD_PLAIN,   icmp_type_code, NULL},
	{"interface input",                         10,  4,  4, 0, FC_FIELD_PLAIN,   interface_input, NULL},
	{"interface output",                        14,  4,  4, 0, FC_FIELD_PLAIN,   zero, NULL},
	{"flow direction",                          61,  1,  1, 0, FC_FIELD_PLAIN,   zero, NULL},
	{"flow sampler",                            48,  1,  1, 0, FC_FIELD_PLAIN,   sampler, NULL},
	{"flow end-reason",                        136,  1,  1, 0, FC_FIELD_PLAIN,   end_reason, NULL},
	{"counter packets",                          2,  4,  4, 0, FC_FIELD_COUNTER, packets, NULL},
	{"counter packets long",                     2,  8,  8, 0, FC_FIELD_COUNTER, packets, NULL},
	{"counter bytes",                            1,  4,  4, 0, FC_FIELD_COUNTER, octets, NULL},
	{"counter bytes long",                       1,  8,  8, 0, FC_FIELD_COUNTER, octets, NULL},
	{"counter bytes layer2 long",              352,  8,  8, 0, FC_FIELD_COUNTER, l2_octets, NULL},
	{"timestamp absolute first",               152,  8,  8, 0, FC_FIELD_PLAIN,   first_ms, NULL},
	{"timestamp absolute last",                153,  8,  8, 0, FC_FIELD_PLAIN,   last_ms, NULL},
	/* IPFIX needs element 160 in an options record for these two, and collectors get it wrong: v9 only. */
	{"timestamp sys-uptime first",              22,  4,  0, 0, FC_FIELD_UPTIME,  first_uptime, NULL},
	{"timestamp sys-uptime last",               21,  4,  0, 0, FC_FIELD_UPTIME,  last_uptime, NULL},
	{"datalink mac source address input",       56,  6,  6, 0, FC_FIELD_PLAIN,   NULL, source_mac},
	{"datalink mac destination address input",  80,  6,  6, 0, FC_FIELD_PLAIN,   NULL, destination_mac},
	{"datalink vlan input",                     58,  2,  2, 0, FC_FIELD_PLAIN,   outer_vlan, NULL},
	{"datalink dot1q vlan input",              243,  2,  2, 0, FC_FIELD_PLAIN,   outer_vlan, NULL},
	{"datalink dot1q customer vlan input",     245,  2,  2, 0, FC_FIELD_PLAIN,   inner_vlan, NULL},
	{"datalink dot1q priority",                244,  1,  1, 0, FC_FIELD_PLAIN,   outer_priority, NULL},
	{"mpls label 1",                            70,  3,  3, 0, FC_FIELD_PLAIN,   mpls_label, NULL},
};
/* clang-format on */

/* The essential record: seven keys of classic NetFlow, output 0 (the card does not forward),
 * counters, times. */
#define DEFAULT_RECORD_TAIL                                                                        \
	"transport source-port", "transport destination-port", "interface input",                  \
		"interface output", "transport tcp flags", "counter packets long",                 \
		"counter bytes long", "timestamp absolute first", "timestamp absolute last",       \
		"flow end-reason", NULL

static const char *const record_v4[] = {"ipv4 source address", "ipv4 destination address",
					"ipv4 protocol", "ipv4 tos", DEFAULT_RECORD_TAIL};
static const char *const record_v6[] = {"ipv6 source address", "ipv6 destination address",
					"ipv6 protocol", "ipv6 traffic-class", DEFAULT_RECORD_TAIL};

/* nfdump takes the type and code of ICMP in v9 from element 32 and nowhere else. */
static const char *const record_v9_v4[] = {
	"ipv4 source address",           "ipv4 destination address", "ipv4 protocol", "ipv4 tos",
	"transport icmp ipv4 type-code", DEFAULT_RECORD_TAIL};
static const char *const record_v9_v6[] = {
	"ipv6 source address", "ipv6 destination address",      "ipv6 protocol",
	"ipv6 traffic-class",  "transport icmp ipv6 type-code", DEFAULT_RECORD_TAIL};

const struct fc_field *fc_field_find(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

const struct fc_field *fc_field_table(size_t *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

const char *const *fc_field_default_record(enum fc_protocol protocol, unsigned family)
{
	if (protocol == FC_PROTOCOL_V9)
		return family == 6 ? record_v9_v6 : record_v9_v4;
	return family == 6 ? record_v6 : record_v4;
}
