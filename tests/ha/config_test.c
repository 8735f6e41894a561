// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/config_text.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <ha/config.h>
#include <ha/config_align.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fc_config config;

/* ------------------------------------------------------------------ a configuration */
static const char whole[] = "hostname pe1\n"
			    "flow record PAIRS\n"
			    " description who with whom\n"
			    " collect counter packets long\n"
			    " match ipv4 source prefix minimum-mask 24\n"
			    " match ipv4 destination address\n"
			    "flow exporter OUT\n"
			    " destination 192.0.2.1 vrf mgmt\n"
			    " source 192.0.2.2\n"
			    " transport udp 2055\n"
			    " export-protocol ipfix\n"
			    " template data timeout 60\n"
			    " option sampler-table timeout 30\n"
			    "flow monitor M\n"
			    " record PAIRS\n"
			    " exporter OUT\n"
			    " cache timeout active 60\n"
			    " cache timeout inactive 5\n"
			    "flow monitor BOTH\n"
			    " record original-input\n"
			    " cache type immediate\n"
			    "sampler TENTH\n"
			    " mode random 1 out-of 10\n"
			    "card 7\n"
			    " transport vfio-user /run/card-7.sock\n"
			    "card 3\n"
			    " transport pci 0000:03:00.0\n"
			    " ring size-log2 12\n"
			    " card-loss exit\n"
			    " worker wait poll\n"
			    " worker cpu 1\n"
			    "interface HundredGigE3/0/0\n"
			    " ip flow monitor M sampler TENTH input\n"
			    "interface hu 3/0/1\n"
			    " description uplink\n"
			    " ip flow monitor BOTH input\n"
			    " ipv6 flow monitor BOTH input\n"
			    "interface Hu3/0/2\n"
			    " ip flow monitor BOTH input\n"
			    " ip flow monitor M output\n";

static void a_whole_configuration_is_understood(void **state)
{
	const struct fc_fnf *f = &config.fnf;
	const struct fc_fnf_record *r;

	(void)state;
	config_text_take(&config, whole);
	assert_string_equal(config.hostname, "pe1");
	r = &f->record[f->monitor[0].record];
	assert_string_equal(r->name, "PAIRS");
	assert_int_equal(r->fields, 3);
	assert_string_equal(r->field[0].field->name, "ipv4 source prefix"); /* keys first */
	assert_int_equal(r->field[0].argument, 24);
	assert_false(r->field[2].key);
	assert_int_equal(f->exporter[0].protocol, FC_PROTOCOL_IPFIX);
	assert_string_equal(f->exporter[0].vrf, "mgmt");
	assert_int_equal(f->exporter[0].port, 2055);
	assert_int_equal(f->exporter[0].template_seconds, 60);
	assert_true(f->exporter[0].option[FC_OPTION_SAMPLERS]);
	assert_int_equal(f->exporter[0].option_seconds[FC_OPTION_SAMPLERS], 30);
	assert_int_equal(f->monitor[0].active_s, 60);
	assert_int_equal(f->monitor[1].active_s, 1800);
	assert_int_equal(f->monitor[1].cache, FC_CACHE_IMMEDIATE);
	assert_int_equal(f->monitor[0].exporter[0], 0);
	assert_int_equal(f->monitor[1].exporter[0], FC_FNF_NONE);
	assert_int_equal(f->sampler[0].window, 10);
}

static void cards_and_interfaces_are_understood(void **state)
{
	struct fc_config_port *port = config.card[3].port;

	(void)state;
	config_text_take(&config, whole);
	assert_string_equal(config.card[7].where, "vfio-user:/run/card-7.sock");
	assert_string_equal(config.card[3].where, "0000:03:00.0");
	assert_int_equal(config.card[3].ring_log2, 12);
	assert_true(config.card[3].loss_exit);
	assert_int_equal(config.card[3].wait, FC_CONFIG_WAIT_POLL);
	assert_int_equal(config.card[3].cpu, 1);
	assert_int_equal(config.card[7].cpu, FC_CONFIG_NONE);
	assert_int_equal(port[0].binding[FC_CONFIG_INPUT][FC_CONFIG_IPV4][0].monitor, 0);
	assert_int_equal(port[0].binding[FC_CONFIG_INPUT][FC_CONFIG_IPV4][0].sampler, 0);
	assert_int_equal(port[1].binding[FC_CONFIG_INPUT][FC_CONFIG_IPV6][0].monitor, 1);
	assert_int_equal(port[1].binding[FC_CONFIG_INPUT][FC_CONFIG_IPV6][0].sampler,
			 FC_CONFIG_NONE);
	assert_int_equal(port[2].binding[FC_CONFIG_OUTPUT][FC_CONFIG_IPV4][0].monitor, 0);
	assert_string_equal(port[1].description, "uplink");
}

