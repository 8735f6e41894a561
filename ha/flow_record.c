// SPDX-License-Identifier: BSD-2-Clause
#include <flowcard/registers.h>
#include <ha/flow_record.h>
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

static const struct fc_flow_record records[] = {
	{"netflow-original", true, false, classic},
	{"netflow ipv4 original-input", true, false, classic},
	{"netflow ipv6 original-input", false, true, ipv6_original},
	{"original-input", true, true, classic},
};

const struct fc_flow_record *fc_flow_record_find(const char *name)
{
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++)
		if (!strcmp(records[i].name, name))
			return &records[i];
	return NULL;
}
