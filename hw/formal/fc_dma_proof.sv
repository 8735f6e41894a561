// SPDX-License-Identifier: BSD-2-Clause
// fc_dma with two rings: the rules of the bus; each ring's records in order, each at its place with phase, sequence and
// content; never one that the host has not made room for; every B accounted to whom it answers; producer, status line and
// interrupt only after the B of every record they speak of; nothing sent while bus mastering is off.
`default_nettype none

module fc_dma_proof #(
  localparam int unsigned Rings = 2,
  localparam int unsigned Bits = fc_pkg::RecordBits
) (
  input wire logic             clk_i,
  input wire logic             rst_ni,
  input wire logic             stop_i,
  input wire logic [Rings-1:0] rec_valid_i,
  input wire logic [Rings*Bits-1:0] rec_i,
  input wire logic [Rings-1:0] enable_i,
  input wire logic [Rings*31-1:0] consumer_i,
  input wire logic [Rings-1:0] arm_i,
  input wire logic [Rings*32-1:0] moderation_i,
  input wire logic [31:0]      faults_i,
  input wire logic             awready_i,
  input wire logic             wready_i,
  input wire logic [1:0]       bresp_i,
  input wire logic             bvalid_i,
  input wire logic [Rings-1:0] irq_ack_i,
  input wire logic             bus_master_i
);

  localparam int unsigned Outstanding = 2;
  // Kind and flags, the word that a barrier gets, the last payload word and the trailer.
  localparam logic [511:0] Watched = {64'hffff_ffff_0000_000f, 160'd0, 32'hffff_ffff, 224'd0, 32'h0000_00ff};

  // Set by the host before it switches a ring on. Bits 41:40 tell records and status lines of the rings apart.
  (* anyconst *) logic [Rings*5-1:0]  size_log2;
  (* anyconst *) logic [Rings*64-1:0] base, status;
  (* anyconst *) logic [2:0]          max_payload;

  // Records are watched where the bus is: payload bits 0..479 are the first half without its trailer.
  localparam logic [Bits-1:0] WatchedRecord = {Watched[479:0], Watched[479:0]};
  logic [Rings*Bits-1:0] rec;
  assign rec = rec_i & {Rings{WatchedRecord}};

  logic [Rings-1:0]    rec_ready, irq;
  logic [Rings*32-1:0] producer, errors;
  logic [Rings*31-1:0] issued;
  logic                idle, axi_error, no_bus_master, busy, timing;
  logic [3:0]   awid;
  logic [63:0]  awaddr, wstrb;
  logic [7:0]   awlen;
  logic [2:0]   awsize;
  logic [1:0]   awburst;
  logic [511:0] wdata;
  logic         awvalid, wlast, wvalid, bready, begins, beat;

  fc_dma #(.Rings(Rings), .Outstanding(Outstanding), .StatusEvery(2), .TickLog2(1)) u_dut (
    .clk_i, .rst_ni, .stop_i, .idle_o(idle), .rec_valid_i, .rec_i(rec), .rec_ready_o(rec_ready),
    .enable_i, .size_log2_i(size_log2), .base_i(base), .status_i(status), .consumer_i, .arm_i, .moderation_i, .faults_i,
    .producer_o(producer), .issued_o(issued), .errors_o(errors), .axi_error_o(axi_error), .no_bus_master_o(no_bus_master),
    .m_axi_host_awid_o(awid), .m_axi_host_awaddr_o(awaddr), .m_axi_host_awlen_o(awlen), .m_axi_host_awsize_o(awsize),
    .m_axi_host_awburst_o(awburst), .m_axi_host_awvalid_o(awvalid), .m_axi_host_awready_i(awready_i),
    .m_axi_host_wdata_o(wdata), .m_axi_host_wstrb_o(wstrb), .m_axi_host_wlast_o(wlast), .m_axi_host_wvalid_o(wvalid),
    .m_axi_host_wready_i(wready_i), .m_axi_host_bid_i(4'd0), .m_axi_host_bresp_i(bresp_i), .m_axi_host_bvalid_i(bvalid_i),
    .m_axi_host_bready_o(bready), .irq_req_o(irq), .irq_ack_i, .cfg_max_payload_i(max_payload), .cfg_bus_master_i(bus_master_i),
    .busy_o(busy), .timing_o(timing)
  );

  fc_axi_rules #(.MaxOpen(Outstanding), .Watched(Watched)) u_rules (
    .clk_i, .rst_ni, .max_payload_i(max_payload), .awid_i(awid), .awaddr_i(awaddr), .awlen_i(awlen), .awsize_i(awsize),
    .awburst_i(awburst), .awvalid_i(awvalid), .awready_i, .wdata_i(wdata), .wstrb_i(wstrb), .wlast_i(wlast), .wvalid_i(wvalid),
    .wready_i, .bresp_i, .bvalid_i, .bready_i(bready), .begins_o(begins), .beat_o(beat)
  );

  // ---------------------------------------------------------------- what the host and the core owe
  logic                started_q = 1'b0;
  logic [Rings*31-1:0] consumer_q;
  logic                was_on_q;
  logic [Rings-1:0]    offered_q;
  logic [Rings*Bits-1:0] rec_q;
  always_ff @(posedge clk_i) begin
    started_q  <= 1'b1;
    consumer_q <= rst_ni ? consumer_i : '0;
    was_on_q   <= bus_master_i;
    offered_q  <= rst_ni ? rec_valid_i & ~rec_ready : '0;
    rec_q      <= rec;
  end

  logic [Rings*31-1:0] seen_q;  // records whose burst was shown to the bus
  always_ff @(posedge clk_i) begin
    for (int unsigned r = 0; r < Rings; r++) begin
      if (begins && awaddr[41:40] == 2'(r)) seen_q[31*r +: 31] <= seen_q[31*r +: 31] + 31'd1;
    end
    if (!rst_ni) seen_q <= '0;
  end

  always_comb begin : owed
    if (started_q && !rst_ni) assume (idle);
    for (int unsigned r = 0; r < Rings; r++) begin
      assume (size_log2[5*r +: 5] <= 5'd2);
      assume (base[64*r+32 +: 32] == {22'd0, 2'(r), 8'd0});
      assume (status[64*r+32 +: 32] == {22'd0, 2'(r + 2), 8'd0});
      // The host gives back what it has seen in its memory.
      assume (consumer_i[31*r +: 31] - consumer_q[31*r +: 31] <= seen_q[31*r +: 31] - consumer_q[31*r +: 31]);
      if (offered_q[r] && rst_ni) assume (rec_valid_i[r] && rec[Bits*r +: Bits] == rec_q[Bits*r +: Bits]);
      if (!rst_ni) assume (consumer_i[31*r +: 31] == '0);
    end
  end

  // ---------------------------------------------------------------- a record that nobody chose: ring, index
  (* anyconst *) logic        which_ring;
  (* anyconst *) logic [31:0] which;
  logic [31:0]   taken_q, sent_q, answered_q, place, sequence_word;
  logic [Bits-1:0] record_q;
  logic          ours, our_burst, our_status, is_status, second_q;
  logic [511:0]  half0, half1;
  logic [4:0]    log2;
  logic [63:0]   at;

  assign ours       = rec_valid_i[which_ring] && rec_ready[which_ring];
  assign our_burst  = begins && awaddr[41:40] == {1'b0, which_ring};
  assign our_status = begins && awaddr[41:40] == {1'b1, which_ring};
  assign is_status  = awaddr[41];
  assign log2       = size_log2[5*which_ring +: 5];
  assign place      = sent_q & ((32'd1 << log2) - 32'd1);
  assign at         = {base[64*which_ring + 7 +: 57], 7'd0} + {25'd0, place, 7'd0};

  always_comb begin : expected
    sequence_word = {1'b0, 1'b0, which[29:0]};
    sequence_word[fc_regs_pkg::TrailerPhaseLsb] = ((which >> log2) & 32'd1) == '0;
    half0 = {sequence_word, record_q[479:0]};
    half1 = {sequence_word | (32'd1 << fc_regs_pkg::TrailerHalfLsb), record_q[959:480]};
    if (record_q[fc_regs_pkg::RecKindLsb +: fc_regs_pkg::RecKindWidth] == fc_regs_pkg::KindBarrier) half0[256 +: 32] = which;
  end

  always_ff @(posedge clk_i) begin
    if (ours) taken_q <= taken_q + 32'd1;
    if (ours && taken_q == which) record_q <= rec[Bits*which_ring +: Bits];
    if (our_burst) sent_q <= sent_q + 32'd1;
    second_q <= (our_burst && sent_q == which) || (second_q && !beat);
    if (!rst_ni) begin
      taken_q  <= '0;
      sent_q   <= '0;
      second_q <= 1'b0;
    end
  end

  // ---------------------------------------------------------------- whom a B answers
  logic [7:0] owed_q;   // two bits a burst that was begun, the oldest lowest: status line, ring
  logic [2:0] depth_q;
  logic       answer;
  assign answer = bvalid_i && bready;
  always_ff @(posedge clk_i) begin : answers
    logic [7:0] next;
    logic [2:0] depth;
    next  = owed_q;
    depth = depth_q;
    if (answer) begin
      next  = next >> 2;
      depth = depth - 3'd1;
    end
    if (begins) begin
      next[2*depth +: 2] = {is_status, awaddr[40]};
      depth = depth + 3'd1;
    end
    owed_q  <= next;
    depth_q <= depth;
    if (answer && owed_q[1:0] == {1'b0, which_ring}) answered_q <= answered_q + 32'd1;
    if (!rst_ni) begin
      depth_q    <= '0;
      answered_q <= '0;
    end
  end

  logic        irq_q, behind_q;
  logic [31:0] behind;
  assign behind = answered_q - 32'(consumer_i[31*which_ring +: 31]);
  always_ff @(posedge clk_i) begin
    irq_q    <= rst_ni && irq[which_ring];
    behind_q <= behind != '0 && !behind[30];
  end

  // What stop_i throws away was taken and is never sent: then the card is on its way to a reset.
  logic stop_q;
  always_ff @(posedge clk_i) stop_q <= rst_ni && (stop_i || stop_q);
  always_comb if (stop_q && started_q && rst_ni) assume (stop_i);

  always_comb begin : checks
    if (started_q && rst_ni) begin
      assert (producer[32*which_ring +: 32] == answered_q);
      assert (issued[31*which_ring +: 31] == taken_q[30:0]);
      assert (sent_q - answered_q <= 32'(Outstanding) && taken_q - sent_q <= 32'd1 + 32'(stop_q));
      if (our_burst) begin
        assert (awlen == 8'd1);
        assert (awaddr == at);
        assert (was_on_q);
        assert (sent_q != taken_q && sent_q - 32'(consumer_i[31*which_ring +: 31]) < (32'd1 << log2));
        if (sent_q == which) assert ((wdata & Watched) == (half0 & Watched));
      end
      if (beat && !begins && second_q) assert ((wdata & Watched) == (half1 & Watched));
      if (our_status) begin
        assert (awlen == 8'd0 && awaddr == {status[64*which_ring + 6 +: 58], 6'd0} && was_on_q);
        assert (wdata[31:0] == wdata[511:480] && wdata[95:64] == 32'(which_ring));
        assert (answered_q - wdata[31:0] <= 32'(Outstanding));
      end
      if (irq[which_ring] && !irq_q) assert (behind_q);
    end
  end


endmodule

`default_nettype wire
