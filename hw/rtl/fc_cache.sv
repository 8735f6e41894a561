// SPDX-License-Identifier: BSD-2-Clause
// The cache memory and stages R (addresses) and C (compare): Tables x Slots ways, each a narrow RAM (valid, tag,
// packets, age stamp, monitor) and a wide one (first vector). Stage D gets the narrow state of the candidates, their raw
// hit bits and which rows the operations ahead share; the vectors wait here until the decision names one.
`default_nettype none

module fc_cache #(
  parameter int unsigned RowBits = 9,
  parameter int unsigned Monitors = 8,
  parameter int unsigned Tables = 4,
  parameter int unsigned Slots = 2,
  parameter int unsigned Rings = 1,
  parameter int unsigned PacketBits = 16,
  localparam int unsigned Ways = Tables * Slots,
  localparam int unsigned StateBits = 2 + PacketBits,
  localparam int unsigned Window = fc_core_pkg::Window,
  localparam logic [RowBits-1:0] RingMask = RowBits'(Rings - 1)
) (
  input  wire logic                                   clk_i,
  input  wire logic                                   rst_ni,
  input  wire logic                                   clear_i,      // mark the row invalid in all ways
  input  wire logic [RowBits-1:0]                     clear_row_i,
  input  wire logic [Monitors*fc_pkg::VectorBits-1:0] monitor_mask_i,
  input  wire logic                                   valid_r_i,
  input  wire fc_core_pkg::op_t                       op_r_i,
  input  wire fc_pkg::desc_t                          desc_r_i,
  input  wire logic [fc_pkg::VectorBits-1:0]          key_r_i,
  input  wire logic [fc_pkg::HashBits-1:0]            hash_r_i,
  input  wire logic [Window-1:0]                      same_key_r_i,
  output logic                                        busy_o,       // any operation is in stage C
  output logic                                        valid_c_o,    // ... a packet's, to be looked up
  output logic [2:0]                                  monitor_c_o,
  output logic [fc_pkg::VectorBits-1:0]               key_c_o,
  output logic                                        valid_d_o,
  output fc_core_pkg::op_t                            op_d_o,
  output fc_pkg::desc_t                               desc_d_o,
  output logic [Tables*RowBits-1:0]                   rows_d_o,
  output logic [Ways*StateBits-1:0]                   state_d_o,    // a way: {packets, tag, valid}
  output logic [Ways*fc_core_pkg::NumberBits-1:0]     age_d_o,
  output logic [Ways-1:0]                             raw_hit_d_o,
  output logic [Window-1:0]                           same_key_d_o,
  output logic [Window*Tables-1:0]                    same_row_d_o,
  input  wire logic                                   keep_i,       // D: the vectors are needed one clock longer
  input  wire fc_core_pkg::decision_t                 write_i,      // U1
  input  wire logic [fc_core_pkg::NumberBits-1:0]     write_number_i,
  input  wire logic [2:0]                             write_monitor_i,
  input  wire logic [fc_pkg::VectorBits-1:0]          write_vec_i,
  output logic [fc_pkg::VectorBits-1:0]               old_vec_o,    // U1: of the way in write_i
  output logic [2:0]                                  old_monitor_o
);

  localparam int unsigned VectorBits = fc_pkg::VectorBits;
  localparam int unsigned NumberBits = fc_core_pkg::NumberBits;
  localparam int unsigned NarrowBits = StateBits + NumberBits + 3;

  logic                      valid_c;
  fc_core_pkg::op_t          op_c;
  fc_pkg::desc_t             desc_c;
  logic [VectorBits-1:0]     key_c, mask_c;
  logic [Tables*RowBits-1:0] rows_r, rows_c, rows_u1;
  logic [Window-1:0]         same_key_c;
  logic [Window*Tables-1:0]  same_row_c;
  logic                      packet_r, packet_c, drain_c, named_r, read_r, ways_on;

  assign busy_o      = valid_c;
  assign valid_c_o   = packet_c;
  assign monitor_c_o = op_c.monitor;
  assign key_c_o     = key_c;
  assign packet_r    = valid_r_i && op_r_i.kind == fc_core_pkg::OpPacket;
  assign named_r     = op_r_i.kind == fc_core_pkg::OpFlush || op_r_i.kind == fc_core_pkg::OpDrain || op_r_i.kind == fc_core_pkg::OpCopy;
  assign read_r      = packet_r || (valid_r_i && named_r);
  assign ways_on     = read_r || write_i.touch || clear_i;
  assign packet_c    = valid_c && op_c.kind == fc_core_pkg::OpPacket;
  assign drain_c     = valid_c && op_c.kind == fc_core_pkg::OpDrain;

  // Row of each table. With several rings the low row bits of every table are the ring, taken from the hash once.
  always_comb begin : rows
    for (int unsigned t = 0; t < Tables; t++) begin
      rows_r[t*RowBits +: RowBits] = (hash_r_i[16*t +: RowBits] & ~RingMask) | (hash_r_i[RowBits-1:0] & RingMask);
      if (named_r) rows_r[t*RowBits +: RowBits] = op_r_i.row[RowBits-1:0];
    end
  end

  always_ff @(posedge clk_i) begin
    valid_c   <= valid_r_i;
    valid_d_o <= valid_c;
    if (!rst_ni) begin
      valid_c   <= 1'b0;
      valid_d_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_r_i) begin
      op_c       <= op_r_i;
      desc_c     <= desc_r_i;
      rows_c     <= rows_r;
      same_key_c <= same_key_r_i;
      for (int unsigned t = 0; t < Tables; t++) begin
        same_row_c[t]            <= rows_r[t*RowBits +: RowBits] == rows_c[t*RowBits +: RowBits];
        same_row_c[Tables + t]   <= rows_r[t*RowBits +: RowBits] == rows_d_o[t*RowBits +: RowBits];
        same_row_c[2*Tables + t] <= rows_r[t*RowBits +: RowBits] == rows_u1[t*RowBits +: RowBits];
      end
    end
    if (packet_r) begin
      key_c  <= key_r_i;
      mask_c <= monitor_mask_i[op_r_i.monitor*VectorBits +: VectorBits];
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_c) begin
      op_d_o       <= op_c;
      desc_d_o     <= desc_c;
      rows_d_o     <= rows_c;
      same_key_d_o <= same_key_c;
      same_row_d_o <= same_row_c;
    end
    if (valid_d_o) rows_u1 <= rows_d_o;
  end

  assign old_vec_o     = g_way[Ways-1].vec_chosen;
  assign old_monitor_o = g_way[Ways-1].monitor_chosen;

  logic unused;
  assign unused = ^write_i;  // the rest of the decision is for the update stages

  for (genvar w = 0; w < Ways; w++) begin : g_way
    logic [NarrowBits-1:0] narrow, narrow_new;
    logic [VectorBits-1:0] vec;
    logic [2:0]            monitor;
    // Vector of the candidate: at D, and at U1 for one that was told to stay. Each stands by itself, not in an array
    // over ways: a model would clear a word for each element in each clock.
    logic [VectorBits-1:0] vec_d, vec_u1, vec_chosen;
    logic [2:0]            monitor_d, monitor_u1, monitor_chosen;
    logic                  here;
    logic [RowBits-1:0]    row;

    assign monitor    = narrow[NarrowBits-1 -: 3];
    assign here       = write_i.touch && write_i.way == 3'(w);
    assign row        = rows_r[(w/Slots)*RowBits +: RowBits];
    assign narrow_new = {write_monitor_i, write_number_i, write_i.packets[PacketBits-1:0], write_i.tag, write_i.valid && !clear_i};

    fc_ram #(.Width(NarrowBits), .AddrBits(RowBits)) u_narrow (
      .clk_i, .en_i(ways_on), .we_i(here || clear_i), .waddr_i(clear_i ? clear_row_i : write_i.row[RowBits-1:0]), .wdata_i(narrow_new),
      .re_i(read_r), .raddr_i(row), .rdata_o(narrow)
    );
    fc_ram #(.Width(VectorBits), .AddrBits(RowBits)) u_vector (
      .clk_i, .en_i(ways_on), .we_i(here && write_i.anew), .waddr_i(write_i.row[RowBits-1:0]), .wdata_i(write_vec_i),
      .re_i(read_r), .raddr_i(row), .rdata_o(vec)
    );

    always_ff @(posedge clk_i) begin
      if (valid_c) begin
        state_d_o[w*StateBits +: StateBits]  <= narrow[StateBits-1:0];
        age_d_o[w*NumberBits +: NumberBits]  <= op_c.number - narrow[StateBits +: NumberBits];
        raw_hit_d_o[w]                       <= 1'b0;
        if (narrow[0] && packet_c) raw_hit_d_o[w] <= monitor == op_c.monitor && (vec & mask_c) == key_c;
        if (narrow[0] && drain_c) raw_hit_d_o[w] <= monitor == op_c.monitor;
        if (narrow[0]) vec_d              <= vec;
        monitor_d                         <= monitor;
      end
      if (keep_i) begin
        vec_u1     <= vec_d;
        monitor_u1 <= monitor_d;
      end
    end

    if (w == 0) begin : g_first
      assign vec_chosen     = vec_u1;
      assign monitor_chosen = monitor_u1;
    end else begin : g_next
      assign vec_chosen     = (write_i.way == 3'(w)) ? vec_u1 : g_way[w-1].vec_chosen;
      assign monitor_chosen = (write_i.way == 3'(w)) ? monitor_u1 : g_way[w-1].monitor_chosen;
    end
  end

`ifndef SYNTHESIS
  // The window that fc_decide covers is the distance from read to write; a stage more or less would break it unseen.
  logic [Window-1:0] reads_q;
  always_ff @(posedge clk_i) begin
    reads_q <= {reads_q[Window-2:0], valid_r_i};
    if (!rst_ni) reads_q <= '0;
    if (rst_ni && write_i.touch) assert (reads_q[Window-1]) else $error("fc_cache: a slot is written at another distance than the window");
  end
`endif

endmodule

`default_nettype wire
