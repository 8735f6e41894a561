/* SPDX-License-Identifier: BSD-2-Clause */
/* An authority of the pair's own, and a certificate for each unit. */
#ifndef FC_TOOLS_PAIR_CERTIFICATES_H
#define FC_TOOLS_PAIR_CERTIFICATES_H

#include "tools/pair_files.h"

#define PAIR_NAME 48 /* of a pair, with its 0: a subject has 64 octets */

struct pair_certificates {
	const char *name;
	long days;
};

/* authority.crt, authority.key, unit-1.crt, unit-1.key, unit-2.crt, unit-2.key.
 * Return 0, or -errno with what could not be done; files are to be undone then. */
int pair_certificates_make(struct pair_files *files, const struct pair_certificates *what,
			   char why[256]);

#endif
