// SPDX-License-Identifier: BSD-2-Clause
/* What the section `redundancy` says, as the pair and its link take it. */
#include "ha/unit_impl.h"

#include <ha/fnv.h>
#include <ha/pair/pair_thread.h>
#include <ha/peer/secure.h>
#include <string.h>

bool fc_unit_pair_wanted(const struct fc_config *config)
{
	return config->redundancy.mode == FC_CONFIG_MODE_SSO && !fc_config_redundancy_lacks(config);
}

static uint16_t port_of(const struct fc_config_ends *ends)
{
	return ends->port ? ends->port : FC_CONFIG_PEER_PORT;
}

void fc_unit_pair_link(const struct fc_config_redundancy *r, struct fc_link_config *link)
{
	link->unit = r->unit;
	snprintf(link->local, sizeof(link->local), "%.63s", r->peer.local);
	snprintf(link->remote, sizeof(link->remote), "%.63s", r->peer.remote);
	link->port = port_of(&r->peer);
	for (unsigned p = 0; p < FC_LINK_PATHS && p < FC_CONFIG_PATHS; p++) {
		snprintf(link->path[p].local, sizeof(link->path[p].local), "%.63s",
			 r->path[p].local);
		snprintf(link->path[p].remote, sizeof(link->path[p].remote), "%.63s",
			 r->path[p].remote);
		link->path[p].port = port_of(&r->path[p]);
	}
	link->interval_ms = r->interval_ms ? r->interval_ms : FC_CONFIG_INTERVAL_MS;
	link->misses = r->misses ? r->misses : FC_CONFIG_MISSES;
	snprintf(link->key_file, sizeof(link->key_file), "%s", r->key_file);
	snprintf(link->certificate, sizeof(link->certificate), "%s", r->certificate);
	snprintf(link->private_key, sizeof(link->private_key), "%s", r->private_key);
	snprintf(link->authority, sizeof(link->authority), "%s", r->authority);
}

static uint64_t longest_epoch(const struct fc_config *config)
{
	unsigned shift = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++)
		if (fc_config_card_wanted(&config->card[s]) && config->card[s].epoch_shift > shift)
			shift = config->card[s].epoch_shift;
	return UINT64_C(1) << (shift ? shift : 30);
}

/* A directory may be mounted elsewhere at the other unit, and a command is each unit's own: of
 * those the kind counts only. */
static void fencing_of(const char *words, struct fc_pair_options *options)
{
	static const char etcd[] = "witness etcd ";

	if (!strncmp(words, "witness file", 12))
		options->fencing = FC_PAIR_FENCING_FILE;
	else if (!strncmp(words, "peer", 4))
		options->fencing = FC_PAIR_FENCING_PEER;
	if (strncmp(words, etcd, sizeof(etcd) - 1) != 0)
		return;
	options->fencing = FC_PAIR_FENCING_ETCD;
	options->fencing_sum = fc_fnv(FC_FNV_BASIS, words, strlen(words));
}

void fc_unit_pair_config(const struct fc_config *config, struct fc_pair_thread_config *out)
{
	const struct fc_config_redundancy *r = &config->redundancy;

	out->epoch_ns = longest_epoch(config);
	fc_unit_pair_link(r, &out->link);
	snprintf(out->fencing, sizeof(out->fencing), "%.255s", r->fencing);
	fencing_of(r->fencing, &out->options);
	snprintf(out->hook, sizeof(out->hook), "%.255s", r->hook);
	out->options.rf.unit = r->unit;
	out->options.feed =
		r->feed == FC_CONFIG_FEED_DUAL ? FC_PAIR_FEED_DUAL : FC_PAIR_FEED_SINGLE;
	out->options.skew_max_ns = UINT64_C(1000) * (r->skew_us ? r->skew_us : FC_CONFIG_SKEW_US);
	snprintf(out->options.image, sizeof(out->options.image), "flowcard, Version %s",
		 FC_VERSION);
}

int fc_unit_pair_try(const struct fc_config *config, char *error, size_t error_octets)
{
	char why[FC_LINK_TEXT] = "";
	struct fc_link_config link = {0};
	struct fc_secure *secure;
	int err;

	if (!fc_unit_pair_wanted(config))
		return 0;
	fc_unit_pair_link(&config->redundancy, &link);
	err = fc_secure_open(&link, &secure, why);
	if (err)
		snprintf(error, error_octets, "%s", why);
	else
		fc_secure_close(secure);
	return err;
}
