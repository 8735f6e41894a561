/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/sim_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { BACKLOG = 4, ASK_SECONDS = 5 };

static int address_of(struct sockaddr_un *address, const char *path)
{
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

int fc_sim_control_open(struct fc_sim_control *c, const char *path,
			void (*order)(void *context, const char *line, char answer[FC_SIM_LINE]),
			void *context)
{
	int err;

	*c = (struct fc_sim_control){
		.listener = -1, .client = -1, .order = order, .context = context};
	if (!path)
		return 0;
	err = address_of(&c->address, path);
	if (err)
		return err;
	c->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->listener < 0)
		return -errno;
	/* Whoever shares our path has died, or the card's own socket would have been refused. */
	unlink(path);
	if (bind(c->listener, (struct sockaddr *)&c->address, sizeof(c->address)) ||
	    listen(c->listener, BACKLOG)) {
		err = -errno;
		close(c->listener);
		c->listener = -1;
		return err;
	}
	return 0;
}

static void hang_up(struct fc_sim_control *c)
{
	if (c->client >= 0)
		close(c->client);
	c->client = -1;
	c->octets = 0;
}

void fc_sim_control_close(struct fc_sim_control *c)
{
	hang_up(c);
	if (c->listener < 0)
		return;
	close(c->listener);
	unlink(c->address.sun_path);
	c->listener = -1;
}

/* An answer that does not fit into the client's socket is dropped with the client. */
static bool execute(struct fc_sim_control *c, size_t end)
{
	char answer[FC_SIM_LINE] = "";
	size_t octets;

	c->line[end] = '\0';
	c->order(c->context, c->line, answer);
	octets = strlen(answer);
	answer[octets++] = '\n';
	c->octets -= end + 1;
	memmove(c->line, c->line + end + 1, c->octets);
	return send(c->client, answer, octets, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)octets;
}

static bool execute_lines(struct fc_sim_control *c)
{
	char *end;

	while ((end = memchr(c->line, '\n', c->octets)))
		if (!execute(c, (size_t)(end - c->line)))
			return false;
	return c->octets < sizeof(c->line);
}

void fc_sim_control_pump(struct fc_sim_control *c)
{
	ssize_t got;

	if (c->listener >= 0 && c->client < 0)
		c->client = accept4(c->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (c->client < 0)
		return;
	got = recv(c->client, c->line + c->octets, sizeof(c->line) - c->octets, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		c->octets += (size_t)got;
	if (got <= 0 || !execute_lines(c))
		hang_up(c);
}

unsigned fc_sim_control_poll(const struct fc_sim_control *c, struct pollfd *out)
{
	*out = (struct pollfd){.fd = c->client >= 0 ? c->client : c->listener, .events = POLLIN};
	return out->fd >= 0;
}

/* ---------------------------------------------------------------- the other end */
static int receive_line(int fd, char answer[FC_SIM_LINE])
{
	size_t octets = 0;

	while (octets < FC_SIM_LINE - 1) {
		ssize_t got = recv(fd, answer + octets, FC_SIM_LINE - 1 - octets, 0);

		if (got < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (got == 0)
			return -ECONNRESET;
		octets += (size_t)got;
		if (answer[octets - 1] == '\n') {
			answer[octets - 1] = '\0';
			return 0;
		}
	}
	return -EMSGSIZE;
}

static int exchange(int fd, const struct sockaddr_un *address, const char *line,
		    char answer[FC_SIM_LINE])
{
	const struct timeval limit = {.tv_sec = ASK_SECONDS};
	char text[FC_SIM_LINE];
	int octets = snprintf(text, sizeof(text), "%s\n", line);

	if (octets < 0 || (size_t)octets >= sizeof(text))
		return -EMSGSIZE;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		return -errno;
	if (send(fd, text, (size_t)octets, MSG_NOSIGNAL) != octets)
		return -errno;
	return receive_line(fd, answer);
}

int fc_sim_control_ask(const char *path, const char *line, char answer[FC_SIM_LINE])
{
	struct sockaddr_un address;
	int fd, err = address_of(&address, path);

	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = exchange(fd, &address, line, answer);
	close(fd);
	return err;
}
