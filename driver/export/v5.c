/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * NetFlow version 5: fixed 24-octet header, up to 30 fixed 48-octet records, IPv4 only.
 *
 *   header: version count | uptime | seconds | nanoseconds | flows before | engine type, id,
 * sampling record: source | destination | next hop | input output | packets | octets | first | last
 * | ports | 0 tcp-flags protocol tos | AS numbers | masks 0
 */
#include "codec.h"

#include <flowcard/registers.h>

#define V5_HEADER 24
#define V5_RECORD 48
#define V5_RECORDS_MAX 30
#define V5_INTERVAL_MAX 16383
#define NS_PER_MS 1000000U

static void header(struct fc_writer *w, const struct fc_header *h)
{
	fc_writer_u16(w, 5);
	fc_writer_u16(w, (uint16_t)h->records);
	fc_writer_u32(w, h->uptime_ms);
	fc_writer_u32(w, (uint32_t)(h->time_ms / 1000));
	fc_writer_u32(w, (uint32_t)(h->time_ms % 1000 * NS_PER_MS));
	fc_writer_u32(w, h->sequence);
	fc_writer_u16(w, (uint16_t)h->domain); /* engine type and id */
	fc_writer_u16(w, h->sampling);
}

/* Sixteen bits are what version 5 has; 0: the port has no partner that packets leave by. */
static uint16_t interface(const struct fc_flow *f, unsigned port)
{
	return port == 0x7f ? 0 : (uint16_t)(f->interface_first + port);
}

void fc_v5_record(struct fc_writer *w, const struct fc_flow *f, uint64_t base_ms)
{
	const uint32_t *vec = f->vector;

	fc_writer_octets(w, fc_vec_src(vec), 4);
	fc_writer_octets(w, fc_vec_dst(vec), 4);
	fc_writer_u32(w, 0); /* next hop: the card does not route */
	fc_writer_u16(w, interface(f, fc_vec_input_port(vec)));
	fc_writer_u16(w, interface(f, fc_vec_output_port(vec)));
	fc_writer_u32(w, (uint32_t)f->packets);
	fc_writer_u32(w, (uint32_t)f->octets);
	fc_writer_u32(w, (uint32_t)(f->first_ns / NS_PER_MS - base_ms));
	fc_writer_u32(w, (uint32_t)(f->last_ns / NS_PER_MS - base_ms));
	fc_writer_u16(w, fc_vec_sport(vec));
	fc_writer_u16(w, fc_vec_dport(vec));
	fc_writer_u8(w, 0);
	fc_writer_u8(w, (uint8_t)f->tcp_flags);
	fc_writer_u8(w, fc_vec_proto(vec));
	fc_writer_u8(w, fc_vec_tos(vec));
	fc_writer_zeros(w, 8); /* AS numbers, masks, padding */
}

uint16_t fc_v5_sampling(uint64_t mode, uint64_t window)
{
	return mode && window && window <= V5_INTERVAL_MAX ? (uint16_t)(mode << 14 | window) : 0;
}

const struct fc_codec fc_codec_v5 = {
	.header_size = V5_HEADER,
	.records_max = V5_RECORDS_MAX,
	.fixed_record = V5_RECORD,
	.alignment = 1,
	.header = header,
};
