// SPDX-License-Identifier: BSD-2-Clause
/*
 * A dump as text, one thing a line:
 *
 *   flowcard-dump 1
 *   # taken 2026-11-22 20:30:00 UTC
 *   where vfio-user:/run/card.sock
 *   time 1795379400123456789
 *   map 0x78bd5c0b
 *   latch done
 *   reg 0x0000 0x464c4f57
 *   record 0 17 00000014...          32 words of 8 digits
 *   end 2 1                          registers and records: a file that was cut is noticed
 */
#include <errno.h>
#include <flowcard/dump.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINE_OCTETS 512
#define RECORD_DIGITS ((size_t)8 * FC_RECORD_WORDS)
#define SEPARATORS " \t\r\n"

static const char *const latch_name[] = {"none", "done", "stuck"};

int fc_dump_save(const struct fc_dump *dump, FILE *out)
{
	time_t seconds = (time_t)(dump->taken_ns / 1000000000u);
	struct tm tm;
	char text[40] = "?";

	if (gmtime_r(&seconds, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fprintf(out, "flowcard-dump 1\n# taken %s\nwhere %s\ntime %" PRIu64 "\nmap 0x%08x\n", text,
		dump->where, dump->taken_ns, (unsigned)dump->map_hash);
	fprintf(out, "latch %s\n", latch_name[dump->latch]);
	for (size_t i = 0; i < dump->words; i++)
		fprintf(out, "reg 0x%04x 0x%08x\n", (unsigned)dump->word[i].offset,
			(unsigned)dump->word[i].value);
	for (size_t i = 0; i < dump->records; i++) {
		fprintf(out, "record %u %u ", dump->record[i].ring,
			(unsigned)dump->record[i].index);
		for (unsigned w = 0; w < FC_RECORD_WORDS; w++)
			fprintf(out, "%08x", (unsigned)dump->record[i].word[w]);
		fputc('\n', out);
	}
	fprintf(out, "end %zu %zu\n", dump->words, dump->records);
	errno = 0;
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}

/* ------------------------------------------------------------------ loading */
struct loader {
	struct fc_dump *dump;
	unsigned line;
	bool ended;
	char *rest; /* of the line, after its first word */
	char *error;
	size_t error_octets;
};

__attribute__((format(printf, 2, 3))) static int refuse(struct loader *l, const char *format, ...)
{
	int used = snprintf(l->error, l->error_octets, "line %u: ", l->line);
	va_list args;

	va_start(args, format);
	if (used >= 0 && (size_t)used < l->error_octets)
		vsnprintf(l->error + used, l->error_octets - (size_t)used, format, args);
	va_end(args);
	return -EINVAL;
}

/* The next word of the line as a number of at most `most`. */
static int take_number(struct loader *l, int base, uint64_t most, uint64_t *value)
{
	char *word = strtok_r(NULL, SEPARATORS, &l->rest), *end;

	*value = 0;
	if (!word || *word == '-' || *word == '+')
		return refuse(l, "a number is missing");
	errno = 0;
	*value = strtoull(word, &end, base);
	if (errno || *end || *value > most)
		return refuse(l, "\"%.40s\" is not a number, or too large", word);
	return 0;
}

static int take_where(struct loader *l)
{
	char *word = l->rest + strspn(l->rest, SEPARATORS);
	size_t length = strcspn(word, "\r\n");

	if (length >= sizeof(l->dump->where))
		return refuse(l, "the place is longer than %zu", sizeof(l->dump->where) - 1);
	for (size_t i = 0; i < length; i++)
		l->dump->where[i] = (char)(word[i] >= ' ' ? word[i] : '?');
	l->dump->where[length] = '\0';
	l->rest = word + length;
	return 0;
}

static int take_time(struct loader *l)
{
	return take_number(l, 10, UINT64_MAX, &l->dump->taken_ns);
}

static int take_map(struct loader *l)
{
	uint64_t value = 0;
	int err = take_number(l, 16, UINT32_MAX, &value);

	if (!err)
		l->dump->map_hash = (uint32_t)value;
	return err;
}

static int take_latch(struct loader *l)
{
	char *word = strtok_r(NULL, SEPARATORS, &l->rest);

	for (unsigned i = 0; word && i < sizeof(latch_name) / sizeof(*latch_name); i++)
		if (!strcmp(word, latch_name[i])) {
			l->dump->latch = (enum fc_dump_latch)i;
			return 0;
		}
	return refuse(l, "latch is none, done or stuck");
}

static int take_reg(struct loader *l)
{
	struct fc_dump *d = l->dump;
	uint64_t offset = 0, value = 0;
	int err = take_number(l, 16, 0xfffff, &offset);

	if (!err)
		err = take_number(l, 16, UINT32_MAX, &value);
	if (err)
		return err;
	if (offset % 4 || (d->words && offset <= d->word[d->words - 1].offset))
		return refuse(l, "register 0x%04x is out of order", (unsigned)offset);
	if (d->words == FC_DUMP_WORDS_MAX)
		return refuse(l, "more than %d registers", FC_DUMP_WORDS_MAX);
	if (d->words == d->word_room) {
		size_t room = d->word_room ? 2 * d->word_room : 256;
		void *bigger = realloc(d->word, room * sizeof(*d->word));

		if (!bigger)
			return -ENOMEM;
		d->word = bigger;
		d->word_room = room;
	}
	d->word[d->words++] = (struct fc_dump_word){(uint32_t)offset, (uint32_t)value};
	return 0;
}

static int take_record(struct loader *l)
{
	uint32_t word[FC_RECORD_WORDS];
	uint64_t ring = 0, index = 0;
	char *digits, part[9];
	int err = take_number(l, 10, 255, &ring);

	if (!err)
		err = take_number(l, 10, UINT32_MAX, &index);
	if (err)
		return err;
	digits = strtok_r(NULL, SEPARATORS, &l->rest);
	if (!digits || strlen(digits) != RECORD_DIGITS ||
	    strspn(digits, "0123456789abcdefABCDEF") != RECORD_DIGITS)
		return refuse(l, "a record has %zu hexadecimal digits", RECORD_DIGITS);
	if (l->dump->records == FC_DUMP_RECORDS_MAX)
		return refuse(l, "more than %d records", FC_DUMP_RECORDS_MAX);
	for (unsigned w = 0; w < FC_RECORD_WORDS; w++) {
		snprintf(part, sizeof(part), "%.8s", digits + 8 * (size_t)w);
		word[w] = (uint32_t)strtoul(part, NULL, 16);
	}
	return fc_dump_add_record(l->dump, (unsigned)ring, (uint32_t)index, word);
}

static int take_end(struct loader *l)
{
	uint64_t words = 0, records = 0;
	int err = take_number(l, 10, UINT32_MAX, &words);

	if (!err)
		err = take_number(l, 10, UINT32_MAX, &records);
	if (err)
		return err;
	if (words != l->dump->words || records != l->dump->records)
		return refuse(l,
			      "%" PRIu64 " registers and %" PRIu64
			      " records are announced, %zu and %zu are there",
			      words, records, l->dump->words, l->dump->records);
	l->ended = true;
	return 0;
}

static const struct {
	const char *word;
	int (*take)(struct loader *l);
} line_kinds[] = {
	{"where", take_where}, {"time", take_time},     {"map", take_map}, {"latch", take_latch},
	{"reg", take_reg},     {"record", take_record}, {"end", take_end},
};

static int take_line(struct loader *l, char *text)
{
	char *word;

	if (!strchr(text, '\n') && strlen(text) == LINE_OCTETS - 1)
		return refuse(l, "longer than %d octets", LINE_OCTETS - 2);
	word = strtok_r(text, SEPARATORS, &l->rest);
	if (!word || *word == '#')
		return 0;
	if (l->ended)
		return refuse(l, "something stands after the end");
	for (size_t i = 0; i < sizeof(line_kinds) / sizeof(*line_kinds); i++) {
		int err;

		if (strcmp(word, line_kinds[i].word) != 0)
			continue;
		err = line_kinds[i].take(l);
		if (!err && strtok_r(NULL, SEPARATORS, &l->rest))
			err = refuse(l, "too many words");
		return err;
	}
	return refuse(l, "unknown word \"%.40s\"", word);
}

static int load(struct loader *l, FILE *in)
{
	char text[LINE_OCTETS];
	int err = 0;

	l->line = 1;
	if (!fgets(text, sizeof(text), in) || strcspn(text, "\r\n") != 15 ||
	    strncmp(text, "flowcard-dump 1", 15) != 0)
		return refuse(l, "this is no dump of a flowcard (\"flowcard-dump 1\")");
	while (!err && fgets(text, sizeof(text), in)) {
		l->line++;
		err = take_line(l, text);
	}
	if (!err && ferror(in))
		err = refuse(l, "cannot be read");
	if (!err && !l->ended)
		err = refuse(l, "the file was cut: its end line is missing");
	return err;
}

int fc_dump_load(struct fc_dump *dump, FILE *in, char *error, size_t error_octets)
{
	struct loader l = {.dump = dump, .error = error, .error_octets = error_octets};
	int err;

	memset(dump, 0, sizeof(*dump));
	if (error_octets)
		*error = '\0';
	err = load(&l, in);
	if (err)
		fc_dump_free(dump);
	return err;
}
