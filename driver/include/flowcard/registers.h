/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Written by hw/regs/generate.py from hw/regs/flowcard.rdl; do not edit. Explained in docs/registers.md.
 * Words of vectors and records stay in memory as the card wrote them (little-endian); the accessors convert.
 * Registers are 32 bits; a 64-bit counter's offset is that of its low word, the high word stands at +4.
 */
/* clang-format off */
#ifndef FLOWCARD_REGISTERS_H
#define FLOWCARD_REGISTERS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_MAP_HASH 0xf2470814u
#define FC_MAGIC 0x464c4f57u

enum fc_verdict {
	FC_VERDICT_FLOW = 0, /* Counted in exactly one flow. */
	FC_VERDICT_NONIP_LLC = 1, /* 802.3 length instead of a type. */
	FC_VERDICT_NONIP_ETHERTYPE = 2, /* A type that carries no IP. */
	FC_VERDICT_NONIP_VLAN_DEPTH = 3, /* More than two VLAN tags. */
	FC_VERDICT_NONIP_MPLS_DEPTH = 4, /* More than eight MPLS labels. */
	FC_VERDICT_NONIP_MPLS_PAYLOAD = 5, /* Below the label stack is no IP. */
	FC_VERDICT_NONIP_PPP = 6, /* A PPP protocol that is not IP. */
	FC_VERDICT_NONIP_LOOPBACK_FAMILY = 7, /* Feeder only: BSD loopback family that is not IP. */
	FC_VERDICT_TRUNC_ETHERNET = 8, /* Fewer than 14 octets. */
	FC_VERDICT_TRUNC_VLAN = 9, /* Cut VLAN tag. */
	FC_VERDICT_TRUNC_MPLS = 10, /* Cut label stack. */
	FC_VERDICT_BAD_PPPOE = 11, /* PPPoE version, type or code is wrong. */
	FC_VERDICT_TRUNC_PPPOE = 12, /* Cut PPPoE or PPP header. */
	FC_VERDICT_TRUNC_IPV4 = 13, /* Cut IPv4 header. */
	FC_VERDICT_BAD_VERSION = 14, /* IP version does not fit. */
	FC_VERDICT_BAD_IHL = 15, /* IPv4 header length below 5. */
	FC_VERDICT_BAD_IP_LENGTH = 16, /* IPv4 total length below the header length. */
	FC_VERDICT_TRUNC_IPV4_OPTIONS = 17, /* Cut IPv4 options. */
	FC_VERDICT_TRUNC_IPV6 = 18, /* Cut IPv6 header. */
	FC_VERDICT_TRUNC_IPV6_EXT = 19, /* IPv6 extension header not present in full. */
	FC_VERDICT_IPV6_EXT_DEPTH = 20, /* More than eight extension headers. */
	FC_VERDICT_L4_SHORT = 21, /* The IP length leaves no room for the transport header. */
	FC_VERDICT_TRUNC_L4 = 22, /* Cut transport header. */
	FC_VERDICT_TRUNC_SLL = 23, /* Feeder only: cut Linux cooked header. */
	FC_VERDICT_TRUNC_LOOPBACK = 24, /* Feeder only: cut BSD loopback header. */
	FC_VERDICT_TRUNC_HDLC = 25, /* Feeder only: cut Cisco HDLC header. */
	FC_VERDICT_BEYOND_WINDOW = 26, /* A header lies outside the header window. */
	FC_VERDICT_RX_ERROR = 27, /* The MAC marked the frame bad. */
};
#define FC_VERDICT_COUNT 28

/* Name as in the register source; "unknown" for a number without one. */
static inline const char *fc_verdict_name(unsigned value)
{
	switch (value) {
	case FC_VERDICT_FLOW:
		return "flow";
	case FC_VERDICT_NONIP_LLC:
		return "nonip_llc";
	case FC_VERDICT_NONIP_ETHERTYPE:
		return "nonip_ethertype";
	case FC_VERDICT_NONIP_VLAN_DEPTH:
		return "nonip_vlan_depth";
	case FC_VERDICT_NONIP_MPLS_DEPTH:
		return "nonip_mpls_depth";
	case FC_VERDICT_NONIP_MPLS_PAYLOAD:
		return "nonip_mpls_payload";
	case FC_VERDICT_NONIP_PPP:
		return "nonip_ppp";
	case FC_VERDICT_NONIP_LOOPBACK_FAMILY:
		return "nonip_loopback_family";
	case FC_VERDICT_TRUNC_ETHERNET:
		return "trunc_ethernet";
	case FC_VERDICT_TRUNC_VLAN:
		return "trunc_vlan";
	case FC_VERDICT_TRUNC_MPLS:
		return "trunc_mpls";
	case FC_VERDICT_BAD_PPPOE:
		return "bad_pppoe";
	case FC_VERDICT_TRUNC_PPPOE:
		return "trunc_pppoe";
	case FC_VERDICT_TRUNC_IPV4:
		return "trunc_ipv4";
	case FC_VERDICT_BAD_VERSION:
		return "bad_version";
	case FC_VERDICT_BAD_IHL:
		return "bad_ihl";
	case FC_VERDICT_BAD_IP_LENGTH:
		return "bad_ip_length";
	case FC_VERDICT_TRUNC_IPV4_OPTIONS:
		return "trunc_ipv4_options";
	case FC_VERDICT_TRUNC_IPV6:
		return "trunc_ipv6";
	case FC_VERDICT_TRUNC_IPV6_EXT:
		return "trunc_ipv6_ext";
	case FC_VERDICT_IPV6_EXT_DEPTH:
		return "ipv6_ext_depth";
	case FC_VERDICT_L4_SHORT:
		return "l4_short";
	case FC_VERDICT_TRUNC_L4:
		return "trunc_l4";
	case FC_VERDICT_TRUNC_SLL:
		return "trunc_sll";
	case FC_VERDICT_TRUNC_LOOPBACK:
		return "trunc_loopback";
	case FC_VERDICT_TRUNC_HDLC:
		return "trunc_hdlc";
	case FC_VERDICT_BEYOND_WINDOW:
		return "beyond_window";
	case FC_VERDICT_RX_ERROR:
		return "rx_error";
	default:
		return "unknown";
	}
}

enum fc_kind {
	FC_KIND_FLOW = 1, /* What one flow did within one epoch. */
	FC_KIND_SNAPSHOT = 2, /* Copy of a cache entry that stays; not part of the ledger. */
	FC_KIND_LEDGER = 3, /* Where a monitor's packets and bytes are. */
	FC_KIND_BARRIER = 4, /* Every record of this epoch stands before this one. */
};
#define FC_KIND_COUNT 5

