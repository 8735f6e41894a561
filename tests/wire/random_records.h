/* SPDX-License-Identifier: BSD-2-Clause */
/* Records and flows out of a seed, in which anything can stand. */
#ifndef FC_TESTS_RANDOM_RECORDS_H
#define FC_TESTS_RANDOM_RECORDS_H

#include "synthetic_flows.h"

#include <flowcard/fnf.h>

static inline bool random_record_has(const struct fc_fnf_record *r, const struct fc_field *field)
{
	for (unsigned i = 0; i < r->fields; i++)
		if (r->field[i].field == field)
			return true;
	return false;
}

static inline void random_record(uint64_t *state, struct fc_fnf_record *r)
{
	size_t count;
	const struct fc_field *table = fc_field_table(&count);
	unsigned wanted = 2 + (unsigned)(synthetic_random(state) % (FC_FNF_RECORD_FIELDS - 1));

	*r = (struct fc_fnf_record){.kind = FC_RECORD_USER};
	for (unsigned tries = 0; r->fields < wanted && tries < 500; tries++) {
		const struct fc_field *field = &table[synthetic_random(state) % count];
		struct fc_fnf_record_field *f = &r->field[r->fields];

		if (random_record_has(r, field))
			continue;
		f->field = field;
		f->key = field->mask && synthetic_random(state) % 2;
		f->argument = 0;
		if (field->argument_max)
			f->argument =
				(uint8_t)(synthetic_random(state) % (field->argument_max + 1U));
		r->fields++;
	}
}

/* Every bit of the flow may be anything, but for the IP version and the times' order. */
static inline struct fc_flow random_flow(uint64_t *state, uint32_t index, uint64_t start_ns)
{
	unsigned version = synthetic_random(state) % 2 ? 6 : 4;
	struct fc_flow f = synthetic_flow(state, index, version, start_ns);

	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		f.vector[i] = (uint32_t)synthetic_random(state);
	fc_vec_set_ip_version(f.vector, version);
	f.sampler = (uint8_t)synthetic_random(state);
	f.interface_first = (uint32_t)synthetic_random(state);
	f.ttl_min = (uint8_t)synthetic_random(state);
	f.ttl_max = (uint8_t)synthetic_random(state);
	f.tcp_flags = (uint16_t)synthetic_random(state) & 0xfff;
	f.len_min = (uint32_t)synthetic_random(state);
	f.len_max = (uint32_t)synthetic_random(state);
	f.l2_octets = synthetic_random(state);
	return f;
}

#endif
