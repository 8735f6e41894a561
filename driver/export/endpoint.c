/* SPDX-License-Identifier: BSD-2-Clause */
#include "endpoint.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NS_PER_MS 1000000U
#define PAUSE_MS 1000
#define PAUSE_GROWTH 64
#define RESOLVE_NS (UINT64_C(5000) * NS_PER_MS)

static char *copy(const char *text)
{
	return text && *text ? strdup(text) : NULL;
}

int fc_endpoint_init(struct fc_endpoint *ep, const struct fc_exporter_config *config,
		     int socket_type)
{
	*ep = (struct fc_endpoint){
		.socket_type = socket_type, .dscp = config->dscp, .ttl = config->ttl};
	if (socket_type == SOCK_DGRAM) {
		ep->source_port = config->source_port;
		ep->port_shared = config->port_shared;
		ep->source_moves = config->source_moves;
	}
	ep->first_pause_ns = (config->retry_ms ? config->retry_ms : PAUSE_MS) * (uint64_t)NS_PER_MS;
	ep->pause_ns = ep->first_pause_ns;
	ep->host = copy(config->host);
	ep->port = copy(config->port);
	ep->source = copy(config->source);
	if (ep->host && ep->port && !ep->source == !(config->source && *config->source))
		return 0;
	fc_endpoint_free(ep);
	return -ENOMEM;
}

void fc_endpoint_free(struct fc_endpoint *ep)
{
	fc_resolve_free(ep->resolve);
	free(ep->host);
	free(ep->port);
	free(ep->source);
}

/* ------------------------------------------------------------------ sockets */
static bool usable(const struct ifaddrs *i, const char *name, int family)
{
	const struct sockaddr_in6 *v6;

	if (!i->ifa_addr || i->ifa_addr->sa_family != family || strcmp(i->ifa_name, name) != 0)
		return false;
	v6 = (const struct sockaddr_in6 *)(const void *)i->ifa_addr;
	return family != AF_INET6 || !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr);
}

int fc_endpoint_source(const char *source, int family, struct sockaddr_storage *out,
		       socklen_t *size)
{
	const struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM, .ai_family = family, .ai_flags = AI_NUMERICHOST};
	struct addrinfo *list = NULL;
	struct ifaddrs *all = NULL;
	int err = -EADDRNOTAVAIL;

	if (!getaddrinfo(source, NULL, &hints, &list)) {
		memcpy(out, list->ai_addr, list->ai_addrlen);
		*size = list->ai_addrlen;
		freeaddrinfo(list);
		return 0;
	}
	if (getifaddrs(&all))
		return -errno;
	*size = family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	for (const struct ifaddrs *i = all; i && err; i = i->ifa_next) {
		if (!usable(i, source, family))
			continue;
		memcpy(out, i->ifa_addr, *size);
		err = 0;
	}
	freeifaddrs(all);
	return err;
}

static int mark(const struct fc_endpoint *ep, int fd, int family)
{
	int level = family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	int class = ep->dscp << 2, ttl = ep->ttl;
	int class_option = family == AF_INET6 ? IPV6_TCLASS : IP_TOS;
	int ttl_option = family == AF_INET6 ? IPV6_UNICAST_HOPS : IP_TTL;
	int multicast_option = family == AF_INET6 ? IPV6_MULTICAST_HOPS : IP_MULTICAST_TTL;

	if (class && setsockopt(fd, level, class_option, &class, sizeof(class)))
		return -errno;
	if (ttl && setsockopt(fd, level, ttl_option, &ttl, sizeof(ttl)))
		return -errno;
	/* A stream has no such option. */
	if (ttl && ep->socket_type == SOCK_DGRAM &&
	    setsockopt(fd, level, multicast_option, &ttl, sizeof(ttl)))
		return -errno;
	return 0;
}

static void set_port(struct sockaddr_storage *a, uint16_t port)
{
	if (a->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)a)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)a)->sin_port = htons(port);
}

static int set_flag(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on)) ? -errno : 0;
}

/* A port that somebody has is refused, but for a socket of ours: sockets that both allow it share a
 * port. So it is allowed after the first bind, and before it to who follows one of ours. */
