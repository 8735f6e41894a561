// SPDX-License-Identifier: BSD-2-Clause
/*
 * How fast messages go through the link: two processes, loopback, TLS; against SSL_write and
 * SSL_read of the same octets on blocking sockets, with the same cipher, in the same run. And how
 * long a peer that is stopped stays unnoticed.
 *   link_bench [MIB]     default 2048
 */
#include <errno.h>
#include <ha/peer/link.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CIPHER "TLS_AES_256_GCM_SHA384"
#define FLOW 150 /* octets, about, as it goes to a standby */
enum { BULK = 430 * FLOW, SMALL = 200, QUEUE_MAX = 1 << 20, RUNS = 3, BLOCK = 16384 };
/* Heartbeats while octets are counted: something else may hold both cores for a while. */
enum { CALM_MS = 500, CALM = 20, STOPS = 20 };

struct result {
	double octets_a_second, messages_a_second, cpu; /* cpu: of the sender, share of a core */
};

static char folder[] = "/tmp/fc-link-bench-XXXXXX";

static void fail(const char *text)
{
	fprintf(stderr, "link_bench: %s\n", text);
	exit(1);
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ------------------------------------------------------------------ through the link */
static struct fc_link *open_link(unsigned unit, unsigned interval_ms, unsigned misses)
{
	struct fc_link_config c = {.unit = unit, .peer = 3 - unit, .port = 4801};
	char why[FC_LINK_TEXT];
	struct fc_link *link;

	snprintf(c.local, sizeof(c.local), "127.8.9.%u", unit);
	snprintf(c.remote, sizeof(c.remote), "127.8.9.%u", 3 - unit);
	snprintf(c.key_file, sizeof(c.key_file), "%s/pair.key", folder);
	c.interval_ms = interval_ms;
	c.misses = misses;
	if (fc_link_open(&c, &link, why))
		fail(why);
	return link;
}

/* So many messages; then a word back. */
static void receive_all(unsigned long messages)
{
	struct fc_link *link = open_link(2, CALM_MS, CALM);
	struct fc_link_report report;

	while (messages) {
		if (fc_link_step(link, 1000, &report) != 1)
			continue;
		if (report.event == FC_LINK_DOWN)
			fail(report.why);
		messages -= report.event == FC_LINK_MESSAGE;
		fc_message_free(report.message);
	}
	fc_link_send(link, fc_message_create(FC_MESSAGE_ACK, 0));
	while (fc_link_step(link, 100, &report) != 1 || report.event != FC_LINK_DOWN)
		continue;
	fc_link_close(link);
}

static void wait_for(struct fc_link *link, enum fc_link_event event)
{
	struct fc_link_report report;
	double end = seconds(CLOCK_MONOTONIC) + 60;

	do {
		if (fc_link_step(link, 100, &report) != 1)
			continue;
		fc_message_free(report.message);
		if (report.event == event)
			return;
		if (report.event == FC_LINK_DOWN)
			fail(report.why);
	} while (seconds(CLOCK_MONOTONIC) < end);
	fail("nothing came for a minute");
}

static void send_all(struct fc_link *link, unsigned long messages, size_t octets,
		     const uint8_t *pattern)
{
	struct fc_link_report report;

	for (;;) {
		while (messages && fc_link_queued(link) < QUEUE_MAX) {
			struct fc_message *m =
				fc_message_create(FC_MESSAGE_FLOWS, FC_MESSAGE_FIELD + octets);

			if (!m)
				fail("no memory");
			fc_message_put(m, 1, pattern, octets);
			fc_link_send(link, m);
			messages--;
		}
		if (!messages)
			return;
		if (fc_link_step(link, 1, &report) == 1)
			fail(report.why);
	}
}

static struct result through_link(unsigned long messages, size_t octets, const uint8_t *pattern)
{
	pid_t pid = fork();
	double begin, cpu, took;
	struct fc_link *link;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		receive_all(messages);
		_exit(0);
	}
	link = open_link(1, CALM_MS, CALM);
	wait_for(link, FC_LINK_UP);
	begin = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	send_all(link, messages, octets, pattern);
	wait_for(link, FC_LINK_MESSAGE);
	took = seconds(CLOCK_MONOTONIC) - begin;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	fc_link_close(link);
	waitpid(pid, NULL, 0);
	return (struct result){(double)messages * (double)octets / took, (double)messages / took,
			       cpu / took};
}

/* ------------------------------------------------------------------ plain TLS */
static void use_certificate(SSL_CTX *context)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();

	X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
	X509_set_pubkey(certificate, key);
	if (!X509_sign(certificate, key, EVP_sha256()) ||
	    SSL_CTX_use_certificate(context, certificate) != 1 ||
	    SSL_CTX_use_PrivateKey(context, key) != 1)
		fail("no certificate");
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static SSL *make_tls(int fd, bool first)
{
	SSL_CTX *context = SSL_CTX_new(first ? TLS_client_method() : TLS_server_method());
	SSL *ssl;

	if (!context || SSL_CTX_set_ciphersuites(context, CIPHER) != 1)
		fail("no TLS");
	if (!first)
		use_certificate(context);
	ssl = SSL_new(context);
	SSL_set_fd(ssl, fd);
	if ((first ? SSL_connect(ssl) : SSL_accept(ssl)) != 1)
		fail("no TLS session");
	return ssl;
}

static int make_socket(struct sockaddr_in *at)
{
	socklen_t octets = sizeof(*at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	*at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	if (bind(fd, (struct sockaddr *)at, sizeof(*at)) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)at, &octets))
		fail("no socket");
	return fd;
}

