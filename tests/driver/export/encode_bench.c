/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode_bench [RECORDS]: how many default IPFIX records one core encodes and seals in a second.
 * Flows come from a set larger than the second-level cache, half of them IPv6.
 */
#include <driver/export/encoder.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/wire/synthetic_flows.h>
#include <time.h>

#define FLOWS 65536
#define START_NS UINT64_C(1795348800000000000)

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static unsigned long long encode(struct fc_encoder *e, const struct fc_flow *flows,
				 unsigned long records)
{
	static uint8_t datagram[1400];
	unsigned long long octets = 0;

	for (unsigned long i = 0; i < records; i++) {
		const struct fc_flow *f = &flows[i % FLOWS];

		if (fc_encoder_parts(e, f) != 1)
			continue;
		if (e->message.open && !fc_encoder_put(e, f))
			continue;
		if (e->message.open)
			octets += fc_encoder_finish(e, START_NS);
		fc_encoder_begin(e, datagram, START_NS, f);
		(void)fc_encoder_put(e, f);
	}
	return octets;
}

int main(int argc, char **argv)
{
	unsigned long records = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000000;
	const struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX};
	static struct fc_flow flows[FLOWS];
	unsigned long long octets;
	struct fc_encoder e;
	uint64_t state = 1;
	double start, took;

	if (!records || fc_encoder_init(&e, &config))
		return 1;
	for (uint32_t i = 0; i < FLOWS; i++)
		flows[i] = synthetic_flow(&state, i, i / 32 % 2 ? 6 : 4, START_NS);
	start = seconds();
	octets = encode(&e, flows, records);
	took = seconds() - start;
	printf("ipfix_encode = %.0f records/s (%lu records, %llu octets, %.2f s)\n",
	       (double)records / took, records, octets, took);
	return 0;
}
