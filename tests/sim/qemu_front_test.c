// SPDX-License-Identifier: BSD-2-Clause
/* The QEMU front end as a function: octets as QEMU 7.2 sends them, a memory standing for the card.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/qemu_front.h"
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BAR0 0xfe000000u
#define BAR2 0xfe100000u

static struct device {
	uint32_t reg[16];
	unsigned maps, resets;
	uint64_t address;
	uint8_t *mem;
	bool master, refuse;
} device;

static int bar_read(void *d, uint32_t offset, uint32_t *value)
{
	(void)d;
	if (offset / 4 >= 16)
		return -EINVAL;
	*value = device.reg[offset / 4];
	return 0;
}

static int bar_write(void *d, uint32_t offset, uint32_t value)
{
	(void)d;
	if (offset / 4 < 16)
		device.reg[offset / 4] = value;
	return 0;
}

static int dma_map(void *d, uint64_t address, void *mem, size_t octets)
{
	(void)d;
	(void)octets;
	if (device.refuse)
		return -ENOSPC;
	device.maps++;
	device.address = address;
	device.mem = mem;
	return 0;
}

static void dma_unmap(void *d, uint64_t address)
{
	(void)d;
	(void)address;
	device.maps--;
}

static void configured(void *d, const struct fc_pci_config *config)
{
	(void)d;
	device.master = fc_pci_config_bus_master(config);
}

static int reset(void *d)
{
	(void)d;
	device.resets++;
	return 0;
}

static const struct fc_vfu_device_ops ops = {bar_read,  bar_write,  dma_map,
					     dma_unmap, configured, reset};
static struct fc_qemu_front front;
static uint8_t answer[FC_QEMU_ANSWER_OCTETS];

static int set_up(void **state)
{
	(void)state;
	memset(&device, 0, sizeof(device));
	fc_qemu_front_init(&front, &ops, &device);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fc_qemu_front_close(&front);
	return device.maps != 0;
}

static int send_message(int command, const void *payload, size_t octets, const int *fds,
			unsigned count)
{
	struct fc_qemu_message m = {.command = command, .octets = octets, .fds = count};

	memcpy(m.payload, payload, octets);
	for (unsigned i = 0; i < count; i++)
		m.fd[i] = fds[i];
	return fc_qemu_front_handle(&front, &m, answer);
}

/* The value of a RET, whose header is checked octet by octet. */
static uint64_t answered(int n)
{
	static const uint8_t header[FC_QEMU_HEADER_OCTETS] = {FC_QEMU_RET, 0, 0, 0, 0, 0, 0, 0, 8};
	uint64_t value;

	assert_int_equal(n, FC_QEMU_ANSWER_OCTETS);
	assert_memory_equal(answer, header, sizeof(header));
	memcpy(&value, answer + sizeof(header), sizeof(value));
	return value;
}

static uint64_t config(int command, uint32_t at, uint32_t value, int octets)
{
	uint32_t payload[3] = {at, value, (uint32_t)octets};

	return answered(send_message(command, payload, sizeof(payload), NULL, 0));
}

static uint64_t bar(int command, uint64_t at, uint64_t value, uint32_t octets)
{
	uint64_t payload[3] = {at, value, octets | UINT64_C(1) << 32};

	return answered(send_message(command, payload, sizeof(payload), NULL, 0));
}

