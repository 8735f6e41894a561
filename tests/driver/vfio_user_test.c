// SPDX-License-Identifier: BSD-2-Clause
/* The vfio-user transport against the server in another process, with the Verilated card behind it.
 */
#include "sim/sim_card.h"
#include "sim/vfio_user_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <flowcard/card.h>
#include <flowcard/pci.h>
#include <flowcard/registers.h>
#include <flowcard/vfio_user.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAMES = 3000, FLOWS = 1500, L2_OCTETS = 60, L3_OCTETS = 40, RING_LOG2 = 10, VECTORS = 8 };

struct bench {
	char path[64], error[160];
	pid_t server;
	struct fc_transport *transport;
	struct fc_card card;
	uint64_t packets, octets;
	_Atomic bool enough, wrong;
	bool seen;
};

/* ---------------------------------------------------------------- the other process */
static void feed(struct fc_sim_card *card, unsigned number)
{
	uint8_t frame[L2_OCTETS] = {0,    1, 2,  3,  4, 5, 6, 7,  8,  9,  10, 11, 8,  0,
				    0x45, 0, 0,  40, 0, 1, 0, 0,  64, 17, 0,  0,  10, 0,
				    0,    0, 10, 0,  0, 2, 0, 53, 0,  54, 0,  20};
	const uint64_t time_ns = UINT64_C(1000000000000) + number * UINT64_C(1000);

	frame[28] = (uint8_t)(number % FLOWS >> 8);
	frame[29] = (uint8_t)(number % FLOWS);
	fcsim_time_set(card->sim, time_ns);
	fcsim_frame(card->sim, 0, frame, sizeof(frame), time_ns, false);
}

_Noreturn static void serve(const char *path)
{
	const struct fcsim_config config = {.entries = 512, .seed = 3};
	struct fc_vfu_server server;
	struct fc_vfu_socket socket;
	struct fc_sim_card card;
	struct pollfd wait;
	unsigned fed = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fc_sim_card_open(&card, &config))
		_exit(1);
	fcsim_time_set(card.sim, UINT64_C(1000000000000));
	fc_vfu_server_init(&server, &fc_sim_card_ops, &card, VECTORS);
	if (fc_vfu_socket_open(&socket, &server, path))
		_exit(1);
	for (;;) {
		bool busy = fcsim_busy(card.sim);
		uint32_t rings;

		fc_vfu_socket_poll(&socket, &wait);
		poll(&wait, 1, busy || (card.ports_enabled && fed < FRAMES) ? 0 : 10);
		fc_vfu_socket_pump(&socket, 64);
		for (unsigned i = 0; i < 32 && card.ports_enabled && fed < FRAMES; i++)
			if (fc_sim_card_room(&card) > 128)
				feed(&card, fed++);
		fc_sim_card_work(&card, 2048);
		rings = fc_sim_card_interrupts(&card);
		if (rings)
			fc_vfu_server_interrupt(&server, 0);
	}
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	*state = b;
	if (!b)
		return -1;
	snprintf(b->path, sizeof(b->path), "vfio_user_test.%d", (int)getpid());
	b->server = fork();
	if (b->server == 0)
		serve(b->path);
	return b->server > 0 ? 0 : -1;
}

static void stop_server(struct bench *b)
{
	if (b->server <= 0)
		return;
	kill(b->server, SIGKILL);
	waitpid(b->server, NULL, 0);
	b->server = 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	fc_card_close(&b->card);
	if (b->transport)
		b->transport->ops->close(b->transport);
	stop_server(b);
	unlink(b->path);
	free(b);
	return 0;
}

/* ---------------------------------------------------------------- this process */
static void connect_to(struct bench *b)
{
	char where[80];
	int err = -ENOENT;

	snprintf(where, sizeof(where), "vfio-user:%s", b->path);
	for (unsigned n = 0; n < 500 && (err == -ENOENT || err == -ECONNREFUSED); n++) {
		err = fc_transport_open(where, &b->transport, b->error, sizeof(b->error));
		if (err)
			usleep(20000);
	}
	if (err)
		fail_msg("%s", b->error);
}

