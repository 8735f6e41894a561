// SPDX-License-Identifier: BSD-2-Clause
#include "driver/pci_bind.h"

#include "driver/sysfs.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLASS_STORAGE = 0x01, CLASS_NETWORK = 0x02, CLASS_BRIDGE = 0x06 };
enum { LOOKS = 100, LOOK_NS = 10000000 };

/* ---------------------------------------------------------------- planning */
static void __attribute__((format(printf, 2, 3)))
note(struct fc_bind_plan *plan, const char *format, ...)
{
	va_list arguments;

	if (plan->notes == FC_BIND_NOTES)
		return;
	va_start(arguments, format);
	vsnprintf(plan->note[plan->notes++], sizeof(plan->note[0]), format, arguments);
	va_end(arguments);
}

static void __attribute__((format(printf, 3, 4)))
step(struct fc_bind_plan *plan, const char *text, const char *format, ...)
{
	struct fc_bind_step *s = &plan->step[plan->steps++];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(s->path, sizeof(s->path), format, arguments);
	va_end(arguments);
	snprintf(s->text, sizeof(s->text), "%s", text);
}

static bool for_userspace(const char *driver)
{
	return !strcmp(driver, "vfio-pci") || !strcmp(driver, "uio_pci_generic");
}

static unsigned base_class(const struct fc_pci_card *card)
{
	return card->class_code >> 8;
}

/* A kernel driver whose loss somebody will notice. */
static void judge_driver(const struct fc_pci_card *card, struct fc_bind_plan *plan)
{
	unsigned base = base_class(card);

	if (!*card->driver || for_userspace(card->driver))
		return;
	note(plan, "%s is bound to %s and will be taken from it", card->bdf, card->driver);
	if (base != CLASS_NETWORK && base != CLASS_STORAGE)
		return;
	plan->dangerous = true;
	note(plan, "%s is a %s device (class %04x): its %s go away", card->bdf,
	     base == CLASS_NETWORK ? "network" : "storage", card->class_code,
	     base == CLASS_NETWORK ? "interfaces" : "disks");
}

/* VFIO hands out a group only if no other device in it has a kernel driver (bridges may). */
static void judge_group(const struct fc_pci_card *cards, size_t count, size_t at,
			struct fc_bind_plan *plan)
{
	for (size_t i = 0; i < count; i++) {
		const struct fc_pci_card *other = &cards[i];

		if (i == at || other->iommu_group != cards[at].iommu_group ||
		    base_class(other) == CLASS_BRIDGE)
			continue;
		if (*other->driver && !for_userspace(other->driver))
			note(plan,
			     "%s shares IOMMU group %d and is bound to %s: the group is not usable "
			     "until it is unbound",
			     other->bdf, other->iommu_group, other->driver);
		else
			note(plan, "%s shares IOMMU group %d: it will be handed out together",
			     other->bdf, other->iommu_group);
	}
}

static const char *root(const char *sysfs)
{
	return sysfs ? sysfs : "/sys";
}

static void begin(struct fc_bind_plan *plan, const struct fc_pci_card *card, const char *driver)
{
	memset(plan, 0, sizeof(*plan));
	snprintf(plan->bdf, sizeof(plan->bdf), "%s", card->bdf);
	snprintf(plan->driver, sizeof(plan->driver), "%s", driver);
}

int fc_bind_plan(const char *sysfs, const struct fc_pci_card *cards, size_t count, size_t at,
		 const char *driver, struct fc_bind_plan *plan)
{
	const struct fc_pci_card *card = &cards[at];

	begin(plan, card, driver);
	if (base_class(card) == CLASS_BRIDGE) {
		note(plan, "%s is a bridge", card->bdf);
		return -EINVAL;
	}
	if (!strcmp(driver, "vfio-pci") && card->iommu_group < 0) {
		note(plan,
		     "%s has no IOMMU group: turn the IOMMU on (intel_iommu=on), or use "
		     "--driver uio_pci_generic",
		     card->bdf);
		return -ENOTSUP;
	}
	if (!strcmp(driver, "uio_pci_generic") && card->iommu_group >= 0)
		note(plan,
		     "%s has an IOMMU group: with uio_pci_generic the IOMMU must let it through",
		     card->bdf);
	if (!strcmp(card->driver, driver))
		return 0;
	judge_driver(card, plan);
	if (!strcmp(driver, "vfio-pci"))
		judge_group(cards, count, at, plan);
	step(plan, driver, "%s/bus/pci/devices/%s/driver_override", root(sysfs), card->bdf);
	if (*card->driver)
		step(plan, card->bdf, "%s/bus/pci/devices/%s/driver/unbind", root(sysfs),
		     card->bdf);
	step(plan, card->bdf, "%s/bus/pci/drivers_probe", root(sysfs));
	return 0;
}

