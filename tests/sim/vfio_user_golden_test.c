/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages octet by octet as QEMU's docs/interop/vfio-user.rst lays them out, written down by hand:
 * nothing here uses the structures of driver/vfio_user_wire.h.
 */
#include "sim/vfio_user_server.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* A device of one word a place, that remembers what was done to it. */
struct device {
	uint32_t bar[16384];
	uint64_t iova;
	void *mem;
	size_t octets;
	unsigned maps, resets;
	bool bus_master;
};

struct bench {
	struct fc_vfu_server server;
	struct device device;
	uint8_t reply[FC_VFU_MESSAGE_OCTETS];
};

static int bar_read(void *device, uint32_t offset, uint32_t *value)
{
	*value = ((struct device *)device)->bar[offset / 4];
	return 0;
}

static int bar_write(void *device, uint32_t offset, uint32_t value)
{
	((struct device *)device)->bar[offset / 4] = value;
	return 0;
}

static int dma_map(void *device, uint64_t iova, void *mem, size_t octets)
{
	struct device *d = device;

	d->iova = iova;
	d->mem = mem;
	d->octets = octets;
	d->maps++;
	return 0;
}

static void dma_unmap(void *device, uint64_t iova)
{
	struct device *d = device;

	assert_int_equal(iova, d->iova);
	d->maps--;
}

static void configured(void *device, const struct fc_pci_config *config)
{
	((struct device *)device)->bus_master = fc_pci_config_bus_master(config);
}

static int reset(void *device)
{
	((struct device *)device)->resets++;
	return 0;
}

static const struct fc_vfu_device_ops ops = {bar_read,  bar_write,  dma_map,
					     dma_unmap, configured, reset};

/* ---------------------------------------------------------------- octets as text */
static unsigned octets_of(const char *text, uint8_t *out)
{
	unsigned n = 0, value;
	int used;

	while (sscanf(text, "%2x%n", &value, &used) == 1) {
		out[n++] = (uint8_t)value;
		text += used;
		while (*text == ' ')
			text++;
	}
	assert_int_equal(*text, 0);
	return n;
}

static int send_fds(struct bench *b, const char *message, int *fds, unsigned count)
{
	uint8_t octet[512];

	memset(b->reply, 0xee, sizeof(b->reply));
	return fc_vfu_server_message(&b->server, octet, octets_of(message, octet), fds, count,
				     b->reply);
}

static int send_text(struct bench *b, const char *message)
{
	return send_fds(b, message, NULL, 0);
}

static void assert_reply(struct bench *b, int octets, const char *want)
{
	uint8_t octet[512];
	unsigned count = octets_of(want, octet);

	assert_int_equal(octets, count);
	assert_memory_equal(b->reply, octet, count);
}

static void assert_answer(struct bench *b, const char *message, const char *want)
{
	assert_reply(b, send_text(b, message), want);
}

#define VERSION "0100 0100 14000000 00000000 00000000  0000 0000"

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		return -1;
	fc_vfu_server_init(&b->server, &ops, &b->device, 4);
	*state = b;
	return send_text(b, VERSION) > 0 ? 0 : -1;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	fc_vfu_server_disconnect(&b->server);
	assert_int_equal(b->device.maps, 0);
	free(b);
	return 0;
}

/* ---------------------------------------------------------------- the specification */
static void version_is_0_0_with_capabilities(void **state)
{
	static const char json[] = "{\"capabilities\":{\"max_msg_fds\":32,\"max_data_xfer_size\":"
				   "4096,\"max_dma_maps\":64,\"pgsizes\":4096}}";
	struct bench *b = *state;
	int octets;

	fc_vfu_server_disconnect(&b->server);
	/* version 0.1 with "{}" */
	octets = send_text(b, "3412 0100 17000000 00000000 00000000  0000 0100  7b7d00");
	assert_int_equal(octets, 20 + sizeof(json));
	assert_memory_equal(b->reply, "\x34\x12\x01\x00", 4);
	assert_int_equal(b->reply[4] | b->reply[5] << 8, octets);
	assert_memory_equal(b->reply + 8, "\x01\0\0\0\0\0\0\0\0\0\0\0", 12);
	assert_memory_equal(b->reply + 20, json, sizeof(json));
}

static void another_major_version_ends_the_connection(void **state)
{
	struct bench *b = *state;

	fc_vfu_server_disconnect(&b->server);
	assert_int_equal(send_text(b, "0100 0100 14000000 00000000 00000000  0100 0000"), -EPROTO);
	assert_true(strstr(b->server.trouble, "VERSION") != NULL);
}

static void nothing_is_served_before_version(void **state)
{
	struct bench *b = *state;

	fc_vfu_server_disconnect(&b->server);
	assert_int_equal(send_text(b, "0100 0d00 10000000 00000000 00000000"), -EPROTO);
	assert_int_equal(b->device.resets, 0);
}

