/* SPDX-License-Identifier: BSD-2-Clause */
/* A traced card for waveforms: set up by bare register writes, its key the source port alone, its
 * hash tables known, so that a picture changes only when the card does. */
#ifndef FC_WAVES_CARD_H
#define FC_WAVES_CARD_H

#include "sim/fcsim.h"

#define WAVES_EPOCH_SHIFT 30
#define WAVES_EPOCH_NS (UINT64_C(1) << WAVES_EPOCH_SHIFT)
#define WAVES_START_NS (1000 * WAVES_EPOCH_NS + 1000)
#define WAVES_GUARD_NS 1000000u
#define WAVES_SETTLE 200000

struct waves_card {
	struct fcsim *sim;
	void *ring, *status;
	uint64_t now; /* card time */
};

/* Build a card with 64 entries and set it up; from then on each clock goes into the trace at
 * `path`. Return 0 or -errno; after an error there is nothing to close. */
int waves_open(struct waves_card *card, const char *path);
void waves_close(struct waves_card *card);

/* A packet of flow `flow` (its source port, below 256), stamped with card time plus `after` ns. */
int waves_packet(const struct waves_card *card, unsigned flow, int64_t after);
int waves_write(const struct waves_card *card, uint32_t offset, uint32_t value);
int waves_settle(const struct waves_card *card);
void waves_time(struct waves_card *card, uint64_t ns);

#endif
