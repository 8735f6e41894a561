// SPDX-License-Identifier: BSD-2-Clause
/* Claims: what each of the stores refuses, loses, and does not answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ha/clock.h>
#include <ha/redundancy/claim.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
/* cmocka wants these before it. */
#include <cmocka.h>

static char folder[64], why[FC_CLAIM_TEXT];
static struct fc_claim claim;
static struct fc_claim_answer answer;

static int setup(void **unused)
{
	(void)unused;
	strcpy(folder, "/tmp/fc-claim-XXXXXX");
	assert_non_null(mkdtemp(folder));
	memset(&answer, 0, sizeof(answer));
	memset(&claim, 0, sizeof(claim));
	return 0;
}

static int teardown(void **unused)
{
	char command[128];

	(void)unused;
	fc_claim_free(&claim);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static void use(const char *format, const char *text, uint32_t timeout_ms)
{
	char words[512];

	snprintf(words, sizeof(words), format, text);
	assert_int_equal(fc_claim_init(&claim, words, timeout_ms, why), 0);
	claim.timeout_ms = timeout_ms;
}

static void make(const char *name, const char *text)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static bool there(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return !stat(path, &st);
}

/* ------------------------------------------------------------------ words */
static void words_are_read_or_refused_with_a_reason(void **unused)
{
	static const struct {
		const char *words, *why;
	} rows[] = {
		{"", "fencing is none, witness file, witness etcd or peer"},
		{"witness", "fencing is none, witness file, witness etcd or peer"},
		{"nonesuch", "fencing is none, witness file, witness etcd or peer"},
		{"none of it", "fencing none takes nothing more"},
		{"witness file", "what to ask is missing"},
		{"witness file  ", "what to ask is missing"},
		{"witness file here", "the witness's directory must begin with /"},
		{"witness etcd ftp://host",
		 "the witness's URL must be http://HOST[:PORT][/FOLDER]"},
		{"witness etcd https://host",
		 "the witness's URL must be http://HOST[:PORT][/FOLDER]"},
		{"witness etcd http://", "the witness's URL must be http://HOST[:PORT][/FOLDER]"},
		{"peer", "what to ask is missing"},
	};
	char words[FC_CLAIM_TEXT + 32];

	(void)unused;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(fc_claim_init(&claim, rows[i].words, 1, why), -EINVAL);
		assert_string_equal(why, rows[i].why);
	}
	memset(words, 'x', sizeof(words) - 1);
	words[sizeof(words) - 1] = 0;
	memcpy(words, "peer ", 5);
	assert_int_equal(fc_claim_init(&claim, words, 1, why), -EINVAL);
	assert_int_equal(fc_claim_init(&claim, "witness etcd http://h:1/x", 1, why), 0);
	assert_int_equal(fc_claim_init(&claim, "none", 1000, why), 0);
	assert_int_equal(fc_claim_ask(&claim, 5, 49, &answer), 0);
	assert_true(answer.won);
}

/* ------------------------------------------------------------------ file */
static void a_term_is_granted_once_and_says_to_whom(void **unused)
{
	(void)unused;
	use("witness file %s", folder, 5000);
	assert_int_equal(fc_claim_ask(&claim, 8, 49, &answer), 0); /* an empty one: any term */
	assert_true(answer.won);
	assert_int_equal(fc_claim_ask(&claim, 8, 50, &answer), 0);
	assert_false(answer.won);
	assert_int_equal(answer.newest, 8);
	assert_int_equal(answer.holder, 49);
	assert_int_equal(fc_claim_ask(&claim, 3, 50, &answer), 0);
	assert_false(answer.won);
	assert_int_equal(answer.newest, 8);
	/* It lacks terms that we know of: it is not the store that we know. */
	assert_int_equal(fc_claim_ask(&claim, 10, 50, &answer), -ESTALE);
}

