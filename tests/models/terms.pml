/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terms and claims (ha/redundancy/rf.c, rf_claim.c): two units, a witness, messages that come late or never, a
 * peer that may be thought dead at any moment, a crash after which a unit knows nothing. Never are
 * both gates open; and nothing leaves of what the other unit, granted a newer term, did not go on
 * from: not by an acknowledgement (a unit may have slept, and its peer forgotten), not by a claim.
 *   mutants: NO_CLAIM  a hot standby takes over without a claim
 *            COLD      a unit that is not hot claims while its peer may be sending
 *            AGAIN     who lost a claim claims the next one
 *            NO_GATE   a standby becomes hot before the active unit waits for it
 *            TRUSTED   a standby that came anew is trusted, without a new term
 *            HEARSAY   who came anew says which term is the newest, and the one after it is claimed
 *            SINCE     what came anew is let in before the active unit has heard that it did
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
	bool anew, late;	/* sent after the crash; an acknowledgement that is no fence */
	byte term, seen;
};
chan link[2] = [1] of { message };	/* to unit i */

mtype state[2], gate[2];
byte term[2], seen[2], asked[2];
bool barred[2], mine[2];		/* mine: seen was granted to it */
byte holder[TERMS + 2];
byte newest;
bool crashed;
bool anew[2], known[2];			/* has crashed; its peer has heard that it came anew */
bool stuck[2];				/* active, its standby in doubt: a new term first */
byte fence[2];				/* newest term known of from a standby not in doubt */
byte left;				/* newest term under which anything has left */

/* One connection keeps the order: the stream begins after the peer has heard a first word. */
#ifdef SINCE
#define LET_IN(i) true
#else
#define LET_IN(i) (!anew[i] || known[i])
#endif

#define ACKS(m, t) ((m.state == ready || m.state == hot) && m.term == t)
#define FORGET(m) m.state = 0; m.gated = 0; m.claiming = 0; m.anew = 0; m.late = 0; m.term = 0; m.seen = 0
#define NEVER_BOTH assert(!(gate[0] == open && gate[1] == open))

inline yield(i)
{
	state[i] = negotiating;
	gate[i] = closed;
	stuck[i] = false;
	barred[i] = true
}

inline become_active(i)
{
	/* Its own flows go on: nobody else's may have left since the term it had them in. */
	assert(state[i] == negotiating || left <= had);
	had = 0;
	state[i] = act;
	gate[i] = open;
	stuck[i] = false;
	left = term[i];
	NEVER_BOTH
}

inline hear(i, m)
{
	known[1 - i] = known[1 - i] || m.anew;
	if
	:: m.seen > seen[i] -> seen[i] = m.seen; mine[i] = false
	:: else
	fi;
	if
#ifndef TRUSTED
	:: state[i] == act && gate[i] == acked && !ACKS(m, term[i]) -> stuck[i] = true
#endif
	:: else
	fi;
	if
	:: !stuck[i] -> fence[i] = seen[i]
	:: else
	fi;
	if
	/* Output commit: what is acknowledged leaves. */
	:: state[i] == act && gate[i] == acked && !stuck[i] && ACKS(m, term[i]) -> assert(!m.late)
	:: else
	fi;
	if	/* the echo: it knows of the newest term, and nothing leaves under it */
	:: m.state != act && !m.claiming && m.seen >= seen[i] -> barred[i] = false
	:: m.state == act && state[i] != act && state[i] != hot -> barred[i] = true
	:: else
	fi;
	if
	:: state[i] == negotiating && m.state == act && asked[i] == 0 && LET_IN(i) ->
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
			had = term[i];
			term[i] = newest;
			seen[i] = newest;
			fence[i] = newest;
			mine[i] = true;
			asked[i] = 0;
			if
			:: state[i] != ready -> become_active(i)
			:: else -> had = 0
			fi
		:: true -> asked[i] = 0		/* granted, and its answer got lost */
		fi
	:: asked[i] <= newest ->
		seen[i] = newest;
		mine[i] = (holder[newest] == i);
		asked[i] = 0;
		if
		:: mine[i] -> fence[i] = newest	/* its own, from before: the next one */
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
	byte had;		/* term before the one that it wins */

	do
	:: atomic { nfull(link[1 - i]) ->
		m.state = state[i];
		m.gated = (gate[i] == acked && !stuck[i]);	/* in doubt: no stream, so never hot */
		m.claiming = (asked[i] != 0);
		m.term = term[i];
		m.seen = seen[i];
		m.anew = anew[i];
		m.late = ((state[i] == ready || state[i] == hot) && left > term[i]);
		link[1 - i]!m;
		FORGET(m)
	   }
	:: atomic { link[i]?m -> hear(i, m); FORGET(m) }
	:: atomic { link[i]?m -> FORGET(m) }	/* lost on the way */
	/* It thinks that the peer is dead, whether it is or not. */
#ifdef NO_CLAIM
	:: atomic { state[i] == hot && asked[i] == 0 && newest < TERMS ->
		newest++; had = term[i]; term[i] = newest; seen[i] = newest; holder[newest] = i; become_active(i) }
#else
	:: atomic { state[i] == hot && asked[i] == 0 && seen[i] < TERMS && (seen[i] == term[i] || mine[i]) ->
		asked[i] = seen[i] + 1 }
#endif
	:: atomic { state[i] == act && gate[i] == acked && asked[i] == 0 && seen[i] < TERMS ->
#ifdef HEARSAY
		asked[i] = seen[i] + 1
#else
		asked[i] = fence[i] + 1
#endif
	   }
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
		barred[i] = false; mine[i] = false; stuck[i] = false;
		fence[i] = 0;
		anew[i] = true
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
