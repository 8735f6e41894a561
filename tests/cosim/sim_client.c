/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A driver process for the tests of flowcard-sim: brings a card up, drains all its rings into
 * shadow tables, says what it notices, and writes the flows at the end.
 *
 *   sim_client PLACE [--frames N] [--csv FILE] [--irq] [--limit SECONDS]   until N frames were
 * counted sim_client PLACE --inspect            the ledger as it stands; the card is not touched
 *
 * Lines on standard output: "ready", "trouble NAME: SENTENCE", and at the end one of JSON.
 */
#include "ha/drain.h"
#include "ha/shadow.h"
#include "tools/replay_csv.h"
#include <errno.h>
#include <flowcard/device.h>
#include <flowcard/pci.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
	RING_LOG2 = 12,
	EPOCH_SHIFT = 30,
	GUARD_NS = 1000000,
	STEP = 1024,
	WAIT_MS = 200,  /* for an interrupt; then the rings are looked at anyway */
	LOOK_MS = 20,   /* between two looks at the card's health */
	STALL_MS = 200, /* a card that is busy and writes nothing */
	STATUS_GONE = 3,
	STATUS_FAILED = 4,
};

struct client {
	const char *place, *csv_path;
	uint64_t frames, limit_ms;
	bool irq, inspect;
	struct fc_device device;
	unsigned rings, ports;
	struct fc_shard *shard[FC_CARD_RINGS_MAX];
	struct fc_drain *drain[FC_CARD_RINGS_MAX];
	int vector[FC_CARD_RINGS_MAX];
	struct fc_replay_csv csv;
	uint64_t packets, octets, cut_ns, frames_seen;
	uint64_t interrupts, looked_at, moved_at;
	uint32_t producers;
	unsigned told; /* troubles that were printed, a bit each */
};

enum trouble { AXI_ERROR, DAMAGED, STALLED, NO_INTERRUPT, LINK_DOWN, OTHER_FAULT };

static const char *const trouble_name[] = {
	"axi-error", "damaged-record", "dma-stalled", "interrupt-lost", "link-down", "fault",
};

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void tell(struct client *c, enum trouble what, const char *sentence)
{
	if (c->told >> what & 1)
		return;
	c->told |= 1u << what;
	printf("trouble %s: %s\n", trouble_name[what], sentence);
	fflush(stdout);
}

/* ---------------------------------------------------------------- set-up */
static void key_mask(uint32_t mask[FC_VECTOR_WORDS])
{
	uint8_t ones[16];

	memset(mask, 0, FC_VECTOR_WORDS * sizeof(*mask));
	memset(ones, 0xff, sizeof(ones));
	fc_vec_set_src(mask, ones);
	fc_vec_set_dst(mask, ones);
	fc_vec_set_sport(mask, UINT16_MAX);
	fc_vec_set_dport(mask, UINT16_MAX);
	fc_vec_set_proto(mask, UINT8_MAX);
	fc_vec_set_tos(mask, UINT8_MAX);
	fc_vec_set_ip_version(mask, 0xf);
	fc_vec_set_input_port(mask, UINT8_MAX);
}

static int reach(void *context, struct fc_transport **out, char *error, size_t octets)
{
	return fc_transport_open(context, out, error, octets);
}

static int open_device(struct client *c)
{
	struct fc_device_setup setup = {
		.config = {.ring_log2 = RING_LOG2,
			   .epoch_shift = EPOCH_SHIFT,
			   .epoch_guard_ns = GUARD_NS,
			   .doorbell_batch = 64},
		.monitors = 1,
		.monitor[0] = {.ipv4 = 1, .ipv6 = 1},
	};
	struct fc_transport *t;
	char error[200];
	uint32_t build = 0;
	int err = fc_transport_open(c->place, &t, error, sizeof(error));

	/* A monitor may not name ports that are not there. */
	if (!err) {
		err = fc_transport_read(t, FC_REG_BUILD0, &build);
		t->ops->close(t);
	} else {
		fprintf(stderr, "sim_client: %s\n", error);
	}
	if (err)
		return err;
	c->ports = build >> FC_REG_BUILD0_PORTS_SHIFT & 0xff;
	if (c->ports > FC_CARD_PORTS_MAX) /* opening says what is wrong */
		c->ports = 1;
	setup.monitor[0].ports = (1u << c->ports) - 1;
	key_mask(setup.monitor[0].mask);
	fc_device_init(&c->device, reach, (void *)(uintptr_t)c->place);
	err = fc_device_open(&c->device, &setup);
	if (err)
		fprintf(stderr, "sim_client: %s\n", c->device.error);
	c->rings = c->device.card.build.rings;
	return err;
}

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	struct client *c = context;

	c->packets += flow->packets;
	c->octets += flow->octets;
	c->cut_ns = cut_ns;
	fc_replay_csv_add(&c->csv, flow);
}

