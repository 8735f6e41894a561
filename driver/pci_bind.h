/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which kernel driver a card has. Everything is decided first, as a plan of writes to sysfs, so
 * that it can be shown without being done.
 */
#ifndef FC_PCI_BIND_H
#define FC_PCI_BIND_H

#include <flowcard/pci.h>

#define FC_BIND_STEPS 4
#define FC_BIND_NOTES 12

struct fc_bind_step {
	char path[512];
	char text[48]; /* written without a line end; "" clears an override */
};

struct fc_bind_plan {
	struct fc_bind_step step[FC_BIND_STEPS];
	unsigned steps;
	char note[FC_BIND_NOTES][200]; /* warnings for the operator */
	unsigned notes;
	bool dangerous; /* takes a network or storage device from the kernel */
	char bdf[FC_PCI_BDF_OCTETS];
	char driver[FC_PCI_NAME_OCTETS]; /* bound afterwards; "": whichever the kernel chooses */
};

/*
 * Plan to bind cards[at] to `driver` (vfio-pci or uio_pci_generic). `cards` are all devices of the
 * machine: others in its IOMMU group get a note. No steps: it is bound already.
 * Return 0, -ENOTSUP (vfio-pci without an IOMMU group), -EINVAL (a bridge); the last note says it.
 */
int fc_bind_plan(const char *sysfs, const struct fc_pci_card *cards, size_t count, size_t at,
		 const char *driver, struct fc_bind_plan *plan);

/* Plan to take the card from its driver and let the kernel choose. */
void fc_unbind_plan(const char *sysfs, const struct fc_pci_card *card, struct fc_bind_plan *plan);

/*
 * Do the steps, then wait at most a second until the driver is bound. When a step of a bind fails,
 * the override is cleared and the kernel asked again. Return 0, -ENOENT (the driver's module is not
 * loaded), -ETIME (the driver did not take the device), -errno; `error` says where.
 */
int fc_bind_run(const char *sysfs, const struct fc_bind_plan *plan, char *error,
		size_t error_octets);

#endif
