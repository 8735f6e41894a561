// SPDX-License-Identifier: BSD-2-Clause
// fc_sweep: when a sweep ends, a slot that nobody chose holds nothing of the swept tag and no flush is under way, however
// writes, flushes that found no place and other users of the cache mix. So each touched group has been visited by then.
`default_nettype none

module fc_sweep_proof (
  input wire logic       clk_i,
  input wire logic       start_i,
  input wire logic       tag_i,
  input wire logic       ready_i,
  input wire logic       op_i,         // something else than a flush of ours is decided
  input wire logic       way_i,
  input wire logic [3:0] row_i,
  input wire logic       write_i,      // it fills its slot, else it frees it
  input wire logic       touch_i,
  input wire logic       op_tag_i,
  input wire logic       room_i,
  input wire logic       other_i       // a flush finds something in a slot that is not followed
);

  localparam int unsigned RowBits = 4;
  localparam int unsigned Delay = 3;   // from the head of the pipeline to the decision

  (* anyconst *) logic       which_way;
  (* anyconst *) logic [3:0] which_row;

  // ---------------------------------------------------------------- reset clears a row a clock
  logic [4:0] start_q = 5'd0;
  logic       rst_n;
  assign rst_n = start_q[4];
  always_ff @(posedge clk_i) if (!rst_n) start_q <= start_q + 1'b1;

  // ---------------------------------------------------------------- one sweep after the other, of any tag
  logic running_q, tag_q, start, tag, done;
  assign start = rst_n && start_i && !running_q;
  assign tag   = running_q ? tag_q : tag_i;
  always_ff @(posedge clk_i) begin
    running_q <= (running_q || start) && !done;
    tag_q     <= tag;
    if (!rst_n) running_q <= 1'b0;
  end

  // ---------------------------------------------------------------- flushes on their way to the decision
  logic               req_valid, valid, ours, match;
  logic [2:0]         req_way;
  logic [15:0]        req_row;
  logic [Delay-1:0]   line_q;
  logic [5*Delay-1:0] place_q;
  logic [4:0]         place;
  logic               held_q, held_tag_q, followed;
  fc_core_pkg::decision_t decision;

  always_ff @(posedge clk_i) begin
    line_q  <= {line_q[Delay-2:0], req_valid && ready_i};
    place_q <= {place_q[5*(Delay-1)-1:0], req_way[0], req_row[3:0]};
    if (!rst_n) line_q <= '0;
  end

  assign ours     = line_q[Delay-1];
  assign valid    = rst_n && (ours || op_i);
  assign place    = ours ? place_q[5*Delay-1 -: 5] : {way_i, row_i};
  assign followed = place == {which_way, which_row};
  assign match    = followed ? held_q && held_tag_q == tag : other_i;

  always_comb begin : decide
    decision       = '0;
    decision.way   = 3'(place[4]);
    decision.row   = 16'(place[3:0]);
    decision.tag   = ours ? tag : op_tag_i;
    decision.valid = !ours && write_i;
    decision.touch = ours ? match && room_i : touch_i;
    decision.failed = ours ? match && !room_i : !touch_i && !room_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid && decision.touch && followed) begin
      held_q     <= decision.valid;
      held_tag_q <= decision.tag;
    end
    if (!rst_n) held_q <= 1'b0;
  end

  fc_sweep #(.RowBits(RowBits), .Tables(1), .Slots(2)) u_dut (
    .clk_i, .rst_ni(rst_n), .clear_i(!rst_n), .clear_row_i(start_q[3:0]), .start_i(start), .tag_i(tag), .done_o(done),
    .valid_i(valid), .flush_i(ours), .decision_i(decision),
    .req_valid_o(req_valid), .req_way_o(req_way), .req_row_o(req_row), .req_ready_i(ready_i)
  );

  // The mark has passed: what is written from the start of a sweep on is of the other epoch.
  always_comb begin : owed
    if (valid && !ours && write_i && (running_q || start)) assume (op_tag_i != tag);
  end

  always_comb begin : checks
    if (rst_n && done) begin
      assert (running_q);
      assert (!(held_q && held_tag_q == tag));
      assert (line_q == '0);
    end
    if (rst_n && !running_q) assert (!req_valid);
  end

endmodule

`default_nettype wire