static int open_ring(struct client *c, unsigned r)
{
	struct fc_shadow_config shadow = {
		.entries_max = 1 << 18,
		.closed_max = 1 << 16,
		.seed = 1,
		.monitors = 1,
		.closed = on_closed,
		.context = c,
	};
	struct fc_drain_config config = {.ring = &c->device.card.ring[r], .stuck_steps = 4};
	int err;

	key_mask(shadow.monitor[0].mask);
	c->vector[r] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = c->vector[r] < 0 ? -errno : fc_shard_create(&shadow, &c->shard[r]);
	if (err)
		return err;
	config.shard = c->shard[r];
	err = fc_drain_create(&config, &c->drain[r]);
	if (!err && c->irq)
		err = c->device.transport->ops->irq_set(c->device.transport, r, c->vector[r]);
	return err;
}

/* ---------------------------------------------------------------- draining */
static unsigned drain_all(struct client *c)
{
	unsigned taken = 0;

	for (unsigned r = 0; r < c->rings; r++) {
		struct fc_drain_stats stats;
		int n = fc_drain_step(c->drain[r], STEP);

		if (n > 0)
			taken += (unsigned)n;
		else if (n < 0)
			fc_device_report(&c->device, c->device.generation, n);
		fc_drain_stats(c->drain[r], &stats);
		if (stats.damaged)
			tell(c, DAMAGED, "a record has another sequence than its place");
	}
	return taken;
}

static void arm(struct client *c)
{
	for (unsigned r = 0; r < c->rings; r++)
		fc_transport_write(
			c->device.transport, FC_REG_RING_CONSUMER(r),
			(c->device.card.ring[r].released & FC_REG_RING_CONSUMER_INDEX_MASK) |
				FC_REG_RING_CONSUMER_ARM_MASK);
}

/* Sleep until a ring wakes us. What is found without having been woken was not announced. */
static void wait_interrupt(struct client *c)
{
	struct pollfd fds[FC_CARD_RINGS_MAX];
	uint64_t count;
	int woken;

	arm(c);
	for (unsigned r = 0; r < c->rings; r++)
		fds[r] = (struct pollfd){.fd = c->vector[r], .events = POLLIN};
	woken = poll(fds, c->rings, WAIT_MS);
	for (unsigned r = 0; r < c->rings; r++)
		if (read(c->vector[r], &count, sizeof(count)) == sizeof(count))
			c->interrupts += count;
	if (!woken && drain_all(c))
		tell(c, NO_INTERRUPT, "records waited and no interrupt came");
}

/* ---------------------------------------------------------------- health */
static void look_at_faults(struct client *c)
{
	uint32_t faults = 0;

	if (fc_device_faults(&c->device, c->device.generation, &faults))
		return;
	if (faults & FC_REG_FAULT_AXI_ERROR_MASK)
		tell(c, AXI_ERROR, "FAULT.axi_error: host memory refused a write");
	if (faults & FC_REG_FAULT_LINK_DOWN_MASK)
		tell(c, LINK_DOWN, "FAULT.link_down: the link has been down");
}

/* Busy without an end, and nothing comes: somebody holds back its writes. */
static void look_at_progress(struct client *c, uint64_t ms)
{
	uint32_t sum = 0, value = 0, status = 0;

	for (unsigned r = 0; r < c->rings; r++)
		if (!fc_transport_read(c->device.transport, FC_REG_RING_PRODUCER(r), &value))
			sum += value;
	if (fc_transport_read(c->device.transport, FC_REG_STATUS, &status))
		return;
	if (sum != c->producers || status & FC_REG_STATUS_IDLE_MASK) {
		c->producers = sum;
		c->moved_at = ms;
	}
	if (ms - c->moved_at > STALL_MS)
		tell(c, STALLED, "STATUS.idle stays 0 and RING.PRODUCER does not move");
}

static uint64_t count_frames(struct client *c)
{
	uint64_t sum = 0;

	for (unsigned p = 0; p < c->ports; p++) {
		struct fc_card_port_counters port;

		if (fc_device_port_counters(&c->device, c->device.generation, p, &port))
			return c->frames_seen;
		sum += port.frames;
	}
	return sum;
}

static bool well(struct client *c)
{
	uint64_t ms = now_ms();

	if (ms - c->looked_at < LOOK_MS)
		return true;
	c->looked_at = ms;
	if (fc_device_look(&c->device) == FC_DEVICE_PRESENT) {
		look_at_faults(c);
		look_at_progress(c, ms);
		c->frames_seen = count_frames(c);
	}
	if (c->device.state == FC_DEVICE_PRESENT)
		return true;
	printf("trouble %s: %s\n", fc_device_state_name(c->device.state), c->device.error);
	fflush(stdout);
	return false;
}

