// SPDX-License-Identifier: BSD-2-Clause
// fc_async_fifo: the n-th word in is the n-th word out, for any n and any two clocks; nothing is lost, overwritten or
// made up or held back for more than three clocks. One step is a change of any input, so the clocks may stand in any relation to each other.
`default_nettype none

module fc_async_fifo_proof (
  input wire logic       clk_wr_i,
  input wire logic       clk_rd_i,
  input wire logic       push_i,
  input wire logic       ready_i,
  input wire logic       data_i
);

  localparam int unsigned Log2 = 2;
  localparam int unsigned CountBits = Log2 + 2;

  logic       full, valid, busy, rst_n;
  logic       data;

  fc_async_fifo #(.Width(1), .Log2(Log2)) u_dut (
    .clk_wr_i, .rst_wr_ni(rst_n), .push_i(push_i && !full), .data_i, .full_o(full),
    .clk_rd_i, .rst_rd_ni(rst_n), .valid_o(valid), .data_o(data), .ready_i, .busy_o(busy)
  );

  (* anyconst *) logic [CountBits-1:0] which;
  logic [CountBits-1:0] in_q, out_q, inside;
  logic                 word_q, held_q;
  logic                 held_valid_q;
  logic [2:0]           shown_q, room_q;  // clocks in which a word, or a place, was there and could not be seen
  // Reset ends when both clocks have seen it.
  logic                 wr_seen_q = 1'b0;
  logic                 rd_seen_q = 1'b0;

  assign rst_n  = wr_seen_q && rd_seen_q;
  assign inside = in_q - out_q;

  always_ff @(posedge clk_wr_i) begin
    wr_seen_q <= 1'b1;
    if (push_i && !full) begin
      in_q <= in_q + 1'b1;
      if (in_q == which) word_q <= data_i;
    end
    room_q <= (full && inside < CountBits'(1 << Log2)) ? room_q + 1'b1 : '0;
    if (!rst_n) begin
      in_q   <= '0;
      room_q <= '0;
    end
  end

  always_ff @(posedge clk_rd_i) begin
    rd_seen_q    <= 1'b1;
    held_valid_q <= rst_n && valid && !ready_i;
    held_q       <= data;
    if (valid && ready_i) out_q <= out_q + 1'b1;
    shown_q <= (!valid && inside != '0) ? shown_q + 1'b1 : '0;
    if (!rst_n) begin
      out_q   <= '0;
      shown_q <= '0;
    end
  end

  always_comb begin
    if (rst_n) begin
      assert (inside <= CountBits'((1 << Log2) + 1));
      assert (!valid || (inside != '0 && busy));
      assert (shown_q <= 3'd3 && room_q <= 3'd2);
      if (valid && out_q == which) assert (data == word_q);
      if (held_valid_q) assert (valid && data == held_q);
    end
  end

endmodule

`default_nettype wire
