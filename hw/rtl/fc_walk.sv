// SPDX-License-Identifier: BSD-2-Clause
// COMMAND.flush_monitor and COMMAND.snapshot: names every slot of the cache once, in idle slots of the pipeline. A slot that
// found no place in the FIFO is tried again until it does; what was named behind it meanwhile is named again, so a copy may
// come twice, an emission cannot. A monitor that is disabled is walked again until nothing of it is left.
`default_nettype none

module fc_walk #(
  parameter int unsigned RowBits = 9,
  parameter int unsigned Ways = 8,
  parameter int unsigned Monitors = 8
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic                   clearing_i,
  input  wire logic                   flush_i,
  input  wire logic [2:0]             monitor_i,
  input  wire logic                   snapshot_i,
  input  wire logic [Monitors-1:0]    monitor_enable_i,
  input  wire logic [Monitors-1:0]    present_i,   // packets of that monitor are in the cache or on the way to it
  output logic                        req_valid_o,
  output logic                        req_copy_o,
  output logic [2:0]                  req_monitor_o,
  output logic [fc_core_pkg::WayBits-1:0] req_way_o,
  output logic [fc_core_pkg::RowMax-1:0]  req_row_o,
  input  wire logic                   req_ready_i,
  input  wire logic                   valid_i,     // U1
  input  wire logic                   mine_i,      // ... it is one of ours
  input  wire fc_core_pkg::decision_t decision_i,
  output logic                        flushing_o,
  output logic                        snapshotting_o
);

  localparam int unsigned WayLog2 = $clog2(Ways);
  localparam int unsigned PlaceBits = RowBits + WayLog2;
  localparam int unsigned MonitorBits = (Monitors > 1) ? $clog2(Monitors) : 1;

  // StDrain waits for what is under way; StAgain and StAnswer try one slot by itself.
  typedef enum logic [2:0] {StIdle, StClear, StWalk, StDrain, StAgain, StAnswer} state_e;

  state_e               state_d, state_q;
  logic [PlaceBits-1:0] at_q, failed_at_q, named;
  logic                 copy_q, failed_q, start, granted, answer, failure, pass_over, left_over;
  logic [2:0]           monitor_q;
  logic [4:0]           flying_q;

  assign start     = state_q == StIdle && (flush_i || snapshot_i);
  assign answer    = valid_i && mine_i;
  assign failure   = answer && decision_i.failed;
  assign granted   = req_valid_o && req_ready_i;

  assign named         = (state_q == StAgain) ? failed_at_q : at_q;
  assign req_valid_o   = state_q == StWalk || state_q == StAgain;
  assign req_copy_o    = copy_q;
  assign req_monitor_o = monitor_q;
  assign req_way_o     = fc_core_pkg::WayBits'(named[WayLog2-1:0]);
  assign req_row_o     = fc_core_pkg::RowMax'(named[PlaceBits-1:WayLog2]);

  always_comb begin : step
    state_d   = state_q;
    pass_over = 1'b0;
    left_over = 1'b0;
    case (state_q)
      StIdle:  if (start) state_d = StClear;
      StClear: if (!clearing_i) state_d = StWalk;
      StWalk:  if (failure || (granted && at_q == '1)) state_d = StDrain;
      StDrain: begin
        if (flying_q == '0) begin
          left_over = !copy_q && !monitor_enable_i[monitor_q[MonitorBits-1:0]] && present_i[monitor_q[MonitorBits-1:0]];
          pass_over = !failed_q;
          state_d   = failed_q ? StAgain : left_over ? StWalk : StIdle;
        end
      end
      StAgain: if (granted) state_d = StAnswer;
      default: begin
        if (failure) state_d = StAgain;
        else if (answer) state_d = (failed_at_q == '1) ? StDrain : StWalk;
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (start || state_q != StIdle) begin
      state_q  <= state_d;
      flying_q <= flying_q + 5'(granted) - 5'(answer);
      if (start || pass_over) begin
        at_q     <= '0;
        failed_q <= 1'b0;
      end else if (state_q == StWalk && granted) at_q <= at_q + 1'b1;
      if (start) begin
        copy_q    <= snapshot_i;
        monitor_q <= monitor_i;
      end
      if (failure && !failed_q) begin
        failed_q    <= 1'b1;
        failed_at_q <= {decision_i.row[RowBits-1:0], decision_i.way[WayLog2-1:0]};
      end
      if (state_q == StAnswer && answer && !failure) begin
        failed_q <= 1'b0;
        at_q     <= failed_at_q + 1'b1;
      end
    end
    if (!rst_ni) begin
      state_q  <= StIdle;
      flying_q <= '0;
      failed_q <= 1'b0;
    end
  end

  assign flushing_o     = state_q != StIdle && !copy_q;
  assign snapshotting_o = state_q != StIdle && copy_q;

  logic unused;
  assign unused = ^{decision_i, monitor_q};  // most of the decision is for the update stages

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!((flush_i || snapshot_i) && state_q != StIdle)) else $error("fc_walk: asked for while at work");
    if (rst_ni) assert (!(answer && flying_q == '0)) else $error("fc_walk: an answer that nobody waits for");
  end
`endif

endmodule

`default_nettype wire
