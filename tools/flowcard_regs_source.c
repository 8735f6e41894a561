// SPDX-License-Identifier: BSD-2-Clause
#include "tools/flowcard_regs_source.h"

#include "ha/control_client.h"
#include <ctype.h>
#include <errno.h>
#include <flowcard/pci.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASK_MS 10000

static bool all_digits(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

int fc_regs_source_open(struct fc_regs_source *s, const char *where, const char *control,
			char *error, size_t error_octets)
{
	const char *slot = !strncmp(where, "slot:", 5) ? where + 5 : where;

	*s = (struct fc_regs_source){.where = where, .control = control, .slot = -1};
	if (all_digits(slot)) {
		s->slot = strtol(slot, NULL, 10);
		return 0;
	}
	if (!strncmp(where, "file:", 5)) {
		s->where = where + 5;
		return 0;
	}
	if (!access(where, F_OK))
		return 0;
	return fc_transport_open(where, &s->transport, error, error_octets);
}

bool fc_regs_source_live(const struct fc_regs_source *s)
{
	return s->transport || s->slot >= 0;
}

static int take_stream(FILE *in, struct fc_dump *dump, const char *what, char *error,
		       size_t error_octets)
{
	char why[200];
	int err = fc_dump_load(dump, in, why, sizeof(why));

	if (err)
		snprintf(error, error_octets, "%s: %s", what, *why ? why : strerror(-err));
	return err;
}

static int take_file(const char *path, struct fc_dump *dump, char *error, size_t error_octets)
{
	FILE *in = fopen(path, "r");
	int err;

	if (!in) {
		err = -errno;
		snprintf(error, error_octets, "%s: %s", path, strerror(-err));
		return err;
	}
	err = take_stream(in, dump, path, error, error_octets);
	fclose(in);
	return err;
}

static int take_slot(const struct fc_regs_source *s, bool latch, bool snapshot,
		     struct fc_dump *dump, char *error, size_t error_octets)
{
	char line[64], *reply;
	size_t octets;
	FILE *in;
	int err;

	snprintf(line, sizeof(line), "dump card %ld%s%s", s->slot, latch ? " latch" : "",
		 snapshot ? " snapshot" : "");
	err = fc_control_ask(s->control, line, ASK_MS, &reply, &octets, error, error_octets);
	if (err)
		return err;
	in = fmemopen(reply, octets, "r");
	err = in ? take_stream(in, dump, "flowcardd's answer", error, error_octets) : -errno;
	if (in)
		fclose(in);
	free(reply);
	return err;
}

int fc_regs_source_take(struct fc_regs_source *s, bool latch, bool snapshot, struct fc_dump *dump,
			char *error, size_t error_octets)
{
	int err;

	memset(dump, 0, sizeof(*dump));
	if (s->slot >= 0)
		return take_slot(s, latch, snapshot, dump, error, error_octets);
	if (snapshot || (latch && !s->transport)) {
		snprintf(error, error_octets, "%s: %s", s->where,
			 snapshot ? "the cache can only be copied into rings: ask the daemon that "
				    "owns them (slot:N)"
				  : "a saved dump cannot be latched");
		return -EINVAL;
	}
	if (!s->transport)
		return take_file(s->where, dump, error, error_octets);
	err = fc_dump_take(dump, s->transport, s->where, latch);
	if (err)
		snprintf(error, error_octets, "%s: after %zu registers: %s", s->where, dump->words,
			 strerror(-err));
	return err;
}

void fc_regs_source_close(struct fc_regs_source *s)
{
	if (s->transport)
		s->transport->ops->close(s->transport);
	s->transport = NULL;
}