/* Every line of the section in the order in which it is written; defaults are left out. */
static void a_pair_is_understood_and_written(void **state)
{
	static const char text[] = "!\nredundancy\n mode sso\n unit 2\n"
				   " peer 192.0.2.2 192.0.2.1 port 4900\n"
				   " heartbeat path 1 192.0.2.2 192.0.2.1\n"
				   " heartbeat path 2 2001:db8::2 2001:db8::1 port 5000\n"
				   " heartbeat interval 10 misses 5\n"
				   " certificate /c.pem key /k.pem authority /a.pem\n"
				   " fencing witness etcd http://e:2379/pair\n"
				   " feed dual skew 20\n traffic-hook /bin/move it  here\n"
				   " maintenance-mode\n!\n";
	static const char defaults[] =
		"redundancy\n mode none\n fencing none\n feed dual skew 1000\n"
		" heartbeat interval 50 misses 3\n feed single\n";
	static const struct fc_config_what pair = {.part = FC_CONFIG_PAIR};
	const struct fc_config_redundancy *r = &config.redundancy;
	char *written = NULL;
	size_t octets;
	FILE *out;

	(void)state;
	config_text_take(&config, text);
	assert_true(r->mode == FC_CONFIG_MODE_SSO && r->unit == 2 && r->peer.port == 4900);
	assert_string_equal(r->path[1].remote, "2001:db8::1");
	assert_true(r->path[0].port == 0 && r->interval_ms == 10 && r->misses == 5);
	assert_string_equal(r->authority, "/a.pem");
	assert_string_equal(r->fencing, "witness etcd http://e:2379/pair");
	assert_true(r->feed == FC_CONFIG_FEED_DUAL && r->skew_us == 20 && r->maintenance);
	assert_string_equal(r->hook, "/bin/move it  here");
	out = open_memstream(&written, &octets);
	assert_int_equal(fc_config_write(&config, &pair, out), 0);
	fclose(out);
	assert_string_equal(written, text);
	free(written);
	config_text_take(&config, defaults);
	assert_memory_equal(r, &(struct fc_config_redundancy){0}, sizeof(*r));
}

static void monitors_of_a_card_follow_from_its_ports(void **state)
{
	struct fc_config_need n[FC_CARD_MONITORS_MAX];
	int which[FC_CARD_MONITORS_MAX];
	struct fc_card_monitor m[FC_CARD_MONITORS_MAX];

	(void)state;
	config_text_take(&config, whole);
	assert_int_equal(fc_config_needs(&config.fnf, config.card[3].port, n), 3);
	assert_int_equal(n[0].monitor, 0);
	assert_int_equal(n[0].ports, 1);
	assert_int_equal(n[0].ports_out, 4);
	assert_true(n[0].ipv4 && !n[0].ipv6);
	assert_int_equal(n[0].sampler[FC_CONFIG_INPUT][0], 0);
	assert_int_equal(n[0].sampler[FC_CONFIG_OUTPUT][2], FC_CONFIG_NONE);
	assert_int_equal(n[1].ports, 2 | 4); /* IPv4 on two ports */
	assert_int_equal(n[2].ports, 2);     /* IPv6 on one */
	assert_true(n[2].ipv6 && !n[2].ipv4);
	assert_int_equal(fc_config_crowd(n, 3, 2, false), 1);
	assert_int_equal(fc_config_crowd(n, 3, 3, false), 1); /* output of port 2 */
	assert_int_equal(fc_config_card_monitors(&config, 3, m, which), 3);
	assert_int_equal(m[1].immediate, 1);
	assert_int_equal(which[2], 1);
	assert_int_equal(fc_config_card_monitors(&config, 7, m, which), 0);
}

