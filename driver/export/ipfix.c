/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPFIX message header (RFC 7011 3.1). The sequence counts data records before this message,
 * templates not. Sets are not padded: padding is allowed, never needed, and some collectors misread
 * it.
 */
#include "codec.h"

static void header(struct fc_writer *w, const struct fc_header *h)
{
	fc_writer_u16(w, 10);
	fc_writer_u16(w, (uint16_t)h->length);
	fc_writer_u32(w, (uint32_t)(h->time_ms / 1000));
	fc_writer_u32(w, h->sequence);
	fc_writer_u32(w, h->domain);
}

const struct fc_codec fc_codec_ipfix = {
	.header_size = 16,
	.alignment = 1,
	.template_set = 2,
	.options_set = 3,
	.header = header,
};
