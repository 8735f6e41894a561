// SPDX-License-Identifier: BSD-2-Clause
/*
 * Two facilities, a link that delays, breaks and loses what is on it, a witness that is slow, away,
 * or grants and does not say so, or a command that takes seconds, fails, or ends the other unit and
 * says that it failed; units that crash, clients that are late or refuse. Judged after
 * every input:
 *   - with a witness or a command never both gates are open
 *   - who takes over was hot in the newest term under which anything left without it
 *   - a step tells every client once, in order, and no second step runs beside it
 *   - the last lines of the transition history are what happened
 * and when all is well again for a minute: one unit is ACTIVE, the other STANDBY HOT; no command is
 * run any more, not for a switchover by hand either.
 *   pair_test [SEED [SCHEDULES]]
 */
#include <ha/redundancy/rf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENTS 4
#define QUEUE 256
#define CHAOS_MS 40000
#define CALM_MS 60000

static uint64_t state, now, checks, takeovers, schedule, both_active, hot_seen;
static uint64_t commands, fenced, at_peace; /* of all schedules; of those that took place in calm */
static bool calm, peace;                    /* peace: no unit has a reason to fence the other */

static unsigned below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)(state >> 11) % n;
}

struct event {
	uint64_t at;
	unsigned unit, life, session; /* session: 0, it does not come over the link */
	bool kills;                   /* the peer, and is no input */
	struct fc_rf_input in;
};
static struct event queue[QUEUE];
static unsigned queued;

struct unit {
	struct fc_rf rf;
	unsigned life;
	bool up;
	uint64_t born;
	uint64_t link_free; /* what was sent before arrives before */
	uint32_t step;      /* that clients have been told of */
	unsigned told;      /* how many of them */
};
static struct unit unit[2];
static bool link_up;
static unsigned session;
static uint64_t newest; /* of the witness */
static uint32_t holder;
static uint64_t open_term; /* the newest under which a gate was open, and whose */
static unsigned open_unit;

