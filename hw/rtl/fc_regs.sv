// SPDX-License-Identifier: BSD-2-Clause
// BAR0 behind AXI4-Lite. Every place, bit and reset value comes from fc_regs_pkg. Page: docs/hw/registers-block.md
`default_nettype none

module fc_regs #(
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
  parameter logic [7:0]   Capabilities     = 8'd0,   // bit n: the capability n is built
  parameter logic [255:0] CapabilityData   = 256'd0  // 32 bits each
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic [15:0] s_axil_awaddr_i,
  input  wire logic        s_axil_awvalid_i,
  output logic             s_axil_awready_o,
  input  wire logic [31:0] s_axil_wdata_i,
  input  wire logic [ 3:0] s_axil_wstrb_i,
  input  wire logic        s_axil_wvalid_i,
  output logic             s_axil_wready_o,
  output logic [ 1:0]      s_axil_bresp_o,
  output logic             s_axil_bvalid_o,
  input  wire logic        s_axil_bready_i,
  input  wire logic [15:0] s_axil_araddr_i,
  input  wire logic        s_axil_arvalid_i,
  output logic             s_axil_arready_o,
  output logic [31:0]      s_axil_rdata_o,
  output logic [ 1:0]      s_axil_rresp_o,
  output logic             s_axil_rvalid_o,
  input  wire logic        s_axil_rready_i,

  // commands and switches
  output logic             reset_o,        // COMMAND.reset, one clock
  input  wire logic        resetting_i,    // the card's reset is under way
  output logic             flush_o,        // one clock
  output logic             flush_monitor_o,
  output logic             snapshot_o,
  output logic [ 2:0]      command_monitor_o, // of flush_monitor_o
  output logic             enable_o,
  output logic [Ports-1:0] port_enable_o,
  output logic [ 5:0]      epoch_shift_o,
  output logic [31:0]      epoch_guard_ns_o,

  // what the card says of itself
  input  wire logic        clearing_i,
  input  wire logic        idle_i,
  input  wire logic        closing_i,
  input  wire logic        flushing_i,
  input  wire logic        flushing_monitor_i,
  input  wire logic        snapshotting_i,
  input  wire logic [Monitors-1:0] monitor_present_i,
  input  wire logic        bus_master_i,
  input  wire logic        link_up_i,
  input  wire logic [ 2:0] max_payload_i,
  input  wire logic        axi_error_i,
  input  wire logic        no_bus_master_i,
  input  wire logic        unaccounted_i,
  input  wire logic        missed_i,
  input  wire logic        epoch_late_i,
  input  wire logic [31:0] epoch_open_i,
  input  wire logic [63:0] time_ns_i,
  output logic [31:0]      faults_o,

  // latched counters
  output logic                latch_o,
  output logic                latching_o,
  input  wire logic [Ports-1:0] port_latched_i,
  input  wire logic        sampler_latched_i,
  output logic [ 5:0]         ledger_index_o,
  input  wire logic [63:0]    ledger_i,
  output logic [ 5:0]         counter_index_o,
  input  wire logic [Ports*64-1:0] counter_i,

  // hash tables, monitors, rings
  output logic                hash_we_o,
  output logic [ 6:0]         hash_position_o,
  output logic [ 7:0]         hash_value_o,
  output logic [63:0]         hash_word_o,
  output logic [Monitors-1:0] monitor_enable_o,
  output logic [Monitors-1:0] monitor_ipv4_o,
  output logic [Monitors-1:0] monitor_ipv6_o,
  output logic [Monitors-1:0] monitor_immediate_o,
  output logic [Monitors*32-1:0] monitor_ports_o,
  output logic [Monitors*32-1:0] monitor_ports_out_o,
  output logic [Monitors*fc_pkg::VectorBits-1:0] monitor_mask_o,
  output logic                sampler_we_o,
  output logic [ 6:0]         sampler_o,
  output logic [31:0]         sampler_control_o,
  output logic [127:0]        sampler_on_o,
  output logic [ 7:0]         sampler_index_o,   // of the latched counter: {sampler, selected}
  input  wire logic [63:0]    sampler_counter_i,
  output logic [Rings*64-1:0] ring_base_o,
  output logic [Rings*64-1:0] ring_status_o,
  output logic [Rings-1:0]    ring_enable_o,
  output logic [Rings*5-1:0]  ring_size_log2_o,
  output logic [Rings*31-1:0] ring_consumer_o,
  output logic [Rings-1:0]    ring_arm_o,
  output logic [Rings*32-1:0] ring_moderation_o,
  input  wire logic [Rings*32-1:0] ring_producer_i,
  input  wire logic [Rings*31-1:0] ring_issued_i,
  input  wire logic [Rings*32-1:0] ring_errors_i,

  output logic busy_o
);

  if (Ports < 1 || Ports > fc_regs_pkg::PortCount || Rings < 1 || Rings > fc_regs_pkg::RingCount
      || Monitors < 1 || Monitors > fc_regs_pkg::MonitorCount) begin : gen_bad_build
    $error("fc_regs: more ports, rings or monitors than the register map has places for");
  end

  // ------------------------------------------------------------------ bus and addresses
  logic        wr_valid, rd_valid, wr_any, rd_any, axil_busy;
  logic [13:0] wr_word, rd_word;
  logic [31:0] wr_data, wr_mask, wr_data_now, wr_mask_now, rd_data_q;
  logic        wr_global, wr_ring, wr_monitor, wr_port, wr_ledger, wr_sampler;
  logic        rd_global, rd_ring, rd_monitor, rd_ledger, rd_port, rd_sampler;
  logic [ 6:0] wr_sampler_at, rd_sampler_at;
  logic [ 2:0] wr_element, rd_element;
  logic [15:0] wr_offset, rd_offset;

  fc_axil #(.ReadClocks(5)) u_axil (
    .clk_i, .rst_ni,
    .s_axil_awaddr_i, .s_axil_awvalid_i, .s_axil_awready_o,
    .s_axil_wdata_i, .s_axil_wstrb_i, .s_axil_wvalid_i, .s_axil_wready_o,
    .s_axil_bresp_o, .s_axil_bvalid_o, .s_axil_bready_i,
    .s_axil_araddr_i, .s_axil_arvalid_i, .s_axil_arready_o,
    .s_axil_rdata_o, .s_axil_rresp_o, .s_axil_rvalid_o, .s_axil_rready_i,
    .wr_valid_o(wr_any), .wr_word_o(wr_word), .wr_data_o(wr_data_now), .wr_mask_o(wr_mask_now),
    .rd_valid_o(rd_any), .rd_word_o(rd_word), .rd_data_i(rd_data_q), .busy_o(axil_busy)
  );

  // An address is decoded in one clock and acted upon in the next: the decoder's levels would stand before every register.
  fc_regs_place #(.Ports(Ports), .Rings(Rings), .Monitors(Monitors)) u_place_wr (
    .clk_i, .word_i(wr_word), .valid_i(wr_any), .is_global_o(wr_global), .is_ring_o(wr_ring), .is_monitor_o(wr_monitor),
    .is_ledger_o(wr_ledger), .is_port_o(wr_port), .is_sampler_o(wr_sampler), .sampler_o(wr_sampler_at),
    .element_o(wr_element), .offset_o(wr_offset)
  );
  fc_regs_place #(.Ports(Ports), .Rings(Rings), .Monitors(Monitors)) u_place_rd (
    .clk_i, .word_i(rd_word), .valid_i(rd_any), .is_global_o(rd_global), .is_ring_o(rd_ring), .is_monitor_o(rd_monitor),
    .is_ledger_o(rd_ledger), .is_port_o(rd_port), .is_sampler_o(rd_sampler), .sampler_o(rd_sampler_at),
    .element_o(rd_element), .offset_o(rd_offset)
  );

  always_ff @(posedge clk_i) begin
    // A write without any strobe writes nothing, so it cannot be wrong either.
    wr_valid <= wr_any && wr_mask_now != '0;
    rd_valid <= rd_any;
    if (wr_any) begin
      wr_data <= wr_data_now;
      wr_mask <= wr_mask_now;
    end
    if (!rst_ni) begin
      wr_valid <= 1'b0;
      rd_valid <= 1'b0;
    end
  end

  // ------------------------------------------------------------------ arrays
  logic [Rings-1:0]       ring_bad_address, ring_wrong_state, ring_bad_consumer;
  logic [Rings*32-1:0]    ring_data;
  logic [Monitors-1:0]    monitor_bad_address, monitor_wrong_state;
  logic [Monitors*32-1:0] monitor_data;
  logic [Monitors-1:0]    mask_write;
  logic [31:0]            mask_data;

  for (genvar r = 0; r < Rings; r++) begin : gen_ring
    logic hit;
    assign hit = wr_valid && wr_ring && wr_element == 3'(r);
    logic bad_address, wrong_state, bad_consumer;
    fc_regs_ring u_ring (
      .clk_i, .rst_ni, .clear_i(resetting_i),
      .wr_valid_i(hit), .wr_offset_i(wr_offset), .wr_data_i(wr_data), .wr_mask_i(wr_mask),
      .bad_address_o(bad_address), .wrong_state_o(wrong_state), .bad_consumer_o(bad_consumer),
      .rd_valid_i(rd_valid), .rd_offset_i(rd_offset), .rd_data_o(ring_data[32*r +: 32]),
      .base_o(ring_base_o[64*r +: 64]), .status_o(ring_status_o[64*r +: 64]), .enable_o(ring_enable_o[r]),
      .size_log2_o(ring_size_log2_o[5*r +: 5]), .consumer_o(ring_consumer_o[31*r +: 31]), .arm_o(ring_arm_o[r]),
      .moderation_o(ring_moderation_o[32*r +: 32]),
      .producer_i(ring_producer_i[32*r +: 32]), .issued_i(ring_issued_i[31*r +: 31]),
      .errors_i(ring_errors_i[32*r +: 32])
    );
    assign ring_bad_address[r]  = hit && bad_address;
    assign ring_wrong_state[r]  = hit && wrong_state;
    assign ring_bad_consumer[r] = hit && bad_consumer;
  end

  for (genvar m = 0; m < Monitors; m++) begin : gen_monitor
    logic hit;
    assign hit = wr_valid && wr_monitor && wr_element == 3'(m);
    logic bad_address, wrong_state;
    fc_regs_monitor u_monitor (
      .clk_i, .rst_ni,
      .wr_valid_i(hit), .wr_offset_i(wr_offset), .wr_data_i(wr_data), .wr_mask_i(wr_mask),
      .bad_address_o(bad_address), .wrong_state_o(wrong_state),
      .rd_valid_i(rd_valid), .rd_offset_i(rd_offset), .rd_data_o(monitor_data[32*m +: 32]),
      .enable_o(monitor_enable_o[m]), .ipv4_o(monitor_ipv4_o[m]), .ipv6_o(monitor_ipv6_o[m]),
      .immediate_o(monitor_immediate_o[m]), .ports_o(monitor_ports_o[32*m +: 32]),
      .ports_out_o(monitor_ports_out_o[32*m +: 32]), .mask_write_o(mask_write[m]),
      .present_i(monitor_present_i[m])
    );
    assign monitor_bad_address[m] = hit && bad_address;
    assign monitor_wrong_state[m] = hit && wrong_state;
  end

  fc_regs_masks #(.Monitors(Monitors)) u_masks (
    .clk_i, .rst_ni,
    .wr_valid_i(|mask_write), .wr_look_i(wr_valid && wr_monitor), .wr_monitor_i(wr_element), .wr_offset_i(wr_offset), .wr_data_i(wr_data),
    .wr_mask_i(wr_mask), .rd_valid_i(rd_valid && rd_monitor), .rd_monitor_i(rd_element), .rd_offset_i(rd_offset),
    .rd_data_o(mask_data), .mask_o(monitor_mask_o)
  );

  logic [31:0] sampler_data;
  logic        sampler_bad;
  fc_regs_sampler u_sampler (
    .clk_i, .rst_ni,
    .wr_valid_i(wr_valid && wr_sampler), .wr_sampler_i(wr_sampler_at), .wr_offset_i(wr_offset), .wr_data_i(wr_data),
    .wr_mask_i(wr_mask), .bad_address_o(sampler_bad),
    .rd_valid_i(rd_valid && rd_sampler), .rd_sampler_i(rd_sampler_at), .rd_data_o(sampler_data),
    .we_o(sampler_we_o), .sampler_o, .control_o(sampler_control_o), .on_o(sampler_on_o)
  );
  assign sampler_index_o = {rd_sampler_at, rd_offset >= fc_regs_pkg::SamplerSelectedOffset};

  // ------------------------------------------------------------------ globals
  logic [31:0] global_data, latch_sequence;
  logic [63:0] latch_time;
  logic        command_latch, global_bad, global_wrong;

  fc_regs_global #(
    .EntriesLog2(EntriesLog2), .Ports(Ports), .Rings(Rings), .Monitors(Monitors),
    .MonitorsPerPacket(MonitorsPerPacket), .Tables(Tables), .Slots(Slots), .HeaderWindow(HeaderWindow),
    .RecordFifoLog2(RecordFifoLog2), .PacketBits(PacketBits),
    .Capabilities(Capabilities), .CapabilityData(CapabilityData)
  ) u_global (
    .clk_i, .rst_ni,
    .wr_valid_i(wr_valid && wr_global), .wr_offset_i(wr_offset), .wr_data_i(wr_data), .wr_mask_i(wr_mask),
    .bad_address_o(global_bad), .wrong_state_o(global_wrong),
    .rd_valid_i(rd_valid), .rd_offset_i(rd_offset), .rd_data_o(global_data),
    .reset_o, .latch_o(command_latch), .flush_o, .flush_monitor_o, .snapshot_o,
    .command_monitor_o, .enable_o, .epoch_shift_o, .epoch_guard_ns_o,
    .clearing_i(clearing_i || resetting_i), .idle_i, .closing_i, .flushing_i, .flushing_monitor_i, .snapshotting_i,
    .present_i(|monitor_present_i), .bus_master_i, .link_up_i, .max_payload_i,
    .latching_i(latching_o), .faults_i(faults_o), .epoch_open_i,
    .latch_sequence_i(latch_sequence), .latch_time_i(latch_time),
    .hash_we_o, .hash_position_o, .hash_value_o, .hash_word_o
  );

  fc_regs_latch #(.Sources(Ports + 1)) u_latch (
    .clk_i, .rst_ni, .clear_i(resetting_i),
    .request_i(command_latch), .latch_o, .done_i({sampler_latched_i, port_latched_i}), .time_ns_i,
    .latching_o, .sequence_o(latch_sequence), .time_o(latch_time)
  );

  // ------------------------------------------------------------------ ports: one switch each, the rest is read only
  localparam int unsigned PortEnableLsb = fc_regs_pkg::PortControlEnableLsb;
  logic [Ports-1:0] port_enable_q;
  logic             port_control;

  assign port_control = wr_offset == fc_regs_pkg::PortControlOffset;

  always_ff @(posedge clk_i) begin
    for (int unsigned p = 0; p < Ports; p++) begin
      if (wr_valid && wr_port && port_control && wr_mask[PortEnableLsb] && wr_element == 3'(p))
        port_enable_q[p] <= wr_data[PortEnableLsb];
    end
    if (!rst_ni) port_enable_q <= {Ports{fc_regs_pkg::PortControlReset[PortEnableLsb]}};
  end
  assign port_enable_o = port_enable_q;

  // ------------------------------------------------------------------ faults: sticky, a new one wins over its clearing
  logic [31:0] fault_new, fault_q;
  logic        wr_nowhere, link_up_q;

  assign wr_nowhere = wr_valid && (wr_ledger || !(wr_global || wr_ring || wr_monitor || wr_port || wr_sampler)
                                   || (wr_port && !port_control) || (wr_sampler && sampler_bad));
  always_comb begin
    fault_new = '0;
    fault_new[fc_regs_pkg::FaultBadAddressLsb]  =
        wr_nowhere || global_bad || (|ring_bad_address) || (|monitor_bad_address);
    fault_new[fc_regs_pkg::FaultWrongStateLsb]  = global_wrong || (|ring_wrong_state) || (|monitor_wrong_state);
    fault_new[fc_regs_pkg::FaultAxiErrorLsb]    = axi_error_i;
    fault_new[fc_regs_pkg::FaultBadConsumerLsb] = |ring_bad_consumer;
    fault_new[fc_regs_pkg::FaultNoBusMasterLsb] = no_bus_master_i;
    fault_new[fc_regs_pkg::FaultUnaccountedLsb] = unaccounted_i;
    fault_new[fc_regs_pkg::FaultMissedLsb]      = missed_i;
    fault_new[fc_regs_pkg::FaultEpochLateLsb]   = epoch_late_i;
    fault_new[fc_regs_pkg::FaultLinkDownLsb]    = link_up_q && !link_up_i;
  end

  always_ff @(posedge clk_i) begin
    link_up_q <= link_up_i && rst_ni;
    fault_q   <= fault_q | fault_new;
    if (wr_valid && wr_global && wr_offset == fc_regs_pkg::FaultOffset)
      fault_q <= (fault_q & ~(wr_data & wr_mask)) | fault_new;
    if (!rst_ni) fault_q <= fc_regs_pkg::FaultReset;
  end
  assign faults_o = fault_q;

  // ------------------------------------------------------------------ reading
  // Clock 0 the place stands, 1 the arrays have answered, up to 2 more are left to core and ports for their memories.
  localparam int unsigned Stages = 3;
  logic [Stages-1:0] stage_q;
  logic [15:0]       counter_at;
  logic              counter_none;
  logic [63:0]       counter;

  assign ledger_index_o = {rd_element, rd_offset[5:3]};

  assign counter_at      = rd_offset - fc_regs_pkg::PortFramesOffset;
  assign counter_index_o = 6'(counter_at >> 3);
  assign counter_none    =
      rd_offset < fc_regs_pkg::PortFramesOffset
      || (rd_offset > fc_regs_pkg::PortMissedHighOffset && rd_offset < fc_regs_pkg::PortVerdictOffset)
      || rd_offset >= fc_regs_pkg::PortVerdictOffset
                      + 16'(fc_regs_pkg::PortVerdictCount) * fc_regs_pkg::PortVerdictStride;

  always_comb begin
    counter = '0;
    for (int unsigned p = 0; p < Ports; p++) begin
      if (rd_element == 3'(p)) counter = counter_i[64*p +: 64];
    end
  end

  always_ff @(posedge clk_i) begin
    stage_q <= {stage_q[Stages-2:0], rd_valid};
    if (stage_q[Stages-1]) begin
      rd_data_q <= '0;
      if (rd_global) rd_data_q <= global_data;
      for (int unsigned r = 0; r < Rings; r++) begin
        if (rd_ring && rd_element == 3'(r)) rd_data_q <= ring_data[32*r +: 32];
      end
      for (int unsigned m = 0; m < Monitors; m++) begin
        if (rd_monitor && rd_element == 3'(m)) rd_data_q <= monitor_data[32*m +: 32] | mask_data;
      end
      if (rd_ledger) rd_data_q <= rd_offset[2] ? ledger_i[63:32] : ledger_i[31:0];
      if (rd_port && rd_offset == fc_regs_pkg::PortControlOffset) begin
        for (int unsigned p = 0; p < Ports; p++) begin
          if (rd_element == 3'(p)) rd_data_q[PortEnableLsb] <= port_enable_q[p];
        end
      end
      if (rd_sampler && rd_offset == fc_regs_pkg::SamplerControlOffset) rd_data_q <= sampler_data;
      if (rd_sampler && rd_offset >= fc_regs_pkg::SamplerObservedOffset && rd_offset <= fc_regs_pkg::SamplerSelectedHighOffset)
        rd_data_q <= rd_offset[2] ? sampler_counter_i[63:32] : sampler_counter_i[31:0];
      if (rd_port && !counter_none) rd_data_q <= rd_offset[2] ? counter[63:32] : counter[31:0];
    end
    if (!rst_ni) stage_q <= '0;
  end

  // The bus waits ReadClocks = 5: the decoder, three stages and the register above.
  assign busy_o = axil_busy || wr_valid || hash_we_o || sampler_we_o || (|ring_arm_o);

endmodule

`default_nettype wire
