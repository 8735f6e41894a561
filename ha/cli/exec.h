/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of EXEC that the session brings itself. */
#ifndef FC_CLI_EXEC_H
#define FC_CLI_EXEC_H

#include <ha/cli/session.h>

extern const struct fc_cli_command fc_cli_exec[];      /* exec.c */
extern const struct fc_cli_command fc_cli_exec_show[]; /* exec_show.c */
extern const struct fc_cli_command fc_cli_exec_card[]; /* exec_card.c */

/* The session whose command this is. */
struct fc_cli_session *fc_cli_own(struct fc_cli_call *call);

#endif
