// SPDX-License-Identifier: BSD-2-Clause
#include "ha/show/value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <flowcard/registers.h>
#include <ha/fnv.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INTERFACE_TYPE "HundredGigE"
#define INTERFACE_SLOTS 32
#define SLOT_PORTS 8

/* ------------------------------------------------------------------ a field of a flow */
const struct fc_fnf_record_field *fc_show_pick_field(const struct fc_show_pick *pick,
						     const struct fc_flow *flow)
{
	return pick->field[fc_vec_ip_version(flow->vector) == 6];
}

static unsigned octets_of(const struct fc_field *field)
{
	return field->v9 ? field->v9 : field->ipfix;
}

/* Return how many octets the value has. */
static unsigned take_octets(const struct fc_fnf_record_field *f, const struct fc_flow *flow,
			    uint8_t out[16])
{
	memset(out, 0, 16);
	fc_fnf_field_octets(f, flow, out);
	return octets_of(f->field);
}

static uint64_t number_of(const struct fc_fnf_record_field *f, const struct fc_flow *flow)
{
	return f && !f->field->octets ? fc_fnf_field_number(f, flow, 0) : 0;
}

uint64_t fc_show_number(const struct fc_show_pick *pick, const struct fc_flow *flow)
{
	return number_of(fc_show_pick_field(pick, flow), flow);
}

/* Either kind of value in one form that memcmp orders. */
static void sortable(const struct fc_show_pick *pick, const struct fc_flow *flow, uint8_t out[16])
{
	const struct fc_fnf_record_field *f = fc_show_pick_field(pick, flow);
	uint64_t number = number_of(f, flow);

	memset(out, 0, 16);
	if (f && f->field->octets)
		take_octets(f, flow, out);
	else
		for (unsigned i = 0; i < 8; i++)
			out[i] = (uint8_t)(number >> (56 - 8 * i));
}

int fc_show_compare(const struct fc_show_pick *pick, const struct fc_flow *a,
		    const struct fc_flow *b)
{
	uint8_t left[16], right[16];

	sortable(pick, a, left);
	sortable(pick, b, right);
	return memcmp(left, right, sizeof(left));
}

uint64_t fc_show_hash(const struct fc_show_pick *pick, const struct fc_flow *flow, uint64_t hash)
{
	uint8_t value[16];

	sortable(pick, flow, value);
	return fc_fnv(hash, value, sizeof(value));
}

/* ------------------------------------------------------------------ formats */
void fc_show_interface(uint32_t index, bool whole, char text[FC_SHOW_VALUE])
{
	if (!index || index > INTERFACE_SLOTS * SLOT_PORTS)
		snprintf(text, FC_SHOW_VALUE, "Null");
	else
		snprintf(text, FC_SHOW_VALUE, "%s%u/0/%u", whole ? INTERFACE_TYPE : "Hu",
			 (index - 1) / SLOT_PORTS, (index - 1) % SLOT_PORTS);
}

void fc_show_clock(uint64_t ms, char text[FC_SHOW_VALUE])
{
	unsigned day_ms = (unsigned)(ms % 86400000u);

	snprintf(text, FC_SHOW_VALUE, "%02u:%02u:%02u.%03u", day_ms / 3600000u,
		 day_ms / 60000u % 60u, day_ms / 1000u % 60u, day_ms % 1000u);
}

/* The longest run of zero words, from two on, becomes "::" (RFC 5952); letters are capitals. */
static void ipv6_text(const uint8_t octets[16], char text[FC_SHOW_VALUE])
{
	unsigned word[8], best = 8, longest = 1, at = 0;

	for (size_t i = 0; i < 8; i++)
		word[i] = (unsigned)octets[2 * i] << 8 | octets[2 * i + 1];
	for (unsigned i = 0, run = 0; i < 8; i++) {
		run = word[i] ? 0 : run + 1;
		if (run > longest) {
			longest = run;
			best = i + 1 - run;
		}
	}
	*text = '\0';
	for (unsigned i = 0; i < 8;) {
		if (i == best) {
			at += (unsigned)snprintf(text + at, FC_SHOW_VALUE - at, "::");
			i += longest;
			continue;
		}
		at += (unsigned)snprintf(text + at, FC_SHOW_VALUE - at, "%s%X",
					 i && i != best + longest ? ":" : "", word[i]);
		i++;
	}
}

static const char *reason_text(uint64_t reason)
{
	static const char *const text[] = {"Not determined", "Idle timeout",
					   "Active timeout", "End of flow detected",
					   "Forced end",     "Lack of resources"};

	return text[reason < sizeof(text) / sizeof(*text) ? reason : 0];
}

