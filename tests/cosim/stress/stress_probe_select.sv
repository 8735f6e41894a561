// SPDX-License-Identifier: BSD-2-Clause
// Tells the stress test which descriptors the core takes (one that met a full FIFO never comes here) and when it is reset.
`default_nettype none

module stress_probe_select #(
  parameter int unsigned Ports = 1,
  parameter int unsigned Monitors = 8
) (
  input wire logic                              clk_i,
  input wire logic                              rst_ni,
  input wire logic                              enable_i,
  input wire logic [Monitors-1:0]               monitor_enable_i,
  input wire logic [Ports-1:0]                  valid_i,
  input wire logic [Ports-1:0]                  ready_i,
  input wire logic [Ports*fc_pkg::DescBits-1:0] desc_i
);

  import "DPI-C" function void stress_on_reset();
  import "DPI-C" function void stress_on_accept(input int port, input int enabled, input int on, input bit [fc_pkg::DescBits-1:0] desc);

  always @(posedge clk_i) begin
    if (!rst_ni) stress_on_reset();
    for (int unsigned p = 0; p < Ports; p++) begin
      if (rst_ni && valid_i[p] && ready_i[p]) stress_on_accept(p, 32'(enable_i), 32'(monitor_enable_i), desc_i[p*fc_pkg::DescBits +: fc_pkg::DescBits]);
    end
  end

endmodule

`default_nettype wire
