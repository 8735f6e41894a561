// SPDX-License-Identifier: BSD-2-Clause
#include <flowcard/pci.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Hexadecimal up to `end`, at most `limit`. strtoul alone would take blanks, signs and 0x. */
static bool take(const char **text, char end, unsigned long limit, unsigned long *out)
{
	size_t digits = strspn(*text, "0123456789abcdefABCDEF");

	if (digits < 1 || digits > 8 || (*text)[digits] != end)
		return false;
	*out = strtoul(*text, NULL, 16);
	*text += digits + (end ? 1 : 0);
	return *out <= limit;
}

int fc_pci_bdf(const char *text, char bdf[FC_PCI_BDF_OCTETS])
{
	const char *first = strchr(text, ':');
	unsigned long domain = 0, bus, device, function;

	if (first && strchr(first + 1, ':') && !take(&text, ':', 0x7fffffff, &domain))
		return -EINVAL;
	if (!take(&text, ':', 0xff, &bus) || !take(&text, '.', 0x1f, &device) ||
	    !take(&text, '\0', 7, &function))
		return -EINVAL;
	snprintf(bdf, FC_PCI_BDF_OCTETS, "%04lx:%02lx:%02lx.%lx", domain, bus, device, function);
	return 0;
}

int fc_pci_id(const char *text, struct fc_pci_id *out)
{
	unsigned long vendor, device;

	if (!take(&text, ':', 0xffff, &vendor) || !take(&text, '\0', 0xffff, &device))
		return -EINVAL;
	*out = (struct fc_pci_id){(uint16_t)vendor, (uint16_t)device};
	return 0;
}
