// SPDX-License-Identifier: BSD-2-Clause
// The card: ports in their MAC clocks, core, record DMA and registers in the core clock. AXI4-Stream in, AXI4 writes into
// host memory and interrupts out, AXI4-Lite to steer it. Page: docs/hw/card.md
`default_nettype none

module fc_card #(
  parameter int unsigned EntriesLog2       = 12,
  parameter int unsigned Ports             = 1,
  parameter int unsigned Rings             = 1,
  parameter int unsigned Monitors          = 8,
  parameter int unsigned MonitorsPerPacket = 2,
  parameter int unsigned HeaderWindow      = 192,
  parameter int unsigned RecordFifoLog2    = 6,
  parameter int unsigned DescFifoLog2      = 6,
  parameter int unsigned PacketBits        = 16
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,
  input  wire logic [Ports-1:0] clk_mac_i,
  input  wire logic [Ports-1:0] rst_mac_ni,

  // Port p: bits [512p +: 512] and so on, in clk_mac_i[p]. No ready: a tap never stalls the wire.
  input  wire logic [Ports*512-1:0] s_axis_rx_tdata_i,
  input  wire logic [Ports*64-1:0]  s_axis_rx_tkeep_i,
  input  wire logic [Ports-1:0]     s_axis_rx_tvalid_i,
  input  wire logic [Ports-1:0]     s_axis_rx_tlast_i,
  input  wire logic [Ports-1:0]     s_axis_rx_tuser_err_i,
  input  wire logic [Ports*64-1:0]  s_axis_rx_tuser_time_ns_i,

  // Port p goes on over the wire, PassClocks of clk_mac_i[p] later; only rst_mac_ni[p] stops it.
  output logic [Ports*512-1:0]      m_axis_tx_tdata_o,
  output logic [Ports*64-1:0]       m_axis_tx_tkeep_o,
  output logic [Ports-1:0]          m_axis_tx_tvalid_o,
  output logic [Ports-1:0]          m_axis_tx_tlast_o,
  output logic [Ports-1:0]          m_axis_tx_tuser_err_o,

  input  wire logic [15:0] s_axil_awaddr_i,
  input  wire logic [ 2:0] s_axil_awprot_i,
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
  input  wire logic [ 2:0] s_axil_arprot_i,
  input  wire logic        s_axil_arvalid_i,
  output logic             s_axil_arready_o,
  output logic [31:0]      s_axil_rdata_o,
  output logic [ 1:0]      s_axil_rresp_o,
  output logic             s_axil_rvalid_o,
  input  wire logic        s_axil_rready_i,

  output logic [  3:0]     m_axi_host_awid_o,
  output logic [ 63:0]     m_axi_host_awaddr_o,
  output logic [  7:0]     m_axi_host_awlen_o,
  output logic [  2:0]     m_axi_host_awsize_o,
  output logic [  1:0]     m_axi_host_awburst_o,
  output logic             m_axi_host_awvalid_o,
  input  wire logic        m_axi_host_awready_i,
  output logic [511:0]     m_axi_host_wdata_o,
  output logic [ 63:0]     m_axi_host_wstrb_o,
  output logic             m_axi_host_wlast_o,
  output logic             m_axi_host_wvalid_o,
  input  wire logic        m_axi_host_wready_i,
  input  wire logic [3:0]  m_axi_host_bid_i,
  input  wire logic [1:0]  m_axi_host_bresp_i,
  input  wire logic        m_axi_host_bvalid_i,
  output logic             m_axi_host_bready_o,

  output logic      [Rings-1:0] irq_req_o,
  input  wire logic [Rings-1:0] irq_ack_i,
  input  wire logic [2:0]  cfg_max_payload_i,
  input  wire logic        cfg_bus_master_i,
  input  wire logic        cfg_link_up_i,
  input  wire logic [63:0] time_ns_i
);

  localparam int unsigned Tables   = 4;
  localparam int unsigned Slots    = 2;
  localparam int unsigned DescBits = fc_pkg::DescBits;
  localparam int unsigned TickLog2 = 6;    // core clocks of a tick of interrupt moderation
  localparam int unsigned PassClocks = 1;  // of fc_pass

  // What is built beyond the register map, for the list at CAPABILITIES.
  // The bound of a sweep is that of docs/hw/core.md with a packet in every clock.
  localparam int unsigned  Entries     = 1 << EntriesLog2;
  localparam int unsigned  SweepClocks = 16 * Entries + Entries / 8 + 16 * Rings * (Monitors + 1) + 100;
  localparam int unsigned  Partners    = (1 << (Ports & ~32'd1)) - 1;
  localparam logic [7:0]   Capabilities   = 8'hfe;  // all that have a number
  localparam logic [255:0] CapabilityData = (256'd16 << 32 * fc_regs_pkg::CapabilitySamplers)
                                            | (256'(PassClocks) << 32 * fc_regs_pkg::CapabilityPassThrough)
                                            | (256'(1 << TickLog2) << 32 * fc_regs_pkg::CapabilityModeration)
                                            | (256'(Partners) << 32 * fc_regs_pkg::CapabilityOutput)
                                            | (256'(SweepClocks) << 32 * fc_regs_pkg::CapabilitySweep);

  // Every access is allowed whatever its protection bits say.
  logic unused_prot;
  assign unused_prot = ^{s_axil_awprot_i, s_axil_arprot_i};

  // ------------------------------------------------------------------ reset
  logic rst_core_n, resetting, reset_request, dma_stop, dma_idle;
  logic [Ports-1:0] rst_port_mac_n;

  fc_reset u_reset (
    .clk_i, .rst_ni, .request_i(reset_request), .dma_idle_i(dma_idle),
    .stop_o(dma_stop), .rst_core_no(rst_core_n), .busy_o(resetting)
  );

  // ------------------------------------------------------------------ ports
  logic [Ports-1:0]          port_enable, port_latched, port_mac_busy, port_busy;
  logic [Ports-1:0]          desc_valid, desc_ready, missed;
  logic [Ports*DescBits-1:0] desc;
  logic [Ports*64-1:0]       counter;
  logic [5:0]                counter_index;
  logic                      latch;

  for (genvar p = 0; p < Ports; p++) begin : gen_port
    fc_reset_sync u_reset_mac (
      .clk_i(clk_mac_i[p]), .rst_ni(rst_mac_ni[p]), .other_ni(rst_core_n), .rst_no(rst_port_mac_n[p])
    );

    fc_pass u_pass (
      .clk_mac_i(clk_mac_i[p]), .rst_mac_ni(rst_mac_ni[p]),
      .s_axis_rx_tdata_i(s_axis_rx_tdata_i[512*p +: 512]), .s_axis_rx_tkeep_i(s_axis_rx_tkeep_i[64*p +: 64]),
      .s_axis_rx_tvalid_i(s_axis_rx_tvalid_i[p]), .s_axis_rx_tlast_i(s_axis_rx_tlast_i[p]),
      .s_axis_rx_tuser_err_i(s_axis_rx_tuser_err_i[p]),
      .m_axis_tx_tdata_o(m_axis_tx_tdata_o[512*p +: 512]), .m_axis_tx_tkeep_o(m_axis_tx_tkeep_o[64*p +: 64]),
      .m_axis_tx_tvalid_o(m_axis_tx_tvalid_o[p]), .m_axis_tx_tlast_o(m_axis_tx_tlast_o[p]),
      .m_axis_tx_tuser_err_o(m_axis_tx_tuser_err_o[p])
    );

    fc_port #(.HeaderWindow(HeaderWindow), .PortNumber(p), .FifoLog2(DescFifoLog2)) u_port (
      .clk_mac_i(clk_mac_i[p]), .rst_mac_ni(rst_port_mac_n[p]),
      .s_axis_rx_tdata_i(s_axis_rx_tdata_i[512*p +: 512]), .s_axis_rx_tkeep_i(s_axis_rx_tkeep_i[64*p +: 64]),
      .s_axis_rx_tvalid_i(s_axis_rx_tvalid_i[p]), .s_axis_rx_tlast_i(s_axis_rx_tlast_i[p]),
      .s_axis_rx_tuser_err_i(s_axis_rx_tuser_err_i[p]),
      .s_axis_rx_tuser_time_ns_i(s_axis_rx_tuser_time_ns_i[64*p +: 64]),
      .clk_core_i(clk_i), .rst_core_ni(rst_core_n), .enable_i(port_enable[p]),
      .desc_valid_o(desc_valid[p]), .desc_o(desc[DescBits*p +: DescBits]), .desc_ready_i(desc_ready[p]),
      .latch_i(latch), .latch_done_o(port_latched[p]),
      .counter_index_i(counter_index), .missed_o(missed[p]), .counter_o(counter[64*p +: 64]),
      .mac_busy_o(port_mac_busy[p]), .busy_o(port_busy[p])
    );
  end

  // ------------------------------------------------------------------ core
  logic                    core_enable, flush, clearing, core_busy, closing, flushing, hash_we, unaccounted, epoch_late;
  logic [ 5:0]             epoch_shift, ledger_index;
  logic [31:0]             epoch_guard_ns, epoch_open;
  logic [Monitors-1:0]     monitor_enable, monitor_ipv4, monitor_ipv6, monitor_immediate;
  logic [Monitors*32-1:0]  monitor_ports, monitor_ports_out;
  logic [Monitors-1:0]     monitor_present;
  logic                    flush_monitor, snapshot, flushing_monitor, snapshotting, sampler_we, sampler_latched;
  logic [ 2:0]             command_monitor;
  logic [ 6:0]             sampler;
  logic [ 7:0]             sampler_index;
  logic [31:0]             sampler_control;
  logic [63:0]             sampler_counter;
  logic [127:0]            sampler_on;
  logic [Monitors*fc_pkg::VectorBits-1:0] monitor_mask;
  logic [ 6:0]             hash_position;
  logic [ 7:0]             hash_value;
  logic [63:0]             hash_word, ledger;
  logic [Rings-1:0]        rec_valid, rec_ready;
  logic [Rings*fc_pkg::RecordBits-1:0] rec;

  fc_core #(
    .EntriesLog2(EntriesLog2), .Ports(Ports), .Rings(Rings), .Monitors(Monitors),
    .MonitorsPerPacket(MonitorsPerPacket), .Tables(Tables), .Slots(Slots),
    .FifoLog2(RecordFifoLog2), .PacketBits(PacketBits)
  ) u_core (
    .clk_i, .rst_ni(rst_core_n), .time_ns_i, .enable_i(core_enable),
    .epoch_shift_i(epoch_shift), .epoch_guard_ns_i(epoch_guard_ns), .flush_i(flush),
    .flush_monitor_i(flush_monitor), .snapshot_i(snapshot), .command_monitor_i(command_monitor),
    .monitor_enable_i(monitor_enable), .monitor_ipv4_i(monitor_ipv4), .monitor_ipv6_i(monitor_ipv6),
    .monitor_immediate_i(monitor_immediate), .monitor_ports_i(monitor_ports),
    .monitor_ports_out_i(monitor_ports_out), .monitor_mask_i(monitor_mask),
    .sampler_we_i(sampler_we), .sampler_i(sampler), .sampler_control_i(sampler_control), .sampler_on_i(sampler_on),
    .hash_we_i(hash_we), .hash_position_i(hash_position), .hash_value_i(hash_value), .hash_word_i(hash_word),
    .desc_valid_i(desc_valid), .desc_i(desc), .desc_ready_o(desc_ready),
    .rec_valid_o(rec_valid), .rec_o(rec), .rec_ready_i(rec_ready),
    .latch_i(latch), .ledger_index_i(ledger_index), .ledger_o(ledger),
    .sampler_latched_o(sampler_latched), .sampler_index_i(sampler_index), .sampler_counter_o(sampler_counter),
    .monitor_present_o(monitor_present), .flushing_monitor_o(flushing_monitor), .snapshotting_o(snapshotting),
    .clearing_o(clearing), .busy_o(core_busy), .closing_o(closing), .flushing_o(flushing), .epoch_open_o(epoch_open),
    .unaccounted_o(unaccounted), .epoch_late_o(epoch_late)
  );

  // ------------------------------------------------------------------ record DMA
  logic [Rings-1:0]    ring_enable, ring_arm;
  logic [Rings*5-1:0]  ring_size_log2;
  logic [Rings*64-1:0] ring_base, ring_status;
  logic [Rings*32-1:0] ring_moderation;
  logic [Rings*31-1:0] ring_consumer;
  logic [Rings*32-1:0] ring_producer, ring_errors;
  logic [Rings*31-1:0] ring_issued;
  logic [31:0]         faults;
  logic                axi_error, no_bus_master, dma_busy, dma_timing;

  fc_dma #(.Rings(Rings), .TickLog2(TickLog2)) u_dma (
    .clk_i, .rst_ni(rst_core_n), .stop_i(dma_stop), .idle_o(dma_idle),
    .rec_valid_i(rec_valid), .rec_i(rec), .rec_ready_o(rec_ready),
    .enable_i(ring_enable), .size_log2_i(ring_size_log2), .base_i(ring_base), .status_i(ring_status),
    .consumer_i(ring_consumer), .arm_i(ring_arm), .moderation_i(ring_moderation), .faults_i(faults), .producer_o(ring_producer),
    .issued_o(ring_issued), .errors_o(ring_errors),
    .axi_error_o(axi_error), .no_bus_master_o(no_bus_master),
    .m_axi_host_awid_o, .m_axi_host_awaddr_o, .m_axi_host_awlen_o, .m_axi_host_awsize_o, .m_axi_host_awburst_o,
    .m_axi_host_awvalid_o, .m_axi_host_awready_i,
    .m_axi_host_wdata_o, .m_axi_host_wstrb_o, .m_axi_host_wlast_o, .m_axi_host_wvalid_o, .m_axi_host_wready_i,
    .m_axi_host_bid_i, .m_axi_host_bresp_i, .m_axi_host_bvalid_i, .m_axi_host_bready_o,
    .irq_req_o, .irq_ack_i, .cfg_max_payload_i, .cfg_bus_master_i, .busy_o(dma_busy), .timing_o(dma_timing)
  );

  // ------------------------------------------------------------------ registers
  logic regs_busy, latching, working, working_q;

  fc_regs #(
    .EntriesLog2(EntriesLog2), .Ports(Ports), .Rings(Rings), .Monitors(Monitors),
    .MonitorsPerPacket(MonitorsPerPacket), .Tables(Tables), .Slots(Slots), .HeaderWindow(HeaderWindow),
    .RecordFifoLog2(RecordFifoLog2), .PacketBits(PacketBits),
    .Capabilities(Capabilities), .CapabilityData(CapabilityData)
  ) u_regs (
    .clk_i, .rst_ni,
    .s_axil_awaddr_i, .s_axil_awvalid_i, .s_axil_awready_o,
    .s_axil_wdata_i, .s_axil_wstrb_i, .s_axil_wvalid_i, .s_axil_wready_o,
    .s_axil_bresp_o, .s_axil_bvalid_o, .s_axil_bready_i,
    .s_axil_araddr_i, .s_axil_arvalid_i, .s_axil_arready_o,
    .s_axil_rdata_o, .s_axil_rresp_o, .s_axil_rvalid_o, .s_axil_rready_i,
    .reset_o(reset_request), .resetting_i(resetting), .flush_o(flush),
    .flush_monitor_o(flush_monitor), .snapshot_o(snapshot), .command_monitor_o(command_monitor), .enable_o(core_enable),
    .port_enable_o(port_enable), .epoch_shift_o(epoch_shift), .epoch_guard_ns_o(epoch_guard_ns),
    .clearing_i(clearing), .idle_i(!working_q), .closing_i(closing), .flushing_i(flushing),
    .flushing_monitor_i(flushing_monitor), .snapshotting_i(snapshotting), .monitor_present_i(monitor_present),
    .bus_master_i(cfg_bus_master_i), .link_up_i(cfg_link_up_i), .axi_error_i(axi_error),
    .no_bus_master_i(no_bus_master), .max_payload_i(cfg_max_payload_i), .unaccounted_i(unaccounted),
    .missed_i(|missed), .epoch_late_i(epoch_late), .epoch_open_i(epoch_open), .time_ns_i, .faults_o(faults),
    .latch_o(latch), .latching_o(latching), .port_latched_i(port_latched), .sampler_latched_i(sampler_latched),
    .ledger_index_o(ledger_index), .ledger_i(ledger), .counter_index_o(counter_index), .counter_i(counter),
    .hash_we_o(hash_we), .hash_position_o(hash_position), .hash_value_o(hash_value), .hash_word_o(hash_word),
    .monitor_enable_o(monitor_enable), .monitor_ipv4_o(monitor_ipv4), .monitor_ipv6_o(monitor_ipv6),
    .monitor_immediate_o(monitor_immediate), .monitor_ports_o(monitor_ports),
    .monitor_ports_out_o(monitor_ports_out), .monitor_mask_o(monitor_mask),
    .sampler_we_o(sampler_we), .sampler_o(sampler), .sampler_control_o(sampler_control), .sampler_on_o(sampler_on),
    .sampler_index_o(sampler_index), .sampler_counter_i(sampler_counter),
    .ring_base_o(ring_base), .ring_status_o(ring_status), .ring_enable_o(ring_enable),
    .ring_size_log2_o(ring_size_log2), .ring_consumer_o(ring_consumer), .ring_arm_o(ring_arm), .ring_moderation_o(ring_moderation),
    .ring_producer_i(ring_producer), .ring_issued_i(ring_issued), .ring_errors_i(ring_errors), .busy_o(regs_busy)
  );

  // ------------------------------------------------------------------ is there work? (a model or a clock gate asks)
  logic card_busy /* verilator public_flat_rd */;
  logic mac_busy /* verilator public_flat_rd */;

  // STATUS.idle is a clock late, since to know it takes long. Commands are seen at once, so a command and then idle mean that
  // it was carried out.
  assign working   = (|port_busy) || (|desc_valid) || core_busy || dma_busy || clearing || resetting || latching
                     || flush || flush_monitor || snapshot || reset_request;
  assign card_busy = working || working_q || dma_timing || regs_busy;
  always_ff @(posedge clk_i) working_q <= working || !rst_ni;
  // Both clocks are looked at here, which only something outside the card may do.
  assign mac_busy  = (|port_mac_busy) || resetting || latching || rst_port_mac_n != {Ports{rst_core_n}};

endmodule

`default_nettype wire