static void bring_up(struct bench *b)
{
	const struct fc_card_config config = {
		.ring_log2 = RING_LOG2, .epoch_shift = 30, .epoch_guard_ns = 1000000};
	struct fc_card_monitor monitor = {.ports = 1, .ipv4 = 1};

	memset(monitor.mask, 0xff, 36); /* addresses and ports */
	if (fc_card_open(&b->card, b->transport, &config) ||
	    fc_card_monitor_set(&b->card, 0, &monitor) || fc_card_start(&b->card))
		fail_msg("%s", b->card.error);
}

static void take(struct bench *b)
{
	struct fc_ring *ring = &b->card.ring[0];
	uint32_t record[FC_RECORD_WORDS];

	while (fc_ring_next(ring, record) == 0) {
		if (fc_rec_kind(record) == FC_KIND_FLOW) {
			b->packets += fc_rec_packets(record);
			b->octets += fc_rec_bytes(record);
		}
		assert_int_equal(fc_ring_release(ring, ring->read, false), 0);
	}
	assert_int_equal(ring->stats.gaps, 0);
}

static uint64_t frames_seen(struct bench *b)
{
	struct fc_card_port_counters port;

	if (fc_card_port_counters(&b->card, 0, &port))
		fail_msg("%s", b->card.error);
	return port.frames;
}

static void drain_all(struct bench *b)
{
	for (unsigned n = 0; frames_seen(b) < FRAMES; n++) {
		assert_in_range(n, 0, 5000);
		take(b);
	}
	assert_int_equal(fc_card_stop(&b->card), 0);
	assert_int_equal(fc_card_flush(&b->card), 0);
	for (unsigned n = 0; fc_card_flushing(&b->card) == 1; n++) {
		assert_in_range(n, 0, 5000);
		take(b);
	}
	for (unsigned n = 0; n < 20; n++) {
		usleep(1000);
		take(b);
	}
}

static void a_card_in_another_process_is_driven_to_the_last_packet(void **state)
{
	struct bench *b = *state;
	struct fc_ledger ledger;

	connect_to(b);
	bring_up(b);
	drain_all(b);
	assert_int_equal(fc_card_ledger(&b->card, 0, &ledger), 0);
	assert_int_equal(ledger.selected_packets, FRAMES);
	assert_int_equal(ledger.resident_packets + ledger.unaccounted_packets, 0);
	assert_int_equal(b->packets, FRAMES);
	assert_int_equal(b->octets, FRAMES * L3_OCTETS);
	assert_in_range(b->card.ring[0].stats.records, (1 << RING_LOG2) + 1, UINT32_MAX);
}

static bool readable(int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, timeout_ms) == 1;
}

static void an_armed_ring_wakes_its_eventfd(void **state)
{
	struct bench *b = *state;
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	connect_to(b);
	bring_up(b);
	assert_int_equal(b->transport->ops->irq_set(b->transport, 0, fd), 0);
	assert_int_equal(b->transport->ops->irq_set(b->transport, VECTORS, fd), -EINVAL);
	assert_int_equal(fc_transport_write(b->transport, FC_REG_RING_CONSUMER(0),
					    FC_REG_RING_CONSUMER_ARM_MASK),
			 0);
	assert_true(readable(fd, 5000));
	assert_int_equal(b->transport->ops->irq_set(b->transport, 0, -1), 0);
	close(fd);
}

