// SPDX-License-Identifier: BSD-2-Clause
/*
 * An operator who changes a running unit at random, and then looks whether everybody agrees.
 *   random_changes SOCKET SEED CHANGES COLLECTOR-PORT SLOT...
 * After every tenth of the changes: all brokers' cards are current, and the registers of each card
 * are what the running configuration needs of it. Exit status 0; 1: no; 2: usage.
 */
#include "tests/ha/config_lines.h"

#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <ha/clock.h>
#include <ha/config.h>
#include <ha/control_client.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define AGREE_MS 60000
#define LOOK_MS 20
#define SLOTS_MAX 4

struct run {
	struct fc_control_talk talk;
	struct config_lines lines;
	unsigned slot[SLOTS_MAX], slots;
	unsigned changes, said, refused, compared;
	uint64_t longest_ns, sum_ns;
};

/* The whole answer, the caller's to free; the connection's end is the program's. */
static char *ask(struct run *r, const char *line, int *err)
{
	size_t octets;
	char *text;
	FILE *out = open_memstream(&text, &octets);

	*err = fc_control_say(&r->talk, line, out);
	fclose(out);
	if (*err && *err != -EREMOTEIO) {
		fprintf(stderr, "FAILED: %s: %s\n", line, strerror(-*err));
		exit(1);
	}
	return text;
}

static void say(struct run *r, const char *line)
{
	uint64_t from = fc_clock_ns(), took;
	int err;

	free(ask(r, line, &err));
	took = fc_clock_ns() - from;
	r->said++;
	r->refused += err != 0;
	r->sum_ns += took;
	if (took > r->longest_ns)
		r->longest_ns = took;
}

static void change(struct run *r, unsigned count)
{
	char line[CONFIG_LINES_MAX][128];

	say(r, "configure terminal");
	for (unsigned i = 0; i < count; i++) {
		unsigned lines = config_lines_next(&r->lines, line);

		for (unsigned n = 0; n < lines; n++)
			say(r, line[n]);
	}
	say(r, "end");
}

/* ------------------------------------------------------------------ brokers */
static bool current(struct run *r, const char *kind)
{
	char command[100], *text;
	json_t *j, *card;
	unsigned count = 0;
	size_t i;
	int err;

	snprintf(command, sizeof(command), "show %s broker | json", kind);
	text = ask(r, command, &err);
	j = json_loads(text, 0, NULL);
	free(text);
	json_array_foreach(json_object_get(j, "linecards"), i, card) count +=
		!strcmp(json_string_value(json_object_get(card, "state")), "enabled") &&
		!json_integer_value(json_object_get(card, "pending"));
	json_decref(j);
	return count == r->slots;
}

static bool all_current(struct run *r)
{
	return current(r, "sampler") && current(r, "flow exporter") && current(r, "flow record") &&
	       current(r, "flow monitor");
}

/* ------------------------------------------------------------------ registers */
static uint32_t reg(const struct fc_dump *dump, uint32_t offset)
{
	uint32_t value = 0;

	if (!fc_dump_get(dump, offset, &value))
		fprintf(stderr, "no register at 0x%x in the dump\n", (unsigned)offset);
	return value;
}

static bool same_samplers(const struct fc_config *c, const struct fc_config_need *need,
			  const struct fc_dump *dump, unsigned m)
{
	for (unsigned at = 0; at < 2 * FC_CARD_PORTS_MAX; at++) {
		unsigned d = at / FC_CARD_PORTS_MAX, p = at % FC_CARD_PORTS_MAX;
		uint32_t have, mode = 0, window = 1;

		if (!((d ? need->ports_out : need->ports) >> p & 1))
			continue;
		have = reg(dump, FC_REG_SAMPLER_CONTROL(16 * m + at));
		if (need->sampler[d][p] != FC_CONFIG_NONE) {
			mode = c->fnf.sampler[need->sampler[d][p]].mode;
			window = c->fnf.sampler[need->sampler[d][p]].window;
		}
		if ((have & FC_REG_SAMPLER_CONTROL_MODE_MASK) >>
			    FC_REG_SAMPLER_CONTROL_MODE_SHIFT !=
		    mode)
			return false;
		if (mode && (have & FC_REG_SAMPLER_CONTROL_WINDOW_MASK) >>
					    FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT !=
				    window - 1)
			return false;
	}
	return true;
}

static bool same_monitor(const struct fc_config *c, const struct fc_config_need *need,
			 const struct fc_dump *dump, unsigned m)
{
	uint32_t control = FC_REG_MONITOR_CONTROL_ENABLE_MASK;

	if (need->ipv4)
		control |= FC_REG_MONITOR_CONTROL_IPV4_MASK;
	if (need->ipv6)
		control |= FC_REG_MONITOR_CONTROL_IPV6_MASK;
	if (c->fnf.monitor[need->monitor].cache == FC_CACHE_IMMEDIATE)
		control |= FC_REG_MONITOR_CONTROL_IMMEDIATE_MASK;
	for (unsigned i = 0; i < FC_VECTOR_WORDS; i++)
		if (reg(dump, FC_REG_MONITOR_MASK(m, i)) != need->mask[i])
			return false;
	return reg(dump, FC_REG_MONITOR_CONTROL(m)) == control &&
	       reg(dump, FC_REG_MONITOR_PORTS(m)) == need->ports &&
	       reg(dump, FC_REG_MONITOR_PORTS_OUT(m)) == need->ports_out &&
	       same_samplers(c, need, dump, m);
}

