/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON of listings: objects that are built and printed, and pieces of those that are too long for
 * that. Numbers above INT64_MAX are strings; octets that are no UTF-8 are taken for Latin-1.
 */
#ifndef FC_SHOW_JSON_H
#define FC_SHOW_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

void fc_show_put(json_t *object, const char *name, uint64_t value);
void fc_show_put_bool(json_t *object, const char *name, bool value);
void fc_show_put_text(json_t *object, const char *name, const char *text);
void fc_show_append_text(json_t *array, const char *text);

/* A string with its quotes. */
void fc_show_json_text(FILE *out, const char *text);

/* Print and drop. Return 0 or -EIO. */
int fc_show_give(json_t *object, FILE *out);

#endif
