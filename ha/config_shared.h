/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The part of a configuration that both units of a pair have: Flexible NetFlow's objects, samplers,
 * interfaces with their monitors. Cards (their places, rings, threads), `redundancy`, the host name
 * and the secret of "enable" are each unit's own.
 *
 *   active: fc_config --fc_config_shared_write--> text, ids --> peer
 *   standby: own part of its fc_config + text, ids --fc_config_shared_take--> fc_config
 */
#ifndef FC_CONFIG_SHARED_H
#define FC_CONFIG_SHARED_H

#include <ha/config.h>

/* Text in the language of flowcardd.conf(5), to be freed; NULL: no memory. */
char *fc_config_shared_write(const struct fc_config *config);

/* Ids, so that both units number records, exporters, monitors and samplers alike: a text of lines
 * "KIND PLACE ID NAME", and "next KIND ID" for the newest that were given; to be freed. NULL: no
 * memory. */
char *fc_config_shared_ids(const struct fc_config *config);

/* Of both texts; 0: no memory. Those of two units are equal when their shared parts are: objects,
 * places, ids. */
uint64_t fc_config_shared_checksum(const struct fc_config *config);

/*
 * *config gets this shared part and keeps its own one. Objects get the ids and the places of the
 * peer's. A slot that interfaces stand in has a card then, if only an empty one. Return 0; -EINVAL
 * with why (line and sentence); -ENOMEM. In both cases *config is as it was.
 */
int fc_config_shared_take(struct fc_config *config, const char *text, const char *ids, char *why,
			  size_t why_octets);

/*
 * The same by one line that was applied to the peer's configuration: in the section that `section`
 * opens ("": none). What it does to the unit's own part is left out ("no card 7" takes the
 * interfaces' lines away here, not the card). Return as fc_config_shared_take.
 */
int fc_config_shared_line(struct fc_config *config, const char *section, const char *line,
			  const char *ids, char *why, size_t why_octets);

/* The shared part of `from` into `to`, which keeps its own one. */
void fc_config_shared_copy(struct fc_config *to, const struct fc_config *from);

#endif
