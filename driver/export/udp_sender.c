/* SPDX-License-Identifier: BSD-2-Clause */
#include "udp_sender.h"

#include "pace.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

/* Send from `source`, an address of this host in numbers, of the destination's family. */
static int bind_to(int fd, int family, const char *source)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM, .ai_family = family, .ai_flags = AI_NUMERICHOST};
	struct addrinfo *list;
	int err = 0;

	if (getaddrinfo(source, NULL, &hints, &list))
		return -EADDRNOTAVAIL;
	if (bind(fd, list->ai_addr, list->ai_addrlen))
		err = -errno;
	freeaddrinfo(list);
	return err;
}

static int connect_to(const struct addrinfo *address, const char *source)
{
	int fd, err;

	fd = socket(address->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
	if (fd < 0)
		return -errno;
	err = source ? bind_to(fd, address->ai_family, source) : 0;
	if (!err && !connect(fd, address->ai_addr, address->ai_addrlen))
		return fd;
	if (!err)
		err = -errno;
	close(fd);
	return err;
}

int fc_udp_open(const char *host, const char *port, const char *source)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_family = AF_UNSPEC};
	struct addrinfo *list;
	int fd = -ENOENT;

	if (getaddrinfo(host, port, &hints, &list))
		return -ENOENT;
	for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
		fd = connect_to(a, source);
	freeaddrinfo(list);
	return fd;
}

int fc_udp_send(int fd, const struct fc_queue *q, unsigned count)
{
	struct iovec vectors[FC_PACE_BURST];
	struct mmsghdr messages[FC_PACE_BURST] = {0};
	int sent;

	if (count > FC_PACE_BURST)
		count = FC_PACE_BURST;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *octets;

		vectors[i].iov_len = fc_queue_at(q, q->head + i, &octets)->length;
		vectors[i].iov_base = (void *)octets;
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	do
		sent = sendmmsg(fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}