/* Name as in the register source; "unknown" for a number without one. */
static inline const char *fc_kind_name(unsigned value)
{
	switch (value) {
	case FC_KIND_FLOW:
		return "flow";
	case FC_KIND_SNAPSHOT:
		return "snapshot";
	case FC_KIND_LEDGER:
		return "ledger";
	case FC_KIND_BARRIER:
		return "barrier";
	default:
		return "unknown";
	}
}

enum fc_reason {
	FC_REASON_NONE = 0, /* Not a flow record. */
	FC_REASON_EPOCH = 1, /* The epoch of the delta is over (hit by a packet of the next, or swept). */
	FC_REASON_EVICT = 2, /* Its place was needed by another flow. */
	FC_REASON_LATE = 3, /* One packet of the closing epoch met an entry of the open one. */
	FC_REASON_OVERFLOW = 4, /* A counter was full. */
	FC_REASON_IMMEDIATE = 5, /* Immediate monitor: every packet is a record. */
	FC_REASON_FLUSH = 6, /* The host asked for it. */
};
#define FC_REASON_COUNT 7

/* Name as in the register source; "unknown" for a number without one. */
static inline const char *fc_reason_name(unsigned value)
{
	switch (value) {
	case FC_REASON_NONE:
		return "none";
	case FC_REASON_EPOCH:
		return "epoch";
	case FC_REASON_EVICT:
		return "evict";
	case FC_REASON_LATE:
		return "late";
	case FC_REASON_OVERFLOW:
		return "overflow";
	case FC_REASON_IMMEDIATE:
		return "immediate";
	case FC_REASON_FLUSH:
		return "flush";
	default:
		return "unknown";
	}
}

enum fc_sampler_mode {
	FC_SAMPLER_MODE_OFF = 0, /* Every packet is selected. */
	FC_SAMPLER_MODE_DETERMINISTIC = 1, /* The last packet of each window. */
	FC_SAMPLER_MODE_RANDOM = 2, /* One packet at a random place in each window. */
};
#define FC_SAMPLER_MODE_COUNT 3

/* Name as in the register source; "unknown" for a number without one. */
static inline const char *fc_sampler_mode_name(unsigned value)
{
	switch (value) {
	case FC_SAMPLER_MODE_OFF:
		return "off";
	case FC_SAMPLER_MODE_DETERMINISTIC:
		return "deterministic";
	case FC_SAMPLER_MODE_RANDOM:
		return "random";
	default:
		return "unknown";
	}
}

enum fc_capability {
	FC_CAPABILITY_NONE = 0, /* An unused place. */
	FC_CAPABILITY_SAMPLERS = 1, /* Samplers. Data: samplers a monitor. */
	FC_CAPABILITY_PASS_THROUGH = 2, /* Bump in the wire. Data: MAC clocks from receive to transmit. */
	FC_CAPABILITY_MODERATION = 3, /* Interrupt moderation. Data: core clocks of one tick. */
	FC_CAPABILITY_SNAPSHOT = 4, /* COMMAND.snapshot. Data: 0. */
	FC_CAPABILITY_FLUSH_MONITOR = 5, /* COMMAND.flush_monitor. Data: 0. */
	FC_CAPABILITY_OUTPUT = 6, /* Monitors in output direction. Data: a bit for each port that has a partner. */
	FC_CAPABILITY_SWEEP = 7, /* Bound of a sweep. Data: core clocks from boundary to barrier while rings drain, without the guard time. */
};
#define FC_CAPABILITY_COUNT 8

/* Name as in the register source; "unknown" for a number without one. */
static inline const char *fc_capability_name(unsigned value)
{
	switch (value) {
	case FC_CAPABILITY_NONE:
		return "none";
	case FC_CAPABILITY_SAMPLERS:
		return "samplers";
	case FC_CAPABILITY_PASS_THROUGH:
		return "pass_through";
	case FC_CAPABILITY_MODERATION:
		return "moderation";
	case FC_CAPABILITY_SNAPSHOT:
		return "snapshot";
	case FC_CAPABILITY_FLUSH_MONITOR:
		return "flush_monitor";
	case FC_CAPABILITY_OUTPUT:
		return "output";
	case FC_CAPABILITY_SWEEP:
		return "sweep";
	default:
		return "unknown";
	}
}

