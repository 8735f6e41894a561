/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cards on the PCI bus: their addresses, what libpci says of them, and how one is opened.
 * Programs that call fc_pci_access_*() or fc_pci_scan() link fc_pci, which links libpci (GPL-2+).
 */
#ifndef FLOWCARD_PCI_H
#define FLOWCARD_PCI_H

#include <flowcard/transport.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Placeholder identity: no such vendor is assigned. A product has its own and says so with an
 * option. */
#define FC_PCI_VENDOR 0xf10c
#define FC_PCI_DEVICE 0xca4d

#define FC_PCI_BAR_OCTETS 0x4000 /* least size of BAR0: the registers and room to grow */
#define FC_PCI_BDF_OCTETS 32     /* of text, ending 0 included: "0000:03:00.0" */
#define FC_PCI_BARS 6
#define FC_PCI_NAME_OCTETS 32

/*
 * `text` is [DOMAIN:]BUS:DEVICE.FUNCTION in hexadecimal; `bdf` gets the form that sysfs uses.
 * Return 0 or -EINVAL.
 */
int fc_pci_bdf(const char *text, char bdf[FC_PCI_BDF_OCTETS]);

struct fc_pci_id {
	uint16_t vendor, device;
};

/* `text` is VENDOR:DEVICE, 1 to 4 hexadecimal digits each. Return 0 or -EINVAL. */
int fc_pci_id(const char *text, struct fc_pci_id *out);

/* speed: transfers/s in units of 100 MT/s (25, 50, 80, 160, ...), 0: not known or down. */
struct fc_pci_link {
	unsigned speed, lanes;
};

struct fc_pci_card {
	char bdf[FC_PCI_BDF_OCTETS];
	struct fc_pci_id id, subsystem;
	uint16_t class_code; /* base class and subclass: 0x0280 */
	uint8_t revision;
	uint8_t interrupt_pin;   /* 0: none, 1: A */
	bool memory, bus_master; /* as the command register says */
	bool express, aer;       /* has PCI Express, advanced error reporting */
	struct {
		uint64_t base, octets; /* octets 0: not known, or no such BAR if base is 0 too */
		bool io, wide;         /* wide: 64-bit address, takes the next BAR's place */
	} bar[FC_PCI_BARS];
	unsigned msix_vectors; /* 0: no MSI-X */
	unsigned msix_bar;
	struct fc_pci_link link, link_most; /* now; what the card can do */
	int numa_node;                      /* -1: not known */
	int iommu_group;                    /* -1: none */
	char driver[FC_PCI_NAME_OCTETS];    /* "": none is bound */
	char slot[FC_PCI_NAME_OCTETS];      /* physical slot; "": not known */
};

struct pci_access; /* libpci's */

/* Where devices are looked for. Both NULL: this machine. */
struct fc_pci_source {
	const char *dump;  /* text as `lspci -xxx` or -xxxx writes it */
	const char *sysfs; /* a folder that stands for /sys */
};

/*
 * libpci ends the program when it meets an error; here it comes back as -EIO with its text in
 * `error` (of the calling thread, by longjmp: what libpci held at that moment stays allocated).
 * After an error the access is only good for fc_pci_access_close. One thread an access.
 * Return 0, -EIO, -ENOMEM.
 */
int fc_pci_access_open(const struct fc_pci_source *source, struct pci_access **out, char *error,
		       size_t error_octets);
void fc_pci_access_close(struct pci_access *access);

/*
 * Describe the devices with `id` (NULL: every one) in order of address; cards[0..max) are filled.
 * What an ordinary user may not read (configuration beyond 64 octets) is left as not known.
 * Return how many there are, also when that is more than max; or -EIO.
 */
int fc_pci_scan(struct pci_access *access, const struct fc_pci_id *id, struct fc_pci_card *cards,
		size_t max, char *error, size_t error_octets);

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
