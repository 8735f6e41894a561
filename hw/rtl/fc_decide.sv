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
  parameter int unsigned Reserve = 16,    // places that only urgent flushes and copies, ledgers and barriers may take
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
  logic [Window*Ways-1:0]       over, near;
  logic [Ways-1:0]              covered;

  // The last decisions, [0] the youngest; way as one bit each.
  logic [Window-1:0]            past_touch_q, past_anew_q, past_valid_q, past_tag_q;
  logic [Window*Ways-1:0]       past_way_q;
  logic [Window*PacketBits-1:0] past_packets_q;
  logic [Window-1:0]            past_live_q;

  // FIFO places taken, those on the way to the FIFO included.
  logic [Rings*(FifoLog2+1)-1:0] used_q;

  assign busy_o = |past_live_q || used_q != '0;

  // Which operations ahead changed a candidate after it was read (over), and which of them was the last (near).
  always_comb begin : window
    over    = '0;
    near    = '0;
    covered = '0;
    if (valid_i) begin
      for (int unsigned k = 0; k < Window; k++) begin
        for (int unsigned w = 0; w < Ways; w++) begin
          over[k*Ways + w] = past_touch_q[k] && past_way_q[k*Ways + w] && same_row_i[k*Tables + w/Slots];
        end
        near[k*Ways +: Ways] = over[k*Ways +: Ways] & ~covered;
        covered              = covered | over[k*Ways +: Ways];
      end
    end
  end

  // What the decision asks of a candidate: as it was read, or what the nearest operation ahead made of it.
  always_comb begin : state
    st_valid = '0;
    st_tag   = '0;
    st_full  = '0;
    hit      = '0;
    if (valid_i) begin
      for (int unsigned w = 0; w < Ways; w++) begin
        st_valid[w] = !covered[w] && state_i[w*StateBits];
        st_tag[w]   = !covered[w] && state_i[w*StateBits + 1];
        st_full[w]  = !covered[w] && &state_i[w*StateBits + 2 +: PacketBits];
      end
      hit = raw_hit_i & st_valid;
      for (int unsigned k = 0; k < Window; k++) begin
        if (past_valid_q[k]) st_valid = st_valid | near[k*Ways +: Ways];
        if (past_tag_q[k]) st_tag = st_tag | near[k*Ways +: Ways];
        if (&past_packets_q[k*PacketBits +: PacketBits]) st_full = st_full | near[k*Ways +: Ways];
        if (past_valid_q[k] && same_key_i[k]) hit = hit | near[k*Ways +: Ways];
      end
    end
  end

  fc_oldest #(.Ways(Ways), .Window(Window)) u_oldest (.valid_i, .age_i, .near_i(near), .covered_i(covered), .oldest_o(oldest));

  always_comb begin : choose
    named   = '0;
    free    = '0;
    pick    = '0;
    by_name = 1'b0;
    if (valid_i) begin
      by_name = op_i.kind == fc_core_pkg::OpFlush || op_i.kind == fc_core_pkg::OpDrain || op_i.kind == fc_core_pkg::OpCopy;
      free    = ~st_valid;
      for (int unsigned w = 0; w < Ways; w++) begin
        named[w] = op_i.way == 3'(w);
        for (int unsigned v = 0; v < w; v++) if (!st_valid[v]) free[w] = 1'b0;
      end
      if (by_name) pick = named;
      else if (|hit) pick = hit;
      else if (|free) pick = free;
      else pick = oldest;
    end
  end

  // Of the slot that was hit or named, the bits that decide; they do not wait for the victim.
  logic c_hit, c_valid, c_tag, c_full;
  always_comb begin : looked_at
    logic [Ways-1:0] at;
    at      = '0;
    c_hit   = 1'b0;
    c_valid = 1'b0;
    c_tag   = 1'b0;
    c_full  = 1'b0;
    if (valid_i) begin
      at      = by_name ? named : hit;
      c_hit   = |hit;
      c_valid = |(at & st_valid);
      c_tag   = |(at & st_tag);
      c_full  = |(at & st_full);
    end
  end

  // Of the slot that was chosen, the words that travel on. Where they come from is found first, so each is selected once.
  logic                  p_tag;
  logic [PacketBits-1:0] p_packets;
  logic [2:0]            p_way;
  logic [RowBits-1:0]    p_row;
  always_comb begin : chosen
    p_tag     = 1'b0;
    p_packets = '0;
    p_way     = '0;
    p_row     = '0;
    if (valid_i) begin
      p_tag = |(pick & st_tag);
      for (int unsigned w = 0; w < Ways; w++) begin
        if (pick[w]) begin
          p_way = p_way | 3'(w);
          p_row = p_row | rows_i[(w/Slots)*RowBits +: RowBits];
          if (!covered[w]) p_packets = p_packets | state_i[w*StateBits + 2 +: PacketBits];
        end
      end
      for (int unsigned k = 0; k < Window; k++) begin
        if (|(pick & near[k*Ways +: Ways])) p_packets = p_packets | past_packets_q[k*PacketBits +: PacketBits];
      end
    end
  end

  logic [Rings-1:0]              idle_room_q, packet_room_q, room_q, at_ring;
  logic [2:0]                    ring;
  logic                          room, packet_room, idle_room, low_room, emits;
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
    // A walk may take what is reserved, too: where sweeps never pause, nothing else ever comes free.
    low_room    = op_i.urgent ? room : idle_room;
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
    next      = '0;
    old_epoch = 1'b0;
    late      = 1'b0;
    evicts    = 1'b0;
    if (valid_i) begin
      old_epoch        = c_hit && c_tag != op_i.tag && op_i.tag == open_tag_i;
      late             = c_hit && c_tag != op_i.tag && op_i.tag != open_tag_i;
      evicts           = !c_hit && &st_valid;
      next.way         = p_way;
      next.row         = fc_core_pkg::RowMax'(p_row);
      next.old_tag     = p_tag;
      next.old_packets = fc_core_pkg::PacketMax'(p_packets);
      next.tag         = op_i.tag;
      next.packets     = fc_core_pkg::PacketMax'(1);
      case (op_i.kind)
        fc_core_pkg::OpPacket: begin
          next.valid     = 1'b1;
          next.emit_old  = packet_room && (old_epoch || evicts || (c_hit && !late && c_full));
          next.emit_self = packet_room && late;
          next.refused   = !packet_room && (old_epoch || evicts || late || (c_hit && c_full));
          next.add       = c_hit && c_tag == op_i.tag && !c_full;
          next.anew      = next.emit_old || (!c_hit && !(&st_valid));
          next.touch     = next.add || next.anew;
          if (next.add) next.packets = fc_core_pkg::PacketMax'(p_packets) + 1'b1;
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
          next.emit_old = low_room && c_valid && c_tag == op_i.tag;
          next.failed   = !low_room && c_valid && c_tag == op_i.tag;
          next.touch    = next.emit_old;
          next.reason   = asked_i ? fc_regs_pkg::ReasonFlush : fc_regs_pkg::ReasonEpoch;
        end
        fc_core_pkg::OpDrain: begin  // a hit is any entry of the monitor
          next.emit_old = low_room && |(hit & named);
          next.failed   = !low_room && |(hit & named);
          next.touch    = next.emit_old;
          next.reason   = fc_regs_pkg::ReasonFlush;
        end
        fc_core_pkg::OpCopy: begin
          next.copy   = low_room && c_valid;
          next.failed = !low_room && c_valid;
        end
        fc_core_pkg::OpLedger, fc_core_pkg::OpBarrier: begin
          next.emit_self = room;
          next.failed    = !room;
        end
        default: ;
      endcase
    end
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

  // Travels along for others: number, monitor and row.
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
