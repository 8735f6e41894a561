// SPDX-License-Identifier: BSD-2-Clause
/* What exporters have done, copied out under the lock. */
#include <errno.h>
#include <ha/export_impl.h>
#include <stdlib.h>
#include <string.h>

/* NULL: not open. Lock held. */
static struct fc_exporter *exporter_of(struct fc_export_thread *t, unsigned number)
{
	return number < FC_FNF_EXPORTERS ? t->output[number].exporter : NULL;
}

int fc_export_thread_stats(struct fc_export_thread *t, unsigned exporter,
			   struct fc_exporter_stats *out)
{
	struct fc_exporter *e;

	pthread_mutex_lock(&t->lock);
	e = exporter_of(t, exporter);
	if (e)
		fc_exporter_stats(e, out);
	pthread_mutex_unlock(&t->lock);
	return e ? 0 : -ENOENT;
}

static void copy_lists(const struct fc_exporter *e, struct fc_export_look *out)
{
	for (unsigned c = 1; c < FC_EXPORTER_CLIENTS; c++)
		if (!fc_exporter_client_stats(e, c, &out->client[out->clients]))
			out->clients++;
	while (out->templates < FC_EXPORTER_TEMPLATES &&
	       !fc_exporter_template(e, out->templates, &out->template[out->templates]))
		out->templates++;
}

int fc_export_thread_look(struct fc_export_thread *t, unsigned exporter, struct fc_export_look *out)
{
	struct fc_exporter *e;

	memset(out, 0, sizeof(*out));
	out->client = calloc(FC_EXPORTER_CLIENTS, sizeof(*out->client));
	out->template = calloc((size_t)FC_EXPORTER_TEMPLATES, sizeof(*out->template));
	if (!out->client || !out->template) {
		fc_export_look_free(out);
		return -ENOMEM;
	}
	pthread_mutex_lock(&t->lock);
	e = exporter_of(t, exporter);
	if (e) {
		fc_exporter_stats(e, &out->stats);
		fc_exporter_address(e, &out->address);
		out->cleared_seconds =
			(unsigned long)((fc_monotonic_ns() - t->output[exporter].cleared_ns) /
					1000000000U);
		copy_lists(e, out);
	}
	pthread_mutex_unlock(&t->lock);
	if (e)
		return 0;
	fc_export_look_free(out);
	return -ENOENT;
}

void fc_export_look_free(struct fc_export_look *look)
{
	free(look->client);
	free(look->template);
	look->client = NULL;
	look->template = NULL;
}

int fc_export_thread_clear(struct fc_export_thread *t, unsigned exporter)
{
	struct fc_exporter *e;

	pthread_mutex_lock(&t->lock);
	e = exporter_of(t, exporter);
	if (e) {
		fc_exporter_clear(e);
		t->output[exporter].cleared_ns = fc_monotonic_ns();
	}
	pthread_mutex_unlock(&t->lock);
	return e ? 0 : -ENOENT;
}

bool fc_export_news(struct fc_export_thread *t, struct fc_export_news *out)
{
	struct fc_exporter_stats stats;

	for (unsigned e = 0; e < FC_FNF_EXPORTERS; e++) {
		struct fc_export_output *o = &t->output[e];

		if (!o->exporter)
			continue;
		fc_exporter_stats(o->exporter, &stats);
		/* Not ready without an error: the first attempt is under way. */
		if (stats.ready ? !o->told : o->told || !stats.wait_error)
			continue;
		o->told = stats.ready ? 0 : stats.wait_error;
		memcpy(out->name, o->config.name, sizeof(out->name));
		memcpy(out->destination, o->config.destination, sizeof(out->destination));
		out->error = o->told;
		return true;
	}
	return false;
}

uint64_t fc_export_thread_unwanted(struct fc_export_thread *t)
{
	uint64_t unwanted;

	pthread_mutex_lock(&t->lock);
	unwanted = t->unwanted;
	pthread_mutex_unlock(&t->lock);
	return unwanted;
}
