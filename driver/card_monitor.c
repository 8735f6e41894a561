// SPDX-License-Identifier: BSD-2-Clause
/* Monitors: programming them, and the walks through the cache that the card makes for the host. */
#include "driver/card_private.h"

#include <errno.h>

#define WALKS (FC_REG_STATUS_FLUSHING_MONITOR_MASK | FC_REG_STATUS_SNAPSHOTTING_MASK)

/* What decides which packets a monitor takes. */
struct selection {
	uint32_t ports, ports_out;
	bool ipv4, ipv6;
};

static unsigned wants(const struct selection *s, unsigned port, unsigned ports, bool ipv6)
{
	unsigned partner = port ^ 1;

	if (!(ipv6 ? s->ipv6 : s->ipv4))
		return 0;
	return (s->ports >> port & 1) + (partner < ports ? s->ports_out >> partner & 1 : 0);
}

/* A monitor that is not enabled takes nothing. */
static int selection_read(struct fc_card *card, unsigned number, struct selection *s)
{
	uint32_t control;
	int err = fc_card_read(card, FC_REG_IN(MONITOR, number, CONTROL), &control);

	*s = (struct selection){0};
	if (err || !(control & FC_REG_MONITOR_CONTROL_ENABLE_MASK))
		return err;
	s->ipv4 = control & FC_REG_MONITOR_CONTROL_IPV4_MASK;
	s->ipv6 = control & FC_REG_MONITOR_CONTROL_IPV6_MASK;
	err = fc_card_read(card, FC_REG_IN(MONITOR, number, PORTS), &s->ports);
	return err ? err : fc_card_read(card, FC_REG_IN(MONITOR, number, PORTS_OUT), &s->ports_out);
}

/* The card takes the lowest monitors of a packet and forgets the rest without a trace. */
static int crowd_refuse(struct fc_card *card, unsigned number, const struct fc_card_monitor *m)
{
	const struct selection own = {m->ports, m->ports_out, m->ipv4, m->ipv6};
	struct selection all[FC_CARD_MONITORS_MAX];
	unsigned most = card->build.monitors_per_packet;
	int err = 0;

	for (unsigned i = 0; !err && i < card->build.monitors; i++)
		err = i == number ? 0 : selection_read(card, i, &all[i]);
	if (err)
		return err;
	all[number] = own;
	for (unsigned at = 0; at < 2 * card->build.ports; at++) {
		unsigned count = 0;

		for (unsigned i = 0; i < card->build.monitors; i++)
			count += wants(&all[i], at / 2, card->build.ports, at % 2);
		if (count > most && wants(&own, at / 2, card->build.ports, at % 2))
			return fc_card_fail(
				card, -E2BIG, NULL,
				"monitor %u: an IPv%u packet of port %u would be wanted "
				"%u times; the card can meter it %u times",
				number, at % 2 ? 6 : 4, at / 2, count, most);
	}
	return 0;
}

static int monitor_refuse(struct fc_card *card, unsigned number, const struct fc_card_monitor *m)
{
	unsigned ports = card->build.ports;

	if (number >= card->build.monitors)
		return fc_card_fail(card, -EINVAL, NULL, "monitor %u: the card has %u", number,
				    card->build.monitors);
	if ((m->ports | m->ports_out) >> ports)
		return fc_card_fail(card, -EINVAL, NULL, "monitor %u: ports 0x%x: the card has %u",
				    number, (unsigned)(m->ports | m->ports_out), ports);
	for (unsigned p = 0; p < ports; p++)
		if ((m->ports_out >> p & 1) && (p ^ 1) >= ports)
			return fc_card_fail(card, -EINVAL, NULL,
					    "monitor %u: port %u has no partner, so no output",
					    number, p);
	return crowd_refuse(card, number, m);
}

static int monitor_mask_set(struct fc_card *card, unsigned number, const uint32_t *mask)
{
	int err = 0;

	for (unsigned i = 0; !err && i < FC_VECTOR_WORDS; i++) {
		struct fc_reg reg = {FC_REG_MONITOR_MASK(number, i), "MONITOR", number, "MASK"};

		err = fc_card_set(card, reg, mask[i]);
	}
	return err;
}

static uint32_t control_of(const struct fc_card_monitor *m)
{
	return FC_REG_MONITOR_CONTROL_ENABLE_MASK |
	       (m->ipv4 ? FC_REG_MONITOR_CONTROL_IPV4_MASK : 0) |
	       (m->ipv6 ? FC_REG_MONITOR_CONTROL_IPV6_MASK : 0) |
	       (m->immediate ? FC_REG_MONITOR_CONTROL_IMMEDIATE_MASK : 0);
}

/* Of a monitor that is disabled and has no packets, since the mask is locked otherwise. */
static int monitor_program(struct fc_card *card, unsigned number, const struct fc_card_monitor *m)
{
	int err = monitor_mask_set(card, number, m->mask);
	if (!err)
		err = fc_card_set(card, FC_REG_IN(MONITOR, number, PORTS), m->ports);
	if (!err)
		err = fc_card_set(card, FC_REG_IN(MONITOR, number, PORTS_OUT), m->ports_out);
	return err ? err : fc_card_set(card, FC_REG_IN(MONITOR, number, CONTROL), control_of(m));
}

