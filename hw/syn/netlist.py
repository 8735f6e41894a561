# SPDX-License-Identifier: BSD-2-Clause
"""A netlist of Xilinx cells as Yosys writes it (write_json): who drives which bit, what a cell is, what it costs."""
import json
import re

LUTS = ("LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6", "INV")
MUXES = ("MUXF7", "MUXF8", "MUXF9")
CARRIES = ("CARRY4", "CARRY8")
BLOCK_RAMS = {"RAMB18E2": 0.5, "RAMB36E2": 1}
ULTRA_RAMS = {"URAM288": 1, "URAM288_BASE": 1}
# LUTs that a distributed RAM or shift register of this type takes.
LUT_RAMS = {"RAM32X1S": 1, "RAM64X1S": 1, "RAM128X1S": 2, "RAM256X1S": 4, "RAM512X1S": 8,
            "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM256X1D": 8,
            "RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8, "RAM32X16DR8": 8, "RAM64X8SW": 8}
SHIFTS = ("SRL16E", "SRLC32E")
DSPS = ("DSP48E2",)
DSP_REGISTERS = ("AREG", "BREG", "MREG", "PREG")
CLOCKS = ("C", "CLK", "WCLK", "CLKARDCLK", "CLKBWRCLK")


class NetlistError(Exception):
    """The netlist is not what Yosys writes for a whole design, or holds a cell that this file does not know."""


def kind(cell_type):
    """lut, mux, carry, ff, latch, ram (clocked read), lutram (read without a clock), shift, dsp; None is a constant."""
    if cell_type in LUTS:
        return "lut"
    if cell_type in MUXES:
        return "mux"
    if cell_type in CARRIES:
        return "carry"
    if cell_type in ("FDRE", "FDSE", "FDCE", "FDPE"):
        return "ff"
    if cell_type in ("LDCE", "LDPE"):
        return "latch"
    if cell_type in BLOCK_RAMS or cell_type in ULTRA_RAMS:
        return "ram"
    if cell_type in LUT_RAMS:
        return "lutram"
    if cell_type in SHIFTS:
        return "shift"
    if cell_type in DSPS:
        return "dsp"
    if cell_type in ("VCC", "GND"):
        return None
    raise NetlistError(f"unknown cell type {cell_type}")


class Netlist:
    """One flat module."""

    def __init__(self, module, name):
        self.name = name
        self.cells = module["cells"]
        self.ports = module["ports"]
        self.names = {}
        for net, info in module["netnames"].items():
            for index, bit in enumerate(info["bits"]):
                if isinstance(bit, int) and (bit not in self.names or not info["hide_name"]):
                    self.names[bit] = f"{net}[{index}]" if len(info["bits"]) > 1 else net

    @classmethod
    def read(cls, path, top=None):
        with open(path, encoding="utf-8") as file:
            modules = json.load(file)["modules"]
        if top is None:
            tops = [name for name, module in modules.items() if "top" in module["attributes"]]
            if len(tops) != 1:
                raise NetlistError(f"{path}: {len(tops)} top modules")
            top = tops[0]
        if top not in modules:
            raise NetlistError(f"{path}: no module {top}")
        return cls(modules[top], top)

    def area(self):
        """What the cells cost, as a dictionary; CARRY8 counts as two CARRY4."""
        sums = {"lut": 0, "ff": 0, "carry4": 0, "muxf": 0, "bram36": 0, "uram": 0, "lutram": 0, "srl": 0, "dsp": 0, "latch": 0}
        for cell in self.cells.values():
            what = cell["type"]
            match kind(what):
                case "lut": sums["lut"] += 1
                case "mux": sums["muxf"] += 1
                case "carry": sums["carry4"] += 2 if what == "CARRY8" else 1
                case "ff": sums["ff"] += 1
                case "latch": sums["latch"] += 1
                case "lutram": sums["lutram"] += LUT_RAMS[what]
                case "shift": sums["srl"] += 1
                case "dsp": sums["dsp"] += 1
                case "ram":
                    sums["bram36"] += BLOCK_RAMS.get(what, 0)
                    sums["uram"] += ULTRA_RAMS.get(what, 0)
        return sums

    def memories(self):
        """Memories that became RAM: hierarchical name -> bram, uram or lutram, as Yosys chose; both names if it split one."""
        found = {}
        for name, cell in self.cells.items():
            what = cell["type"]
            if kind(what) not in ("ram", "lutram"):
                continue
            form = "lutram" if what in LUT_RAMS else "uram" if what in ULTRA_RAMS else "bram"
            memory = re.sub(r"\.\d+\.\d+(\..*)?$", "", name)  # a RAM's cells are named MEMORY.ROW.COLUMN
            found.setdefault(memory, set()).add(form)
        return {memory: "+".join(sorted(forms)) for memory, forms in found.items()}
