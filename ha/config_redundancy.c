// SPDX-License-Identifier: BSD-2-Clause
/* The section "redundancy": this unit's part of a pair. Defaults are kept as 0, so that a line that
 * says one leaves no trace. */
#include "ha/config_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ha/redundancy/claim.h>
#include <string.h>

static struct fc_config_redundancy *own(void *context)
{
	return &((struct fc_config_reader *)context)->config->redundancy;
}

int fc_config_run_redundancy(void *context, struct fc_syntax_line *line)
{
	if (line->no)
		memset(own(context), 0, sizeof(*own(context)));
	else
		fc_config_enter(context, FC_CONFIG_REDUNDANCY, "");
	return 0;
}

static int run_mode(void *context, struct fc_syntax_line *line)
{
	own(context)->mode =
		!line->no && line->value[0].number ? FC_CONFIG_MODE_SSO : FC_CONFIG_MODE_NONE;
	return 0;
}

static int run_unit(void *context, struct fc_syntax_line *line)
{
	own(context)->unit = line->no ? 0 : (unsigned)line->value[0].number;
	return 0;
}

/* ------------------------------------------------------------------ addresses */
/* An address of one host, in numbers: its family, or 0. */
static int family_of(const char *text)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1)
		return ntohl(four.s_addr) && ntohl(four.s_addr) >> 28 < 14 ? AF_INET : 0;
	if (inet_pton(AF_INET6, text, &six) != 1 || IN6_IS_ADDR_UNSPECIFIED(&six) ||
	    IN6_IS_ADDR_MULTICAST(&six) || IN6_IS_ADDR_LINKLOCAL(&six))
		return 0;
	return AF_INET6;
}

/* Values `first` and the one behind it, and the port, which is the last one if there is one. */
static int take_ends(struct fc_config_ends *out, struct fc_syntax_line *line, unsigned first)
{
	const struct fc_syntax_value *port = fc_syntax_after(line, "port");
	struct fc_config_ends ends = {.port = 0};
	int family[2];

	for (unsigned i = 0; i < 2; i++) {
		family[i] = family_of(line->value[first + i].text);
		if (!family[i])
			return fc_syntax_refuse(
				line, first + i,
				"%% An address of a host in numbers is wanted, not link-local");
	}
	if (family[0] != family[1])
		return fc_syntax_refuse(line, first + 1, "%% One address is IPv4, one IPv6");
	if (!strcmp(line->value[first].text, line->value[first + 1].text))
		return fc_syntax_refuse(line, first + 1,
					"%% The peer's address is this unit's own one");
	fc_config_text(ends.local, sizeof(ends.local), line->value[first].text);
	fc_config_text(ends.remote, sizeof(ends.remote), line->value[first + 1].text);
	if (port && port->number != FC_CONFIG_PEER_PORT)
		ends.port = (uint16_t)port->number;
	*out = ends;
	return 0;
}

static int run_peer(void *context, struct fc_syntax_line *line)
{
	if (!line->no)
		return take_ends(&own(context)->peer, line, 0);
	memset(&own(context)->peer, 0, sizeof(own(context)->peer));
	return 0;
}

