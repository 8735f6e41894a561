// SPDX-License-Identifier: BSD-2-Clause
/*
 * The program inside the guest: drains a card through the driver's public interface until SIGTERM,
 * or until the kernel wants it back, and writes the flows as CSV.
 *   guest_drain PLACE CSV
 * Exit status: 0 all read, 1 an error, 2 usage, 3 the card was removed (what was there is written).
 */
#include "ha/drain.h"
#include "ha/shadow.h"
#include "tools/replay_csv.h"
#include <errno.h>
#include <flowcard/card.h>
#include <flowcard/pci.h>
#include <flowcard/registers.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { RING_LOG2 = 14, STEP = 4096, WAIT_MS = 100, FIRST_MS = 10000, FLUSH_LOOKS = 2000 };

struct guest {
	struct fc_transport *transport;
	struct fc_card card;
	struct fc_shard *shard;
	struct fc_drain *drain;
	struct fc_replay_csv csv;
	int irq;  /* eventfd; -1: polling */
	int gone; /* the transport's; -1: none */
	uint64_t interrupts, cut_ns;
};

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void on_closed(void *context, const struct fc_flow *flow, uint64_t cut_ns)
{
	(void)cut_ns;
	fc_replay_csv_add(&((struct guest *)context)->csv, flow);
}

static int on_cut(void *context, uint32_t epoch, uint64_t cut_ns)
{
	(void)epoch;
	((struct guest *)context)->cut_ns = cut_ns;
	return FC_DRAIN_COMMITTED;
}

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

static int open_card(struct guest *g, const char *place)
{
	const struct fc_card_config config = {
		.ring_log2 = RING_LOG2, .epoch_shift = 30, .epoch_guard_ns = 1000000};
	struct fc_card_monitor monitor = {.ports = 1, .ipv4 = 1, .ipv6 = 1};
	char error[200] = "";
	int err = fc_transport_open(place, &g->transport, error, sizeof(error));

	if (err) {
		printf("drain: %s\n", error);
		return err;
	}
	key_mask(monitor.mask);
	err = fc_card_open(&g->card, g->transport, &config);
	if (!err)
		err = fc_card_monitor_set(&g->card, 0, &monitor);
	if (err)
		printf("drain: card: %s\n", g->card.error);
	return err;
}

static int open_host(struct guest *g)
{
	struct fc_shadow_config shadow = {.entries_max = 1 << 18,
					  .closed_max = 1 << 16,
					  .seed = 1,
					  .monitors = 1,
					  .closed = on_closed,
					  .context = g};
	struct fc_drain_config config = {
		.ring = &g->card.ring[0], .cut = on_cut, .context = g, .check_ledger = true};
	int err;

	key_mask(shadow.monitor[0].mask);
	err = fc_shard_create(&shadow, &g->shard);
	if (err)
		return err;
	config.shard = g->shard;
	return fc_drain_create(&config, &g->drain);
}

static void open_interrupt(struct guest *g)
{
	int err = -EOPNOTSUPP;

	g->irq = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (g->transport->ops->irq_set)
		err = g->transport->ops->irq_set(g->transport, 0, g->irq);
	if (!err)
		return;
	printf("drain: polling: %s\n", strerror(-err));
	close(g->irq);
	g->irq = -1;
}

/* Ask for an interrupt at the next record, and wait for it: for the first one long enough to see
 * whether there are any. */
static int wait_records(struct guest *g)
{
	const struct fc_ring *ring = &g->card.ring[0];
	struct pollfd p[2] = {{.fd = g->irq, .events = POLLIN}, {.fd = g->gone, .events = POLLIN}};
	uint64_t times;
	int err = 0;

	if (g->irq >= 0)
		err = fc_transport_write(g->transport, FC_REG_RING_CONSUMER(0),
					 (ring->doorbell & FC_REG_RING_CONSUMER_INDEX_MASK) |
						 FC_REG_RING_CONSUMER_ARM_MASK);
	if (err || poll(p, 2, g->irq >= 0 && !g->interrupts ? FIRST_MS : WAIT_MS) <= 0)
		return err;
	if (p[0].revents && read(g->irq, &times, sizeof(times)) == (ssize_t)sizeof(times))
		g->interrupts += times;
	if (p[1].revents && !stop) {
		printf("drain: asked to give the card back\n");
		stop = 1;
	}
	return 0;
}

