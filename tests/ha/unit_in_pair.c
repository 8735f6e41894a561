// SPDX-License-Identifier: BSD-2-Clause
#include "tests/ha/unit_in_pair.h"

#include <fcntl.h>
#include <ha/show/redundancy.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum fc_rf_state unit_state(struct fc_unit *unit)
{
	struct fc_show_redundancy *v;
	enum fc_rf_state state;

	assert_int_equal(fc_unit_redundancy_view(unit, &v), 0);
	state = v->rf.state;
	free(v);
	return state;
}

enum fc_rf_gate unit_gate(struct fc_unit *unit)
{
	struct fc_show_redundancy *v;
	enum fc_rf_gate gate;

	assert_int_equal(fc_unit_redundancy_view(unit, &v), 0);
	gate = v->rf.gate;
	free(v);
	return gate;
}

void make_pair_folder(char folder[PAIR_FOLDER], const char *name)
{
	static const char key[] =
		"96f5ea142f5c1dcf9f128c2511150c90383cd7245e080a304b1090b3022161db\n";
	char path[80];
	int fd;

	snprintf(folder, PAIR_FOLDER, "%s/%s_XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", name);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/key", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, key, sizeof(key) - 1), sizeof(key) - 1);
	close(fd);
}
