/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who grants a term: `redundancy fencing witness file DIRECTORY | witness etcd URL | peer COMMAND |
 * none`. A term is granted to one unit, once. No answer is no claim.
 *
 *   fc_claim_ask -- a thread --> ops->claim: link(2), etcd's transaction, a command
 *        | waits until its deadline; an answer that comes later is dropped, and the next claim
 *        | finds the term taken by this unit itself
 */
#ifndef FC_REDUNDANCY_CLAIM_H
#define FC_REDUNDANCY_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FC_CLAIM_TEXT 256
/* A fencing agent is slow: a power switch or a management controller takes seconds to answer, and
 * some wait until the power is off. Who wants less puts timeout(1) before the command. */
#define FC_CLAIM_COMMAND_MS 30000

struct fc_claim_answer {
	bool won;
	uint64_t newest; /* not won: the newest term that is granted, and to whom */
	uint32_t holder; /* 0: not known */
};

struct fc_claim_question {
	char argument[FC_CLAIM_TEXT]; /* directory, URL, command */
	uint64_t term;
	uint32_t unit;
	uint32_t timeout_ms;
	int stop; /* can be read once nobody wants the answer any more */
};

struct fc_claim_ops {
	const char *words; /* before the argument, as configured */
	bool argument;
	uint32_t timeout_ms; /* of its own; 0: the asker's */
	/* Could it ever work? NULL: yes, or why not. */
	const char *(*refuse)(const char *argument);
	/* Blocks. Return 0 with an answer, or -errno: nobody could be asked. */
	int (*claim)(const struct fc_claim_question *question, struct fc_claim_answer *answer);
};

extern const struct fc_claim_ops fc_claim_none, fc_claim_file, fc_claim_etcd, fc_claim_peer;

struct fc_claim {
	const struct fc_claim_ops *ops;
	char argument[FC_CLAIM_TEXT];
	uint32_t timeout_ms;
	void *hanging; /* a question whose deadline passed, and that is not answered yet */
	void *asking;  /* the one that is waited for */
	bool stopped;
};

/*
 * From the words after "redundancy fencing"; a kind with a limit of its own keeps to that. Return
 * 0, or -EINVAL with why (a sentence), or -ENOMEM. fc_claim_free when done; questions under way
 * keep what they need.
 */
int fc_claim_init(struct fc_claim *claim, const char *words, uint32_t timeout_ms,
		  char why[FC_CLAIM_TEXT]);
void fc_claim_free(struct fc_claim *claim);

/*
 * Blocks for claim->timeout_ms at most. One thread. Return 0 with an answer; -ETIMEDOUT; -EBUSY: a
 * question of before hangs still; -ESTALE: the store lacks terms that this unit knows of;
 * -ECANCELED: fc_claim_stop; another -errno.
 */
int fc_claim_ask(struct fc_claim *claim, uint64_t term, uint32_t unit,
		 struct fc_claim_answer *answer);
/* No answer is wanted any more, now or later: a command is ended with its process group, and
 * fc_claim_ask returns. Any thread. */
void fc_claim_stop(struct fc_claim *claim);

#endif
