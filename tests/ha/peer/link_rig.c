// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/peer/link_rig.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PERIOD = 256 }; /* of the octets in a message */

struct rig_end rig_end[3];

static char folder[64], address[3][32], log_path[128];
static int standard_error = -1;

/* ------------------------------------------------------------------ files */
const char *rig_folder(void)
{
	return folder;
}

const char *rig_address(unsigned unit)
{
	return address[unit];
}

const char *rig_key(const char *name, const char *text)
{
	static char path[128];
	FILE *out;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	out = fdopen(fd, "w");
	assert_non_null(out);
	fputs(text ? text
		   : "# a key\n00112233445566778899aabbccddeeff\n"
		     "00112233445566778899AABBCCDDEEFF\n",
	      out);
	fclose(out);
	return path;
}

unsigned rig_lines(const char *text)
{
	static char log[1 << 20];
	unsigned lines = 0;
	FILE *in = fopen(log_path, "r");
	size_t octets;

	assert_non_null(in);
	octets = fread(log, 1, sizeof(log) - 1, in);
	log[octets] = 0;
	fclose(in);
	for (const char *at = log; *at && (at = strstr(at, text)); at++)
		lines++;
	return lines;
}

bool rig_logged(const char *text)
{
	return rig_lines(text) > 0;
}

static int open_log(void)
{
	int fd = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

	if (fd < 0)
		return -1;
	standard_error = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	return close(fd);
}

static void close_log(void)
{
	static char text[1 << 16];
	FILE *in = fopen(log_path, "r");
	size_t octets = in ? fread(text, 1, sizeof(text), in) : 0;

	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	if (in)
		fclose(in);
	fwrite(text, 1, octets, stderr);
}

