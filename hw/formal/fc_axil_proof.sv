// SPDX-License-Identifier: BSD-2-Clause
// fc_axil: the rules of the bus, exactly one write strobe a write and one read request a read with the right address and
// data, the right word as answer, and no output that follows an input within the clock.
`default_nettype none

module fc_axil_proof (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic [15:0] awaddr_i,
  input wire logic        awvalid_i,
  input wire logic [31:0] wdata_i,
  input wire logic [ 3:0] wstrb_i,
  input wire logic        wvalid_i,
  input wire logic        bready_i,
  input wire logic [15:0] araddr_i,
  input wire logic        arvalid_i,
  input wire logic        rready_i,
  input wire logic [31:0] rd_data_i,
  input wire logic        fork_i,     // from here on the twin sees other inputs
  input wire logic [ 4:0] other_i
);

  localparam int unsigned ReadClocks = 2;

  logic awready, wready, bvalid, arready, rvalid, wr_valid, rd_valid, busy;
  logic [1:0] bresp, rresp;
  logic [31:0] rdata, wr_data, wr_mask;
  logic [13:0] wr_word, rd_word;

  fc_axil #(.ReadClocks(ReadClocks)) u_dut (
    .clk_i, .rst_ni, .s_axil_awaddr_i(awaddr_i), .s_axil_awvalid_i(awvalid_i), .s_axil_awready_o(awready),
    .s_axil_wdata_i(wdata_i), .s_axil_wstrb_i(wstrb_i), .s_axil_wvalid_i(wvalid_i), .s_axil_wready_o(wready),
    .s_axil_bresp_o(bresp), .s_axil_bvalid_o(bvalid), .s_axil_bready_i(bready_i),
    .s_axil_araddr_i(araddr_i), .s_axil_arvalid_i(arvalid_i), .s_axil_arready_o(arready),
    .s_axil_rdata_o(rdata), .s_axil_rresp_o(rresp), .s_axil_rvalid_o(rvalid), .s_axil_rready_i(rready_i),
    .wr_valid_o(wr_valid), .wr_word_o(wr_word), .wr_data_o(wr_data), .wr_mask_o(wr_mask),
    .rd_valid_o(rd_valid), .rd_word_o(rd_word), .rd_data_i, .busy_o(busy)
  );

  fc_axil_rules #(.WriteClocks(2), .ReadClocks(ReadClocks + 2)) u_rules (
    .clk_i, .rst_ni, .awaddr_i, .awvalid_i, .awready_i(awready), .wdata_i, .wstrb_i, .wvalid_i, .wready_i(wready),
    .bresp_i(bresp), .bvalid_i(bvalid), .bready_i, .araddr_i, .arvalid_i, .arready_i(arready),
    .rdata_i(rdata), .rresp_i(rresp), .rvalid_i(rvalid), .rready_i
  );

  // ---------------------------------------------------------------- what comes out on the register side
  logic [13:0] aw_q, ar_q;
  logic [31:0] data_q, mask_q, answer_q;
  logic        aw_there_q, w_there_q, b_owed_q, ar_there_q, counting_q;
  logic [ 2:0] count_q;

  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready) aw_q <= awaddr_i[15:2];
    if (wvalid_i && wready) data_q <= wdata_i;
    if (wvalid_i && wready) mask_q <= {{8{wstrb_i[3]}}, {8{wstrb_i[2]}}, {8{wstrb_i[1]}}, {8{wstrb_i[0]}}};
    if (arvalid_i && arready) ar_q <= araddr_i[15:2];
    aw_there_q <= (awvalid_i && awready) || (aw_there_q && !wr_valid);
    w_there_q  <= (wvalid_i && wready) || (w_there_q && !wr_valid);
    b_owed_q   <= wr_valid || (b_owed_q && !(bvalid && bready_i));
    ar_there_q <= (arvalid_i && arready) || (ar_there_q && !rd_valid);
    count_q    <= rd_valid ? 3'd1 : count_q + 3'd1;
    counting_q <= rd_valid || (counting_q && count_q != 3'(ReadClocks));
    if ((rd_valid && ReadClocks == 0) || (counting_q && count_q == 3'(ReadClocks))) answer_q <= rd_data_i;
    if (!rst_ni) begin
      aw_there_q <= 1'b0;
      w_there_q  <= 1'b0;
      b_owed_q   <= 1'b0;
      ar_there_q <= 1'b0;
      counting_q <= 1'b0;
    end
  end

  // ---------------------------------------------------------------- a twin that differs in the inputs of one clock
  logic forked_q = 1'b0;
  logic tawready, twready, tbvalid, tarready, trvalid, fork_now;
  logic [31:0] trdata;
  assign fork_now = fork_i || forked_q;
  always_ff @(posedge clk_i) forked_q <= fork_now;

  fc_axil #(.ReadClocks(ReadClocks)) u_twin (
    .clk_i, .rst_ni, .s_axil_awaddr_i(awaddr_i), .s_axil_awvalid_i(awvalid_i ^ (fork_now && other_i[0])), .s_axil_awready_o(tawready),
    .s_axil_wdata_i(wdata_i), .s_axil_wstrb_i(wstrb_i), .s_axil_wvalid_i(wvalid_i ^ (fork_now && other_i[1])), .s_axil_wready_o(twready),
    .s_axil_bresp_o(), .s_axil_bvalid_o(tbvalid), .s_axil_bready_i(bready_i ^ (fork_now && other_i[2])),
    .s_axil_araddr_i(araddr_i), .s_axil_arvalid_i(arvalid_i ^ (fork_now && other_i[3])), .s_axil_arready_o(tarready),
    .s_axil_rdata_o(trdata), .s_axil_rresp_o(), .s_axil_rvalid_o(trvalid), .s_axil_rready_i(rready_i ^ (fork_now && other_i[4])),
    .wr_valid_o(), .wr_word_o(), .wr_data_o(), .wr_mask_o(), .rd_valid_o(), .rd_word_o(), .rd_data_i(rd_data_i ^ {32{fork_now}}), .busy_o()
  );

  logic live_q = 1'b0;
  always_ff @(posedge clk_i) live_q <= live_q || !rst_ni;
  always_comb begin
    if (live_q && rst_ni) begin
      if (wr_valid) assert (aw_there_q && w_there_q && wr_word == aw_q && wr_data == data_q && wr_mask == mask_q);
      if (bvalid) assert (b_owed_q);
      if (wr_valid) assert (!b_owed_q || bvalid);
      if (rd_valid) assert (ar_there_q && rd_word == ar_q);
      if (rvalid) assert (!counting_q && !ar_there_q && rdata == answer_q);
      if (!forked_q) assert ({tawready, twready, tbvalid, tarready, trvalid} == {awready, wready, bvalid, arready, rvalid});
      if (!forked_q && rvalid) assert (trdata == rdata);
    end
  end

endmodule

`default_nettype wire
