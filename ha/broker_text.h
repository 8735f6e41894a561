/* SPDX-License-Identifier: BSD-2-Clause */
/* What `show ... broker` prints of a list: pure functions of it. Page: docs/brokers.md. */
#ifndef FC_BROKER_TEXT_H
#define FC_BROKER_TEXT_H

#include <ha/broker.h>
#include <jansson.h>
#include <stdio.h>

/* `detail` without its rows: those come from a display record, a piece at a time. */
void fc_broker_text_detail(const struct fc_broker *broker, FILE *out);
void fc_broker_text_row(const struct fc_broker_row *row, FILE *out);

/* The whole of it; adds and removes its own display record, which it does not print. */
int fc_broker_text_picture(struct fc_broker *broker, FILE *out);

/* A line for each card and the sums; `title` as in "flow record". */
void fc_broker_text_summary(const struct fc_broker *broker, const char *title, FILE *out);

/* What the three say, as JSON; NULL: no memory. */
json_t *fc_broker_json_summary(const struct fc_broker *broker);
json_t *fc_broker_json_row(const struct fc_broker_row *row);
json_t *fc_broker_json_picture(struct fc_broker *broker);

#endif
