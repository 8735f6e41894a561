// SPDX-License-Identifier: BSD-2-Clause
#include <flowcard/pci.h>

#include <errno.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILL                                                                                       \
	(PCI_FILL_IDENT | PCI_FILL_BASES | PCI_FILL_SIZES | PCI_FILL_CLASS | PCI_FILL_CLASS_EXT |  \
	 PCI_FILL_SUBSYS | PCI_FILL_CAPS | PCI_FILL_EXT_CAPS | PCI_FILL_PHYS_SLOT |                \
	 PCI_FILL_NUMA_NODE | PCI_FILL_IOMMU_GROUP | PCI_FILL_DRIVER | PCI_FILL_IO_FLAGS)

#define PATH_OCTETS 512
#define MSIX_FLAGS 2 /* offset of the message control word */

/* Where libpci's error handler, which must not return and is given no context, goes to. */
struct guard {
	jmp_buf at;
	char *error;
	size_t error_octets;
};

static _Thread_local struct guard *guard;

static void __attribute__((noreturn, format(printf, 1, 2))) on_error(char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(guard->error, guard->error_octets, format, arguments);
	va_end(arguments);
	longjmp(guard->at, 1);
}

/* Warnings are about single files that cannot be read; what they held is left as not known. */
// NOLINTNEXTLINE(readability-non-const-parameter): libpci says how it looks
static void __attribute__((format(printf, 1, 2))) on_warning(char *format, ...)
{
	(void)format;
}

/* ---------------------------------------------------------------- opening */
/* libpci copies what it is given, but its prototype says otherwise. */
static void set_parameter(struct pci_access *access, const char *name, const char *value)
{
	char key[32], text[PATH_OCTETS];

	snprintf(key, sizeof(key), "%s", name);
	snprintf(text, sizeof(text), "%s", value);
	pci_set_param(access, key, text);
}

static void configure(struct pci_access *access, const struct fc_pci_source *source)
{
	char path[PATH_OCTETS];

	access->error = on_error;
	access->warning = on_warning;
	access->debug = on_warning;
	if (source->dump) {
		access->method = PCI_ACCESS_DUMP;
		set_parameter(access, "dump.name", source->dump);
	} else {
		snprintf(path, sizeof(path), "%s/bus/pci", source->sysfs ? source->sysfs : "/sys");
		access->method = PCI_ACCESS_SYS_BUS_PCI;
		set_parameter(access, "sysfs.path", path);
	}
}

static int init_guarded(struct pci_access *access, char *error, size_t error_octets)
{
	struct guard g;
	int err = 0;

	g.error = error;
	g.error_octets = error_octets;
	guard = &g;
	if (setjmp(g.at))
		err = -EIO;
	else
		pci_init(access);
	guard = NULL;
	return err;
}

int fc_pci_access_open(const struct fc_pci_source *source, struct pci_access **out, char *error,
		       size_t error_octets)
{
	const char *path = source->dump ? source->dump : source->sysfs;
	struct pci_access *access;
	int err;

	if (path && strlen(path) > PATH_OCTETS / 2) {
		snprintf(error, error_octets, "a path of %zu octets", strlen(path));
		return -EIO;
	}
	access = pci_alloc();
	if (!access)
		return -ENOMEM;
	configure(access, source);
	err = init_guarded(access, error, error_octets);
	if (err) {
		/* Not a back end yet: there is nothing of it to be cleaned up. */
		access->methods = NULL;
		fc_pci_access_close(access);
		return err;
	}
	*out = access;
	return 0;
}

void fc_pci_access_close(struct pci_access *access)
{
	char error[PATH_OCTETS];
	struct guard g = {.error = error, .error_octets = sizeof(error)};

	guard = &g;
	if (!setjmp(g.at))
		pci_cleanup(access);
	guard = NULL;
}

/* ---------------------------------------------------------------- describing */
static void take_bars(struct pci_dev *d, struct fc_pci_card *card)
{
	for (int i = 0; i < FC_PCI_BARS; i++) {
		pciaddr_t base = d->base_addr[i];

		card->bar[i].io = base & PCI_BASE_ADDRESS_SPACE_IO;
		card->bar[i].wide = !card->bar[i].io && (base & PCI_BASE_ADDRESS_MEM_TYPE_MASK) ==
								PCI_BASE_ADDRESS_MEM_TYPE_64;
		card->bar[i].base = base & (card->bar[i].io ? PCI_ADDR_IO_MASK : PCI_ADDR_MEM_MASK);
		card->bar[i].octets = d->size[i];
	}
}

/* Codes of PCI Express, 1 the slowest; from 3 on each doubles. */
static struct fc_pci_link link_of(unsigned speed, unsigned lanes)
{
	static const unsigned speeds[] = {0, 25, 50, 80, 160, 320, 640};
	struct fc_pci_link link = {0, lanes};

	if (speed < sizeof(speeds) / sizeof(*speeds))
		link.speed = speeds[speed];
	return link;
}

