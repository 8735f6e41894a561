// SPDX-License-Identifier: BSD-2-Clause
/*
 * What looks wrong in a dump, in words. Each judge looks at one thing and says a sentence a
 * finding; docs/regs.md has the list.
 */
#include <flowcard/dump.h>
#include <flowcard/registers.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define SENTENCE_OCTETS 240
#define STUCK_WORDS 16        /* so many neighbours of one odd value are no coincidence */
#define CLOCK_PERIOD_MIN_NS 2 /* no core clock is faster: bounds the guard time in clocks */

struct judge {
	const struct fc_dump *dump, *before;
	void (*say)(void *context, enum fc_dump_severity severity, const char *text);
	void *context;
	bool seen[FC_DUMP_UNKNOWN + 1];
	uint32_t status, control, latch_seq;
	unsigned rings, ports, monitors;
};

__attribute__((format(printf, 3, 4))) static void
say(struct judge *j, enum fc_dump_severity severity, const char *format, ...)
{
	char text[SENTENCE_OCTETS];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	j->seen[severity] = true;
	j->say(j->context, severity, text);
}

static uint32_t word(const struct fc_dump *dump, uint32_t offset)
{
	uint32_t value = 0;

	if (dump)
		fc_dump_get(dump, offset, &value);
	return value;
}

static uint64_t counter(const struct fc_dump *dump, uint32_t offset)
{
	return (uint64_t)word(dump, offset + 4) << 32 | word(dump, offset);
}

/* ------------------------------------------------------------------ is it a card, and ours */
static bool all_ones(const struct fc_dump *dump)
{
	for (size_t i = 0; i < dump->words; i++)
		if (dump->word[i].value != UINT32_MAX)
			return false;
	return dump->words > 0;
}

static bool judge_identity(struct judge *j)
{
	uint32_t magic, hash = word(j->dump, FC_REG_MAP_HASH);

	if (!j->dump->words) {
		say(j, FC_DUMP_UNKNOWN, "the dump holds no register");
		return false;
	}
	if (all_ones(j->dump)) {
		say(j, FC_DUMP_CRITICAL, "every register reads all ones: the card is gone");
		return false;
	}
	if (!fc_dump_get(j->dump, FC_REG_MAGIC, &magic)) {
		say(j, FC_DUMP_UNKNOWN, "MAGIC is not in the dump");
		return false;
	}
	if (magic != FC_MAGIC) {
		say(j, FC_DUMP_UNKNOWN,
		    "MAGIC reads 0x%08x, not 0x%08x: not a flowcard, or a "
		    "damaged link",
		    (unsigned)magic, (unsigned)FC_MAGIC);
		return false;
	}
	if (hash != FC_MAP_HASH) {
		say(j, FC_DUMP_UNKNOWN,
		    "the card's register map is 0x%08x, this program knows "
		    "0x%08x: names and fields may be wrong",
		    (unsigned)hash, (unsigned)FC_MAP_HASH);
		return false;
	}
	return true;
}

/* ------------------------------------------------------------------ values no register has */
static const uint32_t poison[] = {0xdeadbeef, 0xdeadc0de, 0xdeaddead, 0xbaadf00d, 0xbadc0ffe,
				  0xcafebabe, 0xfeedface, 0xbad0add0, 0xbadadd55, 0xabadcafe,
				  0xcdcdcdcd, 0xa5a5a5a5, 0x5a5a5a5a, 0x55555555, 0xaaaaaaaa};

static bool is_poison(uint32_t value)
{
	for (size_t i = 0; i < sizeof(poison) / sizeof(*poison); i++)
		if (poison[i] == value)
			return true;
	return false;
}

static uint32_t field_bits(const struct fc_register *reg)
{
	uint32_t bits = 0;

	for (unsigned f = 0; f < reg->fields; f++)
		bits |= reg->field[f].width == 32
				? UINT32_MAX
				: ((1u << reg->field[f].width) - 1) << reg->field[f].lsb;
	return bits;
}

static bool is_mask(const struct fc_dump_item *item)
{
	return strstr(item->reg->name, "MASK") || !strcmp(item->reg->name, "SCRATCH");
}

static void judge_item(struct judge *j, const struct fc_dump_item *item, uint64_t value)
{
	uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);

	if (!item->wide && (low & ~field_bits(item->reg)))
		say(j, FC_DUMP_WARNING, "%s (0x%04x) reads 0x%08x: reserved bits are not 0",
		    item->name, (unsigned)item->offset, (unsigned)low);
	else if (!is_mask(item) && (is_poison(low) || (item->wide && is_poison(high))))
		say(j, FC_DUMP_WARNING, "%s (0x%04x) reads 0x%08" PRIx64 ": a poison value",
		    item->name, (unsigned)item->offset, value);
	else if (item->wide && (low == UINT32_MAX && high == UINT32_MAX))
		say(j, FC_DUMP_WARNING, "%s (0x%04x) reads all ones", item->name,
		    (unsigned)item->offset);
}

