// SPDX-License-Identifier: BSD-2-Clause
// Front end, stages 3 and 4. Stage 3 judges what stands between Ethernet and IP (label stack, PPPoE) while the fields of
// the IP header are read from the window as if all were well. Stage 4 judges the IP header.
`default_nettype none

module fc_parse_ip #(
  parameter int unsigned IpOctets   = 178,  // octets of the window from the IP header on
  parameter int unsigned TailOctets = 122   // of them, those behind an IPv6 header and 16 more
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic valid_i,
  input  wire logic done_i,
  input  wire logic [4:0] verdict_i,
  input  wire logic [2:0] kind_i,
  input  wire logic [19:0] left_i,
  input  wire logic [7:0] seen_i,
  input  wire logic [3:0] labels_i,
  input  wire logic bottomless_i,
  input  wire logic ppp_bad_i,
  input  wire logic ppp_short_i,
  input  wire logic ppp_ipv4_i,
  input  wire logic ppp_ipv6_i,
  input  wire logic [8*(IpOctets+2)-1:0] window_i,  // the IP header begins at its octet 2

  output logic      is_ipv6_o,       // with valid_i: what the header at the front of window_i is read as

  output logic      busy_o,
  output logic      valid_o,
  output logic      done_o,
  output logic      [4:0] verdict_o,
  output logic      is_ext_o,
  output logic      [7:0] proto_o,
  output logic      later_o,
  output logic      [15:0] frag_o,
  output logic      [15:0] left_o,
  output logic      [15:0] left_ip_o,
  output logic      [7:0] seen_o,
  output logic      [127:0] head_o,
  output logic      [8*TailOctets-1:0] tail_o
);

  localparam logic [2:0] KindIpv6 = 3'd1, KindMpls = 3'd2, KindPppoe = 3'd3;  // as in fc_parse_link

  localparam int unsigned Ip = 2;

  function automatic logic is_extension(input logic [7:0] proto);
    is_extension = proto == 8'd0 || proto == 8'd43 || proto == 8'd44 || proto == 8'd51 || proto == 8'd60;
  endfunction

  // ---------------------------------------------------------------- stage 3
  logic       done3, is_ipv6;
  logic [4:0] verdict3, mpls_verdict, ppp_verdict;
  logic [5:0] stack, step;  // octets of the label stack; octets of the header in between

  assign stack = {labels_i, 2'd0};

  // The stack is walked entry by entry: presence first, then the window. The smaller of the two decides which it is.
  always_comb begin
    mpls_verdict = fc_regs_pkg::VerdictFlow;
    if (left_i < 20'(stack) || seen_i < 8'(stack)) begin
      mpls_verdict = left_i[19:2] <= 18'(seen_i[7:2]) ? fc_regs_pkg::VerdictTruncMpls
                                                      : fc_regs_pkg::VerdictBeyondWindow;
    end
    else if (bottomless_i) mpls_verdict = fc_regs_pkg::VerdictNonipMplsDepth;
    else if (left_i == 20'(stack)) mpls_verdict = fc_regs_pkg::VerdictTruncMpls;
    else if (seen_i == 8'(stack)) mpls_verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (window_i[8*Ip+4+:4] != 4'd4 && window_i[8*Ip+4+:4] != 4'd6) mpls_verdict = fc_regs_pkg::VerdictNonipMplsPayload;
  end

  always_comb begin
    ppp_verdict = fc_regs_pkg::VerdictFlow;
    if (left_i < 20'd6) ppp_verdict = fc_regs_pkg::VerdictTruncPppoe;
    else if (seen_i < 8'd6) ppp_verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (ppp_bad_i) ppp_verdict = fc_regs_pkg::VerdictBadPppoe;
    else if (left_i < 20'd7) ppp_verdict = fc_regs_pkg::VerdictTruncPppoe;
    else if (seen_i < 8'd7) ppp_verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (!ppp_short_i && left_i < 20'd8) ppp_verdict = fc_regs_pkg::VerdictTruncPppoe;
    else if (!ppp_short_i && seen_i < 8'd8) ppp_verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (!ppp_ipv4_i && !ppp_ipv6_i) ppp_verdict = fc_regs_pkg::VerdictNonipPpp;
  end

  always_comb begin
    verdict3 = verdict_i;
    step     = 6'd0;
    is_ipv6  = kind_i == KindIpv6;
    if (!done_i && kind_i == KindMpls) begin
      verdict3 = mpls_verdict;
      step     = stack;
      is_ipv6  = window_i[8*Ip+4+:4] == 4'd6;
    end
    if (!done_i && kind_i == KindPppoe) begin
      verdict3 = ppp_verdict;
      step     = ppp_short_i ? 6'd7 : 6'd8;
      is_ipv6  = ppp_ipv6_i;
    end
    done3 = done_i || verdict3 != fc_regs_pkg::VerdictFlow;
  end

  assign is_ipv6_o = is_ipv6;

  logic        valid3_q, done3_q, is_ipv6_3_q, has_ext3_q;
  logic [4:0]  verdict3_q;
  logic [19:0] left3_q;
  logic [7:0]  seen3_q, proto3_q;
  logic [3:0]  version3_q, ihl3_q;
  logic [15:0] length3_q, frag3_q;
  logic [127:0] head3_q;
  logic [8*TailOctets-1:0] tail3_q;
  logic        has_ext3;

  assign has_ext3 = is_ipv6 && is_extension(window_i[8*(Ip+6)+:8]);

  always_ff @(posedge clk_i) begin
    valid3_q <= valid_i;
    if (!rst_ni) valid3_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      done3_q    <= done3;
      verdict3_q <= verdict3;
    end
    if (valid_i && !done_i) begin
      is_ipv6_3_q <= is_ipv6;
      has_ext3_q  <= has_ext3;
      left3_q     <= left_i - 20'(step);
      seen3_q     <= seen_i - 8'(step);
      version3_q  <= window_i[8*Ip+4+:4];
      ihl3_q      <= window_i[8*Ip+:4];
      length3_q   <= is_ipv6 ? {window_i[8*(Ip+4)+:8], window_i[8*(Ip+5)+:8]} : {window_i[8*(Ip+2)+:8], window_i[8*(Ip+3)+:8]};
      proto3_q    <= is_ipv6 ? window_i[8*(Ip+6)+:8] : window_i[8*(Ip+9)+:8];
      frag3_q     <= is_ipv6 ? 16'd0 : {window_i[8*(Ip+6)+:8], window_i[8*(Ip+7)+:8]};
    end
  end

  // The 16 octets behind the IP header: 40 octets on in IPv6, as with the header length 10 of IPv4.
  always_ff @(posedge clk_i) begin
    if (valid_i && !done_i) begin
      case (is_ipv6 ? 4'd10 : window_i[8*Ip+:4])
        4'd6:    head3_q <= window_i[8*(Ip+24)+:128];
        4'd7:    head3_q <= window_i[8*(Ip+28)+:128];
        4'd8:    head3_q <= window_i[8*(Ip+32)+:128];
        4'd9:    head3_q <= window_i[8*(Ip+36)+:128];
        4'd10:   head3_q <= window_i[8*(Ip+40)+:128];
        4'd11:   head3_q <= window_i[8*(Ip+44)+:128];
        4'd12:   head3_q <= window_i[8*(Ip+48)+:128];
        4'd13:   head3_q <= window_i[8*(Ip+52)+:128];
        4'd14:   head3_q <= window_i[8*(Ip+56)+:128];
        4'd15:   head3_q <= window_i[8*(Ip+60)+:128];
        default: head3_q <= window_i[8*(Ip+20)+:128];
      endcase
    end
    if (valid_i && !done_i && has_ext3) tail3_q <= window_i[8*(Ip+56)+:8*TailOctets];
  end

  // ---------------------------------------------------------------- stage 4
  logic [4:0]  verdict4;
  logic [5:0]  header;
  logic [19:0] left4;

  assign header = is_ipv6_3_q ? 6'd40 : {ihl3_q, 2'd0};
  assign left4  = left3_q - 20'(header);

  always_comb begin
    verdict4 = fc_regs_pkg::VerdictFlow;
    if (done3_q) verdict4 = verdict3_q;
    else if (is_ipv6_3_q) begin
      if (left3_q < 20'd40) verdict4 = fc_regs_pkg::VerdictTruncIpv6;
      else if (seen3_q < 8'd40) verdict4 = fc_regs_pkg::VerdictBeyondWindow;
      else if (version3_q != 4'd6) verdict4 = fc_regs_pkg::VerdictBadVersion;
    end
    else if (left3_q < 20'd20) verdict4 = fc_regs_pkg::VerdictTruncIpv4;
    else if (seen3_q < 8'd20) verdict4 = fc_regs_pkg::VerdictBeyondWindow;
    else if (version3_q != 4'd4) verdict4 = fc_regs_pkg::VerdictBadVersion;
    else if (ihl3_q < 4'd5) verdict4 = fc_regs_pkg::VerdictBadIhl;
    else if (length3_q < 16'(header)) verdict4 = fc_regs_pkg::VerdictBadIpLength;
    else if (left3_q < 20'(header)) verdict4 = fc_regs_pkg::VerdictTruncIpv4Options;
  end

  logic        valid4_q, done4_q, is_ext4_q, later4_q;
  logic [4:0]  verdict4_q;
  logic [7:0]  seen4_q, proto4_q;
  logic [15:0] frag4_q, left4_q, left_ip4_q;
  logic [127:0] head4_q;
  logic [8*TailOctets-1:0] tail4_q;

  always_ff @(posedge clk_i) begin
    valid4_q <= valid3_q;
    if (!rst_ni) valid4_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (valid3_q) begin
      done4_q    <= done3_q || verdict4 != fc_regs_pkg::VerdictFlow;
      verdict4_q <= verdict4;
      is_ext4_q  <= !done3_q && has_ext3_q;
    end
    if (valid3_q && !done3_q) begin
      later4_q   <= frag3_q[12:0] != 13'd0;
      proto4_q   <= proto3_q;
      frag4_q    <= frag3_q;
      left4_q    <= left4[19:16] != 4'd0 ? 16'hffff : left4[15:0];
      left_ip4_q <= is_ipv6_3_q ? length3_q : length3_q - 16'(header);
      seen4_q    <= seen3_q < 8'(header) ? 8'd0 : seen3_q - 8'(header);
      head4_q    <= head3_q;
    end
    if (valid3_q && !done3_q && has_ext3_q) tail4_q <= tail3_q;
  end

  logic unused_window;
  assign unused_window = ^{window_i[8*(Ip+10)+:80], window_i[8*(Ip+8)+:8], window_i[8*(Ip+1)+:8], window_i[15:0]};  // addresses and TTL: fc_frontend

  assign busy_o    = valid3_q || valid4_q;
  assign valid_o   = valid4_q;
  assign done_o    = done4_q;
  assign verdict_o = verdict4_q;
  assign is_ext_o  = is_ext4_q;
  assign proto_o   = proto4_q;
  assign later_o   = later4_q;
  assign frag_o    = frag4_q;
  assign left_o    = left4_q;
  assign left_ip_o = left_ip4_q;
  assign seen_o    = seen4_q;
  assign head_o    = head4_q;
  assign tail_o    = tail4_q;

endmodule

`default_nettype wire
