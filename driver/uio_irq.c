// SPDX-License-Identifier: BSD-2-Clause
/*
 * The interrupt pin. The kernel's handler turns it off in the command register and counts; the
 * thread reads the count, tells the caller, and turns the pin on again.
 */
#include "driver/uio_private.h"

#include <errno.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void *pass(void *argument)
{
	struct fc_uio *u = argument;
	struct pollfd p[2] = {{.fd = u->device, .events = POLLIN},
			      {.fd = u->stop, .events = POLLIN}};
	const uint64_t one = 1;
	uint32_t count;

	while (poll(p, 2, -1) >= 0 || errno == EINTR) {
		if (p[1].revents)
			return NULL;
		/* An error here is a device that was unbound: there will be no more. */
		if (p[0].revents && read(u->device, &count, sizeof(count)) != sizeof(count))
			return NULL;
		if (p[0].revents & POLLIN && write(u->eventfd, &one, sizeof(one)) < 0)
			return NULL;
		if (p[0].revents && fc_uio_command(u, 0, PCI_COMMAND_INTX_DISABLE))
			return NULL;
	}
	return NULL;
}

static void end(struct fc_uio *u)
{
	const uint64_t one = 1;

	if (!u->passing)
		return;
	/* An eventfd of ours with an empty counter takes it. */
	if (write(u->stop, &one, sizeof(one)) == (ssize_t)sizeof(one))
		pthread_join(u->thread, NULL);
	/* Only now: the thread may just have been turning it on. */
	fc_uio_command(u, PCI_COMMAND_INTX_DISABLE, 0);
	close(u->stop);
	u->passing = false;
	u->eventfd = -1;
}

int fc_uio_irq_set(struct fc_uio *u, unsigned vector, int eventfd_of_caller)
{
	int err;

	if (vector)
		return -EINVAL;
	end(u);
	if (eventfd_of_caller < 0)
		return 0;
	if (u->device < 0)
		return -EOPNOTSUPP;
	u->stop = eventfd(0, EFD_CLOEXEC);
	if (u->stop < 0)
		return -errno;
	u->eventfd = eventfd_of_caller;
	err = fc_uio_command(u, 0, PCI_COMMAND_INTX_DISABLE);
	if (!err)
		err = -pthread_create(&u->thread, NULL, pass, u);
	if (err) {
		close(u->stop);
		u->eventfd = -1;
		return err;
	}
	u->passing = true;
	return 0;
}
