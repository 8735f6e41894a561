// SPDX-License-Identifier: BSD-2-Clause
// Front end, one IPv6 extension header. A packet whose next header is no extension header passes: only its narrow state
// and the 16 octets at its head move.
`default_nettype none

module fc_parse_ext #(
  parameter int unsigned TailOctets = 122  // octets of the window behind the 16 at the head; 8 fewer are handed on
) (
  input  wire logic clk_i,
  input  wire logic rst_ni,

  input  wire logic valid_i,
  input  wire logic done_i,
  input  wire logic [4:0] verdict_i,
  input  wire logic is_ext_i,          // proto_i is an extension header to walk
  input  wire logic [7:0] proto_i,
  input  wire logic later_i,           // fragment other than the first
  input  wire logic [15:0] frag_i,     // flags(3) offset(13)
  input  wire logic [7:0] ext_map_i,
  input  wire logic [15:0] left_i,     // octets left in the frame, saturating above every possible left_ip_i
  input  wire logic [15:0] left_ip_i,  // octets left of the IP payload
  input  wire logic [7:0] seen_i,      // octets left in the window
  input  wire logic [127:0] head_i,
  input  wire logic [8*TailOctets-1:0] tail_i,

  output logic      valid_o,
  output logic      done_o,
  output logic      [4:0] verdict_o,
  output logic      is_ext_o,
  output logic      [7:0] proto_o,
  output logic      later_o,
  output logic      [15:0] frag_o,
  output logic      [7:0] ext_map_o,
  output logic      [15:0] left_o,
  output logic      [15:0] left_ip_o,
  output logic      [7:0] seen_o,
  output logic      [127:0] head_o,
  output logic      [8*TailOctets-65:0] tail_o
);

  localparam logic [7:0] HopByHop = 8'd0, Routing = 8'd43, Fragment = 8'd44, Ah = 8'd51, Destination = 8'd60;

  logic       walk, fragment, later, next_is_ext, fault;
  logic [4:0] verdict;
  logic [8:0] more;   // units of 4 octets behind the first 8
  logic [9:0] units;  // of the whole header
  logic [7:0] next, bit_map;

  assign walk     = !done_i && is_ext_i;
  assign next     = head_i[7:0];
  assign fragment = proto_i == Fragment;
  assign more     = fragment ? 9'd0 : (proto_i == Ah ? {1'b0, head_i[15:8]} : {head_i[15:8], 1'b0});
  assign units    = 10'(more) + 10'd2;
  assign later    = fragment && {head_i[23:16], head_i[31:27]} != 13'd0;
  assign next_is_ext = !later && (next == HopByHop || next == Routing || next == Fragment || next == Ah ||
                                  next == Destination);

  always_comb begin
    fault   = 1'b1;
    verdict = fc_regs_pkg::VerdictTruncIpv6Ext;
    if (left_i < 16'd8 || left_ip_i < 16'd8) verdict = fc_regs_pkg::VerdictTruncIpv6Ext;
    else if (seen_i < 8'd8) verdict = fc_regs_pkg::VerdictBeyondWindow;
    else if (left_i[15:2] < 14'(units) || left_ip_i[15:2] < 14'(units)) verdict = fc_regs_pkg::VerdictTruncIpv6Ext;
    else begin
      fault   = 1'b0;
      verdict = fc_regs_pkg::VerdictFlow;
    end
  end

  always_comb begin
    case (proto_i)
      HopByHop: bit_map = 8'h01;
      Routing:  bit_map = 8'h02;
      Fragment: bit_map = 8'h04;
      Ah:       bit_map = 8'h08;
      default:  bit_map = 8'h10;
    endcase
  end

  logic        valid_q, done_q, is_ext_q, later_q;
  logic [4:0]  verdict_q;
  logic [7:0]  proto_q, ext_map_q, seen_q;
  logic [15:0] frag_q, left_q, left_ip_q;
  logic [127:0] head_q;
  logic [8*TailOctets-65:0] tail_q;

  always_ff @(posedge clk_i) begin
    valid_q <= valid_i;
    if (!rst_ni) valid_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      done_q    <= done_i || (walk && fault);
      verdict_q <= walk ? verdict : verdict_i;
      is_ext_q  <= walk && next_is_ext;
      proto_q   <= walk ? next : proto_i;
      later_q   <= later_i || (walk && later);
      ext_map_q <= ext_map_i | (walk ? bit_map : 8'd0);
      frag_q    <= walk && fragment ? {2'b00, head_i[24], head_i[23:16], head_i[31:27]} : frag_i;
      left_q    <= walk ? left_i - {4'd0, units, 2'd0} : left_i;
      left_ip_q <= walk ? left_ip_i - {4'd0, units, 2'd0} : left_ip_i;
      seen_q    <= !walk ? seen_i : (10'(seen_i[7:2]) < units ? 8'd0 : seen_i - {units[5:0], 2'd0});
    end
  end

  // The wide part: moves only for a packet that has an extension header here.
  always_ff @(posedge clk_i) begin
    if (valid_i && walk) {tail_q, head_q} <= {tail_i, head_i[127:64]} >> {more, 5'd0};
    else if (valid_i && !done_i) head_q <= head_i;
  end

  assign valid_o   = valid_q;
  assign done_o    = done_q;
  assign verdict_o = verdict_q;
  assign is_ext_o  = is_ext_q;
  assign proto_o   = proto_q;
  assign later_o   = later_q;
  assign frag_o    = frag_q;
  assign ext_map_o = ext_map_q;
  assign left_o    = left_q;
  assign left_ip_o = left_ip_q;
  assign seen_o    = seen_q;
  assign head_o    = head_q;
  assign tail_o    = tail_q;

endmodule

`default_nettype wire
