// SPDX-License-Identifier: BSD-2-Clause
// The decoder with a register behind it: where an access goes, from the clock after valid_i on until the next one.
// Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_place #(
  parameter int unsigned Ports    = 1,
  parameter int unsigned Rings    = 1,
  parameter int unsigned Monitors = 8
) (
  input  wire logic        clk_i,
  input  wire logic [13:0] word_i,
  input  wire logic        valid_i,

  output logic        is_global_o,
  output logic        is_ring_o,
  output logic        is_monitor_o,
  output logic        is_ledger_o,
  output logic        is_port_o,
  output logic        is_sampler_o,
  output logic [6:0]  sampler_o,
  output logic [2:0]  element_o,
  output logic [15:0] offset_o
);

  logic        is_global, is_ring, is_monitor, is_ledger, is_port, is_sampler;
  logic [6:0]  sampler;
  logic [2:0]  element;
  logic [15:0] offset;

  fc_regs_decode #(.Ports(Ports), .Rings(Rings), .Monitors(Monitors)) u_decode (
    .word_i, .is_global_o(is_global), .is_ring_o(is_ring), .is_monitor_o(is_monitor), .is_ledger_o(is_ledger),
    .is_port_o(is_port), .is_sampler_o(is_sampler), .sampler_o(sampler), .element_o(element), .offset_o(offset)
  );

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      is_global_o  <= is_global;
      is_ring_o    <= is_ring;
      is_monitor_o <= is_monitor;
      is_ledger_o  <= is_ledger;
      is_port_o    <= is_port;
      is_sampler_o <= is_sampler;
      sampler_o    <= sampler;
      element_o    <= element;
      offset_o     <= offset;
    end
  end

endmodule

`default_nettype wire
