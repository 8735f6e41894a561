/* SPDX-License-Identifier: BSD-2-Clause */
#include "driver/tls_socket.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>

/* One for the process: OpenSSL has numbers for 127 of them, and never takes one back. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static BIO_METHOD *method;

static int fd_of(BIO *bio)
{
	return (int)(intptr_t)BIO_get_data(bio);
}

static int bio_write(BIO *bio, const char *octets, size_t count, size_t *written)
{
	ssize_t got = send(fd_of(bio), octets, count, MSG_NOSIGNAL | MSG_DONTWAIT);

	BIO_clear_retry_flags(bio);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(bio);
	*written = got > 0 ? (size_t)got : 0;
	return got > 0;
}

static int bio_read(BIO *bio, char *octets, size_t room, size_t *taken)
{
	ssize_t got = recv(fd_of(bio), octets, room, MSG_DONTWAIT);

	BIO_clear_retry_flags(bio);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(bio);
	if (!got)
		errno = 0;
	*taken = got > 0 ? (size_t)got : 0;
	return got > 0;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static void make_method(void)
{
	BIO_METHOD *made =
		BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "flowcard socket");

	if (made && BIO_meth_set_write_ex(made, bio_write) &&
	    BIO_meth_set_read_ex(made, bio_read) && BIO_meth_set_ctrl(made, bio_control))
		method = made;
	else
		BIO_meth_free(made);
}

BIO *fc_tls_socket(int fd)
{
	BIO *bio;

	pthread_once(&once, make_method);
	bio = method ? BIO_new(method) : NULL;
	if (!bio)
		return NULL;
	BIO_set_data(bio, (void *)(intptr_t)fd);
	BIO_set_init(bio, 1);
	return bio;
}
