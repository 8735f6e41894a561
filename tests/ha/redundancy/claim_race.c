// SPDX-License-Identifier: BSD-2-Clause
/*
 * Several claimants ask for the same terms at once; of each term exactly one has to get it, and the
 * others have to hear who.
 *   claim_race TERMS FENCING...     "witness file /tmp/x", "witness etcd http://127.0.0.1:2379"
 */
#include <ha/redundancy/claim.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLAIMANTS 3

static char words[FC_CLAIM_TEXT];
static struct fc_claim claims[CLAIMANTS];
static struct fc_claim_answer answers[CLAIMANTS];
static int errors[CLAIMANTS];
static uint64_t term;
static pthread_barrier_t start, end;

static void *claimant(void *pointer)
{
	size_t me = (size_t)pointer;

	for (;;) {
		pthread_barrier_wait(&start);
		if (!term)
			return NULL;
		errors[me] = fc_claim_ask(&claims[me], term, (uint32_t)me + 1, &answers[me]);
		pthread_barrier_wait(&end);
	}
}

/* Return the winner, 0: something is wrong. */
static unsigned judge(void)
{
	unsigned winner = 0, wins = 0, wrong = 0;

	for (unsigned i = 0; i < CLAIMANTS; i++) {
		wrong += errors[i] != 0;
		wins += answers[i].won;
		if (answers[i].won)
			winner = i + 1;
	}
	for (unsigned i = 0; i < CLAIMANTS; i++)
		wrong += answers[i].newest != term || answers[i].holder != winner;
	if (wins == 1 && !wrong)
		return winner;
	for (unsigned i = 0; i < CLAIMANTS; i++)
		printf("FAILED: term %llu, unit %u: error %d, won %d, newest %llu, holder %u\n",
		       (unsigned long long)term, i + 1, errors[i], answers[i].won,
		       (unsigned long long)answers[i].newest, answers[i].holder);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t terms = argc > 2 ? strtoull(argv[1], NULL, 10) : 0, wins[CLAIMANTS + 1] = {0};
	pthread_t thread[CLAIMANTS];
	char why[FC_CLAIM_TEXT];
	int status = terms ? 0 : 2;

	for (int i = 2; i < argc; i++)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), "%s%s",
			 i > 2 ? " " : "", argv[i]);
	pthread_barrier_init(&start, NULL, CLAIMANTS + 1);
	pthread_barrier_init(&end, NULL, CLAIMANTS + 1);
	for (size_t i = 0; i < CLAIMANTS; i++) {
		if (fc_claim_init(&claims[i], words, 5000, why)) {
			fprintf(stderr, "claim_race: %s\n", why);
			return 2;
		}
		pthread_create(&thread[i], NULL, claimant, (void *)i);
	}
	for (uint64_t t = 1; t <= terms && !status; t++) {
		unsigned winner;

		term = t;
		pthread_barrier_wait(&start);
		pthread_barrier_wait(&end);
		winner = judge();
		wins[winner]++;
		status = !winner;
	}
	term = 0;
	pthread_barrier_wait(&start);
	for (unsigned i = 0; i < CLAIMANTS; i++) {
		pthread_join(thread[i], NULL);
		fc_claim_free(&claims[i]);
	}
	printf("%llu terms, won by 1: %llu, 2: %llu, 3: %llu\n", (unsigned long long)terms,
	       (unsigned long long)wins[1], (unsigned long long)wins[2],
	       (unsigned long long)wins[3]);
	return status;
}
