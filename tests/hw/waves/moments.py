# SPDX-License-Identifier: BSD-2-Clause
"""The waves of docs/hw/waves: which scene (waves_run.c), which signals, and where the window begins.

A lane is (label, signal[, options]). A signal is a path below fc_card, `pin:NAME` for a pin, with .FIELD{package struct} for a field of a
struct and [high:low] for some bits. Options: when: shown only while that signal is 1; words: a prefix of constants; states: a
block whose states the number is; hex.
A window begins `before` columns ahead of the `nth` edge at which all of `at` hold, and is `columns` long.
"""
CORE, MAC = "pin:clk_i", "pin:clk_mac_i"
D, U = "u_core.u_decide", "u_core.u_update"
NEXT = "{fc_core_pkg decision_t}"
OP = "{fc_core_pkg op_t}"

STAGES = ["stage",
          ("K key", "u_core.u_hash.valid_k"), ("X hash tables", "u_core.u_hash.valid_x"), ("R rows", "u_core.u_hash.valid_o"),
          ("C compare", "u_core.u_cache.valid_c"), ("D decide", f"{D}.valid_i"), ("U1 read", f"{D}.valid_o"),
          ("U2 add", f"{U}.valid_u2"), ("U3 write", f"{U}.valid_u3")]


def decision(*lanes):
    return ["decision", *((label, f"{D}.{signal}", {"when": f"{D}.valid_i", **(options[0] if options else {})}) for label, signal, *options in lanes)]


