// SPDX-License-Identifier: BSD-2-Clause
#include "driver/sysfs.h"
#include <flowcard/pci.h>
#include <flowcard/uio.h>
#include <flowcard/vfio.h>
#include <flowcard/vfio_user.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* `rest` is what follows the prefix. */
struct opener {
	const char *prefix;
	int (*open)(const char *rest, struct fc_transport **out, char *error, size_t error_octets);
};

/* Without an option: just the address. */
static int take_bdf(const char *rest, const char *way, char bdf[FC_PCI_BDF_OCTETS], char *error,
		    size_t error_octets)
{
	if (!fc_pci_bdf(rest, bdf))
		return 0;
	snprintf(error, error_octets, "%s%s: wanted [DOMAIN:]BUS:DEVICE.FUNCTION", way, rest);
	return -EINVAL;
}

/* BDF[,iova=physical] */
static int open_vfio(const char *rest, struct fc_transport **out, char *error, size_t error_octets)
{
	static const char physical[] = ",iova=physical";
	char place[FC_PCI_BDF_OCTETS], bdf[FC_PCI_BDF_OCTETS];
	const char *option = strchr(rest, ',');
	size_t octets = option ? (size_t)(option - rest) : strlen(rest);
	struct fc_vfio_config config = {.bdf = bdf, .physical = option != NULL};

	if (option && strcmp(option, physical) != 0) {
		snprintf(error, error_octets, "vfio:%s: the only option is %s", rest, physical + 1);
		return -EINVAL;
	}
	snprintf(place, sizeof(place), "%.*s", (int)octets, rest);
	if (octets >= sizeof(place))
		place[0] = '\0';
	if (take_bdf(place, "vfio:", bdf, error, error_octets))
		return -EINVAL;
	return fc_vfio_open(&config, out, error, error_octets);
}

static int open_uio(const char *rest, struct fc_transport **out, char *error, size_t error_octets)
{
	char bdf[FC_PCI_BDF_OCTETS];
	int err = take_bdf(rest, "uio:", bdf, error, error_octets);

	return err ? err : fc_uio_open(bdf, out, error, error_octets);
}

/* Whichever driver the card is bound to. */
static int open_bound(const char *bdf, struct fc_transport **out, char *error, size_t error_octets)
{
	static const struct fc_roots roots;
	const struct fc_vfio_config config = {.bdf = bdf};
	char name[64];
	int err = fc_sysfs_device_link(&roots, bdf, "driver", name, sizeof(name));

	if (!err && !strcmp(name, "uio_pci_generic"))
		return fc_uio_open(bdf, out, error, error_octets);
	if (err || !strcmp(name, "vfio-pci"))
		return fc_vfio_open(&config, out, error, error_octets);
	snprintf(error, error_octets, "%s: bound to %s, not to vfio-pci or uio_pci_generic", bdf,
		 name);
	return -ENODEV;
}

static const struct opener openers[] = {
	{"vfio:", open_vfio},
	{"uio:", open_uio},
#ifdef FC_VFIO_USER
	{"vfio-user:", fc_vfio_user_open},
#endif
	{NULL, NULL},
};

int fc_transport_open(const char *where, struct fc_transport **out, char *error,
		      size_t error_octets)
{
	char bdf[FC_PCI_BDF_OCTETS];

	for (const struct opener *o = openers; o->prefix; o++) {
		size_t octets = strlen(o->prefix);

		if (!strncmp(where, o->prefix, octets))
			return o->open(where + octets, out, error, error_octets);
	}
	if (!fc_pci_bdf(where, bdf))
		return open_bound(bdf, out, error, error_octets);
	snprintf(error, error_octets,
		 "%s: no such way to a card: wanted vfio:BDF, uio:BDF, BDF or vfio-user:PATH",
		 where);
	return -EINVAL;
}
