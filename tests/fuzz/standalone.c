// SPDX-License-Identifier: BSD-2-Clause
/*
 * A fuzzer's target without libFuzzer: the files of a corpus folder, then so many random inputs,
 * each a mixture of pieces of them and of noise. For the ordinary test run, under its sanitizers.
 *   PROGRAM CORPUS INPUTS     FC_SEED=n repeats a run
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PIECES_MAX 64
#define INPUT_MAX 2048

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static struct piece {
	uint8_t octets[INPUT_MAX];
	size_t size;
} piece[PIECES_MAX];
static unsigned pieces;

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void read_corpus(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[1024];

	while (dir && pieces < PIECES_MAX && (entry = readdir(dir))) {
		FILE *in;

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		in = *entry->d_name == '.' ? NULL : fopen(path, "r");
		if (!in)
			continue;
		piece[pieces].size = fread(piece[pieces].octets, 1, INPUT_MAX, in);
		fclose(in);
		LLVMFuzzerTestOneInput(piece[pieces].octets, piece[pieces].size);
		pieces++;
	}
	if (dir)
		closedir(dir);
}

static size_t make(uint64_t *random, uint8_t input[INPUT_MAX])
{
	size_t size = 0;

	while (size < INPUT_MAX && draw(random) % 6) {
		const struct piece *p = &piece[draw(random) % pieces];
		size_t from = p->size ? draw(random) % p->size : 0;
		size_t count = draw(random) % 64;

		for (size_t i = 0; i < count && size < INPUT_MAX; i++)
			input[size++] = draw(random) % 4 == 0 || from + i >= p->size
						? (uint8_t)draw(random)
						: p->octets[from + i];
	}
	return size;
}

int main(int argc, char **argv)
{
	const char *given = getenv("FC_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 2654435761u + 1;
	uint64_t random = seed ? seed : 1;
	unsigned long inputs = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	uint8_t input[INPUT_MAX];

	if (!inputs)
		return 2;
	if (LLVMFuzzerInitialize)
		LLVMFuzzerInitialize(&argc, &argv);
	read_corpus(argv[1]);
	printf("seed %llu, %u files of the corpus\n", (unsigned long long)seed, pieces);
	fflush(stdout);
	if (!pieces)
		return 1;
	for (unsigned long n = 0; n < inputs; n++)
		LLVMFuzzerTestOneInput(input, make(&random, input));
	printf("%lu inputs\n", inputs);
	return 0;
}
