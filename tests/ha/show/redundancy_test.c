// SPDX-License-Identifier: BSD-2-Clause
/* Listings of a pair: an active unit with its hot standby, that standby, one that stays cold. */
#include "tests/ha/show/show_fixture.h"

#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef int (*listing)(const struct fc_show_redundancy *v, bool json, FILE *out);

static struct fc_show_redundancy *view;
static uint64_t now_ms;

/* ------------------------------------------------------------------ the facility */
static enum fc_rf_answer notify(void *context, enum fc_rf_code code, uint32_t op, uint32_t step)
{
	(void)context;
	(void)code;
	(void)op;
	(void)step;
	return FC_RF_DONE;
}

static void feed(struct fc_rf_input in)
{
	struct fc_rf_out out;

	do {
		struct fc_rf_time now = {.ms = now_ms, .wall = 1600831569};

		assert_int_equal(fc_rf_input(&view->rf, &in, now, &out), 0);
		in.type = FC_RF_IN_TICK;
	} while (out.again);
}
#define FEED(...) feed((struct fc_rf_input){__VA_ARGS__})

static void says(unsigned unit, enum fc_rf_state state, bool ready, bool gated)
{
	FEED(.type = FC_RF_IN_PEER, .says = {.unit = unit,
					     .state = state,
					     .term = 7,
					     .seen = 7,
					     .holder = fc_rf_is_active(state) ? unit : 0,
					     .ready = ready,
					     .gated = gated});
}

static void init(unsigned unit)
{
	static const struct {
		unsigned id, sequence;
		const char *name;
	} clients[] = {{0, 0, "RF_INTERNAL_MSG"},
		       {FC_PAIR_CLIENT_CHECKPOINT, 69, "CHKPT RF"},
		       {FC_PAIR_CLIENT_FLOWS, 108, "FNF Flow Table"},
		       {FC_PAIR_CLIENT_EXPORTERS, 109, "FNF Exporters"},
		       {65000, 336, "RF_LAST_CLIENT"}};
	struct fc_rf_options options = FC_RF_OPTIONS_DEFAULT;

	options.unit = unit;
	options.fencing = FC_RF_FENCING_FILE;
	now_ms = 0;
	memset(view, 0, sizeof(*view));
	fc_rf_init(&view->rf, &options);
	for (size_t i = 0; i < sizeof(clients) / sizeof(*clients); i++) {
		struct fc_rf_client c = {
			.id = clients[i].id, .sequence = clients[i].sequence, .notify = notify};

		snprintf(c.name, sizeof(c.name), "%s", clients[i].name);
		assert_int_equal(fc_rf_client_add(&view->rf, &c, (struct fc_rf_time){.ms = now_ms}),
				 0);
	}
	FEED(.type = FC_RF_IN_START);
}

/* ------------------------------------------------------------------ the pair's engine */
static void make_link(unsigned mine, unsigned other)
{
	struct fc_show_pair *p = &view->pair;

	strcpy(view->fencing, "witness file /mnt/pair");
	strcpy(view->mine.image, "flowcard, Version 0.1.0");
	strcpy(view->mine.config_file, "/etc/flowcard.conf");
	view->mine.config_file_known = true;
	strcpy(view->peer.image, "flowcard, Version 0.1.0");
	p->there = true;
	p->ends = (struct fc_link_config){.port = 4801, .interval_ms = 50, .misses = 3};
	snprintf(p->ends.local, sizeof(p->ends.local), "192.0.2.%u", mine);
	snprintf(p->ends.remote, sizeof(p->ends.remote), "192.0.2.%u", other);
	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		struct fc_link_path *path = &p->ends.path[n];

		snprintf(path->local, sizeof(path->local), "198.51.%u.%u", n, mine);
		snprintf(path->remote, sizeof(path->remote), "198.51.%u.%u", n, other);
		path->port = (uint16_t)(4801 + n);
	}
	p->link = (struct fc_link_stats){.up = true,
					 .sessions = 1,
					 .refused = 2,
					 .sent_messages = 1001,
					 .sent_octets = 1002,
					 .received_messages = 1003,
					 .received_octets = 1004,
					 .timers_late = 1};
	p->link.path[0].alive = true;
	p->link.path[0].there = p->link.path[1].there = true;
	p->link.path[0].sent = 1205;
	p->link.path[0].received = 1206;
	p->link.path[0].gap_ms = 50;
	p->link.path[0].gap_max_ms = 61;
	p->link.path[1].missed = 15;
	p->link.path[1].gap_ms = 750;
	p->link.path[1].gap_max_ms = 751;
	p->link.path[1].forged = 4;
	snprintf(p->link.peer, sizeof(p->link.peer), "192.0.2.%u", other);
	strcpy(p->link.cipher, "TLS_AES_256_GCM_SHA384");
	p->look = (struct fc_pair_look){.version = 1,
					.peer = other,
					.config_same = true,
					.my_checksum = UINT64_C(0x1122334455667788),
					.peer_checksum = UINT64_C(0x1122334455667788),
					.healthy = 2,
					.peer_healthy = 3,
					.skew_known = true,
					.skew_ns = -450,
					.skew_max_ns = 20000,
					.rtt_us = 83,
					.feed = FC_PAIR_FEED_DUAL};
}

