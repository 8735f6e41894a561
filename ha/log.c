// SPDX-License-Identifier: BSD-2-Clause
#include <ha/log.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

#define MESSAGE_OCTETS 512

static bool use_syslog;

void fc_log_to_syslog(const char *program)
{
	openlog(program, LOG_PID, LOG_DAEMON);
	use_syslog = true;
}

/* Under systemd standard error is the journal, which takes the level from a prefix. */
static bool under_journal(void)
{
	return getenv("JOURNAL_STREAM") != NULL;
}

static void say(const char *facility, enum fc_log_level level, const char *mnemonic,
		const char *text)
{
	if (use_syslog)
		syslog((int)level, "%%%s-%d-%s: %s", facility, (int)level, mnemonic, text);
	else if (under_journal())
		fprintf(stderr, "<%d>%%%s-%d-%s: %s\n", (int)level, facility, (int)level, mnemonic,
			text);
	else
		fprintf(stderr, "%%%s-%d-%s: %s\n", facility, (int)level, mnemonic, text);
}

void fc_log(enum fc_log_level level, const char *mnemonic, const char *format, ...)
{
	char text[MESSAGE_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say("FLOWCARD", level, mnemonic, text);
}

void fc_log_as(const char *facility, enum fc_log_level level, const char *mnemonic,
	       const char *format, ...)
{
	char text[MESSAGE_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(facility, level, mnemonic, text);
}