static void registers_are_as_the_card_has_them_and_reset_clears_them(void **state)
{
	struct bench *b = *state;
	uint32_t value = 0;

	connect_to(b);
	assert_null(b->transport->bar);
	assert_int_equal(fc_transport_read(b->transport, FC_REG_MAGIC, &value), 0);
	assert_int_equal(value, FC_MAGIC);
	assert_int_equal(fc_transport_read(b->transport, 2, &value), 0); /* part of MAGIC */
	assert_int_equal(fc_transport_read(b->transport, 0x10000, &value), -EINVAL);
	assert_int_equal(fc_transport_write(b->transport, FC_REG_SCRATCH, 0x1234), 0);
	assert_int_equal(fc_transport_read(b->transport, FC_REG_SCRATCH, &value), 0);
	assert_int_equal(value, 0x1234);
	assert_int_equal(b->transport->ops->reset(b->transport), 0);
	assert_int_equal(fc_transport_read(b->transport, FC_REG_SCRATCH, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(fc_transport_read(b->transport, FC_REG_STATUS, &value), 0);
	assert_true(value & FC_REG_STATUS_BUS_MASTER_MASK);
}

static void a_server_that_dies_is_noticed_at_once_and_named(void **state)
{
	struct bench *b = *state;
	uint32_t record[FC_RECORD_WORDS];
	struct fc_ledger ledger;
	int gone;

	connect_to(b);
	bring_up(b);
	take(b);
	gone = b->transport->ops->gone_fd(b->transport);
	assert_true(gone >= 0);
	frames_seen(b);
	assert_false(readable(gone, 0)); /* replies do not count */
	stop_server(b);
	assert_true(readable(gone, 1000));
	assert_int_equal(fc_card_ledger(&b->card, 0, &ledger), -ENODEV);
	assert_true(strstr(b->card.error, "LATCH_SEQ") != NULL);
	/* what has arrived stays readable */
	assert_in_range(-fc_ring_next(&b->card.ring[0], record), 0, EAGAIN);
}

/* Replies are on their way all the time; none of them looks like the end. */
static void *read_on(void *argument)
{
	struct bench *b = argument;
	uint32_t value;

	while (!b->enough)
		if (fc_transport_read(b->transport, FC_REG_MAGIC, &value) || value != FC_MAGIC)
			b->wrong = true;
	return NULL;
}

static void replies_to_another_thread_are_not_the_end(void **state)
{
	struct bench *b = *state;
	pthread_t thread;
	int gone;

	connect_to(b);
	gone = b->transport->ops->gone_fd(b->transport);
	assert_int_equal(pthread_create(&thread, NULL, read_on, b), 0);
	b->seen = readable(gone, 500);
	b->enough = true;
	pthread_join(thread, NULL);
	assert_false(b->seen);
	assert_false(b->wrong);
}

static void a_server_that_stands_still_meets_the_deadline(void **state)
{
	struct bench *b = *state;
	struct timespec before, after;
	uint32_t value;

	connect_to(b);
	kill(b->server, SIGSTOP);
	clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(fc_transport_read(b->transport, FC_REG_MAGIC, &value), -ETIMEDOUT);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(after.tv_sec - before.tv_sec, 4, 7);
	kill(b->server, SIGCONT);
	/* a late answer cannot be told from the next one */
	assert_int_equal(fc_transport_read(b->transport, FC_REG_MAGIC, &value), -ENODEV);
}

static void the_next_client_finds_the_card_as_it_was_left(void **state)
{
	struct bench *b = *state;
	uint32_t value = 0;

	connect_to(b);
	assert_int_equal(fc_transport_write(b->transport, FC_REG_SCRATCH, 77), 0);
	b->transport->ops->close(b->transport);
	b->transport = NULL;
	connect_to(b);
	assert_int_equal(fc_transport_read(b->transport, FC_REG_SCRATCH, &value), 0);
	assert_int_equal(value, 77);
	bring_up(b);
	drain_all(b);
	assert_int_equal(b->packets, FRAMES);
}

static void what_is_no_server_is_refused_by_name(void **state)
{
	struct bench *b = *state;
	struct fc_transport *t;
	char long_path[200];

	assert_int_equal(fc_transport_open("vfio-user:no/such", &t, b->error, sizeof(b->error)),
			 -ENOENT);
	assert_true(strstr(b->error, "no/such") != NULL);
	memset(long_path, 'x', sizeof(long_path) - 1);
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(fc_vfio_user_open(long_path, &t, b->error, sizeof(b->error)),
			 -ENAMETOOLONG);
	fclose(fopen("vfio_user_test.file", "w"));
	assert_int_equal(fc_vfio_user_open("vfio_user_test.file", &t, b->error, sizeof(b->error)),
			 -ECONNREFUSED);
	unlink("vfio_user_test.file");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_card_in_another_process_is_driven_to_the_last_packet),
		TEST(an_armed_ring_wakes_its_eventfd),
		TEST(registers_are_as_the_card_has_them_and_reset_clears_them),
		TEST(a_server_that_dies_is_noticed_at_once_and_named),
		TEST(replies_to_another_thread_are_not_the_end),
		TEST(a_server_that_stands_still_meets_the_deadline),
		TEST(the_next_client_finds_the_card_as_it_was_left),
		TEST(what_is_no_server_is_refused_by_name),
	};

	return cmocka_run_group_tests_name("driver.vfio_user", tests, NULL, NULL);
}
