// SPDX-License-Identifier: BSD-2-Clause
// The bump in the wire of one port: what came in goes out one clock later, in the same clock. Nothing else of the card has
// a say in it: no enable, no ready, no core and no host, and no reset but the port's own. Page: docs/hw/card.md
`default_nettype none

module fc_pass (
  input  wire logic clk_mac_i,
  input  wire logic rst_mac_ni,  // of the MAC itself, not the one that COMMAND.reset reaches

  input  wire logic [511:0] s_axis_rx_tdata_i,
  input  wire logic [63:0]  s_axis_rx_tkeep_i,
  input  wire logic         s_axis_rx_tvalid_i,
  input  wire logic         s_axis_rx_tlast_i,
  input  wire logic         s_axis_rx_tuser_err_i,

  output logic [511:0] m_axis_tx_tdata_o,
  output logic [63:0]  m_axis_tx_tkeep_o,
  output logic         m_axis_tx_tvalid_o,
  output logic         m_axis_tx_tlast_o,
  output logic         m_axis_tx_tuser_err_o
);

  logic         valid_q, last_q, err_q;
  logic [511:0] data_q;
  logic [63:0]  keep_q;

  always_ff @(posedge clk_mac_i) begin
    valid_q <= s_axis_rx_tvalid_i;
    if (!rst_mac_ni) valid_q <= 1'b0;
  end

  // Between beats nothing moves: that saves power in a card and time in a model.
  always_ff @(posedge clk_mac_i) begin
    if (s_axis_rx_tvalid_i) begin
      data_q <= s_axis_rx_tdata_i;
      keep_q <= s_axis_rx_tkeep_i;
      last_q <= s_axis_rx_tlast_i;
      err_q  <= s_axis_rx_tuser_err_i;
    end
  end

  assign m_axis_tx_tvalid_o    = valid_q;
  assign m_axis_tx_tdata_o     = data_q;
  assign m_axis_tx_tkeep_o     = keep_q;
  assign m_axis_tx_tlast_o     = last_q;
  assign m_axis_tx_tuser_err_o = err_q;

endmodule

`default_nettype wire
