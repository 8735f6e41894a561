// SPDX-License-Identifier: BSD-2-Clause
/*
 * The order in which IOS-XE lists a flow's fields: its own, whatever order the record was written
 * in. Keys come before what is collected, each of the two in this order.
 */
#include "ha/show/columns.h"

#include <string.h>

/* Beginnings of names; the longest that fits counts. */
static const char *const order[] = {
	"routing vrf",
	"datalink ethertype",
	"datalink vlan input",
	"datalink dot1q vlan input",
	"datalink dot1q vlan output",
	"datalink dot1q customer",
	"datalink dot1q priority",
	"datalink mac source",
	"datalink mac destination",
	"datalink vlan output",
	"ipv6 flow-label",
	"ipv6 extension",
	"ipv4 source",
	"ipv4 destination",
	"ipv6 source",
	"ipv6 destination",
	"routing source as",
	"routing destination as",
	"routing next-hop",
	"ipv4 source mask",
	"ipv4 destination mask",
	"ipv6 source mask",
	"ipv6 destination mask",
	"transport source-port",
	"transport destination-port",
	"transport", /* of one protocol */
	"transport tcp flags",
	"interface input",
	"interface output",
	"flow direction",
	"flow sampler",
	"flow observation",
	"ipv4 version",
	"ipv6 version",
	"ipv6 protocol",
	"ipv4 tos",
	"ipv6 traffic-class",
	"ipv4 dscp",
	"ipv6 dscp",
	"ipv4 protocol",
	"ipv4 ttl",
	"ipv6 hop-limit",
	"application",
	"", /* all others */
	"counter bytes",
	"counter packets",
	"timestamp absolute first",
	"timestamp absolute last",
	"timestamp sys-uptime first",
	"timestamp sys-uptime last",
	"counter bytes layer2",
	"flow end-reason",
};

unsigned fc_show_rank(const struct fc_field *field)
{
	unsigned best = 0, longest = 0;

	for (unsigned i = 0; i < sizeof(order) / sizeof(*order); i++) {
		unsigned length = (unsigned)strlen(order[i]);

		if (strncmp(field->name, order[i], length) != 0 || length < longest)
			continue;
		best = i;
		longest = length;
	}
	return best;
}
