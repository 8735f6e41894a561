/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim/model_transport.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define FC_MODEL_CLOCK_NS 4
#define FC_MODEL_RELAX_CLOCKS 64
/* Above 4 GiB, so that no run passes with the high address words forgotten. Never reused: a late
 * write is seen as DECERR. */
#define FC_MODEL_IOVA_FIRST 0x100000000u
#define FC_MODEL_IOVA_ALIGN 0x200000u

struct fc_model_transport {
	struct fc_transport transport;
	struct fcsim *sim;
	uint64_t next_iova;
};

static struct fc_model_transport *fc_model_of(struct fc_transport *t)
{
	return (struct fc_model_transport *)((char *)t -
					     offsetof(struct fc_model_transport, transport));
}

static int fc_model_reg_read(struct fc_transport *t, uint32_t offset, uint32_t *value)
{
	return fcsim_reg_read(fc_model_of(t)->sim, offset, value);
}

static int fc_model_reg_write(struct fc_transport *t, uint32_t offset, uint32_t value)
{
	return fcsim_reg_write(fc_model_of(t)->sim, offset, value);
}

static int fc_model_dma_map(struct fc_transport *t, struct fc_dma *dma)
{
	struct fc_model_transport *m = fc_model_of(t);
	uint64_t span = (dma->octets + FC_MODEL_IOVA_ALIGN - 1) / FC_MODEL_IOVA_ALIGN;
	int err;

	err = fcsim_dma_map(m->sim, m->next_iova, dma->mem, dma->octets);
	if (err)
		return err;
	dma->iova = m->next_iova;
	m->next_iova += (span + 1) * FC_MODEL_IOVA_ALIGN; /* a gap catches writes past the end */
	return 0;
}

static void fc_model_dma_unmap(struct fc_transport *t, struct fc_dma *dma)
{
	fcsim_dma_unmap(fc_model_of(t)->sim, dma->iova);
}

static void fc_model_relax(struct fc_transport *t)
{
	fcsim_run(fc_model_of(t)->sim, FC_MODEL_RELAX_CLOCKS);
}

static uint64_t fc_model_now(struct fc_transport *t)
{
	struct fcsim_stats stats;

	fcsim_stats(fc_model_of(t)->sim, &stats);
	return stats.core_clocks * FC_MODEL_CLOCK_NS;
}

static void fc_model_close(struct fc_transport *t)
{
	free(fc_model_of(t));
}

static const struct fc_transport_ops fc_model_ops = {
	.reg_read = fc_model_reg_read,
	.reg_write = fc_model_reg_write,
	.dma_map = fc_model_dma_map,
	.dma_unmap = fc_model_dma_unmap,
	.relax = fc_model_relax,
	.now = fc_model_now,
	.close = fc_model_close,
};

int fc_model_transport_open(struct fcsim *sim, struct fc_transport **out)
{
	struct fc_model_transport *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->transport.ops = &fc_model_ops;
	m->transport.name = "model";
	m->sim = sim;
	m->next_iova = FC_MODEL_IOVA_FIRST;
	*out = &m->transport;
	return 0;
}
