/* SPDX-License-Identifier: BSD-2-Clause */
/* Re-frame each line "LINK HEX" of standard input; print "feed HEX", "verdict NAME" or
 * "unsupported". */
#include "sim/reframe.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned nibble(char c)
{
	const char *const digits = "0123456789abcdef";
	const char *const at = c ? strchr(digits, c) : NULL;

	return at ? (unsigned)(at - digits) : 0;
}

static int convert(const char *line, uint8_t *buffer)
{
	char *hex;
	const unsigned long link = strtoul(line, &hex, 10);
	const size_t octets = strlen(hex + 1) / 2;
	/* Of exact size, so that a sanitizer sees one octet too far. */
	uint8_t *const data = malloc(octets ? octets : 1);
	const struct fc_frame in = {.data = data, .octets = octets, .link = (uint16_t)link};
	struct fc_reframed out;

	if (!data)
		return -ENOMEM;
	for (size_t i = 0; i < octets; i++)
		data[i] = (uint8_t)(nibble(hex[1 + 2 * i]) << 4 | nibble(hex[2 + 2 * i]));
	fc_reframe(&in, buffer, &out);
	if (out.result == FC_REFRAME_FEED) {
		printf("feed ");
		for (size_t i = 0; i < out.octets; i++)
			printf("%02x", out.data[i]);
		printf("\n");
	} else if (out.result == FC_REFRAME_VERDICT) {
		printf("verdict %s\n", fc_verdict_name(out.verdict));
	} else {
		printf("unsupported %s\n", fc_reframe_link_name(in.link) ? "but named" : "");
	}
	free(data);
	return 0;
}

int main(void)
{
	uint8_t *const buffer = malloc(FC_REFRAME_OCTETS);
	char *line = NULL;
	size_t room = 0;
	ssize_t got;
	int result = buffer ? 0 : -ENOMEM;

	while (!result && (got = getline(&line, &room, stdin)) > 1) {
		line[got - 1] = '\0';
		result = convert(line, buffer);
	}
	free(line);
	free(buffer);
	return result ? 1 : 0;
}
