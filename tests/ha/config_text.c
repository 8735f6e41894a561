// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/config_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *config_text_read(struct fc_config *out, const char *text, int want)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	char *complaints = NULL;
	size_t octets;
	FILE *said = open_memstream(&complaints, &octets);
	int got = fc_config_read(out, in, "x", said);

	fclose(in);
	fclose(said);
	if (got != want)
		fail_msg("%d, not %d: %s", got, want, complaints);
	return complaints;
}

void config_text_take(struct fc_config *out, const char *text)
{
	free(config_text_read(out, text, 0));
}
