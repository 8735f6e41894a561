/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages as IOS writes them: "%FLOWCARD-5-CARDUP: card 7: ...". Any thread. */
#ifndef FC_LOG_H
#define FC_LOG_H

/* Syslog's levels. */
enum fc_log_level {
	FC_LOG_CRITICAL = 2,
	FC_LOG_ERROR = 3,
	FC_LOG_WARNING = 4,
	FC_LOG_NOTICE = 5,
	FC_LOG_INFO = 6
};

/* To syslog(3) instead of standard error; for a process that has left its terminal. */
void fc_log_to_syslog(const char *program);

void fc_log(enum fc_log_level level, const char *mnemonic, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same of another facility than FLOWCARD: "%REDUNDANCY-3-SWITCHOVER: ...". */
void fc_log_as(const char *facility, enum fc_log_level level, const char *mnemonic,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
