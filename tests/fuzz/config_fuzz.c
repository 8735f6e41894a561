// SPDX-License-Identifier: BSD-2-Clause
/* A configuration from anywhere: read, and when it is taken, used as a unit would. */
#include <ha/config.h>
#include <ha/config_align.h>
#include <stdlib.h>
#include <string.h>

static void use(struct fc_config *config)
{
	static struct fc_config other;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX];
		int which[FC_CARD_MONITORS_MAX];

		if (config->card[s].there && fc_config_card_monitors(config, s, monitor, which) < 0)
			abort(); /* it should have been refused */
	}
	other = *config;
	fc_config_align(&other, config);
	if (memcmp(&other.exporter, &config->exporter, sizeof(other.exporter)) != 0 ||
	    memcmp(&other.card, &config->card, sizeof(other.card)) != 0)
		abort(); /* everything has its place already */
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
