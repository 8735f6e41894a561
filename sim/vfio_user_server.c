// SPDX-License-Identifier: BSD-2-Clause
#include "sim/vfio_user_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A client may not assume more than this reply says; it needs nothing of the client's. */
static const char capabilities[] = "{\"capabilities\":{\"max_msg_fds\":32,"
				   "\"max_data_xfer_size\":4096,\"max_dma_maps\":64,"
				   "\"pgsizes\":4096}}";

_Static_assert(FC_VFU_TRANSFER_OCTETS == 4096 && FC_VFU_MAPS == 64 && FC_VFU_FDS == 32,
	       "as the capabilities say");

int fc_vfu_take(struct fc_vfu_call *call, void *out, size_t octets)
{
	if (call->octets < octets)
		return -EINVAL;
	memcpy(out, call->body, octets);
	call->body += octets;
	call->octets -= octets;
	return 0;
}

void fc_vfu_answer(struct fc_vfu_call *call, const void *data, size_t octets)
{
	memcpy(call->reply + call->reply_octets, data, octets);
	call->reply_octets += octets;
}

/* ---------------------------------------------------------------- commands of the whole device */
/* What follows the numbers is JSON that we need nothing of; it has to be text. */
static int serve_version(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_version version;
	int err = fc_vfu_take(call, &version, sizeof(version));

	if (err)
		return err;
	if (call->octets && memchr(call->body, 0, call->octets) != call->body + call->octets - 1)
		return -EINVAL;
	if (version.major != FC_VFU_MAJOR)
		return -ENOTSUP;
	s->negotiated = true;
	version.minor = FC_VFU_MINOR; /* never more than was proposed */
	fc_vfu_answer(call, &version, sizeof(version));
	fc_vfu_answer(call, capabilities, sizeof(capabilities));
	return 0;
}

static int serve_device_info(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	struct fc_vfu_device_info info;
	int err = fc_vfu_take(call, &info, sizeof(info));

	(void)s;
	if (err || info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct fc_vfu_device_info){
		.argsz = sizeof(info),
		.flags = FC_VFU_DEVICE_RESETS | FC_VFU_DEVICE_IS_PCI,
		.regions = FC_VFU_REGIONS,
		.irqs = FC_VFU_IRQS,
	};
	fc_vfu_answer(call, &info, sizeof(info));
	return 0;
}

static int serve_reset(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	(void)call;
	return s->ops->reset(s->device);
}

/* Migration and the like: "this device has no such feature", as the ioctl says it. */
static int serve_feature(struct fc_vfu_server *s, struct fc_vfu_call *call)
{
	(void)s;
	(void)call;
	return -ENOTTY;
}

typedef int serve_function(struct fc_vfu_server *s, struct fc_vfu_call *call);

static serve_function *const serve[] = {
	[FC_VFU_DMA_MAP] = fc_vfu_dma_map,
	[FC_VFU_DMA_UNMAP] = fc_vfu_dma_unmap,
	[FC_VFU_DEVICE_INFO] = serve_device_info,
	[FC_VFU_REGION_INFO] = fc_vfu_region_info,
	[FC_VFU_IRQ_INFO] = fc_vfu_irq_info,
	[FC_VFU_SET_IRQS] = fc_vfu_set_irqs,
	[FC_VFU_REGION_READ] = fc_vfu_region_read,
	[FC_VFU_REGION_WRITE] = fc_vfu_region_write,
	[FC_VFU_RESET] = serve_reset,
	[FC_VFU_FEATURE] = serve_feature,
};

/* ---------------------------------------------------------------- messages */
static int not_a_client(struct fc_vfu_server *s, const char *why, unsigned long value)
{
	snprintf(s->trouble, sizeof(s->trouble), why, value);
	return -EPROTO;
}

static int check(struct fc_vfu_server *s, const struct fc_vfu_header *h, size_t octets)
{
	if (h->size != octets)
		return not_a_client(s, "a message says that it has %lu octets and has not",
				    h->size);
	if (h->flags & FC_VFU_FLAG_TYPE)
		return not_a_client(s, "a reply (command %lu) to nothing that was asked",
				    h->command);
	if (!s->negotiated && h->command != FC_VFU_VERSION)
		return not_a_client(s, "the first message is command %lu, not VERSION", h->command);
	return 0;
}

static int dispatch(struct fc_vfu_server *s, unsigned command, struct fc_vfu_call *call)
{
	if (command == FC_VFU_VERSION)
		return s->negotiated ? -EINVAL : serve_version(s, call);
	if (command >= sizeof(serve) / sizeof(serve[0]) || !serve[command])
		return -ENOTSUP;
	return serve[command](s, call);
}

static int answer(const struct fc_vfu_header *h, int err, const struct fc_vfu_call *call,
		  uint8_t *reply)
{
	struct fc_vfu_header out = {.id = h->id, .command = h->command, .flags = FC_VFU_FLAG_REPLY};

	if (h->flags & FC_VFU_FLAG_NO_REPLY)
		return 0;
	if (err) {
		out.flags |= FC_VFU_FLAG_ERROR;
		out.error = (uint32_t)-err;
	}
	/* After an error the reply is the header alone. */
	out.size = (uint32_t)(sizeof(out) + (err ? 0 : call->reply_octets));
	memcpy(reply, &out, sizeof(out));
	return (int)out.size;
}

static int message(struct fc_vfu_server *s, const uint8_t *octet, size_t octets, int *fds,
		   unsigned fd_count, uint8_t *reply)
{
	struct fc_vfu_call call = {.fd_count = fd_count};
	struct fc_vfu_header h;
	int err;

	if (octets < sizeof(h) || octets > FC_VFU_MESSAGE_OCTETS)
		return not_a_client(s, "a message of %lu octets", octets);
	memcpy(&h, octet, sizeof(h));
	err = check(s, &h, octets);
	if (err)
		return err;
	call.fds = fds;
	call.body = octet + sizeof(h);
	call.octets = octets - sizeof(h);
	call.reply = reply + sizeof(h);
	err = dispatch(s, h.command, &call);
	if (err && !s->negotiated)
		return not_a_client(s, "VERSION is refused: %lu", (unsigned long)-err);
	return answer(&h, err, &call, reply);
}

int fc_vfu_server_message(struct fc_vfu_server *s, const void *octet, size_t octets, int *fds,
			  unsigned fd_count, void *reply)
{
	int result = message(s, octet, octets, fds, fd_count, reply);

	for (unsigned i = 0; i < fd_count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return result;
}

void fc_vfu_server_init(struct fc_vfu_server *s, const struct fc_vfu_device_ops *ops, void *device,
			unsigned vectors)
{
	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->device = device;
	fc_pci_config_init(&s->config, vectors);
	for (unsigned v = 0; v < FC_PCI_VECTORS_MAX; v++)
		s->vector[v] = -1;
	s->err = s->req = -1;
}

void fc_vfu_server_disconnect(struct fc_vfu_server *s)
{
	/* First the card stops writing, then the memory goes. */
	fc_pci_config_bus_master_clear(&s->config);
	s->ops->configured(s->device, &s->config);
	fc_vfu_dma_unmap_all(s);
	fc_vfu_irqs_release(s);
	s->negotiated = false;
}
