/* nest_transfers.c - what the DMA moves for the tiles of a nest.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/nest_transfers.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_box.h"
#include "dataflows/nest/nest_pass.h"
#include "sim/array/levels/levels_class.h"
#include "sim/array/nest/nest_stage.h"

/* Tiles of one tensor, in their order. */
struct line {
    struct nest_box tile;     /* of L2, the latest; owns */
    struct nest_stage *ahead; /* owns; else finds the next words; or NULL */
    struct nest_step next;    /* the pass that first needs the next tile */
    bool has_next;
    bool has_last;
    struct nest_step last; /* of listed levels: the last step that was seen */
};

struct nest_transfers {
    const struct nest_walk *walk;
    const struct program *program;
    struct line line[TENSOR_N];
    struct nest_box spare;     /* owns */
    struct nest_stage *behind; /* owns; finds the psums that leave ... */
    int behind_level; /* ... the tile of this level, but L2's; or MACs, -1 */
    struct levels_classes *listed; /* owns; of listed levels, else NULL */
    struct word_run {
        uint64_t bit, bits;
    } run;      /* the last one of the transfer in the making */
    int stored; /* its tensor, or STORED_SPILLS */
    bool is_write;
    uint64_t words;
    struct dram_request *request; /* owns */
    int n_requests, request_room;
};

bool nest_tiles_differ(const struct nest_walk *walk, enum tensor tensor,
                       const struct nest_step *a, const struct nest_step *b)
{
    static const bool has[TENSOR_N][NEST_DIMS] = {
        [TENSOR_IFMAP] = {[NEST_G] = true,
                          [NEST_N] = true,
                          [NEST_C] = true,
                          [NEST_P] = true,
                          [NEST_Q] = true,
                          [NEST_R] = true,
                          [NEST_S] = true},
        [TENSOR_FILTER] = {[NEST_G] = true,
                           [NEST_M] = true,
                           [NEST_C] = true,
                           [NEST_R] = true,
                           [NEST_S] = true},
        [TENSOR_PSUM] = {[NEST_G] = true,
                         [NEST_N] = true,
                         [NEST_M] = true,
                         [NEST_P] = true,
                         [NEST_Q] = true}};
    struct nest_span x[NEST_DIMS], y[NEST_DIMS];
    if (!walk->nest.level[LEVEL_L2].keep[tensor])
        return true;
    if (!walk->l2_keeps_tiles && tensor != TENSOR_PSUM)
        return memcmp(a->value, b->value,
                      (size_t)walk->outside[LEVEL_L2] * sizeof(*a->value)) != 0;
    nest_walk_spans(walk, a, LEVEL_L2, NULL, x);
    nest_walk_spans(walk, b, LEVEL_L2, NULL, y);
    for (int d = 0; d < NEST_DIMS; d++)
        if (has[tensor][d] && (x[d].first != y[d].first || x[d].n != y[d].n))
            return true;
    return false;
}

/* Loops outside a tile that the DMA brings: of L2, or, what L2 does not keep,
 * of a pass. */
static int loops_over_tiles(const struct nest_walk *walk, enum tensor tensor)
{
    return walk->nest.level[LEVEL_L2].keep[tensor] ? walk->outside[LEVEL_L2]
                                                   : walk->pass_loops;
}

/* The first pass behind line->next that needs another tile. */
static void look_ahead(struct nest_transfers *t, enum tensor tensor)
{
    struct line *line = &t->line[tensor];
    struct nest_step from = line->next;
    const int loops = loops_over_tiles(t->walk, tensor);
    do {
        line->has_next = nest_walk_next(t->walk, &line->next, 0, loops) >= 0;
    } while (line->has_next &&
             !nest_tiles_differ(t->walk, tensor, &from, &line->next));
}

/* The level whose tiles of the tensor come from DRAM; -1: the MACs. */
static int below_dram(const struct nest_walk *walk, enum tensor tensor)
{
    int level = LEVEL_L2;
    while (level >= 0 && !walk->nest.level[level].keep[tensor])
        level--;
    return level;
}

static bool l2_keeps(const struct nest_transfers *t, enum tensor tensor)
{
    return t->walk->nest.level[LEVEL_L2].keep[tensor];
}

/* NULL: tiles are L2's. */
static struct nest_stage *stage_of(const struct nest_transfers *t,
                                   enum tensor tensor)
{
    if (t->listed != NULL || l2_keeps(t, tensor))
        return NULL;
    const struct arch *a = &t->program->arch;
    struct stage_cfg cfg = {
        .walk = t->walk,
        .level = (enum level)below_dram(t->walk, tensor),
        .tensor = tensor,
        .no_padding_words = a->padding == PADDING_GENERATED,
    };
    return nest_stage_new(&cfg);
}

