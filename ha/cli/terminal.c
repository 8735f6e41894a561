// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/cli/pipe.h>
#include <ha/cli/terminal.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INTERRUPT 3 /* ^C */
#define MORE " --More-- "
#define UNMORE "\r          \r"
#define LOOK_LINES 64 /* of a listing between two looks at the keys */

/* ------------------------------------------------------------------ the socket */
static int patience(const struct fc_cli_terminal *t)
{
	return t->patience_s ? (int)t->patience_s * 1000 : -1;
}

/* All of it, or nobody reads any more. */
static void transmit(struct fc_cli_terminal *t, const char *octets, size_t count)
{
	if (t->sink && count)
		t->gone = fwrite(octets, 1, count, t->sink) != count;
	while (count && !t->sink && !t->gone) {
		ssize_t sent = send(t->fd, octets, count, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent >= 0) {
			octets += sent;
			count -= (size_t)sent;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			struct pollfd p = {t->fd, POLLOUT, 0};

			t->gone = !poll(&p, 1, patience(t)) || p.revents & (POLLERR | POLLHUP);
		} else if (errno != EINTR) {
			t->gone = true;
		}
	}
}

void fc_cli_terminal_flush(struct fc_cli_terminal *t)
{
	char header[32];

	if (!t->used)
		return;
	if (t->frames && !t->sink)
		transmit(t, header,
			 (size_t)snprintf(header, sizeof(header), "data %zu\n", t->used));
	transmit(t, t->out, t->used);
	t->used = 0;
}

void fc_cli_terminal_put(struct fc_cli_terminal *t, const char *octets, size_t count)
{
	while (count && !t->gone) {
		size_t part = sizeof(t->out) - t->used;

		if (part > count)
			part = count;
		memcpy(t->out + t->used, octets, part);
		t->used += part;
		octets += part;
		count -= part;
		if (t->used == sizeof(t->out))
			fc_cli_terminal_flush(t);
	}
}

/*
 * Take what has arrived. A script's lines wait in the socket when there is no room for them; a
 * terminal's keys are given up, since ^C must be seen behind them.
 */
static void take(struct fc_cli_terminal *t)
{
	unsigned char octets[256];
	size_t room = FC_CLI_AHEAD - t->count;
	ssize_t got;

	if (!t->frames || room > sizeof(octets))
		room = sizeof(octets);
	got = room ? recv(t->fd, octets, room, MSG_DONTWAIT) : -1;
	if (room && !got)
		t->ended = true;
	else if (room && got < 0 && errno != EAGAIN && errno != EINTR)
		t->gone = true;
	for (ssize_t i = 0; i < got; i++) {
		if (octets[i] == INTERRUPT && !t->frames)
			t->stopped = true;
		if (t->count < FC_CLI_AHEAD)
			t->ahead[(t->first + t->count++) % FC_CLI_AHEAD] = octets[i];
	}
}

int fc_cli_terminal_key(struct fc_cli_terminal *t)
{
	unsigned char key;

	fc_cli_terminal_flush(t);
	while (!t->count && !t->gone && !t->ended) {
		struct pollfd p = {t->fd, POLLIN, 0};
		int got = poll(&p, 1, patience(t));

		if (!got)
			t->gone = true;
		else if (got > 0)
			take(t);
	}
	if (!t->count)
		return -1;
	key = t->ahead[t->first];
	t->first = (t->first + 1) % FC_CLI_AHEAD;
	t->count--;
	return key;
}

bool fc_cli_terminal_stop(struct fc_cli_terminal *t)
{
	struct pollfd p = {t->fd, POLLIN, 0};

	if (!t->gone && !t->stopped && !t->sink && poll(&p, 1, 0) > 0) {
		if (p.revents & (POLLHUP | POLLERR))
			t->gone = true;
		else if (!t->ended)
			take(t);
	}
	return t->gone || t->stopped;
}

/* ------------------------------------------------------------------ pages */
/* At the end of a page: go on, by how much, or not at all. */
static void ask_for_more(struct fc_cli_terminal *t)
{
	int key;

	fc_cli_terminal_put(t, MORE, strlen(MORE));
	key = fc_cli_terminal_key(t);
	fc_cli_terminal_put(t, UNMORE, strlen(UNMORE));
	if (key == ' ')
		t->shown = 0;
	else if (key == '\r' || key == '\n')
		t->shown--;
	else
		t->stopped = true;
}

static void print(struct cli_def *cli, const char *line)
{
	struct fc_cli_terminal *t = cli_get_context(cli);

	if (t->length && t->shown + 1 >= t->length && !t->stopped)
		ask_for_more(t);
	if (t->stopped || t->gone)
		return;
	fc_cli_terminal_put(t, line, strlen(line));
	fc_cli_terminal_put(t, "\r\n" + t->frames, 2 - t->frames);
	t->shown++;
	if (t->shown % LOOK_LINES == 0)
		fc_cli_terminal_stop(t);
}

static ssize_t on_write(void *cookie, const char *octets, size_t count)
{
	struct fc_cli_terminal *t = cookie;

	if (!t->stopped && !t->gone)
		fc_cli_pipe_write(t->cli, &t->part, octets, count);
	return (ssize_t)count; /* a command that has no reader goes on to its end or asks gone() */
}

void fc_cli_terminal_begin(struct fc_cli_terminal *t)
{
	t->stopped = false;
	t->shown = 0;
}

/* What was typed before ^C is not wanted any more, as on a terminal. */
static void forget_keys(struct fc_cli_terminal *t)
{
	for (unsigned i = t->count; i; i--)
		if (t->ahead[(t->first + i - 1) % FC_CLI_AHEAD] == INTERRUPT) {
			t->first = (t->first + i) % FC_CLI_AHEAD;
			t->count -= i;
			return;
		}
}

void fc_cli_terminal_finish(struct fc_cli_terminal *t)
{
	fflush(t->stream);
	fc_cli_pipe_close(t->cli, &t->part);
	if (!t->frames)
		forget_keys(t);
	t->stopped = false;
	fc_cli_terminal_flush(t);
}

/* ------------------------------------------------------------------ begin and end */
int fc_cli_terminal_open(struct fc_cli_terminal *t, int fd, bool frames, unsigned patience_s)
{
	static const cookie_io_functions_t functions = {.write = on_write};

	*t = (struct fc_cli_terminal){.fd = fd, .frames = frames, .patience_s = patience_s};
	t->cli = cli_init();
	if (!t->cli)
		return -ENOMEM;
	t->stream = fopencookie(t, "w", functions);
	if (!t->stream) {
		cli_done(t->cli);
		return -ENOMEM;
	}
	setvbuf(t->stream, NULL, _IOFBF, FC_CLI_OUT);
	cli_set_context(t->cli, t);
	cli_print_callback(t->cli, print);
	return 0;
}

void fc_cli_terminal_close(struct fc_cli_terminal *t)
{
	fclose(t->stream);
	free(t->part.text);
	cli_done(t->cli);
}
