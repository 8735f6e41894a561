// SPDX-License-Identifier: BSD-2-Clause
/* A configuration from anywhere: read, and when it is taken, used as a unit would. */
#include <ha/config.h>
#include <ha/config_align.h>
#include <stdlib.h>
#include <string.h>

/* Written, read again and brought into the places of the first: the same, to the octet. */
static void round_trip(const struct fc_config *config)
{
	static struct fc_config other;
	char *text;
	size_t octets;
	FILE *file = open_memstream(&text, &octets);

	if (!file || fc_config_write(config, NULL, file))
		abort();
	fclose(file);
	file = fmemopen(text, octets, "r");
	if (!file || fc_config_read(&other, file, "written", stderr))
		abort();
	fclose(file);
	free(text);
	fc_config_align(&other, config);
	if (memcmp(&other, config, sizeof(other)) != 0)
		abort();
}

static void use(struct fc_config *config)
{
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX];
		int which[FC_CARD_MONITORS_MAX];

		if (config->card[s].there && fc_config_card_monitors(config, s, monitor, which) < 0)
			abort(); /* it should have been refused */
	}
	round_trip(config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fc_config config;
	static FILE *nowhere;
	FILE *in;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;
	if (!in)
		return 0;
	if (!fc_config_read(&config, in, "fuzz", nowhere))
		use(&config);
	fclose(in);
	return 0;
}
