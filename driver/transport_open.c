// SPDX-License-Identifier: BSD-2-Clause
#include <flowcard/pci.h>
#include <flowcard/vfio_user.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* `rest` is what follows the prefix. */
struct opener {
	const char *prefix;
	int (*open)(const char *rest, struct fc_transport **out, char *error, size_t error_octets);
};

static const struct opener openers[] = {
#ifdef FC_VFIO_USER
	{"vfio-user:", fc_vfio_user_open},
#endif
	{NULL, NULL},
};

int fc_transport_open(const char *where, struct fc_transport **out, char *error,
		      size_t error_octets)
{
	for (const struct opener *o = openers; o->prefix; o++) {
		size_t octets = strlen(o->prefix);

		if (!strncmp(where, o->prefix, octets))
			return o->open(where + octets, out, error, error_octets);
	}
	snprintf(error, error_octets, "%s: no way to a card is called so", where);
	return -EINVAL;
}
