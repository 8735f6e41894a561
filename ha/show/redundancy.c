// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/redundancy_impl.h"

#include <errno.h>
#include <ha/show/json.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

static int written(FILE *out)
{
	return ferror(out) ? -EIO : 0;
}

void fc_show_duration(uint64_t ms, char text[FC_RF_TEXT])
{
	static const struct {
		const char *name;
		uint64_t minutes;
	} units[] = {{"year", 525600}, {"week", 10080}, {"day", 1440}, {"hour", 60}};
	uint64_t minutes = ms / 60000;
	size_t used = 0;

	for (unsigned i = 0; i < sizeof(units) / sizeof(*units); i++) {
		uint64_t n = minutes / units[i].minutes;

		minutes %= units[i].minutes;
		if (n)
			used += (size_t)snprintf(text + used, FC_RF_TEXT - used,
						 "%" PRIu64 " %s%s, ", n, units[i].name,
						 n == 1 ? "" : "s");
	}
	snprintf(text + used, FC_RF_TEXT - used, "%" PRIu64 " minute%s", minutes,
		 minutes == 1 ? "" : "s");
}

/* ------------------------------------------------------------------ what is printed of it */
static const char *mode_of(bool sso)
{
	return sso ? "sso" : "Non-redundant";
}

static const char *communications(const struct fc_rf *rf)
{
	if (rf->comm)
		return "Up";
	return rf->peer_known ? "Down      Reason: Failure" : "Down      Reason: Simplex mode";
}

/* On its way a standby has no number, and small letters. */
static void peer_state_text(enum fc_rf_state state, char text[FC_RF_TEXT])
{
	static const char *const way[] = {
		[FC_RF_STANDBY_CONFIG] = "cold-config",
		[FC_RF_STANDBY_FILESYS] = "cold-filesys",
		[FC_RF_STANDBY_BULK] = "cold-bulk",
	};

	if (state >= FC_RF_STANDBY_CONFIG && state <= FC_RF_STANDBY_BULK)
		snprintf(text, FC_RF_TEXT, "in progress to standby %s", way[state]);
	else
		snprintf(text, FC_RF_TEXT, "%u -%s", (unsigned)state, fc_rf_state_name(state));
}

/* ------------------------------------------------------------------ show redundancy */
/* A unit that starts, negotiates or is disabled is neither yet. */
static const char *location(enum fc_rf_state state)
{
	if (fc_rf_is_active(state))
		return "Active Location";
	return fc_rf_is_standby(state) ? "Standby Location" : "Location";
}

static void processor(FILE *out, uint32_t unit, enum fc_rf_state state, uint64_t ms,
		      const struct fc_show_processor *p)
{
	char text[FC_RF_TEXT];

	fprintf(out, "%30s = slot %" PRIu32 "\n", location(state), unit);
	fc_show_red_row(out, "Current Software state", "%s", fc_rf_state_name(state));
	fc_show_duration(ms, text);
	fc_show_red_row(out, "Uptime in current state", "%s", text);
	fc_show_red_row(out, "Image Version", "%s", p->image);
	if (p->config_file_known)
		fc_show_red_row(out, "CONFIG_FILE", "%s", p->config_file);
}

static void system_information(const struct fc_show_redundancy *v, FILE *out)
{
	const struct fc_rf *rf = &v->rf;
	char text[FC_RF_TEXT];

	fc_show_red_heading(out, "Redundant System Information :");
	fc_show_duration(v->now_ms, text);
	fc_show_red_row(out, "Available system uptime", "%s", text);
	fc_show_red_row_number(out, "Switchovers system experienced", rf->switchovers_seen);
	fc_show_red_row_number(out, "Standby failures", rf->standby_failures);
	fc_show_red_row(out, "Last switchover reason", "%s", fc_rf_reason_name(rf->last_reason));
	fputc('\n', out);
	fc_show_red_row(out, "Hardware Mode", "%s", rf->comm ? "Duplex" : "Simplex");
	fc_show_red_row(out, "Configured Redundancy Mode", "%s", mode_of(rf->options.sso));
	fc_show_red_row(out, "Operating Redundancy Mode", "%s",
			mode_of(rf->options.sso && rf->comm));
	fc_show_red_row(out, "Maintenance Mode", "%s", rf->maintenance ? "Enabled" : "Disabled");
	fc_show_red_row(out, "Communications", "%s", communications(rf));
}

static json_t *processor_json(uint32_t unit, enum fc_rf_state state, uint64_t ms,
			      const struct fc_show_processor *p)
{
	json_t *object = json_object();

	fc_show_put(object, "unit", unit);
	fc_show_put_text(object, "state", fc_rf_state_name(state));
	fc_show_put(object, "state_ms", ms);
	fc_show_put_text(object, "image", p->image);
	if (p->config_file_known)
		fc_show_put_text(object, "config_file", p->config_file);
	return object;
}

