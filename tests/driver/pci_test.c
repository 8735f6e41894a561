// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <flowcard/pci.h>
#include <stdio.h>
#include <string.h>

enum { MAX = 8 };

static struct fc_pci_card card[MAX];
static char error[200];
static const struct fc_pci_id ours = {FC_PCI_VENDOR, FC_PCI_DEVICE};

static int scan(const char *name, const struct fc_pci_id *id, size_t max)
{
	char path[300];
	const struct fc_pci_source source = {.dump = path};
	struct pci_access *access;
	int n;

	snprintf(path, sizeof(path), FC_DUMPS "/%s.txt", name);
	memset(card, 0xa5, sizeof(card));
	error[0] = '\0';
	n = fc_pci_access_open(&source, &access, error, sizeof(error));
	if (n)
		return n;
	n = fc_pci_scan(access, id, card, max, error, sizeof(error));
	fc_pci_access_close(access);
	return n;
}

static void only_our_cards_are_found_in_order_of_address(void **state)
{
	(void)state;
	assert_int_equal(scan("two_cards", &ours, MAX), 2);
	assert_string_equal(card[0].bdf, "0000:03:00.0");
	assert_string_equal(card[1].bdf, "0001:04:00.0");
	assert_int_equal(scan("two_cards", NULL, MAX), 4);
	assert_string_equal(card[0].bdf, "0000:00:00.0");
	assert_string_equal(card[1].bdf, "0000:00:19.0");
}

static void a_card_is_described(void **state)
{
	const struct fc_pci_card *c = &card[0];

	(void)state;
	assert_int_equal(scan("two_cards", &ours, MAX), 2);
	assert_int_equal(c->subsystem.vendor, FC_PCI_VENDOR);
	assert_int_equal(c->subsystem.device, 1);
	assert_int_equal(c->class_code, 0x0280);
	assert_int_equal(c->revision, 1);
	assert_true(c->memory && c->bus_master);
	assert_int_equal(c->interrupt_pin, 1);
	assert_int_equal(c->bar[0].base, 0x38febd0000);
	assert_true(c->bar[0].wide && !c->bar[0].io);
	assert_int_equal(c->bar[2].base, 0xfebc0000);
	assert_false(c->bar[2].wide);
	assert_int_equal(c->numa_node, -1);
	assert_int_equal(c->iommu_group, -1);
	assert_string_equal(c->driver, "");
}

static void capabilities_are_read(void **state)
{
	(void)state;
	assert_int_equal(scan("two_cards", &ours, MAX), 2);
	assert_int_equal(card[0].msix_vectors, 8);
	assert_int_equal(card[0].msix_bar, 2);
	assert_true(card[0].express && card[0].aer);
	assert_int_equal(card[0].link.speed, 80);
	assert_int_equal(card[0].link.lanes, 8);
	assert_int_equal(card[0].link_most.speed, 160);
	assert_int_equal(card[0].link_most.lanes, 16);
	assert_false(card[1].aer || card[1].bus_master);
	assert_int_equal(card[1].msix_vectors, 2);
	assert_int_equal(card[1].link.speed, 0);
}

static void what_an_ordinary_user_cannot_read_is_not_known(void **state)
{
	(void)state;
	assert_int_equal(scan("ordinary_user", &ours, MAX), 1);
	assert_int_equal(card[0].bar[0].base, 0x38febd0000);
	assert_int_equal(card[0].msix_vectors, 0);
	assert_false(card[0].express);
}

static void no_more_is_written_than_there_is_room(void **state)
{
	(void)state;
	assert_int_equal(scan("two_cards", NULL, 1), 4);
	assert_string_equal(card[0].bdf, "0000:00:00.0");
	assert_int_equal((uint8_t)card[1].bdf[0], 0xa5);
	assert_int_equal(scan("two_cards", NULL, 0), 4);
}

static void broken_capability_lists_end(void **state)
{
	(void)state;
	assert_int_equal(scan("capability_circle", &ours, MAX), 1);
	assert_int_equal(card[0].msix_vectors, 2);
	assert_int_equal(scan("capability_at_the_end", &ours, MAX), 1);
	assert_true(card[0].express);
}

/* libpci would end the process here. */
static void an_error_of_libpci_comes_back(void **state)
{
	(void)state;
	assert_int_equal(scan("not_there", NULL, MAX), -EIO);
	assert_non_null(strstr(error, "not_there"));
	assert_int_equal(scan("damaged", NULL, MAX), -EIO);
	assert_true(error[0]);
	assert_int_equal(scan("empty", NULL, MAX), 0);
	assert_int_equal(scan("two_cards", NULL, MAX), 4);
}

static void an_id_is_two_numbers(void **state)
{
	static const char *const bad[] = {"",           "f10c",  "f10c:", ":1",
					  "f10c:10000", "0x1:2", "1:2:3"};
	struct fc_pci_id id;

	(void)state;
	assert_int_equal(fc_pci_id("10EE:9", &id), 0);
	assert_int_equal(id.vendor, 0x10ee);
	assert_int_equal(id.device, 9);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(fc_pci_id(bad[i], &id), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_our_cards_are_found_in_order_of_address),
		cmocka_unit_test(a_card_is_described),
		cmocka_unit_test(capabilities_are_read),
		cmocka_unit_test(what_an_ordinary_user_cannot_read_is_not_known),
		cmocka_unit_test(no_more_is_written_than_there_is_room),
		cmocka_unit_test(broken_capability_lists_end),
		cmocka_unit_test(an_error_of_libpci_comes_back),
		cmocka_unit_test(an_id_is_two_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
