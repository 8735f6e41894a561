/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/reframe.h"

#include <string.h>

enum {
	ETHERNET_OCTETS = 14,
	TYPE_IPV4 = 0x0800,
	TYPE_IPV6 = 0x86dd,
	TYPE_MPLS = 0x8847,
	TYPE_PPPOE = 0x8864,
};

typedef void (*reframe_fn)(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out);

static void judge(struct fc_reframed *out, enum fc_verdict verdict)
{
	out->result = FC_REFRAME_VERDICT;
	out->verdict = verdict;
}

/* Ethernet header of `type` in front of what follows the first `header` octets. */
static void feed(const struct fc_frame *in, size_t header, unsigned type, uint8_t *buffer,
		 struct fc_reframed *out)
{
	size_t rest = in->octets - header;

	if (rest > FC_REFRAME_OCTETS - ETHERNET_OCTETS)
		rest = FC_REFRAME_OCTETS - ETHERNET_OCTETS;
	memset(buffer, 0, ETHERNET_OCTETS - 2);
	buffer[12] = (uint8_t)(type >> 8);
	buffer[13] = (uint8_t)type;
	memcpy(buffer + ETHERNET_OCTETS, in->data + header, rest);
	out->result = FC_REFRAME_FEED;
	out->data = buffer;
	out->octets = ETHERNET_OCTETS + rest;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): one type for all of them */
static void reframe_ethernet(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	(void)buffer;
	out->result = FC_REFRAME_FEED;
	out->data = in->data;
	out->octets = in->octets < FC_REFRAME_OCTETS ? in->octets : FC_REFRAME_OCTETS;
}

static void reframe_raw(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	if (!in->octets)
		judge(out, FC_VERDICT_TRUNC_IPV4);
	else if (in->data[0] >> 4 == 4)
		feed(in, 0, TYPE_IPV4, buffer, out);
	else if (in->data[0] >> 4 == 6)
		feed(in, 0, TYPE_IPV6, buffer, out);
	else
		judge(out, FC_VERDICT_BAD_VERSION);
}

static void reframe_ipv4(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	feed(in, 0, TYPE_IPV4, buffer, out);
}

static void reframe_ipv6(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	feed(in, 0, TYPE_IPV6, buffer, out);
}

static void reframe_mpls(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	feed(in, 0, TYPE_MPLS, buffer, out);
}

static void reframe_pppoe(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	feed(in, 0, TYPE_PPPOE, buffer, out);
}

/* A header of fixed length that carries an Ethernet type. */
static void reframe_typed(const struct fc_frame *in, size_t header, size_t type_at,
			  enum fc_verdict cut, uint8_t *buffer, struct fc_reframed *out)
{
	if (in->octets < header)
		judge(out, cut);
	else
		feed(in, header, (unsigned)(in->data[type_at] << 8 | in->data[type_at + 1]), buffer,
		     out);
}

static void reframe_sll(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	reframe_typed(in, 16, 14, FC_VERDICT_TRUNC_SLL, buffer, out);
}

static void reframe_sll2(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	reframe_typed(in, 20, 0, FC_VERDICT_TRUNC_SLL, buffer, out);
}

static void reframe_hdlc(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	reframe_typed(in, 4, 2, FC_VERDICT_TRUNC_HDLC, buffer, out);
}

/* The family has the byte order of the machine that captured; the values of IPv6 differ between the
 * BSDs. */
static void reframe_loopback(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	const uint8_t *const d = in->data;
	unsigned family = 0;

	if (in->octets < 4) {
		judge(out, FC_VERDICT_TRUNC_LOOPBACK);
		return;
	}
	if (d[1] == 0 && d[2] == 0)
		family = d[0] > d[3] ? d[0] : d[3];
	if (family == 2)
		feed(in, 4, TYPE_IPV4, buffer, out);
	else if (family == 10 || family == 24 || family == 28 || family == 30)
		feed(in, 4, TYPE_IPV6, buffer, out);
	else
		judge(out, FC_VERDICT_NONIP_LOOPBACK_FAMILY);
}

/* RFC 1661 section 6.5: an odd first octet is a whole, compressed protocol number. */
static void reframe_ppp(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	const uint8_t *const d = in->data;
	size_t at = in->octets >= 2 && d[0] == 0xff && d[1] == 0x03 ? 2 : 0;
	unsigned protocol;

	if (in->octets < at + 1 || (!(d[at] & 1) && in->octets < at + 2)) {
		judge(out, FC_VERDICT_TRUNC_PPPOE);
		return;
	}
	protocol = d[at++];
	if (!(protocol & 1))
		protocol = protocol << 8 | d[at++];
	if (protocol == 0x21)
		feed(in, at, TYPE_IPV4, buffer, out);
	else if (protocol == 0x57)
		feed(in, at, TYPE_IPV6, buffer, out);
	else
		judge(out, FC_VERDICT_NONIP_PPP);
}

static const struct {
	uint16_t link;
	const char *name;
	reframe_fn reframe;
} links[] = {
	{1, "Ethernet", reframe_ethernet},
	{0, "BSD loopback", reframe_loopback},
	{9, "PPP", reframe_ppp},
	{12, "raw IP", reframe_raw},
	{14, "raw IP", reframe_raw},
	{50, "PPP in HDLC framing", reframe_ppp},
	{51, "PPPoE", reframe_pppoe},
	{101, "raw IP", reframe_raw},
	{104, "Cisco HDLC", reframe_hdlc},
	{108, "OpenBSD loopback", reframe_loopback},
	{113, "Linux cooked", reframe_sll},
	{219, "MPLS", reframe_mpls},
	{228, "raw IPv4", reframe_ipv4},
	{229, "raw IPv6", reframe_ipv6},
	{276, "Linux cooked 2", reframe_sll2},
};

void fc_reframe(const struct fc_frame *in, uint8_t *buffer, struct fc_reframed *out)
{
	*out = (struct fc_reframed){.result = FC_REFRAME_UNSUPPORTED};
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].link == in->link) {
			links[i].reframe(in, buffer, out);
			return;
		}
	}
}

const char *fc_reframe_link_name(uint16_t link)
{
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (links[i].link == link)
			return links[i].name;
	return NULL;
}
