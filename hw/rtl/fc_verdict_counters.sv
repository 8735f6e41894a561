// SPDX-License-Identifier: BSD-2-Clause
// The counters of a port and a snapshot of all of them taken at one instant.
// Verdicts live in a small RAM, one read-modify-write a clock. A latch freezes frames, octets and missed at once; the
// verdicts are copied after it, one a clock, and a verdict that is counted before its turn is copied first (its old
// value), so that the snapshot shows the instant of the latch although frames go on: frames = sum of verdicts.
`default_nettype none

module fc_verdict_counters (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic count_i,           // one frame
  input  wire logic [4:0] verdict_i,
  input  wire logic [19:0] octets_i,
  input  wire logic missed_i,          // with count_i

  input  wire logic latch_i,           // not while busy_o
  output logic      busy_o,
  output logic      done_o,            // pulse: the snapshot stands

  // Reads the snapshot, in any clock while it stands.
  input  wire logic [5:0] index_i,     // 0 frames, 1 octets, 2 missed, 6 + v verdict v
  output logic      [63:0] value_o
);

  // ---------------------------------------------------------------- live
  logic [63:0] frames_q, octets_q, missed_q, frames_d, octets_d, missed_d;
  logic [63:0] live [32];
  logic [31:0] written_q;              // a place not written since reset counts as 0
  logic [63:0] old;

  assign frames_d = frames_q + 64'(count_i);
  assign octets_d = octets_q + (count_i ? 64'(octets_i) : 64'd0);
  assign missed_d = missed_q + 64'(count_i && missed_i);
  assign old      = written_q[verdict_i] ? live[verdict_i] : 64'd0;

  always_ff @(posedge clk_i) begin
    if (count_i) begin
      frames_q             <= frames_d;
      octets_q             <= octets_d;
      missed_q             <= missed_d;
      written_q[verdict_i] <= 1'b1;
    end
    if (!rst_ni) begin
      frames_q  <= '0;
      octets_q  <= '0;
      missed_q  <= '0;
      written_q <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (count_i) live[verdict_i] <= old + 64'd1;
  end

  // ---------------------------------------------------------------- snapshot
  logic        walk_q, last, rescue, done_q;
  logic [4:0]  place_q;
  logic [31:0] copied_q;
  logic [63:0] frames_snap_q, octets_snap_q, missed_snap_q;
  logic [63:0] snap [32];

  assign rescue = walk_q && count_i && !copied_q[verdict_i];
  assign last   = walk_q && !rescue && place_q == 5'd31;

  always_ff @(posedge clk_i) begin
    done_q <= last;
    if (latch_i) begin
      walk_q   <= 1'b1;
      place_q  <= '0;
      copied_q <= '0;
    end
    else if (rescue) copied_q[verdict_i] <= 1'b1;
    else if (walk_q) begin
      copied_q[place_q] <= 1'b1;
      place_q           <= place_q + 5'd1;
      walk_q            <= !last;
    end
    if (!rst_ni) begin
      walk_q <= 1'b0;
      done_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (latch_i) begin
      frames_snap_q <= frames_d;
      octets_snap_q <= octets_d;
      missed_snap_q <= missed_d;
    end
    if (rescue) snap[verdict_i] <= old;
    else if (walk_q && !copied_q[place_q]) snap[place_q] <= written_q[place_q] ? live[place_q] : 64'd0;
  end

  always_comb begin
    value_o = 64'd0;
    if (index_i == 6'd0) value_o = frames_snap_q;
    else if (index_i == 6'd1) value_o = octets_snap_q;
    else if (index_i == 6'd2) value_o = missed_snap_q;
    else if (index_i >= 6'd6 && index_i < 6'd38) value_o = snap[5'(index_i - 6'd6)];
  end

  assign busy_o = walk_q || done_q;
  assign done_o = done_q;

  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(latch_i && walk_q));  // a latch within a latch would mix two instants
  end

endmodule

`default_nettype wire
