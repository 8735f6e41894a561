// SPDX-License-Identifier: BSD-2-Clause
// SAMPLER.CONTROL of all samplers, index {monitor, direction, port}. A write fetches the old word, merges, and stores a clock
// later; the core takes it in the same clock and starts the sampler anew. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_sampler (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic        wr_valid_i,   // a sampler that the build has
  input  wire logic [ 6:0] wr_sampler_i,
  input  wire logic [15:0] wr_offset_i,
  input  wire logic [31:0] wr_data_i,
  input  wire logic [31:0] wr_mask_i,
  output logic             bad_address_o,

  input  wire logic        rd_valid_i,
  input  wire logic [ 6:0] rd_sampler_i,
  output logic [31:0]      rd_data_o,    // CONTROL, from the clock after rd_valid_i

  output logic         we_o,
  output logic [6:0]   sampler_o,
  output logic [31:0]  control_o,
  output logic [127:0] on_o              // mode is not off
);

  localparam int unsigned Samplers = fc_regs_pkg::SamplerCount;
  localparam logic [31:0] Bits =
      (((32'd1 << fc_regs_pkg::SamplerControlModeWidth) - 32'd1) << fc_regs_pkg::SamplerControlModeLsb)
      | (((32'd1 << fc_regs_pkg::SamplerControlIdWidth) - 32'd1) << fc_regs_pkg::SamplerControlIdLsb)
      | (((32'd1 << fc_regs_pkg::SamplerControlWindowWidth) - 32'd1) << fc_regs_pkg::SamplerControlWindowLsb);

  if (Samplers != 128 || fc_regs_pkg::SamplerControlReset != 32'd0) begin : gen_bad_map
    $error("fc_regs_sampler: 128 samplers that are off after a reset were expected");
  end

  logic [31:0]         words [Samplers];
  logic [Samplers-1:0] written_q, on_q;     // a word not written since reset counts as 0
  logic [31:0]         store_q, old;
  logic [6:0]          store_at_q;
  logic                store_we_q, write;

  assign write         = wr_valid_i && wr_offset_i == fc_regs_pkg::SamplerControlOffset;
  assign bad_address_o = wr_offset_i != fc_regs_pkg::SamplerControlOffset;
  assign old           = written_q[wr_sampler_i] ? words[wr_sampler_i] : 32'd0;

  always_ff @(posedge clk_i) begin
    if (write) begin
      store_q    <= ((old & ~wr_mask_i) | (wr_data_i & wr_mask_i)) & Bits;
      store_at_q <= wr_sampler_i;
    end
    if (store_we_q) words[store_at_q] <= store_q;
  end

  always_ff @(posedge clk_i) begin
    store_we_q <= write;
    if (store_we_q) begin
      written_q[store_at_q] <= 1'b1;
      on_q[store_at_q]      <= store_q[fc_regs_pkg::SamplerControlModeLsb +: fc_regs_pkg::SamplerControlModeWidth] != fc_regs_pkg::SamplerModeOff;
    end
    if (!rst_ni) begin
      store_we_q <= 1'b0;
      written_q  <= '0;
      on_q       <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rd_valid_i) rd_data_o <= written_q[rd_sampler_i] ? words[rd_sampler_i] : 32'd0;
  end

  assign we_o      = store_we_q;
  assign sampler_o = store_at_q;
  assign control_o = store_q;
  assign on_o      = on_q;

  // The bus takes two clocks or more from write to write.
  always_ff @(posedge clk_i) if (rst_ni) assert (!(store_we_q && write));

endmodule

`default_nettype wire
