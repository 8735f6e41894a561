/* SPDX-License-Identifier: BSD-2-Clause */
/* For a unit without cards: nothing is found where one is looked for. */
#ifndef FC_TEST_NO_CARD_H
#define FC_TEST_NO_CARD_H

#include <errno.h>
#include <flowcard/transport.h>
#include <stdio.h>

static inline int no_card(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	(void)out;
	snprintf(error, octets, "%s: nobody there", where);
	return -ENODEV;
}

#endif
