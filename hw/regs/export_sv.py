# SPDX-License-Identifier: BSD-2-Clause
"""hw/rtl/fc_regs_pkg.sv: every number of the map that RTL needs, as typed localparams."""

from regmodel import HALF_WORDS, RECORDS, VECTOR, ENUMS

HEAD = """\
// SPDX-License-Identifier: BSD-2-Clause
// Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit.
// XxxOffset: BAR0 offset, inside an array relative to the element; XxxStride, XxxCount: the array;
// XxxYyyLsb, XxxYyyWidth: a register's field; XxxReset: the register after reset.
// VecXxxLsb: bit of the field vector. RecXxxLsb, BarrierXxxLsb, LedgerXxxLsb: bit of the 960-bit payload
// (ring words 0..14, then 16..30; the trailers are not in it). TrailerXxxLsb: bit of a trailer word.
`default_nettype none

package fc_regs_pkg;
"""
TAIL = """
endpackage

`default_nettype wire
"""


def camel(*names):
    words = "_".join(names).lower().split("_")
    return "".join(w[:1].upper() + w[1:] for w in words)


def param(kind, name, value):
    return f"  localparam {kind} {name} = {value};\n"


def enums(model):
    out = []
    for enum, members in model.enums.items():
        width = ENUMS[enum]
        out.append(f"\n  // {enum}\n")
        out += [
            param(f"logic [{width - 1}:0]", camel(enum[3:], m.name), f"{width}'d{m.value}") for m in members
        ]
    return out


def arrays(reg):
    """The arrays on the way to a register, outermost first, by the names their parameters get."""
    return [(camel(*reg.path[: depth + 1]), dim) for depth, dim in enumerate(reg.dims)]


def register(reg, bases, seen):
    out = []
    depth = len(reg.dims)
    local = reg.offset - (bases[reg.path[0]] if reg.path[0] in bases else 0)
    out.append(f"\n  // {reg.dotted}\n")
    name = camel(reg.name)
    for array, (count, stride) in arrays(reg)[1 if reg.path[0] in bases else 0:]:
        if array not in seen:
            seen.add(array)
            out.append(param("int unsigned", array + "Count", count))
            out.append(param("logic [15:0]", array + "Stride", f"16'h{stride:04x}"))
    out.append(param("logic [15:0]", name + "Offset", f"16'h{local:04x}"))
    if reg.counter and depth and len(reg.fields) == 1 and reg.path[-2].islower():
        return out
    reset = sum(f.reset << f.lsb for f in reg.fields)
    out.append(param("logic [31:0]", name + "Reset", f"32'h{reset:08x}"))
    for f in reg.fields:
        out.append(param("int unsigned", camel(reg.name, f.name, "lsb"), f.lsb))
        out.append(param("int unsigned", camel(reg.name, f.name, "width"), f.width))
    return out


def registers(model):
    bases = {}
    for reg in model.registers:
        if len(reg.path) > 1:
            bases[reg.path[0]] = min(bases.get(reg.path[0], reg.offset), reg.offset)
    out, seen = [], set()
    for reg in model.registers:
        if reg.path[0] in bases and reg.path[0] not in seen:
            seen.add(reg.path[0])
            count, stride = reg.dims[0]
            name = camel(reg.path[0])
            out.append(f"\n  // {reg.path[0]}[{count}]\n")
            out.append(param("logic [15:0]", name + "Offset", f"16'h{bases[reg.path[0]]:04x}"))
            out.append(param("logic [15:0]", name + "Stride", f"16'h{stride:04x}"))
            out.append(param("int unsigned", name + "Count", count))
        out += register(reg, bases, seen)
    return out


def layout(model, name, prefix, vector):
    out = [f"\n  // {name}\n"]
    for v in model.values(name):
        if v.name.startswith("trailer"):
            continue  # not in the payload; see trailer()
        word = v.word if vector or v.word < HALF_WORDS else v.word - 1
        out.append(param("int unsigned", camel(prefix, v.name, "lsb"), 32 * word + v.lsb))
        out.append(param("int unsigned", camel(prefix, v.name, "width"), v.width))
    return out


def trailer(model):
    """Bits inside the word that ends each half."""
    out = ["\n  // fc_rec_trailer\n"]
    for v in model.values("fc_record"):
        if v.name.startswith("trailer0_"):
            name = v.name.replace("trailer0", "trailer")
            out.append(param("int unsigned", camel(name, "lsb"), v.lsb))
            out.append(param("int unsigned", camel(name, "width"), v.width))
    return out


def export(model):
    out = [HEAD, param("logic [31:0]", "MapHash", f"32'h{model.hash:08x}")]
    out += enums(model)
    out += registers(model)
    out += layout(model, VECTOR, "vec", True)
    for name, prefix in RECORDS.items():
        out += layout(model, name, prefix, False)
    out += trailer(model)
    return "".join(out) + TAIL
