/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terms and claims (ha/redundancy/rf.c): two units, a witness, messages that come late or never, a
 * peer that may be thought dead at any moment, a crash. Never are both gates open.
 *   mutants: NO_CLAIM  a hot standby takes over without a claim
 *            COLD      a unit that is not hot claims while its peer may be sending
 *            AGAIN     who lost a claim claims the next one
 *            NO_GATE   a standby becomes hot before the active unit waits for it
 */
#ifndef TERMS
#define TERMS 3
#endif
#define NOBODY 2

mtype = { negotiating, ready, hot, act };
mtype = { closed, acked, open };

typedef message {
	mtype state;
	bool gated, claiming;
	byte term, seen;
};
chan link[2] = [1] of { message };	/* to unit i */

mtype state[2], gate[2];
byte term[2], seen[2], asked[2];
bool barred[2], mine[2];		/* mine: seen was granted to it */
byte holder[TERMS + 2];
byte newest;
bool crashed;

#define NEVER_BOTH assert(!(gate[0] == open && gate[1] == open))

inline yield(i)
{
	state[i] = negotiating;
	gate[i] = closed;
	barred[i] = true
}

inline become_active(i)
{
	state[i] = act;
	gate[i] = open;
	NEVER_BOTH
}

inline hear(i, m)
{
	if
	:: m.seen > seen[i] -> seen[i] = m.seen; mine[i] = false
	:: else
	fi;
	if	/* the echo: it knows of the newest term, and nothing leaves under it */
	:: m.state != act && !m.claiming && m.seen >= seen[i] -> barred[i] = false
	:: m.state == act && state[i] != act && state[i] != hot -> barred[i] = true
	:: else
	fi;
	if
	:: state[i] == negotiating && m.state == act && asked[i] == 0 ->
		state[i] = ready;
		term[i] = m.term
	:: state[i] == ready && m.state != act -> state[i] = negotiating
	:: state[i] == ready && m.state == act && m.term > term[i] -> term[i] = m.term
#ifdef NO_GATE
	:: state[i] == ready && m.state == act && m.term == term[i] -> state[i] = hot
#else
	:: state[i] == ready && m.state == act && m.term == term[i] && m.gated && seen[i] == term[i] ->
		state[i] = hot
#endif
	:: state[i] == hot && m.state == act && asked[i] == 0 && (m.term != term[i] || !m.gated) ->
#ifdef NO_GATE
		skip
#else
		state[i] = ready;
		barred[i] = true;
		if
		:: m.term > term[i] -> term[i] = m.term
		:: else
		fi
#endif
	:: state[i] == act && m.state == act && m.term > term[i] -> yield(i)
	:: state[i] == act && m.state == ready && m.term == term[i] && gate[i] == open && asked[i] == 0 ->
		gate[i] = acked
	:: else
	fi
}

/* What the witness says, and what follows from it. */
inline answer(i)
{
	if
	:: asked[i] == newest + 1 ->
		newest = asked[i];
		holder[newest] = i;
		if
		:: true ->			/* won */
			term[i] = newest;
			seen[i] = newest;
			mine[i] = true;
			asked[i] = 0;
			if
			:: state[i] != ready -> become_active(i)
			:: else
			fi
		:: true -> asked[i] = 0		/* granted, and its answer got lost */
		fi
	:: asked[i] <= newest ->
		seen[i] = newest;
		mine[i] = (holder[newest] == i);
		asked[i] = 0;
		if
		:: mine[i]			/* its own, from before: the next one */
#ifdef AGAIN
		:: !mine[i] -> yield(i); barred[i] = false
#else
		:: !mine[i] && state[i] != ready -> yield(i)
		:: !mine[i] && state[i] == ready -> barred[i] = true
#endif
		fi
	fi
}

proctype unit(byte i)
{
	message m;

	do
	:: atomic { nfull(link[1 - i]) ->
		m.state = state[i];
		m.gated = (gate[i] == acked);
		m.claiming = (asked[i] != 0);
		m.term = term[i];
		m.seen = seen[i];
		link[1 - i]!m;
		m.state = 0; m.gated = 0; m.claiming = 0; m.term = 0; m.seen = 0
	   }
	:: atomic { link[i]?m -> hear(i, m); m.state = 0; m.gated = 0; m.claiming = 0; m.term = 0; m.seen = 0 }
	:: atomic { link[i]?m -> m.state = 0; m.gated = 0; m.claiming = 0; m.term = 0; m.seen = 0 }	/* lost on the way */
	/* It thinks that the peer is dead, whether it is or not. */
#ifdef NO_CLAIM
	:: atomic { state[i] == hot && asked[i] == 0 && newest < TERMS ->
		newest++; term[i] = newest; seen[i] = newest; holder[newest] = i; become_active(i) }
#else
	:: atomic { state[i] == hot && asked[i] == 0 && seen[i] < TERMS && (seen[i] == term[i] || mine[i]) ->
		asked[i] = seen[i] + 1 }
#endif
	:: atomic { state[i] == act && gate[i] == acked && asked[i] == 0 && seen[i] < TERMS -> asked[i] = seen[i] + 1 }
#ifdef COLD
	:: atomic { state[i] == negotiating && asked[i] == 0 && seen[i] < TERMS -> asked[i] = seen[i] + 1 }
	:: atomic { state[i] == ready -> state[i] = negotiating }
#else
	:: atomic { state[i] == negotiating && !barred[i] && asked[i] == 0 && seen[i] < TERMS -> asked[i] = seen[i] + 1 }
	:: atomic { state[i] == ready -> state[i] = negotiating; barred[i] = true }
#endif
	:: atomic { asked[i] > 0 -> answer(i) }
	:: atomic { asked[i] > 0 -> asked[i] = 0 }	/* unreachable */
	:: atomic { !crashed ->				/* and back, knowing nothing */
		crashed = true;
		state[i] = negotiating;
		gate[i] = closed;
		term[i] = 0; seen[i] = 0; asked[i] = 0;
		barred[i] = false; mine[i] = false
	   }
	od
}

init {
	atomic {
		state[0] = negotiating; state[1] = negotiating;
		gate[0] = closed; gate[1] = closed;
		holder[0] = NOBODY;
		run unit(0);
		run unit(1)
	}
}
