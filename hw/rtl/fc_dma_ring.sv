// SPDX-License-Identifier: BSD-2-Clause
// What the DMA knows of one ring: where the next record goes, which are in host memory, when to write the status line
// and when to interrupt. All indices run freely; the consumer has 31 bits, so distances are taken modulo 2^31.
// Page: docs/hw/dma.md
`default_nettype none

module fc_dma_ring #(
  parameter int unsigned StatusEvery = 64,  // records after which the status line is written even under load
  parameter int unsigned TickLog2    = 6    // core clocks of a tick of moderation, log2
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic        enable_i,
  input  wire logic [ 4:0] size_log2_i,
  input  wire logic [63:7] base_i,
  input  wire logic        status_on_i,
  input  wire logic [30:0] consumer_i,
  input  wire logic        arm_i,          // beside the consumer index it belongs to
  input  wire logic [31:0] moderation_i,
  input  wire logic        rec_valid_i,

  input  wire logic take_i,        // a record goes into the pipeline
  input  wire logic take_status_i, // a status line does
  input  wire logic done_i,        // B of a record of this ring
  input  wire logic error_i,       // B of this ring with an error, record or status line

  output logic        room_o,              // on, and a record would overwrite nothing
  output logic        want_status_now_o,   // due, records wait behind it
  output logic        want_status_idle_o,  // nothing else to do
  output logic [31:0] index_o,
  output logic        phase_o,
  output logic [63:0] addr_o,
  output logic [31:0] producer_o,
  output logic [30:0] issued_o,            // as the producer, but of the records begun, not of those answered
  output logic [31:0] errors_o,
  output logic        irq_req_o,
  input  wire logic   irq_ack_i,
  output logic        busy_o,
  output logic        timing_o             // nothing to do but to count the time until an interrupt
);

  logic [31:0] index_q, producer_q, reported_q, errors_q;
  logic        armed_q, irq_q, at_once_q;
  logic [31:0] size, unreported;
  logic [30:0] used, waiting;
  logic        space, quiet, behind, fire;

  assign size  = 32'd1 << size_log2_i;
  assign used  = index_q[30:0] - consumer_i;
  assign space = {1'b0, used} < size;

  assign unreported = producer_q - reported_q;
  assign quiet      = index_q == producer_q && !(room_o && rec_valid_i);

  assign room_o             = enable_i && space;
  assign want_status_now_o  = enable_i && status_on_i && unreported >= StatusEvery;
  assign want_status_idle_o = enable_i && status_on_i && unreported != '0 && quiet;

  assign index_o = index_q;
  assign phase_o = ~|(index_q & size);   // even laps have phase 1
  // Records are aligned to their size, so that none crosses 4 KiB; low bits of the base are not used.
  assign addr_o  = {base_i, 7'd0} + {25'd0, index_q & (size - 32'd1), 7'd0};

  // One shot: armed by the host together with its index, fired when the host is behind. Held until acknowledged.
  // The host may be ahead of the producer by what it saw in memory before its answer came: that is not behind.
  assign waiting = producer_q[30:0] - consumer_i;
  assign behind  = waiting != '0 && !waiting[30];

  // Moderation: many records, or the first of them long enough; at once if some waited as the ring was armed, and when
  // the ring is full, since no more can come. In the clock of an arming the old one is void: one shot, one interrupt.
  localparam int unsigned WaitBits = TickLog2 + fc_regs_pkg::RingModerationTicksWidth;
  logic [fc_regs_pkg::RingModerationRecordsWidth-1:0] many;
  logic [fc_regs_pkg::RingModerationTicksWidth-1:0]   ticks;
  logic [WaitBits-1:0]                                waited_q;
  logic                                               old_enough, enough, counting;

  assign many       = moderation_i[fc_regs_pkg::RingModerationRecordsLsb +: fc_regs_pkg::RingModerationRecordsWidth];
  assign ticks      = moderation_i[fc_regs_pkg::RingModerationTicksLsb +: fc_regs_pkg::RingModerationTicksWidth];
  always_comb begin : moderate
    old_enough = 1'b0;
    enough     = 1'b0;
    fire       = 1'b0;
    counting   = 1'b0;
    if (armed_q && !arm_i && behind) begin
      old_enough = ticks != '0 && waited_q[WaitBits-1:TickLog2] >= ticks;
      enough     = at_once_q || (many == '0 && ticks == '0) || (many != '0 && waiting >= 31'(many)) || old_enough
                   || {1'b0, waiting} >= size;
      fire       = !irq_q && enough;
      counting   = ticks != '0 && !enough;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!armed_q || arm_i || !behind || fire) waited_q <= '0;
    else if (counting) waited_q <= waited_q + WaitBits'(1);
    if (arm_i || !behind) at_once_q <= behind;
    if (!rst_ni) begin
      waited_q  <= '0;
      at_once_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_i) index_q <= index_q + 32'd1;
    if (done_i) producer_q <= producer_q + 32'd1;
    if (error_i) errors_q <= errors_q + 32'd1;
    if (take_status_i) reported_q <= producer_q;
    if (arm_i) armed_q <= 1'b1;
    else if (fire) armed_q <= 1'b0;
    if (fire) irq_q <= 1'b1;
    else if (irq_ack_i) irq_q <= 1'b0;
    if (!rst_ni) begin
      index_q    <= '0;
      producer_q <= '0;
      reported_q <= '0;
      errors_q   <= '0;
      armed_q    <= 1'b0;
      irq_q      <= 1'b0;
    end
  end

  assign producer_o = producer_q;
  assign issued_o   = index_q[30:0];
  assign errors_o   = errors_q;
  assign irq_req_o  = irq_q;
  assign busy_o     = (room_o && rec_valid_i) || want_status_idle_o || index_q != producer_q || fire || arm_i;
  assign timing_o   = counting;

  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(take_i && !space));                    // would overwrite what the host has not read
    if (rst_ni) assert (!(done_i && producer_q == index_q));     // a B that nothing asked for
  end

endmodule

`default_nettype wire
