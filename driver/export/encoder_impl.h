/* SPDX-License-Identifier: BSD-2-Clause */
/* What encoder.c (datagrams) and encoder_clients.c (who has records in them) share. */
#ifndef FC_EXPORT_ENCODER_IMPL_H
#define FC_EXPORT_ENCODER_IMPL_H

#include "encoder.h"

#define NS_PER_MS 1000000U
#define SET_HEADER 4

static inline size_t fc_encoder_padding(const struct fc_codec *codec, size_t set_size)
{
	return -set_size & (codec->alignment - 1);
}

/* Of the template records of a client of flows. */
size_t fc_encoder_definitions_size(const struct fc_encoder_client *c);
void fc_encoder_open_set(struct fc_encoder *e, uint16_t id);
void fc_encoder_close_set(struct fc_encoder *e);

#endif
