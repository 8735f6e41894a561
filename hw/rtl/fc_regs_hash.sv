// SPDX-License-Identifier: BSD-2-Clause
// Write window into the hash tables: address that counts up, low word, high word that stores. Locked while the card is
// enabled: a table that changes under resident flows would lose them. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_hash (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic        wr_valid_i,   // the address is one of the three registers
  input  wire logic [15:0] wr_offset_i,
  input  wire logic [31:0] wr_data_i,
  input  wire logic [31:0] wr_mask_i,
  output logic             bad_address_o,
  output logic [31:0]      addr_o,

  output logic             hash_we_o,
  output logic [ 6:0]      hash_position_o,
  output logic [ 7:0]      hash_value_o,
  output logic [63:0]      hash_word_o
);

  localparam int unsigned ValueLsb    = fc_regs_pkg::HashAddrValueLsb;
  localparam int unsigned PositionLsb = fc_regs_pkg::HashAddrPositionLsb;
  localparam int unsigned AddrBits    = PositionLsb + fc_regs_pkg::HashAddrPositionWidth;

  logic [AddrBits-1:0] addr_q;
  logic [31:0]         low_q, high_q;
  logic                we_q, store;

  // Positions beyond the key have no table.
  assign store         = wr_offset_i == fc_regs_pkg::HashHighOffset;
  assign bad_address_o = store && 32'(addr_q[AddrBits-1:PositionLsb]) >= fc_pkg::KeyOctets;

  always_ff @(posedge clk_i) begin
    we_q <= 1'b0;
    if (we_q) addr_q <= addr_q + AddrBits'(1);
    if (wr_valid_i && !bad_address_o) begin
      we_q <= store;
      if (store) high_q <= (high_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
      else if (wr_offset_i == fc_regs_pkg::HashLowOffset) low_q <= (low_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
      else addr_q <= (addr_q & ~wr_mask_i[AddrBits-1:0]) | (wr_data_i[AddrBits-1:0] & wr_mask_i[AddrBits-1:0]);
    end
    if (!rst_ni) begin
      we_q   <= 1'b0;
      addr_q <= fc_regs_pkg::HashAddrReset[AddrBits-1:0];
      low_q  <= fc_regs_pkg::HashLowReset;
      high_q <= fc_regs_pkg::HashHighReset;
    end
  end

  assign addr_o          = 32'(addr_q);
  assign hash_we_o       = we_q;
  assign hash_position_o = addr_q[PositionLsb +: fc_regs_pkg::HashAddrPositionWidth];
  assign hash_value_o    = addr_q[ValueLsb +: fc_regs_pkg::HashAddrValueWidth];
  assign hash_word_o     = {high_q, low_q};

  // The bus takes two clocks or more from write to write, so a store is over before the address can be written.
  always_ff @(posedge clk_i) if (rst_ni) assert (!(we_q && wr_valid_i));

endmodule

`default_nettype wire