/* A bus that answers with the same word again and again. */
static void judge_stuck(struct judge *j)
{
	size_t run = 1;

	for (size_t i = 1; i <= j->dump->words; i++) {
		const struct fc_dump_word *w = j->dump->word;

		if (i < j->dump->words && w[i].value == w[i - 1].value &&
		    w[i].offset == w[i - 1].offset + 4) {
			run++;
			continue;
		}
		if (run >= STUCK_WORDS && w[i - 1].value && w[i - 1].value != UINT32_MAX)
			say(j, FC_DUMP_WARNING, "%zu registers up to 0x%04x all read 0x%08x", run,
			    (unsigned)w[i - 1].offset, (unsigned)w[i - 1].value);
		run = 1;
	}
}

static void judge_values(struct judge *j)
{
	struct fc_dump_item item = {0};
	uint64_t value;

	while (fc_dump_item_next(&item))
		if (fc_dump_item_get(j->dump, &item, &value))
			judge_item(j, &item, value);
	judge_stuck(j);
}

/* ------------------------------------------------------------------ state */
static const struct {
	uint32_t mask;
	enum fc_dump_severity severity;
	const char *text;
} faults[] = {
	{FC_REG_FAULT_BAD_ADDRESS_MASK, FC_DUMP_WARNING,
	 "bad_address: a reserved register was written"},
	{FC_REG_FAULT_WRONG_STATE_MASK, FC_DUMP_WARNING,
	 "wrong_state: a locked register was written"},
	{FC_REG_FAULT_AXI_ERROR_MASK, FC_DUMP_CRITICAL,
	 "axi_error: host memory refused a write of a record"},
	{FC_REG_FAULT_BAD_CONSUMER_MASK, FC_DUMP_CRITICAL,
	 "bad_consumer: the host wrote an impossible ring index"},
	{FC_REG_FAULT_NO_BUS_MASTER_MASK, FC_DUMP_CRITICAL,
	 "no_bus_master: a record waited while bus mastering was off"},
	{FC_REG_FAULT_UNACCOUNTED_MASK, FC_DUMP_WARNING,
	 "unaccounted: packets found no room in the record FIFO"},
	{FC_REG_FAULT_MISSED_MASK, FC_DUMP_WARNING, "missed: descriptors found their FIFO full"},
	{FC_REG_FAULT_EPOCH_LATE_MASK, FC_DUMP_WARNING,
	 "epoch_late: an epoch was due before the last was closed"},
	{FC_REG_FAULT_LINK_DOWN_MASK, FC_DUMP_WARNING, "link_down: the PCIe link has been down"},
};

static void judge_faults(struct judge *j)
{
	uint32_t fault = word(j->dump, FC_REG_FAULT);

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++)
		if (fault & faults[i].mask)
			say(j, faults[i].severity, "FAULT.%s", faults[i].text);
}

static void judge_status(struct judge *j)
{
	bool enable = j->control & FC_REG_CONTROL_ENABLE_MASK;
	uint32_t stays = j->status & (j->before ? word(j->before, FC_REG_STATUS) : 0);

	if (!(j->status & FC_REG_STATUS_LINK_UP_MASK))
		say(j, FC_DUMP_CRITICAL, "the PCIe link is down (STATUS.link_up is 0)");
	if (enable && !(j->status & FC_REG_STATUS_BUS_MASTER_MASK))
		say(j, FC_DUMP_CRITICAL,
		    "bus mastering is off (STATUS.bus_master is 0): no record can be written");
	if (enable && !(j->status & FC_REG_STATUS_ENABLED_MASK))
		say(j, FC_DUMP_WARNING, "CONTROL.enable is 1 and STATUS.enabled is 0%s",
		    j->status & FC_REG_STATUS_CLEARING_MASK ? ": the cache is being cleared" : "");
	if (stays & FC_REG_STATUS_CLEARING_MASK)
		say(j, FC_DUMP_CRITICAL, "the cache is being cleared all the time");
	if (stays & FC_REG_STATUS_LATCHING_MASK)
		say(j, FC_DUMP_CRITICAL, "a latch does not end (STATUS.latching stays 1)");
}

