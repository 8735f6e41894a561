/* SPDX-License-Identifier: BSD-2-Clause */
/* Random lines of configuration, most of which fit: an operator who cannot make up their mind. */
#ifndef FC_TEST_CONFIG_LINES_H
#define FC_TEST_CONFIG_LINES_H

#include <stddef.h>
#include <stdint.h>

#define CONFIG_LINES_MAX 4

struct config_lines {
	uint64_t random;
	const unsigned *slot; /* cards that interfaces are taken from */
	unsigned slots, ports;
	unsigned collector_port; /* of every exporter */
};

/* One change: a section's line and what is said in it. Return how many lines. */
unsigned config_lines_next(struct config_lines *from, char line[CONFIG_LINES_MAX][128]);

unsigned config_lines_below(struct config_lines *from, unsigned n);

#endif