/* The card may be being programmed: then it is asked again. */
static char *take_dump(struct run *r, unsigned slot)
{
	char command[100], *text;
	int err = -EBUSY;

	snprintf(command, sizeof(command), "dump card %u", slot);
	for (unsigned ms = 0; err && ms < AGREE_MS; ms += LOOK_MS) {
		text = ask(r, command, &err);
		if (!err)
			return text;
		free(text);
		nanosleep(&(struct timespec){0, LOOK_MS * 1000000L}, NULL);
	}
	fprintf(stderr, "FAILED: %s: %s\n", command, r->talk.refusal);
	exit(1);
}

/* Each need has a place of its own, and nothing else is on. */
static bool card_agrees(struct run *r, const struct fc_config *c, unsigned slot)
{
	struct fc_config_need need[FC_CARD_MONITORS_MAX];
	int err, count = fc_config_needs(&c->fnf, c->card[slot].port, need), on = 0;
	char error[200] = "", *text;
	bool used[FC_CARD_MONITORS_MAX] = {false};
	struct fc_dump dump;
	FILE *in;

	text = take_dump(r, slot);
	in = fmemopen(text, strlen(text), "r");
	err = fc_dump_load(&dump, in, error, sizeof(error));
	fclose(in);
	free(text);
	if (err) {
		fprintf(stderr, "FAILED: dump card %u: %s\n", slot, error);
		exit(1);
	}
	for (unsigned m = 0; m < FC_CARD_MONITORS_MAX; m++)
		on += reg(&dump, FC_REG_MONITOR_CONTROL(m)) & FC_REG_MONITOR_CONTROL_ENABLE_MASK;
	err = on != count;
	for (int n = 0; !err && n < count; n++) {
		unsigned m = 0;

		while (m < FC_CARD_MONITORS_MAX &&
		       (used[m] || !same_monitor(c, &need[n], &dump, m)))
			m++;
		err = m == FC_CARD_MONITORS_MAX;
		if (!err)
			used[m] = true;
	}
	fc_dump_free(&dump);
	if (err)
		fprintf(stderr, "card %u has %d monitors on, the configuration needs %d\n", slot,
			on, count);
	r->compared += (unsigned)count;
	return !err;
}

static bool cards_agree(struct run *r)
{
	struct fc_config *c = calloc(1, sizeof(*c));
	int err;
	char *text = ask(r, "show running-config", &err);
	char *from = strstr(text, "Current configuration"), *end = strstr(text, "\nend");
	FILE *in;
	bool agree;

	/* Above it stands what a router says, too. */
	from = from ? strchr(from, '\n') + 1 : text;
	if (end)
		end[1] = '\0';
	in = fmemopen(from, strlen(from), "r");
	agree = c && !err && !fc_config_read(c, in, "running-config", stderr);
	fclose(in);
	free(text);
	for (unsigned s = 0; s < r->slots && agree; s++)
		agree = card_agrees(r, c, r->slot[s]);
	free(c);
	return agree;
}

static bool in_time(struct run *r, bool (*what)(struct run *r))
{
	for (unsigned ms = 0; ms < AGREE_MS; ms += LOOK_MS) {
		if (what(r))
			return true;
		nanosleep(&(struct timespec){0, LOOK_MS * 1000000L}, NULL);
	}
	return false;
}

static int run(struct run *r)
{
	for (unsigned part = 0; part < 10; part++) {
		change(r, r->changes / 10);
		if (!in_time(r, all_current)) {
			fprintf(stderr, "FAILED: cards are not current\n");
			return 1;
		}
		if (!cards_agree(r)) {
			fprintf(stderr, "FAILED: cards and running configuration differ\n");
			return 1;
		}
	}
	printf("%u changes in %u lines, %u refused; a line took %.2f ms at most, %.3f on average; "
	       "%u monitors compared\n",
	       r->changes / 10 * 10, r->said, r->refused, (double)r->longest_ns / 1e6,
	       (double)r->sum_ns / 1e6 / r->said, r->compared);
	return r->compared ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct run r = {.talk = {.silence_ms = 60000}};
	int err;

	if (argc < 6 || argc > 5 + SLOTS_MAX) {
		fprintf(stderr,
			"usage: random_changes SOCKET SEED CHANGES COLLECTOR-PORT SLOT...\n");
		return 2;
	}
	for (int i = 5; i < argc; i++)
		r.slot[r.slots++] = (unsigned)strtoul(argv[i], NULL, 0);
	r.changes = (unsigned)strtoul(argv[3], NULL, 0);
	r.lines = (struct config_lines){.random = 2 * strtoull(argv[2], NULL, 0) + 1,
					.slot = r.slot,
					.slots = r.slots,
					.ports = 2,
					.collector_port = (unsigned)strtoul(argv[4], NULL, 0)};
	err = fc_control_open_talk(&r.talk, argv[1]);
	if (err) {
		fprintf(stderr, "FAILED: %s: %s\n", argv[1], strerror(-err));
		return 1;
	}
	err = run(&r);
	close(r.talk.fd);
	return err;
}
