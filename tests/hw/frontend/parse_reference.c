// SPDX-License-Identifier: BSD-2-Clause
#include "parse_reference.h"

#include <stdbool.h>
#include <string.h>

#include "flowcard/registers.h"

enum { MAX_VLAN = 2, MAX_MPLS = 8, MAX_EXT = 8 };

/* A walk over one frame: where it is, and what stops it. */
struct walk {
	const uint8_t *frame;
	size_t octets, window;
	size_t at;
	struct fc_reference *out;
};

static unsigned octet(const struct walk *w, size_t offset)
{
	return w->frame[w->at + offset];
}

static unsigned be16(const struct walk *w, size_t offset)
{
	return octet(w, offset) << 8 | octet(w, offset + 1);
}

/* The next `count` octets must be in the frame (else verdict `cut`) and in the window. */
static bool take(struct walk *w, size_t count, unsigned cut)
{
	if (w->octets < w->at + count) {
		w->out->verdict = cut;
		return false;
	}
	if (w->window < w->at + count) {
		w->out->verdict = FC_VERDICT_BEYOND_WINDOW;
		return false;
	}
	return true;
}

static void transport(struct walk *w, unsigned proto, size_t ip_end)
{
	static const uint8_t need_of[256] = {
		[6] = 20, [17] = 8, [136] = 8, [132] = 12, [33] = 12, [1] = 4, [58] = 4,
	};
	size_t need = need_of[proto];

	w->out->verdict = FC_VERDICT_FLOW;
	if (!need)
		return;
	if (w->at + need > ip_end) {
		w->out->verdict = FC_VERDICT_L4_SHORT;
		return;
	}
	if (!take(w, need, FC_VERDICT_TRUNC_L4))
		return;
	if (proto == 1 || proto == 58) {
		fc_vec_set_dport(w->out->vec, be16(w, 0));
		return;
	}
	fc_vec_set_sport(w->out->vec, be16(w, 0));
	fc_vec_set_dport(w->out->vec, be16(w, 2));
	if (proto == 6)
		fc_vec_set_tcp_flags(w->out->vec, be16(w, 12) & 0xfff);
}

static void ipv4_fields(struct walk *w)
{
	uint32_t *vec = w->out->vec;
	uint8_t address[16] = {0};

	memcpy(address, w->frame + w->at + 12, 4);
	fc_vec_set_src(vec, address);
	memcpy(address, w->frame + w->at + 16, 4);
	fc_vec_set_dst(vec, address);
	fc_vec_set_ip_version(vec, 4);
	fc_vec_set_tos(vec, octet(w, 1));
	fc_vec_set_label_id(vec, be16(w, 4));
	fc_vec_set_frag_flags(vec, octet(w, 6) >> 5);
	fc_vec_set_frag_offset(vec, be16(w, 6) & 0x1fff);
	fc_vec_set_ttl(vec, octet(w, 8));
	fc_vec_set_proto(vec, octet(w, 9));
	w->out->l3_len = be16(w, 2);
}

static void ipv4(struct walk *w)
{
	size_t header, total, start = w->at;
	unsigned proto;

	if (!take(w, 20, FC_VERDICT_TRUNC_IPV4))
		return;
	header = (octet(w, 0) & 15) * 4;
	total = be16(w, 2);
	if (octet(w, 0) >> 4 != 4)
		w->out->verdict = FC_VERDICT_BAD_VERSION;
	else if (header < 20)
		w->out->verdict = FC_VERDICT_BAD_IHL;
	else if (total < header)
		w->out->verdict = FC_VERDICT_BAD_IP_LENGTH;
	else if (w->octets < start + header)
		w->out->verdict = FC_VERDICT_TRUNC_IPV4_OPTIONS;
	else
		w->out->verdict = FC_VERDICT_FLOW;
	if (w->out->verdict != FC_VERDICT_FLOW)
		return;
	ipv4_fields(w);
	if (be16(w, 6) & 0x1fff)
		return;
	proto = octet(w, 9);
	w->at = start + header;
	transport(w, proto, start + total);
}

/* Bit of the extension map, or 0 for a number that is no extension header. */
static unsigned extension_bit(unsigned kind)
{
	switch (kind) {
	case 0:
		return 1;
	case 43:
		return 2;
	case 44:
		return 4;
	case 51:
		return 8;
	case 60:
		return 16;
	default:
		return 0;
	}
}

static size_t extension_octets(const struct walk *w, unsigned kind)
{
	if (kind == 44)
		return 8;
	return kind == 51 ? (octet(w, 1) + 2) * 4 : (octet(w, 1) + 1) * 8;
}

/* One extension header of `*kind`. Returns false when the walk ends here, with the verdict. */
static bool extension(struct walk *w, unsigned *kind, unsigned *map, size_t limit)
{
	unsigned word;
	size_t size;

	w->out->verdict = FC_VERDICT_TRUNC_IPV6_EXT;
	if (w->at + 8 > limit || !take(w, 8, FC_VERDICT_TRUNC_IPV6_EXT))
		return false;
	size = extension_octets(w, *kind);
	if (w->at + size > limit)
		return false;
	*map |= extension_bit(*kind);
	fc_vec_set_ext_map(w->out->vec, *map);
	word = be16(w, 2);
	if (*kind == 44) {
		fc_vec_set_frag_flags(w->out->vec, word & 1);
		fc_vec_set_frag_offset(w->out->vec, word >> 3);
	}
	if (*kind == 44 && word >> 3) {
		fc_vec_set_proto(w->out->vec, octet(w, 0));
		w->out->verdict = FC_VERDICT_FLOW;
		return false;
	}
	*kind = octet(w, 0);
	w->at += size;
	return true;
}