static void power_on(void)
{
	config(FC_QEMU_CONFIG_WRITE, PCI_BASE_ADDRESS_0, BAR0, 4);
	config(FC_QEMU_CONFIG_WRITE, PCI_BASE_ADDRESS_2, BAR2, 4);
	config(FC_QEMU_CONFIG_WRITE, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
}

static unsigned capability(uint8_t id)
{
	unsigned at = (unsigned)config(FC_QEMU_CONFIG_READ, PCI_CAPABILITY_LIST, 0, 1);

	while (at && config(FC_QEMU_CONFIG_READ, at, 0, 1) != id)
		at = (unsigned)config(FC_QEMU_CONFIG_READ, at + 1, 0, 1);
	assert_true(at);
	return at;
}

static void the_function_says_what_it_is(void **state)
{
	(void)state;
	assert_int_equal(config(FC_QEMU_CONFIG_READ, 0, 0, 4), 0xca4df10c);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, PCI_INTERRUPT_PIN, 0, 1), 1);
	config(FC_QEMU_CONFIG_WRITE, PCI_BASE_ADDRESS_0, UINT32_MAX, 4);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, PCI_BASE_ADDRESS_0, 0, 4), 0xffff0000);
	config(FC_QEMU_CONFIG_WRITE, PCI_BASE_ADDRESS_1, UINT32_MAX, 4);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, PCI_BASE_ADDRESS_1, 0, 4), 0);
	config(FC_QEMU_CONFIG_WRITE, 0, 0, 4);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, 0, 0, 2), 0xf10c);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, 254, 0, 4), UINT32_MAX);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, 0, 0, -1), UINT32_MAX);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, 0, 0, 8), UINT32_MAX);
}

static void registers_answer_where_the_bar_is(void **state)
{
	(void)state;
	device.reg[1] = 0x1234;
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 + 4, 0, 4), UINT32_MAX);
	power_on();
	assert_true(device.master);
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 + 4, 0, 4), 0x1234);
	bar(FC_QEMU_BAR_WRITE, BAR0 + 8, 77, 4);
	assert_int_equal(device.reg[2], 77);
	bar(FC_QEMU_BAR_WRITE, BAR0 + 16, 0x500000004, 8);
	assert_int_equal(device.reg[4], 4);
	assert_int_equal(device.reg[5], 5);
	assert_true(bar(FC_QEMU_BAR_READ, BAR0 + 16, 0, 8) == 0x500000004);
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 + 4, 0, 2), 0xffff);
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 + 5, 0, 4), UINT32_MAX);
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 + 64, 0, 4), UINT32_MAX);
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 - 4, 0, 4), UINT32_MAX);
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR0 + 0x10000, 0, 4), UINT32_MAX);
}

static int memory_file(size_t octets)
{
	int fd = memfd_create("guest", 0);

	assert_int_equal(ftruncate(fd, (off_t)octets), 0);
	return fd;
}

static int sync_memory(uint64_t address, uint64_t octets, uint64_t offset, int fd)
{
	uint64_t payload[24] = {0};

	payload[0] = address;
	payload[8] = octets;
	payload[16] = offset;
	return send_message(FC_QEMU_SYNC_SYSMEM, payload, sizeof(payload), &fd, 1);
}

static void guest_memory_is_the_files(void **state)
{
	int fd = memory_file(8192), kept = dup(fd);
	uint8_t octet;

	(void)state;
	assert_int_equal(sync_memory(0x100000, 4096, 4096, fd), 0);
	assert_int_equal(device.maps, 1);
	assert_true(device.address == 0x100000);
	device.mem[5] = 99;
	assert_int_equal(pread(kept, &octet, 1, 4096 + 5), 1);
	assert_int_equal(octet, 99);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_int_equal(sync_memory(0, 4096, 0, kept), 0);
	assert_int_equal(device.maps, 1);
}

static void memory_that_is_not_there_is_refused(void **state)
{
	(void)state;
	assert_int_equal(sync_memory(0, 4096, 0, memory_file(4096)), 0);
	assert_int_equal(sync_memory(0, 8192, 0, memory_file(4096)), -EPROTO);
	assert_int_equal(sync_memory(0, UINT64_MAX, 4096, memory_file(4096)), -EPROTO);
	assert_int_equal(sync_memory(0, 4096, UINT64_MAX, memory_file(4096)), -EPROTO);
	assert_int_equal(sync_memory(0, 0, 0, memory_file(4096)), -EPROTO);
	assert_int_equal(sync_memory(0, 4096, 1, memory_file(8192)), -EINVAL);
	assert_int_equal(device.maps, 1);
	device.refuse = true;
	assert_int_equal(sync_memory(0, 4096, 0, memory_file(4096)), -ENOSPC);
	assert_int_equal(device.maps, 0);
}

