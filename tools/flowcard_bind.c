// SPDX-License-Identifier: BSD-2-Clause
/* Find cards and give them to, or take them from, the kernel drivers that let user space reach
 * them. man flowcard-bind */
#include "driver/pci_bind.h"

#include <errno.h>
#include <flowcard/pci.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_DONE, STATUS_FAILED, STATUS_USAGE, STATUS_REFUSED };
enum { DEVICES_MAX = 1024 };

struct options {
	struct fc_pci_source source;
	struct fc_pci_id id;
	const char *driver;
	bool dry_run, force, all;
	char **words;
	int count;
};

static const char usage[] =
	"usage: flowcard-bind [options] list\n"
	"       flowcard-bind [options] bind BDF|SLOT\n"
	"       flowcard-bind [options] unbind BDF|SLOT\n"
	"  --driver NAME   vfio-pci (default) or uio_pci_generic\n"
	"  --id V:D        vendor and device of the card, hexadecimal (default f10c:ca4d)\n"
	"  --all           list every PCI device\n"
	"  --dry-run       show what would be written, write nothing\n"
	"  --force         take a network or storage device from its driver\n"
	"  --sysfs DIR     use DIR instead of /sys\n"
	"  --dump FILE     list the devices of a text that lspci -xxx wrote\n"
	"  --help, --version\n"
	"Exit status: 0 done, 1 failed, 2 usage, 3 refused without --force or another --id.\n";

/* ---------------------------------------------------------------- listing */
static void print_octets(uint64_t octets)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	unsigned u = 0;

	while (octets >= 1024 && octets % 1024 == 0 && u + 1 < sizeof(units) / sizeof(*units)) {
		octets /= 1024;
		u++;
	}
	printf("%" PRIu64 " %s", octets, units[u]);
}

static void print_link(const char *what, const struct fc_pci_link *link)
{
	if (link->speed)
		printf("%s %u.%u GT/s x%u", what, link->speed / 10, link->speed % 10, link->lanes);
	else
		printf("%s down or not known", what);
}

static void print_bars(const struct fc_pci_card *card)
{
	for (int i = 0; i < FC_PCI_BARS; i++) {
		if (!card->bar[i].base && !card->bar[i].octets)
			continue;
		printf("  BAR%d %s 0x%" PRIx64, i, card->bar[i].io ? "I/O" : "memory",
		       card->bar[i].base);
		if (card->bar[i].octets) {
			printf(", ");
			print_octets(card->bar[i].octets);
		}
		printf("\n");
	}
}

static void print_card(const struct fc_pci_card *card)
{
	printf("%s %04x:%04x class %04x revision %02x, %s%s%s\n", card->bdf, card->id.vendor,
	       card->id.device, card->class_code, card->revision,
	       *card->driver ? "bound to " : "no driver", card->driver,
	       card->bus_master ? ", bus master" : "");
	if (*card->slot)
		printf("  slot %s\n", card->slot);
	print_bars(card);
	if (card->msix_vectors)
		printf("  MSI-X %u vectors, table in BAR%u\n", card->msix_vectors, card->msix_bar);
	if (card->interrupt_pin)
		printf("  interrupt pin %c\n", '@' + card->interrupt_pin);
	if (card->express) {
		print_link("  link", &card->link);
		print_link(", most", &card->link_most);
		printf("%s\n", card->aer ? ", error reporting" : "");
	}
	if (card->iommu_group >= 0)
		printf("  IOMMU group %d\n", card->iommu_group);
	if (card->numa_node >= 0)
		printf("  NUMA node %d\n", card->numa_node);
}

static bool ours(const struct options *o, const struct fc_pci_card *card)
{
	return card->id.vendor == o->id.vendor && card->id.device == o->id.device;
}

static int list(const struct options *o, const struct fc_pci_card *cards, int count)
{
	int shown = 0;

	for (int i = 0; i < count; i++) {
		if (!o->all && !ours(o, &cards[i]))
			continue;
		print_card(&cards[i]);
		shown++;
	}
	if (!shown)
		fprintf(stderr, "flowcard-bind: no device %04x:%04x among %d\n", o->id.vendor,
			o->id.device, count);
	return shown ? STATUS_DONE : STATUS_FAILED;
}

/* ---------------------------------------------------------------- binding */
static int find(const struct options *o, const struct fc_pci_card *cards, int count)
{
	char bdf[FC_PCI_BDF_OCTETS];
	bool address = !fc_pci_bdf(o->words[1], bdf);

	for (int i = 0; i < count; i++)
		if (address ? !strcmp(cards[i].bdf, bdf) : !strcmp(cards[i].slot, o->words[1]))
			return i;
	fprintf(stderr, "flowcard-bind: %s: no such %s\n", o->words[1],
		address ? "device" : "address or slot");
	return -1;
}

static void show_plan(const struct options *o, const struct fc_bind_plan *plan)
{
	for (unsigned i = 0; i < plan->notes; i++)
		fprintf(stderr, "flowcard-bind: warning: %s\n", plan->note[i]);
	for (unsigned i = 0; o->dry_run && i < plan->steps; i++)
		printf("echo %s > %s\n", *plan->step[i].text ? plan->step[i].text : "''",
		       plan->step[i].path);
}

