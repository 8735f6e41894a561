// SPDX-License-Identifier: BSD-2-Clause
// Word address -> which array of registers, which element of it, which register inside. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_decode #(
  parameter int unsigned Ports    = 1,
  parameter int unsigned Rings    = 1,
  parameter int unsigned Monitors = 8
) (
  input  wire logic [13:0] word_i,

  output logic        is_global_o,
  output logic        is_ring_o,
  output logic        is_monitor_o,
  output logic        is_ledger_o,
  output logic        is_port_o,
  output logic        is_sampler_o,
  output logic [6:0]  sampler_o,    // {monitor, direction, port}
  output logic [2:0]  element_o,
  output logic [15:0] offset_o      // octets from the start of the element, or from 0
);

  localparam int unsigned RingShift    = $clog2(fc_regs_pkg::RingStride);
  localparam int unsigned MonitorShift = $clog2(fc_regs_pkg::MonitorStride);
  localparam int unsigned LedgerShift  = $clog2(fc_regs_pkg::LedgerStride);
  localparam int unsigned PortShift    = $clog2(fc_regs_pkg::PortStride);
  localparam int unsigned SamplerShift = $clog2(fc_regs_pkg::SamplerStride);

  // Each array starts at a multiple of its whole length, so that its bits of an address are told apart without an adder.
  localparam logic [15:0] RingOctets    = 16'(fc_regs_pkg::RingCount) * fc_regs_pkg::RingStride;
  localparam logic [15:0] MonitorOctets = 16'(fc_regs_pkg::MonitorCount) * fc_regs_pkg::MonitorStride;
  localparam logic [15:0] LedgerOctets  = 16'(fc_regs_pkg::LedgerCount) * fc_regs_pkg::LedgerStride;
  localparam logic [15:0] PortOctets    = 16'(fc_regs_pkg::PortCount) * fc_regs_pkg::PortStride;
  localparam logic [15:0] SamplerOctets = 16'(fc_regs_pkg::SamplerCount) * fc_regs_pkg::SamplerStride;

  if ((fc_regs_pkg::RingOffset & (RingOctets - 16'd1)) != 0 || (fc_regs_pkg::MonitorOffset & (MonitorOctets - 16'd1)) != 0
      || (fc_regs_pkg::LedgerOffset & (LedgerOctets - 16'd1)) != 0 || (fc_regs_pkg::PortOffset & (PortOctets - 16'd1)) != 0
      || (fc_regs_pkg::SamplerOffset & (SamplerOctets - 16'd1)) != 0) begin : gen_bad_map
    $error("fc_regs_decode: an array of the register map does not start at a multiple of its length");
  end

  logic [15:0] addr, at_ring, at_monitor, at_ledger, at_port, at_sampler;

  assign addr       = {word_i, 2'b00};
  assign at_ring    = addr & (RingOctets - 16'd1);
  assign at_monitor = addr & (MonitorOctets - 16'd1);
  assign at_ledger  = addr & (LedgerOctets - 16'd1);
  assign at_port    = addr & (PortOctets - 16'd1);
  assign at_sampler = addr & (SamplerOctets - 16'd1);

  assign is_global_o  = addr < fc_regs_pkg::RingOffset;
  assign is_ring_o    = (addr & ~(RingOctets - 16'd1)) == fc_regs_pkg::RingOffset
                        && at_ring < 16'(Rings) * fc_regs_pkg::RingStride;
  assign is_monitor_o = (addr & ~(MonitorOctets - 16'd1)) == fc_regs_pkg::MonitorOffset
                        && at_monitor < 16'(Monitors) * fc_regs_pkg::MonitorStride;
  assign is_ledger_o  = (addr & ~(LedgerOctets - 16'd1)) == fc_regs_pkg::LedgerOffset
                        && at_ledger < 16'(Monitors) * fc_regs_pkg::LedgerStride;
  assign is_port_o    = (addr & ~(PortOctets - 16'd1)) == fc_regs_pkg::PortOffset
                        && at_port < 16'(Ports) * fc_regs_pkg::PortStride;

  // The samplers of monitors and ports that the build lacks are not there; those are no contiguous places.
  assign sampler_o    = 7'(at_sampler >> SamplerShift);
  assign is_sampler_o = (addr & ~(SamplerOctets - 16'd1)) == fc_regs_pkg::SamplerOffset
                        && 4'(sampler_o[6:4]) < 4'(Monitors) && 4'(sampler_o[2:0]) < 4'(Ports);

  always_comb begin
    element_o = 3'd0;
    offset_o  = addr;
    if (is_ring_o) begin
      element_o = 3'(at_ring >> RingShift);
      offset_o  = at_ring & (fc_regs_pkg::RingStride - 16'd1);
    end else if (is_monitor_o) begin
      element_o = 3'(at_monitor >> MonitorShift);
      offset_o  = at_monitor & (fc_regs_pkg::MonitorStride - 16'd1);
    end else if (is_ledger_o) begin
      element_o = 3'(at_ledger >> LedgerShift);
      offset_o  = at_ledger & (fc_regs_pkg::LedgerStride - 16'd1);
    end else if (is_port_o) begin
      element_o = 3'(at_port >> PortShift);
      offset_o  = at_port & (fc_regs_pkg::PortStride - 16'd1);
    end else if (is_sampler_o) begin
      offset_o  = at_sampler & (fc_regs_pkg::SamplerStride - 16'd1);
    end
  end

endmodule

`default_nettype wire
