// SPDX-License-Identifier: BSD-2-Clause
/*
 * etcd, version 3, over its HTTP gateway. A key a term, FOLDER/term/N with N in twenty digits, made
 * by one transaction: this one is not there, and the one before it is, or none is.
 */
#include "ha/redundancy/claim.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <inttypes.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY 160
#define REPLY 65536

static const char *refuse(const char *argument)
{
	struct evhttp_uri *uri = evhttp_uri_parse(argument);
	const char *why = NULL, *scheme = uri ? evhttp_uri_get_scheme(uri) : NULL;

	if (!uri || !evhttp_uri_get_host(uri) || !*evhttp_uri_get_host(uri) || !scheme ||
	    strcmp(scheme, "http") != 0)
		why = "the witness's URL must be http://HOST[:PORT][/FOLDER]";
	else if (strlen(evhttp_uri_get_path(uri)) > KEY - 40)
		why = "the witness's folder is too long";
	if (uri)
		evhttp_uri_free(uri);
	return why;
}

/* ------------------------------------------------------------------ one request */
struct exchange {
	struct event_base *base;
	char *reply; /* with an ending 0 */
	int error;
};

static void replied(struct evhttp_request *request, void *pointer)
{
	struct exchange *x = pointer;
	struct evbuffer *body = request ? evhttp_request_get_input_buffer(request) : NULL;
	size_t octets = body ? evbuffer_get_length(body) : 0;

	if (body && evhttp_request_get_response_code(request) == 200 && octets <= REPLY)
		x->reply = calloc(1, octets + 1);
	if (x->reply) {
		evbuffer_remove(body, x->reply, octets);
		x->error = 0;
	}
	event_base_loopbreak(x->base);
}

static int send_request(struct evhttp_connection *connection, struct exchange *x, const char *host,
			const char *text)
{
	struct evhttp_request *request = evhttp_request_new(replied, x);
	struct evkeyvalq *headers;

	if (!request)
		return -ENOMEM;
	headers = evhttp_request_get_output_headers(request);
	evhttp_add_header(headers, "Host", host);
	evhttp_add_header(headers, "Content-Type", "application/json");
	evbuffer_add(evhttp_request_get_output_buffer(request), text, strlen(text));
	/* From here on the connection owns the request. */
	if (evhttp_make_request(connection, request, EVHTTP_REQ_POST, "/v3/kv/txn"))
		return -EIO;
	event_base_dispatch(x->base);
	return x->error;
}

static int post(const struct evhttp_uri *uri, uint32_t timeout_ms, const char *text, char **reply)
{
	int port = evhttp_uri_get_port(uri), error = -ENOMEM;
	struct timeval limit = {timeout_ms / 1000, (suseconds_t)(timeout_ms % 1000) * 1000};
	struct exchange x = {.base = event_base_new(), .error = -EHOSTUNREACH};
	struct evhttp_connection *connection;

	if (!x.base)
		return -ENOMEM;
	connection = evhttp_connection_base_new(x.base, NULL, evhttp_uri_get_host(uri),
						(unsigned short)(port > 0 ? port : 2379));
	if (!connection)
		goto free_base;
	evhttp_connection_set_timeout_tv(connection, &limit);
	evhttp_connection_set_retries(connection, 0);
	evhttp_connection_set_max_body_size(connection, REPLY);
	/* The whole of it has a limit, too: a reply may come octet by octet. */
	event_base_loopexit(x.base, &limit);
	error = send_request(connection, &x, evhttp_uri_get_host(uri), text);
	evhttp_connection_free(connection);
free_base:
	event_base_free(x.base);
	if (error)
		free(x.reply);
	else
		*reply = x.reply;
	return error;
}

/* ------------------------------------------------------------------ what is asked */
static json_t *base64(const char *text)
{
	unsigned char out[KEY * 2];

	EVP_EncodeBlock(out, (const unsigned char *)text, (int)strlen(text));
	return json_string((const char *)out);
}

static void folder_of(const struct evhttp_uri *uri, char folder[KEY])
{
	const char *path = evhttp_uri_get_path(uri);

	path += strspn(path, "/");
	snprintf(folder, KEY, "%.*s/term/", KEY - 40, *path ? path : "flowcard");
}

