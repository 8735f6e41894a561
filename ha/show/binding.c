// SPDX-License-Identifier: BSD-2-Clause
/* show flow interface, show sampler: where monitors stand and what their samplers took. */
#include "ha/show/objects.h"

#include <inttypes.h>
#include <string.h>

static const char *direction(const struct fc_show_binding *b)
{
	return b->output ? "Output" : "Input";
}

/* ------------------------------------------------------------------ interfaces */
static void binding_text(const struct fc_fnf *fnf, const struct fc_show_binding *b, FILE *out)
{
	fprintf(out, "  FNF:  monitor:          %s\n", fnf->monitor[b->monitor].name);
	fprintf(out, "        direction:        %s\n", direction(b));
	fprintf(out, "        %-18s", b->ipv6 ? "traffic(ipv6):" : "traffic(ip):");
	if (b->sampler == FC_FNF_NONE)
		fprintf(out, "on\n");
	else
		fprintf(out, "sampler %s\n", fnf->sampler[b->sampler].name);
}

static json_t *binding_json(const struct fc_fnf *fnf, const struct fc_show_binding *b)
{
	json_t *object = json_object();
	char name[FC_SHOW_VALUE];

	fc_show_interface(b->interface, true, name);
	fc_show_put_text(object, "interface", name);
	fc_show_put(object, "if_index", b->interface);
	fc_show_put_text(object, "monitor", fnf->monitor[b->monitor].name);
	fc_show_put_text(object, "direction", direction(b));
	fc_show_put_text(object, "traffic", b->ipv6 ? "ipv6" : "ip");
	if (b->sampler != FC_FNF_NONE)
		fc_show_put_text(object, "sampler", fnf->sampler[b->sampler].name);
	if (b->counted) {
		fc_show_put(object, "packets_observed", b->observed);
		fc_show_put(object, "packets_selected", b->selected);
	}
	return object;
}

int fc_show_interfaces(const struct fc_show_view *view, uint32_t interface, bool json, FILE *out)
{
	json_t *list = json ? json_array() : NULL, *object;
	uint32_t last = 0;
	char name[FC_SHOW_VALUE];

	for (unsigned i = 0; i < view->bindings; i++) {
		const struct fc_show_binding *b = &view->binding[i];

		if (interface && b->interface != interface)
			continue;
		if (json) {
			json_array_append_new(list, binding_json(view->fnf, b));
			continue;
		}
		if (b->interface != last) {
			fc_show_interface(b->interface, true, name);
			fprintf(out, "Interface %s\n", name);
		}
		last = b->interface;
		binding_text(view->fnf, b, out);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "interfaces", list);
	return fc_show_give(object, out);
}

/* ------------------------------------------------------------------ samplers */
struct sums {
	unsigned users;
	uint64_t observed, selected;
};

static struct sums sums_of(const struct fc_show_view *view, int sampler)
{
	struct sums s = {0};

	for (unsigned i = 0; i < view->bindings; i++)
		if (view->binding[i].sampler == sampler) {
			s.users++;
			s.observed += view->binding[i].observed;
			s.selected += view->binding[i].selected;
		}
	return s;
}

static const char *mode_name(const struct fc_fnf_sampler *s)
{
	return s->mode == FC_SAMPLE_RANDOM ? "random" : "deterministic";
}

static void user_text(const struct fc_show_view *view, const struct fc_show_binding *b, char *text,
		      size_t octets)
{
	char interface[FC_SHOW_VALUE];

	fc_show_interface(b->interface, false, interface);
	snprintf(text, octets, "flow monitor %s (%s,%s,%s) %" PRIu64 " out of %" PRIu64,
		 view->fnf->monitor[b->monitor].name, b->ipv6 ? "ipv6" : "ip", interface,
		 direction(b), b->selected, b->observed);
}

