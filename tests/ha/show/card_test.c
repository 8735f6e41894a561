// SPDX-License-Identifier: BSD-2-Clause
/* Listings of cards and their ports against goldens. */
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/show/card.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

enum { RUNNING, LOST, SHUT, CARDS };

static struct fc_show_card card[CARDS];

static void make_running(struct fc_show_card *c)
{
	c->slot = 7;
	strcpy(c->where, "vfio-user:/tmp/card.sock");
	c->status.state = FC_DEVICE_PRESENT;
	c->status.generation = 2;
	c->status.arrivals = 2;
	c->status.losses = 1;
	c->status.lost = (struct fc_slot_losses){1, 22, 3, 4};
	c->status.build = (struct fc_card_build){
		.entries = 4096, .ports = 2, .rings = 1, .monitors = 8, .monitors_per_packet = 2};
	c->status.merged_packets = 1000;
	c->status.closed_flows = 12;
	c->rings = 1;
	c->ring[0].drain.records = 77;
	c->ring[0].drain.crash_window_records = 5;
	c->ring[0].read = 3;
	c->ring[0].released = UINT32_MAX; /* indices wrap */
	c->ring[0].cut_ns = UINT64_MAX;
	c->ring[0].error = -EPROTO;
	c->ring[0].following = true;
	c->ring[0].after_handover_packets = 31;
	c->ring[0].void_packets = 32;
	c->ring[0].stranger_flows = 33;
	c->ring[0].stranger_packets = 34;
	c->ring[0].shard.adopted_flows = 35;
	c->ring[0].shard.adopted_packets = 36;
	c->ring[0].shard.forgotten_packets = 37;
	c->ring[0].shard.changes = 38;
	c->ring[0].shard.evictions = 39;
	for (unsigned d = 0; d < FC_DROPS; d++)
		c->ring[0].drain.dropped[d] = (struct fc_drain_dropped){40 + d, 50 + d, 6000 + d};
	c->ledger[0] =
		(struct fc_show_ledger){true, "V4", {9, 100, 6400, 89, 5696, 10, 640, 1, 64}};
	c->ledger[3] =
		(struct fc_show_ledger){true, SHOW_LONG_NAME, {9, 100, 1, 90, 1, 9, 0, 0, 0}};
	c->port[1].frames = 123;
	c->port[1].octets = 45678;
	c->port[1].missed = 1;
	c->port[1].verdict[FC_VERDICT_FLOW] = 122;
	c->port[1].verdict[FC_VERDICT_TRUNC_SLL] = 1;
}

static void make_cards(void)
{
	make_running(&card[RUNNING]);
	card[LOST].slot = 31;
	strcpy(card[LOST].where, "vfio:0000:01:00.0");
	strcpy(card[LOST].status.error, "no \"card\" there");
	card[LOST].status.state = FC_DEVICE_GONE;
	card[SHUT].slot = 0;
	card[SHUT].shutdown = true;
	strcpy(card[SHUT].where, "model");
}

/* ------------------------------------------------------------------ runs */
struct asked {
	const struct fc_show_card *card;
	unsigned count;
	bool ports, json;
};

static int write_it(void *context, FILE *out)
{
	const struct asked *a = context;

	return a->ports ? fc_show_card_ports(a->card, a->json, out)
			: fc_show_cards(a->card, a->count, a->json, out);
}

static void compare(const char *golden, struct asked a)
{
	static const char *const but[] = {"if_index", NULL};
	char path[64], *text, *json;
	json_t *object;
	int err;

	text = show_text(write_it, &a, &err);
	assert_int_equal(err, 0);
	show_golden(golden, text);
	a.json = true;
	json = show_text(write_it, &a, &err);
	object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(object);
	show_numbers(object, text, but);
	json_decref(object);
	snprintf(path, sizeof(path), "%s_json", golden);
	show_golden(path, json);
	free(text);
	free(json);
}

static void cards_that_run_are_lost_or_shut(void **state)
{
	(void)state;
	compare("card_all", (struct asked){card, CARDS, false, false});
	compare("card_none", (struct asked){card, 0, false, false});
	compare("card_lost", (struct asked){&card[LOST], 1, false, false});
}

static void ports_with_their_verdicts(void **state)
{
	(void)state;
	compare("card_ports", (struct asked){&card[RUNNING], 1, true, false});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cards_that_run_are_lost_or_shut),
		cmocka_unit_test(ports_with_their_verdicts),
	};

	make_cards();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
