/* SPDX-License-Identifier: BSD-2-Clause */
/* A small AXI master, driven by hand or as fast as it goes, against the slave of libfcsim. */
#include "sim/fcsim_axi.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY 65536
#define BASE 0x200000000u
#define MAX_BURST 256
#define DEADLINE 200000

struct bus {
	struct fcsim_axi axi;
	uint8_t awid, awlen, awsize, awburst, awvalid, wlast, wvalid, bready;
	uint8_t awready, wready, bid, bresp, bvalid;
	uint64_t awaddr, wstrb;
	uint32_t wdata[16];
	uint8_t memory[MEMORY];
	/* handshakes of the last clock */
	int aw_taken, w_taken, b_taken;
};

static struct bus bus;

static void bus_open(unsigned stall_percent, uint64_t seed)
{
	struct fcsim_axi_pins pins = {
		.awid = &bus.awid,
		.awlen = &bus.awlen,
		.awsize = &bus.awsize,
		.awburst = &bus.awburst,
		.awvalid = &bus.awvalid,
		.awaddr = &bus.awaddr,
		.wdata = bus.wdata,
		.wstrb = &bus.wstrb,
		.wlast = &bus.wlast,
		.wvalid = &bus.wvalid,
		.bready = &bus.bready,
		.awready = &bus.awready,
		.wready = &bus.wready,
		.bid = &bus.bid,
		.bresp = &bus.bresp,
		.bvalid = &bus.bvalid,
	};

	memset(&bus, 0, sizeof(bus));
	fcsim_axi_init(&bus.axi, &pins, seed, stall_percent, MAX_BURST);
	assert_int_equal(fcsim_region_add(&bus.axi.regions, BASE, bus.memory, MEMORY), 0);
	bus.awsize = 6;
	bus.awburst = 1;
	bus.wstrb = UINT64_MAX;
	bus.bready = 1;
}

static void bus_clock(void)
{
	fcsim_axi_drive(&bus.axi);
	fcsim_axi_sample(&bus.axi);
	bus.aw_taken = bus.awvalid && bus.awready;
	bus.w_taken = bus.wvalid && bus.wready;
	bus.b_taken = bus.bvalid && bus.bready;
}

/* What beat `n` of the whole test carries. */
static void beat_fill(uint64_t n)
{
	for (unsigned i = 0; i < 16; i++)
		bus.wdata[i] = (uint32_t)(n * 16 + i) * 2654435761u;
}

static void address_offer(uint64_t addr, unsigned beats)
{
	bus.awaddr = addr;
	bus.awlen = (uint8_t)(beats - 1);
	bus.awvalid = 1;
}

/* One burst with nothing beside it; returns BRESP. */
static unsigned burst_write(uint64_t addr, unsigned beats)
{
	unsigned done = 0, answered = 0, clocks = 0;

	address_offer(addr, beats);
	bus.wvalid = 1;
	beat_fill(0);
	bus.wlast = beats == 1;
	while (!answered) {
		assert_true(clocks++ < DEADLINE);
		bus_clock();
		answered = (unsigned)bus.b_taken;
		if (bus.aw_taken)
			bus.awvalid = 0;
		if (bus.w_taken && ++done == beats)
			bus.wvalid = 0;
		if (bus.w_taken && done < beats) {
			beat_fill(done);
			bus.wlast = done == beats - 1;
		}
	}
	bus_clock();
	assert_int_equal(bus.bvalid, 0);
	return bus.bresp;
}

static void assert_beat(uint64_t offset, uint64_t n)
{
	beat_fill(n);
	assert_memory_equal(bus.memory + offset, bus.wdata, 64);
}

static void burst_arrives_without_stalls_at_one_beat_a_clock(void **state)
{
	(void)state;
	bus_open(0, 1);
	assert_int_equal(burst_write(BASE + 4096 - 256, 4), FCSIM_AXI_OKAY);
	assert_int_equal(bus.axi.clocks, 6); /* four beats, B, B gone */
	for (unsigned i = 0; i < 4; i++)
		assert_beat(4096 - 256 + (uint64_t)i * 64, i);
	assert_int_equal(bus.axi.beats, 4);
	assert_int_equal(bus.axi.violations, 0);
}

static void burst_outside_gets_decerr_and_leaves_memory(void **state)
{
	(void)state;
	bus_open(0, 1);
	assert_int_equal(burst_write(BASE + MEMORY, 1), FCSIM_AXI_DECERR);
	assert_int_equal(burst_write(BASE - 64, 1), FCSIM_AXI_DECERR);
	for (unsigned i = 0; i < MEMORY; i++)
		assert_int_equal(bus.memory[i], 0);
	assert_int_equal(burst_write(BASE, 1), FCSIM_AXI_OKAY);
	assert_int_equal(bus.axi.violations, 0);
}

/* Two-beat bursts, addresses running ahead of the data as far as the slave lets them. */
static void stream_write(unsigned bursts)
{
	unsigned addressed = 0, sent = 0, answered = 0, clocks = 0;

	while (answered < bursts) {
		assert_true(clocks++ < DEADLINE);
		if (!bus.awvalid && addressed < bursts)
			address_offer(BASE + (uint64_t)addressed * 128, 2);
		if (!bus.wvalid && sent < 2 * (addressed + bus.awvalid)) {
			beat_fill(sent);
			bus.wlast = sent % 2;
			bus.wvalid = 1;
		}
		bus_clock();
		addressed += (unsigned)bus.aw_taken;
		sent += (unsigned)bus.w_taken;
		answered += (unsigned)bus.b_taken;
		assert_true(answered <= sent / 2); /* never before its last beat */
		bus.awvalid &= !bus.aw_taken;
		bus.wvalid &= !bus.w_taken;
	}
}

