// SPDX-License-Identifier: BSD-2-Clause
/* A ring record in words. */
#include <arpa/inet.h>
#include <flowcard/dump.h>
#include <flowcard/flow.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define ADDRESS_OCTETS INET6_ADDRSTRLEN

static void addresses(const uint32_t *vector, char *src, char *dst)
{
	int family = fc_vec_ip_version(vector) == 6 ? AF_INET6 : AF_INET;

	inet_ntop(family, fc_vec_src(vector), src, ADDRESS_OCTETS);
	inet_ntop(family, fc_vec_dst(vector), dst, ADDRESS_OCTETS);
}

static void flow_text(const uint32_t *record, char *text, size_t octets)
{
	char src[ADDRESS_OCTETS], dst[ADDRESS_OCTETS];
	uint32_t vector[FC_VECTOR_WORDS];

	fc_rec_vector(record, vector);
	addresses(vector, src, dst);
	snprintf(
		text, octets,
		"%s epoch %u monitor %u reason %s proto %u %s.%u > %s.%u port %u packets %u octets "
		"%" PRIu64 " first %" PRIu64 " last %" PRIu64,
		fc_kind_name(fc_rec_kind(record)), (unsigned)fc_rec_epoch(record),
		fc_rec_monitor(record), fc_reason_name(fc_rec_reason(record)), fc_vec_proto(vector),
		src, fc_vec_sport(vector), dst, fc_vec_dport(vector), fc_vec_input_port(vector),
		(unsigned)fc_rec_packets(record), fc_rec_bytes(record), fc_rec_first_ns(record),
		fc_rec_last_ns(record));
}

static void ledger_text(const uint32_t *record, char *text, size_t octets)
{
	snprintf(text, octets,
		 "ledger epoch %u monitor %u packets: selected %" PRIu64 " emitted %" PRIu64
		 " resident %" PRIu64 " unaccounted %" PRIu64,
		 (unsigned)fc_rec_epoch(record), fc_rec_monitor(record),
		 fc_ledger_selected_packets(record), fc_ledger_emitted_packets(record),
		 fc_ledger_resident_packets(record), fc_ledger_unaccounted_packets(record));
}

void fc_dump_record_text(const uint32_t *record, char *text, size_t octets)
{
	switch (fc_rec_kind(record)) {
	case FC_KIND_FLOW:
	case FC_KIND_SNAPSHOT:
		flow_text(record, text, octets);
		break;
	case FC_KIND_LEDGER:
		ledger_text(record, text, octets);
		break;
	case FC_KIND_BARRIER:
		snprintf(text, octets,
			 "barrier epoch %u start %" PRIu64 " end %" PRIu64 " index %u",
			 (unsigned)fc_rec_epoch(record), fc_barrier_start_ns(record),
			 fc_barrier_end_ns(record), (unsigned)fc_barrier_ring_index(record));
		break;
	default:
		snprintf(text, octets, "unknown kind %u, head 0x%08x", fc_rec_kind(record),
			 (unsigned)record[0]);
	}
}

/* JSON's integers have a sign here: what does not fit is a string of digits. */
static void put(json_t *object, const char *name, uint64_t value)
{
	if (value <= INT64_MAX)
		json_object_set_new(object, name, json_integer((json_int_t)value));
	else
		json_object_set_new(object, name, json_sprintf("%llu", (unsigned long long)value));
}

static void flow_json(json_t *object, const uint32_t *record)
{
	char src[ADDRESS_OCTETS], dst[ADDRESS_OCTETS];
	uint32_t vector[FC_VECTOR_WORDS];

	fc_rec_vector(record, vector);
	addresses(vector, src, dst);
	json_object_set_new(object, "reason", json_string(fc_reason_name(fc_rec_reason(record))));
	json_object_set_new(object, "src", json_string(src));
	json_object_set_new(object, "dst", json_string(dst));
	put(object, "sport", fc_vec_sport(vector));
	put(object, "dport", fc_vec_dport(vector));
	put(object, "proto", fc_vec_proto(vector));
	put(object, "tos", fc_vec_tos(vector));
	put(object, "input_port", fc_vec_input_port(vector));
	put(object, "packets", fc_rec_packets(record));
	put(object, "octets", fc_rec_bytes(record));
	put(object, "first_ns", fc_rec_first_ns(record));
	put(object, "last_ns", fc_rec_last_ns(record));
}

struct json_t *fc_dump_record_json(const uint32_t *record)
{
	json_t *object = json_object();
	unsigned kind = fc_rec_kind(record);

	if (!object)
		return NULL;
	json_object_set_new(object, "kind", json_string(fc_kind_name(kind)));
	put(object, "epoch", fc_rec_epoch(record));
	if (kind != FC_KIND_BARRIER)
		put(object, "monitor", fc_rec_monitor(record));
	if (kind == FC_KIND_FLOW || kind == FC_KIND_SNAPSHOT)
		flow_json(object, record);
	if (kind == FC_KIND_LEDGER) {
		put(object, "selected_packets", fc_ledger_selected_packets(record));
		put(object, "emitted_packets", fc_ledger_emitted_packets(record));
		put(object, "resident_packets", fc_ledger_resident_packets(record));
		put(object, "unaccounted_packets", fc_ledger_unaccounted_packets(record));
	}
	if (kind == FC_KIND_BARRIER) {
		put(object, "start_ns", fc_barrier_start_ns(record));
		put(object, "end_ns", fc_barrier_end_ns(record));
	}
	return object;
}
