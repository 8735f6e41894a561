/* SPDX-License-Identifier: BSD-2-Clause */
/* Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit. */
/* clang-format off */
#include <flowcard/register_table.h>

const struct fc_register_enum fc_verdict_table[] = {
	{0, "flow", "Counted in exactly one flow."},
	{1, "nonip_llc", "802.3 length instead of a type."},
	{2, "nonip_ethertype", "A type that carries no IP."},
	{3, "nonip_vlan_depth", "More than two VLAN tags."},
	{4, "nonip_mpls_depth", "More than eight MPLS labels."},
	{5, "nonip_mpls_payload", "Below the label stack is no IP."},
	{6, "nonip_ppp", "A PPP protocol that is not IP."},
	{7, "nonip_loopback_family", "Feeder only: BSD loopback family that is not IP."},
	{8, "trunc_ethernet", "Fewer than 14 octets."},
	{9, "trunc_vlan", "Cut VLAN tag."},
	{10, "trunc_mpls", "Cut label stack."},
	{11, "bad_pppoe", "PPPoE version, type or code is wrong."},
	{12, "trunc_pppoe", "Cut PPPoE or PPP header."},
	{13, "trunc_ipv4", "Cut IPv4 header."},
	{14, "bad_version", "IP version does not fit."},
	{15, "bad_ihl", "IPv4 header length below 5."},
	{16, "bad_ip_length", "IPv4 total length below the header length."},
	{17, "trunc_ipv4_options", "Cut IPv4 options."},
	{18, "trunc_ipv6", "Cut IPv6 header."},
	{19, "trunc_ipv6_ext", "IPv6 extension header not present in full."},
	{20, "ipv6_ext_depth", "More than eight extension headers."},
	{21, "l4_short", "The IP length leaves no room for the transport header."},
	{22, "trunc_l4", "Cut transport header."},
	{23, "trunc_sll", "Feeder only: cut Linux cooked header."},
	{24, "trunc_loopback", "Feeder only: cut BSD loopback header."},
	{25, "trunc_hdlc", "Feeder only: cut Cisco HDLC header."},
	{26, "beyond_window", "A header lies outside the header window."},
	{27, "rx_error", "The MAC marked the frame bad."},
};
const size_t fc_verdict_table_count = 28;

const struct fc_register_enum fc_kind_table[] = {
	{1, "flow", "What one flow did within one epoch."},
	{2, "snapshot", "Copy of a cache entry that stays; not part of the ledger."},
	{3, "ledger", "Where a monitor's packets and bytes are."},
	{4, "barrier", "Every record of this epoch stands before this one."},
};
const size_t fc_kind_table_count = 4;

const struct fc_register_enum fc_reason_table[] = {
	{0, "none", "Not a flow record."},
	{1, "epoch", "The epoch of the delta is over (hit by a packet of the next, or swept)."},
	{2, "evict", "Its place was needed by another flow."},
	{3, "late", "One packet of the closing epoch met an entry of the open one."},
	{4, "overflow", "A counter was full."},
	{5, "immediate", "Immediate monitor: every packet is a record."},
	{6, "flush", "The host asked for it."},
};
const size_t fc_reason_table_count = 7;

const struct fc_register_enum fc_sampler_mode_table[] = {
	{0, "off", "Every packet is selected."},
	{1, "deterministic", "The last packet of each window."},
	{2, "random", "One packet at a random place in each window."},
};
const size_t fc_sampler_mode_table_count = 3;

const struct fc_register_enum fc_capability_table[] = {
	{0, "none", "An unused place."},
	{1, "samplers", "Samplers. Data: samplers a monitor."},
	{2, "pass_through", "Bump in the wire. Data: MAC clocks from receive to transmit."},
	{3, "moderation", "Interrupt moderation. Data: core clocks of one tick."},
	{4, "snapshot", "COMMAND.snapshot. Data: 0."},
	{5, "flush_monitor", "COMMAND.flush_monitor. Data: 0."},
	{6, "output", "Monitors in output direction. Data: a bit for each port that has a partner."},
	{7, "sweep", "Bound of a sweep. Data: core clocks from boundary to barrier while rings drain, without the guard time."},
};
const size_t fc_capability_table_count = 8;

