// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <ha/control.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_OCTETS 1024
#define SESSIONS_MAX 32
#define IDLE_SECONDS 300

struct session {
	struct fc_control *control; /* NULL: place free */
	struct bufferevent *io;
};

struct fc_control {
	struct fc_control_context context;
	struct evconnlistener *listener;
	struct event_base *base;
	char path[108];
	struct session session[SESSIONS_MAX];
};

static void end_session(struct session *s)
{
	bufferevent_free(s->io);
	s->io = NULL;
	s->control = NULL;
}

static void answer(struct session *s, const char *line)
{
	struct evbuffer *out = bufferevent_get_output(s->io);
	char *body = NULL, error[300] = "";
	size_t octets = 0;
	FILE *stream = open_memstream(&body, &octets);
	int err = stream ? 0 : -ENOMEM;

	if (!err)
		err = fc_control_run(&s->control->context, line, stream, error, sizeof(error));
	if (stream && fclose(stream))
		err = -ENOMEM;
	if (err)
		evbuffer_add_printf(out, "error %s\n", *error ? error : strerror(-err));
	else if (!evbuffer_add_printf(out, "ok %zu\n", octets) || evbuffer_add(out, body, octets))
		evbuffer_drain(out, evbuffer_get_length(out));
	free(body);
}

static void on_read(struct bufferevent *io, void *argument)
{
	struct session *s = argument;
	struct evbuffer *in = bufferevent_get_input(io);
	size_t octets;
	char *line;

	while ((line = evbuffer_readln(in, &octets, EVBUFFER_EOL_CRLF))) {
		if (strlen(line) == octets)
			answer(s, line);
		else
			evbuffer_add_printf(bufferevent_get_output(io), "error no text\n");
		free(line);
	}
	if (evbuffer_get_length(in) > LINE_MAX_OCTETS) {
		evbuffer_drain(in, evbuffer_get_length(in));
		evbuffer_add_printf(bufferevent_get_output(io), "error the line is too long\n");
	}
}

static void on_event(struct bufferevent *io, short what, void *argument)
{
	(void)io;
	if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT))
		end_session(argument);
}

static struct session *free_place(struct fc_control *c)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (!c->session[i].control)
			return &c->session[i];
	return NULL;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
		      int octets, void *argument)
{
	const struct timeval idle = {IDLE_SECONDS, 0};
	struct fc_control *c = argument;
	struct session *s = free_place(c);

	(void)listener;
	(void)address;
	(void)octets;
	if (s)
		s->io = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!s || !s->io) {
		close(fd);
		return;
	}
	s->control = c;
	bufferevent_setcb(s->io, on_read, NULL, on_event, s);
	bufferevent_set_timeouts(s->io, &idle, &idle);
	bufferevent_setwatermark(s->io, EV_READ, 0, (size_t)4 * LINE_MAX_OCTETS);
	bufferevent_enable(s->io, EV_READ | EV_WRITE);
}

/* ------------------------------------------------------------------ the socket */
/* Left over from a daemon that was killed: nobody answers. */
static int remove_stale(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		err = -EADDRINUSE;
	else if (errno == ECONNREFUSED && !lstat(address->sun_path, &st) && S_ISSOCK(st.st_mode))
		err = unlink(address->sun_path) ? -errno : 0;
	close(fd);
	return err;
}

static int listen_at(const char *path, unsigned mode)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	mode_t old;
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	err = remove_stale(&address);
	if (err)
		return err;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Closed to all from its first moment on; then as wide as asked for. */
	old = umask(0777);
	err = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
	umask(old);
	if (!err && (chmod(path, mode) || listen(fd, SESSIONS_MAX))) {
		err = -errno;
		unlink(path);
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

int fc_control_open(struct event_base *base, const char *path, unsigned mode,
		    const struct fc_control_context *context, struct fc_control **out)
{
	struct fc_control *c = calloc(1, sizeof(*c));
	int fd;

	if (!c)
		return -ENOMEM;
	c->context = *context;
	c->base = base;
	fd = listen_at(path, mode);
	if (fd < 0) {
		free(c);
		return fd;
	}
	memcpy(c->path, path, strlen(path) + 1);
	c->listener = evconnlistener_new(base, on_accept, c, LEV_OPT_CLOSE_ON_FREE, -1, fd);
	if (!c->listener) {
		close(fd);
		unlink(path);
		free(c);
		return -ENOMEM;
	}
	*out = c;
	return 0;
}

void fc_control_close(struct fc_control *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (c->session[i].control)
			end_session(&c->session[i]);
	evconnlistener_free(c->listener);
	unlink(c->path);
	free(c);
}
