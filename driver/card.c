// SPDX-License-Identifier: BSD-2-Clause
#include "driver/card_private.h"
#include "driver/dma.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define ENABLE_LIMIT_NS (10 * FC_MS)
#define DRAIN_LIMIT_NS (20 * FC_US)
#define MAP_OCTETS FC_REG_SAMPLER_CONTROL(FC_REG_SAMPLER_COUNT)

static int check_config(struct fc_card *card, const struct fc_card_config *config)
{
	const struct fc_transport *t = card->transport;

	if (t->bar && t->bar_octets < MAP_OCTETS)
		return fc_card_fail(card, -EINVAL, NULL, "BAR0 has %zu octets, the map needs %u",
				    t->bar_octets, (unsigned)MAP_OCTETS);
	if (config->ring_log2 < 10 || config->ring_log2 > 24)
		return fc_card_fail(card, -EINVAL, NULL, "ring_log2 %u is not 10..24",
				    config->ring_log2);
	if (config->epoch_shift < 10 || config->epoch_shift > 40)
		return fc_card_fail(card, -EINVAL, NULL, "epoch_shift %u is not 10..40",
				    config->epoch_shift);
	if ((uint64_t)config->epoch_guard_ns >> config->epoch_shift)
		return fc_card_fail(card, -EINVAL, NULL,
				    "epoch_guard_ns %u is as long as an epoch of 2^%u ns",
				    (unsigned)config->epoch_guard_ns, config->epoch_shift);
	if (config->doorbell_batch > 1u << (config->ring_log2 - 1))
		return fc_card_fail(card, -EINVAL, NULL,
				    "doorbell_batch %u is more than half a ring of 2^%u",
				    (unsigned)config->doorbell_batch, config->ring_log2);
	return 0;
}

static void free_memory(struct fc_card *card)
{
	for (unsigned r = FC_CARD_RINGS_MAX; r-- > 0;)
		fc_dma_free(card->transport, &card->ring_dma[r]);
	fc_dma_free(card->transport, &card->status_dma);
}

static int alloc_memory(struct fc_card *card, unsigned ring_log2)
{
	size_t octets = (size_t)FC_RECORD_OCTETS << ring_log2;
	int err = fc_dma_alloc(card->transport, "flowcard status", 1, &card->status_dma);
	char name[32];

	for (unsigned r = 0; !err && r < card->build.rings; r++) {
		snprintf(name, sizeof(name), "flowcard ring %u", r);
		err = fc_dma_alloc(card->transport, name, octets, &card->ring_dma[r]);
	}
	if (!err)
		return 0;
	free_memory(card);
	return fc_card_fail(card, err, NULL, "%u rings of %zu octets: %s", card->build.rings,
			    octets, strerror(-err));
}

static int check_faults(struct fc_card *card)
{
	uint32_t faults;
	int err = fc_card_faults(card, &faults);

	if (!err && faults)
		err = fc_card_fail(card, -EIO, &FC_REG(FAULT), "reads 0x%08x after set-up",
				   (unsigned)faults);
	return err;
}

static int bring_up(struct fc_card *card, const struct fc_card_config *config)
{
	int err = fc_card_hash_load(card, config->hash_key);

	if (!err)
		err = fc_card_epoch_set(card, config);
	if (!err)
		err = fc_card_rings_enable(card, config);
	return err ? err : check_faults(card);
}

/* Bring the card to rest, whatever state it is in, without losing the error that led here. */
static void shut_down(struct fc_card *card)
{
	char error[sizeof(card->error)];

	memcpy(error, card->error, sizeof(error));
	/* Records that wait for a ring which is now off keep the card busy: a reset drops them,
	 * but not a write that is already on its way, so wait once more. */
	if (!fc_card_quiesce(card) &&
	    !fc_card_write(card, FC_REG(COMMAND), FC_REG_COMMAND_RESET_MASK))
		fc_card_quiesce(card);
	memcpy(card->error, error, sizeof(error));
}

int fc_card_open(struct fc_card *card, struct fc_transport *transport,
		 const struct fc_card_config *config)
{
	int err;

	memset(card, 0, sizeof(*card));
	card->transport = transport;
	err = check_config(card, config);
	if (!err)
		err = fc_card_identify(card);
	if (err)
		goto forget;
	/* An earlier owner may have left it running. Not coming to rest is no error yet: its
	 * rings may be full, and the reset that follows empties them. */
	fc_card_quiesce(card);
	err = fc_card_reset(card);
	if (!err)
		err = fc_card_link_test(card);
	if (!err)
		err = alloc_memory(card, config->ring_log2);
	if (err)
		goto forget;
	err = bring_up(card, config);
	if (err)
		goto shut_down;
	card->error[0] = '\0';
	return 0;

shut_down:
	shut_down(card);
	free_memory(card);
forget:
	card->transport = NULL;
	return err;
}

int fc_card_core_start(struct fc_card *card)
{
	uint32_t status;
	int err = fc_card_read(card, FC_REG(STATUS), &status);

	if (err)
		return err;
	if (!(status & FC_REG_STATUS_BUS_MASTER_MASK))
		return fc_card_fail(card, -EIO, &FC_REG(STATUS),
				    "bus_master is 0: records could not be written");
	err = fc_card_set(card, FC_REG(CONTROL), FC_REG_CONTROL_ENABLE_MASK);
	return err ? err
		   : fc_card_wait(card, FC_REG(STATUS), FC_REG_STATUS_ENABLED_MASK,
				  FC_REG_STATUS_ENABLED_MASK, ENABLE_LIMIT_NS,
				  "enabled is still 0");
}

int fc_card_ports_start(struct fc_card *card)
{
	int err = 0;

	for (unsigned p = 0; !err && p < card->build.ports; p++)
		err = fc_card_set(card, FC_REG_IN(PORT, p, CONTROL),
				  FC_REG_PORT_CONTROL_ENABLE_MASK);
	return err;
}

/* The core first: a frame that a port counts must not miss its monitor. */
int fc_card_start(struct fc_card *card)
{
	int err = fc_card_core_start(card);

	return err ? err : fc_card_ports_start(card);
}

int fc_card_epoch_open(struct fc_card *card, uint32_t *out)
{
	return fc_card_read(card, FC_REG(EPOCH_OPEN), out);
}

int fc_card_stop(struct fc_card *card)
{
	int err = 0;

	for (unsigned p = 0; !err && p < card->build.ports; p++)
		err = fc_card_set(card, FC_REG_IN(PORT, p, CONTROL), 0);
	/* Frames that the ports have counted are still on their way to the core, a few clocks
	 * each. Rings that nobody reads keep the card from being idle, so that is no error. */
	if (!err)
		err = fc_card_wait(card, FC_REG(STATUS), FC_REG_STATUS_IDLE_MASK,
				   FC_REG_STATUS_IDLE_MASK, DRAIN_LIMIT_NS, "idle is still 0");
	if (err && err != -ETIMEDOUT)
		return err;
	return fc_card_set(card, FC_REG(CONTROL), 0);
}

int fc_card_flush(struct fc_card *card)
{
	return fc_card_write(card, FC_REG(COMMAND), FC_REG_COMMAND_FLUSH_MASK);
}

int fc_card_flushing(struct fc_card *card)
{
	uint32_t status;
	int err = fc_card_read(card, FC_REG(STATUS), &status);

	return err ? err : (status & FC_REG_STATUS_FLUSHING_MASK) != 0;
}

void fc_card_close(struct fc_card *card)
{
	if (!card->transport)
		return;
	shut_down(card);
	free_memory(card);
	card->transport = NULL;
}
