// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/show/show_fixture.h"

#include <errno.h>
#include <flowcard/registers.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants these before it. */
#include <cmocka.h>

#define NS_PER_MS UINT64_C(1000000)

/* Fields of a record, keys before the empty name. */
static int add_record(struct fc_fnf *fnf, const char *name, const char *const *field)
{
	int number = fc_fnf_record_add(fnf, name);
	struct fc_fnf_record *r = &fnf->record[number];
	bool key = true;

	for (; *field; field++) {
		if (!**field) {
			key = false;
			continue;
		}
		r->field[r->fields].field = fc_field_find(*field);
		if (!r->field[r->fields].field)
			fail_msg("no field %s", *field);
		r->field[r->fields++].key = key;
	}
	return number;
}

#define COUNTERS "counter bytes long", "counter packets long"
#define TIMES "timestamp absolute first", "timestamp absolute last"
#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

static void add_records(struct fc_fnf *fnf)
{
	int narrow;

	add_record(fnf, "V4",
		   LIST("ipv4 tos", "ipv4 protocol", "ipv4 source address",
			"ipv4 destination address", "transport source-port",
			"transport destination-port", "interface input", "", "interface output",
			"transport tcp flags", COUNTERS, TIMES, "flow end-reason"));
	add_record(fnf, "V6",
		   LIST("ipv6 traffic-class", "ipv6 protocol", "ipv6 source address",
			"ipv6 destination address", "flow direction", "", COUNTERS,
			"counter bytes layer2 long", TIMES));
	add_record(fnf, "BOTH",
		   LIST("ipv4 protocol", "ipv6 protocol", "ipv4 source address",
			"ipv6 source address", "transport destination-port", "", COUNTERS));
	add_record(fnf, "L2",
		   LIST("datalink mac source address input",
			"datalink mac destination address input", "datalink vlan input", "",
			COUNTERS));
	narrow = add_record(fnf, "NARROW",
			    LIST("ipv4 source prefix", "", "counter bytes", "counter packets"));
	fnf->record[narrow].field[0].argument = 24;
	strcpy(fnf->record[narrow].description, "By /24, with \"quotes\" and a backslash \\");
	add_record(fnf, SHOW_LONG_NAME, LIST("ipv4 destination address", "", "counter packets"));
}

/* Records whose tables Cisco's parsers know. */
static void add_parsers_records(struct fc_fnf *fnf)
{
#define ADDRESSES4 "ipv4 source address", "ipv4 destination address"
#define PORTS "transport source-port", "transport destination-port"
	add_record(fnf, "PARSERS-V4",
		   LIST(ADDRESSES4, PORTS, "ipv4 tos", "ipv4 protocol", "", COUNTERS));
	add_record(fnf, "PARSERS-TIMES",
		   LIST(ADDRESSES4, PORTS, "interface input", "ipv4 protocol", "",
			"counter packets long", TIMES, "counter bytes layer2 long"));
	add_record(fnf, "PARSERS-L2",
		   LIST("datalink mac source address input",
			"datalink mac destination address input", "", "counter bytes long", TIMES,
			"counter bytes layer2 long"));
	add_record(fnf, "PARSERS-SORT",
		   LIST(ADDRESSES4, PORTS, "flow direction", "ipv4 version", "ipv4 tos",
			"ipv4 protocol", "ipv4 ttl", "", "transport tcp flags", COUNTERS, TIMES,
			"counter bytes layer2 long"));
	add_record(fnf, "PARSERS-SORT-V6",
		   LIST("ipv6 source address", "ipv6 destination address", PORTS, "flow direction",
			"ipv6 version", "ipv6 protocol", "ipv6 traffic-class", "ipv6 hop-limit", "",
			"transport tcp flags", COUNTERS, TIMES, "counter bytes layer2 long"));
	add_record(fnf, "PARSERS-FILTER",
		   LIST(ADDRESSES4, PORTS, "interface input", "ipv4 version", "ipv4 protocol",
			"ipv4 ttl", "", "interface output", "counter packets long", TIMES,
			"counter bytes layer2 long"));
}

static int add_monitor(struct fc_fnf *fnf, const char *name, const char *record,
		       enum fc_fnf_cache cache)
{
	int number = fc_fnf_monitor_add(fnf, name);

	fnf->monitor[number].record = record ? fc_fnf_record_find(fnf, record) : FC_FNF_NONE;
	fnf->monitor[number].cache = cache;
	return number;
}

