// SPDX-License-Identifier: BSD-2-Clause
// Front end, stages 1 and 2: Ethernet, VLAN tags, then the bytes of what stands between them and IP.
// Stage 1 steps over the tags and counts the frame's octets. Stage 2 judges Ethernet and tags, and moves the window on
// past a label stack or PPPoE header, whose judgement needs the octets left over and falls in stage 3 (fc_parse_ip).
`default_nettype none

module fc_parse_link #(
  parameter int unsigned HeaderWindow = 192,
  parameter int unsigned IpOctets     = 178  // octets of the window handed on, from the IP header
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic valid_i,
  input  wire logic [8*HeaderWindow-1:0] window_i,
  input  wire logic [14:0] beats_i,
  input  wire logic [63:0] keep_i,
  input  wire logic err_i,

  output logic      busy_o,
  output logic      valid_o,
  output logic      done_o,          // the verdict is final
  output logic      [4:0] verdict_o,
  output logic      [19:0] frame_len_o,
  output logic      [1:0] vlan_tags_o,
  output logic      [15:0] outer_tci_o,
  output logic      [15:0] inner_tci_o,
  output logic      [2:0] kind_o,    // KindIpv4 ..
  output logic      [19:0] left_o,   // octets of the frame behind the last type
  output logic      [7:0] seen_o,    // of them, octets within the window
  output logic      [3:0] labels_o,  // MPLS: entries up to the bottom of the stack, at most 8
  output logic      bottomless_o,    // MPLS: none of eight is the bottom
  output logic      [23:0] label_o,
  output logic      ppp_bad_o,       // PPPoE: version, type or code
  output logic      ppp_short_o,     // one octet of PPP protocol
  output logic      ppp_ipv4_o,
  output logic      ppp_ipv6_o,
  output logic      [8*(IpOctets+2)-1:0] window_o  // the next header begins at its octet 2
);

  // What a type or TPID leads to; the first four are known to fc_parse_ip.
  localparam logic [2:0] KindIpv4 = 3'd0, KindIpv6 = 3'd1, KindMpls = 3'd2, KindPppoe = 3'd3;
  localparam logic [2:0] KindVlan = 3'd4, KindLlc = 3'd5, KindOther = 3'd6;

  localparam int unsigned TypeOctets = IpOctets + 2;  // window from the last type on
  localparam int unsigned FullOctets = HeaderWindow > TypeOctets ? HeaderWindow : TypeOctets;
  localparam logic [7:0]  Seen0 = HeaderWindow > 14 ? 8'(HeaderWindow - 14) : 8'd0;
  localparam logic [7:0]  Seen1 = HeaderWindow > 18 ? 8'(HeaderWindow - 18) : 8'd0;
  localparam logic [7:0]  Seen2 = HeaderWindow > 22 ? 8'(HeaderWindow - 22) : 8'd0;
  localparam logic        Tag1InWindow = HeaderWindow >= 18;
  localparam logic        Tag2InWindow = HeaderWindow >= 22;

  function automatic logic [2:0] kind_of(input logic [7:0] high, input logic [7:0] low);
    case ({high, low})
      16'h0800:           kind_of = KindIpv4;
      16'h86dd:           kind_of = KindIpv6;
      16'h8847, 16'h8848: kind_of = KindMpls;
      16'h8864:           kind_of = KindPppoe;
      16'h8100, 16'h88a8: kind_of = KindVlan;
      default:            kind_of = high < 8'h06 ? KindLlc : KindOther;
    endcase
  endfunction

  // tkeep is filled from the low end, so the first clear bit is the count; halving finds it.
  function automatic logic [6:0] count_keep(input logic [63:0] keep);
    logic [30:0] k32;
    logic [14:0] k16;
    logic [6:0]  k8;
    logic [2:0]  k4;
    logic        k1;
    k32 = keep[31] ? keep[62:32] : keep[30:0];
    k16 = k32[15] ? k32[30:16] : k32[14:0];
    k8  = k16[7] ? k16[14:8] : k16[6:0];
    k4  = k8[3] ? k8[6:4] : k8[2:0];
    k1  = k4[1] ? k4[2] : k4[0];
    count_keep = keep[63] ? 7'd64 : {1'b0, keep[31], k32[15], k16[7], k8[3], k4[1], k1};
  endfunction

  // ---------------------------------------------------------------- stage 1
  logic [8*FullOctets-1:0] window;
  logic [2:0]  kind0, kind1, kind2;
  logic [1:0]  tags;  // 3: too many
  logic [6:0]  keep_count;
  logic [20:0] length;

  assign window     = (8*FullOctets)'(window_i);
  assign kind0      = kind_of(window[8*12+:8], window[8*13+:8]);
  assign kind1      = kind_of(window[8*16+:8], window[8*17+:8]);
  assign kind2      = kind_of(window[8*20+:8], window[8*21+:8]);
  assign keep_count = count_keep(keep_i);
  assign length     = {beats_i, 6'd0} + 21'(keep_count);

  always_comb begin
    tags = 2'd0;
    if (kind0 == KindVlan) tags = kind1 != KindVlan ? 2'd1 : (kind2 != KindVlan ? 2'd2 : 2'd3);
  end

  logic        valid1_q, err1_q;
  logic [1:0]  tags1_q;
  logic [2:0]  kind1_q;
  logic [19:0] length1_q;
  logic [15:0] outer1_q, inner1_q;
  logic [8*TypeOctets-1:0] window1_q;

  always_ff @(posedge clk_i) begin
    valid1_q <= valid_i;
    if (!rst_ni) valid1_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      err1_q    <= err_i;
      tags1_q   <= tags;
      length1_q <= length[20] ? 20'hfffff : length[19:0];
      outer1_q  <= tags == 2'd0 ? 16'd0 : {window[8*14+:8], window[8*15+:8]};
      inner1_q  <= tags <= 2'd1 ? 16'd0 : {window[8*18+:8], window[8*19+:8]};
      case (tags)
        2'd0:    kind1_q <= kind0;
        2'd1:    kind1_q <= kind1;
        default: kind1_q <= kind2;
      endcase
      case (tags)
        2'd0:    window1_q <= (8*TypeOctets)'(window >> 8*12);
        2'd1:    window1_q <= (8*TypeOctets)'(window >> 8*16);
        default: window1_q <= (8*TypeOctets)'(window >> 8*20);
      endcase
    end
  end

  // ---------------------------------------------------------------- stage 2
  logic        done;
  logic [4:0]  verdict;
  logic [19:0] left;
  logic [7:0]  seen, bottoms;
  logic [3:0]  labels;
  logic        bottomless, ppp_short;

  always_comb begin
    done    = 1'b1;
    verdict = fc_regs_pkg::VerdictRxError;
    if (err1_q) verdict = fc_regs_pkg::VerdictRxError;
    else if (length1_q < 20'd14) verdict = fc_regs_pkg::VerdictTruncEthernet;
    else if (tags1_q >= 2'd1 && length1_q < 20'd18) verdict = fc_regs_pkg::VerdictTruncVlan;
    else if (tags1_q >= 2'd1 && !Tag1InWindow) verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (tags1_q >= 2'd2 && length1_q < 20'd22) verdict = fc_regs_pkg::VerdictTruncVlan;
    else if (tags1_q >= 2'd2 && !Tag2InWindow) verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (tags1_q == 2'd3) verdict = fc_regs_pkg::VerdictNonipVlanDepth;
    else if (kind1_q == KindLlc) verdict = fc_regs_pkg::VerdictNonipLlc;
    else if (kind1_q == KindOther) verdict = fc_regs_pkg::VerdictNonipEthertype;
    else begin
      done    = 1'b0;
      verdict = fc_regs_pkg::VerdictFlow;
    end
  end

  always_comb begin
    case (tags1_q)
      2'd0: begin
        left = length1_q - 20'd14;
        seen = Seen0;
      end
      2'd1: begin
        left = length1_q - 20'd18;
        seen = Seen1;
      end
      default: begin
        left = length1_q - 20'd22;
        seen = Seen2;
      end
    endcase
  end

  for (genvar i = 0; i < 8; i++) begin : gen_bottom
    assign bottoms[i] = window1_q[8*(2+4*i+2)];
  end

  always_comb begin
    bottomless = 1'b0;
    casez (bottoms)
      8'b???????1: labels = 4'd1;
      8'b??????10: labels = 4'd2;
      8'b?????100: labels = 4'd3;
      8'b????1000: labels = 4'd4;
      8'b???10000: labels = 4'd5;
      8'b??100000: labels = 4'd6;
      8'b?1000000: labels = 4'd7;
      8'b10000000: labels = 4'd8;
      default: begin
        labels     = 4'd8;
        bottomless = 1'b1;
      end
    endcase
  end

  assign ppp_short = window1_q[8*8];

  logic        valid2_q, done2_q, bottomless2_q, ppp_bad2_q, ppp_short2_q, ppp_ipv4_2_q, ppp_ipv6_2_q;
  logic [4:0]  verdict2_q;
  logic [19:0] length2_q, left2_q;
  logic [1:0]  tags2_q;
  logic [2:0]  kind2_q;
  logic [15:0] outer2_q, inner2_q;
  logic [7:0]  seen2_q;
  logic [3:0]  labels2_q;
  logic [23:0] label2_q;
  logic [8*TypeOctets-1:0] window2_q;

  always_ff @(posedge clk_i) begin
    valid2_q <= valid1_q;
    if (!rst_ni) valid2_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (valid1_q) begin
      done2_q    <= done;
      verdict2_q <= verdict;
      length2_q  <= length1_q;
      tags2_q    <= tags1_q;
      kind2_q    <= kind1_q;
      outer2_q   <= outer1_q;
      inner2_q   <= inner1_q;
      left2_q    <= left;
      seen2_q    <= seen;
    end
    if (valid1_q && kind1_q == KindMpls) begin
      labels2_q     <= labels;
      bottomless2_q <= bottomless;
    end
    if (valid1_q) label2_q <= kind1_q == KindMpls ? {window1_q[8*2+:8], window1_q[8*3+:8], window1_q[8*4+:8]} : 24'd0;
    if (valid1_q && kind1_q == KindPppoe) begin
      ppp_bad2_q   <= window1_q[8*2+:16] != 16'h0011;
      ppp_short2_q <= ppp_short;
      ppp_ipv4_2_q <= ppp_short ? window1_q[8*8+:8] == 8'h21 : window1_q[8*8+:16] == 16'h2100;
      ppp_ipv6_2_q <= ppp_short ? window1_q[8*8+:8] == 8'h57 : window1_q[8*8+:16] == 16'h5700;
    end
  end

  // The header octets behind the type that the window steps over. It keeps two octets before the next header: all steps
  // but the 7 are then whole words of the wire's alignment.
  logic [5:0] step;
  assign step = kind1_q == KindMpls ? {labels, 2'd0} : (kind1_q == KindPppoe ? (ppp_short ? 6'd7 : 6'd8) : 6'd0);

  always_ff @(posedge clk_i) begin
    if (valid1_q && !done) begin
      case (step)
        6'd0:    window2_q <= window1_q;
        6'd4:    window2_q <= window1_q >> 8*4;
        6'd7:    window2_q <= window1_q >> 8*7;
        6'd8:    window2_q <= window1_q >> 8*8;
        6'd12:   window2_q <= window1_q >> 8*12;
        6'd16:   window2_q <= window1_q >> 8*16;
        6'd20:   window2_q <= window1_q >> 8*20;
        6'd24:   window2_q <= window1_q >> 8*24;
        6'd28:   window2_q <= window1_q >> 8*28;
        default: window2_q <= window1_q >> 8*32;
      endcase
    end
  end

  assign busy_o       = valid1_q || valid2_q;
  assign valid_o      = valid2_q;
  assign done_o       = done2_q;
  assign verdict_o    = verdict2_q;
  assign frame_len_o  = length2_q;
  assign vlan_tags_o  = tags2_q;
  assign outer_tci_o  = outer2_q;
  assign inner_tci_o  = inner2_q;
  assign kind_o       = kind2_q;
  assign left_o       = left2_q;
  assign seen_o       = seen2_q;
  assign labels_o     = labels2_q;
  assign bottomless_o = bottomless2_q;
  assign label_o      = label2_q;
  assign ppp_bad_o    = ppp_bad2_q;
  assign ppp_short_o  = ppp_short2_q;
  assign ppp_ipv4_o   = ppp_ipv4_2_q;
  assign ppp_ipv6_o   = ppp_ipv6_2_q;
  assign window_o     = window2_q;

endmodule

`default_nettype wire
