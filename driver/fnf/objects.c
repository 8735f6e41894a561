/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of objects: finding, and making new ones. */
#include <flowcard/fnf.h>
#include <string.h>

#define SAMPLER_ID_MAX 255

int fc_fnf_record_find(const struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_RECORDS; i++)
		if (fnf->record[i].kind != FC_RECORD_FREE && !strcmp(fnf->record[i].name, name))
			return i;
	return FC_FNF_NONE;
}

int fc_fnf_exporter_find(const struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_EXPORTERS; i++)
		if (*fnf->exporter[i].name && !strcmp(fnf->exporter[i].name, name))
			return i;
	return FC_FNF_NONE;
}

int fc_fnf_monitor_find(const struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_MONITORS; i++)
		if (*fnf->monitor[i].name && !strcmp(fnf->monitor[i].name, name))
			return i;
	return FC_FNF_NONE;
}

int fc_fnf_sampler_find(const struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_SAMPLERS; i++)
		if (*fnf->sampler[i].name && !strcmp(fnf->sampler[i].name, name))
			return i;
	return FC_FNF_NONE;
}

/* Octets that are not used stay 0, so that objects can be compared as memory. */
static void name_it(char to[FC_FNF_NAME], const char *name)
{
	size_t octets = strlen(name);

	memcpy(to, name, octets < FC_FNF_NAME ? octets : FC_FNF_NAME - 1);
}

int fc_fnf_record_add(struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_RECORDS; i++) {
		struct fc_fnf_record *r = &fnf->record[i];

		if (r->kind != FC_RECORD_FREE)
			continue;
		memset(r, 0, sizeof(*r));
		name_it(r->name, name);
		r->kind = FC_RECORD_USER;
		r->id = ++fnf->next_id;
		return i;
	}
	return FC_FNF_NONE;
}

int fc_fnf_exporter_add(struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_EXPORTERS; i++) {
		struct fc_fnf_exporter *e = &fnf->exporter[i];

		if (*e->name)
			continue;
		memset(e, 0, sizeof(*e));
		name_it(e->name, name);
		e->id = ++fnf->next_id;
		e->protocol = FC_PROTOCOL_V9;
		e->port = 9995;
		e->ttl = 255;
		e->mtu = 1400;
		e->template_seconds = 600;
		e->template_packets = 20;
		e->rate = 10000;
		for (unsigned o = 0; o < FC_OPTIONS; o++)
			e->option_seconds[o] = 600;
		return i;
	}
	return FC_FNF_NONE;
}

int fc_fnf_monitor_add(struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_MONITORS; i++) {
		struct fc_fnf_monitor *m = &fnf->monitor[i];

		if (*m->name)
			continue;
		memset(m, 0, sizeof(*m));
		name_it(m->name, name);
		m->id = ++fnf->next_id;
		m->record = FC_FNF_NONE;
		for (unsigned e = 0; e < FC_FNF_MONITOR_EXPORTERS; e++)
			m->exporter[e] = FC_FNF_NONE;
		m->entries = 4096;
		m->active_s = 1800;
		m->inactive_s = 15;
		m->update_s = 1800;
		m->synchronized_s = 60;
		return i;
	}
	return FC_FNF_NONE;
}

static bool sampler_id_used(const struct fc_fnf *fnf, unsigned id)
{
	for (int i = 0; i < FC_FNF_SAMPLERS; i++)
		if (*fnf->sampler[i].name && fnf->sampler[i].id == id)
			return true;
	return false;
}

/* There are more ids than places, so one is free. */
static uint8_t sampler_id(struct fc_fnf *fnf)
{
	unsigned id = fnf->next_sampler_id;

	do
		id = id % SAMPLER_ID_MAX + 1;
	while (sampler_id_used(fnf, id));
	fnf->next_sampler_id = (uint8_t)id;
	return (uint8_t)id;
}

void fc_fnf_number(struct fc_fnf *fnf)
{
	for (int i = 0; i < FC_FNF_RECORDS; i++)
		if (fnf->record[i].kind != FC_RECORD_FREE && !fnf->record[i].id)
			fnf->record[i].id = ++fnf->next_id;
	for (int i = 0; i < FC_FNF_EXPORTERS; i++)
		if (*fnf->exporter[i].name && !fnf->exporter[i].id)
			fnf->exporter[i].id = ++fnf->next_id;
	for (int i = 0; i < FC_FNF_MONITORS; i++)
		if (*fnf->monitor[i].name && !fnf->monitor[i].id)
			fnf->monitor[i].id = ++fnf->next_id;
	for (int i = 0; i < FC_FNF_SAMPLERS; i++)
		if (*fnf->sampler[i].name && !fnf->sampler[i].id)
			fnf->sampler[i].id = sampler_id(fnf);
}

int fc_fnf_sampler_add(struct fc_fnf *fnf, const char *name)
{
	for (int i = 0; i < FC_FNF_SAMPLERS; i++) {
		struct fc_fnf_sampler *s = &fnf->sampler[i];

		if (*s->name)
			continue;
		memset(s, 0, sizeof(*s));
		s->id = sampler_id(fnf);
		name_it(s->name, name);
		return i;
	}
	return FC_FNF_NONE;
}
