// SPDX-License-Identifier: BSD-2-Clause
/*
 * The vfio-user transport: a card that another process serves (flowcard-sim, or any server of the
 * protocol with the same device behind it). Docs: docs/driver.md.
 */
#include "driver/vfio_user_channel.h"

#include <errno.h>
#include <flowcard/pci.h>
#include <flowcard/vfio_user.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Above 4 GiB, so that no run passes with the high address words forgotten. Never reused: a late
 * write does not hit what came after. */
#define IOVA_FIRST UINT64_C(0x100000000)
#define IOVA_ALIGN UINT64_C(0x200000)
#define RELAX_NS 20000
#define VERSION_REPLY_MOST 4096
#define PCI_COMMAND_OFFSET 4
#define PCI_COMMAND_MEMORY_AND_MASTER 6

static const char capabilities[] = "{\"capabilities\":{\"max_msg_fds\":8}}";

struct fc_vfio_user {
	struct fc_transport transport;
	struct fc_vfu_channel channel;
	uint64_t next_iova;
	unsigned irqs, vectors;
	int gone, err, req; /* epoll over the other two and the socket's end */
};

static struct fc_vfio_user *of(struct fc_transport *t)
{
	return (struct fc_vfio_user *)((char *)t - offsetof(struct fc_vfio_user, transport));
}

/* ---------------------------------------------------------------- requests */
static int call(struct fc_vfio_user *v, enum fc_vfu_command command, const void *head,
		size_t head_octets, void *reply, size_t reply_octets)
{
	const struct fc_vfu_request r = {
		.command = command,
		.head = head,
		.head_octets = head_octets,
		.fd = -1,
		.reply = reply,
		.reply_octets = reply_octets,
		.reply_most = reply_octets,
	};

	return fc_vfu_channel_call(&v->channel, &r);
}

static int region_read(struct fc_vfio_user *v, uint32_t region, uint64_t offset, void *data,
		       uint32_t count)
{
	const struct fc_vfu_access a = {.offset = offset, .region = region, .count = count};
	struct {
		struct fc_vfu_access access;
		uint8_t data[8];
	} reply;
	int err = call(v, FC_VFU_REGION_READ, &a, sizeof(a), &reply, sizeof(a) + count);

	if (err)
		return err;
	if (memcmp(&reply.access, &a, sizeof(a)) != 0)
		return -EPROTO;
	memcpy(data, reply.data, count);
	return 0;
}

static int region_write(struct fc_vfio_user *v, uint32_t region, uint64_t offset, const void *data,
			uint32_t count)
{
	struct fc_vfu_access a = {.offset = offset, .region = region, .count = count}, back;
	const struct fc_vfu_request r = {
		.command = FC_VFU_REGION_WRITE,
		.head = &a,
		.head_octets = sizeof(a),
		.data = data,
		.data_octets = count,
		.fd = -1,
		.reply = &back,
		.reply_octets = sizeof(back),
		.reply_most = sizeof(back),
	};

	return fc_vfu_channel_call(&v->channel, &r);
}

/* ---------------------------------------------------------------- transport */
static int vfio_user_reg_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	return region_read(of(t), FC_VFU_REGION_BAR0, offset, value, sizeof(*value));
}

/* Posted, as on a bus: what goes wrong with it is seen in FAULT. A read that follows comes after
 * it. */
static int vfio_user_reg_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	const struct fc_vfu_access a = {
		.offset = offset, .region = FC_VFU_REGION_BAR0, .count = sizeof(value)};
	const struct fc_vfu_request r = {
		.command = FC_VFU_REGION_WRITE,
		.head = &a,
		.head_octets = sizeof(a),
		.data = &value,
		.data_octets = sizeof(value),
		.fd = -1,
	};

	return fc_vfu_channel_post(&of(t)->channel, &r);
}

static int vfio_user_dma_map(struct fc_transport *t, struct fc_dma *dma)
{
	struct fc_vfio_user *v = of(t);
	const struct fc_vfu_dma_map map = {
		.argsz = sizeof(map),
		.flags = FC_VFU_DMA_READABLE | FC_VFU_DMA_WRITEABLE,
		.address = v->next_iova,
		.octets = dma->octets,
	};
	const struct fc_vfu_request r = {
		.command = FC_VFU_DMA_MAP,
		.head = &map,
		.head_octets = sizeof(map),
		.fd = dma->fd,
	};
	uint64_t span = (dma->octets + IOVA_ALIGN - 1) / IOVA_ALIGN;
	int err = fc_vfu_channel_call(&v->channel, &r);

	if (err)
		return err;
	dma->iova = v->next_iova;
	v->next_iova += (span + 1) * IOVA_ALIGN; /* a gap catches writes past the end */
	return 0;
}

