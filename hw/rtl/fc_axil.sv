// SPDX-License-Identifier: BSD-2-Clause
// AXI4-Lite slave: turns bus transfers into one write strobe and one read request at a time. Page: docs/hw/registers-block.md
`default_nettype none

module fc_axil #(
    parameter int unsigned ReadClocks = 4  // from rd_addr_o to rd_data_i
) (
    input  wire logic        clk_i,
    input  wire logic        rst_ni,
    input  wire logic [15:0] s_axil_awaddr_i,
    input  wire logic        s_axil_awvalid_i,
    output logic             s_axil_awready_o,
    input  wire logic [31:0] s_axil_wdata_i,
    input  wire logic [ 3:0] s_axil_wstrb_i,
    input  wire logic        s_axil_wvalid_i,
    output logic             s_axil_wready_o,
    output logic [ 1:0]      s_axil_bresp_o,
    output logic             s_axil_bvalid_o,
    input  wire logic        s_axil_bready_i,
    input  wire logic [15:0] s_axil_araddr_i,
    input  wire logic        s_axil_arvalid_i,
    output logic             s_axil_arready_o,
    output logic [31:0]      s_axil_rdata_o,
    output logic [ 1:0]      s_axil_rresp_o,
    output logic             s_axil_rvalid_o,
    input  wire logic        s_axil_rready_i,

    output logic             wr_valid_o,  // one clock; address, data and mask stand beside it
    output logic [13:0]      wr_word_o,
    output logic [31:0]      wr_data_o,
    output logic [31:0]      wr_mask_o,   // byte strobes, spread to bits
    output logic             rd_valid_o,  // one clock; the answer stands ReadClocks later
    output logic [13:0]      rd_word_o,
    input  wire logic [31:0] rd_data_i,
    output logic             busy_o
);
  localparam logic [1:0] Okay = 2'b00;
  localparam int unsigned CountBits = 3;

  if (ReadClocks < 1 || ReadClocks >= (1 << CountBits)) begin : gen_bad_read_clocks
    $error("fc_axil: ReadClocks is out of range");
  end

  logic aw_full_q, w_full_q, rd_busy_q, rd_first_q;
  // Low before the first reset too, so that no master ever sees an answer that it did not ask for.
  logic bvalid_q = 1'b0;
  logic rvalid_q = 1'b0;
  logic [CountBits-1:0] rd_count_q;
  logic [13:0] aw_word_q, ar_word_q;
  logic [31:0] w_data_q, rdata_q;
  logic [ 3:0] w_strb_q;
  logic wr_go;

  // Each channel has a place of its own, so no ready waits for a valid, its own or another channel's.
  assign s_axil_awready_o = !aw_full_q;
  assign s_axil_wready_o  = !w_full_q;
  assign s_axil_bvalid_o  = bvalid_q;
  assign s_axil_bresp_o   = Okay;
  assign s_axil_arready_o = !rd_busy_q;
  assign s_axil_rvalid_o  = rvalid_q;
  assign s_axil_rdata_o   = rdata_q;
  assign s_axil_rresp_o   = Okay;

  assign wr_go      = aw_full_q && w_full_q && !bvalid_q;
  assign wr_valid_o = wr_go;
  assign wr_word_o  = aw_word_q;
  assign wr_data_o  = w_data_q;
  assign wr_mask_o  = {{8{w_strb_q[3]}}, {8{w_strb_q[2]}}, {8{w_strb_q[1]}}, {8{w_strb_q[0]}}};
  assign rd_valid_o = rd_first_q;
  assign rd_word_o  = ar_word_q;
  assign busy_o     = aw_full_q || w_full_q || bvalid_q || rd_busy_q
                      || s_axil_awvalid_i || s_axil_wvalid_i || s_axil_arvalid_i;

  // Bits 1:0 of an address only say which bytes are meant; the strobes say so for writes.
  logic unused_low;
  assign unused_low = ^{s_axil_awaddr_i[1:0], s_axil_araddr_i[1:0]};

  always_ff @(posedge clk_i) begin
    if (s_axil_awvalid_i && !aw_full_q) aw_word_q <= s_axil_awaddr_i[15:2];
    if (s_axil_wvalid_i && !w_full_q) begin
      w_data_q <= s_axil_wdata_i;
      w_strb_q <= s_axil_wstrb_i;
    end
    if (wr_go) aw_full_q <= 1'b0;
    else if (s_axil_awvalid_i) aw_full_q <= 1'b1;
    if (wr_go) w_full_q <= 1'b0;
    else if (s_axil_wvalid_i) w_full_q <= 1'b1;
    if (wr_go) bvalid_q <= 1'b1;
    else if (s_axil_bready_i) bvalid_q <= 1'b0;
    if (!rst_ni) begin
      aw_full_q <= 1'b0;
      w_full_q  <= 1'b0;
      bvalid_q  <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    rd_first_q <= 1'b0;
    if (!rd_busy_q) begin
      if (s_axil_arvalid_i) begin
        ar_word_q  <= s_axil_araddr_i[15:2];
        rd_busy_q  <= 1'b1;
        rd_first_q <= 1'b1;
        rd_count_q <= CountBits'(ReadClocks);
      end
    end else if (!rvalid_q) begin
      rd_count_q <= rd_count_q - CountBits'(1);
      if (rd_count_q == '0) begin
        rvalid_q <= 1'b1;
        rdata_q  <= rd_data_i;
      end
    end else if (s_axil_rready_i) begin
      rvalid_q  <= 1'b0;
      rd_busy_q <= 1'b0;
    end
    if (!rst_ni) begin
      rd_busy_q  <= 1'b0;
      rd_first_q <= 1'b0;
      rvalid_q   <= 1'b0;
    end
  end

  // An answer that was offered stays until it is taken.
  logic was_b_q, was_r_q;
  always_ff @(posedge clk_i) begin
    was_b_q <= rst_ni && bvalid_q && !s_axil_bready_i;
    was_r_q <= rst_ni && rvalid_q && !s_axil_rready_i;
    if (was_b_q && rst_ni) assert (bvalid_q);
    if (was_r_q && rst_ni) assert (rvalid_q);
  end

endmodule

`default_nettype wire
