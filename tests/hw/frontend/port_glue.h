/* SPDX-License-Identifier: BSD-2-Clause */
/* One Verilated fc_port behind C: its pins, and one call for each rising edge of each clock. */
#ifndef FC_PORT_GLUE_H
#define FC_PORT_GLUE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fc_beat {
	uint8_t data[64];
	uint64_t keep;
	uint64_t time_ns;
	bool valid, last, error;
};

struct fc_core_in {
	bool enable, ready, latch;
};

struct fc_desc {
	uint32_t vec[17];
	uint32_t l3_len, frame_len;
	uint64_t time_ns;
};

/* What the core side shows after the last edge. */
struct fc_core_out {
	bool desc_valid, latch_done, busy, mac_busy;
};

struct fc_port;

unsigned fc_port_window(void); /* HeaderWindow of this build */
unsigned fc_port_number(void); /* PortNumber */
unsigned fc_port_fifo_log2(void);

/* A port that has left reset; NULL without memory. */
struct fc_port *fc_port_new(void);
/* Both resets for some clocks, with that beat (NULL: none) in each MAC clock. */
void fc_port_reset(struct fc_port *p, const struct fc_beat *beat);
void fc_port_free(struct fc_port *p);

/* One rising edge of the MAC clock, with that beat (NULL: none) on the pins. */
void fc_port_mac(struct fc_port *p, const struct fc_beat *beat);
/* One rising edge of the core clock with those inputs. */
void fc_port_core(struct fc_port *p, const struct fc_core_in *in);

void fc_port_see(const struct fc_port *p, struct fc_core_out *out);
void fc_port_desc(const struct fc_port *p, struct fc_desc *out);
uint64_t fc_port_counter(struct fc_port *p, unsigned index);

#ifdef __cplusplus
}
#endif
#endif
