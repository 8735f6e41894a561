/* SPDX-License-Identifier: BSD-2-Clause */
#include "sender.h"

#include <errno.h>

/* A stream needs a protocol that says where a message ends; templates must be able to follow a
 * session, so IPFIX it is (RFC 7011 10.4). */
int fc_sender_open(const struct fc_exporter_config *config, struct fc_sender **out)
{
	if (config->transport != FC_TRANSPORT_UDP && config->protocol != FC_PROTOCOL_IPFIX)
		return -EINVAL;
	if (config->deliver)
		return fc_deliver_open(config, out);
	switch (config->transport) {
	case FC_TRANSPORT_UDP:
		return fc_udp_open(config, out);
	case FC_TRANSPORT_TCP:
	case FC_TRANSPORT_TLS:
		return fc_stream_open(config, out);
	case FC_TRANSPORT_KAFKA:
		return fc_kafka_open(config, out);
	case FC_TRANSPORT_FILE:
		return fc_file_open(config, out);
	}
	return -EINVAL;
}
