// SPDX-License-Identifier: BSD-2-Clause
/* One line: which section it is for, which row it is, and doing it. */
#include "ha/config_impl.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ------------------------------------------------------------------ small steps */
int fc_config_keep(struct fc_syntax_line *line, unsigned value, char *to, size_t octets)
{
	if (strlen(line->value[value].text) >= octets)
		return fc_syntax_refuse(line, value, "%% Longer than %zu characters", octets - 1);
	fc_config_text(to, octets, line->value[value].text);
	return 0;
}

void fc_config_number(void *section, const struct fc_syntax_line *line)
{
	const struct fc_config_setting *s = line->row->detail;
	uint64_t wide = line->no ? s->fallback : line->value[0].number;
	uint32_t word = (uint32_t)wide;
	uint16_t half = (uint16_t)wide;
	uint8_t octet = (uint8_t)wide;
	const void *from = &wide;

	if (s->octets == sizeof(octet)) /* a bool, too */
		from = &octet;
	else if (s->octets == sizeof(half))
		from = &half;
	else if (s->octets == sizeof(word))
		from = &word;
	memcpy((char *)section + s->offset, from, s->octets);
}

void fc_config_enter(struct fc_config_reader *r, enum fc_config_mode mode, const char *name)
{
	r->cursor->mode = mode;
	fc_config_text(r->cursor->name, sizeof(r->cursor->name), name);
}

int fc_config_run_exit(void *context, struct fc_syntax_line *line)
{
	struct fc_config_reader *r = context;
	bool outside = r->cursor->mode == FC_CONFIG_GLOBAL;

	(void)line;
	fc_config_enter(r, FC_CONFIG_GLOBAL, "");
	r->cursor->ended = outside;
	return 0;
}

/* ------------------------------------------------------------------ the rows of all sections */
static struct {
	struct fc_syntax_command *row;
	size_t rows;
	pthread_once_t once;
} language = {.once = PTHREAD_ONCE_INIT};

static void *must(void *memory)
{
	if (!memory)
		abort(); /* once, at the start, a few kilobytes */
	return memory;
}

static void add_row(const struct fc_syntax_command *row)
{
	language.row = must(realloc(language.row, (language.rows + 1) * sizeof(*row)));
	language.row[language.rows++] = *row;
}

static char *join(const char *verb, const char *name, unsigned argument_max)
{
	char *text, argument[40] = "";

	if (argument_max)
		snprintf(argument, sizeof(argument), " [minimum-mask <1-%u>]", argument_max);
	if (asprintf(&text, "%s %s%s", verb, name, argument) < 0)
		text = NULL;
	return must(text);
}

/* "match" and "collect" with every field that may stand there. */
static void add_fields(void)
{
	size_t count;
	const struct fc_field *f = fc_field_table(&count);

	for (; count--; f++) {
		struct fc_syntax_command row = {FC_CONFIG_RECORD, true, NULL, NULL, f};

		row.pattern = join("match", f->name, f->argument_max);
		row.run = fc_config_run_match;
		if (f->use & FC_FIELD_MATCH)
			add_row(&row);
		else
			free((char *)row.pattern);
		row.pattern = join("collect", f->name, f->argument_max);
		row.run = fc_config_run_collect;
		if (f->use & FC_FIELD_COLLECT)
			add_row(&row);
		else
			free((char *)row.pattern);
	}
}

/* "record" with the name of every predefined record, which may have blanks. */
static void add_predefined(void)
{
	struct fc_fnf *fnf = must(malloc(sizeof(*fnf)));

	fc_fnf_init(fnf);
	for (unsigned i = 0; i < FC_FNF_RECORDS; i++)
		if (fnf->record[i].kind == FC_RECORD_PREDEFINED) {
			struct fc_syntax_command row = {FC_CONFIG_MONITOR, true, NULL,
							fc_config_run_predefined, NULL};

			row.pattern = join("record", fnf->record[i].name, 0);
			row.detail = row.pattern + strlen("record ");
			add_row(&row);
		}
	free(fnf);
}

static void make_language(void)
{
	static const struct fc_syntax_command *const section[] = {
		fc_config_rows_global,    fc_config_rows_card,       fc_config_rows_record,
		fc_config_rows_exporter,  fc_config_rows_monitor,    fc_config_rows_sampler,
		fc_config_rows_interface, fc_config_rows_redundancy, NULL};

	for (unsigned s = 0; section[s]; s++)
		for (const struct fc_syntax_command *row = section[s]; row->pattern; row++)
			add_row(row);
	add_fields();
	add_predefined();
}

const struct fc_syntax_command *fc_config_commands(size_t *rows)
{
	pthread_once(&language.once, make_language);
	*rows = language.rows;
	return language.row;
}

