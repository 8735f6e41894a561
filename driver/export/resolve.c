/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolve.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct fc_resolve {
	pthread_mutex_t lock;
	unsigned holders; /* caller and thread; the last one frees */
	bool done;
	char *host, *port;
	int socket_type;
	struct addrinfo *list; /* NULL: does not resolve */
};

static void drop(struct fc_resolve *r)
{
	unsigned left;

	pthread_mutex_lock(&r->lock);
	left = --r->holders;
	pthread_mutex_unlock(&r->lock);
	if (left)
		return;
	if (r->list)
		freeaddrinfo(r->list);
	pthread_mutex_destroy(&r->lock);
	free(r->host);
	free(r->port);
	free(r);
}

static int ask(struct fc_resolve *r, int flags)
{
	const struct addrinfo hints = {
		.ai_socktype = r->socket_type, .ai_family = AF_UNSPEC, .ai_flags = flags};
	struct addrinfo *list = NULL;
	int err = getaddrinfo(r->host, r->port, &hints, &list);

	if (err)
		return -ENOENT;
	pthread_mutex_lock(&r->lock);
	r->list = list;
	pthread_mutex_unlock(&r->lock);
	return 0;
}

static void *run(void *argument)
{
	struct fc_resolve *r = argument;

	(void)ask(r, 0);
	pthread_mutex_lock(&r->lock);
	r->done = true;
	pthread_mutex_unlock(&r->lock);
	drop(r);
	return NULL;
}

static int start_thread(struct fc_resolve *r)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int err;

	err = -pthread_attr_init(&attributes);
	if (err)
		return err;
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	r->holders++;
	err = -pthread_create(&thread, &attributes, run, r);
	if (err)
		r->holders--;
	pthread_attr_destroy(&attributes);
	return err;
}

int fc_resolve_start(const char *host, const char *port, int socket_type, struct fc_resolve **out)
{
	struct fc_resolve *r = calloc(1, sizeof(*r));
	int err = 0;

	if (!r)
		return -ENOMEM;
	r->holders = 1;
	r->socket_type = socket_type;
	pthread_mutex_init(&r->lock, NULL);
	r->host = strdup(host);
	r->port = strdup(port);
	if (!r->host || !r->port)
		err = -ENOMEM;
	else if (!ask(r, AI_NUMERICHOST))
		r->done = true;
	else
		err = start_thread(r);
	if (err)
		drop(r);
	else
		*out = r;
	return err;
}

int fc_resolve_result(struct fc_resolve *r, struct addrinfo **list)
{
	bool done;

	pthread_mutex_lock(&r->lock);
	done = r->done;
	*list = r->list;
	pthread_mutex_unlock(&r->lock);
	if (!done)
		return -EAGAIN;
	return *list ? 0 : -ENOENT;
}

void fc_resolve_free(struct fc_resolve *r)
{
	if (r)
		drop(r);
}
