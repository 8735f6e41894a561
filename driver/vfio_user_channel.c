// SPDX-License-Identifier: BSD-2-Clause
#include "driver/vfio_user_channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { SECONDS = 5, DISCARD_OCTETS = 256, FDS = 8, ERRNO_MOST = 4095 };

static int set_deadlines(int fd)
{
	const struct timeval limit = {.tv_sec = SECONDS};

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)))
		return -errno;
	return 0;
}

int fc_vfu_channel_open(struct fc_vfu_channel *c, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	memset(c, 0, sizeof(*c));
	c->fd = -1;
	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return -errno;
	err = set_deadlines(c->fd);
	/* With SO_SNDTIMEO, connecting to a full queue ends as well. */
	if (!err && connect(c->fd, (const struct sockaddr *)&address, sizeof(address)))
		err = errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (!err)
		err = -pthread_mutex_init(&c->lock, NULL);
	if (err) {
		close(c->fd);
		c->fd = -1;
	}
	return err;
}

void fc_vfu_channel_close(struct fc_vfu_channel *c)
{
	if (c->fd < 0)
		return;
	close(c->fd);
	c->fd = -1;
	pthread_mutex_destroy(&c->lock);
}

/* After this the stream has no known place to go on from. */
static int break_off(struct fc_vfu_channel *c, int error)
{
	bool silent = error == EAGAIN || error == EWOULDBLOCK;

	c->broken = -ENODEV;
	return silent ? -ETIMEDOUT : error == EPROTO ? -EPROTO : -ENODEV;
}

/* ---------------------------------------------------------------- sending */
static size_t send_step(struct iovec *vec, size_t count, size_t sent)
{
	size_t first = 0;

	while (first < count && sent >= vec[first].iov_len)
		sent -= vec[first++].iov_len;
	if (first < count) {
		vec[first].iov_base = (char *)vec[first].iov_base + sent;
		vec[first].iov_len -= sent;
	}
	return first;
}

static int send_all(struct fc_vfu_channel *c, struct msghdr *m, size_t octets)
{
	while (octets) {
		ssize_t sent = sendmsg(c->fd, m, MSG_NOSIGNAL);
		size_t gone;

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return break_off(c, errno);
		/* Descriptors have gone with the first octet. */
		m->msg_control = NULL;
		m->msg_controllen = 0;
		octets -= (size_t)sent;
		gone = send_step(m->msg_iov, m->msg_iovlen, (size_t)sent);
		m->msg_iov += gone;
		m->msg_iovlen -= gone;
	}
	return 0;
}

static int send_request(struct fc_vfu_channel *c, const struct fc_vfu_request *r, uint32_t flags)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int))] = {0};
	struct fc_vfu_header h = {
		.id = ++c->next_id,
		.command = (uint16_t)r->command,
		.size = (uint32_t)(sizeof(h) + r->head_octets + r->data_octets),
		.flags = flags,
	};
	struct iovec vec[3] = {
		{&h, sizeof(h)},
		{(void *)(uintptr_t)r->head, r->head_octets},
		{(void *)(uintptr_t)r->data, r->data_octets},
	};
	struct msghdr m = {.msg_iov = vec, .msg_iovlen = 3};

	if (r->fd >= 0) {
		struct cmsghdr *cmsg = (struct cmsghdr *)control;

		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &r->fd, sizeof(int));
		m.msg_control = control;
		m.msg_controllen = sizeof(control);
	}
	return send_all(c, &m, h.size);
}

/* ---------------------------------------------------------------- receiving */
/* Without room for descriptors the kernel drops those that a server may send: none is needed. */
static int receive(struct fc_vfu_channel *c, void *to, size_t octets)
{
	char *at = to;

	while (octets) {
		ssize_t got = recv(c->fd, at, octets, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return break_off(c, got ? errno : ECONNRESET);
		at += got;
		octets -= (size_t)got;
	}
	return 0;
}

static int discard(struct fc_vfu_channel *c, size_t octets)
{
	char nowhere[DISCARD_OCTETS];
	int err = 0;

	while (!err && octets) {
		size_t step = octets < sizeof(nowhere) ? octets : sizeof(nowhere);

		err = receive(c, nowhere, step);
		octets -= step;
	}
	return err;
}

/* A server may ask for memory by messages; all of ours can be mapped, so that is refused. */
static int refuse_command(struct fc_vfu_channel *c, const struct fc_vfu_header *asked)
{
	struct fc_vfu_header h = {
		.id = asked->id,
		.command = asked->command,
		.size = sizeof(h),
		.flags = FC_VFU_FLAG_REPLY | FC_VFU_FLAG_ERROR,
		.error = ENOTSUP,
	};
	struct iovec vec = {&h, sizeof(h)};
	struct msghdr m = {.msg_iov = &vec, .msg_iovlen = 1};
	int err = discard(c, asked->size - sizeof(h));

	if (err || asked->flags & FC_VFU_FLAG_NO_REPLY)
		return err;
	return send_all(c, &m, sizeof(h));
}

static int receive_header(struct fc_vfu_channel *c, struct fc_vfu_header *h)
{
	for (;;) {
		int err = receive(c, h, sizeof(*h));

		if (err)
			return err;
		if (h->size < sizeof(*h))
			return break_off(c, EPROTO);
		if ((h->flags & FC_VFU_FLAG_TYPE) == FC_VFU_FLAG_REPLY)
			return 0;
		err = refuse_command(c, h);
		if (err)
			return err;
	}
}

static int receive_reply(struct fc_vfu_channel *c, const struct fc_vfu_request *r)
{
	struct fc_vfu_header h;
	size_t octets;
	int err = receive_header(c, &h);

	if (err)
		return err;
	octets = h.size - sizeof(h);
	if (h.id != c->next_id || h.command != r->command)
		return break_off(c, EPROTO);
	if (h.flags & FC_VFU_FLAG_ERROR) {
		err = discard(c, octets);
		if (err)
			return err;
		return h.error && h.error <= ERRNO_MOST ? -(int)h.error : -EIO;
	}
	if (octets < r->reply_octets || octets > r->reply_most)
		return break_off(c, EPROTO);
	if (r->got)
		*r->got = octets;
	return receive(c, r->reply, octets);
}

int fc_vfu_channel_call(struct fc_vfu_channel *c, const struct fc_vfu_request *request)
{
	int err;

	pthread_mutex_lock(&c->lock);
	err = c->broken;
	if (!err)
		err = send_request(c, request, 0);
	if (!err)
		err = receive_reply(c, request);
	pthread_mutex_unlock(&c->lock);
	return err;
}

int fc_vfu_channel_post(struct fc_vfu_channel *c, const struct fc_vfu_request *request)
{
	int err;

	pthread_mutex_lock(&c->lock);
	err = c->broken;
	if (!err)
		err = send_request(c, request, FC_VFU_FLAG_NO_REPLY);
	pthread_mutex_unlock(&c->lock);
	return err;
}
