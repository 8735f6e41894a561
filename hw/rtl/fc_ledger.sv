// SPDX-License-Identifier: BSD-2-Clause
// Where each monitor's packets and octets are: selected = emitted + resident + unaccounted after every operation.
// All counters of an operation change in one clock. resident is counted up and down, never derived from the others.
`default_nettype none

module fc_ledger #(
  parameter int unsigned Monitors = 8
) (
  input  wire logic                clk_i,
  input  wire logic                rst_ni,
  input  wire logic                valid_i,
  input  wire fc_core_pkg::entry_t entry_i,
  input  wire logic [2:0]          monitor_i,   // the set on set_o
  output logic [Monitors-1:0]      resident_o,  // this monitor has packets in the cache
  output logic [511:0]             set_o,       // eight counters, order of the register file LEDGER, first one lowest
  input  wire logic                latch_i,
  input  wire logic [5:0]          index_i,
  output logic [63:0]              latched_o
);

  localparam int unsigned MonitorBits = (Monitors > 1) ? $clog2(Monitors) : 1;

  (* mem2reg *) logic [63:0] selected_packets [Monitors];
  (* mem2reg *) logic [63:0] selected_bytes [Monitors];
  (* mem2reg *) logic [63:0] emitted_packets [Monitors];
  (* mem2reg *) logic [63:0] emitted_bytes [Monitors];
  (* mem2reg *) logic [63:0] resident_packets [Monitors];
  (* mem2reg *) logic [63:0] resident_bytes [Monitors];
  (* mem2reg *) logic [63:0] refused_packets [Monitors];
  (* mem2reg *) logic [63:0] refused_bytes [Monitors];

  // Numbers of monitors that do not exist never come here; the narrower index keeps the arrays within bounds.
  logic [MonitorBits-1:0] m, o, n;
  logic [63:0]            len, packets, bytes;
  logic                   same;
  assign m       = entry_i.monitor[MonitorBits-1:0];
  assign o       = entry_i.old_monitor[MonitorBits-1:0];
  assign n       = monitor_i[MonitorBits-1:0];
  assign len     = 64'(entry_i.len);
  assign packets = 64'(entry_i.packets);
  assign bytes   = 64'(entry_i.bytes);
  assign same    = entry_i.stays && entry_i.leaves && m == o;

  logic unused;
  assign unused = ^{entry_i, monitor_i};

  always_ff @(posedge clk_i) begin
    if (valid_i && entry_i.selected) begin
      selected_packets[m] <= selected_packets[m] + 64'd1;
      selected_bytes[m]   <= selected_bytes[m] + len;
    end
    if (valid_i && entry_i.refused) begin
      refused_packets[m] <= refused_packets[m] + 64'd1;
      refused_bytes[m]   <= refused_bytes[m] + len;
    end
    if (valid_i && entry_i.emitted) begin
      emitted_packets[o] <= emitted_packets[o] + packets;
      emitted_bytes[o]   <= emitted_bytes[o] + bytes;
    end
    if (!rst_ni) begin
      for (int unsigned i = 0; i < Monitors; i++) begin
        selected_packets[i] <= '0;
        selected_bytes[i]   <= '0;
        refused_packets[i]  <= '0;
        refused_bytes[i]    <= '0;
        emitted_packets[i]  <= '0;
        emitted_bytes[i]    <= '0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i && same) begin
      resident_packets[m] <= resident_packets[m] + 64'd1 - packets;
      resident_bytes[m]   <= resident_bytes[m] + len - bytes;
    end
    if (valid_i && entry_i.stays && !same) begin
      resident_packets[m] <= resident_packets[m] + 64'd1;
      resident_bytes[m]   <= resident_bytes[m] + len;
    end
    if (valid_i && entry_i.leaves && !same) begin
      resident_packets[o] <= resident_packets[o] - packets;
      resident_bytes[o]   <= resident_bytes[o] - bytes;
    end
    if (!rst_ni) begin
      for (int unsigned i = 0; i < Monitors; i++) begin
        resident_packets[i] <= '0;
        resident_bytes[i]   <= '0;
      end
    end
  end

  always_comb begin : resident
    for (int unsigned i = 0; i < Monitors; i++) resident_o[i] = resident_packets[i] != '0;
  end

  assign set_o = {refused_bytes[n], refused_packets[n], resident_bytes[n], resident_packets[n],
                  emitted_bytes[n], emitted_packets[n], selected_bytes[n], selected_packets[n]};

  // A register each and no array of them, which would cost a model 16 words a monitor in each clock.
  for (genvar i = 0; i < Monitors; i++) begin : g_latched
    logic [511:0] set_q;
    logic [63:0]  word;
    always_ff @(posedge clk_i) begin
      if (latch_i) begin
        set_q <= {refused_bytes[i], refused_packets[i], resident_bytes[i], resident_packets[i],
                  emitted_bytes[i], emitted_packets[i], selected_bytes[i], selected_packets[i]};
      end
      if (!rst_ni) set_q <= '0;
    end
    if (i == 0) begin : g_first
      assign word = (index_i[5:3] == 3'd0) ? set_q[64*index_i[2:0] +: 64] : '0;
    end else begin : g_next
      assign word = (index_i[5:3] == 3'(i)) ? set_q[64*index_i[2:0] +: 64] : g_latched[i-1].word;
    end
  end
  assign latched_o = g_latched[Monitors-1].word;

`ifndef SYNTHESIS
  logic changed_q;
  always_ff @(posedge clk_i) begin
    changed_q <= rst_ni && valid_i;
    if (rst_ni && changed_q) begin
      for (int unsigned i = 0; i < Monitors; i++) begin
        assert (selected_packets[i] == emitted_packets[i] + resident_packets[i] + refused_packets[i]) else $error("fc_ledger: packets of monitor %0d do not balance", i);
        assert (selected_bytes[i] == emitted_bytes[i] + resident_bytes[i] + refused_bytes[i]) else $error("fc_ledger: octets of monitor %0d do not balance", i);
      end
    end
  end
`endif

endmodule

`default_nettype wire
