// SPDX-License-Identifier: BSD-2-Clause
#include "ha/peer/heartbeat.h"

#include "ha/peer/address.h"

#include <errno.h>
#include <ha/clock.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { PRIORITY = 20, TURN_MAX = 4096, NS_A_MS = 1000000, CLASS_CONTROL = 0xc0 };

struct path {
	int fd;          /* -1: no such path */
	uint64_t number; /* of the newest that was sent in this session */
	struct fc_beat_window window;
	uint64_t last_ns; /* the newest good one came; 0: none in this session */
	uint64_t sent, received, missed, forged, replayed;
	uint64_t gap_ns, gap_max_ns;
};

struct fc_heartbeats {
	pthread_t thread;
	pthread_mutex_t lock; /* inherits priority: the pair's thread takes it, too */
	bool realtime, stopping;
	int wake;
	void (*silent)(void *context);
	void *context;
	unsigned interval_ms, misses;
	struct path path[FC_LINK_PATHS];
	/* of the session */
	bool session, is_silent, no_beat;
	struct fc_beat_seal *seal;
	struct fc_life life;
	int tcp, unread; /* unread: octets in its socket when last looked at */
	uint64_t silent_ns, send_ns;
};

/* ------------------------------------------------------------------ one turn, locked */
static void count_gap(struct path *p, uint64_t now)
{
	p->gap_ns = p->last_ns ? now - p->last_ns : 0;
	if (p->gap_ns > p->gap_max_ns)
		p->gap_max_ns = p->gap_ns;
	p->last_ns = now;
}

static void take(struct fc_heartbeats *hb, unsigned number, const uint8_t *octets, size_t count,
		 uint64_t now)
{
	struct path *p = &hb->path[number];
	uint64_t newest = p->window.newest;

	switch (fc_beat_read(hb->seal, &p->window, number, octets, count)) {
	case FC_BEAT_GOOD:
		p->received++;
		/* One that comes late had been counted as missed. */
		if (p->window.newest == newest)
			p->missed -= p->missed > 0;
		else if (newest)
			p->missed += p->window.newest - newest - 1;
		count_gap(p, now);
		hb->life.begun = true;
		fc_life_sign(&hb->life, now);
		break;
	case FC_BEAT_FORGED:
		p->forged++;
		break;
	case FC_BEAT_REPLAYED:
		p->replayed++;
		break;
	case FC_BEAT_STALE:
		break;
	}
}

static void read_path(struct fc_heartbeats *hb, unsigned number)
{
	/* One octet more than a heartbeat: a longer datagram is none. */
	uint8_t octets[FC_BEAT_OCTETS + 1];

	for (unsigned n = 0; n < TURN_MAX; n++) {
		ssize_t got = recv(hb->path[number].fd, octets, sizeof(octets), MSG_DONTWAIT);

		if (got < 0 && (errno == EAGAIN || errno == EBADF))
			return;
		/* Other errors are what ICMP said about one that was sent. */
		if (got >= 0 && hb->session)
			take(hb, number, octets, (size_t)got, fc_clock_ns());
	}
}

