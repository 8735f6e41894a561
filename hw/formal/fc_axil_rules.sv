// SPDX-License-Identifier: BSD-2-Clause
// AXI4-Lite at a slave, by the AXI specification (A3.1.2 reset, A3.2.1 handshake, A3.3.1 dependencies): assumes what the
// master owes, asserts what the slave owes. One response a request, never without one, held until taken, and in time.
`default_nettype none

module fc_axil_rules #(
  parameter int unsigned WriteClocks = 4,  // from the later of AW and W to B
  parameter int unsigned ReadClocks  = 10  // from AR to R
) (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic [15:0] awaddr_i,
  input wire logic        awvalid_i,
  input wire logic        awready_i,
  input wire logic [31:0] wdata_i,
  input wire logic [ 3:0] wstrb_i,
  input wire logic        wvalid_i,
  input wire logic        wready_i,
  input wire logic [ 1:0] bresp_i,
  input wire logic        bvalid_i,
  input wire logic        bready_i,
  input wire logic [15:0] araddr_i,
  input wire logic        arvalid_i,
  input wire logic        arready_i,
  input wire logic [31:0] rdata_i,
  input wire logic [ 1:0] rresp_i,
  input wire logic        rvalid_i,
  input wire logic        rready_i
);

  logic started_q = 1'b0;
  logic was_reset_q = 1'b1;
  logic [2:0] aws_q, ws_q, ars_q;  // requests that were accepted and not answered
  logic [4:0] b_wait_q, r_wait_q, aw_wait_q, w_wait_q, ar_wait_q;
  logic aw_held_q, w_held_q, ar_held_q, b_held_q, r_held_q;
  logic [15:0] awaddr_q, araddr_q;
  logic [35:0] w_q;
  logic [ 1:0] bresp_q;
  logic [33:0] r_q;

  always_ff @(posedge clk_i) begin
    started_q   <= 1'b1;
    was_reset_q <= !rst_ni;
    aw_held_q   <= awvalid_i && !awready_i;
    w_held_q    <= wvalid_i && !wready_i;
    ar_held_q   <= arvalid_i && !arready_i;
    b_held_q    <= bvalid_i && !bready_i;
    r_held_q    <= rvalid_i && !rready_i;
    awaddr_q    <= awaddr_i;
    w_q         <= {wstrb_i, wdata_i};
    araddr_q    <= araddr_i;
    bresp_q     <= bresp_i;
    r_q         <= {rresp_i, rdata_i};
  end

  always_ff @(posedge clk_i) begin
    aws_q     <= aws_q + 3'(awvalid_i && awready_i) - 3'(bvalid_i && bready_i);
    ws_q      <= ws_q + 3'(wvalid_i && wready_i) - 3'(bvalid_i && bready_i);
    ars_q     <= ars_q + 3'(arvalid_i && arready_i) - 3'(rvalid_i && rready_i);
    b_wait_q  <= (aws_q != '0 && ws_q != '0 && !bvalid_i) ? b_wait_q + 1'b1 : '0;
    r_wait_q  <= (ars_q != '0 && !rvalid_i) ? r_wait_q + 1'b1 : '0;
    // A request may wait for the other half of an earlier write and for a response that the master has not taken.
    aw_wait_q <= (awvalid_i && !awready_i && !(bvalid_i && !bready_i) && ws_q >= aws_q) ? aw_wait_q + 1'b1 : '0;
    w_wait_q  <= (wvalid_i && !wready_i && !(bvalid_i && !bready_i) && aws_q >= ws_q) ? w_wait_q + 1'b1 : '0;
    ar_wait_q <= (arvalid_i && !arready_i && !(rvalid_i && !rready_i)) ? ar_wait_q + 1'b1 : '0;
    if (!rst_ni) begin
      aws_q     <= '0;
      ws_q      <= '0;
      ars_q     <= '0;
      b_wait_q  <= '0;
      r_wait_q  <= '0;
      aw_wait_q <= '0;
      w_wait_q  <= '0;
      ar_wait_q <= '0;
    end
  end

  always_comb begin : master
    if (!started_q) assume (!rst_ni);
    if (!rst_ni || was_reset_q) assume (!awvalid_i && !wvalid_i && !arvalid_i);
    if (!was_reset_q && rst_ni) begin
      if (aw_held_q) assume (awvalid_i && awaddr_i == awaddr_q);
      if (w_held_q) assume (wvalid_i && {wstrb_i, wdata_i} == w_q);
      if (ar_held_q) assume (arvalid_i && araddr_i == araddr_q);
    end
  end

  always_comb begin : slave
    // From power-up on, and from the clock after a reset began; what is offered until then stays, as in any other clock.
    if (was_reset_q) assert (!bvalid_i && !rvalid_i);
    if (!was_reset_q) begin
      if (b_held_q) assert (bvalid_i && bresp_i == bresp_q);
      if (r_held_q) assert (rvalid_i && {rresp_i, rdata_i} == r_q);
    end
    if (started_q && rst_ni) begin
      assert (!bvalid_i || (aws_q != '0 && ws_q != '0));
      assert (!rvalid_i || ars_q != '0);
      assert (!bvalid_i || bresp_i != 2'b01);  // no exclusive access in AXI4-Lite
      assert (!rvalid_i || rresp_i != 2'b01);
      assert (aws_q != 3'd7 && ws_q != 3'd7 && ars_q != 3'd7);
      assert (b_wait_q <= 5'(WriteClocks) && r_wait_q <= 5'(ReadClocks));
      assert (aw_wait_q <= 5'(WriteClocks) && w_wait_q <= 5'(WriteClocks));
      assert (ar_wait_q <= 5'(ReadClocks + 1));
    end
  end

endmodule

`default_nettype wire
