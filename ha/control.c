// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <ha/cli/session.h>
#include <ha/control.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SESSIONS_MAX 32

struct place {
	struct fc_control *control;
	pthread_t thread;
	int fd; /* -1: free */
	bool trusted;
	atomic_bool over;
};

struct fc_control {
	struct fc_cli_host host;
	struct evconnlistener *listener;
	struct event *on_over;
	int over; /* eventfd: a session has ended */
	char path[108];
	struct place place[SESSIONS_MAX];
};

/* ------------------------------------------------------------------ sessions */
static void *serve(void *argument)
{
	struct place *p = argument;
	const uint64_t one = 1;

	fc_cli_session_run(&p->control->host, p->fd, p->trusted);
	shutdown(p->fd, SHUT_RDWR); /* the client hears of it now; the number is given back later */
	atomic_store(&p->over, true);
	if (write(p->control->over, &one, sizeof(one)) < 0)
		return NULL; /* then the place is given back at the next end */
	return NULL;
}

static void give_back(struct place *p)
{
	pthread_join(p->thread, NULL);
	close(p->fd);
	p->fd = -1;
}

static void on_over(evutil_socket_t fd, short what, void *argument)
{
	struct fc_control *c = argument;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (c->place[i].fd >= 0 && atomic_load(&c->place[i].over))
			give_back(&c->place[i]);
}

static struct place *free_place(struct fc_control *c)
{
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (c->place[i].fd < 0)
			return &c->place[i];
	return NULL;
}

/* Root, or who the daemon itself runs as. */
static bool is_trusted(int fd)
{
	struct ucred peer;
	socklen_t octets = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &octets) &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static void refuse(int fd)
{
	static const char text[] = "error 38\n% All sessions are in use; try later.\n";

	if (send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return; /* whoever it was has gone */
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
		      int octets, void *argument)
{
	struct fc_control *c = argument;
	struct place *p = free_place(c);

	(void)listener;
	(void)address;
	(void)octets;
	if (!p) {
		refuse(fd);
		close(fd);
		return;
	}
	p->fd = fd;
	p->control = c;
	p->trusted = is_trusted(fd);
	atomic_store(&p->over, false);
	if (pthread_create(&p->thread, NULL, serve, p)) {
		close(fd);
		p->fd = -1;
	}
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

static int open_over(struct fc_control *c, struct event_base *base)
{
	c->over = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->over < 0)
		return -errno;
	c->on_over = event_new(base, c->over, EV_READ | EV_PERSIST, on_over, c);
	if (c->on_over && !event_add(c->on_over, NULL))
		return 0;
	if (c->on_over)
		event_free(c->on_over);
	close(c->over);
	return -ENOMEM;
}

static void close_over(struct fc_control *c)
{
	event_free(c->on_over);
	close(c->over);
}

int fc_control_open(struct event_base *base, const char *path, unsigned mode,
		    const struct fc_cli_host *host, struct fc_control **out)
{
	struct fc_control *c = calloc(1, sizeof(*c));
	int fd, err;

	if (!c)
		return -ENOMEM;
	c->host = *host;
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		c->place[i].fd = -1;
	err = open_over(c, base);
	if (err)
		goto free_control;
	fd = listen_at(path, mode);
	err = fd < 0 ? fd : 0;
	if (err)
		goto close_event;
	memcpy(c->path, path, strlen(path) + 1);
	c->listener = evconnlistener_new(base, on_accept, c,
					 LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, fd);
	if (!c->listener) {
		err = -ENOMEM;
		goto close_socket;
	}
	*out = c;
	return 0;

close_socket:
	close(fd);
	unlink(path);
close_event:
	close_over(c);
free_control:
	free(c);
	return err;
}

void fc_control_close(struct fc_control *c)
{
	if (!c)
		return;
	evconnlistener_free(c->listener);
	unlink(c->path);
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (c->place[i].fd >= 0)
			shutdown(c->place[i].fd, SHUT_RDWR);
	for (unsigned i = 0; i < SESSIONS_MAX; i++)
		if (c->place[i].fd >= 0)
			give_back(&c->place[i]);
	close_over(c);
	free(c);
}
