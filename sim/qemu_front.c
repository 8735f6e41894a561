// SPDX-License-Identifier: BSD-2-Clause
#include "sim/qemu_front.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Payloads, as QEMU 7.2 lays its structures out on a 64-bit host. */
struct sysmem {
	uint64_t address[FC_QEMU_REGIONS], octets[FC_QEMU_REGIONS], offset[FC_QEMU_REGIONS];
};

struct config_access {
	uint32_t at, value;
	int32_t octets;
};

struct bar_access {
	uint64_t at, value;
	uint32_t octets;
	uint8_t memory, pad[3];
};

_Static_assert(sizeof(struct sysmem) == FC_QEMU_PAYLOAD_OCTETS, "as on the wire");
_Static_assert(sizeof(struct config_access) == 12, "as on the wire");
_Static_assert(sizeof(struct bar_access) == 24, "as on the wire");

static int fail(struct fc_qemu_front *f, int err, const char *what, unsigned long long value)
{
	snprintf(f->error, sizeof(f->error), "QEMU's message: %s %llu", what, value);
	return err;
}

void fc_qemu_front_init(struct fc_qemu_front *f, const struct fc_vfu_device_ops *ops, void *device)
{
	memset(f, 0, sizeof(*f));
	f->ops = ops;
	f->device = device;
	f->intx = -1;
	fc_qemu_config_init(&f->config);
}

/* ---------------------------------------------------------------- guest memory */
static void unmap_region(struct fc_qemu_front *f, const struct fc_qemu_region *region, bool known)
{
	if (known)
		f->ops->dma_unmap(f->device, region->address);
	munmap(region->mem, region->octets);
}

static void forget_memory(struct fc_qemu_front *f)
{
	while (f->regions)
		unmap_region(f, &f->region[--f->regions], true);
}

void fc_qemu_front_close(struct fc_qemu_front *f)
{
	forget_memory(f);
	if (f->intx >= 0)
		close(f->intx);
	f->intx = -1;
}

/* The file must hold what is said of it, or an access of the card would be SIGBUS. */
static int map_file(int fd, uint64_t octets, uint64_t offset, struct fc_qemu_region *out)
{
	struct stat status;
	void *mem;

	if (fstat(fd, &status))
		return -errno;
	if (!octets || status.st_size < 0 || offset > (uint64_t)status.st_size ||
	    octets > (uint64_t)status.st_size - offset)
		return -EPROTO;
	mem = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	if (mem == MAP_FAILED)
		return -errno;
	out->mem = mem;
	out->octets = octets;
	return 0;
}

static int map_all(struct fc_qemu_front *f, const struct fc_qemu_message *m,
		   struct fc_qemu_region region[FC_QEMU_REGIONS])
{
	struct sysmem s;
	int err;

	memcpy(&s, m->payload, sizeof(s));
	for (unsigned i = 0; i < m->fds; i++) {
		region[i].address = s.address[i];
		err = map_file(m->fd[i], s.octets[i], s.offset[i], &region[i]);
		if (err) {
			while (i)
				unmap_region(f, &region[--i], false);
			return fail(f, err, "guest memory does not map, region", i);
		}
	}
	return 0;
}

/* Each message has the whole of the guest's memory. New mappings first: if they fail the old hold.
 */
static int sync_memory(struct fc_qemu_front *f, const struct fc_qemu_message *m)
{
	struct fc_qemu_region region[FC_QEMU_REGIONS] = {{0}};
	unsigned i;
	int err;

	if (m->octets != sizeof(struct sysmem))
		return fail(f, -EPROTO, "SYNC_SYSMEM of octets", m->octets);
	err = map_all(f, m, region);
	if (err)
		return err;
	forget_memory(f);
	for (i = 0; i < m->fds && !err; i++) {
		err = f->ops->dma_map(f->device, region[i].address, region[i].mem,
				      region[i].octets);
		if (!err)
			f->region[f->regions++] = region[i];
	}
	if (!err)
		return 0;
	for (i = f->regions; i < m->fds; i++)
		unmap_region(f, &region[i], false);
	forget_memory(f);
	return fail(f, err, "guest memory is refused, regions", m->fds);
}

/* ---------------------------------------------------------------- accesses */
/* What an unclaimed read gives: as many ones as were asked for. */
static uint64_t ones(uint32_t octets)
{
	return octets >= 8 ? UINT64_MAX : (UINT64_C(1) << (8 * octets)) - 1;
}

static void reset(struct fc_qemu_front *f)
{
	f->resets++;
	fc_qemu_config_init(&f->config);
	f->ops->configured(f->device, &f->config.space);
	f->ops->reset(f->device);
}

static void config_write(struct fc_qemu_front *f, const struct config_access *a)
{
	uint8_t octet[4];

	if (a->octets < 1 || a->octets > (int)sizeof(octet))
		return;
	for (int i = 0; i < a->octets; i++)
		octet[i] = (uint8_t)(a->value >> (8 * i));
	if (fc_qemu_config_asks_reset(&f->config, a->at, octet, (unsigned)a->octets)) {
		reset(f);
		return;
	}
	fc_pci_config_write(&f->config.space, a->at, octet, (size_t)a->octets);
	f->ops->configured(f->device, &f->config.space);
}

static uint32_t config_read(const struct fc_qemu_front *f, const struct config_access *a)
{
	uint8_t octet[4] = {0};

	if (a->octets < 1 || a->octets > (int)sizeof(octet) ||
	    fc_pci_config_read(&f->config.space, a->at, octet, (size_t)a->octets))
		return UINT32_MAX;
	return octet[0] | (uint32_t)octet[1] << 8 | (uint32_t)octet[2] << 16 |
	       (uint32_t)octet[3] << 24;
}