static void device_info_says_pci_with_reset(void **state)
{
	assert_answer(*state,
		      "0200 0400 20000000 00000000 00000000  10000000 00000000 00000000 00000000",
		      "0200 0400 20000000 01000000 00000000  10000000 03000000 09000000 05000000");
}

static void region_info_of_bar_0_msix_and_config(void **state)
{
#define ASK "0500 30000000 00000000 00000000  20000000 00000000 "
#define NIL " 00000000 0000000000000000 0000000000000000"
	assert_answer(*state, "0300 " ASK "00000000" NIL,
		      "0300 0500 30000000 01000000 00000000  20000000 03000000 00000000 00000000 "
		      "0000010000000000 0000000000000000");
	assert_answer(*state, "0300 " ASK "02000000" NIL,
		      "0300 0500 30000000 01000000 00000000  20000000 03000000 02000000 00000000 "
		      "0010000000000000 0000000000000000");
	assert_answer(*state, "0300 " ASK "07000000" NIL,
		      "0300 0500 30000000 01000000 00000000  20000000 03000000 07000000 00000000 "
		      "0001000000000000 0000000000000000");
	/* BAR 1: there is none; region 9: no such index (EINVAL is 22) */
	assert_answer(*state, "0300 " ASK "01000000" NIL,
		      "0300 0500 30000000 01000000 00000000  20000000 00000000 01000000 00000000 "
		      "0000000000000000 0000000000000000");
	assert_answer(*state, "0300 " ASK "09000000" NIL, "0300 0500 10000000 21000000 16000000");
}

static void irq_info_counts_vectors(void **state)
{
	assert_answer(*state,
		      "0400 0700 20000000 00000000 00000000  10000000 00000000 02000000 00000000",
		      "0400 0700 20000000 01000000 00000000  10000000 01000000 02000000 04000000");
	assert_answer(*state,
		      "0400 0700 20000000 00000000 00000000  10000000 00000000 00000000 00000000",
		      "0400 0700 20000000 01000000 00000000  10000000 00000000 00000000 00000000");
	assert_answer(*state,
		      "0400 0700 20000000 00000000 00000000  10000000 00000000 04000000 00000000",
		      "0400 0700 20000000 01000000 00000000  10000000 09000000 04000000 01000000");
}

static void registers_are_read_and_written(void **state)
{
	struct bench *b = *state;

	/* region 0, offset 0x1c, 4 octets */
	assert_answer(b,
		      "0500 0a00 24000000 00000000 00000000  1c00000000000000 00000000 04000000 "
		      "78563412",
		      "0500 0a00 20000000 01000000 00000000  1c00000000000000 00000000 04000000");
	assert_int_equal(b->device.bar[7], 0x12345678);
	assert_answer(b, "0600 0900 20000000 00000000 00000000  1c00000000000000 00000000 04000000",
		      "0600 0900 24000000 01000000 00000000  1c00000000000000 00000000 04000000 "
		      "78563412");
	/* two octets in the middle of a word */
	assert_answer(b, "0600 0900 20000000 00000000 00000000  1d00000000000000 00000000 02000000",
		      "0600 0900 22000000 01000000 00000000  1d00000000000000 00000000 02000000 "
		      "5634");
}

static void a_write_without_reply_is_done_in_silence(void **state)
{
	struct bench *b = *state;

	assert_int_equal(send_text(b, "0500 0a00 24000000 10000000 00000000  1c00000000000000 "
				      "00000000 04000000 01000000"),
			 0);
	assert_int_equal(b->device.bar[7], 1);
}

static void what_lies_outside_a_region_is_refused(void **state)
{
	/* past the end, no octets, half a word, fewer octets than counted */
	assert_answer(*state,
		      "0600 0900 20000000 00000000 00000000  fdff000000000000 00000000 04000000",
		      "0600 0900 10000000 21000000 16000000");
	assert_answer(*state,
		      "0600 0900 20000000 00000000 00000000  0000000000000000 00000000 00000000",
		      "0600 0900 10000000 21000000 16000000");
	assert_answer(*state,
		      "0600 0900 20000000 00000000 00000000  fcffffffffffffff 00000000 04000000",
		      "0600 0900 10000000 21000000 16000000");
	assert_answer(
		*state,
		"0600 0a00 22000000 00000000 00000000  0000000000000000 00000000 02000000 0000",
		"0600 0a00 10000000 21000000 16000000");
	assert_answer(
		*state,
		"0600 0a00 22000000 00000000 00000000  0000000000000000 00000000 04000000 0000",
		"0600 0a00 10000000 21000000 16000000");
}