static int run_path(void *context, struct fc_syntax_line *line)
{
	struct fc_config_ends *path;

	if (!line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	path = &own(context)->path[line->value[0].number - 1];
	if (!line->no)
		return take_ends(path, line, 1);
	memset(path, 0, sizeof(*path));
	return 0;
}

static int run_interval(void *context, struct fc_syntax_line *line)
{
	struct fc_config_redundancy *r = own(context);
	const struct fc_syntax_value *misses = fc_syntax_after(line, "misses");

	r->interval_ms = r->misses = 0;
	if (line->no)
		return 0;
	if (line->value[0].number != FC_CONFIG_INTERVAL_MS)
		r->interval_ms = (unsigned)line->value[0].number;
	if (misses && misses->number != FC_CONFIG_MISSES)
		r->misses = (unsigned)misses->number;
	return 0;
}

/* ------------------------------------------------------------------ keys */
static int run_key(void *context, struct fc_syntax_line *line)
{
	struct fc_config_redundancy *r = own(context);

	if (line->no) {
		memset(r->key_file, 0, sizeof(r->key_file));
		return 0;
	}
	if (*r->certificate)
		return fc_syntax_refuse(line, 0,
					"%% The pair has certificates: \"no certificate\" "
					"first");
	return fc_config_keep(line, 0, r->key_file, sizeof(r->key_file));
}

static int run_certificate(void *context, struct fc_syntax_line *line)
{
	struct fc_config_redundancy *r = own(context), fresh = *r;
	int err;

	if (line->no) {
		memset(r->certificate, 0, sizeof(r->certificate));
		memset(r->private_key, 0, sizeof(r->private_key));
		memset(r->authority, 0, sizeof(r->authority));
		return 0;
	}
	if (*r->key_file)
		return fc_syntax_refuse(line, 0, "%% The pair has a key: \"no key\" first");
	err = fc_config_keep(line, 0, fresh.certificate, sizeof(fresh.certificate));
	if (!err)
		err = fc_config_keep(line, 1, fresh.private_key, sizeof(fresh.private_key));
	if (!err)
		err = fc_config_keep(line, 2, fresh.authority, sizeof(fresh.authority));
	if (!err)
		*r = fresh;
	return err;
}

/* ------------------------------------------------------------------ fencing, feed, hook */
/* What may be said is the claims' own matter. */
static int take_fencing(struct fc_config_redundancy *r, struct fc_syntax_line *line,
			const char *words, unsigned value)
{
	const char *argument = line->value[value].text;
	char text[FC_CONFIG_FILE], why[FC_CLAIM_TEXT];
	struct fc_claim claim;
	int length = snprintf(text, sizeof(text), "%s %s", words, argument);

	if (length < 0 || (size_t)length >= sizeof(text))
		return fc_syntax_refuse(line, value, "%% Longer than %zu characters",
					sizeof(text) - strlen(words) - 2);
	if (fc_claim_init(&claim, text, 0, why))
		return fc_syntax_refuse(line, value, "%% Fencing: %.120s", why);
	fc_claim_free(&claim);
	fc_config_text(r->fencing, sizeof(r->fencing), text);
	return 0;
}

static int run_fencing_none(void *context, struct fc_syntax_line *line)
{
	(void)line;
	memset(own(context)->fencing, 0, sizeof(own(context)->fencing));
	return 0;
}

static int run_fencing_witness(void *context, struct fc_syntax_line *line)
{
	static const char *const words[] = {"witness file", "witness etcd"};

	if (line->no)
		return run_fencing_none(context, line);
	return take_fencing(own(context), line, words[line->value[0].number], 1);
}

static int run_fencing_peer(void *context, struct fc_syntax_line *line)
{
	if (line->no)
		return run_fencing_none(context, line);
	return take_fencing(own(context), line, "peer", 0);
}

static int run_feed_single(void *context, struct fc_syntax_line *line)
{
	(void)line;
	own(context)->feed = FC_CONFIG_FEED_SINGLE;
	own(context)->skew_us = 0;
	return 0;
}

static int run_feed_dual(void *context, struct fc_syntax_line *line)
{
	const struct fc_syntax_value *skew = fc_syntax_after(line, "skew");

	run_feed_single(context, line);
	if (line->no)
		return 0;
	own(context)->feed = FC_CONFIG_FEED_DUAL;
	if (skew && skew->number != FC_CONFIG_SKEW_US)
		own(context)->skew_us = (uint32_t)skew->number;
	return 0;
}

static int run_hook(void *context, struct fc_syntax_line *line)
{
	struct fc_config_redundancy *r = own(context);

	if (!line->no)
		return fc_config_keep(line, 0, r->hook, sizeof(r->hook));
	memset(r->hook, 0, sizeof(r->hook));
	return 0;
}

static int run_maintenance(void *context, struct fc_syntax_line *line)
{
	own(context)->maintenance = !line->no;
	return 0;
}

#define ROW(pattern, run)                                                                          \
	{                                                                                          \
		FC_CONFIG_REDUNDANCY, true, pattern, run, NULL                                     \
	}
/* {none} and {single} alone are values, so that "no fencing" and "no feed" do without them. */
const struct fc_syntax_command fc_config_rows_redundancy[] = {
	ROW("mode {none|sso}", run_mode),
	ROW("unit <1-65535>", run_unit),
	ROW("peer NAME NAME [port <1-65535>]", run_peer),
	ROW("heartbeat path <1-2> NAME NAME [port <1-65535>]", run_path),
	ROW("heartbeat interval <5-10000> [misses <2-100>]", run_interval),
	ROW("key NAME", run_key),
	ROW("certificate NAME key NAME authority NAME", run_certificate),
	ROW("fencing {none}", run_fencing_none),
	ROW("fencing witness {file|etcd} NAME", run_fencing_witness),
	ROW("fencing peer LINE", run_fencing_peer),
	ROW("feed {single}", run_feed_single),
	ROW("feed dual [skew <1-1000000>]", run_feed_dual),
	ROW("traffic-hook LINE", run_hook),
	ROW("maintenance-mode", run_maintenance),
	{FC_CONFIG_REDUNDANCY, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};

/* ------------------------------------------------------------------ as text */
static void write_ends(FILE *out, const char *words, const struct fc_config_ends *ends)
{
	if (!*ends->local)
		return;
	fprintf(out, " %s %s %s", words, ends->local, ends->remote);
	if (ends->port)
		fprintf(out, " port %u", ends->port);
	fputc('\n', out);
}

static void write_heartbeat(FILE *out, const struct fc_config_redundancy *r)
{
	write_ends(out, "heartbeat path 1", &r->path[0]);
	write_ends(out, "heartbeat path 2", &r->path[1]);
	if (!r->interval_ms && !r->misses)
		return;
	fprintf(out, " heartbeat interval %u",
		r->interval_ms ? r->interval_ms : FC_CONFIG_INTERVAL_MS);
	if (r->misses)
		fprintf(out, " misses %u", r->misses);
	fputc('\n', out);
}

/* Configurations compare as memory (ha/config.h). */
static bool same_octets(const void *a, const void *b, size_t octets)
{
	return memcmp(a, b, octets) == 0;
}

bool fc_config_redundancy_write(const struct fc_config_redundancy *r, FILE *out)
{
	static const struct fc_config_redundancy plain;

	if (same_octets(r, &plain, sizeof(plain)))
		return false;
	fputs("!\nredundancy\n", out);
	if (r->mode == FC_CONFIG_MODE_SSO)
		fputs(" mode sso\n", out);
	if (r->unit)
		fprintf(out, " unit %u\n", r->unit);
	write_ends(out, "peer", &r->peer);
	write_heartbeat(out, r);
	if (*r->key_file)
		fprintf(out, " key %s\n", r->key_file);
	if (*r->certificate)
		fprintf(out, " certificate %s key %s authority %s\n", r->certificate,
			r->private_key, r->authority);
	if (*r->fencing)
		fprintf(out, " fencing %s\n", r->fencing);
	if (r->feed == FC_CONFIG_FEED_DUAL) {
		fputs(" feed dual", out);
		if (r->skew_us)
			fprintf(out, " skew %u", r->skew_us);
		fputc('\n', out);
	}
	if (*r->hook)
		fprintf(out, " traffic-hook %s\n", r->hook);
	if (r->maintenance)
		fputs(" maintenance-mode\n", out);
	fputs("!\n", out);
	return true;
}

/* ------------------------------------------------------------------ is it a pair? */
static bool same_socket(const struct fc_config_ends *a, const struct fc_config_ends *b)
{
	return *a->local && !strcmp(a->local, b->local) && a->port == b->port;
}

const char *fc_config_redundancy_lacks(const struct fc_config *config)
{
	const struct fc_config_redundancy *r = &config->redundancy;

	if (r->mode != FC_CONFIG_MODE_SSO)
		return NULL;
	if (!r->unit)
		return "mode sso without a unit number makes no pair";
	if (!*r->peer.local)
		return "mode sso without a peer makes no pair";
	if (!*r->key_file && !*r->certificate)
		return "mode sso without a key or a certificate makes no pair";
	if (same_socket(&r->path[0], &r->path[1]))
		return "both heartbeat paths have this unit's same address and port: no pair";
	return NULL;
}