static void make_vector(struct fc_show_vector *v)
{
	v->places = 2;
	v->place[0] = (struct fc_cut_place){3, 0, 2, 4711, UINT64_C(5058476908544)};
	v->place[1] = (struct fc_cut_place){7, 1, 1, 4712, UINT64_C(5059550650368)};
}

/* Unit 1, which has taken over from unit 2 and waits for it by now. */
static void make_active(void)
{
	init(1);
	now_ms = 2000;
	FEED(.type = FC_RF_IN_TICK);
	FEED(.type = FC_RF_IN_CLAIM_WON, .term = view->rf.asked);
	view->rf.term = view->rf.seen = 7;
	FEED(.type = FC_RF_IN_COMM_UP);
	says(2, FC_RF_STANDBY_BULK, false, false);
	says(2, FC_RF_STANDBY_BULK, true, false);
	says(2, FC_RF_STANDBY_HOT, false, false);
	fc_rf_switchovers_add(&view->rf.switchovers, 2, 1, FC_RF_REASON_UNIT_FAILED, 1600831569);
	now_ms += 3 * 60000;
	make_link(1, 2);
	make_vector(&view->pair.acked);
	view->pair.look.role = FC_PAIR_ACTIVE;
	view->pair.look.takeovers = 1;
	view->pair.look.takeover_us = 152345;
	view->pair.look.stuck = 3;
	view->pair.cuts = (struct fc_cuts_look){.mode = FC_CUTS_PAIRED,
						.term = 7,
						.open = 124,
						.acked = 122,
						.flying = true,
						.flying_ms = 12,
						.epochs_merged = 1,
						.synced = true,
						.members = 2,
						.cuts = 121,
						.flows = 100001,
						.closed = 5003,
						.datagrams = 407,
						.octets = 13900009,
						.bulks = 1,
						.bulk_flows = 90011,
						.late_members = 6,
						.slices_differed = 8,
						.slices_resent = 9,
						.ack_ms = 17,
						.ack_max_ms = 41};
	view->pair.orphans = (struct fc_orphans_stats){.flows = 71, .packets = 72, .cuts = 2};
	view->pair.exports = (struct fc_export_pairing){.cut = 123,
							.datagrams = 406,
							.octets = 561003,
							.cursors = 119,
							.given_up = 73,
							.void_flows = 74,
							.takeovers = 75,
							.sent_again = 76};
	view->now_ms = now_ms;
}

static void make_standby(void)
{
	init(2);
	FEED(.type = FC_RF_IN_COMM_UP);
	says(1, FC_RF_ACTIVE, false, false);
	says(1, FC_RF_ACTIVE, false, true);
	now_ms += 3 * 60000;
	make_link(2, 1);
	make_vector(&view->pair.committed);
	view->pair.look.role = FC_PAIR_STANDBY;
	view->pair.cuts.mode = FC_CUTS_STANDBY;
	view->pair.base = (struct fc_base_look){.term = 7,
						.committed = 122,
						.cut_ns = UINT64_C(5059550650368),
						.flows = 95007,
						.building = 13,
						.octets = 27000017,
						.octets_per_flow = 284,
						.commits = 121,
						.bulks = 1,
						.digests = 242,
						.mismatches = 8,
						.synced = true};
	view->pair.exports = (struct fc_export_pairing){.following = true,
							.cut = 122,
							.datagrams = 406,
							.octets = 561003,
							.cursors = 119,
							.waiting = 77,
							.lost = 78};
	view->now_ms = now_ms;
}

