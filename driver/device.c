// SPDX-License-Identifier: BSD-2-Clause
#include "driver/card_private.h"

#include <errno.h>
#include <flowcard/device.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ALL_ONES 0xffffffffu

static const enum fc_device_state next[FC_DEVICE_STATES][FC_DEVICE_EVENTS] = {
	/* clang-format off */
	/*                        arrived              restored           reset                fault             lost            released */
	[FC_DEVICE_GONE]      = {FC_DEVICE_RESETTING, FC_DEVICE_GONE,    FC_DEVICE_GONE,      FC_DEVICE_GONE,   FC_DEVICE_GONE, FC_DEVICE_GONE},
	[FC_DEVICE_RESETTING] = {FC_DEVICE_RESETTING, FC_DEVICE_PRESENT, FC_DEVICE_RESETTING, FC_DEVICE_FAILED, FC_DEVICE_GONE, FC_DEVICE_GONE},
	[FC_DEVICE_PRESENT]   = {FC_DEVICE_PRESENT,   FC_DEVICE_PRESENT, FC_DEVICE_RESETTING, FC_DEVICE_FAILED, FC_DEVICE_GONE, FC_DEVICE_GONE},
	[FC_DEVICE_FAILED]    = {FC_DEVICE_FAILED,    FC_DEVICE_FAILED,  FC_DEVICE_RESETTING, FC_DEVICE_FAILED, FC_DEVICE_GONE, FC_DEVICE_GONE},
	/* clang-format on */
};

enum fc_device_state fc_device_next(enum fc_device_state state, enum fc_device_event event)
{
	return next[state][event];
}

const char *fc_device_state_name(enum fc_device_state state)
{
	static const char *const name[] = {"gone", "resetting", "present", "failed"};

	return name[state];
}

static void step(struct fc_device *d, enum fc_device_event event)
{
	enum fc_device_state old = d->state;

	d->state = fc_device_next(old, event);
	if (d->state == old)
		return;
	d->generation += d->state == FC_DEVICE_PRESENT;
	d->arrivals += old == FC_DEVICE_GONE;
	d->losses += event == FC_DEVICE_LOST;
	d->failures += d->state == FC_DEVICE_FAILED;
}

/* Which event an error of the transport or of the card is. */
static enum fc_device_event event_of(int err)
{
	switch (err) {
	case -ENODEV:
	case -ENXIO:
	case -EPIPE:
	case -ECONNRESET:
	case -ECONNREFUSED:
	case -ENOTCONN:
	case -EBADF:
		return FC_DEVICE_LOST;
	default:
		return FC_DEVICE_FAULT;
	}
}

__attribute__((format(printf, 2, 3))) static void say(struct fc_device *d, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(d->error, sizeof(d->error), format, args);
	va_end(args);
}

void fc_device_init(struct fc_device *d,
		    int (*open)(void *context, struct fc_transport **out, char *error,
				size_t error_octets),
		    void *context)
{
	memset(d, 0, sizeof(*d));
	d->open = open;
	d->context = context;
}

/* Neither the card's memory nor its rings are used by anybody any more. */
static void let_go(struct fc_device *d)
{
	fc_card_close(&d->card);
	if (d->transport)
		d->transport->ops->close(d->transport);
	d->transport = NULL;
}

static int program(struct fc_device *d)
{
	uint32_t status;
	int err = fc_card_open(&d->card, d->transport, &d->setup.config);

	for (unsigned m = 0; !err && m < d->setup.monitors; m++)
		err = fc_card_monitor_set(&d->card, m, &d->setup.monitor[m]);
	if (!err)
		err = d->setup.hold_ports ? fc_card_core_start(&d->card) : fc_card_start(&d->card);
	if (!err)
		err = fc_card_read(&d->card, FC_REG(STATUS), &status);
	if (!err && !(status & FC_REG_STATUS_LINK_UP_MASK))
		err = fc_card_fail(&d->card, -EIO, &FC_REG(STATUS),
				   "link_up is 0: the PCIe link is down");
	return err;
}

/* In state resetting, with a transport: to present, failed or gone. */
static int bring_up(struct fc_device *d)
{
	int err = program(d);

	if (!err) {
		step(d, FC_DEVICE_RESTORED);
		d->error[0] = '\0';
		return 0;
	}
	say(d, "%s", d->card.error[0] ? d->card.error : strerror(-err));
	step(d, event_of(err));
	fc_card_close(&d->card);
	if (d->state == FC_DEVICE_GONE)
		let_go(d);
	return err;
}

int fc_device_open(struct fc_device *d, const struct fc_device_setup *setup)
{
	char error[sizeof(d->error)] = "";
	int err;

	if (d->state != FC_DEVICE_GONE)
		return -EBUSY;
	let_go(d); /* what was kept for readers of the last generation */
	d->setup = *setup;
	err = d->open(d->context, &d->transport, error, sizeof(error));
	if (err) {
		d->transport = NULL;
		say(d, "%s", *error ? error : strerror(-err));
		return err;
	}
	step(d, FC_DEVICE_ARRIVED);
	return bring_up(d);
}

