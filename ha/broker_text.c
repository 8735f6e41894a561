// SPDX-License-Identifier: BSD-2-Clause
#include "ha/broker_text.h"

#include <stdlib.h>
#include <string.h>

/* "3,7", as a set of cards is called; "none" for nobody. */
#define SET_OCTETS 96

static const char *set_of(uint32_t cards, char text[SET_OCTETS])
{
	size_t at = 0;

	snprintf(text, SET_OCTETS, "none");
	for (unsigned c = 0; c < FC_BROKER_CARDS; c++)
		if (cards >> c & 1)
			at += (size_t)snprintf(text + at, SET_OCTETS - at, at ? ",%u" : "%u", c);
	return text;
}

static void print_linecard(uint32_t cards, FILE *out)
{
	char text[SET_OCTETS];

	fprintf(out, "Linecard %s (0x%x)", set_of(cards, text), (unsigned)cards);
}

/* Cards in this state; FC_BROKER_ABSENT: in any other. */
static uint32_t cards_in(const struct fc_broker *b, enum fc_broker_card state)
{
	struct fc_broker_consumer c;
	uint32_t cards = 0;

	for (unsigned n = 0; n < FC_BROKER_CARDS; n++) {
		fc_broker_consumer(b, n, &c);
		if (state == FC_BROKER_ABSENT ? c.state != state : c.state == state)
			cards |= UINT32_C(1) << n;
	}
	return cards;
}

/* Call `each` with the first card of every multicast group. */
static void each_group(const struct fc_broker *b,
		       void (*each)(const struct fc_broker_consumer *c, FILE *out), FILE *out)
{
	struct fc_broker_consumer c;

	for (unsigned n = 0; n < FC_BROKER_CARDS; n++) {
		fc_broker_consumer(b, n, &c);
		if (c.group && !(c.cards & ((UINT32_C(1) << n) - 1)))
			each(&c, out);
	}
}

/* ------------------------------------------------------------------ detail */
static void print_group(const struct fc_broker_consumer *c, FILE *out)
{
	fprintf(out, " 0x%llX\n", (unsigned long long)c->group);
}

static void print_stuck(const struct fc_broker *b, FILE *out)
{
	struct fc_broker_consumer c;

	for (unsigned n = 0; n < FC_BROKER_CARDS; n++) {
		fc_broker_consumer(b, n, &c);
		if (!c.attempts)
			continue;
		print_linecard(UINT32_C(1) << n, out);
		fprintf(out, " failed at %s, %u attempt%s: %s\n", c.name, c.attempts,
			c.attempts == 1 ? "" : "s", c.sentence);
	}
}

static void print_report(const struct fc_broker_consumer *c, FILE *out)
{
	fprintf(out, "Consume report for ");
	print_linecard(c->cards, out);
	fprintf(out, " (pos %u)\n%zu/%zu completed/pending updates (all VRFs)\n", c->pos,
		c->completed, c->pending);
}

static void print_positions(const struct fc_broker *b, FILE *out)
{
	size_t at[FC_BROKER_CARDS + 1];
	unsigned top = fc_broker_positions(b, at);

	fprintf(out, "Update list ranges from pos %u to pos 0 :-\n", top);
	for (unsigned pos = top + 1; pos-- > 0;)
		fprintf(out, "%u - %zu updates\n", pos, at[pos]);
}

void fc_broker_text_detail(const struct fc_broker *b, FILE *out)
{
	uint32_t enabled = cards_in(b, FC_BROKER_ENABLED);
	uint32_t disabled = cards_in(b, FC_BROKER_DISABLED);

	fprintf(out, "Brokering for ");
	print_linecard(enabled | disabled, out);
	fprintf(out, "\nMulticast groups :-\n");
	each_group(b, print_group, out);
	if (enabled) {
		print_linecard(enabled, out);
		fprintf(out, " enabled for download\n");
	}
	if (disabled) {
		print_linecard(disabled, out);
		fprintf(out, " disabled for download\n");
	}
	each_group(b, print_report, out);
	print_stuck(b, out);
	print_positions(b, out);
	fprintf(out, "Broker records :-\n");
}

void fc_broker_text_row(const struct fc_broker_row *row, FILE *out)
{
	switch (row->type) {
	case FC_BROKER_START:
		fprintf(out, "* - - Start of list\n");
		return;
	case FC_BROKER_FLUSH:
		fprintf(out, "%u - - Flush\n", row->pos);
		return;
	case FC_BROKER_CONSUME:
		fprintf(out, "%u - - Consume for ", row->pos);
		print_linecard(row->cards, out);
		break;
	case FC_BROKER_DISPLAY:
		fprintf(out, "%u - - Display\n", row->pos);
		return;
	case FC_BROKER_UPDATE:
		fprintf(out, "%u - %s %s", row->pos,
			row->is_delete ? "Del - Delete" : "Mod - Create", row->name);
		if (row->cards != FC_BROKER_EVERY) {
			fprintf(out, " for ");
			print_linecard(row->cards, out);
		}
		break;
	case FC_BROKER_END:
		fprintf(out, "* - - End of list");
		break;
	}
	fputc('\n', out);
}