static void number_text(const struct fc_field *field, uint64_t n, char text[FC_SHOW_VALUE])
{
	switch (field->format) {
	case FC_FORMAT_HEX:
		snprintf(text, FC_SHOW_VALUE, "0x%0*" PRIX64, (int)octets_of(field) * 2, n);
		break;
	case FC_FORMAT_IPV4:
		snprintf(text, FC_SHOW_VALUE, "%u.%u.%u.%u", (unsigned)(n >> 24) & 255u,
			 (unsigned)(n >> 16) & 255u, (unsigned)(n >> 8) & 255u, (unsigned)n & 255u);
		break;
	case FC_FORMAT_IPV6:
		snprintf(text, FC_SHOW_VALUE, "::");
		break;
	case FC_FORMAT_MAC:
		snprintf(text, FC_SHOW_VALUE, "0000.0000.0000");
		break;
	case FC_FORMAT_MASK:
		snprintf(text, FC_SHOW_VALUE, "/%u", (unsigned)n);
		break;
	case FC_FORMAT_INTERFACE:
		fc_show_interface((uint32_t)n, false, text);
		break;
	case FC_FORMAT_TIME:
	case FC_FORMAT_UPTIME:
		fc_show_clock(n, text);
		break;
	case FC_FORMAT_DIRECTION:
		snprintf(text, FC_SHOW_VALUE, "%s", n ? "Output" : "Input");
		break;
	case FC_FORMAT_REASON:
		snprintf(text, FC_SHOW_VALUE, "%s", reason_text(n));
		break;
	case FC_FORMAT_VRF:
		snprintf(text, FC_SHOW_VALUE, "%-10u %s", (unsigned)n, n ? "" : "(DEFAULT)");
		break;
	case FC_FORMAT_APPLICATION: /* a card does not look that deep */
		snprintf(text, FC_SHOW_VALUE, "layer7 unknown");
		break;
	default:
		snprintf(text, FC_SHOW_VALUE, "%" PRIu64, n);
	}
}

static void octets_text(const struct fc_fnf_record_field *f, const struct fc_flow *flow,
			char text[FC_SHOW_VALUE])
{
	uint8_t o[16];
	unsigned octets = take_octets(f, flow, o), at = 0;

	if (f->field->format == FC_FORMAT_IPV6) {
		ipv6_text(o, text);
	} else if (f->field->format == FC_FORMAT_MAC) {
		snprintf(text, FC_SHOW_VALUE, "%02X%02X.%02X%02X.%02X%02X", o[0], o[1], o[2], o[3],
			 o[4], o[5]);
	} else if (f->field->format == FC_FORMAT_IPV4) {
		snprintf(text, FC_SHOW_VALUE, "%u.%u.%u.%u", o[0], o[1], o[2], o[3]);
	} else {
		at += (unsigned)snprintf(text, FC_SHOW_VALUE, "0x");
		for (unsigned i = 0; i < octets; i++)
			at += (unsigned)snprintf(text + at, FC_SHOW_VALUE - at, "%02X", o[i]);
	}
}

void fc_show_value(const struct fc_show_pick *pick, const struct fc_flow *flow,
		   char text[FC_SHOW_VALUE])
{
	const struct fc_fnf_record_field *f = fc_show_pick_field(pick, flow);
	const struct fc_fnf_record_field *shape = f;

	*text = '\0';
	for (unsigned v = 0; v < 2 && !shape; v++)
		shape = pick->field[v];
	if (f && f->field->octets)
		octets_text(f, flow, text);
	else if (shape)
		number_text(shape->field, number_of(f, flow), text);
}

/* ------------------------------------------------------------------ columns */
unsigned fc_show_width(const struct fc_field *field)
{
	static const uint8_t decimal[] = {3, 3, 5, 8, 10, 13, 15, 18, 20};

	switch (field->format) {
	case FC_FORMAT_HEX:
		return 2 + 2 * octets_of(field);
	case FC_FORMAT_IPV4:
		return 15;
	case FC_FORMAT_IPV6:
		return 45;
	case FC_FORMAT_MAC:
		return 14;
	case FC_FORMAT_MASK:
		return 4;
	case FC_FORMAT_INTERFACE:
	case FC_FORMAT_REASON:
	case FC_FORMAT_APPLICATION:
		return 20;
	case FC_FORMAT_TIME:
	case FC_FORMAT_UPTIME:
		return 12;
	case FC_FORMAT_DIRECTION:
		return 6;
	case FC_FORMAT_VRF:
		return 29;
	default:
		return decimal[field->space < 8 ? field->space : 8];
	}
}

