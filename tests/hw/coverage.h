/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In a build with FC_COVERAGE a model's line counts go to a file of their own in the folder
 * FC_COVERAGE_DIR when the model ends; in every other build this is nothing. See
 * docs/hw/coverage.md.
 */
#ifndef FC_HW_COVERAGE_H
#define FC_HW_COVERAGE_H

#ifdef FC_COVERAGE
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <verilated.h>
#include <verilated_cov.h>

static inline void fc_coverage_write(VerilatedContext *context)
{
	static unsigned int models;
	const char *folder = std::getenv("FC_COVERAGE_DIR");

	if (folder)
		context->coveragep()->write((std::string(folder) + "/" + std::to_string(getpid()) +
					     "-" + std::to_string(models++) + ".dat")
						    .c_str());
}
#else
template <class Context> static inline void fc_coverage_write(Context)
{
}
#endif

#endif