static int bind_to(const struct fc_endpoint *ep, int fd, const struct sockaddr_storage *from,
		   socklen_t size)
{
	int err = 0;

	/* Bound now and usable when it comes to this host: nothing to wait for then. */
	if (ep->source_moves)
		err = from->ss_family == AF_INET6 ? set_flag(fd, IPPROTO_IPV6, IPV6_FREEBIND)
						  : set_flag(fd, IPPROTO_IP, IP_FREEBIND);
	if (!err && ep->port_shared)
		err = set_flag(fd, SOL_SOCKET, SO_REUSEADDR);
	if (!err && bind(fd, (const struct sockaddr *)from, size))
		err = -errno;
	if (!err && ep->source_port)
		err = set_flag(fd, SOL_SOCKET, SO_REUSEADDR);
	return err;
}

static int bind_source(const struct fc_endpoint *ep, int fd, int family)
{
	struct sockaddr_storage from = {.ss_family = (sa_family_t)family};
	socklen_t size =
		family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	int err = 0;

	if (!ep->source && !ep->source_port)
		return 0;
	if (ep->source)
		err = fc_endpoint_source(ep->source, family, &from, &size);
	if (err)
		return err;
	if (ep->source_port)
		set_port(&from, ep->source_port);
	return bind_to(ep, fd, &from, size);
}

/* Return 0; 1: the source address is not here yet, connect later; -errno. */
static int connect_socket(const struct fc_endpoint *ep, int fd, const struct addrinfo *a)
{
	if (!connect(fd, a->ai_addr, a->ai_addrlen) || errno == EINPROGRESS)
		return 0;
	/* What kernels say of a source that is no address of this host. */
	if (ep->source_moves && (errno == EINVAL || errno == EADDRNOTAVAIL || errno == ENETUNREACH))
		return 1;
	return -errno;
}

static int open_socket(struct fc_endpoint *ep, const struct addrinfo *a)
{
	int fd = socket(a->ai_family, ep->socket_type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = mark(ep, fd, a->ai_family);
	if (!err)
		err = bind_source(ep, fd, a->ai_family);
	if (!err)
		err = connect_socket(ep, fd, a);
	if (err == 1) {
		memcpy(&ep->later, a->ai_addr, a->ai_addrlen);
		ep->later_size = a->ai_addrlen;
		return fd;
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

int fc_endpoint_connect_later(struct fc_endpoint *ep, int fd)
{
	if (!ep->later_size)
		return 0;
	if (connect(fd, (const struct sockaddr *)&ep->later, ep->later_size))
		return -errno;
	ep->later_size = 0;
	return 0;
}

/* ------------------------------------------------------------------ attempts */
static void pause_now(struct fc_endpoint *ep, uint64_t now_ns)
{
	fc_resolve_free(ep->resolve);
	ep->resolve = NULL;
	ep->next = NULL;
	ep->trying = false;
	ep->retry_ns = now_ns + ep->pause_ns;
	if (ep->pause_ns < PAUSE_GROWTH * ep->first_pause_ns)
		ep->pause_ns *= 2;
}

static int resolve(struct fc_endpoint *ep, uint64_t now_ns)
{
	struct addrinfo *list;
	int err = 0;

	if (!ep->resolve) {
		err = fc_resolve_start(ep->host, ep->port, ep->socket_type, &ep->resolve);
		ep->give_up_ns = now_ns + RESOLVE_NS;
	}
	if (!err)
		err = fc_resolve_result(ep->resolve, &list);
	if (err == -EAGAIN && now_ns >= ep->give_up_ns)
		err = -ETIMEDOUT;
	if (err)
		return err;
	ep->next = list;
	ep->trying = true;
	return 0;
}

int fc_endpoint_connect(struct fc_endpoint *ep, uint64_t now_ns)
{
	int err = 0, fd;

	if (now_ns < ep->retry_ns)
		return -EAGAIN;
	if (!ep->trying)
		err = resolve(ep, now_ns);
	if (err == -EAGAIN)
		return err;
	while (ep->next) {
		fd = open_socket(ep, ep->next);
		ep->next = ep->next->ai_next;
		if (fd >= 0)
			return fd;
		err = fd;
	}
	pause_now(ep, now_ns);
	return err ? err : -ECONNREFUSED;
}

void fc_endpoint_failed(struct fc_endpoint *ep, uint64_t now_ns)
{
	if (!ep->next)
		pause_now(ep, now_ns);
}

void fc_endpoint_works(struct fc_endpoint *ep)
{
	fc_resolve_free(ep->resolve);
	ep->resolve = NULL;
	ep->next = NULL;
	ep->trying = false;
	ep->retry_ns = 0;
	ep->pause_ns = ep->first_pause_ns;
}
