/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which template id stands for which layout (RFC 3954 8, RFC 7011 8.1). Ids are handed out from 256
 * on; one that is given back waits for its own layout to be wanted again. Bounded by the number
 * space: 65,280 layouts that were ever used at one time.
 */
#ifndef FC_EXPORT_TEMPLATE_IDS_H
#define FC_EXPORT_TEMPLATE_IDS_H

#include <flowcard/export.h>

#define FC_TEMPLATE_ID_FIRST 256

/* A layout is the template record's numbers after its id. Return the id; -ENOSPC, -ENOMEM. */
int fc_template_ids_take(struct fc_template_ids *ids, const uint16_t *layout, size_t count);
/* The same; `preferred` if that id stands for this layout and is not used; 0: none. */
int fc_template_ids_take_as(struct fc_template_ids *ids, unsigned preferred, const uint16_t *layout,
			    size_t count);
void fc_template_ids_give_back(struct fc_template_ids *ids, unsigned id);

/* ------------------------------------------------------------------ as somebody else has them */
/* Ids that were ever handed out: the next one is FC_TEMPLATE_ID_FIRST + this. */
size_t fc_template_ids_count(const struct fc_template_ids *ids);
/* NULL: none, or not known. */
const uint16_t *fc_template_ids_layout(const struct fc_template_ids *ids, unsigned id,
				       size_t *count);
/* So many ids have been handed out, none of them is used; of those beyond nothing is known.
 * Return 0 or -ENOMEM. */
int fc_template_ids_begin(struct fc_template_ids *ids, size_t count);
/* This id stands for this layout. Return 0, -EINVAL (was never handed out), -ENOMEM. */
int fc_template_ids_learn(struct fc_template_ids *ids, unsigned id, const uint16_t *layout,
			  size_t count);

#endif
