# SPDX-License-Identifier: BSD-2-Clause
"""The card between bus models that are not ours: AXI4-Lite master, AXI4 memory, AXI4-Stream source and sink."""

import os
import random
import re
import struct
from collections import Counter
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge
from cocotbext.axi import AxiLiteBus, AxiLiteMaster, AxiRamWrite, AxiResp, AxiStreamBus, AxiStreamFrame
from cocotbext.axi import AxiStreamSink, AxiStreamSource, AxiWriteBus

SEED = 20261125
RING, LINE, SIZE_LOG2 = 0x10000, 0x40000, 5
KIND_FLOW, KIND_LEDGER, KIND_BARRIER = 1, 3, 4
SOURCE = Path(os.environ["FC_SOURCE"])


def registers():
    """Offsets by name (element 0 of arrays) from the generated header: no number is typed twice."""
    text = (SOURCE / "driver/include/flowcard/registers.h").read_text()
    plain = re.findall(r"^#define (FC_REG_\w+) (0x[0-9a-f]+)u$", text, re.M)
    array = re.findall(r"^#define (FC_REG_\w+)\(\w+(?:, \w+)?\) \((0x[0-9a-f]+)u", text, re.M)
    return {name[len("FC_REG_"):]: int(value, 16) for name, value in plain + array}


REG = registers()


class Memory(AxiRamWrite):
    """Host memory that refuses what `refuse` names, and counts bursts."""

    refuse = None
    writes = 0

    async def _write(self, address, data):
        self.writes += 1
        if self.refuse is not None and address == self.refuse:
            self.refuse = None
            raise ValueError("refused")
        await super()._write(address, data)


def look_up_by_name(dut):
    """Handles that cocotb finds by walking the scope are of copies of the ports that Verilator 5.006 overwrites at the next
    evaluation; those looked up by name are the ports. So all are looked up, and the walk is declared done."""
    for name in re.findall(r"^  (?:in|out)put .*?(\w+),?(?: *//.*)?$", (SOURCE / "tests/hw/cocotb/card_top.sv").read_text(), re.M):
        getattr(dut, name)
    dut._discovered = True


def pauses(rng, percent):
    while True:
        yield rng.randrange(100) < percent


class Bench:
    def __init__(self, dut):
        self.dut, self.rng = dut, random.Random(SEED)
        look_up_by_name(dut)
        for name in ("irq_ack", "time_ns", "rst_n", "rst_mac_n"):
            getattr(dut, name).value = 0
        cocotb.start_soon(Clock(dut.clk, 4, "ns").start())
        cocotb.start_soon(Clock(dut.clk_mac, 3.106, "ns").start())
        self.axil = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), dut.clk, dut.rst_n, False)
        self.memory = Memory(AxiWriteBus.from_prefix(dut, "m_axi_host"), dut.clk, dut.rst_n, False, size=2**20)
        self.rx = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_rx"), dut.clk_mac, dut.rst_mac_n, False)
        self.tx = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_tx"), dut.clk_mac, dut.rst_mac_n, False)
        self.consumer = 0

    def stall(self, percent):
        for part in (self.memory.aw_channel, self.memory.w_channel, self.memory.b_channel, self.rx,
                     self.axil.write_if.aw_channel, self.axil.write_if.w_channel, self.axil.write_if.b_channel,
                     self.axil.read_if.ar_channel, self.axil.read_if.r_channel):
            part.set_pause_generator(pauses(self.rng, percent))

    async def time(self):
        while True:
            await RisingEdge(self.dut.clk)
            self.dut.time_ns.value = int(cocotb.utils.get_sim_time("ns")) + 10**9

    async def start(self, stall):
        await ClockCycles(self.dut.clk, 10)
        self.dut.rst_n.value = 1
        self.dut.rst_mac_n.value = 1
        cocotb.start_soon(self.time())
        self.stall(stall)
        while await self.read("STATUS") & 2:
            pass

    async def read(self, name, plus=0):
        return await self.axil.read_dword(REG[name] + plus)

    async def write(self, name, value, plus=0):
        await self.axil.write_dword(REG[name] + plus, value)

    async def configure(self):
        await self.write("RING_BASE_LOW", RING)
        await self.write("RING_STATUS_LOW", LINE)
        await self.write("RING_CONTROL", SIZE_LOG2 << 8 | 1)
        for position in (3, 33):  # the octets in which the flows differ; any words will do
            await self.write("HASH_ADDR", position << 8)
            for _ in range(64):
                await self.write("HASH_LOW", self.rng.getrandbits(32))
                await self.write("HASH_HIGH", self.rng.getrandbits(32))
        await self.write("MONITOR_MASK", 0xFFFFFFFF)
        await self.write("MONITOR_MASK", 0xFFFFFFFF, 8 * 4)
        await self.write("MONITOR_PORTS", 1)
        await self.write("MONITOR_CONTROL", 3)
        await self.write("PORT_CONTROL", 1)
        await self.write("CONTROL", 1)
        assert await self.read("FAULT") == 0

    def records(self):
        """What stands in the ring behind the consumer."""
        while True:
            index, size = self.consumer, 1 << SIZE_LOG2
            words = struct.unpack("<32I", self.memory.read(RING + index % size * 128, 128))
            want = index & 0x3FFFFFFF | (0 if index & size else 1 << 31)
            if words[15] != want or words[31] != want | 1 << 30:
                return
            self.consumer += 1
            yield words

    async def drain(self, packets, octets):
        """Read until the flush is over and everything that was produced has been read."""
        barriers = 0
        for _ in range(1000):
            for words in self.records():
                kind = words[0] & 15
                if kind == KIND_FLOW:
                    packets[words[2] >> 24] += words[20]
                    octets[words[2] >> 24] += words[21]
                assert kind in (KIND_FLOW, KIND_LEDGER, KIND_BARRIER)
                barriers += kind == KIND_BARRIER
            await self.write("RING_CONSUMER", self.consumer)
            over = not await self.read("STATUS") & (1 << 7 | 1 << 3)
            if over and await self.read("RING_PRODUCER") == self.consumer:
                return barriers
        raise AssertionError("the ring does not come to rest")


