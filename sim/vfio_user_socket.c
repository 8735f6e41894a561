// SPDX-License-Identifier: BSD-2-Clause
#include "sim/vfio_user_socket.h"

#include "driver/vfio_user_wire.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4, HEADER = sizeof(struct fc_vfu_header) };

/* A path at which nobody listens any more. */
static bool is_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool stale;

	if (fd < 0)
		return false;
	stale = connect(fd, (const struct sockaddr *)address, sizeof(*address)) &&
		errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int bind_path(int fd, const struct sockaddr_un *address)
{
	if (!bind(fd, (const struct sockaddr *)address, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	if (!is_stale(address) || unlink(address->sun_path))
		return -EADDRINUSE;
	return bind(fd, (const struct sockaddr *)address, sizeof(*address)) ? -errno : 0;
}

int fc_vfu_socket_open(struct fc_vfu_socket *s, struct fc_vfu_server *server, const char *path)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->server = server;
	s->client = -1;
	if (strlen(path) >= sizeof(s->address.sun_path))
		return -ENAMETOOLONG;
	s->address.sun_family = AF_UNIX;
	memcpy(s->address.sun_path, path, strlen(path) + 1);
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listener < 0)
		return -errno;
	err = bind_path(s->listener, &s->address);
	if (err)
		goto close_listener;
	if (listen(s->listener, BACKLOG)) {
		err = -errno;
		goto remove_path;
	}
	return 0;

remove_path:
	unlink(path);
close_listener:
	close(s->listener);
	s->listener = -1;
	return err;
}

static void forget_message(struct fc_vfu_socket *s)
{
	while (s->fd_count)
		close(s->fds[--s->fd_count]);
	s->in_octets = 0;
}

static void disconnect(struct fc_vfu_socket *s)
{
	if (s->client < 0)
		return;
	close(s->client);
	s->client = -1;
	forget_message(s);
	s->out_octets = s->out_sent = 0;
	fc_vfu_server_disconnect(s->server);
}

void fc_vfu_socket_drop(struct fc_vfu_socket *s, bool absent)
{
	disconnect(s);
	s->absent = absent;
}

void fc_vfu_socket_close(struct fc_vfu_socket *s)
{
	if (s->listener < 0)
		return;
	disconnect(s);
	close(s->listener);
	unlink(s->address.sun_path);
	s->listener = -1;
}

static void accept_client(struct fc_vfu_socket *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (s->absent) {
		close(fd);
		return;
	}
	s->client = fd;
	s->clients++;
	s->server->trouble[0] = '\0';
}

static bool breaks(struct fc_vfu_socket *s, const char *why)
{
	snprintf(s->server->trouble, sizeof(s->server->trouble), "%s", why);
	return false;
}

/* Descriptors belong to the message whose octets they came with: no read crosses its end. */
static bool keep_fds(struct fc_vfu_socket *s, struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		int fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (s->fd_count < FC_VFU_FDS)
				s->fds[s->fd_count++] = fd;
			else
				close(fd);
		}
	}
	return m->msg_flags & MSG_CTRUNC ? breaks(s, "too many descriptors in one message") : true;
}

/* Read on towards `want` octets of the message. False: nothing more at the moment, or for ever. */
static bool read_towards(struct fc_vfu_socket *s, size_t want, bool *alive)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(FC_VFU_FDS * sizeof(int))];
	struct iovec vec = {.iov_base = s->in + s->in_octets, .iov_len = want - s->in_octets};
	struct msghdr m = {.msg_iov = &vec,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(s->client, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	*alive = got > 0 && keep_fds(s, &m);
	if (!*alive)
		return false;
	s->in_octets += (size_t)got;
	return s->in_octets == want;
}

/* True: s->in holds one message. */
static bool read_message(struct fc_vfu_socket *s, bool *alive)
{
	struct fc_vfu_header h;

	if (s->in_octets < HEADER && !read_towards(s, HEADER, alive))
		return false;
	memcpy(&h, s->in, sizeof(h));
	if (h.size < HEADER || h.size > FC_VFU_MESSAGE_OCTETS) {
		*alive = breaks(s, "a message that is no message, or longer than was agreed");
		return false;
	}
	return h.size == HEADER || s->in_octets == h.size || read_towards(s, h.size, alive);
}

/* True: everything is sent. */
static bool write_reply(struct fc_vfu_socket *s, bool *alive)
{
	ssize_t sent;

	if (s->out_sent == s->out_octets)
		return true;
	sent = send(s->client, s->out + s->out_sent, s->out_octets - s->out_sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0) {
		*alive = errno == EAGAIN || errno == EINTR;
		return false;
	}
	s->out_sent += (size_t)sent;
	return s->out_sent == s->out_octets;
}

static bool serve_one(struct fc_vfu_socket *s, bool *alive)
{
	int octets;

	/* A client that does not read its replies is not read from. */
	if (!write_reply(s, alive) || !read_message(s, alive))
		return false;
	octets = fc_vfu_server_message(s->server, s->in, s->in_octets, s->fds, s->fd_count, s->out);
	s->fd_count = 0;
	s->in_octets = 0;
	s->messages++;
	*alive = octets >= 0;
	if (!*alive)
		return false;
	s->out_octets = (size_t)octets;
	s->out_sent = 0;
	write_reply(s, alive);
	return *alive;
}

unsigned fc_vfu_socket_pump(struct fc_vfu_socket *s, unsigned most)
{
	unsigned served = 0;
	bool alive = true;

	if (s->client < 0)
		accept_client(s);
	if (s->client < 0)
		return 0;
	while (served < most && serve_one(s, &alive))
		served++;
	if (!alive)
		disconnect(s);
	return served;
}

void fc_vfu_socket_poll(const struct fc_vfu_socket *s, struct pollfd *out)
{
	*out = (struct pollfd){.fd = s->listener, .events = POLLIN};
	if (s->client >= 0) {
		out->fd = s->client;
		if (s->out_sent < s->out_octets)
			out->events = POLLOUT;
	}
}

bool fc_vfu_socket_connected(const struct fc_vfu_socket *s)
{
	return s->client >= 0;
}
