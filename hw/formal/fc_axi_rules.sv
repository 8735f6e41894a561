// SPDX-License-Identifier: BSD-2-Clause
// AXI4 writes at a master that has one AWID and full-width beats, by the AXI specification (A3.1.2 reset, A3.2.1
// handshake, A3.3.1 dependencies, A3.4.1 bursts) and by what our shells demand beyond it: address and first beat come
// together, no gap within a burst, full strobes, INCR, aligned, not across 4 KiB, no longer than the maximum payload.
`default_nettype none

module fc_axi_rules #(
  parameter int unsigned MaxOpen = 8,     // bursts without their B, at most 14
  parameter logic [511:0] Watched = '1    // bits of the data that are looked at; a few stand for all where all go one way
) (
  input wire logic         clk_i,
  input wire logic         rst_ni,
  input wire logic [  2:0] max_payload_i,  // 128 octets << max_payload_i
  input wire logic [  3:0] awid_i,
  input wire logic [ 63:0] awaddr_i,
  input wire logic [  7:0] awlen_i,
  input wire logic [  2:0] awsize_i,
  input wire logic [  1:0] awburst_i,
  input wire logic         awvalid_i,
  input wire logic         awready_i,
  input wire logic [511:0] wdata_i,
  input wire logic [ 63:0] wstrb_i,
  input wire logic         wlast_i,
  input wire logic         wvalid_i,
  input wire logic         wready_i,
  input wire logic [  1:0] bresp_i,
  input wire logic         bvalid_i,
  input wire logic         bready_i,
  output logic             begins_o,       // first clock of an address, and of the first beat that goes with it
  output logic             beat_o          // first clock of a beat
);

  logic         started_q = 1'b0;
  logic         was_reset_q = 1'b1;
  logic         aw_held_q, w_held_q, b_held_q, w_inside_q, w_go_on_q;
  logic [ 80:0] aw, aw_q;
  logic [576:0] w, w_q;
  logic [  1:0] bresp_q;
  logic [  7:0] len_q, beat_q;  // of the burst whose beats are shown
  logic [  3:0] open;           // bursts begun, without their B

  assign aw       = {awid_i, awaddr_i, awlen_i, awsize_i, awburst_i};
  assign w        = {wdata_i & Watched, wstrb_i, wlast_i};
  assign begins_o = awvalid_i && !aw_held_q;
  assign beat_o   = wvalid_i && !w_held_q;

  always_ff @(posedge clk_i) begin
    started_q   <= 1'b1;
    was_reset_q <= !rst_ni;
    aw_held_q   <= rst_ni && awvalid_i && !awready_i;
    w_held_q    <= rst_ni && wvalid_i && !wready_i;
    b_held_q    <= rst_ni && bvalid_i && !bready_i;
    w_inside_q  <= rst_ni && (beat_o ? !wlast_i : w_inside_q);
    w_go_on_q   <= rst_ni && wvalid_i && wready_i && !wlast_i;
    aw_q        <= aw;
    w_q         <= w;
    bresp_q     <= bresp_i;
    if (begins_o) len_q <= awlen_i;
    if (beat_o) beat_q <= w_inside_q ? beat_q + 8'd1 : 8'd0;
  end

  // Answers owed: bursts whose address and last beat have both been taken, without their B.
  logic [3:0] aw_owed_q, w_owed_q;
  always_ff @(posedge clk_i) begin
    aw_owed_q <= aw_owed_q + 4'(awvalid_i && awready_i) - 4'(bvalid_i && bready_i);
    w_owed_q  <= w_owed_q + 4'(wvalid_i && wready_i && wlast_i) - 4'(bvalid_i && bready_i);
    open      <= open + 4'(begins_o) - 4'(bvalid_i && bready_i);
    if (!rst_ni) begin
      aw_owed_q <= '0;
      w_owed_q  <= '0;
      open      <= '0;
    end
  end

  always_comb begin : slave
    if (!started_q) assume (!rst_ni);
    if (!rst_ni || was_reset_q) assume (!bvalid_i);
    if (bvalid_i) assume (aw_owed_q != '0 && w_owed_q != '0 && bresp_i != 2'b01);
    if (b_held_q && rst_ni) assume (bvalid_i && bresp_i == bresp_q);
  end

  always_comb begin : master
    // From power-up on, and from the clock after a reset began; what is offered until then stays, as in any other clock.
    if (was_reset_q) assert (!awvalid_i && !wvalid_i);
    if (!was_reset_q) begin
      if (aw_held_q) assert (awvalid_i && aw == aw_q);
      if (w_held_q) assert (wvalid_i && w == w_q);
    end
    if (started_q && rst_ni && !was_reset_q) begin
      if (w_go_on_q) assert (wvalid_i);
      if (begins_o) begin
        assert (beat_o && !w_inside_q);
        assert (awid_i == '0 && awburst_i == 2'b01 && awsize_i == 3'd6 && awaddr_i[5:0] == '0);
        assert (13'(awaddr_i[11:0]) + ((13'(awlen_i) + 13'd1) << 6) <= 13'd4096);
        assert (17'(awlen_i) < (17'd2 << max_payload_i));
        assert (wlast_i == (awlen_i == '0));
      end
      if (wvalid_i) assert (wstrb_i == '1);
      if (beat_o) assert (begins_o || w_inside_q);
      if (beat_o && w_inside_q) assert (wlast_i == (beat_q + 8'd1 == len_q));
      assert (open <= 4'(MaxOpen));
    end
  end

endmodule

`default_nettype wire
