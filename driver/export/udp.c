/* SPDX-License-Identifier: BSD-2-Clause */
/* Connected, non-blocking UDP socket. */
#include "endpoint.h"
#include "monotonic.h"
#include "sender.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct udp {
	struct fc_sender base;
	struct fc_endpoint endpoint;
	int fd; /* -1: none yet */
};

static struct udp *udp_of(const struct fc_sender *s)
{
	return (struct udp *)s;
}

/* Return 0, -EAGAIN. */
static int get_socket(struct udp *u, uint64_t now_ns)
{
	int fd = fc_endpoint_connect(&u->endpoint, now_ns);

	if (fd < 0) {
		if (fd != -EAGAIN)
			u->base.error = fd;
		return -EAGAIN;
	}
	u->fd = fd;
	fc_endpoint_works(&u->endpoint);
	return 0;
}

/* It can be connected: at once, or since its source address is here. Return 0, -EAGAIN. */
static int get_ready(struct udp *u)
{
	int err = fc_endpoint_connect_later(&u->endpoint, u->fd);

	u->base.error = err == -EINVAL ? -EADDRNOTAVAIL : err;
	if (err)
		return -EAGAIN;
	u->base.ready = true;
	u->base.sessions++;
	return 0;
}

static int send_burst(int fd, const struct fc_queue *q, unsigned count)
{
	struct iovec vectors[FC_SENDER_BURST];
	struct mmsghdr messages[FC_SENDER_BURST];
	int sent;

	for (unsigned i = 0; i < count; i++) {
		const uint8_t *octets;

		vectors[i].iov_len = fc_queue_at(q, q->head + i, &octets)->length;
		vectors[i].iov_base = (void *)octets;
		messages[i] =
			(struct mmsghdr){.msg_hdr = {.msg_iov = &vectors[i], .msg_iovlen = 1}};
	}
	do
		sent = sendmmsg(fd, messages, count, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == ENOBUFS ? -EAGAIN : -errno;
	return sent;
}

static int send_some(struct fc_sender *s, struct fc_queue *q, unsigned count, uint64_t now_ns)
{
	struct udp *u = udp_of(s);
	int err = u->fd < 0 ? get_socket(u, now_ns) : 0;

	if (!err && !u->base.ready)
		err = get_ready(u);
	if (err || !count)
		return err;
	return send_burst(u->fd, q, count < FC_SENDER_BURST ? count : FC_SENDER_BURST);
}

static int wait_for(const struct fc_sender *s, short *events)
{
	*events = POLLOUT;
	return udp_of(s)->fd;
}

static void close_udp(struct fc_sender *s)
{
	struct udp *u = udp_of(s);

	if (u->fd >= 0)
		close(u->fd);
	fc_endpoint_free(&u->endpoint);
	free(u);
}

static const struct fc_sender_ops ops = {
	.paced = true, .send = send_some, .wait = wait_for, .close = close_udp};

int fc_udp_open(const struct fc_exporter_config *config, struct fc_sender **out)
{
	struct udp *u = calloc(1, sizeof(*u));
	int err;

	if (!u)
		return -ENOMEM;
	u->base.ops = &ops;
	u->fd = -1;
	err = fc_endpoint_init(&u->endpoint, config, SOCK_DGRAM);
	if (err) {
		free(u);
		return err;
	}
	/* Numbers need no waiting: it is ready now, or the reason why not is known. */
	if (!get_socket(u, fc_monotonic_ns()))
		(void)get_ready(u);
	/* Nobody gives a port up by himself. */
	if (u->base.error == -EADDRINUSE) {
		close_udp(&u->base);
		return -EADDRINUSE;
	}
	*out = &u->base;
	return 0;
}
