// SPDX-License-Identifier: BSD-2-Clause
/* What `show redundancy` says beyond IOS-XE: link, configuration, feed, health, takeovers. */
#include "ha/show/redundancy_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

/* ------------------------------------------------------------------ small steps */
void fc_show_red_row(FILE *out, const char *label, const char *format, ...)
{
	va_list args;

	fprintf(out, "%30s = ", label);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputc('\n', out);
}

void fc_show_red_row_number(FILE *out, const char *label, uint64_t value)
{
	fc_show_red_row(out, label, "%" PRIu64, value);
}

void fc_show_red_heading(FILE *out, const char *text)
{
	fprintf(out, "%s\n%.*s\n", text, (int)strlen(text),
		"------------------------------------------------------------");
}

const char *fc_show_red_gate(const struct fc_rf *rf)
{
	static const char *const names[] = {"closed", "waits for the standby", "open"};

	return names[rf->gate];
}

bool fc_show_red_primary(const struct fc_rf *rf)
{
	return !rf->peer_known || rf->options.unit < rf->peer.unit;
}

/* ------------------------------------------------------------------ link */
/* Without a path of its own a heartbeat goes beside the TCP connection. */
static struct fc_link_path path_of(const struct fc_link_config *c, unsigned n)
{
	struct fc_link_path beside = {.port = c->port};

	if (*c->path[0].remote || *c->path[1].remote || n)
		return c->path[n];
	memcpy(beside.local, c->local, sizeof(beside.local));
	memcpy(beside.remote, c->remote, sizeof(beside.remote));
	return beside;
}

static void link_rows(const struct fc_show_pair *p, FILE *out)
{
	const struct fc_link_stats *l = &p->link;

	if (l->up)
		fc_show_red_row(out, "Peer link", "Up to %s, %s, round trip %" PRIu64 " us",
				l->peer, l->cipher, p->look.rtt_us);
	else
		fc_show_red_row(out, "Peer link", "Down");
	for (unsigned n = 0; n < FC_LINK_PATHS; n++) {
		struct fc_link_path path = path_of(&p->ends, n);
		char label[24];

		if (!*path.remote)
			continue;
		snprintf(label, sizeof(label), "Heartbeat path %u", n + 1);
		fc_show_red_row(out, label, "%s, %s to %s port %u",
				l->path[n].alive ? "Up" : "Down", path.local, path.remote,
				path.port);
		fc_show_red_row(out, "",
				"%" PRIu64 " sent, %" PRIu64 " received, %" PRIu64
				" missed, gap %u ms (at most %u)",
				l->path[n].sent, l->path[n].received, l->path[n].missed,
				l->path[n].gap_ms, l->path[n].gap_max_ms);
		if (l->path[n].forged || l->path[n].replayed)
			fc_show_red_row(out, "", "%" PRIu64 " forged, %" PRIu64 " replayed",
					l->path[n].forged, l->path[n].replayed);
	}
}

static json_t *path_json(const struct fc_show_pair *p, unsigned n)
{
	const struct fc_link_stats *l = &p->link;
	struct fc_link_path path = path_of(&p->ends, n);
	json_t *object = json_object();

	fc_show_put_text(object, "local", path.local);
	fc_show_put_text(object, "remote", path.remote);
	fc_show_put(object, "port", path.port);
	fc_show_put_bool(object, "up", l->path[n].alive);
	fc_show_put(object, "sent", l->path[n].sent);
	fc_show_put(object, "received", l->path[n].received);
	fc_show_put(object, "missed", l->path[n].missed);
	fc_show_put(object, "forged", l->path[n].forged);
	fc_show_put(object, "replayed", l->path[n].replayed);
	fc_show_put(object, "gap_ms", l->path[n].gap_ms);
	fc_show_put(object, "gap_max_ms", l->path[n].gap_max_ms);
	return object;
}

static json_t *link_json(const struct fc_show_pair *p)
{
	const struct fc_link_stats *l = &p->link;
	json_t *object = json_object(), *paths = json_array();

	fc_show_put_bool(object, "up", l->up);
	fc_show_put_text(object, "peer", l->peer);
	fc_show_put_text(object, "cipher", l->cipher);
	fc_show_put(object, "version", p->look.version);
	fc_show_put(object, "round_trip_us", p->look.rtt_us);
	fc_show_put(object, "sessions", l->sessions);
	fc_show_put(object, "refused", l->refused);
	fc_show_put(object, "messages_sent", l->sent_messages);
	fc_show_put(object, "octets_sent", l->sent_octets);
	fc_show_put(object, "messages_received", l->received_messages);
	fc_show_put(object, "octets_received", l->received_octets);
	fc_show_put(object, "messages_bad", l->bad_messages);
	fc_show_put(object, "messages_refused", p->look.refused_messages);
	fc_show_put(object, "messages_late", p->look.late_messages);
	fc_show_put(object, "peers_refused", p->look.refused_peers);
	fc_show_put(object, "timers_late", l->timers_late);
	fc_show_put(object, "heartbeat_interval_ms", p->ends.interval_ms);
	fc_show_put(object, "heartbeat_misses", p->ends.misses);
	for (unsigned n = 0; n < FC_LINK_PATHS; n++)
		if (*path_of(&p->ends, n).remote)
			json_array_append_new(paths, path_json(p, n));
	json_object_set_new(object, "paths", paths);
	return object;
}

/* ------------------------------------------------------------------ configuration */
static const char *sync_state(const struct fc_show_pair *p)
{
	const struct fc_pair_look *look = &p->look;

	if (!p->there)
		return "no pair";
	if (!look->peer_checksum)
		return "not compared";
	return look->config_same ? "synchronized" : "mismatch";
}