/* Registers of BAR0. */
#define FC_REG_MAGIC 0x0000u
#define FC_REG_MAGIC_RESET 0x464c4f57u
#define FC_REG_MAGIC_MAGIC_MASK 0xffffffffu
#define FC_REG_MAGIC_MAGIC_SHIFT 0
#define FC_REG_ABI 0x0004u
#define FC_REG_ABI_RESET 0x00000101u
#define FC_REG_ABI_RECORD_MASK 0x000000ffu
#define FC_REG_ABI_RECORD_SHIFT 0
#define FC_REG_ABI_MAP_MASK 0x0000ff00u
#define FC_REG_ABI_MAP_SHIFT 8
#define FC_REG_MAP_HASH 0x0008u
#define FC_REG_MAP_HASH_HASH_MASK 0xffffffffu
#define FC_REG_MAP_HASH_HASH_SHIFT 0
#define FC_REG_BUILD0 0x000cu
#define FC_REG_BUILD0_ENTRIES_LOG2_MASK 0x000000ffu
#define FC_REG_BUILD0_ENTRIES_LOG2_SHIFT 0
#define FC_REG_BUILD0_PORTS_MASK 0x0000ff00u
#define FC_REG_BUILD0_PORTS_SHIFT 8
#define FC_REG_BUILD0_RINGS_MASK 0x00ff0000u
#define FC_REG_BUILD0_RINGS_SHIFT 16
#define FC_REG_BUILD0_MONITORS_MASK 0xff000000u
#define FC_REG_BUILD0_MONITORS_SHIFT 24
#define FC_REG_BUILD1 0x0010u
#define FC_REG_BUILD1_TABLES_MASK 0x0000000fu
#define FC_REG_BUILD1_TABLES_SHIFT 0
#define FC_REG_BUILD1_SLOTS_MASK 0x000000f0u
#define FC_REG_BUILD1_SLOTS_SHIFT 4
#define FC_REG_BUILD1_HEADER_WINDOW_MASK 0x00ffff00u
#define FC_REG_BUILD1_HEADER_WINDOW_SHIFT 8
#define FC_REG_BUILD1_PACKET_BITS_MASK 0xff000000u
#define FC_REG_BUILD1_PACKET_BITS_SHIFT 24
#define FC_REG_BUILD2 0x0014u
#define FC_REG_BUILD2_VECTOR_OCTETS_MASK 0x000000ffu
#define FC_REG_BUILD2_VECTOR_OCTETS_SHIFT 0
#define FC_REG_BUILD2_FIFO_LOG2_MASK 0x0000ff00u
#define FC_REG_BUILD2_FIFO_LOG2_SHIFT 8
#define FC_REG_BUILD2_MONITORS_PER_PACKET_MASK 0x00ff0000u
#define FC_REG_BUILD2_MONITORS_PER_PACKET_SHIFT 16
#define FC_REG_CAPABILITIES 0x0018u
#define FC_REG_CAPABILITIES_FIRST_MASK 0x0000ffffu
#define FC_REG_CAPABILITIES_FIRST_SHIFT 0
#define FC_REG_SCRATCH 0x001cu
#define FC_REG_SCRATCH_VALUE_MASK 0xffffffffu
#define FC_REG_SCRATCH_VALUE_SHIFT 0
#define FC_REG_CONTROL 0x0020u
#define FC_REG_CONTROL_ENABLE_MASK 0x00000001u
#define FC_REG_CONTROL_ENABLE_SHIFT 0
#define FC_REG_STATUS 0x0024u
#define FC_REG_STATUS_ENABLED_MASK 0x00000001u
#define FC_REG_STATUS_ENABLED_SHIFT 0
#define FC_REG_STATUS_CLEARING_MASK 0x00000002u
#define FC_REG_STATUS_CLEARING_SHIFT 1
#define FC_REG_STATUS_IDLE_MASK 0x00000004u
#define FC_REG_STATUS_IDLE_SHIFT 2
#define FC_REG_STATUS_CLOSING_MASK 0x00000008u
#define FC_REG_STATUS_CLOSING_SHIFT 3
#define FC_REG_STATUS_BUS_MASTER_MASK 0x00000010u
#define FC_REG_STATUS_BUS_MASTER_SHIFT 4
#define FC_REG_STATUS_LINK_UP_MASK 0x00000020u
#define FC_REG_STATUS_LINK_UP_SHIFT 5
#define FC_REG_STATUS_LATCHING_MASK 0x00000040u
#define FC_REG_STATUS_LATCHING_SHIFT 6
#define FC_REG_STATUS_FLUSHING_MASK 0x00000080u
#define FC_REG_STATUS_FLUSHING_SHIFT 7
#define FC_REG_STATUS_FLUSHING_MONITOR_MASK 0x00000100u
#define FC_REG_STATUS_FLUSHING_MONITOR_SHIFT 8
#define FC_REG_STATUS_SNAPSHOTTING_MASK 0x00000200u
#define FC_REG_STATUS_SNAPSHOTTING_SHIFT 9
#define FC_REG_FAULT 0x0028u
#define FC_REG_FAULT_BAD_ADDRESS_MASK 0x00000001u
#define FC_REG_FAULT_BAD_ADDRESS_SHIFT 0
#define FC_REG_FAULT_WRONG_STATE_MASK 0x00000002u
#define FC_REG_FAULT_WRONG_STATE_SHIFT 1
#define FC_REG_FAULT_AXI_ERROR_MASK 0x00000004u
#define FC_REG_FAULT_AXI_ERROR_SHIFT 2
#define FC_REG_FAULT_BAD_CONSUMER_MASK 0x00000008u
#define FC_REG_FAULT_BAD_CONSUMER_SHIFT 3
#define FC_REG_FAULT_NO_BUS_MASTER_MASK 0x00000010u
#define FC_REG_FAULT_NO_BUS_MASTER_SHIFT 4
#define FC_REG_FAULT_UNACCOUNTED_MASK 0x00000020u
#define FC_REG_FAULT_UNACCOUNTED_SHIFT 5
#define FC_REG_FAULT_MISSED_MASK 0x00000040u
#define FC_REG_FAULT_MISSED_SHIFT 6
#define FC_REG_FAULT_EPOCH_LATE_MASK 0x00000080u
#define FC_REG_FAULT_EPOCH_LATE_SHIFT 7
#define FC_REG_FAULT_LINK_DOWN_MASK 0x00000100u
#define FC_REG_FAULT_LINK_DOWN_SHIFT 8
#define FC_REG_COMMAND 0x002cu
#define FC_REG_COMMAND_RESET_MASK 0x00000001u
#define FC_REG_COMMAND_RESET_SHIFT 0
#define FC_REG_COMMAND_LATCH_MASK 0x00000002u
#define FC_REG_COMMAND_LATCH_SHIFT 1
#define FC_REG_COMMAND_FLUSH_MASK 0x00000004u
#define FC_REG_COMMAND_FLUSH_SHIFT 2
#define FC_REG_COMMAND_SNAPSHOT_MASK 0x00000008u
#define FC_REG_COMMAND_SNAPSHOT_SHIFT 3
#define FC_REG_COMMAND_FLUSH_MONITOR_MASK 0x00000010u
#define FC_REG_COMMAND_FLUSH_MONITOR_SHIFT 4
#define FC_REG_COMMAND_MONITOR_MASK 0x00000700u
#define FC_REG_COMMAND_MONITOR_SHIFT 8
#define FC_REG_LATCH_SEQ 0x0030u
#define FC_REG_LATCH_SEQ_SEQUENCE_MASK 0xffffffffu
#define FC_REG_LATCH_SEQ_SEQUENCE_SHIFT 0
#define FC_REG_LINK 0x0034u
#define FC_REG_LINK_MAX_PAYLOAD_MASK 0x00000007u
#define FC_REG_LINK_MAX_PAYLOAD_SHIFT 0
#define FC_REG_EPOCH_SHIFT 0x0040u
#define FC_REG_EPOCH_SHIFT_RESET 0x0000001eu
#define FC_REG_EPOCH_SHIFT_SHIFT_MASK 0x0000003fu
#define FC_REG_EPOCH_SHIFT_SHIFT_SHIFT 0
#define FC_REG_EPOCH_GUARD 0x0044u
#define FC_REG_EPOCH_GUARD_RESET 0x000f4240u
#define FC_REG_EPOCH_GUARD_GUARD_NS_MASK 0xffffffffu
#define FC_REG_EPOCH_GUARD_GUARD_NS_SHIFT 0
#define FC_REG_EPOCH_OPEN 0x0048u
#define FC_REG_EPOCH_OPEN_EPOCH_MASK 0xffffffffu
#define FC_REG_EPOCH_OPEN_EPOCH_SHIFT 0
#define FC_REG_EPOCH_CLOSE_CLOCKS 0x004cu
#define FC_REG_EPOCH_CLOSE_CLOCKS_CLOCKS_MASK 0xffffffffu
#define FC_REG_EPOCH_CLOSE_CLOCKS_CLOCKS_SHIFT 0
#define FC_REG_TIME_LOW 0x0050u
#define FC_REG_TIME_LOW_LOW_MASK 0xffffffffu
#define FC_REG_TIME_LOW_LOW_SHIFT 0
#define FC_REG_TIME_HIGH 0x0054u
#define FC_REG_TIME_HIGH_HIGH_MASK 0xffffffffu
#define FC_REG_TIME_HIGH_HIGH_SHIFT 0
#define FC_REG_HASH_ADDR 0x0060u
#define FC_REG_HASH_ADDR_VALUE_MASK 0x000000ffu
#define FC_REG_HASH_ADDR_VALUE_SHIFT 0
#define FC_REG_HASH_ADDR_POSITION_MASK 0x00007f00u
#define FC_REG_HASH_ADDR_POSITION_SHIFT 8
#define FC_REG_HASH_LOW 0x0064u
#define FC_REG_HASH_LOW_LOW_MASK 0xffffffffu
#define FC_REG_HASH_LOW_LOW_SHIFT 0
#define FC_REG_HASH_HIGH 0x0068u
#define FC_REG_HASH_HIGH_HIGH_MASK 0xffffffffu
#define FC_REG_HASH_HIGH_HIGH_SHIFT 0

