/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_plan.h"

#include "stress_random.h"

#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { KEY_OCTETS = 69, CLEAR_CLOCKS = 100000, RING_LOG2_MIN = 4 };

#define RING_IOVA(r) (0x700000000ull + 0x1000000ull * (uint64_t)(r))
#define STATUS_IOVA 0x6fffff000ull

/* ---- drawing */

static void draw_mask(uint32_t *mask)
{
	const unsigned int prefix = below(33);

	for (unsigned int i = 0; i < 17; i++)
		mask[i] = chance(50) ? 0 : chance(60) ? UINT32_MAX : fc_random_next(&stress_random);
	if (chance(50)) { /* an ordinary key: addresses, ports, protocol */
		memset(mask, 0, sizeof(uint32_t[17]));
		memset(mask, 0xff, 37);
	}
	if (chance(20)) { /* one field, or a prefix of it */
		memset(mask, 0, sizeof(uint32_t[17]));
		mask[below(17)] = prefix ? UINT32_MAX >> (32 - prefix) : 0;
	}
	if (chance(70)) { /* what changes from packet to packet is rarely part of a key */
		mask[9] &= 0xff;
		mask[10] &= 0xf000;
		mask[11] &= 0xfff00000;
	}
}

static void draw_monitor(struct stress_monitor *m)
{
	memset(m, 0, sizeof(*m));
	m->enable = true;
	m->ipv4 = chance(80);
	m->ipv6 = chance(80) || !m->ipv4;
	m->immediate = chance(10);
	m->ports = chance(70) ? 3 : below(4);
	if (chance(40))
		m->ports_out = below(4);
	draw_mask(m->mask);
}

static void draw_samplers(struct stress_config *config, unsigned int m)
{
	for (unsigned int i = 0; i < 2 * STRESS_PORTS; i++) {
		struct stress_sampler *s = &config->sampler[m][i / STRESS_PORTS][i % STRESS_PORTS];

		memset(s, 0, sizeof(*s));
		if (chance(60))
			continue;
		s->mode = 1 + below(2);
		s->id = below(256);
		s->window = chance(30) ? 1 + below(3) : 1 + below(chance(90) ? 40 : 65536);
	}
}

static void draw_config(struct stress_plan *plan)
{
	struct stress_config *config = &plan->config;
	unsigned int monitors = chance(40) ? 1 : 1 + below(STRESS_MONITORS);

	memset(config->monitor, 0, sizeof(config->monitor));
	memset(config->sampler, 0, sizeof(config->sampler));
	for (unsigned int m = 0; m < monitors; m++)
		draw_monitor(&config->monitor[chance(70) ? m : below(STRESS_MONITORS)]);
	for (unsigned int m = 0; m < STRESS_MONITORS; m++) {
		if (chance(40))
			draw_samplers(config, m);
	}
	config->epoch_shift = 10 + below(9);
	config->labels_hold = true;
	plan->guard_ns = chance(30) ? 0 : below(1u << config->epoch_shift);
	plan->hash = chance(60)   ? STRESS_HASH_RANDOM
		     : chance(50) ? STRESS_HASH_ZERO
				  : STRESS_HASH_FEW;
}

static void draw_surroundings(struct stress_plan *plan, struct stress_card *card)
{
	card->period = 4000000;
	card->jitter = chance(50) ? 0 : below(2000000);
	card->tick_ns = chance(50) ? 8 : 1 + below(40);
	card->time_ns = chance(10)   ? UINT64_MAX - below(1000000)
			: chance(10) ? below(1000)
				     : 0x17a0000000000000ull + random64() % 1000000000;
	card->error_percent = chance(80) ? 0 : below(30);
	card->bus.slow_percent = chance(50) ? 0 : below(90);
	for (unsigned int p = 0; p < STRESS_PORTS; p++) {
		card->wire[p].period = chance(50)   ? 3106000
				       : chance(50) ? 4000000
						    : 2500000 + below(20000000);
		card->wire[p].gap_percent = chance(40) ? 0 : below(100);
	}
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		struct stress_ring *ring = &card->ring[r];

		ring->log2 = RING_LOG2_MIN + below(STRESS_RING_LOG2_MAX - RING_LOG2_MIN + 1);
		ring->batch = 1 + below(chance(50) ? 8 : 1u << ring->log2);
	}
	plan->stall_percent = chance(50) ? 0 : below(96);
	plan->flows = chance(30) ? 1 + below(4) : chance(50) ? 1 + below(64) : 1 + below(5000);
	plan->burst = chance(50) ? 1 : 1 + below(40);
	plan->late_percent = chance(50) ? 0 : below(100);
	plan->odd_percent = chance(30) ? 0 : below(60);
	plan->clocks = 2000 + below(6000);
	plan->event_clocks = 50 + below(2000);
}