static void take_capabilities(struct pci_dev *d, struct fc_pci_card *card)
{
	struct pci_cap *msix = pci_find_cap(d, PCI_CAP_ID_MSIX, PCI_CAP_NORMAL);
	struct pci_cap *express = pci_find_cap(d, PCI_CAP_ID_EXP, PCI_CAP_NORMAL);
	u32 most;
	u16 now;

	if (msix) {
		card->msix_vectors =
			(pci_read_word(d, (int)msix->addr + MSIX_FLAGS) & PCI_MSIX_TABSIZE) + 1u;
		card->msix_bar = pci_read_long(d, (int)msix->addr + PCI_MSIX_TABLE) & PCI_MSIX_BIR;
	}
	card->aer = pci_find_cap(d, PCI_EXT_CAP_ID_AER, PCI_CAP_EXTENDED);
	card->express = express;
	if (!express)
		return;
	most = pci_read_long(d, (int)express->addr + PCI_EXP_LNKCAP);
	now = pci_read_word(d, (int)express->addr + PCI_EXP_LNKSTA);
	card->link_most = link_of(most & PCI_EXP_LNKCAP_SPEED, (most & PCI_EXP_LNKCAP_WIDTH) >> 4);
	card->link = link_of(now & PCI_EXP_LNKSTA_SPEED, (now & PCI_EXP_LNKSTA_WIDTH) >> 4);
}

static void take_text(char to[FC_PCI_NAME_OCTETS], const char *from)
{
	snprintf(to, FC_PCI_NAME_OCTETS, "%s", from ? from : "");
}

static void describe(struct pci_dev *d, struct fc_pci_card *card)
{
	const char *group;
	u16 command;

	memset(card, 0, sizeof(*card));
	pci_fill_info(d, FILL);
	snprintf(card->bdf, sizeof(card->bdf), "%04x:%02x:%02x.%x", (unsigned)d->domain, d->bus,
		 d->dev, d->func);
	card->id = (struct fc_pci_id){d->vendor_id, d->device_id};
	card->subsystem = (struct fc_pci_id){d->subsys_vendor_id, d->subsys_id};
	card->class_code = d->device_class;
	card->revision = d->rev_id;
	command = pci_read_word(d, PCI_COMMAND);
	card->memory = command & PCI_COMMAND_MEMORY;
	card->bus_master = command & PCI_COMMAND_MASTER;
	card->interrupt_pin = pci_read_byte(d, PCI_INTERRUPT_PIN);
	take_bars(d, card);
	take_capabilities(d, card);
	card->numa_node = d->numa_node;
	group = pci_get_string_property(d, PCI_FILL_IOMMU_GROUP);
	card->iommu_group = group && *group ? (int)strtol(group, NULL, 10) : -1;
	take_text(card->driver, pci_get_string_property(d, PCI_FILL_DRIVER));
	take_text(card->slot, d->phy_slot);
}

static bool wanted(struct pci_dev *d, const struct fc_pci_id *id)
{
	pci_fill_info(d, PCI_FILL_IDENT);
	return !id || (d->vendor_id == id->vendor && d->device_id == id->device);
}

struct found {
	struct pci_dev *device;
};

static int by_address(const void *a, const void *b)
{
	const struct pci_dev *x = ((const struct found *)a)->device;
	const struct pci_dev *y = ((const struct found *)b)->device;
	const int left[] = {x->domain, x->bus, x->dev, x->func};
	const int right[] = {y->domain, y->bus, y->dev, y->func};

	for (int i = 0; i < 4; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

/* In order of address: libpci gives the devices as its back end met them. */
static int collect(struct pci_access *access, const struct fc_pci_id *id, struct found **out)
{
	struct found *found;
	size_t count = 0;

	for (struct pci_dev *d = access->devices; d; d = d->next)
		count++;
	found = calloc(count + 1, sizeof(*found));
	if (!found)
		return -ENOMEM;
	count = 0;
	for (struct pci_dev *d = access->devices; d; d = d->next)
		if (wanted(d, id))
			found[count++].device = d;
	qsort(found, count, sizeof(*found), by_address);
	*out = found;
	return (int)count;
}

int fc_pci_scan(struct pci_access *access, const struct fc_pci_id *id, struct fc_pci_card *cards,
		size_t max, char *error, size_t error_octets)
{
	struct found *volatile found = NULL;
	volatile int count = 0;
	struct guard g;

	g.error = error;
	g.error_octets = error_octets;
	guard = &g;
	if (setjmp(g.at)) {
		count = -EIO;
	} else {
		struct found *list = NULL;

		if (!access->devices)
			pci_scan_bus(access);
		count = collect(access, id, &list);
		found = list;
		for (int i = 0; i < count && (size_t)i < max; i++)
			describe(list[i].device, &cards[i]);
	}
	guard = NULL;
	free(found);
	return count;
}