static void send_all(struct fc_heartbeats *hb)
{
	uint8_t octets[FC_BEAT_OCTETS];

	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		struct path *p = &hb->path[n];

		if (p->fd < 0 || fc_beat_write(hb->seal, p->number + 1, n, octets))
			continue;
		p->number++;
		if (send(p->fd, octets, sizeof(octets), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
			p->sent++;
	}
}

/* Octets that the pair's thread has not read yet may be a sign of life. They count only while new
 * ones come, or a thread that hangs would keep a dead peer alive. */
static bool tcp_moves(struct fc_heartbeats *hb)
{
	int unread = 0;
	bool moves;

	if (hb->tcp < 0 || ioctl(hb->tcp, FIONREAD, &unread))
		return false;
	moves = unread > hb->unread;
	hb->unread = unread;
	return moves;
}

/* Return true: the peer has just become silent. */
static bool turn(struct fc_heartbeats *hb, uint64_t due)
{
	uint64_t now = fc_clock_ns();

	for (unsigned n = 0; n < FC_LINK_PATHS; n++)
		if (hb->path[n].fd >= 0)
			read_path(hb, n);
	if (!hb->session)
		return false;
	if (now >= hb->send_ns) {
		send_all(hb);
		hb->send_ns += hb->life.interval_ns;
		if (hb->send_ns <= now)
			hb->send_ns = now + hb->life.interval_ns;
	}
	if (hb->is_silent || !fc_life_turn(&hb->life, due, now))
		return false;
	if (tcp_moves(hb)) {
		fc_life_sign(&hb->life, now);
		return false;
	}
	hb->is_silent = true;
	hb->no_beat = !hb->life.begun;
	hb->silent_ns = now - hb->life.last_ns;
	return true;
}

/* ------------------------------------------------------------------ the thread */
static uint64_t due_of(const struct fc_heartbeats *hb)
{
	uint64_t deadline = fc_life_deadline(&hb->life);

	if (!hb->session)
		return UINT64_MAX;
	return hb->is_silent || hb->send_ns < deadline ? hb->send_ns : deadline;
}

static void wait_until(struct fc_heartbeats *hb, uint64_t due)
{
	struct pollfd fds[1 + FC_LINK_PATHS] = {{.fd = hb->wake, .events = POLLIN}};
	uint64_t now = fc_clock_ns(), left = due > now ? due - now : 0, said;
	struct timespec limit = {.tv_sec = (time_t)(left / 1000000000u),
				 .tv_nsec = (long)(left % 1000000000u)};

	for (unsigned n = 0; n < FC_LINK_PATHS; n++)
		fds[1 + n] = (struct pollfd){.fd = hb->path[n].fd, .events = POLLIN};
	ppoll(fds, 1 + FC_LINK_PATHS, due == UINT64_MAX ? NULL : &limit, NULL);
	if (fds[0].revents && read(hb->wake, &said, sizeof(said)) < 0)
		return;
}

static void *run(void *pointer)
{
	struct fc_heartbeats *hb = pointer;

	pthread_mutex_lock(&hb->lock);
	while (!hb->stopping) {
		uint64_t due = due_of(hb);
		bool silent;

		pthread_mutex_unlock(&hb->lock);
		wait_until(hb, due);
		pthread_mutex_lock(&hb->lock);
		silent = turn(hb, due);
		if (!silent)
			continue;
		pthread_mutex_unlock(&hb->lock);
		hb->silent(hb->context);
		pthread_mutex_lock(&hb->lock);
	}
	pthread_mutex_unlock(&hb->lock);
	return NULL;
}

static int start(struct fc_heartbeats *hb, int policy)
{
	struct sched_param order = {.sched_priority = policy == SCHED_FIFO ? PRIORITY : 0};
	sigset_t all, before;
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attr, policy);
	pthread_attr_setschedparam(&attr, &order);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&hb->thread, &attr, run, hb);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return -err;
}

static void wake_thread(struct fc_heartbeats *hb)
{
	uint64_t one = 1;

	if (write(hb->wake, &one, sizeof(one)) < 0)
		return; /* full: it will wake */
}

/* ------------------------------------------------------------------ open, close */
static int open_path(struct path *p, const struct fc_link_path *at, char why[FC_LINK_TEXT])
{
	struct fc_address local, remote;
	int class = CLASS_CONTROL, err;

	if (fc_address_set(&remote, at->remote, at->port, NULL) || !at->port ||
	    fc_address_set(&local, at->local, at->port, at->remote)) {
		snprintf(why, FC_LINK_TEXT, "heartbeats to %s port %u: not an address", at->remote,
			 at->port);
		return -EINVAL;
	}
	p->fd = socket(remote.at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* What the network puts before other traffic; nobody has to honour it. */
	if (remote.at.ss_family == AF_INET6)
		setsockopt(p->fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof(class));
	else
		setsockopt(p->fd, IPPROTO_IP, IP_TOS, &class, sizeof(class));
	if (p->fd >= 0 && !bind(p->fd, (const struct sockaddr *)&local.at, local.octets) &&
	    !connect(p->fd, (const struct sockaddr *)&remote.at, remote.octets))
		return 0;
	err = -errno;
	snprintf(why, FC_LINK_TEXT, "heartbeats to %s port %u: %s", at->remote, at->port,
		 strerror(-err));
	return err;
}

static int make_lock(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;
	int err;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	err = -pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return err;
}

static int open_parts(struct fc_heartbeats *hb, const struct fc_link_config *config,
		      char why[FC_LINK_TEXT])
{
	int err = 0;

	for (unsigned n = 0; n < FC_LINK_PATHS && !err; n++)
		if (*config->path[n].remote)
			err = open_path(&hb->path[n], &config->path[n], why);
	if (err)
		return err;
	hb->realtime = true;
	err = start(hb, SCHED_FIFO);
	if (err) {
		hb->realtime = false;
		err = start(hb, SCHED_OTHER);
	}
	if (err)
		snprintf(why, FC_LINK_TEXT, "no thread for heartbeats: %s", strerror(-err));
	return err;
}

static void free_parts(struct fc_heartbeats *hb)
{
	for (unsigned n = 0; n < FC_LINK_PATHS; n++)
		if (hb->path[n].fd >= 0)
			close(hb->path[n].fd);
	close(hb->wake);
	pthread_mutex_destroy(&hb->lock);
	fc_beat_seal_free(hb->seal);
	free(hb);
}

int fc_heartbeats_open(const struct fc_link_config *config, void (*silent)(void *context),
		       void *context, struct fc_heartbeats **out, char why[FC_LINK_TEXT])
{
	struct fc_heartbeats *hb = calloc(1, sizeof(*hb));
	int err = -ENOMEM;

	snprintf(why, FC_LINK_TEXT, "no memory for heartbeats");
	if (!hb)
		return err;
	hb->silent = silent;
	hb->context = context;
	hb->interval_ms = config->interval_ms;
	hb->misses = config->misses;
	hb->tcp = -1;
	for (unsigned n = 0; n < FC_LINK_PATHS; n++)
		hb->path[n].fd = -1;
	hb->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (hb->wake < 0 || make_lock(&hb->lock))
		goto free_hb;
	err = open_parts(hb, config, why);
	if (err) {
		free_parts(hb);
		return err;
	}
	*out = hb;
	return 0;

free_hb:
	if (hb->wake >= 0)
		close(hb->wake);
	free(hb);
	return err;
}

void fc_heartbeats_close(struct fc_heartbeats *hb)
{
	if (!hb)
		return;
	pthread_mutex_lock(&hb->lock);
	hb->stopping = true;
	pthread_mutex_unlock(&hb->lock);
	wake_thread(hb);
	pthread_join(hb->thread, NULL);
	free_parts(hb);
}

/* ------------------------------------------------------------------ sessions */
int fc_heartbeats_begin(struct fc_heartbeats *hb, const struct fc_beat_keys *keys, int tcp,
			unsigned peer_interval_ms)
{
	struct fc_beat_seal *seal = fc_beat_seal_create(keys);
	uint64_t now = fc_clock_ns();

	if (!seal)
		return -ENOMEM;
	fc_heartbeats_end(hb);
	pthread_mutex_lock(&hb->lock);
	hb->seal = seal;
	hb->tcp = tcp;
	hb->unread = 0;
	hb->session = true;
	hb->is_silent = false;
	hb->send_ns = now;
	fc_life_begin(&hb->life, hb->interval_ms, hb->misses, now);
	fc_life_slower(&hb->life, peer_interval_ms, hb->misses);
	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		struct path *p = &hb->path[n];

		p->number = 0;
		p->window = (struct fc_beat_window){0};
		p->last_ns = p->gap_ns = p->gap_max_ns = 0;
	}
	pthread_mutex_unlock(&hb->lock);
	wake_thread(hb);
	return 0;
}

