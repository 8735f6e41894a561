// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/unit_bench.h"
#include "tests/ha/config_text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct place place[2];

static struct fc_transport_ops ops; /* the fake's, with a close */

static void no_close(struct fc_transport *t)
{
	(void)t;
}

int open_place(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	struct place *p = &place[where[5] - '0'];

	if (__atomic_load_n(&p->empty, __ATOMIC_SEQ_CST)) {
		snprintf(error, octets, "%s: nobody there", where);
		return -ENODEV;
	}
	*out = &p->card.transport;
	return 0;
}

void insert(struct place *p)
{
	fake_card_init(&p->card, 1);
	if (!ops.close) { /* once: another card's thread may be reading it */
		ops = *p->card.transport.ops;
		ops.close = no_close;
	}
	p->card.transport.ops = &ops;
	p->written = 0;
	__atomic_store_n(&p->empty, false, __ATOMIC_SEQ_CST);
}

void pull(struct place *p)
{
	__atomic_store_n(&p->empty, true, __ATOMIC_SEQ_CST);
	__atomic_store_n(&p->card.gone, true, __ATOMIC_SEQ_CST);
}

/* ------------------------------------------------------------------ what the card writes */
static struct card_ring ring_of(struct place *p)
{
	return (struct card_ring){&p->card, RING_LOG2, &p->written};
}

void card_writes(struct place *p, uint32_t *record)
{
	card_ring_write(ring_of(p), record);
}

void card_flows(struct place *p, uint32_t epoch, uint32_t flows)
{
	card_ring_flows(ring_of(p), 0, epoch, flows);
}

void card_barrier(struct place *p, uint32_t epoch)
{
	card_ring_barrier(ring_of(p), epoch);
}

/* ------------------------------------------------------------------ the unit */
struct fc_config config;
struct fc_unit unit;
int sink;
static unsigned sink_port;

void read_config(const char *cards)
{
	char text[2000];

	snprintf(text, sizeof(text),
		 "flow exporter OUT\n destination 127.0.0.1\n transport udp %u\n"
		 " export-protocol netflow-v5\n"
		 "flow monitor M\n record original-input\n exporter OUT\n%s",
		 sink_port, cards);
	config_text_take(&config, text);
}

static void open_sink(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t octets = sizeof(a);

	sink = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(sink, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(sink, (struct sockaddr *)&a, &octets), 0);
	sink_port = ntohs(a.sin_port);
}

/* NetFlow v5 says its count in the header: flows that have come. */
unsigned sunk(void)
{
	unsigned char datagram[2000];
	unsigned flows = 0;

	while (recv(sink, datagram, sizeof(datagram), 0) > 24)
		flows += datagram[2] * 256u + datagram[3];
	return flows;
}

void start(const char *cards)
{
	char error[200] = "";

	memset(place, 0, sizeof(place));
	place[0].empty = place[1].empty = true;
	open_sink();
	read_config(cards);
	if (fc_unit_start(&unit, &config, open_place, error, sizeof(error)))
		fail_msg("%s", error);
}

void stop(void)
{
	assert_int_equal(fc_unit_stop(&unit), 0);
	close(sink);
}

struct fc_slot_status status_of(unsigned slot)
{
	struct fc_slot_status status;

	fc_slot_status(unit.slot[slot], &status);
	return status;
}
