/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What two export threads say to each other, in the pair's stream.
 *
 *   EXPORTER  BEGIN                                   all that is known is void; all of it follows
 *   EXPORTER  PLACE NUMBER FINGERPRINT FIRST NEXT STATE   one exporter at this cut; STATE: not of
 * one that only sends its last DATAGRAM  PLACE NUMBER FINGERPRINT SEALED ...     several, by
 * ascending number CURSOR    PLACE NUMBER CURSOR [GONE]              what is below has left; GONE:
 * it is closed
 *
 *   SEALED: u64 number | u32 sequence | u32 records | u32 templates |
 *           4 x (u16 client | u16 records | u32 octets) | octets
 *
 * An exporter is its place in the configuration, a number that its unit never uses again, and a
 * fingerprint of what it was opened with.
 */
#ifndef FC_EXPORT_WIRE_H
#define FC_EXPORT_WIRE_H

#include <flowcard/export.h>
#include <ha/checkpoint/cuts.h>

enum fc_export_tag {
	FC_EXPORT_BEGIN = 1,
	FC_EXPORT_PLACE,
	FC_EXPORT_NUMBER,
	FC_EXPORT_FINGERPRINT,
	FC_EXPORT_FIRST,
	FC_EXPORT_NEXT,
	FC_EXPORT_STATE,
	FC_EXPORT_SEALED,
	FC_EXPORT_CURSOR,
	FC_EXPORT_GONE
};

#define FC_EXPORT_SEALED_HEADER 52

/* One exporter's part of a message, whatever its type. */
struct fc_export_said {
	bool begin, gone;
	unsigned place;
	uint64_t number, fingerprint, first, next, cursor;
	const uint8_t *state; /* NULL: none */
	size_t state_octets;
};

/* Return 0, or -EPROTO with why: also when a datagram in it is none. */
int fc_export_read(const struct fc_message *m, struct fc_export_said *out, char why[FC_CUT_TEXT]);

/* The next datagram from *at (0) on. Return 1, 0 at the end. The message was read. */
int fc_export_next_sealed(const struct fc_message *m, size_t *at, struct fc_exporter_datagram *out);

/* False: there is no room. */
bool fc_export_put_sealed(struct fc_message *m, const struct fc_exporter_datagram *d);

#endif