void fc_heartbeats_end(struct fc_heartbeats *hb)
{
	struct fc_beat_seal *seal;

	pthread_mutex_lock(&hb->lock);
	hb->session = false;
	hb->tcp = -1;
	seal = hb->seal;
	hb->seal = NULL;
	pthread_mutex_unlock(&hb->lock);
	fc_beat_seal_free(seal);
}

void fc_heartbeats_sign(struct fc_heartbeats *hb)
{
	pthread_mutex_lock(&hb->lock);
	fc_life_sign(&hb->life, fc_clock_ns());
	hb->unread = 0;
	pthread_mutex_unlock(&hb->lock);
}

bool fc_heartbeats_silent(struct fc_heartbeats *hb, char why[FC_LINK_TEXT])
{
	bool silent;

	pthread_mutex_lock(&hb->lock);
	silent = hb->session && hb->is_silent;
	if (silent && hb->no_beat)
		snprintf(why, FC_LINK_TEXT,
			 "no heartbeat on any path since the session began (is UDP let through?)");
	else if (silent)
		snprintf(why, FC_LINK_TEXT, "no sign of life for %.0f ms",
			 (double)hb->silent_ns / NS_A_MS);
	pthread_mutex_unlock(&hb->lock);
	return silent;
}

/* ------------------------------------------------------------------ figures */
void fc_heartbeats_stats(struct fc_heartbeats *hb, struct fc_link_stats *out)
{
	uint64_t now = fc_clock_ns();

	pthread_mutex_lock(&hb->lock);
	out->timers_late = hb->life.late;
	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		const struct path *p = &hb->path[n];
		uint64_t since = p->last_ns && hb->session ? now - p->last_ns : 0;
		uint64_t most = since > p->gap_max_ns ? since : p->gap_max_ns;

		out->path[n].there = p->fd >= 0;
		out->path[n].alive =
			hb->session && p->last_ns && since < hb->life.limit_ns && p->fd >= 0;
		out->path[n].answered = hb->session && p->last_ns;
		out->path[n].sent = p->sent;
		out->path[n].received = p->received;
		out->path[n].missed = p->missed;
		out->path[n].forged = p->forged;
		out->path[n].replayed = p->replayed;
		out->path[n].gap_ms = (uint32_t)((since > p->gap_ns ? since : p->gap_ns) / NS_A_MS);
		out->path[n].gap_max_ms = (uint32_t)(most / NS_A_MS);
	}
	pthread_mutex_unlock(&hb->lock);
}

bool fc_heartbeats_realtime(const struct fc_heartbeats *hb)
{
	return hb->realtime;
}
