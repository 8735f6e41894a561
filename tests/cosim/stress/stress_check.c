/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_ref.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct stress_totals stress_totals;
uint64_t stress_seed;

void stress_check(bool ok, const char *what, uint64_t got, uint64_t want)
{
	stress_totals.checks++;
	if (ok)
		return;
	fprintf(stderr,
		"FAILED: seed %" PRIu64 ": %s: got %" PRIu64 " (%#" PRIx64 "), want %" PRIu64
		" (%#" PRIx64 ")\n",
		stress_seed, what, got, got, want, want);
	exit(1);
}
