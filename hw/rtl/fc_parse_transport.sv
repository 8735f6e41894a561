// SPDX-License-Identifier: BSD-2-Clause
// Front end, last parse stage: the transport header, and the end of every frame's judgement.
`default_nettype none

module fc_parse_transport (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic valid_i,
  input  wire logic done_i,
  input  wire logic [4:0] verdict_i,
  input  wire logic is_ext_i,        // still an extension header: too many
  input  wire logic [7:0] proto_i,
  input  wire logic later_i,
  input  wire logic [15:0] frag_i,
  input  wire logic [7:0] ext_map_i,
  input  wire logic [15:0] left_i,
  input  wire logic [15:0] left_ip_i,
  input  wire logic [7:0] seen_i,
  input  wire logic [127:0] head_i,

  output logic      valid_o,
  output logic      [4:0] verdict_o,
  output logic      [7:0] proto_o,
  output logic      [15:0] frag_o,
  output logic      [7:0] ext_map_o,
  output logic      [15:0] sport_o,
  output logic      [15:0] dport_o,
  output logic      [11:0] tcp_flags_o
);

  logic       ported, icmp, tcp;
  logic [4:0] need, verdict;  // octets of the transport header; 0: none is looked for

  assign tcp    = proto_i == 8'd6;
  assign ported = tcp || proto_i == 8'd17 || proto_i == 8'd136 || proto_i == 8'd132 || proto_i == 8'd33;
  assign icmp   = proto_i == 8'd1 || proto_i == 8'd58;

  always_comb begin
    case (proto_i)
      8'd6:           need = 5'd20;
      8'd17, 8'd136:  need = 5'd8;
      8'd132, 8'd33:  need = 5'd12;
      8'd1, 8'd58:    need = 5'd4;
      default:        need = 5'd0;
    endcase
    if (later_i) need = 5'd0;
  end

  always_comb begin
    verdict = fc_regs_pkg::VerdictFlow;
    if (done_i) verdict = verdict_i;
    else if (is_ext_i) verdict = fc_regs_pkg::VerdictIpv6ExtDepth;
    else if (left_ip_i < 16'(need)) verdict = fc_regs_pkg::VerdictL4Short;
    else if (left_i < 16'(need)) verdict = fc_regs_pkg::VerdictTruncL4;
    else if (seen_i < 8'(need)) verdict = fc_regs_pkg::VerdictBeyondWindow;
  end

  logic        valid_q;
  logic [4:0]  verdict_q;
  logic [7:0]  proto_q, ext_map_q;
  logic [15:0] frag_q, sport_q, dport_q;
  logic [11:0] tcp_flags_q;

  always_ff @(posedge clk_i) begin
    valid_q <= valid_i;
    if (!rst_ni) valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      verdict_q   <= verdict;
      proto_q     <= proto_i;
      frag_q      <= frag_i;
      ext_map_q   <= ext_map_i;
      sport_q     <= ported && !later_i ? {head_i[7:0], head_i[15:8]} : 16'd0;
      tcp_flags_q <= tcp && !later_i ? {head_i[99:96], head_i[111:104]} : 12'd0;
      if (later_i) dport_q <= 16'd0;
      else if (ported) dport_q <= {head_i[23:16], head_i[31:24]};
      else dport_q <= icmp ? {head_i[7:0], head_i[15:8]} : 16'd0;
    end
  end

  logic unused_head;
  assign unused_head = ^{head_i[127:112], head_i[103:100], head_i[95:32]};

  assign valid_o     = valid_q;
  assign verdict_o   = verdict_q;
  assign proto_o     = proto_q;
  assign frag_o      = frag_q;
  assign ext_map_o   = ext_map_q;
  assign sport_o     = sport_q;
  assign dport_o     = dport_q;
  assign tcp_flags_o = tcp_flags_q;

endmodule

`default_nettype wire
