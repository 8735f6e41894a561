/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a machine wants of a PCI function beyond its configuration space: which BAR an address falls
 * in, resets, interrupts that wait until they are unmasked.
 */
#ifndef FC_SIM_QEMU_CONFIG_H
#define FC_SIM_QEMU_CONFIG_H

#include "sim/pci_config.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FC_QEMU_VECTORS 8 /* one a ring */

struct fc_qemu_config {
	struct fc_pci_config space;
	uint32_t pending; /* vectors that wait, a bit each */
};

/* As after power-up, with an interrupt pin. */
void fc_qemu_config_init(struct fc_qemu_config *c);

/* Which BAR `address` of memory space falls in, memory space being on; *offset within it. -1: none.
 */
int fc_qemu_config_decode(const struct fc_qemu_config *c, uint64_t address, uint32_t *offset);

/* Does a write of these octets ask for a function-level reset? */
bool fc_qemu_config_asks_reset(const struct fc_qemu_config *c, uint32_t offset,
			       const uint8_t *octet, unsigned octets);

/* May INTx be raised: not disabled, and MSI-X is off. */
bool fc_qemu_config_intx(const struct fc_qemu_config *c);

/* A word of the MSI-X BAR. */
uint32_t fc_qemu_msix_read(const struct fc_qemu_config *c, uint32_t offset);

/* The card raises vectors (a bit each): they are pending until taken. There is nothing beyond the
 * table. */
void fc_qemu_msix_raise(struct fc_qemu_config *c, uint32_t vectors);

/* Take one message that may go now (enabled, not masked). Return false: none. */
bool fc_qemu_msix_take(struct fc_qemu_config *c, uint64_t *address, uint32_t *data);

#ifdef __cplusplus
}
#endif
#endif