static uint32_t bar_word_read(struct fc_qemu_front *f, int bar, uint32_t offset)
{
	uint32_t value;

	if (bar == FC_PCI_MSIX_BAR)
		return fc_qemu_msix_read(&f->config, offset);
	if (f->ops->bar_read(f->device, offset, &value))
		return UINT32_MAX;
	return value;
}

/* Registers are words; a wider access is two of them, a narrower or crooked one is not claimed. */
static uint64_t bar_read(struct fc_qemu_front *f, const struct bar_access *a)
{
	uint32_t offset;
	int bar = fc_qemu_config_decode(&f->config, a->at, &offset);
	uint64_t value;

	f->bar_reads++;
	if (bar < 0 || !a->memory || offset % 4 || (a->octets != 4 && a->octets != 8))
		return ones(a->octets);
	value = bar_word_read(f, bar, offset);
	if (a->octets == 8)
		value |= (uint64_t)bar_word_read(f, bar, offset + 4) << 32;
	return value;
}

static void bar_word_write(struct fc_qemu_front *f, int bar, uint32_t offset, uint32_t value)
{
	if (bar == FC_PCI_MSIX_BAR)
		fc_pci_msix_write(&f->config.space, offset, &value, sizeof(value));
	else
		f->ops->bar_write(f->device, offset, value);
}

static void bar_write(struct fc_qemu_front *f, const struct bar_access *a)
{
	uint32_t offset;
	int bar = fc_qemu_config_decode(&f->config, a->at, &offset);

	f->bar_writes++;
	if (bar < 0 || !a->memory || offset % 4 || (a->octets != 4 && a->octets != 8))
		return;
	bar_word_write(f, bar, offset, (uint32_t)a->value);
	if (a->octets == 8)
		bar_word_write(f, bar, offset + 4, (uint32_t)(a->value >> 32));
}

/* ---------------------------------------------------------------- messages */
int fc_qemu_header(const uint8_t header[FC_QEMU_HEADER_OCTETS], struct fc_qemu_message *m)
{
	uint64_t octets;

	memcpy(&m->command, header, sizeof(m->command));
	memcpy(&octets, header + 8, sizeof(octets));
	if (octets > FC_QEMU_PAYLOAD_OCTETS)
		return -EPROTO;
	m->octets = octets;
	return 0;
}

static int answer_with(uint64_t value, uint8_t answer[FC_QEMU_ANSWER_OCTETS])
{
	const int32_t command = FC_QEMU_RET;
	const uint64_t octets = sizeof(value);

	memset(answer, 0, FC_QEMU_ANSWER_OCTETS);
	memcpy(answer, &command, sizeof(command));
	memcpy(answer + 8, &octets, sizeof(octets));
	memcpy(answer + FC_QEMU_HEADER_OCTETS, &value, sizeof(value));
	return FC_QEMU_ANSWER_OCTETS;
}

static int handle_config(struct fc_qemu_front *f, const struct fc_qemu_message *m, uint8_t *answer)
{
	struct config_access a;
	uint32_t value = 0;

	if (m->octets != sizeof(a))
		return fail(f, -EPROTO, "configuration access of octets", m->octets);
	memcpy(&a, m->payload, sizeof(a));
	f->config_accesses++;
	if (m->command == FC_QEMU_CONFIG_WRITE)
		config_write(f, &a);
	else
		value = config_read(f, &a);
	return answer_with(value, answer);
}

static int handle_bar(struct fc_qemu_front *f, const struct fc_qemu_message *m, uint8_t *answer)
{
	struct bar_access a;
	uint64_t value = 0;

	if (m->octets != sizeof(a))
		return fail(f, -EPROTO, "BAR access of octets", m->octets);
	memcpy(&a, m->payload, sizeof(a));
	if (m->command == FC_QEMU_BAR_WRITE)
		bar_write(f, &a);
	else
		value = bar_read(f, &a);
	return answer_with(value, answer);
}

/* The first descriptor raises the pin; the second says that the guest has seen it, for a kernel
 * that masks the line meanwhile: nothing to do here. */
static int handle_irqfd(struct fc_qemu_front *f, struct fc_qemu_message *m)
{
	if (m->fds != 2)
		return fail(f, -EPROTO, "SET_IRQFD with descriptors", m->fds);
	if (f->intx >= 0)
		close(f->intx);
	f->intx = m->fd[0];
	m->fd[0] = -1;
	return 0;
}

static int handle(struct fc_qemu_front *f, struct fc_qemu_message *m, uint8_t *answer)
{
	switch (m->command) {
	case FC_QEMU_SYNC_SYSMEM:
		return sync_memory(f, m);
	case FC_QEMU_CONFIG_WRITE:
	case FC_QEMU_CONFIG_READ:
		return handle_config(f, m, answer);
	case FC_QEMU_BAR_WRITE:
	case FC_QEMU_BAR_READ:
		return handle_bar(f, m, answer);
	case FC_QEMU_SET_IRQFD:
		return handle_irqfd(f, m);
	case FC_QEMU_DEVICE_RESET:
		reset(f);
		return answer_with(0, answer);
	default:
		return fail(f, -EPROTO, "unknown command", (unsigned)m->command);
	}
}

int fc_qemu_front_handle(struct fc_qemu_front *f, struct fc_qemu_message *m,
			 uint8_t answer[FC_QEMU_ANSWER_OCTETS])
{
	int n = handle(f, m, answer);

	for (unsigned i = 0; i < m->fds; i++)
		if (m->fd[i] >= 0)
			close(m->fd[i]);
	m->fds = 0;
	return n;
}
