/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to the collector: it takes a while, another one from each unit, and keeps the order of
 * what one unit sends. What comes twice stays twice. */
#ifndef FC_TEST_PAIR_WIRE_H
#define FC_TEST_PAIR_WIRE_H

#include "world.h"

void wire_begin(void);
/* `octets` are of the heap, and the wire's from now on. */
void wire_send(unsigned unit, unsigned stream, uint8_t *octets, size_t length);
/* What is on its way has arrived. */
void wire_flush(void);

#endif
