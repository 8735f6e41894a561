/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of flows as listings print them: one function per struct fc_field.format, the width and
 * side of a table's column with them, and the way back from a word that somebody typed. Pure.
 */
#ifndef FC_SHOW_VALUE_H
#define FC_SHOW_VALUE_H

#include <flowcard/fnf.h>

#define FC_SHOW_VALUE 64

/*
 * Which field of a flow record: of IPv4 flows, of IPv6 flows. A record for both IP versions has,
 * for one column "IP PROT", two fields. NULL: flows of that version have none.
 */
struct fc_show_pick {
	const struct fc_fnf_record_field *field[2];
};

/* A typed word as a value of some field. */
struct fc_show_word {
	uint64_t number;
	uint8_t octets[16];
	unsigned bits; /* of octets that count; of a number: unused */
	bool text;     /* only the printed form can be compared */
};

const struct fc_fnf_record_field *fc_show_pick_field(const struct fc_show_pick *pick,
						     const struct fc_flow *flow);

/* What stands for a flow in this column; what a field is not for is printed as its zero. */
void fc_show_value(const struct fc_show_pick *pick, const struct fc_flow *flow,
		   char text[FC_SHOW_VALUE]);

/* As memcmp; a flow that the field is not for counts as zero. */
int fc_show_compare(const struct fc_show_pick *pick, const struct fc_flow *a,
		    const struct fc_flow *b);

/* FNV-1a over the value, going on from `hash`. */
uint64_t fc_show_hash(const struct fc_show_pick *pick, const struct fc_flow *flow, uint64_t hash);

/* Characters that the widest usual value of a field takes; 10.0.0.1, counters of 64 bits. */
unsigned fc_show_width(const struct fc_field *field);
/* Does its column stand at the left? */
bool fc_show_left(const struct fc_field *field);
/* Is it a number in JSON too? */
bool fc_show_numeric(const struct fc_field *field);
uint64_t fc_show_number(const struct fc_show_pick *pick, const struct fc_flow *flow);

/* Read a word as a value of `field`. Return 0 or -EINVAL: it can be none. */
int fc_show_word_read(const struct fc_field *field, const char *text, struct fc_show_word *out);
bool fc_show_word_is(const struct fc_fnf_record_field *f, const struct fc_show_word *word,
		     const struct fc_flow *flow);

/* Hu7/0/0 and HundredGigE7/0/0 of an ifIndex; 0 is Null. */
void fc_show_interface(uint32_t index, bool whole, char text[FC_SHOW_VALUE]);
/* The other way; shortened names too. Return 0 or -EINVAL. */
int fc_show_interface_read(const char *text, uint32_t *index);

/* hh:mm:ss.mmm, UTC, of a time in milliseconds since 1970. */
void fc_show_clock(uint64_t ms, char text[FC_SHOW_VALUE]);

#endif
