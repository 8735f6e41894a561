// SPDX-License-Identifier: BSD-2-Clause
// fc_regs with one port, ring and monitor: the rules of the bus; what it gives out to the card moves only by a write or by what
// the card says of itself, so reading has no side effects; what is locked does not move at all; SCRATCH reads as it was written,
// strobes and all.
`default_nettype none

module fc_regs_proof (
  input wire logic        clk_i,
  input wire logic        rst_ni,
  input wire logic [15:0] awaddr_i,
  input wire logic        awvalid_i,
  input wire logic [31:0] wdata_i,
  input wire logic [ 3:0] wstrb_i,
  input wire logic        wvalid_i,
  input wire logic        bready_i,
  input wire logic [15:0] araddr_i,
  input wire logic        arvalid_i,
  input wire logic        rready_i,
  input wire logic [15:0] state_i,        // what the card says of itself
  input wire logic [31:0] producer_i,
  input wire logic [30:0] issued_i,
  input wire logic [63:0] data_i
);

  logic awready, wready, bvalid, arready, rvalid;
  logic [1:0]  bresp, rresp;
  logic [31:0] rdata;

  logic            resetting, enable, hash_we, monitor_enable, sampler_we, ring_enable;
  logic [  7:0]    commands;
  logic [ 37:0]    epoch;
  logic [ 31:0]    faults, ports, ports_out, control, moderation;
  logic [  6:0]    position, sampler;
  logic [  7:0]    value;
  logic [ 63:0]    word, base, status;
  logic [  2:0]    monitor;
  logic [127:0]    sampler_on;
  logic [  4:0]    size;
  logic [ 30:0]    consumer;
  logic [fc_pkg::VectorBits-1:0] mask;
  assign resetting = state_i[0];

  fc_regs u_dut (
    .clk_i, .rst_ni, .s_axil_awaddr_i(awaddr_i), .s_axil_awvalid_i(awvalid_i), .s_axil_awready_o(awready),
    .s_axil_wdata_i(wdata_i), .s_axil_wstrb_i(wstrb_i), .s_axil_wvalid_i(wvalid_i), .s_axil_wready_o(wready),
    .s_axil_bresp_o(bresp), .s_axil_bvalid_o(bvalid), .s_axil_bready_i(bready_i),
    .s_axil_araddr_i(araddr_i), .s_axil_arvalid_i(arvalid_i), .s_axil_arready_o(arready),
    .s_axil_rdata_o(rdata), .s_axil_rresp_o(rresp), .s_axil_rvalid_o(rvalid), .s_axil_rready_i(rready_i),
    .reset_o(commands[0]), .resetting_i(resetting), .flush_o(commands[1]), .flush_monitor_o(commands[2]), .snapshot_o(commands[3]),
    .command_monitor_o(monitor), .enable_o(enable), .port_enable_o(commands[4]), .epoch_shift_o(epoch[5:0]), .epoch_guard_ns_o(epoch[37:6]),
    .clearing_i(state_i[1]), .idle_i(state_i[2]), .closing_i(state_i[3]), .flushing_i(state_i[4]), .flushing_monitor_i(state_i[5]),
    .snapshotting_i(state_i[6]), .monitor_present_i(state_i[7]), .bus_master_i(state_i[8]), .link_up_i(state_i[9]), .max_payload_i(3'd0),
    .axi_error_i(state_i[10]), .no_bus_master_i(state_i[11]), .unaccounted_i(state_i[12]), .missed_i(state_i[13]), .epoch_late_i(1'b0),
    .epoch_open_i('0), .time_ns_i('0), .faults_o(faults), .latch_o(commands[5]), .latching_o(commands[6]), .port_latched_i(state_i[14]),
    .sampler_latched_i(state_i[15]), .ledger_index_o(), .ledger_i(data_i), .counter_index_o(), .counter_i(data_i),
    .hash_we_o(hash_we), .hash_position_o(position), .hash_value_o(value), .hash_word_o(word),
    .monitor_enable_o(monitor_enable), .monitor_ipv4_o(), .monitor_ipv6_o(), .monitor_immediate_o(commands[7]), .monitor_ports_o(ports),
    .monitor_ports_out_o(ports_out), .monitor_mask_o(mask), .sampler_we_o(sampler_we), .sampler_o(sampler), .sampler_control_o(control),
    .sampler_on_o(sampler_on), .sampler_index_o(), .sampler_counter_i(data_i), .ring_base_o(base), .ring_status_o(status),
    .ring_enable_o(ring_enable), .ring_size_log2_o(size), .ring_consumer_o(consumer), .ring_arm_o(), .ring_moderation_o(moderation),
    .ring_producer_i(producer_i), .ring_issued_i(issued_i), .ring_errors_i('0), .busy_o()
  );

  fc_axil_rules #(.WriteClocks(2), .ReadClocks(6)) u_rules (
    .clk_i, .rst_ni, .awaddr_i, .awvalid_i, .awready_i(awready), .wdata_i, .wstrb_i, .wvalid_i, .wready_i(wready),
    .bresp_i(bresp), .bvalid_i(bvalid), .bready_i, .araddr_i, .arvalid_i, .arready_i(arready),
    .rdata_i(rdata), .rresp_i(rresp), .rvalid_i(rvalid), .rready_i
  );

  logic live_q = 1'b0;
  always_ff @(posedge clk_i) live_q <= live_q || !rst_ni;

  // ---------------------------------------------------------------- nothing moves but by a write: reading has no side effects
  localparam int unsigned Held = 2 + 38 + 96 + fc_pkg::VectorBits + 128 + 6 + 31 + 2 + 15 + 128;
  logic [Held-1:0] held, held_q;
  logic [3:0]      wrote_q;   // B was shown first in the last clocks
  logic            b_was_q, resetting_q, reported_q;
  logic [31:0]     faults_q;
  assign held = {commands[4], commands[7], epoch, ports, ports_out, moderation, mask, base, status, size, ring_enable, consumer,
                 enable, monitor_enable, position, value, sampler_on};
  always_ff @(posedge clk_i) begin
    held_q      <= held;
    faults_q    <= faults;
    wrote_q     <= rst_ni ? {wrote_q[2:0], bvalid && !b_was_q} : '1;
    b_was_q     <= bvalid;
    resetting_q <= resetting || state_i[1];
    reported_q  <= (|state_i[13:10]) || !state_i[9];
  end
  always_comb begin : still
    if (live_q && steady_q && rst_ni && !(bvalid && !b_was_q) && wrote_q == '0) begin
      // A reset of the card takes the enable and the ring's consumer index away, at once and a clock later.
      if (!resetting_q && !resetting && !state_i[1]) assert (held == held_q);
      if (!reported_q) assert (faults == faults_q);
      assert ({commands[3:0], hash_we, sampler_we} == '0);
    end
  end

  // ---------------------------------------------------------------- what is locked does not move
  logic [fc_pkg::VectorBits-1:0] mask_q;
  logic [63:0] base_q;
  logic [1:0]  free_q;               // of each of the last clocks: the monitor is off and holds nothing
  logic        hash_free_q, ring_was_on_q, steady_q;
  logic [4:0]  size_q;
  always_ff @(posedge clk_i) begin
    mask_q        <= mask;
    base_q        <= base;
    size_q        <= size;
    ring_was_on_q <= ring_enable;
    free_q        <= {free_q[0], !monitor_enable && !state_i[7]};
    hash_free_q   <= !enable && !state_i[7];
    steady_q      <= live_q && rst_ni;
  end
  always_comb begin : locks
    if (live_q && steady_q && rst_ni) begin
      if (mask != mask_q) assert (free_q[1]);
      if (base != base_q) assert (!ring_was_on_q);
      if (size != size_q) assert (!ring_was_on_q || !ring_enable);
      if (hash_we) assert (hash_free_q);
    end
  end

  // ---------------------------------------------------------------- SCRATCH
  logic [31:0] scratch_q, written, w_q, strobes;
  logic [15:0] aw_q;
  logic [ 3:0] s_q;
  logic        ours_q, alone_q, owed_q, writing;
  assign writing = awvalid_i || wvalid_i || bvalid || owed_q;
  assign strobes = {{8{s_q[3]}}, {8{s_q[2]}}, {8{s_q[1]}}, {8{s_q[0]}}};
  always_ff @(posedge clk_i) begin
    if (awvalid_i && awready) aw_q <= awaddr_i;
    if (wvalid_i && wready) {s_q, w_q} <= {wstrb_i, wdata_i};
    // A write is done when its B is shown; from then on a read that begins shows it.
    if (bvalid && !b_was_q && {aw_q[15:2], 2'b00} == fc_regs_pkg::ScratchOffset) scratch_q <= written;
    owed_q <= (writing && !(bvalid && bready_i)) || awvalid_i || wvalid_i;
    if (arvalid_i && arready) ours_q <= {araddr_i[15:2], 2'b00} == fc_regs_pkg::ScratchOffset;
    alone_q <= !writing && ((arvalid_i && arready) || alone_q);
    if (!rst_ni) begin
      scratch_q <= fc_regs_pkg::ScratchReset;
      owed_q    <= 1'b0;
      alone_q   <= 1'b0;
    end
  end
  assign written = (scratch_q & ~strobes) | (w_q & strobes);
  always_comb begin : scratch
    if (live_q && rst_ni && rvalid && ours_q && alone_q) assert (rdata == scratch_q);
  end

endmodule

`default_nettype wire