static void add_monitors(struct fc_fnf *fnf)
{
	static const char *const parsers[] = {"PARSERS-V4",   "PARSERS-TIMES",   "PARSERS-L2",
					      "PARSERS-SORT", "PARSERS-SORT-V6", "PARSERS-FILTER"};
	int first = add_monitor(fnf, "V4", "V4", FC_CACHE_NORMAL), synchronized;

	add_monitor(fnf, "V6", "V6", FC_CACHE_NORMAL);
	add_monitor(fnf, "BOTH", "BOTH", FC_CACHE_NORMAL);
	add_monitor(fnf, "L2", "L2", FC_CACHE_NORMAL);
	add_monitor(fnf, "NARROW", "NARROW", FC_CACHE_NORMAL);
	add_monitor(fnf, SHOW_LONG_NAME, SHOW_LONG_NAME, FC_CACHE_NORMAL);
	add_monitor(fnf, "WITHOUT", NULL, FC_CACHE_NORMAL);
	add_monitor(fnf, "PERMANENT", "V4", FC_CACHE_PERMANENT);
	add_monitor(fnf, "IMMEDIATE", "V4", FC_CACHE_IMMEDIATE);
	synchronized = add_monitor(fnf, "SYNCHRONIZED", "V4", FC_CACHE_SYNCHRONIZED);
	for (unsigned i = 0; i < sizeof(parsers) / sizeof(*parsers); i++)
		add_monitor(fnf, parsers[i], parsers[i], FC_CACHE_NORMAL);
	fnf->monitor[synchronized].synchronized_s = 300;
	fnf->monitor[synchronized].spread_s = 30;
	fnf->monitor[first].transaction_end = true;
	fnf->monitor[first].entries = 1000000;
	strcpy(fnf->monitor[first].description, "Meters the uplink");
	fnf->monitor[first].exporter[0] = fc_fnf_exporter_add(fnf, "FIRST");
	fnf->monitor[first].exporter[1] = fc_fnf_exporter_add(fnf, "SECOND");
}

static void add_bindings(struct show_fixture *f)
{
	int random = fc_fnf_sampler_add(&f->fnf, "RANDOM");
	int exact = fc_fnf_sampler_add(&f->fnf, "EXACT");
	int v4 = fc_fnf_monitor_find(&f->fnf, "V4"), both = fc_fnf_monitor_find(&f->fnf, "BOTH");
	const struct fc_show_binding binding[] = {
		{.interface = 57, .monitor = v4, .sampler = FC_FNF_NONE},
		{.interface = 57,
		 .output = true,
		 .monitor = v4,
		 .sampler = random,
		 .counted = true,
		 .observed = 1000,
		 .selected = 10},
		{.interface = 57,
		 .ipv6 = true,
		 .monitor = both,
		 .sampler = random,
		 .counted = true,
		 .observed = 500,
		 .selected = 5},
		{.interface = 256, .monitor = both, .sampler = FC_FNF_NONE},
	};

	f->fnf.sampler[random].mode = FC_SAMPLE_RANDOM;
	f->fnf.sampler[random].window = 100;
	f->fnf.sampler[exact].mode = FC_SAMPLE_DETERMINISTIC;
	f->fnf.sampler[exact].window = 2;
	strcpy(f->fnf.sampler[exact].description, "Every 2nd packet");
	memcpy(f->binding, binding, sizeof(binding));
	f->view.bindings = sizeof(binding) / sizeof(*binding);
}

void show_fixture_init(struct show_fixture *f)
{
	memset(f, 0, sizeof(*f));
	fc_fnf_init(&f->fnf);
	add_records(&f->fnf);
	add_parsers_records(&f->fnf);
	add_monitors(&f->fnf);
	f->view.fnf = &f->fnf;
	f->view.binding = f->binding;
	f->view.counts = f->counts;
	add_bindings(f);
	f->counts[0] = (struct fc_show_counts){
		.current = 31, .high_watermark = 40, .added = 73, .active = 12, .inactive = 30};
	f->counts[fc_fnf_monitor_find(&f->fnf, "PERMANENT")] =
		(struct fc_show_counts){.current = 4096,
					.high_watermark = 4096,
					.added = 4096,
					.not_added = UINT64_C(64898686427)};
	f->counts[fc_fnf_monitor_find(&f->fnf, "SYNCHRONIZED")] =
		(struct fc_show_counts){.high_watermark = 9,
					.added = 21,
					.event = 1,
					.watermark = 2,
					.emergency = 3,
					.other = 15};
}