static void old_terms_go_and_the_newest_stay(void **unused)
{
	(void)unused;
	use("witness file %s", folder, 5000);
	for (unsigned term = 1; term <= 20; term++)
		assert_int_equal(fc_claim_ask(&claim, term, 49, &answer), 0);
	assert_false(there("term.3"));
	assert_true(there("term.4"));
	assert_true(there("term.20"));
	assert_int_equal(fc_claim_ask(&claim, 1, 50, &answer), 0);
	assert_false(answer.won);
}

static void what_else_lies_there_is_no_term(void **unused)
{
	(void)unused;
	make("term.", "");
	make("term.0", "");
	make("term.07", "");
	make("term.7x", "");
	make("term.99999999999999999999999", "");
	make("claim.1.2.3", "unit 50\n");
	use("witness file %s", folder, 5000);
	assert_int_equal(fc_claim_ask(&claim, 1, 49, &answer), 0);
	assert_true(answer.won);
	make("term.2", "garbage");
	assert_int_equal(fc_claim_ask(&claim, 2, 49, &answer), 0);
	assert_false(answer.won);
	assert_int_equal(answer.holder, 0);
}

static void a_directory_that_is_not_there_grants_nothing(void **unused)
{
	(void)unused;
	use("witness file %s/missing", folder, 5000);
	assert_int_equal(fc_claim_ask(&claim, 1, 49, &answer), -ENOENT);
	assert_false(answer.won);
	use("witness file %s", "/proc/self", 5000);
	assert_true(fc_claim_ask(&claim, 1, 49, &answer) < 0);
	assert_false(answer.won);
}

/* ------------------------------------------------------------------ peer */
static void a_command_that_succeeds_is_a_claim(void **unused)
{
	char command[FC_CLAIM_TEXT];

	(void)unused;
	snprintf(command, sizeof(command), "echo $FC_TERM $FC_UNIT >%s/out", folder);
	use("peer %s", command, 5000);
	assert_int_equal(fc_claim_ask(&claim, 7, 49, &answer), 0);
	assert_true(answer.won);
	assert_true(there("out"));
	snprintf(command, sizeof(command), "test \"$(cat %s/out)\" = \"7 49\"", folder);
	use("peer %s", command, 5000);
	assert_int_equal(fc_claim_ask(&claim, 8, 49, &answer), 0);
	use("peer %s", "exit 3", 5000);
	assert_int_equal(fc_claim_ask(&claim, 9, 49, &answer), -EPERM);
	use("peer %s", "kill -9 $$", 5000);
	assert_int_equal(fc_claim_ask(&claim, 9, 49, &answer), -EPERM);
}

static void a_command_that_hangs_is_ended_and_is_no_claim(void **unused)
{
	char command[FC_CLAIM_TEXT], path[128], text[32] = "";
	uint64_t began = fc_clock_ms();
	FILE *in;

	(void)unused;
	snprintf(command, sizeof(command), "echo $$ >%s/pid; sleep 600 & wait; sleep 600", folder);
	use("peer %s", command, 300);
	assert_int_equal(fc_claim_ask(&claim, 7, 49, &answer), -ETIMEDOUT);
	assert_true(fc_clock_ms() - began < 5000);
	/* The thread ends the command at the same deadline; then the next question is asked. */
	while (fc_claim_ask(&claim, 7, 49, &answer) == -EBUSY)
		assert_true(fc_clock_ms() - began < 10000);
	snprintf(path, sizeof(path), "%s/pid", folder);
	in = fopen(path, "r");
	assert_non_null(in);
	assert_non_null(fgets(text, sizeof(text), in));
	fclose(in);
	while (claim.hanging && fc_claim_ask(&claim, 7, 49, &answer) == -EBUSY)
		assert_true(fc_clock_ms() - began < 20000);
	assert_true(atoi(text) > 1);
}