int fc_card_monitor_set(struct fc_card *card, unsigned number, const struct fc_card_monitor *m)
{
	uint32_t control;
	int err = monitor_refuse(card, number, m);

	if (!err)
		err = fc_card_read(card, FC_REG(CONTROL), &control);
	if (!err && (control & FC_REG_CONTROL_ENABLE_MASK))
		err = fc_card_fail(card, -EBUSY, &FC_REG(CONTROL),
				   "enable is 1: monitor %u cannot be set", number);
	if (!err)
		err = fc_card_set(card, FC_REG_IN(MONITOR, number, CONTROL), 0);
	return err ? err : monitor_program(card, number, m);
}

static int walk_start(struct fc_card *card, uint32_t command)
{
	uint32_t status;
	int err = fc_card_read(card, FC_REG(STATUS), &status);

	if (!err && (status & WALKS))
		err = fc_card_fail(card, -EBUSY, &FC_REG(STATUS),
				   "the card is walking through its cache for an earlier command");
	return err ? err : fc_card_write(card, FC_REG(COMMAND), command);
}

static int walking(struct fc_card *card, uint32_t mask)
{
	uint32_t status;
	int err = fc_card_read(card, FC_REG(STATUS), &status);

	return err ? err : (status & mask) != 0;
}

int fc_card_flush_monitor(struct fc_card *card, unsigned number)
{
	if (number >= card->build.monitors)
		return fc_card_fail(card, -EINVAL, NULL, "monitor %u: the card has %u", number,
				    card->build.monitors);
	return walk_start(card, FC_REG_COMMAND_FLUSH_MONITOR_MASK |
					number << FC_REG_COMMAND_MONITOR_SHIFT);
}

int fc_card_flushing_monitor(struct fc_card *card)
{
	return walking(card, FC_REG_STATUS_FLUSHING_MONITOR_MASK);
}

int fc_card_snapshot(struct fc_card *card)
{
	return walk_start(card, FC_REG_COMMAND_SNAPSHOT_MASK);
}

int fc_card_snapshotting(struct fc_card *card)
{
	return walking(card, FC_REG_STATUS_SNAPSHOTTING_MASK);
}

int fc_card_monitor_disable(struct fc_card *card, unsigned number, uint64_t limit_ns)
{
	int err;

	if (number >= card->build.monitors)
		return fc_card_fail(card, -EINVAL, NULL, "monitor %u: the card has %u", number,
				    card->build.monitors);
	err = fc_card_wait(card, FC_REG(STATUS), WALKS, 0, limit_ns,
			   "an earlier walk through the cache is not over");
	if (!err)
		err = fc_card_set(card, FC_REG_IN(MONITOR, number, CONTROL), 0);
	if (!err)
		err = fc_card_flush_monitor(card, number);
	return err ? err
		   : fc_card_wait(card, FC_REG(STATUS), FC_REG_STATUS_FLUSHING_MONITOR_MASK, 0,
				  limit_ns, "flushing_monitor is still 1 (does its ring drain?)");
}

int fc_card_monitor_change(struct fc_card *card, unsigned number, const struct fc_card_monitor *m,
			   uint64_t limit_ns)
{
	int err = monitor_refuse(card, number, m);

	if (!err)
		err = fc_card_monitor_disable(card, number, limit_ns);
	return err ? err : monitor_program(card, number, m);
}

/* ------------------------------------------------------------------ other packets, the same keys
 */
static int keeps_refuse(struct fc_card *card, unsigned number, const struct fc_card_monitor *m,
			uint32_t control)
{
	const uint32_t fixed =
		FC_REG_MONITOR_CONTROL_ENABLE_MASK | FC_REG_MONITOR_CONTROL_IMMEDIATE_MASK;
	uint32_t word;
	int err = 0;

	if ((control & fixed) != (control_of(m) & fixed))
		return fc_card_fail(card, -EINVAL, &FC_REG_IN(MONITOR, number, CONTROL),
				    "reads 0x%x: monitor %u is off or of another type",
				    (unsigned)control, number);
	for (unsigned i = 0; !err && i < FC_VECTOR_WORDS; i++) {
		struct fc_reg reg = {FC_REG_MONITOR_MASK(number, i), "MONITOR", number, "MASK"};

		err = fc_card_read(card, reg, &word);
		if (!err && word != m->mask[i])
			err = fc_card_fail(card, -EINVAL, &reg, "reads 0x%x, not 0x%x",
					   (unsigned)word, (unsigned)m->mask[i]);
	}
	return err;
}

static int selection_write(struct fc_card *card, unsigned number, uint32_t ports,
			   uint32_t ports_out, uint32_t control)
{
	int err = fc_card_set(card, FC_REG_IN(MONITOR, number, CONTROL), control);

	if (!err)
		err = fc_card_set(card, FC_REG_IN(MONITOR, number, PORTS), ports);
	return err ? err : fc_card_set(card, FC_REG_IN(MONITOR, number, PORTS_OUT), ports_out);
}

/* First down to what both have: so no packet is wanted more often in between than before or after.
 */
int fc_card_monitor_select(struct fc_card *card, unsigned number, const struct fc_card_monitor *m,
			   bool shrink)
{
	struct selection has;
	uint32_t control;
	int err = shrink ? 0 : monitor_refuse(card, number, m);

	if (!err)
		err = fc_card_read(card, FC_REG_IN(MONITOR, number, CONTROL), &control);
	if (!err)
		err = keeps_refuse(card, number, m, control);
	if (!err)
		err = selection_read(card, number, &has);
	if (!err)
		err = selection_write(card, number, has.ports & m->ports,
				      has.ports_out & m->ports_out, control & control_of(m));
	if (err || shrink)
		return err;
	return selection_write(card, number, m->ports, m->ports_out, control_of(m));
}
