/* SPDX-License-Identifier: BSD-2-Clause */
/* Inside of the language: the section that a line belongs to, and each section's rows. Private to
 * ha/config*.c. */
#ifndef FC_CONFIG_IMPL_H
#define FC_CONFIG_IMPL_H

#include <ha/config.h>
#include <stddef.h>

/* What run() of a row gets. The object of the section is there; the others are NULL. */
struct fc_config_reader {
	struct fc_config *config;
	struct fc_config_cursor *cursor;
	struct fc_config_card *card;
	struct fc_config_port *port;
	struct fc_fnf_record *record;
	struct fc_fnf_exporter *exporter;
	struct fc_fnf_monitor *monitor;
	struct fc_fnf_sampler *sampler;
	int index; /* of the object */
};

/* Rows of a section, in the order of '?'; they end with one that has no pattern. */
extern const struct fc_syntax_command fc_config_rows_global[];
extern const struct fc_syntax_command fc_config_rows_card[];
extern const struct fc_syntax_command fc_config_rows_record[];
extern const struct fc_syntax_command fc_config_rows_exporter[];
extern const struct fc_syntax_command fc_config_rows_monitor[];
extern const struct fc_syntax_command fc_config_rows_sampler[];
extern const struct fc_syntax_command fc_config_rows_interface[];
extern const struct fc_syntax_command fc_config_rows_redundancy[];

/* The opening lines of sections. */
int fc_config_run_card(void *context, struct fc_syntax_line *line);
int fc_config_run_record(void *context, struct fc_syntax_line *line);
int fc_config_run_exporter(void *context, struct fc_syntax_line *line);
int fc_config_run_monitor(void *context, struct fc_syntax_line *line);
int fc_config_run_sampler(void *context, struct fc_syntax_line *line);
int fc_config_run_interface(void *context, struct fc_syntax_line *line);
int fc_config_run_secret(void *context, struct fc_syntax_line *line);
int fc_config_run_redundancy(void *context, struct fc_syntax_line *line);
/* "match ..." and "collect ..."; the row's detail is the field. */
int fc_config_run_match(void *context, struct fc_syntax_line *line);
int fc_config_run_collect(void *context, struct fc_syntax_line *line);
/* "record netflow-original" and the like; the row's detail is the whole name. */
int fc_config_run_predefined(void *context, struct fc_syntax_line *line);
int fc_config_run_exit(void *context, struct fc_syntax_line *line);

/* ------------------------------------------------------------------ small steps */
/* `from` as the whole content of a member: what is behind it becomes 0. It fits. */
void fc_config_text(char *to, size_t octets, const char *from);

/* The value as the content of a member, or refuse it for its length. */
int fc_config_keep(struct fc_syntax_line *line, unsigned value, char *to, size_t octets);

/* A member of the section's struct that is a number: where it is, and what "no" makes it. */
struct fc_config_setting {
	size_t offset, octets;
	uint64_t fallback;
};
#define FC_CONFIG_SETTING(type, member, fallback_)                                                 \
	&(const struct fc_config_setting)                                                          \
	{                                                                                          \
		offsetof(struct type, member), sizeof(((struct type *)0)->member), (fallback_)     \
	}
/* The row's detail says which; its first value is the number. */
void fc_config_number(void *section, const struct fc_syntax_line *line);

/* The section redundancy as text; nothing where all is default. Return whether it was written. */
bool fc_config_redundancy_write(const struct fc_config_redundancy *r, FILE *out);

void fc_config_card_default(struct fc_config_card *card);
void fc_config_port_default(struct fc_config_port *port);

/* Go into a section. */
void fc_config_enter(struct fc_config_reader *r, enum fc_config_mode mode, const char *name);

/* Can this exporter say that record? 0, or -EINVAL and a sentence at value 0. FC_FNF_NONE fits
 * everything. */
int fc_config_pair(const struct fc_config *config, struct fc_syntax_line *line, int exporter,
		   int record);

#endif