/* The standby does not take line 12. */
static void make_cold(void)
{
	struct fc_pair_look *look = &view->pair.look;

	make_active();
	says(2, FC_RF_STANDBY_CONFIG, false, false);
	look->config_same = false;
	look->peer_checksum = UINT64_C(0x99);
	strcpy(look->config_why, "line 12: % Flow Monitor: M has no record");
	strcpy(view->waits, "the configuration: the peer did not take it");
	look->feed = FC_PAIR_FEED_SINGLE;
	strcpy(look->feed_why, "clocks differ by 21000 ns");
	memset(view->pair.ends.path, 0, sizeof(view->pair.ends.path));
}

/* ------------------------------------------------------------------ goldens */
struct call {
	listing print;
	bool json;
};

static int call(void *context, FILE *out)
{
	const struct call *c = context;

	return c->print(view, c->json, out);
}

static char *text_of(listing print, bool json)
{
	int err;
	char *text = show_text(call, &(struct call){print, json}, &err);

	assert_int_equal(err, 0);
	return text;
}

static void golden(listing print, const char *name, const char *const *but)
{
	char json_name[64], *text = text_of(print, false), *json = text_of(print, true);
	json_t *value = json_loads(json, 0, NULL);

	snprintf(json_name, sizeof(json_name), "%s_json", name);
	show_golden(name, text);
	show_golden(json_name, json);
	assert_non_null(value);
	show_numbers(value, text, but);
	json_decref(value);
	free(text);
	free(json);
}

/* What only JSON has: numbers of states and counters beyond a screen's worth. */
static const char *const more[] = {"my_state",
				   "peer_state",
				   "unit_id",
				   "client_notification_ms",
				   "clients",
				   "uptime_ms",
				   "state_ms",
				   "sessions",
				   "refused",
				   "messages_sent",
				   "octets_sent",
				   "messages_received",
				   "octets_received",
				   "timers_late",
				   "heartbeat_interval_ms",
				   "heartbeat_misses",
				   "version",
				   "skew_ns",
				   "skew_max_ns",
				   "takeover_us",
				   "step_ms",
				   NULL};

static void an_active_unit_with_its_standby(void **state)
{
	(void)state;
	make_active();
	golden(fc_show_redundancy, "redundancy_active", more);
	golden(fc_show_redundancy_states, "redundancy_states_active", more);
	golden(fc_show_redundancy_switchovers, "redundancy_switchovers", more);
	golden(fc_show_redundancy_config_sync, "redundancy_sync", more);
	golden(fc_show_redundancy_mcl, "redundancy_mcl", more);
	golden(fc_show_checkpoint, "checkpoint_active", more);
	golden(fc_show_checkpoint_clients, "checkpoint_clients", more);
}

static void the_standby(void **state)
{
	(void)state;
	make_standby();
	golden(fc_show_redundancy, "redundancy_standby", more);
	golden(fc_show_redundancy_states, "redundancy_states_standby", more);
	golden(fc_show_checkpoint, "checkpoint_standby", more);
}

static void a_standby_that_stays_cold(void **state)
{
	(void)state;
	make_cold();
	golden(fc_show_redundancy, "redundancy_cold", more);
	golden(fc_show_redundancy_states, "redundancy_states_cold", more);
	golden(fc_show_redundancy_config_sync, "redundancy_sync_cold", more);
	golden(fc_show_redundancy_mcl, "redundancy_mcl_cold", more);
}

/* What counts for a while after a takeover is where the last commit stood. */
static void after_a_takeover_the_base_s_vector_is_shown(void **state)
{
	char *text;

	(void)state;
	make_standby();
	view->pair.cuts.mode = FC_CUTS_ALONE;
	text = text_of(fc_show_checkpoint, false);
	assert_non_null(strstr(text, "   7     1           1        4712 "));
	free(text);
}

static void a_unit_alone_says_so(void **state)
{
	char *text;

	(void)state;
	init(1);
	view->rf.options.sso = false;
	text = text_of(fc_show_checkpoint, false);
	assert_non_null(strstr(text, "There is no pair: what is cut is safe at once.\n"));
	free(text);
	text = text_of(fc_show_redundancy_config_sync, false);
	assert_non_null(strstr(text, "State = no pair\n"));
	free(text);
	text = text_of(fc_show_redundancy, false);
	assert_null(strstr(text, "Heartbeat path"));
	free(text);
}

static int setup(void **state)
{
	(void)state;
	view = calloc(1, sizeof(*view));
	return !view;
}

static int teardown(void **state)
{
	(void)state;
	free(view);
	return 0;
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(an_active_unit_with_its_standby),
		T(the_standby),
		T(a_standby_that_stays_cold),
		T(after_a_takeover_the_base_s_vector_is_shown),
		T(a_unit_alone_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
