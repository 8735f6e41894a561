// SPDX-License-Identifier: BSD-2-Clause
/* uio on a folder that stands for /sys and /dev: files play BAR, configuration space and pagemap, a
 * pipe plays the interrupt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/pagemap.h"
#include "driver/uio_private.h"
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define BDF "0000:03:00.0"
#define FRAME UINT64_C(0x12345)
#define PRESENT (UINT64_C(1) << 63)

static char root[64], pagemap[96], dev[96], error[200];

static void run(const char *commands)
{
	char text[1024];

	snprintf(text, sizeof(text), "set -e; cd %s; d=bus/pci/devices/" BDF "; %s", root,
		 commands);
	assert_int_equal(system(text), 0);
}

static void make_tree(const char *driver, unsigned bar_octets)
{
	char more[200];

	snprintf(root, sizeof(root), "/tmp/fake-uio-XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(pagemap, sizeof(pagemap), "%s/pagemap", root);
	snprintf(dev, sizeof(dev), "%s/dev", root);
	run("mkdir -p $d/uio/uio4 dev; echo 0xf10c >$d/vendor; : >pagemap; : >$d/reset; "
	    "truncate -s 64 $d/config");
	snprintf(more, sizeof(more),
		 "ln -s ../../drivers/%s $d/driver; truncate -s %u $d/resource0", driver,
		 bar_octets);
	run(more);
}

static int open_it(struct fc_transport **t)
{
	const struct fc_roots roots = {.sys = root, .dev = dev};

	error[0] = '\0';
	return fc_uio_open_with(&roots, pagemap, BDF, t, error, sizeof(error));
}

static void close_it(struct fc_transport *t)
{
	char text[80];

	if (t)
		t->ops->close(t);
	snprintf(text, sizeof(text), "rm -rf %s", root);
	assert_int_equal(system(text), 0);
}

static unsigned command_register(void)
{
	char path[200];
	uint16_t value = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/" BDF "/config", root);
	fd = open(path, O_RDONLY);
	assert_int_equal(pread(fd, &value, 2, PCI_COMMAND), 2);
	close(fd);
	return value;
}

/* As the kernel's handler does before it counts. */
static void turn_pin_off(void)
{
	const uint16_t off = PCI_COMMAND_MEMORY | PCI_COMMAND_INTX_DISABLE;
	char path[200];
	int fd;

	snprintf(path, sizeof(path), "%s/bus/pci/devices/" BDF "/config", root);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, &off, 2, PCI_COMMAND), 2);
	close(fd);
}

static void await_pin_on(void)
{
	for (int i = 0; i < 5000 && command_register() & PCI_COMMAND_INTX_DISABLE; i++)
		usleep(1000);
	assert_int_equal(command_register() & PCI_COMMAND_INTX_DISABLE, 0);
}

