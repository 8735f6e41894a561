/* SPDX-License-Identifier: BSD-2-Clause */
/* Option tables: when they are due, all their templates in one datagram, their rows in later ones.
 */
#include "exporter_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void stop_table(struct fc_exporter *e, struct fc_option_table *t, uint64_t now_ns)
{
	fc_exporter_client_remove(e, (int)t->client, now_ns);
	free(t->rows);
	*t = (struct fc_option_table){0};
}

static int start_table(struct fc_exporter *e, struct fc_option_table *t, enum fc_fnf_option option)
{
	int err;

	t->client = fc_exporter_take_client(e, "Option options ", fc_option_name(option));
	if (!t->client)
		return -ENOSPC;
	err = fc_encoder_options(&e->encoder, t->client, option);
	if (!err)
		return 0;
	e->client[t->client].there = false;
	t->client = 0;
	return err;
}

static bool same_rows(const struct fc_option_table *t, const struct fc_option_row *rows,
		      size_t count)
{
	return t->count == count && (!count || !memcmp(t->rows, rows, count * sizeof(*rows)));
}

int fc_exporter_option(struct fc_exporter *e, enum fc_fnf_option option, unsigned seconds,
		       const struct fc_option_row *rows, size_t count, uint64_t now_ns)
{
	struct fc_option_table *t = &e->option[option];
	struct fc_option_row *copy;
	int err = 0;

	if (e->encoder.codec->fixed_record || e->encoder.codec->text)
		return 0;
	if (!seconds) {
		stop_table(e, t, now_ns);
		return 0;
	}
	if (option == FC_OPTION_APPLICATIONS)
		rows = fc_option_applications(&count);
	else if (option == FC_OPTION_EXPORTER)
		count = 0;
	t->every_ms = (uint64_t)seconds * 1000;
	if (t->client && same_rows(t, rows, count))
		return 0;
	copy = calloc(count ? count : 1, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, rows, count * sizeof(*copy));
	free(t->rows);
	t->rows = copy;
	t->count = count;
	if (!t->client)
		err = start_table(e, t, option);
	t->due = !err;
	return err;
}

static bool is_due(const struct fc_option_table *t, uint64_t now_ms)
{
	uint64_t age = now_ms > t->last_ms ? now_ms - t->last_ms : t->last_ms - now_ms;

	return t->client && (t->due || age >= t->every_ms);
}

bool fc_exporter_options_due(const struct fc_exporter *e, uint64_t now_ns)
{
	for (unsigned i = 0; i < FC_OPTIONS; i++)
		if (is_due(&e->option[i], now_ns / 1000000))
			return true;
	return false;
}

void fc_exporter_begin_empty(struct fc_exporter *e, uint64_t now_ns)
{
	if (!e->encoder.message.open)
		fc_encoder_begin(&e->encoder, fc_queue_building(&e->queue), now_ns, 0, NULL);
}

static int announce(struct fc_exporter *e, const struct fc_option_table *t, uint64_t now_ns)
{
	int err = 0;

	fc_exporter_begin_empty(e, now_ns);
	if (!fc_encoder_announce(&e->encoder, t->client))
		return 0;
	err = fc_exporter_seal_open(e, now_ns);
	fc_exporter_begin_empty(e, now_ns);
	(void)fc_encoder_announce(&e->encoder, t->client); /* fits: checked when it was added */
	return err;
}

static int put_row(struct fc_exporter *e, const struct fc_option_table *t,
		   const struct fc_option_row *row, uint64_t now_ns)
{
	int err = 0;

	fc_exporter_begin_empty(e, now_ns);
	if (!fc_encoder_row(&e->encoder, t->client, row))
		return 0;
	err = fc_exporter_seal_open(e, now_ns);
	fc_exporter_begin_empty(e, now_ns);
	if (e->whole)
		(void)fc_encoder_announce(&e->encoder, t->client);
	(void)fc_encoder_row(&e->encoder, t->client, row);
	return err;
}

static int put_rows(struct fc_exporter *e, enum fc_fnf_option option, uint64_t now_ns)
{
	const struct fc_option_table *t = &e->option[option];
	const struct fc_option_row totals = {
		.number = {e->carried.octets + e->stats.octets_sent,
			   e->carried.datagrams + e->stats.datagrams_sent,
			   e->carried.records + e->stats.records_sent,
			   e->carried.dropped + e->stats.dropped_flows}};
	int err = 0;

	if (option == FC_OPTION_EXPORTER)
		return put_row(e, t, &totals, now_ns);
	for (size_t i = 0; i < t->count; i++)
		if (put_row(e, t, &t->rows[i], now_ns))
			err = -ENOBUFS;
	return err;
}

/* A message of templates alone would have the sequence, and so the key, of the one behind it. */
static bool has_rows(const struct fc_exporter *e, unsigned option)
{
	return option == FC_OPTION_EXPORTER || e->option[option].count;
}

int fc_exporter_put_options(struct fc_exporter *e, uint64_t now_ns)
{
	uint64_t now_ms = now_ns / 1000000;
	bool due[FC_OPTIONS];
	int err = fc_exporter_seal_open(e, now_ns);

	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		due[i] = is_due(&e->option[i], now_ms);
		if (due[i] && !e->whole && announce(e, &e->option[i], now_ns))
			err = -ENOBUFS;
	}
	if (fc_exporter_seal_open(e, now_ns))
		err = -ENOBUFS;
	for (unsigned i = 0; i < FC_OPTIONS; i++) {
		if (!due[i])
			continue;
		if (e->whole && has_rows(e, i) && announce(e, &e->option[i], now_ns))
			err = -ENOBUFS;
		if (put_rows(e, (enum fc_fnf_option)i, now_ns))
			err = -ENOBUFS;
		e->option[i].due = false;
		e->option[i].last_ms = now_ms;
	}
	if (fc_exporter_seal_open(e, now_ns))
		err = -ENOBUFS;
	return err;
}
