// SPDX-License-Identifier: BSD-2-Clause
// What an FST trace of the card says of some signals: waves_table TRACE.fst [CLOCK SIGNAL...]
// One line a rising edge of CLOCK, with the values that this edge takes: settled levels of the tick
// before it. A line is the time and a word of 0 and 1 for each signal. Names are full paths without
// the width. Without a CLOCK it prints the names of all signals. Exit status: 0, 1 the trace cannot
// be read or has no such signal, 2 wrong usage.
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "gtkwave/fstapi.h"

namespace
{

const uint64_t TICK = 4; // sim/fcsim_clock.c: settled levels at multiples, what the edge made of
			 // them half a tick later

struct Table {
	fstHandle clock = 0;
	std::vector<fstHandle> columns;
	std::map<fstHandle, std::string> now, settled;
	uint64_t time = 0;
	bool rising = false;

	// All changes of one time are in.
	void close()
	{
		if (time % TICK == 0) {
			settled = now;
		} else if (rising) {
			printf("%llu", static_cast<unsigned long long>(time / TICK));
			for (fstHandle column : columns)
				printf(" %s", settled[column].c_str());
			printf("\n");
		}
		rising = false;
	}

	void change(uint64_t at, fstHandle signal, const char *value)
	{
		if (at != time) {
			close();
			time = at;
		}
		if (signal == clock && value[0] == '1')
			rising = true;
		now[signal] = value;
	}
};

void changed(void *user, uint64_t time, fstHandle signal, const unsigned char *value)
{
	static_cast<Table *>(user)->change(time, signal, reinterpret_cast<const char *>(value));
}

std::map<std::string, fstHandle> names_of(void *trace)
{
	std::map<std::string, fstHandle> names;
	std::vector<std::string> scope;

	while (struct fstHier *entry = fstReaderIterateHier(trace)) {
		if (entry->htyp == FST_HT_SCOPE) {
			scope.push_back(entry->u.scope.name);
		} else if (entry->htyp == FST_HT_UPSCOPE) {
			scope.pop_back();
		} else if (entry->htyp == FST_HT_VAR) {
			std::string name;
			for (const std::string &part : scope)
				name += part + ".";
			name += entry->u.var.name;
			names[name.substr(0, name.find(' '))] = entry->u.var.handle;
		}
	}
	return names;
}

} // namespace

int main(int argc, char **argv)
{
	if (argc < 2 || argc == 3) {
		fprintf(stderr, "usage: waves_table TRACE.fst [CLOCK SIGNAL...]\n");
		return 2;
	}
	void *trace = fstReaderOpen(argv[1]);
	if (!trace) {
		fprintf(stderr, "waves_table: %s is not an FST file\n", argv[1]);
		return 1;
	}
	std::map<std::string, fstHandle> names = names_of(trace);
	if (argc == 2) {
		for (const auto &name : names)
			printf("%s\n", name.first.c_str());
		fstReaderClose(trace);
		return 0;
	}
	Table table;
	fstReaderClrFacProcessMaskAll(trace);
	for (int i = 2; i < argc; i++) {
		auto found = names.find(argv[i]);
		if (found == names.end()) {
			fprintf(stderr, "waves_table: no signal %s in the trace\n", argv[i]);
			fstReaderClose(trace);
			return 1;
		}
		fstReaderSetFacProcessMask(trace, found->second);
		if (i == 2)
			table.clock = found->second;
		else
			table.columns.push_back(found->second);
	}
	fstReaderIterBlocks(trace, changed, &table, nullptr);
	table.close();
	fstReaderClose(trace);
	return 0;
}
