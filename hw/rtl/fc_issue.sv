// SPDX-License-Identifier: BSD-2-Clause
// Head of the pipeline: one operation a clock out of control operations (few, first), packets, and what goes through the
// cache (sweeper, walk), which takes the slots that packets leave and one in 16 when they leave none.
`default_nettype none

module fc_issue (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                ctl_valid_i,
  input  wire fc_core_pkg::op_t    ctl_op_i,
  output logic                     ctl_ready_o,
  input  wire logic                packet_valid_i,
  input  wire fc_pkg::desc_t       packet_i,
  input  wire logic [2:0]          packet_monitor_i,
  input  wire logic                packet_immediate_i,
  input  wire logic                packet_tag_i,
  output logic                     packet_ready_o,
  input  wire logic                sweep_valid_i,
  input  wire logic                sweep_tag_i,
  input  wire logic [fc_core_pkg::WayBits-1:0] sweep_way_i,
  input  wire logic [fc_core_pkg::RowMax-1:0]  sweep_row_i,
  output logic                     sweep_ready_o,
  input  wire logic                walk_valid_i,
  input  wire logic                walk_copy_i,
  input  wire logic [2:0]          walk_monitor_i,
  input  wire logic [fc_core_pkg::WayBits-1:0] walk_way_i,
  input  wire logic [fc_core_pkg::RowMax-1:0]  walk_row_i,
  output logic                     walk_ready_o,
  output logic                     valid_o,
  output fc_core_pkg::op_t         op_o,
  output fc_pkg::desc_t            desc_o
);

  fc_core_pkg::op_t op;
  logic [15:0]      number_q;
  logic [3:0]       waited_q;   // packets that went before a waiting sweep or walk
  logic [3:0]       sweeps_q;   // sweeps that went before a waiting walk
  logic [3:0]       sweep_urgent_q, walk_urgent_q;  // of each since its last urgent operation
  logic             low_valid, low_ready, walk_turn, sweep_goes, walk_goes, starved, packet_goes;

  assign low_valid      = sweep_valid_i || walk_valid_i;
  // Not looking at the requests, whose answer would come late in the clock. If the one that waited has gone (a walk that
  // stops), one slot stays empty.
  assign starved        = waited_q == 4'd15;
  assign low_ready      = !ctl_valid_i && (!packet_valid_i || starved);
  assign walk_turn      = !sweep_valid_i || sweeps_q == 4'd15;
  assign ctl_ready_o    = 1'b1;
  assign packet_ready_o = !ctl_valid_i && !starved;
  assign sweep_ready_o  = low_ready && sweeps_q != 4'd15;
  assign walk_ready_o   = low_ready && walk_turn;
  assign packet_goes    = packet_valid_i && packet_ready_o;
  assign sweep_goes     = sweep_valid_i && sweep_ready_o;
  assign walk_goes      = walk_valid_i && walk_ready_o;

  always_comb begin : choose
    op = ctl_op_i;
    if (!ctl_valid_i) begin
      op         = '0;
      op.number  = number_q;
      op.kind    = packet_immediate_i ? fc_core_pkg::OpImmediate : fc_core_pkg::OpPacket;
      op.monitor = packet_monitor_i;
      op.tag     = packet_tag_i;
      if (!packet_goes && walk_turn) begin
        op.kind    = walk_copy_i ? fc_core_pkg::OpCopy : fc_core_pkg::OpDrain;
        op.monitor = walk_monitor_i;
        op.tag     = 1'b0;
        op.way     = walk_way_i;
        op.row     = walk_row_i;
        op.urgent  = starved || walk_urgent_q == 4'd15;
      end else if (!packet_goes) begin
        op.kind   = fc_core_pkg::OpFlush;
        op.tag    = sweep_tag_i;
        op.way    = sweep_way_i;
        op.row    = sweep_row_i;
        op.urgent = starved || sweep_urgent_q == 4'd15;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    valid_o <= ctl_valid_i || packet_goes || sweep_goes || walk_goes;
    if (ctl_valid_i || packet_goes || sweep_goes || walk_goes) op_o <= op;
    if (packet_goes) begin
      desc_o   <= packet_i;
      number_q <= number_q + 1'b1;
    end
    if (!rst_ni) begin
      valid_o  <= 1'b0;
      number_q <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!low_valid || sweep_goes || walk_goes) waited_q <= '0;
    else if (packet_goes) waited_q <= waited_q + 1'b1;
    if (!walk_valid_i || walk_goes) sweeps_q <= '0;
    else if (sweep_goes) sweeps_q <= sweeps_q + 1'b1;
    if (sweep_goes) sweep_urgent_q <= op.urgent ? '0 : sweep_urgent_q + 1'b1;
    if (walk_goes) walk_urgent_q <= op.urgent ? '0 : walk_urgent_q + 1'b1;
    if (!rst_ni) begin
      waited_q       <= '0;
      sweeps_q       <= '0;
      sweep_urgent_q <= '0;
      walk_urgent_q  <= '0;
    end
  end

endmodule

`default_nettype wire
