#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""hw/syn: levels and area of netlists small enough to count by hand, and what the run says of a bad one."""
import importlib.machinery
import importlib.util
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.environ["FC_SOURCE"], "hw", "syn"))
from join import join            # noqa: E402
from levels import Levels        # noqa: E402
from netlist import Netlist, NetlistError   # noqa: E402

OUTPUTS = {"O", "CO", "Q", "P", "DOA", "DOB", "DOUTADOUT"}


def netlist(cells, ports=()):
    """{name: (type, {pin: bits})} and {port: (direction, bits)} as Yosys would write them."""
    module = {"cells": {}, "ports": {}, "netnames": {}}
    for name, (what, pins) in cells.items():
        module["cells"][name] = {"type": what, "connections": pins,
                                 "port_directions": {pin: "output" if pin in OUTPUTS else "input" for pin in pins}}
    for name, (direction, bits) in dict(ports).items():
        module["ports"][name] = {"direction": direction, "bits": bits}
        module["netnames"][name] = {"bits": bits, "hide_name": 0}
    return Netlist(module, "test")


def lut(source, target):
    return "LUT2", {"I0": [source], "I1": ["0"], "O": [target]}


def flip_flop(source, target):
    return "FDRE", {"C": [1], "CE": ["1"], "D": [source], "R": ["0"], "Q": [target]}


def carry(select, out, into="0", onward=()):
    return "CARRY4", {"S": list(select), "DI": ["0"] * 4, "CI": [into], "CYINIT": ["0"], "O": list(out), "CO": list(onward)}


def worst(*arguments):
    return Levels(netlist(*arguments)).longest(1)[0][0]


class TestLevels(unittest.TestCase):
    def test_registers_cut_a_path(self):
        cells = {"a": lut(2, 3), "b": lut(3, 4), "q": flip_flop(4, 5), "c": lut(5, 6)}
        self.assertEqual(worst(cells, {"i": ("input", [2]), "o": ("output", [6])}), (2, 0, 0))

    def test_a_path_may_end_in_the_enable_of_a_register(self):
        cells = {"a": lut(2, 3), "q": ("FDRE", {"C": [1], "CE": [3], "D": [2], "R": ["0"], "Q": [4]})}
        self.assertEqual(worst(cells), (1, 0, 0))

    def test_the_clock_is_no_path(self):
        cells = {"a": lut(2, 3), "b": lut(3, 4), "q": ("FDRE", {"C": [4], "CE": ["1"], "D": [2], "R": ["0"], "Q": [5]})}
        self.assertEqual(worst(cells), (0, 0, 0))

    def test_carry_cells_in_a_row_are_one_chain(self):
        cells = {"a": lut(2, 3), "c0": carry((3, "0", "0", "0"), (10, 11, 12, 13), onward=(20, 21, 22, 23)),
                 "c1": carry(("0",) * 4, (14, 15, 16, 17), 23), "b": lut(17, 30)}
        self.assertEqual(worst(cells, {"o": ("output", [30])}), (2, 1, 0))

    def test_two_carry_chains_are_two(self):
        cells = {"c0": carry((2, "0", "0", "0"), (10, 11, 12, 13)), "a": lut(13, 3), "c1": carry((3, "0", "0", "0"), (14, 15, 16, 17))}
        self.assertEqual(worst(cells, {"o": ("output", [17])}), (1, 2, 0))

    def test_a_carry_bit_sees_nothing_above_it(self):
        cells = {"a": lut(2, 3), "c": carry(("0", "0", "0", 3), (10, 11, 12, 13))}
        self.assertEqual(worst(cells, {"o": ("output", [10, 11, 12])}), (0, 0, 0))
        self.assertEqual(worst(cells, {"o": ("output", [13])}), (1, 1, 0))

    def test_wide_multiplexers_are_told_apart(self):
        cells = {"a": lut(2, 3), "m": ("MUXF7", {"I0": [3], "I1": ["0"], "S": ["0"], "O": [4]})}
        self.assertEqual(worst(cells, {"o": ("output", [4])}), (1, 0, 1))

    def test_a_distributed_ram_is_read_in_a_level_by_its_own_address(self):
        ram = ("RAM64M8", {"WCLK": [1], "ADDRA": [3], "ADDRB": [2], "DIA": [5], "DOA": [6], "DOB": [7]})
        cells = {"a": lut(2, 3), "r": ram}
        self.assertEqual(worst(cells, {"o": ("output", [6])}), (2, 0, 0))
        self.assertEqual(worst(cells | {"w": lut(9, 5)}, {"o": ("output", [7])}), (1, 0, 0))

    def test_a_block_ram_ends_a_path(self):
        cells = {"a": lut(2, 3), "r": ("RAMB36E2", {"CLKARDCLK": [1], "ADDRARDADDR": [3], "DOUTADOUT": [4]}), "b": lut(4, 5)}
        self.assertEqual(worst(cells, {"o": ("output", [5])}), (1, 0, 0))

    def test_a_multiplier_without_registers_is_in_the_path(self):
        dsp = "DSP48E2", {"A": [3], "B": [2], "P": [4]}
        cells = netlist({"a": lut(2, 3), "m": dsp, "b": lut(4, 5)}, {"o": ("output", [5])})
        for registers, expected in (("0", (10, 0, 0)), ("1", (1, 0, 0))):
            cells.cells["m"]["parameters"] = {"PREG": registers}
            self.assertEqual(Levels(cells).longest(1)[0][0], expected)

    def test_a_loop_is_refused(self):
        with self.assertRaisesRegex(NetlistError, "loop"):
            worst({"a": lut(2, 3), "b": lut(3, 2)}, {"o": ("output", [3])})

    def test_an_unknown_cell_is_refused(self):
        with self.assertRaisesRegex(NetlistError, "FROB"):
            worst({"a": ("FROB", {"O": [2]})})


