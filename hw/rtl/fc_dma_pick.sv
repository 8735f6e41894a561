// SPDX-License-Identifier: BSD-2-Clause
// Round robin over the rings, in three classes: a status line that is due, then records, then a status line of a ring
// that has gone idle. The choice is registered, so that rec_ready does not depend on rec_valid. Page: docs/hw/dma.md
`default_nettype none

module fc_dma_pick #(
  parameter int unsigned Rings = 1
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic             allow_i,       // choose at all
  input  wire logic [Rings-1:0] status_now_i,
  input  wire logic [Rings-1:0] record_i,
  input  wire logic [Rings-1:0] status_idle_i,
  input  wire logic             taken_i,       // the choice is used up

  output logic             valid_o,
  output logic             status_o,           // else a record
  output logic [Rings-1:0] ring_o              // one hot
);

  logic             valid_q, status_q, any_now, any_record, any;
  logic [Rings-1:0] ring_q, asking, above, masked, first;

  assign any_now    = |status_now_i;
  assign any_record = |record_i;
  assign any        = any_now || any_record || (|status_idle_i);
  assign asking     = any_now ? status_now_i : any_record ? record_i : status_idle_i;

  // Rings above the last one served come first; x & -x is the lowest bit set.
  assign above  = ~(ring_q | (ring_q - Rings'(1)));
  assign masked = asking & above;
  assign first  = (masked != '0) ? masked & (~masked + Rings'(1)) : asking & (~asking + Rings'(1));

  always_ff @(posedge clk_i) begin
    if (!valid_q) begin
      if (allow_i && any) begin
        valid_q  <= 1'b1;
        status_q <= any_now || !any_record;
        ring_q   <= first;
      end
    end else if (taken_i || !allow_i) begin
      valid_q <= 1'b0;
    end
    if (!rst_ni) begin
      valid_q <= 1'b0;
      ring_q  <= Rings'(1);
    end
  end

  assign valid_o  = valid_q;
  assign status_o = status_q;
  assign ring_o   = ring_q;

endmodule

`default_nettype wire