#define require(condition, what)                                                                   \
	do {                                                                                       \
		checks++;                                                                          \
		if (!(condition)) {                                                                \
			printf("FAILED: schedule %llu, at %llu ms: %s\n",                          \
			       (unsigned long long)schedule, (unsigned long long)now, what);       \
			story();                                                                   \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static void story(void)
{
	for (unsigned u = 0; u < 2; u++) {
		const struct fc_rf_history *h = &unit[u].rf.history;
		unsigned lines = fc_rf_history_lines(h);

		printf("unit %u: up %d, gate %d, term %llu, seen %llu, asked %llu, barred %d\n",
		       u + 1, unit[u].up, unit[u].rf.gate, (unsigned long long)unit[u].rf.term,
		       (unsigned long long)unit[u].rf.seen, (unsigned long long)unit[u].rf.asked,
		       unit[u].rf.barred);
		for (unsigned i = lines > 40 ? lines - 40 : 0; i < lines; i++) {
			char text[FC_RF_LINE];

			fc_rf_line_text(fc_rf_history_line(h, i), text);
			printf("  %llu %s\n",
			       (unsigned long long)(unit[u].born + fc_rf_history_line(h, i)->ms),
			       text);
		}
	}
}

static void post(unsigned to, unsigned over, uint64_t delay, const struct fc_rf_input *in)
{
	require(queued < QUEUE, "the queue of events is full");
	queue[queued++] = (struct event){
		.at = now + delay, .unit = to, .life = unit[to].life, .session = over, .in = *in};
}

/* ------------------------------------------------------------------ clients */
struct context {
	unsigned unit, index;
};
static struct context context[2][CLIENTS];

static enum fc_rf_answer notify(void *pointer, enum fc_rf_code code, uint32_t op, uint32_t step)
{
	const struct context *c = pointer;
	struct unit *u = &unit[c->unit];
	struct fc_rf_input in = {.client = c->index * 10, .step = step};
	unsigned die = below(calm ? 34 : 40);

	(void)op;
	if (code >= FC_CODE_RF_STATUS_PEER_PRESENCE)
		return FC_RF_DONE;
	if (u->step != step) {
		u->step = step;
		u->told = 0;
	}
	require(u->told == c->index, "a client is told out of turn");
	u->told++;
	if (code == FC_CODE_RF_PROG_INITIALIZATION)
		die %= 38; /* a unit that cannot begin stays out */
	if (die < 30)
		return FC_RF_DONE;
	if (die == 39)
		return FC_RF_REFUSED;
	in.type = FC_RF_IN_CLIENT_DONE;
	if (die < 38) /* 38: it never answers */
		post(c->unit, 0, 1 + below(300), &in);
	return FC_RF_LATER;
}

/* ------------------------------------------------------------------ the world */
static void apply(unsigned u, const struct fc_rf_out *out);

static struct fc_rf_time time_of(unsigned u)
{
	return (struct fc_rf_time){.ms = now - unit[u].born, .wall = (int64_t)now};
}

static void judge(void)
{
	bool open[2];

	for (unsigned u = 0; u < 2; u++) {
		open[u] = unit[u].up && unit[u].rf.gate == FC_RF_GATE_OPEN;
		require(unit[u].rf.gate == FC_RF_GATE_CLOSED || fc_rf_is_active(unit[u].rf.state),
			"a unit that is not active has its gate open");
		if (open[u] && unit[u].rf.term >= open_term) {
			open_term = unit[u].rf.term;
			open_unit = u;
		}
		hot_seen += unit[u].rf.state == FC_RF_STANDBY_HOT;
	}
	both_active += unit[0].up && unit[1].up && fc_rf_is_active(unit[0].rf.state) &&
		       fc_rf_is_active(unit[1].rf.state);
	if (unit[0].rf.options.fencing != FC_RF_FENCING_NONE)
		require(!(open[0] && open[1]), "two exporters");
}

static void input(unsigned u, const struct fc_rf_input *in)
{
	struct fc_rf_input tick = {.type = FC_RF_IN_TICK};
	struct fc_rf_out out;

	for (unsigned rounds = 0; unit[u].up; rounds++) {
		enum fc_rf_state before = unit[u].rf.state;
		uint64_t lines = unit[u].rf.history.count, term = unit[u].rf.term;
		bool current = open_term <= term || open_unit == u;

		require(!fc_rf_input(&unit[u].rf, rounds ? &tick : in, time_of(u), &out), "busy");
		if (unit[u].rf.state != before) {
			const struct fc_rf_history *h = &unit[u].rf.history;
			bool found = false;

			for (uint64_t i = lines; i < h->count; i++)
				found |= h->line[i % FC_RF_LINES].kind == FC_RF_LINE_STATES &&
					 h->line[i % FC_RF_LINES].my_changed &&
					 h->line[i % FC_RF_LINES].my == unit[u].rf.state;
			require(found, "a transition is not in the history");
		}
		if (unit[0].rf.options.fencing != FC_RF_FENCING_NONE &&
		    before == FC_RF_STANDBY_HOT && fc_rf_is_active(unit[u].rf.state))
			require(current, "a takeover with what is out of date");
		/* Who begins anew goes on from nothing; terms that nobody remembers begin anew,
		 * too.
		 */
		if (unit[0].rf.options.fencing == FC_RF_FENCING_PEER &&
		    before == FC_RF_NEGOTIATION && fc_rf_is_active(unit[u].rf.state))
			open_term = 0;
		judge();
		apply(u, &out);
		require(rounds < 200, "no end of transitions");
		if (!out.again)
			return;
	}
}

static void send_over(unsigned from, const struct fc_rf_input *in)
{
	uint64_t at = now + 1 + below(calm ? 5 : 60);

	if (!link_up || !unit[!from].up)
		return;
	if (at < unit[from].link_free)
		at = unit[from].link_free;
	unit[from].link_free = at;
	post(!from, session, at - now, in);
}

static void ask_witness(unsigned u, uint64_t term)
{
	struct fc_rf_input in = {.type = FC_RF_IN_CLAIM_UNREACHABLE, .term = term};
	unsigned die = calm ? 9 : below(10);
	bool none = unit[0].rf.options.fencing == FC_RF_FENCING_NONE;

	if (die > 0 && (none || term == newest + 1)) {
		newest = none ? newest : term;
		holder = unit[u].rf.options.unit;
		in.type = FC_RF_IN_CLAIM_WON;
	} else if (die > 0) {
		require(term <= newest, "a claim skips a term");
		in.type = FC_RF_IN_CLAIM_LOST;
		in.newest = newest;
		in.holder = holder;
	}
	if (die == 1) /* granted or not, the answer gets lost */
		in.type = FC_RF_IN_CLAIM_UNREACHABLE;
	post(u, 0, 1 + below(400), &in);
}

/* It has a process of its own, and goes with the unit. */
static void run_command(unsigned u, uint64_t term)
{
	struct fc_rf_input in = {.type = FC_RF_IN_CLAIM_WON, .term = term};
	unsigned die = calm ? 9 : below(10), limit = die % 3 ? 400 : 4000;
	uint64_t kills_at = 1 + below(limit);

	commands++;
	at_peace += peace;
	if (die < 2)
		in.type = FC_RF_IN_CLAIM_UNREACHABLE;
	if (die > 0) {
		post(u, 0, kills_at, &in);
		queue[queued - 1].kills = true;
	}
	/* It may last on when the peer is back already. */
	post(u, 0, kills_at + 1 + below(limit), &in);
}

static void apply(unsigned u, const struct fc_rf_out *out)
{
	struct fc_rf_input in = {.type = FC_RF_IN_PEER, .says = fc_rf_says(&unit[u].rf)};

	if (out->tell)
		send_over(u, &in);
	if (out->swact) {
		in.type = FC_RF_IN_SWACT;
		in.reason = out->reason;
		send_over(u, &in);
	}
	if (out->handover) {
		in.type = below(8) ? FC_RF_IN_HANDOVER_READY : FC_RF_IN_HANDOVER_FAILED;
		post(u, 0, 1 + below(200), &in);
	}
	if (out->claim && unit[u].rf.options.fencing == FC_RF_FENCING_PEER)
		run_command(u, out->term);
	else if (out->claim)
		ask_witness(u, out->term);
}

static void boot(unsigned u)
{
	struct fc_rf_options options = FC_RF_OPTIONS_DEFAULT;
	struct fc_rf_input start = {.type = FC_RF_IN_START};
	static const enum fc_rf_fencing kinds[] = {FC_RF_FENCING_NONE, FC_RF_FENCING_PEER,
						   FC_RF_FENCING_FILE, FC_RF_FENCING_PEER};
	unsigned life = unit[u].life + 1;

	options.unit = u + 1;
	options.fencing = kinds[schedule % 4];
	options.notification_ms = 2000;
	memset(&unit[u], 0, sizeof(unit[u]));
	unit[u].life = life;
	unit[u].up = true;
	unit[u].born = now;
	fc_rf_init(&unit[u].rf, &options);
	for (unsigned i = CLIENTS; i--;) {
		struct fc_rf_client c = {
			.id = i * 10, .sequence = 100 + i, .name = "client", .notify = notify};

		context[u][i] = (struct context){u, i};
		c.context = &context[u][i];
		require(!fc_rf_client_add(&unit[u].rf, &c, time_of(u)), "client not added");
	}
	input(u, &start);
}

/* The link comes or goes; each end notices at its own time. */
static void set_link(bool up)
{
	struct fc_rf_input in = {.type = FC_RF_IN_COMM_DOWN, .reason = FC_RF_REASON_UNIT_FAILED};

	if (up == link_up || (up && !(unit[0].up && unit[1].up)))
		return;
	link_up = up;
	session += up;
	for (unsigned u = 0; u < 2; u++) {
		uint64_t delay = 1 + below(up ? 20 : 250);

		/* After what ended the one before. */
		if (now + delay < unit[u].link_free)
			delay = unit[u].link_free - now;
		if (up)
			in.type = FC_RF_IN_COMM_UP;
		unit[!u].link_free =
			unit[!u].link_free > now + delay ? unit[!u].link_free : now + delay;
		unit[u].link_free =
			unit[u].link_free > now + delay ? unit[u].link_free : now + delay;
		post(u, 0, delay, &in);
	}
}

static void crash(unsigned u)
{
	set_link(false);
	unit[u].up = false;
	unit[u].rf.gate = FC_RF_GATE_CLOSED;
}

static void trouble(void)
{
	unsigned u = below(2);
	struct fc_rf_out out;
	struct fc_rf_input stuck = {.type = FC_RF_IN_STUCK};
	char text[FC_RF_TEXT];

	switch (below(12)) {
	case 0:
		crash(u);
		break;
	case 1:
	case 2:
		set_link(false);
		break;
	case 3:
		if (unit[u].up)
			input(u, &stuck);
		break;
	case 4:
	case 5:
		if (!unit[u].up || (unit[u].rf.barred && !unit[u].rf.comm))
			break; /* who frees it vouches for the peer: nobody does here */
		if (!fc_rf_force(&unit[u].rf, FC_RF_REASON_USER_FORCED, time_of(u), &out, text))
			apply(u, &out);
		break;
	default:
		if (!unit[u].up)
			boot(u);
		else
			set_link(true);
		break;
	}
}

/* ------------------------------------------------------------------ time */
static void deliver_due(void)
{
	for (;;) {
		unsigned first = queued;
		struct event e;

		for (unsigned i = 0; i < queued; i++)
			if (queue[i].at <= now &&
			    (first == queued || queue[i].at < queue[first].at))
				first = i;
		if (first == queued)
			return;
		e = queue[first];
		memmove(&queue[first], &queue[first + 1], (--queued - first) * sizeof(e));
		if (e.life != unit[e.unit].life || !unit[e.unit].up)
			continue;
		if (e.session && e.session != session)
			continue;
		if (e.kills) {
			fenced += unit[!e.unit].up;
			crash(!e.unit);
			continue;
		}
		input(e.unit, &e.in);
	}
}

/* Who was fenced comes back. */
static void heal(void)
{
	for (unsigned u = 0; u < 2; u++)
		if (!unit[u].up)
			boot(u);
	set_link(true);
}

static void run_until(uint64_t end, unsigned every_ms)
{
	struct fc_rf_input tick = {.type = FC_RF_IN_TICK};

	while (now < end) {
		now++;
		deliver_due();
		for (unsigned u = 0; u < 2; u++)
			if (unit[u].up && now % 10 == u)
				input(u, &tick);
		if (every_ms && !below(every_ms))
			trouble();
		if (calm && !below(300))
			heal();
	}
}

/* Return the active one. */
static unsigned one_and_one(void)
{
	for (unsigned u = 0; u < 2; u++)
		if (unit[u].rf.state == FC_RF_ACTIVE) {
			require(unit[!u].rf.state == FC_RF_STANDBY_HOT,
				"no hot standby in the end");
			require(unit[u].rf.gate == FC_RF_GATE_ACKED, "the gate waits for nobody");
			return u;
		}
	require(false, "no active unit in the end");
	return 0;
}

static void run(void)
{
	struct fc_rf_out out;
	char text[FC_RF_TEXT];
	unsigned u;

	state = schedule * 0x9E3779B97F4A7C15u + 1;
	now = queued = 0;
	newest = holder = open_term = 0;
	link_up = calm = peace = false;
	memset(unit, 0, sizeof(unit));
	boot(0);
	boot(1);
	run_until(CHAOS_MS, 600);
	calm = true;
	run_until(now + 3000, 0); /* what is under way ends */
	run_until(now + CALM_MS, 0);
	takeovers += unit[0].rf.switchovers_seen + unit[1].rf.switchovers_seen;
	u = one_and_one();
	peace = true;
	require(!fc_rf_force(&unit[u].rf, FC_RF_REASON_USER_FORCED, time_of(u), &out, text),
		"no switchover by hand in the end");
	apply(u, &out);
	run_until(now + CALM_MS, 0);
	one_and_one();
	peace = false;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
	uint64_t schedules = argc > 2 ? strtoull(argv[2], NULL, 10) : 150;

	for (schedule = seed; schedule < seed + schedules; schedule++)
		run();
	printf("schedules %llu to %llu: %llu checks, %llu switchovers\n", (unsigned long long)seed,
	       (unsigned long long)(schedule - 1), (unsigned long long)checks,
	       (unsigned long long)takeovers);
	printf("%llu commands, %llu units fenced\n", (unsigned long long)commands,
	       (unsigned long long)fenced);
	if (at_peace) {
		printf("FAILED: %llu commands without a reason\n", (unsigned long long)at_peace);
		return 1;
	}
	if (!takeovers || !both_active || !hot_seen || !fenced) {
		printf("FAILED: %llu switchovers, both active %llu times: nothing was tried\n",
		       (unsigned long long)takeovers, (unsigned long long)both_active);
		return 1;
	}
	return 0;
}
