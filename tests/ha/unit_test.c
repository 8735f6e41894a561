// SPDX-License-Identifier: BSD-2-Clause
/* A unit over fake cards: what becomes of flows when a card comes, goes, fails, or is told to stop.
 */
#include "tests/driver/fake_transport.h"
#include "tests/ha/fake_card.h"

#include <arpa/inet.h>
#include <errno.h>
#include <flowcard/registers.h>
#include <ha/cli/session.h>
#include <ha/unit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define RING_LOG2 10
#define LIMIT_MS 5000

/* Places of the test: "fake:0" and "fake:1". */
static struct place {
	struct fake_card card;
	bool empty;
	uint32_t written;
} place[2];

static struct fc_transport_ops ops; /* the fake's, with a close */

static void no_close(struct fc_transport *t)
{
	(void)t;
}

static int open_place(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	struct place *p = &place[where[5] - '0'];

	if (__atomic_load_n(&p->empty, __ATOMIC_SEQ_CST)) {
		snprintf(error, octets, "%s: nobody there", where);
		return -ENODEV;
	}
	*out = &p->card.transport;
	return 0;
}

static void insert(struct place *p)
{
	fake_card_init(&p->card, 1);
	if (!ops.close) { /* once: another card's thread may be reading it */
		ops = *p->card.transport.ops;
		ops.close = no_close;
	}
	p->card.transport.ops = &ops;
	p->written = 0;
	__atomic_store_n(&p->empty, false, __ATOMIC_SEQ_CST);
}

