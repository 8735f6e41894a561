/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The field table. Numbers are element ids of IANA's IPFIX registry, which version 9 shares below
 * 128 and Cisco uses above; lengths are those that collectors read (docs/exporters.md).
 */
#include <flowcard/fnf.h>
#include <flowcard/registers.h>
#include <string.h>

#define NS_PER_MS 1000000U
#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMPV6 58
#define NO_PORT 0x7f /* output_port of a packet whose port has no partner */

/* ------------------------------------------------------------------ values */
static uint64_t interface(const struct fc_flow *f, unsigned port)
{
	return port == NO_PORT ? 0 : f->interface_first + (uint64_t)port;
}

/* Element 206: scope (4 bits) and T of an IPv6 multicast address, the lowest bit for IPv4. */
static uint64_t multicast(const uint32_t *vector)
{
	const uint8_t *dst = fc_vec_dst(vector);

	if (fc_vec_ip_version(vector) == 4)
		return dst[0] >> 4 == 0xe;
	return dst[0] == 0xff ? (dst[1] & 0xfU) << 4 | (dst[1] >> 4 & 1U) << 3 : 0;
}

/* What stands after the VLAN tags. */
static uint64_t type_of(const uint32_t *vector)
{
	if (fc_vec_pppoe(vector))
		return 0x8864;
	if (fc_vec_mpls(vector))
		return 0x8847;
	return fc_vec_ip_version(vector) == 6 ? 0x86dd : 0x0800;
}

/* Element 64 as RFC 5102 draws it (erratum 1738): bit 0 is the most significant one. */
static uint64_t extensions(const uint32_t *vector)
{
	unsigned met = fc_vec_ext_map(vector);
	uint64_t map = 0;

	if (met & 1)
		map |= UINT32_C(0x80000000) >> 1; /* hop-by-hop */
	if (met & 2)
		map |= UINT32_C(0x80000000) >> 5; /* routing */
	if (met & 4)                              /* fragment: the first one, or another */
		map |= UINT32_C(0x80000000) >> (fc_vec_frag_offset(vector) ? 6 : 4);
	if (met & 8)
		map |= UINT32_C(0x80000000) >> 14; /* authentication */
	if (met & 16)
		map |= UINT32_C(0x80000000); /* destination options */
	return map;
}

static uint64_t port_of(const uint32_t *vector, unsigned protocol, unsigned port)
{
	return fc_vec_proto(vector) == protocol ? port : 0;
}

static uint64_t icmp(const uint32_t *vector)
{
	unsigned protocol = fc_vec_proto(vector);

	return protocol == ICMP || protocol == ICMPV6 ? fc_vec_dport(vector) : 0;
}

/* A number out of the flow and its vector `v`; `base_ms` matters to the sys-uptime fields only. */
#define NUMBER(name, expression)                                                                   \
	static uint64_t name(const struct fc_flow *f, uint64_t base_ms)                            \
	{                                                                                          \
		const uint32_t *v = f->vector;                                                     \
		(void)v;                                                                           \
		(void)base_ms;                                                                     \
		return (expression);                                                               \
	}

