/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cut, commit and output commit. One flow, its records, a crash of the active unit at any moment,
 * a standby that has taken in any part of the stream by then.
 *   mutants: EARLY    a record leaves at its cut, not at the cut's acknowledgement
 *            IN_PLACE packets go into the half that is on its way
 *            HALF     the standby applies what comes as it comes, not at the commit
 */
#define PACKETS 4
#define CUTS 3
#define RECORDS 6

mtype = { update, seal, commit, sent };
chan stream = [16] of { mtype, byte, byte };
chan acks = [4] of { byte };
bool crashed;

byte truth;		     /* packets accounted, by whichever unit feeds */
byte truth_at[CUTS + 1];     /* when the cut was taken */
byte truth_crash;
byte got[RECORDS];	     /* collector: content + 1 of each sequence number */

/* No sequence number has two contents. */
inline collect(number, content)
{
	assert(got[number] == 0 || got[number] == content + 1);
	got[number] = content + 1;
}

active proctype active_unit()
{
	byte packets, cut, table, number, content, k;
	bool flying, sealed, told = true;

	do
	:: atomic { packets < PACKETS ->
		packets++;
		truth++;
#ifdef IN_PLACE
		if
		:: flying && sealed -> content++
		:: else -> table++
		fi
#else
		table++
#endif
	   }
	:: atomic { !flying && told && cut < CUTS ->	/* a cut in which the flow goes on */
		cut++;
		truth_at[cut] = truth;
		flying = true;
		sealed = false;
		stream!update(table, 0);
		stream!commit(cut, 0)
	   }
	:: atomic { !flying && told && cut < CUTS ->	/* a cut in which it closes */
		cut++;
		truth_at[cut] = truth;
		flying = true;
		sealed = true;
		number++;
		content = table;
		table = 0;
		stream!seal(number, content);
		stream!update(0, 0);
		stream!commit(cut, 0);
#ifdef EARLY
		collect(number, content)
#endif
	   }
	:: atomic { acks?k ->				/* output commit */
		assert(k == cut);
		flying = false;
		if
		:: sealed ->
			collect(number, content);
			told = false
		:: else
		fi
	   }
	:: atomic { !told -> stream!sent(number, 0); told = true }
	:: atomic { crashed = true; truth_crash = truth; break }
	od
}

active proctype standby_unit()
{
	byte table, half, number, half_number, half_content, cursor, committed, v, w, total;
	byte record[RECORDS];

	do
	:: atomic { stream?update(v, w) ->
		half = v;
#ifdef HALF
		table = v
#endif
	   }
	:: atomic { stream?seal(v, w) ->
		half_number = v;
		half_content = w;
#ifdef HALF
		number = v;
		record[v] = w
#endif
	   }
	:: atomic { stream?commit(v, w) ->
		table = half;
		if
		:: half_number > 0 ->
			number = half_number;
			record[number] = half_content
		:: else
		fi;
		half_number = 0;
		committed = v;
		acks!v
	   }
	:: atomic { stream?sent(v, w) -> cursor = v }
	:: crashed -> break	/* what is still in the stream is lost, or not: both are tried */
	od;

	/* Takeover: again what may not have left, then our own. */
	do
	:: atomic { cursor < number -> cursor++; collect(cursor, record[cursor]) }
	:: else -> break
	od;
	do
	:: atomic { truth < PACKETS + 2 -> truth++; table++ }
	:: break
	od;
	atomic {
		number++;
		collect(number, table);
		table = 0;
		v = 0;
		do
		:: v < RECORDS ->
			if
			:: got[v] > 0 -> total = total + got[v] - 1
			:: else
			fi;
			v++
		:: else -> break
		od;
		/* Never too much; too little by what came after the last commit, and no more. */
		assert(total <= truth);
		assert(truth - total <= truth_crash - truth_at[committed])
	}
}