static void a_masked_vector_waits(void **state)
{
	uint64_t address;
	uint32_t data;
	unsigned msix;

	(void)state;
	power_on();
	msix = capability(PCI_CAP_ID_MSIX);
	bar(FC_QEMU_BAR_WRITE, BAR2 + 16 * 3, 0xfee01004, 4);
	bar(FC_QEMU_BAR_WRITE, BAR2 + 16 * 3 + 8, 0x4021, 4);
	assert_true(fc_qemu_config_intx(&front.config));
	config(FC_QEMU_CONFIG_WRITE, msix + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE, 2);
	assert_false(fc_qemu_config_intx(&front.config));
	fc_qemu_msix_raise(&front.config, 1u << 3 | 1u << 31);
	assert_false(fc_qemu_msix_take(&front.config, &address, &data));
	assert_int_equal(bar(FC_QEMU_BAR_READ, BAR2 + FC_PCI_MSIX_PENDING, 0, 4), 1 << 3);
	bar(FC_QEMU_BAR_WRITE, BAR2 + 16 * 3 + 12, 0, 4);
	config(FC_QEMU_CONFIG_WRITE, PCI_COMMAND, PCI_COMMAND_MEMORY, 2);
	assert_false(fc_qemu_msix_take(&front.config, &address, &data));
	config(FC_QEMU_CONFIG_WRITE, PCI_COMMAND, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 2);
	assert_true(fc_qemu_msix_take(&front.config, &address, &data));
	assert_true(address == 0xfee01004 && data == 0x4021);
	assert_false(fc_qemu_msix_take(&front.config, &address, &data));
}

static void a_function_level_reset_is_a_power_up(void **state)
{
	unsigned express;

	(void)state;
	power_on();
	express = capability(PCI_CAP_ID_EXP);
	config(FC_QEMU_CONFIG_WRITE, express + PCI_EXP_DEVCTL, 0x2810, 2);
	assert_int_equal(device.resets, 0);
	config(FC_QEMU_CONFIG_WRITE, express + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, 2);
	assert_int_equal(device.resets, 1);
	assert_false(device.master);
	assert_int_equal(config(FC_QEMU_CONFIG_READ, PCI_BASE_ADDRESS_0, 0, 4), 0);
	config(FC_QEMU_CONFIG_WRITE, express + PCI_EXP_DEVCTL + 1, 0x80, 1);
	assert_int_equal(device.resets, 2);
	assert_true(answered(send_message(FC_QEMU_DEVICE_RESET, "", 0, NULL, 0)) == 0);
	assert_int_equal(device.resets, 3);
}

static void what_cannot_be_is_refused_and_its_descriptors_closed(void **state)
{
	uint8_t zeros[FC_QEMU_PAYLOAD_OCTETS] = {0}, header[FC_QEMU_HEADER_OCTETS] = {0};
	struct fc_qemu_message m;
	int fd;

	(void)state;
	for (int command = -1; command < 12; command++)
		for (size_t octets = 0; octets <= sizeof(zeros); octets += 4) {
			bool known = (command >= FC_QEMU_CONFIG_WRITE &&
				      command <= FC_QEMU_CONFIG_READ && octets == 12) ||
				     (command >= FC_QEMU_BAR_WRITE && command <= FC_QEMU_BAR_READ &&
				      octets == 24) ||
				     command == FC_QEMU_DEVICE_RESET;

			if (command == FC_QEMU_SYNC_SYSMEM && octets == sizeof(zeros))
				continue;
			fd = dup(0);
			assert_int_equal(send_message(command, zeros, octets, &fd, 1) < 0, !known);
			assert_int_equal(fcntl(fd, F_GETFD), -1);
		}
	header[8] = FC_QEMU_PAYLOAD_OCTETS + 1;
	assert_int_equal(fc_qemu_header(header, &m), -EPROTO);
	memset(header + 8, 0xff, 8);
	assert_int_equal(fc_qemu_header(header, &m), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_function_says_what_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(registers_answer_where_the_bar_is, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(guest_memory_is_the_files, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memory_that_is_not_there_is_refused, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_masked_vector_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_function_level_reset_is_a_power_up, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_is_refused_and_its_descriptors_closed, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
