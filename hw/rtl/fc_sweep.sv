// SPDX-License-Identifier: BSD-2-Clause
// Finds the slots of the closing epoch and asks for a flush of each. Works on its own copy of valid and tag; a touched
// bit per group of rows and tag says where that tag was written; the walk goes from one such group to the next and looks at
// 32 groups a clock. A flush that could not emit sets the bit again, so the walk is repeated until nothing is left.
`default_nettype none

module fc_sweep #(
  parameter int unsigned RowBits = 9,
  parameter int unsigned Tables = 4,
  parameter int unsigned Slots = 2,
  localparam int unsigned Ways = Tables * Slots
) (
  input  wire logic                   clk_i,
  input  wire logic                   rst_ni,
  input  wire logic                   clear_i,
  input  wire logic [RowBits-1:0]     clear_row_i,
  input  wire logic                   start_i,
  input  wire logic                   tag_i,       // stable from start_i to done_o
  output logic                        done_o,      // pulse
  input  wire logic                   valid_i,     // U1
  input  wire logic                   flush_i,     // ... it is one of ours
  input  wire fc_core_pkg::decision_t decision_i,
  output logic                        req_valid_o,
  output logic [fc_core_pkg::WayBits-1:0] req_way_o,
  output logic [fc_core_pkg::RowMax-1:0]  req_row_o,
  input  wire logic                   req_ready_i
);

  // At least 256 groups where there are so many rows, of 64 rows at most: a quiet epoch touches few of them.
  localparam int unsigned GroupRowBits = (RowBits > 14) ? 6 : (RowBits > 8) ? RowBits - 8 : 0;
  localparam int unsigned GroupRows = 1 << GroupRowBits;
  localparam int unsigned GroupBits = RowBits - GroupRowBits;
  localparam int unsigned Groups = 1 << GroupBits;
  localparam int unsigned ChunkBits = (GroupBits < 5) ? GroupBits : 5;
  localparam int unsigned Chunk = 1 << ChunkBits;               // groups that are looked at in one clock,
  localparam logic [GroupBits-1:0] InChunk = GroupBits'(Chunk - 1);
  localparam int unsigned PartBits = (ChunkBits < 3) ? ChunkBits : 3;
  localparam int unsigned Part = 1 << PartBits;                 // by parts beside each other: fewer levels

  typedef enum logic [1:0] {StIdle, StGroup, StRows, StDrain} state_e;

  state_e                state_d, state_q;
  (* nowrshmsk *) logic [2*Groups-1:0] touched_q; // [{tag, group}]; written by decoding the place, not by shifting a mask
  logic [GroupBits-1:0]  group_q;
  logic [RowBits-1:0]    row_q, next_row;
  logic                  have_q;                 // bits shows row_q
  logic [Ways-1:0]       issued_q, bits, left, first;
  logic [4:0]            flying_q;
  logic                  group_touched, group_last, row_last, row_over, read, granted, open_group, again, event_w, event_tag;
  logic                  rested_q, again_q;      // nothing was under way a clock ago, and what touched_q said then
  logic [GroupBits-1:0]  event_group, group_base, group_to;
  logic [Chunk-1:0]      chunk;

  assign first       = left & (~left + 1'b1);
  assign req_valid_o = state_q == StRows && have_q && left != '0;
  assign req_row_o   = fc_core_pkg::RowMax'(row_q);
  assign granted     = req_valid_o && req_ready_i;
  assign row_over    = have_q && (left == '0 || (granted && left == first));
  assign row_last    = (row_q & RowBits'(GroupRows - 1)) == RowBits'(GroupRows - 1);
  assign group_base  = group_q & ~InChunk;
  assign group_last  = group_to == GroupBits'(Groups - 1);
  assign next_row    = have_q ? row_q + 1'b1 : row_q;
  assign read        = state_q == StRows && (!have_q || (row_over && !row_last));
  assign open_group  = state_q == StGroup && group_touched;

  // From group_q on, the first touched group of its chunk, or the end of the chunk.
  always_comb begin : find
    logic [Chunk-1:0]               ahead;
    logic [Chunk/Part*PartBits-1:0] first_in;  // the first touched one of each part
    chunk    = '0;
    first_in   = '0;
    ahead    = '1;
    again    = 1'b0;
    group_to = group_q;
    if (state_q == StGroup) begin
      for (int unsigned i = 0; i < Chunk; i++) ahead[i] = ChunkBits'(i) >= group_q[ChunkBits-1:0];
      chunk    = touched_q[{tag_i, group_base} +: Chunk] & ahead;
      for (int unsigned i = 1; i <= Chunk; i++) begin
        if (chunk[Chunk-i]) first_in[(Chunk-i)/Part*PartBits +: PartBits] = PartBits'(Chunk - i);
      end
      group_to = group_base | InChunk;
      for (int unsigned i = 1; i <= Chunk / Part; i++) begin
        if (chunk[Chunk - i*Part +: Part] != '0) begin
          group_to = group_base | GroupBits'(Chunk - i*Part) | GroupBits'(first_in[(Chunk/Part - i)*PartBits +: PartBits]);
        end
      end
    end
    if (state_q == StDrain) again = tag_i ? |touched_q[Groups +: Groups] : |touched_q[0 +: Groups];
    group_touched = chunk != '0;
  end

  always_comb begin : encode
    left      = bits & ~issued_q;
    req_way_o = '0;
    for (int unsigned w = 0; w < Ways; w++) begin
      if (first[w]) req_way_o = 3'(w);
    end
  end

  logic unused;
  assign unused = ^decision_i;  // most of the decision is for the update stages

  for (genvar w = 0; w < Ways; w++) begin : g_way
    logic       valid, tag;
    fc_ram #(.Width(2), .AddrBits(RowBits)) u_bits (
      .clk_i, .en_i(read || valid_i || clear_i), .we_i(clear_i || (valid_i && decision_i.touch && decision_i.way == 3'(w))),
      .waddr_i(clear_i ? clear_row_i : decision_i.row[RowBits-1:0]),
      .wdata_i({decision_i.tag, decision_i.valid && !clear_i}), .re_i(read), .raddr_i(next_row), .rdata_o({tag, valid})
    );
    assign bits[w] = valid && tag == tag_i;
  end

  always_comb begin : step
    state_d = state_q;
    done_o  = 1'b0;
    case (state_q)
      StIdle:  if (start_i) state_d = StGroup;
      StGroup: if (group_touched) state_d = StRows;
               else if (group_last) state_d = StDrain;
      StRows:  if (row_over && row_last) state_d = group_last ? StDrain : StGroup;
      default: begin
        if (rested_q) begin
          state_d = again_q ? StGroup : StIdle;
          done_o  = !again_q;
        end
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    state_q <= state_d;
    if (state_d == StRows && state_q == StGroup) begin
      row_q    <= RowBits'(32'(group_to) << GroupRowBits);
      have_q   <= 1'b0;
      issued_q <= '0;
    end
    if (read) begin
      row_q    <= next_row;
      have_q   <= 1'b1;
      issued_q <= '0;
    end else if (granted) issued_q <= issued_q | first;
    if (state_q == StIdle || state_q == StDrain) group_q <= '0;
    else if (open_group) group_q <= group_to;
    else if (state_q == StGroup || (row_over && row_last)) group_q <= group_to + 1'b1;
    flying_q <= flying_q + 5'(granted) - 5'(valid_i && flush_i);
    // A clock of its own: in a large cache it takes long to know whether any group is touched.
    rested_q <= state_q == StDrain && !rested_q && flying_q == '0;
    if (state_q == StDrain) again_q <= again;
    if (!rst_ni) begin
      rested_q <= 1'b0;
      state_q  <= StIdle;
      flying_q <= '0;
      have_q   <= 1'b0;
    end
  end

  // A slot that was written sets the bit of its new tag; a flush that failed sets that of the tag it looked for.
  assign event_w     = valid_i && (decision_i.failed ? flush_i : (decision_i.touch && decision_i.valid));
  assign event_tag   = decision_i.tag;
  assign event_group = GroupBits'(decision_i.row >> GroupRowBits);
  always_ff @(posedge clk_i) begin
    if (open_group) touched_q[{tag_i, group_to}] <= 1'b0;
    if (event_w) touched_q[{event_tag, event_group}] <= 1'b1;
    if (!rst_ni) touched_q <= '0;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(valid_i && flush_i && flying_q == '0)) else $error("fc_sweep: a flush came back that nobody asked for");
    if (rst_ni) assert (!(start_i && state_q != StIdle)) else $error("fc_sweep: started while at work");
  end
`endif

endmodule

`default_nettype wire