def make_frame(rng):
    flow = rng.randrange(40)
    payload = bytes(rng.randrange(256) for _ in range(rng.randrange(18, 150)))
    udp = struct.pack(">HHHH", 1000 + flow, 53, 8 + len(payload), 0)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(payload), 0, 0, 64, 17, 0, bytes([10, 0, 0, flow]),
                     bytes([192, 0, 2, 1]))
    return flow, 28 + len(payload), bytes(12) + b"\x08\x00" + ip + udp + payload


@cocotb.test()
async def frames_become_records_and_go_on(dut):
    bench = Bench(dut)
    await bench.start(stall=30)
    await bench.configure()
    sent, sent_octets, frames = Counter(), Counter(), []
    for _ in range(150):
        flow, octets, frame = make_frame(bench.rng)
        sent[flow] += 1
        sent_octets[flow] += octets
        frames.append(frame)
        now = int(cocotb.utils.get_sim_time("ns")) + 10**9
        await bench.rx.send(AxiStreamFrame(frame, tuser=now))
    await bench.rx.wait()
    await ClockCycles(dut.clk, 100)
    await bench.write("COMMAND", 1 << 2)
    got, got_octets = Counter(), Counter()
    barriers = await bench.drain(got, got_octets)
    assert got == sent and got_octets == sent_octets, (got - sent, sent - got)
    assert barriers >= 1 and bench.consumer > len(sent) and bench.memory.writes >= 2 * bench.consumer
    assert [bytes(bench.tx.recv_nowait()) for _ in frames] == frames
    assert await bench.read("FAULT") == 0
    dut._log.info("%d frames, %d records, %d flows compared", len(frames), bench.consumer, len(sent))


@cocotb.test()
async def a_refused_write_is_counted(dut):
    bench = Bench(dut)
    await bench.start(stall=10)
    await bench.configure()
    bench.memory.refuse = LINE
    for _ in range(20):
        await bench.rx.send(AxiStreamFrame(make_frame(bench.rng)[2], tuser=10**9))
    await bench.rx.wait()
    await ClockCycles(dut.clk, 100)
    await bench.write("COMMAND", 1 << 2)
    got = Counter()
    await bench.drain(got, Counter())
    assert sum(got.values()) == 20
    assert await bench.read("RING_ERRORS") == 1
    assert await bench.read("FAULT") == 1 << 2


@cocotb.test()
async def registers_keep_to_axi4_lite(dut):
    bench = Bench(dut)
    await bench.start(stall=40)
    assert await bench.read("MAGIC") == 0x464C4F57
    value = bytearray(4)
    for _ in range(30):  # any octets of a register, by strobes
        at = bench.rng.randrange(4)
        data = bytes(bench.rng.randrange(256) for _ in range(bench.rng.randrange(1, 5 - at)))
        value[at:at + len(data)] = data
        await bench.axil.write(REG["SCRATCH"] + at, data)
        assert (await bench.axil.read(REG["SCRATCH"], 4)).data == bytes(value)
    for address in range(0xF000, 0xF100, 13):  # nothing there: OKAY, 0, and a fault for the write
        answer = await bench.axil.read(address, 1)
        assert answer.resp == AxiResp.OKAY and answer.data == b"\0"
    assert await bench.read("FAULT") == 0
    assert (await bench.axil.write(0xF003, b"\1")).resp == AxiResp.OKAY
    assert await bench.read("FAULT") == 1
    both = [bench.axil.init_write(REG["SCRATCH"], bytes([n] * 4)) for n in range(20)]
    reads = [bench.axil.init_read(REG["MAGIC"], 4) for _ in range(20)]
    for event in both + reads:
        await event.wait()
    assert all(event.data.data == b"WOLF" for event in reads)
    assert await bench.read("SCRATCH") == 0x13131313
