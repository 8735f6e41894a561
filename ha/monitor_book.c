// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <ha/monitor_book.h>
#include <pthread.h>
#include <stdlib.h>

/* More than there can be flow monitors at once; the one that was written longest ago goes. */
#define PAGES (2 * FC_FNF_MONITORS)

struct page {
	uint32_t id; /* 0: free */
	uint64_t written;
	struct fc_shard_monitor_stats stats;
};

struct fc_monitor_book {
	pthread_mutex_t lock;
	uint64_t writings;
	struct page page[PAGES];
};

int fc_monitor_book_create(struct fc_monitor_book **out)
{
	struct fc_monitor_book *book = calloc(1, sizeof(*book));

	if (!book)
		return -ENOMEM;
	pthread_mutex_init(&book->lock, NULL);
	*out = book;
	return 0;
}

void fc_monitor_book_destroy(struct fc_monitor_book *book)
{
	if (!book)
		return;
	pthread_mutex_destroy(&book->lock);
	free(book);
}

void fc_monitor_stats_add(struct fc_shard_monitor_stats *to,
			  const struct fc_shard_monitor_stats *from)
{
	to->live += from->live;
	to->high_watermark += from->high_watermark;
	to->added += from->added;
	to->not_added += from->not_added;
	to->updates += from->updates;
	for (unsigned c = 0; c < FC_AGED_CAUSES; c++)
		to->aged[c] += from->aged[c];
}

static struct page *find(struct fc_monitor_book *book, uint32_t id)
{
	for (unsigned p = 0; p < PAGES; p++)
		if (book->page[p].id == id)
			return &book->page[p];
	return NULL;
}

static struct page *oldest(struct fc_monitor_book *book)
{
	struct page *page = &book->page[0];

	for (unsigned p = 1; p < PAGES; p++)
		if (book->page[p].written < page->written)
			page = &book->page[p];
	*page = (struct page){0};
	return page;
}

void fc_monitor_book_add(struct fc_monitor_book *book, uint32_t id,
			 const struct fc_shard_monitor_stats *stats)
{
	struct fc_shard_monitor_stats add = *stats;
	struct page *page;

	pthread_mutex_lock(&book->lock);
	page = find(book, id);
	if (!page)
		page = oldest(book);
	page->id = id;
	page->written = ++book->writings;
	if (add.high_watermark > page->stats.high_watermark)
		page->stats.high_watermark = add.high_watermark;
	add.high_watermark = add.live = 0;
	fc_monitor_stats_add(&page->stats, &add);
	pthread_mutex_unlock(&book->lock);
}

void fc_monitor_book_get(struct fc_monitor_book *book, uint32_t id,
			 struct fc_shard_monitor_stats *out)
{
	const struct page *page;

	pthread_mutex_lock(&book->lock);
	page = id ? find(book, id) : NULL;
	*out = page ? page->stats : (struct fc_shard_monitor_stats){0};
	pthread_mutex_unlock(&book->lock);
}

void fc_monitor_book_forget(struct fc_monitor_book *book, uint32_t id)
{
	struct page *page;

	pthread_mutex_lock(&book->lock);
	page = id ? find(book, id) : NULL;
	if (page)
		*page = (struct page){0};
	pthread_mutex_unlock(&book->lock);
}
