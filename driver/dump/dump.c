// SPDX-License-Identifier: BSD-2-Clause
/* Taking a dump, and looking into one. */
#include <errno.h>
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATCH_LIMIT_NS UINT64_C(1000000000) /* a simulated card may be slow to serve */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* Make room for one more; doubles. */
static int grow(void **array, size_t *room, size_t used, size_t each)
{
	size_t more = *room ? 2 * *room : 256;
	void *bigger;

	if (used < *room)
		return 0;
	bigger = realloc(*array, more * each);
	if (!bigger)
		return -ENOMEM;
	*array = bigger;
	*room = more;
	return 0;
}

static int add_word(struct fc_dump *dump, uint32_t offset, uint32_t value)
{
	int err = grow((void **)&dump->word, &dump->word_room, dump->words, sizeof(*dump->word));

	if (!err)
		dump->word[dump->words++] = (struct fc_dump_word){offset, value};
	return err;
}

int fc_dump_add_record(struct fc_dump *dump, unsigned ring, uint32_t index,
		       const uint32_t word[FC_RECORD_WORDS])
{
	struct fc_dump_record *record;
	int err = grow((void **)&dump->record, &dump->record_room, dump->records,
		       sizeof(*dump->record));

	if (err)
		return err;
	record = &dump->record[dump->records++];
	record->ring = ring;
	record->index = index;
	memcpy(record->word, word, sizeof(record->word));
	return 0;
}

int fc_dump_add_ring(struct fc_dump *dump, unsigned number, const uint32_t *mem, unsigned size_log2,
		     uint32_t index, uint32_t count)
{
	uint32_t size = (uint32_t)1 << size_log2;
	uint32_t record[FC_RECORD_WORDS];
	struct fc_ring ring;
	int err = 0;

	if (count > size)
		count = size;
	fc_ring_init(&ring, NULL, number, mem, size_log2, index - count);
	for (uint32_t i = index - count; !err && i != index; i++)
		if (!fc_ring_peek(&ring, i, record))
			err = fc_dump_add_record(dump, number, i, record);
	return err;
}

/* ------------------------------------------------------------------ what the card has */
struct extent {
	unsigned ports, rings, monitors;
};

static unsigned believe(uint32_t value, unsigned most)
{
	return value && value <= most ? value : most;
}

static struct extent read_extent(struct fc_transport *t)
{
	uint32_t build = 0;
	struct extent e;

	if (fc_transport_read(t, FC_REG_BUILD0, &build))
		build = 0;
	e.ports = believe(build >> FC_REG_BUILD0_PORTS_SHIFT & 0xff, FC_REG_PORT_COUNT);
	e.rings = believe(build >> FC_REG_BUILD0_RINGS_SHIFT & 0xff, FC_REG_RING_COUNT);
	e.monitors = believe(build >> FC_REG_BUILD0_MONITORS_SHIFT & 0xff, FC_REG_MONITOR_COUNT);
	return e;
}

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool exists(const struct extent *e, const struct fc_register *reg, unsigned i)
{
	if (begins(reg->name, "RING["))
		return i < e->rings;
	if (begins(reg->name, "PORT["))
		return i < e->ports;
	if (begins(reg->name, "MONITOR[") || begins(reg->name, "LEDGER["))
		return i < e->monitors;
	if (begins(reg->name, "SAMPLER["))
		return i / 16 < e->monitors && i % 8 < e->ports;
	return true;
}

static bool readable(const struct fc_register *reg)
{
	for (unsigned f = 0; f < reg->fields; f++)
		if (reg->field[f].access != FC_ACCESS_WO && reg->field[f].access != FC_ACCESS_PULSE)
			return true;
	return false;
}

static int take_register(struct fc_dump *dump, struct fc_transport *t, const struct extent *e,
			 const struct fc_register *reg)
{
	int err = 0;

	for (unsigned i = 0; !err && i < reg->count[0]; i++) {
		if (!exists(e, reg, i))
			continue;
		for (unsigned j = 0; !err && j < reg->count[1]; j++) {
			uint32_t offset = reg->offset + i * reg->stride[0] + j * reg->stride[1];
			uint32_t value;

			err = fc_transport_read(t, offset, &value);
			if (!err)
				err = add_word(dump, offset, value);
		}
	}
	return err;
}

static int by_offset(const void *a, const void *b)
{
	uint32_t left = ((const struct fc_dump_word *)a)->offset;
	uint32_t right = ((const struct fc_dump_word *)b)->offset;

	return left < right ? -1 : left > right;
}

/* Ask for a latch and see it done. A core whose clock stands still is a finding, not an error. */
static int latch(struct fc_dump *dump, struct fc_transport *t)
{
	uint32_t before, after, status;
	uint64_t start = t->ops->now(t);
	int err = fc_transport_read(t, FC_REG_LATCH_SEQ, &before);

	if (!err)
		err = fc_transport_write(t, FC_REG_COMMAND, FC_REG_COMMAND_LATCH_MASK);
	while (!err) {
		uint64_t passed = t->ops->now(t) - start;

		err = fc_transport_read(t, FC_REG_LATCH_SEQ, &after);
		if (!err)
			err = fc_transport_read(t, FC_REG_STATUS, &status);
		if (!err && after != before && !(status & FC_REG_STATUS_LATCHING_MASK)) {
			dump->latch = FC_DUMP_LATCH_DONE;
			return 0;
		}
		if (!err && passed >= LATCH_LIMIT_NS) {
			dump->latch = FC_DUMP_LATCH_STUCK;
			return 0;
		}
		t->ops->relax(t);
	}
	return err;
}

static void begin(struct fc_dump *dump, const char *where)
{
	memset(dump, 0, sizeof(*dump));
	for (size_t i = 0; where[i] && i < sizeof(dump->where) - 1; i++)
		dump->where[i] = (char)(where[i] < ' ' ? '?' : where[i]);
	dump->taken_ns = now_ns();
	dump->map_hash = FC_MAP_HASH;
}

int fc_dump_take(struct fc_dump *dump, struct fc_transport *t, const char *where, bool latch_first)
{
	struct extent e;
	uint32_t magic;
	int err;

	begin(dump, where);
	/* Whatever answers with another number is not written to. */
	err = fc_transport_read(t, FC_REG_MAGIC, &magic);
	if (!err && latch_first && magic == FC_MAGIC)
		err = latch(dump, t);
	if (err)
		return err;
	e = read_extent(t);
	for (size_t r = 0; !err && r < fc_register_count; r++)
		if (readable(&fc_register_table[r]))
			err = take_register(dump, t, &e, &fc_register_table[r]);
	qsort(dump->word, dump->words, sizeof(*dump->word), by_offset);
	return err;
}

void fc_dump_free(struct fc_dump *dump)
{
	free(dump->word);
	free(dump->record);
	memset(dump, 0, sizeof(*dump));
}

bool fc_dump_get(const struct fc_dump *dump, uint32_t offset, uint32_t *value)
{
	struct fc_dump_word key = {.offset = offset};
	const struct fc_dump_word *word = NULL;

	if (dump->words)
		word = bsearch(&key, dump->word, dump->words, sizeof(key), by_offset);
	if (word)
		*value = word->value;
	return word != NULL;
}
