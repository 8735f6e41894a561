// SPDX-License-Identifier: BSD-2-Clause
// The registers of one monitor, and the lock on its mask (whose bits are in fc_regs_masks). Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_monitor (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic        wr_valid_i,
  input  wire logic [15:0] wr_offset_i,
  input  wire logic [31:0] wr_data_i,
  input  wire logic [31:0] wr_mask_i,
  output logic             bad_address_o,
  output logic             wrong_state_o,
  output logic             mask_write_o, // this clock's write goes into the mask
  input  wire logic        present_i,    // the monitor has packets in the cache or on the way to it

  input  wire logic        rd_valid_i,
  input  wire logic [15:0] rd_offset_i,
  output logic [31:0]      rd_data_o,    // from the clock after rd_valid_i

  output logic             enable_o,
  output logic             ipv4_o,
  output logic             ipv6_o,
  output logic             immediate_o,
  output logic [31:0]      ports_o,
  output logic [31:0]      ports_out_o
);

  localparam int unsigned Words = fc_regs_pkg::MonitorMaskCount;
  localparam int unsigned FirstWord = 32'(fc_regs_pkg::MonitorMaskOffset) / 4;
  localparam int unsigned Bits  = 4;  // enable, ipv4, ipv6, immediate

  if (Words * 32 != fc_pkg::VectorBits || fc_regs_pkg::MonitorControlImmediateLsb != Bits - 1
      || fc_regs_pkg::MonitorStride != 16'h80) begin : gen_bad_map
    $error("fc_regs_monitor: the register map and fc_pkg disagree");
  end

  logic [Bits-1:0]       control_q;
  logic [31:0]           ports_q, ports_out_q;
  logic [4:0]            wr_word;
  logic                  wr_is_mask;

  assign wr_word    = wr_offset_i[6:2];
  assign wr_is_mask = wr_word >= 5'(FirstWord) && wr_word < 5'(FirstWord + Words);

  assign mask_write_o  = wr_valid_i && wr_is_mask && !wrong_state_o;
  assign wrong_state_o = wr_is_mask && (control_q[fc_regs_pkg::MonitorControlEnableLsb] || present_i);
  assign bad_address_o = !wr_is_mask && wr_offset_i != fc_regs_pkg::MonitorControlOffset
                         && wr_offset_i != fc_regs_pkg::MonitorPortsOffset && wr_offset_i != fc_regs_pkg::MonitorPortsOutOffset;

  always_ff @(posedge clk_i) begin
    if (wr_valid_i) begin
      if (wr_offset_i == fc_regs_pkg::MonitorControlOffset)
        control_q <= (control_q & ~wr_mask_i[Bits-1:0]) | (wr_data_i[Bits-1:0] & wr_mask_i[Bits-1:0]);
      if (wr_offset_i == fc_regs_pkg::MonitorPortsOffset)
        ports_q <= (ports_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
      if (wr_offset_i == fc_regs_pkg::MonitorPortsOutOffset)
        ports_out_q <= (ports_out_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
    end
    if (!rst_ni) begin
      control_q   <= fc_regs_pkg::MonitorControlReset[Bits-1:0];
      ports_q     <= fc_regs_pkg::MonitorPortsReset;
      ports_out_q <= fc_regs_pkg::MonitorPortsOutReset;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rd_valid_i) begin
      rd_data_o <= '0;
      if (rd_offset_i == fc_regs_pkg::MonitorControlOffset) rd_data_o <= 32'(control_q);
      if (rd_offset_i == fc_regs_pkg::MonitorPortsOffset) rd_data_o <= ports_q;
      if (rd_offset_i == fc_regs_pkg::MonitorPortsOutOffset) rd_data_o <= ports_out_q;
    end
  end

  assign enable_o    = control_q[fc_regs_pkg::MonitorControlEnableLsb];
  assign ipv4_o      = control_q[fc_regs_pkg::MonitorControlIpv4Lsb];
  assign ipv6_o      = control_q[fc_regs_pkg::MonitorControlIpv6Lsb];
  assign immediate_o = control_q[fc_regs_pkg::MonitorControlImmediateLsb];
  assign ports_o     = ports_q;
  assign ports_out_o = ports_out_q;

endmodule

`default_nettype wire
