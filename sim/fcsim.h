/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfcsim: the Verilated card behind a C API. One struct fcsim is one card; it is not thread safe.
 * Time: the model has two clocks (MAC and core) that this library runs; card time (time_ns_i) is
 * set by the caller.
 */
#ifndef FCSIM_H
#define FCSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct fcsim;

struct fcsim_config {
	unsigned entries;       /* cache size; one of fcsim_sizes() */
	unsigned ports, rings;  /* as one of fcsim_built(); 0: 1 */
	uint64_t seed;          /* of the AXI stalls */
	unsigned stall_percent; /* 0..95: chance, each clock, that AWREADY, WREADY or BVALID is held
				   back */
	const char *trace_path; /* NULL: no waveform. The traced model is a build of its own and
				   slower. */
	uint64_t trace_from, trace_to; /* core clocks; to 0: no end */
};

struct fcsim_stats {
	uint64_t core_clocks, mac_clocks; /* clocks really run */
	uint64_t frames;                  /* frames fed */
	uint64_t axi_bursts, axi_beats;   /* writes taken into host memory */
	uint64_t axi_violations; /* broken AXI rules seen (0 in a good card); the first is printed
				    on stderr */
};

struct fcsim_build {
	unsigned entries, ports, rings;
	bool traced;  /* taken when a trace is asked for */
	bool checked; /* assertions, noise at the start */
};

/* Cache sizes that are built in with one port and one ring, ascending, ended by 0. */
const unsigned *fcsim_sizes(void);

/* The models that are built in: index 0, 1, ... Return 0, or -ENOENT after the last. */
int fcsim_built(unsigned index, struct fcsim_build *out);

/* Build a card and hold it in reset until its memories are clear. Return 0, -EINVAL (no such model,
 * bad stall), -ENOMEM, -errno of the trace file, -ETIMEDOUT (the card never gets ready). */
int fcsim_create(const struct fcsim_config *config, struct fcsim **out);
void fcsim_destroy(struct fcsim *s);

/* Hold a card in reset once more; what it had under way is dropped. The slot's levels, card time,
 * host memory and faults stay. Return 0 or -ETIMEDOUT. */
int fcsim_power_cycle(struct fcsim *s);

/* One AXI4-Lite access. Return 0, -ETIMEDOUT (no answer within 10,000 core clocks), -EIO (error
 * response), -EINVAL (not a register of the BAR). */
int fcsim_reg_read(struct fcsim *s, uint32_t offset, uint32_t *value);
int fcsim_reg_write(struct fcsim *s, uint32_t offset, uint32_t value);

/* Memory that the card's AXI master may write: [iova, iova + octets). Owned by the caller, who
 * unmaps before freeing. Writes elsewhere get DECERR. Return 0, -EEXIST (overlap), -ENOSPC,
 * -EINVAL (no memory or a range that wraps). */
int fcsim_dma_map(struct fcsim *s, uint64_t iova, void *mem, size_t octets);
void fcsim_dma_unmap(struct fcsim *s, uint64_t iova);

/* Card time, ns. */
void fcsim_time_set(struct fcsim *s, uint64_t time_ns);

/* One frame into a port, `octets` 0..1048575, with its timestamp; `bad` marks it with tuser.err.
 * Runs the MAC clocks it takes and as many core clocks as keep the descriptor FIFO from filling. */
int fcsim_frame(struct fcsim *s, unsigned port, const void *data, size_t octets, uint64_t time_ns,
		bool bad);

/* Run `clocks` core clocks (and MAC clocks beside them), whether or not there is work. */
void fcsim_run(struct fcsim *s, uint64_t clocks);

/* Run until the card has nothing left to do (front ends, core, epoch close, DMA with all B). Return
 * 0 or -ETIMEDOUT after max_clocks. */
int fcsim_settle(struct fcsim *s, uint64_t max_clocks);

/* Take (and clear) pending interrupt requests: is there any; of which rings (a bit each). */
bool fcsim_irq_take(struct fcsim *s);
uint32_t fcsim_irq_take_rings(struct fcsim *s);

/* Has the card something under way? Records that wait for a full ring keep it busy. */
bool fcsim_busy(const struct fcsim *s);

/*
 * What a slot gives a card, and may take away: the link and bus mastering (both given by
 * fcsim_create), and the largest write, 128 << code octets (code 0..5, else -EINVAL; 1 after
 * fcsim_create). Seen from the next core clock on.
 */
void fcsim_link_set(struct fcsim *s, bool up);
void fcsim_bus_master_set(struct fcsim *s, bool on);
int fcsim_max_payload_set(struct fcsim *s, unsigned code);

/*
 * Faults of the host's side. The next `bursts` writes are answered SLVERR and not done; the next
 * `records` records get a wrong sequence and a flipped payload bit in their first half; a frozen
 * host takes neither addresses nor data, for ever or until it is thawed (what is frozen stays on
 * the bus). 0: no more.
 */
void fcsim_axi_fail(struct fcsim *s, unsigned bursts);
void fcsim_record_corrupt(struct fcsim *s, unsigned records);
void fcsim_dma_freeze(struct fcsim *s, bool frozen);

void fcsim_stats(const struct fcsim *s, struct fcsim_stats *out);

#ifdef __cplusplus
}
#endif
#endif
