// SPDX-License-Identifier: BSD-2-Clause
#include "sim/pci_config.h"

#include <errno.h>
#include <flowcard/pci.h>
#include <linux/pci_regs.h>
#include <string.h>

enum {
	EXPRESS = 0x40, /* version 2, endpoint: 60 octets */
	MSIX = 0x80,
	EXPRESS_VERSION = 2,
	PAYLOAD_MOST = 5,  /* 4096 octets */
	PAYLOAD_FIRST = 1, /* 256: nobody sets it behind a socket */
	READ_REQUEST = 2,  /* 512 */
	LINK_SPEED = 3,    /* 8 GT/s */
	LINK_WIDTH = 16,
	VECTOR_OCTETS = 16,
	VECTOR_MASK = 12,
	CLASS_NETWORK_OTHER = 0x0280,
};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value & 0xffff);
	put16(at + 2, value >> 16);
}

static unsigned get16(const uint8_t *at)
{
	return at[0] | (unsigned)at[1] << 8;
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static void init_header(struct fc_pci_config *c)
{
	put16(c->at + PCI_VENDOR_ID, FC_PCI_VENDOR);
	put16(c->at + PCI_DEVICE_ID, FC_PCI_DEVICE);
	put16(c->at + PCI_SUBSYSTEM_VENDOR_ID, FC_PCI_VENDOR);
	put16(c->at + PCI_SUBSYSTEM_ID, FC_PCI_DEVICE);
	put16(c->at + PCI_STATUS, PCI_STATUS_CAP_LIST);
	put16(c->at + PCI_CLASS_DEVICE, CLASS_NETWORK_OTHER);
	c->at[PCI_REVISION_ID] = 1;
	c->at[PCI_CAPABILITY_LIST] = EXPRESS;
	put16(c->writable + PCI_COMMAND,
	      PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	put32(c->writable + PCI_BASE_ADDRESS_0, ~(FC_PCI_BAR0_OCTETS - 1));
	put32(c->writable + PCI_BASE_ADDRESS_2, ~(FC_PCI_MSIX_OCTETS - 1));
	c->writable[PCI_INTERRUPT_LINE] = 0xff;
	c->writable[PCI_CACHE_LINE_SIZE] = 0xff;
}

static void init_express(struct fc_pci_config *c)
{
	uint8_t *at = c->at + EXPRESS;

	at[PCI_CAP_LIST_ID] = PCI_CAP_ID_EXP;
	at[PCI_CAP_LIST_NEXT] = MSIX;
	put16(at + PCI_EXP_FLAGS, EXPRESS_VERSION | PCI_EXP_TYPE_ENDPOINT << 4);
	put32(at + PCI_EXP_DEVCAP, PAYLOAD_MOST | PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
	put16(at + PCI_EXP_DEVCTL, PAYLOAD_FIRST << 5 | READ_REQUEST << 12);
	put32(at + PCI_EXP_LNKCAP, LINK_SPEED | LINK_WIDTH << 4 | PCI_EXP_LNKCAP_DLLLARC);
	put32(at + PCI_EXP_LNKCAP2, 1 << 1 | 1 << 2 | 1 << 3);
	put16(c->writable + EXPRESS + PCI_EXP_DEVCTL,
	      PCI_EXP_DEVCTL_PAYLOAD | PCI_EXP_DEVCTL_READRQ | PCI_EXP_DEVCTL_RELAX_EN);
	fc_pci_config_link_set(c, true);
}

static void init_msix(struct fc_pci_config *c)
{
	uint8_t *at = c->at + MSIX;

	at[PCI_CAP_LIST_ID] = PCI_CAP_ID_MSIX;
	put16(at + PCI_MSIX_FLAGS, c->vectors - 1);
	put32(at + PCI_MSIX_TABLE, FC_PCI_MSIX_BAR);
	put32(at + PCI_MSIX_PBA, FC_PCI_MSIX_PENDING | FC_PCI_MSIX_BAR);
	put16(c->writable + MSIX + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	for (unsigned n = 0; n < c->vectors; n++)
		c->msix[n * VECTOR_OCTETS + VECTOR_MASK] = PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

void fc_pci_config_init(struct fc_pci_config *c, unsigned vectors)
{
	memset(c, 0, sizeof(*c));
	c->vectors = vectors;
	init_header(c);
	init_express(c);
	init_msix(c);
}

static bool within(uint64_t offset, size_t octets, size_t size)
{
	return offset <= size && octets <= size - offset;
}

int fc_pci_config_read(const struct fc_pci_config *c, uint64_t offset, void *data, size_t octets)
{
	if (!within(offset, octets, FC_PCI_CONFIG_OCTETS))
		return -EINVAL;
	memcpy(data, c->at + offset, octets);
	return 0;
}

int fc_pci_config_write(struct fc_pci_config *c, uint64_t offset, const void *data, size_t octets)
{
	const uint8_t *from = data;

	if (!within(offset, octets, FC_PCI_CONFIG_OCTETS))
		return -EINVAL;
	for (size_t i = 0; i < octets; i++) {
		uint8_t mask = c->writable[offset + i];

		c->at[offset + i] = (uint8_t)((c->at[offset + i] & ~mask) | (from[i] & mask));
	}
	return 0;
}

int fc_pci_msix_read(const struct fc_pci_config *c, uint64_t offset, void *data, size_t octets)
{
	if (!within(offset, octets, FC_PCI_MSIX_OCTETS))
		return -EINVAL;
	memcpy(data, c->msix + offset, octets);
	return 0;
}

int fc_pci_msix_write(struct fc_pci_config *c, uint64_t offset, const void *data, size_t octets)
{
	const size_t table = (size_t)c->vectors * VECTOR_OCTETS;

	if (!within(offset, octets, FC_PCI_MSIX_OCTETS))
		return -EINVAL;
	for (size_t i = 0; i < octets && offset + i < table; i++)
		c->msix[offset + i] = ((const uint8_t *)data)[i];
	return 0;
}

bool fc_pci_config_bus_master(const struct fc_pci_config *c)
{
	return get16(c->at + PCI_COMMAND) & PCI_COMMAND_MASTER;
}

void fc_pci_config_bus_master_clear(struct fc_pci_config *c)
{
	put16(c->at + PCI_COMMAND, get16(c->at + PCI_COMMAND) & ~(unsigned)PCI_COMMAND_MASTER);
}

unsigned fc_pci_config_max_payload(const struct fc_pci_config *c)
{
	unsigned code = (get16(c->at + EXPRESS + PCI_EXP_DEVCTL) & PCI_EXP_DEVCTL_PAYLOAD) >> 5;

	return code > PAYLOAD_MOST ? PAYLOAD_MOST : code;
}

bool fc_pci_msix_enabled(const struct fc_pci_config *c)
{
	return (get16(c->at + MSIX + PCI_MSIX_FLAGS) &
		(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL)) == PCI_MSIX_FLAGS_ENABLE;
}

bool fc_pci_msix_vector(const struct fc_pci_config *c, unsigned n, uint64_t *address,
			uint32_t *data)
{
	const uint8_t *at = c->msix + (size_t)n * VECTOR_OCTETS;

	if (n >= c->vectors || !fc_pci_msix_enabled(c) ||
	    at[VECTOR_MASK] & PCI_MSIX_ENTRY_CTRL_MASKBIT)
		return false;
	*address = get32(at) | (uint64_t)get32(at + 4) << 32;
	*data = get32(at + 8);
	return true;
}

void fc_pci_config_link_set(struct fc_pci_config *c, bool up)
{
	put16(c->at + EXPRESS + PCI_EXP_LNKSTA,
	      up ? LINK_SPEED | LINK_WIDTH << 4 | PCI_EXP_LNKSTA_DLLLA : 0);
}
