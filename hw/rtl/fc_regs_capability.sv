// SPDX-License-Identifier: BSD-2-Clause
// The capability list: what this build can do, as a chain of the places of the register file CAPABILITY, in the order
// of their numbers. Places behind the last one read 0. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_capability #(
  parameter logic [7:0]   Built = 8'd0,   // bit n: this build has the capability with the number n; bit 0 is 0
  parameter logic [255:0] Data  = 256'd0  // 32 bits for each number
) (
  input  wire logic [15:0] offset_i,      // of a register, octets
  output logic [31:0]      head_o,        // CAPABILITIES
  output logic [31:0]      data_o         // the place that stands at offset_i, 0 without one
);

  if (Built[0]) begin : gen_bad_built
    $error("fc_regs_capability: number 0 is none");
  end

  logic [15:0] place, next;
  logic        last;

  assign head_o = (Built == 8'd0) ? 32'd0 : 32'(fc_regs_pkg::CapabilityOffset);

  always_comb begin
    data_o = '0;
    place  = fc_regs_pkg::CapabilityOffset;
    next   = '0;
    last   = 1'b0;
    if (offset_i >= fc_regs_pkg::CapabilityOffset) begin
      for (int unsigned id = 1; id < 8; id++) begin
        if (Built[id]) begin
          last = (Built >> (id + 1)) == 8'd0;
          next = place + fc_regs_pkg::CapabilityStride;
          if (offset_i == place + fc_regs_pkg::CapabilityHeaderOffset)
            data_o = (last ? 32'd0 : 32'(next) << fc_regs_pkg::CapabilityHeaderNextLsb)
                     | (32'd1 << fc_regs_pkg::CapabilityHeaderVersionLsb)
                     | (32'(id) << fc_regs_pkg::CapabilityHeaderIdLsb);
          if (offset_i == place + fc_regs_pkg::CapabilityDataOffset) data_o = Data[32*id +: 32];
          place = next;
        end
      end
    end
  end

endmodule

`default_nettype wire
