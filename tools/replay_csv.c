/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/replay_csv.h"

#include <arpa/inet.h>
#include <errno.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t first_capacity = 1024;

void fc_replay_csv_add(struct fc_replay_csv *csv, const struct fc_flow *flow)
{
	if (csv->error)
		return;
	if (csv->count == csv->capacity) {
		size_t capacity = csv->capacity ? 2 * csv->capacity : first_capacity;
		struct fc_flow *flows = reallocarray(csv->flows, capacity, sizeof(*flows));

		if (!flows) {
			csv->error = -ENOMEM;
			return;
		}
		csv->flows = flows;
		csv->capacity = capacity;
	}
	csv->flows[csv->count++] = *flow;
}

static int compare_key(const struct fc_flow *a, const struct fc_flow *b)
{
	const uint32_t *x = a->vector, *y = b->vector;
	int order = (int)fc_vec_ip_version(x) - (int)fc_vec_ip_version(y);

	order = order ? order : memcmp(fc_vec_src(x), fc_vec_src(y), 16);
	order = order ? order : memcmp(fc_vec_dst(x), fc_vec_dst(y), 16);
	order = order ? order : (int)fc_vec_sport(x) - (int)fc_vec_sport(y);
	order = order ? order : (int)fc_vec_dport(x) - (int)fc_vec_dport(y);
	order = order ? order : (int)fc_vec_proto(x) - (int)fc_vec_proto(y);
	return order ? order : (int)fc_vec_tos(x) - (int)fc_vec_tos(y);
}

static int compare_flows(const void *left, const void *right)
{
	const struct fc_flow *a = left, *b = right;

	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return compare_key(a, b);
}

static void write_row(FILE *file, const struct fc_flow *flow, const char *monitor)
{
	const uint32_t *vector = flow->vector;
	unsigned version = fc_vec_ip_version(vector);
	int family = version == 4 ? AF_INET : AF_INET6;
	char src[INET6_ADDRSTRLEN] = "", dst[INET6_ADDRSTRLEN] = "";

	inet_ntop(family, fc_vec_src(vector), src, sizeof(src));
	inet_ntop(family, fc_vec_dst(vector), dst, sizeof(dst));
	fprintf(file, "%u,%s,%s,%u,%u,%u,%u,%u,", version, src, dst, (unsigned)fc_vec_sport(vector),
		(unsigned)fc_vec_dport(vector), (unsigned)fc_vec_proto(vector),
		(unsigned)fc_vec_tos(vector),
		(unsigned)flow->interface_first + fc_vec_input_port(vector));
	fprintf(file, "%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%02x,%03x", flow->packets,
		flow->octets, flow->first_ns, flow->last_ns, flow->tcp_flags & 0xffu,
		flow->tcp_flags & 0xfffu);
	if (monitor)
		fprintf(file, ",%s,%u,%u,%u", monitor, (unsigned)fc_vec_direction(vector),
			(unsigned)flow->sampler, (unsigned)flow->end_reason);
	fputc('\n', file);
}

static bool has_monitors(const struct fc_replay_csv *csv)
{
	for (unsigned n = 0; n < 8; n++)
		if (csv->monitors[n])
			return true;
	return false;
}

int fc_replay_csv_write(struct fc_replay_csv *csv, const char *path)
{
	FILE *file;
	int err = 0;

	if (csv->error)
		return csv->error;
	file = fopen(path, "w");
	if (!file)
		return -errno;
	if (csv->count)
		qsort(csv->flows, csv->count, sizeof(*csv->flows), compare_flows);
	fputs("ip_version,src,dst,sport,dport,proto,tos,input_if,packets,bytes,first_ns,last_ns,"
	      "tcp_flags,tcp_bits",
	      file);
	fputs(has_monitors(csv) ? ",monitor,direction,sampler,end_reason\n" : "\n", file);
	for (size_t i = 0; i < csv->count && !err; i++) {
		errno = 0;
		write_row(file, &csv->flows[i], csv->monitors[csv->flows[i].monitor % 8]);
		if (ferror(file))
			err = errno ? -errno : -EIO;
	}
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

void fc_replay_csv_free(struct fc_replay_csv *csv)
{
	free(csv->flows);
	*csv = (struct fc_replay_csv){0};
}
