// SPDX-License-Identifier: BSD-2-Clause
#include "monotonic.h"

uint64_t (*fc_monotonic_source)(void);
