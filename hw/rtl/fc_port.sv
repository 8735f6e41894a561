// SPDX-License-Identifier: BSD-2-Clause
// One ingress port, from the MAC's stream to descriptors in the core clock, with its counters. Nothing stalls the wire:
// a packet that finds the descriptor FIFO full is counted as missed (and as its verdict).
`default_nettype none

module fc_port #(
  parameter int unsigned HeaderWindow = 192,
  parameter int unsigned PortNumber   = 0,
  parameter int unsigned FifoLog2     = 6
) (
  // MAC clock. Octet n of a beat is bits [8n+:8]; tuser counts with tlast; tlast with tkeep 0: nothing more in this beat.
  input  wire logic clk_mac_i,
  input  wire logic rst_mac_ni,
  input  wire logic [511:0] s_axis_rx_tdata_i,
  input  wire logic [63:0] s_axis_rx_tkeep_i,
  input  wire logic s_axis_rx_tvalid_i,
  input  wire logic s_axis_rx_tlast_i,
  input  wire logic s_axis_rx_tuser_err_i,
  input  wire logic [63:0] s_axis_rx_tuser_time_ns_i,

  // Core clock.
  input  wire logic clk_core_i,
  input  wire logic rst_core_ni,
  input  wire logic enable_i,            // quasi-static; a frame that began while disabled is not counted at all

  output logic      desc_valid_o,
  output fc_pkg::desc_t desc_o,
  input  wire logic desc_ready_i,

  input  wire logic latch_i,             // pulse; one within a latch is answered by that latch
  output logic      latch_done_o,        // pulse: the snapshot is complete
  input  wire logic [5:0] counter_index_i,
  output logic      missed_o,            // pulse: descriptors were missed; one pulse may stand for many
  output logic      [63:0] counter_o,    // 0 frames, 1 octets, 2 missed, 6 + v verdict v, else 0; 0 before the first latch

  output logic      mac_busy_o,          // the MAC clock has work; derived from both clocks, for a clock gate or a model
  output logic      busy_o               // core clock: a descriptor may still come
);

  // ---------------------------------------------------------------- MAC clock
  logic        enable_mac, fe_busy, frame, full, push, missed, mac_busy_q;
  logic [4:0]  verdict;
  logic [19:0] frame_len;
  fc_pkg::desc_t fe_desc;

  fc_sync u_sync_enable (.clk_i(clk_mac_i), .rst_ni(rst_mac_ni), .d_i(enable_i), .q_o(enable_mac));

  fc_frontend #(.HeaderWindow(HeaderWindow), .PortNumber(PortNumber)) u_frontend (
    .clk_i(clk_mac_i), .rst_ni(rst_mac_ni), .enable_i(enable_mac),
    .tdata_i(s_axis_rx_tdata_i), .tkeep_i(s_axis_rx_tkeep_i), .tvalid_i(s_axis_rx_tvalid_i),
    .tlast_i(s_axis_rx_tlast_i), .terr_i(s_axis_rx_tuser_err_i), .ttime_ns_i(s_axis_rx_tuser_time_ns_i),
    .busy_o(fe_busy), .frame_o(frame), .verdict_o(verdict), .frame_len_o(frame_len), .desc_o(fe_desc)
  );

  assign push   = frame && verdict == fc_regs_pkg::VerdictFlow && !full;
  assign missed = frame && verdict == fc_regs_pkg::VerdictFlow && full;

  // A latch asked for in the core clock travels as a change of level, there and back.
  logic ask_q, answer_q, ask_seen, latch_mac, latch_mac_q, latch_busy, latch_done_mac;

  fc_sync u_sync_ask (.clk_i(clk_mac_i), .rst_ni(rst_mac_ni), .d_i(ask_q), .q_o(ask_seen));

  assign latch_mac = ask_seen != answer_q && !latch_mac_q && !latch_busy;

  always_ff @(posedge clk_mac_i) begin
    latch_mac_q <= latch_mac;
    mac_busy_q  <= fe_busy;
    if (latch_done_mac) answer_q <= ask_seen;
    if (!rst_mac_ni) begin
      latch_mac_q <= 1'b0;
      mac_busy_q  <= 1'b0;
      answer_q    <= 1'b0;
    end
  end

  // Misses travel as a change of level too: what is missed while one is under way makes the next.
  logic pend_q, tell_q, told_mac, told;

  fc_sync u_sync_told_mac (.clk_i(clk_mac_i), .rst_ni(rst_mac_ni), .d_i(told), .q_o(told_mac));

  always_ff @(posedge clk_mac_i) begin
    pend_q <= missed || (pend_q && tell_q != told_mac);
    if (pend_q && tell_q == told_mac) tell_q <= !tell_q;
    if (!rst_mac_ni) begin
      pend_q <= 1'b0;
      tell_q <= 1'b0;
    end
  end

  logic [63:0] counter;

  fc_verdict_counters u_counters (
    .clk_i(clk_mac_i), .rst_ni(rst_mac_ni),
    .count_i(frame), .verdict_i(verdict), .octets_i(frame_len), .missed_i(missed),
    .latch_i(latch_mac_q), .busy_o(latch_busy), .done_o(latch_done_mac),
    .index_i(counter_index_i), .value_o(counter)
  );

  // ---------------------------------------------------------------- crossing
  logic fifo_busy, answer_seen, mac_busy_seen;

  fc_async_fifo #(.Width(fc_pkg::DescBits), .Log2(FifoLog2)) u_fifo (
    .clk_wr_i(clk_mac_i), .rst_wr_ni(rst_mac_ni), .push_i(push), .data_i(fe_desc), .full_o(full),
    .clk_rd_i(clk_core_i), .rst_rd_ni(rst_core_ni), .valid_o(desc_valid_o), .data_o(desc_o), .ready_i(desc_ready_i),
    .busy_o(fifo_busy)
  );

  fc_sync u_sync_answer (.clk_i(clk_core_i), .rst_ni(rst_core_ni), .d_i(answer_q), .q_o(answer_seen));
  // Falls at least one MAC clock after the last push, so the FIFO shows that push before this falls.
  fc_sync u_sync_busy (.clk_i(clk_core_i), .rst_ni(rst_core_ni), .d_i(mac_busy_q), .q_o(mac_busy_seen));

  // ---------------------------------------------------------------- core clock
  fc_sync u_sync_told (.clk_i(clk_core_i), .rst_ni(rst_core_ni), .d_i(tell_q), .q_o(told));

  logic answer_seen_q, latched_q, told_q;

  always_ff @(posedge clk_core_i) begin
    answer_seen_q <= answer_seen;
    told_q        <= told;
    if (latch_i && ask_q == answer_seen) ask_q <= !ask_q;
    if (latch_done_o) latched_q <= 1'b1;
    if (!rst_core_ni) begin
      answer_seen_q <= 1'b0;
      told_q        <= 1'b0;
      ask_q         <= 1'b0;
      latched_q     <= 1'b0;
    end
  end

  assign latch_done_o = answer_seen != answer_seen_q;
  assign missed_o     = told != told_q;
  assign counter_o    = latched_q ? counter : 64'd0;
  assign busy_o       = mac_busy_seen || fifo_busy;
  assign mac_busy_o   = fe_busy || mac_busy_q || ask_q != answer_q || enable_i != enable_mac
                        || pend_q || tell_q != told_mac;

endmodule

`default_nettype wire