static void vfio_user_dma_unmap(struct fc_transport *t, struct fc_dma *dma)
{
	const struct fc_vfu_dma_unmap unmap = {
		.argsz = sizeof(unmap), .address = dma->iova, .octets = dma->octets};
	struct fc_vfu_dma_unmap back;

	/* A server that is gone has nothing mapped. */
	call(of(t), FC_VFU_DMA_UNMAP, &unmap, sizeof(unmap), &back, sizeof(back));
}

static void vfio_user_relax(struct fc_transport *t)
{
	const struct timespec pause = {.tv_nsec = RELAX_NS};

	(void)t;
	nanosleep(&pause, NULL);
}

static uint64_t vfio_user_now(struct fc_transport *t)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int set_irq(struct fc_vfio_user *v, uint32_t index, uint32_t vector, int eventfd_of)
{
	const struct fc_vfu_irq_set set = {
		.argsz = sizeof(set),
		.flags = FC_VFU_SET_EVENTFD | FC_VFU_SET_TRIGGER,
		.index = index,
		.start = vector,
		.count = 1,
	};
	const struct fc_vfu_request r = {
		.command = FC_VFU_SET_IRQS,
		.head = &set,
		.head_octets = sizeof(set),
		.fd = eventfd_of,
	};

	return fc_vfu_channel_call(&v->channel, &r);
}

static int vfio_user_irq_set(struct fc_transport *t, unsigned vector, int eventfd_of)
{
	struct fc_vfio_user *v = of(t);

	return vector < v->vectors ? set_irq(v, FC_VFU_IRQ_MSIX, vector, eventfd_of) : -EINVAL;
}

static int vfio_user_reset(struct fc_transport *t)
{
	return call(of(t), FC_VFU_RESET, NULL, 0, NULL, 0);
}