static void judge_ring(struct judge *j, unsigned r)
{
	uint32_t control = word(j->dump, FC_REG_RING_CONTROL(r));
	uint32_t errors = word(j->dump, FC_REG_RING_ERRORS(r));
	uint32_t grown = errors - word(j->before, FC_REG_RING_ERRORS(r));
	uint32_t size = 1u << (control >> FC_REG_RING_CONTROL_SIZE_LOG2_SHIFT & 0x1f);
	uint32_t held =
		(word(j->dump, FC_REG_RING_PRODUCER(r)) - word(j->dump, FC_REG_RING_CONSUMER(r))) &
		FC_REG_RING_CONSUMER_INDEX_MASK;

	if (!(control & FC_REG_RING_CONTROL_ENABLE_MASK)) {
		if (j->control & FC_REG_CONTROL_ENABLE_MASK)
			say(j, FC_DUMP_WARNING, "ring %u is off while the core is on", r);
		return;
	}
	if (held > size)
		say(j, FC_DUMP_CRITICAL,
		    "ring %u: producer is %u records ahead of consumer in a "
		    "ring of %u",
		    r, (unsigned)held, (unsigned)size);
	else if (held == size)
		say(j, FC_DUMP_CRITICAL, "ring %u is full (%u records): nobody reads it", r,
		    (unsigned)size);
	else if (held > size / 4 * 3)
		say(j, FC_DUMP_WARNING, "ring %u is more than three quarters full (%u of %u)", r,
		    (unsigned)held, (unsigned)size);
	if (errors && (!j->before || grown))
		say(j, FC_DUMP_CRITICAL, "ring %u: %u DMA write errors", r, (unsigned)errors);
	else if (errors)
		say(j, FC_DUMP_WARNING, "ring %u: %u DMA write errors, none lately", r,
		    (unsigned)errors);
}

static bool is_sweep(uint32_t id)
{
	for (size_t c = 0; c < fc_capability_table_count; c++)
		if (fc_capability_table[c].value == id)
			return !strcmp(fc_capability_table[c].name, "sweep");
	return false;
}

/* The capability's bound is without the guard time, and clocks are not nanoseconds. */
static uint64_t sweep_bound(const struct fc_dump *dump)
{
	for (unsigned c = 0; c < FC_REG_CAPABILITY_COUNT; c++) {
		uint32_t header = word(dump, FC_REG_CAPABILITY_HEADER(c));

		if (is_sweep(header & FC_REG_CAPABILITY_HEADER_ID_MASK))
			return (uint64_t)word(dump, FC_REG_CAPABILITY_DATA(c)) +
			       word(dump, FC_REG_EPOCH_GUARD) / CLOCK_PERIOD_MIN_NS;
	}
	return UINT64_MAX;
}

static void judge_sweep(struct judge *j)
{
	uint32_t clocks = word(j->dump, FC_REG_EPOCH_CLOSE_CLOCKS);
	bool closing = j->status & FC_REG_STATUS_CLOSING_MASK;

	if (clocks > sweep_bound(j->dump))
		say(j, FC_DUMP_WARNING,
		    "the last epoch took %u clocks to close, the bound is %" PRIu64
		    ": the sweep is behind",
		    (unsigned)clocks, sweep_bound(j->dump));
	if (closing && j->before && word(j->before, FC_REG_STATUS) & FC_REG_STATUS_CLOSING_MASK &&
	    word(j->before, FC_REG_EPOCH_OPEN) == word(j->dump, FC_REG_EPOCH_OPEN))
		say(j, FC_DUMP_WARNING,
		    "epoch %u is being closed all the time: the sweep is behind "
		    "or a ring is stopped",
		    (unsigned)word(j->dump, FC_REG_EPOCH_OPEN) - 1);
}

/* ------------------------------------------------------------------ latched counters */
static void judge_clocks(struct judge *j)
{
	if (j->dump->latch == FC_DUMP_LATCH_STUCK) {
		say(j, FC_DUMP_CRITICAL,
		    "the core's clock stands still: LATCH_SEQ stays %u after COMMAND.latch",
		    (unsigned)j->latch_seq);
		return;
	}
	if (!j->before || word(j->before, FC_REG_LATCH_SEQ) == j->latch_seq ||
	    !(j->control & FC_REG_CONTROL_ENABLE_MASK))
		return;
	if (counter(j->before, FC_REG_TIME_LOW) == counter(j->dump, FC_REG_TIME_LOW) &&
	    j->dump->taken_ns - j->before->taken_ns >= 100000000u)
		say(j, FC_DUMP_WARNING, "card time stands still at %" PRIu64 " ns",
		    counter(j->dump, FC_REG_TIME_LOW));
}

static void judge_growth(struct judge *j, uint32_t offset, const char *what, unsigned index)
{
	uint64_t now = counter(j->dump, offset), before = counter(j->before, offset);

	if (!now)
		return;
	if (!j->before)
		say(j, FC_DUMP_WARNING, "%s %u: %" PRIu64 " packets", what, index, now);
	else if (now != before)
		say(j, FC_DUMP_WARNING, "%s %u: %" PRIu64 " packets and growing (%+" PRId64 ")",
		    what, index, now, (int64_t)(now - before));
}

