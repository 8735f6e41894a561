// SPDX-License-Identifier: BSD-2-Clause
#include "ha/redundancy/state.h"

#include <stddef.h>
#include <stdint.h>

/* Short names, so that the table can be read. */
enum {
	UNKN = FC_RF_UNKNOWN,
	DISA = FC_RF_DISABLED,
	INIT = FC_RF_INITIALIZATION,
	NEGO = FC_RF_NEGOTIATION,
	COLD = FC_RF_STANDBY_COLD,
	CONF = FC_RF_STANDBY_CONFIG,
	FILE_ = FC_RF_STANDBY_FILESYS,
	BULK = FC_RF_STANDBY_BULK,
	HOT_ = FC_RF_STANDBY_HOT,
	FAST = FC_RF_ACTIVE_FAST,
	DRAI = FC_RF_ACTIVE_DRAIN,
	PREC = FC_RF_ACTIVE_PRECONFIG,
	POST = FC_RF_ACTIVE_POSTCONFIG,
	ACTI = FC_RF_ACTIVE
};

static const uint8_t next[FC_RF_STATES][FC_RF_EVENTS] = {
	/* clang-format off */
	/*           START STOP  DONE  FAIL  GOACT GOSTB YIELD GONE  GOCOLD */
	[UNKN]  = { UNKN, UNKN, UNKN, UNKN, UNKN, UNKN, UNKN, UNKN, UNKN },
	[DISA]  = { INIT, DISA, DISA, DISA, DISA, DISA, DISA, DISA, DISA },
	[INIT]  = { INIT, DISA, NEGO, DISA, INIT, INIT, INIT, INIT, INIT },
	[NEGO]  = { NEGO, DISA, NEGO, NEGO, FAST, COLD, NEGO, NEGO, NEGO },
	[COLD]  = { COLD, DISA, CONF, NEGO, COLD, COLD, NEGO, NEGO, COLD },
	[CONF]  = { CONF, DISA, FILE_, NEGO, CONF, CONF, NEGO, NEGO, COLD },
	[FILE_] = { FILE_, DISA, BULK, NEGO, FILE_, FILE_, NEGO, NEGO, COLD },
	[BULK]  = { BULK, DISA, HOT_, NEGO, BULK, BULK, NEGO, NEGO, COLD },
	/* Only a hot standby outlives its active unit: it has something to take over with. */
	[HOT_]  = { HOT_, DISA, HOT_, NEGO, FAST, HOT_, NEGO, HOT_, COLD },
	[FAST]  = { FAST, DISA, DRAI, NEGO, FAST, FAST, NEGO, FAST, FAST },
	[DRAI]  = { DRAI, DISA, PREC, NEGO, DRAI, DRAI, NEGO, DRAI, DRAI },
	[PREC]  = { PREC, DISA, POST, NEGO, PREC, PREC, NEGO, PREC, PREC },
	[POST]  = { POST, DISA, ACTI, NEGO, POST, POST, NEGO, POST, POST },
	[ACTI]  = { ACTI, DISA, ACTI, NEGO, ACTI, ACTI, NEGO, ACTI, ACTI },
	/* clang-format on */
};

enum fc_rf_state fc_rf_next(enum fc_rf_state state, enum fc_rf_event event)
{
	if ((unsigned)state >= FC_RF_STATES || (unsigned)event >= FC_RF_EVENTS)
		return state;
	return (enum fc_rf_state)next[state][event];
}

struct name {
	unsigned number;
	const char *printed;
};

static const char *name_of(const struct name *names, size_t count, unsigned number)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].printed;
	return "?";
}
#define NAME_OF(names, number) name_of(names, sizeof(names) / sizeof(*(names)), number)

const char *fc_rf_state_name(enum fc_rf_state state)
{
	static const struct name names[] = {
#define X(name, number, printed, code) {number, printed},
		FC_RF_STATE_LIST(X)
#undef X
	};

	return NAME_OF(names, state);
}

const char *fc_rf_code_name(enum fc_rf_code code)
{
	static const struct name names[] = {
#define X(name, number) {number, #name},
		FC_RF_CODE_LIST(X)
#undef X
	};

	return NAME_OF(names, code);
}

const char *fc_rf_reason_name(enum fc_rf_reason reason)
{
	static const struct name names[] = {
#define X(name, number, printed) {number, printed},
		FC_RF_REASON_LIST(X)
#undef X
	};

	return NAME_OF(names, reason);
}

enum fc_rf_code fc_rf_state_code(enum fc_rf_state state)
{
	static const uint16_t codes[FC_RF_STATES] = {
#define X(name, number, printed, code) [number] = (code),
		FC_RF_STATE_LIST(X)
#undef X
	};

	return (unsigned)state < FC_RF_STATES ? (enum fc_rf_code)codes[state] : 0;
}
