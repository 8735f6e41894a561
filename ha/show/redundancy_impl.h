/* SPDX-License-Identifier: BSD-2-Clause */
/* Parts of listings of a pair. Private to ha/show/redundancy*.c and ha/show/checkpoint.c. */
#ifndef FC_SHOW_REDUNDANCY_IMPL_H
#define FC_SHOW_REDUNDANCY_IMPL_H

#include <ha/show/json.h>
#include <ha/show/redundancy.h>

/* "                  label = value" */
void fc_show_red_row(FILE *out, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void fc_show_red_row_number(FILE *out, const char *label, uint64_t value);
/* A line and one of dashes below it. */
void fc_show_red_heading(FILE *out, const char *text);

const char *fc_show_red_gate(const struct fc_rf *rf);
bool fc_show_red_primary(const struct fc_rf *rf);

/* The part of `show redundancy` that is our own. */
void fc_show_red_pair(const struct fc_show_redundancy *v, FILE *out);
json_t *fc_show_red_pair_json(const struct fc_show_redundancy *v);

#endif