static void a_command_has_a_limit_of_its_own(void **unused)
{
	(void)unused;
	assert_int_equal(fc_claim_init(&claim, "peer sleep 2", 1000, why), 0);
	assert_int_equal(claim.timeout_ms, FC_CLAIM_COMMAND_MS);
	assert_int_equal(fc_claim_ask(&claim, 7, 49, &answer), 0);
	assert_true(answer.won);
	assert_int_equal(fc_claim_init(&claim, "witness file /x", 1000, why), 0);
	assert_int_equal(claim.timeout_ms, 1000);
}

static void *ask_it(void *pointer)
{
	int *error = pointer;

	*error = fc_claim_ask(&claim, 7, 49, &answer);
	return NULL;
}

static pid_t written_pid(void)
{
	char path[128], text[32] = "";
	uint64_t began = fc_clock_ms();
	FILE *in;

	snprintf(path, sizeof(path), "%s/pid", folder);
	while (!atoi(text)) {
		assert_true(fc_clock_ms() - began < 10000);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
		in = fopen(path, "r");
		if (in && !fgets(text, sizeof(text), in))
			*text = 0;
		if (in)
			fclose(in);
	}
	return atoi(text);
}

/* Gone, or nobody has taken note of its end: its parent has ended with it. */
static bool has_ended(pid_t pid)
{
	char path[64], line[256] = "";
	const char *state;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	in = fopen(path, "r");
	if (!in)
		return true;
	if (!fgets(line, sizeof(line), in))
		*line = 0;
	fclose(in);
	state = strrchr(line, ')');
	return !state || state[2] == 'Z' || state[2] == 'X';
}

static void a_command_that_nobody_waits_for_ends_with_its_group(void **unused)
{
	char command[FC_CLAIM_TEXT];
	uint64_t began;
	pthread_t thread;
	int error = 0;
	pid_t pid;

	(void)unused;
	snprintf(command, sizeof(command),
		 "sleep 600 & echo $! >%s/pid.new; mv %s/pid.new %s/pid; wait", folder, folder,
		 folder);
	use("peer %s", command, 60000);
	pthread_create(&thread, NULL, ask_it, &error);
	pid = written_pid();
	began = fc_clock_ms();
	fc_claim_stop(&claim);
	pthread_join(thread, NULL);
	assert_true(fc_clock_ms() - began < 2000);
	assert_int_equal(error, -ECANCELED);
	while (!has_ended(pid))
		assert_true(fc_clock_ms() - began < 5000);
	assert_int_equal(fc_claim_ask(&claim, 8, 49, &answer), -ECANCELED);
	assert_null(claim.hanging);
}

/* ------------------------------------------------------------------ a store that hangs */
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static int hang(const struct fc_claim_question *question, struct fc_claim_answer *out)
{
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
	out->won = true;
	out->newest = question->term;
	return 0;
}
static const struct fc_claim_ops hanging_ops = {.words = "hang", .claim = hang};

static void an_answer_after_the_deadline_is_no_claim(void **unused)
{
	uint64_t began = fc_clock_ms();

	(void)unused;
	claim = (struct fc_claim){.ops = &hanging_ops, .timeout_ms = 50};
	pthread_mutex_lock(&held);
	assert_int_equal(fc_claim_ask(&claim, 1, 49, &answer), -ETIMEDOUT);
	assert_false(answer.won);
	assert_int_equal(fc_claim_ask(&claim, 1, 49, &answer), -EBUSY);
	pthread_mutex_unlock(&held);
	while (fc_claim_ask(&claim, 2, 49, &answer))
		assert_true(fc_clock_ms() - began < 10000);
	assert_true(answer.won);
	assert_int_equal(answer.newest, 2);
}

static void a_store_that_hangs_holds_nobody_up(void **unused)
{
	uint64_t began = fc_clock_ms();
	pthread_t thread;
	int error = 0;

	(void)unused;
	claim = (struct fc_claim){.ops = &hanging_ops, .timeout_ms = 60000};
	pthread_mutex_lock(&held);
	pthread_create(&thread, NULL, ask_it, &error);
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	fc_claim_stop(&claim);
	pthread_join(thread, NULL);
	pthread_mutex_unlock(&held);
	assert_int_equal(error, -ECANCELED);
	assert_true(fc_clock_ms() - began < 5000);
}

