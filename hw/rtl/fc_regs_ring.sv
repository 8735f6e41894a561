// SPDX-License-Identifier: BSD-2-Clause
// The registers of one record ring. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_ring (
  input  wire logic clk_i,
  input  wire logic rst_ni,
  input  wire logic clear_i,              // the card's reset: indices start at 0 again, configuration stays

  input  wire logic        wr_valid_i,
  input  wire logic [15:0] wr_offset_i,
  input  wire logic [31:0] wr_data_i,
  input  wire logic [31:0] wr_mask_i,
  output logic             bad_address_o, // these three say what is wrong with the write of this clock
  output logic             wrong_state_o,
  output logic             bad_consumer_o,

  input  wire logic        rd_valid_i,
  input  wire logic [15:0] rd_offset_i,
  output logic [31:0]      rd_data_o,     // from the clock after rd_valid_i

  output logic [63:0]      base_o,
  output logic [63:0]      status_o,
  output logic             enable_o,
  output logic [ 4:0]      size_log2_o,
  output logic [30:0]      consumer_o,
  output logic             arm_o,         // one clock, beside the consumer index it belongs to
  output logic [31:0]      moderation_o,
  input  wire logic [31:0] producer_i,
  input  wire logic [30:0] issued_i,      // free-running index after the last record that the DMA has begun
  input  wire logic [31:0] errors_i
);

  localparam int unsigned EnableLsb = fc_regs_pkg::RingControlEnableLsb;
  localparam int unsigned SizeLsb   = fc_regs_pkg::RingControlSizeLog2Lsb;
  localparam int unsigned SizeWidth = fc_regs_pkg::RingControlSizeLog2Width;
  localparam int unsigned ArmLsb    = fc_regs_pkg::RingConsumerArmLsb;

  logic [31:0] base_low_q, base_high_q, control_q, status_low_q, status_high_q, consumer_q, moderation_q;
  logic        arm_q;
  logic [31:0] control_next, consumer_next, control_bits, size;
  logic [30:0] behind;
  logic        enabled, resized;

  assign enabled      = control_q[EnableLsb];
  assign control_bits = (32'd1 << EnableLsb) | (((32'd1 << SizeWidth) - 32'd1) << SizeLsb);
  // The size is locked while the ring is on and stays on.
  // A consumer index is good when it is neither ahead of what was issued nor more than a ring behind it. The producer
  // would be too strict: the host can see a record in its memory before the answer to the write is back.
  always_comb begin : judge
    bad_address_o  = 1'b0;
    wrong_state_o  = 1'b0;
    bad_consumer_o = 1'b0;
    control_next   = '0;
    consumer_next  = '0;
    size           = '0;
    behind         = '0;
    resized        = 1'b0;
    if (wr_valid_i) begin
      control_next  = ((control_q & ~wr_mask_i) | (wr_data_i & wr_mask_i)) & control_bits;
      consumer_next = (consumer_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
      resized       = enabled && control_next[EnableLsb]
                      && control_next[SizeLsb +: SizeWidth] != control_q[SizeLsb +: SizeWidth];
      size          = 32'd1 << control_q[SizeLsb +: SizeWidth];
      behind        = issued_i - consumer_next[30:0];
      case (wr_offset_i)
        fc_regs_pkg::RingBaseLowOffset, fc_regs_pkg::RingBaseHighOffset: wrong_state_o = enabled;
        fc_regs_pkg::RingControlOffset: wrong_state_o = resized;
        fc_regs_pkg::RingStatusLowOffset, fc_regs_pkg::RingStatusHighOffset, fc_regs_pkg::RingModerationOffset: ;
        fc_regs_pkg::RingConsumerOffset: bad_consumer_o = {1'b0, behind} > size;
        default: bad_address_o = 1'b1;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    arm_q <= 1'b0;
    if (wr_valid_i && !bad_address_o && !wrong_state_o && !bad_consumer_o) begin
      case (wr_offset_i)
        fc_regs_pkg::RingBaseLowOffset:  base_low_q <= (base_low_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
        fc_regs_pkg::RingBaseHighOffset: base_high_q <= (base_high_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
        fc_regs_pkg::RingControlOffset:  control_q <= control_next;
        fc_regs_pkg::RingStatusLowOffset:
          status_low_q <= (status_low_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
        fc_regs_pkg::RingStatusHighOffset:
          status_high_q <= (status_high_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
        fc_regs_pkg::RingModerationOffset:
          moderation_q <= (moderation_q & ~wr_mask_i) | (wr_data_i & wr_mask_i);
        default: begin
          consumer_q <= consumer_next;
          arm_q      <= wr_data_i[ArmLsb] && wr_mask_i[ArmLsb];
        end
      endcase
    end
    if (clear_i) consumer_q <= fc_regs_pkg::RingConsumerReset;
    if (!rst_ni) begin
      base_low_q    <= fc_regs_pkg::RingBaseLowReset;
      base_high_q   <= fc_regs_pkg::RingBaseHighReset;
      control_q     <= fc_regs_pkg::RingControlReset;
      status_low_q  <= fc_regs_pkg::RingStatusLowReset;
      status_high_q <= fc_regs_pkg::RingStatusHighReset;
      consumer_q    <= fc_regs_pkg::RingConsumerReset;
      moderation_q  <= fc_regs_pkg::RingModerationReset;
      arm_q         <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rd_valid_i) begin
      case (rd_offset_i)
        fc_regs_pkg::RingBaseLowOffset:    rd_data_o <= base_low_q;
        fc_regs_pkg::RingBaseHighOffset:   rd_data_o <= base_high_q;
        fc_regs_pkg::RingControlOffset:    rd_data_o <= control_q;
        fc_regs_pkg::RingStatusLowOffset:  rd_data_o <= status_low_q;
        fc_regs_pkg::RingStatusHighOffset: rd_data_o <= status_high_q;
        fc_regs_pkg::RingConsumerOffset:   rd_data_o <= consumer_q;
        fc_regs_pkg::RingProducerOffset:   rd_data_o <= producer_i;
        fc_regs_pkg::RingErrorsOffset:     rd_data_o <= errors_i;
        fc_regs_pkg::RingModerationOffset: rd_data_o <= moderation_q;
        default:                           rd_data_o <= '0;
      endcase
    end
  end

  assign base_o       = {base_high_q, base_low_q};
  assign status_o     = {status_high_q, status_low_q};
  assign enable_o     = enabled;
  assign size_log2_o  = control_q[SizeLsb +: SizeWidth];
  assign consumer_o   = consumer_q[30:0];
  assign arm_o        = arm_q;
  assign moderation_o = moderation_q;

endmodule

`default_nettype wire