NUMBER(zero, 0)
NUMBER(protocol, fc_vec_proto(v))
NUMBER(tos, fc_vec_tos(v))
NUMBER(dscp, fc_vec_tos(v) >> 2)
NUMBER(precedence, fc_vec_tos(v) >> 5)
NUMBER(version, fc_vec_ip_version(v))
NUMBER(ttl, fc_vec_ttl(v))
NUMBER(ttl_min, f->ttl_min)
NUMBER(ttl_max, f->ttl_max)
NUMBER(len_min, f->len_min)
NUMBER(len_max, f->len_max)
NUMBER(ip_id, fc_vec_label_id(v) & 0xffff)
NUMBER(label, fc_vec_label_id(v))
NUMBER(frag_offset, fc_vec_frag_offset(v))
/* Element 197 has the three flag bits at the top of its octet, as in the IPv4 header. */
NUMBER(frag_flags, (uint64_t)fc_vec_frag_flags(v) << 5)
NUMBER(ext_map, extensions(v))
NUMBER(sport, fc_vec_sport(v))
NUMBER(dport, fc_vec_dport(v))
NUMBER(tcp_sport, port_of(v, TCP, fc_vec_sport(v)))
NUMBER(tcp_dport, port_of(v, TCP, fc_vec_dport(v)))
NUMBER(udp_sport, port_of(v, UDP, fc_vec_sport(v)))
NUMBER(udp_dport, port_of(v, UDP, fc_vec_dport(v)))
NUMBER(icmp_type, icmp(v) >> 8)
NUMBER(icmp_code, icmp(v) & 0xff)
NUMBER(icmp_both, icmp(v))
NUMBER(tcp_flags, f->tcp_flags & 0xff)
NUMBER(if_input, interface(f, fc_vec_input_port(v)))
NUMBER(if_output, interface(f, fc_vec_output_port(v)))
NUMBER(if_metered, interface(f, fc_vec_direction(v) ? fc_vec_output_port(v) : fc_vec_input_port(v)))
NUMBER(direction, fc_vec_direction(v))
NUMBER(sampler, f->sampler)
NUMBER(end_reason, f->end_reason)
NUMBER(is_multicast, multicast(v))
NUMBER(packets, f->packets)
NUMBER(octets, f->octets)
NUMBER(l2_octets, f->l2_octets)
NUMBER(first_ms, f->first_ns / NS_PER_MS)
NUMBER(last_ms, f->last_ns / NS_PER_MS)
NUMBER(first_uptime, f->first_ns / NS_PER_MS - base_ms)
NUMBER(last_uptime, f->last_ns / NS_PER_MS - base_ms)
NUMBER(vlan, fc_vec_outer_tci(v) & 0xfff)
NUMBER(priority, fc_vec_outer_tci(v) >> 13)
NUMBER(inner_vlan, fc_vec_inner_tci(v) & 0xfff)
NUMBER(inner_priority, fc_vec_inner_tci(v) >> 13)
NUMBER(ethertype, type_of(v))
NUMBER(mpls_label, fc_vec_mpls_label(v))
NUMBER(mpls_exp, fc_vec_mpls_label(v) >> 1 & 7)

#define OCTETS(name)                                                                               \
	static const uint8_t *name(const struct fc_flow *f)                                        \
	{                                                                                          \
		return fc_vec_##name(f->vector);                                                   \
	}
OCTETS(src)
OCTETS(dst)
OCTETS(src_mac)
OCTETS(dst_mac)

static const uint8_t *nothing(const struct fc_flow *f)
{
	static const uint8_t zeros[16];

	(void)f;
	return zeros;
}

/* ------------------------------------------------------------------ key masks */
/* `m` gets the bits of a part of the vector; several parts in one field stand in one statement. */
#define ADD(part, bits) fc_vec_set_##part(m, fc_vec_##part(m) | (bits))
#define MASK(name, statement)                                                                      \
	static void m_##name(uint32_t *m, unsigned argument)                                       \
	{                                                                                          \
		(void)argument;                                                                    \
		statement;                                                                         \
	}