static void sampler_text(const struct fc_show_view *view, int number, FILE *out)
{
	const struct fc_fnf_sampler *s = &view->fnf->sampler[number];
	struct sums sums = sums_of(view, number);
	char user[2 * FC_FNF_NAME + FC_SHOW_VALUE];

	fprintf(out, "Sampler %s:\n", s->name);
	fprintf(out, "  ID:             %u\n", s->id);
	fprintf(out, "  export ID:      %u\n", s->id);
	fprintf(out, "  Description:    %s\n", fc_show_description(s->description));
	fprintf(out, "  Type:           %s\n", mode_name(s));
	fprintf(out, "  Rate:           1 out of %u\n", s->window);
	fprintf(out, "  Samples:        %" PRIu64 "\n", sums.selected);
	fprintf(out, "  Requests:       %" PRIu64 "\n", sums.observed);
	fprintf(out, "  Users (%u):\n", sums.users);
	for (unsigned i = 0; i < view->bindings; i++)
		if (view->binding[i].sampler == number) {
			user_text(view, &view->binding[i], user, sizeof(user));
			fprintf(out, "    %s\n", user);
		}
	fputc('\n', out);
}

/* A cell of the table has no blanks: they part columns. */
static void squeeze(char *text)
{
	char *to = text;

	for (; *text; text++)
		if (*text != ' ' && *text != '\t')
			*to++ = *text;
	*to = '\0';
}

static void sampler_row(const struct fc_show_view *view, int number, FILE *out)
{
	const struct fc_fnf_sampler *s = &view->fnf->sampler[number];
	struct sums sums = sums_of(view, number);
	char description[FC_FNF_TEXT], user[2 * FC_FNF_NAME + FC_SHOW_VALUE];
	bool some = false;

	snprintf(description, sizeof(description), "%s", fc_show_description(s->description));
	squeeze(description);
	fprintf(out, "%-13s %-15s %-15s %-15s %-15s %-15s %s\n\n", "Export_ID", "Description",
		"Type", "rate", "samples", "requests", "users");
	fprintf(out, "%-13u %-15s %-15s 1outof%-9u %-15" PRIu64 " %-15" PRIu64 " ", s->id,
		description, s->mode == FC_SAMPLE_RANDOM ? "Random" : "Deterministic", s->window,
		sums.selected, sums.observed);
	for (unsigned i = 0; i < view->bindings; i++) {
		if (view->binding[i].sampler != number)
			continue;
		user_text(view, &view->binding[i], user, sizeof(user));
		squeeze(user);
		fprintf(out, "%s%s", some ? "," : "", user);
		some = true;
	}
	fprintf(out, "%s\n", some ? "" : "none");
}

static json_t *sampler_json(const struct fc_show_view *view, int number)
{
	const struct fc_fnf_sampler *s = &view->fnf->sampler[number];
	struct sums sums = sums_of(view, number);
	json_t *object = json_object(), *users = json_array();

	fc_show_put_text(object, "name", s->name);
	fc_show_put_text(object, "description", fc_show_description(s->description));
	fc_show_put(object, "id", s->id);
	fc_show_put_text(object, "mode", mode_name(s));
	fc_show_put(object, "window", s->window);
	fc_show_put(object, "samples", sums.selected);
	fc_show_put(object, "requests", sums.observed);
	for (unsigned i = 0; i < view->bindings; i++)
		if (view->binding[i].sampler == number)
			json_array_append_new(users, binding_json(view->fnf, &view->binding[i]));
	json_object_set_new(object, "users", users);
	return object;
}

int fc_show_samplers(const struct fc_show_view *view, int sampler, bool json, FILE *out)
{
	json_t *list = json ? json_array() : NULL, *object;

	for (int s = 0; s < FC_FNF_SAMPLERS; s++) {
		if (!*view->fnf->sampler[s].name || (sampler >= 0 && sampler != s))
			continue;
		if (json)
			json_array_append_new(list, sampler_json(view, s));
		else if (sampler >= 0)
			sampler_row(view, s, out);
		else
			sampler_text(view, s, out);
	}
	if (!json)
		return 0;
	object = json_object();
	json_object_set_new(object, "samplers", list);
	return fc_show_give(object, out);
}
