/* SPDX-License-Identifier: BSD-2-Clause */
/* flowcard-replay: a capture through the Verilated card to files and collectors. See
 * docs/replay.md. */
#include "tools/replay.h"

#include "sim/reframe.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_CAPTURE = 2 };
enum { PROGRESS_FRAMES = 1024, BAR_WIDTH = 30 };
static const double progress_seconds = 0.1;

static double now_seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* ---------------------------------------------------------------- progress */
struct progress {
	bool on;
	double started, drawn;
};

static void progress_draw(const struct progress *p, const struct fc_replay *r, double now)
{
	uint64_t size = fc_capture_size(r->capture), at = fc_capture_position(r->capture);
	uint64_t seen = fc_feeder_counters(r->feeder)->seen;
	int filled = size ? (int)(at * BAR_WIDTH / size) : 0;

	fprintf(stderr, "\r[%.*s%.*s] %3d%% %" PRIu64 " packets, %.0f packets/s ", filled,
		"##############################", BAR_WIDTH - filled,
		"..............................", size ? (int)(at * 100 / size) : 0, seen,
		(double)seen / (now - p->started + 1e-9));
}

static void progress_step(struct progress *p, const struct fc_replay *r)
{
	double now;

	if (!p->on || fc_feeder_counters(r->feeder)->seen % PROGRESS_FRAMES)
		return;
	now = now_seconds();
	if (now - p->drawn < progress_seconds)
		return;
	p->drawn = now;
	progress_draw(p, r, now);
}

static void progress_end(const struct progress *p, const struct fc_replay *r)
{
	if (!p->on)
		return;
	progress_draw(p, r, now_seconds());
	fputc('\n', stderr);
}

/* ---------------------------------------------------------------- the run */
static int feed_all(struct fc_replay *r, struct fc_frame *frame, int have)
{
	struct progress p = {.on = !r->options->quiet && isatty(STDERR_FILENO),
			     .started = now_seconds()};
	int err = 0;

	while (have == 1 && !err) {
		err = fc_replay_frame(r, frame);
		progress_step(&p, r);
		if (!err)
			have = fc_capture_next(r->capture, frame);
	}
	r->capture_error = have < 0 ? have : 0;
	if (!err)
		err = fc_replay_finish(r);
	r->seconds = now_seconds() - p.started;
	progress_end(&p, r);
	return err;
}

/* Say what was wrong with the capture. Return the exit status it stands for. */
static int report_capture(const struct fc_replay *r)
{
	const struct fc_feeder_counters *fed = fc_feeder_counters(r->feeder);
	int status = EXIT_OK;

	if (r->capture_error) {
		fprintf(stderr, "flowcard-replay: %s\n", fc_capture_error(r->capture));
		status = EXIT_CAPTURE;
	}
	if (fed->unsupported) {
		fprintf(stderr,
			"flowcard-replay: %s: %" PRIu64 " frames of link type %u, which cannot be "
			"re-framed as Ethernet, were not metered\n",
			r->options->capture, fed->unsupported, (unsigned)fed->unsupported_link);
		status = EXIT_CAPTURE;
	}
	return status;
}

static int write_files(struct fc_replay *r, const struct fc_replay_totals *t, bool balanced)
{
	const struct fc_replay_options *o = r->options;
	int err = o->csv ? fc_replay_csv_write(&r->sinks.csv, o->csv) : 0;

	if (err) {
		fprintf(stderr, "flowcard-replay: %s: %s\n", o->csv, strerror(-err));
		return err;
	}
	err = o->counters ? fc_replay_write_counters(r, t, balanced, o->counters) : 0;
	if (err)
		fprintf(stderr, "flowcard-replay: %s: %s\n", o->counters, strerror(-err));
	return err;
}

/* The part between an open card and its close. Return the exit status. */
static int run(struct fc_replay *r, struct fc_frame *frame, int have)
{
	struct fc_replay_totals totals;
	bool balanced;
	int status;

	if (feed_all(r, frame, have) || fc_replay_totals(r, &totals))
		return EXIT_FAILED;
	balanced = fc_replay_check(r, &totals) == 0;
	if (!r->options->quiet)
		fc_replay_summary(r, &totals, balanced);
	status = report_capture(r);
	if (write_files(r, &totals, balanced) || !balanced)
		status = EXIT_FAILED;
	return status;
}

int main(int argc, char **argv)
{
	struct fc_replay_options options;
	struct fc_replay replay = {0};
	struct fc_frame frame;
	int status = EXIT_FAILED;
	int have, err;

	err = fc_replay_options_parse(&options, argc, argv);
	if (err)
		return err > 0 ? EXIT_OK : EXIT_CAPTURE;
	err = fc_capture_open(options.capture, &replay.capture);
	if (err) {
		fprintf(stderr, "flowcard-replay: %s: %s\n", options.capture, strerror(-err));
		return EXIT_CAPTURE;
	}
	have = fc_capture_next(replay.capture, &frame);
	if (have < 0 && !*fc_capture_format(replay.capture)) {
		fprintf(stderr, "flowcard-replay: %s\n", fc_capture_error(replay.capture));
		status = EXIT_CAPTURE;
	} else if (!fc_replay_open(&replay, &options, have == 1 ? &frame : NULL)) {
		status = run(&replay, &frame, have);
		fc_replay_close(&replay);
	}
	fc_capture_close(replay.capture);
	return status;
}
