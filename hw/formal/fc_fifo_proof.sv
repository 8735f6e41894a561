// SPDX-License-Identifier: BSD-2-Clause
// fc_fifo: the n-th word in is the n-th word out, for any n; nothing is lost, made up or held back; an offered word stays.
`default_nettype none

module fc_fifo_proof (
  input wire logic       clk_i,
  input wire logic       rst_ni,
  input wire logic       valid_i,
  input wire logic       ready_i,
  input wire logic [3:0] data_i
);

  localparam int unsigned Log2 = 2;
  localparam int unsigned CountBits = Log2 + 2;  // modulo more than the FIFO holds

  logic       ready, valid;
  logic [3:0] data;

  fc_fifo #(.Width(4), .Log2(Log2)) u_dut (
    .clk_i, .rst_ni, .valid_i, .ready_o(ready), .data_i, .valid_o(valid), .ready_i, .data_o(data)
  );

  (* anyconst *) logic [CountBits-1:0] which;
  logic [CountBits-1:0] in_q, out_q, inside;
  logic [3:0]           word_q, held_q;
  logic                 started_q = 1'b0;
  logic                 held_valid_q, was_inside_q;

  assign inside = in_q - out_q;

  always_ff @(posedge clk_i) begin
    started_q    <= 1'b1;
    held_valid_q <= rst_ni && valid && !ready_i;
    held_q       <= data;
    was_inside_q <= rst_ni && inside != '0 && !(inside == CountBits'(1) && valid && ready_i);
    if (valid_i && ready) begin
      in_q <= in_q + 1'b1;
      if (in_q == which) word_q <= data_i;
    end
    if (valid && ready_i) out_q <= out_q + 1'b1;
    if (!rst_ni) begin
      in_q  <= '0;
      out_q <= '0;
    end
  end

  always_comb begin
    if (!started_q) assume (!rst_ni);
    if (started_q && rst_ni) begin
      assert (inside <= CountBits'((1 << Log2) + 1));
      assert (!valid || inside != '0);
      assert (ready || inside >= CountBits'(1 << Log2));
      if (inside != '0 && out_q == which && valid) assert (data == word_q);
      if (held_valid_q) assert (valid && data == held_q);
      if (was_inside_q) assert (valid);
    end
  end

endmodule

`default_nettype wire
