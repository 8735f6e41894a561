// SPDX-License-Identifier: BSD-2-Clause
// Puts the probes into the card; the card knows nothing of them.
bind fc_select stress_probe_select #(.Ports(Ports), .Monitors(Monitors)) u_probe (
  .clk_i(clk_i), .rst_ni(rst_ni), .enable_i(enable_i), .monitor_enable_i(monitor_enable_i), .valid_i(desc_valid_i), .ready_i(desc_ready_o), .desc_i(desc_i)
);
bind fc_issue stress_probe_issue u_probe (
  .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(packet_valid_i), .ready_i(packet_ready_o), .packet_i(packet_i),
  .monitor_i(packet_monitor_i), .tag_i(packet_tag_i)
);
bind fc_ledger stress_probe_ledger u_probe (
  .clk_i(clk_i), .rst_ni(rst_ni), .valid_i(valid_i), .entry_i(entry_i)
);
