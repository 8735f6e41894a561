// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/control_client.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEADER_OCTETS 64
#define LINE_OCTETS 1024
#define FRAME_MAX (1u << 20)

int fc_control_connect(const char *path)
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

static int send_text(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t sent = send(fd, text, left, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent > 0) {
			text += sent;
			left -= (size_t)sent;
		}
	}
	return 0;
}

/* A daemon that is full says so and hangs up: what it said is still there to be read. */
static bool hung_up(int err)
{
	return err == -EPIPE || err == -ECONNRESET;
}

int fc_control_open_talk(struct fc_control_talk *t, const char *path)
{
	int err;

	t->first = t->count = 0;
	t->fd = fc_control_connect(path);
	if (t->fd < 0)
		return t->fd;
	err = send_text(t->fd, "commands\n");
	if (err && !hung_up(err)) {
		close(t->fd);
		return err;
	}
	return 0;
}

/* ------------------------------------------------------------------ what comes back */
static int fill(struct fc_control_talk *t)
{
	struct pollfd p = {t->fd, POLLIN, 0};
	int got = poll(&p, 1, t->silence_ms ? (int)t->silence_ms : -1);
	ssize_t octets;

	if (got < 0)
		return errno == EINTR ? 0 : -errno;
	if (!got)
		return -ETIMEDOUT;
	octets = recv(t->fd, t->have, sizeof(t->have), 0);
	if (octets < 0)
		return errno == EINTR ? 0 : -errno;
	if (!octets)
		return -EPROTO;
	t->first = 0;
	t->count = (size_t)octets;
	return 0;
}

static int take_header(struct fc_control_talk *t, char header[HEADER_OCTETS])
{
	for (size_t used = 0; used < HEADER_OCTETS - 1;) {
		int err = t->count ? 0 : fill(t);

		if (err)
			return err;
		if (!t->count)
			continue;
		header[used] = t->have[t->first++];
		t->count--;
		if (header[used] == '\n') {
			header[used] = '\0';
			return 0;
		}
		used++;
	}
	return -EPROTO;
}

static int take_octets(struct fc_control_talk *t, size_t octets, FILE *out)
{
	while (octets) {
		int err = t->count ? 0 : fill(t);
		size_t part = t->count < octets ? t->count : octets;

		if (err)
			return err;
		if (fwrite(t->have + t->first, 1, part, out) != part)
			return -EIO;
		t->first += part;
		t->count -= part;
		octets -= part;
	}
	return 0;
}

static int take_refusal(struct fc_control_talk *t, size_t octets)
{
	FILE *out = fmemopen(t->refusal, sizeof(t->refusal), "w");
	int err = out ? 0 : -ENOMEM;

	memset(t->refusal, 0, sizeof(t->refusal));
	if (!err && octets >= sizeof(t->refusal))
		err = -EPROTO;
	if (!err)
		err = take_octets(t, octets, out);
	if (out)
		fclose(out);
	return err ? err : -EREMOTEIO;
}

static int give_password(struct fc_control_talk *t)
{
	char line[LINE_OCTETS] = "";
	int err = t->password ? t->password(t->context, line, sizeof(line)) : 0;

	if (!err)
		err = send_text(t->fd, line);
	if (!err)
		err = send_text(t->fd, "\n");
	explicit_bzero(line, sizeof(line));
	return err;
}

/* "data OCTETS", "ok", "error OCTETS", "password". Return 1 when the answer goes on. */
static int take_frame(struct fc_control_talk *t, FILE *out)
{
	char header[HEADER_OCTETS], *end;
	unsigned long octets;
	int err = take_header(t, header);

	if (err)
		return err;
	if (!strcmp(header, "ok"))
		return 0;
	if (!strcmp(header, "password")) {
		err = give_password(t);
		return err ? err : 1;
	}
	octets = strtoul(header + strcspn(header, " "), &end, 10);
	if (*end || octets > FRAME_MAX)
		return -EPROTO;
	if (!strncmp(header, "error ", 6))
		return take_refusal(t, octets);
	if (strncmp(header, "data ", 5) != 0)
		return -EPROTO;
	err = take_octets(t, octets, out);
	return err ? err : 1;
}

/* What need not be sent to be refused. */
__attribute__((format(printf, 2, 3))) static int refuse(struct fc_control_talk *t,
							const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(t->refusal, sizeof(t->refusal), format, arguments);
	va_end(arguments);
	return -EREMOTEIO;
}

int fc_control_say(struct fc_control_talk *t, const char *line, FILE *out)
{
	int err;

	*t->refusal = '\0';
	if (strchr(line, '\n'))
		return refuse(t, "%% A command is one line.\n");
	if (strlen(line) >= LINE_OCTETS)
		return refuse(t, "%% The line is longer than %d characters.\n", LINE_OCTETS - 1);
	err = send_text(t->fd, line);
	if (!err)
		err = send_text(t->fd, "\n");
	if (err && !hung_up(err))
		return err;
	do
		err = take_frame(t, out);
	while (err == 1);
	return err;
}

/* ------------------------------------------------------------------ one question */
int fc_control_ask(const char *socket_path, const char *line, unsigned silence_ms, char **reply,
		   size_t *octets, char *error, size_t error_octets)
{
	struct fc_control_talk *t = calloc(1, sizeof(*t));
	FILE *out = open_memstream(reply, octets);
	int err = t && out ? 0 : -ENOMEM;

	if (!err)
		err = fc_control_open_talk(t, socket_path);
	if (!err) {
		t->silence_ms = silence_ms;
		err = fc_control_say(t, line, out);
		close(t->fd);
	}
	if (out && fclose(out) && !err)
		err = -ENOMEM;
	if (err == -EREMOTEIO)
		snprintf(error, error_octets, "%.*s", (int)strcspn(t->refusal, "\n"), t->refusal);
	else if (err)
		snprintf(error, error_octets, "%s: %s", socket_path, strerror(-err));
	if (err && out)
		free(*reply);
	free(t);
	return err;
}
