/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit.
 * The register map as data: a tool that dumps a card walks this table and knows no register itself.
 */
#ifndef FLOWCARD_REGISTER_TABLE_H
#define FLOWCARD_REGISTER_TABLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fc_register_access {
	FC_ACCESS_RO,    /* written: a fault */
	FC_ACCESS_RW,
	FC_ACCESS_WO,    /* reads 0 */
	FC_ACCESS_W1C,   /* write 1 to clear */
	FC_ACCESS_PULSE, /* write 1 to start; reads 0 */
};

struct fc_register_enum {
	uint16_t value;
	const char *name, *desc;
};

struct fc_register_field {
	const char *name;
	uint8_t lsb, width;
	uint8_t access; /* enum fc_register_access */
	uint32_t reset; /* of the field */
	const char *unit; /* of the number; of a 64-bit counter too, then at the low word; NULL: none */
	const struct fc_register_enum *name_of; /* NULL: a number */
	uint16_t names;
	const char *desc;
};

/* Element (i, j) stands at offset + i * stride[0] + j * stride[1]; count 1 and stride 0 where there is no array. */
struct fc_register {
	const char *name; /* "RING[].BASE_LOW" */
	uint32_t offset;
	uint16_t count[2], stride[2];
	uint16_t fields;
	const struct fc_register_field *field;
	const char *desc;
};

extern const struct fc_register fc_register_table[];
extern const size_t fc_register_count;
extern const struct fc_register_enum fc_verdict_table[];
extern const size_t fc_verdict_table_count;
extern const struct fc_register_enum fc_kind_table[];
extern const size_t fc_kind_table_count;
extern const struct fc_register_enum fc_reason_table[];
extern const size_t fc_reason_table_count;
extern const struct fc_register_enum fc_sampler_mode_table[];
extern const size_t fc_sampler_mode_table_count;
extern const struct fc_register_enum fc_capability_table[];
extern const size_t fc_capability_table_count;

#ifdef __cplusplus
}
#endif
#endif