static json_t *sync_json(const struct fc_show_pair *p)
{
	const struct fc_pair_look *look = &p->look;
	json_t *object = json_object();
	char sum[24];

	fc_show_put_text(object, "state", sync_state(p));
	snprintf(sum, sizeof(sum), "%016" PRIx64, look->my_checksum);
	fc_show_put_text(object, "my_checksum", sum);
	snprintf(sum, sizeof(sum), "%016" PRIx64, look->peer_checksum);
	fc_show_put_text(object, "peer_checksum", sum);
	fc_show_put_text(object, "refused", look->config_why);
	return object;
}

int fc_show_redundancy_config_sync(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const struct fc_pair_look *look = &v->pair.look;

	if (json)
		return fc_show_give(sync_json(&v->pair), out);
	fc_show_red_heading(out, "Configuration Sync :");
	fc_show_red_row(out, "State", "%s", sync_state(&v->pair));
	if (v->pair.there) {
		fc_show_red_row(out, "Checksum here", "%016" PRIx64, look->my_checksum);
		fc_show_red_row(out, "Checksum at the peer", "%016" PRIx64, look->peer_checksum);
	}
	if (*look->config_why)
		fc_show_red_row(out, "Refused at", "%s", look->config_why);
	if (*v->waits)
		fc_show_red_row(out, "Waits for", "%s", v->waits);
	return ferror(out) ? -EIO : 0;
}

int fc_show_redundancy_mcl(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const char *why = v->pair.look.config_why;

	if (json) {
		json_t *list = json_array();

		if (*why)
			fc_show_append_text(list, why);
		return fc_show_give(list, out);
	}
	fputs("Mismatched Command List\n-----------------------\n\n", out);
	if (*why) {
		uint64_t s = v->now_ms / 1000;

		fprintf(out,
			"%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64
			": Config Sync: Starting lines from MCL file:\n! %s\n",
			s / 3600, s / 60 % 60, s % 60, why);
	} else {
		fputs("The list is Empty\n", out);
	}
	return ferror(out) ? -EIO : 0;
}

/* ------------------------------------------------------------------ feed, health, takeovers */
static void feed_row(const struct fc_show_pair *p, FILE *out)
{
	if (p->look.feed == FC_PAIR_FEED_DUAL)
		fc_show_red_row(out, "Feed",
				"dual, clocks differ by %" PRId64 " ns (at most %" PRIu64 ")",
				p->look.skew_ns, p->look.skew_max_ns);
	else if (*p->look.feed_why)
		fc_show_red_row(out, "Feed", "single; dual is refused: %s", p->look.feed_why);
	else
		fc_show_red_row(out, "Feed", "single");
}

static void takeover_row(const struct fc_pair_look *look, FILE *out)
{
	if (look->takeovers)
		fc_show_red_row(out, "Takeovers",
				"%" PRIu64 ", the last within %" PRIu64 ".%03" PRIu64 " ms",
				look->takeovers, look->takeover_us / 1000,
				look->takeover_us % 1000);
	else
		fc_show_red_row(out, "Takeovers", "0");
}

static void engine_rows(const struct fc_show_pair *p, FILE *out)
{
	link_rows(p, out);
	fc_show_red_row(out, "Config Sync", "%s%s%s", sync_state(p),
			*p->look.config_why ? ": " : "", p->look.config_why);
	feed_row(p, out);
	fc_show_red_row(out, "Healthy cards", "%u here, %u at the peer", p->look.healthy,
			p->look.peer_healthy);
	takeover_row(&p->look, out);
	if (p->look.stuck)
		fc_show_red_row(out, "Given up on the standby", "%" PRIu64 " times", p->look.stuck);
}

void fc_show_red_pair(const struct fc_show_redundancy *v, FILE *out)
{
	const struct fc_rf *rf = &v->rf;

	fputc('\n', out);
	fc_show_red_heading(out, "Pair Information :");
	fc_show_red_row(out, "Unit", "%s", fc_show_red_primary(rf) ? "Primary" : "Secondary");
	fc_show_red_row_number(out, "Term", rf->term);
	fc_show_red_row(out, "Output", "%s", fc_show_red_gate(rf));
	fc_show_red_row(out, "Fencing", "%s", v->fencing);
	if (rf->options.fencing == FC_RF_FENCING_NONE && rf->options.sso)
		fc_show_red_row(out, "", "a partition can give two exporters");
	if (v->pair.there)
		engine_rows(&v->pair, out);
	if (rf->barred && !fc_rf_is_active(rf->state) && !rf->comm)
		fc_show_red_row(out, "Waits for",
				"the peer, which may be active, or redundancy force-switchover");
	else if (*v->waits)
		fc_show_red_row(out, "Waits for", "%s", v->waits);
}

json_t *fc_show_red_pair_json(const struct fc_show_redundancy *v)
{
	const struct fc_show_pair *p = &v->pair;
	json_t *object = json_object();

	json_object_set_new(object, "link", link_json(p));
	json_object_set_new(object, "config_sync", sync_json(p));
	fc_show_put_text(object, "feed", p->look.feed == FC_PAIR_FEED_DUAL ? "dual" : "single");
	fc_show_put_text(object, "feed_refused", p->look.feed_why);
	json_object_set_new(object, "skew_ns", json_integer(p->look.skew_ns));
	fc_show_put(object, "skew_max_ns", p->look.skew_max_ns);
	fc_show_put(object, "healthy", p->look.healthy);
	fc_show_put(object, "peer_healthy", p->look.peer_healthy);
	fc_show_put(object, "takeovers", p->look.takeovers);
	fc_show_put(object, "takeover_us", p->look.takeover_us);
	fc_show_put(object, "stuck", p->look.stuck);
	return object;
}