static void a_record_with_finer_keys_for_one_ip_version_takes_two_monitors(void **state)
{
	struct fc_config_need n[FC_CARD_MONITORS_MAX];

	(void)state;
	config_text_take(&config, "flow record R\n match ipv4 source prefix minimum-mask 16\n"
				  " match ipv6 source address\nflow monitor M\n record R\n"
				  "card 1\n transport pci x\ninterface Hu1/0/0\n"
				  " ip flow monitor M input\n ipv6 flow monitor M input\n");
	assert_int_equal(fc_config_needs(&config.fnf, config.card[1].port, n), 2);
	assert_memory_equal(fc_vec_src(n[0].mask), "\xff\xff\0\0\0", 5);
	assert_memory_equal(fc_vec_src(n[1].mask), "\xff\xff\xff\xff\xff", 5);
}

static void ip_versions_with_different_samplers_take_two_monitors(void **state)
{
	struct fc_config_need n[FC_CARD_MONITORS_MAX];

	(void)state;
	config_text_take(&config,
			 "sampler S\n mode deterministic 1 out-of 9\nflow monitor M\n"
			 " record original-input\ncard 1\n transport pci x\ninterface Hu1/0/0\n"
			 " ip flow monitor M sampler S input\n ipv6 flow monitor M input\n");
	assert_int_equal(fc_config_needs(&config.fnf, config.card[1].port, n), 2);
	assert_int_equal(n[0].sampler[FC_CONFIG_INPUT][0], 0);
	assert_int_equal(n[1].sampler[FC_CONFIG_INPUT][0], FC_CONFIG_NONE);
	config_text_take(
		&config,
		"sampler S\n mode deterministic 1 out-of 9\nflow monitor M\n"
		" record original-input\ncard 1\n transport pci x\ninterface Hu1/0/0\n"
		" ip flow monitor M sampler S input\n ipv6 flow monitor M sampler S input\n");
	assert_int_equal(fc_config_needs(&config.fnf, config.card[1].port, n), 1);
}

static void a_bad_line_is_shown_with_number_and_caret(void **state)
{
	char *text = config_text_read(
		&config, "hostname a\nflow exporter E\n destination h\n  transport ucp 5\n",
		-EINVAL);

	(void)state;
	assert_string_equal(text, "x:4: Invalid input detected at '^' marker.\n"
				  "    transport ucp 5\n"
				  "              ^\n");
	free(text);
}

static void octets_that_are_no_text_hide_no_line(void **state)
{
	static char text[] = "hostname a\0b\nhostname c\n";
	static struct fc_config c;
	FILE *in = fmemopen(text, sizeof(text) - 1, "r");
	char *said;
	size_t octets;
	FILE *out = open_memstream(&said, &octets);

	(void)state;
	assert_int_equal(fc_config_read(&c, in, "x", out), -EINVAL);
	fclose(in);
	fclose(out);
	assert_non_null(strstr(said, "x:1: Only printable ASCII"));
	assert_string_equal(c.hostname, "c"); /* the second line was looked at */
	free(said);
}

/* ------------------------------------------------------------------ sessions */
static void the_cursor_follows_the_sections(void **state)
{
	struct fc_config_cursor c = {FC_CONFIG_GLOBAL};
	struct fc_syntax_line line;

	(void)state;
	fc_config_init(&config);
	assert_int_equal(fc_config_line(&config, &c, "flow record R", &line), 0);
	assert_string_equal(fc_config_prompt(&c), "config-flow-record");
	assert_int_equal(fc_config_line(&config, &c, "mat ipv4 so a", &line), 0);
	assert_int_equal(fc_config_line(&config, &c, "exporter E", &line), -EINVAL);
	assert_int_equal(c.mode, FC_CONFIG_RECORD);
	assert_int_equal(fc_config_line(&config, &c, "flow monitor M", &line), 0);
	assert_int_equal(c.mode, FC_CONFIG_MONITOR);
	assert_int_equal(fc_config_line(&config, &c, "exit", &line), 0);
	assert_int_equal(c.mode, FC_CONFIG_GLOBAL);
	assert_false(c.ended);
	assert_int_equal(fc_config_line(&config, &c, "exit", &line), 0);
	assert_true(c.ended);
	assert_int_equal(fc_config_line(&config, &c, "sampler S", &line), 0);
	assert_false(c.ended);
	assert_int_equal(fc_config_line(&config, &c, "end", &line), 0);
	assert_true(c.ended && c.mode == FC_CONFIG_GLOBAL);
}

