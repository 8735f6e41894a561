// SPDX-License-Identifier: BSD-2-Clause
// Front end of one port, all in the MAC clock: window, parser, descriptor. One frame a clock, 14 clocks from its last
// beat to frame_o. What is final early (addresses, lengths, layer-2 fields) waits in two small RAMs instead of moving
// through every stage: the pipeline never stalls, so frames leave in the order in which they came.
`default_nettype none

module fc_frontend #(
  parameter int unsigned HeaderWindow = 192,
  parameter int unsigned PortNumber   = 0
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,
  input  wire logic enable_i,

  input  wire logic [511:0] tdata_i,
  input  wire logic [63:0] tkeep_i,
  input  wire logic tvalid_i,
  input  wire logic tlast_i,
  input  wire logic terr_i,
  input  wire logic [63:0] ttime_ns_i,

  output logic      busy_o,       // a frame is under way or in the pipeline
  output logic      frame_o,      // pulse: the verdict of one frame
  output logic      [4:0] verdict_o,
  output logic      [19:0] frame_len_o,
  output fc_pkg::desc_t desc_o    // with frame_o and the verdict flow
);

  if (HeaderWindow < 14 || HeaderWindow > 256) begin : gen_bad_window
    $error("fc_frontend: HeaderWindow must be 14..256");
  end
  if (PortNumber > 255) begin : gen_bad_port
    $error("fc_frontend: PortNumber must be 0..255");
  end

  localparam int unsigned ExtStages = 8;
  // An IPv6 header, 16 octets behind it, and a tail that shrinks by 8 octets a stage to 8; more if the window has.
  localparam int unsigned IpOctets   = HeaderWindow > 142 ? HeaderWindow - 14 : 128;
  localparam int unsigned TailOctets = IpOctets - 56;
  localparam int unsigned Ip         = 2;  // where the IP header stands in the window behind stage 2
  localparam int unsigned WaitLog2   = 4;  // frames between the first and the last stage: at most 13

  // ---------------------------------------------------------------- window
  logic        w_open, w_valid, w_err;
  logic [8*HeaderWindow-1:0] w_window;
  logic [14:0] w_beats;
  logic [63:0] w_keep, w_time_ns;

  fc_window #(.HeaderWindow(HeaderWindow)) u_window (
    .clk_i, .rst_ni, .enable_i, .tdata_i, .tkeep_i, .tvalid_i, .tlast_i, .terr_i, .ttime_ns_i,
    .open_o(w_open), .valid_o(w_valid), .window_o(w_window), .beats_o(w_beats), .keep_o(w_keep), .err_o(w_err),
    .time_ns_o(w_time_ns)
  );

  // ---------------------------------------------------------------- stages 1, 2
  logic        l_busy, l_valid, l_done, l_bottomless, l_ppp_bad, l_ppp_short, l_ppp_ipv4, l_ppp_ipv6;
  logic [4:0]  l_verdict;
  logic [19:0] l_frame_len, l_left;
  logic [1:0]  l_vlan_tags;
  logic [15:0] l_outer_tci, l_inner_tci;
  logic [2:0]  l_kind;
  logic [7:0]  l_seen;
  logic [3:0]  l_labels;
  logic [23:0] l_label;
  logic [8*(IpOctets+Ip)-1:0] l_window;

  fc_parse_link #(.HeaderWindow(HeaderWindow), .IpOctets(IpOctets)) u_link (
    .clk_i, .rst_ni,
    .valid_i(w_valid), .window_i(w_window), .beats_i(w_beats), .keep_i(w_keep), .err_i(w_err),
    .busy_o(l_busy), .valid_o(l_valid), .done_o(l_done), .verdict_o(l_verdict), .frame_len_o(l_frame_len),
    .vlan_tags_o(l_vlan_tags), .outer_tci_o(l_outer_tci), .inner_tci_o(l_inner_tci), .kind_o(l_kind),
    .left_o(l_left), .seen_o(l_seen), .labels_o(l_labels), .bottomless_o(l_bottomless), .label_o(l_label),
    .ppp_bad_o(l_ppp_bad), .ppp_short_o(l_ppp_short), .ppp_ipv4_o(l_ppp_ipv4), .ppp_ipv6_o(l_ppp_ipv6),
    .window_o(l_window)
  );

  // ---------------------------------------------------------------- stages 3, 4
  logic i_busy, i_is_ipv6;
  logic [ExtStages:0] valid, done, is_ext, later;
  logic [4:0]   verdict   [ExtStages+1];
  logic [7:0]   proto     [ExtStages+1];
  logic [7:0]   ext_map   [ExtStages+1];
  logic [7:0]   seen      [ExtStages+1];
  logic [15:0]  frag      [ExtStages+1];
  logic [15:0]  left      [ExtStages+1];
  logic [15:0]  left_ip   [ExtStages+1];
  logic [127:0] head      [ExtStages+1];
  logic [8*TailOctets-1:0] tail;

  fc_parse_ip #(.IpOctets(IpOctets), .TailOctets(TailOctets)) u_ip (
    .clk_i, .rst_ni,
    .valid_i(l_valid), .done_i(l_done), .verdict_i(l_verdict), .kind_i(l_kind), .left_i(l_left), .seen_i(l_seen),
    .labels_i(l_labels), .bottomless_i(l_bottomless), .ppp_bad_i(l_ppp_bad), .ppp_short_i(l_ppp_short),
    .ppp_ipv4_i(l_ppp_ipv4), .ppp_ipv6_i(l_ppp_ipv6), .window_i(l_window), .is_ipv6_o(i_is_ipv6),
    .busy_o(i_busy), .valid_o(valid[0]), .done_o(done[0]), .verdict_o(verdict[0]), .is_ext_o(is_ext[0]),
    .proto_o(proto[0]), .later_o(later[0]), .frag_o(frag[0]), .left_o(left[0]), .left_ip_o(left_ip[0]),
    .seen_o(seen[0]), .head_o(head[0]), .tail_o(tail)
  );

  assign ext_map[0] = 8'd0;

  // ---------------------------------------------------------------- stages 5 to 12
  for (genvar e = 0; e < ExtStages; e++) begin : gen_ext
    localparam int unsigned Octets = TailOctets - 8 * e;
    logic [8*Octets-1:0]  tail_in;
    logic [8*Octets-65:0] tail_out;

    if (e == 0) begin : gen_first
      assign tail_in = tail;
    end
    else begin : gen_next
      assign tail_in = gen_ext[e-1].tail_out;
    end

    fc_parse_ext #(.TailOctets(Octets)) u_ext (
      .clk_i, .rst_ni,
      .valid_i(valid[e]), .done_i(done[e]), .verdict_i(verdict[e]), .is_ext_i(is_ext[e]), .proto_i(proto[e]),
      .later_i(later[e]), .frag_i(frag[e]), .ext_map_i(ext_map[e]), .left_i(left[e]), .left_ip_i(left_ip[e]),
      .seen_i(seen[e]), .head_i(head[e]), .tail_i(tail_in),
      .valid_o(valid[e+1]), .done_o(done[e+1]), .verdict_o(verdict[e+1]), .is_ext_o(is_ext[e+1]),
      .proto_o(proto[e+1]), .later_o(later[e+1]), .frag_o(frag[e+1]), .ext_map_o(ext_map[e+1]),
      .left_o(left[e+1]), .left_ip_o(left_ip[e+1]), .seen_o(seen[e+1]), .head_o(head[e+1]), .tail_o(tail_out)
    );
  end

  logic unused_tail;
  assign unused_tail = ^gen_ext[ExtStages-1].tail_out;

  // ---------------------------------------------------------------- stage 13
  logic        t_valid;
  logic [4:0]  t_verdict;
  logic [7:0]  t_proto, t_ext_map;
  logic [15:0] t_frag, t_sport, t_dport;
  logic [11:0] t_tcp_flags;

  fc_parse_transport u_transport (
    .clk_i, .rst_ni,
    .valid_i(valid[ExtStages]), .done_i(done[ExtStages]), .verdict_i(verdict[ExtStages]),
    .is_ext_i(is_ext[ExtStages]), .proto_i(proto[ExtStages]), .later_i(later[ExtStages]),
    .frag_i(frag[ExtStages]), .ext_map_i(ext_map[ExtStages]), .left_i(left[ExtStages]),
    .left_ip_i(left_ip[ExtStages]), .seen_i(seen[ExtStages]), .head_i(head[ExtStages]),
    .valid_o(t_valid), .verdict_o(t_verdict), .proto_o(t_proto), .frag_o(t_frag), .ext_map_o(t_ext_map),
    .sport_o(t_sport), .dport_o(t_dport), .tcp_flags_o(t_tcp_flags)
  );

  // ---------------------------------------------------------------- what waits
  typedef struct packed {
    logic [63:0] time_ns;
    logic [95:0] macs;         // octets 0..11 of the frame: destination, source
  } early_t;

  typedef struct packed {
    logic [16:0]  l3_len;
    logic [15:0]  inner_tci;
    logic [15:0]  outer_tci;
    logic [23:0]  label;
    logic         pppoe;
    logic         mpls;
    logic [1:0]   vlan_tags;
    logic [19:0]  label_id;
    logic [3:0]   ip_version;
    logic [7:0]   ttl;
    logic [7:0]   tos;
    logic [127:0] dst;
    logic [127:0] src;
  } middle_t;

  early_t  early  [2**WaitLog2];
  middle_t middle [2**WaitLog2];
  logic [19:0] frame_len [2**WaitLog2];
  logic [WaitLog2-1:0] early_q, middle_q, out_q;

  always_ff @(posedge clk_i) begin
    if (w_valid) early_q <= early_q + WaitLog2'(1);
    if (l_valid) middle_q <= middle_q + WaitLog2'(1);
    if (t_valid) out_q <= out_q + WaitLog2'(1);
    if (!rst_ni) begin
      early_q  <= '0;
      middle_q <= '0;
      out_q    <= '0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (w_valid) early[early_q] <= {w_time_ns, w_window[95:0]};
    if (l_valid) frame_len[middle_q] <= l_frame_len;
  end

  // Octet strings keep their order, numbers turn; IPv4 addresses fill the first 4 octets.
  middle_t middle_v4, middle_v6;
  always_ff @(posedge clk_i) begin
    if (l_valid && !l_done) middle[middle_q] <= i_is_ipv6 ? middle_v6 : middle_v4;
  end

  always_comb begin
    middle_v4 = '0;
    middle_v6 = '0;
    if (l_valid && !l_done) begin
      middle_v4.inner_tci  = l_inner_tci;
      middle_v4.outer_tci  = l_outer_tci;
      middle_v4.label      = l_label;
      middle_v4.pppoe      = l_kind == 3'd3;
      middle_v4.mpls       = l_kind == 3'd2;
      middle_v4.vlan_tags  = l_vlan_tags;
      middle_v6            = middle_v4;
      middle_v4.l3_len     = {1'b0, l_window[8*(Ip+2)+:8], l_window[8*(Ip+3)+:8]};
      middle_v4.label_id   = {4'd0, l_window[8*(Ip+4)+:8], l_window[8*(Ip+5)+:8]};
      middle_v4.ip_version = 4'd4;
      middle_v4.ttl        = l_window[8*(Ip+8)+:8];
      middle_v4.tos        = l_window[8*(Ip+1)+:8];
      middle_v4.src        = 128'(l_window[8*(Ip+12)+:32]);
      middle_v4.dst        = 128'(l_window[8*(Ip+16)+:32]);
      middle_v6.l3_len     = {1'b0, l_window[8*(Ip+4)+:8], l_window[8*(Ip+5)+:8]} + 17'd40;
      middle_v6.label_id   = {l_window[8*(Ip+1)+:4], l_window[8*(Ip+2)+:8], l_window[8*(Ip+3)+:8]};
      middle_v6.ip_version = 4'd6;
      middle_v6.ttl        = l_window[8*(Ip+7)+:8];
      middle_v6.tos        = {l_window[8*Ip+:4], l_window[8*(Ip+1)+4+:4]};
      middle_v6.src        = l_window[8*(Ip+8)+:128];
      middle_v6.dst        = l_window[8*(Ip+24)+:128];
    end
  end

  // ---------------------------------------------------------------- stage 14
  logic        valid_q;
  logic [4:0]  verdict_q;
  logic [19:0] frame_len_q;
  fc_pkg::desc_t desc_d, desc_q;
  early_t  e;
  middle_t m;

  always_comb begin
    desc_d = '0;
    e      = '0;
    m      = '0;
    if (t_valid) begin
      e = early[out_q];
      m = middle[out_q];
      desc_d.time_ns         = e.time_ns;
      desc_d.frame_len       = frame_len[out_q];
      desc_d.l3_len          = m.l3_len;
      desc_d.vec.src         = m.src;
      desc_d.vec.dst         = m.dst;
      desc_d.vec.sport       = t_sport;
      desc_d.vec.dport       = t_dport;
      desc_d.vec.proto       = t_proto;
      desc_d.vec.tos         = m.tos;
      desc_d.vec.ttl         = m.ttl;
      desc_d.vec.ext_map     = t_ext_map;
      desc_d.vec.tcp_flags   = t_tcp_flags;
      desc_d.vec.ip_version  = m.ip_version;
      desc_d.vec.frag_offset = t_frag[12:0];
      desc_d.vec.frag_flags  = t_frag[15:13];
      desc_d.vec.label_id    = m.label_id;
      desc_d.vec.input_port  = 8'(PortNumber);
      desc_d.vec.vlan_tags   = m.vlan_tags;
      desc_d.vec.mpls        = m.mpls;
      desc_d.vec.pppoe       = m.pppoe;
      desc_d.vec.mpls_label  = m.label;
      desc_d.vec.src_mac     = e.macs[95:48];
      desc_d.vec.dst_mac     = e.macs[47:0];
      desc_d.vec.outer_tci   = m.outer_tci;
      desc_d.vec.inner_tci   = m.inner_tci;
    end
  end

  always_ff @(posedge clk_i) begin
    valid_q <= t_valid;
    if (!rst_ni) valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (t_valid) begin
      verdict_q   <= t_verdict;
      frame_len_q <= frame_len[out_q];
    end
    if (t_valid && t_verdict == fc_regs_pkg::VerdictFlow) desc_q <= desc_d;
  end

  assign busy_o      = w_open || w_valid || l_busy || i_busy || (|valid) || t_valid || valid_q;
  assign frame_o     = valid_q;
  assign verdict_o   = verdict_q;
  assign frame_len_o = frame_len_q;
  assign desc_o      = desc_q;

endmodule

`default_nettype wire