static void receive_plain(int listener, size_t octets)
{
	SSL *ssl = make_tls(accept(listener, NULL, NULL), false);
	static uint8_t block[BLOCK];

	while (octets) {
		int got = SSL_read(ssl, block, sizeof(block));

		if (got <= 0)
			fail("plain TLS ended");
		octets -= (size_t)got;
	}
	SSL_write(ssl, "a", 1);
}

static struct result through_tls(size_t octets, const uint8_t *pattern)
{
	struct sockaddr_in at;
	int listener = make_socket(&at), fd = socket(AF_INET, SOCK_STREAM, 0);
	double begin, cpu, took;
	size_t left = octets;
	pid_t pid = fork();
	uint8_t word;
	SSL *ssl;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		receive_plain(listener, octets);
		_exit(0);
	}
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)))
		fail("no connection");
	ssl = make_tls(fd, true);
	begin = seconds(CLOCK_MONOTONIC);
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
	while (left) {
		int put = SSL_write(ssl, pattern, left < BLOCK ? (int)left : BLOCK);

		if (put <= 0)
			fail("plain TLS broke");
		left -= (size_t)put;
	}
	if (SSL_read(ssl, &word, 1) != 1)
		fail("plain TLS ended");
	took = seconds(CLOCK_MONOTONIC) - begin;
	cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	close(fd);
	close(listener);
	waitpid(pid, NULL, 0);
	return (struct result){(double)octets / took, 0, cpu / took};
}

/* ------------------------------------------------------------------ a peer that is stopped */
static int ascending(const void *a, const void *b)
{
	return *(const double *)a < *(const double *)b ? -1
						       : *(const double *)a > *(const double *)b;
}

static void step_for(struct fc_link *link, double time)
{
	double end = seconds(CLOCK_MONOTONIC) + time;
	struct fc_link_report report;

	while (seconds(CLOCK_MONOTONIC) < end)
		if (fc_link_step(link, 10, &report) == 1 && report.event == FC_LINK_DOWN)
			fail(report.why);
}

static double one_stop(struct fc_link *link, pid_t pid, unsigned n)
{
	struct fc_link_report report;
	double begin;

	wait_for(link, FC_LINK_UP);
	/* Anywhere within an interval. */
	step_for(link, 0.3 + 0.0037 * n);
	kill(pid, SIGSTOP);
	begin = seconds(CLOCK_MONOTONIC);
	while (fc_link_step(link, 1000, &report) != 1 || report.event != FC_LINK_DOWN)
		fc_message_free(report.message);
	begin = seconds(CLOCK_MONOTONIC) - begin;
	if (report.reason != FC_LINK_DOWN_SILENT)
		fail(report.why);
	kill(pid, SIGCONT);
	return begin;
}

static void stop_the_peer(unsigned interval_ms, unsigned misses)
{
	double took[STOPS];
	struct fc_link *link;
	pid_t pid = fork();

	if (!pid) {
		struct fc_link_report report;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		link = open_link(2, interval_ms, misses);
		for (;;)
			if (fc_link_step(link, 1000, &report) == 1)
				fc_message_free(report.message);
	}
	link = open_link(1, interval_ms, misses);
	for (unsigned n = 0; n < STOPS; n++)
		took[n] = one_stop(link, pid, n);
	fc_link_close(link);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	qsort(took, STOPS, sizeof(*took), ascending);
	printf("peer_silent_%u = %.1f ms in the middle, %.1f at most of %u stops (%u x %u ms)\n",
	       interval_ms, took[STOPS / 2] * 1e3, took[STOPS - 1] * 1e3, STOPS, misses,
	       interval_ms);
}

/* ------------------------------------------------------------------ */
static void make_key(void)
{
	char path[64];
	FILE *out;

	if (!mkdtemp(folder))
		fail("no folder");
	snprintf(path, sizeof(path), "%s/pair.key", folder);
	umask(077);
	out = fopen(path, "w");
	if (!out)
		fail("no key");
	for (unsigned n = 0; n < 64; n++)
		fputc('a', out);
	fclose(out);
}

static void remove_key(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/pair.key", folder);
	unlink(path);
	rmdir(folder);
}

static struct result better(struct result a, struct result b)
{
	return a.octets_a_second > b.octets_a_second ? a : b;
}

int main(int argc, char **argv)
{
	unsigned long mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 2048;
	unsigned long bulk = (mib << 20) / BULK, small = (mib << 20) / SMALL / 16;
	struct result link = {0}, words = {0}, plain = {0};
	static uint8_t pattern[BULK];

	if (!bulk)
		fail("usage: link_bench [MIB]");
	for (size_t n = 0; n < sizeof(pattern); n++)
		pattern[n] = (uint8_t)(n * 2654435761u >> 24);
	make_key();
	/* The best of each: the one that the rest of the machine disturbed least. */
	for (unsigned n = 0; n < RUNS; n++) {
		link = better(through_link(bulk, BULK, pattern), link);
		plain = better(through_tls(bulk * BULK, pattern), plain);
		words = better(through_link(small, SMALL, pattern), words);
	}
	stop_the_peer(50, 3);
	stop_the_peer(10, 3);
	remove_key();
	printf("peer_link = %.4g MB/s (peer plain TLS = %.4g, ratio %.3g; sender %.2f of a core, "
	       "plain %.2f)\n",
	       link.octets_a_second / 1e6, plain.octets_a_second / 1e6,
	       link.octets_a_second / plain.octets_a_second, link.cpu, plain.cpu);
	printf("peer_link_flows = %.4g flows/s of %d octets (target > 1e+06%s)\n",
	       link.octets_a_second / FLOW, FLOW,
	       link.octets_a_second / FLOW > 1e6 ? "" : ", MISSED");
	printf("peer_link_small = %.4g messages/s of %d octets (sender %.2f of a core)\n",
	       words.messages_a_second, SMALL, words.cpu);
	return 0;
}
