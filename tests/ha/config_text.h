/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration that a test has as text. */
#ifndef FC_TEST_CONFIG_TEXT_H
#define FC_TEST_CONFIG_TEXT_H

#include <ha/config.h>

/* Read, `want` is what comes of it. Return the complaints, the caller's to free. */
char *config_text_read(struct fc_config *out, const char *text, int want);
/* Read, nothing is wrong with it. */
void config_text_take(struct fc_config *out, const char *text);

#endif
