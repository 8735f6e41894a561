// SPDX-License-Identifier: BSD-2-Clause
// The registers that stand once: identity, build, switches, commands, epochs, hash window. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs_global #(
  parameter int unsigned EntriesLog2       = 12,
  parameter int unsigned Ports             = 1,
  parameter int unsigned Rings             = 1,
  parameter int unsigned Monitors          = 8,
  parameter int unsigned MonitorsPerPacket = 2,
  parameter int unsigned Tables            = 4,
  parameter int unsigned Slots             = 2,
  parameter int unsigned HeaderWindow      = 192,
  parameter int unsigned RecordFifoLog2    = 6,
  parameter int unsigned PacketBits        = 16,
  parameter logic [7:0]   Capabilities     = 8'd0,
  parameter logic [255:0] CapabilityData   = 256'd0
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic        wr_valid_i,
  input  wire logic [15:0] wr_offset_i,
  input  wire logic [31:0] wr_data_i,
  input  wire logic [31:0] wr_mask_i,
  output logic             bad_address_o,  // of the write of this clock
  output logic             wrong_state_o,

  input  wire logic        rd_valid_i,
  input  wire logic [15:0] rd_offset_i,
  output logic [31:0]      rd_data_o,      // from the clock after rd_valid_i

  output logic        reset_o,
  output logic        latch_o,
  output logic        flush_o,
  output logic        flush_monitor_o,
  output logic        snapshot_o,
  output logic [ 2:0] command_monitor_o,
  output logic        enable_o,
  output logic [ 5:0] epoch_shift_o,
  output logic [31:0] epoch_guard_ns_o,

  input  wire logic        clearing_i,
  input  wire logic        idle_i,
  input  wire logic        closing_i,
  input  wire logic        flushing_i,
  input  wire logic        flushing_monitor_i,
  input  wire logic        snapshotting_i,
  input  wire logic        present_i,      // some packet is in the cache or on the way to it
  input  wire logic        bus_master_i,
  input  wire logic        link_up_i,
  input  wire logic [ 2:0] max_payload_i,
  input  wire logic        latching_i,
  input  wire logic [31:0] faults_i,
  input  wire logic [31:0] epoch_open_i,
  input  wire logic [31:0] latch_sequence_i,
  input  wire logic [63:0] latch_time_i,

  output logic        hash_we_o,
  output logic [ 6:0] hash_position_o,
  output logic [ 7:0] hash_value_o,
  output logic [63:0] hash_word_o
);

  localparam logic [31:0] Build0 =
      (32'(EntriesLog2) << fc_regs_pkg::Build0EntriesLog2Lsb) | (32'(Ports) << fc_regs_pkg::Build0PortsLsb)
      | (32'(Rings) << fc_regs_pkg::Build0RingsLsb) | (32'(Monitors) << fc_regs_pkg::Build0MonitorsLsb);
  localparam logic [31:0] Build1 =
      (32'(Tables) << fc_regs_pkg::Build1TablesLsb) | (32'(Slots) << fc_regs_pkg::Build1SlotsLsb)
      | (32'(HeaderWindow) << fc_regs_pkg::Build1HeaderWindowLsb)
      | (32'(PacketBits) << fc_regs_pkg::Build1PacketBitsLsb);
  localparam logic [31:0] Build2 =
      (32'(fc_pkg::VectorBits / 8) << fc_regs_pkg::Build2VectorOctetsLsb)
      | (32'(RecordFifoLog2) << fc_regs_pkg::Build2FifoLog2Lsb)
      | (32'(MonitorsPerPacket) << fc_regs_pkg::Build2MonitorsPerPacketLsb);
  localparam int unsigned ShiftWidth = fc_regs_pkg::EpochShiftShiftWidth;

  logic                  enable_q, reset_q, latch_q, flush_q, flush_monitor_q, snapshot_q;
  logic                  ask_walk, walk_ok, no_monitor, hash_locked;
  logic [2:0]            monitor_q;
  logic [31:0]           scratch_q, guard_q;
  logic [ShiftWidth-1:0] shift_q;
  logic                  wr_hash, wr_command, hash_bad, write;
  logic [31:0]           hash_addr, bits;

  // ------------------------------------------------------------------ writing
  // One walk of the cache at a time.
  always_comb begin : understand
    bits       = '0;
    wr_hash    = 1'b0;
    wr_command = 1'b0;
    ask_walk   = 1'b0;
    no_monitor = 1'b0;
    walk_ok    = 1'b0;
    if (wr_valid_i) begin
      bits       = wr_data_i & wr_mask_i;
      wr_hash    = wr_offset_i == fc_regs_pkg::HashAddrOffset || wr_offset_i == fc_regs_pkg::HashLowOffset
                   || wr_offset_i == fc_regs_pkg::HashHighOffset;
      wr_command = wr_offset_i == fc_regs_pkg::CommandOffset;
      ask_walk   = bits[fc_regs_pkg::CommandSnapshotLsb] || bits[fc_regs_pkg::CommandFlushMonitorLsb];
      no_monitor = bits[fc_regs_pkg::CommandFlushMonitorLsb]
                   && 4'(bits[fc_regs_pkg::CommandMonitorLsb +: fc_regs_pkg::CommandMonitorWidth]) >= 4'(Monitors);
      walk_ok    = !flushing_monitor_i && !snapshotting_i && !flush_monitor_q && !snapshot_q && !no_monitor
                   && !(bits[fc_regs_pkg::CommandSnapshotLsb] && bits[fc_regs_pkg::CommandFlushMonitorLsb]);
    end
  end
  // A table that changes under resident flows would lose them.
  assign hash_locked = enable_q || present_i;

  always_comb begin
    bad_address_o = 1'b0;
    wrong_state_o = 1'b0;
    if (wr_valid_i) begin
      case (wr_offset_i)
        fc_regs_pkg::ScratchOffset, fc_regs_pkg::ControlOffset, fc_regs_pkg::FaultOffset,
        fc_regs_pkg::EpochShiftOffset, fc_regs_pkg::EpochGuardOffset: ;
        fc_regs_pkg::CommandOffset: begin
          bad_address_o = no_monitor;
          wrong_state_o = (bits[fc_regs_pkg::CommandLatchLsb] && latching_i) || (ask_walk && !walk_ok && !no_monitor);
        end
        fc_regs_pkg::HashAddrOffset, fc_regs_pkg::HashLowOffset, fc_regs_pkg::HashHighOffset: begin
          wrong_state_o = hash_locked;
          bad_address_o = hash_bad && !hash_locked;
        end
        default: bad_address_o = 1'b1;
      endcase
    end
  end
  assign write = wr_valid_i && !bad_address_o && !wrong_state_o;

  always_ff @(posedge clk_i) begin
    reset_q <= wr_command && bits[fc_regs_pkg::CommandResetLsb];
    latch_q <= wr_command && bits[fc_regs_pkg::CommandLatchLsb];
    flush_q <= wr_command && bits[fc_regs_pkg::CommandFlushLsb];
    flush_monitor_q <= wr_command && bits[fc_regs_pkg::CommandFlushMonitorLsb] && walk_ok;
    snapshot_q      <= wr_command && bits[fc_regs_pkg::CommandSnapshotLsb] && walk_ok;
    if (wr_command) monitor_q <= bits[fc_regs_pkg::CommandMonitorLsb +: fc_regs_pkg::CommandMonitorWidth];
    if (write) begin
      case (wr_offset_i)
        fc_regs_pkg::ScratchOffset:    scratch_q <= (scratch_q & ~wr_mask_i) | bits;
        fc_regs_pkg::ControlOffset:    if (wr_mask_i[fc_regs_pkg::ControlEnableLsb]) enable_q <= bits[fc_regs_pkg::ControlEnableLsb];
        fc_regs_pkg::EpochShiftOffset:
          shift_q <= (shift_q & ~wr_mask_i[ShiftWidth-1:0]) | bits[ShiftWidth-1:0];
        fc_regs_pkg::EpochGuardOffset: guard_q <= (guard_q & ~wr_mask_i) | bits;
        default: ;
      endcase
    end
    if (!rst_ni) begin
      reset_q   <= 1'b0;
      latch_q   <= 1'b0;
      flush_q   <= 1'b0;
      flush_monitor_q <= 1'b0;
      snapshot_q      <= 1'b0;
      scratch_q <= fc_regs_pkg::ScratchReset;
      enable_q  <= fc_regs_pkg::ControlReset[fc_regs_pkg::ControlEnableLsb];
      shift_q   <= fc_regs_pkg::EpochShiftReset[ShiftWidth-1:0];
      guard_q   <= fc_regs_pkg::EpochGuardReset;
    end
  end

  fc_regs_hash u_hash (
    .clk_i, .rst_ni,
    .wr_valid_i(wr_valid_i && wr_hash && !hash_locked), .wr_offset_i, .wr_data_i, .wr_mask_i,
    .bad_address_o(hash_bad), .addr_o(hash_addr),
    .hash_we_o, .hash_position_o, .hash_value_o, .hash_word_o
  );

  // ------------------------------------------------------------------ how long the last epoch took to close
  logic [31:0] closing_q, close_clocks_q;

  always_ff @(posedge clk_i) begin
    if (closing_i) begin
      if (closing_q != '1) closing_q <= closing_q + 32'd1;
    end else if (closing_q != '0) begin
      close_clocks_q <= closing_q;
      closing_q      <= '0;
    end
    if (!rst_ni || clearing_i) begin  // an epoch that the card's reset ends has not been closed
      closing_q      <= '0;
      close_clocks_q <= fc_regs_pkg::EpochCloseClocksReset;
    end
  end

  // ------------------------------------------------------------------ reading
  logic [31:0] status, capabilities, capability;

  fc_regs_capability #(.Built(Capabilities), .Data(CapabilityData)) u_capability (
    .offset_i(rd_offset_i), .head_o(capabilities), .data_o(capability)
  );

  always_comb begin
    status = '0;
    if (rd_valid_i) begin
      status[fc_regs_pkg::StatusEnabledLsb]   = enable_q && !clearing_i;
      status[fc_regs_pkg::StatusClearingLsb]  = clearing_i;
      status[fc_regs_pkg::StatusIdleLsb]      = idle_i;
      status[fc_regs_pkg::StatusClosingLsb]   = closing_i;
      status[fc_regs_pkg::StatusBusMasterLsb] = bus_master_i;
      status[fc_regs_pkg::StatusLinkUpLsb]    = link_up_i;
      status[fc_regs_pkg::StatusLatchingLsb]  = latching_i || latch_q;
      status[fc_regs_pkg::StatusFlushingLsb]  = flushing_i || flush_q;
      status[fc_regs_pkg::StatusFlushingMonitorLsb] = flushing_monitor_i || flush_monitor_q;
      status[fc_regs_pkg::StatusSnapshottingLsb]    = snapshotting_i || snapshot_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rd_valid_i) begin
      case (rd_offset_i)
        fc_regs_pkg::MagicOffset:      rd_data_o <= fc_regs_pkg::MagicReset;
        fc_regs_pkg::AbiOffset:        rd_data_o <= fc_regs_pkg::AbiReset;
        fc_regs_pkg::MapHashOffset:    rd_data_o <= fc_regs_pkg::MapHash;
        fc_regs_pkg::Build0Offset:     rd_data_o <= Build0;
        fc_regs_pkg::Build1Offset:     rd_data_o <= Build1;
        fc_regs_pkg::Build2Offset:     rd_data_o <= Build2;
        fc_regs_pkg::ScratchOffset:    rd_data_o <= scratch_q;
        fc_regs_pkg::ControlOffset:    rd_data_o <= 32'(enable_q) << fc_regs_pkg::ControlEnableLsb;
        fc_regs_pkg::StatusOffset:     rd_data_o <= status;
        fc_regs_pkg::FaultOffset:      rd_data_o <= faults_i;
        fc_regs_pkg::LatchSeqOffset:   rd_data_o <= latch_sequence_i;
        fc_regs_pkg::EpochShiftOffset: rd_data_o <= 32'(shift_q);
        fc_regs_pkg::EpochGuardOffset: rd_data_o <= guard_q;
        fc_regs_pkg::EpochOpenOffset:  rd_data_o <= epoch_open_i;
        fc_regs_pkg::TimeLowOffset:    rd_data_o <= latch_time_i[31:0];
        fc_regs_pkg::TimeHighOffset:   rd_data_o <= latch_time_i[63:32];
        fc_regs_pkg::HashAddrOffset:   rd_data_o <= hash_addr;
        fc_regs_pkg::CapabilitiesOffset: rd_data_o <= capabilities;
        fc_regs_pkg::LinkOffset:       rd_data_o <= 32'(max_payload_i) << fc_regs_pkg::LinkMaxPayloadLsb;
        fc_regs_pkg::EpochCloseClocksOffset: rd_data_o <= close_clocks_q;
        default:                       rd_data_o <= capability;
      endcase
    end
  end

  assign reset_o          = reset_q;
  assign latch_o          = latch_q;
  assign flush_o          = flush_q;
  assign flush_monitor_o  = flush_monitor_q;
  assign snapshot_o       = snapshot_q;
  assign command_monitor_o = monitor_q;
  assign enable_o         = enable_q && !clearing_i;
  assign epoch_shift_o    = shift_q;
  assign epoch_guard_ns_o = guard_q;

endmodule

`default_nettype wire
