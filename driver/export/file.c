/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An IPFIX file (RFC 5655): messages one after the other, the templates first. Appended to when it
 * exists. When it is moved or removed, as logrotate does, a new one begins at a message boundary.
 */
#include "sender.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define LOOK_NS UINT64_C(1000000000) /* between two looks at the name, two attempts to open */
#define MODE 0640

struct file {
	struct fc_sender base;
	char *path;
	int fd;
	uint64_t look_ns;
	off_t length; /* of whole messages */
};

static struct file *file_of(const struct fc_sender *s)
{
	return (struct file *)s;
}

static void end_file(struct file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	f->base.ready = f->base.fresh = false;
}

static int begin_file(struct file *f)
{
	struct stat st;

	f->fd = open(f->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, MODE);
	if (f->fd < 0)
		return -errno;
	if (fstat(f->fd, &st)) {
		int err = -errno;

		end_file(f);
		return err;
	}
	f->length = st.st_size;
	f->base.fresh = true;
	f->base.sessions++;
	return 0;
}

/* Is it still the file of that name? */
static bool moved(const struct file *f)
{
	struct stat name, open_one;

	return stat(f->path, &name) || fstat(f->fd, &open_one) || name.st_ino != open_one.st_ino ||
	       name.st_dev != open_one.st_dev;
}

/* Whole messages only: what a full disk cut off is taken back. */
static int write_whole(struct file *f, const struct iovec *vectors, unsigned count)
{
	ssize_t got = writev(f->fd, vectors, (int)count);
	unsigned whole = 0;
	size_t octets = 0;

	if (got < 0)
		return -errno;
	while (whole < count && octets + vectors[whole].iov_len <= (size_t)got)
		octets += vectors[whole++].iov_len;
	f->length += (off_t)octets;
	if (octets < (size_t)got && ftruncate(f->fd, f->length))
		return -errno;
	return (int)whole;
}

static int begin(struct fc_sender *s, const uint8_t *octets, size_t length)
{
	struct file *f = file_of(s);
	struct iovec vector = {.iov_base = (void *)octets, .iov_len = length};
	int got = length ? write_whole(f, &vector, 1) : 1;

	s->fresh = false;
	if (got == 1) {
		s->ready = true;
		s->error = 0;
		return 0;
	}
	s->error = got < 0 ? got : -ENOSPC;
	end_file(f);
	return 0;
}

static void look(struct file *f, uint64_t now_ns)
{
	int err;

	if (now_ns < f->look_ns)
		return;
	f->look_ns = now_ns + LOOK_NS;
	if (f->fd >= 0 && moved(f))
		end_file(f);
	if (f->fd >= 0)
		return;
	err = begin_file(f);
	if (err)
		f->base.error = err;
}

static int send_some(struct fc_sender *s, struct fc_queue *q, unsigned count, uint64_t now_ns)
{
	struct file *f = file_of(s);
	struct iovec vectors[FC_SENDER_BURST];
	int got;

	look(f, now_ns);
	if (!s->ready)
		return -EAGAIN;
	if (!count)
		return 0;
	if (count > FC_SENDER_BURST)
		count = FC_SENDER_BURST;
	for (unsigned i = 0; i < count; i++) {
		const uint8_t *octets;

		vectors[i].iov_len = fc_queue_at(q, q->head + i, &octets)->length;
		vectors[i].iov_base = (void *)octets;
	}
	got = write_whole(f, vectors, count);
	if (got > 0)
		return got;
	s->error = got ? got : -ENOSPC;
	if (got && got != -ENOSPC && got != -EAGAIN)
		end_file(f);
	return -EAGAIN;
}

static int wait_for(const struct fc_sender *s, short *events)
{
	(void)s;
	*events = 0;
	return -1;
}

static void close_file(struct fc_sender *s)
{
	struct file *f = file_of(s);

	end_file(f);
	free(f->path);
	free(f);
}

static const struct fc_sender_ops ops = {
	.send = send_some, .begin = begin, .wait = wait_for, .close = close_file};

int fc_file_open(const struct fc_exporter_config *config, struct fc_sender **out)
{
	struct file *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	f->base.ops = &ops;
	f->fd = -1;
	f->path = strdup(config->host);
	err = f->path ? begin_file(f) : -ENOMEM;
	if (err) {
		close_file(&f->base);
		return err;
	}
	*out = &f->base;
	return 0;
}
