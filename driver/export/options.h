/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Option tables: what stands in a row, for each protocol. Every table is a client of its exporter
 * with one options template. Layouts are those that nfdump, nfacctd and tshark all read
 * (docs/exporters.md).
 */
#ifndef FC_EXPORT_OPTIONS_H
#define FC_EXPORT_OPTIONS_H

#include "codec.h"
#include "template_ids.h"

#define FC_OPTION_COLUMNS 8

/* Where a column's value comes from. */
enum fc_option_source {
	FC_OPTION_DOMAIN, /* of the exporter: the scope "all of this" */
	FC_OPTION_NUMBER, /* number[place] */
	FC_OPTION_STRING  /* text[place], filled up with zeros */
};

struct fc_option_column {
	const char *name;
	uint16_t element, length;
	uint8_t source, place; /* enum fc_option_source */
};

struct fc_option_layout {
	unsigned scopes, columns; /* the first `scopes` columns are scopes */
	struct fc_option_column column[FC_OPTION_COLUMNS];
};

/* "interface-table" and so on, as the brokers call the tables' records. */
const char *fc_option_name(enum fc_fnf_option option);

/* NULL: v5. */
const struct fc_option_layout *fc_option_layout(enum fc_protocol protocol,
						enum fc_fnf_option option);

/* Rows of the application table: IANA's well-known protocols and ports. */
const struct fc_option_row *fc_option_applications(size_t *count);

/* Get an id for a layout; `preferred`, if that is free for it. Return it, -ENOSPC, -ENOMEM. */
int fc_option_identify(const struct fc_option_layout *layout, unsigned preferred,
		       struct fc_template_ids *ids);

size_t fc_option_definition_size(const struct fc_option_layout *layout);
void fc_option_define(const struct fc_option_layout *layout, const struct fc_codec *codec,
		      uint16_t id, struct fc_writer *w);

size_t fc_option_record_size(const struct fc_option_layout *layout);
void fc_option_encode(const struct fc_option_layout *layout, const struct fc_option_row *row,
		      uint32_t domain, struct fc_writer *w);

#endif
