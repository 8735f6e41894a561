// SPDX-License-Identifier: BSD-2-Clause
/* The vfio-user transport against a server whose replies are wrong, one at a time, in every way. */
#include "driver/vfio_user_wire.h"
#include "sim/vfio_user_server.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <flowcard/vfio_user.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum twist {
	NONE,
	COMMAND_FIRST, /* a request of the server before its reply: legal */
	SHORT,         /* one octet less, and the size says so */
	LONG,          /* four more, and the size says so */
	OTHER_ID,
	OTHER_COMMAND,
	NO_MESSAGE, /* a size smaller than a header */
	REFUSED,    /* an error */
	HALF,       /* the end of the stream in the middle of a header */
	CLOSED,
	TWISTS
};

enum { REPLIES = 11 }; /* that opening takes: counted by the second test */

struct bench {
	char path[64], error[160];
	pid_t server;
};

/* ---------------------------------------------------------------- the other process */
static int bar_read(void *device, uint32_t offset, uint32_t *value)
{
	(void)device;
	*value = offset;
	return 0;
}

static int bar_write(void *device, uint32_t offset, uint32_t value)
{
	(void)device;
	(void)offset;
	(void)value;
	return 0;
}

static int dma_map(void *device, uint64_t iova, void *mem, size_t octets)
{
	(void)device;
	(void)iova;
	(void)mem;
	(void)octets;
	return 0;
}

static void dma_unmap(void *device, uint64_t iova)
{
	(void)device;
	(void)iova;
}

static void configured(void *device, const struct fc_pci_config *config)
{
	(void)device;
	(void)config;
}

static int reset(void *device)
{
	(void)device;
	return 0;
}

static const struct fc_vfu_device_ops ops = {bar_read,  bar_write,  dma_map,
					     dma_unmap, configured, reset};

static int receive(int fd, uint8_t *message, int *fds, unsigned *count)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec vec = {message, FC_VFU_MESSAGE_OCTETS};
	struct msghdr m = {.msg_iov = &vec,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	int got = (int)recvmsg(fd, &m, 0);
	struct cmsghdr *c = got > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*count = 0;
	if (c && c->cmsg_type == SCM_RIGHTS) {
		*count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(fds, CMSG_DATA(c), *count * sizeof(int));
	}
	return got;
}

static void send_command(int fd)
{
	const struct {
		struct fc_vfu_header h;
		uint64_t address, count;
	} ask = {{9, FC_VFU_DMA_READ, sizeof(ask), 0, 0}, 4096, 8};
	struct fc_vfu_header answer;

	send(fd, &ask, sizeof(ask), 0);
	if (recv(fd, &answer, sizeof(answer), MSG_WAITALL) != sizeof(answer) || answer.id != 9 ||
	    answer.error != ENOTSUP)
		_exit(3);
}

/* True: the connection is over. */
static bool twist(int fd, enum twist how, uint8_t *reply, size_t *octets)
{
	struct fc_vfu_header h;

	memcpy(&h, reply, sizeof(h));
	switch (how) {
	case COMMAND_FIRST:
		send_command(fd);
		return false;
	case SHORT:
		h.size--;
		break;
	case LONG:
		h.size += FC_VFU_TRANSFER_OCTETS;
		break;
	case OTHER_ID:
		h.id++;
		break;
	case OTHER_COMMAND:
		h.command++;
		break;
	case NO_MESSAGE:
		h.size = 3;
		break;
	case REFUSED:
		h.flags |= FC_VFU_FLAG_ERROR;
		h.error = EPERM;
		break;
	case HALF:
		send(fd, reply, 7, 0);
		return true;
	case CLOSED:
		return true;
	default:
		return false;
	}
	memcpy(reply, &h, sizeof(h));
	*octets = h.size < sizeof(h) ? sizeof(h) : h.size;
	return false;
}

