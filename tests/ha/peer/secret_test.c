// SPDX-License-Identifier: BSD-2-Clause
/* What a link is opened with: keys, certificates, addresses; what of it is refused at once. */
#include "tests/ha/peer/link_rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

/* ------------------------------------------------------------------ certificates */
/* Files that flowcard-pair-init makes, in a folder of this name. */
static struct fc_link_config with_certificates(unsigned unit, const char *pair)
{
	struct fc_link_config config = rig_config(unit);

	*config.key_file = 0;
	snprintf(config.certificate, sizeof(config.certificate), "%s/%s/unit-%u.crt", rig_folder(),
		 pair, unit);
	snprintf(config.private_key, sizeof(config.private_key), "%s/%s/unit-%u.key", rig_folder(),
		 pair, unit);
	snprintf(config.authority, sizeof(config.authority), "%s/%s/authority.crt", rig_folder(),
		 pair);
	return config;
}

static void make_certificates(const char *pair)
{
	char command[400];

	snprintf(command, sizeof(command), "%s --certificates %s/%s >/dev/null", FC_PAIR_INIT,
		 rig_folder(), pair);
	assert_int_equal(system(command), 0);
}

static void two_units_with_certificates_make_a_session(void **state)
{
	(void)state;
	make_certificates("pair");
	for (unsigned unit = 1; unit <= 2; unit++) {
		struct fc_link_config config = with_certificates(unit, "pair");

		rig_open(unit, &config);
	}
	assert_true(rig_run(5000, rig_both_up));
	assert_true(rig_run(5000, rig_beats_came));
}

static void a_certificate_of_another_pair_is_refused(void **state)
{
	struct fc_link_config config;

	(void)state;
	make_certificates("pair");
	make_certificates("other");
	config = with_certificates(2, "pair");
	rig_open(2, &config);
	config = with_certificates(1, "other");
	rig_open(1, &config);
	rig_run(500, NULL);
	assert_int_equal(rig_end[1].ups + rig_end[2].ups, 0);
	assert_true(rig_stats(1).refused > 0 && rig_stats(2).refused > 0);
	assert_true(rig_logged("PEERREFUSED"));
}

/* Unit 2's own certificate in the hand of somebody who says that he is unit 1. */
static void a_certificate_of_another_unit_is_refused(void **state)
{
	struct fc_link_config config;

	(void)state;
	make_certificates("pair");
	config = with_certificates(2, "pair");
	rig_open(2, &config);
	config = with_certificates(1, "pair");
	snprintf(config.certificate, sizeof(config.certificate), "%s/pair/unit-2.crt",
		 rig_folder());
	snprintf(config.private_key, sizeof(config.private_key), "%s/pair/unit-2.key",
		 rig_folder());
	rig_open(1, &config);
	assert_true(rig_run(3000, rig_unit_2_refused));
	assert_true(rig_logged("its certificate is not that of unit"));
	assert_int_equal(rig_end[2].ups, 0);
}

/* ------------------------------------------------------------------ what is refused at once */
static void check_refused(const struct fc_link_config *config, int err, const char *text)
{
	char why[FC_LINK_TEXT] = "";
	struct fc_link *link;

	assert_int_equal(fc_link_open(config, &link, why), err);
	if (!strstr(why, text))
		fail_msg("\"%s\" has no \"%s\"", why, text);
}

static void a_key_that_others_can_read_is_refused(void **state)
{
	struct fc_link_config config = rig_config(1);

	(void)state;
	chmod(config.key_file, 0640);
	check_refused(&config, -EACCES, "others may read");
	chmod(config.key_file, 0400);
	rig_open(1, &config);
	rig_key("pair.key", "00");
	check_refused(&config, -EINVAL, "64 hexadecimal digits");
	rig_key("pair.key", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00");
	check_refused(&config, -EINVAL, "64 hexadecimal digits");
	rig_key("pair.key", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeefg");
	check_refused(&config, -EINVAL, "64 hexadecimal digits");
	snprintf(config.key_file, sizeof(config.key_file), "%s/absent", rig_folder());
	check_refused(&config, -ENOENT, "absent: No such file");
	snprintf(config.key_file, sizeof(config.key_file), "%s", rig_folder());
	check_refused(&config, -EACCES, "not a file");
}

static void a_configuration_without_sense_is_refused(void **state)
{
	struct fc_link_config good = rig_config(1), config = good;

	(void)state;
	*config.key_file = 0;
	check_refused(&config, -EINVAL, "a key or certificates");
	snprintf(config.certificate, sizeof(config.certificate), "x");
	check_refused(&config, -EINVAL, "one is missing");
	snprintf(config.key_file, sizeof(config.key_file), "x");
	check_refused(&config, -EINVAL, "not both");
	config = good;
	config.peer = 1;
	check_refused(&config, -EINVAL, "another one");
	config = good;
	snprintf(config.remote, sizeof(config.remote), "unit-2.example");
	check_refused(&config, -EINVAL, "in numbers");
	config = good;
	snprintf(config.local, sizeof(config.local), "::1");
	check_refused(&config, -EINVAL, "families");
	config = good;
	snprintf(config.path[1].remote, sizeof(config.path[1].remote), "nowhere");
	check_refused(&config, -EINVAL, "heartbeats to nowhere");
}

static void a_port_in_use_is_named(void **state)
{
	struct fc_link_config config = rig_config(2);

	(void)state;
	rig_open(2, &config);
	check_refused(&config, -EADDRINUSE, "port 4801: Address already in use");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(two_units_with_certificates_make_a_session),
		TEST(a_certificate_of_another_pair_is_refused),
		TEST(a_certificate_of_another_unit_is_refused),
		TEST(a_key_that_others_can_read_is_refused),
		TEST(a_configuration_without_sense_is_refused),
		TEST(a_port_in_use_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