static void stalls_change_nothing_but_the_time(void **state)
{
	const unsigned percent[] = {0, 30, 95}, bursts = MEMORY / 128;
	uint64_t clocks = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bus_open(percent[i], 7);
		stream_write(bursts);
		for (unsigned n = 0; n < 2 * bursts; n++)
			assert_beat((uint64_t)n * 64, n);
		assert_int_equal(bus.axi.violations, 0);
		assert_true(bus.axi.clocks > clocks);
		clocks = bus.axi.clocks;
	}
}

static void same_seed_same_clocks(void **state)
{
	uint64_t clocks[3];
	const uint64_t seed[3] = {5, 5, 6};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bus_open(30, seed[i]);
		stream_write(200);
		clocks[i] = bus.axi.clocks;
	}
	assert_int_equal(clocks[0], clocks[1]);
	assert_int_not_equal(clocks[0], clocks[2]);
}

static void outstanding_bursts_are_bounded_and_answered_in_order(void **state)
{
	(void)state;
	bus_open(0, 1);
	for (unsigned i = 0; i < FCSIM_AXI_OUTSTANDING; i++) {
		address_offer(i == 1 ? 0 : BASE + (uint64_t)i * 64,
			      1); /* the second goes nowhere */
		bus_clock();
		assert_true(bus.aw_taken);
	}
	bus_clock();
	assert_false(bus.aw_taken);
	bus.wvalid = bus.wlast = 1;
	for (unsigned i = 0, answers = 0; answers < 3; i++) {
		assert_true(i < DEADLINE);
		bus_clock();
		bus.awvalid &= !bus.aw_taken;
		if (bus.b_taken)
			assert_int_equal(bus.bresp, ++answers == 2 ? FCSIM_AXI_DECERR : 0);
	}
	assert_int_equal(bus.axi.violations, 0);
}

static void partial_strobes_write_only_their_octets(void **state)
{
	(void)state;
	bus_open(0, 1);
	memset(bus.memory, 0x5a, 64);
	bus.wstrb = 0xf0;
	assert_int_equal(burst_write(BASE, 1), FCSIM_AXI_OKAY);
	beat_fill(0);
	assert_int_equal(bus.memory[3], 0x5a);
	assert_memory_equal(bus.memory + 4, (uint8_t *)bus.wdata + 4, 4);
	assert_int_equal(bus.memory[8], 0x5a);
	assert_int_equal(bus.axi.violations, 1);
}

/* Each of these breaks one rule once. */
static void wrong_size(void)
{
	bus.awsize = 5;
	burst_write(BASE, 1);
}

static void wrong_burst(void)
{
	bus.awburst = 0;
	burst_write(BASE, 1);
}

static void crosses_a_page(void)
{
	burst_write(BASE + 4096 - 64, 2);
}

static void exceeds_the_payload(void)
{
	burst_write(BASE, 5);
}

static void unaligned(void)
{
	burst_write(BASE + 32, 1);
}

static void id_changes(void)
{
	burst_write(BASE, 1);
	bus.awid = 1;
	burst_write(BASE, 1);
}

static void last_too_early(void)
{
	address_offer(BASE, 2);
	bus.wvalid = bus.wlast = 1;
	bus_clock();
	bus.awvalid = 0;
	bus_clock();
}

static void data_before_address(void)
{
	bus.wvalid = bus.wlast = 1;
	bus_clock();
	bus_clock();
	address_offer(BASE, 1);
	bus_clock();
}

static void stall_address(void)
{
	bus.axi.stall_percent = 100;
	address_offer(BASE, 1);
	bus_clock();
}

static void address_dropped(void)
{
	stall_address();
	bus.awvalid = 0;
	bus_clock();
}

static void address_changed(void)
{
	stall_address();
	bus.awaddr += 64;
	bus_clock();
}

static void stall_data(void)
{
	address_offer(BASE, 1);
	bus_clock();
	bus.awvalid = 0;
	bus.axi.stall_percent = 100;
	bus.wvalid = bus.wlast = 1;
	bus_clock();
}

static void data_dropped(void)
{
	stall_data();
	bus.wvalid = 0;
	bus_clock();
}

static void data_changed(void)
{
	stall_data();
	bus.wdata[15] ^= 1;
	bus_clock();
}

static void valid_follows_ready(void)
{
	bus.axi.check_combinational = true;
	fcsim_axi_drive(&bus.axi);
	address_offer(BASE, 1);
	fcsim_axi_sample(&bus.axi);
}

static void each_broken_rule_is_counted(void **state)
{
	static void (*const broken[])(void) = {
		wrong_size,          wrong_burst,     crosses_a_page, exceeds_the_payload,
		unaligned,           id_changes,      last_too_early, data_before_address,
		address_dropped,     address_changed, data_dropped,   data_changed,
		valid_follows_ready,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		bus_open(0, 1);
		broken[i]();
		assert_int_equal(bus.axi.violations, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_arrives_without_stalls_at_one_beat_a_clock),
		cmocka_unit_test(burst_outside_gets_decerr_and_leaves_memory),
		cmocka_unit_test(stalls_change_nothing_but_the_time),
		cmocka_unit_test(same_seed_same_clocks),
		cmocka_unit_test(outstanding_bursts_are_bounded_and_answered_in_order),
		cmocka_unit_test(partial_strobes_write_only_their_octets),
		cmocka_unit_test(each_broken_rule_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
