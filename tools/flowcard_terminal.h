/* SPDX-License-Identifier: BSD-2-Clause */
/* The terminal that flowcard runs in: every key goes to the daemon as it is typed. */
#ifndef FC_FLOWCARD_TERMINAL_H
#define FC_FLOWCARD_TERMINAL_H

#include <stddef.h>

/* Until the daemon or the terminal ends the session; the terminal is then as it was before. Return
 * 0 or -errno. */
int fc_terminal_session(int fd);

/* Ask for a password at the terminal, not at standard input. Return 0 or -errno. */
int fc_terminal_password(char *out, size_t octets);

#endif
