/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * encode_bench [RECORDS]: how many default IPFIX records one core encodes and seals in a second of
 * its time. Flows come from a set larger than the second-level cache, half of them IPv6. Peer in
 * the same run, by turns: libfixbuf with the same template and records, if it was there at build
 * time; records of both families are compared octet by octet with ours.
 */
#include "encode_peer.h"

#include <driver/export/encoder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tests/wire/synthetic_flows.h>
#include <time.h>

#define FLOWS 65536
#define START_NS UINT64_C(1795348800000000000)
#define PAYLOAD 1400
#define ROUNDS 10
#define FAMILY_RUN 32 /* flows of one IP version in a row */
#define CHECKED 8     /* records of each family in the message that is compared */

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t finish(struct fc_encoder *e)
{
	fc_encoder_finish(e, START_NS);
	return e->message.datagram.length;
}

static int open_encoder(struct fc_encoder *e)
{
	struct fc_exporter_config config = {.protocol = FC_PROTOCOL_IPFIX};
	int err = fc_template_ids_create(&config.ids);

	if (!err)
		err = fc_encoder_init(e, &config);
	return err ? err : fc_encoder_flows(e, 1, NULL);
}

static void close_encoder(struct fc_encoder *e)
{
	struct fc_template_ids *ids = e->ids;

	fc_encoder_free(e);
	fc_template_ids_destroy(ids);
}

static unsigned long long encode(struct fc_encoder *e, uint8_t *datagram,
				 const struct fc_flow *flows, unsigned long records)
{
	unsigned long long octets = 0;

	for (unsigned long i = 0; i < records; i++) {
		const struct fc_flow *f = &flows[i % FLOWS];

		if (fc_encoder_parts(e, 1, f) != 1)
			continue;
		if (e->message.open && !fc_encoder_put(e, 1, f))
			continue;
		if (e->message.open)
			octets += finish(e);
		fc_encoder_begin(e, datagram, START_NS, 1, f);
		(void)fc_encoder_put(e, 1, f);
	}
	return octets + finish(e);
}

#if FC_PEER_FIXBUF

/* Both begin with the templates; the two data sets after them must be the same. */
static int compare(struct encode_peer *peer, const struct fc_flow *flows)
{
	const size_t first = FAMILY_RUN - CHECKED;
	size_t length, peer_length, sets;
	uint8_t ours[PAYLOAD] = {0};
	const uint8_t *theirs;
	struct fc_encoder e;

	if (open_encoder(&e) || encode_peer_run(peer, first, (unsigned long)2 * CHECKED, false))
		return 1;
	length = encode(&e, ours, flows + first, (unsigned long)2 * CHECKED);
	peer_length = encode_peer_emit(peer, &theirs);
	sets = 8 + CHECKED * (e.client[1]->templates[0].record_size +
			      e.client[1]->templates[1].record_size);
	close_encoder(&e);
	if (length > sets && peer_length > sets &&
	    !memcmp(ours + length - sets, theirs + peer_length - sets, sets))
		return 0;
	fprintf(stderr, "encode_bench: libfixbuf encodes other octets\n");
	return 1;
}

struct times {
	double ours, filled, from_flow;
};

static int measure(struct fc_encoder *e, struct encode_peer *peer, const struct fc_flow *flows,
		   unsigned long records, struct times *t)
{
	static uint8_t datagram[PAYLOAD];
	double stamp[4];

	stamp[0] = seconds();
	encode(e, datagram, flows, records);
	stamp[1] = seconds();
	if (encode_peer_run(peer, 0, records, false))
		return 1;
	stamp[2] = seconds();
	if (encode_peer_run(peer, 0, records, true))
		return 1;
	stamp[3] = seconds();
	t->ours += stamp[1] - stamp[0];
	t->filled += stamp[2] - stamp[1];
	t->from_flow += stamp[3] - stamp[2];
	return 0;
}

static int with_peer(struct fc_encoder *e, const struct fc_flow *flows, unsigned long records)
{
	struct encode_peer *peer = encode_peer_open(flows, FLOWS, PAYLOAD);
	struct times t = {0};
	int err = 1;

	if (!peer || compare(peer, flows))
		goto out;
	for (unsigned i = 0; i < ROUNDS; i++)
		if (measure(e, peer, flows, records / ROUNDS, &t))
			goto out;
	records = records / ROUNDS * ROUNDS;
	printf("ipfix_encode = %.4g records/s (peer libfixbuf, structures filled beforehand = "
	       "%.4g, "
	       "ratio %.3g; target >= 5e6, >= 3 x)\n",
	       (double)records / t.ours, (double)records / t.filled, t.filled / t.ours);
	printf("ipfix_encode_flow = %.4g records/s (peer libfixbuf, same struct fc_flow in = %.4g, "
	       "ratio %.3g)\n",
	       (double)records / t.ours, (double)records / t.from_flow, t.from_flow / t.ours);
	err = 0;
out:
	if (peer)
		encode_peer_close(peer);
	return err;
}

#else

static int with_peer(struct fc_encoder *e, const struct fc_flow *flows, unsigned long records)
{
	static uint8_t datagram[PAYLOAD];
	double start = seconds();

	encode(e, datagram, flows, records);
	printf("ipfix_encode = %.4g records/s (target >= 5e6, >= 3 x)\n",
	       (double)records / (seconds() - start));
	printf("ipfix_encode: the peer libfixbuf is not installed (Debian: libfixbuf-dev)\n");
	return 0;
}

#endif

int main(int argc, char **argv)
{
	unsigned long records = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000000;
	static struct fc_flow flows[FLOWS];
	struct fc_encoder e;
	uint64_t state = 1;
	int err;

	if (records < ROUNDS || open_encoder(&e)) {
		fprintf(stderr, "encode_bench [RECORDS]: at least %d\n", ROUNDS);
		return 1;
	}
	for (uint32_t i = 0; i < FLOWS; i++)
		flows[i] = synthetic_flow(&state, i, i / FAMILY_RUN % 2 ? 6 : 4, START_NS);
	err = with_peer(&e, flows, records);
	close_encoder(&e);
	return err;
}
