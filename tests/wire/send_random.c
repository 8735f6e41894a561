/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * send_random PORT v9|ipfix SEED RECORDS FLOWS
 *
 * Sends random flows through random records, each a client of one exporter, to 127.0.0.1:PORT. Says
 * what was in them, a line an element: its number, in how many data records it stood, and the sum
 * of its values modulo 2^64. The first line: "records N".
 */
#include "random_records.h"

#include <errno.h>
#include <flowcard/export.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define START_NS UINT64_C(1795348800000000000)
#define NOW_NS (START_NS + UINT64_C(3600000000000))
#define RECORDS_MAX 40
#define ELEMENTS 65536

struct sums {
	uint64_t times, sum;
};

static struct sums sums[ELEMENTS];

/* A data record of this flow: every element once, as wide as the protocol has it. */
static void expect(const struct fc_fnf_record *r, const struct fc_flow *f,
		   enum fc_protocol protocol)
{
	static uint64_t seen_in[ELEMENTS], number;
	unsigned family = fc_vec_ip_version(f->vector);

	number++;
	for (unsigned i = 0; i < r->fields; i++) {
		const struct fc_field *field = fc_field_spoken(r->field[i].field, protocol);
		struct fc_fnf_record_field spoken = r->field[i];
		unsigned octets;

		if (!field || !fc_fnf_field_in(&r->field[i], family) ||
		    seen_in[field->element] == number)
			continue;
		seen_in[field->element] = number;
		spoken.field = field;
		sums[field->element].times++;
		octets = protocol == FC_PROTOCOL_V9 ? field->v9 : field->ipfix;
		/* Times since boot hang on the datagram, octets are not summed up. */
		if (field->octets || field->role == FC_FIELD_UPTIME)
			continue;
		sums[field->element].sum +=
			fc_fnf_field_number(&spoken, f, 0) & (UINT64_MAX >> (64 - 8 * octets));
	}
}

static int send_all(struct fc_exporter *e, uint64_t state, unsigned records, unsigned flows,
		    enum fc_protocol protocol)
{
	static struct fc_fnf_record record[RECORDS_MAX];
	unsigned sent = 0;

	for (unsigned r = 0; r < records;) {
		random_record(&state, &record[r]);
		if (fc_exporter_client_add(e, "random", &record[r]) > 0)
			r++;
	}
	for (unsigned i = 0; i < flows; i++) {
		struct fc_flow f = random_flow(&state, i, START_NS);
		unsigned r = i % records;
		bool family[2];

		f.octets &= UINT32_MAX; /* one record a flow */
		fc_fnf_record_families(&record[r], &family[0], &family[1]);
		if (!family[fc_vec_ip_version(f.vector) == 6])
			continue;
		expect(&record[r], &f, protocol);
		sent++;
		fc_exporter_add(e, 1 + (int)r, &f, 1, NOW_NS);
		if (i % 100 == 0 && fc_exporter_send(e, 10000))
			return -ETIMEDOUT;
	}
	fc_exporter_seal(e, NOW_NS);
	printf("records %u\n", sent);
	return fc_exporter_send(e, 10000) ? -ETIMEDOUT : 0;
}

int main(int argc, char **argv)
{
	struct fc_exporter_config config = {.host = "127.0.0.1",
					    .rate = 2000,
					    .boot_ns = START_NS - 86400 * UINT64_C(1000000000)};
	struct fc_exporter *e;
	unsigned records;
	int err;

	if (argc != 6 || fc_protocol_parse(argv[2], &config.protocol)) {
		fprintf(stderr, "usage: %s PORT v9|ipfix SEED RECORDS FLOWS\n", argv[0]);
		return 2;
	}
	config.port = argv[1];
	records = (unsigned)strtoul(argv[4], NULL, 10);
	err = records && records <= RECORDS_MAX ? fc_exporter_open(&config, &e) : -EINVAL;
	if (!err) {
		err = send_all(e, strtoull(argv[3], NULL, 10), records,
			       (unsigned)strtoul(argv[5], NULL, 10), config.protocol);
		fc_exporter_close(e);
	}
	for (unsigned i = 0; i < ELEMENTS && !err; i++)
		if (sums[i].times)
			printf("%u %" PRIu64 " %" PRIu64 "\n", i, sums[i].times, sums[i].sum);
	if (err)
		fprintf(stderr, "%s: %s\n", argv[0], strerror(-err));
	return err != 0;
}
