/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards on the PCI bus: their addresses, what libpci says of them, and how one is opened.
 * Programs that call fc_pci_access_*() or fc_pci_scan() link fc_pci, which links libpci (GPL-2+).
 */
#ifndef FLOWCARD_PCI_H
#define FLOWCARD_PCI_H

#include <flowcard/transport.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Placeholder identity: no such vendor is assigned. A product has its own and says so with an
 * option. */
#define FC_PCI_VENDOR 0xf10c
#define FC_PCI_DEVICE 0xca4d

#define FC_PCI_BDF_OCTETS 32 /* of text, ending 0 included: "0000:03:00.0" */

/*
 * `text` is [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal; `bdf` gets the form that sysfs uses.
 * Return 0 or -EINVAL.
 */
int fc_pci_bdf(const char *text, char bdf[FC_PCI_BDF_OCTETS]);

/*
 * Reach the card at `where`:
 *   vfio:BDF[,iova=physical]  bound to vfio-pci
 *   uio:BDF                   bound to uio_pci_generic
 *   BDF                       whichever of the two it is bound to
 *   vfio-user:PATH            the simulated card that serves this Unix socket
 * The card is not touched beyond making its memory space and bus mastering available. On error
 * nothing stays open and `error` holds a sentence that names the place.
 * Return 0, -EINVAL (no such form), -ENODEV (no such device, or bound to nothing that helps) or the
 * -errno of the step that failed.
 */
int fc_transport_open(const char *where, struct fc_transport **out, char *error,
		      size_t error_octets);

#ifdef __cplusplus
}
#endif
#endif
