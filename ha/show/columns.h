/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How rows of a cache are written: as a table with a ruler, as a list of labelled values, as
 * comma-separated values, as JSON objects. One list of columns serves all four. Key fields stand in
 * capitals, the others in small letters. Pure.
 */
#ifndef FC_SHOW_COLUMNS_H
#define FC_SHOW_COLUMNS_H

#include <ha/show/rows.h>
#include <stdio.h>

/* A table wider than this is not what a listing without "format" becomes. */
#define FC_SHOW_TABLE_WIDTH 132
#define FC_SHOW_COLUMNS (FC_FNF_RECORD_FIELDS + 1)

struct fc_show_column {
	struct fc_show_pick pick; /* both NULL: how many flows a row stands for */
	char heading[FC_SHOW_VALUE], label[FC_SHOW_VALUE], json[2][FC_SHOW_VALUE];
	unsigned width;
	bool left;
};

struct fc_show_columns {
	unsigned count;
	size_t label_width; /* of the longest label, colon and blanks included */
	size_t table_width;
	struct fc_show_column column[FC_SHOW_COLUMNS];
};

/* Place of a field in IOS-XE's own order of fields. */
unsigned fc_show_rank(const struct fc_field *field);

/* Of the record's fields, keys first, each in that order; of an aggregation: its fields, flows,
 * then what it collects, or the counters of the record. */
void fc_show_columns_init(struct fc_show_columns *c, const struct fc_fnf_record *record,
			  const struct fc_show_query *query);

/* Before the first row. */
void fc_show_columns_head(const struct fc_show_columns *c, enum fc_show_format format, FILE *out);
/* A record of labelled values ends with an empty line. */
void fc_show_columns_row(const struct fc_show_columns *c, enum fc_show_format format,
			 const struct fc_show_row *row, FILE *out);
void fc_show_columns_json(const struct fc_show_columns *c, const struct fc_show_row *row,
			  FILE *out);

#endif