static void set_bits(uint8_t *octets, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++)
		octets[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

#define MASK_OCTETS(name, part, octets_, bits)                                                     \
	static void m_##name(uint32_t *m, unsigned argument)                                       \
	{                                                                                          \
		uint8_t octets_of_mask[octets_];                                                   \
		(void)argument;                                                                    \
		memcpy(octets_of_mask, fc_vec_##part(m), octets_);                                 \
		set_bits(octets_of_mask, bits);                                                    \
		fc_vec_set_##part(m, octets_of_mask);                                              \
	}

MASK_OCTETS(src4, src, 16, 32)
MASK_OCTETS(dst4, dst, 16, 32)
MASK_OCTETS(src6, src, 16, 128)
MASK_OCTETS(dst6, dst, 16, 128)
MASK_OCTETS(src_prefix, src, 16, argument)
MASK_OCTETS(dst_prefix, dst, 16, argument)
MASK_OCTETS(src_mac, src_mac, 6, 48)
MASK_OCTETS(dst_mac, dst_mac, 6, 48)
MASK(proto, ADD(proto, 0xff))
MASK(tos, ADD(tos, 0xff))
MASK(dscp, ADD(tos, 0xfc))
MASK(precedence, ADD(tos, 0xe0))
MASK(version, ADD(ip_version, 0xf))
MASK(ttl, ADD(ttl, 0xff))
MASK(id, ADD(label_id, 0xffff))
MASK(label, ADD(label_id, 0xfffff))
MASK(frag_offset, ADD(frag_offset, 0x1fff))
MASK(frag_flags, ADD(frag_flags, 7))
MASK(ext_map, ADD(ext_map, 0x1f))
MASK(sport, ADD(sport, 0xffff))
MASK(dport, ADD(dport, 0xffff))
/* What a port means is the protocol's, so it is told apart too. */
MASK(proto_sport, ADD(proto, 0xff); ADD(sport, 0xffff))
MASK(proto_dport, ADD(proto, 0xff); ADD(dport, 0xffff))
MASK(icmp_type, ADD(proto, 0xff); ADD(dport, 0xff00))
MASK(icmp_code, ADD(proto, 0xff); ADD(dport, 0xff))
MASK(tcp_flags, ADD(tcp_flags, 0xff))
MASK(if_input, ADD(input_port, 0xff))
MASK(if_output, ADD(output_port, 0x7f))
MASK(if_both, ADD(input_port, 0xff); ADD(output_port, 0x7f); ADD(direction, 1))
MASK(direction, ADD(direction, 1))
MASK(vlan, ADD(outer_tci, 0xfff))
MASK(priority, ADD(outer_tci, 0xe000))
MASK(inner_vlan, ADD(inner_tci, 0xfff))
MASK(inner_priority, ADD(inner_tci, 0xe000))
MASK(ethertype, ADD(ip_version, 0xf); ADD(mpls, 1); ADD(pppoe, 1))
MASK(mpls_label, ADD(mpls_label, 0xffffff))
MASK(mpls_exp, ADD(mpls_label, 0xe))

/* ------------------------------------------------------------------ the table */
#define BOTH (FC_FIELD_MATCH | FC_FIELD_COLLECT)
#define MORE FC_FIELD_COLLECT
#define PLAIN FC_FIELD_PLAIN
#define COUNT FC_FIELD_COUNTER
#define UPTIME FC_FIELD_UPTIME
#define DEC FC_FORMAT_DECIMAL
#define HEX FC_FORMAT_HEX
#define IFACE FC_FORMAT_INTERFACE
#define YES true
#define NO false

/* clang-format off */
/* name, use, argument, IP version, known, role, format, heading, label,
 *	element, v9, ipfix, space, instead, mask, number, octets */
static const struct fc_field table[] = {
	{"ipv4 version", BOTH, 0, 4, YES, PLAIN, DEC, "IP VERSION", "ip version",
		60, 1, 1, 1, NULL, m_version, version, NULL},
	{"ipv4 tos", BOTH, 0, 4, YES, PLAIN, HEX, "IP TOS", "ip tos",
		5, 1, 1, 1, NULL, m_tos, tos, NULL},
	{"ipv4 dscp", BOTH, 0, 4, YES, PLAIN, HEX, "IP DSCP", "ip dscp",
		195, 1, 1, 1, NULL, m_dscp, dscp, NULL},
	{"ipv4 precedence", BOTH, 0, 4, YES, PLAIN, DEC, "IP PREC", "ip precedence",
		196, 1, 1, 1, NULL, m_precedence, precedence, NULL},
	{"ipv4 ttl", BOTH, 0, 4, YES, PLAIN, DEC, "IP TTL", "ip ttl",
		192, 1, 1, 1, NULL, m_ttl, ttl, NULL},
	{"ipv4 ttl minimum", MORE, 0, 4, YES, PLAIN, DEC, "ttl min", "ip ttl minimum",
		52, 1, 1, 1, NULL, NULL, ttl_min, NULL},
	{"ipv4 ttl maximum", MORE, 0, 4, YES, PLAIN, DEC, "ttl max", "ip ttl maximum",
		53, 1, 1, 1, NULL, NULL, ttl_max, NULL},
	{"ipv4 total-length minimum", MORE, 0, 4, YES, PLAIN, DEC, "length min", "ip length minimum",
		25, 2, 8, 2, NULL, NULL, len_min, NULL},
	{"ipv4 total-length maximum", MORE, 0, 4, YES, PLAIN, DEC, "length max", "ip length maximum",
		26, 2, 8, 2, NULL, NULL, len_max, NULL},
	{"ipv4 id", BOTH, 0, 4, YES, PLAIN, DEC, "IP ID", "ip id",
		54, 2, 4, 2, NULL, m_id, ip_id, NULL},
	{"ipv4 fragmentation offset", BOTH, 0, 4, YES, PLAIN, DEC, "IP FRAG OFFSET", "ip fragmentation offset",
		88, 2, 2, 2, NULL, m_frag_offset, frag_offset, NULL},
	{"ipv4 fragmentation flags", BOTH, 0, 4, YES, PLAIN, HEX, "IP FRAG FLAGS", "ip fragmentation flags",
		197, 1, 1, 1, NULL, m_frag_flags, frag_flags, NULL},
	{"ipv4 protocol", BOTH, 0, 4, YES, PLAIN, DEC, "IP PROT", "ip protocol",
		4, 1, 1, 1, NULL, m_proto, protocol, NULL},
	{"ipv4 source address", BOTH, 0, 4, YES, PLAIN, FC_FORMAT_IPV4, "IPV4 SRC ADDR", "ipv4 source address",
		8, 4, 4, 4, NULL, m_src4, NULL, src},
	{"ipv4 destination address", BOTH, 0, 4, YES, PLAIN, FC_FORMAT_IPV4, "IPV4 DST ADDR", "ipv4 destination address",
		12, 4, 4, 4, NULL, m_dst4, NULL, dst},
	{"ipv4 source prefix", BOTH, 32, 4, NO, PLAIN, FC_FORMAT_IPV4, "IPV4 SRC PREFIX", "ipv4 source prefix",
		44, 4, 4, 4, NULL, m_src_prefix, NULL, src},
	{"ipv4 destination prefix", BOTH, 32, 4, NO, PLAIN, FC_FORMAT_IPV4, "IPV4 DST PREFIX", "ipv4 destination prefix",
		45, 4, 4, 4, NULL, m_dst_prefix, NULL, dst},
	{"ipv4 source mask", BOTH, 32, 4, NO, PLAIN, FC_FORMAT_MASK, "IPV4 SRC MASK", "ipv4 source mask",
		9, 1, 1, 1, NULL, NULL, NULL, NULL},
	{"ipv4 destination mask", BOTH, 32, 4, NO, PLAIN, FC_FORMAT_MASK, "IPV4 DST MASK", "ipv4 destination mask",
		13, 1, 1, 1, NULL, NULL, NULL, NULL},

	{"ipv6 version", BOTH, 0, 6, YES, PLAIN, DEC, "IP VERSION", "ip version",
		60, 1, 1, 1, NULL, m_version, version, NULL},
	{"ipv6 traffic-class", BOTH, 0, 6, YES, PLAIN, HEX, "IP TOS", "ip tos",
		5, 1, 1, 1, NULL, m_tos, tos, NULL},
	{"ipv6 dscp", BOTH, 0, 6, YES, PLAIN, HEX, "IP DSCP", "ip dscp",
		195, 1, 1, 1, NULL, m_dscp, dscp, NULL},
	{"ipv6 precedence", BOTH, 0, 6, YES, PLAIN, DEC, "IP PREC", "ip precedence",
		196, 1, 1, 1, NULL, m_precedence, precedence, NULL},
	{"ipv6 hop-limit", BOTH, 0, 6, YES, PLAIN, DEC, "IP TTL", "ip ttl",
		192, 1, 1, 1, NULL, m_ttl, ttl, NULL},
	{"ipv6 hop-limit minimum", MORE, 0, 6, YES, PLAIN, DEC, "ttl min", "ip ttl minimum",
		52, 1, 1, 1, NULL, NULL, ttl_min, NULL},
	{"ipv6 hop-limit maximum", MORE, 0, 6, YES, PLAIN, DEC, "ttl max", "ip ttl maximum",
		53, 1, 1, 1, NULL, NULL, ttl_max, NULL},
	{"ipv6 length total minimum", MORE, 0, 6, YES, PLAIN, DEC, "length min", "ip length minimum",
		25, 4, 8, 4, NULL, NULL, len_min, NULL},
	{"ipv6 length total maximum", MORE, 0, 6, YES, PLAIN, DEC, "length max", "ip length maximum",
		26, 4, 8, 4, NULL, NULL, len_max, NULL},
	{"ipv6 flow-label", BOTH, 0, 6, YES, PLAIN, DEC, "IPV6 FLOW LABEL", "ipv6 flow label",
		31, 3, 4, 3, NULL, m_label, label, NULL},
	{"ipv6 fragmentation offset", BOTH, 0, 6, YES, PLAIN, DEC, "IP FRAG OFFSET", "ip fragmentation offset",
		88, 2, 2, 2, NULL, m_frag_offset, frag_offset, NULL},
	{"ipv6 fragmentation flags", BOTH, 0, 6, YES, PLAIN, HEX, "IP FRAG FLAGS", "ip fragmentation flags",
		197, 1, 1, 1, NULL, m_frag_flags, frag_flags, NULL},
	{"ipv6 extension map", BOTH, 0, 6, YES, PLAIN, HEX, "IPV6 EXTENSION MAP", "ipv6 extension map",
		64, 4, 4, 4, NULL, m_ext_map, ext_map, NULL},
	{"ipv6 protocol", BOTH, 0, 6, YES, PLAIN, DEC, "IP PROT", "ip protocol",
		4, 1, 1, 1, NULL, m_proto, protocol, NULL},
	{"ipv6 source address", BOTH, 0, 6, YES, PLAIN, FC_FORMAT_IPV6, "IPV6 SRC ADDR", "ipv6 source address",
		27, 16, 16, 16, NULL, m_src6, NULL, src},
	{"ipv6 destination address", BOTH, 0, 6, YES, PLAIN, FC_FORMAT_IPV6, "IPV6 DST ADDR", "ipv6 destination address",
		28, 16, 16, 16, NULL, m_dst6, NULL, dst},
	{"ipv6 source prefix", BOTH, 128, 6, NO, PLAIN, FC_FORMAT_IPV6, "IPV6 SRC PREFIX", "ipv6 source prefix",
		170, 16, 16, 16, NULL, m_src_prefix, NULL, src},
	{"ipv6 destination prefix", BOTH, 128, 6, NO, PLAIN, FC_FORMAT_IPV6, "IPV6 DST PREFIX", "ipv6 destination prefix",
		169, 16, 16, 16, NULL, m_dst_prefix, NULL, dst},
	{"ipv6 source mask", BOTH, 128, 6, NO, PLAIN, FC_FORMAT_MASK, "IPV6 SRC MASK", "ipv6 source mask",
		29, 1, 1, 1, NULL, NULL, NULL, NULL},
	{"ipv6 destination mask", BOTH, 128, 6, NO, PLAIN, FC_FORMAT_MASK, "IPV6 DST MASK", "ipv6 destination mask",
		30, 1, 1, 1, NULL, NULL, NULL, NULL},

	{"transport source-port", BOTH, 0, 0, YES, PLAIN, DEC, "TRNS SRC PORT", "trns source port",
		7, 2, 2, 2, NULL, m_sport, sport, NULL},
	{"transport destination-port", BOTH, 0, 0, YES, PLAIN, DEC, "TRNS DST PORT", "trns destination port",
		11, 2, 2, 2, NULL, m_dport, dport, NULL},
	{"transport tcp source-port", BOTH, 0, 0, YES, PLAIN, DEC, "TCP SRC PORT", "tcp source port",
		182, 2, 2, 2, NULL, m_proto_sport, tcp_sport, NULL},
	{"transport tcp destination-port", BOTH, 0, 0, YES, PLAIN, DEC, "TCP DST PORT", "tcp destination port",
		183, 2, 2, 2, NULL, m_proto_dport, tcp_dport, NULL},
	{"transport udp source-port", BOTH, 0, 0, YES, PLAIN, DEC, "UDP SRC PORT", "udp source port",
		180, 2, 2, 2, NULL, m_proto_sport, udp_sport, NULL},
	{"transport udp destination-port", BOTH, 0, 0, YES, PLAIN, DEC, "UDP DST PORT", "udp destination port",
		181, 2, 2, 2, NULL, m_proto_dport, udp_dport, NULL},
	/* Two octets are allowed in IPFIX (RFC 7125), but nfacctd reads 0 then. */
	{"transport tcp flags", BOTH, 0, 0, YES, PLAIN, HEX, "TCP FLAGS", "tcp flags",
		6, 1, 1, 1, NULL, m_tcp_flags, tcp_flags, NULL},
	{"transport icmp ipv4 type", BOTH, 0, 4, YES, PLAIN, DEC, "ICMP IPV4 TYPE", "icmp ipv4 type",
		176, 1, 1, 1, NULL, m_icmp_type, icmp_type, NULL},
	{"transport icmp ipv4 code", BOTH, 0, 4, YES, PLAIN, DEC, "ICMP IPV4 CODE", "icmp ipv4 code",
		177, 1, 1, 1, NULL, m_icmp_code, icmp_code, NULL},
	{"transport icmp ipv6 type", BOTH, 0, 6, YES, PLAIN, DEC, "ICMP IPV6 TYPE", "icmp ipv6 type",
		178, 1, 1, 1, NULL, m_icmp_type, icmp_type, NULL},
	{"transport icmp ipv6 code", BOTH, 0, 6, YES, PLAIN, DEC, "ICMP IPV6 CODE", "icmp ipv6 code",
		179, 1, 1, 1, NULL, m_icmp_code, icmp_code, NULL},
	/* nfdump takes type and code in v9 from element 32 and nowhere else; in IPFIX they are in the port. */
	{"transport icmp ipv4 type-code", MORE, 0, 4, YES, PLAIN, DEC, "icmp type code", "icmp type code",
		32, 2, 0, 2, NULL, NULL, icmp_both, NULL},
	{"transport icmp ipv6 type-code", MORE, 0, 6, YES, PLAIN, DEC, "icmp type code", "icmp type code",
		32, 2, 0, 2, NULL, NULL, icmp_both, NULL},

	{"interface input", BOTH, 0, 0, YES, PLAIN, IFACE, "INTF INPUT", "interface input",
		10, 4, 4, 4, NULL, m_if_input, if_input, NULL},
	{"interface output", BOTH, 0, 0, YES, PLAIN, IFACE, "INTF OUTPUT", "interface output",
		14, 4, 4, 4, NULL, m_if_output, if_output, NULL},
	{"interface input physical", BOTH, 0, 0, YES, PLAIN, IFACE, "INTF INPUT PHYS", "interface input physical",
		252, 4, 4, 4, NULL, m_if_input, if_input, NULL},
	{"interface output physical", BOTH, 0, 0, YES, PLAIN, IFACE, "INTF OUTPUT PHYS", "interface output physical",
		253, 4, 4, 4, NULL, m_if_output, if_output, NULL},
	{"flow direction", BOTH, 0, 0, YES, PLAIN, FC_FORMAT_DIRECTION, "FLOW DIRN", "flow direction",
		61, 1, 1, 1, NULL, m_direction, direction, NULL},
	/* No key of the card's: flows of one key differ in it only where ports have different samplers. */
	{"flow sampler", BOTH, 0, 0, YES, PLAIN, DEC, "FLOW SAMPLER ID", "flow sampler id",
		48, 1, 1, 4, NULL, NULL, sampler, NULL},
	{"flow observation point", BOTH, 0, 0, YES, PLAIN, DEC, "FLOW OBSPOINT ID", "flow obspoint id",
		138, 4, 4, 4, NULL, m_if_both, if_metered, NULL},
	{"flow end-reason", MORE, 0, 0, YES, PLAIN, FC_FORMAT_REASON, "flow end reason", "flow end reason",
		136, 1, 1, 1, NULL, NULL, end_reason, NULL},

	{"routing source as", BOTH, 0, 0, NO, PLAIN, DEC, "IP SRC AS", "ip source as",
		16, 2, 2, 2, NULL, NULL, zero, NULL},
	{"routing destination as", BOTH, 0, 0, NO, PLAIN, DEC, "IP DST AS", "ip destination as",
		17, 2, 2, 2, NULL, NULL, zero, NULL},
	{"routing source as peer", BOTH, 0, 0, NO, PLAIN, DEC, "IP SRC PEER AS", "ip source as peer",
		16, 2, 2, 2, NULL, NULL, zero, NULL},
	{"routing destination as peer", BOTH, 0, 0, NO, PLAIN, DEC, "IP DST PEER AS", "ip destination as peer",
		17, 2, 2, 2, NULL, NULL, zero, NULL},
	{"routing source as 4-octet", BOTH, 0, 0, NO, PLAIN, DEC, "IP SRC AS", "ip source as",
		16, 4, 4, 4, NULL, NULL, zero, NULL},
	{"routing destination as 4-octet", BOTH, 0, 0, NO, PLAIN, DEC, "IP DST AS", "ip destination as",
		17, 4, 4, 4, NULL, NULL, zero, NULL},
	{"routing source as peer 4-octet", BOTH, 0, 0, NO, PLAIN, DEC, "IP SRC PEER AS", "ip source as peer",
		16, 4, 4, 4, NULL, NULL, zero, NULL},
	{"routing destination as peer 4-octet", BOTH, 0, 0, NO, PLAIN, DEC, "IP DST PEER AS", "ip destination as peer",
		17, 4, 4, 4, NULL, NULL, zero, NULL},
	{"routing next-hop address ipv4", BOTH, 0, 4, NO, PLAIN, FC_FORMAT_IPV4, "IPV4 NEXT HOP ADDR", "ipv4 next hop address",
		15, 4, 4, 4, NULL, NULL, NULL, nothing},
	{"routing next-hop address ipv4 bgp", BOTH, 0, 4, NO, PLAIN, FC_FORMAT_IPV4, "IPV4 BGP NEXT HOP", "ipv4 next hop address bgp",
		18, 4, 4, 4, NULL, NULL, NULL, nothing},
	{"routing next-hop address ipv6", BOTH, 0, 6, NO, PLAIN, FC_FORMAT_IPV6, "IPV6 NEXT HOP ADDR", "ipv6 next hop address",
		62, 16, 16, 16, NULL, NULL, NULL, nothing},
	{"routing next-hop address ipv6 bgp", BOTH, 0, 6, NO, PLAIN, FC_FORMAT_IPV6, "IPV6 BGP NEXT HOP", "ipv6 next hop address bgp",
		63, 16, 16, 16, NULL, NULL, NULL, nothing},
	{"routing vrf input", BOTH, 0, 0, NO, PLAIN, FC_FORMAT_VRF, "IP VRF ID INPUT", "ip vrf id input",
		234, 4, 4, 4, NULL, NULL, zero, NULL},
	{"routing vrf output", BOTH, 0, 0, NO, PLAIN, FC_FORMAT_VRF, "IP VRF ID OUTPUT", "ip vrf id output",
		235, 4, 4, 4, NULL, NULL, zero, NULL},
	{"routing forwarding-status", BOTH, 0, 0, NO, PLAIN, DEC, "IP FWD STATUS", "ip forwarding status",
		89, 1, 1, 1, NULL, NULL, zero, NULL},
	{"routing is-multicast", MORE, 0, 0, YES, PLAIN, DEC, "ip is multicast", "ip is multicast",
		206, 1, 1, 1, NULL, NULL, is_multicast, NULL},
	{"application name", BOTH, 0, 0, NO, PLAIN, FC_FORMAT_APPLICATION, "APP NAME", "application name",
		95, 4, 4, 4, NULL, NULL, zero, NULL},

	/* The card does not change frames: what left is what came in. */
	{"datalink mac source address input", BOTH, 0, 0, YES, PLAIN, FC_FORMAT_MAC, "DATALINK MAC SRC ADDR INPUT", "datalink mac source address input",
		56, 6, 6, 6, NULL, m_src_mac, NULL, src_mac},
	{"datalink mac destination address input", BOTH, 0, 0, YES, PLAIN, FC_FORMAT_MAC, "DATALINK MAC DST ADDR INPUT", "datalink mac destination address input",
		80, 6, 6, 6, NULL, m_dst_mac, NULL, dst_mac},
	{"datalink mac source address output", BOTH, 0, 0, YES, PLAIN, FC_FORMAT_MAC, "DATALINK MAC SRC ADDR OUTPUT", "datalink mac source address output",
		81, 6, 6, 6, NULL, m_src_mac, NULL, src_mac},
	{"datalink mac destination address output", BOTH, 0, 0, YES, PLAIN, FC_FORMAT_MAC, "DATALINK MAC DST ADDR OUTPUT", "datalink mac destination address output",
		57, 6, 6, 6, NULL, m_dst_mac, NULL, dst_mac},
	{"datalink ethertype", BOTH, 0, 0, YES, PLAIN, HEX, "DATALINK ETHERTYPE", "datalink ethertype",
		256, 2, 2, 2, NULL, m_ethertype, ethertype, NULL},
	{"datalink vlan input", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK VLAN INPUT", "datalink vlan input",
		58, 2, 2, 2, NULL, m_vlan, vlan, NULL},
	{"datalink vlan output", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK VLAN OUTPUT", "datalink vlan output",
		59, 2, 2, 2, NULL, m_vlan, vlan, NULL},
	{"datalink dot1q vlan input", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK DOT1Q VLAN INPUT", "datalink dot1q vlan input",
		243, 2, 2, 2, NULL, m_vlan, vlan, NULL},
	{"datalink dot1q vlan output", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK DOT1Q VLAN OUTPUT", "datalink dot1q vlan output",
		254, 2, 2, 2, NULL, m_vlan, vlan, NULL},
	{"datalink dot1q customer vlan input", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK DOT1Q CUSTOMER VLAN INPUT", "datalink dot1q customer vlan input",
		245, 2, 2, 2, NULL, m_inner_vlan, inner_vlan, NULL},
	{"datalink dot1q customer vlan output", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK DOT1Q CUSTOMER VLAN OUTPUT", "datalink dot1q customer vlan output",
		255, 2, 2, 2, NULL, m_inner_vlan, inner_vlan, NULL},
	{"datalink dot1q priority", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK DOT1Q PRIORITY", "datalink dot1q priority",
		244, 1, 1, 1, NULL, m_priority, priority, NULL},
	{"datalink dot1q customer priority", BOTH, 0, 0, YES, PLAIN, DEC, "DATALINK DOT1Q CUSTOMER PRIORITY", "datalink dot1q customer priority",
		246, 1, 1, 1, NULL, m_inner_priority, inner_priority, NULL},
	{"mpls label 1", BOTH, 0, 0, YES, PLAIN, HEX, "MPLS LABEL 1", "mpls label 1",
		70, 3, 3, 3, NULL, m_mpls_label, mpls_label, NULL},
	{"mpls label 1 exp", BOTH, 0, 0, YES, PLAIN, DEC, "MPLS LABEL 1 EXP", "mpls label 1 exp",
		203, 1, 1, 1, NULL, m_mpls_exp, mpls_exp, NULL},
	{"mpls label 2", BOTH, 0, 0, NO, PLAIN, HEX, "MPLS LABEL 2", "mpls label 2",
		71, 3, 3, 3, NULL, NULL, zero, NULL},
	{"mpls label 3", BOTH, 0, 0, NO, PLAIN, HEX, "MPLS LABEL 3", "mpls label 3",
		72, 3, 3, 3, NULL, NULL, zero, NULL},
	{"mpls label 4", BOTH, 0, 0, NO, PLAIN, HEX, "MPLS LABEL 4", "mpls label 4",
		73, 3, 3, 3, NULL, NULL, zero, NULL},
	{"mpls label 5", BOTH, 0, 0, NO, PLAIN, HEX, "MPLS LABEL 5", "mpls label 5",
		74, 3, 3, 3, NULL, NULL, zero, NULL},
	{"mpls label 6", BOTH, 0, 0, NO, PLAIN, HEX, "MPLS LABEL 6", "mpls label 6",
		75, 3, 3, 3, NULL, NULL, zero, NULL},

	{"counter bytes", MORE, 0, 0, YES, COUNT, DEC, "bytes", "counter bytes",
		1, 4, 4, 4, NULL, NULL, octets, NULL},
	{"counter bytes long", MORE, 0, 0, YES, COUNT, DEC, "bytes long", "counter bytes long",
		1, 8, 8, 8, NULL, NULL, octets, NULL},
	{"counter bytes layer2 long", MORE, 0, 0, YES, COUNT, DEC, "bytes layer2 long", "counter bytes layer2 long",
		352, 8, 8, 8, NULL, NULL, l2_octets, NULL},
	{"counter packets", MORE, 0, 0, YES, COUNT, DEC, "pkts", "counter packets",
		2, 4, 4, 4, NULL, NULL, packets, NULL},
	{"counter packets long", MORE, 0, 0, YES, COUNT, DEC, "pkts long", "counter packets long",
		2, 8, 8, 8, NULL, NULL, packets, NULL},
	/* IPFIX needs element 160 in an options record for these two, and collectors get it wrong. */
	{"timestamp sys-uptime first", MORE, 0, 0, YES, UPTIME, FC_FORMAT_UPTIME, "time first", "timestamp first",
		22, 4, 0, 4, "timestamp absolute first", NULL, first_uptime, NULL},
	{"timestamp sys-uptime last", MORE, 0, 0, YES, UPTIME, FC_FORMAT_UPTIME, "time last", "timestamp last",
		21, 4, 0, 4, "timestamp absolute last", NULL, last_uptime, NULL},
	{"timestamp absolute first", MORE, 0, 0, YES, PLAIN, FC_FORMAT_TIME, "time abs first", "timestamp abs first",
		152, 8, 8, 8, NULL, NULL, first_ms, NULL},
	{"timestamp absolute last", MORE, 0, 0, YES, PLAIN, FC_FORMAT_TIME, "time abs last", "timestamp abs last",
		153, 8, 8, 8, NULL, NULL, last_ms, NULL},
};
/* clang-format on */

const struct fc_field *fc_field_find(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

const struct fc_field *fc_field_table(size_t *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}

const struct fc_field *fc_field_spoken(const struct fc_field *field, enum fc_protocol protocol)
{
	while (field && !(protocol == FC_PROTOCOL_V9 ? field->v9 : field->ipfix))
		field = field->instead ? fc_field_find(field->instead) : NULL;
	return field;
}