bool fc_show_left(const struct fc_field *field)
{
	return field->format != FC_FORMAT_DECIMAL && field->format != FC_FORMAT_TIME &&
	       field->format != FC_FORMAT_UPTIME;
}

bool fc_show_numeric(const struct fc_field *field)
{
	return field->format == FC_FORMAT_DECIMAL;
}

/* ------------------------------------------------------------------ words */
static bool read_number(const char *text, int base, uint64_t max, uint64_t *out)
{
	char *end;

	if (!isxdigit((unsigned char)*text))
		return false;
	errno = 0;
	*out = strtoull(text, &end, base);
	return !errno && !*end && *out <= max;
}

int fc_show_interface_read(const char *text, uint32_t *index)
{
	size_t letters = strcspn(text, "0123456789");
	unsigned slot, zero, port;
	int used = 0;

	if (!strcasecmp(text, "Null") || !strcasecmp(text, "Null0")) {
		*index = 0;
		return 0;
	}
	if (!letters || letters > strlen(INTERFACE_TYPE) ||
	    strncasecmp(text, INTERFACE_TYPE, letters) != 0 ||
	    sscanf(text + letters, "%3u/%1u/%3u%n", &slot, &zero, &port, &used) != 3 ||
	    text[letters + (size_t)used] || zero || slot >= INTERFACE_SLOTS || port >= SLOT_PORTS)
		return -EINVAL;
	*index = slot * SLOT_PORTS + port + 1;
	return 0;
}

/* ADDRESS or ADDRESS/LENGTH. */
static int read_address(int family, const char *text, struct fc_show_word *out)
{
	char copy[FC_SHOW_VALUE], *slash;
	uint64_t bits = family == AF_INET ? 32 : 128;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	if (slash) {
		*slash = '\0';
		if (!read_number(slash + 1, 10, bits, &bits))
			return -EINVAL;
	}
	out->bits = (unsigned)bits;
	return inet_pton(family, copy, out->octets) == 1 ? 0 : -EINVAL;
}

/* 0011.2233.4455 and 00:11:22:33:44:55: twelve digits. */
static int read_mac(const char *text, struct fc_show_word *out)
{
	unsigned digits = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '.' || c == ':' || c == '-')
			continue;
		if (!isxdigit(c) || digits == 12)
			return -EINVAL;
		out->octets[digits / 2] = (uint8_t)(out->octets[digits / 2] << 4 |
						    (isdigit(c) ? c - '0' : toupper(c) - 'A' + 10));
		digits++;
	}
	out->bits = 48;
	return digits == 12 ? 0 : -EINVAL;
}

int fc_show_word_read(const struct fc_field *field, const char *text, struct fc_show_word *out)
{
	uint32_t index;

	memset(out, 0, sizeof(*out));
	switch (field->format) {
	case FC_FORMAT_IPV4:
		return read_address(AF_INET, text, out);
	case FC_FORMAT_IPV6:
		return read_address(AF_INET6, text, out);
	case FC_FORMAT_MAC:
		return read_mac(text, out);
	case FC_FORMAT_INTERFACE:
		if (fc_show_interface_read(text, &index))
			return -EINVAL;
		out->number = index;
		return 0;
	case FC_FORMAT_MASK:
		return read_number(*text == '/' ? text + 1 : text, 10, 128, &out->number) ? 0
											  : -EINVAL;
	case FC_FORMAT_DIRECTION:
		out->number = tolower((unsigned char)*text) == 'o';
		return strncasecmp(text, out->number ? "output" : "input", strlen(text)) ? -EINVAL
											 : 0;
	case FC_FORMAT_TIME:
	case FC_FORMAT_UPTIME:
	case FC_FORMAT_REASON:
	case FC_FORMAT_APPLICATION:
		out->text = true;
		return 0;
	default:
		if (!strncasecmp(text, "0x", 2))
			return read_number(text + 2, 16, UINT64_MAX, &out->number) ? 0 : -EINVAL;
		return read_number(text, 10, UINT64_MAX, &out->number) ? 0 : -EINVAL;
	}
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8;

	return !memcmp(a, b, whole) &&
	       (!(bits % 8) || !((a[whole] ^ b[whole]) & (0xff00 >> (bits % 8)) & 0xff));
}

bool fc_show_word_is(const struct fc_fnf_record_field *f, const struct fc_show_word *word,
		     const struct fc_flow *flow)
{
	uint8_t octets[16];

	if (f->field->octets) {
		take_octets(f, flow, octets);
		return same_bits(octets, word->octets, word->bits);
	}
	return number_of(f, flow) == word->number;
}
