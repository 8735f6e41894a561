// SPDX-License-Identifier: BSD-2-Clause
// Hash, cache, decision and update together, followed for one key of one monitor that nobody chose: what went in is what
// came out, what is held and what was refused; a record says exactly the packets, octets, epoch and first packet held; a
// refused packet changes nothing. Operations of all kinds one a clock, in any order, and any hash function.
`default_nettype none

module fc_cache_proof (
  input wire logic        clk_i,
  input wire logic        op_valid_i,
  input wire logic [2:0]  kind_i,
  input wire logic        monitor_i,
  input wire logic        tag_i,
  input wire logic        way_i,
  input wire logic [1:0]  row_i,
  input wire logic        urgent_i,
  input wire logic [2:0]  vec_i,       // two bits of key, one bit that only the first packet gives
  input wire logic [1:0]  len_i,
  input wire logic [3:0]  hash_i,      // written to the table of the hash during reset; yosys takes a memory nobody writes for
                                      // one that reads differently each time
  input wire logic        asked_i,
  input wire logic        popped_i
);

  localparam int unsigned RowBits = 2;
  localparam int unsigned Monitors = 2;
  localparam int unsigned Tables = 2;
  localparam int unsigned Slots = 1;
  localparam int unsigned PacketBits = 2;
  localparam int unsigned Ways = Tables * Slots;
  localparam int unsigned StateBits = 2 + PacketBits;
  localparam int unsigned NumberBits = fc_core_pkg::NumberBits;
  localparam int unsigned Window = fc_core_pkg::Window;
  localparam int unsigned VectorBits = fc_pkg::VectorBits;
  localparam int unsigned Stages = 7;   // from issue to U2
  localparam logic [VectorBits-1:0] Mask = VectorBits'(3);

  (* anyconst *) logic       open_tag;
  (* anyconst *) logic       which_monitor;
  (* anyconst *) logic [1:0] which_key;

  // ---------------------------------------------------------------- reset, clearing, operations
  logic [2:0]            start_q = 3'd0;
  logic                  rst_n, clearing, valid_h;
  logic [NumberBits-1:0] number_q;
  fc_core_pkg::op_t      op_h;
  fc_pkg::desc_t         desc_h;

  assign rst_n    = start_q[2];
  assign clearing = !start_q[2];
  assign valid_h  = op_valid_i && rst_n;

  always_ff @(posedge clk_i) begin
    if (!start_q[2]) start_q <= start_q + 1'b1;
    if (valid_h && (kind_i == fc_core_pkg::OpPacket || kind_i == fc_core_pkg::OpImmediate)) number_q <= number_q + 1'b1;
    if (!rst_n) number_q <= '0;
  end

  always_comb begin : drive
    op_h          = '0;
    op_h.kind     = kind_i;
    op_h.monitor  = 3'(monitor_i);
    op_h.tag      = tag_i;
    op_h.number   = number_q;
    op_h.way      = 3'(way_i);
    op_h.row      = 16'(row_i);
    op_h.urgent   = urgent_i;
    desc_h        = '0;
    desc_h.vec    = VectorBits'(vec_i);
    desc_h.l3_len = 17'(len_i);
  end

  // ---------------------------------------------------------------- as fc_core joins them
  logic                 valid_r, valid_c, valid_d, valid_u1, valid_u2, valid_u3, keep, busy_h, busy_c, busy_d, busy_u, flush_u1, walk_u1;
  fc_core_pkg::op_t     op_r, op_d, op_u2;
  fc_pkg::desc_t        desc_r, desc_d;
  logic [VectorBits-1:0] key_r, key_c, old_vec, vec_u1, vec;
  logic [63:0]          hash_r;
  logic [Window-1:0]    same_key_r, same_key_d, vec_ahead;
  logic [2:0]           monitor_c, monitor_u1, old_monitor, ring_u1, ring_u2, monitor;
  logic [RowBits*Tables-1:0]  rows_d;
  logic [Ways*StateBits-1:0]  state_d;
  logic [Ways*NumberBits-1:0] age_d;
  logic [Ways-1:0]            raw_hit_d;
  logic [Window*Tables-1:0]   same_row_d;
  logic [NumberBits-1:0]      number_u1;
  logic [fc_core_pkg::PacketMax-1:0] packets;
  fc_core_pkg::decision_t dec_u1, dec_u1_valid, dec_u2;
  fc_core_pkg::delta_t    delta;
  fc_core_pkg::entry_t    entry;

  fc_hash #(.Monitors(Monitors)) u_hash (
    .clk_i, .rst_ni(rst_n), .monitor_mask_i({Monitors{Mask}}), .hash_we_i(!rst_n), .hash_position_i('0),
    .hash_value_i(8'(start_q)), .hash_word_i({46'b0, hash_i[3:2], 14'b0, hash_i[1:0]}),
    .valid_i(valid_h), .op_i(op_h), .desc_i(desc_h),
    .ahead_valid_i(valid_c), .ahead_monitor_i(monitor_c), .ahead_key_i(key_c),
    .valid_o(valid_r), .op_o(op_r), .desc_o(desc_r), .key_o(key_r), .hash_o(hash_r), .same_key_o(same_key_r), .busy_o(busy_h)
  );

  always_comb begin : gate
    dec_u1_valid       = dec_u1;
    dec_u1_valid.touch = dec_u1.touch && valid_u1;
  end

  fc_cache #(
    .RowBits(RowBits), .Monitors(Monitors), .Tables(Tables), .Slots(Slots), .Rings(1), .PacketBits(PacketBits)
  ) u_cache (
    .clk_i, .rst_ni(rst_n), .clear_i(clearing), .clear_row_i(start_q[1:0]), .monitor_mask_i({Monitors{Mask}}),
    .valid_r_i(valid_r), .op_r_i(op_r), .desc_r_i(desc_r), .key_r_i(key_r), .hash_r_i(hash_r), .same_key_r_i(same_key_r),
    .busy_o(busy_c), .valid_c_o(valid_c), .monitor_c_o(monitor_c), .key_c_o(key_c),
    .valid_d_o(valid_d), .op_d_o(op_d), .desc_d_o(desc_d), .rows_d_o(rows_d), .state_d_o(state_d), .age_d_o(age_d),
    .raw_hit_d_o(raw_hit_d), .same_key_d_o(same_key_d), .same_row_d_o(same_row_d), .keep_i(keep),
    .write_i(dec_u1_valid), .write_number_i(number_u1), .write_monitor_i(monitor_u1), .write_vec_i(vec_u1),
    .old_vec_o(old_vec), .old_monitor_o(old_monitor)
  );

  fc_decide #(
    .RowBits(RowBits), .Rings(1), .Tables(Tables), .Slots(Slots), .FifoLog2(3), .Reserve(4), .PacketBits(PacketBits)
  ) u_decide (
    .clk_i, .rst_ni(rst_n), .valid_i(valid_d), .op_i(op_d), .rows_i(rows_d), .state_i(state_d), .age_i(age_d),
    .raw_hit_i(raw_hit_d), .same_key_i(same_key_d), .same_row_i(same_row_d), .open_tag_i(open_tag), .asked_i,
    .popped_i, .keep_o(keep), .valid_o(valid_u1), .decision_o(dec_u1), .ring_o(ring_u1), .vec_ahead_o(vec_ahead), .busy_o(busy_d)
  );

  fc_update #(.RowBits(RowBits), .Ways(Ways), .PacketBits(PacketBits)) u_update (
    .clk_i, .rst_ni(rst_n), .valid_d_i(valid_d), .op_d_i(op_d), .desc_d_i(desc_d),
    .valid_u1_i(valid_u1), .decision_u1_i(dec_u1), .ring_u1_i(ring_u1), .vec_ahead_u1_i(vec_ahead),
    .old_vec_u1_i(old_vec), .old_monitor_u1_i(old_monitor), .flush_u1_o(flush_u1), .walk_u1_o(walk_u1),
    .number_u1_o(number_u1), .monitor_u1_o(monitor_u1), .vec_u1_o(vec_u1),
    .valid_o(valid_u2), .op_o(op_u2), .decision_o(dec_u2), .ring_o(ring_u2), .delta_o(delta), .packets_o(packets),
    .vec_o(vec), .monitor_o(monitor), .entry_valid_o(valid_u3), .entry_o(entry), .busy_o(busy_u)
  );

  // ---------------------------------------------------------------- the operation at U2, as it was issued
  logic [Stages-1:0]   valid_line_q, ours_line_q, packet_line_q, first_line_q, tag_line_q;
  logic [2*Stages-1:0] len_line_q;
  logic                was_valid, was_ours, was_packet, was_first, was_tag;
  logic [1:0]          was_len;

  always_ff @(posedge clk_i) begin
    valid_line_q  <= {valid_line_q[Stages-2:0], valid_h};
    ours_line_q   <= {ours_line_q[Stages-2:0], monitor_i == which_monitor && vec_i[1:0] == which_key};
    packet_line_q <= {packet_line_q[Stages-2:0], kind_i == fc_core_pkg::OpPacket || kind_i == fc_core_pkg::OpImmediate};
    first_line_q  <= {first_line_q[Stages-2:0], vec_i[2]};
    tag_line_q    <= {tag_line_q[Stages-2:0], tag_i};
    len_line_q    <= {len_line_q[2*Stages-3:0], len_i};
    if (!rst_n) valid_line_q <= '0;
  end

  assign was_valid  = valid_line_q[Stages-1];
  assign was_packet = packet_line_q[Stages-1];
  assign was_ours   = was_valid && was_packet && ours_line_q[Stages-1];
  assign was_first  = first_line_q[Stages-1];
  assign was_tag    = tag_line_q[Stages-1];
  assign was_len    = len_line_q[2*Stages-1 -: 2];

  // ---------------------------------------------------------------- where the packets of the key are
  logic [5:0] in_q, out_q, refused_q, held_q, held_bytes_q, queued_q;
  logic       held_tag_q, held_first_q;
  logic       stays, record, record_ours, leaves_ours;

  assign stays       = dec_u2.add || dec_u2.anew;
  assign record      = valid_u2 && (dec_u2.emit_old || dec_u2.copy || (dec_u2.emit_self && was_packet));
  assign record_ours = record && monitor == 3'(which_monitor) && vec[1:0] == which_key;
  assign leaves_ours = record_ours && dec_u2.emit_old;

  always_ff @(posedge clk_i) begin
    if (was_ours) in_q <= in_q + 6'd1;
    if (was_ours && dec_u2.refused) refused_q <= refused_q + 6'd1;
    if (record_ours && !dec_u2.copy) out_q <= out_q + 6'(packets);
    if (was_ours && stays) begin
      held_q       <= (leaves_ours ? 6'd0 : held_q) + 6'd1;
      held_bytes_q <= (leaves_ours ? 6'd0 : held_bytes_q) + 6'(was_len);
      held_tag_q   <= was_tag;
      if (dec_u2.anew) held_first_q <= was_first;
    end else if (leaves_ours) begin
      held_q       <= '0;
      held_bytes_q <= '0;
    end
    // Records promised and not yet taken by the ring: at least those that have come this far.
    queued_q <= queued_q + 6'(valid_u2 && (dec_u2.emit_old || dec_u2.emit_self || dec_u2.copy)) - 6'(popped_i);
    if (!rst_n) begin
      in_q         <= '0;
      out_q        <= '0;
      refused_q    <= '0;
      held_q       <= '0;
      held_bytes_q <= '0;
      queued_q     <= '0;
    end
  end

  always_comb begin : owed
    if (popped_i) assume (rst_n && queued_q != '0);
  end

  always_comb begin : checks
    if (rst_n) begin
      assert (valid_u2 == was_valid);
      assert (in_q == out_q + held_q + refused_q);
      if (record_ours && (dec_u2.emit_old || dec_u2.copy)) begin
        assert (held_q != '0 && packets == 28'(held_q) && delta.bytes == 48'(held_bytes_q));
        assert (dec_u2.old_tag == held_tag_q && vec[2] == held_first_q);
      end
      if (record_ours && dec_u2.emit_self) assert (was_ours && packets == 28'd1 && delta.bytes == 48'(was_len));
      if (was_ours) begin
        assert (2'(dec_u2.refused) + 2'(stays) + 2'(dec_u2.emit_self) == 2'd1);
        if (dec_u2.emit_self) assert (record_ours);
        if (dec_u2.add) assert (held_q != '0 && !dec_u2.emit_old && was_tag == held_tag_q);
        if (dec_u2.anew) assert (held_q == '0 || leaves_ours);
      end
      if (was_valid && dec_u2.refused) assert (was_packet && !dec_u2.touch && !stays && !record);
      if (was_valid && !was_packet) assert (!stays && !dec_u2.refused);
    end
  end

  // What fc_ledger takes for granted of an entry: one fate a packet, and nothing leaves that has no packets.
  always_comb begin : entries
    if (rst_n && valid_u3) begin
      assert (entry.selected || !(entry.refused || entry.stays || (entry.emitted && !entry.leaves)));
      if (entry.selected) assert (2'(entry.refused) + 2'(entry.stays) + 2'(entry.emitted && !entry.leaves) == 2'd1);
      if (entry.leaves) assert (entry.emitted && entry.packets != '0);
      if (entry.emitted && !entry.leaves) assert (entry.old_monitor == entry.monitor && entry.packets == 28'd1 && entry.bytes == 48'(entry.len));
    end
  end

endmodule

`default_nettype wire