static int carry_out(const struct options *o, const struct fc_pci_card *card,
		     const struct fc_bind_plan *plan)
{
	char error[600] = "";

	show_plan(o, plan);
	if (!plan->steps) {
		printf("%s is bound to %s already\n", card->bdf, card->driver);
		return STATUS_DONE;
	}
	if (plan->dangerous && !o->force) {
		fprintf(stderr, "flowcard-bind: %s: refused without --force\n", card->bdf);
		return STATUS_REFUSED;
	}
	if (o->dry_run)
		return STATUS_DONE;
	if (fc_bind_run(o->source.sysfs, plan, error, sizeof(error))) {
		fprintf(stderr, "flowcard-bind: %s\n", error);
		return STATUS_FAILED;
	}
	if (*plan->driver && card->iommu_group >= 0)
		printf("%s: bound to %s, IOMMU group %d\n", card->bdf, plan->driver,
		       card->iommu_group);
	else if (*plan->driver)
		printf("%s: bound to %s\n", card->bdf, plan->driver);
	else
		printf("%s: given back to the kernel\n", card->bdf);
	return STATUS_DONE;
}

static int change(const struct options *o, const struct fc_pci_card *cards, int count, bool bind)
{
	int at = find(o, cards, count), err;
	struct fc_bind_plan plan;

	if (at < 0)
		return STATUS_FAILED;
	if (!ours(o, &cards[at])) {
		fprintf(stderr, "flowcard-bind: %s is %04x:%04x, not %04x:%04x (see --id)\n",
			cards[at].bdf, cards[at].id.vendor, cards[at].id.device, o->id.vendor,
			o->id.device);
		return STATUS_REFUSED;
	}
	if (!bind) {
		fc_unbind_plan(o->source.sysfs, &cards[at], &plan);
		return carry_out(o, &cards[at], &plan);
	}
	err = fc_bind_plan(o->source.sysfs, cards, (size_t)count, (size_t)at, o->driver, &plan);
	if (err) {
		fprintf(stderr, "flowcard-bind: %s\n", plan.note[plan.notes - 1]);
		return STATUS_FAILED;
	}
	return carry_out(o, &cards[at], &plan);
}

/* ---------------------------------------------------------------- arguments */
static int parse(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"driver", required_argument, NULL, 'd'}, {"id", required_argument, NULL, 'i'},
		{"all", no_argument, NULL, 'a'},          {"dry-run", no_argument, NULL, 'n'},
		{"force", no_argument, NULL, 'f'},        {"sysfs", required_argument, NULL, 's'},
		{"dump", required_argument, NULL, 'u'},   {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", names, NULL)) != -1) {
		switch (c) {
		case 'd':
			o->driver = optarg;
			break;
		case 'a':
			o->all = true;
			break;
		case 'n':
			o->dry_run = true;
			break;
		case 'f':
			o->force = true;
			break;
		case 's':
			o->source.sysfs = optarg;
			break;
		case 'u':
			o->source.dump = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(STATUS_DONE);
		case 'V':
			puts("flowcard-bind " FC_VERSION);
			exit(STATUS_DONE);
		case 'i':
			if (!fc_pci_id(optarg, &o->id))
				break;
			fprintf(stderr, "flowcard-bind: --id %s: wanted VENDOR:DEVICE\n", optarg);
			return -1;
		default:
			return -1;
		}
	}
	o->words = argv + optind;
	o->count = argc - optind;
	return 0;
}

/* 'l', 'b', 'u' or 0 with a message. */
static char command(const struct options *o)
{
	const char *word = o->count ? o->words[0] : "";
	bool acts = !strcmp(word, "bind") || !strcmp(word, "unbind");

	if (!strcmp(word, "list") && o->count == 1)
		return 'l';
	if (acts && strcmp(o->driver, "vfio-pci") != 0 && strcmp(o->driver, "uio_pci_generic") != 0)
		fprintf(stderr,
			"flowcard-bind: --driver %s: neither vfio-pci nor uio_pci_generic\n",
			o->driver);
	else if (acts && o->source.dump)
		fprintf(stderr, "flowcard-bind: a dump can only be listed\n");
	else if (acts && o->count == 2)
		return word[0];
	else
		fputs(usage, stderr);
	return 0;
}

int main(int argc, char **argv)
{
	struct options o = {.id = {FC_PCI_VENDOR, FC_PCI_DEVICE}, .driver = "vfio-pci"};
	static struct fc_pci_card cards[DEVICES_MAX];
	struct pci_access *access;
	char error[300] = "", what;
	int count, status = STATUS_FAILED;

	if (parse(argc, argv, &o))
		return STATUS_USAGE;
	what = command(&o);
	if (!what)
		return STATUS_USAGE;
	if (fc_pci_access_open(&o.source, &access, error, sizeof(error))) {
		fprintf(stderr, "flowcard-bind: PCI: %s\n", error);
		return STATUS_FAILED;
	}
	count = fc_pci_scan(access, NULL, cards, DEVICES_MAX, error, sizeof(error));
	if (count < 0)
		fprintf(stderr, "flowcard-bind: PCI: %s\n", error);
	else if (count > DEVICES_MAX)
		fprintf(stderr, "flowcard-bind: %d PCI devices, more than %d\n", count,
			DEVICES_MAX);
	else
		status = what == 'l' ? list(&o, cards, count)
				     : change(&o, cards, count, what == 'b');
	fc_pci_access_close(access);
	return status;
}