/* ------------------------------------------------------------------ the section */
static bool resolve_object(struct fc_config_reader *r)
{
	struct fc_fnf *fnf = &r->config->fnf;
	const char *name = r->cursor->name;

	switch (r->cursor->mode) {
	case FC_CONFIG_RECORD:
		r->index = fc_fnf_record_find(fnf, name);
		r->record = &fnf->record[r->index < 0 ? 0 : r->index];
		break;
	case FC_CONFIG_EXPORTER:
		r->index = fc_fnf_exporter_find(fnf, name);
		r->exporter = &fnf->exporter[r->index < 0 ? 0 : r->index];
		break;
	case FC_CONFIG_MONITOR:
		r->index = fc_fnf_monitor_find(fnf, name);
		r->monitor = &fnf->monitor[r->index < 0 ? 0 : r->index];
		break;
	case FC_CONFIG_SAMPLER:
		r->index = fc_fnf_sampler_find(fnf, name);
		r->sampler = &fnf->sampler[r->index < 0 ? 0 : r->index];
		break;
	default:
		break;
	}
	return r->index >= 0;
}

/* False: what the section is about has been removed since, by another session. */
static bool resolve(struct fc_config_reader *r)
{
	if (r->cursor->mode == FC_CONFIG_REDUNDANCY)
		return true;
	if (r->cursor->mode != FC_CONFIG_CARD && r->cursor->mode != FC_CONFIG_INTERFACE)
		return resolve_object(r);
	r->card = &r->config->card[r->cursor->slot % FC_CONFIG_SLOTS];
	r->port = &r->card->port[r->cursor->port % FC_CARD_PORTS_MAX];
	return r->card->there;
}

const char *fc_config_prompt(const struct fc_config_cursor *cursor)
{
	static const char *const prompt[] = {
		[FC_CONFIG_GLOBAL] = "config",
		[FC_CONFIG_CARD] = "config-card",
		[FC_CONFIG_RECORD] = "config-flow-record",
		[FC_CONFIG_EXPORTER] = "config-flow-exporter",
		[FC_CONFIG_MONITOR] = "config-flow-monitor",
		[FC_CONFIG_SAMPLER] = "config-sampler",
		[FC_CONFIG_INTERFACE] = "config-if",
		[FC_CONFIG_REDUNDANCY] = "config-red",
	};

	return prompt[cursor->mode];
}

/* ------------------------------------------------------------------ the line */
static int refuse_octets(const char *text, struct fc_syntax_line *line)
{
	for (unsigned i = 0; text[i] && i < FC_SYNTAX_LINE; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c >= ' ' && c < 0x7f) || c == '\t')
			continue;
		*line = (struct fc_syntax_line){.column = i};
		snprintf(line->message, sizeof(line->message),
			 "Only printable ASCII characters are taken.");
		return -EINVAL;
	}
	return 0;
}

/*
 * What is no line of the section may be a global one, which ends the section, as on IOS. The error
 * shown is the section's, unless only the global mode knows the first word.
 */
static int find_row(struct fc_config_cursor *cursor, const char *text, struct fc_syntax_line *line)
{
	size_t rows;
	const struct fc_syntax_command *row = fc_config_commands(&rows);
	bool first, global_first;
	int found = fc_syntax_parse(row, rows, cursor->mode, text, line, &first);

	if (found != -EINVAL || cursor->mode == FC_CONFIG_GLOBAL)
		return found;
	found = fc_syntax_parse(row, rows, FC_CONFIG_GLOBAL, text, line, &global_first);
	if (found >= 0)
		cursor->mode = FC_CONFIG_GLOBAL;
	else if (!first || global_first)
		found = fc_syntax_parse(row, rows, cursor->mode, text, line, &first);
	return found;
}

/* "default" in front of a line is "no"; as many octets, so that columns stay. */
static const char *plain(const char *text, char copy[FC_SYNTAX_LINE])
{
	size_t at = strspn(text, " \t"), octets = strcspn(text + at, " \t");

	if (octets < 3 || octets > 7 || strncasecmp(text + at, "default", octets) != 0 ||
	    strlen(text) >= FC_SYNTAX_LINE)
		return text;
	fc_config_text(copy, FC_SYNTAX_LINE, text);
	memset(copy + at, ' ', octets);
	copy[at] = 'n';
	copy[at + 1] = 'o';
	return copy;
}

int fc_config_line(struct fc_config *config, struct fc_config_cursor *cursor, const char *text,
		   struct fc_syntax_line *line)
{
	struct fc_config_cursor next = *cursor;
	struct fc_config_reader r = {.config = config, .cursor = &next};
	char copy[FC_SYNTAX_LINE];
	int err = refuse_octets(text, line);

	if (err)
		return err;
	next.ended = false;
	err = find_row(&next, plain(text, copy), line);
	if (err == -ENOENT)
		cursor->ended = false;
	if (err < 0)
		return err == -ENOENT ? 0 : err;
	if (!resolve(&r) && line->row->run != fc_config_run_exit)
		return fc_syntax_refuse(line, 0, "%% %s has been removed", next.name);
	err = line->row->run(&r, line);
	if (!err)
		*cursor = next;
	return err;
}
