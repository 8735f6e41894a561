// SPDX-License-Identifier: BSD-2-Clause
// Tells the stress test, in the order of the operations, which packets were refused.
`default_nettype none

module stress_probe_ledger (
  input wire logic                clk_i,
  input wire logic                rst_ni,
  input wire logic                valid_i,
  input wire fc_core_pkg::entry_t entry_i
);

  import "DPI-C" function void stress_on_done(input int refused);

  always @(posedge clk_i) begin
    if (rst_ni && valid_i && entry_i.selected) stress_on_done(32'(entry_i.refused));
  end

endmodule

`default_nettype wire
