// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/control_client.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define HEADER_OCTETS 1024
#define REPLY_MAX (256u << 20)

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static int open_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Let the next receive wait for what is left of the time. */
static int set_wait(int fd, uint64_t until)
{
	uint64_t now = now_ms(), left = until > now ? until - now : 0;
	struct timeval wait = {(time_t)(left / 1000), (suseconds_t)(left % 1000 * 1000)};

	if (!left)
		return -ETIMEDOUT;
	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) ? -errno : 0;
}

static int receive(int fd, uint64_t until, char *buffer, size_t octets)
{
	while (octets) {
		int err = set_wait(fd, until);
		ssize_t got = err ? err : recv(fd, buffer, octets, 0);

		if (err)
			return err;
		if (!got)
			return -EPROTO;
		if (got < 0 && errno != EINTR)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (got > 0) {
			buffer += got;
			octets -= (size_t)got;
		}
	}
	return 0;
}

/* "ok OCTETS" or "error SENTENCE", octet by octet as the body follows at once. */
static int receive_header(int fd, uint64_t until, char header[HEADER_OCTETS])
{
	for (size_t used = 0; used < HEADER_OCTETS - 1; used++) {
		int err = receive(fd, until, header + used, 1);

		if (err)
			return err;
		if (header[used] == '\n') {
			header[used] = '\0';
			return 0;
		}
	}
	return -EPROTO;
}

static int receive_reply(int fd, uint64_t until, char **reply, size_t *octets, char *error,
			 size_t error_octets)
{
	char header[HEADER_OCTETS], *end;
	unsigned long long size;
	int err = receive_header(fd, until, header);

	if (err)
		return err;
	if (!strncmp(header, "error ", 6)) {
		snprintf(error, error_octets, "%s", header + 6);
		return -EREMOTEIO;
	}
	size = strncmp(header, "ok ", 3) ? UINT64_MAX : strtoull(header + 3, &end, 10);
	if (size > REPLY_MAX || *end)
		return -EPROTO;
	*reply = malloc(size + 1);
	if (!*reply)
		return -ENOMEM;
	err = receive(fd, until, *reply, size);
	if (err) {
		free(*reply);
		return err;
	}
	(*reply)[size] = '\0';
	*octets = size;
	return 0;
}

int fc_control_ask(const char *socket_path, const char *line, unsigned deadline_ms, char **reply,
		   size_t *octets, char *error, size_t error_octets)
{
	uint64_t until = now_ms() + deadline_ms;
	char request[HEADER_OCTETS];
	int length = snprintf(request, sizeof(request), "%s\n", line);
	int fd, err;

	if (length < 0 || (size_t)length >= sizeof(request) || strchr(line, '\n')) {
		snprintf(error, error_octets, "the command is too long or has several lines");
		return -EINVAL;
	}
	fd = open_socket(socket_path);
	err = fd < 0 ? fd : 0;
	if (!err && send(fd, request, (size_t)length, MSG_NOSIGNAL) != length)
		err = -errno;
	if (!err)
		err = receive_reply(fd, until, reply, octets, error, error_octets);
	if (err && err != -EREMOTEIO)
		snprintf(error, error_octets, "%s: %s", socket_path, strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}
