// SPDX-License-Identifier: BSD-2-Clause
// Key masks of all monitors in one register, as the core wants them. A write first fetches the old word, so that the wide
// register only ever takes what a narrow one holds: a model then moves nothing of it while no mask is written.
`default_nettype none

module fc_regs_masks #(
  parameter int unsigned Monitors = 8
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic        wr_valid_i,   // a mask word that is not locked
  input  wire logic [ 2:0] wr_monitor_i,
  input  wire logic [15:0] wr_offset_i,
  input  wire logic [31:0] wr_data_i,
  input  wire logic [31:0] wr_mask_i,

  input  wire logic        rd_valid_i,
  input  wire logic [ 2:0] rd_monitor_i,
  input  wire logic [15:0] rd_offset_i,
  output logic [31:0]      rd_data_o,    // from the clock after rd_valid_i; 0 where there is no mask word

  output logic [Monitors*fc_pkg::VectorBits-1:0] mask_o
);

  localparam int unsigned Words = fc_regs_pkg::MonitorMaskCount;
  localparam int unsigned Shift = $clog2(fc_regs_pkg::MonitorMaskStride);
  localparam int unsigned All   = Monitors * Words;

  logic [All*32-1:0] mask_q;
  logic [31:0]       store_q;
  logic [15:0]       store_at_q, wr_at, rd_at;
  logic              store_we_q;

  assign wr_at = 16'(wr_monitor_i) * 16'(Words) + ((wr_offset_i - fc_regs_pkg::MonitorMaskOffset) >> Shift);
  assign rd_at = 16'(rd_monitor_i) * 16'(Words) + ((rd_offset_i - fc_regs_pkg::MonitorMaskOffset) >> Shift);

  always_ff @(posedge clk_i) begin
    if (wr_valid_i) begin
      store_at_q <= wr_at;
      for (int unsigned i = 0; i < All; i++) begin
        if (wr_at == 16'(i)) store_q <= (mask_q[32*i +: 32] & ~wr_mask_i) | (wr_data_i & wr_mask_i);
      end
    end
    store_we_q <= wr_valid_i && rst_ni;
  end

  // A mask has a reset value in the map, so this is configuration, not data.
  always_ff @(posedge clk_i) begin
    if (store_we_q) begin
      for (int unsigned i = 0; i < All; i++) begin
        if (store_at_q == 16'(i)) mask_q[32*i +: 32] <= store_q;
      end
    end
    if (!rst_ni) mask_q <= {All{fc_regs_pkg::MonitorMaskReset}};
  end

  always_ff @(posedge clk_i) begin
    if (rd_valid_i) begin
      rd_data_o <= '0;
      for (int unsigned i = 0; i < All; i++) begin
        if (rd_offset_i >= fc_regs_pkg::MonitorMaskOffset
            && rd_offset_i < fc_regs_pkg::MonitorMaskOffset + 16'(Words) * fc_regs_pkg::MonitorMaskStride
            && rd_at == 16'(i))
          rd_data_o <= mask_q[32*i +: 32];
      end
    end
  end

  assign mask_o = mask_q;

  // The bus takes two clocks or more from write to write.
  always_ff @(posedge clk_i) if (rst_ni) assert (!(store_we_q && wr_valid_i));

endmodule

`default_nettype wire