#define FC_REG_CAPABILITY_COUNT 8
#define FC_REG_CAPABILITY_HEADER(c) (0x0100u + 0x8u * (uint32_t)(c))
#define FC_REG_CAPABILITY_HEADER_ID_MASK 0x000000ffu
#define FC_REG_CAPABILITY_HEADER_ID_SHIFT 0
#define FC_REG_CAPABILITY_HEADER_VERSION_MASK 0x0000ff00u
#define FC_REG_CAPABILITY_HEADER_VERSION_SHIFT 8
#define FC_REG_CAPABILITY_HEADER_NEXT_MASK 0xffff0000u
#define FC_REG_CAPABILITY_HEADER_NEXT_SHIFT 16
#define FC_REG_CAPABILITY_DATA(c) (0x0104u + 0x8u * (uint32_t)(c))
#define FC_REG_CAPABILITY_DATA_DATA_MASK 0xffffffffu
#define FC_REG_CAPABILITY_DATA_DATA_SHIFT 0

#define FC_REG_RING_COUNT 8
#define FC_REG_RING_BASE_LOW(r) (0x0200u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_BASE_LOW_LOW_MASK 0xffffffffu
#define FC_REG_RING_BASE_LOW_LOW_SHIFT 0
#define FC_REG_RING_BASE_HIGH(r) (0x0204u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_BASE_HIGH_HIGH_MASK 0xffffffffu
#define FC_REG_RING_BASE_HIGH_HIGH_SHIFT 0
#define FC_REG_RING_CONTROL(r) (0x0208u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_CONTROL_ENABLE_MASK 0x00000001u
#define FC_REG_RING_CONTROL_ENABLE_SHIFT 0
#define FC_REG_RING_CONTROL_SIZE_LOG2_MASK 0x00001f00u
#define FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT 8
#define FC_REG_RING_STATUS_LOW(r) (0x020cu + 0x40u * (uint32_t)(r))
#define FC_REG_RING_STATUS_LOW_LOW_MASK 0xffffffffu
#define FC_REG_RING_STATUS_LOW_LOW_SHIFT 0
#define FC_REG_RING_STATUS_HIGH(r) (0x0210u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_STATUS_HIGH_HIGH_MASK 0xffffffffu
#define FC_REG_RING_STATUS_HIGH_HIGH_SHIFT 0
#define FC_REG_RING_CONSUMER(r) (0x0214u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_CONSUMER_INDEX_MASK 0x7fffffffu
#define FC_REG_RING_CONSUMER_INDEX_SHIFT 0
#define FC_REG_RING_CONSUMER_ARM_MASK 0x80000000u
#define FC_REG_RING_CONSUMER_ARM_SHIFT 31
#define FC_REG_RING_PRODUCER(r) (0x0218u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_PRODUCER_INDEX_MASK 0xffffffffu
#define FC_REG_RING_PRODUCER_INDEX_SHIFT 0
#define FC_REG_RING_ERRORS(r) (0x021cu + 0x40u * (uint32_t)(r))
#define FC_REG_RING_ERRORS_COUNT_MASK 0xffffffffu
#define FC_REG_RING_ERRORS_COUNT_SHIFT 0
#define FC_REG_RING_MODERATION(r) (0x0220u + 0x40u * (uint32_t)(r))
#define FC_REG_RING_MODERATION_RECORDS_MASK 0x0000ffffu
#define FC_REG_RING_MODERATION_RECORDS_SHIFT 0
#define FC_REG_RING_MODERATION_TICKS_MASK 0xffff0000u
#define FC_REG_RING_MODERATION_TICKS_SHIFT 16

#define FC_REG_MONITOR_COUNT 8
#define FC_REG_MONITOR_CONTROL(m) (0x0400u + 0x80u * (uint32_t)(m))
#define FC_REG_MONITOR_CONTROL_ENABLE_MASK 0x00000001u
#define FC_REG_MONITOR_CONTROL_ENABLE_SHIFT 0
#define FC_REG_MONITOR_CONTROL_IPV4_MASK 0x00000002u
#define FC_REG_MONITOR_CONTROL_IPV4_SHIFT 1
#define FC_REG_MONITOR_CONTROL_IPV6_MASK 0x00000004u
#define FC_REG_MONITOR_CONTROL_IPV6_SHIFT 2
#define FC_REG_MONITOR_CONTROL_IMMEDIATE_MASK 0x00000008u
#define FC_REG_MONITOR_CONTROL_IMMEDIATE_SHIFT 3
#define FC_REG_MONITOR_PORTS(m) (0x0404u + 0x80u * (uint32_t)(m))
#define FC_REG_MONITOR_PORTS_PORTS_MASK 0xffffffffu
#define FC_REG_MONITOR_PORTS_PORTS_SHIFT 0
#define FC_REG_MONITOR_PORTS_OUT(m) (0x0408u + 0x80u * (uint32_t)(m))
#define FC_REG_MONITOR_PORTS_OUT_PORTS_MASK 0xffffffffu
#define FC_REG_MONITOR_PORTS_OUT_PORTS_SHIFT 0
#define FC_REG_MONITOR_MASK_COUNT 17
#define FC_REG_MONITOR_MASK(m, i) (0x0420u + 0x80u * (uint32_t)(m) + 0x4u * (uint32_t)(i))
#define FC_REG_MONITOR_MASK_BITS_MASK 0xffffffffu
#define FC_REG_MONITOR_MASK_BITS_SHIFT 0

#define FC_REG_LEDGER_COUNT 8
#define FC_REG_LEDGER_SELECTED_PACKETS(m) (0x0800u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_SELECTED_BYTES(m) (0x0808u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_EMITTED_PACKETS(m) (0x0810u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_EMITTED_BYTES(m) (0x0818u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_RESIDENT_PACKETS(m) (0x0820u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_RESIDENT_BYTES(m) (0x0828u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_UNACCOUNTED_PACKETS(m) (0x0830u + 0x40u * (uint32_t)(m))
#define FC_REG_LEDGER_UNACCOUNTED_BYTES(m) (0x0838u + 0x40u * (uint32_t)(m))

