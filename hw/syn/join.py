# SPDX-License-Identifier: BSD-2-Clause
"""Joins netlists: a module in which blocks are instances without contents, and a netlist for each of these blocks."""
import gzip
import json
import re

from netlist import NetlistError


def top_of(path):
    """(name, module, all modules) of a file, of the one module that is marked as top."""
    with gzip.open(path, "rt", encoding="utf-8") if str(path).endswith(".gz") else open(path, encoding="utf-8") as file:
        modules = json.load(file)["modules"]
    tops = [(name, module) for name, module in modules.items() if "top" in module["attributes"]]
    if len(tops) != 1:
        raise NetlistError(f"{path}: {len(tops)} top modules")
    return *tops[0], modules


def block_of(cell_type, blocks):
    r"""Which block this is an instance of: fc_a, or $paramod\fc_a\X=.., $paramod$HASH\fc_a as Yosys names it with parameters."""
    name = re.sub(r"^\$paramod[^\\]*\\([^\\]+).*$", r"\1", cell_type)
    return name if name in blocks else None


class Joiner:
    """Fills the instances of one module; bits of a block become bits of the whole."""

    def __init__(self, module):
        self.whole = {"ports": module["ports"], "cells": {}, "netnames": dict(module["netnames"]), "attributes": {"top": 1}}
        self.same = {}      # a bit that is another's: a block's output that is its input, or twice the same
        used = [bit for net in module["netnames"].values() for bit in net["bits"] if isinstance(bit, int)]
        used += [bit for cell in module["cells"].values() for pin in cell["connections"].values() for bit in pin if isinstance(bit, int)]
        self.free = max(used, default=1) + 1

    def _borders(self, instance, cell, block):
        """block's bit -> bit of the whole, for the bits of its ports."""
        taken = {}
        for way in ("input", "output"):
            for port, about in block["ports"].items():
                if about["direction"] != way:
                    continue
                outside = cell["connections"].get(port, ["x"] * len(about["bits"]))
                if len(outside) != len(about["bits"]):
                    raise NetlistError(f"{instance}.{port} has {len(outside)} bits, its block {len(about['bits'])}")
                for inner, outer in zip(about["bits"], outside):
                    if isinstance(inner, int) and inner not in taken and (way == "input" or isinstance(outer, int)):
                        taken[inner] = outer
                    elif way == "output" and isinstance(outer, int) and taken.get(inner, inner) != outer:
                        self.same[outer] = taken.get(inner, inner)
        unknown = set(cell["connections"]) - set(block["ports"])
        if unknown:
            raise NetlistError(f"{instance} has no port {', '.join(sorted(unknown))}")
        return taken

    def fill(self, instance, cell, block):
        taken = self._borders(instance, cell, block)

        def outer(bit):
            if not isinstance(bit, int):
                return bit
            if bit not in taken:
                taken[bit] = self.free
                self.free += 1
            return taken[bit]

        for name, inner in block["cells"].items():
            pins = {pin: [outer(bit) for bit in bits] for pin, bits in inner["connections"].items()}
            self.whole["cells"][f"{instance}.{name}"] = inner | {"connections": pins}
        for name, net in block["netnames"].items():
            self.whole["netnames"][f"{instance}.{name}"] = net | {"bits": [outer(bit) for bit in net["bits"]]}

    def _last(self, bit):
        while bit in self.same:
            bit = self.same[bit]
        return bit

    def done(self):
        """The whole, with one bit for all that are the same."""
        for cell in self.whole["cells"].values():
            cell["connections"] = {pin: [self._last(bit) for bit in bits] for pin, bits in cell["connections"].items()}
        for about in (*self.whole["ports"].values(), *self.whole["netnames"].values()):
            about["bits"] = [self._last(bit) for bit in about["bits"]]
        return self.whole


def check_parameters(instance, wanted, have, free):
    """A block that was mapped with other parameters than its instance has is another block."""
    wanted, have = wanted.get("parameter_default_values") or {}, have.get("parameter_default_values") or {}
    for name in sorted((set(wanted) & set(have)) - set(free)):
        if wanted[name] != have[name]:
            raise NetlistError(f"{instance} has {name} {wanted[name]}, its block was mapped with {have[name]}")


def join(path, parts, free=()):
    """Fills each instance of a block (parts: name -> path of its netlist) in the file at path, in place. Parameters in free may differ."""
    top, module, modules = top_of(path)
    blocks = {block: top_of(part)[1] for block, part in parts.items()}
    joiner, missing = Joiner(module), set(parts)
    for instance, cell in module["cells"].items():
        block = block_of(cell["type"], blocks)
        if block is None:
            joiner.whole["cells"][instance] = cell
        else:
            missing.discard(block)
            check_parameters(instance, modules[cell["type"]], blocks[block], free)
            joiner.fill(instance, cell, blocks[block])
    if missing:
        raise NetlistError(f"{top} has no instance of {', '.join(sorted(missing))}")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"modules": {top: joiner.done()}}, file)
