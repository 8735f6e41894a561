/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sockets of the QEMU front end: messages of the proxy device in, MSI-X messages out through
 * QEMU's test socket (`-qtest unix:PATH,server=on,wait=off`).
 */
#ifndef FC_SIM_QEMU_LOOP_H
#define FC_SIM_QEMU_LOOP_H

#include "sim/qemu_front.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fc_qemu_loop {
	struct fc_qemu_front front;
	int socket;             /* the caller's */
	const char *qtest_path; /* NULL: no MSI-X, interrupts stay pending */
	int qtest;              /* connected at the first message */
	uint64_t interrupts, interrupts_lost;
};

void fc_qemu_loop_init(struct fc_qemu_loop *l, const struct fc_vfu_device_ops *ops, void *device,
		       int socket, const char *qtest_path);
void fc_qemu_loop_close(struct fc_qemu_loop *l);

/*
 * Wait at most `timeout_ms` (0: not at all) for a message, then handle all that are there. Return
 * how many, -ENOTCONN (QEMU has closed the socket), -EPROTO and other -errno (l->front.error).
 */
int fc_qemu_loop_serve(struct fc_qemu_loop *l, int timeout_ms);

/* The card raised these vectors: send what is not masked; an INTx if MSI-X is off. */
void fc_qemu_loop_interrupt(struct fc_qemu_loop *l, uint32_t vectors);

#ifdef __cplusplus
}
#endif
#endif
