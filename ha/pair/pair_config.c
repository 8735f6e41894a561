// SPDX-License-Identifier: BSD-2-Clause
/*
 * The shared configuration: the active unit sends it as a whole, then what changes, line by line;
 * the standby says what it has. Only with the same checksum does it leave COLD-CONFIG.
 *
 *   active: CONFIG(serial) ----> standby: take, CONFIG_STATE(serial, checksum, why)
 *           CONFIG_LINE(serial) ----> the same; if it does not fit: once more as a whole
 */
#include "ha/pair/pair_impl.h"

#include <errno.h>
#include <ha/log.h>
#include <stdio.h>
#include <string.h>

#define FACILITY "HA_CONFIG_SYNC"
#define AGAIN_MS 1000 /* after a message that could not be made */

/* ------------------------------------------------------------------ active */
static void send_config(struct fc_pair *pair, const struct fc_pair_config *config)
{
	struct fc_message *m = pair_config_write(config, pair->config_serial + 1);

	if (!m) {
		if (!pair->config_again_ms)
			pair_log(pair, FACILITY, FC_LOG_ERROR, "LARGE",
				 "The configuration cannot be sent to unit %u: no memory, or too "
				 "large",
				 (unsigned)pair->hello.unit);
		/* As a whole, and again until it goes. */
		pair->config_sent = pair->config_whole = 0;
		pair->config_same = false;
		pair->config_again_ms = pair->now.ms + AGAIN_MS;
		return;
	}
	pair->config_again_ms = 0;
	pair->config_serial++;
	pair_send(pair, m);
}

static void send_whole(struct fc_pair *pair)
{
	struct fc_pair_config config = {0};

	if (pair->host.config_read(pair->context, &config))
		return;
	pair->config_sent = pair->peer.want;
	pair->my_checksum = config.checksum;
	pair->config_whole = config.checksum;
	send_config(pair, &config);
	explicit_bzero(config.secret, sizeof(config.secret));
	pair_config_free(&config);
}

static bool peer_stands_by(const struct fc_pair *pair)
{
	return pair->greeted && !pair->ended && fc_rf_is_active(pair->rf.state) &&
	       fc_rf_is_standby(pair->peer.rf.state) && pair->peer.want;
}

void pair_config_tick(struct fc_pair *pair)
{
	if (!peer_stands_by(pair)) {
		if (fc_rf_is_active(pair->rf.state))
			pair->config_same = pair->config_failed = false;
		return;
	}
	if (pair->config_sent == pair->peer.want || pair->now.ms < pair->config_again_ms)
		return;
	pair->config_same = pair->config_failed = false;
	send_whole(pair);
}

void fc_pair_config_changed(struct fc_pair *pair, const struct fc_pair_config *config,
			    struct fc_rf_time now)
{
	pair->now = now;
	/* Of this unit's own part; or the whole text that has just gone had it already. */
	if (config->checksum == pair->my_checksum)
		return;
	pair->my_checksum = config->checksum;
	if (!peer_stands_by(pair) || pair->config_sent != pair->peer.want)
		return;
	if (!config->section || !(pair->can & PAIR_CAN_LINES))
		send_whole(pair);
	else
		send_config(pair, config);
}

/* The last one that was sent decides; a line that did not fit is mended by a whole text, once. */
int pair_take_config_state(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	uint64_t serial, checksum;
	char text[PAIR_TEXT];

	if (fc_message_u64(m, PAIR_TAG_SERIAL, &serial) ||
	    fc_message_u64(m, PAIR_TAG_CHECKSUM, &checksum) ||
	    fc_message_text(m, PAIR_TAG_WHY, text, sizeof(text)) || serial > pair->config_serial) {
		snprintf(why, PAIR_TEXT, "CONFIG_STATE without serial, checksum or reason");
		return -EPROTO;
	}
	if (serial != pair->config_serial)
		return 0;
	pair->peer_checksum = checksum;
	pair->config_same = checksum == pair->my_checksum && !*text;
	snprintf(pair->config_why, sizeof(pair->config_why), "%.95s", text);
	if (pair->config_same) {
		pair->config_failed = false;
		return 0;
	}
	if (pair->config_whole != pair->my_checksum) {
		send_whole(pair);
		return 0;
	}
	if (!pair->config_failed)
		pair_log(pair, FACILITY, FC_LOG_ERROR, "BULK_CFGSYNC",
			 "Unit %u has not taken the configuration: %s", (unsigned)pair->hello.unit,
			 *text ? text : "its checksum differs");
	pair->config_failed = true;
	return 0;
}

/* ------------------------------------------------------------------ standby */
static void answer(struct fc_pair *pair, uint64_t serial, const char *why)
{
	struct fc_message *m = fc_message_create(FC_MESSAGE_CONFIG_STATE, 512);

	if (!m)
		return;
	fc_message_put_u64(m, PAIR_TAG_SERIAL, serial);
	fc_message_put_u64(m, PAIR_TAG_CHECKSUM, pair->my_checksum);
	fc_message_put_text(m, PAIR_TAG_WHY, why);
	pair_send(pair, m);
}

static void taken(struct fc_pair *pair, const struct fc_pair_config *config, int err,
		  const char *why)
{
	struct fc_pair_config mine = {0};
	bool was_same = pair->config_same && pair->config_got == pair->want;

	if (!pair->host.config_read(pair->context, &mine))
		pair->my_checksum = mine.checksum;
	explicit_bzero(mine.secret, sizeof(mine.secret));
	pair_config_free(&mine);
	pair->config_got = pair->want;
	pair->peer_checksum = config->checksum;
	pair->config_same = !err && pair->my_checksum == config->checksum;
	snprintf(pair->config_why, sizeof(pair->config_why), "%.95s",
		 pair->config_same ? ""
		 : err             ? why
				   : "the checksum differs");
	if (pair->config_same && !was_same)
		pair_log(pair, FACILITY, FC_LOG_INFO, "BULK_CFGSYNC_SUCCEED",
			 "Bulk Sync succeeded");
	if (!pair->config_same)
		pair_log(pair, FACILITY, FC_LOG_ERROR, "BULK_CFGSYNC",
			 "The configuration of unit %u was not taken: %s",
			 (unsigned)pair->hello.unit, pair->config_why);
}

int pair_take_config(struct fc_pair *pair, const struct fc_message *m, char why[PAIR_TEXT])
{
	struct fc_pair_config config;
	uint64_t serial;
	char refused[PAIR_TEXT] = "";
	int err = pair_config_read(m, &config, &serial, why);

	if (err)
		return err;
	err = pair->host.config_take(pair->context, &config, refused);
	taken(pair, &config, err, refused);
	explicit_bzero(config.secret, sizeof(config.secret));
	pair_config_free(&config);
	answer(pair, serial, pair->config_why);
	return 0;
}
