// SPDX-License-Identifier: BSD-2-Clause
// Tells the stress test which packets became operations, for which monitor and epoch.
`default_nettype none

module stress_probe_issue (
  input wire logic          clk_i,
  input wire logic          rst_ni,
  input wire logic          valid_i,
  input wire logic          ready_i,
  input wire fc_pkg::desc_t packet_i,
  input wire logic [2:0]    monitor_i,
  input wire logic          tag_i
);

  import "DPI-C" function void stress_on_issue(input bit [fc_pkg::DescBits-1:0] desc, input int monitor, input int tag);

  always @(posedge clk_i) begin
    if (rst_ni && valid_i && ready_i) stress_on_issue(packet_i, 32'(monitor_i), 32'(tag_i));
  end

endmodule

`default_nettype wire