void nest_lay_out(const struct nest_walk *walk, int burst_bytes,
                  struct program *program)
{
    static const int dim_of[NEST_DIMS] = {
        [NEST_G] = FILTER_G, [NEST_N] = -1,       [NEST_M] = FILTER_M,
        [NEST_C] = FILTER_C, [NEST_P] = -1,       [NEST_Q] = -1,
        [NEST_R] = FILTER_R, [NEST_S] = FILTER_S,
    };
    struct filter_cut cut[NEST_TIME_MAX];
    const bool kept = walk->nest.level[LEVEL_L2].keep[TENSOR_FILTER];
    const int loops = kept ? walk->outside[LEVEL_L2] : walk->n_loops;
    int n = 0;
    for (int i = 0; i < loops; i++)
        if (walk->loop[i].level >= LEVEL_L2 && dim_of[walk->loop[i].dim] >= 0)
            cut[n++] = (struct filter_cut){
                (enum filter_dim)dim_of[walk->loop[i].dim], walk->loop[i].tile};
    dram_layout_init(&program->layout, &program->arch, &program->layer,
                     burst_bytes, cut, n);
}

struct nest_transfers *nest_transfers_new(const struct nest_walk *walk,
                                          const struct program *program)
{
    struct nest_transfers *t = xcalloc(1, sizeof(*t));
    t->walk = walk;
    t->program = program;
    if (arch_has_levels(&program->arch))
        t->listed = levels_classes_new(&program->arch, walk, true);
    for (int k = 0; k < TENSOR_N; k++) {
        t->line[k].ahead = stage_of(t, (enum tensor)k);
        t->line[k].has_next = true;
    }
    t->behind = stage_of(t, TENSOR_PSUM);
    t->behind_level = below_dram(walk, TENSOR_PSUM);
    return t;
}

void nest_transfers_free(struct nest_transfers *t)
{
    if (t == NULL)
        return;
    for (int k = 0; k < TENSOR_N; k++) {
        nest_stage_free(t->line[k].ahead);
        nest_box_fini(&t->line[k].tile);
    }
    nest_box_fini(&t->spare);
    nest_stage_free(t->behind);
    levels_classes_free(t->listed);
    free(t->request);
    free(t);
}

/* --- requests ------------------------------------------------------------- */

/* Appends a run: to the last request as one more turn of its loop, where the
 * distance fits. */
static void push_run(struct nest_transfers *t)
{
    const struct word_run run = t->run;
    const uint64_t address = run.bit / 8;
    const uint64_t bytes = bytes_under(run.bit, run.bits);
    struct dram_request *last =
        t->n_requests > 0 ? &t->request[t->n_requests - 1] : NULL;
    if (last != NULL && last->run_bytes == bytes) {
        uint64_t count = last->loop[DRAM_LOOPS - 1].count;
        uint64_t stride = count == 1 ? address - last->address
                                     : last->loop[DRAM_LOOPS - 1].stride_bytes;
        if (address == last->address + count * stride) {
            last->loop[DRAM_LOOPS - 1].count++;
            last->loop[DRAM_LOOPS - 1].stride_bytes = stride;
            return;
        }
    }
    if (t->n_requests == t->request_room) {
        t->request_room = t->request_room * 2 + 16;
        t->request =
            xrealloc(t->request, (size_t)t->request_room, sizeof(*t->request));
    }
    last = &t->request[t->n_requests++];
    memset(last, 0, sizeof(*last));
    last->is_write = t->is_write;
    last->address = address;
    last->run_bytes = bytes;
    for (int k = 0; k < DRAM_LOOPS; k++)
        last->loop[k].count = 1;
}

/* Adds so many words that lie along the innermost dimension, where neighbours
 * lie side by side; a visitor of nest_box.h. */
static void add_run(void *context, const int first[4], int words)
{
    struct nest_transfers *t = context;
    const struct dram_layout *layout = &t->program->layout;
    const struct word_run here = {
        dram_layout_bit(layout, t->stored, first),
        dram_layout_run_bits(layout, t->stored, (uint64_t)words)};
    t->words += (uint64_t)words;
    if (t->run.bits > 0 && here.bit == t->run.bit + t->run.bits) {
        t->run.bits += here.bits;
        return;
    }
    if (t->run.bits > 0)
        push_run(t);
    t->run = here;
}