#define FC_REG_PORT_COUNT 8
#define FC_REG_PORT_CONTROL(p) (0x1000u + 0x200u * (uint32_t)(p))
#define FC_REG_PORT_CONTROL_ENABLE_MASK 0x00000001u
#define FC_REG_PORT_CONTROL_ENABLE_SHIFT 0
#define FC_REG_PORT_FRAMES(p) (0x1010u + 0x200u * (uint32_t)(p))
#define FC_REG_PORT_OCTETS(p) (0x1018u + 0x200u * (uint32_t)(p))
#define FC_REG_PORT_MISSED(p) (0x1020u + 0x200u * (uint32_t)(p))
#define FC_REG_PORT_VERDICT_COUNT 32
#define FC_REG_PORT_VERDICT(p, v) (0x1040u + 0x200u * (uint32_t)(p) + 0x8u * (uint32_t)(v))

#define FC_REG_SAMPLER_COUNT 128
#define FC_REG_SAMPLER_CONTROL(s) (0x2000u + 0x20u * (uint32_t)(s))
#define FC_REG_SAMPLER_CONTROL_MODE_MASK 0x00000003u
#define FC_REG_SAMPLER_CONTROL_MODE_SHIFT 0
#define FC_REG_SAMPLER_CONTROL_ID_MASK 0x0000ff00u
#define FC_REG_SAMPLER_CONTROL_ID_SHIFT 8
#define FC_REG_SAMPLER_CONTROL_WINDOW_MASK 0xffff0000u
#define FC_REG_SAMPLER_CONTROL_WINDOW_SHIFT 16
#define FC_REG_SAMPLER_OBSERVED(s) (0x2008u + 0x20u * (uint32_t)(s))
#define FC_REG_SAMPLER_SELECTED(s) (0x2010u + 0x20u * (uint32_t)(s))

/* The field vector: 17 words. */
/* Source address; IPv4 in the first 4 octets, the rest 0. 16 octets. */
static inline const uint8_t *fc_vec_src(const uint32_t *vec)
{
	return (const uint8_t *)vec + 0;
}

static inline void fc_vec_set_src(uint32_t *vec, const uint8_t *octets)
{
	memcpy((uint8_t *)vec + 0, octets, 16);
}

/* Destination address; as src. 16 octets. */
static inline const uint8_t *fc_vec_dst(const uint32_t *vec)
{
	return (const uint8_t *)vec + 16;
}

static inline void fc_vec_set_dst(uint32_t *vec, const uint8_t *octets)
{
	memcpy((uint8_t *)vec + 16, octets, 16);
}

/* Source port; 0 where there is none. */
static inline uint16_t fc_vec_sport(const uint32_t *vec)
{
	return (uint16_t)(le32toh(vec[8]) & 0xffffu);
}

static inline void fc_vec_set_sport(uint32_t *vec, uint32_t value)
{
	vec[8] = htole32((le32toh(vec[8]) & 0xffff0000u) | ((uint32_t)(value) & 0xffffu));
}

/* Destination port; ICMP and ICMPv6: type * 256 + code. */
static inline uint16_t fc_vec_dport(const uint32_t *vec)
{
	return (uint16_t)(le32toh(vec[8]) >> 16);
}

static inline void fc_vec_set_dport(uint32_t *vec, uint32_t value)
{
	vec[8] = htole32((le32toh(vec[8]) & 0x0000ffffu) | ((uint32_t)(value) & 0xffffu) << 16);
}

/* Protocol after the extension headers. */
static inline uint8_t fc_vec_proto(const uint32_t *vec)
{
	return (uint8_t)(le32toh(vec[9]) & 0xffu);
}

static inline void fc_vec_set_proto(uint32_t *vec, uint32_t value)
{
	vec[9] = htole32((le32toh(vec[9]) & 0xffffff00u) | ((uint32_t)(value) & 0xffu));
}

/* TOS octet or traffic class. */
static inline uint8_t fc_vec_tos(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[9]) >> 8) & 0xffu);
}

static inline void fc_vec_set_tos(uint32_t *vec, uint32_t value)
{
	vec[9] = htole32((le32toh(vec[9]) & 0xffff00ffu) | ((uint32_t)(value) & 0xffu) << 8);
}

/* TTL or hop limit. */
static inline uint8_t fc_vec_ttl(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[9]) >> 16) & 0xffu);
}

static inline void fc_vec_set_ttl(uint32_t *vec, uint32_t value)
{
	vec[9] = htole32((le32toh(vec[9]) & 0xff00ffffu) | ((uint32_t)(value) & 0xffu) << 16);
}

/* IPv6 extension headers met: bit 0 hop-by-hop, 1 routing, 2 fragment, 3 AH, 4 destination options. */
static inline uint8_t fc_vec_ext_map(const uint32_t *vec)
{
	return (uint8_t)(le32toh(vec[9]) >> 24);
}

static inline void fc_vec_set_ext_map(uint32_t *vec, uint32_t value)
{
	vec[9] = htole32((le32toh(vec[9]) & 0x00ffffffu) | ((uint32_t)(value) & 0xffu) << 24);
}

/* TCP flags, 12 bits below the data offset. 12 bits. */
static inline uint16_t fc_vec_tcp_flags(const uint32_t *vec)
{
	return (uint16_t)(le32toh(vec[10]) & 0xfffu);
}

static inline void fc_vec_set_tcp_flags(uint32_t *vec, uint32_t value)
{
	vec[10] = htole32((le32toh(vec[10]) & 0xfffff000u) | ((uint32_t)(value) & 0xfffu));
}

/* IP version, 4 or 6. 4 bits. */
static inline uint8_t fc_vec_ip_version(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[10]) >> 12) & 0xfu);
}

static inline void fc_vec_set_ip_version(uint32_t *vec, uint32_t value)
{
	vec[10] = htole32((le32toh(vec[10]) & 0xffff0fffu) | ((uint32_t)(value) & 0xfu) << 12);
}

/* Fragment offset in 8 octets. 13 bits. */
static inline uint16_t fc_vec_frag_offset(const uint32_t *vec)
{
	return (uint16_t)((le32toh(vec[10]) >> 16) & 0x1fffu);
}

static inline void fc_vec_set_frag_offset(uint32_t *vec, uint32_t value)
{
	vec[10] = htole32((le32toh(vec[10]) & 0xe000ffffu) | ((uint32_t)(value) & 0x1fffu) << 16);
}

/* IPv4 flags as on the wire (bit 0 more fragments, 1 don't fragment); IPv6: bit 0 more fragments. 3 bits. */
static inline uint8_t fc_vec_frag_flags(const uint32_t *vec)
{
	return (uint8_t)(le32toh(vec[10]) >> 29);
}