static void config_space_names_the_card(void **state)
{
	struct bench *b = *state;

	assert_answer(b, "0700 0900 20000000 00000000 00000000  0000000000000000 07000000 04000000",
		      "0700 0900 24000000 01000000 00000000  0000000000000000 07000000 04000000 "
		      "0cf1 4dca");
	assert_false(b->device.bus_master);
	assert_answer(b,
		      "0700 0a00 22000000 00000000 00000000  0400000000000000 07000000 02000000 "
		      "0600",
		      "0700 0a00 20000000 01000000 00000000  0400000000000000 07000000 02000000");
	assert_true(b->device.bus_master);
	/* BAR 0 is 64 KiB: a write of ones leaves the low 16 bits 0. */
	send_text(b, "0700 0a00 24000000 00000000 00000000  1000000000000000 07000000 04000000 "
		     "ffffffff");
	assert_answer(b, "0700 0900 20000000 00000000 00000000  1000000000000000 07000000 04000000",
		      "0700 0900 24000000 01000000 00000000  1000000000000000 07000000 04000000 "
		      "0000ffff");
}

static int memory(void)
{
	int fd = memfd_create("golden", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8192), 0);
	return fd;
}

#define MAP                                                                                        \
	"0800 0200 30000000 00000000 00000000  20000000 03000000 0010000000000000 "                \
	"0000000001000000 0010000000000000"

static void memory_is_mapped_at_its_offset_and_unmapped(void **state)
{
	struct bench *b = *state;
	uint8_t octet = 0;
	int fd = memory(), sent = dup(fd);

	assert_reply(b, send_fds(b, MAP, &sent, 1), "0800 0200 10000000 01000000 00000000");
	assert_int_equal(b->device.maps, 1);
	assert_int_equal(b->device.iova, 0x100000000);
	assert_int_equal(b->device.octets, 4096);
	*(uint8_t *)b->device.mem = 0x5a;
	assert_int_equal(pread(fd, &octet, 1, 4096), 1);
	assert_int_equal(octet, 0x5a);
	assert_int_equal(fcntl(sent, F_GETFD), -1); /* closed: the mapping holds the file */
	sent = dup(fd);
	assert_reply(b, send_fds(b, MAP, &sent, 1), "0800 0200 10000000 21000000 11000000");
	/* unmapping answers with what was asked */
	assert_answer(b,
		      "0900 0300 28000000 00000000 00000000  18000000 00000000 0000000001000000 "
		      "0010000000000000",
		      "0900 0300 28000000 01000000 00000000  18000000 00000000 0000000001000000 "
		      "0010000000000000");
	assert_int_equal(b->device.maps, 0);
	assert_answer(b,
		      "0900 0300 28000000 00000000 00000000  18000000 00000000 0000000001000000 "
		      "0010000000000000",
		      "0900 0300 10000000 21000000 02000000");
	close(fd);
}

static void memory_that_the_file_does_not_have_is_refused(void **state)
{
	struct bench *b = *state;
	int fd = memory();

	assert_reply(b,
		     send_fds(b,
			      "0800 0200 30000000 00000000 00000000  20000000 03000000 "
			      "0010000000000000 0000000001000000 0020000000000000",
			      &fd, 1),
		     "0800 0200 10000000 21000000 16000000");
	assert_int_equal(b->device.maps, 0);
}

static void memory_without_a_descriptor_is_known_and_unreachable(void **state)
{
	struct bench *b = *state;

	assert_answer(b, MAP, "0800 0200 10000000 01000000 00000000");
	assert_int_equal(b->device.maps, 0);
	assert_answer(b, MAP, "0800 0200 10000000 21000000 11000000");
}

static uint64_t count_of(int fd)
{
	uint64_t value = 0;

	return read(fd, &value, sizeof(value)) == sizeof(value) ? value : 0;
}

static void a_vector_signals_its_eventfd(void **state)
{
	struct bench *b = *state;
	int fd = eventfd(0, EFD_NONBLOCK), sent = dup(fd);

	assert_false(fc_vfu_server_interrupt(&b->server, 2));
	/* DATA_EVENTFD | ACTION_TRIGGER, index 2 (MSI-X), start 2, count 1 */
	assert_reply(b,
		     send_fds(b,
			      "0a00 0800 24000000 00000000 00000000  14000000 24000000 02000000 "
			      "02000000 01000000",
			      &sent, 1),
		     "0a00 0800 10000000 01000000 00000000");
	assert_true(fc_vfu_server_interrupt(&b->server, 2));
	assert_false(fc_vfu_server_interrupt(&b->server, 1));
	assert_int_equal(count_of(fd), 1);
	/* the client raises it: DATA_NONE | ACTION_TRIGGER; DATA_BOOL false does not */
	assert_answer(b,
		      "0a00 0800 24000000 00000000 00000000  14000000 21000000 02000000 02000000 "
		      "01000000",
		      "0a00 0800 10000000 01000000 00000000");
	assert_answer(b,
		      "0a00 0800 25000000 00000000 00000000  15000000 22000000 02000000 02000000 "
		      "01000000 00",
		      "0a00 0800 10000000 01000000 00000000");
	assert_int_equal(count_of(fd), 1);
	/* all of them off: DATA_NONE, start 0, count 0 */
	assert_answer(b,
		      "0a00 0800 24000000 00000000 00000000  14000000 21000000 02000000 00000000 "
		      "00000000",
		      "0a00 0800 10000000 01000000 00000000");
	assert_false(fc_vfu_server_interrupt(&b->server, 2));
	close(fd);
}

