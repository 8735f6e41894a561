/* SPDX-License-Identifier: BSD-2-Clause */
/* What sessions need of the daemon they run in. Any thread. */
#ifndef FC_CLI_HOST_H
#define FC_CLI_HOST_H

#include <ha/config.h>
#include <ha/unit.h>
#include <stdio.h>

struct fc_cli_host {
	struct fc_unit *unit;
	const char *startup;           /* path of the startup configuration; NULL: none */
	int (*reload)(void *argument); /* it anew; 0 or -errno, what is wrong is logged */
	void *argument;
	unsigned patience_s; /* a session that is idle so long ends; 0: never */
};

void fc_cli_hostname(const struct fc_cli_host *host, char hostname[FC_FNF_NAME]);
bool fc_cli_has_secret(const struct fc_cli_host *host);
bool fc_cli_secret_fits(const struct fc_cli_host *host, const char *password);

/* The running configuration as text (fc_config_write). */
int fc_cli_config_write(const struct fc_cli_host *host, const struct fc_config_what *what,
			FILE *out);

/* As fc_slot_dump and fc_slot_reset; -ENOENT: no card runs in this slot. */
struct fc_dump;
int fc_cli_card_dump(const struct fc_cli_host *host, unsigned slot, bool latch, bool snapshot,
		     uint32_t records, struct fc_dump *dump);
int fc_cli_card_reset(const struct fc_cli_host *host, unsigned slot);

/*
 * The running configuration into the startup file: written beside it, read back, made durable, then
 * put in its place; the old one stays as FILE.bak. Return 0, or -errno with a sentence; the old
 * file is then what it was.
 */
int fc_cli_startup_save(const struct fc_cli_host *host, char *error, size_t octets);

#endif
