/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space of the simulated card: a PCI header, a PCI Express and an MSI-X capability,
 * and the table of interrupt vectors. Pure memory with rules for writing; whoever serves it asks
 * afterwards what the host has decided.
 *
 *      BAR 0   64 KiB   registers
 *      BAR 2    4 KiB   MSI-X: table at 0, pending bits at 0x800
 */
#ifndef FC_PCI_CONFIG_H
#define FC_PCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_PCI_CONFIG_OCTETS 256
#define FC_PCI_BAR0_OCTETS 0x10000u
#define FC_PCI_MSIX_BAR 2
#define FC_PCI_MSIX_OCTETS 0x1000u
#define FC_PCI_MSIX_PENDING 0x800u
#define FC_PCI_VECTORS_MAX 32

struct fc_pci_config {
	uint8_t at[FC_PCI_CONFIG_OCTETS];
	uint8_t writable[FC_PCI_CONFIG_OCTETS]; /* bits that a write changes */
	uint8_t msix[FC_PCI_MSIX_OCTETS];
	unsigned vectors;
};

/* As after power-up: memory and bus mastering off, link up. `vectors` is 1..FC_PCI_VECTORS_MAX. */
void fc_pci_config_init(struct fc_pci_config *c, unsigned vectors);

/* Any place and length within the space; else -EINVAL and nothing happens. */
int fc_pci_config_read(const struct fc_pci_config *c, uint64_t offset, void *data, size_t octets);
int fc_pci_config_write(struct fc_pci_config *c, uint64_t offset, const void *data, size_t octets);

/* The same for BAR 2. What is not table reads 0 and takes no write. */
int fc_pci_msix_read(const struct fc_pci_config *c, uint64_t offset, void *data, size_t octets);
int fc_pci_msix_write(struct fc_pci_config *c, uint64_t offset, const void *data, size_t octets);

/* What the host has written. */
bool fc_pci_config_bus_master(const struct fc_pci_config *c);
unsigned fc_pci_config_max_payload(const struct fc_pci_config *c); /* 128 << n */
bool fc_pci_msix_enabled(const struct fc_pci_config *c);
/* May vector `n` be sent (enabled, not masked), and where to? */
bool fc_pci_msix_vector(const struct fc_pci_config *c, unsigned n, uint64_t *address,
			uint32_t *data);

/* Bus mastering as the last close of a device leaves it. */
void fc_pci_config_bus_master_clear(struct fc_pci_config *c);

/* Link status as the card's PCI Express capability shows it. */
void fc_pci_config_link_set(struct fc_pci_config *c, bool up);

#endif
