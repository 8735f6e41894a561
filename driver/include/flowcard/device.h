/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A place where a card may be: the card over its life, with resets, failures and disappearances.
 *
 *             arrived               restored
 *    gone ---------------> resetting ---------> present
 *     ^                     |  ^  ^                |
 *     | lost, released      |  |  +--- reset ------+
 *     | (from anywhere)     |  +------ reset ---+  | fault
 *     |                     +----- fault ---> failed <-+
 *
 * Each time of being present has a generation number. Who works with a card keeps the number; once
 * the card has left that generation, whatever was programmed into it, and its rings, are void, and
 * calls return -ENODEV. Nothing here starts threads; one thread calls, but rings of a present card
 * may be read by others, who must have stopped before fc_device_reset, _open or _close.
 */
#ifndef FLOWCARD_DEVICE_H
#define FLOWCARD_DEVICE_H

#include <flowcard/card.h>

#ifdef __cplusplus
extern "C" {
#endif

enum fc_device_state {
	FC_DEVICE_GONE,      /* no card, or it cannot be reached */
	FC_DEVICE_RESETTING, /* being reset and programmed */
	FC_DEVICE_PRESENT,   /* at work */
	FC_DEVICE_FAILED     /* there, but a step failed: only a reset helps */
};
#define FC_DEVICE_STATES 4

enum fc_device_event {
	FC_DEVICE_ARRIVED,  /* there is something at the place */
	FC_DEVICE_RESTORED, /* reset, programmed, started */
	FC_DEVICE_RESET,    /* somebody wants it reset */
	FC_DEVICE_FAULT,    /* a deadline was missed, a register does not keep its value, no link */
	FC_DEVICE_LOST,     /* all ones, the socket closed, ERR or REQ: it is not there any more */
	FC_DEVICE_RELEASED  /* we let go of it */
};
#define FC_DEVICE_EVENTS 6

/* The table next[state][event]: pure. */
enum fc_device_state fc_device_next(enum fc_device_state state, enum fc_device_event event);
const char *fc_device_state_name(enum fc_device_state state);

/* What a card is loaded with each time it comes up. */
struct fc_device_setup {
	struct fc_card_config config;
	unsigned monitors;
	struct fc_card_monitor monitor[FC_CARD_MONITORS_MAX];
	bool hold_ports; /* they are started by fc_device_ports_start */
};

struct fc_device {
	enum fc_device_state state;
	uint32_t generation; /* of the present or last presence; 0: never was present */
	uint32_t arrivals, losses, failures;
	struct fc_card card; /* rings are readable while the generation is theirs, and until reset,
				open or close after it */
	struct fc_transport *transport; /* NULL when closed */
	struct fc_device_setup setup;
	int (*open)(void *context, struct fc_transport **out, char *error, size_t error_octets);
	void *context;
	char error[240]; /* why it is not present */
};

/*
 * A place, without a card yet. `open` reaches it (fc_transport_open for most); it is called from
 * fc_device_open only.
 */
void fc_device_init(struct fc_device *device,
		    int (*open)(void *context, struct fc_transport **out, char *error,
				size_t error_octets),
		    void *context);

/*
 * From gone: reach the card, reset it, program it with `setup` (copied), start it. Return 0
 * (present) or -errno: gone when it could not be reached, failed when a step with the card failed;
 * device->error is a sentence. -EBUSY: it is not gone.
 */
int fc_device_open(struct fc_device *device, const struct fc_device_setup *setup);

/* From present or failed: the same again with the transport there is; also with another setup
 * (NULL: the same). Return as fc_device_open; -ENODEV: gone. */
int fc_device_reset(struct fc_device *device, const struct fc_device_setup *setup);

/* Look whether the card is still well: gone_fd, MAGIC, link, bus mastering. Never waits. Return the
 * state after it. */
enum fc_device_state fc_device_look(struct fc_device *device);

/* Somebody else met `err` in this generation (a ring's doorbell, say). Return the state after it.
 */
enum fc_device_state fc_device_report(struct fc_device *device, uint32_t generation, int err);

/* Let go of the card and free its memory; state gone. Safe at any time. */
void fc_device_close(struct fc_device *device);

/* As the calls of card.h, for one generation: -ENODEV when it is over. An error moves the state. */
int fc_device_ledger(struct fc_device *device, uint32_t generation, unsigned monitor,
		     struct fc_ledger *out);
int fc_device_port_counters(struct fc_device *device, uint32_t generation, unsigned port,
			    struct fc_card_port_counters *out);
int fc_device_faults(struct fc_device *device, uint32_t generation, uint32_t *out);
int fc_device_ports_start(struct fc_device *device, uint32_t generation);
int fc_device_stop(struct fc_device *device, uint32_t generation);
int fc_device_flush(struct fc_device *device, uint32_t generation);
int fc_device_time(struct fc_device *device, uint32_t generation, uint64_t *out);
int fc_device_flushing(struct fc_device *device, uint32_t generation);

/* The descriptor to watch, or -1. */
int fc_device_gone_fd(const struct fc_device *device);

#ifdef __cplusplus
}
#endif
#endif
