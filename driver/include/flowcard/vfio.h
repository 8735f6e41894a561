/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card bound to vfio-pci: BAR0 mapped, memory through the IOMMU, MSI-X by eventfd. Reached
 * through its character device and iommufd where the kernel has them, through its group else.
 */
#ifndef FLOWCARD_VFIO_H
#define FLOWCARD_VFIO_H

#include <flowcard/transport.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_vfio_config {
	const char *bdf; /* as fc_pci_bdf() writes it */
	/* Bus addresses equal physical ones: for a device that the IOMMU does not see. Wants huge
	 * pages and CAP_SYS_ADMIN. */
	bool physical;
};

/*
 * Memory space and bus mastering are on afterwards; the card itself was not touched.
 * irq_set: MSI-X vectors, all enabled at the first call. gone_fd: readable when the kernel wants
 * the device back (unbinding, removal) or the bus reported an error.
 * On error nothing stays open; `error` says what failed. Return 0, -ENODEV (no such device, not
 * bound to vfio-pci, no group), -EBUSY (somebody else holds it), -EPROTO (BAR0 too small for the
 * registers), -EPERM, -ENOMEM or -errno.
 */
int fc_vfio_open(const struct fc_vfio_config *config, struct fc_transport **out, char *error,
		 size_t error_octets);

#ifdef __cplusplus
}
#endif
#endif
