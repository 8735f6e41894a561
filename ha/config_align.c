// SPDX-License-Identifier: BSD-2-Clause
/* A new configuration in the places of the running one: what has the same name keeps its number. */
#include <ha/config_align.h>
#include <string.h>

static int place_exporter(const struct fc_config *running, const struct fc_config *fresh,
			  const char *name, const bool *taken)
{
	for (int i = 0; i < FC_CONFIG_EXPORTERS; i++)
		if (!strcmp(running->exporter[i].name, name))
			return i;
	for (int i = 0; i < FC_CONFIG_EXPORTERS; i++)
		if (!*running->exporter[i].name && !taken[i])
			return i;
	/* Every free number belonged to an exporter that goes: any of those will do. */
	for (int i = 0; i < FC_CONFIG_EXPORTERS; i++) {
		bool stays = false;

		for (int f = 0; f < FC_CONFIG_EXPORTERS; f++)
			stays |= !strcmp(fresh->exporter[f].name, running->exporter[i].name);
		if (!stays && !taken[i])
			return i;
	}
	return 0;
}

static int place_monitor(const struct fc_config *running, const struct fc_config *fresh,
			 const char *name, const bool *taken)
{
	for (int i = 0; i < FC_CONFIG_MONITORS; i++)
		if (!strcmp(running->monitor[i].name, name))
			return i;
	for (int i = 0; i < FC_CONFIG_MONITORS; i++)
		if (!*running->monitor[i].name && !taken[i])
			return i;
	for (int i = 0; i < FC_CONFIG_MONITORS; i++) {
		bool stays = false;

		for (int f = 0; f < FC_CONFIG_MONITORS; f++)
			stays |= !strcmp(fresh->monitor[f].name, running->monitor[i].name);
		if (!stays && !taken[i])
			return i;
	}
	return 0;
}

static void move(int *reference, const int *to)
{
	if (*reference != FC_CONFIG_NONE)
		*reference = to[*reference];
}

static void align_exporters(struct fc_config *fresh, const struct fc_config *running)
{
	struct fc_config_exporter moved[FC_CONFIG_EXPORTERS];
	bool taken[FC_CONFIG_EXPORTERS] = {false};
	int to[FC_CONFIG_EXPORTERS] = {0};

	memset(moved, 0, sizeof(moved));
	for (int i = 0; i < FC_CONFIG_EXPORTERS; i++) {
		if (!*fresh->exporter[i].name)
			continue;
		to[i] = place_exporter(running, fresh, fresh->exporter[i].name, taken);
		taken[to[i]] = true;
		moved[to[i]] = fresh->exporter[i];
	}
	memcpy(fresh->exporter, moved, sizeof(moved));
	for (int m = 0; m < FC_CONFIG_MONITORS; m++) {
		move(&fresh->monitor[m].exporter[0], to);
		move(&fresh->monitor[m].exporter[1], to);
	}
}

static void align_monitors(struct fc_config *fresh, const struct fc_config *running)
{
	struct fc_config_monitor moved[FC_CONFIG_MONITORS];
	bool taken[FC_CONFIG_MONITORS] = {false};
	int to[FC_CONFIG_MONITORS] = {0};

	memset(moved, 0, sizeof(moved));
	for (int i = 0; i < FC_CONFIG_MONITORS; i++) {
		if (!*fresh->monitor[i].name)
			continue;
		to[i] = place_monitor(running, fresh, fresh->monitor[i].name, taken);
		taken[to[i]] = true;
		moved[to[i]] = fresh->monitor[i];
	}
	memcpy(fresh->monitor, moved, sizeof(moved));
	for (int s = 0; s < FC_CONFIG_SLOTS; s++)
		for (int p = 0; p < FC_CARD_PORTS_MAX; p++) {
			move(&fresh->card[s].port[p].monitor[FC_CONFIG_IPV4], to);
			move(&fresh->card[s].port[p].monitor[FC_CONFIG_IPV6], to);
		}
}

void fc_config_align(struct fc_config *fresh, const struct fc_config *running)
{
	align_exporters(fresh, running);
	align_monitors(fresh, running);
}
