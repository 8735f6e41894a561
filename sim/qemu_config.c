// SPDX-License-Identifier: BSD-2-Clause
#include "sim/qemu_config.h"

#include <linux/pci_regs.h>
#include <string.h>

#define BARS 6

static const uint32_t bar_octets[BARS] = {
	[0] = FC_PCI_BAR0_OCTETS,
	[FC_PCI_MSIX_BAR] = FC_PCI_MSIX_OCTETS,
};

static uint32_t word(const struct fc_qemu_config *c, unsigned at)
{
	uint8_t o[4];

	memcpy(o, c->space.at + at, sizeof(o));
	return o[0] | (uint32_t)o[1] << 8 | (uint32_t)o[2] << 16 | (uint32_t)o[3] << 24;
}

void fc_qemu_config_init(struct fc_qemu_config *c)
{
	memset(c, 0, sizeof(*c));
	fc_pci_config_init(&c->space, FC_QEMU_VECTORS);
	c->space.at[PCI_INTERRUPT_PIN] = 1;
}

int fc_qemu_config_decode(const struct fc_qemu_config *c, uint64_t address, uint32_t *offset)
{
	if (!(word(c, PCI_COMMAND) & PCI_COMMAND_MEMORY))
		return -1;
	for (int i = 0; i < BARS; i++) {
		uint64_t base = word(c, PCI_BASE_ADDRESS_0 + 4 * (unsigned)i);

		if (bar_octets[i] && address >= base && address - base < bar_octets[i]) {
			*offset = (uint32_t)(address - base);
			return i;
		}
	}
	return -1;
}

static unsigned find_capability(const struct fc_qemu_config *c, uint8_t id)
{
	unsigned at = c->space.at[PCI_CAPABILITY_LIST];

	while (at && c->space.at[at] != id)
		at = c->space.at[at + PCI_CAP_LIST_NEXT];
	return at;
}

bool fc_qemu_config_asks_reset(const struct fc_qemu_config *c, uint32_t offset,
			       const uint8_t *octet, unsigned octets)
{
	unsigned express = find_capability(c, PCI_CAP_ID_EXP), at = express + PCI_EXP_DEVCTL + 1;

	return express && at >= offset && at - offset < octets &&
	       octet[at - offset] & PCI_EXP_DEVCTL_BCR_FLR >> 8;
}

bool fc_qemu_config_intx(const struct fc_qemu_config *c)
{
	unsigned msix = find_capability(c, PCI_CAP_ID_MSIX);

	return !(word(c, PCI_COMMAND) & PCI_COMMAND_INTX_DISABLE) &&
	       !(word(c, msix) >> 16 & PCI_MSIX_FLAGS_ENABLE);
}

uint32_t fc_qemu_msix_read(const struct fc_qemu_config *c, uint32_t offset)
{
	uint32_t value = 0;

	if (offset == FC_PCI_MSIX_PENDING)
		return c->pending;
	fc_pci_msix_read(&c->space, offset, &value, sizeof(value));
	return value;
}

void fc_qemu_msix_raise(struct fc_qemu_config *c, uint32_t vectors)
{
	c->pending |= vectors & ((1u << FC_QEMU_VECTORS) - 1);
}

bool fc_qemu_msix_take(struct fc_qemu_config *c, uint64_t *address, uint32_t *data)
{
	if (!fc_pci_config_bus_master(&c->space))
		return false;
	for (unsigned i = 0; i < FC_QEMU_VECTORS; i++) {
		if (!(c->pending & 1u << i) || !fc_pci_msix_vector(&c->space, i, address, data))
			continue;
		c->pending &= ~(1u << i);
		return true;
	}
	return false;
}
