// SPDX-License-Identifier: BSD-2-Clause
#include "wire_sink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEADER 16
#define TEMPLATE_SET 2
#define FIRST_TEMPLATE 256
#define BUFFER_OCTETS (1 << 22)

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

int wire_sink_open(struct wire_sink *sink)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof(address);
	int octets = BUFFER_OCTETS, err;

	memset(sink, 0, sizeof(*sink));
	sink->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (sink->fd < 0)
		return -errno;
	/* The plain option is cut to the system's limit, which holds a burst too. */
	if (setsockopt(sink->fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)))
		(void)setsockopt(sink->fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
	if (bind(sink->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(sink->fd, (struct sockaddr *)&address, &length)) {
		err = -errno;
		close(sink->fd);
		return err;
	}
	snprintf(sink->port, sizeof(sink->port), "%u", ntohs(address.sin_port));
	return 0;
}

void wire_sink_close(struct wire_sink *sink)
{
	close(sink->fd);
}

/* Template records: id, count, then element and length of each field. */
static bool take_templates(struct wire_sink *sink, const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 4) {
		unsigned id = get16(at), fields = get16(at + 2), octets = 0;

		at += 4;
		if (id < FIRST_TEMPLATE || id > FIRST_TEMPLATE + 1 || end - at < 4L * fields)
			return false;
		for (; fields; fields--, at += 4)
			octets += get16(at + 2);
		sink->record_octets[id - FIRST_TEMPLATE] = (uint16_t)octets;
	}
	return true;
}

static bool take_set(struct wire_sink *sink, const uint8_t *set, unsigned length, uint32_t *records)
{
	unsigned id = get16(set);

	if (id == TEMPLATE_SET)
		return take_templates(sink, set + 4, set + length);
	if (id < FIRST_TEMPLATE || id > FIRST_TEMPLATE + 1 ||
	    !sink->record_octets[id - FIRST_TEMPLATE])
		return false;
	*records += (length - 4) / sink->record_octets[id - FIRST_TEMPLATE];
	return true;
}

static bool take_message(struct wire_sink *sink, const uint8_t *message, size_t length)
{
	uint32_t records = 0;

	if (length < HEADER || get16(message) != 10 || get16(message + 2) != length)
		return false;
	for (size_t at = HEADER; at < length;) {
		unsigned octets = length - at < 4 ? 0 : get16(message + at + 2);

		if (octets < 4 || octets > length - at ||
		    !take_set(sink, message + at, octets, &records))
			return false;
		at += octets;
	}
	sink->missing += get32(message + 8) - sink->sequence;
	sink->sequence = get32(message + 8) + records;
	sink->records += records;
	sink->datagrams++;
	return true;
}

void wire_sink_drain(struct wire_sink *sink)
{
	uint8_t message[2048];
	ssize_t length;

	for (;;) {
		length = recv(sink->fd, message, sizeof(message), 0);
		if (length < 0 && errno != EINTR)
			return;
		if (length >= 0 && !take_message(sink, message, (size_t)length))
			sink->bad++;
	}
}