int fc_device_reset(struct fc_device *d, const struct fc_device_setup *setup)
{
	int err = 0;

	if (d->state == FC_DEVICE_GONE || !d->transport)
		return -ENODEV;
	step(d, FC_DEVICE_RESET);
	if (setup)
		d->setup = *setup;
	fc_card_close(&d->card);
	if (d->transport->ops->reset)
		err = d->transport->ops->reset(d->transport);
	if (!err)
		return bring_up(d);
	say(d, "%s: reset: %s", d->transport->name, strerror(-err));
	step(d, event_of(err));
	if (d->state == FC_DEVICE_GONE)
		let_go(d);
	return err;
}

void fc_device_close(struct fc_device *d)
{
	let_go(d);
	step(d, FC_DEVICE_RELEASED);
}

/* ------------------------------------------------------------------ is it still well */
int fc_device_gone_fd(const struct fc_device *d)
{
	if (!d->transport || !d->transport->ops->gone_fd)
		return -1;
	return d->transport->ops->gone_fd(d->transport);
}

static bool asked_back(const struct fc_device *d)
{
	struct pollfd fd = {.fd = fc_device_gone_fd(d), .events = POLLIN};

	return fd.fd >= 0 && poll(&fd, 1, 0) > 0;
}

static enum fc_device_state lose(struct fc_device *d, enum fc_device_event event, const char *why)
{
	say(d, "%s", why);
	step(d, event);
	return d->state;
}

enum fc_device_state fc_device_look(struct fc_device *d)
{
	uint32_t magic = 0, status = 0;
	int err;

	if (d->state != FC_DEVICE_PRESENT)
		return d->state;
	if (asked_back(d))
		return lose(d, FC_DEVICE_LOST, "the card was taken away");
	err = fc_transport_read(d->transport, FC_REG_MAGIC, &magic);
	if (!err)
		err = fc_transport_read(d->transport, FC_REG_STATUS, &status);
	if (err)
		return lose(d, event_of(err), strerror(-err));
	if (magic == ALL_ONES)
		return lose(d, FC_DEVICE_LOST, "MAGIC reads all ones: the card is gone");
	if (magic != FC_MAGIC)
		return lose(d, FC_DEVICE_FAULT, "MAGIC does not read FLOW any more");
	if (!(status & FC_REG_STATUS_LINK_UP_MASK))
		return lose(d, FC_DEVICE_FAULT, "STATUS.link_up is 0: the PCIe link is down");
	if (!(status & FC_REG_STATUS_BUS_MASTER_MASK))
		return lose(d, FC_DEVICE_FAULT, "STATUS.bus_master is 0: no record can be written");
	if (!(status & FC_REG_STATUS_ENABLED_MASK))
		return lose(d, FC_DEVICE_FAULT, "STATUS.enabled is 0: somebody reset the card");
	return d->state;
}

enum fc_device_state fc_device_report(struct fc_device *d, uint32_t generation, int err)
{
	if (err < 0 && d->state == FC_DEVICE_PRESENT && d->generation == generation)
		return lose(d, event_of(err), d->card.error[0] ? d->card.error : strerror(-err));
	return d->state;
}

/* ------------------------------------------------------------------ calls of one generation */
static bool stale(const struct fc_device *d, uint32_t generation)
{
	return d->state != FC_DEVICE_PRESENT || d->generation != generation;
}

/* Wrong arguments and a busy latch say nothing about the card. */
static int judge(struct fc_device *d, uint32_t generation, int err)
{
	if (err < 0 && err != -EINVAL && err != -EBUSY)
		fc_device_report(d, generation, err);
	return err;
}

int fc_device_ledger(struct fc_device *d, uint32_t generation, unsigned monitor,
		     struct fc_ledger *out)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_ledger(&d->card, monitor, out));
}

int fc_device_port_counters(struct fc_device *d, uint32_t generation, unsigned port,
			    struct fc_card_port_counters *out)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_port_counters(&d->card, port, out));
}

int fc_device_time(struct fc_device *d, uint32_t generation, uint64_t *out)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_time(&d->card, out));
}

int fc_device_faults(struct fc_device *d, uint32_t generation, uint32_t *out)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_faults(&d->card, out));
}

int fc_device_ports_start(struct fc_device *d, uint32_t generation)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_ports_start(&d->card));
}

int fc_device_stop(struct fc_device *d, uint32_t generation)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_stop(&d->card));
}

int fc_device_flush(struct fc_device *d, uint32_t generation)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_flush(&d->card));
}

int fc_device_flushing(struct fc_device *d, uint32_t generation)
{
	if (stale(d, generation))
		return -ENODEV;
	return judge(d, generation, fc_card_flushing(&d->card));
}
