// SPDX-License-Identifier: BSD-2-Clause
#include "driver/vfio_private.h"

#include <errno.h>
#include <linux/vfio.h>
#include <string.h>

/* The kernel's message: header, then descriptors. */
union irq_message {
	struct vfio_irq_set head;
	uint8_t octet[sizeof(struct vfio_irq_set) + FC_VFIO_VECTORS_MAX * sizeof(int32_t)];
};

static int irq_count(struct fc_vfio *v, unsigned index)
{
	struct vfio_irq_info info = {.argsz = sizeof(info), .index = index};
	int err = v->calls->ioctl(v->device, VFIO_DEVICE_GET_IRQ_INFO, &info);

	if (err || !(info.flags & VFIO_IRQ_INFO_EVENTFD))
		return 0;
	return info.count > FC_VFIO_VECTORS_MAX ? FC_VFIO_VECTORS_MAX : (int)info.count;
}

static int irq_send(struct fc_vfio *v, unsigned index, unsigned start, unsigned count,
		    const int32_t *fd)
{
	union irq_message m = {
		.head = {.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			 .index = index,
			 .start = start,
			 .count = count}};

	m.head.argsz = (uint32_t)(sizeof(m.head) + count * sizeof(*fd));
	memcpy(m.head.data, fd, count * sizeof(*fd));
	return v->calls->ioctl(v->device, VFIO_DEVICE_SET_IRQS, &m);
}

static void irq_off(struct fc_vfio *v, unsigned index)
{
	struct vfio_irq_set off = {.argsz = sizeof(off),
				   .flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
				   .index = index};

	v->calls->ioctl(v->device, VFIO_DEVICE_SET_IRQS, &off);
}

/* Neither REQ nor ERR is everywhere (ERR wants AER on the path): what is there is used. */
int fc_vfio_irq_open(struct fc_vfio *v)
{
	v->vectors = (unsigned)irq_count(v, VFIO_PCI_MSIX_IRQ_INDEX);
	v->gone = v->calls->eventfd();
	if (v->gone < 0)
		return fc_vfio_fail(v, v->gone, "%s: eventfd: %s", v->bdf, strerror(-v->gone));
	if (irq_count(v, VFIO_PCI_REQ_IRQ_INDEX))
		irq_send(v, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &v->gone);
	if (irq_count(v, VFIO_PCI_ERR_IRQ_INDEX))
		irq_send(v, VFIO_PCI_ERR_IRQ_INDEX, 0, 1, &v->gone);
	return 0;
}

void fc_vfio_irq_close(struct fc_vfio *v)
{
	if (v->vectors_enabled)
		irq_off(v, VFIO_PCI_MSIX_IRQ_INDEX);
	v->vectors_enabled = false;
	v->calls->close(v->gone);
}

/*
 * All vectors are enabled at once, most of them without a descriptor: kernels before 6.5 cannot add
 * one to MSI-X that is on, and turning it off and on again loses what comes meanwhile.
 */
int fc_vfio_irq_set(struct fc_vfio *v, unsigned vector, int eventfd)
{
	int32_t fd[FC_VFIO_VECTORS_MAX];
	int err;

	if (vector >= v->vectors)
		return -EINVAL;
	if (!v->vectors_enabled) {
		if (eventfd < 0)
			return 0;
		for (unsigned i = 0; i < v->vectors; i++)
			fd[i] = i == vector ? eventfd : -1;
		err = irq_send(v, VFIO_PCI_MSIX_IRQ_INDEX, 0, v->vectors, fd);
		v->vectors_enabled = !err;
		return err;
	}
	fd[0] = eventfd < 0 ? -1 : eventfd;
	return irq_send(v, VFIO_PCI_MSIX_IRQ_INDEX, vector, 1, fd);
}
