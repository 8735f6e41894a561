// SPDX-License-Identifier: BSD-2-Clause
#include "tests/driver/fake_transport.h"

#include <errno.h>
#include <flowcard/device.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ every state x event */
static void lost_and_released_lead_to_gone_from_anywhere(void **state)
{
	(void)state;
	for (unsigned s = 0; s < FC_DEVICE_STATES; s++) {
		assert_int_equal(fc_device_next(s, FC_DEVICE_LOST), FC_DEVICE_GONE);
		assert_int_equal(fc_device_next(s, FC_DEVICE_RELEASED), FC_DEVICE_GONE);
	}
}

static void each_step_is_as_the_drawing_says(void **state)
{
	static const struct {
		enum fc_device_state from;
		enum fc_device_event event;
		enum fc_device_state to;
	} arrows[] = {
		{FC_DEVICE_GONE, FC_DEVICE_ARRIVED, FC_DEVICE_RESETTING},
		{FC_DEVICE_RESETTING, FC_DEVICE_RESTORED, FC_DEVICE_PRESENT},
		{FC_DEVICE_RESETTING, FC_DEVICE_FAULT, FC_DEVICE_FAILED},
		{FC_DEVICE_PRESENT, FC_DEVICE_FAULT, FC_DEVICE_FAILED},
		{FC_DEVICE_PRESENT, FC_DEVICE_RESET, FC_DEVICE_RESETTING},
		{FC_DEVICE_FAILED, FC_DEVICE_RESET, FC_DEVICE_RESETTING},
	};
	unsigned seen = 0;

	(void)state;
	for (unsigned s = 0; s < FC_DEVICE_STATES; s++)
		for (unsigned e = 0; e < FC_DEVICE_EVENTS; e++) {
			enum fc_device_state want = s; /* where no arrow starts, nothing happens */

			for (size_t a = 0; a < sizeof(arrows) / sizeof(*arrows); a++)
				if (arrows[a].from == s && arrows[a].event == e)
					want = arrows[a].to;
			if (e == FC_DEVICE_LOST || e == FC_DEVICE_RELEASED)
				want = FC_DEVICE_GONE;
			assert_int_equal(fc_device_next(s, e), want);
			seen++;
		}
	assert_int_equal(seen, FC_DEVICE_STATES * FC_DEVICE_EVENTS);
}

/* ------------------------------------------------------------------ with a card */
struct place {
	struct fake_card card;
	struct fc_transport_ops ops;
	bool empty;
	int gone_fd, closes, resets;
	struct fc_device device;
};

static struct place *place_now; /* the fake's ops have no room for it */

static int place_open(void *context, struct fc_transport **out, char *error, size_t octets)
{
	struct place *p = context;

	if (p->empty) {
		snprintf(error, octets, "slot 0: nobody there");
		return -ENODEV;
	}
	*out = &p->card.transport;
	return 0;
}

static void place_close(struct fc_transport *t)
{
	(void)t;
	place_now->closes++;
}

static int place_reset(struct fc_transport *t)
{
	(void)t;
	place_now->resets++;
	return 0;
}

static int place_gone_fd(struct fc_transport *t)
{
	(void)t;
	return place_now->gone_fd;
}

static void card_back(struct place *p)
{
	fake_card_init(&p->card, 2);
	p->ops = *p->card.transport.ops;
	p->ops.close = place_close;
	p->ops.reset = place_reset;
	p->ops.gone_fd = place_gone_fd;
	p->card.transport.ops = &p->ops;
}

static const struct fc_device_setup setup = {
	.config = {.ring_log2 = 10, .epoch_shift = 30, .epoch_guard_ns = 1000},
	.monitors = 1,
	.monitor = {{.ports = 1, .ipv4 = 1}},
};

static void place_init(struct place *p)
{
	memset(p, 0, sizeof(*p));
	place_now = p;
	p->gone_fd = -1;
	card_back(p);
	fc_device_init(&p->device, place_open, p);
}

static void opening_makes_it_present_and_closing_gone(void **state)
{
	struct place p;
	struct fc_ledger ledger;

	(void)state;
	place_init(&p);
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	assert_int_equal(p.device.state, FC_DEVICE_PRESENT);
	assert_int_equal(p.device.generation, 1);
	assert_int_equal(fake_card_reg(&p.card, FC_REG_CONTROL), 1);
	assert_int_equal(fc_device_open(&p.device, &setup), -EBUSY);
	assert_int_equal(fc_device_ledger(&p.device, 1, 0, &ledger), 0);
	assert_int_equal(fc_device_ledger(&p.device, 0, 0, &ledger), -ENODEV);
	fc_device_close(&p.device);
	assert_int_equal(p.device.state, FC_DEVICE_GONE);
	assert_int_equal(fc_device_ledger(&p.device, 1, 0, &ledger), -ENODEV);
	assert_int_equal(fake_card_mapped(&p.card), 0);
	assert_int_equal(p.closes, 1);
}

