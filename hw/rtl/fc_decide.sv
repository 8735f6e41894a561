// SPDX-License-Identifier: BSD-2-Clause
// Stage D: what one operation does, decided in one clock on the narrow state of its candidates. What the operations up
// to Window clocks ahead did to a slot overrides what was read from the RAM. Keeps those decisions and the FIFO places.
`default_nettype none

module fc_decide #(
  parameter int unsigned RowBits = 9,
  parameter int unsigned Rings = 1,
  parameter int unsigned Tables = 4,
  parameter int unsigned Slots = 2,
  parameter int unsigned FifoLog2 = 6,
  parameter int unsigned Reserve = 16,    // places that only urgent flushes, ledgers and barriers may take
  parameter int unsigned PacketBits = 16,
  localparam int unsigned Ways = Tables * Slots,
  localparam int unsigned StateBits = 2 + PacketBits,
  localparam int unsigned NumberBits = fc_core_pkg::NumberBits,
  localparam int unsigned Window = fc_core_pkg::Window
) (
  input  wire logic                       clk_i,
  input  wire logic                       rst_ni,
  input  wire logic                       valid_i,
  input  wire fc_core_pkg::op_t           op_i,
  input  wire logic [Tables*RowBits-1:0]  rows_i,
  input  wire logic [Ways*StateBits-1:0]  state_i,
  input  wire logic [Ways*NumberBits-1:0] age_i,
  input  wire logic [Ways-1:0]            raw_hit_i,
  input  wire logic [Window-1:0]          same_key_i,
  input  wire logic [Window*Tables-1:0]   same_row_i,
  input  wire logic                       open_tag_i,
  input  wire logic                       asked_i,     // the epoch being swept was closed by the host
  input  wire logic [Rings-1:0]           popped_i,    // a record left the FIFO of this ring
  output logic                            keep_o,      // in the clock of the decision: a vector is needed
  output logic                            valid_o,     // U1
  output fc_core_pkg::decision_t          decision_o,
  output logic [2:0]                      ring_o,
  output logic [Window-1:0]               vec_ahead_o, // the old vector is that of the operation j+1 clocks ahead
  output logic                            busy_o
);

  localparam int unsigned Places = 1 << FifoLog2;
  // What walks the cache in idle slots leaves the other half of their places to packets.
  localparam int unsigned Idle = (Places - Reserve) / 2;

  fc_core_pkg::decision_t       next;
  logic [Ways-1:0]              st_valid, st_tag, st_full, hit, free, pick, oldest, named;
  logic                         by_name;
  logic [Ways*PacketBits-1:0]   st_packets;
  logic [Ways*NumberBits-1:0]   st_age;
  logic [Window*Ways-1:0]       over;

  // The last decisions, [0] the youngest; way as one bit each.
  logic [Window-1:0]            past_touch_q, past_anew_q, past_valid_q, past_tag_q;
  logic [Window*Ways-1:0]       past_way_q;
  logic [Window*PacketBits-1:0] past_packets_q;
  logic [Window*2-1:0]          past_number_q;
  logic [Window-1:0]            past_live_q;

  // FIFO places taken, those on the way to the FIFO included.
  logic [Rings*(FifoLog2+1)-1:0] used_q;

  assign busy_o = |past_live_q || used_q != '0;

  // What changed a candidate last: the RAM, or the nearest operation ahead (from the farthest on, so the nearest wins).
  always_comb begin : state
    logic [1:0] young;
    young      = '0;
    over       = '0;
    hit        = '0;
    st_full    = '0;
    st_valid   = '0;
    st_tag     = '0;
    st_packets = '0;
    st_age     = '0;
    if (valid_i) begin
      for (int unsigned w = 0; w < Ways; w++) begin
        st_valid[w]                            = state_i[w*StateBits];
        st_tag[w]                              = state_i[w*StateBits + 1];
        st_packets[w*PacketBits +: PacketBits] = state_i[w*StateBits + 2 +: PacketBits];
        hit[w]                                 = raw_hit_i[w];
      end
      st_age = age_i;
      for (int unsigned k = 0; k < Window; k++) begin
        for (int unsigned w = 0; w < Ways; w++) begin
          if (past_touch_q[Window-1-k] && past_way_q[(Window-1-k)*Ways + w] && same_row_i[(Window-1-k)*Tables + w/Slots]) begin
            over[(Window-1-k)*Ways + w]            = 1'b1;
            st_valid[w]                            = past_valid_q[Window-1-k];
            st_tag[w]                              = past_tag_q[Window-1-k];
            st_packets[w*PacketBits +: PacketBits] = past_packets_q[(Window-1-k)*PacketBits +: PacketBits];
            young                                  = op_i.number[1:0] - past_number_q[(Window-1-k)*2 +: 2];
            st_age[w*NumberBits +: NumberBits]     = NumberBits'(young);
            hit[w]                                 = same_key_i[Window-1-k];
          end
        end
      end
      for (int unsigned w = 0; w < Ways; w++) st_full[w] = &st_packets[w*PacketBits +: PacketBits];
      hit = hit & st_valid;
    end
  end

  assign by_name = op_i.kind == fc_core_pkg::OpFlush || op_i.kind == fc_core_pkg::OpDrain || op_i.kind == fc_core_pkg::OpCopy;

  // Every pair of ages is compared at once; the oldest is older than all, the lower number first among equals.
  always_comb begin : victim
    oldest = '1;
    named  = '0;
    free   = ~st_valid & (st_valid + 1'b1);
    if (valid_i) begin
      for (int unsigned a = 0; a < Ways; a++) begin
        for (int unsigned b = a + 1; b < Ways; b++) begin
          if (st_age[a*NumberBits +: NumberBits] < st_age[b*NumberBits +: NumberBits]) oldest[a] = 1'b0;
          else oldest[b] = 1'b0;
        end
        named[a] = op_i.way == 3'(a);
      end
    end
    if (by_name) pick = named;
    else if (|hit) pick = hit;
    else if (|free) pick = free;
    else pick = oldest;
  end

  // The chosen slot.
  logic                  c_valid, c_tag, c_full;
  logic [PacketBits-1:0] c_packets;
  logic [2:0]            c_way;
  logic [RowBits-1:0]    c_row;
  always_comb begin : chosen
    c_valid   = |(pick & st_valid);
    c_tag     = |(pick & st_tag);
    c_full    = |(pick & st_full);
    c_packets = '0;
    c_way     = '0;
    c_row     = '0;
    for (int unsigned w = 0; w < Ways; w++) begin
      if (valid_i && pick[w]) begin
        c_packets = c_packets | st_packets[w*PacketBits +: PacketBits];
        c_way     = c_way | 3'(w);
        c_row     = c_row | rows_i[(w/Slots)*RowBits +: RowBits];
      end
    end
  end

  logic [Rings-1:0]              idle_room_q, packet_room_q, room_q, at_ring;
  logic [2:0]                    ring;
  logic                          room, packet_room, idle_room, flush_room, walk_room, emits;
  // A row has at least as many bits as there are rings to tell apart; what lies above them is masked.
  logic [2:0] low_rows;
  assign low_rows = rows_i[2:0];
  assign emits = valid_i && (next.emit_old || next.emit_self || next.copy);
  always_comb begin : places
    ring = low_rows & 3'(Rings - 1);
    if (op_i.kind == fc_core_pkg::OpLedger || op_i.kind == fc_core_pkg::OpBarrier) ring = op_i.ring;
    for (int unsigned r = 0; r < Rings; r++) begin
      at_ring[r]       = ring == 3'(r);
      room_q[r]        = used_q[r*(FifoLog2+1) +: FifoLog2+1] < (FifoLog2+1)'(Places);
      packet_room_q[r] = used_q[r*(FifoLog2+1) +: FifoLog2+1] < (FifoLog2+1)'(Places - Reserve);
      idle_room_q[r]   = used_q[r*(FifoLog2+1) +: FifoLog2+1] < (FifoLog2+1)'(Idle);
    end
    room        = |(at_ring & room_q);
    packet_room = |(at_ring & packet_room_q);
    idle_room   = |(at_ring & idle_room_q);
    flush_room  = op_i.urgent ? room : idle_room;
    walk_room   = op_i.urgent ? packet_room : idle_room;
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned r = 0; r < Rings; r++) begin
      if ((emits && at_ring[r]) != popped_i[r]) begin
        used_q[r*(FifoLog2+1) +: FifoLog2+1] <= popped_i[r] ? used_q[r*(FifoLog2+1) +: FifoLog2+1] - 1'b1
                                                           : used_q[r*(FifoLog2+1) +: FifoLog2+1] + 1'b1;
      end
    end
    if (!rst_ni) used_q <= '0;
  end

  // The case table of docs/hw/core.md.
  logic old_epoch, late, evicts;
  always_comb begin : decide
    next             = '0;
    old_epoch        = |hit && c_tag != op_i.tag && op_i.tag == open_tag_i;
    late             = |hit && c_tag != op_i.tag && op_i.tag != open_tag_i;
    evicts           = !(|hit) && c_valid;
    next.way         = c_way;
    next.row         = fc_core_pkg::RowMax'(c_row);
    next.old_tag     = c_tag;
    next.old_packets = fc_core_pkg::PacketMax'(c_packets);
    next.tag         = op_i.tag;
    next.packets     = fc_core_pkg::PacketMax'(1);
    case (op_i.kind)
      fc_core_pkg::OpPacket: begin
        next.valid     = 1'b1;
        next.emit_old  = packet_room && (old_epoch || evicts || (|hit && !late && c_full));
        next.emit_self = packet_room && late;
        next.refused   = !packet_room && (old_epoch || evicts || late || (|hit && c_full));
        next.add       = |hit && c_tag == op_i.tag && !c_full;
        next.anew      = next.emit_old || (!(|hit) && !c_valid);
        next.touch     = next.add || next.anew;
        if (next.add) next.packets = fc_core_pkg::PacketMax'(c_packets) + 1'b1;
        if (evicts) next.reason = fc_regs_pkg::ReasonEvict;
        else if (late) next.reason = fc_regs_pkg::ReasonLate;
        else if (old_epoch) next.reason = fc_regs_pkg::ReasonEpoch;
        else next.reason = fc_regs_pkg::ReasonOverflow;
      end
      fc_core_pkg::OpImmediate: begin
        next.emit_self = packet_room;
        next.refused   = !packet_room;
        next.reason    = fc_regs_pkg::ReasonImmediate;
      end
      fc_core_pkg::OpFlush: begin
        next.emit_old = flush_room && c_valid && c_tag == op_i.tag;
        next.failed   = !flush_room && c_valid && c_tag == op_i.tag;
        next.touch    = next.emit_old;
        next.reason   = asked_i ? fc_regs_pkg::ReasonFlush : fc_regs_pkg::ReasonEpoch;
      end
      fc_core_pkg::OpDrain: begin  // a hit is any entry of the monitor
        next.emit_old = walk_room && |(hit & named);
        next.failed   = !walk_room && |(hit & named);
        next.touch    = next.emit_old;
        next.reason   = fc_regs_pkg::ReasonFlush;
      end
      fc_core_pkg::OpCopy: begin
        next.copy   = walk_room && c_valid;
        next.failed = !walk_room && c_valid;
      end
      fc_core_pkg::OpLedger, fc_core_pkg::OpBarrier: begin
        next.emit_self = room;
        next.failed    = !room;
      end
      default: ;
    endcase
  end

  assign keep_o = valid_i && (next.emit_old || next.copy);

  always_ff @(posedge clk_i) begin
    valid_o          <= valid_i;
    past_touch_q     <= {past_touch_q[Window-2:0], valid_i && next.touch};
    past_live_q      <= {past_live_q[Window-2:0], valid_i};
    if (past_live_q != '0 || valid_i) begin
      past_anew_q    <= {past_anew_q[Window-2:0], next.anew};
      past_valid_q   <= {past_valid_q[Window-2:0], next.valid};
      past_tag_q     <= {past_tag_q[Window-2:0], next.tag};
      past_way_q     <= {past_way_q[(Window-1)*Ways-1:0], pick};
      past_packets_q <= {past_packets_q[(Window-1)*PacketBits-1:0], next.packets[PacketBits-1:0]};
      past_number_q  <= {past_number_q[(Window-1)*2-1:0], op_i.number[1:0]};
    end
    if (valid_i) begin
      decision_o  <= next;
      ring_o      <= ring;
      vec_ahead_o <= '0;
      for (int unsigned j = 0; j < Window; j++) begin
        if (past_anew_q[j] && |(over[j*Ways +: Ways] & pick)) vec_ahead_o[j] <= 1'b1;
      end
    end
    if (!rst_ni) begin
      valid_o      <= 1'b0;
      past_touch_q <= '0;
      past_live_q  <= '0;
    end
  end

  // Travels along for others: the number beyond its low bits, monitor and row.
  logic unused;
  assign unused = ^op_i;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_i && op_i.kind == fc_core_pkg::OpPacket) begin
      assert ((hit & (hit - 1'b1)) == '0) else $error("fc_decide: one key stands in two slots");
      assert ((pick & (pick - 1'b1)) == '0 && pick != '0) else $error("fc_decide: not one slot was chosen");
    end
    if (rst_ni && valid_i) begin
      assert (!(next.touch && next.refused)) else $error("fc_decide: a refused packet changed a slot");
      assert (!(next.emit_old && !next.touch)) else $error("fc_decide: a delta was emitted and stays");
      assert (!(next.copy && (next.touch || next.emit_old || next.emit_self))) else $error("fc_decide: a copy changed something");
    end
  end
`endif

endmodule

`default_nettype wire
