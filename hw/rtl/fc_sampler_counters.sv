// SPDX-License-Identifier: BSD-2-Clause
// Observed and selected packets of each sampler, 64 bits. A latch copies a place a clock; a place that is counted before its
// turn is copied first, in the same clock, so the copy shows the instant of the latch and counting never waits. Clearing a
// place does not touch its memory, so the copy needs only to know which places held something at the latch.
`default_nettype none

module fc_sampler_counters (
  input  wire logic        clk_i,
  input  wire logic        rst_ni,
  input  wire logic        clear_i,
  input  wire logic [6:0]  clear_at_i,
  input  wire logic        count_i,
  input  wire logic [6:0]  at_i,
  input  wire logic        selected_i,
  input  wire logic        latch_i,
  output logic             latched_o,   // pulse: the copy stands
  input  wire logic [7:0]  index_i,     // {sampler, 0 observed / 1 selected}
  output logic [63:0]      counter_o
);

  localparam int unsigned Places = 128;

  logic [127:0]      live [Places];     // {selected, observed}
  logic [127:0]      copy [Places];
  logic [Places-1:0] written_d, written_q;  // a place not written since it was cleared counts as 0
  logic [Places-1:0] held_q;            // written at the latch
  logic [Places-1:0] copied_q, kept_q;  // of this latch; and copy holds more than 0
  logic [127:0]      old;
  logic [6:0]        place_q;
  logic              walk_q, rescue, last;

  always_comb begin : counted
    old       = '0;
    rescue    = 1'b0;
    written_d = written_q;
    if (count_i) begin
      if (written_q[at_i]) old = live[at_i];
      rescue          = walk_q && !copied_q[at_i];
      written_d[at_i] = 1'b1;
    end
    if (clear_i) written_d[clear_at_i] = 1'b0;
  end
  assign last   = walk_q && !rescue && place_q == '1;

  always_ff @(posedge clk_i) begin
    if (count_i) live[at_i] <= {old[127:64] + 64'(selected_i), old[63:0] + 64'd1};
  end
  always_ff @(posedge clk_i) begin
    if (count_i || clear_i) written_q <= written_d;
    if (latch_i) held_q <= written_d;
    if (!rst_ni) written_q <= '0;
  end

  always_ff @(posedge clk_i) begin
    latched_o <= last;
    if (latch_i) begin
      walk_q   <= 1'b1;
      place_q  <= '0;
      copied_q <= '0;
    end else if (rescue) begin
      copied_q[at_i] <= 1'b1;
      kept_q[at_i]   <= held_q[at_i];
    end else if (walk_q) begin
      copied_q[place_q] <= 1'b1;
      if (!copied_q[place_q]) kept_q[place_q] <= held_q[place_q];
      place_q           <= place_q + 7'd1;
      walk_q            <= !last;
    end
    if (!rst_ni) begin
      walk_q    <= 1'b0;
      latched_o <= 1'b0;
      kept_q    <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rescue) copy[at_i] <= live[at_i];
    else if (walk_q) begin
      if (!copied_q[place_q] && held_q[place_q]) copy[place_q] <= live[place_q];
    end
  end

  // Registered, as the register block allows.
  always_ff @(posedge clk_i) begin
    counter_o <= '0;
    if (kept_q[index_i[7:1]]) counter_o <= index_i[0] ? copy[index_i[7:1]][127:64] : copy[index_i[7:1]][63:0];
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(latch_i && walk_q)) else $error("fc_sampler_counters: a latch within a latch would mix two instants");
  end
`endif

endmodule

`default_nettype wire
