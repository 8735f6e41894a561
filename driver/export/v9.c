/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NetFlow version 9 header (RFC 3954 5.1). `count` is the number of records in all FlowSets,
 * templates included, and the sequence counts datagrams. Seconds and uptime are of one instant,
 * which is a full second: a collector computes the boot time from seconds * 1000 - uptime, and
 * there is no field for the rest.
 */
#include "codec.h"

static void header(struct fc_writer *w, const struct fc_header *h)
{
	fc_writer_u16(w, 9);
	fc_writer_u16(w, (uint16_t)(h->records + h->templates));
	fc_writer_u32(w, h->uptime_ms);
	fc_writer_u32(w, (uint32_t)(h->time_ms / 1000));
	fc_writer_u32(w, h->sequence);
	fc_writer_u32(w, h->domain);
}

const struct fc_codec fc_codec_v9 = {
	.header_size = 20,
	.alignment = 4,
	.template_set = 0,
	.options_set = 1,
	.scope_octets = true,
	.count_datagrams = true,
	.whole_seconds = true,
	.header = header,
};
