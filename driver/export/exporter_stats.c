/* SPDX-License-Identifier: BSD-2-Clause */
#include "exporter_impl.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void fc_exporter_stats(const struct fc_exporter *e, struct fc_exporter_stats *out)
{
	*out = e->stats;
	out->templates = e->encoder.templates_total;
	out->clamped_times = e->encoder.clamped;
	out->records_open = e->encoder.message.open ? e->encoder.message.datagram.records : 0;
	out->datagrams_queued = e->queue.tail - e->queue.head;
	out->ready = e->sender->ready;
	out->wait_error = e->sender->ready ? 0 : -e->sender->error;
	out->sessions = e->sender->sessions;
}

static void print_address(const struct sockaddr_storage *a, socklen_t size, char *text,
			  size_t octets, uint16_t *port)
{
	char service[8] = "0";

	if (getnameinfo((const struct sockaddr *)a, size, text, (socklen_t)octets, service,
			sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV))
		*text = '\0';
	*port = (uint16_t)strtoul(service, NULL, 10);
}

void fc_exporter_address(const struct fc_exporter *e, struct fc_exporter_address *out)
{
	struct sockaddr_storage a;
	socklen_t size = sizeof(a);
	uint16_t port;
	short events;
	int fd = e->sender->ops->wait(e->sender, &events);

	*out = (struct fc_exporter_address){0};
	if (fd < 0)
		return;
	if (!getsockname(fd, (struct sockaddr *)&a, &size))
		print_address(&a, size, out->source, sizeof(out->source), &out->source_port);
	size = sizeof(a);
	if (!getpeername(fd, (struct sockaddr *)&a, &size))
		print_address(&a, size, out->destination, sizeof(out->destination), &port);
}

const char *fc_exporter_reason_name(enum fc_exporter_reason reason)
{
	static const char *const names[FC_EXPORTER_REASONS] = {
		[FC_UNSENT_NONE] = "Reason not given",
		[FC_UNSENT_DESTINATION] = "No destination address",
		[FC_UNSENT_ROUTE] = "No FIB",
		[FC_UNSENT_ENQUEUE] = "Enqueueing failed",
		[FC_UNSENT_SIZE] = "Message too long",
	};

	return names[reason];
}

int fc_exporter_client_stats(const struct fc_exporter *e, unsigned client,
			     struct fc_exporter_client_stats *out)
{
	const struct fc_datagram *d = &e->encoder.message.datagram;

	if (!client || client >= FC_EXPORTER_CLIENTS || !e->client[client].there)
		return -ENOENT;
	*out = e->client[client].stats;
	for (unsigned i = 0; e->encoder.message.open && i < FC_SHARES; i++) {
		if (d->share[i].client != client)
			continue;
		out->records_added += d->share[i].records;
		out->octets_added += d->share[i].octets;
	}
	return 0;
}

void fc_exporter_clear(struct fc_exporter *e)
{
	const uint8_t *octets;

	e->stats = (struct fc_exporter_stats){0};
	e->encoder.templates_total = 0;
	e->encoder.clamped = 0;
	for (unsigned c = 0; c < FC_EXPORTER_CLIENTS; c++) {
		struct fc_exporter_client_stats *s = &e->client[c].stats;

		s->records_added = s->records_sent = s->records_failed = s->records_skipped = 0;
		s->octets_added = s->octets_sent = s->octets_failed = s->octets_skipped = 0;
	}
	for (uint64_t n = e->queue.head; n < e->queue.tail; n++)
		fc_exporter_count_sealed(e, fc_queue_at(&e->queue, n, &octets));
}

/* ------------------------------------------------------------------ templates */
static void list_flows(const struct fc_template *t, struct fc_exporter_template *out)
{
	uint16_t offset = 0;

	out->id = t->id;
	out->record_size = (unsigned)t->record_size;
	out->fields = t->field_count;
	for (unsigned i = 0; i < t->field_count; i++) {
		out->field[i].name = t->fields[i].field->name;
		out->field[i].element = t->fields[i].field->element;
		out->field[i].offset = offset;
		out->field[i].size = t->fields[i].length;
		offset = (uint16_t)(offset + t->fields[i].length);
	}
}

static void list_options(const struct fc_encoder_client *c, struct fc_exporter_template *out)
{
	uint16_t offset = 0;

	out->id = c->option_id;
	out->record_size = (unsigned)c->option_size;
	out->fields = c->options->columns;
	for (unsigned i = 0; i < c->options->columns; i++) {
		const struct fc_option_column *column = &c->options->column[i];

		out->field[i].name = column->name;
		out->field[i].element = column->element;
		out->field[i].offset = offset;
		out->field[i].size = column->length;
		out->field[i].scope = i < c->options->scopes;
		offset = (uint16_t)(offset + column->length);
	}
}

/* Of one client: how many templates it has, or number `index` of them. */
static unsigned of_client(const struct fc_encoder_client *c, int index,
			  struct fc_exporter_template *out)
{
	unsigned count = 0;

	if (c->options) {
		if (!index)
			list_options(c, out);
		return 1;
	}
	for (unsigned i = 0; i < 2; i++) {
		if (!c->templates[i].field_count)
			continue;
		if ((int)count++ != index)
			continue;
		list_flows(&c->templates[i], out);
		out->family = i ? 6 : 4;
	}
	return count;
}

int fc_exporter_template(const struct fc_exporter *e, unsigned index,
			 struct fc_exporter_template *out)
{
	unsigned before = 0;

	if (e->encoder.codec->text)
		return -ENOENT;
	for (unsigned c = 1; c < FC_EXPORTER_CLIENTS; c++) {
		unsigned here;

		if (!e->encoder.client[c])
			continue;
		*out = (struct fc_exporter_template){.protocol = e->encoder.protocol,
						     .source_id = e->encoder.domain};
		here = of_client(e->encoder.client[c], (int)(index - before), out);
		if (index < before + here) {
			memcpy(out->client, e->client[c].stats.name, sizeof(out->client));
			return 0;
		}
		before += here;
	}
	return -ENOENT;
}
