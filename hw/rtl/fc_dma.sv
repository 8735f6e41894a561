// SPDX-License-Identifier: BSD-2-Clause
// Record rings in host memory: takes records, completes them with index, sequence and phase, writes each as one burst of
// two beats, and tells the host by status line and interrupt once they are there. Page: docs/hw/dma.md
`default_nettype none

module fc_dma #(
  parameter int unsigned Rings       = 1,
  parameter int unsigned Outstanding = 32,
  parameter int unsigned StatusEvery = 64,
  parameter int unsigned TickLog2    = 6     // core clocks of a tick of moderation, log2
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,           // only while idle_o: bursts under way cannot be called back
  input  wire logic stop_i,           // take nothing more; drop what has not reached the bus
  output logic      idle_o,           // no burst under way, nothing held

  input  wire logic [Rings-1:0]                    rec_valid_i,
  input  wire logic [Rings*fc_pkg::RecordBits-1:0] rec_i,
  output logic      [Rings-1:0]                    rec_ready_o,

  input  wire logic [Rings-1:0]    enable_i,
  input  wire logic [Rings*5-1:0]  size_log2_i,
  input  wire logic [Rings*64-1:0] base_i,
  input  wire logic [Rings*64-1:0] status_i,
  input  wire logic [Rings*31-1:0] consumer_i,
  input  wire logic [Rings-1:0]    arm_i,
  input  wire logic [Rings*32-1:0] moderation_i,
  input  wire logic [31:0]         faults_i,
  output logic [Rings*32-1:0]      producer_o,
  output logic [Rings*31-1:0]      issued_o,
  output logic [Rings*32-1:0]      errors_o,
  output logic                     axi_error_o,
  output logic                     no_bus_master_o,

  output logic [  3:0] m_axi_host_awid_o,
  output logic [ 63:0] m_axi_host_awaddr_o,
  output logic [  7:0] m_axi_host_awlen_o,
  output logic [  2:0] m_axi_host_awsize_o,
  output logic [  1:0] m_axi_host_awburst_o,
  output logic         m_axi_host_awvalid_o,
  input  wire logic    m_axi_host_awready_i,
  output logic [511:0] m_axi_host_wdata_o,
  output logic [ 63:0] m_axi_host_wstrb_o,
  output logic         m_axi_host_wlast_o,
  output logic         m_axi_host_wvalid_o,
  input  wire logic    m_axi_host_wready_i,
  input  wire logic [3:0] m_axi_host_bid_i,
  input  wire logic [1:0] m_axi_host_bresp_i,
  input  wire logic    m_axi_host_bvalid_i,
  output logic         m_axi_host_bready_o,

  output logic      [Rings-1:0] irq_req_o,
  input  wire logic [Rings-1:0] irq_ack_i,
  input  wire logic [2:0]       cfg_max_payload_i,
  input  wire logic             cfg_bus_master_i,
  output logic                  busy_o,
  output logic                  timing_o      // an interrupt waits for its time, whatever else is idle
);

  localparam int unsigned Half        = 480;  // payload bits of a half, without its trailer
  localparam int unsigned RingBits    = 3;
  localparam int unsigned KindLsb     = fc_regs_pkg::RecKindLsb;
  localparam int unsigned KindWidth   = fc_regs_pkg::RecKindWidth;
  localparam int unsigned IndexLsb    = fc_regs_pkg::BarrierRingIndexLsb;
  localparam int unsigned SequenceWidth = fc_regs_pkg::TrailerSequenceWidth;

  if (Rings < 1 || Rings > 8) begin : gen_bad_rings
    $error("fc_dma: Rings must be 1..8");
  end

  // A burst has 128 octets, which is the smallest maximum payload that PCIe knows; BID can only be 0.
  logic unused_in;
  assign unused_in = ^{cfg_max_payload_i, m_axi_host_bid_i, m_axi_host_bresp_i[0]};

  // ------------------------------------------------------------------ rings and the choice among them
  logic [Rings-1:0]    room, want_record, want_status_now, want_status_idle, ring_busy, ring_timing, phase;
  logic [Rings*32-1:0] index;
  logic [Rings*64-1:0] addr;
  logic                pick_valid, pick_status, pick_good, take, take_record, take_status, done, done_error;
  logic [Rings-1:0]    pick_ring, done_ring;
  logic                done_status, done_record;

  for (genvar r = 0; r < Rings; r++) begin : gen_ring
    // Records and status line are aligned whatever the registers hold.
    logic unused_low;
    assign unused_low = ^base_i[64*r +: 7];

    fc_dma_ring #(.StatusEvery(StatusEvery), .TickLog2(TickLog2)) u_ring (
      .clk_i, .rst_ni,
      .enable_i(enable_i[r]), .size_log2_i(size_log2_i[5*r +: 5]), .base_i(base_i[64*r+7 +: 57]),
      .status_on_i(status_i[64*r +: 64] != '0), .consumer_i(consumer_i[31*r +: 31]), .arm_i(arm_i[r]),
      .moderation_i(moderation_i[32*r +: 32]),
      .rec_valid_i(rec_valid_i[r]), .take_i(take_record && pick_ring[r]),
      .take_status_i(take_status && pick_ring[r]), .done_i(done_record && done_ring[r]),
      .error_i(done_error && done_ring[r]),
      .room_o(room[r]), .want_status_now_o(want_status_now[r]),
      .want_status_idle_o(want_status_idle[r]), .index_o(index[32*r +: 32]), .phase_o(phase[r]),
      .addr_o(addr[64*r +: 64]), .producer_o(producer_o[32*r +: 32]), .issued_o(issued_o[31*r +: 31]), .errors_o(errors_o[32*r +: 32]),
      .irq_req_o(irq_req_o[r]), .irq_ack_i(irq_ack_i[r]), .busy_o(ring_busy[r]),
      .timing_o(ring_timing[r])
    );
  end

  assign want_record = room & rec_valid_i;

  fc_dma_pick #(.Rings(Rings)) u_pick (
    .clk_i, .rst_ni, .allow_i(!stop_i && cfg_bus_master_i),
    .status_now_i(want_status_now), .record_i(want_record), .status_idle_i(want_status_idle),
    .taken_i(take || !pick_good), .valid_o(pick_valid), .status_o(pick_status), .ring_o(pick_ring)
  );

  // ------------------------------------------------------------------ held: one record or status line
  logic          held_q, second_q, held_status_q;
  logic [1023:0] data_q;
  logic [63:0]   addr_q;
  logic [Rings-1:0] ring_q;
  logic          first, second, free;

  // The ring may have been switched off, or its room taken back, since it was chosen.
  assign pick_good   = (pick_ring & (pick_status ? enable_i : room)) != '0 && !stop_i && cfg_bus_master_i;
  assign free        = !held_q || second || (first && held_status_q);
  assign take        = pick_valid && pick_good && free;
  assign take_record = take && !pick_status;
  assign take_status = take && pick_status;
  assign rec_ready_o = take_record ? pick_ring : '0;

  logic [31:0] trailer, picked_index, picked_producer;
  logic [63:0] picked_addr, picked_line;
  logic        picked_phase;
  logic [RingBits-1:0] picked_number;
  always_comb begin
    picked_index    = '0;
    picked_producer = '0;
    picked_addr     = '0;
    picked_line     = '0;
    picked_phase    = 1'b0;
    picked_number   = '0;
    for (int unsigned r = 0; r < Rings; r++) begin
      if (pick_ring[r]) begin
        picked_index    = index[32*r +: 32];
        picked_producer = producer_o[32*r +: 32];
        picked_addr     = addr[64*r +: 64];
        picked_line     = {status_i[64*r+6 +: 58], 6'd0};
        picked_phase    = phase[r];
        picked_number   = RingBits'(r);
      end
    end
    trailer = '0;
    trailer[fc_regs_pkg::TrailerSequenceLsb +: SequenceWidth] = picked_index[SequenceWidth-1:0];
    trailer[fc_regs_pkg::TrailerPhaseLsb]                     = picked_phase;
  end

  // Wide data moves only when something is taken.
  always_ff @(posedge clk_i) begin
    if (take) begin
      ring_q        <= pick_ring;
      held_status_q <= pick_status;
      addr_q        <= pick_status ? picked_line : picked_addr;
    end
    if (take_status) begin
      data_q[511:0] <= {picked_producer, 384'd0, 32'(picked_number), faults_i, picked_producer};
    end
    if (take_record) begin
      for (int unsigned r = 0; r < Rings; r++) begin
        if (pick_ring[r]) begin
          data_q[0 +: Half]   <= rec_i[fc_pkg::RecordBits*r +: Half];
          data_q[512 +: Half] <= rec_i[fc_pkg::RecordBits*r + Half +: Half];
          if (rec_i[fc_pkg::RecordBits*r + KindLsb +: KindWidth] == fc_regs_pkg::KindBarrier)
            data_q[IndexLsb +: 32] <= picked_index;
        end
      end
      data_q[Half +: 32]       <= trailer;
      data_q[512 + Half +: 32] <= trailer | (32'd1 << fc_regs_pkg::TrailerHalfLsb);
    end
  end

  // ------------------------------------------------------------------ bus: address and first beat in the same clock
  // Low before the first reset too, so that no bus ever sees a request that nobody made.
  logic         awvalid_q = 1'b0;
  logic         wvalid_q = 1'b0;
  logic         wlast_q, awlen_q;
  logic [63:0]  awaddr_q;
  logic [511:0] wdata_q;
  logic         w_free, order_full, order_empty;

  assign w_free = !wvalid_q || m_axi_host_wready_i;
  assign first  = held_q && !second_q && w_free && (!awvalid_q || m_axi_host_awready_i) && !order_full
                  && cfg_bus_master_i && !stop_i;
  assign second = second_q && w_free;

  always_ff @(posedge clk_i) begin
    if (first) wdata_q <= data_q[511:0];
    if (second) wdata_q <= data_q[1023:512];
    if (first) begin
      awaddr_q <= addr_q;
      awlen_q  <= !held_status_q;
    end
    if (first || second) wlast_q <= second || held_status_q;
  end

  always_ff @(posedge clk_i) begin
    held_q    <= take || !(free || (stop_i && !second_q));
    second_q  <= (first && !held_status_q) || (second_q && !second);
    awvalid_q <= first || (awvalid_q && !m_axi_host_awready_i);
    wvalid_q  <= first || second || (wvalid_q && !m_axi_host_wready_i);
    if (!rst_ni) begin
      held_q    <= 1'b0;
      second_q  <= 1'b0;
      awvalid_q <= 1'b0;
      wvalid_q  <= 1'b0;
    end
  end

  assign m_axi_host_awid_o    = 4'd0;
  assign m_axi_host_awaddr_o  = awaddr_q;
  assign m_axi_host_awlen_o   = 8'(awlen_q);
  assign m_axi_host_awsize_o  = 3'd6;   // 64 octets a beat
  assign m_axi_host_awburst_o = 2'b01;  // INCR
  assign m_axi_host_awvalid_o = awvalid_q;
  assign m_axi_host_wdata_o   = wdata_q;
  assign m_axi_host_wstrb_o   = '1;
  assign m_axi_host_wlast_o   = wlast_q;
  assign m_axi_host_wvalid_o  = wvalid_q;
  assign m_axi_host_bready_o  = 1'b1;

  // ------------------------------------------------------------------ answers
  fc_dma_order #(.Outstanding(Outstanding), .Width(Rings + 1)) u_order (
    .clk_i, .rst_ni, .push_i(first), .data_i({held_status_q, ring_q}), .full_o(order_full),
    .pop_i(done), .data_o({done_status, done_ring}), .empty_o(order_empty)
  );

  // A record that was answered with an error counts as written: it is lost, counted, and nothing hangs on it.
  assign done        = m_axi_host_bvalid_i && !order_empty;
  assign done_record = done && !done_status;
  assign done_error  = done && m_axi_host_bresp_i[1];
  assign axi_error_o = done_error;

  assign no_bus_master_o = !cfg_bus_master_i && (held_q || (|want_record));
  assign idle_o          = !held_q && !awvalid_q && !wvalid_q && order_empty;
  assign busy_o          = !idle_o || pick_valid || (|ring_busy);
  assign timing_o        = |ring_timing;

endmodule

`default_nettype wire
