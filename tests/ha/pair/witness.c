// SPDX-License-Identifier: BSD-2-Clause
#include "witness.h"
#include "faults.h"
#include "peer.h"

#include <errno.h>
#include <ha/redundancy/claim.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MAX_NS (60 * SIM_MS)

static uint64_t newest, away_until, runs_until;
static uint32_t holder;
uint64_t witness_commands, witness_commands_all;

struct answered {
	int err;
	uint64_t term;
	struct fc_claim_answer answer;
};

void witness_begin(void)
{
	newest = away_until = runs_until = witness_commands = 0;
	holder = 0;
}

void witness_away(uint64_t ns)
{
	sim_trace("witness: out of reach for %llu ms", (unsigned long long)(ns / SIM_MS));
	away_until = sim_now() + ns;
}

void witness_calm(void)
{
	away_until = 0;
}

bool witness_runs_command(void)
{
	return sim_now() < runs_until;
}

uint64_t witness_newest(void)
{
	return newest;
}

static void on_answer(unsigned unit, void *content, uint64_t value)
{
	struct answered *a = content;

	(void)value;
	sim_trace("unit %u: term %llu: %s", unit + 1, (unsigned long long)a->term,
		  a->err          ? "no answer"
		  : a->answer.won ? "granted"
				  : "not granted");
	peer_claimed(unit, a->err, a->term, &a->answer);
	free(a);
}

static void decide(unsigned unit, uint64_t term, struct answered *a)
{
	if (!sim_world.fencing) {
		newest = term > newest ? term : newest;
		a->answer.won = true;
		return;
	}
	if (newest && term > newest + 1) {
		a->err = -ESTALE;
		return;
	}
	if (term > newest) {
		newest = term;
		holder = unit + 1;
		a->answer.won = true;
		return;
	}
	a->answer.newest = newest;
	a->answer.holder = holder;
}

static void on_question(unsigned unit, void *content, uint64_t term)
{
	struct answered *a = calloc(1, sizeof(*a));
	bool lost = !sim_world.calm && sim_chance(6) && sim_world.fencing;

	(void)content;
	if (!a)
		abort();
	a->term = term;
	if (sim_world.fencing && sim_now() < away_until)
		a->err = -ETIMEDOUT;
	else
		decide(unit, term, a);
	/* Granted or not, nobody hears of it. Without a witness nobody is asked. */
	if (lost)
		*a = (struct answered){.err = -ETIMEDOUT, .term = term};
	unit_after(unit, 1 + sim_below(ANSWER_MAX_NS), on_answer, a, 0);
}

/* ------------------------------------------------------------------ a command */
/* A process of its own: it goes on while its unit is stopped, and ends with it. */
static void on_fence(struct sim_event *e)
{
	const struct sim_unit *u = &sim_unit[e->value];

	if (u->up && u->life == e->more)
		faults_fence(!u->number);
}

/* It may fail before it has ended the other unit, or after, or last on when that one is back. */
static void run_command(unsigned unit, uint64_t term)
{
	uint64_t limit = sim_chance(30) ? 4 * SIM_SECOND : 300 * SIM_MS;
	uint64_t at = 1 + sim_below(limit);
	struct answered *a = calloc(1, sizeof(*a));
	bool fails = !sim_world.calm && sim_chance(6);

	if (!a)
		abort();
	runs_until = sim_now() + at > runs_until ? sim_now() + at : runs_until;
	witness_commands++;
	witness_commands_all++;
	a->term = term;
	if (sim_now() < away_until)
		fails = true;
	else
		sim_after(at, &(struct sim_event){
				      .run = on_fence, .value = unit, .more = sim_unit[unit].life});
	if (fails)
		a->err = -EPERM;
	a->answer = (struct fc_claim_answer){.won = !fails, .newest = term, .holder = unit + 1};
	unit_after(unit, at + 1 + sim_below(limit), on_answer, a, 0);
}

void witness_claim(unsigned unit, uint64_t term)
{
	if (sim_world.command) {
		sim_trace("unit %u: runs its command for term %llu", unit + 1,
			  (unsigned long long)term);
		run_command(unit, term);
		return;
	}
	sim_trace("unit %u: claims term %llu", unit + 1, (unsigned long long)term);
	unit_after(unit, 1 + sim_below(ANSWER_MAX_NS), on_question, NULL, term);
}
