// SPDX-License-Identifier: BSD-2-Clause
// Stages U1 to U4: reads, changes and writes the wide counters of the slot that was decided on, finds the vector of what
// is emitted, and says what the operation does to the ledger. A value not yet written is taken from the stage it is in.
`default_nettype none

module fc_update #(
  parameter int unsigned RowBits = 9,
  parameter int unsigned Ways = 8,
  parameter int unsigned PacketBits = 16
) (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  input  wire logic                            valid_d_i,
  input  wire fc_core_pkg::op_t                op_d_i,
  input  wire fc_pkg::desc_t                   desc_d_i,
  input  wire logic                            valid_u1_i,
  input  wire fc_core_pkg::decision_t          decision_u1_i,
  input  wire logic [2:0]                      ring_u1_i,
  input  wire logic [fc_core_pkg::Window-1:0]  vec_ahead_u1_i,
  input  wire logic [fc_pkg::VectorBits-1:0]   old_vec_u1_i,
  input  wire logic [2:0]                      old_monitor_u1_i,
  output logic                                 flush_u1_o,    // U1, for the cache and the sweeper
  output logic                                 walk_u1_o,
  output logic [fc_core_pkg::NumberBits-1:0]   number_u1_o,
  output logic [2:0]                           monitor_u1_o,
  output logic [fc_pkg::VectorBits-1:0]        vec_u1_o,
  output logic                                 valid_o,       // U2, for the record builder
  output fc_core_pkg::op_t                     op_o,
  output fc_core_pkg::decision_t               decision_o,
  output logic [2:0]                           ring_o,
  output fc_core_pkg::delta_t                  delta_o,       // what the record says
  output logic [fc_core_pkg::PacketMax-1:0]    packets_o,
  output logic [fc_pkg::VectorBits-1:0]        vec_o,
  output logic [2:0]                           monitor_o,
  output logic                                 entry_valid_o, // U3
  output fc_core_pkg::entry_t                  entry_o,
  output logic                                 busy_o
);

  localparam int unsigned L2Bits = PacketBits + 20;
  localparam int unsigned L3Bits = PacketBits + 17;
  localparam int unsigned RestBits = 64 + 64 + 12 + 8 + 8 + 17 + 17;
  localparam int unsigned RamBits = L2Bits + L3Bits + RestBits;
  localparam int unsigned IndexBits = $clog2(Ways) + RowBits;
  localparam int unsigned ByteBits = fc_core_pkg::ByteBits;
  localparam int unsigned VectorBits = fc_pkg::VectorBits;

  fc_core_pkg::decision_t decision_u1, decision_u2;
  fc_core_pkg::op_t       op_u1, op_u2;
  fc_pkg::desc_t          desc_u1, desc_u2;
  fc_core_pkg::delta_t    own, old, sum, delta_u3, delta_u4;
  fc_core_pkg::entry_t    entry_u2;
  logic                   valid_u1, valid_u2, valid_u3, writes_u2, writes_u3, anew_u2, anew_u3;
  logic [IndexBits-1:0]   index_u1, index_u2, index_u3;
  logic                   from_u3_u2, from_u4_u2;
  logic [RamBits-1:0]     read_u2;
  logic [VectorBits-1:0]  vec_u2, vec_u3, vec_u4;
  logic [2:0]             ring_u2, old_monitor_u2, monitor_u3, monitor_u4;

  assign valid_u1    = valid_u1_i;
  assign decision_u1 = decision_u1_i;
  assign writes_u2   = valid_u2 && (decision_u2.add || decision_u2.anew);
  assign anew_u2     = valid_u2 && decision_u2.anew;
  assign index_u1    = {decision_u1.way[$clog2(Ways)-1:0], decision_u1.row[RowBits-1:0]};
  assign flush_u1_o   = op_u1.kind == fc_core_pkg::OpFlush;
  assign walk_u1_o    = op_u1.kind == fc_core_pkg::OpDrain || op_u1.kind == fc_core_pkg::OpCopy;
  assign number_u1_o  = op_u1.number;
  assign monitor_u1_o = op_u1.monitor;
  assign vec_u1_o     = desc_u1.vec;
  assign busy_o      = valid_u1 || valid_u2 || valid_u3;

  always_ff @(posedge clk_i) begin
    valid_u2  <= valid_u1;
    valid_u3  <= valid_u2;
    writes_u3 <= writes_u2;
    anew_u3   <= anew_u2;
    if (!rst_ni) begin
      valid_u2  <= 1'b0;
      valid_u3  <= 1'b0;
      writes_u3 <= 1'b0;
      anew_u3   <= 1'b0;
    end
  end

  fc_ram #(.Width(RamBits), .AddrBits(IndexBits)) u_counters (
    .clk_i, .en_i(1'b1), .we_i(writes_u3), .waddr_i(index_u3),
    .wdata_i({delta_u3.l2_bytes[L2Bits-1:0], delta_u3.bytes[L3Bits-1:0], delta_u3[RestBits-1:0]}),
    .re_i(valid_u1 && (decision_u1.add || decision_u1.emit_old || decision_u1.copy)), .raddr_i(index_u1), .rdata_o(read_u2)
  );

  always_ff @(posedge clk_i) begin
    if (valid_d_i) begin
      op_u1   <= op_d_i;
      desc_u1 <= desc_d_i;
    end
    if (valid_u1) begin
      op_u2       <= op_u1;
      desc_u2     <= desc_u1;
      decision_u2 <= decision_u1;
      ring_u2     <= ring_u1_i;
      index_u2    <= index_u1;
      from_u3_u2  <= writes_u2 && index_u1 == index_u2;
      from_u4_u2  <= writes_u3 && index_u1 == index_u3;
    end
  end

  // The vector of what is emitted; the nearest operation ahead that started the slot anew has it.
  always_ff @(posedge clk_i) begin
    if (valid_u1 && (decision_u1.emit_old || decision_u1.copy)) begin
      vec_u2         <= old_vec_u1_i;
      old_monitor_u2 <= old_monitor_u1_i;
      if (vec_ahead_u1_i[0]) begin
        vec_u2         <= desc_u2.vec;
        old_monitor_u2 <= op_u2.monitor;
      end else if (vec_ahead_u1_i[1]) begin
        vec_u2         <= vec_u3;
        old_monitor_u2 <= monitor_u3;
      end else if (vec_ahead_u1_i[2]) begin
        vec_u2         <= vec_u4;
        old_monitor_u2 <= monitor_u4;
      end
    end else if (valid_u1 && decision_u1.emit_self) begin
      vec_u2         <= desc_u1.vec;
      old_monitor_u2 <= op_u1.monitor;
    end
    if (anew_u2) begin
      vec_u3     <= desc_u2.vec;
      monitor_u3 <= op_u2.monitor;
    end
    if (anew_u3) begin
      vec_u4     <= vec_u3;
      monitor_u4 <= monitor_u3;
    end
  end

  always_comb begin : counters
    own     = '0;
    old     = '0;
    sum     = '0;
    delta_o = '0;
    if (valid_u2) begin
      own.l2_bytes  = ByteBits'(desc_u2.frame_len);
      own.bytes     = ByteBits'(desc_u2.l3_len);
      own.first_ns  = desc_u2.time_ns;
      own.last_ns   = desc_u2.time_ns;
      own.tcp_flags = desc_u2.vec.tcp_flags;
      own.ttl_min   = desc_u2.vec.ttl;
      own.ttl_max   = desc_u2.vec.ttl;
      own.len_min   = desc_u2.l3_len;
      own.len_max   = desc_u2.l3_len;
      if (from_u3_u2) old = delta_u3;
      else if (from_u4_u2) old = delta_u4;
      else old = {ByteBits'(read_u2[RamBits-1 -: L2Bits]), ByteBits'(read_u2[RestBits +: L3Bits]), read_u2[RestBits-1:0]};
      sum = own;
      if (decision_u2.add) begin
        sum.l2_bytes  = old.l2_bytes + own.l2_bytes;
        sum.bytes     = old.bytes + own.bytes;
        sum.tcp_flags = old.tcp_flags | own.tcp_flags;
        if (old.first_ns < own.first_ns) sum.first_ns = old.first_ns;
        if (old.last_ns > own.last_ns) sum.last_ns = old.last_ns;
        if (old.ttl_min < own.ttl_min) sum.ttl_min = old.ttl_min;
        if (old.ttl_max > own.ttl_max) sum.ttl_max = old.ttl_max;
        if (old.len_min < own.len_min) sum.len_min = old.len_min;
        if (old.len_max > own.len_max) sum.len_max = old.len_max;
      end
      if (decision_u2.emit_old || decision_u2.copy) delta_o = old;
      else delta_o = own;
    end
  end

  always_ff @(posedge clk_i) begin
    if (writes_u2) begin
      delta_u3 <= sum;
      index_u3 <= index_u2;
    end
    if (writes_u3) delta_u4 <= delta_u3;
  end

  assign valid_o    = valid_u2;
  assign op_o       = op_u2;
  assign decision_o = decision_u2;
  assign ring_o     = ring_u2;
  assign vec_o      = vec_u2;
  assign monitor_o  = old_monitor_u2;
  assign packets_o  = (decision_u2.emit_old || decision_u2.copy) ? decision_u2.old_packets : fc_core_pkg::PacketMax'(1);

  always_comb begin : ledger
    logic packet;
    packet   = 1'b0;
    entry_u2 = '0;
    if (valid_u2) begin
      packet               = op_u2.kind == fc_core_pkg::OpPacket || op_u2.kind == fc_core_pkg::OpImmediate;
      entry_u2.selected    = packet;
      entry_u2.refused     = decision_u2.refused;
      entry_u2.stays       = decision_u2.add || decision_u2.anew;
      entry_u2.monitor     = op_u2.monitor;
      entry_u2.len         = desc_u2.l3_len;
      entry_u2.emitted     = decision_u2.emit_old || (decision_u2.emit_self && packet);
      entry_u2.leaves      = decision_u2.emit_old;
      entry_u2.old_monitor = old_monitor_u2;
      entry_u2.packets     = packets_o;
      entry_u2.bytes       = delta_o.bytes;
    end
  end

  assign entry_valid_o = valid_u3;
  always_ff @(posedge clk_i) begin
    if (valid_u2) entry_o <= entry_u2;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_u2 && decision_u2.add) begin
      assert (sum.bytes[ByteBits-1:0] >> L3Bits == '0 && sum.l2_bytes >> L2Bits == '0) else $error("fc_update: a byte counter overflowed before the packet counter");
    end
  end
`endif

endmodule

`default_nettype wire
