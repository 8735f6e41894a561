/* SPDX-License-Identifier: BSD-2-Clause */
#include "stress_end.h"

#include <flowcard/registers.h>
#include <string.h>

enum { FLUSH_CLOCKS = 400000, LATCH_CLOCKS = 20000 };

void stress_latch(struct stress_card *card)
{
	const uint32_t before = stress_card_read(card, FC_REG_LATCH_SEQ);

	stress_card_write(card, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	stress_card_wait(card, FC_REG_LATCH_SEQ, UINT32_MAX, before + 1, LATCH_CLOCKS);
}

void stress_read_ledger(struct stress_card *card, unsigned int m, uint64_t *set)
{
	for (unsigned int i = 0; i < 8; i++)
		set[i] = stress_card_read64(card, FC_REG_LEDGER_SELECTED_PACKETS(m) + 8 * i);
}

void stress_read_port(struct stress_card *card, unsigned int p, uint64_t *counter)
{
	for (unsigned int i = 0; i < 3; i++)
		counter[i] = stress_card_read64(card, FC_REG_PORT_FRAMES(p) + 8 * i);
	for (unsigned int v = 0; v < 32; v++)
		counter[6 + v] = stress_card_read64(card, FC_REG_PORT_VERDICT(p, v));
}

/* No frame more; what is under way reaches the host; disabled first, so that no epoch opens. */
void stress_drain(struct stress_card *card)
{
	uint64_t end = card->core_clocks + FLUSH_CLOCKS, before;

	card->source = NULL;
	card->error_percent = 0;
	card->axi.stall_percent /= 4;
	card->bus.slow_percent = 0;
	for (unsigned int r = 0; r < STRESS_RINGS; r++)
		card->ring[r].batch = 1;
	for (unsigned int p = 0; p < STRESS_PORTS; p++)
		card->wire[p].gap_percent = 0;
	stress_card_run(card, 2000);
	do {
		before = stress_ref_progress();
		stress_card_run(card, 500);
	} while (stress_ref_progress() != before && card->core_clocks < end);
	stress_card_write(card, FC_REG_CONTROL, 0);
	stress_card_wait(card, FC_REG_STATUS,
			 FC_REG_STATUS_FLUSHING_MASK | FC_REG_STATUS_FLUSHING_MONITOR_MASK |
				 FC_REG_STATUS_SNAPSHOTTING_MASK,
			 0, FLUSH_CLOCKS);
	stress_card_write(card, FC_REG_COMMAND, FC_REG_COMMAND_FLUSH_MASK);
	stress_card_wait(card, FC_REG_STATUS,
			 FC_REG_STATUS_FLUSHING_MASK | FC_REG_STATUS_CLOSING_MASK, 0, FLUSH_CLOCKS);
	stress_card_wait(card, FC_REG_STATUS, FC_REG_STATUS_IDLE_MASK, FC_REG_STATUS_IDLE_MASK,
			 FLUSH_CLOCKS);
	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		const uint32_t producer = stress_card_read(card, FC_REG_RING_PRODUCER(r));

		end = card->core_clocks + FLUSH_CLOCKS;
		while (card->ring[r].read != producer && card->core_clocks < end)
			stress_card_run(card, 64);
	}
}

static void compare_rings(struct stress_card *card)
{
	uint32_t line[16];

	for (unsigned int r = 0; r < STRESS_RINGS; r++) {
		const uint32_t producer = stress_card_read(card, FC_REG_RING_PRODUCER(r));

		stress_same("end: every record was read", card->ring[r].read, producer);
		stress_same("end: errors of a ring", stress_card_read(card, FC_REG_RING_ERRORS(r)),
			    card->errors[r]);
		memcpy(line, card->status + (size_t)64 * r, sizeof(line));
		if (stress_card_read(card, FC_REG_RING_STATUS_HIGH(r)) && producer) {
			stress_same("end: status line", line[0], producer);
			stress_same("end: second copy in the status line", line[15], producer);
		}
	}
	stress_same("rules of AXI that were broken", card->axi.violations, 0);
}

void stress_compare(struct stress_card *card, const struct stress_plan *plan)
{
	uint64_t set[8], counter[38] = {0};

	stress_ref_end(stress_card_read(card, FC_REG_EPOCH_OPEN));
	stress_latch(card);
	for (unsigned int m = 0; m < STRESS_MONITORS; m++) {
		stress_read_ledger(card, m, set);
		stress_ref_end_ledger(m, set);
	}
	for (unsigned int p = 0; p < STRESS_PORTS; p++) {
		stress_read_port(card, p, counter);
		stress_ref_end_port(p, counter);
	}
	for (unsigned int i = 0; i < 4 * STRESS_MONITORS; i++) {
		const unsigned int m = i / 4, output = i / 2 % 2, p = i % 2;
		const unsigned int s = 16 * m + 8 * output + p;

		if (plan->config.sampler[m][output][p].mode)
			stress_ref_end_sampler(
				m, output, p, stress_card_read64(card, FC_REG_SAMPLER_OBSERVED(s)),
				stress_card_read64(card, FC_REG_SAMPLER_SELECTED(s)));
	}
	compare_rings(card);
}