class TestArea(unittest.TestCase):
    def test_memories_are_named_as_in_the_source(self):
        cells = {"u_a[3].u_ram.mem.0.0": ("URAM288", {}), "u_a[3].u_ram.mem.0.1": ("URAM288", {}), "u_b.live.0.4": ("RAM64M8", {})}
        self.assertEqual(netlist(cells).memories(), {"u_a[3].u_ram.mem": "uram", "u_b.live": "lutram"})

    def test_latches_and_halves_of_block_rams_are_counted(self):
        area = netlist({"l": ("LDCE", {}), "a": ("RAMB18E2", {}), "b": ("RAMB36E2", {}), "c": ("LUT6", {})}).area()
        self.assertEqual((area["latch"], area["bram36"], area["lut"]), (1, 1.5, 1))


def as_file(folder, name, module, others=()):
    path = os.path.join(folder, f"{name}.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"modules": {name: {"ports": module.ports, "cells": module.cells, "netnames": {}, "attributes": {"top": 1}},
                               **dict(others)}}, file)
    return path


class TestJoin(unittest.TestCase):
    r"""A whole, i -> LUT -> block -> LUT -> o, whose block is $paramod\fc_a\N=1: two LUTs, or what the test says."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.block = {"a": lut(2, 3), "b": lut(3, 4)}
        self.block_ports = {"i": ("input", [2]), "o": ("output", [4])}
        self.pins = {"i": [3], "o": [4]}
        self.parameters = {"N": "01"}

    def joined(self, free=()):
        part = netlist(self.block, self.block_ports)
        part_path = as_file(self.folder, "fc_a", part)
        with open(part_path, encoding="utf-8") as file:
            modules = json.load(file)
        modules["modules"]["fc_a"]["parameter_default_values"] = {"N": "01"}
        with open(part_path, "w", encoding="utf-8") as file:
            json.dump(modules, file)
        kind_of = r"$paramod\fc_a\N=1"
        whole = netlist({"x": lut(2, 3), "u_a": (kind_of, self.pins), "y": lut(4, 5)}, {"i": ("input", [2]), "o": ("output", [5])})
        path = as_file(self.folder, "fc_whole", whole, {kind_of: {"attributes": {}, "parameter_default_values": self.parameters}})
        join(path, {"fc_a": part_path}, free)
        return Netlist.read(path)

    def test_a_path_through_a_block_is_whole(self):
        self.assertEqual(Levels(self.joined()).longest(1)[0][0], (4, 0, 0))

    def test_bits_inside_a_block_stay_apart(self):
        self.block = {"a": lut(2, 3), "b": lut(3, 5), "c": lut(5, 4)}
        self.assertEqual(Levels(self.joined()).longest(1)[0][0], (5, 0, 0))

    def test_a_register_in_the_block_cuts_it(self):
        self.block = {"a": lut(2, 3), "q": flip_flop(3, 4)}
        self.assertEqual(Levels(self.joined()).longest(1)[0][0], (2, 0, 0))

    def test_an_output_that_is_an_input_goes_through(self):
        self.block, self.block_ports = {}, {"i": ("input", [2]), "o": ("output", [2])}
        self.assertEqual(Levels(self.joined()).longest(1)[0][0], (2, 0, 0))

    def test_an_output_that_is_a_constant_starts_nothing(self):
        self.block, self.block_ports = {}, {"i": ("input", [2]), "o": ("output", ["1"])}
        self.assertEqual(Levels(self.joined()).longest(1)[0][0], (0, 0, 0))

    def test_cells_are_named_by_their_instance(self):
        self.block = {"u_b.mem.0.0": ("URAM288", {"CLK": [2]})}
        self.assertEqual(self.joined().memories(), {"u_a.u_b.mem": "uram"})

    def test_a_port_of_another_width_is_refused(self):
        self.pins = {"i": [3, 6], "o": [4]}
        with self.assertRaisesRegex(NetlistError, "u_a.i has 2 bits"):
            self.joined()

    def test_a_block_of_other_parameters_is_refused(self):
        self.parameters = {"N": "10"}
        with self.assertRaisesRegex(NetlistError, "u_a has N 10"):
            self.joined()
        self.assertEqual(Levels(self.joined(free=("N",))).longest(1)[0][0], (4, 0, 0))


def load_run():
    loader = importlib.machinery.SourceFileLoader("run", os.path.join(os.environ["FC_SOURCE"], "hw", "syn", "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
    loader.exec_module(module)
    return module


class TestJudge(unittest.TestCase):
    RUN = load_run()
    BLOCK = RUN.BLOCKS[0].__class__("fc_some", memories={"g_way[*].u_ram.mem": "uram"})

    def judge(self, **changes):
        result = {"area": {"latch": 0}, "levels": 12, "end": "FDRE x.D", "memories": {"g_way[0].u_ram.mem": "uram"}}
        return self.RUN.judge(self.BLOCK, "any", "plain", result | changes)

    def test_twelve_levels_and_the_expected_memory_are_fine(self):
        self.assertEqual(self.judge(), [])

    def test_thirteen_levels_are_a_fault(self):
        self.assertIn("13 LUT levels", self.judge(levels=13)[0])

    def test_a_latch_is_a_fault(self):
        self.assertIn("latches", self.judge(area={"latch": 1})[0])

    def test_a_memory_in_flip_flops_is_a_fault(self):
        self.assertIn("did not become RAM", self.judge(memories={})[0])

    def test_a_memory_of_another_kind_is_a_fault(self):
        self.assertIn("became bram", self.judge(memories={"g_way[0].u_ram.mem": "bram"})[0])

    def test_a_memory_that_nobody_named_is_a_fault(self):
        self.assertIn("not in the list", self.judge(memories={"g_way[0].u_ram.mem": "uram", "new.mem": "bram"})[0])

    def test_a_block_is_made_of_what_its_code_names(self):
        self.assertEqual([os.path.basename(name) for name in self.RUN.sources("fc_sweep")], ["fc_core_pkg.sv", "fc_ram.sv", "fc_sweep.sv"])


if __name__ == "__main__":
    unittest.main(verbosity=0)
