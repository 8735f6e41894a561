/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * `fencing peer` (ha/redundancy/rf_claim.c): two units and no witness. A term is won by a command
 * that ends the other unit, some time before it answers, or by that unit's word on the connection
 * that is up. Connections break for each end at its own time, units crash and know nothing then.
 * Never are both gates open; and who goes on with its flows has those under which anything left.
 *   mutants: BOTH_WAYS each of two that negotiate goes by the other's word
 *            CLAIMING  the word of a unit whose command runs counts
 *            LEFT_HOT  a standby that says that it is hot is left behind unfenced
 *            ONWARD    who has handed over goes on by itself, after a command
 *            NO_KILL   a command answers before the other unit has ended
 *            SINCE     a standby gets the stream before it was heard, or while it is in doubt
 */
#ifndef LEAVES
#define LEAVES 4	/* times that a gate opens */
#endif
#ifndef CRASHES
#define CRASHES 1	/* beside what commands end */
#endif

mtype = { negotiating, cold, ready, hot, act };
mtype = { closed, acked, open };
mtype = { idle, runs, has_ended };

typedef message {
	mtype state;
	bool gated, claiming, swact;
	byte flows;
};
chan link[2] = [1] of { message };	/* to unit i */

mtype state[2], gate[2], command[2];
bool up[2], heard[2], ordered[2];	/* ordered: the peer has said "take over" */
bool offered[2], stuck[2];		/* offered: has said it itself */
bool gated[2];				/* standby: the active unit's last word */
mtype word[2];				/* what the peer said last, and whether its command runs */
bool claims[2];
byte flows[2];				/* those of the gate's n-th opening, 0: none */
byte left;				/* the newest opening */
byte crashes;

/* The stream begins after the standby was heard on this connection, and not while it is in doubt. */
#ifdef SINCE
#define LET_IN(i) true
#else
#define LET_IN(i) (heard[1 - i] && word[1 - i] == cold && state[1 - i] == act && flows[1 - i] == flows[i] && !stuck[1 - i])
#endif

#define ACKS(m, f) ((m.state == ready || m.state == hot) && m.flows == f)
#define FORGET(m) m.state = 0; m.gated = 0; m.claiming = 0; m.swact = 0; m.flows = 0

inline lose(l)
{
	up[l] = false; heard[l] = false; ordered[l] = false; word[l] = 0; claims[l] = false
}

inline ends(e)
{
	lose(e);
	state[e] = negotiating; gate[e] = closed; command[e] = idle;
	offered[e] = false; stuck[e] = false; gated[e] = false; flows[e] = 0
}

inline yield(i)
{
	state[i] = negotiating; gate[i] = closed; offered[i] = false; stuck[i] = false
}

inline win(i)
{
	/* Its own flows go on: nothing may have left without them. */
	assert(state[i] == negotiating || flows[i] == left);
	ordered[i] = false; offered[i] = false; stuck[i] = false;
	state[i] = act;
	gate[i] = open;
	left++;
	flows[i] = left;
	assert(!(gate[0] == open && gate[1] == open))
}

#ifdef CLAIMING
#define SAYS_OUT(i) (heard[i] && word[i] == negotiating)
#define SAYS_COLD(i) (heard[i] && (word[i] == negotiating || word[i] == cold))
#else
#define SAYS_OUT(i) (heard[i] && word[i] == negotiating && !claims[i])
#define SAYS_COLD(i) (heard[i] && (word[i] == negotiating || word[i] == cold) && !claims[i])
#endif
#ifdef LEFT_HOT
#define LEFT(i) (heard[i] && word[i] != act && !claims[i])
#else
#define LEFT(i) SAYS_COLD(i)
#endif
#ifdef BOTH_WAYS
#define LOWER(i) true
#else
#define LOWER(i) (i == 0)
#endif

inline begin_cold(i, m)
{
	state[i] = cold;
	flows[i] = m.flows;
	gated[i] = false
}