/* ---------------------------------------------------------------- the end */
static int flush(struct client *c)
{
	uint64_t end = now_ms() + 10000;
	int err = fc_device_stop(&c->device, c->device.generation);

	if (!err)
		err = fc_device_flush(&c->device, c->device.generation);
	while (!err) {
		err = fc_device_flushing(&c->device, c->device.generation);
		drain_all(c);
		if (err <= 0)
			break;
		err = now_ms() > end ? -ETIMEDOUT : 0;
	}
	/* The last barrier may still be on its way into memory. */
	for (unsigned n = 0; !err && n < 100; n++) {
		usleep(1000);
		drain_all(c);
	}
	return err;
}

static void print_ledger(struct client *c, struct fc_card *card)
{
	struct fc_ledger l = {0};
	uint64_t seen = 0, damaged = 0;

	if (fc_card_ledger(card, 0, &l))
		fprintf(stderr, "sim_client: %s\n", card->error);
	for (unsigned r = 0; r < c->rings; r++) {
		struct fc_drain_stats stats;

		fc_drain_stats(c->drain[r], &stats);
		seen += stats.monitor[0].seen_packets;
		damaged += stats.damaged;
	}
	printf("{\"selected\": %" PRIu64 ", \"emitted\": %" PRIu64 ", \"resident\": %" PRIu64
	       ", \"unaccounted\": %" PRIu64 ", \"seen\": %" PRIu64 ", \"closed\": %" PRIu64
	       ", \"damaged\": %" PRIu64 ", \"frames\": %" PRIu64 ", \"interrupts\": %" PRIu64
	       "}\n",
	       l.selected_packets, l.emitted_packets, l.resident_packets, l.unaccounted_packets,
	       seen, c->packets, damaged, c->frames_seen, c->interrupts);
	fflush(stdout);
}

static int inspect(struct client *c)
{
	struct fc_card card = {0};
	char error[200];
	int err = fc_transport_open(c->place, &card.transport, error, sizeof(error));

	if (err) {
		fprintf(stderr, "sim_client: %s\n", error);
		return 1;
	}
	card.build.monitors = 8;
	print_ledger(c, &card);
	card.transport->ops->close(card.transport);
	return 0;
}

static int run(struct client *c)
{
	uint64_t end = now_ms() + c->limit_ms;

	c->moved_at = now_ms();
	while (c->frames_seen < c->frames) {
		if (now_ms() > end) {
			fprintf(stderr, "sim_client: %" PRIu64 " frames of %" PRIu64 " in time\n",
				c->frames_seen, c->frames);
			return 1;
		}
		if (!well(c))
			return c->device.state == FC_DEVICE_GONE ? STATUS_GONE : STATUS_FAILED;
		if (drain_all(c) == 0 && c->irq)
			wait_interrupt(c);
	}
	if (flush(c)) {
		fprintf(stderr, "sim_client: flush: %s\n", c->device.card.error);
		return 1;
	}
	for (unsigned r = 0; r < c->rings; r++)
		fc_shard_close_all(c->shard[r], c->cut_ns);
	print_ledger(c, &c->device.card);
	return c->csv_path && fc_replay_csv_write(&c->csv, c->csv_path) ? 1 : 0;
}

static int options(struct client *c, int argc, char **argv)
{
	if (argc < 2)
		return -EINVAL;
	c->place = argv[1];
	c->limit_ms = 60000;
	for (int i = 2; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!strcmp(argv[i], "--irq"))
			c->irq = true;
		else if (!strcmp(argv[i], "--inspect"))
			c->inspect = true;
		else if (!value)
			return -EINVAL;
		else if (!strcmp(argv[i], "--frames") && ++i)
			c->frames = strtoull(value, NULL, 10);
		else if (!strcmp(argv[i], "--limit") && ++i)
			c->limit_ms = strtoull(value, NULL, 10) * 1000;
		else if (!strcmp(argv[i], "--csv") && ++i)
			c->csv_path = value;
		else
			return -EINVAL;
	}
	return 0;
}

static void close_all(struct client *c)
{
	for (unsigned r = 0; r < c->rings; r++) {
		fc_drain_destroy(c->drain[r]);
		fc_shard_destroy(c->shard[r]);
		close(c->vector[r]);
	}
	fc_device_close(&c->device);
	fc_replay_csv_free(&c->csv);
}

int main(int argc, char **argv)
{
	static struct client client;
	struct client *c = &client;
	int err = options(c, argc, argv), status = 1;

	if (err) {
		fputs("usage: sim_client PLACE [--frames N] [--csv FILE] [--irq] [--limit S] "
		      "[--inspect]\n",
		      stderr);
		return 2;
	}
	if (c->inspect)
		return inspect(c);
	if (open_device(c))
		return 1;
	for (unsigned r = 0; !err && r < c->rings; r++)
		err = open_ring(c, r);
	if (!err) {
		puts("ready");
		fflush(stdout);
		status = run(c);
		close_all(c);
	}
	return status;
}
