// SPDX-License-Identifier: BSD-2-Clause
/* Lines on the control socket of a unit whose card is missing. */
#include <errno.h>
#include <ha/control.h>
#include <stdlib.h>
#include <string.h>

static struct fc_unit unit;

static const char text[] = "flow exporter OUT\n destination 127.0.0.1\n transport udp 9\n"
			   "flow monitor M\n record original-input\n exporter OUT\n"
			   "card 7\n transport pci nowhere\n"
			   "interface Hu7/0/0\n ip flow monitor M input\n";

static int nobody(const char *where, struct fc_transport **out, char *error, size_t octets)
{
	(void)out;
	snprintf(error, octets, "%s: nobody there", where);
	return -ENODEV;
}

static int refuse(void *argument)
{
	(void)argument;
	return -EINVAL;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static struct fc_config config;
	char error[200];
	FILE *in = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");

	(void)argc;
	(void)argv;
	if (!in || fc_config_read(&config, in, "text", stderr) ||
	    fc_unit_start(&unit, &config, nobody, error, sizeof(error)))
		abort();
	fclose(in);
	return 0;
}

static void ask(const char *line)
{
	const struct fc_control_context context = {.unit = &unit, .reload = refuse};
	char error[300] = "", *answer;
	size_t octets;
	FILE *out = open_memstream(&answer, &octets);

	if (!out)
		return;
	if (fc_control_run(&context, line, out, error, sizeof(error)) && !*error)
		abort(); /* refused without a reason */
	fclose(out);
	free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1), *rest, *line;

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	for (line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		ask(line);
	free(copy);
	return 0;
}