int rig_set_up(void **state)
{
	static unsigned count;
	unsigned net = (unsigned)getpid() & 0xffff;

	(void)state;
	count = (count + 1) % 60;
	for (unsigned unit = 0; unit <= 2; unit++)
		snprintf(address[unit], sizeof(address[unit]), "127.%u.%u.%u", 1 + net / 256 % 250,
			 net % 256, 4 * count + 1 + unit);
	snprintf(folder, sizeof(folder), "/tmp/fc-peer-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(log_path, sizeof(log_path), "%s/log", folder);
	memset(rig_end, 0, sizeof(rig_end));
	return open_log();
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

int rig_tear_down(void **state)
{
	(void)state;
	/* Each reads the other's farewell: no close has to wait for it. */
	for (unsigned unit = 1; unit <= 2; unit++)
		if (rig_end[unit].link)
			fc_link_hang_up(rig_end[unit].link, FC_LINK_DOWN_LOCAL, "the test is over");
	rig_run(10, NULL);
	for (unsigned unit = 1; unit <= 2; unit++) {
		fc_link_close(rig_end[unit].link);
		rig_end[unit].link = NULL;
	}
	close_log();
	return nftw(folder, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

/* ------------------------------------------------------------------ links */
struct fc_link_config rig_config(unsigned unit)
{
	struct fc_link_config c = {.unit = unit, .peer = 3 - unit, .port = RIG_PORT};

	snprintf(c.local, sizeof(c.local), "%s", address[unit]);
	snprintf(c.remote, sizeof(c.remote), "%s", address[3 - unit]);
	for (unsigned p = 0; p < FC_LINK_PATHS; p++) {
		snprintf(c.path[p].local, sizeof(c.path[p].local), "%s", address[unit]);
		snprintf(c.path[p].remote, sizeof(c.path[p].remote), "%s", address[3 - unit]);
		c.path[p].port = (uint16_t)(RIG_PORT + p);
	}
	/* The machine is busy with other tests. */
	c.interval_ms = 100;
	c.misses = 5;
	/* Once: a unit in a process of its own may be reading it. */
	snprintf(c.key_file, sizeof(c.key_file), "%s/pair.key", folder);
	if (access(c.key_file, F_OK))
		rig_key("pair.key", NULL);
	return c;
}

void rig_open(unsigned unit, const struct fc_link_config *config)
{
	char why[FC_LINK_TEXT];

	if (fc_link_open(config, &rig_end[unit].link, why))
		fail_msg("unit %u: %s", unit, why);
}

void rig_open_pair(void)
{
	for (unsigned unit = 1; unit <= 2; unit++) {
		struct fc_link_config config = rig_config(unit);

		rig_open(unit, &config);
	}
	if (!rig_run(5000, rig_both_up))
		fail_msg("no session");
}

bool rig_both_up(void)
{
	return rig_end[1].ups > rig_end[1].downs && rig_end[2].ups > rig_end[2].downs;
}

bool rig_unit_2_down(void)
{
	return rig_end[2].downs > 0;
}

bool rig_unit_2_refused(void)
{
	return rig_stats(2).refused > 0;
}

bool rig_beats_came(void)
{
	return rig_stats(1).path[0].received > 3 && rig_stats(1).path[1].received > 3 &&
	       rig_stats(2).path[0].received > 3 && rig_stats(2).path[1].received > 3;
}

static unsigned wanted;

static bool unit_2_has_them(void)
{
	return rig_end[2].messages >= wanted;
}

bool rig_unit_2_gets(unsigned messages, unsigned ms)
{
	wanted = messages;
	return rig_run(ms, unit_2_has_them);
}

void rig_expect_down(enum fc_link_down reason, const char *why)
{
	assert_true(rig_run(3000, rig_unit_2_down));
	assert_int_equal(rig_end[2].down.reason, reason);
	if (!strstr(rig_end[2].down.why, why))
		fail_msg("\"%s\" has no \"%s\"", rig_end[2].down.why, why);
	assert_true(rig_logged(why));
}

/* Octet i of the value of a message that rig_message made. */
static uint8_t octet_of(size_t octets, size_t i)
{
	return (uint8_t)(i * 7 + octets);
}

static void check_value(const struct fc_message *m)
{
	struct fc_message_field field;

	assert_int_equal(fc_message_find(m, 1, &field), 0);
	for (size_t i = 0; i < field.octets; i += 1 + i / 8)
		assert_int_equal(field.value[i], octet_of(field.octets, i));
	if (field.octets)
		assert_int_equal(field.value[field.octets - 1],
				 octet_of(field.octets, field.octets - 1));
}

static void note(struct rig_end *end, struct fc_link_report *report)
{
	if (report->event == FC_LINK_UP) {
		end->ups++;
		end->up = *report;
		end->last = 0;
	} else if (report->event == FC_LINK_DOWN) {
		end->downs++;
		end->down = *report;
	} else {
		end->messages++;
		assert_true(report->message->number == end->last + 1);
		end->last = report->message->number;
		end->octets += report->message->octets;
		check_value(report->message);
		if (end->on_message)
			end->on_message(end, report->message);
		else
			fc_message_free(report->message);
	}
}

void rig_step(unsigned unit, unsigned timeout_ms)
{
	struct rig_end *end = &rig_end[unit];
	struct fc_link_report report;

	if (!end->link || fc_link_step(end->link, timeout_ms, &report) == 0)
		return;
	note(end, &report);
	/* The rest of what has come already. */
	while (fc_link_step(end->link, 0, &report) == 1)
		note(end, &report);
}

bool rig_run(unsigned ms, bool (*until)(void))
{
	uint64_t end = fc_clock_ms() + ms;

	do {
		if (until && until())
			return true;
		rig_step(1, 1);
		rig_step(2, 1);
	} while (fc_clock_ms() < end);
	return until && until();
}

struct fc_message *rig_message(enum fc_message_type type, size_t octets)
{
	struct fc_message *m = fc_message_create(type, FC_MESSAGE_FIELD + octets);
	uint8_t *value;

	assert_non_null(m);
	value = fc_message_reserve(m, 1, octets);
	for (size_t i = 0; i < octets && i < PERIOD; i++)
		value[i] = octet_of(octets, i);
	for (size_t i = PERIOD; i < octets; i += PERIOD)
		memcpy(value + i, value, octets - i < PERIOD ? octets - i : PERIOD);
	return m;
}

struct fc_link_stats rig_stats(unsigned unit)
{
	struct fc_link_stats stats;

	fc_link_stats(rig_end[unit].link, &stats);
	return stats;
}
