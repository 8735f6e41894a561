// SPDX-License-Identifier: BSD-2-Clause
// One latch of all 64-bit counters: the request goes to core and ports in the same clock, card time is taken with it,
// and the sequence grows when the last source (a port in a clock of its own, the samplers) has said that its copy stands.
`default_nettype none

module fc_regs_latch #(
  parameter int unsigned Sources = 1
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,
  input  wire logic clear_i,           // the card's reset drops a latch that is under way

  input  wire logic             request_i,
  output logic                  latch_o,
  input  wire logic [Sources-1:0] done_i,    // each a pulse
  input  wire logic [63:0]      time_ns_i,
  output logic                  latching_o,
  output logic [31:0]           sequence_o,
  output logic [63:0]           time_o
);

  logic [Sources-1:0] pending_q;
  logic             latch_q, busy_q;
  logic [31:0]      sequence_q;
  logic [63:0]      time_q;

  always_ff @(posedge clk_i) begin
    latch_q <= request_i && !busy_q && !clear_i;
    if (request_i && !busy_q) begin
      busy_q    <= 1'b1;
      pending_q <= '1;
      time_q    <= time_ns_i;
    end else if (busy_q) begin
      pending_q <= pending_q & ~done_i;
      if (pending_q == '0) begin
        busy_q     <= 1'b0;
        sequence_q <= sequence_q + 32'd1;
      end
    end
    if (clear_i) busy_q <= 1'b0;
    if (!rst_ni) begin
      latch_q    <= 1'b0;
      busy_q     <= 1'b0;
      sequence_q <= '0;
      time_q     <= '0;
    end
  end

  assign latch_o    = latch_q;
  assign latching_o = busy_q;
  assign sequence_o = sequence_q;
  assign time_o     = time_q;

endmodule

`default_nettype wire
