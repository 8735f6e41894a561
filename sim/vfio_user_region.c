// SPDX-License-Identifier: BSD-2-Clause
/* BAR 0 (registers), BAR 2 (MSI-X) and configuration space, by messages; nothing can be mapped. */
#include "sim/vfio_user_private.h"

#include <errno.h>
#include <string.h>

static uint64_t octets_of(uint32_t region)
{
	switch (region) {
	case FC_VFU_REGION_BAR0:
		return FC_PCI_BAR0_OCTETS;
	case FC_PCI_MSIX_BAR:
		return FC_PCI_MSIX_OCTETS;
	case FC_VFU_REGION_CONFIG:
		return FC_PCI_CONFIG_OCTETS;
	default:
		return 0;
	}
}

int fc_vfu_region_info(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_region_info info;
	int err = fc_vfu_take(call, &info, sizeof(info));

	(void)s;
	if (err || info.argsz < sizeof(info) || info.index >= FC_VFU_REGIONS)
		return -EINVAL;
	info = (struct fc_vfu_region_info){
		.argsz = sizeof(info), .index = info.index, .octets = octets_of(info.index)};
	if (info.octets)
		info.flags = FC_VFU_REGION_READABLE | FC_VFU_REGION_WRITEABLE;
	fc_vfu_answer(call, &info, sizeof(info));
	return 0;
}

/* Registers are words; whoever reads part of one, or several, gets what a bus would give. */
static int bar_read(struct fc_vfu_server *s, const struct fc_vfu_access *a, uint8_t *data)
{
	const uint32_t first = (uint32_t)a->offset & ~3u;
	const uint32_t end = (uint32_t)a->offset + a->count;
	uint32_t value;

	for (uint32_t at = first; at < end; at += 4) {
		int err = s->ops->bar_read(s->device, at, &value);

		if (err)
			return err;
		for (unsigned i = 0; i < 4; i++)
			if (at + i >= a->offset && at + i < end)
				data[at + i - a->offset] = (uint8_t)(value >> 8 * i);
	}
	return 0;
}

static int bar_write(struct fc_vfu_server *s, const struct fc_vfu_access *a, const uint8_t *data)
{
	/* The card's register port knows no part of a word. */
	if (a->offset % 4 || a->count % 4)
		return -EINVAL;
	for (uint32_t i = 0; i < a->count; i += 4) {
		uint32_t value;
		int err;

		memcpy(&value, data + i, sizeof(value));
		err = s->ops->bar_write(s->device, (uint32_t)a->offset + i, value);
		if (err)
			return err;
	}
	return 0;
}

static int take_access(struct fc_vfu_call *call, struct fc_vfu_access *a)
{
	int err = fc_vfu_take(call, a, sizeof(*a));
	uint64_t size;

	if (err)
		return err;
	size = octets_of(a->region);
	if (a->count == 0 || a->count > FC_VFU_TRANSFER_OCTETS || a->offset > size ||
	    a->count > size - a->offset)
		return -EINVAL;
	return 0;
}

int fc_vfu_region_read(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	uint8_t data[FC_VFU_TRANSFER_OCTETS];
	struct fc_vfu_access a;
	int err = take_access(call, &a);

	if (err)
		return err;
	if (a.region == FC_VFU_REGION_BAR0)
		err = bar_read(s, &a, data);
	else if (a.region == FC_VFU_REGION_CONFIG)
		err = fc_pci_config_read(&s->config, a.offset, data, a.count);
	else
		err = fc_pci_msix_read(&s->config, a.offset, data, a.count);
	if (err)
		return err;
	fc_vfu_answer(call, &a, sizeof(a));
	fc_vfu_answer(call, data, a.count);
	return 0;
}

int fc_vfu_region_write(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_access a;
	int err = take_access(call, &a);

	if (!err && call->octets != a.count)
		err = -EINVAL;
	if (err)
		return err;
	if (a.region == FC_VFU_REGION_BAR0)
		err = bar_write(s, &a, call->body);
	else if (a.region == FC_VFU_REGION_CONFIG)
		err = fc_pci_config_write(&s->config, a.offset, call->body, a.count);
	else
		err = fc_pci_msix_write(&s->config, a.offset, call->body, a.count);
	if (err)
		return err;
	if (a.region != FC_VFU_REGION_BAR0)
		s->ops->configured(s->device, &s->config);
	fc_vfu_answer(call, &a, sizeof(a));
	return 0;
}
