/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the uio transport share; nobody else includes it but their test. */
#ifndef FC_UIO_PRIVATE_H
#define FC_UIO_PRIVATE_H

#include "driver/sysfs.h"
#include <flowcard/pci.h>
#include <flowcard/uio.h>
#include <pthread.h>
#include <stdbool.h>

struct fc_uio {
	struct fc_transport transport;
	struct fc_roots roots;
	char bdf[FC_PCI_BDF_OCTETS];
	char *error; /* while opening */
	size_t error_octets;
	int config; /* configuration space in sysfs */
	int device; /* /dev/uioN; -1: no interrupts */
	int pagemap;
	int eventfd; /* the caller's; -1: no interrupts wanted */
	int stop;    /* eventfd that ends the thread */
	bool passing;
	pthread_t thread;
};

/* fc_uio_open with its surroundings as arguments. */
int fc_uio_open_with(const struct fc_roots *roots, const char *pagemap, const char *bdf,
		     struct fc_transport **out, char *error, size_t error_octets);

/* Pass interrupts on to `eventfd`; -1: no more. Return 0, -EINVAL, -EOPNOTSUPP or -errno. */
int fc_uio_irq_set(struct fc_uio *u, unsigned vector, int eventfd);

/* Set and clear bits of the command register. Return 0 or -errno. */
int fc_uio_command(struct fc_uio *u, unsigned set, unsigned clear);

#endif
