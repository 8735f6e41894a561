// SPDX-License-Identifier: BSD-2-Clause
// Takes one descriptor a clock from the ports in turn and offers one operation for each candidate that wants it: a monitor
// in one direction, as input of the packet's port or as output of its partner (port ^ 1). At most MonitorsPerPacket, in
// order of monitor, input before output. A packet of a disabled core or of no monitor is dropped.
`default_nettype none

module fc_select #(
  parameter int unsigned Ports = 1,
  parameter int unsigned Monitors = 8,
  parameter int unsigned MonitorsPerPacket = 2
) (
  input  wire logic                            clk_i,
  input  wire logic                            rst_ni,
  input  wire logic                            enable_i,
  input  wire logic                            hold_i,     // take no further packet
  input  wire logic [Monitors-1:0]             monitor_enable_i,
  input  wire logic [Monitors-1:0]             monitor_ipv4_i,
  input  wire logic [Monitors-1:0]             monitor_ipv6_i,
  input  wire logic [Monitors*32-1:0]          monitor_ports_i,
  input  wire logic [Monitors*32-1:0]          monitor_ports_out_i,
  input  wire logic [Ports-1:0]                desc_valid_i,
  input  wire logic [Ports*fc_pkg::DescBits-1:0] desc_i,
  output logic [Ports-1:0]                     desc_ready_o,
  output logic                                 valid_o,
  output fc_pkg::desc_t                        desc_o,     // direction and output port not yet in it
  output logic [6:0]                           output_port_o,
  output logic [6:0]                           at_o,       // {monitor, direction, port}
  output logic [Monitors-1:0]                  holds_o,    // operations of these wait here
  input  wire logic                            ready_i
);

  // Lowest bit of ip_version in a descriptor: the vector is its low part, octet 41 its version.
  localparam int unsigned VersionBit = 8 * 41 + 4;
  localparam int unsigned Candidates = 2 * Monitors;   // 2 * monitor + direction
  localparam logic [6:0] NoPort = 7'd127;

  logic [Candidates-1:0] want, keep, first, pending_q;
  logic [Ports-1:0]      grant, served_q;
  logic [3:0]            version;
  logic [31:0]           port_bit, partner_bit;
  logic [2:0]            port, port_q;
  logic [6:0]            partner, partner_q;
  logic                  room, take, last;

  // A port is next when nobody before it in turn is valid; the turn goes on after the port served last. Who is next, and what its
  // packet would leave pending, is found without asking for room: that answer comes late, from the end of the pipeline.
  always_comb begin : turn
    logic [Ports-1:0] below, late, next;
    below    = served_q | (served_q - 1'b1);
    late     = desc_valid_i & ~below;
    for (int unsigned p = 0; p < Ports; p++) begin
      next[p] = 1'b1;
      for (int unsigned q = 0; q < Ports; q++) begin
        if (below[p] && late[q] && q != p) next[p] = 1'b0;
        if (below[p] == below[q] && q < p && desc_valid_i[q]) next[p] = 1'b0;
      end
    end
    grant        = next & desc_valid_i;
    desc_ready_o = room ? next : '0;
  end

  always_comb begin : look
    version     = '0;
    port_bit    = '0;
    partner_bit = '0;
    port        = '0;
    partner     = NoPort;
    for (int unsigned p = 0; p < Ports; p++) begin
      if (grant[p]) begin
        version     = desc_i[p*fc_pkg::DescBits + VersionBit +: 4];
        port_bit[p] = 1'b1;
        port        = 3'(p);
        if ((p ^ 1) < Ports) begin
          partner            = 7'(p ^ 1);
          partner_bit[p ^ 1] = 1'b1;
        end
      end
    end
  end

  always_comb begin : choose
    logic [Candidates-1:0] rest, one;
    want = '0;
    keep = '0;
    rest = '0;
    one  = '0;
    if (enable_i) begin
      for (int unsigned m = 0; m < Monitors; m++) begin
        if (monitor_enable_i[m] && ((version == 4'd4 && monitor_ipv4_i[m]) || (version == 4'd6 && monitor_ipv6_i[m]))) begin
          want[2*m]     = |(monitor_ports_i[m*32 +: 32] & port_bit);
          want[2*m + 1] = |(monitor_ports_out_i[m*32 +: 32] & partner_bit);
        end
      end
      rest = want;
      for (int unsigned i = 0; i < MonitorsPerPacket; i++) begin
        one  = rest & (~rest + 1'b1);
        keep = keep | one;
        rest = rest & ~one;
      end
    end
  end

  assign first   = pending_q & (~pending_q + 1'b1);
  assign last    = pending_q == first;
  assign room    = !hold_i && (pending_q == '0 || (last && ready_i));
  assign take    = room && (|grant);
  assign valid_o = pending_q != '0;

  always_comb begin : encode
    logic [2:0] monitor;
    logic       direction;
    monitor   = '0;
    direction = 1'b0;
    holds_o   = '0;
    if (valid_o) begin
      for (int unsigned m = 0; m < Monitors; m++) begin
        if (first[2*m] || first[2*m + 1]) monitor = 3'(m);
        if (first[2*m + 1]) direction = 1'b1;
        holds_o[m] = pending_q[2*m] || pending_q[2*m + 1];
      end
    end
    at_o = {monitor, direction, direction ? partner_q[2:0] : port_q};
  end
  assign output_port_o = partner_q;

  always_ff @(posedge clk_i) begin
    if (take && keep != '0) begin
      port_q    <= port;
      partner_q <= partner;
      for (int unsigned p = 0; p < Ports; p++) begin
        if (grant[p]) desc_o <= desc_i[p*fc_pkg::DescBits +: fc_pkg::DescBits];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (take) pending_q <= keep;
    else if (ready_i) pending_q <= pending_q & ~first;
    if (take) served_q <= grant;
    if (!rst_ni) begin
      pending_q <= '0;
      served_q  <= Ports'(1);
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert ((grant & (grant - 1'b1)) == '0) else $error("fc_select: two ports served in one clock");
  end
`endif

endmodule

`default_nettype wire
