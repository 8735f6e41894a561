// SPDX-License-Identifier: BSD-2-Clause
// Between selection and issue: the sampler of (monitor, direction, port) says whether an operation goes on. Stage B has its
// CONTROL and draws, stage C decides and counts, stage D holds what goes on, so that the issue stage knows it from the
// beginning of the clock. All move when the issue stage takes packets, so an operation that is left out costs the slot it
// would have had, and no more. Theory of operation: docs/hw/core.md.
`default_nettype none

module fc_sampler #(
  parameter int unsigned Monitors = 8
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                we_i,           // a new CONTROL: the sampler starts anew
  input  wire logic [6:0]          sampler_i,
  input  wire logic [31:0]         control_i,
  input  wire logic [127:0]        on_i,
  input  wire logic                hash_we_i,      // random words that the host loads also seed the draw
  input  wire logic [63:0]         hash_word_i,
  input  wire logic                valid_i,
  input  wire fc_pkg::desc_t       desc_i,
  input  wire logic [6:0]          output_port_i,
  input  wire logic [6:0]          at_i,           // {monitor, direction, port}
  output logic                     ready_o,
  output logic                     valid_o,
  output fc_pkg::desc_t            desc_o,
  output logic [2:0]               monitor_o,
  input  wire logic                ready_i,
  output logic [Monitors-1:0]      holds_o,        // operations of these are in here
  output logic                     busy_o,
  input  wire logic                latch_i,
  output logic                     latched_o,      // pulse
  input  wire logic [7:0]          index_i,        // {sampler, 0 observed / 1 selected}
  output logic [63:0]              counter_o
);

  localparam logic [63:0] Seed = 64'h9e3779b97f4a7c15;
  localparam int unsigned ModeLsb = fc_regs_pkg::SamplerControlModeLsb;
  localparam int unsigned WindowLsb = fc_regs_pkg::SamplerControlWindowLsb;

  logic [16:0]  config_words [128];         // {random, packets of a window less one}
  logic [31:0]  state_words [128];          // {place of the packet that is taken, packets of this window so far}
  logic [127:0] fresh_q;                    // the state is that of a new sampler, whatever the memory holds

  logic          valid_b, valid_c, valid_d, on_b, on_c, stale_b, stale_c, hit_b, random_b, random_c;
  logic          chosen, ends, write;
  logic [6:0]    at_b, at_c;
  logic [15:0]   window_b, window_c, so_far_c, place_c, place;
  logic [31:0]   next, product_high, product_low, drawn;
  logic [16:0]   length;
  fc_pkg::desc_t desc_b, desc_c;

  assign ready_o = ready_i;
  assign hit_b   = we_i && sampler_i == at_b;

  // What is here when its sampler gets a new CONTROL was read under the old one: it is decided by that, and not counted.
  always_ff @(posedge clk_i) begin
    if (ready_i) begin
      valid_b <= valid_i;
      valid_c <= valid_b;
      valid_d <= valid_c && chosen;
      stale_b <= we_i && sampler_i == at_i;
      stale_c <= stale_b || hit_b;
    end else begin
      stale_b <= stale_b || hit_b;
      stale_c <= stale_c || (we_i && sampler_i == at_c);
    end
    if (!rst_ni) begin
      valid_b <= 1'b0;
      valid_c <= 1'b0;
      valid_d <= 1'b0;
    end
  end

  // ---------------------------------------------------------------- stage B
  always_ff @(posedge clk_i) begin
    if (we_i) config_words[sampler_i] <= {control_i[ModeLsb + 1], control_i[WindowLsb +: 16]};
  end

  always_ff @(posedge clk_i) begin
    if (ready_i && valid_i) begin
      desc_b                 <= desc_i;
      desc_b.vec.direction   <= at_i[3];
      desc_b.vec.output_port <= output_port_i;
      at_b                   <= at_i;
      on_b                   <= on_i[at_i];
      if (on_i[at_i]) {random_b, window_b} <= config_words[at_i];
    end
  end

  // xorshift, one step an operation that may draw. The place in a window of n packets is floor(n * draw / 2^32).
  logic [63:0] seed_q;
  function automatic logic [63:0] shifted(input logic [63:0] from);
    shifted = from ^ (from << 13);
    shifted = shifted ^ (shifted >> 7);
    shifted = shifted ^ (shifted << 17);
  endfunction

  always_ff @(posedge clk_i) begin
    if (hash_we_i) seed_q <= (seed_q == hash_word_i) ? Seed : shifted(seed_q ^ hash_word_i);
    else if (ready_i && valid_b && on_b) seed_q <= shifted(seed_q);
    if (!rst_ni) seed_q <= Seed;
  end

  // ---------------------------------------------------------------- stage C
  assign length = 17'(window_b) + 17'd1;

  always_ff @(posedge clk_i) begin
    if (ready_i && valid_b) begin
      desc_c <= desc_b;
      at_c   <= at_b;
      on_c   <= on_b;
    end
    if (ready_i && valid_b && on_b) begin
      random_c     <= random_b;
      window_c     <= window_b;
      product_high <= 32'(seed_q[63:48]) * 32'(length);
      product_low  <= 32'(seed_q[47:32]) * 32'(length);
      if (write && at_b == at_c) {place_c, so_far_c} <= next;
      else if (fresh_q[at_b]) {place_c, so_far_c} <= '0;
      else {place_c, so_far_c} <= state_words[at_b];
    end
  end

  always_comb begin : decide
    drawn  = '0;
    place  = '0;
    ends   = 1'b0;
    chosen = 1'b1;
    next   = '0;
    if (valid_c && on_c) begin
      drawn  = product_high + 32'(product_low[31:16]);
      place  = (so_far_c == '0) ? drawn[31:16] : place_c;
      ends   = so_far_c >= window_c;
      chosen = random_c ? so_far_c == place : ends;
      next   = {place, ends ? 16'd0 : so_far_c + 16'd1};
    end
  end

  // A CONTROL of this very clock wins over the write: fresh_q, written_q of the counters, and stage B's packet becomes stale.
  assign write = ready_i && valid_c && on_c && !stale_c;

  always_ff @(posedge clk_i) begin
    if (write) state_words[at_c] <= next;
  end
  always_ff @(posedge clk_i) begin
    if (write) fresh_q[at_c] <= 1'b0;
    if (we_i) fresh_q[sampler_i] <= 1'b1;
    if (!rst_ni) fresh_q <= '1;
  end

  // ---------------------------------------------------------------- stage D
  always_ff @(posedge clk_i) begin
    if (ready_i && valid_c) begin
      desc_o    <= desc_c;
      monitor_o <= at_c[6:4];
    end
  end
  assign valid_o = valid_d;
  assign busy_o  = valid_b || valid_c || valid_d;

  always_comb begin : holds
    holds_o = '0;
    if (busy_o) begin
      for (int unsigned m = 0; m < Monitors; m++) begin
        holds_o[m] = (valid_b && at_b[6:4] == 3'(m)) || (valid_c && at_c[6:4] == 3'(m)) || (valid_d && monitor_o == 3'(m));
      end
    end
  end

  fc_sampler_counters u_counters (
    .clk_i, .rst_ni, .clear_i(we_i), .clear_at_i(sampler_i), .count_i(write), .at_i(at_c), .selected_i(chosen),
    .latch_i, .latched_o, .index_i, .counter_o
  );

  logic unused;
  assign unused = ^{control_i, drawn, product_low};  // the id is the record builder's; low bits of the product decide nothing

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && write) assert (so_far_c <= window_c && (so_far_c == '0 || !random_c || place <= window_c)) else $error("fc_sampler: a place beyond its window");
  end
`endif

endmodule

`default_nettype wire
