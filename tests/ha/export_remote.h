/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other end of an exporter that has a socket: a collector over TCP or TLS, or a topic of Kafka.
 * What arrives is checked, and counted by flow in a judge.
 */
#ifndef FC_TESTS_EXPORT_REMOTE_H
#define FC_TESTS_EXPORT_REMOTE_H

#include "export_judge.h"

#include <flowcard/fnf.h>

struct remote;

struct remote_ops {
	const char *name;
	bool may_repeat;  /* it cannot tell what comes again */
	unsigned step_us; /* real time that it needs for a step */
	unsigned runs;    /* of a situation, if nobody says otherwise */
	struct remote *(*open)(struct judge *judge, struct fc_fnf_exporter *to);
	void (*close)(struct remote *r);
	/* Takes what has arrived, and checks it. */
	void (*step)(struct remote *r);
	/* From now on it acknowledges nothing, or only `part` of what comes; or all, as before. */
	void (*deaf)(struct remote *r, bool deaf, unsigned part);
	/* The exporters' host is gone, with all that has not arrived here. */
	void (*lose_host)(struct remote *r);
	/* Connections that stand. */
	unsigned (*connections)(struct remote *r);
	/* Has everything that was acknowledged been looked at? */
	bool (*done)(struct remote *r);
	/* Sessions that were begun, each with a sequence of its own; 0: this is none that has such.
	 */
	unsigned (*sessions)(const struct remote *r);
	/* Checks of the whole. Return messages that came more than once. */
	unsigned (*verdict)(struct remote *r);
};

extern const struct remote_ops remote_tcp, remote_tls, remote_kafka, remote_json;

#endif
