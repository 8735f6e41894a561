# SPDX-License-Identifier: BSD-2-Clause
"""driver/include/flowcard/registers.h: offsets, fields, enumerations, accessors of vector and records."""

from regmodel import RECORDS, VECTOR

HEAD = """\
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit. Explained in docs/registers.md.
 * Words of vectors and records stay in memory as the card wrote them (little-endian); the accessors convert.
 * Registers are 32 bits; a 64-bit counter's offset is that of its low word, the high word stands at +4.
 */
/* clang-format off */
#ifndef FLOWCARD_REGISTERS_H
#define FLOWCARD_REGISTERS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

"""
TAIL = """
#ifdef __cplusplus
}
#endif
#endif
/* clang-format on */
"""
INDEX = {"CAPABILITY": "c", "SAMPLER": "s", "RING": "r", "MONITOR": "m", "LEDGER": "m", "PORT": "p"}
INNER = {"MONITOR": "i", "PORT": "v"}


def enums(model):
    out = []
    for enum, members in model.enums.items():
        prefix = enum.upper()
        out.append(f"enum {enum} {{\n")
        out += [f"\t{prefix}_{m.name.upper()} = {m.value}, /* {m.desc} */\n" for m in members]
        out.append(f"}};\n#define {prefix}_COUNT {max(m.value for m in members) + 1}\n\n")
        out.append("/* Name as in the register source; \"unknown\" for a number without one. */\n")
        out.append(f"static inline const char *{enum}_name(unsigned value)\n{{\n\tswitch (value) {{\n")
        for m in members:
            out.append(f"\tcase {prefix}_{m.name.upper()}:\n\t\treturn \"{m.name}\";\n")
        out.append("\tdefault:\n\t\treturn \"unknown\";\n\t}\n}\n\n")
    return out


def offset(reg):
    name = "FC_REG_" + reg.name
    if not reg.dims:
        return f"#define {name} 0x{reg.offset:04x}u\n"
    args = [INDEX[reg.path[0]]]
    if len(reg.dims) > 1:
        args.append(INNER[reg.path[0]])
    terms = "".join(f" + 0x{stride:x}u * (uint32_t)({arg})" for arg, (_, stride) in zip(args, reg.dims))
    return f"#define {name}({', '.join(args)}) (0x{reg.offset:04x}u{terms})\n"


def registers(model):
    out, seen = [], set()
    for reg in model.registers:
        if reg.dims and reg.path[0] not in seen:
            seen.add(reg.path[0])
            out.append(f"\n#define FC_REG_{reg.path[0]}_COUNT {reg.dims[0][0]}\n")
        if len(reg.dims) > 1 and tuple(reg.path[:2]) not in seen:
            seen.add(tuple(reg.path[:2]))
            out.append(f"#define FC_REG_{'_'.join(reg.path[:2]).upper()}_COUNT {reg.dims[1][0]}\n")
        lower = len(reg.path) > 1 and reg.path[-2].islower()
        if lower and reg.path[-1] == "high":
            continue
        out.append(offset(reg))
        if lower:
            continue
        reset = sum(f.reset << f.lsb for f in reg.fields)
        if reset:
            out.append(f"#define FC_REG_{reg.name}_RESET 0x{reset:08x}u\n")
        for f in reg.fields:
            base = f"FC_REG_{reg.name}_{f.name.upper()}"
            out.append(f"#define {base}_MASK 0x{((1 << f.width) - 1) << f.lsb:08x}u\n")
            out.append(f"#define {base}_SHIFT {f.lsb}\n")
    return out


def ctype(width):
    return f"uint{next(w for w in (8, 16, 32, 64) if width <= w)}_t"


def octets(prefix, arg, v):
    at = 4 * v.word + v.lsb // 8
    return (
        f"/* {v.desc} {v.octets} octets. */\n"
        f"static inline const uint8_t *fc_{prefix}_{v.name}(const uint32_t *{arg})\n{{\n"
        f"\treturn (const uint8_t *){arg} + {at};\n}}\n\n"
        f"static inline void fc_{prefix}_set_{v.name}(uint32_t *{arg}, const uint8_t *octets)\n{{\n"
        f"\tmemcpy((uint8_t *){arg} + {at}, octets, {v.octets});\n}}\n\n"
    )


