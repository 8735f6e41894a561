// SPDX-License-Identifier: BSD-2-Clause
// Key and hash. Stage K holds the vector under the mask of its monitor, stage X the words that the 69 tables gave
// (simple tabulation: one table of random words a key octet), and their XOR stands registered at stage R.
// Beside that, the key in K is compared with those of the operations 1, 2 and 3 clocks ahead.
`default_nettype none

module fc_hash #(
  parameter int unsigned Monitors = 8
) (
  input  wire logic                                    clk_i,
  input  wire logic                                    rst_ni,
  input  wire logic [Monitors*fc_pkg::VectorBits-1:0]  monitor_mask_i,
  input  wire logic                                    hash_we_i,
  input  wire logic [6:0]                              hash_position_i,
  input  wire logic [7:0]                              hash_value_i,
  input  wire logic [63:0]                             hash_word_i,
  input  wire logic                                    valid_i,
  input  wire fc_core_pkg::op_t                        op_i,
  input  wire fc_pkg::desc_t                           desc_i,
  input  wire logic                                    ahead_valid_i,  // stage C
  input  wire logic [2:0]                              ahead_monitor_i,
  input  wire logic [fc_pkg::VectorBits-1:0]           ahead_key_i,
  output logic                                         valid_o,        // stage R
  output fc_core_pkg::op_t                             op_o,
  output fc_pkg::desc_t                                desc_o,
  output logic [fc_pkg::VectorBits-1:0]                key_o,
  output logic [fc_pkg::HashBits-1:0]                  hash_o,
  output logic [fc_core_pkg::Window-1:0]               same_key_o,     // bit j: equal to the key j+1 clocks ahead
  output logic                                         busy_o
);

  localparam int unsigned VectorBits = fc_pkg::VectorBits;
  localparam int unsigned HashBits = fc_pkg::HashBits;
  localparam int unsigned KeyOctets = fc_pkg::KeyOctets;

  logic                  valid_k, valid_x, keyed_k, keyed_x, drain_k;
  fc_core_pkg::op_t      op_k, op_x;
  fc_pkg::desc_t         desc_k, desc_x;
  logic [VectorBits-1:0] key_k, key_x;
  logic [fc_core_pkg::Window-1:0] same_x;
  logic [8*KeyOctets-1:0] octets;
  logic                  tables_on;

  assign keyed_k = valid_k && (op_k.kind == fc_core_pkg::OpPacket || op_k.kind == fc_core_pkg::OpImmediate);
  assign drain_k = valid_k && op_k.kind == fc_core_pkg::OpDrain;
  assign octets   = {5'b0, op_k.monitor, key_k};
  assign busy_o   = valid_k || valid_x || valid_o;

  always_ff @(posedge clk_i) begin
    valid_k <= valid_i;
    valid_x <= valid_k;
    valid_o <= valid_x;
    if (!rst_ni) begin
      valid_k <= 1'b0;
      valid_x <= 1'b0;
      valid_o <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      op_k   <= op_i;
      desc_k <= desc_i;
      key_k  <= desc_i.vec & monitor_mask_i[op_i.monitor*VectorBits +: VectorBits];
    end
  end

  always_ff @(posedge clk_i) begin
    keyed_x <= keyed_k;
    if (valid_k) op_x <= op_k;
    if (valid_k) desc_x <= desc_k;
    if (keyed_k) begin
      key_x     <= key_k;
      same_x[0] <= valid_x && op_x.monitor == op_k.monitor && key_x == key_k;
      same_x[1] <= valid_o && op_o.monitor == op_k.monitor && key_o == key_k;
      same_x[2] <= ahead_valid_i && ahead_monitor_i == op_k.monitor && ahead_key_i == key_k;
    end
    if (drain_k) begin  // any key of its monitor
      same_x[0] <= valid_x && op_x.monitor == op_k.monitor;
      same_x[1] <= valid_o && op_o.monitor == op_k.monitor;
      same_x[2] <= ahead_valid_i && ahead_monitor_i == op_k.monitor;
    end
  end

  assign tables_on = keyed_k || hash_we_i;

  // Each table's word is XORed on to the sum of those before it; synthesis balances the tree.
  for (genvar i = 0; i < KeyOctets; i++) begin : g_table
    logic [HashBits-1:0] word, sum;
    fc_ram #(.Width(HashBits), .AddrBits(8)) u_table (
      .clk_i, .en_i(tables_on), .we_i(hash_we_i && hash_position_i == 7'(i)), .waddr_i(hash_value_i), .wdata_i(hash_word_i),
      .re_i(keyed_k), .raddr_i(octets[8*i +: 8]), .rdata_o(word)
    );
    if (i == 0) begin : g_first
      assign sum = word;
    end else begin : g_next
      assign sum = word ^ g_table[i-1].sum;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_x) begin
      op_o       <= op_x;
      desc_o     <= desc_x;
      same_key_o <= same_x;
    end
    if (keyed_x) begin
      key_o  <= key_x;
      hash_o <= g_table[KeyOctets-1].sum;
    end
  end

endmodule

`default_nettype wire
