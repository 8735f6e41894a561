/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statistics of flow monitors that outlive what counted them: a card that went, a ring's worker, a
 * number on a card. One book a unit; a flow monitor's figures are what the book says and what runs
 * now.
 */
#ifndef FC_MONITOR_BOOK_H
#define FC_MONITOR_BOOK_H

#include <ha/shadow.h>

struct fc_monitor_book;

/* Return 0 or -ENOMEM. */
int fc_monitor_book_create(struct fc_monitor_book **out);
void fc_monitor_book_destroy(struct fc_monitor_book *book);

/* Sums; of two high watermarks the sum as well: what parts of one cache held. `live` is not kept in
 * a book. */
void fc_monitor_stats_add(struct fc_shard_monitor_stats *to,
			  const struct fc_shard_monitor_stats *from);

/* All below: any thread; `id` of the flow monitor. */

/* One presence of it on one card is over; `stats` of all its rings. The book's high watermark is
 * that of the presence that had the highest. */
void fc_monitor_book_add(struct fc_monitor_book *book, uint32_t id,
			 const struct fc_shard_monitor_stats *stats);
/* Zero where nothing was added. */
void fc_monitor_book_get(struct fc_monitor_book *book, uint32_t id,
			 struct fc_shard_monitor_stats *out);
/* The operator cleared them, or the flow monitor is no more. */
void fc_monitor_book_forget(struct fc_monitor_book *book, uint32_t id);

#endif
