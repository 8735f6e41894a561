// SPDX-License-Identifier: BSD-2-Clause
// fc_sampler, one arbitrary sampler of two, N from 1 to 4, any draw, any stalls, CONTROL written at any time: of each
// complete window of N packets exactly one goes on, the last of a deterministic one; switched off, all go on. A latch at any
// time shows exactly the packets observed and selected up to then, also of a sampler that is written while the copy is made.
`default_nettype none

module fc_sampler_proof (
  input wire logic       clk_i,
  input wire logic       valid_i,
  input wire logic       at_i,
  input wire logic [3:0] tag_i,
  input wire logic [1:0] on_i,
  input wire logic       we_i,
  input wire logic       sampler_i,
  input wire logic       random_i,
  input wire logic [1:0] window_i,   // packets of a window less one
  input wire logic       latch_i,
  input wire logic [1:0] index_i,
  input wire logic       ready_i
);

  (* anyconst *) logic which;

  logic          run_q = 1'b0;
  logic          we, accept, latch, ready, valid, busy, latched;
  logic [1:0]    holds;
  logic [2:0]    monitor;
  logic [1:0]    on, known_q;        // a sampler is off until it gets a CONTROL
  logic [31:0]   control;
  logic [63:0]   counter;
  fc_pkg::desc_t desc, desc_out;

  always_ff @(posedge clk_i) run_q <= 1'b1;

  assign we     = run_q && we_i;
  assign on     = on_i & known_q;
  assign accept = run_q && valid_i && ready;

  always_comb begin
    control = '0;
    control[fc_regs_pkg::SamplerControlModeLsb +: 2] = random_i ? fc_regs_pkg::SamplerModeRandom : fc_regs_pkg::SamplerModeDeterministic;
    control[fc_regs_pkg::SamplerControlWindowLsb +: 2] = window_i;
    desc = '0;
    desc.time_ns = 64'(tag_i);
  end

  fc_sampler #(.Monitors(2)) u_dut (
    .clk_i, .rst_ni(run_q), .we_i(we), .sampler_i({6'd0, sampler_i}), .control_i(control), .on_i({126'd0, on}),
    .hash_we_i(1'b0), .hash_word_i('0), .valid_i(run_q && valid_i), .desc_i(desc), .output_port_i('0), .at_i({6'd0, at_i}),
    .ready_o(ready), .valid_o(valid), .desc_o(desc_out), .monitor_o(monitor), .ready_i, .holds_o(holds), .busy_o(busy),
    .latch_i(latch), .latched_o(latched), .index_i({6'd0, index_i}), .counter_o(counter)
  );

  // The packets of the stages: is it the sampler's, is the sampler on, did it get a CONTROL since. The last
  // stage shows what was decided, so all of what follows looks at the clock before.
  logic       b_q, b_mine_q, b_on_q, b_stale_q, c_q, c_mine_q, c_on_q, c_stale_q, d_q, d_on_q;
  logic [3:0] b_tag_q, c_tag_q, d_tag_q;
  logic       anew;
  assign anew = we && sampler_i == which;

  always_ff @(posedge clk_i) begin
    if (ready_i) begin
      {b_q, b_mine_q, b_on_q, b_stale_q, b_tag_q} <= {accept, at_i == which, on[at_i], anew, tag_i};
      {c_q, c_mine_q, c_on_q, c_stale_q, c_tag_q} <= {b_q, b_mine_q, b_on_q, b_stale_q || anew, b_tag_q};
      {d_q, d_on_q, d_tag_q} <= {c_q, c_on_q, c_tag_q};
    end else begin
      b_stale_q <= b_stale_q || anew;
      c_stale_q <= c_stale_q || anew;
    end
    if (!run_q) {b_q, c_q, d_q} <= '0;
  end

  always_ff @(posedge clk_i) begin
    if (we) known_q[sampler_i] <= 1'b1;
    if (!run_q) known_q <= '0;
  end

  // The window, and what was counted.
  logic       judged_q, anew_q, counted, random_q, taken_q, was_random_q;
  logic [1:0] window_q, so_far_q, was_window_q;
  logic [5:0] observed_q, selected_q, observed, selected;
  assign counted  = judged_q && !anew_q;
  assign observed = anew_q ? 6'd0 : observed_q + 6'(counted);
  assign selected = anew_q ? 6'd0 : selected_q + 6'(counted && valid);
  always_ff @(posedge clk_i) begin
    judged_q <= run_q && ready_i && c_q && c_mine_q && c_on_q && !c_stale_q;
    anew_q   <= run_q && anew;
    {was_random_q, was_window_q} <= {random_i, window_i};
  end

  always_ff @(posedge clk_i) begin
    if (counted) begin
      so_far_q <= (so_far_q == window_q) ? 2'd0 : so_far_q + 2'd1;
      taken_q  <= so_far_q != window_q && (taken_q || valid);
    end
    if (anew_q) {random_q, window_q} <= {was_random_q, was_window_q};
    if (anew_q || !run_q) {so_far_q, taken_q} <= '0;
    observed_q <= run_q ? observed : 6'd0;
    selected_q <= run_q ? selected : 6'd0;
  end

  // One latch, and after it a read in each clock.
  logic       latch_q, latch_now_q, stands_q, read_q;
  logic [1:0] index_q;
  logic [5:0] was_observed_q, was_selected_q;
  assign latch = run_q && latch_i && !latch_q;
  always_ff @(posedge clk_i) begin
    if (latch_now_q) {was_observed_q, was_selected_q} <= {observed, selected};
    latch_now_q <= latch;
    latch_q     <= run_q && (latch || latch_q);
    stands_q    <= run_q && (latched || stands_q);
    read_q      <= run_q && (latched || stands_q);
    index_q     <= index_i;
  end

  // An offer stays as it is.
  logic offer_q, stalled_q;
  always_ff @(posedge clk_i) {offer_q, stalled_q} <= {valid, run_q && !ready_i};

  always_comb begin
    if (run_q) begin
      assert (busy == (b_q || c_q || valid) && holds == {1'b0, busy});
      if (valid) assert (d_q && monitor == 3'd0 && desc_out.time_ns == 64'(d_tag_q));
      if (stalled_q) assert (valid == offer_q);
      if (d_q && !d_on_q) assert (valid);
      if (latched) assert (latch_q);
      if (read_q && index_q == {which, 1'b0}) assert (counter == 64'(was_observed_q));
      if (read_q && index_q == {which, 1'b1}) assert (counter == 64'(was_selected_q));
    end
    if (run_q && judged_q) begin
      if (!random_q) assert (valid == (so_far_q == window_q));
      assert (!(valid && taken_q));
      if (so_far_q == window_q) assert (valid || taken_q);
    end
  end

endmodule

`default_nettype wire