static inline void fc_vec_set_frag_flags(uint32_t *vec, uint32_t value)
{
	vec[10] = htole32((le32toh(vec[10]) & 0x1fffffffu) | ((uint32_t)(value) & 0x7u) << 29);
}

/* IPv6 flow label; IPv4 identification. 20 bits. */
static inline uint32_t fc_vec_label_id(const uint32_t *vec)
{
	return (uint32_t)(le32toh(vec[11]) & 0xfffffu);
}

static inline void fc_vec_set_label_id(uint32_t *vec, uint32_t value)
{
	vec[11] = htole32((le32toh(vec[11]) & 0xfff00000u) | ((uint32_t)(value) & 0xfffffu));
}

/* Input port of the card. */
static inline uint8_t fc_vec_input_port(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[11]) >> 20) & 0xffu);
}

static inline void fc_vec_set_input_port(uint32_t *vec, uint32_t value)
{
	vec[11] = htole32((le32toh(vec[11]) & 0xf00fffffu) | ((uint32_t)(value) & 0xffu) << 20);
}

/* VLAN tags met, 0..2. 2 bits. */
static inline uint8_t fc_vec_vlan_tags(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[11]) >> 28) & 0x3u);
}

static inline void fc_vec_set_vlan_tags(uint32_t *vec, uint32_t value)
{
	vec[11] = htole32((le32toh(vec[11]) & 0xcfffffffu) | ((uint32_t)(value) & 0x3u) << 28);
}

/* An MPLS label stack was met. 1 bits. */
static inline uint8_t fc_vec_mpls(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[11]) >> 30) & 0x1u);
}

static inline void fc_vec_set_mpls(uint32_t *vec, uint32_t value)
{
	vec[11] = htole32((le32toh(vec[11]) & 0xbfffffffu) | ((uint32_t)(value) & 0x1u) << 30);
}

/* A PPPoE session header was met. 1 bits. */
static inline uint8_t fc_vec_pppoe(const uint32_t *vec)
{
	return (uint8_t)(le32toh(vec[11]) >> 31);
}

static inline void fc_vec_set_pppoe(uint32_t *vec, uint32_t value)
{
	vec[11] = htole32((le32toh(vec[11]) & 0x7fffffffu) | ((uint32_t)(value) & 0x1u) << 31);
}

/* First MPLS stack entry without its TTL: label(20) EXP(3) S(1). 24 bits. */
static inline uint32_t fc_vec_mpls_label(const uint32_t *vec)
{
	return (uint32_t)(le32toh(vec[12]) & 0xffffffu);
}

static inline void fc_vec_set_mpls_label(uint32_t *vec, uint32_t value)
{
	vec[12] = htole32((le32toh(vec[12]) & 0xff000000u) | ((uint32_t)(value) & 0xffffffu));
}

/* Port that the packet leaves by (its input port's partner); 127 where there is none. 7 bits. */
static inline uint8_t fc_vec_output_port(const uint32_t *vec)
{
	return (uint8_t)((le32toh(vec[12]) >> 24) & 0x7fu);
}

static inline void fc_vec_set_output_port(uint32_t *vec, uint32_t value)
{
	vec[12] = htole32((le32toh(vec[12]) & 0x80ffffffu) | ((uint32_t)(value) & 0x7fu) << 24);
}

/* 0: metered as input of input_port; 1: as output of output_port. 1 bits. */
static inline uint8_t fc_vec_direction(const uint32_t *vec)
{
	return (uint8_t)(le32toh(vec[12]) >> 31);
}

static inline void fc_vec_set_direction(uint32_t *vec, uint32_t value)
{
	vec[12] = htole32((le32toh(vec[12]) & 0x7fffffffu) | ((uint32_t)(value) & 0x1u) << 31);
}

/* Source MAC address. 6 octets. */
static inline const uint8_t *fc_vec_src_mac(const uint32_t *vec)
{
	return (const uint8_t *)vec + 52;
}

static inline void fc_vec_set_src_mac(uint32_t *vec, const uint8_t *octets)
{
	memcpy((uint8_t *)vec + 52, octets, 6);
}

/* Destination MAC address. 6 octets. */
static inline const uint8_t *fc_vec_dst_mac(const uint32_t *vec)
{
	return (const uint8_t *)vec + 58;
}

static inline void fc_vec_set_dst_mac(uint32_t *vec, const uint8_t *octets)
{
	memcpy((uint8_t *)vec + 58, octets, 6);
}

/* Outer VLAN tag control information; 0 without a tag. */
static inline uint16_t fc_vec_outer_tci(const uint32_t *vec)
{
	return (uint16_t)(le32toh(vec[16]) & 0xffffu);
}

static inline void fc_vec_set_outer_tci(uint32_t *vec, uint32_t value)
{
	vec[16] = htole32((le32toh(vec[16]) & 0xffff0000u) | ((uint32_t)(value) & 0xffffu));
}

/* Inner VLAN tag control information. */
static inline uint16_t fc_vec_inner_tci(const uint32_t *vec)
{
	return (uint16_t)(le32toh(vec[16]) >> 16);
}

static inline void fc_vec_set_inner_tci(uint32_t *vec, uint32_t value)
{
	vec[16] = htole32((le32toh(vec[16]) & 0x0000ffffu) | ((uint32_t)(value) & 0xffffu) << 16);
}

/* A ring record: 32 words. Word 0 and the trailers are the same in every kind. */
/* What this record is. 4 bits. */
static inline uint8_t fc_rec_kind(const uint32_t *rec)
{
	return (uint8_t)(le32toh(rec[0]) & 0xfu);
}

static inline void fc_rec_set_kind(uint32_t *rec, uint32_t value)
{
	rec[0] = htole32((le32toh(rec[0]) & 0xfffffff0u) | ((uint32_t)(value) & 0xfu));
}

/* Why the delta left the cache. 4 bits. */
static inline uint8_t fc_rec_reason(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[0]) >> 4) & 0xfu);
}

static inline void fc_rec_set_reason(uint32_t *rec, uint32_t value)
{
	rec[0] = htole32((le32toh(rec[0]) & 0xffffff0fu) | ((uint32_t)(value) & 0xfu) << 4);
}

/* Monitor number. */
static inline uint8_t fc_rec_monitor(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[0]) >> 8) & 0xffu);
}

static inline void fc_rec_set_monitor(uint32_t *rec, uint32_t value)
{
	rec[0] = htole32((le32toh(rec[0]) & 0xffff00ffu) | ((uint32_t)(value) & 0xffu) << 8);
}

/* SAMPLER.id of the sampler that selected its packets, 0 without one. */
static inline uint8_t fc_rec_sampler(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[0]) >> 16) & 0xffu);
}

static inline void fc_rec_set_sampler(uint32_t *rec, uint32_t value)
{
	rec[0] = htole32((le32toh(rec[0]) & 0xff00ffffu) | ((uint32_t)(value) & 0xffu) << 16);
}

