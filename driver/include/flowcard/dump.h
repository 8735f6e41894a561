/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A register dump: what a card's registers (and, where its owner took it, its rings) held at one
 * moment. Taken from a transport, saved as text, loaded, printed, compared, judged. Walks
 * fc_register_table; the only registers that are known by name are those that the judging needs.
 *
 *   transport --> fc_dump_take --> struct fc_dump --> fc_dump_print / _json / _diff / _check
 *   file      --> fc_dump_load ---^            \--> fc_dump_save --> file
 */
#ifndef FLOWCARD_DUMP_H
#define FLOWCARD_DUMP_H

#include <flowcard/register_table.h>
#include <flowcard/ring.h>
#include <flowcard/transport.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FC_DUMP_WORDS_MAX 16384   /* what a file may hold */
#define FC_DUMP_RECORDS_MAX 65536 /* of all rings */

struct fc_dump_word {
	uint32_t offset, value;
};

struct fc_dump_record {
	unsigned ring;
	uint32_t index; /* free-running place in the ring */
	uint32_t word[FC_RECORD_WORDS];
};

enum fc_dump_latch {
	FC_DUMP_LATCH_NONE,  /* nobody asked: 64-bit counters are as old as the last latch */
	FC_DUMP_LATCH_DONE,  /* latched just before the registers were read */
	FC_DUMP_LATCH_STUCK, /* asked for, and LATCH_SEQ did not move: the core does not run */
};

struct fc_dump {
	char where[160];   /* one line, no control characters */
	uint64_t taken_ns; /* since 1970, host's clock */
	uint32_t map_hash; /* of the program that took it */
	enum fc_dump_latch latch;
	struct fc_dump_word *word; /* by offset, each once */
	size_t words, word_room;
	struct fc_dump_record *record;
	size_t records, record_room;
};

/*
 * Read every register that the card says it has. Nothing is written, unless `latch`: then
 * COMMAND.latch. Return 0 or the transport's -errno; what was read until then stays in *dump, which
 * must be freed in any case. A card that reads all ones is no error here: fc_dump_check says it.
 */
int fc_dump_take(struct fc_dump *dump, struct fc_transport *transport, const char *where,
		 bool latch);

/* Add a ring's last `count` records before `index` that are whole. Return 0 or -ENOMEM. */
int fc_dump_add_ring(struct fc_dump *dump, unsigned ring, const uint32_t *mem, unsigned size_log2,
		     uint32_t index, uint32_t count);

int fc_dump_add_record(struct fc_dump *dump, unsigned ring, uint32_t index,
		       const uint32_t word[FC_RECORD_WORDS]);

/* Return 0 or -errno of the stream. */
int fc_dump_save(const struct fc_dump *dump, FILE *out);

/* Return 0, -EINVAL (error says line and what is wrong; *dump is empty), -ENOMEM or -errno. */
int fc_dump_load(struct fc_dump *dump, FILE *in, char *error, size_t error_octets);

void fc_dump_free(struct fc_dump *dump);

/* Is there a value at this offset? Fills *value. */
bool fc_dump_get(const struct fc_dump *dump, uint32_t offset, uint32_t *value);

/* One register, or a pair that is one 64-bit number. Start with {0} and call until false. */
struct fc_dump_item {
	const struct fc_register *reg;
	unsigned index[2];
	uint32_t offset;
	bool wide;     /* low word here, high word at offset + 4 */
	char name[64]; /* "RING[2].BASE", "PORT[0].verdict[3]" */
	size_t row;    /* inside: where the walk stands */
	unsigned turn;
};
bool fc_dump_item_next(struct fc_dump_item *item);

/* The item's value if the dump has it (both words of a wide one). */
bool fc_dump_item_get(const struct fc_dump *dump, const struct fc_dump_item *item, uint64_t *value);

/* `glob`: patterns with * and ?, separated by commas, in any case of letters; NULL: everything. */
bool fc_dump_match(const char *glob, const char *name);

struct fc_dump_print {
	const char *glob;             /* names to print; NULL: all */
	const struct fc_dump *before; /* mark what differs from it; NULL: no marks */
	bool raw;                     /* offset and value only */
	bool describe;                /* with each register's and field's sentence */
	bool zeros;                   /* also 64-bit counters and array elements that are 0 */
};

/* Return registers printed or -errno of the stream. */
int fc_dump_print(const struct fc_dump *dump, const struct fc_dump_print *how, FILE *out);

/* Only what differs. Return how many registers differ (present in one only counts) or -errno. */
int fc_dump_diff(const struct fc_dump *a, const struct fc_dump *b, const char *glob, FILE *out);

/* One line of one ring record. */
void fc_dump_record_text(const uint32_t *record, char *text, size_t octets);

/* A json_t (jansson) of it all; NULL: no memory. The caller's to json_decref(). */
struct json_t;
struct json_t *fc_dump_json(const struct fc_dump *dump, const char *glob);
struct json_t *fc_dump_record_json(const uint32_t *record);

enum fc_dump_severity { FC_DUMP_OK, FC_DUMP_WARNING, FC_DUMP_CRITICAL, FC_DUMP_UNKNOWN };

/*
 * What looks wrong, a sentence each to `say`. `before`: an earlier dump of the same card, so that
 * growth and standstill can be told; may be NULL. Return the worst severity (critical before
 * unknown before warning).
 */
enum fc_dump_severity fc_dump_check(const struct fc_dump *dump, const struct fc_dump *before,
				    void (*say)(void *context, enum fc_dump_severity severity,
						const char *text),
				    void *context);
const char *fc_dump_severity_name(enum fc_dump_severity severity);

#ifdef __cplusplus
}
#endif
#endif
