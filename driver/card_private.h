/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files card*.c share: checked register access, waits, and the steps of open and close. */
#ifndef FC_CARD_PRIVATE_H
#define FC_CARD_PRIVATE_H

#include <flowcard/card.h>
#include <flowcard/registers.h>
#include <stdbool.h>

/* A register and how to call it in a message: "STATUS", "RING[2].CONTROL". */
struct fc_reg {
	uint32_t offset;
	const char *block; /* NULL: not in an array */
	unsigned index;
	const char *name;
};
#define FC_REG(name_) ((struct fc_reg){FC_REG_##name_, NULL, 0, #name_})
#define FC_REG_IN(block_, index_, name_)                                                           \
	((struct fc_reg){FC_REG_##block_##_##name_(index_), #block_, (index_), #name_})

#define FC_FIELD(value, field) (((value)&FC_REG_##field##_MASK) >> FC_REG_##field##_SHIFT)

#define FC_MS UINT64_C(1000000)
#define FC_US UINT64_C(1000)

/* Set card->error: the register's name (if any), then the text. Return err. */
__attribute__((format(printf, 4, 5))) int
fc_card_fail(struct fc_card *card, int err, const struct fc_reg *reg, const char *format, ...);

/* All ones are believed (-ENODEV) only when MAGIC reads all ones as well. */
int fc_card_read(struct fc_card *card, struct fc_reg reg, uint32_t *value);
int fc_card_write(struct fc_card *card, struct fc_reg reg, uint32_t value);

/* Write and read back; -EIO on a difference. */
int fc_card_set(struct fc_card *card, struct fc_reg reg, uint32_t value);

/* Two registers of one 64-bit value, low first. */
int fc_card_set_64(struct fc_card *card, struct fc_reg low, struct fc_reg high, uint64_t value);

/* Wait until (reg & mask) == want; `what` says in words what that is. -ETIMEDOUT after limit_ns. */
int fc_card_wait(struct fc_card *card, struct fc_reg reg, uint32_t mask, uint32_t want,
		 uint64_t limit_ns, const char *what);

/* Is this a card that we can drive? Fills card->build. Writes nothing. */
int fc_card_identify(struct fc_card *card);

/* Everything off; what fails is not reported, since the card may be gone. True: it came to rest. */
bool fc_card_quiesce(struct fc_card *card);

/* Reset and wait until the memories are clear. */
int fc_card_reset(struct fc_card *card);

/* Place of a sampler in the register map; -EINVAL: no such monitor or port. */
int fc_card_sampler_index(struct fc_card *card, unsigned monitor, bool output, unsigned port,
			  unsigned *index);

int fc_card_link_test(struct fc_card *card);
int fc_card_hash_load(struct fc_card *card, const uint8_t *key);
int fc_card_epoch_set(struct fc_card *card, const struct fc_card_config *config);
int fc_card_rings_enable(struct fc_card *card, const struct fc_card_config *config);

#endif
