// SPDX-License-Identifier: BSD-2-Clause
#include "export_judge.h"

#include <ha/fnv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants setjmp and stdarg first. */
#include <cmocka.h>

void judge_open(struct judge *j)
{
	*j = (struct judge){0};
	j->datagram = calloc(JUDGE_DATAGRAMS, sizeof(*j->datagram));
	j->record = calloc(JUDGE_FLOWS, sizeof(*j->record));
	j->seen = calloc(JUDGE_FLOWS, 1);
	assert_true(j->datagram && j->record && j->seen);
	j->decoder.out = j->record;
	j->decoder.out_size = JUDGE_FLOWS;
}

void judge_close(struct judge *j)
{
	free(j->datagram);
	free(j->record);
	free(j->seen);
}

static uint32_t sequence_of(const uint8_t *octets)
{
	/* In the headers of v5, v9, IPFIX. */
	static const size_t at[] = {[5] = 16, [9] = 12, [10] = 8};
	const uint8_t *s = octets + at[octets[1]];

	return (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3];
}

/* Was it here already? NULL: it is new. */
static const struct judged *known(struct judge *j, uint32_t sequence, uint64_t hash)
{
	for (unsigned i = j->count; i--;) {
		const struct judged *d = &j->datagram[i];

		if (d->sequence == sequence && d->hash == hash)
			return d;
	}
	return NULL;
}

/* Return false: its template was dropped, which can be where queues overflow. */
static bool must_read(struct judge *j, struct decoder *d, const uint8_t *octets, size_t length,
		      const char *who)
{
	const char *wrong = decoder_read(d, octets, length);

	if (wrong && (!j->may_lack || strcmp(wrong, "data before its template") != 0))
		fail_msg("%s: %s", who, wrong);
	return !wrong;
}

static void count_flows(struct judge *j, unsigned before)
{
	for (unsigned i = before; i < j->decoder.records; i++) {
		const struct decoded *r = &j->record[i];

		assert_true(i < JUDGE_FLOWS && r->packets < JUDGE_FLOWS);
		assert_int_equal(r->octets, 100 + r->packets);
		j->seen[r->packets]++;
	}
}

void judge_take(struct judge *j, unsigned unit, const uint8_t *octets, size_t length,
		uint64_t now_ns)
{
	struct judged d = {.sequence = sequence_of(octets),
			   .hash = fc_fnv(FC_FNV_BASIS, octets, length)};
	unsigned before = j->decoder.records;

	j->last_ns[unit][j->sent[unit]++ % 64] = now_ns;
	if (known(j, d.sequence, d.hash)) {
		j->duplicates++;
		return;
	}
	d.step = 1;
	if (must_read(j, &j->decoder, octets, length, "a collector of both units"))
		d.step = j->decoder.expected_sequence - d.sequence;
	d.own = d.step == 0;
	for (unsigned i = 0; i < j->count; i++)
		if (!d.own && !j->datagram[i].own && j->datagram[i].sequence == d.sequence)
			j->conflicts++;
	assert_true(j->count < JUDGE_DATAGRAMS);
	j->datagram[j->count++] = d;
	count_flows(j, before);
	if (j->watching && (int32_t)(d.sequence - j->from) >= 0)
		must_read(j, &j->late, octets, length, "a collector since the takeover");
}

void judge_begin(struct judge *j, uint32_t sequence)
{
	j->late = (struct decoder){0};
	j->from = sequence;
	j->watching = true;
}

unsigned judge_since(const struct judge *j, unsigned unit, uint64_t since_ns)
{
	unsigned count = 0;

	for (unsigned i = 0; i < 64; i++)
		count += j->last_ns[unit][i] && j->last_ns[unit][i] >= since_ns;
	return count;
}

static int by_sequence(const void *a, const void *b)
{
	const struct judged *one = a, *other = b;

	if (one->sequence != other->sequence)
		return one->sequence < other->sequence ? -1 : 1;
	return other->own - one->own;
}

unsigned judge_gaps(struct judge *j)
{
	uint32_t expected = 0;
	unsigned gaps = 0;

	qsort(j->datagram, j->count, sizeof(*j->datagram), by_sequence);
	for (unsigned i = 0; i < j->count; i++) {
		gaps += j->datagram[i].sequence != expected;
		expected = j->datagram[i].sequence + j->datagram[i].step;
	}
	return gaps;
}
