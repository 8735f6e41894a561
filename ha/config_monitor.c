// SPDX-License-Identifier: BSD-2-Clause
/* The section "flow monitor". Of a monitor that stands on an interface only timeouts, exporters and
 * its description are changed. */
#include "ha/config_impl.h"

#include <errno.h>
#include <string.h>

int fc_config_run_monitor(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	struct fc_fnf *fnf = &r->config->fnf;
	const char *name = line->values ? line->value[0].text : "";
	int i = fc_fnf_monitor_find(fnf, name);

	if (line->no && !line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	if (line->no && i < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: %s does not exist", name);
	if (line->no && fc_config_monitor_bound(r->config, i))
		return fc_syntax_refuse(line, 0,
					"%% Flow Monitor: Failed to delete: Object is in use");
	if (line->no) {
		memset(&fnf->monitor[i], 0, sizeof(fnf->monitor[i]));
		return 0;
	}
	if (strlen(name) >= FC_FNF_NAME)
		return fc_syntax_refuse(line, 0, "%% Longer than %d characters", FC_FNF_NAME - 1);
	if (i < 0 && fc_fnf_monitor_add(fnf, name) < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: more than %d monitors",
					FC_FNF_MONITORS);
	fc_config_enter(r, FC_CONFIG_MONITOR, name);
	return 0;
}

static int refuse_bound(const struct fc_config_reader *r, struct fc_syntax_line *line,
			const char *what)
{
	if (!fc_config_monitor_bound(r->config, r->index))
		return 0;
	return fc_syntax_refuse(line, 0, "%% Flow Monitor: Failed to set %s: Object is in use",
				what);
}

/* ------------------------------------------------------------------ the record */
/* A record must part flows and be something that exporters can send. */
static int refuse_record(const struct fc_config_reader *r, struct fc_syntax_line *line, int record)
{
	const struct fc_fnf_record *to = &r->config->fnf.record[record];
	bool key = false;
	int err = 0;

	if (r->monitor->record != FC_FNF_NONE)
		return fc_syntax_refuse(
			line, 0,
			"%% Flow Monitor: Failed to set record: Already there is an "
			"existing record configured");
	for (unsigned f = 0; f < to->fields; f++)
		key |= to->field[f].key;
	if (!key)
		return fc_syntax_refuse(
			line, 0, "%% Flow Monitor: Failed to set record: %s has no match field",
			to->name);
	for (unsigned e = 0; !err && e < FC_FNF_MONITOR_EXPORTERS; e++)
		err = fc_config_pair(r->config, line, r->monitor->exporter[e], record);
	return err;
}

static int set_record(struct fc_config_reader *r, struct fc_syntax_line *line, int record)
{
	int err;

	if (!line->no && r->monitor->record == record)
		return 0;
	if (line->no && record != FC_FNF_NONE && r->monitor->record != record)
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: this record is not configured");
	err = refuse_bound(r, line, "record");
	if (!err && !line->no)
		err = refuse_record(r, line, record);
	if (!err)
		r->monitor->record = line->no ? FC_FNF_NONE : record;
	return err;
}

int fc_config_run_predefined(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;

	return set_record(r, line, fc_fnf_record_find(&r->config->fnf, line->row->detail));
}

static int run_record(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	int record = FC_FNF_NONE;

	if (line->values)
		record = fc_fnf_record_find(&r->config->fnf, line->value[0].text);
	if (line->values && (record < 0 || r->config->fnf.record[record].kind != FC_RECORD_USER))
		return fc_syntax_refuse(line, 0, "%% Flow Record: %s does not exist",
					line->value[0].text);
	return set_record(r, line, record);
}

/* ------------------------------------------------------------------ exporters */
static int remove_exporter(struct fc_fnf_monitor *m, int exporter, struct fc_syntax_line *line)
{
	for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++) {
		if (m->exporter[e] != exporter)
			continue;
		memmove(&m->exporter[e], &m->exporter[e + 1],
			(FC_FNF_MONITOR_EXPORTERS - e - 1) * sizeof(m->exporter[0]));
		m->exporter[FC_FNF_MONITOR_EXPORTERS - 1] = FC_FNF_NONE;
		return 0;
	}
	return fc_syntax_refuse(line, 0, "%% Flow Monitor: this exporter is not configured");
}

static int run_exporter(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	struct fc_fnf_monitor *m = r->monitor;
	unsigned used = 0;
	int e, err;

	if (!line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	e = fc_fnf_exporter_find(&r->config->fnf, line->value[0].text);
	if (e < 0)
		return fc_syntax_refuse(line, 0, "%% Flow Exporter: %s does not exist",
					line->value[0].text);
	if (line->no)
		return remove_exporter(m, e, line);
	for (; used < FC_FNF_MONITOR_EXPORTERS && m->exporter[used] != FC_FNF_NONE; used++)
		if (m->exporter[used] == e)
			return 0;
	if (used == FC_FNF_MONITOR_EXPORTERS)
		return fc_syntax_refuse(line, 0, "%% Flow Monitor: more than %d exporters",
					FC_FNF_MONITOR_EXPORTERS);
	err = fc_config_pair(r->config, line, e, m->record);
	if (!err)
		m->exporter[used] = e;
	return err;
}

/* ------------------------------------------------------------------ the cache */
static int run_type(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	enum fc_fnf_cache type =
		line->no ? FC_CACHE_NORMAL : (enum fc_fnf_cache)line->value[0].number;
	int err = type == r->monitor->cache ? 0 : refuse_bound(r, line, "cache type");

	if (!err)
		r->monitor->cache = type;
	return err;
}

static int run_entries(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	uint64_t entries = line->no ? 4096 : line->value[0].number;
	int err = entries == r->monitor->entries ? 0 : refuse_bound(r, line, "cache entries");

	if (!err)
		r->monitor->entries = entries;
	return err;
}

static int run_number(void *context, struct fc_syntax_line *line)
{
	fc_config_number(((struct fc_config_reader *)context)->monitor, line);
	return 0;
}

static int run_event(void *context, struct fc_syntax_line *line)
{
	((struct fc_config_reader *)context)->monitor->transaction_end = !line->no;
	return 0;
}

static int run_synchronized(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_monitor *m = ((struct fc_config_reader *)context)->monitor;
	uint64_t interval = line->no ? 60 : line->value[0].number;
	uint64_t spread = line->no || line->values < 2 ? 0 : line->value[1].number;

	if (spread >= interval)
		return fc_syntax_refuse(
			line, 1, "%% Flow Monitor: the spread must be shorter than the interval");
	m->synchronized_s = (unsigned)interval;
	m->spread_s = (unsigned)spread;
	return 0;
}

static int run_description(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_monitor *m = ((struct fc_config_reader *)context)->monitor;

	if (!line->no)
		return fc_config_keep(line, 0, m->description, sizeof(m->description));
	memset(m->description, 0, sizeof(m->description));
	return 0;
}

#define ROW(pattern, run, detail)                                                                  \
	{                                                                                          \
		FC_CONFIG_MONITOR, true, pattern, run, detail                                      \
	}
#define MEMBER(member, fallback) FC_CONFIG_SETTING(fc_fnf_monitor, member, fallback)
/* clang-format off */
const struct fc_syntax_command fc_config_rows_monitor[] = {
	ROW("description LINE", run_description, NULL),
	ROW("record NAME", run_record, NULL),
	ROW("exporter NAME", run_exporter, NULL),
	ROW("cache type {normal|immediate|permanent|synchronized}", run_type, NULL),
	ROW("cache entries <16-16777216>", run_entries, NULL),
	ROW("cache timeout active <1-604800>", run_number, MEMBER(active_s, 1800)),
	ROW("cache timeout inactive <1-604800>", run_number, MEMBER(inactive_s, 15)),
	ROW("cache timeout update <1-604800>", run_number, MEMBER(update_s, 1800)),
	ROW("cache timeout synchronized <1-86400> [export-spread <1-86400>]", run_synchronized, NULL),
	ROW("cache timeout event transaction-end", run_event, NULL),
	{FC_CONFIG_MONITOR, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};
/* clang-format on */
