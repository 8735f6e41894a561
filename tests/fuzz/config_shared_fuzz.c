// SPDX-License-Identifier: BSD-2-Clause
/*
 * The shared configuration as a peer may send it, whole or by a line: "text 0 ids", or with a first
 * octet 1 "section 0 line 0 ids". All of it or nothing, and what is each unit's own stays.
 */
#include <ha/config_shared.h>
#include <stdlib.h>
#include <string.h>

static struct fc_config config, before;

static const char text[] = "hostname here\nredundancy\n unit 2\nflow record R\n match ipv4 tos\n "
			   "collect counter packets\n"
			   "flow exporter E\n destination h\nsampler S\n mode random 1 out-of 9\n"
			   "flow monitor M\n record R\n exporter E\ncard 1\n transport pci x\n"
			   "interface Hu1/0/0\n ip flow monitor M sampler S input\n";

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");

	(void)argc;
	(void)argv;
	if (!in || fc_config_read(&before, in, "text", stderr))
		abort();
	fclose(in);
	return 0;
}

static bool same(const void *a, const void *b, size_t octets)
{
	return !memcmp(a, b, octets);
}

static void own_is_kept(void)
{
	const struct fc_config_card *is = &config.card[1], *was = &before.card[1];

	if (!same(config.hostname, before.hostname, sizeof(config.hostname)) ||
	    !same(&config.redundancy, &before.redundancy, sizeof(config.redundancy)) ||
	    !is->there || strcmp(is->where, was->where) != 0)
		abort();
}

static void reads_back(void)
{
	static struct fc_config again;
	char *written;
	size_t octets;
	FILE *file = open_memstream(&written, &octets);

	if (!file || fc_config_write(&config, NULL, file))
		abort();
	fclose(file);
	file = fmemopen(written, octets, "r");
	if (!file || fc_config_read(&again, file, "written", stderr))
		abort();
	fclose(file);
	free(written);
}

/* Cut the next text off; the last one has the rest. */
static const char *next(char **rest, const char *end)
{
	char *at = *rest;

	*rest = at + strlen(at);
	if (*rest < end)
		++*rest;
	return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), *rest = copy, why[96] = "";
	const char *end = copy + size, *first, *second;
	int err;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	memcpy((void *)&config, (const void *)&before, sizeof(config));
	if (*copy == 1) {
		rest++;
		first = next(&rest, end);
		second = next(&rest, end);
		err = fc_config_shared_line(&config, first, second, rest, why, sizeof(why));
	} else {
		first = next(&rest, end);
		err = fc_config_shared_take(&config, first, rest, why, sizeof(why));
	}
	if (err ? !*why || !same(&config, &before, sizeof(config)) : *why != '\0')
		abort();
	own_is_kept();
	if (!err)
		reads_back();
	free(copy);
	return 0;
}