static json_t *states_json(const struct fc_show_redundancy *v)
{
	const struct fc_rf *rf = &v->rf;
	json_t *object = json_object();
	char text[FC_RF_TEXT];

	fc_show_put(object, "my_state", rf->state);
	fc_show_put_text(object, "my_state_name", fc_rf_state_name(rf->state));
	fc_show_put(object, "peer_state", rf->peer_state);
	fc_show_put_text(object, "peer_state_name", fc_rf_state_name(rf->peer_state));
	fc_show_put_text(object, "mode", rf->comm ? "Duplex" : "Simplex");
	fc_show_put(object, "unit_id", rf->options.unit);
	fc_show_put_text(object, "unit", fc_show_red_primary(rf) ? "Primary" : "Secondary");
	fc_show_put_text(object, "mode_operational", mode_of(rf->options.sso && rf->comm));
	fc_show_put_text(object, "mode_configured", mode_of(rf->options.sso));
	fc_show_put_bool(object, "maintenance", rf->maintenance);
	fc_show_put_bool(object, "manual_swact", fc_rf_manual_swact(rf, text));
	fc_show_put_text(object, "manual_swact_text", text);
	fc_show_put_bool(object, "communications", rf->comm);
	fc_show_put(object, "clients", rf->members);
	fc_show_put(object, "client_notification_ms", rf->options.notification_ms);
	return object;
}

static int redundancy_json(const struct fc_show_redundancy *v, FILE *out)
{
	const struct fc_rf *rf = &v->rf;
	json_t *object = states_json(v);

	fc_show_put(object, "uptime_ms", v->now_ms);
	fc_show_put(object, "switchovers", rf->switchovers_seen);
	fc_show_put(object, "standby_failures", rf->standby_failures);
	fc_show_put_text(object, "last_switchover_reason", fc_rf_reason_name(rf->last_reason));
	fc_show_put(object, "term", rf->term);
	fc_show_put_text(object, "output", fc_show_red_gate(rf));
	fc_show_put_text(object, "fencing", v->fencing);
	fc_show_put_bool(object, "waits_for_peer", rf->barred);
	fc_show_put_text(object, "waits", v->waits);
	if (v->pair.there)
		json_object_set_new(object, "pair", fc_show_red_pair_json(v));
	json_object_set_new(
		object, "current",
		processor_json(rf->options.unit, rf->state, v->now_ms - rf->since_ms, &v->mine));
	if (rf->comm && rf->heard)
		json_object_set_new(object, "peer",
				    processor_json(rf->peer.unit, rf->peer_state,
						   v->now_ms - rf->peer_since_ms, &v->peer));
	return fc_show_give(object, out);
}

int fc_show_redundancy(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const struct fc_rf *rf = &v->rf;

	if (json)
		return redundancy_json(v, out);
	system_information(v, out);
	fputc('\n', out);
	fc_show_red_heading(out, "Current Processor Information :");
	processor(out, rf->options.unit, rf->state, v->now_ms - rf->since_ms, &v->mine);
	fputc('\n', out);
	if (rf->comm && rf->heard) {
		fc_show_red_heading(out, "Peer Processor Information :");
		processor(out, rf->peer.unit, rf->peer_state, v->now_ms - rf->peer_since_ms,
			  &v->peer);
	} else {
		char slot[16] = "unavailable";

		if (rf->peer_known)
			snprintf(slot, sizeof(slot), "%" PRIu32, rf->peer.unit);
		fprintf(out,
			"Peer (slot: %s) information is not available because it is in '%s' "
			"state\n",
			slot, fc_rf_state_name(rf->peer_state));
	}
	fc_show_red_pair(v, out);
	return written(out);
}

/* ------------------------------------------------------------------ its other listings */
int fc_show_redundancy_states(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const struct fc_rf *rf = &v->rf;
	char peer[FC_RF_TEXT], swact[FC_RF_TEXT];
	bool duplex = rf->comm;

	if (json)
		return fc_show_give(states_json(v), out);
	peer_state_text(rf->peer_state, peer);
	fc_rf_manual_swact(rf, swact);
	fprintf(out, "my state = %u -%s\n", (unsigned)rf->state, fc_rf_state_name(rf->state));
	fprintf(out, "peer state = %s\n", peer);
	fprintf(out, "Mode = %s\n", duplex ? "Duplex" : "Simplex");
	fprintf(out, "Unit ID = %" PRIu32 "\n", rf->options.unit);
	fprintf(out, "Redundancy Mode (Operational) = %s\n", mode_of(rf->options.sso && duplex));
	fprintf(out, "Redundancy Mode (Configured) = %s\n", mode_of(rf->options.sso));
	fprintf(out, "Redundancy State = %s\n",
		rf->options.sso && duplex ? "sso" : "Non Redundant");
	fprintf(out, "Maintenance Mode = %s\n", rf->maintenance ? "Enabled" : "Disabled");
	fprintf(out, "Manual Swact = %s\n", swact);
	fprintf(out, "Communications = %s\n", communications(rf));
	fprintf(out, "  client count = %u\n", rf->members);
	fprintf(out, "client_notification_TMR = %" PRIu32 " milliseconds\n",
		rf->options.notification_ms);
	/* There is no debugging of the facility to switch on. */
	fprintf(out, "  RF debug mask = 0x0\n");
	return written(out);
}

