// SPDX-License-Identifier: BSD-2-Clause
// A small card with the names that bus models look for: no suffixes, one port, one ring.
`default_nettype none

module card_top (
  input  wire logic         clk,
  input  wire logic         rst_n,
  input  wire logic         clk_mac,
  input  wire logic         rst_mac_n,

  input  wire logic [511:0] s_axis_rx_tdata,
  input  wire logic [63:0]  s_axis_rx_tkeep,
  input  wire logic         s_axis_rx_tvalid,
  input  wire logic         s_axis_rx_tlast,
  input  wire logic [64:0]  s_axis_rx_tuser,   // error, time in ns
  output logic [511:0]      m_axis_tx_tdata,
  output logic [63:0]       m_axis_tx_tkeep,
  output logic              m_axis_tx_tvalid,
  output logic              m_axis_tx_tlast,
  output logic              m_axis_tx_tuser,

  input  wire logic [15:0]  s_axil_awaddr,
  input  wire logic [ 2:0]  s_axil_awprot,
  input  wire logic         s_axil_awvalid,
  output logic              s_axil_awready,
  input  wire logic [31:0]  s_axil_wdata,
  input  wire logic [ 3:0]  s_axil_wstrb,
  input  wire logic         s_axil_wvalid,
  output logic              s_axil_wready,
  output logic [ 1:0]       s_axil_bresp,
  output logic              s_axil_bvalid,
  input  wire logic         s_axil_bready,
  input  wire logic [15:0]  s_axil_araddr,
  input  wire logic [ 2:0]  s_axil_arprot,
  input  wire logic         s_axil_arvalid,
  output logic              s_axil_arready,
  output logic [31:0]       s_axil_rdata,
  output logic [ 1:0]       s_axil_rresp,
  output logic              s_axil_rvalid,
  input  wire logic         s_axil_rready,

  output logic [  3:0]      m_axi_host_awid,
  output logic [ 63:0]      m_axi_host_awaddr,
  output logic [  7:0]      m_axi_host_awlen,
  output logic [  2:0]      m_axi_host_awsize,
  output logic [  1:0]      m_axi_host_awburst,
  output logic              m_axi_host_awvalid,
  input  wire logic         m_axi_host_awready,
  output logic [511:0]      m_axi_host_wdata,
  output logic [ 63:0]      m_axi_host_wstrb,
  output logic              m_axi_host_wlast,
  output logic              m_axi_host_wvalid,
  input  wire logic         m_axi_host_wready,
  input  wire logic [3:0]   m_axi_host_bid,
  input  wire logic [1:0]   m_axi_host_bresp,
  input  wire logic         m_axi_host_bvalid,
  output logic              m_axi_host_bready,

  output logic              irq_req,
  input  wire logic         irq_ack,
  input  wire logic [63:0]  time_ns
);

  fc_card #(
    .EntriesLog2(6), .Ports(1), .Rings(1), .Monitors(1), .MonitorsPerPacket(1), .HeaderWindow(128),
    .RecordFifoLog2(5), .DescFifoLog2(4)
  ) u_card (
    .clk_i(clk), .rst_ni(rst_n), .clk_mac_i(clk_mac), .rst_mac_ni(rst_mac_n),
    .s_axis_rx_tdata_i(s_axis_rx_tdata), .s_axis_rx_tkeep_i(s_axis_rx_tkeep), .s_axis_rx_tvalid_i(s_axis_rx_tvalid),
    .s_axis_rx_tlast_i(s_axis_rx_tlast), .s_axis_rx_tuser_err_i(s_axis_rx_tuser[64]),
    .s_axis_rx_tuser_time_ns_i(s_axis_rx_tuser[63:0]),
    .m_axis_tx_tdata_o(m_axis_tx_tdata), .m_axis_tx_tkeep_o(m_axis_tx_tkeep), .m_axis_tx_tvalid_o(m_axis_tx_tvalid),
    .m_axis_tx_tlast_o(m_axis_tx_tlast), .m_axis_tx_tuser_err_o(m_axis_tx_tuser),
    .s_axil_awaddr_i(s_axil_awaddr), .s_axil_awprot_i(s_axil_awprot), .s_axil_awvalid_i(s_axil_awvalid),
    .s_axil_awready_o(s_axil_awready), .s_axil_wdata_i(s_axil_wdata), .s_axil_wstrb_i(s_axil_wstrb),
    .s_axil_wvalid_i(s_axil_wvalid), .s_axil_wready_o(s_axil_wready), .s_axil_bresp_o(s_axil_bresp),
    .s_axil_bvalid_o(s_axil_bvalid), .s_axil_bready_i(s_axil_bready), .s_axil_araddr_i(s_axil_araddr),
    .s_axil_arprot_i(s_axil_arprot), .s_axil_arvalid_i(s_axil_arvalid), .s_axil_arready_o(s_axil_arready),
    .s_axil_rdata_o(s_axil_rdata), .s_axil_rresp_o(s_axil_rresp), .s_axil_rvalid_o(s_axil_rvalid),
    .s_axil_rready_i(s_axil_rready),
    .m_axi_host_awid_o(m_axi_host_awid), .m_axi_host_awaddr_o(m_axi_host_awaddr), .m_axi_host_awlen_o(m_axi_host_awlen),
    .m_axi_host_awsize_o(m_axi_host_awsize), .m_axi_host_awburst_o(m_axi_host_awburst),
    .m_axi_host_awvalid_o(m_axi_host_awvalid), .m_axi_host_awready_i(m_axi_host_awready),
    .m_axi_host_wdata_o(m_axi_host_wdata), .m_axi_host_wstrb_o(m_axi_host_wstrb), .m_axi_host_wlast_o(m_axi_host_wlast),
    .m_axi_host_wvalid_o(m_axi_host_wvalid), .m_axi_host_wready_i(m_axi_host_wready), .m_axi_host_bid_i(m_axi_host_bid),
    .m_axi_host_bresp_i(m_axi_host_bresp), .m_axi_host_bvalid_i(m_axi_host_bvalid), .m_axi_host_bready_o(m_axi_host_bready),
    .irq_req_o(irq_req), .irq_ack_i(irq_ack), .cfg_max_payload_i(3'd1), .cfg_bus_master_i(1'b1), .cfg_link_up_i(1'b1),
    .time_ns_i(time_ns)
  );

endmodule

`default_nettype wire
