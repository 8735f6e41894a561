/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * docs/fields.md is what the field table says. With FC_UPDATE_GOLDENS set in the environment the
 * page is written anew; read the difference before you commit it.
 */
#include <flowcard/fnf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those above first. */
#include <cmocka.h>

static const char intro[] =
	"<!-- SPDX-License-Identifier: BSD-2-Clause -->\n"
	"# Fields of flow records\n"
	"\n"
	"Written by `FC_UPDATE_GOLDENS=1 test_driver_fnf_fields_page` from `driver/fnf/field.c`; a "
	"test "
	"fails when it is stale.\n"
	"\n"
	"*use*: m: after `match`, c: after `collect`. *element*: of v9 and IPFIX alike. *octets*: "
	"in "
	"v9 / IPFIX; 0: left out, or what stands in the last column is said instead.\n"
	"*space*: in \"Total field space\". *zero*: a card cannot know it, so it is 0 (masks and "
	"prefixes: what `minimum-mask` says).\n"
	"*key bits*: of the card's vector that tell flows apart; 0 for a key whose value is the "
	"same "
	"for all packets of a port.\n"
	"\n"
	"| field | use | IP | element | octets | space | key bits | notes |\n"
	"|---|---|---|---|---|---|---|---|\n";

static unsigned key_bits(const struct fc_field *f)
{
	uint32_t mask[FC_VECTOR_WORDS] = {0};
	unsigned bits = 0;

	if (f->mask)
		f->mask(mask, f->argument_max);
	for (unsigned w = 0; w < FC_VECTOR_WORDS; w++)
		bits += (unsigned)__builtin_popcount(mask[w]);
	return bits;
}

static void write_field(const struct fc_field *f, FILE *out)
{
	fprintf(out, "| `%s`%s | %s%s | %s | %u | %u / %u | %u | ", f->name,
		f->argument_max ? " `[minimum-mask N]`" : "", f->use & FC_FIELD_MATCH ? "m" : "",
		f->use & FC_FIELD_COLLECT ? "c" : "",
		f->family == 4   ? "4"
		: f->family == 6 ? "6"
				 : "",
		f->element, f->v9, f->ipfix, f->space);
	if (f->use & FC_FIELD_MATCH)
		fprintf(out, "%s%u", f->argument_max && f->mask ? "0.." : "", key_bits(f));
	fprintf(out, " | %s%s%s%s |\n", f->known ? "" : "zero", f->instead ? "`" : "",
		f->instead ? f->instead : "", f->instead ? "`" : "");
}

static char *page(void)
{
	size_t count, octets;
	const struct fc_field *f = fc_field_table(&count);
	char *text;
	FILE *out = open_memstream(&text, &octets);

	fputs(intro, out);
	for (; count--; f++)
		write_field(f, out);
	fclose(out);
	return text;
}

static void the_page_of_fields_is_fresh(void **state)
{
	char *want = page(), have[40000];
	FILE *file;

	(void)state;
	if (getenv("FC_UPDATE_GOLDENS")) {
		file = fopen(FC_PAGE, "w");
		assert_non_null(file);
		fputs(want, file);
		fclose(file);
	}
	file = fopen(FC_PAGE, "r");
	assert_non_null(file);
	have[fread(have, 1, sizeof(have) - 1, file)] = '\0';
	fclose(file);
	assert_string_equal(have, want);
	free(want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_of_fields_is_fresh)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
