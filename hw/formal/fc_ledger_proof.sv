// SPDX-License-Identifier: BSD-2-Clause
// fc_ledger: selected = emitted + resident + unaccounted, packets and octets, of each monitor and at any time (the RTL's own
// assertions), if each entry gives its packet one fate, which the proof of the cache shows.
`default_nettype none

module fc_ledger_proof (
  input wire logic                clk_i,
  input wire logic                rst_ni,
  input wire logic                valid_i,
  input wire fc_core_pkg::entry_t entry_i
);

  logic [1:0]   resident;
  logic [511:0] set;
  logic [63:0]  latched;
  logic         started_q = 1'b0;
  always_ff @(posedge clk_i) started_q <= 1'b1;

  (* anyconst *) logic [2:0] which;

  fc_ledger #(.Monitors(2)) u_dut (
    .clk_i, .rst_ni, .valid_i, .entry_i, .monitor_i(which), .resident_o(resident), .set_o(set),
    .latch_i(1'b0), .index_i('0), .latched_o(latched)
  );

  always_comb begin
    if (!started_q) assume (!rst_ni);
    assume (which < 3'd2 && entry_i.monitor < 3'd2 && entry_i.old_monitor < 3'd2);
    if (valid_i) begin
      assume (entry_i.emitted || !entry_i.leaves);
      assume (entry_i.selected || !(entry_i.refused || entry_i.stays || (entry_i.emitted && !entry_i.leaves)));
      if (entry_i.selected) assume (2'(entry_i.refused) + 2'(entry_i.stays) + 2'(entry_i.emitted && !entry_i.leaves) == 2'd1);
      if (entry_i.emitted && !entry_i.leaves) begin
        assume (entry_i.old_monitor == entry_i.monitor && entry_i.packets == 28'd1 && entry_i.bytes == 48'(entry_i.len));
      end
    end
  end

endmodule

`default_nettype wire
