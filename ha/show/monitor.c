// SPDX-License-Identifier: BSD-2-Clause
/* show flow monitor: what it is made of, and the counts of its cache. */
#include "ha/show/objects.h"

static const char *const type_name[] = {[FC_CACHE_NORMAL] = "normal",
					[FC_CACHE_IMMEDIATE] = "immediate",
					[FC_CACHE_PERMANENT] = "permanent",
					[FC_CACHE_SYNCHRONIZED] = "synchronized"};

/* A cache takes memory once its monitor stands on an interface. */
static bool allocated(const struct fc_show_view *view, int monitor)
{
	for (unsigned b = 0; b < view->bindings; b++)
		if (view->binding[b].monitor == monitor)
			return true;
	return false;
}

static const char *record_name(const struct fc_fnf *fnf, const struct fc_fnf_monitor *m)
{
	return m->record == FC_FNF_NONE ? "not configured" : fnf->record[m->record].name;
}

static void exporters_text(const struct fc_fnf *fnf, const struct fc_fnf_monitor *m, FILE *out)
{
	for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS && m->exporter[e] != FC_FNF_NONE; e++)
		fprintf(out, "  %-18s %s\n",
			e ? "" : "Flow Exporter:", fnf->exporter[m->exporter[e]].name);
}

static void monitor_text(const struct fc_show_view *view, int number, FILE *out)
{
	const struct fc_fnf_monitor *m = &view->fnf->monitor[number];

	fprintf(out, "Flow Monitor %s:\n", m->name);
	fprintf(out, "  Description:       %s\n", fc_show_description(m->description));
	fprintf(out, "  Flow Record:       %s\n", record_name(view->fnf, m));
	exporters_text(view->fnf, m, out);
	fprintf(out, "  Cache:\n");
	fprintf(out, "    Type:                 %s (Platform cache)\n", type_name[m->cache]);
	fprintf(out, "    Status:               %s\n",
		allocated(view, number) ? "allocated" : "not allocated");
	fprintf(out, "    Size:                 %llu entries\n", (unsigned long long)m->entries);
	fprintf(out, "    Inactive Timeout:     %u secs\n", m->inactive_s);
	fprintf(out, "    Active Timeout:       %u secs\n", m->active_s);
	if (m->cache == FC_CACHE_PERMANENT)
		fprintf(out, "    Update Timeout:       %u secs\n", m->update_s);
	if (m->cache == FC_CACHE_SYNCHRONIZED)
		fprintf(out, "    Synchronized Timeout: %u secs\n", m->synchronized_s);
	if (m->cache == FC_CACHE_SYNCHRONIZED && m->spread_s)
		fprintf(out, "    Export Spread:        %u secs\n", m->spread_s);
	if (m->transaction_end)
		fprintf(out, "    Trans end aging:      on\n");
	fprintf(out, "\n\n");
}

static json_t *monitor_json(const struct fc_show_view *view, int number)
{
	const struct fc_fnf_monitor *m = &view->fnf->monitor[number];
	json_t *object = json_object(), *exporters = json_array();

	fc_show_put_text(object, "name", m->name);
	fc_show_put_text(object, "description", fc_show_description(m->description));
	fc_show_put(object, "id", m->id);
	if (m->record != FC_FNF_NONE)
		fc_show_put_text(object, "record", view->fnf->record[m->record].name);
	for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS && m->exporter[e] != FC_FNF_NONE; e++)
		fc_show_append_text(exporters, view->fnf->exporter[m->exporter[e]].name);
	json_object_set_new(object, "exporters", exporters);
	fc_show_put_text(object, "cache_type", type_name[m->cache]);
	fc_show_put_bool(object, "allocated", allocated(view, number));
	fc_show_put(object, "entries", m->entries);
	fc_show_put(object, "timeout_active_s", m->active_s);
	fc_show_put(object, "timeout_inactive_s", m->inactive_s);
	fc_show_put(object, "timeout_update_s", m->update_s);
	fc_show_put(object, "synchronized_s", m->synchronized_s);
	fc_show_put(object, "export_spread_s", m->spread_s);
	fc_show_put_bool(object, "transaction_end", m->transaction_end);
	return object;
}

int fc_show_monitors(const struct fc_show_view *view, int monitor, bool json, FILE *out)
{
	json_t *list = json ? json_array() : NULL, *object;

	for (int m = 0; m < FC_FNF_MONITORS; m++) {
		if (!*view->fnf->monitor[m].name || (monitor >= 0 && monitor != m))
			continue;
		if (json)
			json_array_append_new(list, monitor_json(view, m));
		else
			monitor_text(view, m, out);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "monitors", list);
	return fc_show_give(object, out);
}

int fc_show_monitor_statistics(const struct fc_show_view *view, int monitor, bool json, FILE *out)
{
	const struct fc_fnf_monitor *m = &view->fnf->monitor[monitor];

	if (!json) {
		fc_show_counts_text(m, &view->counts[monitor], out);
		return 0;
	}
	fputs("{\"name\": ", out);
	fc_show_json_text(out, m->name);
	fputs(", ", out);
	fc_show_counts_json(m, &view->counts[monitor], out);
	fputs("}\n", out);
	return 0;
}
