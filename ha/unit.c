// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/config_align.h>
#include <ha/log.h>
#include <ha/unit.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define SEND_MS 10000
#define NAMES_OCTETS 400

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static bool wanted(const struct fc_config *config, unsigned slot)
{
	return config->card[slot].there && !config->card[slot].shutdown;
}

static int start_slot(struct fc_unit *unit, unsigned number)
{
	const struct fc_slot_config c = {
		.number = number,
		.config = &unit->config,
		.export = unit->export,
		.open = unit->open,
		.lost_exit = unit->lost_exit,
	};
	int err = fc_slot_create(&c, &unit->slot[number]);

	if (err)
		fc_log(FC_LOG_ERROR, "SLOT", "card %u: its slot cannot start: %s", number,
		       strerror(-err));
	return err;
}

static void stop_slot(struct fc_unit *unit, unsigned number)
{
	if (!unit->slot[number])
		return;
	fc_slot_destroy(unit->slot[number]);
	unit->slot[number] = NULL;
}

int fc_unit_start(struct fc_unit *unit, const struct fc_config *config, fc_slot_opener open,
		  char *error, size_t error_octets)
{
	int err;

	memset(unit, 0, sizeof(*unit));
	unit->config = *config;
	unit->open = open;
	unit->started_ns = now_ns();
	unit->lost_exit = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = unit->lost_exit < 0 ? -errno : fc_export_thread_start(&unit->export);
	if (err) {
		snprintf(error, error_octets, "export thread: %s", strerror(-err));
		goto close_fd;
	}
	err = fc_export_thread_configure(unit->export, config, error, error_octets);
	if (err)
		goto stop_export;
	for (unsigned s = 0; s < FC_CONFIG_SLOTS && !err; s++)
		if (wanted(config, s))
			err = start_slot(unit, s);
	if (!err)
		return 0;
	snprintf(error, error_octets, "cards: %s", strerror(-err));
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		stop_slot(unit, s);

stop_export:
	fc_export_thread_stop(unit->export, 0);
close_fd:
	if (unit->lost_exit >= 0)
		close(unit->lost_exit);
	return err;
}

/* A running card takes what it can; the rest of its part stays as it runs. */
static unsigned reload_slot(struct fc_unit *unit, unsigned number, const struct fc_config *fresh)
{
	char names[NAMES_OCTETS];
	unsigned count = fc_slot_reconfigure(unit->slot[number], fresh, names, sizeof(names));

	if (count)
		fc_log(FC_LOG_WARNING, "RELOAD",
		       "card %u: cannot change while it runs: %s "
		       "(shutdown, reload, no shutdown, reload)",
		       number, names);
	return count;
}

unsigned fc_unit_reload(struct fc_unit *unit, const struct fc_config *config)
{
	struct fc_config fresh = *config;
	char error[NAMES_OCTETS] = "";
	unsigned left = 0;

	fc_config_align(&fresh, &unit->config);
	/* Cards that go first: their flows still find their exporters. */
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->slot[s] && !wanted(&fresh, s))
			stop_slot(unit, s);
	if (fc_export_thread_configure(unit->export, &fresh, error, sizeof(error))) {
		fc_log(FC_LOG_ERROR, "RELOAD", "%s: it is not exported to", error);
		left++;
	}
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (unit->slot[s])
			left += reload_slot(unit, s, &fresh);
	unit->config = fresh;
	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (!unit->slot[s] && wanted(&fresh, s) && start_slot(unit, s))
			left++;
	unit->reloads++;
	fc_log(FC_LOG_NOTICE, "RELOAD", "configuration taken over, %u part%s left as before", left,
	       left == 1 ? "" : "s");
	return left;
}

unsigned fc_unit_stop(struct fc_unit *unit)
{
	unsigned left;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		stop_slot(unit, s);
	left = fc_export_thread_stop(unit->export, SEND_MS);
	close(unit->lost_exit);
	return left;
}
