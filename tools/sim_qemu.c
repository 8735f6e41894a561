/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/sim_qemu.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void fc_sim_qemu_open(struct fc_sim *s)
{
	s->socket.listener = s->socket.client = -1;
	fc_qemu_loop_init(&s->qemu, &fc_sim_card_ops, &s->card, s->options->qemu,
			  s->options->qtest);
}

/* QEMU reads all ones once the socket is closed. */
static void drop(struct fc_sim *s)
{
	fc_qemu_loop_close(&s->qemu);
	if (s->qemu.socket >= 0)
		close(s->qemu.socket);
	s->qemu.socket = -1;
}

void fc_sim_qemu_close(struct fc_sim *s)
{
	const struct fc_qemu_front *f = &s->qemu.front;

	fc_sim_say("served %" PRIu64 " reads, %" PRIu64 " writes, %" PRIu64 " interrupts (%" PRIu64
		   " lost), %" PRIu64 " resets",
		   f->bar_reads, f->bar_writes, s->qemu.interrupts, s->qemu.interrupts_lost,
		   f->resets);
	drop(s);
}

void fc_sim_qemu_serve(struct fc_sim *s)
{
	uint32_t rings;
	int n;

	if (s->absent && fc_sim_qemu_connected(s))
		drop(s);
	if (!fc_sim_qemu_connected(s))
		return;
	n = fc_qemu_loop_serve(&s->qemu, 0);
	rings = fc_sim_card_interrupts(&s->card);
	if (rings)
		fc_qemu_loop_interrupt(&s->qemu, rings);
	if (n >= 0)
		return;
	if (n != -ENOTCONN)
		fprintf(stderr, "flowcard-sim: QEMU: %s %s\n", strerror(-n), s->qemu.front.error);
	s->stopping = true;
	drop(s);
}

bool fc_sim_qemu_connected(const struct fc_sim *s)
{
	return s->qemu.socket >= 0;
}
