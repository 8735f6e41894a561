// SPDX-License-Identifier: BSD-2-Clause
// Collects the first HeaderWindow octets of a frame straight from the wire into registers and counts its beats.
// valid_o: a frame ended; the outputs stand for one clock (the next frame may overwrite them in the clock after).
// Octets of the window behind the frame's end are leftovers: the length decides what may be looked at.
`default_nettype none

module fc_window #(
  parameter int unsigned HeaderWindow = 192
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,
  input  wire logic enable_i,          // taken with the first beat of a frame

  input  wire logic [511:0] tdata_i,
  input  wire logic [63:0] tkeep_i,
  input  wire logic tvalid_i,
  input  wire logic tlast_i,
  input  wire logic terr_i,
  input  wire logic [63:0] ttime_ns_i,

  output logic      open_o,            // a frame has begun and not ended
  output logic      valid_o,
  output logic      [8*HeaderWindow-1:0] window_o,
  output logic      [14:0] beats_o,    // full beats before the last one, saturating at 2**14
  output logic      [63:0] keep_o,     // of the last beat
  output logic      err_o,
  output logic      [63:0] time_ns_o
);

  localparam int unsigned Beats = (HeaderWindow + 63) / 64;

  logic        open_q, counted_q, take, valid_q, err_q;
  logic [14:0] beat_q, beats_q;
  logic [63:0] keep_q, time_ns_q;

  // A frame that began while the port was disabled does not exist.
  assign take = tvalid_i && (open_q ? counted_q : enable_i);

  always_ff @(posedge clk_i) begin
    valid_q <= take && tlast_i;
    if (tvalid_i) begin
      open_q <= !tlast_i;
      if (!open_q) counted_q <= enable_i;
      if (tlast_i) beat_q <= '0;
      else if (!beat_q[14]) beat_q <= beat_q + 15'd1;
    end
    if (!rst_ni) begin
      valid_q   <= 1'b0;
      open_q    <= tvalid_i && !tlast_i;  // the rest of a frame that is on the wire now must not pass as a frame
      counted_q <= 1'b0;
      beat_q    <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take && tlast_i) begin
      beats_q   <= beat_q;
      keep_q    <= tkeep_i;
      err_q     <= terr_i;
      time_ns_q <= ttime_ns_i;
    end
  end

  for (genvar b = 0; b < Beats; b++) begin : gen_part
    localparam int unsigned Octets = (HeaderWindow - 64 * b < 64) ? HeaderWindow - 64 * b : 64;
    logic [8*Octets-1:0] part_q;

    always_ff @(posedge clk_i) begin
      if (take && beat_q == 15'(b)) part_q <= tdata_i[8*Octets-1:0];
    end

    assign window_o[512*b+:8*Octets] = part_q;
  end

  if (HeaderWindow < 64) begin : gen_unused
    logic unused_tdata;
    assign unused_tdata = ^tdata_i[511:8*HeaderWindow];
  end

  assign open_o    = open_q;
  assign valid_o   = valid_q;
  assign beats_o   = beats_q;
  assign keep_o    = keep_q;
  assign err_o     = err_q;
  assign time_ns_o = time_ns_q;

  always_ff @(posedge clk_i) begin
    if (rst_ni && tvalid_i && !tlast_i) assert (&tkeep_i);                        // gaps in a frame are not allowed
    if (rst_ni && tvalid_i) assert ((tkeep_i & (tkeep_i + 64'd1)) == 64'd0);      // octets from the low end on
  end

endmodule

`default_nettype wire
