/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The redundancy facility's states, events and reasons: numbers and names as IOS-XE prints them,
 * and the table next[state][event]. Pure.
 *
 *   DISABLED --> INITIALIZATION --> NEGOTIATION --> ACTIVE-FAST --> ... --> ACTIVE
 *                                    |      ^ yield, peer gone       ^
 *                                    v      |                        | go active
 *                                   STANDBY COLD --> ... --> STANDBY HOT
 */
#ifndef FC_REDUNDANCY_STATE_H
#define FC_REDUNDANCY_STATE_H

#include <stdbool.h>

/* name, number, printed, the event that clients are told on the way into it (0: nobody is told) */
#define FC_RF_STATE_LIST(X)                                                                        \
	X(UNKNOWN, 0, "UNKNOWN", 0)                                                                \
	X(DISABLED, 1, "DISABLED", 0)                                                              \
	X(INITIALIZATION, 2, "INITIALIZATION", FC_CODE_RF_PROG_INITIALIZATION)                     \
	X(NEGOTIATION, 3, "NEGOTIATION", 0)                                                        \
	X(STANDBY_COLD, 4, "STANDBY COLD", FC_CODE_RF_PROG_STANDBY_COLD)                           \
	X(STANDBY_CONFIG, 5, "STANDBY COLD-CONFIG", FC_CODE_RF_PROG_STANDBY_CONFIG)                \
	X(STANDBY_FILESYS, 6, "STANDBY COLD-FILESYS", FC_CODE_RF_PROG_STANDBY_FILESYS)             \
	X(STANDBY_BULK, 7, "STANDBY COLD-BULK", FC_CODE_RF_PROG_STANDBY_BULK)                      \
	X(STANDBY_HOT, 8, "STANDBY HOT", FC_CODE_RF_PROG_STANDBY_HOT)                              \
	X(ACTIVE_FAST, 9, "ACTIVE-FAST", FC_CODE_RF_PROG_ACTIVE_FAST)                              \
	X(ACTIVE_DRAIN, 10, "ACTIVE-DRAIN", FC_CODE_RF_PROG_ACTIVE_DRAIN)                          \
	X(ACTIVE_PRECONFIG, 11, "ACTIVE_PRECONFIG", FC_CODE_RF_PROG_ACTIVE_PRECONFIG)              \
	X(ACTIVE_POSTCONFIG, 12, "ACTIVE_POSTCONFIG", FC_CODE_RF_PROG_ACTIVE_POSTCONFIG)           \
	X(ACTIVE, 13, "ACTIVE", FC_CODE_RF_PROG_ACTIVE)

enum fc_rf_state {
#define X(name, number, printed, code) FC_RF_##name = (number),
	FC_RF_STATE_LIST(X)
#undef X
		FC_RF_STATES
};

/* Events as the transition history names them. 5xx differ between releases of IOS: XE's. */
#define FC_RF_CODE_LIST(X)                                                                         \
	X(RF_PROG_INITIALIZATION, 100)                                                             \
	X(RF_PROG_STANDBY_COLD, 101)                                                               \
	X(RF_PROG_STANDBY_CONFIG, 102)                                                             \
	X(RF_PROG_STANDBY_FILESYS, 103)                                                            \
	X(RF_PROG_STANDBY_BULK, 104)                                                               \
	X(RF_PROG_STANDBY_HOT, 105)                                                                \
	X(RF_PROG_ACTIVE_FAST, 200)                                                                \
	X(RF_PROG_ACTIVE_DRAIN, 201)                                                               \
	X(RF_PROG_ACTIVE_PRECONFIG, 202)                                                           \
	X(RF_PROG_ACTIVE_POSTCONFIG, 203)                                                          \
	X(RF_PROG_ACTIVE, 204)                                                                     \
	X(RF_STATUS_PEER_PRESENCE, 400)                                                            \
	X(RF_STATUS_PEER_COMM, 401)                                                                \
	X(RF_STATUS_REDUNDANCY_MODE_CHANGE, 405)                                                   \
	X(RF_EVENT_GO_ACTIVE, 512)                                                                 \
	X(RF_EVENT_GO_STANDBY, 513)

enum fc_rf_code {
#define X(name, number) FC_CODE_##name = (number),
	FC_RF_CODE_LIST(X)
#undef X
};

/* Reasons of a switchover: numbers of the RF MIB. */
#define FC_RF_REASON_LIST(X)                                                                       \
	X(UNSUPPORTED, 1, "unsupported")                                                           \
	X(NONE, 2, "none")                                                                         \
	X(NOT_KNOWN, 3, "not known")                                                               \
	X(USER_INITIATED, 4, "user initiated")                                                     \
	X(USER_FORCED, 5, "user forced")                                                           \
	X(UNIT_FAILED, 6, "active unit failed")                                                    \
	X(UNIT_REMOVED, 7, "active unit removed")

enum fc_rf_reason {
#define X(name, number, printed) FC_RF_REASON_##name = (number),
	FC_RF_REASON_LIST(X)
#undef X
};

/* What moves the machine. */
enum fc_rf_event {
	FC_RF_EVENT_START,
	FC_RF_EVENT_STOP,
	FC_RF_EVENT_STEP_DONE,   /* every client has answered */
	FC_RF_EVENT_STEP_FAILED, /* one refused, or did not answer in time */
	FC_RF_EVENT_GO_ACTIVE,   /* with a claim that was won */
	FC_RF_EVENT_GO_STANDBY,  /* the peer is active */
	FC_RF_EVENT_YIELD,       /* the peer has, or somebody may have, the better right */
	FC_RF_EVENT_PEER_GONE,   /* a standby has lost its active unit */
	FC_RF_EVENT_GO_COLD,     /* the active unit goes on without this standby */
	FC_RF_EVENTS
};

/* The state after it; the same state where the event means nothing. */
enum fc_rf_state fc_rf_next(enum fc_rf_state state, enum fc_rf_event event);

/* "STANDBY HOT", "RF_PROG_ACTIVE", "user forced"; "?" for a number that is none. */
const char *fc_rf_state_name(enum fc_rf_state state);
const char *fc_rf_code_name(enum fc_rf_code code);
const char *fc_rf_reason_name(enum fc_rf_reason reason);
enum fc_rf_code fc_rf_state_code(enum fc_rf_state state);

static inline bool fc_rf_is_active(enum fc_rf_state state)
{
	return state >= FC_RF_ACTIVE_FAST && state <= FC_RF_ACTIVE;
}

static inline bool fc_rf_is_standby(enum fc_rf_state state)
{
	return state >= FC_RF_STANDBY_COLD && state <= FC_RF_STANDBY_HOT;
}

#endif