static void judge_ledger(struct judge *j, unsigned m)
{
	static const struct {
		const char *what;
		uint32_t place; /* of the unit in each quantity */
	} unit[] = {{"packets", 0}, {"bytes", 8}};

	for (unsigned u = 0; u < 2; u++) {
		uint32_t base = FC_REG_LEDGER_SELECTED_PACKETS(m) + unit[u].place;
		uint64_t sum = counter(j->dump, base + 0x10) + counter(j->dump, base + 0x20) +
			       counter(j->dump, base + 0x30);

		if (counter(j->dump, base) != sum)
			say(j, FC_DUMP_CRITICAL,
			    "the ledger of monitor %u is off: selected %" PRIu64
			    " %s, emitted + resident + unaccounted %" PRIu64,
			    m, counter(j->dump, base), unit[u].what, sum);
	}
	judge_growth(j, FC_REG_LEDGER_UNACCOUNTED_PACKETS(m), "unaccounted by monitor", m);
}

static void judge_port(struct judge *j, unsigned p)
{
	uint64_t sum = 0;

	for (unsigned v = 0; v < FC_REG_PORT_VERDICT_COUNT; v++)
		sum += counter(j->dump, FC_REG_PORT_VERDICT(p, v));
	if (sum != counter(j->dump, FC_REG_PORT_FRAMES(p)))
		say(j, FC_DUMP_CRITICAL,
		    "port %u counts %" PRIu64 " frames and %" PRIu64 " verdicts", p,
		    counter(j->dump, FC_REG_PORT_FRAMES(p)), sum);
	judge_growth(j, FC_REG_PORT_MISSED(p), "missed by port", p);
}

_Static_assert(FC_REG_LEDGER_EMITTED_PACKETS(0) - FC_REG_LEDGER_SELECTED_PACKETS(0) == 0x10 &&
		       FC_REG_LEDGER_RESIDENT_PACKETS(0) - FC_REG_LEDGER_SELECTED_PACKETS(0) ==
			       0x20 &&
		       FC_REG_LEDGER_UNACCOUNTED_PACKETS(0) - FC_REG_LEDGER_SELECTED_PACKETS(0) ==
			       0x30 &&
		       FC_REG_LEDGER_SELECTED_BYTES(0) - FC_REG_LEDGER_SELECTED_PACKETS(0) == 8,
	       "places of the ledger");

static unsigned within(uint32_t value, unsigned most)
{
	return value < most ? value : most;
}

static void read_basics(struct judge *j)
{
	uint32_t build = word(j->dump, FC_REG_BUILD0);

	j->status = word(j->dump, FC_REG_STATUS);
	j->control = word(j->dump, FC_REG_CONTROL);
	j->latch_seq = word(j->dump, FC_REG_LATCH_SEQ);
	j->ports = within(build >> FC_REG_BUILD0_PORTS_SHIFT & 0xff, FC_REG_PORT_COUNT);
	j->rings = within(build >> FC_REG_BUILD0_RINGS_SHIFT & 0xff, FC_REG_RING_COUNT);
	j->monitors = within(build >> FC_REG_BUILD0_MONITORS_SHIFT & 0xff, FC_REG_MONITOR_COUNT);
}

static void judge_all(struct judge *j)
{
	read_basics(j);
	judge_values(j);
	judge_faults(j);
	judge_status(j);
	for (unsigned r = 0; r < j->rings; r++)
		judge_ring(j, r);
	judge_sweep(j);
	judge_clocks(j);
	if (!j->latch_seq)
		return; /* never latched: the counters hold nothing yet */
	for (unsigned m = 0; m < j->monitors; m++)
		judge_ledger(j, m);
	for (unsigned p = 0; p < j->ports; p++)
		judge_port(j, p);
}

enum fc_dump_severity fc_dump_check(const struct fc_dump *dump, const struct fc_dump *before,
				    void (*sayer)(void *context, enum fc_dump_severity severity,
						  const char *text),
				    void *context)
{
	struct judge j = {.dump = dump, .before = before, .say = sayer, .context = context};

	if (judge_identity(&j))
		judge_all(&j);
	if (j.seen[FC_DUMP_CRITICAL])
		return FC_DUMP_CRITICAL;
	if (j.seen[FC_DUMP_UNKNOWN])
		return FC_DUMP_UNKNOWN;
	return j.seen[FC_DUMP_WARNING] ? FC_DUMP_WARNING : FC_DUMP_OK;
}

const char *fc_dump_severity_name(enum fc_dump_severity severity)
{
	static const char *const name[] = {"ok", "warning", "critical", "unknown"};

	return name[severity];
}