static const struct fc_register_field fields_0[] = {
	{"magic", 0, 32, FC_ACCESS_RO, 0x464c4f57u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_1[] = {
	{"record", 0, 8, FC_ACCESS_RO, 0x1u, NULL, NULL, 0, "Ring record layout."},
	{"map", 8, 8, FC_ACCESS_RO, 0x1u, NULL, NULL, 0, "Register map."},
};
static const struct fc_register_field fields_2[] = {
	{"hash", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_3[] = {
	{"entries_log2", 0, 8, FC_ACCESS_RO, 0x0u, "log2 entries", NULL, 0, "log2 of cache entries."},
	{"ports", 8, 8, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Ingress ports."},
	{"rings", 16, 8, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Record rings."},
	{"monitors", 24, 8, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Monitors."},
};
static const struct fc_register_field fields_4[] = {
	{"tables", 0, 4, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Cache tables."},
	{"slots", 4, 4, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Slots a row and table."},
	{"header_window", 8, 16, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Header window, octets."},
	{"packet_bits", 24, 8, FC_ACCESS_RO, 0x0u, "bits", NULL, 0, "Width of an entry's packet counter, bits."},
};
static const struct fc_register_field fields_5[] = {
	{"vector_octets", 0, 8, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Octets of the field vector."},
	{"fifo_log2", 8, 8, FC_ACCESS_RO, 0x0u, "log2 records", NULL, 0, "log2 of record FIFO places a ring."},
	{"monitors_per_packet", 16, 8, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Monitors one packet can be selected for."},
};
static const struct fc_register_field fields_6[] = {
	{"first", 0, 16, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Offset of the first CAPABILITY; 0: none."},
};
static const struct fc_register_field fields_7[] = {
	{"value", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_8[] = {
	{"enable", 0, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Monitors select packets. Takes effect when STATUS.clearing is 0."},
};
static const struct fc_register_field fields_9[] = {
	{"enabled", 0, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Enabled and ready."},
	{"clearing", 1, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Cache memory is being cleared after a reset."},
	{"idle", 2, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Nothing in the core's pipeline, FIFOs or DMA."},
	{"closing", 3, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "An epoch is being closed."},
	{"bus_master", 4, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "The host allows DMA."},
	{"link_up", 5, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "PCIe link is up."},
	{"latching", 6, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "A latch is under way."},
	{"flushing", 7, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "A flush asked for by COMMAND.flush is not over."},
	{"flushing_monitor", 8, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "COMMAND.flush_monitor is not over: records of that monitor may still come out of the cache."},
	{"snapshotting", 9, 1, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "COMMAND.snapshot is not over: copies may still come out of the cache."},
};
static const struct fc_register_field fields_10[] = {
	{"bad_address", 0, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "Write to a reserved register."},
	{"wrong_state", 1, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "Write to a register that is locked in this state (hash tables, masks)."},
	{"axi_error", 2, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "AXI write answered by SLVERR or DECERR."},
	{"bad_consumer", 3, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "Consumer index beyond the records that were issued, or more than a ring behind."},
	{"no_bus_master", 4, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "A record was to be written while bus mastering was off."},
	{"unaccounted", 5, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "A packet found no room in the record FIFO: see unaccounted in the ledger."},
	{"missed", 6, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "A descriptor found its FIFO full: see missed of the ports."},
	{"epoch_late", 7, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "An epoch was due while the one before was not closed."},
	{"link_down", 8, 1, FC_ACCESS_W1C, 0x0u, NULL, NULL, 0, "The PCIe link went down."},
};
static const struct fc_register_field fields_11[] = {
	{"reset", 0, 1, FC_ACCESS_PULSE, 0x0u, NULL, NULL, 0, "Reset the core, the rings and the counters; configuration stays."},
	{"latch", 1, 1, FC_ACCESS_PULSE, 0x0u, NULL, NULL, 0, "Latch all 64-bit counters."},
	{"flush", 2, 1, FC_ACCESS_PULSE, 0x0u, NULL, NULL, 0, "Close the open epoch now and flush it, whatever the clock says."},
	{"snapshot", 3, 1, FC_ACCESS_PULSE, 0x0u, NULL, NULL, 0, "Emit a copy of every cache entry; nothing changes. wrong_state while STATUS.snapshotting or flushing_monitor."},
	{"flush_monitor", 4, 1, FC_ACCESS_PULSE, 0x0u, NULL, NULL, 0, "Emit and free the entries of one monitor, both epochs. wrong_state while STATUS.snapshotting or flushing_monitor."},
	{"monitor", 8, 3, FC_ACCESS_WO, 0x0u, NULL, NULL, 0, "Which monitor flush_monitor means."},
};
static const struct fc_register_field fields_12[] = {
	{"sequence", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_13[] = {
	{"max_payload", 0, 3, FC_ACCESS_RO, 0x0u, "128 octets << n", NULL, 0, "Largest payload of a write, 128 << value octets."},
};
static const struct fc_register_field fields_14[] = {
	{"shift", 0, 6, FC_ACCESS_RW, 0x1eu, "log2 ns", NULL, 0, "log2 of nanoseconds."},
};
static const struct fc_register_field fields_15[] = {
	{"guard_ns", 0, 32, FC_ACCESS_RW, 0xf4240u, "ns", NULL, 0, "ns of card time."},
};
static const struct fc_register_field fields_16[] = {
	{"epoch", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_17[] = {
	{"clocks", 0, 32, FC_ACCESS_RO, 0x0u, "clocks", NULL, 0, ""},
};
static const struct fc_register_field fields_18[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "ns", NULL, 0, ""},
};
static const struct fc_register_field fields_19[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_20[] = {
	{"value", 0, 8, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Octet value."},
	{"position", 8, 7, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Octet position in the key: vector octets, then the monitor number."},
};
static const struct fc_register_field fields_21[] = {
	{"low", 0, 32, FC_ACCESS_WO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_22[] = {
	{"high", 0, 32, FC_ACCESS_WO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_23[] = {
	{"id", 0, 8, FC_ACCESS_RO, 0x0u, NULL, fc_capability_table, 8, "Which capability."},
	{"version", 8, 8, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Its version."},
	{"next", 16, 16, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "Offset of the next CAPABILITY; 0: the last."},
};
static const struct fc_register_field fields_24[] = {
	{"data", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_25[] = {
	{"low", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_26[] = {
	{"high", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_27[] = {
	{"enable", 0, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Write records to the ring."},
	{"size_log2", 8, 5, FC_ACCESS_RW, 0x0u, "log2 records", NULL, 0, "log2 of records; locked while enabled."},
};
static const struct fc_register_field fields_28[] = {
	{"low", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_29[] = {
	{"high", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_30[] = {
	{"index", 0, 31, FC_ACCESS_RW, 0x0u, "records", NULL, 0, "Free-running index of the next record to read, modulo 2^31."},
	{"arm", 31, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Raise one interrupt when a record stands at or after index."},
};
static const struct fc_register_field fields_31[] = {
	{"index", 0, 32, FC_ACCESS_RO, 0x0u, "records", NULL, 0, ""},
};
static const struct fc_register_field fields_32[] = {
	{"count", 0, 32, FC_ACCESS_RO, 0x0u, "errors", NULL, 0, ""},
};
static const struct fc_register_field fields_33[] = {
	{"records", 0, 16, FC_ACCESS_RW, 0x0u, "records", NULL, 0, "Records that wait; 0: only time counts."},
	{"ticks", 16, 16, FC_ACCESS_RW, 0x0u, "ticks", NULL, 0, "Ticks that the first of them has waited; 0: only records count. The capability moderation has the length of a tick."},
};
static const struct fc_register_field fields_34[] = {
	{"enable", 0, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Monitor is in use."},
	{"ipv4", 1, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Take IPv4."},
	{"ipv6", 2, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Take IPv6."},
	{"immediate", 3, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Every packet is its own record."},
};
static const struct fc_register_field fields_35[] = {
	{"ports", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_36[] = {
	{"ports", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_37[] = {
	{"bits", 0, 32, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, ""},
};
static const struct fc_register_field fields_38[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_39[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_40[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_41[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_42[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_43[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_44[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_45[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_46[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_47[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_48[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_49[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_50[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_51[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_52[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_53[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_54[] = {
	{"enable", 0, 1, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Parse and count frames."},
};
static const struct fc_register_field fields_55[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "frames", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_56[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_57[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "octets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_58[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_59[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_60[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_61[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "frames", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_62[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_63[] = {
	{"mode", 0, 2, FC_ACCESS_RW, 0x0u, NULL, fc_sampler_mode_table, 3, "How one packet of a window is chosen."},
	{"id", 8, 8, FC_ACCESS_RW, 0x0u, NULL, NULL, 0, "Number that records carry."},
	{"window", 16, 16, FC_ACCESS_RW, 0x0u, "packets - 1", NULL, 0, "Packets in a window, less one."},
};
static const struct fc_register_field fields_64[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_65[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};
static const struct fc_register_field fields_66[] = {
	{"low", 0, 32, FC_ACCESS_RO, 0x0u, "packets", NULL, 0, "Low word of a latched 64-bit counter."},
};
static const struct fc_register_field fields_67[] = {
	{"high", 0, 32, FC_ACCESS_RO, 0x0u, NULL, NULL, 0, "High word of the same counter."},
};

const struct fc_register fc_register_table[] = {
	{"MAGIC", 0x0000u, {1, 1}, {0x0, 0x0}, 1, fields_0, "Identity: the octets FLOW."},
	{"ABI", 0x0004u, {1, 1}, {0x0, 0x0}, 2, fields_1, "ABI versions."},
	{"MAP_HASH", 0x0008u, {1, 1}, {0x0, 0x0}, 1, fields_2, "CRC-32 of the canonical map text; driver and dump tool compare it with theirs."},
	{"BUILD0", 0x000cu, {1, 1}, {0x0, 0x0}, 4, fields_3, "Build parameters."},
	{"BUILD1", 0x0010u, {1, 1}, {0x0, 0x0}, 4, fields_4, "Build parameters."},
	{"BUILD2", 0x0014u, {1, 1}, {0x0, 0x0}, 3, fields_5, "Build parameters."},
	{"CAPABILITIES", 0x0018u, {1, 1}, {0x0, 0x0}, 1, fields_6, "Capability list."},
	{"SCRATCH", 0x001cu, {1, 1}, {0x0, 0x0}, 1, fields_7, "For link tests; no effect."},
	{"CONTROL", 0x0020u, {1, 1}, {0x0, 0x0}, 1, fields_8, "Master switch."},
	{"STATUS", 0x0024u, {1, 1}, {0x0, 0x0}, 10, fields_9, "What the card is doing."},
	{"FAULT", 0x0028u, {1, 1}, {0x0, 0x0}, 9, fields_10, "Sticky faults; write 1 to clear."},
	{"COMMAND", 0x002cu, {1, 1}, {0x0, 0x0}, 6, fields_11, "One-shot commands; reads 0."},
	{"LATCH_SEQ", 0x0030u, {1, 1}, {0x0, 0x0}, 1, fields_12, "Grows by one when a latch is complete."},
	{"LINK", 0x0034u, {1, 1}, {0x0, 0x0}, 1, fields_13, "PCIe link."},
	{"EPOCH_SHIFT", 0x0040u, {1, 1}, {0x0, 0x0}, 1, fields_14, "Length of an epoch."},
	{"EPOCH_GUARD", 0x0044u, {1, 1}, {0x0, 0x0}, 1, fields_15, "Time for which packets of the closing epoch are still taken."},
	{"EPOCH_OPEN", 0x0048u, {1, 1}, {0x0, 0x0}, 1, fields_16, "Number of the open epoch."},
	{"EPOCH_CLOSE_CLOCKS", 0x004cu, {1, 1}, {0x0, 0x0}, 1, fields_17, "Core clocks from the last epoch's boundary to its last barrier, saturating."},
	{"TIME_LOW", 0x0050u, {1, 1}, {0x0, 0x0}, 1, fields_18, "Card time, latched."},
	{"TIME_HIGH", 0x0054u, {1, 1}, {0x0, 0x0}, 1, fields_19, "Card time, latched."},
	{"HASH_ADDR", 0x0060u, {1, 1}, {0x0, 0x0}, 2, fields_20, "Hash table address; grows by one after a write of HASH_HIGH. Locked while enabled."},
	{"HASH_LOW", 0x0064u, {1, 1}, {0x0, 0x0}, 1, fields_21, "Low word of the random word."},
	{"HASH_HIGH", 0x0068u, {1, 1}, {0x0, 0x0}, 1, fields_22, "High word; writing it stores the 64-bit word."},
	{"CAPABILITY[].HEADER", 0x0100u, {8, 1}, {0x8, 0x0}, 3, fields_23, "What the card can do beyond the register map."},
	{"CAPABILITY[].DATA", 0x0104u, {8, 1}, {0x8, 0x0}, 1, fields_24, "As the capability says."},
	{"RING[].BASE_LOW", 0x0200u, {8, 1}, {0x40, 0x0}, 1, fields_25, "Base address, 128-octet aligned; locked while enabled."},
	{"RING[].BASE_HIGH", 0x0204u, {8, 1}, {0x40, 0x0}, 1, fields_26, "Base address."},
	{"RING[].CONTROL", 0x0208u, {8, 1}, {0x40, 0x0}, 2, fields_27, "Ring control."},
	{"RING[].STATUS_LOW", 0x020cu, {8, 1}, {0x40, 0x0}, 1, fields_28, "Address of the 64-octet status line; 0: none."},
	{"RING[].STATUS_HIGH", 0x0210u, {8, 1}, {0x40, 0x0}, 1, fields_29, "Address of the status line."},
	{"RING[].CONSUMER", 0x0214u, {8, 1}, {0x40, 0x0}, 2, fields_30, "The host's index and its wish for an interrupt."},
	{"RING[].PRODUCER", 0x0218u, {8, 1}, {0x40, 0x0}, 1, fields_31, "Free-running index of the next record to write; every record before it is in host memory."},
	{"RING[].ERRORS", 0x021cu, {8, 1}, {0x40, 0x0}, 1, fields_32, "AXI write errors of this ring."},
	{"RING[].MODERATION", 0x0220u, {8, 1}, {0x40, 0x0}, 2, fields_33, "When an armed ring raises its interrupt, if no record waited as it was armed: at the first of the two, or when the ring is full; 0 in both: at once."},
	{"MONITOR[].CONTROL", 0x0400u, {8, 1}, {0x80, 0x0}, 4, fields_34, "Which packets this monitor takes."},
	{"MONITOR[].PORTS", 0x0404u, {8, 1}, {0x80, 0x0}, 1, fields_35, "Ports whose input this monitor takes, a bit each."},
	{"MONITOR[].PORTS_OUT", 0x0408u, {8, 1}, {0x80, 0x0}, 1, fields_36, "Ports whose output this monitor takes, a bit each: what came in at the partner port."},
	{"MONITOR[].MASK[]", 0x0420u, {8, 17}, {0x80, 0x4}, 1, fields_37, "Key mask over the field vector, a bit each; locked while the monitor is enabled or has packets in the cache."},
	{"LEDGER[].selected_packets.low", 0x0800u, {8, 1}, {0x40, 0x0}, 1, fields_38, "Low word of a latched 64-bit counter."},
	{"LEDGER[].selected_packets.high", 0x0804u, {8, 1}, {0x40, 0x0}, 1, fields_39, "High word of the same counter."},
	{"LEDGER[].selected_bytes.low", 0x0808u, {8, 1}, {0x40, 0x0}, 1, fields_40, "Low word of a latched 64-bit counter."},
	{"LEDGER[].selected_bytes.high", 0x080cu, {8, 1}, {0x40, 0x0}, 1, fields_41, "High word of the same counter."},
	{"LEDGER[].emitted_packets.low", 0x0810u, {8, 1}, {0x40, 0x0}, 1, fields_42, "Low word of a latched 64-bit counter."},
	{"LEDGER[].emitted_packets.high", 0x0814u, {8, 1}, {0x40, 0x0}, 1, fields_43, "High word of the same counter."},
	{"LEDGER[].emitted_bytes.low", 0x0818u, {8, 1}, {0x40, 0x0}, 1, fields_44, "Low word of a latched 64-bit counter."},
	{"LEDGER[].emitted_bytes.high", 0x081cu, {8, 1}, {0x40, 0x0}, 1, fields_45, "High word of the same counter."},
	{"LEDGER[].resident_packets.low", 0x0820u, {8, 1}, {0x40, 0x0}, 1, fields_46, "Low word of a latched 64-bit counter."},
	{"LEDGER[].resident_packets.high", 0x0824u, {8, 1}, {0x40, 0x0}, 1, fields_47, "High word of the same counter."},
	{"LEDGER[].resident_bytes.low", 0x0828u, {8, 1}, {0x40, 0x0}, 1, fields_48, "Low word of a latched 64-bit counter."},
	{"LEDGER[].resident_bytes.high", 0x082cu, {8, 1}, {0x40, 0x0}, 1, fields_49, "High word of the same counter."},
	{"LEDGER[].unaccounted_packets.low", 0x0830u, {8, 1}, {0x40, 0x0}, 1, fields_50, "Low word of a latched 64-bit counter."},
	{"LEDGER[].unaccounted_packets.high", 0x0834u, {8, 1}, {0x40, 0x0}, 1, fields_51, "High word of the same counter."},
	{"LEDGER[].unaccounted_bytes.low", 0x0838u, {8, 1}, {0x40, 0x0}, 1, fields_52, "Low word of a latched 64-bit counter."},
	{"LEDGER[].unaccounted_bytes.high", 0x083cu, {8, 1}, {0x40, 0x0}, 1, fields_53, "High word of the same counter."},
	{"PORT[].CONTROL", 0x1000u, {8, 1}, {0x200, 0x0}, 1, fields_54, "Port control."},
	{"PORT[].frames.low", 0x1010u, {8, 1}, {0x200, 0x0}, 1, fields_55, "Low word of a latched 64-bit counter."},
	{"PORT[].frames.high", 0x1014u, {8, 1}, {0x200, 0x0}, 1, fields_56, "High word of the same counter."},
	{"PORT[].octets.low", 0x1018u, {8, 1}, {0x200, 0x0}, 1, fields_57, "Low word of a latched 64-bit counter."},
	{"PORT[].octets.high", 0x101cu, {8, 1}, {0x200, 0x0}, 1, fields_58, "High word of the same counter."},
	{"PORT[].missed.low", 0x1020u, {8, 1}, {0x200, 0x0}, 1, fields_59, "Low word of a latched 64-bit counter."},
	{"PORT[].missed.high", 0x1024u, {8, 1}, {0x200, 0x0}, 1, fields_60, "High word of the same counter."},
	{"PORT[].verdict[].low", 0x1040u, {8, 32}, {0x200, 0x8}, 1, fields_61, "Low word of a latched 64-bit counter."},
	{"PORT[].verdict[].high", 0x1044u, {8, 32}, {0x200, 0x8}, 1, fields_62, "High word of the same counter."},
	{"SAMPLER[].CONTROL", 0x2000u, {128, 1}, {0x20, 0x0}, 3, fields_63, "The sampler of one monitor, direction and port (index 16 * monitor + 8 * direction + port). A write starts a new window."},
	{"SAMPLER[].observed.low", 0x2008u, {128, 1}, {0x20, 0x0}, 1, fields_64, "Low word of a latched 64-bit counter."},
	{"SAMPLER[].observed.high", 0x200cu, {128, 1}, {0x20, 0x0}, 1, fields_65, "High word of the same counter."},
	{"SAMPLER[].selected.low", 0x2010u, {128, 1}, {0x20, 0x0}, 1, fields_66, "Low word of a latched 64-bit counter."},
	{"SAMPLER[].selected.high", 0x2014u, {128, 1}, {0x20, 0x0}, 1, fields_67, "High word of the same counter."},
};
const size_t fc_register_count = 68;
