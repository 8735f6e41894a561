// SPDX-License-Identifier: BSD-2-Clause
//
// Turns one Verilated fc_card into a struct fcsim_model. Compiled once per variant with
//	FCSIM_PREFIX   prefix given to Verilator, e.g. Vfc_card_e12
//	FCSIM_MODEL    name of the table, e.g. fcsim_model_e12
//	FCSIM_ENTRIES, FCSIM_PORTS, FCSIM_RINGS, FCSIM_TRACED (0 or 1), FCSIM_CHECKED (0 or 1)
#include "sim/fcsim_model.h"

#define FCSIM_STRING_(x) #x
#define FCSIM_STRING(x) FCSIM_STRING_(x)
#define FCSIM_JOIN_(a, b) a##b
#define FCSIM_JOIN(a, b) FCSIM_JOIN_(a, b)
#include FCSIM_STRING(FCSIM_PREFIX.h)
#include FCSIM_STRING(FCSIM_JOIN(FCSIM_PREFIX, ___024root.h))
#if FCSIM_TRACED
#include <verilated_fst_c.h>
#endif

#include <cerrno>
#include <memory>
#include <new>

namespace
{

using Top = FCSIM_PREFIX;
using Root = FCSIM_JOIN(FCSIM_PREFIX, ___024root);

struct Card {
	VerilatedContext context;
	std::unique_ptr<Top> top;
#if FCSIM_TRACED
	std::unique_ptr<VerilatedFstC> trace;
#endif
};

// Verilator keeps each clock's last level to find its edges. Where we know those members, a falling
// edge costs nothing. With one port the MAC clock is a port of the card, with two it is a wire
// each.
#define FCSIM_LAST(name) __Vtrigrprev__TOP__##name
#define FCSIM_LAST_MAC(p)                                                                          \
	FCSIM_LAST(fc_card__DOT____Vcellinp__gen_port__BRA__##p##__KET____DOT__u_reset_mac__clk_i)
template <class R>
constexpr auto knows_edges(int) -> decltype(R::FCSIM_LAST(clk_i), R::FCSIM_LAST(clk_mac_i), bool())
{
	return true;
}
template <class R>
constexpr auto knows_edges(int)
	-> decltype(R::FCSIM_LAST(clk_i), R::FCSIM_LAST_MAC(0), R::FCSIM_LAST_MAC(1), bool())
{
	return FCSIM_PORTS == 2;
}
template <class R> constexpr bool knows_edges(...)
{
	return false;
}
template <class R> auto forget_mac(R *root, int) -> decltype(R::FCSIM_LAST(clk_mac_i), void())
{
	root->FCSIM_LAST(clk_mac_i) = 0;
}
template <class R>
auto forget_mac(R *root, int) -> decltype(R::FCSIM_LAST_MAC(0), R::FCSIM_LAST_MAC(1), void())
{
	root->FCSIM_LAST_MAC(0) = 0;
	root->FCSIM_LAST_MAC(1) = 0;
}
template <class R> void forget_edges(R *root)
{
	if constexpr (knows_edges<R>(0)) {
		root->FCSIM_LAST(clk_i) = 0;
		forget_mac(root, 0);
	}
}

// A port is narrow enough for one word, or not: either way the octets of its levels are side by
// side.
template <class T> uint8_t *octets(T &port)
{
	return reinterpret_cast<uint8_t *>(&port);
}

void card_pins(Top *t, struct fcsim_pins *p)
{
	*p = {};
	p->clk = &t->clk_i;
	p->rst_n = &t->rst_ni;
	p->clk_mac = &t->clk_mac_i;
	p->rst_mac_n = &t->rst_mac_ni;
	p->rx = {octets(t->s_axis_rx_tdata_i),
		 octets(t->s_axis_rx_tkeep_i),
		 octets(t->s_axis_rx_tuser_time_ns_i),
		 &t->s_axis_rx_tvalid_i,
		 &t->s_axis_rx_tlast_i,
		 &t->s_axis_rx_tuser_err_i};
	p->axil = {&t->s_axil_awaddr_i,  &t->s_axil_araddr_i,  &t->s_axil_awprot_i,
		   &t->s_axil_arprot_i,  &t->s_axil_awvalid_i, &t->s_axil_wvalid_i,
		   &t->s_axil_wstrb_i,   &t->s_axil_bready_i,  &t->s_axil_arvalid_i,
		   &t->s_axil_rready_i,  &t->s_axil_wdata_i,   &t->s_axil_awready_o,
		   &t->s_axil_wready_o,  &t->s_axil_bresp_o,   &t->s_axil_bvalid_o,
		   &t->s_axil_arready_o, &t->s_axil_rresp_o,   &t->s_axil_rvalid_o,
		   &t->s_axil_rdata_o};
	p->host = {&t->m_axi_host_awid_o,     &t->m_axi_host_awlen_o,   &t->m_axi_host_awsize_o,
		   &t->m_axi_host_awburst_o,  &t->m_axi_host_awvalid_o, &t->m_axi_host_awaddr_o,
		   &t->m_axi_host_wdata_o[0], &t->m_axi_host_wstrb_o,   &t->m_axi_host_wlast_o,
		   &t->m_axi_host_wvalid_o,   &t->m_axi_host_bready_o,  &t->m_axi_host_awready_i,
		   &t->m_axi_host_wready_i,   &t->m_axi_host_bid_i,     &t->m_axi_host_bresp_i,
		   &t->m_axi_host_bvalid_i};
	p->irq_req = &t->irq_req_o;
	p->irq_ack = &t->irq_ack_i;
	p->max_payload = &t->cfg_max_payload_i;
	p->bus_master = &t->cfg_bus_master_i;
	p->link_up = &t->cfg_link_up_i;
	p->time_ns = &t->time_ns_i;
	p->card_busy = &t->rootp->fc_card__DOT__card_busy;
	p->mac_busy = &t->rootp->fc_card__DOT__mac_busy;
}

// Checked models start from noise, which is not meant for the levels that we drive.
void card_quiet(const struct fcsim_pins &p)
{
	*p.clk = *p.rst_n = *p.clk_mac = *p.rst_mac_n = 0;
	*p.rx.tvalid = *p.rx.tlast = *p.rx.err = 0;
	*p.axil.awprot = *p.axil.arprot = *p.axil.awvalid = *p.axil.wvalid = 0;
	*p.axil.bready = *p.axil.arvalid = *p.axil.rready = 0;
	*p.host.awready = *p.host.wready = *p.host.bvalid = *p.host.bid = *p.host.bresp = 0;
	*p.irq_ack = *p.max_payload = *p.bus_master = *p.link_up = 0;
	*p.time_ns = 0;
}

void *card_create(uint64_t seed, struct fcsim_pins *pins)
{
	auto card = std::unique_ptr<Card>(new (std::nothrow) Card);

	if (!card)
		return nullptr;
	card->context.randReset(FCSIM_CHECKED ? 2 : 0);
	card->context.assertOn(false); // noise breaks them, until reset is over
	card->context.randSeed(static_cast<int>(seed % 0x7fffffff) + 1);
	card->context.traceEverOn(FCSIM_TRACED);
	card->top.reset(new (std::nothrow) Top(&card->context, "card"));
	if (!card->top)
		return nullptr;
	card_pins(card->top.get(), pins);
	card_quiet(*pins);
	return card.release();
}

void card_destroy(void *opaque)
{
	auto card = static_cast<Card *>(opaque);

#if FCSIM_TRACED
	if (card->trace)
		card->trace->close();
#endif
	card->top->final();
	delete card;
}

void card_judge(void *opaque)
{
	static_cast<Card *>(opaque)->context.assertOn(true);
}

void card_eval(void *opaque)
{
	static_cast<Card *>(opaque)->top->eval();
}

void card_lower(void *opaque)
{
	Top *top = static_cast<Card *>(opaque)->top.get();

	top->clk_i = 0;
	top->clk_mac_i = 0;
	forget_edges(top->rootp);
}

int card_trace_open(void *opaque, const char *path)
{
#if FCSIM_TRACED
	auto card = static_cast<Card *>(opaque);

	card->context.timeunit(-9);
	card->context.timeprecision(-9);
	card->trace.reset(new VerilatedFstC);
	card->top->trace(card->trace.get(), 99);
	card->trace->open(path);
	return card->trace->isOpen() ? 0 : -EIO;
#else
	(void)opaque;
	(void)path;
	return -ENOTSUP;
#endif
}

void card_trace_dump(void *opaque, uint64_t time_ns)
{
#if FCSIM_TRACED
	static_cast<Card *>(opaque)->trace->dump(time_ns);
#else
	(void)opaque;
	(void)time_ns;
#endif
}

} // namespace

extern "C" const struct fcsim_model FCSIM_MODEL = {
	FCSIM_ENTRIES,        FCSIM_PORTS,     FCSIM_RINGS,     FCSIM_TRACED, FCSIM_CHECKED,
	knows_edges<Root>(0), card_create,     card_destroy,    card_judge,   card_eval,
	card_lower,           card_trace_open, card_trace_dump,
};
