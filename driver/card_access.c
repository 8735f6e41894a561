// SPDX-License-Identifier: BSD-2-Clause
#include "driver/card_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ALL_ONES 0xffffffffu

static int name_register(char *text, size_t size, const struct fc_reg *reg)
{
	if (reg->block)
		return snprintf(text, size, "%s[%u].%s (0x%04x) ", reg->block, reg->index,
				reg->name, (unsigned)reg->offset);
	return snprintf(text, size, "%s (0x%04x) ", reg->name, (unsigned)reg->offset);
}

int fc_card_fail(struct fc_card *card, int err, const struct fc_reg *reg, const char *format, ...)
{
	int used = reg ? name_register(card->error, sizeof(card->error), reg) : 0;
	va_list args;

	va_start(args, format);
	vsnprintf(card->error + used, sizeof(card->error) - (size_t)used, format, args);
	va_end(args);
	return err;
}

/* A counter or a mask may hold all ones; MAGIC never does while there is a card. */
static int judge_all_ones(struct fc_card *card, const struct fc_reg *reg)
{
	uint32_t magic;
	int err = fc_transport_read(card->transport, FC_REG_MAGIC, &magic);

	if (err)
		return fc_card_fail(card, err, reg, "reads all ones and MAGIC cannot be read: %s",
				    strerror(-err));
	if (magic == ALL_ONES)
		return fc_card_fail(card, -ENODEV, reg, "reads all ones: the card is gone");
	return 0;
}

int fc_card_read(struct fc_card *card, struct fc_reg reg, uint32_t *value)
{
	int err = fc_transport_read(card->transport, reg.offset, value);

	if (err)
		return fc_card_fail(card, err, &reg, "cannot be read: %s", strerror(-err));
	return *value == ALL_ONES ? judge_all_ones(card, &reg) : 0;
}

int fc_card_write(struct fc_card *card, struct fc_reg reg, uint32_t value)
{
	int err = fc_transport_write(card->transport, reg.offset, value);

	if (err)
		return fc_card_fail(card, err, &reg, "cannot be written: %s", strerror(-err));
	return 0;
}

int fc_card_set(struct fc_card *card, struct fc_reg reg, uint32_t value)
{
	uint32_t back;
	int err = fc_card_write(card, reg, value);

	if (!err)
		err = fc_card_read(card, reg, &back);
	if (err)
		return err;
	if (back != value)
		return fc_card_fail(card, -EIO, &reg, "was written 0x%08x and reads 0x%08x",
				    (unsigned)value, (unsigned)back);
	return 0;
}

int fc_card_set_64(struct fc_card *card, struct fc_reg low, struct fc_reg high, uint64_t value)
{
	int err = fc_card_set(card, low, (uint32_t)value);

	return err ? err : fc_card_set(card, high, (uint32_t)(value >> 32));
}

int fc_card_wait(struct fc_card *card, struct fc_reg reg, uint32_t mask, uint32_t want,
		 uint64_t limit_ns, const char *what)
{
	struct fc_transport *t = card->transport;
	uint64_t start = t->ops->now(t);
	uint32_t value;

	for (;;) {
		/* Time first: the register is read once more after the deadline, so a process
		 * that did not run for a while does not take its own absence for the card's. */
		uint64_t passed = t->ops->now(t) - start;
		int err = fc_card_read(card, reg, &value);

		if (err || (value & mask) == want)
			return err;
		if (passed >= limit_ns)
			break;
		t->ops->relax(t);
	}
	return fc_card_fail(card, -ETIMEDOUT, &reg, "reads 0x%08x after %llu us: %s",
			    (unsigned)value, (unsigned long long)(limit_ns / FC_US), what);
}