static int drain_all(struct guest *g)
{
	int n;

	do {
		n = fc_drain_step(g->drain, STEP);
	} while (n > 0);
	return n;
}

/* All ones where the magic number is: nobody is there. */
static int present(struct guest *g)
{
	uint32_t magic = 0;
	int err = fc_transport_read(g->transport, FC_REG_MAGIC, &magic);

	return err ? err : magic == FC_MAGIC ? 0 : -ENODEV;
}

static int watch(struct guest *g)
{
	int err = 0;

	while (!stop && !err) {
		err = drain_all(g);
		if (!err)
			err = wait_records(g);
		if (!err)
			err = present(g);
	}
	return err;
}

static int finish(struct guest *g)
{
	int err = drain_all(g), flushing = 1;

	if (!err)
		err = fc_card_stop(&g->card);
	if (!err)
		err = fc_card_flush(&g->card);
	for (int i = 0; !err && flushing > 0 && i < FLUSH_LOOKS; i++) {
		g->transport->ops->relax(g->transport);
		err = drain_all(g);
		flushing = fc_card_flushing(&g->card);
	}
	if (!err)
		err = flushing < 0 ? flushing : flushing ? -ETIMEDOUT : drain_all(g);
	return err;
}

static int report(struct guest *g, const char *path)
{
	struct fc_drain_stats stats;
	struct fc_ledger ledger;
	int err;

	fc_shard_close_all(g->shard, g->cut_ns);
	fc_drain_stats(g->drain, &stats);
	printf("drain: %llu records, %zu flows, %llu interrupts, %llu ledger mismatches\n",
	       (unsigned long long)stats.records, g->csv.count, (unsigned long long)g->interrupts,
	       (unsigned long long)stats.ledger_mismatches);
	if (!fc_card_ledger(&g->card, 0, &ledger))
		printf("drain: ledger selected %llu emitted %llu resident %llu unaccounted %llu\n",
		       (unsigned long long)ledger.selected_packets,
		       (unsigned long long)ledger.emitted_packets,
		       (unsigned long long)ledger.resident_packets,
		       (unsigned long long)ledger.unaccounted_packets);
	err = fc_replay_csv_write(&g->csv, path);
	if (err)
		printf("drain: %s: %s\n", path, strerror(-err));
	return err;
}

static int run(struct guest *g, const char *path)
{
	int err = open_host(g), written;

	if (!err) {
		open_interrupt(g);
		err = fc_card_start(&g->card);
	}
	if (err) {
		printf("drain: start: %s %s\n", strerror(-err), g->card.error);
		return 1;
	}
	printf("drain: started\n");
	g->gone = g->transport->ops->gone_fd ? g->transport->ops->gone_fd(g->transport) : -1;
	err = watch(g);
	if (!err)
		err = finish(g);
	if (err == -ENODEV)
		printf("drain: card removed\n");
	else if (err)
		printf("drain: %s %s\n", strerror(-err), g->card.error);
	written = report(g, path);
	return err == -ENODEV && !written ? 3 : err || written;
}

int main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = on_signal};
	static struct guest g = {.irq = -1, .gone = -1};
	int status = 1;

	if (argc != 3) {
		fprintf(stderr, "guest_drain PLACE CSV\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	if (!open_card(&g, argv[1]))
		status = run(&g, argv[2]);
	if (g.drain)
		fc_drain_destroy(g.drain);
	if (g.shard)
		fc_shard_destroy(g.shard);
	fc_card_close(&g.card);
	if (g.transport)
		g.transport->ops->close(g.transport);
	fc_replay_csv_free(&g.csv);
	return status ? status == 3 ? 3 : 1 : 0;
}
