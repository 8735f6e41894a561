// SPDX-License-Identifier: BSD-2-Clause
/* What the language refuses, and in which words. */
#include "tests/ha/config_text.h"

#include <errno.h>
#include <ha/config.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fc_config config;

/* ------------------------------------------------------------------ refusals */
#define BOUND                                                                                      \
	"flow record R\n match ipv4 source address\n collect counter packets\nsampler S\n"         \
	" mode random 1 out-of 5\nflow exporter E\n destination h\nflow monitor M\n record R\n"    \
	" exporter E\ncard 1\n transport pci x\ninterface Hu1/0/0\n"                               \
	" ip flow monitor M sampler S input\n"

static void what_does_not_fit_together_is_refused(void **state)
{
	static const char *const wrong[][2] = {
		{"card 1\n epoch length-log2 10\n", "as long as an epoch of 2^10 ns"},
		{"card 1\n epoch guard 2000000000\n", "as long as an epoch of 2^30 ns"},
		{"card 1\n epoch guard 9\n epoch length-log2 10\n no epoch guard\n",
		 "as long as an epoch of 2^10 ns"},
		{"interface Hu1/0/0\n", "There is no card in slot 1"},
		{"interface Hu1/1/0\n", "An interface is HundredGigE"},
		{"interface Te1/0/0\n", "An interface is HundredGigE"},
		{"interface Hu1/0/8\n", "An interface is HundredGigE"},
		{"flow monitor M\n record netflow-original\n exporter X\n", "X does not exist"},
		{"flow monitor M\n record X\n", "% Flow Record: X does not exist"},
		{"card 1\n transport pci x\nflow monitor M\n record netflow-original\n"
		 "interface Hu1/0/0\n ipv6 flow monitor M input\n",
		 "the record of M is for IPv4"},
		{"flow monitor M\ncard 1\n transport pci x\ninterface Hu1/0/0\n"
		 " ip flow monitor M input\n",
		 "M has no record"},
		{BOUND " ip flow monitor M input\n", "with another sampler"},
		{BOUND " ip flow monitor M sampler T output\n", "% Sampler: T does not exist"},
		{BOUND "sampler T\ninterface Hu1/0/0\n ip flow monitor M sampler T output\n",
		 "% Sampler: T has no mode"},
		{"flow record R\n collect counter packets\nflow monitor M\n record R\n",
		 "R has no match field"},
		{"flow record R\n collect counter packets\n collect counter packets long\n",
		 "\"counter packets\" is in the record"},
		{"flow record R\n match ipv4 ttl\n collect ipv4 ttl\n", "is in the record"},
		{"flow record net\n", "means a predefined record"},
		{"flow record netflow-v5\n", "means a predefined record"},
		{"no flow record netflow-v5\n", "is predefined"},
		{"no flow record R\n", "R does not exist"},
		{"no card\n", "Incomplete command."},
		{"no flow exporter\n", "Incomplete command."},
		{"no flow monitor\n", "Incomplete command."},
		{"hostname \xc3\xa9\n", "ASCII"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char *text = config_text_read(&config, wrong[i][0], -EINVAL);

		if (!strstr(text, wrong[i][1]))
			fail_msg("case %zu says: %s", i, text);
		free(text);
	}
}

static void what_no_pair_can_be_is_refused(void **state)
{
	static const char *const wrong[][2] = {
		{" unit 0\n", "Invalid input"},
		{" peer 192.0.2.1\n", "Incomplete command."},
		{" peer unit2 192.0.2.2\n", "An address of a host in numbers is wanted"},
		{" peer 192.0.2.1 224.0.0.1\n", "An address of a host in numbers is wanted"},
		{" peer 0.0.0.0 192.0.2.2\n", "An address of a host in numbers is wanted"},
		{" peer 2001:db8::1 ff02::1\n", "An address of a host in numbers is wanted"},
		{" peer fe80::1 fe80::2\n", "not link-local"},
		{" peer 192.0.2.1 2001:db8::1\n", "One address is IPv4, one IPv6"},
		{" peer 192.0.2.1 192.0.2.1\n", "The peer's address is this unit's own one"},
		{" heartbeat path 3 192.0.2.1 192.0.2.2\n", "Invalid input"},
		{" no heartbeat path\n", "Incomplete command."},
		{" heartbeat interval 4\n", "Invalid input"},
		{" key a\n certificate b key c authority d\n",
		 "The pair has a key: \"no key\" first"},
		{" certificate b key c authority d\n key a\n", "\"no certificate\" first"},
		{" fencing witness file mnt\n", "the witness's directory must begin with /"},
		{" fencing witness etcd https://e:2379\n", "Fencing: "},
		{" feed single skew 5\n", "Invalid input"},
		{" fencing\n", "Incomplete command."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char text[400], *said;

		snprintf(text, sizeof(text), "redundancy\n%s", wrong[i][0]);
		said = config_text_read(&config, text, -EINVAL);
		if (!strstr(said, wrong[i][1]))
			fail_msg("case %zu says: %s", i, said);
		free(said);
	}
}

static void what_a_pair_lacks_is_said(void **state)
{
	static const char *const lines[][2] = {
		{" mode sso\n", "without a unit number"},
		{" unit 1\n", "without a peer"},
		{" peer ::1 ::2\n", "without a key or a certificate"},
		{" key k\n", NULL},
		{" heartbeat path 1 ::1 ::2\n heartbeat path 2 ::1 ::3\n", "same address and port"},
		{" heartbeat path 2 ::1 ::3 port 9\n", NULL},
		{" no key\n certificate c key k authority a\n", NULL},
		{" no certificate\n mode none\n", NULL},
	};
	char text[400] = "redundancy\n";

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const char *lacks;

		strcat(text, lines[i][0]);
		config_text_take(&config, text);
		lacks = fc_config_redundancy_lacks(&config);
		if (!lacks != !lines[i][1] || (lacks && !strstr(lacks, lines[i][1])))
			fail_msg("line %zu: %s", i, lacks ? lacks : "nothing");
	}
}

static void what_is_in_use_is_not_changed(void **state)
{
	static const char *const wrong[][2] = {
		{"no flow record R\n", "% Flow Record: Failed to delete: Object is in use"},
		{"no flow exporter E\n", "% Flow Exporter: Failed to delete: Object is in use"},
		{"no flow monitor M\n", "% Flow Monitor: Failed to delete: Object is in use"},
		{"no sampler S\n", "% Sampler: Failed to delete: Object is in use"},
		{"flow record R\n match ipv4 ttl\n",
		 "% Flow Record: Failed to field add: Object is in use"},
		{"flow record R\n no match ipv4 source address\n",
		 "% Flow Record: Failed to field remove: Object is in use"},
		{"flow monitor M\n no record\n",
		 "% Flow Monitor: Failed to set record: Object is in use"},
		{"flow monitor M\n cache type permanent\n",
		 "% Flow Monitor: Failed to set cache type: Object is in use"},
		{"flow monitor M\n cache entries 100\n",
		 "% Flow Monitor: Failed to set cache entries: Object is in use"},
		{"sampler S\n mode random 1 out-of 6\n",
		 "% Sampler: Failed to set mode: Object is in use"},
		{"interface Hu1/0/0\n no ip flow monitor M\n", "Incomplete command."},
		{"interface Hu1/0/0\n no ip flow monitor M output\n", "is not on this interface"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char text[1000], *said;

		snprintf(text, sizeof(text), BOUND "%s", wrong[i][0]);
		said = config_text_read(&config, text, -EINVAL);
		if (!strstr(said, wrong[i][1]))
			fail_msg("case %zu says: %s", i, said);
		free(said);
	}
	/* The same once it is free, in this order; and what may change in use. */
	config_text_take(&config, BOUND
			 "flow exporter E\n dscp 7\nflow monitor M\n cache timeout active 9\n"
			 " no exporter E\ninterface Hu1/0/0\n"
			 " default ip flow monitor M sampler S input\nflow monitor M\n no record\n"
			 "no flow monitor M\nno flow record R\nno flow exporter E\nno sampler S\n");
	assert_int_equal(fc_fnf_record_find(&config.fnf, "R"), FC_FNF_NONE);
	assert_int_equal(fc_fnf_monitor_find(&config.fnf, "M"), FC_FNF_NONE);
}

static void a_record_is_not_put_over_another(void **state)
{
	char *text = config_text_read(&config,
				      "flow monitor M\n record netflow-original\n"
				      " record netflow ipv4 original-input\n",
				      -EINVAL);

	(void)state;
	assert_non_null(strstr(text, "% Flow Monitor: Failed to set record: Already there is an "
				     "existing record configured"));
	free(text);
	config_text_take(&config,
			 "flow monitor M\n record netflow-original\n record netflow-original\n"
			 " no record\n record netflow ipv6 as peer\n");
	assert_string_equal(config.fnf.record[config.fnf.monitor[0].record].name,
			    "netflow ipv6 as peer");
}

static void protocols_take_what_they_can_say(void **state)
{
	static const char *const wrong[][2] = {
		{"flow exporter E\n transport tcp 4739\n", "takes ipfix only"},
		{"flow exporter E\n transport kafka flows\n", "takes ipfix only"},
		{"flow exporter E\n transport file\n", "takes ipfix only"},
		{"flow exporter E\n export-protocol ipfix\n transport tls 4740\n"
		 " export-protocol netflow-v9\n",
		 "takes ipfix only"},
		{"flow exporter E\n export-protocol netflow-v5\nflow record R\n"
		 " match datalink vlan input\nflow monitor M\n exporter E\n record R\n",
		 "netflow-v5 cannot say record R"},
		{"flow exporter E\nflow record R\n match datalink vlan input\n"
		 " match ipv4 source address\nflow monitor M\n record R\n exporter E\n"
		 "flow exporter E\n export-protocol netflow-v5\n",
		 "netflow-v5 cannot say record R"},
		{"flow exporter E\nflow record R\n match ipv4 tos\nflow monitor M\n record R\n"
		 " exporter E\n",
		 "a data record of R has 1 octets, netflow-v9 needs 4"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		char *text = config_text_read(&config, wrong[i][0], -EINVAL);

		if (!strstr(text, wrong[i][1]))
			fail_msg("case %zu says: %s", i, text);
		free(text);
	}
	config_text_take(&config,
			 "flow exporter E\n export-protocol ipfix\n transport tcp 4739\n"
			 "flow exporter F\n export-protocol netflow-v5\n"
			 "flow monitor M\n exporter E\n exporter F\n record netflow-original\n");
}

static void a_card_takes_so_many_monitors_and_no_more(void **state)
{
	char text[2000] = "card 1\n transport pci x\n", *said;

	(void)state;
	for (unsigned m = 0; m < 9; m++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "flow monitor M%u\n record netflow-original\ninterface Hu1/0/%u\n"
			 " ip flow monitor M%u input\n",
			 m, m % 8, m);
	said = config_text_read(&config, text, -EINVAL);
	assert_non_null(strstr(said, "x: card 1 would need more than 8 monitors"));
	free(said);
	/* On the way a file may need nine: M0 is on port 7 for IPv4 and not yet for IPv6. */
	snprintf(text, sizeof(text), "card 1\n transport pci x\n");
	for (unsigned m = 0; m < 8; m++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "flow monitor M%u\n record original-input\ninterface Hu1/0/%u\n"
			 " ip flow monitor M%u input\n ipv6 flow monitor M%u input\n",
			 m, m, m, m);
	strcat(text, " ip flow monitor M0 input\n ipv6 flow monitor M0 input\n");
	config_text_take(&config, text);
	said = config_text_read(
		&config,
		"card 1\n transport pci x\nflow monitor A\n record netflow-original\n"
		"flow monitor B\n record netflow-original\nflow monitor C\n"
		" record netflow-original\ninterface Hu1/0/0\n ip flow monitor A input\n"
		" ip flow monitor B input\ninterface Hu1/0/1\n ip flow monitor C output\n",
		-EINVAL);
	assert_non_null(strstr(said, "x:13: % Flow Monitor: an IPv4 packet of HundredGigE1/0/0 "
				     "would be metered more than 2 times"));
	free(said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_together_is_refused),
		cmocka_unit_test(what_no_pair_can_be_is_refused),
		cmocka_unit_test(what_a_pair_lacks_is_said),
		cmocka_unit_test(what_is_in_use_is_not_changed),
		cmocka_unit_test(a_record_is_not_put_over_another),
		cmocka_unit_test(protocols_take_what_they_can_say),
		cmocka_unit_test(a_card_takes_so_many_monitors_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
