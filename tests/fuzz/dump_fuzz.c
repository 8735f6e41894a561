// SPDX-License-Identifier: BSD-2-Clause
/* A saved dump from anywhere: loaded, printed, compared, judged, saved; what was saved loads the
 * same. */
#include <flowcard/dump.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void ignore(void *context, enum fc_dump_severity severity, const char *text)
{
	(void)context;
	(void)severity;
	if (strlen(text) > 1000)
		abort();
}

static void show(const struct fc_dump *dump, FILE *out)
{
	const struct fc_dump_print how = {.describe = true, .before = dump, .glob = "RING*,F?ULT"};
	const struct fc_dump_print all = {.zeros = true};
	json_t *json = fc_dump_json(dump, NULL);

	if (fc_dump_print(dump, &how, out) < 0 || fc_dump_print(dump, &all, out) < 0)
		abort();
	if (fc_dump_diff(dump, dump, NULL, out))
		abort();
	if (json && json_dumpf(json, out, 0))
		abort();
	json_decref(json);
	fc_dump_check(dump, NULL, ignore, NULL);
	fc_dump_check(dump, dump, ignore, NULL);
}

static void again(const struct fc_dump *dump)
{
	char *text, error[200];
	size_t octets;
	FILE *stream = open_memstream(&text, &octets);
	struct fc_dump copy;

	if (!stream || fc_dump_save(dump, stream))
		abort();
	fclose(stream);
	stream = fmemopen(text, octets, "r");
	if (!stream || fc_dump_load(&copy, stream, error, sizeof(error)))
		abort();
	if (copy.words != dump->words || copy.records != dump->records ||
	    strcmp(copy.where, dump->where) != 0 ||
	    (copy.words && memcmp(copy.word, dump->word, copy.words * sizeof(*copy.word)) != 0))
		abort();
	fclose(stream);
	fc_dump_free(&copy);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct fc_dump dump;
	char error[200];
	FILE *in;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	if (!in)
		return 0;
	if (!fc_dump_load(&dump, in, error, sizeof(error))) {
		show(&dump, nowhere);
		again(&dump);
		fc_dump_free(&dump);
	} else if (!*error) {
		abort();
	}
	fclose(in);
	return 0;
}
