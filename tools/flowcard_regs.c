/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard-regs: what a card's registers hold, and whether that looks right. See docs/regs.md. */
#include "ha/control_client.h"
#include "tools/flowcard_regs_source.h"
#include <errno.h>
#include <flowcard/registers.h>
#include <getopt.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_DIFFERS = 1, EXIT_TROUBLE = 3 };
enum mode { MODE_PRINT, MODE_JSON, MODE_SAVE, MODE_DIFF, MODE_CHECK, MODE_WATCH };

struct options {
	enum mode mode;
	struct fc_dump_print print;
	const char *save, *control;
	const char *place[2];
	int places;
	double interval;
	unsigned long count;
	bool latch, snapshot;
};

static const char usage[] =
	"usage: flowcard-regs [OPTION...] WHERE\n"
	"       flowcard-regs --diff [OPTION...] WHERE-A WHERE-B\n"
	"       flowcard-regs --check [OPTION...] [OLDER] WHERE\n"
	"WHERE is BDF, vfio:BDF, uio:BDF, vfio-user:SOCKET, slot:N (a card of the running "
	"flowcardd)\n"
	"or a saved dump (file:PATH, or the path of a file that is there).\n"
	"  -f, --filter GLOB     registers whose name matches (*, ?; several with commas)\n"
	"  -r, --raw             offsets and values only\n"
	"  -d, --describe        with each register's and field's meaning\n"
	"  -a, --all             also counters and array elements that are 0\n"
	"  -j, --json            as JSON\n"
	"  -s, --save FILE       write the dump to FILE (- is standard output)\n"
	"  -w, --watch[=SECONDS] again and again, changes marked (default 1)\n"
	"  -n, --count N         stop a watch after N times\n"
	"      --diff            what differs between two dumps\n"
	"      --check           say in words what looks wrong\n"
	"  -i, --interval SECONDS between the two looks of a live check (default 1; 0: one look)\n"
	"  -l, --latch           latch the 64-bit counters first: the only write there is\n"
	"      --snapshot        with a copy of each cache entry (slot:N only)\n"
	"  -c, --control SOCKET  flowcardd's control socket (default " FC_CONTROL_SOCKET ")\n"
	"      --help, --version\n"
	"Exit status: 0 well; 1 they differ, or a warning; 2 critical; 3 usage, or no dump could "
	"be had.\n";

