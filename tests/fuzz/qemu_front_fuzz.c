// SPDX-License-Identifier: BSD-2-Clause
/*
 * A QEMU that has lost its mind in front of the card. Input: messages, each
 *   octet 0: command (as a signed number)   1: descriptors (low 4 bits), vectors raised afterwards
 *   2: octets of payload                    3...: payload
 */
#include "sim/qemu_front.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_OCTETS = 8192, REGISTERS = 64, MAPS = 16 };

static struct {
	uint32_t reg[REGISTERS];
	struct {
		uint64_t address;
		uint8_t *mem;
		size_t octets;
	} map[MAPS];
	unsigned maps;
} device;

static void require(int condition)
{
	if (!condition)
		abort();
}

static int bar_read(void *d, uint32_t offset, uint32_t *value)
{
	(void)d;
	require(offset % 4 == 0 && offset < FC_PCI_BAR0_OCTETS + 4);
	if (offset / 4 >= REGISTERS)
		return -EINVAL;
	*value = device.reg[offset / 4];
	return 0;
}

static int bar_write(void *d, uint32_t offset, uint32_t value)
{
	(void)d;
	require(offset % 4 == 0 && offset < FC_PCI_BAR0_OCTETS + 4);
	if (offset / 4 >= REGISTERS)
		return -EINVAL;
	device.reg[offset / 4] = value;
	return 0;
}

/* Overlaps are refused, as the model does. */
static int dma_map(void *d, uint64_t address, void *mem, size_t octets)
{
	(void)d;
	require(mem && octets);
	if (device.maps == MAPS || address > UINT64_MAX - octets)
		return -EINVAL;
	for (unsigned i = 0; i < device.maps; i++)
		if (address < device.map[i].address + device.map[i].octets &&
		    device.map[i].address < address + octets)
			return -EEXIST;
	device.map[device.maps].address = address;
	device.map[device.maps].mem = mem;
	device.map[device.maps++].octets = octets;
	return 0;
}

static void dma_unmap(void *d, uint64_t address)
{
	(void)d;
	for (unsigned i = 0; i < device.maps; i++)
		if (device.map[i].address == address) {
			device.map[i] = device.map[--device.maps];
			return;
		}
	abort();
}

static void configured(void *d, const struct fc_pci_config *config)
{
	(void)d;
	(void)config;
}

static int reset(void *d)
{
	(void)d;
	memset(device.reg, 0, sizeof(device.reg));
	return 0;
}

static const struct fc_vfu_device_ops ops = {bar_read,  bar_write,  dma_map,
					     dma_unmap, configured, reset};

/* All that the card was given can be written: no SIGBUS, nothing freed. */
static void use_memory(const struct fc_qemu_front *f)
{
	require(device.maps == f->regions);
	for (unsigned i = 0; i < device.maps; i++) {
		device.map[i].mem[0] = 1;
		device.map[i].mem[device.map[i].octets - 1] = 2;
	}
}

static size_t one_message(struct fc_qemu_front *f, int file, const uint8_t *data, size_t size)
{
	uint8_t header[FC_QEMU_HEADER_OCTETS] = {0}, answer[FC_QEMU_ANSWER_OCTETS];
	size_t octets = data[2] < size - 3 ? data[2] : size - 3;
	struct fc_qemu_message m = {.fds = 0};
	int command = (int8_t)data[0], n;
	uint32_t word;
	uint64_t at;

	memcpy(header, &command, sizeof(command));
	header[8] = (uint8_t)octets;
	if (fc_qemu_header(header, &m))
		return 3 + octets;
	memcpy(m.payload, data + 3, octets);
	for (; m.fds < (data[1] & 15u) && m.fds < FC_QEMU_REGIONS; m.fds++)
		m.fd[m.fds] = dup(file);
	n = fc_qemu_front_handle(f, &m, answer);
	require(n <= 0 || n == FC_QEMU_ANSWER_OCTETS);
	require(n >= 0 || f->error[0]);
	use_memory(f);
	fc_qemu_msix_raise(&f->config, data[1] >> 4);
	while (fc_qemu_msix_take(&f->config, &at, &word))
		;
	return 3 + octets;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fc_qemu_front front;
	int file = memfd_create("guest", MFD_CLOEXEC);

	if (file < 0 || ftruncate(file, FILE_OCTETS))
		return 0;
	memset(&device, 0, sizeof(device));
	fc_qemu_front_init(&front, &ops, &device);
	while (size > 3) {
		size_t used = one_message(&front, file, data, size);

		data += used;
		size -= used;
	}
	fc_qemu_front_close(&front);
	require(device.maps == 0);
	close(file);
	return 0;
}
