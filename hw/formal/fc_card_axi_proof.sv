// SPDX-License-Identifier: BSD-2-Clause
// fc_card: the rules of both buses at the card's own pins, from the first clock after power-up, with its reset and
// COMMAND.reset at any time. Looked into are registers' bus, reset and DMA; core, ports and the registers themselves may put
// out anything in each step, so no configuration, command or record is left out.
`default_nettype none

module fc_card_axi_proof (
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
  input wire logic        host_awready_i,
  input wire logic        host_wready_i,
  input wire logic [ 1:0] host_bresp_i,
  input wire logic        host_bvalid_i,
  input wire logic [ 1:0] irq_ack_i,
  input wire logic        bus_master_i
);

  localparam int unsigned Rings = 2;
  localparam int unsigned Outstanding = 2;
  localparam logic [511:0] Watched = 512'hf;

  (* anyconst *) logic [2:0] max_payload;

  logic         awready, wready, bvalid, arready, rvalid, awvalid, wlast, wvalid, bready, begins, beat;
  logic [  1:0] bresp, rresp, awburst;
  logic [ 31:0] rdata;
  logic [  3:0] awid;
  logic [ 63:0] awaddr, wstrb;
  logic [  7:0] awlen;
  logic [  2:0] awsize;
  logic [511:0] wdata;

  fc_card #(.Rings(Rings)) u_dut (
    .clk_i, .rst_ni, .clk_mac_i(1'b0), .rst_mac_ni(1'b1), .s_axis_rx_tdata_i('0), .s_axis_rx_tkeep_i('0), .s_axis_rx_tvalid_i(1'b0),
    .s_axis_rx_tlast_i(1'b0), .s_axis_rx_tuser_err_i(1'b0), .s_axis_rx_tuser_time_ns_i('0), .m_axis_tx_tdata_o(), .m_axis_tx_tkeep_o(),
    .m_axis_tx_tvalid_o(), .m_axis_tx_tlast_o(), .m_axis_tx_tuser_err_o(),
    .s_axil_awaddr_i(awaddr_i), .s_axil_awprot_i('0), .s_axil_awvalid_i(awvalid_i), .s_axil_awready_o(awready),
    .s_axil_wdata_i(wdata_i), .s_axil_wstrb_i(wstrb_i), .s_axil_wvalid_i(wvalid_i), .s_axil_wready_o(wready),
    .s_axil_bresp_o(bresp), .s_axil_bvalid_o(bvalid), .s_axil_bready_i(bready_i),
    .s_axil_araddr_i(araddr_i), .s_axil_arprot_i('0), .s_axil_arvalid_i(arvalid_i), .s_axil_arready_o(arready),
    .s_axil_rdata_o(rdata), .s_axil_rresp_o(rresp), .s_axil_rvalid_o(rvalid), .s_axil_rready_i(rready_i),
    .m_axi_host_awid_o(awid), .m_axi_host_awaddr_o(awaddr), .m_axi_host_awlen_o(awlen), .m_axi_host_awsize_o(awsize),
    .m_axi_host_awburst_o(awburst), .m_axi_host_awvalid_o(awvalid), .m_axi_host_awready_i(host_awready_i),
    .m_axi_host_wdata_o(wdata), .m_axi_host_wstrb_o(wstrb), .m_axi_host_wlast_o(wlast), .m_axi_host_wvalid_o(wvalid),
    .m_axi_host_wready_i(host_wready_i), .m_axi_host_bid_i(4'd0), .m_axi_host_bresp_i(host_bresp_i), .m_axi_host_bvalid_i(host_bvalid_i),
    .m_axi_host_bready_o(bready), .irq_req_o(), .irq_ack_i, .cfg_max_payload_i(max_payload), .cfg_bus_master_i(bus_master_i),
    .cfg_link_up_i(1'b1), .time_ns_i('0)
  );

  fc_axil_rules #(.WriteClocks(2), .ReadClocks(6)) u_slave (
    .clk_i, .rst_ni, .awaddr_i, .awvalid_i, .awready_i(awready), .wdata_i, .wstrb_i, .wvalid_i, .wready_i(wready),
    .bresp_i(bresp), .bvalid_i(bvalid), .bready_i, .araddr_i, .arvalid_i, .arready_i(arready),
    .rdata_i(rdata), .rresp_i(rresp), .rvalid_i(rvalid), .rready_i
  );

  fc_axi_rules #(.MaxOpen(Outstanding), .Watched(Watched)) u_master (
    .clk_i, .rst_ni, .max_payload_i(max_payload), .awid_i(awid), .awaddr_i(awaddr), .awlen_i(awlen), .awsize_i(awsize),
    .awburst_i(awburst), .awvalid_i(awvalid), .awready_i(host_awready_i), .wdata_i(wdata), .wstrb_i(wstrb), .wlast_i(wlast),
    .wvalid_i(wvalid), .wready_i(host_wready_i), .bresp_i(host_bresp_i), .bvalid_i(host_bvalid_i), .bready_i(bready),
    .begins_o(begins), .beat_o(beat)
  );

  // A response is taken at once, so no slave can wait for the card while the card waits for it.
  always_comb assert (bready);

endmodule

`default_nettype wire
