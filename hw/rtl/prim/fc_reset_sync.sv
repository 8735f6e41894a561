// SPDX-License-Identifier: BSD-2-Clause
// A reset asked for in another clock, brought into this one; active low, synchronous at both ends.
`default_nettype none

module fc_reset_sync (
  input  wire logic clk_i,
  input  wire logic rst_ni,    // this clock's own reset
  input  wire logic other_ni,  // from a flip-flop of another clock, active for several clocks of this one
  output logic      rst_no
);

  logic other_n, rst_nq;

  fc_sync #(.Width(1)) u_sync (.clk_i, .rst_ni, .d_i(other_ni), .q_o(other_n));

  // fc_sync comes out of reset with 0, which here means reset for two clocks more.
  always_ff @(posedge clk_i) rst_nq <= rst_ni && other_n;

  assign rst_no = rst_nq && rst_ni;

endmodule

`default_nettype wire
