#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Longest path of a mapped netlist, in LUT levels: from a port, flip-flop or RAM to the next of them.

usage: levels.py [--paths N] [--top NAME] NETLIST.json

A LUT (or inverter) is one level. So is the read of a distributed RAM, which has no clock. MUXF7..9 sit behind LUTs in one
slice and are no level; their number on the path is told. A multiplier without registers counts as eight. A carry chain is no level either and is told apart: cells joined by
CO -> CI are one chain. Of two paths with equal levels the one with more chains, then with more MUXF, counts as longer.
Exit status: 0, 1 the netlist cannot be read or has a loop, 2 wrong usage.
"""
import argparse
import sys

from netlist import CARRIES, CLOCKS, DSP_REGISTERS, Netlist, NetlistError, kind

DSP_LEVELS = 8   # what a DSP48E2 that registers nothing takes, in levels of about 0.3 ns


def carry_arcs(cell):
    """(input bit, output bit, input is CI) of one CARRY4 or CARRY8: an output sees no input above its own place."""
    pins = cell["connections"]
    width = max(len(pins.get("CO", ())), len(pins.get("O", ())))
    for out in range(width):
        for port, reach in (("O", 0), ("CO", 1)):
            if port not in pins or out >= len(pins[port]):
                continue
            target = pins[port][out]
            for at in range(out + 1):
                if at < len(pins.get("S", ())):
                    yield pins["S"][at], target, False
                if at < out + reach and at < len(pins.get("DI", ())):
                    yield pins["DI"][at], target, False
            for start in ("CI", "CYINIT", "CI_TOP"):
                for bit in pins.get(start, ()):
                    yield bit, target, start == "CI"


def lutram_arcs(cell):
    """A distributed RAM's outputs depend on the address of the same letter, or on the only one."""
    pins, directions = cell["connections"], cell["port_directions"]
    for out, way in directions.items():
        if way != "output":
            continue
        letter = out[-1] if out.startswith("DO") else ""
        wanted = {"SPO": "A", "DPO": "DPRA", "O": "A", "Q": "A"}.get(out, "ADDR" + letter)
        for port in directions:
            if port == wanted or (port.startswith(wanted) and port[len(wanted):].isdigit()):
                for target in pins[out]:
                    for bit in pins[port]:
                        yield bit, target


class Levels:
    """The longest path to each bit: (LUT levels, carry chains, MUXF) and the bit before it."""

    def __init__(self, netlist):
        self.netlist = netlist
        self.arcs = {}      # output bit -> [(input bit, cost, cell)]
        self.from_carry = set()
        self.ends = []      # (bit, what it ends in)
        self.best = {}
        for name, cell in netlist.cells.items():
            if cell["type"] in CARRIES:
                self.from_carry.update(bit for bit in cell["connections"].get("CO", ()) if isinstance(bit, int))
        for name, cell in netlist.cells.items():
            self._add(name, cell)
        for name, port in netlist.ports.items():
            if port["direction"] == "output":
                self.ends += [(bit, f"port {name}") for bit in port["bits"] if isinstance(bit, int)]

    def _arc(self, source, target, cost, cell):
        if isinstance(source, int) and isinstance(target, int):
            self.arcs.setdefault(target, []).append((source, cost, cell))

    def _add(self, name, cell):
        what = kind(cell["type"])
        pins, directions = cell["connections"], cell["port_directions"]
        inputs = [port for port, way in directions.items() if way == "input"]
        if what in ("lut", "mux"):
            for port in inputs:
                for bit in pins[port]:
                    self._arc(bit, pins["O"][0], (1, 0, 0) if what == "lut" else (0, 0, 1), name)
        elif what == "carry":
            for bit, target, chained in carry_arcs(cell):
                self._arc(bit, target, (0, 0 if chained and bit in self.from_carry else 1, 0), name)
        elif what == "dsp" and not any(int(cell["parameters"].get(name, "0"), 2) for name in DSP_REGISTERS):
            for port in ("A", "B", "C", "D"):
                for bit in pins.get(port, ()):
                    for target in pins["P"]:
                        self._arc(bit, target, (DSP_LEVELS, 0, 0), name)
        else:
            if what in ("lutram", "shift"):
                for bit, target in lutram_arcs(cell):
                    self._arc(bit, target, (1, 0, 0), name)
            for port in inputs:
                if port not in CLOCKS and not port.startswith("CLK"):
                    self.ends += [(bit, f"{cell['type']} {name}.{port}") for bit in pins[port] if isinstance(bit, int)]

    def _settle(self, bit):
        """Depth first without recursion: a bit is settled after all that it depends on."""
        stack, open_bits = [(bit, False)], set()
        while stack:
            at, ready = stack.pop()
            if at in self.best:
                continue
            if ready:
                open_bits.discard(at)
                longest = ((0, 0, 0), None, None)
                for source, cost, cell in self.arcs.get(at, ()):
                    total = tuple(a + b for a, b in zip(self.best[source][0], cost))
                    if longest[1] is None or total > longest[0]:
                        longest = (total, source, cell)
                self.best[at] = longest
                continue
            if at in open_bits:
                raise NetlistError(f"combinational loop through {self.netlist.names.get(at, at)}")
            open_bits.add(at)
            stack.append((at, True))
            for source, _, _ in self.arcs.get(at, ()):
                if source in open_bits and source not in self.best:
                    raise NetlistError(f"combinational loop through {self.netlist.names.get(source, source)}")
                if source not in self.best:
                    stack.append((source, False))

    def longest(self, count=1):
        """The worst ends: [((luts, chains, muxes), bit, end)], one for each name of a register or port."""
        for bit, _ in self.ends:
            self._settle(bit)
        ranked = sorted(self.ends, key=lambda end: self.best[end[0]][0], reverse=True)
        result, seen = [], set()
        for bit, end in ranked:
            group = self.netlist.names.get(bit, end).split("[")[0]
            if group in seen:
                continue
            seen.add(group)
            result.append((self.best[bit][0], bit, end))
            if len(result) == count:
                break
        return result

    def path(self, bit):
        """The bits of the longest path to this one, from its start, with the types of the cells between."""
        steps = []
        while bit is not None:
            cost, source, cell = self.best[bit]
            steps.append((self.netlist.names.get(bit, f"bit {bit}"), cost, self.netlist.cells[cell]["type"] if cell else "start"))
            bit = source
        return steps[::-1]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("netlist")
    parser.add_argument("--paths", type=int, default=1, metavar="N", help="show the N longest paths (default 1)")
    parser.add_argument("--top", help="module (default: the one marked as top)")
    options = parser.parse_args()
    try:
        levels = Levels(Netlist.read(options.netlist, options.top))
        for (luts, chains, muxes), bit, end in levels.longest(options.paths):
            print(f"{luts} LUT levels, {chains} carry chains, {muxes} MUXF, to {end}")
            for name, cost, what in levels.path(bit):
                print(f"  {cost[0]:3} {what:9} {name}")
    except (OSError, ValueError, KeyError, NetlistError) as error:
        print(f"levels.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