static json_t *compare(const char *key, const char *end, const char *result)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:o}", "target", "CREATE", "result", result,
				   "create_revision", "0", "key", base64(key));

	if (end)
		json_object_set_new(object, "range_end", base64(end));
	return object;
}

static char *transaction(const struct fc_claim_question *q, const char *folder, bool first)
{
	char key[KEY + 24], before[KEY + 24], end[KEY], holder[32], *text;
	json_t *object;

	snprintf(key, sizeof(key), "%s%020" PRIu64, folder, q->term);
	snprintf(before, sizeof(before), "%s%020" PRIu64, folder, q->term - 1);
	snprintf(holder, sizeof(holder), "%" PRIu32, q->unit);
	/* The first key behind the folder: '0' follows '/'. */
	snprintf(end, sizeof(end), "%s", folder);
	end[strlen(end) - 1] = '0';
	object =
		json_pack("{s:[o, o], s:[{s:{s:o, s:o}}], s:[{s:{s:o, s:o, s:s, s:s, s:s}}]}",
			  "compare", compare(key, NULL, "EQUAL"),
			  first ? compare(folder, end, "EQUAL") : compare(before, NULL, "GREATER"),
			  "success", "request_put", "key", base64(key), "value", base64(holder),
			  "failure", "request_range", "key", base64(folder), "range_end",
			  base64(end), "sort_order", "DESCEND", "sort_target", "KEY", "limit", "1");
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text;
}

/* ------------------------------------------------------------------ what is answered */
/* Decode base64 into text; "" if it is none. */
static void plain(const json_t *string, char out[KEY])
{
	const char *text = json_string_value(string);
	unsigned char octets[KEY * 2] = "";
	size_t letters = text ? strlen(text) : 0;

	if (!letters || letters > KEY ||
	    EVP_DecodeBlock(octets, (const unsigned char *)text, (int)letters) < 0)
		*octets = 0;
	/* 160 letters are 120 octets at most. */
	snprintf(out, KEY, "%.*s", KEY - 1, (const char *)octets);
}

/* Return 0, or -EPROTO: that is no answer of etcd's. */
static int read_reply(const char *text, const struct fc_claim_question *q, const char *folder,
		      struct fc_claim_answer *answer)
{
	json_t *object = json_loads(text, 0, NULL), *kv;
	char key[KEY] = "", value[KEY] = "";
	int error = json_object_get(object, "header") ? 0 : -EPROTO;

	*answer =
		(struct fc_claim_answer){.won = json_is_true(json_object_get(object, "succeeded"))};
	kv = json_array_get(
		json_object_get(
			json_object_get(json_array_get(json_object_get(object, "responses"), 0),
					"response_range"),
			"kvs"),
		0);
	if (answer->won) {
		answer->newest = q->term;
		answer->holder = q->unit;
	} else if (kv) {
		plain(json_object_get(kv, "key"), key);
		plain(json_object_get(kv, "value"), value);
		if (strncmp(key, folder, strlen(folder)) != 0)
			error = -EPROTO;
		else
			answer->newest = strtoull(key + strlen(folder), NULL, 10);
		answer->holder = (uint32_t)strtoul(value, NULL, 10);
	}
	json_decref(object);
	return error;
}

static int ask(const struct evhttp_uri *uri, const struct fc_claim_question *q, const char *folder,
	       bool first, struct fc_claim_answer *answer)
{
	char *text = transaction(q, folder, first), *reply = NULL;
	int error;

	if (!text)
		return -ENOMEM;
	error = post(uri, q->timeout_ms, text, &reply);
	free(text);
	if (!error)
		error = read_reply(reply, q, folder, answer);
	free(reply);
	return error;
}

static int claim_etcd(const struct fc_claim_question *q, struct fc_claim_answer *answer)
{
	struct evhttp_uri *uri = evhttp_uri_parse(q->argument);
	char folder[KEY];
	int error;

	if (!uri)
		return -EINVAL;
	folder_of(uri, folder);
	error = ask(uri, q, folder, false, answer);
	/* No term at all: the store is new. */
	if (!error && !answer->won && !answer->newest)
		error = ask(uri, q, folder, true, answer);
	if (!error && !answer->won && answer->newest < q->term)
		error = -ESTALE;
	evhttp_uri_free(uri);
	return error;
}

const struct fc_claim_ops fc_claim_etcd = {
	.words = "witness etcd", .argument = true, .refuse = refuse, .claim = claim_etcd};
