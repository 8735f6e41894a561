/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of a few or many flows, small ones mostly, and odd ones of all kinds among them. */
#include "stress_plan.h"
#include "stress_random.h"

#include <string.h>

static const struct stress_plan *plan;
static const struct stress_card *card;
static struct {
	uint32_t flow, left;
} burst[STRESS_PORTS];

void stress_traffic_start(const struct stress_plan *p, const struct stress_card *c)
{
	plan = p;
	card = c;
	memset(burst, 0, sizeof(burst));
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static size_t pad(uint8_t *frame, size_t octets)
{
	if (octets >= 60)
		return octets;
	memset(frame + octets, 0, 60 - octets);
	return 60;
}

static uint32_t payload(void)
{
	return chance(70) ? below(20) : below(chance(90) ? 200 : 1400);
}

static size_t put_ipv4(uint8_t *frame, uint32_t flow, bool tcp)
{
	const uint32_t total = 20 + (tcp ? 20 : 8) + payload();
	uint8_t *ip = frame + 14;

	put16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, total);
	put16(ip + 4, below(65536)); /* identification: not of the flow */
	ip[8] = (uint8_t)below(256);
	ip[9] = tcp ? 6 : 17;
	put32(ip + 12, 0x0a000000 + flow);
	put32(ip + 16, 0xc0a80001);
	put16(ip + 20, 1024 + (flow & 0xff));
	put16(ip + 22, 443);
	if (tcp)
		put16(ip + 32, 0x5000 | below(4096));
	return pad(frame, 14 + total);
}

static size_t put_ipv6(uint8_t *frame, uint32_t flow, bool tcp)
{
	const uint32_t length = (tcp ? 20 : 8) + payload();
	uint8_t *ip = frame + 14;

	put16(frame + 12, 0x86dd);
	put32(ip, 0x60000000 | below(1 << 20));
	put16(ip + 4, length);
	ip[6] = tcp ? 6 : 17;
	ip[7] = (uint8_t)below(256);
	put32(ip + 8, 0x20010db8);
	put32(ip + 20, flow);
	put32(ip + 24, 0x20010db8);
	put16(ip + 40, 1024 + (flow & 0xff));
	put16(ip + 42, 53);
	if (tcp)
		put16(ip + 52, 0x5000 | below(4096));
	return 14 + 40 + length;
}

static uint64_t frame_time(void)
{
	const uint64_t now = card->time_ns;

	if (chance(plan->late_percent))
		return now - below(2u << plan->config.epoch_shift);
	return chance(1) ? now + below(1000) : now - below(16);
}

size_t stress_traffic(unsigned int port, uint8_t *frame, uint64_t *time_ns, bool *bad)
{
	uint32_t flow;

	*time_ns = frame_time();
	*bad = chance(1);
	if (chance(plan->odd_percent)) {
		size_t octets = fc_frame_make(&stress_random, frame);

		return octets ? octets : pad(frame, 0);
	}
	if (burst[port].left == 0) {
		burst[port].left = 1 + below(plan->burst);
		burst[port].flow = below(plan->flows);
	}
	burst[port].left--;
	flow = burst[port].flow;
	memset(frame, 0, 128);
	put32(frame + 2, 0x02000000 + flow);
	put32(frame + 8, flow);
	return flow & 3 ? put_ipv4(frame, flow, flow & 4) : put_ipv6(frame, flow, flow & 4);
}
