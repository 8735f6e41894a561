# SPDX-License-Identifier: BSD-2-Clause
"""The table of proofs: what is proved of which block, how far, and which changed lines must be noticed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """One text of one file of hw/rtl, which stands there once, and what takes its place in the copy."""
    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Proof:
    name: str
    says: str
    properties: tuple           # files of this folder
    mode: str                   # "unbounded" or "bounded"
    depth: int                  # steps of the bounded search, also for the mutants
    mutants: tuple              # Edits; each must be refuted within depth
    engine: str = "z3"          # "z3" through yosys-smtbmc, or "abc"
    induction: int = 0          # steps of the induction, engine z3 only
    clocks: int = 1
    edits: tuple = ()           # that make the design small enough
    inside: tuple = ()          # files that are looked into; outputs of all other blocks are free (empty: no such blocks)
    quick: bool = False

    @property
    def top(self):
        return self.properties[-1].removesuffix(".sv")


# One small table makes any function of the key; 69 tables make no more.
SMALL_HASH = (
    Edit("fc_hash.sv", "localparam int unsigned KeyOctets = fc_pkg::KeyOctets;", "localparam int unsigned KeyOctets = 1;"),
    Edit("fc_hash.sv", ".AddrBits(8)) u_table", ".AddrBits(2)) u_table"),
    Edit("fc_hash.sv", ".waddr_i(hash_value_i)", ".waddr_i(hash_value_i[1:0])"),
    Edit("fc_hash.sv", ".raddr_i(octets[8*i +: 8])", ".raddr_i(octets[8*i +: 2])"),
    Edit("fc_hash.sv", "assign octets   = {5'b0, op_k.monitor, key_k};", "assign octets   = key_k[7:0];"),
)

# Sums modulo 2^6 balance exactly when sums modulo 2^64 do: the counters are only added to and subtracted from.
SMALL_COUNTERS = tuple(
    Edit("fc_ledger.sv", f"logic [63:0] {what}_{unit} [Monitors];", f"logic [5:0] {what}_{unit} [Monitors];")
    for what in ("selected", "emitted", "resident", "refused") for unit in ("packets", "bytes"))

# Times only say whether an epoch is due and whether a packet is old: both may come out either way at any time. Numbers of
# epochs are only counted up and compared for being the same.
ANY_TIME = (
    Edit("fc_epoch.sv", "assign forward = label_now_q > label_q;", "(* anyseq *) logic any_forward; assign forward = any_forward;"),
    Edit("fc_epoch.sv", "assign back    = label_now_q < label_q && label_q - label_now_q > 64'd1;",
         "(* anyseq *) logic any_back; assign back = any_back;"),
    Edit("fc_epoch.sv", "assign over    = flush_q || asked_q || now_q < start_q || now_q - start_q >= 64'(guard_ns_i);",
         "(* anyseq *) logic any_over; assign over = any_over;"),
    Edit("fc_epoch.sv", "assign packet_tag_o = open_q[0] ^ (!passed_q && packet_time_i < start_q);",
         "(* anyseq *) logic any_old; assign packet_tag_o = open_q[0] ^ (!passed_q && any_old);"),
    Edit("fc_epoch.sv", "logic [31:0] open_q;", "logic [2:0] open_q;"),)

# Two rows a group, two groups a part, two parts a chunk, two chunks: each step of the search is there.
SMALL_SWEEP = (
    Edit("fc_sweep.sv", "GroupRowBits = (RowBits > 14) ? 6 : (RowBits > 8) ? RowBits - 8 : 0;", "GroupRowBits = 1;"),
    Edit("fc_sweep.sv", "ChunkBits = (GroupBits < 5) ? GroupBits : 5;", "ChunkBits = 2;"),
    Edit("fc_sweep.sv", "PartBits = (ChunkBits < 3) ? ChunkBits : 3;", "PartBits = 1;"),)

# A reset of two clocks and two bursts under way: their numbers are only counted.
SHORT_RESET = (
    Edit("fc_reset.sv", "HoldLog2 = 6", "HoldLog2 = 1"),
    Edit("fc_dma.sv", "Outstanding = 32,", "Outstanding = 2,"),)

# One monitor (ports and rings are one by themselves), and a memory of two words for the words of samplers, which are only read.
ONE_OF_EACH = (
    Edit("fc_regs.sv", "Monitors          = 8,", "Monitors          = 1,"),
    Edit("fc_regs_sampler.sv", "words [Samplers];", "words [2];"),)

# Two samplers, windows of up to four packets, counters of six bits, and a draw that is any word each time.
SMALL_SAMPLER = (
    Edit("fc_sampler.sv", "logic [16:0]  config_words [128];", "logic [2:0] config_words [2];"),
    Edit("fc_sampler.sv", "control_i[WindowLsb +: 16]};", "control_i[WindowLsb +: 2]};"),
    Edit("fc_sampler.sv", "logic [15:0]   window_b, window_c, so_far_c,", "logic [1:0] window_b, window_c; logic [15:0] so_far_c,"),
    Edit("fc_sampler.sv", "logic [31:0]  state_words [128];", "logic [31:0] state_words [2];"),
    Edit("fc_sampler.sv", "logic [127:0] fresh_q;", "logic [1:0] fresh_q;"),
    Edit("fc_sampler.sv", "if (hash_we_i) seed_q <= (seed_q == hash_word_i) ? Seed : shifted(seed_q ^ hash_word_i);", "seed_q <= any_seed;"),
    Edit("fc_sampler.sv", "else if (ready_i && valid_b && on_b) seed_q <= shifted(seed_q);", ""),
    Edit("fc_sampler.sv", "logic [63:0] seed_q;", "logic [63:0] seed_q; (* anyseq *) logic [63:0] any_seed;"),
    Edit("fc_sampler_counters.sv", "Places = 128;", "Places = 2;"),
    Edit("fc_sampler_counters.sv", "logic [127:0]      live [Places];", "logic [11:0] live [Places];"),
    Edit("fc_sampler_counters.sv", "logic [127:0]      copy [Places];", "logic [11:0] copy [Places];"),
    Edit("fc_sampler_counters.sv", "logic [127:0]      old;", "logic [11:0] old;"),
    Edit("fc_sampler_counters.sv", "logic [6:0]        place_q;", "logic place_q;"),
    Edit("fc_sampler_counters.sv", "{old[127:64] + 64'(selected_i), old[63:0] + 64'd1};", "{old[11:6] + 6'(selected_i), old[5:0] + 6'd1};"),
    Edit("fc_sampler_counters.sv", "copy[index_i[7:1]][127:64] : copy[index_i[7:1]][63:0];",
         "64'(copy[index_i[7:1]][11:6]) : 64'(copy[index_i[7:1]][5:0]);"),)

PROOFS = (
    Proof(
        name="fifo",
        says="order, no loss, no overrun, an offered word stays",
        properties=("fc_fifo_proof.sv",), mode="unbounded", engine="abc", depth=20, quick=True,
        mutants=(Edit("fc_fifo.sv", "if (load) read_q <= read_q + 1'b1;", "if (load && !valid_q) read_q <= read_q + 1'b1;"),)),
    Proof(
        name="async_fifo",
        says="order, no loss, no overrun, for any two clocks",
        properties=("fc_async_fifo_proof.sv",), mode="unbounded", engine="abc", depth=60, clocks=2,
        mutants=(
            Edit("fc_async_fifo.sv", "assign full_o = wr_gray_q == {~rd_gray_seen[PtrBits-1:PtrBits-2], rd_gray_seen[PtrBits-3:0]};",
                 "assign full_o = wr_gray_q == {~rd_gray_seen[PtrBits-1], rd_gray_seen[PtrBits-2:0]};"),
            Edit("fc_async_fifo.sv", "wr_gray_q <= wr_bin_next ^ (wr_bin_next >> 1);", "wr_gray_q <= wr_bin_next;"),)),
    Proof(
        name="axil",
        says="AXI4-Lite rules; one strobe a write, one request a read, the right answer; no path from input to output",
        properties=("fc_axil_rules.sv", "fc_axil_proof.sv"), mode="unbounded", engine="abc", depth=20, quick=True,
        mutants=(
            Edit("fc_axil.sv", "assign wr_go      = aw_full_q && w_full_q && !bvalid_q;", "assign wr_go      = aw_full_q && !bvalid_q;"),
            Edit("fc_axil.sv", "assign s_axil_awready_o = !aw_full_q;", "assign s_axil_awready_o = !aw_full_q && s_axil_awvalid_i;"),
            Edit("fc_axil.sv", "end else if (s_axil_rready_i) begin", "end else begin"),)),
    Proof(
        name="dma",
        says="AXI4 rules; order, place, phase, content; never past the consumer; B accounted; interrupt after B",
        properties=("fc_axi_rules.sv", "fc_dma_proof.sv"), mode="bounded", engine="abc", depth=16,
        mutants=(
            Edit("fc_dma_ring.sv", "assign space = {1'b0, used} < size;", "assign space = {1'b0, used} <= size;"),
            Edit("fc_dma_ring.sv", "assign phase_o = ~|(index_q & size);", "assign phase_o = |(index_q & size);"),)),
    Proof(
        name="cache",
        says="one arbitrary key: in = out + held + refused; each record exact; a refused packet changes nothing",
        properties=("fc_cache_proof.sv",), mode="bounded", engine="abc", depth=16, edits=SMALL_HASH,
        mutants=(
            Edit("fc_update.sv", "if (from_u3_u2) old = delta_u3;", "if (from_u4_u2) old = delta_u4;"),)),
    Proof(
        name="reset",
        says="never while a burst is under way, always long enough, once for each request",
        properties=("fc_reset_proof.sv",), mode="unbounded", engine="abc", depth=30, quick=True,
        mutants=(Edit("fc_reset.sv", "if (dma_idle_i) state_q <= StHold;", "state_q <= StHold;"),)),
    Proof(
        name="ledger",
        says="selected = emitted + resident + unaccounted, packets and octets, after each operation",
        properties=("fc_ledger_proof.sv",), mode="bounded", engine="abc", depth=10, edits=SMALL_COUNTERS,
        mutants=(Edit("fc_ledger.sv", "resident_packets[m] <= resident_packets[m] + 64'd1 - packets;",
                      "resident_packets[m] <= resident_packets[m] - packets;"),)),
    Proof(
        name="pass",
        says="each beat goes out one clock after it came in, and nothing else does",
        properties=("fc_pass_proof.sv",), mode="unbounded", engine="abc", depth=6, quick=True,
        mutants=(Edit("fc_pass.sv", "data_q <= s_axis_rx_tdata_i;", "data_q <= s_axis_rx_tlast_i ? data_q : s_axis_rx_tdata_i;"),)),
    Proof(
        name="card_pass",
        says="each port of a card sends what it receives, whatever core, host, DMA, resets and other clocks do",
        properties=("fc_card_proof.sv",), mode="unbounded", engine="abc", depth=6, clocks=2, inside=("fc_card.sv", "fc_pass.sv"),
        mutants=(
            Edit("fc_card.sv", ".clk_mac_i(clk_mac_i[p]), .rst_mac_ni(rst_mac_ni[p]),", ".clk_mac_i(clk_mac_i[p]), .rst_mac_ni(rst_port_mac_n[p]),"),
            Edit("fc_card.sv", ".clk_mac_i(clk_mac_i[p]), .rst_mac_ni(rst_mac_ni[p]),",
                 ".clk_mac_i(clk_mac_i[p]), .rst_mac_ni(rst_mac_ni[p] && port_enable[p]),"),
            Edit("fc_card.sv", ".m_axis_tx_tlast_o(m_axis_tx_tlast_o[p])", ".m_axis_tx_tlast_o(m_axis_tx_tlast_o[Ports-1-p])"),)),
    Proof(
        name="card_axi",
        says="AXI4-Lite and AXI4 rules at the card's pins from power-up on, whatever core, registers and COMMAND.reset do",
        properties=("fc_axil_rules.sv", "fc_axi_rules.sv", "fc_card_axi_proof.sv"), mode="bounded", engine="abc", depth=16, edits=SHORT_RESET,
        inside=("fc_card.sv", "fc_reset.sv", "fc_dma.sv", "fc_dma_ring.sv", "fc_dma_pick.sv", "fc_dma_order.sv", "fc_regs.sv", "fc_axil.sv"),
        mutants=(
            Edit("fc_reset.sv", "if (dma_idle_i) state_q <= StHold;", "state_q <= StHold;"),
            Edit("fc_dma.sv", "logic         wvalid_q = 1'b0;", "logic         wvalid_q;"),
            Edit("fc_regs.sv", "fc_axil #(.ReadClocks(5)) u_axil (", "fc_axil #(.ReadClocks(6)) u_axil ("),)),
    Proof(
        name="regs",
        says="bus rules; reading has no side effects; locked masks, tables, bases stay; SCRATCH reads as written",
        properties=("fc_axil_rules.sv", "fc_regs_proof.sv"), mode="bounded", engine="abc", depth=16, edits=ONE_OF_EACH,
        mutants=(
            Edit("fc_regs_monitor.sv", "(control_q[fc_regs_pkg::MonitorControlEnableLsb] || present_i);", "control_q[fc_regs_pkg::MonitorControlEnableLsb];"),
            Edit("fc_regs_global.sv", "assign hash_locked = enable_q || present_i;", "assign hash_locked = present_i;"),
            Edit("fc_regs.sv", "fault_q   <= fault_q | fault_new;", "fault_q   <= (fault_q | fault_new) & {32{!(rd_valid && rd_ring)}};"),
            Edit("fc_regs_global.sv", "scratch_q <= (scratch_q & ~wr_mask_i) | bits;", "scratch_q <= bits;"),)),
    Proof(
        name="epoch",
        says="barriers numbered without a gap; no record of an epoch after its barrier; each record says its epoch",
        properties=("fc_epoch_proof.sv",), mode="bounded", engine="abc", depth=40, edits=ANY_TIME,
        mutants=(
            Edit("fc_epoch.sv", "        if (done_i) state_d = StSweep;", "        state_d = StSweep;"),
            Edit("fc_epoch.sv", "StSweep:      if (sweep_done_i) state_d = StLedger;", "StSweep:      state_d = StLedger;"),
            Edit("fc_epoch.sv", "if (state_q == StMark && state_d == StMarked) passed_q <= 1'b1;", ""),)),
    Proof(
        name="sweep",
        says="when a sweep ends, no slot holds anything of its epoch and no flush is under way",
        properties=("fc_sweep_proof.sv",), mode="bounded", engine="abc", depth=34, edits=SMALL_SWEEP,
        mutants=(
            Edit("fc_sweep.sv", "(decision_i.failed ? flush_i :", "(decision_i.failed ? 1'b0 :"),
            Edit("fc_sweep.sv", "(left == '0 || (granted && left == first))", "(left == '0 || granted)"),
            Edit("fc_sweep.sv", "again = tag_i ? |touched_q[Groups +: Groups] : |touched_q[0 +: Groups];", "again = 1'b0;"),)),
    Proof(
        name="sampler",
        says="one packet of each complete window, any draw and stalls; observed and selected exact at a latch",
        properties=("fc_sampler_proof.sv",), mode="unbounded", engine="abc", depth=18, edits=SMALL_SAMPLER,
        mutants=(
            Edit("fc_sampler.sv", "ends   = so_far_c >= window_c;", "ends   = so_far_c > window_c;"),
            Edit("fc_sampler.sv", "place  = (so_far_c == '0) ? drawn[31:16] : place_c;", "place  = drawn[31:16];"),
            Edit("fc_sampler.sv", "if (write && at_b == at_c) {place_c", "if (write) {place_c"),
            Edit("fc_sampler.sv", "valid_c && on_c && !stale_c;", "valid_c && on_c;"),
            Edit("fc_sampler.sv", "valid_d <= valid_c && chosen;", "valid_d <= valid_c && chosen && !stale_c;"),
            Edit("fc_sampler.sv", " || (valid_d && monitor_o == 3'(m));", ";"),
            Edit("fc_sampler_counters.sv", "if (rescue) copy[at_i] <= live[at_i];\n    else if (walk_q", "if (walk_q"),
            Edit("fc_sampler_counters.sv", "if (!copied_q[place_q]) kept_q[place_q] <= held_q[place_q];",
                 "if (!copied_q[place_q]) kept_q[place_q] <= written_q[place_q];"),)),
)