/* Twist reply number `nth` to one client. */
_Noreturn static void serve(int listener, enum twist how, unsigned nth)
{
	static uint8_t message[FC_VFU_MESSAGE_OCTETS], reply[2 * FC_VFU_MESSAGE_OCTETS];
	struct fc_vfu_server server;
	int fd = accept(listener, NULL, NULL), fds[4], got;
	unsigned count, replies = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fc_vfu_server_init(&server, &ops, NULL, 2);
	while ((got = receive(fd, message, fds, &count)) > 0) {
		int octets =
			fc_vfu_server_message(&server, message, (size_t)got, fds, count, reply);
		size_t length = (size_t)octets;

		if (octets < 0)
			_exit(2);
		if (octets == 0)
			continue;
		if (replies++ == nth && twist(fd, how, reply, &length))
			_exit(0);
		send(fd, reply, length, MSG_NOSIGNAL);
	}
	_exit(0);
}

static void start(struct bench *b, enum twist how, unsigned nth)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	unlink(b->path);
	strcpy(address.sun_path, b->path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	b->server = fork();
	if (b->server == 0)
		serve(listener, how, nth);
	close(listener);
}

static int finish(struct bench *b)
{
	int status = 0;

	waitpid(b->server, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	*state = b;
	if (b)
		snprintf(b->path, sizeof(b->path), "vfio_user_hostile.%d", (int)getpid());
	return b ? 0 : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	unlink(b->path);
	free(b);
	return 0;
}

/* ---------------------------------------------------------------- this process */
static int try_open(struct bench *b, enum twist how, unsigned nth, struct fc_transport **t)
{
	int err;

	memset(b->error, 0, sizeof(b->error));
	start(b, how, nth);
	err = fc_vfio_user_open(b->path, t, b->error, sizeof(b->error));
	if (err && !strstr(b->error, b->path))
		fail_msg("\"%s\" does not say which card", b->error);
	return err;
}

static void every_wrong_reply_while_opening_is_refused(void **state)
{
	struct bench *b = *state;
	struct fc_transport *t;

	for (unsigned nth = 0; nth < REPLIES; nth++) {
		for (enum twist how = SHORT; how < TWISTS; how++) {
			int err = try_open(b, how, nth, &t);

			/* VERSION may have any length behind its numbers. */
			if (nth == 0 && how == SHORT) {
				assert_int_equal(err, 0);
				t->ops->close(t);
			} else if (!err) {
				fail_msg("twist %d of reply %u is not noticed", (int)how, nth);
			}
			finish(b);
		}
	}
}

static void a_request_of_the_server_is_refused_and_nothing_else_happens(void **state)
{
	struct bench *b = *state;
	struct fc_transport *t;
	uint32_t value = 0;

	for (unsigned nth = 0; nth < REPLIES; nth++) {
		assert_int_equal(try_open(b, COMMAND_FIRST, nth, &t), 0);
		assert_int_equal(fc_transport_read(t, 0x40, &value), 0);
		assert_int_equal(value, 0x40);
		t->ops->close(t);
		assert_int_equal(finish(b), 0);
	}
}

static void a_wrong_reply_to_a_read_breaks_the_transport_for_good(void **state)
{
	struct bench *b = *state;
	struct fc_transport *t;
	uint32_t value = 7;

	for (enum twist how = SHORT; how < TWISTS; how++) {
		int err;

		assert_int_equal(try_open(b, how, REPLIES, &t), 0);
		err = fc_transport_read(t, 0, &value);
		assert_int_equal(err, how == REFUSED ? -EPERM : how >= HALF ? -ENODEV : -EPROTO);
		assert_int_equal(value, 7);
		if (how != REFUSED)
			assert_int_equal(fc_transport_read(t, 0, &value), -ENODEV);
		t->ops->close(t);
		finish(b);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_wrong_reply_while_opening_is_refused),
		TEST(a_request_of_the_server_is_refused_and_nothing_else_happens),
		TEST(a_wrong_reply_to_a_read_breaks_the_transport_for_good),
	};

	return cmocka_run_group_tests_name("driver.vfio_user_hostile", tests, NULL, NULL);
}