/* Adds words in rising order, each an origin and what it has in a list. */
static void add_list(struct nest_transfers *t, uint64_t origin,
                     const uint64_t *word, int n)
{
    for (int i = 0, last; i < n; i = last) {
        int coord[4];
        access_coord(origin + word[i], coord);
        for (last = i + 1; last < n && word[last] == word[last - 1] + 1;)
            last++;
        add_run(t, coord, last - i);
    }
}

/* Adds the words that the stage's last call found. */
static void add_words(struct nest_transfers *t, const struct nest_stage *stage)
{
    const uint64_t *word;
    const int n = nest_stage_words(stage, &word);
    add_list(t, 0, word, n);
}

/* stored: a tensor, or STORED_SPILLS. */
static void begin_transfer(struct nest_transfers *t, int stored, bool is_write)
{
    t->n_requests = 0;
    t->run = (struct word_run){0, 0};
    t->stored = stored;
    t->is_write = is_write;
    t->words = 0;
}

static void end_transfer(struct nest_transfers *t, enum tensor tensor,
                         struct tile_transfer *out)
{
    if (t->run.bits > 0)
        push_run(t);
    memset(out, 0, sizeof(*out));
    out->is_none = t->words == 0;
    out->skips_l2 = !l2_keeps(t, tensor);
    out->words = t->words;
    out->n_requests = t->n_requests;
    out->request = t->request;
}

/* Whether the DMA brings the tensor pass by pass, to PEs that forget. */
static bool comes_by_passes(const struct nest_transfers *t, enum tensor tensor)
{
    return nest_forgets(&t->program->arch, &t->walk->nest) &&
           !l2_keeps(t, tensor);
}

static void fill_box(const struct nest_transfers *t, enum tensor tensor,
                     const struct nest_step *step, struct nest_box *out)
{
    nest_box_fill(out, t->walk, step, tensor,
                  t->program->arch.padding == PADDING_STORED);
}

/* What a tile of L2 has that the one before had not; of psums, where they are
 * not to begin at 0. */
static void load_tile(struct nest_transfers *t, enum tensor tensor)
{
    struct line *line = &t->line[tensor];
    struct nest_box before = line->tile;
    line->tile = t->spare;
    fill_box(t, tensor, &line->next, &line->tile);
    if (tensor != TENSOR_PSUM && !t->walk->l2_keeps_tiles)
        nest_box_clear(&before);
    if (tensor != TENSOR_PSUM ||
        nest_walk_reads_back(t->walk, &line->next, LEVEL_L2))
        nest_box_visit_new(&line->tile, &before, add_run, t);
    t->spare = before;
}

/* What all steps of a pass ask for, in their order. */
static void load_pass(struct nest_transfers *t, enum tensor tensor)
{
    const struct nest_walk *w = t->walk;
    struct nest_stage *stage = t->line[tensor].ahead;
    struct nest_step at = t->line[tensor].next;
    struct stage_move unread;
    nest_stage_set(stage, NULL);
    do {
        nest_stage_leave(stage, &at, &unread);
        nest_stage_enter(stage, &at, &unread);
        add_words(t, stage);
    } while (nest_walk_next(w, &at, w->pass_loops, w->n_loops) >= 0);
}

/* --- on listed levels ----------------------------------------------------- */

static void place_of(const struct nest_walk *w, const struct nest_step *step,
                     int level, struct levels_place *out)
{
    out->exists = true;
    levels_base(w, step, nest_walk_outside(w, level), out->base);
}

/* Adds the words of a step that come from DRAM or go there.  around: the step
 * before it, or behind it; NULL: there is none. */
static void add_listed(struct nest_transfers *t, enum tensor tensor,
                       bool is_out, const struct nest_step *at,
                       const struct nest_step *around)
{
    const struct nest_walk *w = t->walk;
    const int level = below_dram(w, tensor);
    struct levels_ask ask;
    memset(&ask, 0, sizeof(ask));
    ask.direction = is_out ? LEVELS_OUT : LEVELS_IN;
    ask.child = level;
    ask.tensor = tensor;
    place_of(w, at, level, &ask.at);
    if (level == LEVELS_MACS) {
        ask.begins = ask.begins_leading = !nest_walk_reads_back(w, at, level);
        const uint64_t *word;
        const int n = levels_words_of_macs(levels_classes_words(t->listed),
                                           &ask, tensor, !is_out, &word);
        add_list(t, 0, word, n);
        return;
    }
    ask.reads_back = nest_walk_reads_back(w, at, level);
    if (around != NULL)
        place_of(w, around, level, &ask.other);
    const struct levels_move *move = levels_classes_find(t->listed, &ask);
    add_list(t, levels_origin(w, tensor, &ask.at), move->word, move->n_words);
}