/* Barrier only: the clock was set back (STEP). 1 bits. */
static inline uint8_t fc_rec_step(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[0]) >> 24) & 0x1u);
}

static inline void fc_rec_set_step(uint32_t *rec, uint32_t value)
{
	rec[0] = htole32((le32toh(rec[0]) & 0xfeffffffu) | ((uint32_t)(value) & 0x1u) << 24);
}

/* Epoch number. */
static inline uint32_t fc_rec_epoch(const uint32_t *rec)
{
	return (uint32_t)le32toh(rec[1]);
}

static inline void fc_rec_set_epoch(uint32_t *rec, uint32_t value)
{
	rec[1] = htole32((uint32_t)(value));
}

/* Low bits of the free-running record index. 30 bits. */
static inline uint32_t fc_rec_trailer0_sequence(const uint32_t *rec)
{
	return (uint32_t)(le32toh(rec[15]) & 0x3fffffffu);
}

static inline void fc_rec_set_trailer0_sequence(uint32_t *rec, uint32_t value)
{
	rec[15] = htole32((le32toh(rec[15]) & 0xc0000000u) | ((uint32_t)(value) & 0x3fffffffu));
}

/* 0 in the first half, 1 in the second. 1 bits. */
static inline uint8_t fc_rec_trailer0_half(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[15]) >> 30) & 0x1u);
}

static inline void fc_rec_set_trailer0_half(uint32_t *rec, uint32_t value)
{
	rec[15] = htole32((le32toh(rec[15]) & 0xbfffffffu) | ((uint32_t)(value) & 0x1u) << 30);
}

/* 1 in even laps of the ring, 0 in odd ones. 1 bits. */
static inline uint8_t fc_rec_trailer0_phase(const uint32_t *rec)
{
	return (uint8_t)(le32toh(rec[15]) >> 31);
}

static inline void fc_rec_set_trailer0_phase(uint32_t *rec, uint32_t value)
{
	rec[15] = htole32((le32toh(rec[15]) & 0x7fffffffu) | ((uint32_t)(value) & 0x1u) << 31);
}

/* Packets. */
static inline uint32_t fc_rec_packets(const uint32_t *rec)
{
	return (uint32_t)le32toh(rec[20]);
}

static inline void fc_rec_set_packets(uint32_t *rec, uint32_t value)
{
	rec[20] = htole32((uint32_t)(value));
}

/* Layer-3 octets. 48 bits. */
static inline uint64_t fc_rec_bytes(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[21]) | (uint64_t)(le32toh(rec[22]) & 0xffffu) << 32;
}

static inline void fc_rec_set_bytes(uint32_t *rec, uint64_t value)
{
	rec[21] = htole32((uint32_t)(value));
	rec[22] = htole32((le32toh(rec[22]) & 0xffff0000u) | ((uint32_t)(value >> 32) & 0xffffu));
}

/* Layer-2 octets. 48 bits. */
static inline uint64_t fc_rec_l2_bytes(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[23]) | (uint64_t)(le32toh(rec[22]) >> 16) << 32;
}

static inline void fc_rec_set_l2_bytes(uint32_t *rec, uint64_t value)
{
	rec[23] = htole32((uint32_t)(value));
	rec[22] = htole32((le32toh(rec[22]) & 0x0000ffffu) | ((uint32_t)(value >> 32) & 0xffffu) << 16);
}

/* Smallest packet time, ns. */
static inline uint64_t fc_rec_first_ns(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[24]) | (uint64_t)le32toh(rec[25]) << 32;
}

static inline void fc_rec_set_first_ns(uint32_t *rec, uint64_t value)
{
	rec[24] = htole32((uint32_t)(value));
	rec[25] = htole32((uint32_t)(value >> 32));
}

/* Largest packet time, ns. */
static inline uint64_t fc_rec_last_ns(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[26]) | (uint64_t)le32toh(rec[27]) << 32;
}

static inline void fc_rec_set_last_ns(uint32_t *rec, uint64_t value)
{
	rec[26] = htole32((uint32_t)(value));
	rec[27] = htole32((uint32_t)(value >> 32));
}

/* OR of the TCP flags. 12 bits. */
static inline uint16_t fc_rec_tcp_flags_or(const uint32_t *rec)
{
	return (uint16_t)(le32toh(rec[28]) & 0xfffu);
}

static inline void fc_rec_set_tcp_flags_or(uint32_t *rec, uint32_t value)
{
	rec[28] = htole32((le32toh(rec[28]) & 0xfffff000u) | ((uint32_t)(value) & 0xfffu));
}

/* Smallest TTL. */
static inline uint8_t fc_rec_ttl_min(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[28]) >> 16) & 0xffu);
}

static inline void fc_rec_set_ttl_min(uint32_t *rec, uint32_t value)
{
	rec[28] = htole32((le32toh(rec[28]) & 0xff00ffffu) | ((uint32_t)(value) & 0xffu) << 16);
}

/* Largest TTL. */
static inline uint8_t fc_rec_ttl_max(const uint32_t *rec)
{
	return (uint8_t)(le32toh(rec[28]) >> 24);
}

static inline void fc_rec_set_ttl_max(uint32_t *rec, uint32_t value)
{
	rec[28] = htole32((le32toh(rec[28]) & 0x00ffffffu) | ((uint32_t)(value) & 0xffu) << 24);
}

/* Smallest layer-3 length. 17 bits. */
static inline uint32_t fc_rec_len_min(const uint32_t *rec)
{
	return (uint32_t)(le32toh(rec[29]) & 0x1ffffu);
}

static inline void fc_rec_set_len_min(uint32_t *rec, uint32_t value)
{
	rec[29] = htole32((le32toh(rec[29]) & 0xfffe0000u) | ((uint32_t)(value) & 0x1ffffu));
}

/* Largest layer-3 length. 17 bits. */
static inline uint32_t fc_rec_len_max(const uint32_t *rec)
{
	return (uint32_t)(le32toh(rec[30]) & 0x1ffffu);
}

static inline void fc_rec_set_len_max(uint32_t *rec, uint32_t value)
{
	rec[30] = htole32((le32toh(rec[30]) & 0xfffe0000u) | ((uint32_t)(value) & 0x1ffffu));
}

/* Low bits of the free-running record index. 30 bits. */
static inline uint32_t fc_rec_trailer1_sequence(const uint32_t *rec)
{
	return (uint32_t)(le32toh(rec[31]) & 0x3fffffffu);
}

static inline void fc_rec_set_trailer1_sequence(uint32_t *rec, uint32_t value)
{
	rec[31] = htole32((le32toh(rec[31]) & 0xc0000000u) | ((uint32_t)(value) & 0x3fffffffu));
}

