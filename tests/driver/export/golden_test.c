/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole datagrams against text goldens (offset and octets, as text2pcap reads them). With
 * FC_UPDATE_GOLDENS set in the environment the files are written anew; read the difference before
 * you commit it.
 */
#include <driver/export/encoder.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
/* cmocka wants the four above first. */
#include <cmocka.h>
#include <tests/wire/synthetic_flows.h>

#define NOW UINT64_C(1795348800123000000)
#define FLOWS 4

static void dump(char *text, size_t size, const uint8_t *octets, size_t length)
{
	size_t at = 0;

	for (size_t i = 0; i < length; i++) {
		if (i % 16 == 0)
			at += (size_t)snprintf(text + at, size - at, "%06zx", i);
		at += (size_t)snprintf(text + at, size - at, " %02x%s", octets[i],
				       i % 16 == 15 || i + 1 == length ? "\n" : "");
		assert_true(at < size);
	}
}

static void encode(enum fc_protocol protocol, char *text, size_t size)
{
	struct fc_exporter_config config = {
		.protocol = protocol, .domain = 0x0102, .boot_ns = NOW - UINT64_C(7200000000000)};
	uint8_t datagram[1400];
	struct fc_encoder e;
	uint64_t state = 42;

	assert_int_equal(fc_template_ids_create(&config.ids), 0);
	assert_int_equal(fc_encoder_init(&e, &config), 0);
	assert_int_equal(fc_encoder_flows(&e, 1, NULL), 0);
	for (uint32_t i = 0; i < FLOWS; i++) {
		unsigned version = protocol != FC_PROTOCOL_V5 && i % 2 ? 6 : 4;
		struct fc_flow f =
			synthetic_flow(&state, i, version, NOW - UINT64_C(3600000000000));

		if (!i)
			fc_encoder_begin(&e, datagram, NOW, 1, &f);
		assert_int_equal(fc_encoder_put(&e, 1, &f), 0);
	}
	fc_encoder_finish(&e, NOW);
	dump(text, size, datagram, e.message.datagram.length);
	fc_encoder_free(&e);
	fc_template_ids_destroy(config.ids);
}

static void compare(enum fc_protocol protocol, const char *path)
{
	static char want[16384], got[16384];
	size_t length;
	FILE *file;

	encode(protocol, got, sizeof(got));
	if (getenv("FC_UPDATE_GOLDENS")) {
		file = fopen(path, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(got, strlen(got), 1, file), 1);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "r");
	if (!file)
		fail_msg("no golden %s", path);
	length = fread(want, 1, sizeof(want) - 1, file);
	fclose(file);
	want[length] = '\0';
	assert_string_equal(got, want);
}

static void v5_is_as_before(void **state)
{
	(void)state;
	compare(FC_PROTOCOL_V5, FC_GOLDENS "/v5.txt");
}

static void v9_is_as_before(void **state)
{
	(void)state;
	compare(FC_PROTOCOL_V9, FC_GOLDENS "/v9.txt");
}

static void ipfix_is_as_before(void **state)
{
	(void)state;
	compare(FC_PROTOCOL_IPFIX, FC_GOLDENS "/ipfix.txt");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v5_is_as_before),
		cmocka_unit_test(v9_is_as_before),
		cmocka_unit_test(ipfix_is_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
