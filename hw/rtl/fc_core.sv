// SPDX-License-Identifier: BSD-2-Clause
// The flow cache of the card: descriptors in, ring records out. No bus. Theory of operation: docs/hw/core.md.
//
//   select -> sampler -> issue -> K -> X -> R -> C -> D -> U1 -> U2 -> U3 -> record FIFO
//                      hash       cache    decide  update, ledger
`default_nettype none

module fc_core #(
  parameter int unsigned EntriesLog2 = 12,
  parameter int unsigned Ports = 1,
  parameter int unsigned Rings = 1,
  parameter int unsigned Monitors = 8,
  parameter int unsigned MonitorsPerPacket = 2,
  parameter int unsigned Tables = 4,
  parameter int unsigned Slots = 2,
  parameter int unsigned FifoLog2 = 6,
  parameter int unsigned PacketBits = 16
) (
  input  wire logic                                   clk_i,
  input  wire logic                                   rst_ni,
  input  wire logic [63:0]                            time_ns_i,
  input  wire logic                                   enable_i,
  input  wire logic [5:0]                             epoch_shift_i,
  input  wire logic [31:0]                            epoch_guard_ns_i,
  input  wire logic                                   flush_i,
  input  wire logic                                   flush_monitor_i,  // the entries of command_monitor_i
  input  wire logic                                   snapshot_i,
  input  wire logic [2:0]                             command_monitor_i,
  input  wire logic [Monitors-1:0]                    monitor_enable_i,
  input  wire logic [Monitors-1:0]                    monitor_ipv4_i,
  input  wire logic [Monitors-1:0]                    monitor_ipv6_i,
  input  wire logic [Monitors-1:0]                    monitor_immediate_i,
  input  wire logic [Monitors*32-1:0]                 monitor_ports_i,
  input  wire logic [Monitors*32-1:0]                 monitor_ports_out_i,
  input  wire logic [Monitors*fc_pkg::VectorBits-1:0] monitor_mask_i,
  input  wire logic                                   sampler_we_i,
  input  wire logic [6:0]                             sampler_i,        // {monitor, direction, port}
  input  wire logic [31:0]                            sampler_control_i,
  input  wire logic [127:0]                           sampler_on_i,
  input  wire logic                                   hash_we_i,
  input  wire logic [6:0]                             hash_position_i,
  input  wire logic [7:0]                             hash_value_i,
  input  wire logic [63:0]                            hash_word_i,
  input  wire logic [Ports-1:0]                       desc_valid_i,
  input  wire logic [Ports*fc_pkg::DescBits-1:0]      desc_i,
  output logic [Ports-1:0]                            desc_ready_o,
  output logic [Rings-1:0]                            rec_valid_o,
  output logic [Rings*fc_pkg::RecordBits-1:0]         rec_o,
  input  wire logic [Rings-1:0]                       rec_ready_i,
  input  wire logic                                   latch_i,
  input  wire logic [5:0]                             ledger_index_i,
  output logic [63:0]                                 ledger_o,
  output logic                                        sampler_latched_o,
  input  wire logic [7:0]                             sampler_index_i,  // {sampler, 0 observed / 1 selected}
  output logic [63:0]                                 sampler_counter_o,
  output logic [Monitors-1:0]                         monitor_present_o, // has packets in the cache or on the way to it
  output logic                                        flushing_monitor_o,
  output logic                                        snapshotting_o,
  output logic                                        clearing_o,
  output logic                                        busy_o,
  output logic                                        closing_o,
  output logic                                        flushing_o,
  output logic                                        unaccounted_o,  // a packet found no place for its record
  output logic                                        epoch_late_o,
  output logic [31:0]                                 epoch_open_o
);

  localparam int unsigned Ways = Tables * Slots;
  localparam int unsigned RowBits = EntriesLog2 - $clog2(Ways);
  localparam int unsigned RingBits = $clog2(Rings);
  localparam int unsigned StateBits = 2 + PacketBits;
  localparam int unsigned NumberBits = fc_core_pkg::NumberBits;
  localparam int unsigned Window = fc_core_pkg::Window;
  localparam int unsigned VectorBits = fc_pkg::VectorBits;

  if (Ways != 1 << $clog2(Ways) || Ways < 2 || Ways > 8 || Tables > 4) begin : g_ways
    $error("fc_core: Tables x Slots must be 2, 4 or 8, Tables at most 4");
  end
  if (EntriesLog2 < $clog2(Ways) + 1 || RowBits > fc_core_pkg::RowMax || RingBits >= RowBits) begin : g_rows
    $error("fc_core: EntriesLog2 does not fit Tables, Slots and Rings");
  end
  if (Monitors < 1 || Monitors > 8 || Rings < 1 || Rings > 8 || Rings != 1 << RingBits || Ports > 32) begin : g_counts
    $error("fc_core: 1..8 monitors, 1, 2, 4 or 8 rings, at most 32 ports");
  end
  if (FifoLog2 < 5 || PacketBits < 2 || PacketBits > fc_core_pkg::PacketMax) begin : g_sizes
    $error("fc_core: FifoLog2 at least 5, PacketBits 2..28");
  end

  // ---------------------------------------------------------------- clearing: a row of all ways a clock after reset
  logic [RowBits-1:0] clear_row_q;
  logic               clearing_q;
  always_ff @(posedge clk_i) begin
    if (clearing_q) clear_row_q <= clear_row_q + 1'b1;
    if (clear_row_q == '1) clearing_q <= 1'b0;
    if (!rst_ni) begin
      clearing_q  <= 1'b1;
      clear_row_q <= '0;
    end
  end
  assign clearing_o = clearing_q;

  // ---------------------------------------------------------------- select, epochs, sweeper, issue
  logic              sel_valid, sel_ready, smp_valid, smp_ready, smp_busy, hold, packet_tag, ctl_valid, ctl_ready, done, done_ok;
  logic              sweep_start, sweep_tag, sweep_done, sweep_valid, sweep_ready, asked, closing_step;
  logic              walk_valid, walk_ready, walk_copy;
  logic [2:0]        smp_monitor, sweep_way, walk_way, walk_monitor;
  logic [6:0]        sel_output_port, sel_at;
  logic [15:0]       sweep_row, walk_row;
  logic [Monitors-1:0] sel_holds, smp_holds, resident;
  logic [63:0]       closing_label, closing_start, closing_end;
  logic [31:0]       open;
  fc_pkg::desc_t     sel_desc, smp_desc;
  fc_core_pkg::op_t  ctl_op;

  fc_select #(.Ports(Ports), .Monitors(Monitors), .MonitorsPerPacket(MonitorsPerPacket)) u_select (
    .clk_i, .rst_ni, .enable_i, .hold_i(hold), .monitor_enable_i, .monitor_ipv4_i, .monitor_ipv6_i, .monitor_ports_i,
    .monitor_ports_out_i, .desc_valid_i, .desc_i, .desc_ready_o,
    .valid_o(sel_valid), .desc_o(sel_desc), .output_port_o(sel_output_port), .at_o(sel_at), .holds_o(sel_holds), .ready_i(sel_ready)
  );

  fc_sampler #(.Monitors(Monitors)) u_sampler (
    .clk_i, .rst_ni, .we_i(sampler_we_i), .sampler_i, .control_i(sampler_control_i), .on_i(sampler_on_i), .hash_we_i, .hash_word_i,
    .valid_i(sel_valid), .desc_i(sel_desc), .output_port_i(sel_output_port), .at_i(sel_at), .ready_o(sel_ready),
    .valid_o(smp_valid), .desc_o(smp_desc), .monitor_o(smp_monitor), .ready_i(smp_ready), .holds_o(smp_holds), .busy_o(smp_busy),
    .latch_i, .latched_o(sampler_latched_o), .index_i(sampler_index_i), .counter_o(sampler_counter_o)
  );

  fc_epoch #(.Rings(Rings), .Monitors(Monitors)) u_epoch (
    .clk_i, .rst_ni, .clearing_i(clearing_q), .time_ns_i, .enable_i, .shift_i(epoch_shift_i), .guard_ns_i(epoch_guard_ns_i),
    .flush_i, .monitor_enable_i, .monitor_present_i(monitor_present_o), .select_empty_i(!sel_valid && !smp_busy), .hold_o(hold),
    .packet_time_i(smp_desc.time_ns), .packet_tag_o(packet_tag),
    .ctl_valid_o(ctl_valid), .ctl_op_o(ctl_op), .ctl_ready_i(ctl_ready), .done_i(done), .done_ok_i(done_ok),
    .sweep_start_o(sweep_start), .sweep_tag_o(sweep_tag), .sweep_done_i(sweep_done),
    .open_o(open), .asked_o(asked), .closing_label_o(closing_label), .closing_start_o(closing_start),
    .closing_end_o(closing_end), .closing_step_o(closing_step), .closing_o, .flushing_o, .late_o(epoch_late_o)
  );
  assign epoch_open_o = open;

  logic             valid_h, valid_r, valid_c, valid_d, valid_u1, valid_u2, valid_u3, keep;
  fc_core_pkg::op_t op_h, op_r, op_d, op_u2;
  fc_pkg::desc_t    desc_h, desc_r, desc_d;

  fc_issue u_issue (
    .clk_i, .rst_ni, .ctl_valid_i(ctl_valid), .ctl_op_i(ctl_op), .ctl_ready_o(ctl_ready),
    .packet_valid_i(smp_valid), .packet_i(smp_desc), .packet_monitor_i(smp_monitor),
    .packet_immediate_i(|(monitor_immediate_i & (Monitors'(1) << smp_monitor))), .packet_tag_i(packet_tag), .packet_ready_o(smp_ready),
    .sweep_valid_i(sweep_valid), .sweep_tag_i(sweep_tag), .sweep_way_i(sweep_way), .sweep_row_i(sweep_row), .sweep_ready_o(sweep_ready),
    .walk_valid_i(walk_valid), .walk_copy_i(walk_copy), .walk_monitor_i(walk_monitor), .walk_way_i(walk_way), .walk_row_i(walk_row),
    .walk_ready_o(walk_ready),
    .valid_o(valid_h), .op_o(op_h), .desc_o(desc_h)
  );

  // ---------------------------------------------------------------- hash, cache, decide
  logic [VectorBits-1:0]        key_r, key_c, old_vec, vec_u1;
  logic [NumberBits-1:0]        number_u1;
  logic [fc_pkg::HashBits-1:0]  hash_r;
  logic [Window-1:0]            same_key_r, same_key_d, vec_ahead;
  logic [2:0]                   monitor_c, monitor_u1, old_monitor, ring_u1, ring_u2;
  logic [RowBits*Tables-1:0]    rows_d;
  logic [Ways*StateBits-1:0]    state_d;
  logic [Ways*NumberBits-1:0]   age_d;
  logic [Ways-1:0]              raw_hit_d;
  logic [Window*Tables-1:0]     same_row_d;
  logic [Rings-1:0]             popped;
  logic                         busy_hash, busy_cache, busy_decide, busy_update, flush_u1, walk_u1;
  fc_core_pkg::decision_t       dec_u1, dec_u1_valid, dec_u2;

  fc_hash #(.Monitors(Monitors)) u_hash (
    .clk_i, .rst_ni, .monitor_mask_i, .hash_we_i, .hash_position_i, .hash_value_i, .hash_word_i,
    .valid_i(valid_h), .op_i(op_h), .desc_i(desc_h),
    .ahead_valid_i(valid_c), .ahead_monitor_i(monitor_c), .ahead_key_i(key_c),
    .valid_o(valid_r), .op_o(op_r), .desc_o(desc_r), .key_o(key_r), .hash_o(hash_r), .same_key_o(same_key_r), .busy_o(busy_hash)
  );

  always_comb begin : gate
    dec_u1_valid       = dec_u1;
    dec_u1_valid.touch = dec_u1.touch && valid_u1;
  end

  fc_cache #(
    .RowBits(RowBits), .Monitors(Monitors), .Tables(Tables), .Slots(Slots), .Rings(Rings), .PacketBits(PacketBits)
  ) u_cache (
    .clk_i, .rst_ni, .clear_i(clearing_q), .clear_row_i(clear_row_q), .monitor_mask_i,
    .valid_r_i(valid_r), .op_r_i(op_r), .desc_r_i(desc_r), .key_r_i(key_r), .hash_r_i(hash_r), .same_key_r_i(same_key_r),
    .busy_o(busy_cache), .valid_c_o(valid_c), .monitor_c_o(monitor_c), .key_c_o(key_c),
    .valid_d_o(valid_d), .op_d_o(op_d), .desc_d_o(desc_d), .rows_d_o(rows_d), .state_d_o(state_d), .age_d_o(age_d),
    .raw_hit_d_o(raw_hit_d), .same_key_d_o(same_key_d), .same_row_d_o(same_row_d), .keep_i(keep),
    .write_i(dec_u1_valid), .write_number_i(number_u1), .write_monitor_i(monitor_u1), .write_vec_i(vec_u1),
    .old_vec_o(old_vec), .old_monitor_o(old_monitor)
  );

  fc_decide #(
    .RowBits(RowBits), .Rings(Rings), .Tables(Tables), .Slots(Slots), .FifoLog2(FifoLog2), .PacketBits(PacketBits)
  ) u_decide (
    .clk_i, .rst_ni, .valid_i(valid_d), .op_i(op_d), .rows_i(rows_d), .state_i(state_d), .age_i(age_d),
    .raw_hit_i(raw_hit_d), .same_key_i(same_key_d), .same_row_i(same_row_d), .open_tag_i(open[0]), .asked_i(asked),
    .popped_i(popped), .keep_o(keep), .valid_o(valid_u1), .decision_o(dec_u1), .ring_o(ring_u1),
    .vec_ahead_o(vec_ahead), .busy_o(busy_decide)
  );

  fc_sweep #(.RowBits(RowBits), .Tables(Tables), .Slots(Slots)) u_sweep (
    .clk_i, .rst_ni, .clear_i(clearing_q), .clear_row_i(clear_row_q), .start_i(sweep_start), .tag_i(sweep_tag), .done_o(sweep_done),
    .valid_i(valid_u1), .flush_i(flush_u1), .decision_i(dec_u1),
    .req_valid_o(sweep_valid), .req_way_o(sweep_way), .req_row_o(sweep_row), .req_ready_i(sweep_ready)
  );

  fc_walk #(.RowBits(RowBits), .Ways(Ways), .Monitors(Monitors)) u_walk (
    .clk_i, .rst_ni, .clearing_i(clearing_q), .flush_i(flush_monitor_i), .monitor_i(command_monitor_i), .snapshot_i,
    .monitor_enable_i, .present_i(monitor_present_o),
    .req_valid_o(walk_valid), .req_copy_o(walk_copy), .req_monitor_o(walk_monitor), .req_way_o(walk_way), .req_row_o(walk_row),
    .req_ready_i(walk_ready), .valid_i(valid_u1), .mine_i(walk_u1), .decision_i(dec_u1),
    .flushing_o(flushing_monitor_o), .snapshotting_o
  );

  // ---------------------------------------------------------------- update, ledger, records
  fc_core_pkg::delta_t               delta;
  fc_core_pkg::entry_t               entry;
  logic [fc_core_pkg::PacketMax-1:0] packets;
  logic [VectorBits-1:0]             vec;
  logic [2:0]                        monitor, ledger_monitor;
  logic [511:0]                      ledger_set;

  fc_update #(.RowBits(RowBits), .Ways(Ways), .PacketBits(PacketBits)) u_update (
    .clk_i, .rst_ni, .valid_d_i(valid_d), .op_d_i(op_d), .desc_d_i(desc_d),
    .valid_u1_i(valid_u1), .decision_u1_i(dec_u1), .ring_u1_i(ring_u1), .vec_ahead_u1_i(vec_ahead),
    .old_vec_u1_i(old_vec), .old_monitor_u1_i(old_monitor), .flush_u1_o(flush_u1), .walk_u1_o(walk_u1), .number_u1_o(number_u1), .monitor_u1_o(monitor_u1), .vec_u1_o(vec_u1),
    .valid_o(valid_u2), .op_o(op_u2), .decision_o(dec_u2), .ring_o(ring_u2), .delta_o(delta), .packets_o(packets),
    .vec_o(vec), .monitor_o(monitor), .entry_valid_o(valid_u3), .entry_o(entry), .busy_o(busy_update)
  );

  assign unaccounted_o = valid_u3 && entry.refused;

  fc_ledger #(.Monitors(Monitors)) u_ledger (
    .clk_i, .rst_ni, .valid_i(valid_u3), .entry_i(entry), .monitor_i(ledger_monitor), .resident_o(resident), .set_o(ledger_set),
    .latch_i, .index_i(ledger_index_i), .latched_o(ledger_o)
  );

  fc_presence #(.Monitors(Monitors)) u_presence (
    .clk_i, .rst_ni, .before_i(sel_holds | smp_holds), .enter_i(smp_valid && smp_ready), .enter_monitor_i(smp_monitor),
    .leave_i(valid_u3 && entry.selected), .leave_monitor_i(entry.monitor), .resident_i(resident), .present_o(monitor_present_o)
  );

  fc_record #(.Rings(Rings), .FifoLog2(FifoLog2)) u_record (
    .clk_i, .rst_ni, .valid_i(valid_u2), .op_i(op_u2), .decision_i(dec_u2), .ring_i(ring_u2), .delta_i(delta),
    .packets_i(packets), .vec_i(vec), .monitor_i(monitor), .sampler_we_i, .sampler_i, .sampler_id_i(sampler_control_i[fc_regs_pkg::SamplerControlIdLsb +: 8]), .sampler_on_i,
    .open_i(open), .closing_label_i(closing_label),
    .closing_start_i(closing_start), .closing_end_i(closing_end), .closing_step_i(closing_step),
    .ledger_monitor_o(ledger_monitor), .ledger_set_i(ledger_set), .done_o(done), .done_ok_o(done_ok),
    .rec_valid_o, .rec_o, .rec_ready_i, .popped_o(popped)
  );

  assign busy_o = sel_valid || smp_busy || flushing_monitor_o || snapshotting_o || valid_h || busy_hash || busy_cache || valid_d || busy_decide || busy_update || done ||
                  closing_o || flushing_o;

endmodule

`default_nettype wire
