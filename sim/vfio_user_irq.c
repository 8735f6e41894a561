// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts: MSI-X vectors, and the errors and requests of VFIO, each an eventfd of the client. */
#include "sim/vfio_user_private.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* The eventfds of an interrupt type; NULL: the device has none of it. */
static int *fds_of(struct fc_vfu_server *s, uint32_t index, unsigned *count)
{
	*count = 1;
	switch (index) {
	case FC_VFU_IRQ_MSIX:
		*count = s->config.vectors;
		return s->vector;
	case FC_VFU_IRQ_ERR:
		return &s->err;
	case FC_VFU_IRQ_REQ:
		return &s->req;
	default:
		*count = 0;
		return NULL;
	}
}

int fc_vfu_irq_info(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_irq_info info;
	unsigned count;
	int err = fc_vfu_take(call, &info, sizeof(info));

	if (err || info.argsz < sizeof(info) || info.index >= FC_VFU_IRQS)
		return -EINVAL;
	fds_of(s, info.index, &count);
	info.argsz = sizeof(info);
	info.count = count;
	info.flags = count ? FC_VFU_IRQ_EVENTFD | FC_VFU_IRQ_NORESIZE : 0;
	if (info.index == FC_VFU_IRQ_MSIX)
		info.flags = FC_VFU_IRQ_EVENTFD; /* vectors come and go one by one */
	fc_vfu_answer(call, &info, sizeof(info));
	return 0;
}

static void replace(int *slot, int fd)
{
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

/* Never waits, whatever kind of descriptor the client has sent. A full counter says what it has to
 * say already. */
static bool signal_fd(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};
	const uint64_t one = 1;

	if (fd < 0)
		return false;
	/* A pipe without a reader would be SIGPIPE. */
	if (poll(&ready, 1, 0) != 1 || ready.revents != POLLOUT)
		return true;
	return write(fd, &one, sizeof(one)) == sizeof(one) || errno == EAGAIN;
}

static int set_eventfds(int *slot, const struct fc_vfu_irq_set *set, struct fc_vfu_call *call)
{
	if (call->octets || (call->fd_count && call->fd_count != set->count))
		return -EINVAL;
	for (uint32_t i = 0; i < set->count; i++) {
		replace(&slot[i], call->fd_count ? call->fds[i] : -1);
		if (call->fd_count)
			call->fds[i] = -1;
	}
	return 0;
}

/* The client raises interrupts itself, to test its own way. */
static int trigger(const int *slot, const struct fc_vfu_irq_set *set, struct fc_vfu_call *call)
{
	bool all = (set->flags & FC_VFU_SET_DATA) == FC_VFU_SET_NONE;

	if (call->octets != (all ? 0 : set->count))
		return -EINVAL;
	for (uint32_t i = 0; i < set->count; i++)
		if (all || call->body[i])
			signal_fd(slot[i]);
	return 0;
}

int fc_vfu_set_irqs(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_irq_set set;
	unsigned count;
	int *slot, err = fc_vfu_take(call, &set, sizeof(set));

	if (err || set.argsz < sizeof(set) || set.index >= FC_VFU_IRQS)
		return -EINVAL;
	slot = fds_of(s, set.index, &count);
	if (set.start > count || set.count > count - set.start)
		return -EINVAL;
	/* Nothing here can be masked: MSI-X is, in its table. */
	if ((set.flags & ~(uint32_t)FC_VFU_SET_DATA) != FC_VFU_SET_TRIGGER)
		return -EINVAL;
	switch (set.flags & FC_VFU_SET_DATA) {
	case FC_VFU_SET_EVENTFD:
		return slot ? set_eventfds(slot + set.start, &set, call) : 0;
	case FC_VFU_SET_NONE:
		if (set.start || set.count)
			return trigger(slot + set.start, &set, call);
		for (unsigned i = 0; i < count; i++)
			replace(&slot[i], -1);
		return 0;
	case FC_VFU_SET_BOOL:
		return slot ? trigger(slot + set.start, &set, call) : 0;
	default:
		return -EINVAL;
	}
}

void fc_vfu_irqs_release(struct fc_vfu_server *s)
{
	for (unsigned v = 0; v < FC_PCI_VECTORS_MAX; v++)
		replace(&s->vector[v], -1);
	replace(&s->err, -1);
	replace(&s->req, -1);
}

bool fc_vfu_server_interrupt(struct fc_vfu_server *s, unsigned vector)
{
	return vector < s->config.vectors && signal_fd(s->vector[vector]);
}

bool fc_vfu_server_error(struct fc_vfu_server *s)
{
	return signal_fd(s->err);
}

bool fc_vfu_server_request(struct fc_vfu_server *s)
{
	return signal_fd(s->req);
}