static const struct option long_options[] = {
	{"filter", required_argument, NULL, 'f'},
	{"raw", no_argument, NULL, 'r'},
	{"describe", no_argument, NULL, 'd'},
	{"all", no_argument, NULL, 'a'},
	{"json", no_argument, NULL, 'j'},
	{"save", required_argument, NULL, 's'},
	{"watch", optional_argument, NULL, 'w'},
	{"count", required_argument, NULL, 'n'},
	{"diff", no_argument, NULL, 'D'},
	{"check", no_argument, NULL, 'C'},
	{"interval", required_argument, NULL, 'i'},
	{"latch", no_argument, NULL, 'l'},
	{"snapshot", no_argument, NULL, 'S'},
	{"control", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int complain(const char *text)
{
	fprintf(stderr, "flowcard-regs: %s\n", text);
	return EXIT_TROUBLE;
}

/* Return 0 or -EINVAL. */
static int seconds_of(const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (end == text || *end || !isfinite(*out) || *out < 0 || *out > 1e6)
		return -EINVAL;
	return 0;
}

static int set_watch(struct options *o, const char *text)
{
	o->mode = MODE_WATCH;
	return text ? seconds_of(text, &o->interval) : 0;
}

static int set_count(struct options *o, const char *text)
{
	char *end;

	o->count = strtoul(text, &end, 10);
	return end == text || *end || !o->count ? -EINVAL : 0;
}

/* Return 0, 1 (help was asked for and printed) or -EINVAL. */
static int take_option(struct options *o, int letter)
{
	switch (letter) {
	case 'f':
		o->print.glob = optarg;
		return 0;
	case 'r':
		o->print.raw = true;
		return 0;
	case 'd':
		o->print.describe = true;
		return 0;
	case 'a':
		o->print.zeros = true;
		return 0;
	case 'j':
		o->mode = MODE_JSON;
		return 0;
	case 's':
		o->mode = MODE_SAVE;
		o->save = optarg;
		return 0;
	case 'w':
		return set_watch(o, optarg);
	case 'n':
		return set_count(o, optarg);
	case 'D':
		o->mode = MODE_DIFF;
		return 0;
	case 'C':
		o->mode = MODE_CHECK;
		return 0;
	case 'i':
		return seconds_of(optarg, &o->interval);
	case 'l':
		o->latch = true;
		return 0;
	case 'S':
		o->snapshot = true;
		return 0;
	case 'c':
		o->control = optarg;
		return 0;
	case 'h':
		fputs(usage, stdout);
		return 1;
	case 'V':
		puts("flowcard-regs " FC_VERSION);
		return 1;
	default:
		return -EINVAL;
	}
}

static int parse(struct options *o, int argc, char **argv)
{
	int letter, got, most;

	*o = (struct options){.control = FC_CONTROL_SOCKET, .interval = 1};
	while ((letter = getopt_long(argc, argv, "f:rdajs:w::n:i:lc:", long_options, NULL)) >= 0) {
		got = take_option(o, letter);
		if (got < 0 && letter != '?')
			fprintf(stderr, "flowcard-regs: -%c: \"%s\" does not fit\n", letter,
				optarg);
		if (got)
			return got;
	}
	most = o->mode == MODE_DIFF || o->mode == MODE_CHECK ? 2 : 1;
	o->places = argc - optind;
	if (o->places < 1 || o->places > most || (o->mode == MODE_DIFF && o->places != 2)) {
		fputs(usage, stderr);
		return -EINVAL;
	}
	for (int i = 0; i < o->places; i++)
		o->place[i] = argv[optind + i];
	return 0;
}

static void pause_for(double seconds)
{
	struct timespec left = {(time_t)seconds, (long)((seconds - floor(seconds)) * 1e9)};

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

/* ------------------------------------------------------------------ one dump */
static uint32_t word(const struct fc_dump *dump, uint32_t offset)
{
	uint32_t value = 0;

	fc_dump_get(dump, offset, &value);
	return value;
}

/* How old the latched counters are: what the card says, and how that stands to the host's clock. */
static void note_latch(const struct fc_dump *dump, FILE *out)
{
	uint64_t card_ns =
		(uint64_t)word(dump, FC_REG_TIME_HIGH) << 32 | word(dump, FC_REG_TIME_LOW);
	double behind = ((double)dump->taken_ns - (double)card_ns) / 1e9;

	if (!word(dump, FC_REG_LATCH_SEQ)) {
		fputs("# never latched: 64-bit counters and card time read 0 (see --latch)\n", out);
		return;
	}
	fprintf(out,
		"# 64-bit counters are those of latch %u%s, card time %llu.%09llu s, %.3f s before "
		"the "
		"host's clock\n",
		(unsigned)word(dump, FC_REG_LATCH_SEQ),
		dump->latch == FC_DUMP_LATCH_DONE ? " (just now)" : " (see --latch)",
		(unsigned long long)(card_ns / 1000000000u),
		(unsigned long long)(card_ns % 1000000000u), behind);
}

/* What belongs to any reading of this dump. */
static void notes(const struct fc_dump *dump, FILE *out)
{
	time_t seconds = (time_t)(dump->taken_ns / 1000000000u);
	struct tm tm;
	char when[40] = "?";

	if (gmtime_r(&seconds, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fprintf(out, "# %s, taken %s, %zu registers, %zu ring records\n", dump->where, when,
		dump->words, dump->records);
	if (word(dump, FC_REG_MAGIC) != FC_MAGIC)
		fprintf(out, "# MAGIC reads 0x%08x: %s\n", (unsigned)word(dump, FC_REG_MAGIC),
			word(dump, FC_REG_MAGIC) == UINT32_MAX ? "the card is gone"
							       : "this is no flowcard");
	else if (word(dump, FC_REG_MAP_HASH) != FC_MAP_HASH)
		fprintf(out,
			"# the card's register map is 0x%08x, this program knows 0x%08x: names and "
			"fields may be wrong\n",
			(unsigned)word(dump, FC_REG_MAP_HASH), (unsigned)FC_MAP_HASH);
	note_latch(dump, out);
}

static int take(const struct options *o, struct fc_regs_source *source, struct fc_dump *dump)
{
	char error[400];
	int err = fc_regs_source_take(source, o->latch, o->snapshot, dump, error, sizeof(error));

	if (err) {
		fc_dump_free(dump);
		complain(error);
	}
	return err;
}

static int print(const struct options *o, const struct fc_dump *dump)
{
	int count;

	if (!o->print.raw)
		notes(dump, stdout);
	count = fc_dump_print(dump, &o->print, stdout);
	if (count < 0)
		return complain(strerror(-count));
	if (!count && o->print.glob)
		return complain("no register has such a name");
	return EXIT_OK;
}

static int print_json(const struct options *o, const struct fc_dump *dump)
{
	json_t *json = fc_dump_json(dump, o->print.glob);
	int status = EXIT_OK;

	if (!json || json_dumpf(json, stdout, JSON_INDENT(1)) || putchar('\n') == EOF ||
	    fflush(stdout))
		status = complain("the JSON could not be written");
	json_decref(json);
	return status;
}

static int save(const struct options *o, const struct fc_dump *dump)
{
	FILE *out = strcmp(o->save, "-") ? fopen(o->save, "w") : stdout;
	int err = out ? fc_dump_save(dump, out) : -errno;

	if (out && out != stdout && fclose(out) && !err)
		err = -errno;
	if (!err)
		return EXIT_OK;
	fprintf(stderr, "flowcard-regs: %s: %s\n", o->save, strerror(-err));
	return EXIT_TROUBLE;
}

static int one(const struct options *o, struct fc_regs_source *source)
{
	struct fc_dump dump;
	int status;

	if (take(o, source, &dump))
		return EXIT_TROUBLE;
	if (o->mode == MODE_JSON)
		status = print_json(o, &dump);
	else if (o->mode == MODE_SAVE)
		status = save(o, &dump);
	else
		status = print(o, &dump);
	fc_dump_free(&dump);
	return status;
}

/* ------------------------------------------------------------------ two dumps */
static int diff(const struct options *o, struct fc_regs_source *source)
{
	struct fc_dump dump[2];
	int count;

	if (take(o, &source[0], &dump[0]))
		return EXIT_TROUBLE;
	if (take(o, &source[1], &dump[1])) {
		fc_dump_free(&dump[0]);
		return EXIT_TROUBLE;
	}
	count = fc_dump_diff(&dump[0], &dump[1], o->print.glob, stdout);
	fc_dump_free(&dump[0]);
	fc_dump_free(&dump[1]);
	if (count < 0)
		return complain(strerror(-count));
	return count ? EXIT_DIFFERS : EXIT_OK;
}

static int watch(const struct options *o, struct fc_regs_source *source)
{
	struct fc_dump now, before = {0};
	struct fc_dump_print how = o->print;
	int status = EXIT_OK;

	for (unsigned long n = 0; !status && (!o->count || n < o->count); n++) {
		if (n)
			pause_for(o->interval);
		if (take(o, source, &now)) {
			status = EXIT_TROUBLE;
			break;
		}
		if (isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		how.before = n ? &before : &now; /* the first time nothing is marked */
		notes(&now, stdout);
		if (fc_dump_print(&now, &how, stdout) < 0)
			status = complain("standard output is gone");
		fc_dump_free(&before);
		before = now;
	}
	fc_dump_free(&before);
	return status;
}

/* ------------------------------------------------------------------ the check */
struct findings {
	char *text;
	size_t octets;
	FILE *stream;
	unsigned count;
};

static void note_finding(void *context, enum fc_dump_severity severity, const char *text)
{
	struct findings *f = context;

	f->count++;
	fprintf(f->stream, "%s: %s\n", fc_dump_severity_name(severity), text);
}

static int judge(const struct fc_dump *now, const struct fc_dump *before)
{
	struct findings f = {0};
	enum fc_dump_severity worst;

	f.stream = open_memstream(&f.text, &f.octets);
	if (!f.stream)
		return complain(strerror(errno));
	worst = fc_dump_check(now, before, note_finding, &f);
	fclose(f.stream);
	printf("%s: %s: %u finding%s\n%s", fc_dump_severity_name(worst), now->where, f.count,
	       f.count == 1 ? "" : "s", f.text);
	free(f.text);
	return (int)worst;
}

/* A live card is looked at twice, so that growth and standstill can be told. One that
 * vanishes between the looks is critical. */
static int check(const struct options *o, struct fc_regs_source *source)
{
	struct fc_regs_source *newer = &source[o->places - 1];
	struct fc_dump before = {0}, now;
	bool two = o->places == 2 || (fc_regs_source_live(newer) && o->interval > 0);
	int status, err;

	if (two && take(o, &source[0], &before))
		return EXIT_TROUBLE;
	if (o->places == 1 && two)
		pause_for(o->interval);
	err = take(o, newer, &now);
	if (err) {
		fc_dump_free(&before);
		return err == -ENODEV && fc_regs_source_live(newer) ? (int)FC_DUMP_CRITICAL
								    : EXIT_TROUBLE;
	}
	status = judge(&now, two ? &before : NULL);
	fc_dump_free(&before);
	fc_dump_free(&now);
	return status;
}

int main(int argc, char **argv)
{
	struct fc_regs_source source[2] = {0};
	struct options o;
	char error[400];
	int status = EXIT_OK;
	int got = parse(&o, argc, argv);

	if (got)
		return got > 0 ? EXIT_OK : EXIT_TROUBLE;
	for (int i = 0; !status && i < o.places; i++)
		if (fc_regs_source_open(&source[i], o.place[i], o.control, error, sizeof(error)))
			status = complain(error);
	if (status)
		goto close_sources;
	if (o.mode == MODE_DIFF)
		status = diff(&o, source);
	else if (o.mode == MODE_WATCH)
		status = watch(&o, source);
	else if (o.mode == MODE_CHECK)
		status = check(&o, source);
	else
		status = one(&o, source);

close_sources:
	for (int i = 0; i < o.places; i++)
		fc_regs_source_close(&source[i]);
	return status;
}