static void a_section_that_is_gone_takes_no_lines(void **state)
{
	struct fc_config_cursor mine = {FC_CONFIG_GLOBAL}, other = {FC_CONFIG_GLOBAL};
	struct fc_syntax_line line;

	(void)state;
	fc_config_init(&config);
	assert_int_equal(fc_config_line(&config, &mine, "sampler S", &line), 0);
	assert_int_equal(fc_config_line(&config, &other, "no sampler S", &line), 0);
	assert_int_equal(fc_config_line(&config, &mine, "mode random 1 out-of 2", &line), -EINVAL);
	assert_string_equal(line.message, "% S has been removed");
	assert_int_equal(fc_config_line(&config, &mine, "exit", &line), 0);
}

static void the_secret_is_kept_hashed(void **state)
{
	char *text, *copy;
	size_t octets;
	FILE *out;

	(void)state;
	config_text_take(&config, "enable secret swordfish\n");
	assert_memory_equal(config.secret, "$6$", 3);
	assert_true(fc_config_secret_fits(&config, "swordfish"));
	assert_false(fc_config_secret_fits(&config, "Swordfish"));
	out = open_memstream(&text, &octets);
	assert_int_equal(fc_config_write(&config, NULL, out), 0);
	fclose(out);
	assert_null(strstr(text, "swordfish"));
	copy = config_text_read(&config, text, 0);
	assert_true(fc_config_secret_fits(&config, "swordfish"));
	free(copy);
	free(text);
	config_text_take(&config, "enable secret 0 x\nno enable secret\n");
	assert_false(fc_config_secret_fits(&config, "x"));
	assert_false(fc_config_secret_fits(&config, ""));
	free(config_text_read(&config, "enable secret 6 x\n", -EINVAL));
}

/* ------------------------------------------------------------------ a reload */
static void names_keep_their_numbers_over_a_reload(void **state)
{
	static struct fc_config running;
	const struct fc_fnf *f = &config.fnf;

	(void)state;
	config_text_take(&config,
			 "flow exporter A\n destination a\nflow exporter B\n destination b\n"
			 "flow monitor M\n record netflow-original\n exporter B\n");
	running = config;
	config_text_take(&config,
			 "flow exporter C\n destination c\nflow exporter B\n destination bb\n"
			 "flow monitor N\n record netflow-original\n exporter C\n"
			 "flow monitor M\n record netflow-original\n exporter B\n"
			 "card 1\n transport pci x\n"
			 "interface Hu1/0/0\n ip flow monitor M input\n");
	fc_config_align(&config, &running);
	assert_string_equal(f->exporter[1].name, "B");
	assert_string_equal(f->exporter[1].destination, "bb");
	assert_int_equal(f->exporter[1].id, running.fnf.exporter[1].id);
	assert_string_equal(f->exporter[0].name, ""); /* A is gone, C took a free number */
	assert_string_equal(f->exporter[2].name, "C");
	assert_int_equal(f->exporter[2].id, running.fnf.next_id + 1); /* never used before */
	assert_string_equal(f->monitor[0].name, "M");
	assert_int_equal(f->monitor[0].exporter[0], 1);
	assert_int_equal(f->monitor[1].exporter[0], 2);
	assert_int_equal(f->monitor[0].id, running.fnf.monitor[0].id);
	assert_int_equal(config.card[1].port[0].binding[0][FC_CONFIG_IPV4][0].monitor, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_configuration_is_understood),
		cmocka_unit_test(cards_and_interfaces_are_understood),
		cmocka_unit_test(a_pair_is_understood_and_written),
		cmocka_unit_test(monitors_of_a_card_follow_from_its_ports),
		cmocka_unit_test(a_record_with_finer_keys_for_one_ip_version_takes_two_monitors),
		cmocka_unit_test(ip_versions_with_different_samplers_take_two_monitors),
		cmocka_unit_test(a_bad_line_is_shown_with_number_and_caret),
		cmocka_unit_test(octets_that_are_no_text_hide_no_line),
		cmocka_unit_test(the_cursor_follows_the_sections),
		cmocka_unit_test(a_section_that_is_gone_takes_no_lines),
		cmocka_unit_test(the_secret_is_kept_hashed),
		cmocka_unit_test(names_keep_their_numbers_over_a_reload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
