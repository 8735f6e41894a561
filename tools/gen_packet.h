/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Synthetic frames. Everything about a conversation (addresses, ports, tags, labels) follows from
 * the seed and its number, so that nothing is stored and every key is unique.
 */
#ifndef FC_GEN_PACKET_H
#define FC_GEN_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GEN_FRAME_MAX 65792u         /* 65,575 octets of IPv6 behind tags, labels and padding */
#define GEN_CONVERSATIONS (1u << 24) /* what the address plan has room for */

enum gen_mix { GEN_WEB, GEN_SCANS, GEN_ELEPHANTS, GEN_V6, GEN_EDGES, GEN_MIXES };

enum gen_kind {
	GEN_TCP, /* handshake, data, FIN */
	GEN_UDP,
	GEN_ICMP,     /* echo */
	GEN_SCAN,     /* one SYN, no answer */
	GEN_FRAGMENT, /* UDP in two fragments: forward the first, reverse the second, two keys */
	GEN_OTHER,    /* GRE or ESP: no ports */
	GEN_NOISE,    /* carries no IP, or is cut or wrong: no flow */
	GEN_PAUSE,    /* UDP with a schedule */
};

struct gen_packet {
	uint32_t conversation;
	uint32_t index, count; /* of its flow */
	enum gen_kind kind;
	bool reverse;
};

/* Plain random numbers (splitmix64); the same on every machine. */
uint64_t gen_random(uint64_t *state);

/* State for what belongs to `number` alone. */
uint64_t gen_random_of(uint64_t seed, uint64_t number);

/* Prepare payloads and their check sums; once, before gen_packet_build. */
void gen_packet_begin(void);

/* Write a frame of GEN_FRAME_MAX octets at most. Return its length. */
size_t gen_packet_build(enum gen_mix mix, uint64_t seed, const struct gen_packet *p,
			uint8_t *frame);

struct gen_key {
	bool v6;
	uint8_t src[16], dst[16];
	uint16_t sport, dport;
};

/* Addresses and ports of a conversation as its forward packets have them. */
void gen_packet_key(enum gen_mix mix, uint64_t seed, uint32_t conversation, enum gen_kind kind,
		    struct gen_key *key);

#endif
