/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A broker's list (ha/broker.c): one record an object, a change moves it to the tail, consumers
 * read at their own pace, one of them comes late, what all have passed may be trimmed.
 *   mutants: IN_PLACE   a change writes into the record where it stands
 *            TRIM       a record goes that the hindmost consumer has not passed
 *            NO_REQUEUE who comes late does not get what was trimmed
 */
#define OBJECTS 2
#define CONSUMERS 2
#define CHANGES 4
#define RECORDS 12

typedef mirror { byte version[OBJECTS] };

byte version[OBJECTS];		/* the objects; 0: there is none */
byte object_of[RECORDS], version_of[RECORDS];
bool live[RECORDS];
byte tail, changes;
byte record_of[OBJECTS];	/* + 1; 0: none, it was trimmed */
byte cursor[CONSUMERS];		/* next record to take */
bool joined[CONSUMERS];
mirror holds[CONSUMERS];

inline append(o)
{
	object_of[tail] = o;
	version_of[tail] = version[o];
	live[tail] = true;
	record_of[o] = tail + 1;
	tail++
}

inline change(o, v)
{
	version[o] = v;
#ifdef IN_PLACE
	if
	:: record_of[o] > 0 -> version_of[record_of[o] - 1] = v
	:: else -> append(o)
	fi
#else
	if
	:: record_of[o] > 0 -> live[record_of[o] - 1] = false
	:: else
	fi;
	append(o)
#endif
}

active proctype producer()
{
	byte i;

	do
	:: atomic { changes < CHANGES -> changes++; change(0, changes) }
	:: atomic { changes < CHANGES -> changes++; change(1, changes) }
	:: atomic { changes < CHANGES && version[0] > 0 -> changes++; change(0, 0) }	/* delete */
	:: atomic { joined[0] ->							/* trim */
		i = 0;
		do
		:: i < tail ->
			if
#ifdef TRIM
			:: live[i] && i <= cursor[0] ->
#else
			:: live[i] && i < cursor[0] && (!joined[1] || i < cursor[1]) ->
#endif
				live[i] = false;
				record_of[object_of[i]] = 0
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
	   }
	:: changes == CHANGES -> break
	od
}

active [CONSUMERS] proctype consumer()
{
	byte me, i;

	me = _pid - 1;
	atomic {
		/* Flush, then one record for every object that has none in the list any more. */
		joined[me] = true;
		i = 0;
		do
		:: i < OBJECTS ->
			if
#ifndef NO_REQUEUE
			:: record_of[i] == 0 -> holds[me].version[i] = version[i]
#endif
			:: else
			fi;
			i++
		:: else -> break
		od;
		i = 0
	}
	do
	:: atomic { cursor[me] < tail ->
		if
		:: live[cursor[me]] -> holds[me].version[object_of[cursor[me]]] = version_of[cursor[me]]
		:: else
		fi;
		cursor[me]++
	   }
	:: atomic { cursor[me] == tail ->
		/* At the end it holds what there is. */
		assert(holds[me].version[0] == version[0] && holds[me].version[1] == version[1]);
		if
		:: changes == CHANGES -> break
		:: changes < CHANGES -> skip
		fi
	   }
	od
}