static unsigned open_files(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void the_bar_is_the_resource_file(void **state)
{
	unsigned before = open_files();
	struct fc_transport *t;
	uint32_t value = 0;
	char path[200];
	int fd;

	(void)state;
	make_tree("uio_pci_generic", 0x10000);
	assert_int_equal(open_it(&t), 0);
	assert_int_equal(t->bar_octets, 0x10000);
	assert_int_equal(fc_transport_write(t, 0x44, 0xcafe), 0);
	snprintf(path, sizeof(path), "%s/bus/pci/devices/" BDF "/resource0", root);
	fd = open(path, O_RDONLY);
	assert_int_equal(pread(fd, &value, 4, 0x44), 4);
	close(fd);
	assert_int_equal(value, 0xcafe);
	assert_int_equal(command_register(), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	t->ops->close(t);
	assert_int_equal(command_register(), PCI_COMMAND_MEMORY);
	assert_int_equal(open_files(), before);
	close_it(NULL);
}

static void refused(int err, const char *word)
{
	unsigned before = open_files();
	struct fc_transport *t = NULL;

	assert_int_equal(open_it(&t), err);
	assert_null(t);
	if (!strstr(error, word))
		fail_msg("\"%s\" does not say \"%s\"", error, word);
	assert_int_equal(open_files(), before);
	close_it(NULL);
}

static void what_cannot_be_is_refused_by_name(void **state)
{
	(void)state;
	make_tree("vfio-pci", 0x10000);
	refused(-ENODEV, "bound to vfio-pci");
	make_tree("uio_pci_generic", FC_PCI_BAR_OCTETS - 1);
	refused(-EPROTO, "BAR0");
	make_tree("uio_pci_generic", 0x10000);
	run("rm $d/resource0");
	refused(-ENOENT, "resource0");
	make_tree("uio_pci_generic", 0x10000);
	run("truncate -s 0 $d/config");
	refused(-EIO, "bus mastering");
	make_tree("uio_pci_generic", 0x10000);
	run("rm pagemap");
	refused(-ENOENT, "pagemap");
}

static void a_reset_is_asked_of_the_kernel(void **state)
{
	struct fc_transport *t;

	(void)state;
	make_tree("uio_pci_generic", 0x10000);
	assert_int_equal(open_it(&t), 0);
	run("truncate -s 0 $d/config; truncate -s 64 $d/config");
	assert_int_equal(t->ops->reset(t), 0);
	run("[ \"$(cat $d/reset)\" = 1 ]");
	assert_int_equal(command_register(), PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	run("rm $d/reset");
	assert_int_equal(t->ops->reset(t), -EOPNOTSUPP);
	close_it(t);
}

static void set_entry(int fd, const uint8_t *mem, size_t at, uint64_t entry)
{
	off_t where = (off_t)(((uintptr_t)mem + at) / 4096 * sizeof(entry));

	assert_int_equal(pwrite(fd, &entry, sizeof(entry), where), sizeof(entry));
}

static void physical_memory_is_one_piece_or_refused(void **state)
{
	const size_t octets = 2 * FC_HUGE_PAGE;
	uint8_t *mem = aligned_alloc(FC_HUGE_PAGE, octets);
	struct fc_dma dma = {.mem = mem, .octets = octets, .fd = -1};
	struct fc_transport *t;
	int fd;

	(void)state;
	make_tree("uio_pci_generic", 0x10000);
	assert_int_equal(open_it(&t), 0);
	assert_int_equal(t->dma_page_log2, 21);
	fd = open(pagemap, O_RDWR);
	set_entry(fd, mem, 0, PRESENT | FRAME);
	set_entry(fd, mem, FC_HUGE_PAGE, PRESENT | (FRAME + 512));
	assert_int_equal(t->ops->dma_map(t, &dma), 0);
	assert_int_equal(dma.iova, FRAME * 4096);
	t->ops->dma_unmap(t, &dma);
	set_entry(fd, mem, FC_HUGE_PAGE, PRESENT | (FRAME + 1024));
	assert_int_equal(t->ops->dma_map(t, &dma), -EADDRNOTAVAIL);
	set_entry(fd, mem, FC_HUGE_PAGE, FRAME + 512);
	assert_int_equal(t->ops->dma_map(t, &dma), -EFAULT);
	set_entry(fd, mem, 0, PRESENT);
	assert_int_equal(t->ops->dma_map(t, &dma), -EPERM);
	close(fd);
	free(mem);
	close_it(t);
}

static void the_first_run_that_is_long_enough_is_found(void **state)
{
	const uint64_t sorted[] = {10, 20, 40, 50, 60, 80, 90, 100, 110};
	const size_t all = sizeof(sorted) / sizeof(*sorted);

	(void)state;
	assert_int_equal(fc_pagemap_run(sorted, all, 1, 10), 0);
	assert_int_equal(fc_pagemap_run(sorted, all, 2, 10), 0);
	assert_int_equal(fc_pagemap_run(sorted, all, 3, 10), 2);
	assert_int_equal(fc_pagemap_run(sorted, all, 4, 10), 5);
	assert_int_equal(fc_pagemap_run(sorted, all, 5, 10), -1);
	assert_int_equal(fc_pagemap_run(sorted, all - 1, 4, 10), -1);
	assert_int_equal(fc_pagemap_run(sorted, 0, 1, 10), -1);
}

static void await(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&p, 1, 5000), 1);
}

static void interrupts_are_passed_on_and_the_pin_turned_on(void **state)
{
	int mine = eventfd(0, EFD_CLOEXEC), pin;
	uint32_t count = 1;
	uint64_t times;
	struct fc_transport *t;
	char path[128];

	(void)state;
	make_tree("uio_pci_generic", 0x10000);
	snprintf(path, sizeof(path), "%s/uio4", dev);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(open_it(&t), 0);
	pin = open(path, O_RDWR);
	assert_int_equal(t->ops->irq_set(t, 1, mine), -EINVAL);
	assert_int_equal(t->ops->irq_set(t, 0, mine), 0);
	for (int i = 0; i < 3; i++) {
		turn_pin_off();
		assert_int_equal(write(pin, &count, sizeof(count)), sizeof(count));
		await(mine);
		assert_int_equal(read(mine, &times, sizeof(times)), sizeof(times));
		assert_int_equal(times, 1);
		await_pin_on();
	}
	assert_int_equal(t->ops->irq_set(t, 0, -1), 0);
	assert_int_equal(command_register() & PCI_COMMAND_INTX_DISABLE, PCI_COMMAND_INTX_DISABLE);
	assert_int_equal(t->ops->irq_set(t, 0, mine), 0);
	close_it(t);
	close(pin);
	close(mine);
}

static void without_a_device_node_there_are_no_interrupts(void **state)
{
	struct fc_transport *t;

	(void)state;
	make_tree("uio_pci_generic", 0x10000);
	assert_int_equal(open_it(&t), 0);
	assert_int_equal(t->ops->irq_set(t, 0, 1), -EOPNOTSUPP);
	assert_int_equal(t->ops->irq_set(t, 0, -1), 0);
	close_it(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bar_is_the_resource_file),
		cmocka_unit_test(what_cannot_be_is_refused_by_name),
		cmocka_unit_test(a_reset_is_asked_of_the_kernel),
		cmocka_unit_test(physical_memory_is_one_piece_or_refused),
		cmocka_unit_test(the_first_run_that_is_long_enough_is_found),
		cmocka_unit_test(interrupts_are_passed_on_and_the_pin_turned_on),
		cmocka_unit_test(without_a_device_node_there_are_no_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
