/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flows out of a seed, for tests of the exporters: no two have the same key, all IP versions,
 * protocols and counter sizes occur, times lie in the hour after `start_ns` and are not whole
 * milliseconds.
 */
#ifndef FC_TESTS_SYNTHETIC_FLOWS_H
#define FC_TESTS_SYNTHETIC_FLOWS_H

#include <flowcard/flow.h>
#include <flowcard/registers.h>
#include <string.h>

static inline uint64_t synthetic_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline void synthetic_address(uint8_t *octets, unsigned version, uint64_t *state,
				     uint32_t index)
{
	static const uint8_t prefix6[] = {0x20, 0x01, 0x0d, 0xb8};
	uint64_t random = synthetic_random(state);

	memset(octets, 0, 16);
	if (version == 6) {
		memcpy(octets, prefix6, sizeof(prefix6));
		memcpy(octets + 4, &random, 8);
		octets += 12;
	}
	octets[0] = (uint8_t)(10 + 40 * (random & 3));
	octets[1] = (uint8_t)(index >> 16);
	octets[2] = (uint8_t)(index >> 8);
	octets[3] = (uint8_t)index;
}

static inline void synthetic_ports(struct fc_flow *f, uint64_t random)
{
	switch (random % 4) {
	case 0:
		fc_vec_set_proto(f->vector, fc_vec_ip_version(f->vector) == 6 ? 58 : 1);
		fc_vec_set_dport(f->vector, (uint16_t)(random >> 16) & 0x0f0f);
		return;
	case 1:
		fc_vec_set_proto(f->vector, 17);
		break;
	default:
		fc_vec_set_proto(f->vector, 6);
		f->tcp_flags = (uint16_t)(random >> 48) & 0xff;
		break;
	}
	fc_vec_set_sport(f->vector, (uint16_t)(1 + (random >> 16) % 65535));
	fc_vec_set_dport(f->vector, (uint16_t)(1 + (random >> 32) % 65535));
}

static inline struct fc_flow synthetic_flow(uint64_t *state, uint32_t index, unsigned version,
					    uint64_t start_ns)
{
	const uint64_t hour_ns = UINT64_C(3600000000000);
	uint64_t random = synthetic_random(state);
	struct fc_flow f = {.end_reason = (uint8_t)(1 + index % 5), .len_min = 40, .len_max = 1500};
	uint8_t octets[16];

	fc_vec_set_ip_version(f.vector, version);
	synthetic_address(octets, version, state, index);
	fc_vec_set_src(f.vector, octets);
	synthetic_address(octets, version, state, ~index);
	fc_vec_set_dst(f.vector, octets);
	fc_vec_set_tos(f.vector, (uint8_t)random);
	synthetic_ports(&f, synthetic_random(state));
	f.packets = 1 + synthetic_random(state) % 100000;
	f.octets = f.packets * (40 + synthetic_random(state) % 1460);
	if (index % 50 == 49) /* beyond 32 bits */
		f.octets += synthetic_random(state) % (UINT64_C(1) << 35);
	f.l2_octets = f.octets + 14 * f.packets;
	f.first_ns = start_ns + synthetic_random(state) % hour_ns;
	f.last_ns = f.first_ns + synthetic_random(state) % (start_ns + hour_ns - f.first_ns);
	f.ttl_min = 60;
	f.ttl_max = 64;
	return f;
}

#endif