static int vfio_user_gone_fd(struct fc_transport *t)
{
	return of(t)->gone;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void vfio_user_close(struct fc_transport *t)
{
	struct fc_vfio_user *v = of(t);

	fc_vfu_channel_close(&v->channel);
	close_fd(&v->gone);
	close_fd(&v->err);
	close_fd(&v->req);
	free(v);
}

static const struct fc_transport_ops vfio_user_ops = {
	.reg_read = vfio_user_reg_read,
	.reg_write = vfio_user_reg_write,
	.dma_map = vfio_user_dma_map,
	.dma_unmap = vfio_user_dma_unmap,
	.relax = vfio_user_relax,
	.now = vfio_user_now,
	.irq_set = vfio_user_irq_set,
	.reset = vfio_user_reset,
	.gone_fd = vfio_user_gone_fd,
	.close = vfio_user_close,
};

/* ---------------------------------------------------------------- opening */
/* Where opening stands, for the sentence about what went wrong. */
struct opening {
	struct fc_vfio_user *v;
	const char *path;
	char *error;
	size_t error_octets;
};

__attribute__((format(printf, 3, 4))) static int refuse(const struct opening *o, int err,
							const char *format, ...)
{
	int used = snprintf(o->error, o->error_octets, "vfio-user:%s: ", o->path);
	va_list args;

	va_start(args, format);
	if (used >= 0 && (size_t)used < o->error_octets)
		vsnprintf(o->error + used, o->error_octets - (size_t)used, format, args);
	va_end(args);
	return err;
}

static int negotiate(const struct opening *o)
{
	const struct fc_vfu_version version = {FC_VFU_MAJOR, FC_VFU_MINOR};
	union {
		struct fc_vfu_version version;
		uint8_t octet[VERSION_REPLY_MOST];
	} reply;
	const struct fc_vfu_request r = {
		.command = FC_VFU_VERSION,
		.head = &version,
		.head_octets = sizeof(version),
		.data = capabilities,
		.data_octets = sizeof(capabilities),
		.fd = -1,
		.reply = &reply,
		.reply_octets = sizeof(reply.version),
		.reply_most = sizeof(reply),
	};
	int err = fc_vfu_channel_call(&o->v->channel, &r);

	if (err == -ETIMEDOUT)
		return refuse(o, err, "no answer to VERSION: does it serve somebody else?");
	if (err)
		return refuse(o, err, "VERSION is refused: %s", strerror(-err));
	if (reply.version.major != FC_VFU_MAJOR || reply.version.minor > FC_VFU_MINOR)
		return refuse(o, -EPROTO, "speaks version %u.%u of the protocol, not %u.%u",
			      reply.version.major, reply.version.minor, FC_VFU_MAJOR, FC_VFU_MINOR);
	return 0;
}

static int check_device(const struct opening *o)
{
	struct fc_vfu_device_info info = {.argsz = sizeof(info)};
	int err = call(o->v, FC_VFU_DEVICE_INFO, &info, sizeof(info), &info, sizeof(info));

	if (err)
		return refuse(o, err, "DEVICE_GET_INFO: %s", strerror(-err));
	if (!(info.flags & FC_VFU_DEVICE_IS_PCI) || info.regions <= FC_VFU_REGION_CONFIG ||
	    info.irqs <= FC_VFU_IRQ_MSIX)
		return refuse(o, -ENODEV, "serves something that is no PCI device");
	o->v->irqs = info.irqs;
	return 0;
}

static int check_bar(const struct opening *o)
{
	struct fc_vfu_region_info info = {.argsz = sizeof(info), .index = FC_VFU_REGION_BAR0};
	int err = call(o->v, FC_VFU_REGION_INFO, &info, sizeof(info), &info, sizeof(info));

	if (err)
		return refuse(o, err, "DEVICE_GET_REGION_INFO: %s", strerror(-err));
	if (!(info.flags & FC_VFU_REGION_READABLE) || !(info.flags & FC_VFU_REGION_WRITEABLE))
		return refuse(o, -ENODEV, "has no BAR 0");
	o->v->transport.bar_octets = (size_t)info.octets;
	return 0;
}

static int check_identity(const struct opening *o)
{
	uint16_t id[2] = {0}, command = 0;
	int err = region_read(o->v, FC_VFU_REGION_CONFIG, 0, id, sizeof(id));

	if (!err && (id[0] != FC_PCI_VENDOR || id[1] != FC_PCI_DEVICE))
		return refuse(o, -ENODEV, "serves %04x:%04x, not a flowcard (%04x:%04x)", id[0],
			      id[1], FC_PCI_VENDOR, FC_PCI_DEVICE);
	if (!err)
		err = region_read(o->v, FC_VFU_REGION_CONFIG, PCI_COMMAND_OFFSET, &command,
				  sizeof(command));
	command |= PCI_COMMAND_MEMORY_AND_MASTER;
	if (!err)
		err = region_write(o->v, FC_VFU_REGION_CONFIG, PCI_COMMAND_OFFSET, &command,
				   sizeof(command));
	return err ? refuse(o, err, "configuration space: %s", strerror(-err)) : 0;
}

static int irq_count(const struct opening *o, uint32_t index, unsigned *count)
{
	struct fc_vfu_irq_info info = {.argsz = sizeof(info), .index = index};
	int err = call(o->v, FC_VFU_IRQ_INFO, &info, sizeof(info), &info, sizeof(info));

	if (err)
		return refuse(o, err, "DEVICE_GET_IRQ_INFO: %s", strerror(-err));
	*count = info.flags & FC_VFU_IRQ_EVENTFD ? info.count : 0;
	return 0;
}

static int watch(struct fc_vfio_user *v, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events};

	return epoll_ctl(v->gone, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

/* ERR or REQ, if the server has it. */
static int watch_irq(const struct opening *o, uint32_t index, int *fd)
{
	unsigned count = 0;
	int err = index < o->v->irqs ? irq_count(o, index, &count) : 0;

	if (err || !count)
		return err;
	*fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (*fd < 0)
		return refuse(o, -errno, "eventfd: %s", strerror(errno));
	err = set_irq(o->v, index, 0, *fd);
	if (!err)
		err = watch(o->v, *fd, EPOLLIN);
	return err ? refuse(o, err, "DEVICE_SET_IRQS: %s", strerror(-err)) : 0;
}

/* The socket itself becomes readable with every reply; this becomes so only when it has ended. */
static int watch_end(const struct opening *o)
{
	int err;

	o->v->gone = epoll_create1(EPOLL_CLOEXEC);
	if (o->v->gone < 0)
		return refuse(o, -errno, "epoll: %s", strerror(errno));
	err = watch(o->v, o->v->channel.fd, EPOLLRDHUP);
	return err ? refuse(o, err, "epoll: %s", strerror(-err)) : 0;
}

static int open_steps(const struct opening *o)
{
	int err = negotiate(o);

	if (!err)
		err = check_device(o);
	if (!err)
		err = check_bar(o);
	if (!err)
		err = irq_count(o, FC_VFU_IRQ_MSIX, &o->v->vectors);
	if (!err)
		err = watch_end(o);
	if (!err)
		err = watch_irq(o, FC_VFU_IRQ_ERR, &o->v->err);
	if (!err)
		err = watch_irq(o, FC_VFU_IRQ_REQ, &o->v->req);
	/* Bus mastering last: nothing before this is to touch the card. */
	return err ? err : check_identity(o);
}

int fc_vfio_user_open(const char *path, struct fc_transport **out, char *error, size_t error_octets)
{
	struct fc_vfio_user *v = calloc(1, sizeof(*v));
	struct opening o = {.v = v, .path = path, .error_octets = error_octets};
	int err;

	o.error = error;
	if (!v)
		return refuse(&o, -ENOMEM, "no memory");
	v->transport.ops = &vfio_user_ops;
	v->transport.name = "vfio-user";
	v->next_iova = IOVA_FIRST;
	v->gone = v->err = v->req = -1;
	err = fc_vfu_channel_open(&v->channel, path);
	if (err) {
		free(v);
		return refuse(&o, err, "cannot be connected to: %s", strerror(-err));
	}
	err = open_steps(&o);
	if (err) {
		vfio_user_close(&v->transport);
		return err;
	}
	*out = &v->transport;
	return 0;
}
