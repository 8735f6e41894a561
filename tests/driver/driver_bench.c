/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the driver costs: a register access through each kind of transport, a record out of a ring,
 * an interrupt from another process.
 *
 *   driver_bench [ring|access|interrupt]...     default: all
 *
 * One core: writer and reader of the ring take turns in one thread, only the reader is timed.
 * The best of many short rounds, the one that the rest of the machine disturbed least; of
 * interrupts the median and the 99th of a hundred. A round that lost or mixed up a record ends the
 * program.
 */
#include "sim/model_transport.h"
#include "sim/sim_card.h"
#include "sim/vfio_user_socket.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <flowcard/ring.h>
#include <flowcard/vfio_user.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	ROUNDS = 15,    /* of a whole ring */
	ACCESSES = 99,  /* rounds of register accesses */
	RING_LOG2 = 18, /* the default ring: 32 MiB, more than the caches hold */
	SMALL_LOG2 = 10,
	BATCH = 64,
	MAPPED = 100000, /* accesses a round */
	MODEL = 100,
	SOCKET = 50,
	INTERRUPTS = 2000,
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
	qsort(values, count, sizeof(*values), ascending);
	return values[count / 2];
}

static double best(double *values, unsigned count, bool most)
{
	qsort(values, count, sizeof(*values), ascending);
	return values[most ? count - 1 : 0];
}

_Noreturn static void give_up(const char *what, int err)
{
	fprintf(stderr, "driver_bench: %s: %s\n", what, strerror(-err));
	exit(1);
}

/* ---------------------------------------------------------------- ring */
/* As the card writes them: phase and sequence of the index in both trailers. */
static void write_lap(uint32_t *mem, uint32_t index, unsigned size_log2)
{
	for (uint32_t i = 0; i < 1u << size_log2; i++) {
		uint32_t *record = mem + (size_t)i * FC_RECORD_WORDS;
		uint32_t sequence = index + i, lap = sequence >> size_log2;
		uint32_t trailer = ((lap & 1) ^ 1) << 31 | (sequence & 0x3fffffff);

		for (unsigned w = 0; w < FC_RECORD_WORDS; w++)
			record[w] = sequence * 2654435761u + w;
		record[15] = trailer;
		record[31] = trailer | 1u << 30;
	}
}

static void check_record(const uint32_t *record, uint32_t index)
{
	if (record[0] != index * 2654435761u || record[30] != index * 2654435761u + 30)
		give_up("a record is not what was written", -EILSEQ);
}

static double drain_lap(struct fc_ring *ring, uint32_t batch[BATCH][FC_RECORD_WORDS])
{
	const uint32_t size = 1u << ring->size_log2;
	uint64_t before = now_ns();

	for (uint32_t taken = 0; taken < size;) {
		unsigned n = 0;

		while (n < BATCH && !fc_ring_next(ring, batch[n]))
			n++;
		if (n != BATCH)
			give_up("the ring ends early", -ENODATA);
		check_record(batch[0], ring->read - BATCH);
		check_record(batch[BATCH - 1], ring->read - 1);
		taken += n;
		if (fc_ring_release(ring, ring->read, false))
			give_up("release", -EIO);
	}
	return size * 1e3 / (double)(now_ns() - before);
}

/* The same octets in the same portions, by memcpy alone. */
static double copy_lap(const uint32_t *mem, unsigned size_log2,
		       uint32_t batch[BATCH][FC_RECORD_WORDS])
{
	const size_t size = (size_t)1 << size_log2;
	uint64_t before = now_ns();

	for (size_t i = 0; i < size; i += BATCH) {
		memcpy(batch, mem + i * FC_RECORD_WORDS, BATCH * FC_RECORD_OCTETS);
		__asm__ volatile("" : : "r"(batch) : "memory");
	}
	return (double)size * 1e3 / (double)(now_ns() - before);
}

