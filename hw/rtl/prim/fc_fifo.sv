// SPDX-License-Identifier: BSD-2-Clause
// FIFO in one clock: 2^Log2 places in a RAM (distributed RAM suits it) and an output register in front of the reader.
// Valid and ready on both sides; neither depends on the other of its own side.
`default_nettype none

module fc_fifo #(
  parameter int unsigned Width = 32,
  parameter int unsigned Log2 = 4
) (
  input  wire logic             clk_i,
  input  wire logic             rst_ni,
  input  wire logic             valid_i,
  output logic                  ready_o,
  input  wire logic [Width-1:0] data_i,
  output logic                  valid_o,
  input  wire logic             ready_i,
  output logic [Width-1:0]      data_o
);

  logic [Width-1:0] mem [1 << Log2];
  logic [Log2:0]    write_q, read_q;
  logic             valid_q;
  logic             waiting, load;

  assign waiting = write_q != read_q;
  assign load    = waiting && (!valid_q || ready_i);
  assign ready_o = (write_q ^ read_q) != {1'b1, {Log2{1'b0}}};
  assign valid_o = valid_q;

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) mem[write_q[Log2-1:0]] <= data_i;
    if (load) data_o <= mem[read_q[Log2-1:0]];
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && ready_o) write_q <= write_q + 1'b1;
    if (load) read_q <= read_q + 1'b1;
    valid_q <= load || (valid_q && !ready_i);
    if (!rst_ni) begin
      write_q <= '0;
      read_q  <= '0;
      valid_q <= 1'b0;
    end
  end

`ifndef SYNTHESIS
  logic             was_waiting_q;
  logic [Width-1:0] was_data_q;
  always_ff @(posedge clk_i) begin
    was_waiting_q <= rst_ni && valid_q && !ready_i;
    if (valid_q && !ready_i) was_data_q <= data_o;
    if (rst_ni && was_waiting_q) assert (valid_q && data_o == was_data_q) else $error("fc_fifo: an offered word changed before it was taken");
  end
`endif

endmodule

`default_nettype wire