static void load_listed(struct nest_transfers *t, enum tensor tensor)
{
    const struct nest_walk *w = t->walk;
    struct line *line = &t->line[tensor];
    const int loops = nest_walk_outside(w, below_dram(w, tensor));
    struct nest_step at = line->next;
    do {
        add_listed(t, tensor, false, &at, line->has_last ? &line->last : NULL);
        line->last = at;
        line->has_last = true;
    } while (nest_walk_next(w, &at, w->pass_loops, loops) >= 0);
}

static void store_listed(struct nest_transfers *t,
                         const struct nest_step *first,
                         const struct nest_step *behind)
{
    const struct nest_walk *w = t->walk;
    const int loops = nest_walk_outside(w, t->behind_level);
    struct nest_step at = *first, next = *first;
    for (bool more = true; more; at = next) {
        more = nest_walk_next(w, &next, w->pass_loops, loops) >= 0;
        add_listed(t, TENSOR_PSUM, true, &at, more ? &next : behind);
    }
}

/* --- transfers ------------------------------------------------------------ */

bool nest_transfers_load(struct nest_transfers *t, enum tensor tensor,
                         struct tile_transfer *out)
{
    /* Finished outputs never come back. */
    const int stored = tensor == TENSOR_PSUM ? STORED_SPILLS : (int)tensor;
    struct line *line = &t->line[tensor];
    struct stage_move unread;
    if (!line->has_next)
        return false;
    begin_transfer(t, stored, false);
    if (t->walk->psums_stay && tensor == TENSOR_PSUM) {
        /* Nothing to bring. */
    } else if (l2_keeps(t, tensor)) {
        load_tile(t, tensor);
    } else if (t->listed != NULL) {
        load_listed(t, tensor);
    } else if (comes_by_passes(t, tensor)) {
        load_pass(t, tensor);
    } else {
        nest_stage_leave(line->ahead, &line->next, &unread);
        nest_stage_enter(line->ahead, &line->next, &unread);
        add_words(t, line->ahead);
    }
    end_transfer(t, tensor, out);
    look_ahead(t, tensor);
    return true;
}

/* What leaves the PEs in a pass, which has each output once. */
static void store_pass(struct nest_transfers *t, const struct nest_step *first)
{
    const struct nest_walk *w = t->walk;
    struct nest_step at = *first, next = *first;
    struct stage_move unread;
    nest_stage_set(t->behind, NULL);
    for (bool more = true; more; at = next) {
        more = nest_walk_next(w, &next, w->pass_loops, w->n_loops) >= 0;
        nest_stage_enter(t->behind, &at, &unread);
        nest_stage_leave(t->behind, more ? &next : NULL, &unread);
        add_words(t, t->behind);
    }
}

/* What the next tile of L2, if there is one, has not. */
static void store_tile(struct nest_transfers *t, const struct nest_step *at,
                       const struct nest_step *next)
{
    struct nest_box tile = {{0}, {NULL}, {0}};
    fill_box(t, TENSOR_PSUM, at, &tile);
    nest_box_clear(&t->spare);
    if (next != NULL)
        fill_box(t, TENSOR_PSUM, next, &t->spare);
    nest_box_visit_new(&tile, &t->spare, add_run, t);
    nest_box_fini(&tile);
}

void nest_transfers_store(struct nest_transfers *t, const struct nest_step *at,
                          const struct nest_step *next,
                          struct tile_transfer *out)
{
    struct nest_step last = *at;
    struct stage_move unread;
    nest_walk_last(t->walk, &last, t->walk->pass_loops);
    const bool is_finished =
        nest_walk_finishes(t->walk, &last, t->behind_level);
    const int stored = is_finished ? (int)TENSOR_PSUM : STORED_SPILLS;
    begin_transfer(t, stored, true);
    if (t->walk->psums_stay && !is_finished) {
        /* Nothing leaves. */
    } else if (l2_keeps(t, TENSOR_PSUM)) {
        store_tile(t, at, next);
    } else if (t->listed != NULL) {
        store_listed(t, at, next);
    } else if (comes_by_passes(t, TENSOR_PSUM)) {
        store_pass(t, at);
    } else {
        nest_stage_leave(t->behind, at, &unread);
        nest_stage_enter(t->behind, at, &unread);
        nest_stage_leave(t->behind, next, &unread);
        add_words(t, t->behind);
    }
    end_transfer(t, TENSOR_PSUM, out);
    out->finished_words = is_finished ? out->words : 0;
}
