// SPDX-License-Identifier: BSD-2-Clause
/* clear flow monitor, clear flow exporter, clear sampler: rows of EXEC. */
#include "ha/show/gather.h"

#include <errno.h>
#include <string.h>

#define LIMIT_MS 3000 /* for all cards together: the next cut, which they are asked for */

/* What a command does to the cache; statistics may follow. */
struct clearing {
	bool cache, statistics;
	enum fc_slot_clear what; /* with the cache */
};

/* On every card; one that has none of the monitor's flows is done at once. Return the first error.
 */
static int clear_slots(struct fc_unit *unit, uint32_t id, enum fc_slot_clear what)
{
	int first = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_slot *slot = fc_unit_slot(unit, s);
		int err;

		if (!slot)
			continue;
		err = fc_slot_clear(slot, id, what, LIMIT_MS);
		fc_unit_slot_release(unit, s);
		first = first ? first : err;
	}
	return first;
}

static int clear_monitor(struct fc_cli_call *call, const struct clearing *c, uint32_t id,
			 const char *name)
{
	int err = 0;

	if (c->cache)
		err = clear_slots(call->unit, id, c->what);
	if (!err && c->statistics) {
		fc_monitor_book_forget(call->unit->book, id);
		err = clear_slots(call->unit, id, FC_CLEAR_STATISTICS);
	}
	if (err)
		fprintf(call->out, "%% Flow Monitor %s was not cleared on every card: %s.\n", name,
			strerror(-err));
	return err;
}

static int run(struct fc_cli_call *call, const struct clearing *c)
{
	const struct fc_config *config = fc_unit_config(call->unit);
	const char *name = fc_show_name(call);
	int number = fc_fnf_monitor_find(&config->fnf, name), err = fc_cli_refuse_standby(call);

	if (err)
		;
	else if (number == FC_FNF_NONE)
		err = fc_show_unknown(call, "Flow Monitor", name);
	else
		err = clear_monitor(call, c, config->fnf.monitor[number].id, name);
	fc_unit_config_release(config);
	return err;
}

static int run_all(struct fc_cli_call *call)
{
	return run(call, &(struct clearing){true, true, FC_CLEAR_CACHE});
}

static int run_cache(struct fc_cli_call *call)
{
	return run(call, &(struct clearing){true, false, FC_CLEAR_CACHE});
}

static int run_cache_export(struct fc_cli_call *call)
{
	return run(call, &(struct clearing){true, false, FC_CLEAR_FORCE_EXPORT});
}

static int run_export(struct fc_cli_call *call)
{
	return run(call, &(struct clearing){true, true, FC_CLEAR_FORCE_EXPORT});
}

static int run_statistics(struct fc_cli_call *call)
{
	return run(call, &(struct clearing){.statistics = true});
}

/* ------------------------------------------------------------------ exporters */
static int run_exporter(struct fc_cli_call *call)
{
	const struct fc_config *config = fc_unit_config(call->unit);
	const char *name = fc_show_name(call);
	int number = name ? fc_fnf_exporter_find(&config->fnf, name) : FC_FNF_NONE;
	int err = fc_cli_refuse_standby(call);

	if (!err && name && number == FC_FNF_NONE)
		err = fc_show_unknown(call, "Flow Exporter", name);
	/* One that is not open has no statistics to clear. */
	for (int e = 0; !err && e < FC_FNF_EXPORTERS; e++)
		if (*config->fnf.exporter[e].name && (!name || number == e))
			fc_export_thread_clear(call->unit->export, (unsigned)e);
	fc_unit_config_release(config);
	return err;
}

/* ------------------------------------------------------------------ samplers */
static int clear_sampler(struct fc_cli_call *call, const struct fc_fnf_sampler *sampler)
{
	int first = 0;

	for (unsigned s = 0; s < FC_CONFIG_SLOTS; s++) {
		struct fc_slot *slot = fc_unit_slot(call->unit, s);
		int err;

		if (!slot)
			continue;
		err = fc_slot_samplers_clear(slot, sampler->id);
		fc_unit_slot_release(call->unit, s);
		if (err != -ENODEV && !first) /* a card that is not there counts nothing */
			first = err;
	}
	if (first)
		fprintf(call->out, "%% Sampler %s was not cleared on every card: %s.\n",
			sampler->name, strerror(-first));
	return first;
}

static int run_sampler(struct fc_cli_call *call)
{
	const struct fc_config *config = fc_unit_config(call->unit);
	const char *name = fc_show_name(call);
	int number = name ? fc_fnf_sampler_find(&config->fnf, name) : FC_FNF_NONE;
	int err = fc_cli_refuse_standby(call);

	if (!err && name && number == FC_FNF_NONE)
		err = fc_show_unknown(call, "Sampler", name);
	for (int s = 0; !err && s < FC_FNF_SAMPLERS; s++)
		if (*config->fnf.sampler[s].name && (!name || number == s))
			err = clear_sampler(call, &config->fnf.sampler[s]);
	fc_unit_config_release(config);
	return err;
}

/* clang-format off */
const struct fc_cli_command fc_cli_clear_flow[] = {
	{"clear flow monitor [name] NAME", "Throw away the flows of a monitor, and begin its counts anew", FC_CLI_PRIVILEGED, run_all},
	{"clear flow monitor [name] NAME cache", "Throw away the flows of a monitor; they are not exported", FC_CLI_PRIVILEGED, run_cache},
	{"clear flow monitor [name] NAME cache force-export", "End the flows of a monitor and export them", FC_CLI_PRIVILEGED, run_cache_export},
	{"clear flow monitor [name] NAME force-export", "End the flows of a monitor, export them, and begin its counts anew", FC_CLI_PRIVILEGED, run_export},
	{"clear flow monitor [name] NAME statistics", "Begin the counts of a monitor anew", FC_CLI_PRIVILEGED, run_statistics},
	{"clear flow exporter statistics", "Begin the statistics of all exporters anew", FC_CLI_PRIVILEGED, run_exporter},
	{"clear flow exporter [name] NAME statistics", "Begin the statistics of an exporter anew", FC_CLI_PRIVILEGED, run_exporter},
	{"clear sampler", "Begin the windows and counts of all samplers anew", FC_CLI_PRIVILEGED, run_sampler},
	{"clear sampler [name] NAME", "Begin the window and counts of a sampler anew", FC_CLI_PRIVILEGED, run_sampler},
	{NULL, NULL, FC_CLI_USER, NULL},
};
/* clang-format on */
