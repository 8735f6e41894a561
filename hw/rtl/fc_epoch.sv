// SPDX-License-Identifier: BSD-2-Clause
// Epochs: opens n+1 by card time or when the host asks for a flush, at most one epoch closing beside the open one.
// Closing n-1: guard time, mark through the pipeline, sweep, then for each ring the ledgers and the barrier.
`default_nettype none

module fc_epoch #(
  parameter int unsigned Rings = 1,
  parameter int unsigned Monitors = 8
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                clearing_i,
  input  wire logic [63:0]         time_ns_i,
  input  wire logic                enable_i,
  input  wire logic [5:0]          shift_i,
  input  wire logic [31:0]         guard_ns_i,
  input  wire logic                flush_i,
  input  wire logic [Monitors-1:0] monitor_enable_i,
  input  wire logic [Monitors-1:0] monitor_present_i, // has packets in the cache or on the way to it
  input  wire logic                select_empty_i,
  output logic                     hold_o,          // no packet is to be taken
  input  wire logic [63:0]         packet_time_i,   // of the packet that is about to become an operation
  output logic                     packet_tag_o,
  output logic                     ctl_valid_o,     // mark, ledger, barrier
  output fc_core_pkg::op_t         ctl_op_o,
  input  wire logic                ctl_ready_i,
  input  wire logic                done_i,
  input  wire logic                done_ok_i,
  output logic                     sweep_start_o,
  output logic                     sweep_tag_o,
  input  wire logic                sweep_done_i,
  output logic [31:0]              open_o,
  output logic                     asked_o,         // the closing epoch was closed by a flush
  output logic [63:0]              closing_label_o,
  output logic [63:0]              closing_start_o,
  output logic [63:0]              closing_end_o,
  output logic                     closing_step_o,
  output logic                     closing_o,
  output logic                     flushing_o,
  output logic                     late_o           // the next epoch is due and cannot open: one is being closed
);

  typedef enum logic [3:0] {StNone, StOpen, StPause, StGuard, StMark, StMarked, StSweep, StLedger, StLedgerDone, StBarrier, StBarrierDone} state_e;

  state_e      state_d, state_q;
  logic [63:0] time_q, now_q, label_now_q, start_q, label_q, old_start_q, old_label_q;
  logic [31:0] open_q;
  logic        asked_q, step_q, passed_q, flush_q;
  logic [2:0]  monitor_q, ring_q;
  logic [Monitors-1:0] due_q;
  logic        first, next, back, forward, over, last_monitor, last_ring, monitor_on;

  // Card time, and its label a clock later together with the time it belongs to.
  always_ff @(posedge clk_i) begin
    time_q      <= time_ns_i;
    now_q       <= time_q;
    label_now_q <= time_q >> shift_i;
  end

  assign forward = label_now_q > label_q;
  assign back    = label_now_q < label_q && label_q - label_now_q > 64'd1;
  assign over    = flush_q || asked_q || now_q < start_q || now_q - start_q >= 64'(guard_ns_i);
  assign last_monitor = monitor_q == 3'(Monitors - 1);
  assign last_ring    = ring_q == 3'(Rings - 1);
  // A monitor that was switched off has ledgers as long as packets of it came out since the last.
  assign monitor_on   = due_q[monitor_q[(Monitors > 1 ? $clog2(Monitors) : 1)-1:0]];

  always_comb begin : step
    state_d       = state_q;
    first         = 1'b0;
    next          = 1'b0;
    sweep_start_o = 1'b0;
    case (state_q)
      StNone: begin
        first = enable_i && !clearing_i && !flush_q;
        if (first) state_d = StOpen;
      end
      StOpen: begin
        next = !flush_q && enable_i && (forward || back);
        if (flush_q) state_d = StPause;
        else if (next) state_d = StGuard;
      end
      StPause: begin  // what was taken before the flush belongs to the epoch that is flushed
        next = select_empty_i;
        if (next) state_d = StMark;
      end
      StGuard:      if (over) state_d = StMark;
      StMark:       if (ctl_valid_o && ctl_ready_i) state_d = StMarked;
      StMarked: begin
        sweep_start_o = done_i;
        if (done_i) state_d = StSweep;
      end
      StSweep:      if (sweep_done_i) state_d = StLedger;
      StLedger: begin
        if (!monitor_on) state_d = last_monitor ? StBarrier : StLedger;
        else if (ctl_ready_i) state_d = StLedgerDone;
      end
      StLedgerDone: if (done_i) state_d = (done_ok_i && last_monitor) ? StBarrier : StLedger;
      StBarrier:    if (ctl_ready_i) state_d = StBarrierDone;
      default: begin
        if (done_i && !done_ok_i) state_d = StBarrier;
        else if (done_i) state_d = last_ring ? StOpen : StLedger;
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    if (flush_i) flush_q <= 1'b1;
    else if (state_q == StNone || (state_q == StPause && next)) flush_q <= 1'b0;
    if (first || next) begin
      start_q     <= now_q;
      label_q     <= label_now_q;
      old_start_q <= start_q;
      old_label_q <= label_q;
      step_q      <= back;
      asked_q     <= state_q == StPause;
      passed_q    <= first;
    end
    if (next) open_q <= open_q + 32'd1;
    if (state_q == StMark && state_d == StMarked) passed_q <= 1'b1;
    if (state_q == StLedger && !monitor_on || state_q == StLedgerDone && done_i && done_ok_i) monitor_q <= last_monitor ? '0 : monitor_q + 1'b1;
    if (state_q == StBarrierDone && done_i && done_ok_i) begin
      ring_q  <= last_ring ? '0 : ring_q + 1'b1;
      if (last_ring) asked_q <= 1'b0;
    end
    due_q <= due_q | monitor_enable_i | monitor_present_i;
    if (state_q == StBarrierDone && state_d == StOpen) due_q <= monitor_enable_i | monitor_present_i;
    if (!rst_ni) begin
      state_q   <= StNone;
      open_q    <= '0;
      flush_q   <= 1'b0;
      asked_q   <= 1'b0;
      passed_q  <= 1'b1;
      monitor_q <= '0;
      ring_q    <= '0;
      due_q     <= '0;
    end
  end

  // The mark goes between packets: taking stops until the last one taken has become operations.
  assign hold_o       = state_q == StNone ? enable_i : (state_q == StPause || state_q == StMark);
  assign packet_tag_o = open_q[0] ^ (!passed_q && packet_time_i < start_q);

  always_comb begin : control
    ctl_op_o         = '0;
    ctl_valid_o      = 1'b0;
    ctl_op_o.tag     = ~open_q[0];
    ctl_op_o.monitor = monitor_q;
    ctl_op_o.ring    = ring_q;
    case (state_q)
      StMark: begin
        ctl_valid_o   = select_empty_i;
        ctl_op_o.kind = fc_core_pkg::OpMark;
      end
      StLedger: begin
        ctl_valid_o   = monitor_on;
        ctl_op_o.kind = fc_core_pkg::OpLedger;
      end
      StBarrier: begin
        ctl_valid_o   = 1'b1;
        ctl_op_o.kind = fc_core_pkg::OpBarrier;
      end
      default: ;
    endcase
  end

  assign sweep_tag_o     = ~open_q[0];
  assign open_o          = open_q;
  assign asked_o         = asked_q;
  assign closing_label_o = old_label_q;
  assign closing_start_o = old_start_q;
  assign closing_end_o   = start_q;
  assign closing_step_o  = step_q;
  assign closing_o       = state_q != StNone && state_q != StOpen;
  assign late_o          = closing_o && enable_i && (forward || back);
  assign flushing_o      = flush_q || asked_q || (state_q == StPause);

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && next) assert (state_q == StOpen || state_q == StPause) else $error("fc_epoch: an epoch opened while one was closing");
    if (rst_ni && done_i) assert (state_q == StMarked || state_q == StLedgerDone || state_q == StBarrierDone) else $error("fc_epoch: an answer nobody waits for");
  end
`endif

endmodule

`default_nettype wire
