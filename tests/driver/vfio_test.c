// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/driver/fake_vfio.h"
#include <cmocka.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

static char error[200];

static int open_fake(struct fc_transport **t, bool physical)
{
	const struct fc_vfio_config config = {.bdf = FAKE_BDF, .physical = physical};
	static char dev[80];
	const struct fc_roots roots = {.sys = fake.root, .dev = dev};

	snprintf(dev, sizeof(dev), "%s/dev", fake.root);
	error[0] = '\0';
	return fc_vfio_open_with(&fake_vfio_calls, &roots, &config, t, error, sizeof(error));
}

static void nothing_is_left(void)
{
	assert_int_equal(fake.open_files, 0);
	assert_int_equal(fake.mapped, 0);
	assert_int_equal(fake.iommu_maps, 0);
	fake_vfio_clean();
}

static void a_bound_card_is_mapped_and_masters_the_bus(void **state)
{
	struct fc_transport *t;
	uint32_t value;

	(void)state;
	fake_vfio_init("vfio-pci");
	assert_int_equal(open_fake(&t, false), 0);
	assert_ptr_equal(t->bar, fake.bar);
	assert_int_equal(fake.command, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	fake.bar[3] = 77;
	assert_int_equal(fc_transport_read(t, 12, &value), 0);
	assert_int_equal(value, 77);
	assert_false(fake.used_cdev);
	t->ops->close(t);
	nothing_is_left();
}

static void a_bar_that_does_not_map_is_read_through_the_file(void **state)
{
	struct fc_transport *t;
	uint32_t value;

	(void)state;
	fake_vfio_init("vfio-pci");
	fake.no_bar_map = true;
	assert_int_equal(open_fake(&t, false), 0);
	assert_null(t->bar);
	assert_int_equal(fc_transport_write(t, 0x20, 99), 0);
	assert_int_equal(fake.bar[8], 99);
	assert_int_equal(fc_transport_read(t, 0x20, &value), 0);
	assert_int_equal(value, 99);
	t->ops->close(t);
	nothing_is_left();
}

static void refused(const char *driver, int err, const char *word)
{
	struct fc_transport *t = NULL;

	assert_int_equal(open_fake(&t, false), err);
	assert_null(t);
	assert_non_null(strstr(error, FAKE_BDF));
	if (!strstr(error, word))
		fail_msg("\"%s\" does not say \"%s\" (%s)", error, word, driver);
	nothing_is_left();
}

static void a_card_with_another_driver_or_none_is_refused(void **state)
{
	(void)state;
	fake_vfio_init("ixgbe");
	refused("ixgbe", -ENODEV, "bound to ixgbe");
	fake_vfio_init(NULL);
	refused("none", -ENODEV, "no driver is bound");
}

static void a_small_bar_or_a_busy_group_is_refused(void **state)
{
	(void)state;
	fake_vfio_init("vfio-pci");
	fake.bar_octets = FC_PCI_BAR_OCTETS - 1;
	refused("small", -EPROTO, "BAR0");
	fake_vfio_init("vfio-pci");
	fake.not_viable = true;
	refused("busy", -EBUSY, "not viable");
}

static void the_device_file_is_preferred(void **state)
{
	struct fc_transport *t;

	(void)state;
	fake_vfio_init("vfio-pci");
	fake_vfio_cdev();
	assert_int_equal(open_fake(&t, false), 0);
	assert_true(fake.used_cdev);
	t->ops->close(t);
	nothing_is_left();
}

static void a_folder_without_device_file_means_the_group(void **state)
{
	struct fc_transport *t;

	(void)state;
	fake_vfio_init("vfio-pci");
	fake.cdev_folder_only = true;
	fake_vfio_cdev();
	assert_int_equal(open_fake(&t, false), 0);
	assert_false(fake.used_cdev);
	t->ops->close(t);
	nothing_is_left();
}

/* Every call that can fail fails once: the transport says so and leaves nothing behind. */
static void whatever_fails_leaves_nothing(void **state)
{
	(void)state;
	for (int way = 0; way < 2; way++) {
		unsigned failures = 0;
		int err = -EIO;

		for (unsigned n = 1; err; n++) {
			struct fc_transport *t = NULL;

			fake_vfio_init("vfio-pci");
			if (way)
				fake_vfio_cdev();
			fake.fail_at = n;
			err = open_fake(&t, false);
			/* Neither REQ nor ERR must be there. */
			if (!err && fake.calls >= n && n < 100) {
				t->ops->close(t);
				err = -EIO;
			} else if (!err) {
				t->ops->close(t);
			} else {
				failures++;
				assert_null(t);
				assert_true(error[0]);
			}
			nothing_is_left();
		}
		assert_true(failures >= 10);
	}
}

static void memory_gets_addresses_that_the_iommu_has(void **state)
{
	static uint8_t mem[2][4096];
	struct fc_dma a = {.mem = mem[0], .octets = 4096}, b = {.mem = mem[1], .octets = 4096};
	struct fc_transport *t;

	(void)state;
	for (int way = 0; way < 2; way++) {
		fake_vfio_init("vfio-pci");
		if (way)
			fake_vfio_cdev();
		assert_int_equal(open_fake(&t, false), 0);
		assert_int_equal(t->ops->dma_map(t, &a), 0);
		assert_int_equal(t->ops->dma_map(t, &b), 0);
		assert_int_equal(a.iova, way ? 0x200000000 : 0x100000000);
		assert_int_equal(b.iova, a.iova + 0x400000); /* a gap between the two */
		assert_int_equal(fake.iommu_maps, 2);
		assert_int_equal(fake.iommu[1].mem, (uintptr_t)mem[1]);
		t->ops->dma_unmap(t, &a);
		t->ops->dma_unmap(t, &b);
		t->ops->close(t);
		nothing_is_left();
	}
}

static void ranges_are_kept_to_their_last_octet(void **state)
{
	const struct fc_vfio_range range[] = {{0x5000, 0x8fff}, {0x1000, 0x2fff}};
	uint64_t iova;

	(void)state;
	assert_int_equal(fc_vfio_iova(range, 2, 0, 0x2000, 0x1000, &iova), 0);
	assert_int_equal(iova, 0x1000);
	assert_int_equal(fc_vfio_iova(range, 2, 0, 0x2001, 0x1000, &iova), 0);
	assert_int_equal(iova, 0x5000);
	assert_int_equal(fc_vfio_iova(range, 2, 0x5001, 0x3000, 0x1000, &iova), 0);
	assert_int_equal(iova, 0x6000);
	assert_int_equal(fc_vfio_iova(range, 2, 0x5001, 0x3001, 0x1000, &iova), -ENOSPC);
	assert_int_equal(fc_vfio_iova(range, 0, UINT64_MAX, 1, 0x1000, &iova), -ENOSPC);
}

static void all_vectors_are_enabled_once_and_set_one_by_one(void **state)
{
	struct fc_transport *t;

	(void)state;
	fake_vfio_init("vfio-pci");
	assert_int_equal(open_fake(&t, false), 0);
	assert_int_equal(t->ops->irq_set(t, 2, -1), 0);
	assert_int_equal(fake.enables, 0);
	assert_int_equal(t->ops->irq_set(t, 2, 50), 0);
	assert_int_equal(t->ops->irq_set(t, 7, 51), 0);
	assert_int_equal(fake.enables, 1);
	assert_int_equal(fake.vector[2], 50);
	assert_int_equal(fake.vector[7], 51);
	assert_int_equal(fake.vector[0], -1);
	assert_int_equal(t->ops->irq_set(t, 2, -1), 0);
	assert_int_equal(fake.vector[2], -1);
	assert_int_equal(t->ops->irq_set(t, FAKE_VECTORS, 52), -EINVAL);
	t->ops->close(t);
	assert_int_equal(fake.vectors_enabled, 0);
	nothing_is_left();
}

static void req_and_err_make_gone_fd_readable(void **state)
{
	struct fc_transport *t;

	(void)state;
	fake_vfio_init("vfio-pci");
	assert_int_equal(open_fake(&t, false), 0);
	assert_true(t->ops->gone_fd(t) >= 0);
	assert_int_equal(fake.req, t->ops->gone_fd(t));
	assert_int_equal(fake.err, t->ops->gone_fd(t));
	t->ops->close(t);
	nothing_is_left();
}

static void a_reset_gives_bus_mastering_back(void **state)
{
	struct fc_transport *t;

	(void)state;
	fake_vfio_init("vfio-pci");
	assert_int_equal(open_fake(&t, false), 0);
	fake.command = 0;
	assert_int_equal(t->ops->reset(t), 0);
	assert_int_equal(fake.resets, 1);
	assert_int_equal(fake.command, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	t->ops->close(t);
	nothing_is_left();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bound_card_is_mapped_and_masters_the_bus),
		cmocka_unit_test(a_bar_that_does_not_map_is_read_through_the_file),
		cmocka_unit_test(a_card_with_another_driver_or_none_is_refused),
		cmocka_unit_test(a_small_bar_or_a_busy_group_is_refused),
		cmocka_unit_test(the_device_file_is_preferred),
		cmocka_unit_test(a_folder_without_device_file_means_the_group),
		cmocka_unit_test(whatever_fails_leaves_nothing),
		cmocka_unit_test(memory_gets_addresses_that_the_iommu_has),
		cmocka_unit_test(ranges_are_kept_to_their_last_octet),
		cmocka_unit_test(all_vectors_are_enabled_once_and_set_one_by_one),
		cmocka_unit_test(req_and_err_make_gone_fd_readable),
		cmocka_unit_test(a_reset_gives_bus_mastering_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