static void ipv6_fields(struct walk *w)
{
	uint32_t *vec = w->out->vec;

	fc_vec_set_src(vec, w->frame + w->at + 8);
	fc_vec_set_dst(vec, w->frame + w->at + 24);
	fc_vec_set_ip_version(vec, 6);
	fc_vec_set_tos(vec, be16(w, 0) >> 4 & 0xff);
	fc_vec_set_label_id(vec, (octet(w, 1) & 15) << 16 | be16(w, 2));
	fc_vec_set_ttl(vec, octet(w, 7));
	w->out->l3_len = 40 + be16(w, 4);
}

static void ipv6(struct walk *w)
{
	unsigned kind, count = 0, map = 0;
	size_t end, limit;

	if (!take(w, 40, FC_VERDICT_TRUNC_IPV6))
		return;
	if (octet(w, 0) >> 4 != 6) {
		w->out->verdict = FC_VERDICT_BAD_VERSION;
		return;
	}
	ipv6_fields(w);
	end = w->at + 40 + be16(w, 4);
	limit = end < w->octets ? end : w->octets;
	kind = octet(w, 6);
	w->at += 40;
	while (extension_bit(kind)) {
		if (count++ == MAX_EXT) {
			w->out->verdict = FC_VERDICT_IPV6_EXT_DEPTH;
			return;
		}
		if (!extension(w, &kind, &map, limit))
			return;
	}
	fc_vec_set_proto(w->out->vec, kind);
	transport(w, kind, end);
}

static void mpls(struct walk *w)
{
	unsigned count = 0, bottom;

	fc_vec_set_mpls(w->out->vec, 1);
	do {
		if (count == MAX_MPLS) {
			w->out->verdict = FC_VERDICT_NONIP_MPLS_DEPTH;
			return;
		}
		if (!take(w, 4, FC_VERDICT_TRUNC_MPLS))
			return;
		if (count++ == 0)
			fc_vec_set_mpls_label(w->out->vec, be16(w, 0) << 8 | octet(w, 2));
		bottom = octet(w, 2) & 1;
		w->at += 4;
	} while (!bottom);
	if (!take(w, 1, FC_VERDICT_TRUNC_MPLS))
		return;
	if (octet(w, 0) >> 4 == 4)
		ipv4(w);
	else if (octet(w, 0) >> 4 == 6)
		ipv6(w);
	else
		w->out->verdict = FC_VERDICT_NONIP_MPLS_PAYLOAD;
}

static void pppoe(struct walk *w)
{
	unsigned protocol;

	fc_vec_set_pppoe(w->out->vec, 1);
	if (!take(w, 6, FC_VERDICT_TRUNC_PPPOE))
		return;
	if (be16(w, 0) != 0x1100) {
		w->out->verdict = FC_VERDICT_BAD_PPPOE;
		return;
	}
	w->at += 6;
	if (!take(w, 1, FC_VERDICT_TRUNC_PPPOE))
		return;
	if (octet(w, 0) & 1) {
		protocol = octet(w, 0);
		w->at += 1;
	} else {
		if (!take(w, 2, FC_VERDICT_TRUNC_PPPOE))
			return;
		protocol = be16(w, 0);
		w->at += 2;
	}
	if (protocol == 0x21)
		ipv4(w);
	else if (protocol == 0x57)
		ipv6(w);
	else
		w->out->verdict = FC_VERDICT_NONIP_PPP;
}

/* Steps over the tags; returns false when they end the walk. */
static bool vlan(struct walk *w, unsigned *type)
{
	unsigned tags = 0;

	while (*type == 0x8100 || *type == 0x88a8) {
		if (tags == MAX_VLAN) {
			w->out->verdict = FC_VERDICT_NONIP_VLAN_DEPTH;
			return false;
		}
		if (!take(w, 4, FC_VERDICT_TRUNC_VLAN))
			return false;
		if (tags++ == 0)
			fc_vec_set_outer_tci(w->out->vec, be16(w, 0));
		else
			fc_vec_set_inner_tci(w->out->vec, be16(w, 0));
		fc_vec_set_vlan_tags(w->out->vec, tags);
		*type = be16(w, 2);
		w->at += 4;
	}
	return true;
}

void fc_reference_parse(const uint8_t *frame, size_t octets, size_t window, unsigned port,
			struct fc_reference *out)
{
	struct walk w = {.frame = frame, .octets = octets, .window = window, .out = out};
	unsigned type;

	memset(out, 0, sizeof(*out));
	out->frame_len = octets > 0xfffff ? 0xfffff : (uint32_t)octets;
	fc_vec_set_input_port(out->vec, port);
	if (!take(&w, 14, FC_VERDICT_TRUNC_ETHERNET))
		return;
	fc_vec_set_dst_mac(out->vec, frame);
	fc_vec_set_src_mac(out->vec, frame + 6);
	type = be16(&w, 12);
	w.at = 14;
	if (!vlan(&w, &type))
		return;
	if (type == 0x0800)
		ipv4(&w);
	else if (type == 0x86dd)
		ipv6(&w);
	else if (type == 0x8847 || type == 0x8848)
		mpls(&w);
	else if (type == 0x8864)
		pppoe(&w);
	else
		out->verdict = type < 0x600 ? FC_VERDICT_NONIP_LLC : FC_VERDICT_NONIP_ETHERTYPE;
}
