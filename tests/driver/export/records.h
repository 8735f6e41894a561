/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FC_TESTS_EXPORT_RECORDS_H
#define FC_TESTS_EXPORT_RECORDS_H

#include <flowcard/fnf.h>
#include <string.h>

/* A record of these fields, named as in a configuration. */
static inline struct fc_fnf_record *record_of(const char *const *names)
{
	static struct fc_fnf_record record;

	memset(&record, 0, sizeof(record));
	record.kind = FC_RECORD_USER;
	for (; *names; names++)
		record.field[record.fields++].field = fc_field_find(*names);
	return &record;
}

#endif
