// SPDX-License-Identifier: BSD-2-Clause
#include "sim/qemu_loop.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MS = 1000, BATCH = 256 };

void fc_qemu_loop_init(struct fc_qemu_loop *l, const struct fc_vfu_device_ops *ops, void *device,
		       int socket, const char *qtest_path)
{
	memset(l, 0, sizeof(*l));
	fc_qemu_front_init(&l->front, ops, device);
	l->socket = socket;
	l->qtest_path = qtest_path;
	l->qtest = -1;
}

void fc_qemu_loop_close(struct fc_qemu_loop *l)
{
	fc_qemu_front_close(&l->front);
	if (l->qtest >= 0)
		close(l->qtest);
	l->qtest = -1;
}

/* ---------------------------------------------------------------- messages */
/* Return 1: readable (or closed), 0: not within the time. */
static int await(int fd, int timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int n;

	do {
		n = poll(&p, 1, timeout_ms);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static void take_descriptors(struct msghdr *message, struct fc_qemu_message *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		size_t octets = c->cmsg_len - CMSG_LEN(0);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = 0; at + sizeof(int) <= octets; at += sizeof(int)) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
			if (m->fds < FC_QEMU_REGIONS)
				m->fd[m->fds++] = fd;
			else
				close(fd);
		}
	}
}

/* One piece of a message; QEMU writes a message at once, so what is missing is on its way. */
static int receive(int socket, void *to, size_t octets, struct fc_qemu_message *m)
{
	char control[CMSG_SPACE(FC_QEMU_REGIONS * sizeof(int))];
	uint8_t *at = to;

	while (octets) {
		struct iovec part = {at, octets};
		struct msghdr message = {.msg_iov = &part,
					 .msg_iovlen = 1,
					 .msg_control = control,
					 .msg_controllen = sizeof(control)};
		ssize_t n;

		if (await(socket, MESSAGE_MS) <= 0)
			return -ETIMEDOUT;
		n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		take_descriptors(&message, m);
		if (n == 0)
			return -ENOTCONN;
		at += n;
		octets -= (size_t)n;
	}
	return 0;
}

static int receive_message(int socket, struct fc_qemu_message *m)
{
	uint8_t header[FC_QEMU_HEADER_OCTETS];
	int err = receive(socket, header, sizeof(header), m);

	if (!err)
		err = fc_qemu_header(header, m);
	if (!err)
		err = receive(socket, m->payload, m->octets, m);
	return err;
}

static int send_answer(int socket, const uint8_t *from, size_t octets)
{
	ssize_t n;

	do {
		n = send(socket, from, octets, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EPIPE || errno == ECONNRESET ? -ENOTCONN : -errno;
	return (size_t)n == octets ? 0 : -EIO;
}

static int serve_one(struct fc_qemu_loop *l)
{
	struct fc_qemu_message m = {.fds = 0};
	uint8_t answer[FC_QEMU_ANSWER_OCTETS];
	int n = receive_message(l->socket, &m);

	if (n) {
		while (m.fds)
			close(m.fd[--m.fds]);
		return n;
	}
	n = fc_qemu_front_handle(&l->front, &m, answer);
	if (n > 0)
		n = send_answer(l->socket, answer, (size_t)n);
	return n;
}

int fc_qemu_loop_serve(struct fc_qemu_loop *l, int timeout_ms)
{
	int handled = 0, n;

	for (; handled < BATCH; handled++, timeout_ms = 0) {
		n = await(l->socket, timeout_ms);
		if (n <= 0)
			return n ? n : handled;
		n = serve_one(l);
		if (n)
			return n;
		/* A message may have unmasked a vector. */
		fc_qemu_loop_interrupt(l, 0);
	}
	return handled;
}

/* ---------------------------------------------------------------- interrupts */
static int qtest_connect(struct fc_qemu_loop *l)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (l->qtest >= 0)
		return 0;
	if (!l->qtest_path || strlen(l->qtest_path) >= sizeof(address.sun_path))
		return -EINVAL;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	memcpy(address.sun_path, l->qtest_path, strlen(l->qtest_path));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		int err = -errno;

		close(fd);
		return err;
	}
	l->qtest = fd;
	return 0;
}

/*
 * QEMU answers each command, but only when it is not waiting for an answer of ours: nobody waits
 * here, old answers are thrown away.
 */
static int qtest_write(struct fc_qemu_loop *l, uint64_t address, uint32_t data)
{
	char line[64], answers[256];
	int n = qtest_connect(l);

	if (n)
		return n;
	while (recv(l->qtest, answers, sizeof(answers), MSG_DONTWAIT) > 0)
		;
	n = snprintf(line, sizeof(line), "writel 0x%" PRIx64 " 0x%" PRIx32 "\n", address, data);
	return send(l->qtest, line, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) == n ? 0 : -EIO;
}

void fc_qemu_loop_interrupt(struct fc_qemu_loop *l, uint32_t vectors)
{
	const uint64_t one = 1;
	uint64_t address;
	uint32_t data;

	if (vectors && fc_qemu_config_intx(&l->front.config) && l->front.intx >= 0) {
		if (write(l->front.intx, &one, sizeof(one)) != (ssize_t)sizeof(one))
			l->interrupts_lost++;
		return;
	}
	fc_qemu_msix_raise(&l->front.config, vectors);
	while (fc_qemu_msix_take(&l->front.config, &address, &data)) {
		l->interrupts++;
		if (qtest_write(l, address, data))
			l->interrupts_lost++;
	}
}
