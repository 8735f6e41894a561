// SPDX-License-Identifier: BSD-2-Clause
// Epochs: fc_epoch, fc_issue, fc_sweep and fc_record around a cache of four slots, two rings. On each ring: barriers are
// numbered 0, 1, 2 and so on; a flow record is of the epoch whose barrier comes next or of the one after it, so none of n
// comes after barrier n; a ledger record stands before its barrier; a record says the epoch its packets were taken in.
// The cache here does for each operation what proof `cache` shows of the real one, but keeps which packet, which slot, whose
// ring and whether there is room free. So are times: any epoch may be due at any time, any packet may be old.
`default_nettype none

module fc_epoch_proof (
  input wire logic       clk_i,
  input wire logic       enable_i,
  input wire logic       flush_i,
  input wire logic       monitor_on_i,
  input wire logic       present_i,
  input wire logic       take_i,       // a packet comes in
  input wire logic       immediate_i,
  input wire logic       walk_i,
  input wire logic       walk_copy_i,
  input wire logic       walk_way_i,
  input wire logic       walk_row_i,
  input wire logic       way_i,        // where a packet is looked up
  input wire logic       row_i,
  input wire logic       hit_i,
  input wire logic       full_i,
  input wire logic       room_i,
  input wire logic       ring_i
);

  localparam int unsigned Rings = 2;
  localparam int unsigned NumberBits = 3;   // of an epoch; they count modulo 8 here

  // ---------------------------------------------------------------- reset and clearing
  logic [2:0] start_q = 3'd0;
  logic       rst_n;
  assign rst_n = start_q[2];
  always_ff @(posedge clk_i) if (!start_q[2]) start_q <= start_q + 1'b1;

  // ---------------------------------------------------------------- as fc_core joins them
  logic               hold, packet_tag, packet_ready, ctl_valid, ctl_ready, done, done_ok, valid_h;
  logic               sweep_start, sweep_tag, sweep_done, sweep_valid, sweep_ready, walk_ready, asked;
  logic [2:0]         sweep_way;
  logic [15:0]        sweep_row;
  logic [31:0]        open;
  fc_core_pkg::op_t   ctl_op, op_h;
  logic               inside_q;             // a packet that select or sampler holds

  fc_epoch #(.Rings(Rings), .Monitors(1)) u_epoch (
    .clk_i, .rst_ni(rst_n), .clearing_i(1'b0), .time_ns_i('0), .enable_i, .shift_i('0), .guard_ns_i('0), .flush_i(flush_i && rst_n),
    .monitor_enable_i(monitor_on_i), .monitor_present_i(present_i), .select_empty_i(!inside_q), .hold_o(hold), .packet_time_i('0),
    .packet_tag_o(packet_tag), .ctl_valid_o(ctl_valid), .ctl_op_o(ctl_op), .ctl_ready_i(ctl_ready), .done_i(done), .done_ok_i(done_ok),
    .sweep_start_o(sweep_start), .sweep_tag_o(sweep_tag), .sweep_done_i(sweep_done), .open_o(open), .asked_o(asked),
    .closing_label_o(), .closing_start_o(), .closing_end_o(), .closing_step_o(), .closing_o(), .flushing_o(), .late_o()
  );

  always_ff @(posedge clk_i) begin
    if (inside_q) inside_q <= !packet_ready;
    else inside_q <= take_i && !hold;
    if (!rst_n) inside_q <= 1'b0;
  end

  fc_issue u_issue (
    .clk_i, .rst_ni(rst_n), .ctl_valid_i(ctl_valid), .ctl_op_i(ctl_op), .ctl_ready_o(ctl_ready),
    .packet_valid_i(inside_q), .packet_i('0), .packet_monitor_i('0), .packet_immediate_i(immediate_i), .packet_tag_i(packet_tag),
    .packet_ready_o(packet_ready), .sweep_valid_i(sweep_valid), .sweep_tag_i(sweep_tag), .sweep_way_i(sweep_way), .sweep_row_i(sweep_row),
    .sweep_ready_o(sweep_ready), .walk_valid_i(walk_i), .walk_copy_i, .walk_monitor_i('0), .walk_way_i(3'(walk_way_i)),
    .walk_row_i(16'(walk_row_i)), .walk_ready_o(walk_ready), .valid_o(valid_h), .op_o(op_h), .desc_o()
  );

  // The epoch that a packet is taken in travels with it.
  logic [NumberBits-1:0] number_h;
  always_ff @(posedge clk_i) number_h <= (packet_tag == open[0]) ? open[NumberBits-1:0] : open[NumberBits-1:0] - 1'b1;

  // ---------------------------------------------------------------- decisions on four slots, {row, way}
  logic [3:0]              slot_valid_q, slot_tag_q;
  logic [4*NumberBits-1:0] slot_number_q;
  logic [1:0]              at;
  logic                    by_name, full, tag, differs;
  fc_core_pkg::decision_t  next, dec_u1, dec_u2;
  fc_core_pkg::op_t        op_u1, op_u2;
  logic                    valid_u1, valid_u2, ring_u1, ring_u2;
  logic [NumberBits-1:0]   number_u1, number_u2;

  assign by_name = op_h.kind == fc_core_pkg::OpFlush || op_h.kind == fc_core_pkg::OpDrain || op_h.kind == fc_core_pkg::OpCopy;
  assign at      = by_name ? {op_h.row[0], op_h.way[0]} : {row_i, way_i};
  assign full    = slot_valid_q[at];
  assign tag     = slot_tag_q[at];
  assign differs = full && tag != op_h.tag;

  always_comb begin : decide
    logic leaves;
    next         = '0;
    leaves       = full && (differs ? !hit_i || op_h.tag == open[0] : !hit_i || full_i);
    next.way     = 3'(at[0]);
    next.row     = 16'(at[1]);
    next.old_tag = tag;
    next.tag     = op_h.tag;
    case (op_h.kind)
      fc_core_pkg::OpPacket: begin
        next.valid     = 1'b1;
        next.emit_old  = room_i && leaves;
        next.emit_self = room_i && differs && !leaves;
        next.refused   = !room_i && (leaves || differs);
        next.add       = full && !differs && !leaves;
        next.anew      = next.emit_old || !full;
        next.touch     = next.add || next.anew;
      end
      fc_core_pkg::OpImmediate: begin
        next.emit_self = room_i;
        next.refused   = !room_i;
      end
      fc_core_pkg::OpFlush, fc_core_pkg::OpDrain: begin
        next.emit_old = room_i && full && (op_h.kind == fc_core_pkg::OpDrain ? hit_i : !differs);
        next.failed   = !room_i && full && (op_h.kind == fc_core_pkg::OpDrain ? hit_i : !differs);
        next.touch    = next.emit_old;
      end
      fc_core_pkg::OpCopy: begin
        next.copy   = room_i && full;
        next.failed = !room_i && full;
      end
      fc_core_pkg::OpLedger, fc_core_pkg::OpBarrier: begin
        next.emit_self = room_i;
        next.failed    = !room_i;
      end
      default: ;
    endcase
  end

  always_ff @(posedge clk_i) begin
    valid_u1 <= valid_h;
    valid_u2 <= valid_u1;
    op_u1    <= op_h;
    op_u2    <= op_u1;
    dec_u1   <= next;
    dec_u2   <= dec_u1;
    ring_u1  <= (op_h.kind == fc_core_pkg::OpLedger || op_h.kind == fc_core_pkg::OpBarrier) ? op_h.ring[0] : ring_i;
    ring_u2  <= ring_u1;
    number_u1 <= next.emit_self ? number_h : slot_number_q[NumberBits*at +: NumberBits];
    number_u2 <= number_u1;
    if (valid_h && next.touch) begin
      slot_valid_q[at] <= next.valid;
      slot_tag_q[at]   <= next.tag;
      if (next.anew) slot_number_q[NumberBits*at +: NumberBits] <= number_h;
    end
    if (!rst_n) begin
      valid_u1     <= 1'b0;
      valid_u2     <= 1'b0;
      slot_valid_q <= '0;
    end
  end

  fc_sweep #(.RowBits(1), .Tables(1), .Slots(2)) u_sweep (
    .clk_i, .rst_ni(rst_n), .clear_i(!rst_n), .clear_row_i(start_q[0]), .start_i(sweep_start), .tag_i(sweep_tag), .done_o(sweep_done),
    .valid_i(valid_u1), .flush_i(op_u1.kind == fc_core_pkg::OpFlush), .decision_i(dec_u1),
    .req_valid_o(sweep_valid), .req_way_o(sweep_way), .req_row_o(sweep_row), .req_ready_i(sweep_ready)
  );

  localparam int unsigned RecordBits = fc_pkg::RecordBits;
  logic [Rings-1:0]            rec_valid;
  logic [Rings*RecordBits-1:0] rec;

  fc_record #(.Rings(Rings), .FifoLog2(1)) u_record (
    .clk_i, .rst_ni(rst_n), .valid_i(valid_u2), .op_i(op_u2), .decision_i(dec_u2), .ring_i(3'(ring_u2)), .delta_i('0), .packets_i('0),
    .vec_i(fc_pkg::VectorBits'(number_u2)), .monitor_i('0), .sampler_we_i(1'b0), .sampler_i('0), .sampler_id_i('0), .sampler_on_i('0),
    .open_i(open), .closing_label_i('0), .closing_start_i('0), .closing_end_i('0), .closing_step_i(1'b0), .ledger_monitor_o(),
    .ledger_set_i('0), .done_o(done), .done_ok_o(done_ok), .rec_valid_o(rec_valid), .rec_o(rec), .rec_ready_i('1), .popped_o()
  );

  // ---------------------------------------------------------------- what each ring sees
  for (genvar r = 0; r < Rings; r++) begin : gen_ring
    logic [3:0]            kind;
    logic [NumberBits-1:0] epoch, taken, due_q;   // due_q: the barrier that comes next

    assign kind  = rec[RecordBits*r +: 4];
    assign epoch = rec[RecordBits*r + 32 +: NumberBits];
    assign taken = rec[RecordBits*r + 64 +: NumberBits];

    always_ff @(posedge clk_i) begin
      if (rec_valid[r] && kind == fc_regs_pkg::KindBarrier) due_q <= due_q + 1'b1;
      if (!rst_n) due_q <= '0;
    end

    always_comb begin
      if (rst_n && rec_valid[r]) begin
        if (kind == fc_regs_pkg::KindFlow || kind == fc_regs_pkg::KindSnapshot) begin
          assert (epoch == due_q || epoch == NumberBits'(due_q + 1'b1));
          assert (epoch == taken);
        end else begin
          assert (kind == fc_regs_pkg::KindLedger || kind == fc_regs_pkg::KindBarrier);
          assert (epoch == due_q);
        end
      end
    end
  end

  // When a sweep ends, nothing of its epoch is left.
  always_comb begin : swept
    if (rst_n && sweep_done) begin
      for (int unsigned s = 0; s < 4; s++) assert (!slot_valid_q[s] || slot_tag_q[s] != sweep_tag);
    end
  end

endmodule

`default_nettype wire
