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
  input  wire logic        wr_look_i,    // a write to a monitor; whether its mask is locked comes late, so the old word is fetched before
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

  localparam int unsigned Words     = fc_regs_pkg::MonitorMaskCount;
  localparam int unsigned FirstWord = 32'(fc_regs_pkg::MonitorMaskOffset) / 4;  // of the monitor's registers
  localparam int unsigned All       = Monitors * Words;

  if (fc_regs_pkg::MonitorMaskStride != 4 || FirstWord + Words > 32) begin : gen_bad_map
    $error("fc_regs_masks: mask words were expected one after the other among a monitor's first 32 words");
  end

  // A place is {monitor, word of its registers}: compared as it comes, which takes no adder.
  logic [All*32-1:0] mask_q;
  logic [31:0]       store_q, old;
  logic [7:0]        store_at_q, wr_at, rd_at;
  logic              store_we_q;

  assign wr_at = {wr_monitor_i, wr_offset_i[6:2]};
  assign rd_at = {rd_monitor_i, rd_offset_i[6:2]};

  always_comb begin
    old = '0;
    for (int unsigned m = 0; m < Monitors; m++) begin
      for (int unsigned w = 0; w < Words; w++) begin
        if (wr_look_i && wr_at == {3'(m), 5'(FirstWord + w)}) old = old | mask_q[32*(m*Words + w) +: 32];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (wr_valid_i) begin
      store_at_q <= wr_at;
      store_q    <= (old & ~wr_mask_i) | (wr_data_i & wr_mask_i);
    end
    store_we_q <= wr_valid_i && rst_ni;
  end

  // A mask has a reset value in the map, so this is configuration, not data.
  always_ff @(posedge clk_i) begin
    if (store_we_q) begin
      for (int unsigned m = 0; m < Monitors; m++) begin
        for (int unsigned w = 0; w < Words; w++) begin
          if (store_at_q == {3'(m), 5'(FirstWord + w)}) mask_q[32*(m*Words + w) +: 32] <= store_q;
        end
      end
    end
    if (!rst_ni) mask_q <= {All{fc_regs_pkg::MonitorMaskReset}};
  end

  always_ff @(posedge clk_i) begin
    if (rd_valid_i) begin
      rd_data_o <= '0;
      for (int unsigned m = 0; m < Monitors; m++) begin
        for (int unsigned w = 0; w < Words; w++) begin
          if (rd_at == {3'(m), 5'(FirstWord + w)}) rd_data_o <= mask_q[32*(m*Words + w) +: 32];
        end
      end
    end
  end

  // Which monitor was decoded before; what lies below a word does not count.
  logic unused_offset;
  assign unused_offset = ^{wr_offset_i[15:7], wr_offset_i[1:0], rd_offset_i[15:7], rd_offset_i[1:0]};

  assign mask_o = mask_q;

  // The bus takes two clocks or more from write to write.
  always_ff @(posedge clk_i) if (rst_ni) assert (!(store_we_q && wr_valid_i));

endmodule

`default_nettype wire
