// SPDX-License-Identifier: BSD-2-Clause
// FIFO between two clocks that know nothing of each other: gray pointers through fc_sync, showahead read side
// behind an output register (so it holds 2**Log2 + 1 words). Both resets must be active at the same time at least once
// together; a reset of one side alone loses the pointers.
`default_nettype none

module fc_async_fifo #(
  parameter int unsigned Width = 8,
  parameter int unsigned Log2  = 6
) (
  input  wire logic clk_wr_i,
  input  wire logic rst_wr_ni,
  input  wire logic push_i,            // not while full_o
  input  wire logic [Width-1:0] data_i,
  output logic      full_o,

  input  wire logic clk_rd_i,
  input  wire logic rst_rd_ni,
  output logic      valid_o,
  output logic      [Width-1:0] data_o,
  input  wire logic ready_i,
  output logic      busy_o             // read clock: a word is visible here or about to be
);

  localparam int unsigned PtrBits = Log2 + 1;

  if (Log2 < 2 || Log2 > 12) begin : gen_bad_log2
    $error("fc_async_fifo: Log2 must be 2..12");
  end

  logic [Width-1:0] mem [2**Log2];

  // ---------------------------------------------------------------- write clock
  logic [PtrBits-1:0] wr_bin_q, wr_bin_next, wr_gray_q, rd_gray_seen;

  assign wr_bin_next = wr_bin_q + PtrBits'(1);
  // Full: one lap ahead, which in gray code turns the two top bits.
  assign full_o = wr_gray_q == {~rd_gray_seen[PtrBits-1:PtrBits-2], rd_gray_seen[PtrBits-3:0]};

  always_ff @(posedge clk_wr_i) begin
    if (push_i) begin
      wr_bin_q  <= wr_bin_next;
      wr_gray_q <= wr_bin_next ^ (wr_bin_next >> 1);
    end
    if (!rst_wr_ni) begin
      wr_bin_q  <= '0;
      wr_gray_q <= '0;
    end
  end

  always_ff @(posedge clk_wr_i) begin
    if (push_i) mem[wr_bin_q[Log2-1:0]] <= data_i;
  end

  // ---------------------------------------------------------------- read clock
  logic [PtrBits-1:0] rd_bin_q, rd_bin_next, rd_gray_q, wr_gray_seen;
  logic empty, take, valid_q;
  logic [Width-1:0] data_q;

  assign rd_bin_next = rd_bin_q + PtrBits'(1);
  assign empty       = rd_gray_q == wr_gray_seen;
  assign take        = !empty && (!valid_q || ready_i);

  always_ff @(posedge clk_rd_i) begin
    if (take) begin
      rd_bin_q  <= rd_bin_next;
      rd_gray_q <= rd_bin_next ^ (rd_bin_next >> 1);
    end
    valid_q <= take || (valid_q && !ready_i);
    if (!rst_rd_ni) begin
      rd_bin_q  <= '0;
      rd_gray_q <= '0;
      valid_q   <= 1'b0;
    end
  end

  // The word was written at least two read clocks ago: the pointer that shows it came through two flip-flops.
  always_ff @(posedge clk_rd_i) begin
    if (take) data_q <= mem[rd_bin_q[Log2-1:0]];
  end

  assign valid_o = valid_q;
  assign data_o  = data_q;
  assign busy_o  = valid_q || !empty;

  fc_sync #(.Width(PtrBits)) u_sync_wr (.clk_i(clk_rd_i), .rst_ni(rst_rd_ni), .d_i(wr_gray_q), .q_o(wr_gray_seen));
  fc_sync #(.Width(PtrBits)) u_sync_rd (.clk_i(clk_wr_i), .rst_ni(rst_wr_ni), .d_i(rd_gray_q), .q_o(rd_gray_seen));

  always_ff @(posedge clk_wr_i) begin
    if (rst_wr_ni) assert (!(push_i && full_o));  // a push into a full FIFO would overwrite the oldest word
  end

endmodule

`default_nettype wire
