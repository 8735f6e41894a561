// SPDX-License-Identifier: BSD-2-Clause
// fc_pass: what comes in goes out one clock later, a beat for a beat, from the first clock after its own reset on. The block
// has no input by which core, host or card could change that.
`default_nettype none

module fc_pass_proof (
  input wire logic         clk_i,
  input wire logic         rst_ni,
  input wire logic [511:0] data_i,
  input wire logic [63:0]  keep_i,
  input wire logic         valid_i,
  input wire logic         last_i,
  input wire logic         err_i
);

  logic         valid, last, err, valid_q;
  logic [511:0] data;
  logic [63:0]  keep;
  logic [577:0] beat_q;
  logic         started_q = 1'b0;

  fc_pass u_dut (
    .clk_mac_i(clk_i), .rst_mac_ni(rst_ni), .s_axis_rx_tdata_i(data_i), .s_axis_rx_tkeep_i(keep_i), .s_axis_rx_tvalid_i(valid_i),
    .s_axis_rx_tlast_i(last_i), .s_axis_rx_tuser_err_i(err_i), .m_axis_tx_tdata_o(data), .m_axis_tx_tkeep_o(keep),
    .m_axis_tx_tvalid_o(valid), .m_axis_tx_tlast_o(last), .m_axis_tx_tuser_err_o(err)
  );

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    valid_q   <= rst_ni && valid_i;
    beat_q    <= {data_i, keep_i, last_i, err_i};
  end

  always_comb begin
    if (started_q) begin
      assert (valid == valid_q);
      if (valid_q) assert ({data, keep, last, err} == beat_q);
    end
  end

endmodule

`default_nettype wire