static void set_macs(struct fc_flow *f, unsigned index)
{
	const uint8_t from[16] = {0, 0, 0, 0, 0, (uint8_t)(0x2a + index)};
	const uint8_t to[16] = {0, 0, 0, 1, 1, 1};

	fc_vec_set_src_mac(f->vector, from);
	fc_vec_set_dst_mac(f->vector, to);
	fc_vec_set_outer_tci(f->vector, 0x6000 | (100 + index % 3));
}

struct fc_flow show_flow(unsigned version, unsigned index)
{
	struct fc_flow f = {.interface_first = 57, .ttl_min = 60, .ttl_max = 64};
	uint8_t source[16] = {10, 4, (uint8_t)(index % 4), 1};
	uint8_t destination[16] = {198, 18, 0, (uint8_t)(index / 4)};
	const uint8_t prefix[] = {0x20, 0x01, 0x0d, 0xb8};

	if (version == 6) {
		memset(source, 0, sizeof(source));
		memset(destination, 0, sizeof(destination));
		memcpy(source, prefix, sizeof(prefix));
		memcpy(destination, prefix, sizeof(prefix));
		source[9] = 0xac;
		source[15] = (uint8_t)(index % 4);
		destination[5] = 1;
		destination[15] = 0x1f;
	}
	fc_vec_set_ip_version(f.vector, version);
	fc_vec_set_src(f.vector, source);
	fc_vec_set_dst(f.vector, destination);
	fc_vec_set_proto(f.vector, index % 3 ? 6 : 17);
	fc_vec_set_ttl(f.vector, 64);
	fc_vec_set_tos(f.vector, index % 2 ? 0xc0 : 0);
	fc_vec_set_sport(f.vector, 1024 + index);
	fc_vec_set_dport(f.vector, index % 2 ? 443 : 53);
	fc_vec_set_input_port(f.vector, index % 2);
	set_macs(&f, index);
	f.tcp_flags = index % 3 ? 0x1b : 0;
	f.packets = 7 * (index + 1) % 31 + 1;
	f.octets = f.packets * 100 + index;
	f.l2_octets = f.octets + 18 * f.packets;
	f.first_ns = (SHOW_NOW_MS + 1000 * index) * NS_PER_MS + 999999;
	f.last_ns = f.first_ns + 61001 * NS_PER_MS;
	return f;
}

/* ------------------------------------------------------------------ source */
static int next(void *context, struct fc_flow *out, size_t room)
{
	struct show_flows *s = context;
	size_t count = 0;

	if (s->error_after && s->batches == s->error_after)
		return -ENODEV;
	s->batches++;
	/* Batches that are not full must do no harm. */
	for (; count < room / 2 && s->next < s->count; count++, s->next++)
		out[count] = show_flow(s->version ? s->version : s->next % 2 ? 6 : 4, s->next);
	return (int)count;
}

static bool gone(void *context)
{
	const struct show_flows *s = context;

	return s->gone_after && s->batches >= s->gone_after;
}

struct fc_show_source show_source(struct show_flows *flows)
{
	return (struct fc_show_source){next, gone, flows};
}

/* ------------------------------------------------------------------ texts */
char *show_text(int (*write)(void *context, FILE *out), void *context, int *result)
{
	char *text = NULL;
	size_t octets = 0;
	FILE *out = open_memstream(&text, &octets);

	assert_non_null(out);
	*result = write(context, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static bool listed(const char *name, const char *const *but)
{
	for (; *but; but++)
		if (!strcmp(name, *but))
			return true;
	return false;
}

unsigned show_numbers(const json_t *value, const char *text, const char *const *but)
{
	unsigned compared = 0;
	char number[32];
	const char *name;
	json_t *member;
	size_t i;

	json_array_foreach(value, i, member)
	{
		compared += show_numbers(member, text, but);
	}
	json_object_foreach((json_t *)value, name, member)
	{
		if (!listed(name, but))
			compared += show_numbers(member, text, but);
	}
	if (json_integer_value(value)) {
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
		if (!strstr(text, number))
			fail_msg("%s of the JSON is not in: %s", number, text);
		compared++;
	}
	return compared;
}

void show_golden(const char *name, const char *text)
{
	static char want[65536];
	char path[512];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.txt", FC_GOLDENS, name);
	if (getenv("FC_UPDATE_GOLDENS")) {
		file = fopen(path, "w");
		assert_non_null(file);
		fputs(text, file);
		assert_int_equal(fclose(file), 0);
		return;
	}
	file = fopen(path, "r");
	if (!file)
		fail_msg("no golden %s", path);
	length = fread(want, 1, sizeof(want) - 1, file);
	fclose(file);
	want[length] = '\0';
	assert_string_equal(text, want);
}