void stress_plan_draw(struct stress_plan *plan, struct stress_card *card)
{
	draw_config(plan);
	draw_surroundings(plan, card);
}

void stress_plan_print(const struct stress_plan *plan, const struct stress_card *card)
{
	fprintf(stderr,
		"seed %" PRIu64
		": hash %u, shift %u, guard %u, tick %u, %u flows, burst %u, late %u %%, "
		"odd %u %%, stall %u %%, slow %u %%, errors %u %%, %u clocks, event every %u\n",
		stress_seed, plan->hash, plan->config.epoch_shift, plan->guard_ns, card->tick_ns,
		plan->flows, plan->burst, plan->late_percent, plan->odd_percent,
		plan->stall_percent, card->bus.slow_percent, card->error_percent, plan->clocks,
		plan->event_clocks);
	for (unsigned int m = 0; m < STRESS_MONITORS; m++) {
		const struct stress_monitor *monitor = &plan->config.monitor[m];

		if (monitor->enable)
			fprintf(stderr, "  monitor %u: ports %u/%u%s%s%s, mask word 0 %08x\n", m,
				monitor->ports, monitor->ports_out, monitor->ipv4 ? ", IPv4" : "",
				monitor->ipv6 ? ", IPv6" : "",
				monitor->immediate ? ", immediate" : "", monitor->mask[0]);
	}
	for (unsigned int r = 0; r < STRESS_RINGS; r++)
		fprintf(stderr, "  ring %u: %u records, batch %u\n", r, 1u << card->ring[r].log2,
			card->ring[r].batch);
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		fprintf(stderr, "  port %u: period %" PRIu64 " fs, gap %u %%\n", p,
			card->wire[p].period, card->wire[p].gap_percent);
}

/* ---- programming */

static uint64_t hash_word(enum stress_hash hash)
{
	const uint64_t word = random64();

	return hash == STRESS_HASH_ZERO  ? 0
	       : hash == STRESS_HASH_FEW ? word & 0x0001000100010001ull
					 : word;
}

/* All tables, or a word here and there: what stands in the tables outlives a reset. */
static void program_hash(const struct stress_plan *plan, struct stress_card *card)
{
	unsigned int words = plan->load_hash ? KEY_OCTETS * 256 : below(64);

	if (plan->load_hash)
		stress_card_post(card, FC_REG_HASH_ADDR, 0);
	for (unsigned int i = 0; i < words; i++) {
		const uint64_t word = hash_word(plan->hash);

		if (!plan->load_hash)
			stress_card_post(card, FC_REG_HASH_ADDR,
					 below(KEY_OCTETS) << 8 | below(256));
		stress_card_post(card, FC_REG_HASH_LOW, (uint32_t)word);
		stress_card_post(card, FC_REG_HASH_HIGH, (uint32_t)(word >> 32));
	}
}

/* The bits of CONTROL; a packet that is on its way when a monitor goes off still looks at the
 * others. */
