// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two units of a pair in one process, without cards, and an operator who cannot make up their mind:
 * whatever is typed at the active unit, and whichever that is, both have the same objects with the
 * same numbers at the same places, and keep what is their own. FC_SEED, FC_CHANGES and
 * FC_SWITCHOVERS choose others, and more.
 */
#include "tests/ha/config_lines.h"

#include <errno.h>
#include <ha/config_shared.h>
#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define HOT_MS 20000
#define CHANGES 150
#define SWITCHOVERS 1

static struct fc_unit units[2];
static char folder[] = "/tmp/fc-pair-config-XXXXXX";
static unsigned taken, refused;

static int nobody(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	(void)out;
	snprintf(error, octets, "%s: nobody there", where);
	return -ENODEV;
}

/* ------------------------------------------------------------------ two units */
static void make_key(void)
{
	char path[80];
	FILE *out;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	umask(077);
	out = fopen(path, "w");
	assert_non_null(out);
	for (unsigned i = 0; i < 32; i++)
		fprintf(out, "%02x", i * 5);
	fputc('\n', out);
	fclose(out);
}

/* Unit 2 has a card less. */
static void start_unit(unsigned u)
{
	static struct fc_config c;
	unsigned net = 1 + (unsigned)getpid() % 250;
	char text[800], error[200];
	FILE *in;

	snprintf(text, sizeof(text),
		 "hostname unit%u\nredundancy\n mode sso\n unit %u\n peer 127.9.%u.%u 127.9.%u.%u\n"
		 " key %s/key\n fencing witness file %s\ncard 1\n ring size-log2 %u\n%s",
		 u + 1, u + 1, net, u + 1, net, 2 - u, folder, folder, 11 + u,
		 u ? "" : "card 3\n description only here\n");
	in = fmemopen(text, strlen(text), "r");
	assert_int_equal(fc_config_read(&c, in, "text", stderr), 0);
	fclose(in);
	if (fc_unit_start(&units[u], &c, nobody, error, sizeof(error)))
		fail_msg("%s", error);
}

static enum fc_rf_state state_of(unsigned u)
{
	struct fc_show_redundancy *v;
	enum fc_rf_state state;

	assert_int_equal(fc_unit_redundancy_view(&units[u], &v), 0);
	state = v->rf.state;
	free(v);
	return state;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

#define await(condition)                                                                           \
	for (uint64_t until_ = now_ms() + HOT_MS; !(condition);                                    \
	     nanosleep(&(struct timespec){0, 5000000}, NULL))                                      \
		if (now_ms() > until_)                                                             \
			fail_msg("not within %d ms: %s", HOT_MS, #condition);

static bool is_pair(unsigned active)
{
	return state_of(active) == FC_RF_ACTIVE && state_of(!active) == FC_RF_STANDBY_HOT;
}

/* ------------------------------------------------------------------ both the same */
static bool shared_same(const struct fc_config *a, const struct fc_config *b)
{
	bool same = !memcmp((const void *)&a->fnf, (const void *)&b->fnf, sizeof(a->fnf));

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		same &= !memcmp((const void *)a->card[s].port, (const void *)b->card[s].port,
				sizeof(a->card[s].port));
	return same;
}

static bool both_same(void)
{
	const struct fc_config *a = fc_unit_config(&units[0]), *b = fc_unit_config(&units[1]);
	bool same = shared_same(a, b);

	fc_unit_config_release(a);
	fc_unit_config_release(b);
	return same;
}

static void own_is_kept(void)
{
	for (unsigned u = 0; u < 2; u++) {
		const struct fc_config *c = fc_unit_config(&units[u]);

		assert_int_equal(c->hostname[4], '1' + (char)u);
		assert_int_equal(c->redundancy.unit, u + 1);
		assert_int_equal(c->card[1].ring_log2, 11 + u);
		assert_string_equal(c->card[3].description, u ? "" : "only here");
		fc_unit_config_release(c);
	}
}

static void change(struct config_lines *from, unsigned active)
{
	struct fc_config_cursor cursor = {0};
	char line[CONFIG_LINES_MAX][128];
	unsigned lines = config_lines_next(from, line);

	for (unsigned l = 0; l < lines; l++) {
		struct fc_syntax_line said;

		if (fc_unit_line(&units[active], &cursor, line[l], &said))
			refused++;
		else
			taken++;
	}
}

static unsigned number(const char *name, unsigned fallback)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : fallback;
}

static void both_units_have_the_same_whatever_is_typed(void **state)
{
	static const unsigned slots[] = {1, 3};
	unsigned seed = number("FC_SEED", 20261123), changes = number("FC_CHANGES", CHANGES);
	unsigned switchovers = number("FC_SWITCHOVERS", SWITCHOVERS);
	struct config_lines from = {
		.random = seed | 1, .slot = slots, .slots = 2, .ports = 3, .collector_port = 9};

	(void)state;
	print_message("FC_SEED=%u\n", seed);
	make_key();
	for (unsigned u = 0; u < 2; u++)
		start_unit(u);
	await(is_pair(0));
	for (unsigned s = 0; s <= switchovers; s++) {
		char text[FC_RF_TEXT];

		for (unsigned n = 0; n < changes; n++) {
			change(&from, s % 2);
			if (!config_lines_below(&from, 20))
				await(both_same());
		}
		await(both_same());
		own_is_kept();
		await(is_pair(s % 2));
		if (s == switchovers)
			break;
		assert_int_equal(fc_unit_redundancy_order(&units[s % 2], FC_REDUNDANCY_FORCE, text),
				 0);
		await(is_pair(!(s % 2)));
	}
	print_message("%u lines taken, %u refused\n", taken, refused);
	assert_true(taken > changes && refused > changes / 10);
}

static int teardown(void **state)
{
	char path[80];

	(void)state;
	for (unsigned u = 0; u < 2; u++)
		fc_unit_stop(&units[u]);
	snprintf(path, sizeof(path), "rm -r %s", folder);
	return system(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(both_units_have_the_same_whatever_is_typed, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
