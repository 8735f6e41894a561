// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random operations on a broker against a naive one that remembers everything: for each card and
 * object, which version the card has and which there is.
 *   broker_random_test [SEED [STEPS]]
 */
#include <ha/broker_text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDS 24
#define CARDS 5 /* of 32, the highest among them */
#define DISPLAYS 3

static const unsigned slot_of[CARDS] = {0, 3, 7, 8, 31};

static uint64_t state = 1, checks, step;

static unsigned below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 11) % n;
}

#define require(condition, what)                                                                   \
	do {                                                                                       \
		checks++;                                                                          \
		if (!(condition)) {                                                                \
			printf("FAILED at step %llu: %s\n", (unsigned long long)step, what);       \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

/* ------------------------------------------------------------------ the naive one */
struct reference {
	uint32_t version[IDS]; /* 0: no object */
	uint64_t changed[IDS]; /* when */
	struct {
		bool enabled, flushed;
		uint32_t mirror[IDS]; /* what it holds */
		uint64_t taken[IDS];  /* changes up to here, of this object */
	} card[CARDS];
	uint64_t clock;
};

static struct reference ref;
static struct fc_broker *b;
static struct fc_broker_display *display[DISPLAYS];

static void put(unsigned id)
{
	uint32_t version = ref.version[id] + 1 + below(3);
	char name[16];

	snprintf(name, sizeof(name), "object %u", id);
	fc_broker_put(b, fc_broker_object_create(id, name, &version, sizeof(version)));
	ref.version[id] = version;
	ref.changed[id] = ++ref.clock;
}

static void delete_one(unsigned id)
{
	fc_broker_remove(b, id);
	if (!ref.version[id])
		return;
	ref.version[id] = 0;
	ref.changed[id] = ++ref.clock;
}

/* Has the card yet to take something of this object? */
static bool pending(unsigned card, unsigned id)
{
	if (!ref.changed[id])
		return false;
	if (ref.card[card].taken[id] >= ref.changed[id])
		return false;
	return true;
}

static void enable(unsigned card)
{
	fc_broker_card_set(b, slot_of[card], FC_BROKER_ENABLED);
	ref.card[card].enabled = true;
	ref.card[card].flushed = false;
	memset(ref.card[card].taken, 0, sizeof(ref.card[card].taken));
}

static void disable(unsigned card)
{
	fc_broker_card_set(b, slot_of[card], below(2) ? FC_BROKER_DISABLED : FC_BROKER_ABSENT);
	ref.card[card].enabled = false;
}

/* ------------------------------------------------------------------ consuming */
static uint32_t version_of(const struct fc_broker_update *u)
{
	uint32_t version = 0;

	if (!u->is_delete)
		memcpy(&version, fc_broker_value_data(u->value), sizeof(version));
	return version;
}

static unsigned id_of(const struct fc_broker_update *u)
{
	return fc_broker_value_id(u->value);
}

/* (a) one update an object; (d) in list order they end at the object table. */
static void check_batch(unsigned card, const struct fc_broker_batch *batch)
{
	uint32_t table[IDS];
	bool seen[IDS] = {false};

	memcpy(table, ref.card[card].mirror, sizeof(table));
	require(batch->flush == !ref.card[card].flushed, "a newcomer sees the flush, nobody else");
	if (batch->flush)
		memset(table, 0, sizeof(table));
	for (size_t i = 0; i < batch->updates; i++) {
		unsigned id = id_of(&batch->update[i]);

		require(id < IDS && !seen[id], "(a) one update an object");
		seen[id] = true;
		table[id] = version_of(&batch->update[i]);
	}
	for (unsigned id = 0; id < IDS; id++) {
		require(table[id] == ref.version[id], "(d) updates end at the object table");
		if (!batch->flush)
			require(seen[id] == pending(card, id), "no update is sent for nothing");
	}
}

static bool among(unsigned id, const struct fc_broker_batch *batch)
{
	for (size_t i = 0; i < batch->updates; i++)
		if (id_of(&batch->update[i]) == id)
			return true;
	return false;
}

/* Take a batch; let things happen while the card is busy; some objects fail. */
static void consume(unsigned card, bool busy)
{
	struct fc_broker_batch batch, again;
	uint32_t failed[IDS];
	uint64_t clock = ref.clock;
	size_t count = 0, first, i;

	if (!ref.card[card].enabled)
		return;
	require(fc_broker_take(b, slot_of[card], &batch) == 0, "an enabled card can take");
	check_batch(card, &batch);
	for (i = 0; i < batch.updates; i++)
		if (below(8) == 0)
			failed[count++] = id_of(&batch.update[i]);
	for (unsigned n = busy ? below(4) : 0; n > 0; n--)
		below(3) ? put(below(IDS)) : delete_one(below(IDS));
	if (busy && below(4) == 0)
		fc_broker_trim(b);
	fc_broker_advance(b, slot_of[card], batch.ticket, failed, count);
	/* What has changed meanwhile went to the tail, and does not hold anything up. */
	for (first = 0; first < batch.updates; first++) {
		unsigned id = id_of(&batch.update[first]);
		bool fails = false;

		for (i = 0; i < count; i++)
			fails |= failed[i] == id;
		if (fails && ref.changed[id] <= clock)
			break;
	}
	if (batch.flush)
		memset(ref.card[card].mirror, 0, sizeof(ref.card[card].mirror));
	for (i = 0; i < first; i++) {
		ref.card[card].mirror[id_of(&batch.update[i])] = version_of(&batch.update[i]);
		ref.card[card].taken[id_of(&batch.update[i])] = clock;
	}
	ref.card[card].flushed = true;
	for (unsigned id = 0; id < IDS; id++)
		if (!among(id, &batch))
			ref.card[card].taken[id] = clock;
	/* What is left begins with what failed, in the same order. */
	require(fc_broker_take(b, slot_of[card], &again) == 0, "it can take again");
	for (i = first; i < batch.updates; i++)
		if (ref.changed[id_of(&batch.update[i])] <= clock)
			break;
	if (i < batch.updates)
		require(again.updates && id_of(&again.update[0]) == id_of(&batch.update[i]),
			"the cursor stays before what failed");
	fc_broker_batch_release(&again);
	fc_broker_batch_release(&batch);
}

/* ------------------------------------------------------------------ the rules */
static size_t pending_deletes(void)
{
	size_t count = 0;

	for (unsigned id = 0; id < IDS; id++) {
		bool waited = false;

		for (unsigned c = 0; c < CARDS; c++)
			waited |= ref.card[c].enabled && !ref.version[id] && pending(c, id);
		count += waited;
	}
	return count;
}

static void check_card(unsigned card, const struct fc_broker_row *row, size_t rows)
{
	struct fc_broker_consumer c;
	size_t matching = 0;

	fc_broker_consumer(b, slot_of[card], &c);
	require((c.state == FC_BROKER_ENABLED) == ref.card[card].enabled, "state of a card");
	if (!ref.card[card].enabled)
		return;
	for (size_t i = 0; i < rows; i++)
		matching += row[i].type == FC_BROKER_UPDATE && (row[i].cards >> slot_of[card] & 1);
	require(c.completed + c.pending == matching, "(b) completed and pending are all");
	for (size_t i = 0; i + 1 < rows; i++)
		if (row[i + 1].type == FC_BROKER_CONSUME && (row[i + 1].cards >> slot_of[card] & 1))
			require(row[i].pos == c.pos, "position of a consumer");
}

static char *picture(void)
{
	char *text;
	size_t octets;
	FILE *out = open_memstream(&text, &octets);

	fc_broker_text_detail(b, out);
	fc_broker_text_picture(b, out);
	fclose(out);
	return text;
}

static void check_list(void)
{
	struct fc_broker_display *d = fc_broker_display_begin(b);
	struct fc_broker_row row[2 * IDS + 2 * CARDS + DISPLAYS + 8];
	struct fc_broker_totals t;
	size_t rows = 0, sum = 0, at[FC_BROKER_CARDS + 1];
	char *one, *two;

	require(!fc_broker_check(b), "the list's own rules");
	while (fc_broker_display_next(d, &row[rows]))
		require(++rows < sizeof(row) / sizeof(*row), "the list ends");
	fc_broker_display_end(d);
	for (unsigned pos = fc_broker_positions(b, at) + 1; pos-- > 0;)
		sum += at[pos];
	fc_broker_totals(b, &t);
	require(sum == t.modifies + t.deletes, "(c) positions hold all updates");
	require(rows <= t.objects + pending_deletes() + t.cursors + t.displays + 3,
		"memory: live objects, deletes that somebody waits for, cursors");
	for (unsigned c = 0; c < CARDS; c++)
		check_card(c, row, rows);
	one = picture();
	two = picture();
	require(!strcmp(one, two), "(f) texts are functions of the list");
	free(one);
	free(two);
}

/* (e) nothing that a card has yet to take is trimmed. */
static void trim(void)
{
	struct fc_broker_consumer before[CARDS], after;

	for (unsigned c = 0; c < CARDS; c++)
		fc_broker_consumer(b, slot_of[c], &before[c]);
	fc_broker_trim(b);
	for (unsigned c = 0; c < CARDS; c++) {
		fc_broker_consumer(b, slot_of[c], &after);
		require(after.pending == before[c].pending, "(e) trim takes nothing pending");
	}
}

static void show(unsigned i)
{
	struct fc_broker_row row;

	if (!display[i])
		display[i] = fc_broker_display_begin(b);
	else if (!fc_broker_display_next(display[i], &row) || below(20) == 0) {
		fc_broker_display_end(display[i]);
		display[i] = NULL;
	}
}

static void one_step(void)
{
	unsigned what = below(100);

	if (what < 30)
		put(below(IDS));
	else if (what < 42)
		delete_one(below(IDS));
	else if (what < 77)
		consume(below(CARDS), below(2));
	else if (what < 82)
		trim();
	else if (what < 86)
		enable(below(CARDS));
	else if (what < 88)
		disable(below(CARDS));
	else
		show(below(DISPLAYS));
	check_list();
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 20261123;
	uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 0) : 40000;

	state = seed * 2 + 1;
	b = fc_broker_create();
	if (!b)
		return 1;
	for (step = 0; step < steps; step++)
		one_step();
	for (unsigned i = 0; i < DISPLAYS; i++)
		if (display[i])
			fc_broker_display_end(display[i]);
	fc_broker_destroy(b);
	printf("seed %llu: %llu steps, %llu checks\n", (unsigned long long)seed,
	       (unsigned long long)steps, (unsigned long long)checks);
	return checks ? 0 : 1;
}