static void vectors_beyond_the_table_are_refused(void **state)
{
	assert_answer(*state,
		      "0a00 0800 24000000 00000000 00000000  14000000 24000000 02000000 04000000 "
		      "01000000",
		      "0a00 0800 10000000 21000000 16000000");
	assert_answer(*state,
		      "0a00 0800 24000000 00000000 00000000  14000000 24000000 02000000 ffffffff "
		      "02000000",
		      "0a00 0800 10000000 21000000 16000000");
}

static void reset_is_done_and_unknown_commands_get_an_errno(void **state)
{
	struct bench *b = *state;

	assert_answer(b, "0b00 0d00 10000000 00000000 00000000",
		      "0b00 0d00 10000000 01000000 00000000");
	assert_int_equal(b->device.resets, 1);
	/* ENOTSUP 95, ENOTTY 25 */
	assert_answer(b, "0c00 ff00 10000000 00000000 00000000",
		      "0c00 ff00 10000000 21000000 5f000000");
	assert_answer(b, "0c00 1000 10000000 00000000 00000000",
		      "0c00 1000 10000000 21000000 19000000");
}

static void a_message_with_a_wrong_size_ends_the_connection(void **state)
{
	struct bench *b = *state;

	assert_int_equal(send_text(b, "0b00 0d00 11000000 00000000 00000000"), -EPROTO);
	assert_int_equal(send_text(b, "0b00 0d00 0f000000 00000000 000000"), -EPROTO);
	assert_int_equal(send_text(b, "0b00 0d00 10000000 01000000 00000000"), -EPROTO);
	assert_int_equal(b->device.resets, 0);
}

static void descriptors_that_nobody_wants_are_closed(void **state)
{
	struct bench *b = *state;
	int fd[3] = {memory(), memory(), memory()};

	send_fds(b, "0b00 0d00 10000000 00000000 00000000", fd, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(fcntl(fd[i], F_GETFD), -1);
}

static void a_client_that_goes_leaves_nothing_mapped(void **state)
{
	struct bench *b = *state;
	int fd = memory(), vector = eventfd(0, EFD_NONBLOCK);

	send_fds(b, MAP, &fd, 1);
	send_fds(b,
		 "0a00 0800 24000000 00000000 00000000  14000000 24000000 02000000 00000000 "
		 "01000000",
		 &vector, 1);
	send_text(b, "0700 0a00 22000000 00000000 00000000  0400000000000000 07000000 02000000 "
		     "0600");
	assert_true(b->device.bus_master);
	assert_int_equal(b->device.maps, 1);
	fc_vfu_server_disconnect(&b->server);
	assert_int_equal(b->device.maps, 0);
	assert_false(b->device.bus_master);
	assert_false(fc_vfu_server_interrupt(&b->server, 0));
	assert_int_equal(fcntl(vector, F_GETFD), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version_is_0_0_with_capabilities),
		TEST(another_major_version_ends_the_connection),
		TEST(nothing_is_served_before_version),
		TEST(device_info_says_pci_with_reset),
		TEST(region_info_of_bar_0_msix_and_config),
		TEST(irq_info_counts_vectors),
		TEST(registers_are_read_and_written),
		TEST(a_write_without_reply_is_done_in_silence),
		TEST(what_lies_outside_a_region_is_refused),
		TEST(config_space_names_the_card),
		TEST(memory_is_mapped_at_its_offset_and_unmapped),
		TEST(memory_that_the_file_does_not_have_is_refused),
		TEST(memory_without_a_descriptor_is_known_and_unreachable),
		TEST(a_vector_signals_its_eventfd),
		TEST(vectors_beyond_the_table_are_refused),
		TEST(reset_is_done_and_unknown_commands_get_an_errno),
		TEST(a_message_with_a_wrong_size_ends_the_connection),
		TEST(descriptors_that_nobody_wants_are_closed),
		TEST(a_client_that_goes_leaves_nothing_mapped),
	};

	return cmocka_run_group_tests_name("sim.vfio_user_golden", tests, NULL, NULL);
}