/* 0 in the first half, 1 in the second. 1 bits. */
static inline uint8_t fc_rec_trailer1_half(const uint32_t *rec)
{
	return (uint8_t)((le32toh(rec[31]) >> 30) & 0x1u);
}

static inline void fc_rec_set_trailer1_half(uint32_t *rec, uint32_t value)
{
	rec[31] = htole32((le32toh(rec[31]) & 0xbfffffffu) | ((uint32_t)(value) & 0x1u) << 30);
}

/* 1 in even laps of the ring, 0 in odd ones. 1 bits. */
static inline uint8_t fc_rec_trailer1_phase(const uint32_t *rec)
{
	return (uint8_t)(le32toh(rec[31]) >> 31);
}

static inline void fc_rec_set_trailer1_phase(uint32_t *rec, uint32_t value)
{
	rec[31] = htole32((le32toh(rec[31]) & 0x7fffffffu) | ((uint32_t)(value) & 0x1u) << 31);
}

/* Epoch that is closed. */
static inline uint32_t fc_barrier_epoch(const uint32_t *rec)
{
	return (uint32_t)le32toh(rec[1]);
}

static inline void fc_barrier_set_epoch(uint32_t *rec, uint32_t value)
{
	rec[1] = htole32((uint32_t)(value));
}

/* Label of the epoch: its start time >> EPOCH_SHIFT. */
static inline uint64_t fc_barrier_label(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[2]) | (uint64_t)le32toh(rec[3]) << 32;
}

static inline void fc_barrier_set_label(uint32_t *rec, uint64_t value)
{
	rec[2] = htole32((uint32_t)(value));
	rec[3] = htole32((uint32_t)(value >> 32));
}

/* Start of the epoch, ns of card time. */
static inline uint64_t fc_barrier_start_ns(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[4]) | (uint64_t)le32toh(rec[5]) << 32;
}

static inline void fc_barrier_set_start_ns(uint32_t *rec, uint64_t value)
{
	rec[4] = htole32((uint32_t)(value));
	rec[5] = htole32((uint32_t)(value >> 32));
}

/* Start of the next epoch, ns of card time: the time of the cut. */
static inline uint64_t fc_barrier_end_ns(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[6]) | (uint64_t)le32toh(rec[7]) << 32;
}

static inline void fc_barrier_set_end_ns(uint32_t *rec, uint64_t value)
{
	rec[6] = htole32((uint32_t)(value));
	rec[7] = htole32((uint32_t)(value >> 32));
}

/* Free-running index of this record in its ring (written by the DMA). */
static inline uint32_t fc_barrier_ring_index(const uint32_t *rec)
{
	return (uint32_t)le32toh(rec[8]);
}

static inline void fc_barrier_set_ring_index(uint32_t *rec, uint32_t value)
{
	rec[8] = htole32((uint32_t)(value));
}

/* Epoch that is closed. */
static inline uint32_t fc_ledger_epoch(const uint32_t *rec)
{
	return (uint32_t)le32toh(rec[1]);
}

static inline void fc_ledger_set_epoch(uint32_t *rec, uint32_t value)
{
	rec[1] = htole32((uint32_t)(value));
}

/* Packets selected for this monitor. */
static inline uint64_t fc_ledger_selected_packets(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[2]) | (uint64_t)le32toh(rec[3]) << 32;
}

static inline void fc_ledger_set_selected_packets(uint32_t *rec, uint64_t value)
{
	rec[2] = htole32((uint32_t)(value));
	rec[3] = htole32((uint32_t)(value >> 32));
}

/* Their layer-3 octets. */
static inline uint64_t fc_ledger_selected_bytes(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[4]) | (uint64_t)le32toh(rec[5]) << 32;
}

static inline void fc_ledger_set_selected_bytes(uint32_t *rec, uint64_t value)
{
	rec[4] = htole32((uint32_t)(value));
	rec[5] = htole32((uint32_t)(value >> 32));
}

/* Packets in emitted records. */
static inline uint64_t fc_ledger_emitted_packets(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[6]) | (uint64_t)le32toh(rec[7]) << 32;
}

static inline void fc_ledger_set_emitted_packets(uint32_t *rec, uint64_t value)
{
	rec[6] = htole32((uint32_t)(value));
	rec[7] = htole32((uint32_t)(value >> 32));
}

/* Octets in emitted records. */
static inline uint64_t fc_ledger_emitted_bytes(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[8]) | (uint64_t)le32toh(rec[9]) << 32;
}

static inline void fc_ledger_set_emitted_bytes(uint32_t *rec, uint64_t value)
{
	rec[8] = htole32((uint32_t)(value));
	rec[9] = htole32((uint32_t)(value >> 32));
}

/* Packets in the cache. */
static inline uint64_t fc_ledger_resident_packets(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[10]) | (uint64_t)le32toh(rec[11]) << 32;
}

static inline void fc_ledger_set_resident_packets(uint32_t *rec, uint64_t value)
{
	rec[10] = htole32((uint32_t)(value));
	rec[11] = htole32((uint32_t)(value >> 32));
}

/* Octets in the cache. */
static inline uint64_t fc_ledger_resident_bytes(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[12]) | (uint64_t)le32toh(rec[13]) << 32;
}

static inline void fc_ledger_set_resident_bytes(uint32_t *rec, uint64_t value)
{
	rec[12] = htole32((uint32_t)(value));
	rec[13] = htole32((uint32_t)(value >> 32));
}

/* Packets that found no room in the record FIFO. */
static inline uint64_t fc_ledger_unaccounted_packets(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[16]) | (uint64_t)le32toh(rec[17]) << 32;
}

static inline void fc_ledger_set_unaccounted_packets(uint32_t *rec, uint64_t value)
{
	rec[16] = htole32((uint32_t)(value));
	rec[17] = htole32((uint32_t)(value >> 32));
}

/* Their octets. */
static inline uint64_t fc_ledger_unaccounted_bytes(const uint32_t *rec)
{
	return (uint64_t)le32toh(rec[18]) | (uint64_t)le32toh(rec[19]) << 32;
}

static inline void fc_ledger_set_unaccounted_bytes(uint32_t *rec, uint64_t value)
{
	rec[18] = htole32((uint32_t)(value));
	rec[19] = htole32((uint32_t)(value >> 32));
}

/* The field vector of a flow record, whose words stand in both halves. */
static inline void fc_rec_vector(const uint32_t *rec, uint32_t *vec)
{
	memcpy(vec, rec + 2, 52);
	memcpy(vec + 13, rec + 16, 16);
}

static inline void fc_rec_set_vector(uint32_t *rec, const uint32_t *vec)
{
	memcpy(rec + 2, vec, 52);
	memcpy(rec + 16, vec + 13, 16);
}

#ifdef __cplusplus
}
#endif
#endif
/* clang-format on */