void fc_unbind_plan(const char *sysfs, const struct fc_pci_card *card, struct fc_bind_plan *plan)
{
	begin(plan, card, "");
	judge_driver(card, plan);
	step(plan, "", "%s/bus/pci/devices/%s/driver_override", root(sysfs), card->bdf);
	if (*card->driver)
		step(plan, card->bdf, "%s/bus/pci/devices/%s/driver/unbind", root(sysfs),
		     card->bdf);
	step(plan, card->bdf, "%s/bus/pci/drivers_probe", root(sysfs));
}

/* ---------------------------------------------------------------- doing */
static int write_step(const struct fc_bind_step *s)
{
	size_t octets = strlen(s->text);
	int fd = open(s->path, O_WRONLY | O_TRUNC | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	/* A line end alone clears an override; an empty write would do nothing. */
	if (write(fd, octets ? s->text : "\n", octets ? octets : 1) !=
	    (ssize_t)(octets ? octets : 1))
		err = errno ? -errno : -EIO;
	close(fd);
	return err;
}

static int await_driver(const char *sysfs, const struct fc_bind_plan *plan)
{
	const struct fc_roots roots = {.sys = sysfs};
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	char name[FC_PCI_NAME_OCTETS];

	for (int i = 0; i < LOOKS; i++) {
		if (!fc_sysfs_device_link(&roots, plan->bdf, "driver", name, sizeof(name)) &&
		    !strcmp(name, plan->driver))
			return 0;
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return -ETIME;
}

static int check_module(const char *sysfs, const struct fc_bind_plan *plan, char *error,
			size_t error_octets)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/bus/pci/drivers/%s", root(sysfs), plan->driver);
	if (!access(path, F_OK))
		return 0;
	snprintf(error, error_octets, "the kernel has no driver %s: modprobe %s", plan->driver,
		 plan->driver);
	return -ENOENT;
}

/* Leave the device to the kernel's choice, as it was before. */
static void give_back(const char *sysfs, const struct fc_bind_plan *plan)
{
	struct fc_bind_plan back = {.steps = 0};

	step(&back, "", "%s/bus/pci/devices/%s/driver_override", root(sysfs), plan->bdf);
	step(&back, plan->bdf, "%s/bus/pci/drivers_probe", root(sysfs));
	for (unsigned i = 0; i < back.steps; i++)
		write_step(&back.step[i]);
}

int fc_bind_run(const char *sysfs, const struct fc_bind_plan *plan, char *error,
		size_t error_octets)
{
	int err = *plan->driver ? check_module(sysfs, plan, error, error_octets) : 0;

	if (err)
		return err;
	for (unsigned i = 0; i < plan->steps && !err; i++) {
		err = write_step(&plan->step[i]);
		/* The kernel answers a probe that nobody takes with EINVAL, that of a driver which
		 * refuses with its error: a device that goes back to the kernel may stay free. */
		if (err && !*plan->driver && i + 1 == plan->steps)
			err = 0;
		if (err)
			snprintf(error, error_octets, "%s: %s", plan->step[i].path, strerror(-err));
	}
	if (!err && *plan->driver) {
		err = await_driver(sysfs, plan);
		if (err)
			snprintf(error, error_octets, "%s: %s did not take it", plan->bdf,
				 plan->driver);
	}
	if (err && *plan->driver)
		give_back(sysfs, plan);
	return err;
}
