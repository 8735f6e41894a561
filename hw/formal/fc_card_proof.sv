// SPDX-License-Identifier: BSD-2-Clause
// fc_card, two ports: what comes in on a port goes out on the same port one of its own clocks later, whatever the rest does.
// Only fc_card and fc_pass are looked into: every other block (reset, core, DMA, registers, the ports themselves) may put out
// anything at any time, all clocks and all inputs of host and core are free. So no path to the wire can have been missed.
`default_nettype none

module fc_card_proof (
  input wire logic          clk_i,
  input wire logic          rst_ni,
  input wire logic [1:0]    clk_mac_i,
  input wire logic [1:0]    rst_mac_ni,
  input wire logic [1023:0] data_i,
  input wire logic [127:0]  keep_i,
  input wire logic [1:0]    valid_i,
  input wire logic [1:0]    last_i,
  input wire logic [1:0]    err_i,
  input wire logic [127:0]  stamp_i,
  input wire logic [93:0]   host_i,    // all that a host, a shell or a clock can do
  input wire logic [63:0]   time_ns_i
);

  localparam int unsigned Ports = 2;

  logic [Ports*512-1:0] data;
  logic [Ports*64-1:0]  keep;
  logic [Ports-1:0]     valid, last, err;

  fc_card #(.Ports(Ports)) u_dut (
    .clk_i, .rst_ni, .clk_mac_i, .rst_mac_ni,
    .s_axis_rx_tdata_i(data_i), .s_axis_rx_tkeep_i(keep_i), .s_axis_rx_tvalid_i(valid_i), .s_axis_rx_tlast_i(last_i),
    .s_axis_rx_tuser_err_i(err_i), .s_axis_rx_tuser_time_ns_i(stamp_i),
    .m_axis_tx_tdata_o(data), .m_axis_tx_tkeep_o(keep), .m_axis_tx_tvalid_o(valid), .m_axis_tx_tlast_o(last), .m_axis_tx_tuser_err_o(err),
    .s_axil_awaddr_i(host_i[15:0]), .s_axil_awprot_i(host_i[18:16]), .s_axil_awvalid_i(host_i[19]),
    .s_axil_wdata_i(host_i[51:20]), .s_axil_wstrb_i(host_i[55:52]), .s_axil_wvalid_i(host_i[56]), .s_axil_bready_i(host_i[57]),
    .s_axil_araddr_i(host_i[73:58]), .s_axil_arprot_i(host_i[76:74]), .s_axil_arvalid_i(host_i[77]), .s_axil_rready_i(host_i[78]),
    .m_axi_host_awready_i(host_i[79]), .m_axi_host_wready_i(host_i[80]), .m_axi_host_bid_i(host_i[84:81]),
    .m_axi_host_bresp_i(host_i[86:85]), .m_axi_host_bvalid_i(host_i[87]), .irq_ack_i(host_i[88]),
    .cfg_max_payload_i(host_i[91:89]), .cfg_bus_master_i(host_i[92]), .cfg_link_up_i(host_i[93]), .time_ns_i,
    .s_axil_awready_o(), .s_axil_wready_o(), .s_axil_bresp_o(), .s_axil_bvalid_o(), .s_axil_arready_o(), .s_axil_rdata_o(),
    .s_axil_rresp_o(), .s_axil_rvalid_o(), .m_axi_host_awid_o(), .m_axi_host_awaddr_o(), .m_axi_host_awlen_o(), .m_axi_host_awsize_o(),
    .m_axi_host_awburst_o(), .m_axi_host_awvalid_o(), .m_axi_host_wdata_o(), .m_axi_host_wstrb_o(), .m_axi_host_wlast_o(),
    .m_axi_host_wvalid_o(), .m_axi_host_bready_o(), .irq_req_o()
  );

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    logic         started_q = 1'b0;
    logic         valid_q;
    logic [577:0] beat_q;

    always_ff @(posedge clk_mac_i[p]) begin
      started_q <= 1'b1;
      valid_q   <= rst_mac_ni[p] && valid_i[p];
      if (valid_i[p]) beat_q <= {data_i[512*p +: 512], keep_i[64*p +: 64], last_i[p], err_i[p]};
    end

    always_comb begin
      if (started_q) begin
        assert (valid[p] == valid_q);
        if (valid_q) assert ({data[512*p +: 512], keep[64*p +: 64], last[p], err[p]} == beat_q);
      end
    end
  end

endmodule

`default_nettype wire