static void an_empty_place_stays_gone_and_says_so(void **state)
{
	struct place p;

	(void)state;
	place_init(&p);
	p.empty = true;
	assert_int_equal(fc_device_open(&p.device, &setup), -ENODEV);
	assert_int_equal(p.device.state, FC_DEVICE_GONE);
	assert_string_equal(p.device.error, "slot 0: nobody there");
	p.empty = false; /* plugged in later */
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	fc_device_close(&p.device);
}

static void a_card_that_fails_to_come_up_can_be_reset(void **state)
{
	struct place p;

	(void)state;
	place_init(&p);
	p.card.clear_reads = FAKE_FOREVER;
	assert_int_equal(fc_device_open(&p.device, &setup), -ETIMEDOUT);
	assert_int_equal(p.device.state, FC_DEVICE_FAILED);
	assert_int_equal(p.device.generation, 0);
	assert_non_null(strstr(p.device.error, "clearing"));
	p.card.clear_reads = p.card.clearing = 0;
	assert_int_equal(fc_device_reset(&p.device, NULL), 0);
	assert_int_equal(p.device.state, FC_DEVICE_PRESENT);
	assert_int_equal(p.resets, 1);
	fc_device_close(&p.device);
}

static void all_ones_end_a_generation_and_keep_its_memory(void **state)
{
	struct place p;
	struct fc_ledger ledger;
	uint32_t record[FC_RECORD_WORDS];

	(void)state;
	place_init(&p);
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	p.card.gone = true;
	assert_int_equal(fc_device_look(&p.device), FC_DEVICE_GONE);
	assert_int_equal(p.device.losses, 1);
	assert_int_equal(fc_device_ledger(&p.device, 1, 0, &ledger), -ENODEV);
	assert_int_equal(fc_ring_next(&p.device.card.ring[0], record), -EAGAIN); /* readable */
	assert_int_equal(fc_device_reset(&p.device, NULL), -ENODEV);
	fc_device_close(&p.device);
	assert_int_equal(fake_card_mapped(&p.card), 0);
}

static void a_generation_is_over_after_a_reset(void **state)
{
	struct place p;
	uint32_t faults;

	(void)state;
	place_init(&p);
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	assert_int_equal(fc_device_reset(&p.device, NULL), 0);
	assert_int_equal(p.device.generation, 2);
	assert_int_equal(fc_device_faults(&p.device, 1, &faults), -ENODEV);
	assert_int_equal(fc_device_faults(&p.device, 2, &faults), 0);
	assert_int_equal(fc_device_report(&p.device, 1, -EIO), FC_DEVICE_PRESENT); /* old news */
	assert_int_equal(fc_device_report(&p.device, 2, -EIO), FC_DEVICE_FAILED);
	fc_device_close(&p.device);
}

static void the_gone_descriptor_is_believed(void **state)
{
	struct place p;

	(void)state;
	place_init(&p);
	p.gone_fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	assert_int_equal(fc_device_look(&p.device), FC_DEVICE_PRESENT);
	assert_int_equal(eventfd_write(p.gone_fd, 1), 0);
	assert_int_equal(fc_device_look(&p.device), FC_DEVICE_GONE);
	fc_device_close(&p.device);
	close(p.gone_fd);
}

static void a_lost_bus_master_or_core_is_a_failure(void **state)
{
	struct place p;

	(void)state;
	place_init(&p);
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	p.card.no_bus_master = true;
	assert_int_equal(fc_device_look(&p.device), FC_DEVICE_FAILED);
	assert_non_null(strstr(p.device.error, "bus_master"));
	p.card.no_bus_master = false;
	assert_int_equal(fc_device_reset(&p.device, NULL), 0);
	p.card.never_enabled = true;
	assert_int_equal(fc_device_look(&p.device), FC_DEVICE_FAILED);
	fc_device_close(&p.device);
}

static void a_transport_error_in_a_call_moves_the_state(void **state)
{
	struct place p;
	struct fc_ledger ledger;

	(void)state;
	place_init(&p);
	assert_int_equal(fc_device_open(&p.device, &setup), 0);
	assert_int_equal(fc_device_ledger(&p.device, 1, 99, &ledger), -EINVAL);
	assert_int_equal(p.device.state, FC_DEVICE_PRESENT); /* our own mistake */
	p.card.broken = true;
	assert_int_equal(fc_device_ledger(&p.device, 1, 0, &ledger), -EIO);
	assert_int_equal(p.device.state, FC_DEVICE_FAILED);
	fc_device_close(&p.device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lost_and_released_lead_to_gone_from_anywhere),
		cmocka_unit_test(each_step_is_as_the_drawing_says),
		cmocka_unit_test(opening_makes_it_present_and_closing_gone),
		cmocka_unit_test(an_empty_place_stays_gone_and_says_so),
		cmocka_unit_test(a_card_that_fails_to_come_up_can_be_reset),
		cmocka_unit_test(all_ones_end_a_generation_and_keep_its_memory),
		cmocka_unit_test(a_generation_is_over_after_a_reset),
		cmocka_unit_test(the_gone_descriptor_is_believed),
		cmocka_unit_test(a_lost_bus_master_or_core_is_a_failure),
		cmocka_unit_test(a_transport_error_in_a_call_moves_the_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
