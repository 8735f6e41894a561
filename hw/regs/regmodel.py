# SPDX-License-Identifier: BSD-2-Clause
"""Reads flowcard.rdl into plain objects that the exporters walk."""

from dataclasses import dataclass
from pathlib import Path

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegNode

REGISTER_MAP = "flowcard"
VECTOR = "fc_vector"
RECORDS = {"fc_record": "rec", "fc_barrier": "barrier", "fc_ledger": "ledger"}
ENUMS = {"fc_verdict": 5, "fc_kind": 4, "fc_reason": 4, "fc_sampler_mode": 2, "fc_capability": 8}
HALF_WORDS = 16  # the last word of each half is a trailer


@dataclass
class Field:
    name: str
    lsb: int
    width: int
    access: str  # ro, rw, wo, w1c, pulse
    reset: int
    desc: str
    encode: str  # name of an enumeration or ""
    words: int  # value of that many whole words, or 0
    octets: int  # octet string of that length, or 0
    unit: str  # for people, or ""


@dataclass
class Register:
    path: list  # names from the top, e.g. ["PORT", "verdict", "low"]
    offset: int  # of the first element of every array on the way
    dims: list  # [(count, stride)] of the arrays on the way, outermost first
    desc: str
    fields: list

    @property
    def counter(self):
        """A half of a latched 64-bit counter."""
        return self.path[-1] in ("low", "high")

    @property
    def name(self):
        """RING_BASE_LOW; the low word of a counter carries the counter's own name."""
        path = self.path[:-1] if self.path[-1] == "low" else self.path
        return "_".join(path).upper()

    @property
    def dotted(self):
        """RING[].BASE_LOW, for people."""
        return ".".join(self.path)


@dataclass
class EnumMember:
    name: str
    value: int
    desc: str


@dataclass
class Value:
    """A value of the vector or of a record, where its field starts."""

    name: str
    word: int
    lsb: int
    width: int
    octets: int
    encode: str
    desc: str


def text(node):
    return " ".join((node.get_property("desc") or "").split())


def access(node):
    if node.get_property("singlepulse"):
        return "pulse"
    if node.get_property("onwrite") is not None:
        return "w1c"
    return {"r": "ro", "rw": "rw", "w": "wo"}[node.get_property("sw").name]


def read_field(node):
    encode = node.get_property("encode")
    return Field(
        node.inst_name,
        node.low,
        node.width,
        access(node),
        node.get_property("reset") or 0,
        text(node),
        encode.type_name if encode else "",
        node.get_property("fc_words", default=None) or 0,
        node.get_property("fc_octets", default=None) or 0,
        node.get_property("fc_unit", default=None) or "",
    )


def walk(parent, path, offset, dims, out):
    for node in parent.children(unroll=False):
        here = offset + node.raw_address_offset
        shape = dims
        if node.is_array:
            shape = dims + [(node.array_dimensions[0], node.array_stride)]
        names = path + [node.inst_name]
        if isinstance(node, RegNode):
            fields = [read_field(f) for f in node.fields()]
            out.append(Register(names, here, shape, text(node), fields))
        else:
            walk(node, names, here, shape, out)


class Model:
    def __init__(self, path: Path):
        self.compiler = RDLCompiler()
        self.compiler.compile_file(str(path))
        self.registers = self.elaborate(REGISTER_MAP)
        self.layouts = {name: self.elaborate(name) for name in [VECTOR, *RECORDS]}
        self.enums = {name: self.enum(name) for name in ENUMS}

    def elaborate(self, name):
        top = self.compiler.elaborate(top_def_name=name).top
        out = []
        walk(top, [], 0, [], out)
        return sorted(out, key=lambda r: r.offset)

    def enum(self, name):
        enum = self.compiler.namespace.lookup_type(name)
        return [EnumMember(m.name, m.value, " ".join((m.rdl_desc or "").split())) for m in enum]

    def values(self, layout):
        """Values of a layout in order: low/high pairs and octet strings joined, filler left out."""
        fields = {}
        for reg in self.layouts[layout]:
            for f in reg.fields:
                if f.name == "part" or f.name.startswith("reserved") or f.name.endswith("_rest"):
                    continue
                prefix = reg.path[-1] + "_" if reg.path[-1].startswith("trailer") else ""
                width = 8 * f.octets or 32 * f.words or f.width
                value = Value(prefix + f.name, reg.offset // 4, f.lsb, width, f.octets, f.encode, f.desc)
                fields[value.name] = value
        return list(fields.values())
