/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bulk sync is a cut of everything while updates go on: what is sent are the frozen values, what
 * comes meanwhile builds the other half and is the next cut.
 *   mutants: IN_PLACE  an update changes the value that is being sent
 *            FORGET    what was built during the bulk is dropped with its acknowledgement
 *            EARLY     STANDBY HOT before the commit of the bulk
 */
#define SLOTS 3
#define UPDATES 4

mtype = { value, commit };
chan stream = [3] of { mtype, byte, byte };
chan acks = [1] of { byte };

byte truth[SLOTS], at_cut[SLOTS];	/* at_cut: at the begin of the cut in flight */
byte frozen[SLOTS], building[SLOTS];
byte table[SLOTS], half[SLOTS];		/* of the standby: committed, arriving */
byte cuts, at, updates;
bool flying, bulk_done;

/* Every value of the standby is the active unit's at the cut that was committed. */
inline same_as_cut()
{
	assert(table[0] == at_cut[0] && table[1] == at_cut[1] && table[2] == at_cut[2])
}

inline begin_cut()
{
	at = 0;
	do
	:: at < SLOTS ->
		frozen[at] = frozen[at] + building[at];
		building[at] = 0;
		at_cut[at] = truth[at];
		at++
	:: else -> break
	od;
	at = 0;
	flying = true
}

active proctype active_unit()
{
	byte k;

	/* Before there was a peer. */
	truth[0] = 1; truth[1] = 2; truth[2] = 3;
	frozen[0] = 1; frozen[1] = 2; frozen[2] = 3;
	begin_cut();
	do
	:: atomic { updates < UPDATES ->
		updates++;
		select(k : 0 .. 2);
		truth[k]++;
#ifdef IN_PLACE
		frozen[k]++
#else
		building[k]++
#endif
	   }
	:: atomic { flying && at < SLOTS && nfull(stream) ->
		/* The bulk sends every slot, a later cut those that changed. */
		if
		:: cuts == 0 || frozen[at] != table[at] -> stream!value(at, frozen[at])
		:: else
		fi;
		at++
	   }
	:: atomic { flying && at == SLOTS && nfull(stream) -> stream!commit(cuts, 0); at++ }
	:: atomic { acks?k ->
		flying = false;
#ifdef FORGET
		if
		:: cuts == 0 -> building[0] = 0; building[1] = 0; building[2] = 0
		:: else
		fi;
#endif
		cuts++
	   }
	:: atomic { !flying && cuts < 3 && bulk_done -> begin_cut() }
	:: atomic { !flying && cuts == 3 -> break }
	od;
	atomic {
		assert(frozen[0] + building[0] == truth[0] && frozen[1] + building[1] == truth[1] &&
		       frozen[2] + building[2] == truth[2])
	}
}

active proctype standby_unit()
{
	byte k, v, i;

	do
	:: atomic { stream?value(k, v) ->
		half[k] = v;
#ifdef EARLY
		if
		:: !bulk_done -> bulk_done = true; same_as_cut()
		:: else
		fi
#endif
	   }
	:: atomic { stream?commit(k, v) ->
		i = 0;
		do
		:: i < SLOTS -> table[i] = half[i]; i++
		:: else -> break
		od;
		same_as_cut();
		bulk_done = true;	/* STANDBY HOT */
		acks!k
	   }
	:: timeout -> break
	od
}
