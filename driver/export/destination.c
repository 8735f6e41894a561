/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of the command line: "udp:HOST:PORT" and protocol names.
 */
#include <errno.h>
#include <flowcard/export.h>
#include <string.h>
#include <strings.h>

static int copy(char *to, size_t size, const char *from, size_t length)
{
	if (!length || length >= size)
		return -EINVAL;
	memcpy(to, from, length);
	to[length] = '\0';
	return 0;
}

/* A service name (letters, digits, '-') or a number from 1 to 65535. */
static int check_port(const char *port)
{
	unsigned long value = 0;
	size_t digits = strspn(port, "0123456789");

	if (port[digits])
		return strpbrk(port, ":[]/ ") ? -EINVAL : 0;
	for (size_t i = 0; i < digits && value <= UINT16_MAX; i++)
		value = value * 10 + (unsigned long)(port[i] - '0');
	return value >= 1 && value <= UINT16_MAX ? 0 : -EINVAL;
}

int fc_exporter_destination(const char *text, char *host, size_t host_size, char *port,
			    size_t port_size)
{
	const char *name, *end, *colon;

	if (strncmp(text, "udp:", 4) != 0)
		return -EINVAL;
	name = text + 4;
	if (*name == '[') {
		end = strchr(++name, ']');
		if (!end)
			return -EINVAL;
		colon = end + 1;
	} else {
		end = colon = strchr(name, ':');
	}
	if (!colon || *colon != ':')
		return -EINVAL;
	if (copy(host, host_size, name, (size_t)(end - name)) ||
	    copy(port, port_size, colon + 1, strlen(colon + 1)))
		return -EINVAL;
	return check_port(port);
}

int fc_protocol_parse(const char *text, enum fc_protocol *out)
{
	static const struct {
		const char *name;
		enum fc_protocol protocol;
	} words[] = {
		{"v5", FC_PROTOCOL_V5},       {"v9", FC_PROTOCOL_V9},
		{"ipfix", FC_PROTOCOL_IPFIX}, {"netflow-v5", FC_PROTOCOL_V5},
		{"v10", FC_PROTOCOL_IPFIX},   {"netflow-v9", FC_PROTOCOL_V9},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i].name) != 0)
			continue;
		*out = words[i].protocol;
		return 0;
	}
	return -EINVAL;
}
