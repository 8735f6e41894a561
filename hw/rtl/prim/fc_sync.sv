// SPDX-License-Identifier: BSD-2-Clause
// Two flip-flops in the clock of the receiver. Every bit crosses by itself: a word must be gray coded or quasi-static.
`default_nettype none

module fc_sync #(
  parameter int unsigned Width = 1
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic [Width-1:0] d_i,
  output logic      [Width-1:0] q_o
);

  (* ASYNC_REG = "TRUE" *) logic [Width-1:0] first_q;
  (* ASYNC_REG = "TRUE" *) logic [Width-1:0] second_q;

  always_ff @(posedge clk_i) begin
    first_q  <= d_i;
    second_q <= first_q;
    if (!rst_ni) begin
      first_q  <= '0;
      second_q <= '0;
    end
  end

  assign q_o = second_q;

endmodule

`default_nettype wire
