// SPDX-License-Identifier: BSD-2-Clause
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <ha/peer/secure.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PORT = 21907, CHUNK = 1 << 16 };

static char key_path[] = "/tmp/fc-bench-key-XXXXXX";

double pump_wall(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

double pump_cpu(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void stop(const char *what, const char *why)
{
	fprintf(stderr, "checkpoint_bench: %s: %s\n", what, why);
	unlink(key_path);
	exit(1);
}

static void make_key(void)
{
	static const char key[] =
		"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n";
	int fd = mkstemp(key_path);

	if (fd < 0 || write(fd, key, sizeof(key) - 1) != sizeof(key) - 1)
		stop("key", strerror(errno));
	close(fd);
}

static struct fc_link_config config_of(unsigned unit)
{
	struct fc_link_config c = {.unit = unit, .peer = 3 - unit, .port = PORT};

	/* Addresses of this process alone. */
	snprintf(c.local, sizeof(c.local), "127.77.%u.%u", (unsigned)getpid() % 250 + 1, unit);
	snprintf(c.remote, sizeof(c.remote), "127.77.%u.%u", (unsigned)getpid() % 250 + 1,
		 3 - unit);
	/* The benchmark loads both processors: nobody shall be taken for dead. */
	c.interval_ms = 500;
	c.misses = 20;
	snprintf(c.key_file, sizeof(c.key_file), "%s", key_path);
	return c;
}

/* ------------------------------------------------------------------ links */
void pump_open(struct fc_link *link[2])
{
	double until = pump_wall() + 10;
	struct fc_link_report report;
	char why[FC_LINK_TEXT];
	unsigned up = 0;

	make_key();
	for (unsigned i = 0; i < 2; i++) {
		struct fc_link_config config = config_of(i + 1);

		if (fc_link_open(&config, &link[i], why))
			stop("link", why);
	}
	while (up < 2) {
		for (unsigned i = 0; i < 2; i++)
			if (fc_link_step(link[i], 5, &report) && report.event == FC_LINK_UP)
				up++;
		if (pump_wall() > until)
			stop("link", "no session");
	}
}

void pump_close(struct fc_link *link[2])
{
	fc_link_close(link[0]);
	fc_link_close(link[1]);
	unlink(key_path);
}

/* ------------------------------------------------------------------ plain stream */
struct stream {
	struct fc_wire *wire;
	size_t octets;
};

static void await(struct fc_wire *wire)
{
	struct pollfd fd = {.fd = fc_wire_fd(wire), .events = fc_wire_events(wire)};

	poll(&fd, 1, 1000);
}

static void shake(struct fc_wire *wire)
{
	char why[FC_LINK_TEXT];
	int err;

	while ((err = fc_wire_shake(wire, why)) == -EAGAIN)
		await(wire);
	if (err)
		stop("plain stream", why);
}

static void carry(struct stream *s, bool sends)
{
	char *octets = calloc(1, CHUNK), why[FC_LINK_TEXT];

	shake(s->wire);
	for (size_t left = s->octets; octets && left;) {
		size_t most = left < CHUNK ? left : CHUNK;
		ssize_t n = sends ? fc_wire_write(s->wire, octets, most, why)
				  : fc_wire_read(s->wire, octets, CHUNK, why);

		if (n == -EAGAIN)
			await(s->wire);
		else if (n < 0)
			stop("plain stream", why);
		else
			left -= (size_t)n;
	}
	free(octets);
}

static void *sender(void *argument)
{
	carry(argument, true);
	return NULL;
}

static void *receiver(void *argument)
{
	carry(argument, false);
	return NULL;
}

static void connected(int fd[2])
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) ||
	    listen(listener, 1) || getsockname(listener, (struct sockaddr *)&address, &size))
		stop("plain stream", strerror(errno));
	fd[0] = socket(AF_INET, SOCK_STREAM, 0);
	if (fd[0] < 0 || connect(fd[0], (struct sockaddr *)&address, size))
		stop("plain stream", strerror(errno));
	fd[1] = accept(listener, NULL, NULL);
	if (fd[1] < 0)
		stop("plain stream", strerror(errno));
	close(listener);
	for (unsigned i = 0; i < 2; i++)
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
}

double pump_plain(size_t octets)
{
	struct fc_link_config config = config_of(1);
	struct fc_secure *secure;
	struct stream stream[2];
	char why[FC_LINK_TEXT];
	pthread_t thread[2];
	double begun;
	int fd[2];

	if (fc_secure_open(&config, &secure, why))
		stop("plain stream", why);
	connected(fd);
	for (unsigned i = 0; i < 2; i++) {
		stream[i] = (struct stream){.wire = fc_wire_create(secure, fd[i], i == 0),
					    .octets = octets};
		if (!stream[i].wire)
			stop("plain stream", "no wire");
	}
	begun = pump_wall();
	if (pthread_create(&thread[0], NULL, sender, &stream[0]) ||
	    pthread_create(&thread[1], NULL, receiver, &stream[1]))
		stop("plain stream", "no thread");
	pthread_join(thread[0], NULL);
	pthread_join(thread[1], NULL);
	begun = pump_wall() - begun;
	for (unsigned i = 0; i < 2; i++)
		fc_wire_free(stream[i].wire);
	fc_secure_close(secure);
	return (double)octets / begun;
}