static uint32_t monitor_control(const struct stress_monitor *monitor, bool enable)
{
	uint32_t control = enable ? FC_REG_MONITOR_CONTROL_ENABLE_MASK : 0;

	control |= monitor->ipv4 ? FC_REG_MONITOR_CONTROL_IPV4_MASK : 0;
	control |= monitor->ipv6 ? FC_REG_MONITOR_CONTROL_IPV6_MASK : 0;
	control |= monitor->immediate ? FC_REG_MONITOR_CONTROL_IMMEDIATE_MASK : 0;
	return control;
}

void stress_plan_off(const struct stress_plan *plan, struct stress_card *card, unsigned int m)
{
	stress_card_write(card, FC_REG_MONITOR_CONTROL(m),
			  monitor_control(&plan->config.monitor[m], false));
}

static void program_monitor(struct stress_card *card, unsigned int m,
			    const struct stress_monitor *monitor)
{
	for (unsigned int i = 0; i < 17; i++)
		stress_card_post(card, FC_REG_MONITOR_MASK(m, i), monitor->mask[i]);
	stress_card_post(card, FC_REG_MONITOR_PORTS(m), monitor->ports);
	stress_card_post(card, FC_REG_MONITOR_PORTS_OUT(m), monitor->ports_out);
	stress_card_post(card, FC_REG_MONITOR_CONTROL(m),
			 monitor_control(monitor, monitor->enable));
}

static void program_samplers(const struct stress_plan *plan, struct stress_card *card,
			     unsigned int m)
{
	for (unsigned int i = 0; i < 2 * STRESS_PORTS; i++) {
		const unsigned int output = i / STRESS_PORTS, port = i % STRESS_PORTS;
		const struct stress_sampler *s = &plan->config.sampler[m][output][port];

		stress_card_post(card, FC_REG_SAMPLER_CONTROL(16 * m + 8 * output + port),
				 s->mode ? s->mode | s->id << 8 | (s->window - 1) << 16 : 0);
	}
}

void stress_plan_change(struct stress_plan *plan, struct stress_card *card, unsigned int m)
{
	draw_monitor(&plan->config.monitor[m]);
	draw_samplers(&plan->config, m);
	program_samplers(plan, card, m);
	stress_ref_change(m, &plan->config);
	program_monitor(card, m, &plan->config.monitor[m]);
}

static void program_ring(struct stress_card *card, unsigned int r)
{
	const struct stress_ring *ring = &card->ring[r];

	stress_card_post(card, FC_REG_RING_BASE_LOW(r), (uint32_t)RING_IOVA(r));
	stress_card_post(card, FC_REG_RING_BASE_HIGH(r), (uint32_t)(RING_IOVA(r) >> 32));
	if (chance(80)) {
		stress_card_post(card, FC_REG_RING_STATUS_LOW(r),
				 (uint32_t)(STATUS_IOVA + 64u * r));
		stress_card_post(card, FC_REG_RING_STATUS_HIGH(r), (uint32_t)(STATUS_IOVA >> 32));
	}
	stress_card_post(card, FC_REG_RING_CONTROL(r),
			 ring->log2 << FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT | 1);
}

void stress_plan_program(const struct stress_plan *plan, struct stress_card *card)
{
	stress_card_wait(card, FC_REG_STATUS, FC_REG_STATUS_CLEARING_MASK, 0, CLEAR_CLOCKS);
	program_hash(plan, card);
	stress_card_post(card, FC_REG_EPOCH_SHIFT, plan->config.epoch_shift);
	stress_card_post(card, FC_REG_EPOCH_GUARD, plan->guard_ns);
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		program_ring(card, r);
		stress_card_post(card, FC_REG_RING_MODERATION(r), below(16) | below(8) << 16);
	}
	for (unsigned int m = 0; m < STRESS_MONITORS; m++) {
		program_samplers(plan, card, m);
		program_monitor(card, m, &plan->config.monitor[m]);
	}
	stress_card_post(card, FC_REG_CONTROL, FC_REG_CONTROL_ENABLE_MASK);
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		stress_card_write(card, FC_REG_PORT_CONTROL(p), FC_REG_PORT_CONTROL_ENABLE_MASK);
	stress_card_run(card, 40);
}