static void pull(struct place *p)
{
	__atomic_store_n(&p->empty, true, __ATOMIC_SEQ_CST);
	__atomic_store_n(&p->card.gone, true, __ATOMIC_SEQ_CST);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void breathe(void)
{
	nanosleep(&(struct timespec){0, 2000000}, NULL);
}

/* ------------------------------------------------------------------ what the card writes */
static void card_writes(struct place *p, uint32_t *record)
{
	uint64_t base = (uint64_t)p->card.reg[FC_REG_RING_BASE_HIGH(0) / 4] << 32 |
			p->card.reg[FC_REG_RING_BASE_LOW(0) / 4];
	uint32_t *mem = fake_card_memory(&p->card, base, FC_RECORD_OCTETS << RING_LOG2);
	uint32_t index = p->written++, phase = !(index >> RING_LOG2 & 1);
	uint32_t *to;

	assert_non_null(mem);
	to = mem + (size_t)(index & ((1 << RING_LOG2) - 1)) * FC_RECORD_WORDS;
	fc_rec_set_trailer0_sequence(record, index);
	fc_rec_set_trailer0_half(record, 0);
	fc_rec_set_trailer0_phase(record, phase);
	fc_rec_set_trailer1_sequence(record, index);
	fc_rec_set_trailer1_half(record, 1);
	fc_rec_set_trailer1_phase(record, phase);
	memcpy(to, record, 15 * 4);
	memcpy(to + 16, record + 16, 15 * 4);
	__atomic_store_n(to + 15, record[15], __ATOMIC_RELEASE);
	__atomic_store_n(to + 31, record[31], __ATOMIC_RELEASE);
	p->card.reg[FC_REG_RING_PRODUCER(0) / 4] = p->written;
}

static void card_flows(struct place *p, uint32_t epoch, uint32_t flows)
{
	uint32_t record[FC_RECORD_WORDS];

	for (uint32_t f = 0; f < flows; f++) {
		const struct fake_delta d = {.flow = f + 1,
					     .epoch = epoch,
					     .packets = 3,
					     .bytes = 300,
					     .first_ns = epoch * 1000000000ull + 5,
					     .last_ns = epoch * 1000000000ull + 9};

		fake_flow_record(&d, record);
		card_writes(p, record);
	}
}

static void card_barrier(struct place *p, uint32_t epoch)
{
	uint32_t record[FC_RECORD_WORDS];

	fake_barrier_record(epoch, epoch * 1000000000ull, (epoch + 1) * 1000000000ull, record);
	card_writes(p, record);
}

/* ------------------------------------------------------------------ the unit */
static struct fc_config config;
static struct fc_unit unit;
static int sink;
static unsigned sink_port;

static void read_config(const char *cards)
{
	char text[2000], *why;
	size_t octets;
	FILE *out = open_memstream(&why, &octets), *in;
	int err;

	snprintf(text, sizeof(text),
		 "flow exporter OUT\n destination 127.0.0.1\n transport udp %u\n"
		 " export-protocol netflow-v5\n"
		 "flow monitor M\n record original-input\n exporter OUT\n%s",
		 sink_port, cards);
	in = fmemopen(text, strlen(text), "r");
	err = fc_config_read(&config, in, "x", out);
	fclose(in);
	fclose(out);
	if (err)
		fail_msg("%s", why);
	free(why);
}

#define CARD(slot, place_)                                                                         \
	"card " #slot "\n transport pci fake:" #place_ "\n ring size-log2 10\n"                    \
	"interface Hu" #slot "/0/0\n ip flow monitor M input\n"

static void open_sink(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t octets = sizeof(a);

	sink = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(sink, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(sink, (struct sockaddr *)&a, &octets), 0);
	sink_port = ntohs(a.sin_port);
}

/* NetFlow v5 says its count in the header: flows that have come. */
static unsigned sunk(void)
{
	unsigned char datagram[2000];
	unsigned flows = 0;

	while (recv(sink, datagram, sizeof(datagram), 0) > 24)
		flows += datagram[2] * 256u + datagram[3];
	return flows;
}

static void start(const char *cards)
{
	char error[200] = "";

	memset(place, 0, sizeof(place));
	place[0].empty = place[1].empty = true;
	open_sink();
	read_config(cards);
	if (fc_unit_start(&unit, &config, open_place, error, sizeof(error)))
		fail_msg("%s", error);
}

static void stop(void)
{
	assert_int_equal(fc_unit_stop(&unit), 0);
	close(sink);
}

#define await(condition)                                                                           \
	for (uint64_t until_ = now_ms() + LIMIT_MS; !(condition); breathe())                       \
		if (now_ms() > until_)                                                             \
			fail_msg("not within %d ms: %s", LIMIT_MS, #condition);

static struct fc_slot_status status_of(unsigned slot)
{
	struct fc_slot_status status;

	fc_slot_status(unit.slot[slot], &status);
	return status;
}

static void flows_are_merged_closed_and_exported_at_the_end(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 40);
	card_barrier(&place[0], 0);
	card_flows(&place[0], 1, 40);
	card_barrier(&place[0], 1);
	await(status_of(7).merged_packets == 2 * 40 * 3);
	assert_int_equal(status_of(7).closed_flows, 0); /* nothing has timed out */
	assert_int_equal(fc_unit_stop(&unit), 0);
	assert_int_equal(sunk(), 40);
	assert_int_equal(fake_card_reg(&place[0].card, FC_REG_CONTROL), 0);
	assert_int_equal(fake_card_mapped(&place[0].card), 0);
	close(sink);
}

static void a_card_that_is_pulled_is_told_within_a_second(void **state)
{
	uint64_t pulled;

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	card_barrier(&place[0], 0);
	card_flows(&place[0], 1, 20); /* never sees its barrier */
	await(status_of(7).merged_packets == 30 * 3);
	pull(&place[0]);
	pulled = now_ms();
	await(status_of(7).lost.times == 1);
	assert_true(now_ms() - pulled < 1000);
	assert_int_equal(status_of(7).state, FC_DEVICE_GONE);
	assert_int_equal(status_of(7).closed_flows, 20); /* 10 of them in both epochs */
	assert_int_equal(status_of(7).lost.epochs, 1);
	await(!strcmp(status_of(7).error, "fake:0: nobody there")); /* the old one is let go */
	insert(&place[0]);
	await(status_of(7).metering);
	assert_int_equal(status_of(7).generation, 2);
	card_flows(&place[0], 0, 5); /* epochs begin anew */
	await(status_of(7).merged_packets == 35 * 3);
	stop();
}

static void deferred_records_of_a_pulled_card_are_not_forgotten(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	card_barrier(&place[0], 0);
	card_flows(&place[0], 1, 10);
	card_flows(&place[0], 2, 10); /* evictions of the next epoch, deferred */
	await(({
		struct fc_worker_stats w;

		!fc_slot_worker_stats(unit.slot[7], 0, &w) && w.drain.deferred == 10;
	}));
	pull(&place[0]);
	await(status_of(7).lost.times == 1);
	assert_int_equal(status_of(7).merged_packets, 30 * 3);
	stop();
}

static void a_second_card_is_plugged_in_while_the_first_runs(void **state)
{
	(void)state;
	start(CARD(7, 0) CARD(3, 1));
	insert(&place[0]);
	await(status_of(7).metering);
	assert_int_equal(status_of(3).state, FC_DEVICE_GONE);
	card_flows(&place[0], 0, 10);
	insert(&place[1]);
	await(status_of(3).metering);
	card_flows(&place[1], 0, 20);
	await(status_of(3).merged_packets == 60 && status_of(7).merged_packets == 30);
	assert_int_equal(status_of(7).generation, 1);
	stop();
}

static uint64_t inactive_of(unsigned slot)
{
	struct fc_card_plan plan;

	return fc_slot_running(unit.slot[slot], &plan) ? 0 : plan.monitor[0].inactive_ns;
}

static void a_reload_keeps_flows_and_brings_cards(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	card_barrier(&place[0], 0);
	await(status_of(7).merged_packets == 30);
	read_config(CARD(7, 0) CARD(3, 1) "flow monitor M\n cache timeout inactive 5\n");
	assert_int_equal(fc_unit_reload(&unit, &config), 0);
	assert_int_equal(fc_unit_settle(&unit, LIMIT_MS), 0);
	assert_int_equal(status_of(7).generation, 1);
	assert_int_equal(status_of(7).merged_packets, 30);
	assert_non_null(unit.slot[3]);
	await(inactive_of(7) == 5000000000u);
	card_flows(&place[0], 1, 1);
	card_barrier(&place[0], 1);
	for (uint32_t e = 2; e < 9; e++)
		card_barrier(&place[0], e);
	await(status_of(7).closed_flows == 10); /* by the new timeout */
	stop();
}

static void what_a_card_is_started_with_starts_it_anew(void **state)
{
	(void)state;
	start(CARD(7, 0) CARD(3, 1));
	insert(&place[0]);
	insert(&place[1]);
	await(status_of(7).metering && status_of(3).metering);
	card_flows(&place[0], 0, 10);
	await(status_of(7).merged_packets == 30);
	read_config(CARD(7, 0) CARD(3, 1) "card 7\n ring size-log2 11\n");
	place[0].written = 0;
	assert_int_equal(fc_unit_reload(&unit, &config), 0);
	assert_int_equal(fc_unit_settle(&unit, LIMIT_MS), 0);
	await(status_of(7).metering);
	assert_int_equal((fake_card_reg(&place[0].card, FC_REG_RING_CONTROL(0)) &
			  FC_REG_RING_CONTROL_SIZE_LOG2_MASK) >>
				 FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT,
			 11);
	assert_int_equal(status_of(3).generation, 1);
	await(sunk() == 10); /* that ended with the card's first life */
	stop();
}

static void lines_reach_the_card_while_it_runs(void **state)
{
	static const char *const lines[] = {"flow monitor N",    " record original-input",
					    "interface Hu7/0/1", " ip flow monitor N input",
					    "interface Hu7/0/0", " no ip flow monitor M input"};
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line line;
	const struct fc_config *before;

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	before = fc_unit_config(&unit);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_int_equal(fc_unit_line(&unit, &cursor, lines[i], &line), 0);
	assert_int_equal(fc_unit_line(&unit, &cursor, "ip flow monitor X input", &line), -EINVAL);
	assert_int_equal(fc_fnf_monitor_find(&before->fnf, "N"), FC_FNF_NONE);
	fc_unit_config_release(before);
	await(fake_card_reg(&place[0].card, FC_REG_MONITOR_CONTROL(0)) == 0 &&
	      fake_card_reg(&place[0].card, FC_REG_MONITOR_PORTS(1)) == 2);
	stop();
}

static void nobody_waits_for_a_card_that_ends(void **state)
{
	struct fc_config_cursor cursor = {0};
	struct fc_syntax_line line;
	uint64_t from;

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	place[0].card.flush_reads = FAKE_FOREVER; /* it never says that it is flushed */
	assert_ptr_equal(fc_unit_slot(&unit, 7), unit.slot[7]);
	from = now_ms();
	assert_int_equal(fc_unit_line(&unit, &cursor, "card 7", &line), 0);
	assert_int_equal(fc_unit_line(&unit, &cursor, "shutdown", &line), 0);
	assert_int_equal(fc_unit_line(&unit, &cursor, "flow monitor N", &line), 0);
	assert_true(now_ms() - from < 500);
	assert_int_equal(fc_unit_settle(&unit, 20), -ETIMEDOUT);
	fc_unit_slot_release(&unit, 7);
	place[0].card.flush_reads = 0;
	place[0].card.flushing = 0;
	assert_int_equal(fc_unit_settle(&unit, 2 * LIMIT_MS), 0);
	assert_null(fc_unit_slot(&unit, 7));
	stop();
}

static void a_reset_on_demand_restores_service(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	await(status_of(7).merged_packets == 30);
	fc_slot_reset(unit.slot[7]);
	await(status_of(7).generation == 2 && status_of(7).metering);
	assert_int_equal(status_of(7).closed_flows, 10);
	assert_int_equal(status_of(7).lost.times, 0);
	place[0].written = 0;
	card_flows(&place[0], 0, 4);
	await(status_of(7).merged_packets == 42);
	stop();
}

static void a_failed_card_is_reset_until_it_is_well(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	__atomic_store_n(&place[0].card.no_bus_master, true, __ATOMIC_SEQ_CST);
	await(status_of(7).failures >= 1);
	await(status_of(7).lost.times == 1);
	__atomic_store_n(&place[0].card.no_bus_master, false, __ATOMIC_SEQ_CST);
	await(status_of(7).generation == 2 && status_of(7).state == FC_DEVICE_PRESENT);
	stop();
}

static void a_card_that_goes_while_it_takes_its_plan_is_a_loss(void **state)
{
	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	place[0].card.gone_at_write = FC_REG_MONITOR_PORTS(0);
	await(status_of(7).lost.times >= 1);
	assert_int_equal(status_of(7).workers, 0);
	pull(&place[0]);
	await(!strcmp(status_of(7).error, "fake:0: nobody there"));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	await(status_of(7).merged_packets == 30);
	stop();
}

static void the_control_commands_answer(void **state)
{
	static const char *const commands[][2] = {
		{"show version | json", "\"program\": \"flowcardd\""},
		{"show platform card | json", "\"state\": \"present\""},
		{"show platform card 7 | json", "\"balanced\": true"},
		{"show flow exporter | json", "\"protocol\": \"netflow-v5\""},
		{"show flow monitor M | json", "\"record\": \"original-input\""},
		{"show flow monitor M cache | json", "\"current_entries\": 10"},
		{"dump card 7", "record 0 "},
	};
	const struct fc_cli_host host = {.unit = &unit};
	uint32_t record[FC_RECORD_WORDS];
	char error[200];

	(void)state;
	start(CARD(7, 0));
	insert(&place[0]);
	await(status_of(7).metering);
	card_flows(&place[0], 0, 10);
	fake_ledger_record(0, 0, 30, 3000, record);
	card_writes(&place[0], record);
	card_barrier(&place[0], 0);
	await(({
		struct fc_worker_stats w;

		!fc_slot_worker_stats(unit.slot[7], 0, &w) && w.drain.barriers == 1;
	}));
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		char *text;
		size_t octets;
		FILE *out = open_memstream(&text, &octets);
		int err = fc_cli_once(&host, commands[i][0], out, error, sizeof(error));

		fclose(out);
		if (err || !strstr(text, commands[i][1]))
			fail_msg("%s: %d: %s", commands[i][0], err, err ? error : text);
		free(text);
	}
	assert_int_equal(fc_cli_once(&host, "show nothing", stdout, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "show nothing\n     ^\n"
				   "% Invalid input detected at '^' marker.\n");
	assert_int_equal(fc_cli_once(&host, "dump card 9", stdout, error, sizeof(error)), -EINVAL);
	assert_string_equal(error, "% The card cannot be dumped: No such file or directory\n");
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flows_are_merged_closed_and_exported_at_the_end),
		cmocka_unit_test(a_card_that_is_pulled_is_told_within_a_second),
		cmocka_unit_test(deferred_records_of_a_pulled_card_are_not_forgotten),
		cmocka_unit_test(a_second_card_is_plugged_in_while_the_first_runs),
		cmocka_unit_test(a_reload_keeps_flows_and_brings_cards),
		cmocka_unit_test(what_a_card_is_started_with_starts_it_anew),
		cmocka_unit_test(lines_reach_the_card_while_it_runs),
		cmocka_unit_test(nobody_waits_for_a_card_that_ends),
		cmocka_unit_test(a_reset_on_demand_restores_service),
		cmocka_unit_test(a_failed_card_is_reset_until_it_is_well),
		cmocka_unit_test(a_card_that_goes_while_it_takes_its_plan_is_a_loss),
		cmocka_unit_test(the_control_commands_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