/* ------------------------------------------------------------------ an etcd that is none */
struct server {
	int fd;
	const char *text; /* NULL: says nothing */
	bool trickle;     /* an octet at a time, for ever */
};

static void *serve(void *pointer)
{
	const struct server *s = pointer;
	int fd = accept(s->fd, NULL, NULL);
	char drop[4096];

	if (fd < 0)
		return NULL;
	if (read(fd, drop, sizeof(drop)) > 0 && s->text)
		(void)!write(fd, s->text, strlen(s->text));
	while (s->trickle && send(fd, "x", 1, MSG_NOSIGNAL) == 1)
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	if (!s->text || s->trickle)
		(void)!read(fd, drop, sizeof(drop)); /* until the other side goes */
	close(fd);
	return NULL;
}

static int against(const char *text, bool trickle)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct server server = {socket(AF_INET, SOCK_STREAM, 0), text, trickle};
	socklen_t octets = sizeof(address);
	char url[64];
	pthread_t thread;
	int error;

	assert_int_equal(bind(server.fd, (void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(server.fd, 1), 0);
	getsockname(server.fd, (void *)&address, &octets);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u", ntohs(address.sin_port));
	fc_claim_free(&claim);
	use("witness etcd %s", url, 300);
	pthread_create(&thread, NULL, serve, &server);
	error = fc_claim_ask(&claim, 7, 49, &answer);
	shutdown(server.fd, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(server.fd);
	return error;
}

#define REPLY "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

static void what_is_no_answer_of_etcd_is_no_claim(void **unused)
{
	static const char *const texts[] = {
		"",
		"garbage\r\n\r\n",
		"HTTP/1.1 500 No\r\nContent-Length: 18\r\n\r\n{\"succeeded\":true}",
		REPLY "",
		REPLY "no JSON",
		REPLY "[]",
		REPLY "{\"succeeded\":true}",
		REPLY "{\"header\":{},\"succeeded\":\"true\"}",
		REPLY "{\"header\":{},\"responses\":[{\"response_range\":{\"kvs\":[{\"key\":"
		      "\"eA==\"}]}}]}",
		REPLY "{\"header\":{},\"responses\":[{\"response_range\":{\"kvs\":[{\"key\":"
		      "\"!!!\"}]}}]}",
	};

	(void)unused;
	for (unsigned i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		answer.won = false;
		assert_true(against(texts[i], false) < 0);
		assert_false(answer.won);
	}
	assert_int_equal(against(REPLY "{\"header\":{},\"succeeded\":true}", false), 0);
	assert_true(answer.won);
}

static void an_etcd_that_never_ends_has_a_deadline(void **unused)
{
	uint64_t began = fc_clock_ms();

	(void)unused;
	assert_true(against(NULL, false) < 0);
	assert_true(against("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", true) < 0);
	assert_true(fc_clock_ms() - began < 5000);
	assert_false(answer.won);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(words_are_read_or_refused_with_a_reason),
		T(a_term_is_granted_once_and_says_to_whom),
		T(old_terms_go_and_the_newest_stay),
		T(what_else_lies_there_is_no_term),
		T(a_directory_that_is_not_there_grants_nothing),
		T(a_command_that_succeeds_is_a_claim),
		T(a_command_that_hangs_is_ended_and_is_no_claim),
		T(a_command_has_a_limit_of_its_own),
		T(a_command_that_nobody_waits_for_ends_with_its_group),
		T(an_answer_after_the_deadline_is_no_claim),
		T(a_store_that_hangs_holds_nobody_up),
		T(what_is_no_answer_of_etcd_is_no_claim),
		T(an_etcd_that_never_ends_has_a_deadline),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
