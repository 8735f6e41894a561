// SPDX-License-Identifier: BSD-2-Clause
#include "tools/flowcard_terminal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t ending;

static void on_end(int number)
{
	(void)number;
	ending = 1;
}

static int put(int fd, const char *octets, size_t count)
{
	while (count) {
		ssize_t done = write(fd, octets, count);

		if (done < 0 && errno != EINTR)
			return -errno;
		if (done > 0) {
			octets += done;
			count -= (size_t)done;
		}
	}
	return 0;
}

/* Move what there is. Return 1 when the other end has finished. */
static int move(int from, int to)
{
	char octets[4096];
	ssize_t got = read(from, octets, sizeof(octets));

	if (got > 0)
		return put(to, octets, (size_t)got);
	return got < 0 && errno == EINTR ? 0 : 1;
}

static int pump(int fd)
{
	struct pollfd p[2] = {{STDIN_FILENO, POLLIN, 0}, {fd, POLLIN, 0}};
	int over = 0;

	while (!over && !ending) {
		if (poll(p, 2, -1) < 0) {
			if (errno != EINTR)
				return -errno;
			continue;
		}
		if (p[1].revents)
			over = move(fd, STDOUT_FILENO);
		if (!over && p[0].revents)
			over = move(STDIN_FILENO, fd);
	}
	return over == -EPIPE || over == -ECONNRESET ? 0 : over < 0 ? over : 0;
}

static void greeting(char text[64])
{
	struct winsize size = {0};

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size))
		size = (struct winsize){0};
	snprintf(text, 64, "terminal %u %u\n", (unsigned)size.ws_col, (unsigned)size.ws_row);
}

int fc_terminal_session(int fd)
{
	static const int signals[] = {SIGTERM, SIGHUP, SIGINT};
	const struct sigaction end = {.sa_handler = on_end};
	struct termios before, raw;
	char text[64];
	int err;

	if (tcgetattr(STDIN_FILENO, &before))
		return -errno;
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &end, NULL);
	greeting(text);
	err = put(fd, text, strlen(text));
	if (err)
		return err;
	raw = before;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw))
		return -errno;
	err = pump(fd);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	put(STDOUT_FILENO, "\n", 1);
	return err;
}

int fc_terminal_password(char *out, size_t octets)
{
	static const char prompt[] = "Password: ";
	struct termios before, quiet;
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), err = 0;
	ssize_t got;

	*out = '\0';
	if (fd < 0)
		return 0; /* nobody can be asked: an empty one */
	if (tcgetattr(fd, &before)) {
		close(fd);
		return -errno;
	}
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	err = put(fd, prompt, sizeof(prompt) - 1);
	got = err ? 0 : read(fd, out, octets - 1);
	out[got > 0 ? got : 0] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	tcsetattr(fd, TCSAFLUSH, &before);
	put(fd, "\n", 1);
	close(fd);
	return err;
}