inline hear(i, m)
{
	if
	:: m.swact && state[i] == hot -> ordered[i] = true
	:: m.swact && state[i] != hot
	:: !m.swact ->
		heard[i] = true;
		word[i] = m.state;
		claims[i] = m.claiming;
		gated[i] = (m.state == act && m.gated);
		if
		:: state[i] == negotiating && command[i] == idle && m.state == act -> begin_cold(i, m)
		:: (state[i] == cold || state[i] == ready) && m.state != act -> state[i] = negotiating
		:: (state[i] == cold || state[i] == ready) && m.state == act && m.flows != flows[i] ->
			begin_cold(i, m)
		:: state[i] == hot && m.state == act && command[i] == idle && (m.flows != flows[i] || !m.gated) ->
			begin_cold(i, m)
		:: state[i] == act && m.state == act && m.flows > flows[i] -> yield(i)
		:: state[i] == act && gate[i] == acked && m.state != act && !ACKS(m, flows[i]) -> stuck[i] = true
		:: state[i] == act && gate[i] == open && m.state == ready && m.flows == flows[i] && command[i] == idle ->
			gate[i] = acked
		:: else
		fi
	fi
}

proctype unit(byte i)
{
	message m;

	do
	:: atomic { up[i] && up[1 - i] && nfull(link[1 - i]) ->
		m.state = state[i];
		m.gated = (gate[i] == acked && !stuck[i]) || offered[i];
		m.claiming = (command[i] != idle);
		m.flows = flows[i];
		link[1 - i]!m;
		FORGET(m)
	   }
	:: atomic { link[i]?m ->
		if
		:: up[i] -> hear(i, m)
		:: else
		fi;
		FORGET(m)
	   }
	/* Each end notices for itself; then they connect anew. */
	:: atomic { up[i] -> lose(i) }
	:: atomic { i == 0 && !up[0] && !up[1] && empty(link[0]) && empty(link[1]) -> up[0] = true; up[1] = true }
	:: atomic { state[i] == cold && LET_IN(i) -> state[i] = ready }
	:: atomic { state[i] == ready && gated[i] -> state[i] = hot }
	:: atomic { (state[i] == cold || state[i] == ready) -> state[i] = negotiating }

	/* ---- by the peer's word */
	:: atomic { state[i] == hot && command[i] == idle && left < LEAVES && (ordered[i] || SAYS_OUT(i)) -> win(i) }
	:: atomic { state[i] == negotiating && command[i] == idle && left < LEAVES && LOWER(i) && SAYS_OUT(i) -> win(i) }
	:: atomic { state[i] == act && gate[i] == acked && !offered[i] && command[i] == idle && left < LEAVES && LEFT(i) -> win(i) }

	/* ---- by a command: whenever it likes */
	:: atomic { command[i] == idle && (state[i] == negotiating || state[i] == hot ||
			(state[i] == act && gate[i] == acked && !offered[i])) -> command[i] = runs }
#ifdef ONWARD
	:: atomic { command[i] == idle && offered[i] -> command[i] = runs }
#endif
	:: atomic { command[i] == runs -> ends(1 - i); command[i] = has_ended }
#ifdef NO_KILL
	:: atomic { command[i] == runs && left < LEAVES -> command[i] = idle; win(i) }
#endif
	:: atomic { command[i] == has_ended && left < LEAVES -> command[i] = idle; win(i) }
	:: atomic { command[i] != idle -> command[i] = idle }	/* it has failed, whatever it has done */

	/* ---- the active unit */
	:: atomic { state[i] == act && gate[i] == acked && !stuck[i] && !offered[i] -> stuck[i] = true }
	:: atomic { state[i] == act && gate[i] == acked && !offered[i] && command[i] == idle && up[i] && up[1 - i] &&
			heard[i] && word[i] == hot && nfull(link[1 - i]) ->
		offered[i] = true;
		m.swact = true; m.state = act;
		link[1 - i]!m;
		FORGET(m)
	   }
#ifndef ONWARD
	:: atomic { offered[i] -> yield(i) }
#endif
	:: atomic { crashes < CRASHES -> crashes++; ends(i) }
	od
}

init {
	atomic {
		state[0] = negotiating; state[1] = negotiating;
		gate[0] = closed; gate[1] = closed;
		command[0] = idle; command[1] = idle;
		run unit(0);
		run unit(1)
	}
}
