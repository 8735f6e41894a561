// SPDX-License-Identifier: BSD-2-Clause
// Simple dual-port RAM, one clock: one write port, one read port with a registered output that keeps its value while
// re_i is 0; neither port works while en_i is 0. A read in the clock of a write to the same address gives the old word. Contents are undefined at power-up.
`default_nettype none

module fc_ram #(
  parameter int unsigned Width = 32,
  parameter int unsigned AddrBits = 9
) (
  input  wire logic                clk_i,
  input  wire logic                en_i,
  input  wire logic                we_i,
  input  wire logic [AddrBits-1:0] waddr_i,
  input  wire logic [Width-1:0]    wdata_i,
  input  wire logic                re_i,
  input  wire logic [AddrBits-1:0] raddr_i,
  output logic [Width-1:0]         rdata_o
);

  logic [Width-1:0] mem [1 << AddrBits];

  // Nothing else sees the memory, and it is read before it is written: a blocking write is as good, and spares the
  // simulator a copy of the word.
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (re_i) rdata_o <= mem[raddr_i];
      /* verilator lint_off BLKSEQ */
      if (we_i) mem[waddr_i] = wdata_i;
      /* verilator lint_on BLKSEQ */
    end
  end

endmodule

`default_nettype wire
