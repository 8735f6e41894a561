/* SPDX-License-Identifier: BSD-2-Clause */
#include "core_ref_content.h"

#include "flowcard/registers.h"

const struct core_content core_nothing = {
	.first = UINT64_MAX, .len_min = UINT32_MAX, .ttl_min = UINT32_MAX};

static void same(const char *what, uint64_t got, uint64_t want)
{
	core_check(got == want, what, got, want);
}

void core_content_add(struct core_content *c, const struct core_packet *p)
{
	uint32_t ttl = fc_vec_ttl(p->vec);

	c->bytes += p->l3_len;
	c->l2 += p->frame_len;
	c->first = p->time_ns < c->first ? p->time_ns : c->first;
	c->last = p->time_ns > c->last ? p->time_ns : c->last;
	c->flags |= fc_vec_tcp_flags(p->vec);
	c->len_min = p->l3_len < c->len_min ? p->l3_len : c->len_min;
	c->len_max = p->l3_len > c->len_max ? p->l3_len : c->len_max;
	c->ttl_min = ttl < c->ttl_min ? ttl : c->ttl_min;
	c->ttl_max = ttl > c->ttl_max ? ttl : c->ttl_max;
}

void core_content_compare(const struct core_content *c, const uint32_t *rec)
{
	same("bytes", fc_rec_bytes(rec), c->bytes);
	same("l2_bytes", fc_rec_l2_bytes(rec), c->l2);
	same("first_ns", fc_rec_first_ns(rec), c->first);
	same("last_ns", fc_rec_last_ns(rec), c->last);
	same("tcp_flags_or", fc_rec_tcp_flags_or(rec), c->flags);
	same("len_min", fc_rec_len_min(rec), c->len_min);
	same("len_max", fc_rec_len_max(rec), c->len_max);
	same("ttl_min", fc_rec_ttl_min(rec), c->ttl_min);
	same("ttl_max", fc_rec_ttl_max(rec), c->ttl_max);
}
