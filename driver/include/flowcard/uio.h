/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card bound to uio_pci_generic, on a machine without IOMMU: BAR0 through sysfs, physical
 * addresses, the one interrupt pin. The card can write anywhere; vfio is the better choice where it
 * can be had.
 */
#ifndef FLOWCARD_UIO_H
#define FLOWCARD_UIO_H

#include <flowcard/transport.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * `bdf` as fc_pci_bdf() writes it. Memory space and bus mastering are on afterwards. Memory for the
 * card is huge pages of 2 MiB in one physical piece; CAP_SYS_ADMIN is wanted for their addresses.
 * irq_set: vector 0 is the interrupt pin, passed on by a thread of the transport's own; -EOPNOTSUPP
 * without a device node. There is no gone_fd: a removed card reads as all ones.
 * On error nothing stays open; `error` says what failed. Return 0, -ENODEV (no such device, not
 * bound to uio_pci_generic), -EPROTO (BAR0 too small), -EPERM or -errno.
 */
int fc_uio_open(const char *bdf, struct fc_transport **out, char *error, size_t error_octets);

#ifdef __cplusplus
}
#endif
#endif
