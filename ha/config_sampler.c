// SPDX-License-Identifier: BSD-2-Clause
/* The section "sampler". A sampler that stands on an interface is not changed. */
#include "ha/config_impl.h"

#include <errno.h>
#include <string.h>

int fc_config_run_sampler(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	struct fc_fnf *fnf = &r->config->fnf;
	const char *name = line->values ? line->value[0].text : "";
	int i = fc_fnf_sampler_find(fnf, name);

	if (line->no && !line->values)
		return fc_syntax_refuse(line, 0, "Incomplete command.");
	if (line->no && i < 0)
		return fc_syntax_refuse(line, 0, "%% Sampler: %s does not exist", name);
	if (line->no && fc_config_sampler_used(r->config, i))
		return fc_syntax_refuse(line, 0, "%% Sampler: Failed to delete: Object is in use");
	if (line->no) {
		memset(&fnf->sampler[i], 0, sizeof(fnf->sampler[i]));
		return 0;
	}
	if (strlen(name) >= FC_FNF_NAME)
		return fc_syntax_refuse(line, 0, "%% Longer than %d characters", FC_FNF_NAME - 1);
	if (i < 0 && fc_fnf_sampler_add(fnf, name) < 0)
		return fc_syntax_refuse(line, 0, "%% Sampler: more than %d samplers",
					FC_FNF_SAMPLERS);
	fc_config_enter(r, FC_CONFIG_SAMPLER, name);
	return 0;
}

static int run_mode(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	enum fc_fnf_sampler_mode mode = 0;
	uint32_t window = 0;

	if (!line->no) {
		mode = line->value[0].number ? FC_SAMPLE_RANDOM : FC_SAMPLE_DETERMINISTIC;
		window = (uint32_t)line->value[1].number;
	}
	if (mode == r->sampler->mode && window == r->sampler->window)
		return 0;
	if (fc_config_sampler_used(r->config, r->index))
		return fc_syntax_refuse(line, 0,
					"%% Sampler: Failed to set mode: Object is in use");
	r->sampler->mode = mode;
	r->sampler->window = window;
	return 0;
}

static int run_description(void *context, struct fc_syntax_line *line)
{
	struct fc_fnf_sampler *s = ((struct fc_config_reader *)context)->sampler;

	if (!line->no)
		return fc_config_keep(line, 0, s->description, sizeof(s->description));
	memset(s->description, 0, sizeof(s->description));
	return 0;
}

const struct fc_syntax_command fc_config_rows_sampler[] = {
	{FC_CONFIG_SAMPLER, true, "description LINE", run_description, NULL},
	{FC_CONFIG_SAMPLER, true, "mode {deterministic|random} 1 out-of <2-65536>", run_mode, NULL},
	{FC_CONFIG_SAMPLER, false, "exit", fc_config_run_exit, NULL},
	{0, false, NULL, NULL, NULL},
};
