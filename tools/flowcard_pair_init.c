// SPDX-License-Identifier: BSD-2-Clause
/* flowcard-pair-init: make the secrets that two units know each other by. */
#include "ha/peer/key.h"
#include "tools/pair_certificates.h"
#include "tools/pair_files.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STATUS_DONE, STATUS_FAILED, STATUS_USAGE };
enum { DAYS = 3650, DAYS_MAX = 36500 };

struct options {
	const char *folder;
	bool certificates;
	struct pair_certificates what;
};

static const char usage[] =
	"usage: flowcard-pair-init [--certificates [--days N]] [--name NAME] DIRECTORY\n"
	"Make what two units know each other by: a key for the pair (pair.key), or an authority\n"
	"and a certificate with its key for unit 1 and unit 2. Nothing is overwritten.\n"
	"  --certificates  certificates instead of a key\n"
	"  --days N        they are good for so long (default 3650)\n"
	"  --name NAME     of the pair, in the files (default \"flowcard pair\")\n"
	"  --help, --version\n"
	"Exit status: 0 done, 1 failed and nothing was made, 2 usage.\n";

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "flowcard-pair-init: %s: %s\n", what, why);
	return STATUS_FAILED;
}

/* ------------------------------------------------------------------ key */
static int write_key(FILE *out, const char *name)
{
	uint8_t key[FC_KEY_OCTETS];
	char identity[FC_KEY_IDENTITY];

	if (RAND_bytes(key, sizeof(key)) != 1 || fc_key_identity(key, identity))
		return -EIO;
	fprintf(out, "# %s: the same file on both units, mode 600. Known as \"%s\".\n", name,
		identity);
	for (unsigned n = 0; n < sizeof(key); n++)
		fprintf(out, "%02x", key[n]);
	fprintf(out, "\n");
	explicit_bzero(key, sizeof(key));
	return 0;
}

static int make_key(struct pair_files *files, const char *name, char why[256])
{
	FILE *out = pair_file_begin(files, "pair.key");
	int err = out ? write_key(out, name) : -errno, ended;

	if (out) {
		ended = pair_file_end(out);
		err = err ? err : ended;
	}
	if (err)
		snprintf(why, 256, "%.160s/pair.key: %s", files->folder, strerror(-err));
	return err;
}

/* ------------------------------------------------------------------ command line */
static int take_days(struct options *o, const char *text)
{
	char *end;

	o->what.days = strtol(text, &end, 10);
	return end == text || *end || o->what.days < 1 || o->what.days > DAYS_MAX ? -EINVAL : 0;
}

/* It is written into a comment, and into a subject. */
static int take_name(struct options *o, const char *text)
{
	size_t octets = strlen(text);

	for (size_t n = 0; n < octets; n++)
		if (!isprint((unsigned char)text[n]))
			return -EINVAL;
	o->what.name = text;
	return octets && octets < PAIR_NAME ? 0 : -EINVAL;
}

/* Return 0, 1 (help was asked for and printed) or -EINVAL. */
static int take_options(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{"certificates", no_argument, NULL, 'c'}, {"days", required_argument, NULL, 'd'},
		{"name", required_argument, NULL, 'n'},   {"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},      {NULL, 0, NULL, 0}};
	bool days = false;
	int letter, err = 0;

	while (!err && (letter = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (letter == 'c')
			o->certificates = true;
		else if (letter == 'd')
			days = !(err = take_days(o, optarg));
		else if (letter == 'n')
			err = take_name(o, optarg);
		else if (letter == 'h')
			return fputs(usage, stdout) < 0 ? -EINVAL : 1;
		else if (letter == 'V')
			return puts("flowcard-pair-init " FC_VERSION) < 0 ? -EINVAL : 1;
		else
			err = -EINVAL;
	}
	if (err || optind + 1 != argc || (days && !o->certificates))
		return -EINVAL;
	o->folder = argv[optind];
	return 0;
}

static void print_made(const struct options *o, const struct pair_files *files)
{
	for (unsigned n = 0; n < files->count; n++)
		printf("made %s\n", files->path[n]);
	if (o->certificates)
		printf("Copy authority.crt, unit-N.crt and unit-N.key to unit N; keep "
		       "authority.key "
		       "away from both.\n");
	else
		printf("Copy pair.key to both units, over a channel that nobody else reads.\n");
}

int main(int argc, char **argv)
{
	struct options o = {.what = {.name = "flowcard pair", .days = DAYS}};
	static struct pair_files files;
	char why[256];
	int err = take_options(argc, argv, &o);

	if (err > 0)
		return STATUS_DONE;
	if (err) {
		fputs(usage, stderr);
		return STATUS_USAGE;
	}
	err = pair_folder(&files, o.folder);
	if (err)
		return fail(o.folder, strerror(-err));
	err = o.certificates ? pair_certificates_make(&files, &o.what, why)
			     : make_key(&files, o.what.name, why);
	if (err) {
		pair_files_undo(&files);
		return fail("nothing was made", why);
	}
	print_made(&o, &files);
	return STATUS_DONE;
}
