/* SPDX-License-Identifier: BSD-2-Clause */
/* Random lines of configuration made of the grammar itself: every row of every section, with names
 * from a small pool so that lines meet. */
#ifndef FC_TEST_CONFIG_MAKER_H
#define FC_TEST_CONFIG_MAKER_H

#include <ha/config.h>

extern uint64_t config_maker_random; /* not 0 */
unsigned config_maker_below(unsigned limit);
/* FC_SEED of the environment, or one; it is printed. FC_RUNS of it, or so many. */
void config_maker_seed(void);
unsigned config_maker_runs(unsigned fallback);

struct config_maker {
	char text[FC_SYNTAX_LINE]; /* the line */
	size_t used;
	char last[FC_SYNTAX_WORD]; /* word before */
};

/* Mostly a line of the section, else a global one; now and then with "no". */
void config_maker_line(struct config_maker *m, enum fc_config_mode mode);
/* What a slip of the finger does to it. */
void config_maker_spoil(char *text);

#endif
