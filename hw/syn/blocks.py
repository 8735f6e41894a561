# SPDX-License-Identifier: BSD-2-Clause
"""What is synthesized: each block with its parameters, and the memories that must become RAM, by name and kind.

A memory is named as in the flat netlist; [*] stands for any index. Its kind is bram, uram, lutram, or a word a size where the
size decides. A memory of the block that is missing in the netlist, of another kind, or not named here fails the run.
"""
from dataclasses import dataclass, field

SIZES = {"4Ki": 12, "64Ki": 16, "256Ki": 18}   # entries: log2


@dataclass(frozen=True)
class Block:
    top: str
    sized: str = ""                    # "rows" or "entries": the parameter that follows the size
    memories: dict = field(default_factory=dict)
    job: str = ""
    flows: tuple = ("wide", "plain")
    apart: tuple = ()                  # blocks that are mapped on their own and joined afterwards; empty: all as one
    free: tuple = ()                   # parameters of these blocks that may differ from those of their own runs

    def sizes(self):
        return SIZES if self.sized else {"any": 0}

    def parameters(self, size):
        if self.sized == "rows":
            return {"RowBits": SIZES[size] - 3}
        if self.sized == "entries":
            return {"EntriesLog2": SIZES[size]}
        return {}

    def expected(self, size):
        kinds = {}
        for name, kind in self.memories.items():
            kinds[name] = kind[size] if isinstance(kind, dict) else kind
        return kinds


def by_size(*kinds):
    return dict(zip(SIZES, kinds))


CACHE = {"g_way[*].u_narrow.mem": by_size("bram", "uram", "uram"),
         "g_way[*].u_vector.mem": by_size("bram", "uram", "uram")}
COUNTERS = {"u_counters.mem": "uram"}
SWEEP = {"g_way[*].u_bits.mem": by_size("lutram", "bram", "bram")}
HASH = {"g_table[*].u_table.mem": "bram"}
SAMPLER = {"config_words": "lutram", "state_words": "bram", "u_counters.live": "bram", "u_counters.copy": "lutram"}
RECORD = {"g_ring[*].u_fifo.mem": "lutram", "ids": "lutram"}
DMA = {"u_order.mem": "lutram"}
REGS = {"u_sampler.words": "bram"}   # its addresses are registers, which a block RAM takes in
PORT = {"u_counters.live": "lutram", "u_counters.snap": "lutram", "u_fifo.mem": "lutram", "u_frontend.frame_len": "lutram"}


def inside(prefix, memories):
    return {f"{prefix}.{name}": kind for name, kind in memories.items()}


BLOCKS = (
    Block("fc_port", memories=PORT, job="front end of a port"),
    Block("fc_select", job="monitors, operations"),
    Block("fc_sampler", memories=SAMPLER, job="samplers"),
    Block("fc_issue", job="head of the pipeline"),
    Block("fc_epoch", job="epochs"),
    Block("fc_hash", memories=HASH, job="key and hash"),
    Block("fc_cache", "rows", CACHE, "cache memory, compare"),
    Block("fc_decide", "rows", job="decision"),
    Block("fc_update", "rows", COUNTERS, "wide counters"),
    Block("fc_sweep", "rows", SWEEP, "sweeper"),
    Block("fc_walk", "rows", job="flush of a monitor, snapshot"),
    Block("fc_ledger", job="ledger"),
    Block("fc_record", memories=RECORD, job="records, FIFO"),
    Block("fc_dma", memories=DMA, job="ring DMA"),
    Block("fc_regs", memories=REGS, job="registers"),
    Block("fc_card", "entries",
          {**inside("gen_port[*].u_port", PORT), **inside("u_core.u_sampler", SAMPLER), **inside("u_core.u_hash", HASH), **inside("u_core.u_cache", CACHE),
           **inside("u_core.u_update", COUNTERS), **inside("u_core.u_sweep", SWEEP), **inside("u_core.u_record", RECORD),
           **inside("u_dma", DMA), **inside("u_regs", REGS)},
          "the whole card", ("plain",),
          ("fc_port", "fc_select", "fc_sampler", "fc_issue", "fc_epoch", "fc_hash", "fc_cache", "fc_decide", "fc_update", "fc_sweep",
           "fc_walk", "fc_ledger", "fc_record", "fc_dma", "fc_regs"),
          ("Capabilities", "CapabilityData", "EntriesLog2")),   # constants that fc_regs tells, no more
)
