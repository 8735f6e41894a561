// SPDX-License-Identifier: BSD-2-Clause
/* Texts that somebody took for the output of lspci -xxx, through libpci and our reading of it. */
#include <fcntl.h>
#include <flowcard/pci.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX = 16, FIRST_OWN_FILE = 10 };

static void check(const struct fc_pci_card *card)
{
	if (strnlen(card->bdf, sizeof(card->bdf)) == sizeof(card->bdf) ||
	    strnlen(card->driver, sizeof(card->driver)) == sizeof(card->driver) ||
	    strnlen(card->slot, sizeof(card->slot)) == sizeof(card->slot) ||
	    card->msix_vectors > 2048 || card->msix_bar > 7 || card->link.lanes > 63)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[64], error[200];
	const struct fc_pci_source source = {.dump = path};
	struct fc_pci_card card[MAX];
	struct pci_access *access;
	int file = memfd_create("dump", MFD_CLOEXEC), n;

	if (file < 0 || write(file, data, size) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (!fc_pci_access_open(&source, &access, error, sizeof(error))) {
		n = fc_pci_scan(access, NULL, card, MAX, error, sizeof(error));
		for (int i = 0; i < n && i < MAX; i++)
			check(&card[i]);
		fc_pci_access_close(access);
	}
	close(file);
	/* libpci's error handler cannot close the file that it was reading. */
	close_range(FIRST_OWN_FILE, ~0u, 0);
	return 0;
}
