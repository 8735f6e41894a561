# SPDX-License-Identifier: BSD-2-Clause
"""The register map as data, for tools that print registers by name."""

from regmodel import ENUMS

# Of fields that a person reads; no part of what driver and card must agree on.
TABLE_ENUMS = list(dict.fromkeys([*ENUMS, "fc_sampler_mode", "fc_capability"]))

HEADER = """\
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
%s
#ifdef __cplusplus
}
#endif
#endif
"""


def quote(string):
    return '"' + string.replace("\\", "\\\\").replace('"', '\\"') + '"'


def header(model):
    lines = [f"extern const struct fc_register_enum {enum}_table[];\nextern const size_t {enum}_table_count;\n" for enum in TABLE_ENUMS]
    return HEADER % "".join(lines)


def dotted(reg):
    parts = [name + ("[]" if depth < len(reg.dims) else "") for depth, name in enumerate(reg.path)]
    return ".".join(parts)


def field(model, f):
    unit = quote(f.unit) if f.unit else "NULL"
    names = f"{f.encode}_table, {len(model.enum(f.encode))}" if f.encode else "NULL, 0"
    return (
        f"\t{{{quote(f.name)}, {f.lsb}, {f.width}, FC_ACCESS_{f.access.upper()}, 0x{f.reset:x}u, "
        f"{unit}, {names}, {quote(f.desc)}}},\n"
    )


def entry(number, reg):
    dims = reg.dims + [(1, 0)] * (2 - len(reg.dims))
    counts = ", ".join(str(d[0]) for d in dims)
    strides = ", ".join(f"0x{d[1]:x}" for d in dims)
    return (
        f"\t{{{quote(dotted(reg))}, 0x{reg.offset:04x}u, {{{counts}}}, {{{strides}}}, {len(reg.fields)}, "
        f"fields_{number}, {quote(reg.desc or reg.fields[0].desc)}}},\n"
    )


def source(model):
    out = [
        "/* SPDX-License-Identifier: BSD-2-Clause */\n",
        "/* Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit. */\n/* clang-format off */\n",
        "#include <flowcard/register_table.h>\n\n",
    ]
    for enum in TABLE_ENUMS:
        members = model.enum(enum)
        out.append(f"const struct fc_register_enum {enum}_table[] = {{\n")
        out += [f"\t{{{m.value}, {quote(m.name)}, {quote(m.desc)}}},\n" for m in members]
        out.append(f"}};\nconst size_t {enum}_table_count = {len(members)};\n\n")
    for number, reg in enumerate(model.registers):
        out.append(f"static const struct fc_register_field fields_{number}[] = {{\n")
        out += [field(model, f) for f in reg.fields]
        out.append("};\n")
    out.append("\nconst struct fc_register fc_register_table[] = {\n")
    out += [entry(n, r) for n, r in enumerate(model.registers)]
    out.append(f"}};\nconst size_t fc_register_count = {len(model.registers)};\n")
    return "".join(out)
