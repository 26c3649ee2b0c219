/* vector_array.c - steps a vector unit cycle by cycle.
 *
 * The unit is one block.  Words of a scan are read in order; an element needs
 * its share of them, and gives its share of the output.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/vector_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"

/* How far a scan has come. */
struct progress {
    uint64_t scan;        /* from 0 */
    uint64_t read;        /* words that have come from L2 */
    uint64_t done;        /* elements */
    uint64_t written;     /* words */
    uint64_t busy_cycles; /* for which the elements in the lanes stay there */
    uint64_t in_lanes;
};

struct vector_array {
    struct vector_array_cfg cfg;
    struct vector_pass pass;
    struct progress now, next;
    uint64_t cycles;
    bool runs, moved;
};

struct vector_array_cfg vector_array_config(const struct arch *arch)
{
    const struct l2_store in = arch_l2_store(arch, TENSOR_IFMAP);
    const struct l2_store out = arch_l2_store(arch, TENSOR_PSUM);
    const uint64_t most_in = (uint64_t)in.banks * (uint64_t)in.bank_row_words;
    const uint64_t most_out =
        (uint64_t)out.banks * (uint64_t)out.bank_row_words;
    const uint64_t port = arch->vector_port_words > 0
                              ? (uint64_t)arch->vector_port_words
                              : (uint64_t)arch->vector_lanes;
    struct vector_array_cfg cfg = {
        .lanes = (uint64_t)arch->vector_lanes,
        .element_cycles = (uint64_t)arch->vector_element_cycles,
        .read_words = port < most_in ? port : most_in,
        .write_words = port < most_out ? port : most_out,
    };
    return cfg;
}

static bool is_last_scan(const struct vector_pass *p, uint64_t scan)
{
    return scan + 1 >= p->scans;
}

/* Words that a scan reads. */
static uint64_t words_of_scan(const struct vector_pass *p, uint64_t scan)
{
    return p->in + (is_last_scan(p, scan) ? p->stored : 0);
}

/* Words that the first n elements need. */
static uint64_t words_for(const struct vector_pass *p, uint64_t scan,
                          uint64_t n)
{
    const uint64_t words = words_of_scan(p, scan);
    if (p->elements == 0)
        return words;
    const wide all = (wide)words * n;
    return (uint64_t)((all + p->elements - 1) / p->elements);
}

/* Words that are finished when n elements are. */
static uint64_t finished(const struct vector_pass *p, uint64_t scan, uint64_t n)
{
    if (!is_last_scan(p, scan))
        return 0;
    if (p->elements == 0)
        return p->out;
    return (uint64_t)((wide)p->out * n / p->elements);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Fills the port's fifo, which has room for what the lanes take in two
 * cycles. */
static void read_words(struct vector_array *a)
{
    const struct progress *now = &a->now;
    const uint64_t all = words_of_scan(&a->pass, now->scan);
    const uint64_t taken =
        words_for(&a->pass, now->scan, now->done + now->in_lanes);
    const uint64_t room =
        words_for(&a->pass, now->scan,
                  least(now->done + now->in_lanes + 2 * a->cfg.lanes,
                        a->pass.elements)) -
        taken;
    const uint64_t held = now->read > taken ? now->read - taken : 0;
    const uint64_t most =
        room + a->cfg.read_words > held ? room + a->cfg.read_words - held : 0;
    a->next.read += least(least(a->cfg.read_words, most), all - now->read);
}

/* Ends the elements in the lanes, and begins others whose words are there. */
static void work(struct vector_array *a)
{
    const struct progress *now = &a->now;
    struct progress *next = &a->next;
    if (now->busy_cycles > 1) {
        next->busy_cycles--;
        return;
    }
    next->done += now->in_lanes;
    next->in_lanes = 0;
    next->busy_cycles = 0;
    uint64_t n = least(a->cfg.lanes, a->pass.elements - next->done);
    /* The most whose words have come. */
    while (n > 0 &&
           words_for(&a->pass, now->scan, next->done + n) > now->read) {
        const uint64_t lacking =
            words_for(&a->pass, now->scan, next->done + n) - now->read;
        const uint64_t each =
            words_of_scan(&a->pass, now->scan) / a->pass.elements + 1;
        const uint64_t fewer = lacking / each > 0 ? lacking / each : 1;
        n -= least(n, fewer);
    }
    if (n == 0)
        return;
    next->in_lanes = n;
    next->busy_cycles = a->cfg.element_cycles;
}

static void write_words(struct vector_array *a)
{
    const uint64_t ready =
        finished(&a->pass, a->now.scan, a->now.done) - a->now.written;
    a->next.written += least(ready, a->cfg.write_words);
}

static bool scan_is_done(const struct vector_array *a)
{
    const struct progress *p = &a->next;
    return p->read == words_of_scan(&a->pass, p->scan) &&
           p->done == a->pass.elements &&
           p->written == finished(&a->pass, p->scan, a->pass.elements);
}

static void eval(void *self, int part)
{
    struct vector_array *a = self;
    (void)part;
    a->next = a->now;
    if (!a->runs)
        return;
    read_words(a);
    work(a);
    write_words(a);
}

static void commit(void *self, int part)
{
    struct vector_array *a = self;
    (void)part;
    a->moved = a->runs && memcmp(&a->now, &a->next, sizeof(a->now)) != 0;
    if (!a->runs)
        return;
    a->cycles++;
    if (!scan_is_done(a)) {
        a->now = a->next;
        return;
    }
    a->moved = true;
    if (is_last_scan(&a->pass, a->next.scan)) {
        a->runs = false;
        return;
    }
    a->now = (struct progress){.scan = a->next.scan + 1};
}

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct vector_array *a = self;
    (void)most_cycles;
    eval(a, 0);
    commit(a, 0);
    return a->moved ? 1 : 0;
}

