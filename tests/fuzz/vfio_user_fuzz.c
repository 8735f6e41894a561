// SPDX-License-Identifier: BSD-2-Clause
/*
 * A vfio-user client that has lost its mind, and after it the next one. Input: messages, each
 *   octet 0: descriptors (bits 0..1), what they are (2..3), keep the size field as it is (4), hang
 * up first (5), the card writes into all its memory afterwards (6) octet 1: octets behind the
 * header (times 1; 255: 8000) octet 2..: the message, header first Each connection begins with
 * VERSION, if the first octet of the input is even.
 */
#include "driver/vfio_user_wire.h"
#include "sim/vfio_user_server.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_OCTETS = 16384, REGISTERS = 64, MAPS = 70, VECTORS = 5, LONG = 8000 };

static struct {
	uint32_t reg[REGISTERS];
	struct {
		uint64_t iova;
		uint8_t *mem;
		size_t octets;
	} map[MAPS];
	unsigned maps;
	int master;
} device;

static void require(int condition)
{
	if (!condition)
		abort();
}

static int bar_read(void *d, uint32_t offset, uint32_t *value)
{
	(void)d;
	require(offset % 4 == 0 && offset < FC_PCI_BAR0_OCTETS);
	if (offset / 4 >= REGISTERS)
		return -EIO;
	*value = device.reg[offset / 4];
	return 0;
}

static int bar_write(void *d, uint32_t offset, uint32_t value)
{
	(void)d;
	require(offset % 4 == 0 && offset < FC_PCI_BAR0_OCTETS);
	if (offset / 4 >= REGISTERS)
		return -EIO;
	device.reg[offset / 4] = value;
	return 0;
}

/* The server has looked for overlaps and for pages that are not there. */
static int dma_map(void *d, uint64_t iova, void *mem, size_t octets)
{
	(void)d;
	require(mem && octets && device.maps < MAPS && iova + (octets - 1) >= iova);
	for (unsigned i = 0; i < device.maps; i++)
		require(iova > device.map[i].iova + (device.map[i].octets - 1) ||
			device.map[i].iova > iova + (octets - 1));
	if (iova == 0x666000)
		return -ENOSPC;
	device.map[device.maps].iova = iova;
	device.map[device.maps].mem = mem;
	device.map[device.maps++].octets = octets;
	return 0;
}

static void dma_unmap(void *d, uint64_t iova)
{
	(void)d;
	for (unsigned i = 0; i < device.maps; i++) {
		if (device.map[i].iova == iova) {
			device.map[i] = device.map[--device.maps];
			return;
		}
	}
	abort();
}

static void configured(void *d, const struct fc_pci_config *config)
{
	uint64_t address;
	uint32_t data;

	(void)d;
	device.master = fc_pci_config_bus_master(config);
	require(fc_pci_config_max_payload(config) <= 5);
	for (unsigned v = 0; v < VECTORS + 1; v++)
		fc_pci_msix_vector(config, v, &address, &data);
}

static int reset(void *d)
{
	(void)d;
	memset(device.reg, 0, sizeof(device.reg));
	return 0;
}

static const struct fc_vfu_device_ops ops = {bar_read,  bar_write,  dma_map,
					     dma_unmap, configured, reset};

static void write_everywhere(void)
{
	for (unsigned i = 0; i < device.maps; i++) {
		device.map[i].mem[0] = 1;
		device.map[i].mem[device.map[i].octets - 1] = 1;
	}
}

static int descriptor(unsigned kind)
{
	int fd[2];

	switch (kind) {
	case 0:
		fd[0] = memfd_create("fuzz", MFD_CLOEXEC);
		require(fd[0] >= 0 && ftruncate(fd[0], FILE_OCTETS) == 0);
		return fd[0];
	case 1:
		return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	case 2: /* full, and it would block */
		require(pipe2(fd, O_CLOEXEC) == 0);
		close(fd[0]);
		return fd[1];
	default:
		return open("/dev/zero", O_RDWR | O_CLOEXEC);
	}
}

static void hello(struct fc_vfu_server *s, uint8_t *reply)
{
	static const struct {
		struct fc_vfu_header header;
		struct fc_vfu_version version;
	} message = {{1, FC_VFU_VERSION, sizeof(message), 0, 0}, {0, 0}};

	require(fc_vfu_server_message(s, &message, sizeof(message), NULL, 0, reply) > 0);
}

static void check_reply(const uint8_t *message, const uint8_t *reply, int octets)
{
	struct fc_vfu_header asked, h;

	if (octets <= 0) {
		require(octets == 0 || octets == -EPROTO);
		return;
	}
	memcpy(&asked, message, sizeof(asked));
	memcpy(&h, reply, sizeof(h));
	require(octets >= (int)sizeof(h) && octets <= FC_VFU_MESSAGE_OCTETS);
	require(h.id == asked.id && h.command == asked.command && h.size == (uint32_t)octets);
	require(!(asked.flags & FC_VFU_FLAG_NO_REPLY));
	require((h.flags & FC_VFU_FLAG_TYPE) == FC_VFU_FLAG_REPLY);
	require(!(h.flags & FC_VFU_FLAG_ERROR) == !h.error);
	require(!h.error || h.size == sizeof(h));
}

static size_t one(struct fc_vfu_server *s, const uint8_t *data, size_t octets, int polite)
{
	static uint8_t message[FC_VFU_MESSAGE_OCTETS + 16], reply[FC_VFU_MESSAGE_OCTETS];
	const unsigned how = data[0], count = how & 3;
	size_t body = data[1] == 255 ? LONG : data[1];
	size_t size = sizeof(struct fc_vfu_header) + body, have = octets - 2;
	int fds[4] = {-1, -1, -1, -1}, result;
	uint32_t size_field = (uint32_t)size;

	if (have > size)
		have = size;
	memset(message, 0, size);
	memcpy(message, data + 2, have);
	if (!(how & 0x10))
		memcpy(message + 4, &size_field, sizeof(size_field));
	if (how & 0x20) {
		fc_vfu_server_disconnect(s);
		require(!device.maps && !device.master);
		if (polite)
			hello(s, reply);
	}
	for (unsigned i = 0; i < count; i++)
		fds[i] = descriptor(how >> 2 & 3);
	result = fc_vfu_server_message(s, message, size, fds, count, reply);
	check_reply(message, reply, result);
	if (result < 0) {
		fc_vfu_server_disconnect(s);
		hello(s, reply);
	}
	if (how & 0x40)
		write_everywhere();
	for (unsigned v = 0; v < VECTORS + 1; v++)
		fc_vfu_server_interrupt(s, v);
	fc_vfu_server_error(s);
	fc_vfu_server_request(s);
	return 2 + have;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t octets)
{
	static uint8_t reply[FC_VFU_MESSAGE_OCTETS];
	struct fc_vfu_server server;
	int lowest = dup(STDIN_FILENO), polite;

	close(lowest);
	memset(&device, 0, sizeof(device));
	fc_vfu_server_init(&server, &ops, &device, VECTORS);
	if (octets < 1)
		return 0;
	polite = !(data[0] & 1);
	data++;
	octets--;
	if (polite)
		hello(&server, reply);
	while (octets > 2) {
		size_t used = one(&server, data, octets, polite);

		data += used;
		octets -= used;
	}
	fc_vfu_server_disconnect(&server);
	require(device.maps == 0 && server.maps == 0);
	/* Every descriptor was closed. */
	require(dup(STDIN_FILENO) == lowest);
	close(lowest);
	return 0;
}
