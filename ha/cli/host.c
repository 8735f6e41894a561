// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/cli/host.h>
#include <stdlib.h>
#include <string.h>

void fc_cli_hostname(const struct fc_cli_host *host, char hostname[FC_FNF_NAME])
{
	const struct fc_config *config = fc_unit_config(host->unit);

	snprintf(hostname, FC_FNF_NAME, "%s", config->hostname);
	fc_unit_config_release(config);
}

bool fc_cli_has_secret(const struct fc_cli_host *host)
{
	const struct fc_config *config = fc_unit_config(host->unit);
	bool has = *config->secret;

	fc_unit_config_release(config);
	return has;
}

bool fc_cli_secret_fits(const struct fc_cli_host *host, const char *password)
{
	const struct fc_config *config = fc_unit_config(host->unit);
	bool fits = fc_config_secret_fits(config, password);

	fc_unit_config_release(config);
	return fits;
}

int fc_cli_config_write(const struct fc_cli_host *host, const struct fc_config_what *what,
			FILE *out)
{
	const struct fc_config *config = fc_unit_config(host->unit);
	int err = fc_config_write(config, what, out);

	fc_unit_config_release(config);
	return err;
}

int fc_cli_card_dump(const struct fc_cli_host *host, unsigned number, bool latch, bool snapshot,
		     uint32_t records, struct fc_dump *dump)
{
	struct fc_slot *slot = fc_unit_slot(host->unit, number);
	int err;

	if (!slot)
		return -ENOENT;
	err = fc_slot_dump(slot, latch, snapshot, records, dump);
	fc_unit_slot_release(host->unit, number);
	return err;
}

int fc_cli_card_reset(const struct fc_cli_host *host, unsigned number)
{
	struct fc_slot *slot = fc_unit_slot(host->unit, number);

	if (!slot)
		return -ENOENT;
	fc_slot_reset(slot);
	fc_unit_slot_release(host->unit, number);
	return 0;
}