/* ------------------------------------------------------------------ picture */
/* '+' or '-' while rows of that kind follow each other. */
struct run {
	char sign;
	unsigned count;
};

static void end_run(struct run *run, FILE *out)
{
	if (run->count)
		fprintf(out, "%c%u", run->sign, run->count);
	run->count = 0;
}

static void draw(const struct fc_broker_row *row, struct run *run, FILE *out)
{
	char sign = row->is_delete ? '-' : '+', text[SET_OCTETS];

	if (row->type == FC_BROKER_UPDATE && run->count && run->sign == sign) {
		run->count++;
		return;
	}
	end_run(run, out);
	if (row->type == FC_BROKER_UPDATE)
		*run = (struct run){sign, 1};
	else if (row->type == FC_BROKER_CONSUME)
		fprintf(out, "C<%s <0x%x>:*>", set_of(row->cards, text), (unsigned)row->cards);
	else
		fputc("[FxxD]"[row->type], out);
}

static int draw_list(struct fc_broker *b, FILE *out)
{
	struct fc_broker_display *d = fc_broker_display_begin(b);
	struct fc_broker_row row;
	struct run run = {0};

	if (!d)
		return -1;
	while (fc_broker_display_next(d, &row))
		draw(&row, &run, out);
	fc_broker_display_end(d);
	return 0;
}

int fc_broker_text_picture(struct fc_broker *b, FILE *out)
{
	int err;

	/* The words are those of the routers, "sequenve" too: others read them. */
	fprintf(out,
		"Key:\n"
		" '['=start record, ']'=end record, 'F'=flush record, 'D'=display record\n"
		" '+<n>'=sequenve of <n> Modify update records\n"
		" '-<n>'=sequenve of <n> Delete update records\n"
		" 'C<<lc>:<vrf>>'=consume record for linecard(s) <lc> and VRF(s) <vrf> <*=all>\n"
		"Brokers:\n");
	err = draw_list(b, out);
	fputc('\n', out);
	return err;
}

/* ------------------------------------------------------------------ summary */
static void print_card(unsigned card, const struct fc_broker_consumer *c, FILE *out)
{
	char name[32], group[24] = "-";

	snprintf(name, sizeof(name), "%u (0x%x)", card, 1u << card);
	if (c->group)
		snprintf(group, sizeof(group), "0x%llX", (unsigned long long)c->group);
	fprintf(out, "%-16s  %-8s  %-14s  %3u  %9zu  %7zu  ", name,
		c->state != FC_BROKER_ENABLED ? "disabled"
		: c->attempts                 ? "failed"
		: c->pending                  ? "behind"
					      : "current",
		group, c->pos, c->completed, c->pending);
	if (c->attempts)
		fprintf(out, "%s: %s (%u attempt%s)\n", c->name, c->sentence, c->attempts,
			c->attempts == 1 ? "" : "s");
	else
		fprintf(out, "-\n");
}

void fc_broker_text_summary(const struct fc_broker *b, const char *title, FILE *out)
{
	struct fc_broker_consumer c;
	struct fc_broker_totals t;
	unsigned cards = 0;

	fc_broker_totals(b, &t);
	fprintf(out, "Broker for %ss\n", title);
	fprintf(out, "%-16s  %-8s  %-14s  %3s  %9s  %7s  %s\n", "Linecard", "State", "Group", "Pos",
		"Completed", "Pending", "Failure");
	for (unsigned n = 0; n < FC_BROKER_CARDS; n++) {
		fc_broker_consumer(b, n, &c);
		if (c.state == FC_BROKER_ABSENT)
			continue;
		print_card(n, &c, out);
		cards++;
	}
	fprintf(out, "Total %u linecard%s, %u consume record%s, %zu object%s\n", cards,
		cards == 1 ? "" : "s", t.cursors, t.cursors == 1 ? "" : "s", t.objects,
		t.objects == 1 ? "" : "s");
	fprintf(out, "%zu updates in the list (%zu Mod, %zu Del), %llu trimmed, %llu requeued\n",
		t.modifies + t.deletes, t.modifies, t.deletes, (unsigned long long)t.trimmed,
		(unsigned long long)t.requeued);
}
