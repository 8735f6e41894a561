// SPDX-License-Identifier: BSD-2-Clause
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <flowcard/pci.h>
#include <string.h>

static void bdf_is_written_as_sysfs_does(void **state)
{
	char bdf[FC_PCI_BDF_OCTETS];

	(void)state;
	assert_int_equal(fc_pci_bdf("3:0.1", bdf), 0);
	assert_string_equal(bdf, "0000:03:00.1");
	assert_int_equal(fc_pci_bdf("0001:aF:1f.7", bdf), 0);
	assert_string_equal(bdf, "0001:af:1f.7");
	assert_int_equal(fc_pci_bdf("10000:e1:00.0", bdf), 0);
	assert_string_equal(bdf, "10000:e1:00.0");
}

static void what_is_no_bdf_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"3",
		"3:0",
		"3:0.",
		"3:0.8",
		"3:20.0",
		"100:0.0",
		"-1:0.0",
		" 3:0.0",
		"0x3:0.0",
		"3:0.0 ",
		"3:0.00x",
		"0000:03:00.0/..",
		"::0.0",
		"0:0:0:0.0",
		"80000000:0:0.0",
		"123456789:0:0.0",
		"../../x",
	};
	char bdf[FC_PCI_BDF_OCTETS];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(fc_pci_bdf(bad[i], bdf), -EINVAL);
}

static void an_unknown_way_is_refused_by_name(void **state)
{
	struct fc_transport *t = NULL;
	char error[200] = "";

	(void)state;
	assert_int_equal(fc_transport_open("pigeon:7", &t, error, sizeof(error)), -EINVAL);
	assert_non_null(strstr(error, "pigeon:7"));
	assert_null(t);
}

static void refused(const char *where, int err, const char *word)
{
	struct fc_transport *t = NULL;
	char error[200] = "";

	assert_int_equal(fc_transport_open(where, &t, error, sizeof(error)), err);
	assert_null(t);
	if (!strstr(error, word))
		fail_msg("%s: \"%s\" does not say \"%s\"", where, error, word);
}

/* No machine has a device at ffff:ff:1f.7. */
static void a_place_that_is_none_is_refused_with_a_reason(void **state)
{
	(void)state;
	refused("vfio:3", -EINVAL, "vfio:3: wanted");
	refused("vfio:3:0.0,iova=odd", -EINVAL, "iova=physical");
	refused("vfio:00000000000000000000000000000003:0.0", -EINVAL, "wanted");
	refused("uio:3:0.0,iova=physical", -EINVAL, "uio:");
	refused("vfio:ffff:ff:1f.7", -ENODEV, "ffff:ff:1f.7: no such device");
	refused("uio:ffff:ff:1f.7", -ENODEV, "ffff:ff:1f.7: no such device");
	refused("ffff:ff:1f.7", -ENODEV, "ffff:ff:1f.7: no such device");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bdf_is_written_as_sysfs_does),
		cmocka_unit_test(what_is_no_bdf_is_refused),
		cmocka_unit_test(a_place_that_is_none_is_refused_with_a_reason),
		cmocka_unit_test(an_unknown_way_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
