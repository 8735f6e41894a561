/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames that are no flow. */
#ifndef FC_GEN_NOISE_H
#define FC_GEN_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ARP; with `edges` also every other reason for which a frame is no flow. Return the frame's
 * length, 0 to 1514. */
size_t gen_noise_build(bool edges, uint64_t random, uint8_t *frame);

#endif
