/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recorder --port-file F [--pcap X.pcap] [--payload Y.bin] [--host ADDRESS]
 *
 * A UDP collector that only writes down: a capture with made-up Ethernet, IP and UDP headers (no
 * capture rights are needed), and the payloads one after the other (what a reader of IPFIX files
 * wants). The port is the system's choice and goes to the port file when the socket is ready.
 * SIGTERM or SIGINT: what has arrived is still written, then exit 0.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PAYLOAD_MAX 65536
#define ETHERNET 14
#define IPV4 20
#define UDP 8
#define HEADERS (ETHERNET + IPV4 + UDP)
#define RECEIVE_BUFFER (8 << 20)

struct recorder {
	int fd;
	struct sockaddr_in address;
	FILE *pcap, *payload;
	unsigned long datagrams;
};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static unsigned sum16(const uint8_t *octets, size_t count, unsigned sum)
{
	for (size_t i = 0; i + 1 < count; i += 2)
		sum += (unsigned)octets[i] << 8 | octets[i + 1];
	if (count & 1)
		sum += (unsigned)octets[count - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* Headers as the datagram would have had on a wire. */
static void make_headers(uint8_t *frame, const struct sockaddr_in *from,
			 const struct sockaddr_in *to, size_t payload)
{
	uint8_t *ip = frame + ETHERNET, *udp = ip + IPV4;
	unsigned sum;

	memset(frame, 0, HEADERS);
	frame[0] = frame[6] = 2; /* locally administered addresses */
	frame[11] = 1;
	put16(frame + 12, 0x0800);
	ip[0] = 0x45;
	put16(ip + 2, (unsigned)(IPV4 + UDP + payload));
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, &from->sin_addr, 4);
	memcpy(ip + 16, &to->sin_addr, 4);
	put16(ip + 10, ~sum16(ip, IPV4, 0) & 0xffff);
	memcpy(udp, &from->sin_port, 2);
	memcpy(udp + 2, &to->sin_port, 2);
	put16(udp + 4, (unsigned)(UDP + payload));
	sum = sum16(ip + 12, 8, IPPROTO_UDP + UDP + (unsigned)payload);
	sum = ~sum16(udp, UDP + payload, sum) & 0xffff;
	put16(udp + 6, sum ? sum : 0xffff);
}

static int write_pcap(FILE *pcap, const uint8_t *frame, size_t length)
{
	struct timespec now;
	uint32_t header[4];

	clock_gettime(CLOCK_REALTIME, &now);
	header[0] = (uint32_t)now.tv_sec;
	header[1] = (uint32_t)(now.tv_nsec / 1000);
	header[2] = header[3] = (uint32_t)length;
	if (fwrite(header, sizeof(header), 1, pcap) != 1 || fwrite(frame, length, 1, pcap) != 1)
		return -EIO;
	return 0;
}

/* Take in what the socket holds. */
static int receive_all(struct recorder *r)
{
	static uint8_t frame[HEADERS + PAYLOAD_MAX];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t got;

	while ((got = recvfrom(r->fd, frame + HEADERS, PAYLOAD_MAX, MSG_DONTWAIT,
			       (struct sockaddr *)&from, &size)) >= 0) {
		r->datagrams++;
		make_headers(frame, &from, &r->address, (size_t)got);
		if (r->pcap && write_pcap(r->pcap, frame, HEADERS + (size_t)got))
			return -EIO;
		if (r->payload && got && fwrite(frame + HEADERS, (size_t)got, 1, r->payload) != 1)
			return -EIO;
		size = sizeof(from);
	}
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static int open_socket(struct recorder *r, const char *host)
{
	socklen_t size = sizeof(r->address);
	int octets = RECEIVE_BUFFER;

	r->address = (struct sockaddr_in){.sin_family = AF_INET};
	if (inet_pton(AF_INET, host, &r->address.sin_addr) != 1)
		return -EINVAL;
	r->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (r->fd < 0)
		return -errno;
	/* More than the limit needs privilege; without it the limit must do. */
	if (setsockopt(r->fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)))
		(void)setsockopt(r->fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	if (bind(r->fd, (struct sockaddr *)&r->address, size) ||
	    getsockname(r->fd, (struct sockaddr *)&r->address, &size))
		return -errno;
	return 0;
}

/* By way of another name, so that a reader never sees half a number. */
static int write_port(const char *path, unsigned port)
{
	char partial[4096];
	FILE *file;

	if (snprintf(partial, sizeof(partial), "%s.new", path) >= (int)sizeof(partial))
		return -ENAMETOOLONG;
	file = fopen(partial, "w");
	if (!file)
		return -errno;
	fprintf(file, "%u\n", port);
	if (fclose(file) || rename(partial, path))
		return -errno;
	return 0;
}

static int open_pcap(struct recorder *r, const char *path)
{
	/* Magic (us), version 2.4, zone, accuracy, snap length, Ethernet. */
	const uint32_t header[6] = {0xa1b2c3d4, 4U << 16 | 2, 0, 0, HEADERS + PAYLOAD_MAX, 1};

	r->pcap = fopen(path, "wb");
	if (!r->pcap || fwrite(header, sizeof(header), 1, r->pcap) != 1)
		return -errno;
	return 0;
}

static int run(struct recorder *r, int signals)
{
	struct pollfd fds[2] = {{.fd = r->fd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	int err = 0;

	while (!err && !(fds[1].revents & POLLIN)) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		err = receive_all(r);
	}
	return err;
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"port-file", required_argument, NULL, 'f'},
		{"pcap", required_argument, NULL, 'c'},
		{"payload", required_argument, NULL, 'y'},
		{"host", required_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *port_file = NULL, *host = "127.0.0.1";
	struct recorder r = {.fd = -1};
	int option, signals = block_signals(), err = 0;

	while (!err && (option = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (option == 'f')
			port_file = optarg;
		else if (option == 'h')
			host = optarg;
		else if (option == 'c')
			err = open_pcap(&r, optarg);
		else if (option == 'y')
			err = (r.payload = fopen(optarg, "wb")) ? 0 : -errno;
		else
			return 2;
	}
	if (!port_file || signals < 0) {
		fprintf(stderr,
			"usage: %s --port-file F [--pcap F] [--payload F] [--host ADDRESS]\n",
			argv[0]);
		return 2;
	}
	if (!err)
		err = open_socket(&r, host);
	if (!err)
		err = write_port(port_file, ntohs(r.address.sin_port));
	if (!err)
		err = run(&r, signals);
	if ((r.pcap && fclose(r.pcap)) || (r.payload && fclose(r.payload)))
		err = -EIO;
	if (err)
		fprintf(stderr, "%s: %s\n", argv[0], strerror(-err));
	else
		printf("datagrams=%lu\n", r.datagrams);
	return err != 0;
}
