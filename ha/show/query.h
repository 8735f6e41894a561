/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is asked of a cache: the words after `show flow monitor NAME cache`.
 *
 *   filter FIELD {VALUE | regexp R} ...   aggregate FIELD ... [collect FIELD ...]
 *   sort [highest | lowest] FIELD   top N   format {table | record | csv}
 *
 * in any order, each once; fields are those of the monitor's record, words may be shortened. Pure.
 */
#ifndef FC_SHOW_QUERY_H
#define FC_SHOW_QUERY_H

#include <ha/show/value.h>
#include <regex.h>

#define FC_SHOW_FILTERS 8
#define FC_SHOW_PICKS 16      /* fields of an aggregation */
#define FC_SHOW_TOP 20        /* flows of a sorted listing */
#define FC_SHOW_TOP_MAX 65536 /* each costs its row's octets while the listing is made */

enum fc_show_format { FC_SHOW_AUTO, FC_SHOW_TABLE, FC_SHOW_RECORD, FC_SHOW_CSV };

struct fc_show_filter {
	const struct fc_fnf_record_field *field;
	struct fc_show_word word;
	char text[FC_SHOW_VALUE]; /* as given */
	bool regexp;
	regex_t compiled;
};

struct fc_show_query {
	enum fc_show_format format;
	unsigned filters, groups, collects;
	struct fc_show_filter filter[FC_SHOW_FILTERS];
	struct fc_show_pick group[FC_SHOW_PICKS], collect[FC_SHOW_PICKS];
	bool narrowed; /* by the aggregation: flows of one IP version have no such field */
	bool sorted, lowest;
	struct fc_show_pick sort;
	unsigned top;
	char error[200]; /* a sentence that begins with "% " */
};

/*
 * Read the words in `text`, which may be NULL: none. Return 0, or -EINVAL with query->error. Either
 * way the caller frees the query.
 */
int fc_show_query_read(struct fc_show_query *query, const struct fc_fnf_record *record,
		       const char *text);
void fc_show_query_free(struct fc_show_query *query);

/* Does the flow pass the filters? One that a field of a filter or of the aggregation is not for
 * does not. */
bool fc_show_query_takes(const struct fc_show_query *query, const struct fc_flow *flow);
/* Can a flow of the record fail to pass? */
bool fc_show_query_filters(const struct fc_show_query *query);

#endif
