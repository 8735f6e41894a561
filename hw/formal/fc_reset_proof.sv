// SPDX-License-Identifier: BSD-2-Clause
// fc_reset: the core is never reset while a burst is under way, always long enough, once for each request, and the DMA is
// told to stop from the request to the end.
`default_nettype none

module fc_reset_proof (
  input wire logic clk_i,
  input wire logic rst_ni,
  input wire logic request_i,
  input wire logic idle_i
);

  localparam int unsigned HoldLog2 = 3;

  logic stop, rst_core_n, busy;

  fc_reset #(.HoldLog2(HoldLog2)) u_dut (
    .clk_i, .rst_ni, .request_i, .dma_idle_i(idle_i), .stop_o(stop), .rst_core_no(rst_core_n), .busy_o(busy)
  );

  logic       started_q = 1'b0;
  logic       was_rst_q, was_core_n_q, was_stop_q, was_idle_q, was_request_q, was_busy_q;
  logic [4:0] low_q, wait_q;   // clocks in reset; clocks since the DMA is at rest and nothing has happened

  always_ff @(posedge clk_i) begin
    started_q     <= 1'b1;
    was_rst_q     <= rst_ni;
    was_core_n_q  <= rst_core_n;
    was_stop_q    <= stop;
    was_idle_q    <= idle_i;
    was_request_q <= request_i && rst_ni;
    was_busy_q    <= busy;
    low_q         <= rst_core_n ? '0 : low_q + 5'(low_q != '1);
    wait_q        <= (rst_ni && stop && rst_core_n && idle_i) ? wait_q + 1'b1 : '0;
  end

  always_comb begin
    if (!started_q) assume (!rst_ni);
    // Once told to stop and at rest, the DMA begins nothing.
    if (started_q && was_rst_q && was_stop_q && was_idle_q) assume (idle_i);
    if (!rst_ni) assert (!rst_core_n);
    if (started_q && rst_ni && was_rst_q) begin
      if (!rst_core_n && was_core_n_q) assert (was_stop_q && was_idle_q);
      if (rst_core_n && !was_core_n_q) assert (low_q >= 5'(1 << HoldLog2));
      if (was_request_q) assert (stop && busy);
      if (!rst_core_n) assert (stop && busy);
      if (stop && !was_stop_q) assert (was_request_q);
      assert (wait_q <= 5'd3);
    end
    if (started_q && rst_ni && !was_rst_q) assert (!rst_core_n);
  end

endmodule

`default_nettype wire