def wide(prefix, arg, name, desc, parts):
    """parts: [(word, lsb, width)] from the lowest bits up."""
    width = sum(p[2] for p in parts)
    ctyp = ctype(width)
    get, put, at = [], [], 0
    for word, lsb, bits in parts:
        mask = (1 << bits) - 1
        piece = f"le32toh({arg}[{word}])"
        if lsb:
            piece = f"({piece} >> {lsb})"
        if bits < 32 and lsb + bits < 32:
            piece = f"({piece} & 0x{mask:x}u)"
        get.append(f"({ctyp})({ctyp}){piece} << {at}" if at else f"({ctyp}){piece}")
        value = f"value >> {at}" if at else "value"
        if bits == 32:
            put.append(f"\t{arg}[{word}] = htole32((uint32_t)({value}));\n")
        else:
            low = f"((uint32_t)({value}) & 0x{mask:x}u)" + (f" << {lsb}" if lsb else "")
            keep = 0xFFFFFFFF ^ (mask << lsb)
            put.append(f"\t{arg}[{word}] = htole32((le32toh({arg}[{word}]) & 0x{keep:08x}u) | {low});\n")
        at += bits
    expr = " | ".join(get)
    expr = expr.replace(f"({ctyp})({ctyp})", f"({ctyp})")
    arg_type = "uint64_t" if width > 32 else "uint32_t"
    return (
        f"/* {desc}{f' {width} bits.' if width not in (8, 16, 32, 64) else ''} */\n"
        f"static inline {ctyp} fc_{prefix}_{name}(const uint32_t *{arg})\n{{\n\treturn {expr};\n}}\n\n"
        f"static inline void fc_{prefix}_set_{name}(uint32_t *{arg}, {arg_type} value)\n{{\n{''.join(put)}}}\n\n"
    )


def numbers(prefix, arg, v):
    if v.width > 32:
        parts = [(v.word + i, 0, 32) for i in range(v.width // 32)]
    else:
        parts = [(v.word, v.lsb, v.width)]
    return wide(prefix, arg, v.name, v.desc, parts)


def accessors(model, layout, prefix, arg):
    values = {v.name: v for v in model.values(layout)}
    out = []
    for name, v in values.items():
        if v.word == 0 and layout != VECTOR and prefix != "rec":
            continue  # word 0 is the same in every kind: fc_rec_kind() and so on
        if name.startswith("trailer") and prefix != "rec":
            continue
        stem, _, half = name.rpartition("_")
        other = values.get(f"{stem}_high")
        if half == "low" and other:
            parts = [(v.word, v.lsb, v.width), (other.word, other.lsb, other.width)]
            desc = v.desc.split(", low")[0] + "."
            out.append(wide(prefix, arg, stem, desc, parts))
        elif half == "high" and f"{stem}_low" in values:
            continue
        elif v.octets:
            out.append(octets(prefix, arg, v))
        else:
            out.append(numbers(prefix, arg, v))
    return out


def gather(model):
    low = next(r for r in model.layouts["fc_record"] if r.path == ["w_vector_low"])
    high = next(r for r in model.layouts["fc_record"] if r.path == ["w_vector_high"])
    (low_n, _), (high_n, _) = low.dims[0], high.dims[0]
    at_low, at_high = low.offset // 4, high.offset // 4
    return (
        "/* The field vector of a flow record, whose words stand in both halves. */\n"
        f"static inline void fc_rec_vector(const uint32_t *rec, uint32_t *vec)\n{{\n"
        f"\tmemcpy(vec, rec + {at_low}, {4 * low_n});\n"
        f"\tmemcpy(vec + {low_n}, rec + {at_high}, {4 * high_n});\n}}\n\n"
        f"static inline void fc_rec_set_vector(uint32_t *rec, const uint32_t *vec)\n{{\n"
        f"\tmemcpy(rec + {at_low}, vec, {4 * low_n});\n"
        f"\tmemcpy(rec + {at_high}, vec + {low_n}, {4 * high_n});\n}}\n"
    )


def export(model):
    out = [HEAD, f"#define FC_MAP_HASH 0x{model.hash:08x}u\n"]
    magic = next(r for r in model.registers if r.name == "MAGIC")
    out.append(f"#define FC_MAGIC 0x{magic.fields[0].reset:08x}u\n\n")
    out += enums(model)
    out.append("/* Registers of BAR0. */\n")
    out += registers(model)
    out.append("\n/* The field vector: 17 words. */\n")
    out += accessors(model, VECTOR, "vec", "vec")
    out.append("/* A ring record: 32 words. Word 0 and the trailers are the same in every kind. */\n")
    for layout, prefix in RECORDS.items():
        out += accessors(model, layout, prefix, "rec")
    out.append(gather(model))
    return "".join(out) + TAIL