MOMENTS = {
    "hit": {
        "title": "A packet of a flow that is in the cache: one operation through the stages, no record",
        "scene": "hit", "clock": CORE, "at": {f"{D}.valid_i": 1, f"{D}.c_hit": 1}, "before": 10, "columns": 16,
        "lanes": [("selected by a monitor", "u_core.u_select.valid_o"), ("sampler lets go", "u_core.u_sampler.valid_o"), STAGES,
                  decision(("hit way", "hit", {"hex": True}), ("add", f"next.add{NEXT}"), ("packets", f"next.packets{NEXT}"), ("record", "emits")),
                  ("counters written", f"{U}.u_counters.we_i")]},
    "epoch": {
        "title": "First packet of the new epoch: the old delta leaves with reason EPOCH, the packet starts anew",
        "scene": "epoch", "clock": CORE, "at": {f"{D}.valid_i": 1, f"{D}.old_epoch": 1}, "before": 6, "columns": 14,
        "lanes": [("epoch control", "u_core.u_epoch.state_q", {"states": "fc_epoch"}), ("open epoch", "u_core.u_epoch.open_o"), STAGES,
                  decision(("packet's tag", f"op_i.tag{OP}"), ("slot's tag", "c_tag"), ("old_epoch", "old_epoch"), ("emit_old", f"next.emit_old{NEXT}"),
                           ("reason", f"next.reason{NEXT}", {"words": "Reason"}), ("packets", f"next.packets{NEXT}")),
                  ("record written", "u_core.u_record.write_q"),
                  ("record's epoch", "u_core.u_record.epoch_q", {"when": "u_core.u_record.write_q"})]},
    "late": {
        "title": "A packet stamped before the boundary: a record of its own (LATE), the entry of the new epoch stays",
        "scene": "epoch", "clock": CORE, "at": {f"{D}.valid_i": 1, f"{D}.late": 1}, "before": 6, "columns": 14,
        "lanes": [("epoch control", "u_core.u_epoch.state_q", {"states": "fc_epoch"}), ("open epoch", "u_core.u_epoch.open_o"), STAGES,
                  decision(("packet's tag", f"op_i.tag{OP}"), ("slot's tag", "c_tag"), ("late", "late"), ("emit_self", f"next.emit_self{NEXT}"),
                           ("slot changes", f"next.touch{NEXT}"), ("reason", f"next.reason{NEXT}", {"words": "Reason"})),
                  ("record written", "u_core.u_record.write_q"),
                  ("record's epoch", "u_core.u_record.epoch_q", {"when": "u_core.u_record.write_q"})]},
    "evict": {
        "title": "A new flow finds all eight candidates taken: the one idle longest leaves (EVICT)",
        "scene": "evict", "clock": CORE, "at": {f"{D}.valid_i": 1, f"{D}.evicts": 1}, "before": 3, "columns": 12,
        "lanes": [STAGES,
                  decision(("hit", "hit", {"hex": True}), ("taken", "st_valid", {"hex": True}), ("oldest", "u_oldest.oldest_o", {"hex": True}),
                           ("chosen", "pick", {"hex": True}), ("emit_old", f"next.emit_old{NEXT}"), ("starts anew", f"next.anew{NEXT}"),
                           ("reason", f"next.reason{NEXT}", {"words": "Reason"})),
                  ("places promised", f"{D}.used_q"), ("record written", "u_core.u_record.write_q")]},
    "refused": {
        "title": "No place left for packets: the record is not emitted, the packet is unaccounted, nothing else changes",
        "scene": "refused", "clock": CORE, "at": {f"{D}.valid_i": 1, f"{D}.next.refused{NEXT}": 1}, "before": 5, "columns": 14,
        "lanes": [("places promised", f"{D}.used_q"), ("room for packets", f"{D}.packet_room_q"),
                  ("FIFO offers", "u_core.u_record.rec_valid_o"), ("DMA takes", "u_core.u_record.rec_ready_i"), STAGES,
                  decision(("evicts", "evicts"), ("emit_old", f"next.emit_old{NEXT}"), ("slot changes", f"next.touch{NEXT}"), ("refused", f"next.refused{NEXT}")),
                  ("unaccounted", "u_core.u_ledger.refused_packets[0]")]},
    "sweep": {
        "title": "Closing an epoch: mark, sweep, then the ledger and the barrier behind all its records",
        "scene": "close", "clock": CORE, "at": {"u_core.u_epoch.ctl_valid_o": 1, f"u_core.u_epoch.ctl_op_o.kind{OP}": 3}, "before": 2, "columns": 60,
        "lanes": [("epoch control", "u_core.u_epoch.state_q", {"states": "fc_epoch"}),
                  ("control operation", f"u_core.u_epoch.ctl_op_o.kind{OP}", {"words": "Op", "when": "u_core.u_epoch.ctl_valid_o"}),
                  ("sweeper", "u_core.u_sweep.state_q", {"states": "fc_sweep"}), ("asks for a flush", "u_core.u_sweep.req_valid_o"),
                  ("flushes under way", "u_core.u_sweep.flying_q"), ("D decide", f"{D}.valid_i"),
                  ("operation", f"{D}.op_i.kind{OP}", {"words": "Op", "when": f"{D}.valid_i"}), ("emit", f"{D}.emits"),
                  ("record written", "u_core.u_record.write_q"), ("came out", "u_core.u_record.done_o"), ("ring takes", "u_core.u_record.popped_o")]},
    "ring": {
        "title": "Records to host memory: address with its data, answers, producer, status line, one interrupt",
        "scene": "close", "clock": CORE, "at": {"pin:m_axi_host_awvalid_o": 1}, "before": 2, "columns": 44,
        "lanes": [["AW", ("valid", "pin:m_axi_host_awvalid_o"), ("ready", "pin:m_axi_host_awready_i"),
                   ("address", "pin:m_axi_host_awaddr_o[35:0]", {"hex": True, "when": "pin:m_axi_host_awvalid_o"}), ("beats - 1", "pin:m_axi_host_awlen_o", {"when": "pin:m_axi_host_awvalid_o"})],
                  ["W", ("valid", "pin:m_axi_host_wvalid_o"), ("ready", "pin:m_axi_host_wready_i"), ("last", "pin:m_axi_host_wlast_o", {"when": "pin:m_axi_host_wvalid_o"})],
                  ["B", ("valid", "pin:m_axi_host_bvalid_i"), ("ready", "pin:m_axi_host_bready_o")],
                  ("producer", "u_dma.producer_o"), ("irq_req", "pin:irq_req_o"), ("irq_ack", "pin:irq_ack_i")]},
    "sampler": {
        "title": "One in each window of four, at a random place; the others end here and cost no slot of the pipeline",
        "scene": "sampler", "clock": CORE, "at": {"u_core.u_sampler.valid_b": 1}, "before": 2, "columns": 24,
        "lanes": [("selected by a monitor", "u_core.u_select.valid_o"), ["sampler", ("B reads, draws", "u_core.u_sampler.valid_b"), ("C decides", "u_core.u_sampler.valid_c"),
                  ("so far", "u_core.u_sampler.so_far_c", {"when": "u_core.u_sampler.valid_c"}), ("place", "u_core.u_sampler.place", {"when": "u_core.u_sampler.valid_c"}),
                  ("chosen", "u_core.u_sampler.chosen", {"when": "u_core.u_sampler.valid_c"})],
                  ("goes on", "u_core.u_sampler.valid_o"), ("K key", "u_core.u_hash.valid_k"), ("D decide", f"{D}.valid_i")]},
    "snapshot": {
        "title": "A snapshot names each slot; those that are valid are copied to the ring and stay as they are",
        "scene": "snapshot", "clock": CORE, "at": {f"{D}.valid_i": 1, f"{D}.next.copy{NEXT}": 1}, "before": 9, "columns": 24,
        "lanes": [("walk", "u_core.u_walk.state_q", {"states": "fc_walk"}), ["asks", ("valid", "u_core.u_walk.req_valid_o"), ("row", "u_core.u_walk.req_row_o", {"when": "u_core.u_walk.req_valid_o"}),
                  ("way", "u_core.u_walk.req_way_o", {"when": "u_core.u_walk.req_valid_o"})],
                  decision(("operation", f"op_i.kind{OP}", {"words": "Op"}), ("row", f"op_i.row{OP}"), ("way", f"op_i.way{OP}"), ("slot is valid", "c_valid"), ("copy", f"next.copy{NEXT}"),
                           ("slot changes", f"next.touch{NEXT}")),
                  ("record written", "u_core.u_record.write_q")]},
    "registers": {
        "title": "A register is written, then read back",
        "scene": "registers", "clock": CORE, "at": {"pin:s_axil_awvalid_i": 1}, "before": 1, "columns": 14,
        "lanes": [["AW", ("valid", "pin:s_axil_awvalid_i"), ("ready", "pin:s_axil_awready_o"), ("address", "pin:s_axil_awaddr_i", {"hex": True, "when": "pin:s_axil_awvalid_i"})],
                  ["W", ("valid", "pin:s_axil_wvalid_i"), ("ready", "pin:s_axil_wready_o"), ("data", "pin:s_axil_wdata_i", {"hex": True, "when": "pin:s_axil_wvalid_i"})],
                  ["B", ("valid", "pin:s_axil_bvalid_o"), ("ready", "pin:s_axil_bready_i"), ("response", "pin:s_axil_bresp_o", {"when": "pin:s_axil_bvalid_o"})],
                  ["AR", ("valid", "pin:s_axil_arvalid_i"), ("ready", "pin:s_axil_arready_o"), ("address", "pin:s_axil_araddr_i", {"hex": True, "when": "pin:s_axil_arvalid_i"})],
                  ["R", ("valid", "pin:s_axil_rvalid_o"), ("ready", "pin:s_axil_rready_i"), ("data", "pin:s_axil_rdata_o", {"hex": True, "when": "pin:s_axil_rvalid_o"})]]},
    "frames": {
        "title": "Frames of one beat, one a clock: each gets its verdict, each flow a descriptor",
        "scene": "frames", "clock": MAC, "at": {"pin:s_axis_rx_tvalid_i": 1}, "before": 1, "columns": 25,
        "lanes": [["rx", ("tvalid", "pin:s_axis_rx_tvalid_i"), ("tlast", "pin:s_axis_rx_tlast_i"),
                   ("source port", "pin:s_axis_rx_tdata_i[287:280]", {"when": "pin:s_axis_rx_tvalid_i"})],
                  ("window full", "gen_port[0].u_port.u_frontend.w_valid"), ("links parsed", "gen_port[0].u_port.u_frontend.l_valid"),
                  ("transport parsed", "gen_port[0].u_port.u_frontend.t_valid"), ("counted", "gen_port[0].u_port.frame"),
                  ("verdict", "gen_port[0].u_port.verdict", {"words": "Verdict", "when": "gen_port[0].u_port.frame"}),
                  ("descriptor pushed", "gen_port[0].u_port.push"), ("FIFO full", "gen_port[0].u_port.full")]},
    "pass": {
        "title": "The wire goes on: what came in leaves a clock later, whatever the card does",
        "scene": "frames", "clock": MAC, "at": {"pin:s_axis_rx_tvalid_i": 1}, "before": 2, "columns": 13,
        "lanes": [["rx", ("tvalid", "pin:s_axis_rx_tvalid_i"), ("tlast", "pin:s_axis_rx_tlast_i"),
                   ("source port", "pin:s_axis_rx_tdata_i[287:280]", {"when": "pin:s_axis_rx_tvalid_i"})],
                  ["tx", ("tvalid", "pin:m_axis_tx_tvalid_o"), ("tlast", "pin:m_axis_tx_tlast_o", {"when": "pin:m_axis_tx_tvalid_o"}),
                   ("source port", "pin:m_axis_tx_tdata_o[287:280]", {"when": "pin:m_axis_tx_tvalid_o"})]]},
}