int fc_show_redundancy_clients(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	json_t *array = json ? json_array() : NULL;

	for (unsigned i = 0; i < v->rf.members; i++) {
		const struct fc_rf_member *m = &v->rf.member[i];
		json_t *object;

		if (!json) {
			fprintf(out, "clientID = %-6u clientSeq = %-6u %.20s\n", m->client.id,
				m->client.sequence, m->client.name);
			continue;
		}
		object = json_object();
		fc_show_put(object, "id", m->client.id);
		fc_show_put(object, "sequence", m->client.sequence);
		fc_show_put_text(object, "name", m->client.name);
		fc_show_put_bool(object, "redundant", m->redundant);
		fc_show_put(object, "step_ms", m->step_ms);
		json_array_append_new(array, object);
	}
	return json ? fc_show_give(array, out) : written(out);
}

int fc_show_redundancy_counters(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const struct fc_rf_counters *c = &v->rf.counters;
	const struct {
		const char *name, *label;
		uint64_t value;
		bool blank;
	} rows[] = {
#define X(name, label, blank) {#name, label, c->name, blank},
		FC_RF_COUNTER_LIST(X)
#undef X
	};
	json_t *object = json ? json_object() : NULL;

	if (!json)
		fprintf(out, "Redundancy Facility OMs\n");
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (json)
			fc_show_put(object, rows[i].name, rows[i].value);
		else
			fprintf(out, "%27s = %" PRIu64 "\n%s", rows[i].label, rows[i].value,
				rows[i].blank ? "\n" : "");
	return json ? fc_show_give(object, out) : written(out);
}

int fc_show_redundancy_history(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const struct fc_rf_history *h = &v->rf.history;
	json_t *array = json ? json_array() : NULL;
	char text[FC_RF_LINE];

	for (unsigned i = 0; i < fc_rf_history_lines(h); i++) {
		fc_rf_line_text(fc_rf_history_line(h, i), text);
		if (json)
			fc_show_append_text(array, text);
		else
			fprintf(out, "%s\n", text);
	}
	return json ? fc_show_give(array, out) : written(out);
}

/* 03:26:09 UTC Wed Sep 23 2020 */
static void wall_text(int64_t wall, char text[FC_RF_TEXT])
{
	time_t t = (time_t)wall;
	char clock[32], day[32];
	struct tm tm;

	if (!gmtime_r(&t, &tm)) {
		snprintf(text, FC_RF_TEXT, "?");
		return;
	}
	strftime(clock, sizeof(clock), "%H:%M:%S UTC", &tm);
	strftime(day, sizeof(day), "%a %b", &tm);
	snprintf(text, FC_RF_TEXT, "%s %s %d %d", clock, day, tm.tm_mday, tm.tm_year + 1900);
}

static json_t *switchover_json(const struct fc_rf_switchover *s, const char *when)
{
	json_t *object = json_object();

	fc_show_put(object, "index", s->index);
	fc_show_put(object, "previous_active", s->previous);
	fc_show_put(object, "current_active", s->current);
	fc_show_put_text(object, "reason", fc_rf_reason_name(s->reason));
	fc_show_put_text(object, "time", when);
	return object;
}

int fc_show_redundancy_switchovers(const struct fc_show_redundancy *v, bool json, FILE *out)
{
	const struct fc_rf_switchovers *list = &v->rf.switchovers;
	json_t *array = json ? json_array() : NULL;
	char when[FC_RF_TEXT];

	if (!json && list->rows)
		fprintf(out, "%s\n%s\n%s\n",
			"Index  Previous  Current  Switchover             Switchover",
			"       active    active   reason                 time",
			"-----  --------  -------  ----------             ----------");
	for (unsigned i = 0; i < list->rows; i++) {
		const struct fc_rf_switchover *s = &list->row[i];

		wall_text(s->wall, when);
		if (json)
			json_array_append_new(array, switchover_json(s, when));
		else
			fprintf(out, "%4" PRIu32 "%8" PRIu32 "%9" PRIu32 "     %-22s %s\n",
				s->index, s->previous, s->current, fc_rf_reason_name(s->reason),
				when);
	}
	return json ? fc_show_give(array, out) : written(out);
}