static void issue(void *self, const void *pass)
{
    struct vector_array *a = self;
    memcpy(&a->pass, pass, sizeof(a->pass));
    memset(&a->now, 0, sizeof(a->now));
    a->cycles = 0;
    a->runs = true;
}

static bool is_done(const void *self)
{
    const struct vector_array *a = self;
    return !a->runs;
}

static bool flows(const void *self)
{
    return !is_done(self);
}

static void finish(void *self, struct pass_outcome *out)
{
    const struct vector_array *a = self;
    const struct vector_pass *p = &a->pass;
    memset(out, 0, sizeof(*out));
    out->cycles = out->flight_cycles = a->cycles;
    out->filter_free_cycle = out->ifmap_free_cycle = a->cycles;
    out->counts.access[LEVEL_L2][TENSOR_IFMAP].reads = p->in * p->scans;
    out->counts.access[LEVEL_L2][TENSOR_FILTER].reads = p->stored;
    out->counts.access[LEVEL_L2][TENSOR_PSUM].writes = p->out;
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    struct block *b = xcalloc(1, sizeof(*b));
    (void)grain;
    snprintf(b->name, sizeof(b->name), "vector");
    b->self = self;
    b->eval = eval;
    b->commit = commit;
    *out = b;
    return 1;
}

static bool moved(const void *self)
{
    const struct vector_array *a = self;
    return a->moved;
}

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    (void)self;
    (void)pes;
    *n = 0;
    return NULL;
}

static void sample(void *self)
{
    (void)self;
}

static void explain(const void *self, char *text, size_t size_bytes)
{
    const struct vector_array *a = self;
    snprintf(text, size_bytes, "the vector unit has done %llu of %llu elements",
             (unsigned long long)a->now.done,
             (unsigned long long)a->pass.elements);
}

static const char *remedy(const void *self)
{
    (void)self;
    return "this is a fault of the simulator";
}

static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    (void)arch;
    (void)dataflow;
    (void)out;
    return true;
}

static const struct array_kind vector_array = {
    .name = "vector",
    .honours = honours,
    .destroy = free,
    .issue = issue,
    .is_done = is_done,
    .flows = flows,
    .finish = finish,
    .step = step,
    .blocks = blocks,
    .moved = moved,
    .probes = probes,
    .sample = sample,
    .explain = explain,
    .remedy = remedy,
};

struct array_side *vector_array_new(const struct vector_array_cfg *cfg)
{
    struct vector_array *a = xcalloc(1, sizeof(*a));
    a->cfg = *cfg;
    return array_side_of(&vector_array, a);
}

uint64_t vector_pass_least_cycles(const struct vector_array_cfg *cfg,
                                  const struct vector_pass *p)
{
    uint64_t cycles = 0;
    for (uint64_t scan = 0; scan < p->scans; scan++) {
        const uint64_t reading =
            ceil_div_u64(words_of_scan(p, scan), cfg->read_words);
        const uint64_t working = count_mul(
            ceil_div_u64(p->elements, cfg->lanes), cfg->element_cycles);
        const uint64_t writing =
            is_last_scan(p, scan) ? ceil_div_u64(p->out, cfg->write_words) : 0;
        cycles = count_add(cycles, max_u64(reading, max_u64(working, writing)));
    }
    return cycles;
}