static void bench_ring(const char *name, unsigned size_log2)
{
	static uint32_t batch[BATCH][FC_RECORD_WORDS];
	const size_t octets = (size_t)FC_RECORD_OCTETS << size_log2;
	uint32_t *mem = mmap(NULL, octets, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint32_t *bar = calloc(1, FC_PCI_BAR0_OCTETS);
	struct fc_transport transport = {.bar = bar, .bar_octets = FC_PCI_BAR0_OCTETS};
	double rate[ROUNDS], peer[ROUNDS];
	struct fc_ring ring;

	if (mem == MAP_FAILED || !bar)
		give_up("memory", -ENOMEM);
	fc_ring_init(&ring, &transport, 0, mem, size_log2, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		write_lap(mem, ring.read, size_log2);
		rate[i] = drain_lap(&ring, batch);
		write_lap(mem, ring.read, size_log2);
		peer[i] = copy_lap(mem, size_log2, batch);
		if (fc_ring_release(&ring, ring.read + (1u << size_log2), true))
			give_up("release", -EIO);
	}
	printf("%s = %.3g M records/s (peer memcpy = %.3g, ratio %.3g; target >= 20)\n", name,
	       best(rate, ROUNDS, true), best(peer, ROUNDS, true),
	       best(rate, ROUNDS, true) / best(peer, ROUNDS, true));
	free(bar);
	munmap(mem, octets);
}

/* ---------------------------------------------------------------- access */
static double read_ns(struct fc_transport *t, unsigned count)
{
	uint64_t before = now_ns();
	uint32_t value = 0;

	for (unsigned i = 0; i < count; i++)
		if (fc_transport_read(t, FC_REG_SCRATCH, &value))
			give_up("read", -EIO);
	return (double)(now_ns() - before) / count;
}

/* A read ends the writes: nothing is timed that has not arrived. */
static double write_ns(struct fc_transport *t, unsigned count)
{
	uint64_t before = now_ns();
	uint32_t value = 0;

	for (unsigned i = 1; i <= count; i++)
		if (fc_transport_write(t, FC_REG_SCRATCH, i))
			give_up("write", -EIO);
	if (fc_transport_read(t, FC_REG_SCRATCH, &value) || value != count)
		give_up("a write is lost", -EIO);
	return (double)(now_ns() - before) / count;
}

static void bench_access_of(const char *name, struct fc_transport *t, unsigned count)
{
	double reads[ACCESSES], writes[ACCESSES];

	for (unsigned i = 0; i < ACCESSES; i++) {
		reads[i] = read_ns(t, count);
		writes[i] = write_ns(t, count);
	}
	printf("register_read_%s = %.4g ns\n", name, best(reads, ACCESSES, false));
	printf("register_write_%s = %.4g ns\n", name, best(writes, ACCESSES, false));
}

/* ---------------------------------------------------------------- another process */
struct raised {
	_Atomic uint64_t at; /* when the interrupt was raised */
	_Atomic uint32_t wanted;
};

_Noreturn static void serve(const char *path, struct raised *raised)
{
	const struct fcsim_config config = {.entries = 512, .seed = 1};
	struct fc_vfu_server server;
	struct fc_vfu_socket socket;
	struct fc_sim_card card;
	struct pollfd wait;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fc_sim_card_open(&card, &config))
		_exit(1);
	fc_vfu_server_init(&server, &fc_sim_card_ops, &card, 1);
	if (fc_vfu_socket_open(&socket, &server, path))
		_exit(1);
	for (;;) {
		fc_vfu_socket_poll(&socket, &wait);
		poll(&wait, 1, raised->wanted ? 0 : 1);
		fc_vfu_socket_pump(&socket, 64);
		if (raised->wanted) {
			raised->wanted = 0;
			raised->at = now_ns();
			fc_vfu_server_interrupt(&server, 0);
		}
	}
}

static struct fc_transport *connect_to(const char *path)
{
	struct fc_transport *t;
	char error[160];
	int err = -ENOENT;

	for (unsigned n = 0; n < 500 && (err == -ENOENT || err == -ECONNREFUSED); n++) {
		err = fc_vfio_user_open(path, &t, error, sizeof(error));
		if (err)
			usleep(20000);
	}
	if (err)
		give_up(error, err);
	return t;
}

struct other {
	char path[64];
	pid_t pid;
	struct raised *raised;
	struct fc_transport *transport;
};

static void other_start(struct other *o)
{
	snprintf(o->path, sizeof(o->path), "/tmp/driver_bench.%d", (int)getpid());
	o->raised = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (o->raised == MAP_FAILED)
		give_up("memory", -errno);
	o->pid = fork();
	if (o->pid == 0)
		serve(o->path, o->raised);
	o->transport = connect_to(o->path);
}

static void other_stop(struct other *o)
{
	o->transport->ops->close(o->transport);
	kill(o->pid, SIGKILL);
	waitpid(o->pid, NULL, 0);
	unlink(o->path);
}

static void bench_access(void)
{
	uint32_t *bar = calloc(1, FC_PCI_BAR0_OCTETS);
	struct fc_transport mapped = {.bar = bar, .bar_octets = FC_PCI_BAR0_OCTETS};
	const struct fcsim_config config = {.entries = 512, .seed = 1};
	struct fc_transport *model;
	struct other other;
	struct fcsim *sim;

	bench_access_of("mapped", &mapped, MAPPED);
	free(bar);
	if (fcsim_create(&config, &sim) || fc_model_transport_open(sim, &model))
		give_up("model", -ENOMEM);
	bench_access_of("model", model, MODEL);
	model->ops->close(model);
	fcsim_destroy(sim);
	other_start(&other);
	bench_access_of("vfio_user", other.transport, SOCKET);
	other_stop(&other);
}

/* The driver sleeps in poll(2), the other process writes the eventfd. */
static void bench_interrupt(void)
{
	static double ns[INTERRUPTS];
	struct other other;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint64_t count;

	other_start(&other);
	if (other.transport->ops->irq_set(other.transport, 0, fd))
		give_up("irq_set", -EIO);
	for (unsigned i = 0; i < INTERRUPTS; i++) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		usleep(200);
		other.raised->wanted = 1;
		if (poll(&p, 1, 5000) != 1)
			give_up("an interrupt is lost", -ETIMEDOUT);
		ns[i] = (double)(now_ns() - other.raised->at);
		if (read(fd, &count, sizeof(count)) != sizeof(count) || count != 1)
			give_up("an interrupt came twice", -EPROTO);
	}
	printf("interrupt_vfio_user = %.4g us\n", median(ns, INTERRUPTS) / 1000);
	printf("interrupt_vfio_user_p99 = %.4g us\n", ns[INTERRUPTS * 99 / 100] / 1000);
	other_stop(&other);
	close(fd);
}

int main(int argc, char **argv)
{
	bool all = argc < 2;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "ring") && strcmp(argv[i], "access") &&
		    strcmp(argv[i], "interrupt")) {
			fputs("usage: driver_bench [ring|access|interrupt]...\n", stderr);
			return 2;
		}
	}
	for (int i = all ? 0 : 1; i < argc; i++) {
		if (all || !strcmp(argv[i], "ring")) {
			bench_ring("ring_drain", RING_LOG2);
			bench_ring("ring_drain_cached", SMALL_LOG2);
		}
		if (all || !strcmp(argv[i], "access"))
			bench_access();
		if (all || !strcmp(argv[i], "interrupt"))
			bench_interrupt();
	}
	return 0;
}
