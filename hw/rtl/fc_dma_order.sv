// SPDX-License-Identifier: BSD-2-Clause
// Bursts under way, oldest first: with one AWID, answers come in the order of the addresses. Page: docs/hw/dma.md
`default_nettype none

module fc_dma_order #(
  parameter int unsigned Outstanding = 32,  // a power of two
  parameter int unsigned Width       = 4
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic push_i,           // not while full_o
  input  wire logic [Width-1:0] data_i,
  output logic      full_o,
  input  wire logic pop_i,
  output logic      [Width-1:0] data_o,
  output logic      empty_o
);

  localparam int unsigned Log2 = $clog2(Outstanding);

  if (Outstanding < 2 || (1 << Log2) != Outstanding) begin : gen_bad_outstanding
    $error("fc_dma_order: Outstanding must be a power of two");
  end

  logic [Width-1:0] mem [Outstanding];
  logic [Log2:0]    write_q, read_q;

  assign full_o  = (write_q ^ read_q) == {1'b1, {Log2{1'b0}}};
  assign empty_o = write_q == read_q;
  assign data_o  = mem[read_q[Log2-1:0]];

  always_ff @(posedge clk_i) begin
    if (push_i) mem[write_q[Log2-1:0]] <= data_i;
  end

  always_ff @(posedge clk_i) begin
    if (push_i) write_q <= write_q + 1'b1;
    if (pop_i) read_q <= read_q + 1'b1;
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(push_i && full_o));
    if (rst_ni) assert (!(pop_i && empty_o));  // an answer to a burst that was never sent
  end

endmodule

`default_nettype wire
