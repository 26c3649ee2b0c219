/* stationary.c - ws and is: passes, coordinates and the picture.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/stationary.h"

#include <stdlib.h>
#include <string.h>

void stationary_tiling(const struct mapping *mapping, struct tiling *out)
{
    gemm_tiling(mapping, out);
    out->g = stationary_groups(mapping);
}

/* What a pass takes of a group. */
static int fold_across(const struct program *p)
{
    return stationary_cols(&p->arch, &p->mapping) *
           p->mapping.value[STATIONARY_P];
}

static int fold_products(const struct program *p)
{
    return p->arch.rows * p->mapping.value[STATIONARY_Q];
}

static int tap_turns(const struct program *p)
{
    return gemm_tap_turns(&p->arch, &p->layer);
}

/* Products of a tile that rows may work on side by side: all, or those of one
 * tap. */
static int turn_products(const struct program *p,
                         const struct pass_place *place)
{
    return place->c * gemm_row_taps(&p->arch, &p->layer);
}

static int tile_outputs(const struct program *p, const struct pass_place *place)
{
    return place->n * place->e * p->layer.Q;
}

static int tile_across(const struct program *p, const struct pass_place *place)
{
    return p->holds_ifmap ? tile_outputs(p, place) : place->f;
}

static int tile_along(const struct program *p, const struct pass_place *place)
{
    return p->holds_ifmap ? place->f : tile_outputs(p, place);
}

static void inner_counts(const struct program *program,
                         const struct pass_place *place, int counts[2])
{
    counts[0] = ceil_div(tile_across(program, place), fold_across(program));
    counts[1] = tap_turns(program) *
                ceil_div(turn_products(program, place), fold_products(program));
}

static void describe(const struct program *program, struct pass *pass)
{
    struct pass_place *pl = &pass->place;
    const int p = program->mapping.value[STATIONARY_P];
    const int q = program->mapping.value[STATIONARY_Q];
    int across =
        tile_size(tile_across(program, pl), fold_across(program), pl->inner[0]);
    int products = tile_size(turn_products(program, pl), fold_products(program),
                             pl->inner[1] / tap_turns(program));
    pl->first_reduction = pl->first_reduction && pl->inner[1] == 0;
    if (program->kind == NETWORK_SYSTOLIC) {
        struct systolic_pass *s = &pass->work.systolic;
        s->kind = program->holds_ifmap ? SYSTOLIC_IS : SYSTOLIC_WS;
        s->rows_used = (uint16_t)products;
        s->cols_used = (uint16_t)across;
        s->psum_in = !pl->first_reduction;
        s->depth = (uint32_t)tile_along(program, pl);
        if (program->loads_ahead && program->arch.strip_words > 0)
            s->line_words =
                (uint32_t)fold_line_words(&program->layer, s->depth);
        return;
    }
    struct multicast_pass *d = &pass->work.multicast;
    const int sets = ceil_div(across, p);
    d->sets = (uint16_t)(pl->groups * sets);
    d->groups_beside = (uint16_t)pl->groups;
    d->set_chains = 1;
    d->blocks = (uint16_t)ceil_div(products, q);
    d->block_rows = 1;
    d->filters = (uint16_t)min_int(p, across);
    d->filters_tail = (uint16_t)tile_size(across, p, sets - 1);
    d->channels = (uint16_t)min_int(q, products);
    d->channels_tail = (uint16_t)tile_size(products, q, d->blocks - 1);
    d->filter_cols = 1;
    d->slide_cols = 1;
    d->chain_step = 1;
    d->row_step = 1;
    d->holds_ifmap = program->holds_ifmap;
    d->psum_in = !pl->first_reduction;
    gemm_windows(d, tile_along(program, pl));
    for (int t = 0; t < TENSOR_N; t++)
        d->banks[t] = (uint16_t)program->banks[t];
}

static int first_across(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[0] * fold_across(program);
}

/* Product `k` of a pass, as an index in the channel tile. The passes of a fold
 * take the taps in turn, if they do not take all of them at once. */
static int product_at(const struct program *program, const struct pass *pass,
                      int k)
{
    const int turns = tap_turns(program), at = pass->place.inner[1];
    return (at / turns * fold_products(program) + k) * turns + at % turns;
}

/* Find the coordinates of the word for product `k` of the pass, and either
 * output `x` or filter `f`, in a group of those side by side. The index that
 * runs across the array counts from the fold's first, the other one from the
 * tile's first. */
static void ifmap_word(const struct program *program, const struct pass *pass,
                       int group, int k, int x, int coord[4])
{
    const struct pass_place place = gemm_of_group(&pass->place, group);
    if (program->holds_ifmap)
        x += first_across(program, pass);
    gemm_ifmap_word(program, &place, x, product_at(program, pass, k), coord);
}

static void filter_word(const struct program *program, const struct pass *pass,
                        int group, int k, int f, int coord[4])
{
    const struct pass_place place = gemm_of_group(&pass->place, group);
    if (!program->holds_ifmap)
        f += first_across(program, pass);
    gemm_filter_word(program, &place, f, product_at(program, pass, k), coord);
}

static void psum_word(const struct program *program, const struct pass *pass,
                      int group, int x, int f, int coord[4])
{
    const struct pass_place place = gemm_of_group(&pass->place, group);
    *(program->holds_ifmap ? &x : &f) += first_across(program, pass);
    gemm_psum_word(program, &place, x, f, coord);
}

static void held_coord(const struct program *program, const struct pass *pass,
                       uint32_t round, int set, int block, int row, int word,
                       int coord[4])
{
    const struct multicast_pass *d = &pass->work.multicast;
    const int *v = program->mapping.value;
    const int sets = multicast_group_sets(d);
    int here = set % sets == sets - 1 ? d->filters_tail : d->filters;
    int k = block * v[STATIONARY_Q] + word / here;
    int across = set % sets * v[STATIONARY_P] + word % here;
    (void)round;
    (void)row;
    (program->holds_ifmap ? ifmap_word : filter_word)(program, pass, set / sets,
                                                      k, across, coord);
}

static void window_coord(const struct program *program, const struct pass *pass,
                         uint32_t round, int group, int block, int h, int word,
                         int coord[4])
{
    int k = block * program->mapping.value[STATIONARY_Q] + word;
    (void)h;
    (program->holds_ifmap ? filter_word : ifmap_word)(program, pass, group, k,
                                                      (int)round, coord);
}

static void psum_coord(const struct program *program, const struct pass *pass,
                       uint32_t round, int set, int chain, int word,
                       int coord[4])
{
    const int sets = multicast_group_sets(&pass->work.multicast);
    int across = set % sets * program->mapping.value[STATIONARY_P] + word;
    (void)chain;
    if (program->holds_ifmap)
        psum_word(program, pass, set / sets, across, (int)round, coord);
    else
        psum_word(program, pass, set / sets, (int)round, across, coord);
}

static void gemm_ifmap_coord(const struct program *program,
                             const struct pass *pass, uint32_t k, uint32_t x,
                             int coord[4])
{
    ifmap_word(program, pass, 0, (int)k, (int)x, coord);
}

static void gemm_filter_coord(const struct program *program,
                              const struct pass *pass, uint32_t k, uint32_t f,
                              int coord[4])
{
    filter_word(program, pass, 0, (int)k, (int)f, coord);
}

static void gemm_psum_coord(const struct program *program,
                            const struct pass *pass, uint32_t x, uint32_t f,
                            int coord[4])
{
    psum_word(program, pass, 0, (int)x, (int)f, coord);
}

static const struct program_ops ops = {
    .inner_counts = inner_counts,
    .describe = describe,
    .held_coord = held_coord,
    .window_coord = window_coord,
    .psum_coord = psum_coord,
    .gemm_ifmap_coord = gemm_ifmap_coord,
    .gemm_filter_coord = gemm_filter_coord,
    .gemm_psum_coord = gemm_psum_coord,
};

/* The largest tile of a layer: what pictures and idle PEs go by. */
static struct pass_place largest_tile(const struct layer *l,
                                      const struct tiling *t)
{
    struct pass_place place = {
        .n = min_int(t->n, l->N),
        .e = min_int(t->e, l->P),
        .c = min_int(t->c, l->C / l->G),
        .f = min_int(min_int(t->f, t->m), l->M / l->G),
    };
    return place;
}

static void lay_out(const struct stationary *s, const struct arch *arch,
                    const struct layer *layer, const struct mapping *mapping,
                    struct program *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = arch->array_network;
    out->arch = *arch;
    out->layer = *layer;
    out->mapping = *mapping;
    out->holds_ifmap = s->stays == TENSOR_IFMAP;
    out->loads_ahead = fold_loads_overlap(arch);
    stationary_tiling(mapping, &out->tiling);
    out->ops = &ops;
    struct pass_place whole = largest_tile(layer, &out->tiling);
    int across = min_int(tile_across(out, &whole), fold_across(out));
    int products = min_int(turn_products(out, &whole), fold_products(out));
    out->inner1_tail = tap_turns(out);
    out->inner_leaves[s->streams] = 1u << 0;
    out->sets = min_int(stationary_groups(mapping), layer->G) *
                ceil_div(across, mapping->value[STATIONARY_P]);
    out->set_chains = 1;
    out->rows = ceil_div(products, mapping->value[STATIONARY_Q]);
}

void stationary_compile(const struct stationary *s, const struct arch *arch,
                        const struct layer *layer,
                        const struct mapping *mapping, struct program *out)
{
    lay_out(s, arch, layer, mapping, out);
    program_finish(out);
}

void stationary_show(const struct stationary *s, const struct arch *arch,
                     const struct layer *layer, const struct mapping *mapping,
                     FILE *to)
{
    const int p = mapping->value[STATIONARY_P];
    const int q = mapping->value[STATIONARY_Q];
    struct program *program = xcalloc(1, sizeof(*program));
    int folds[2];
    lay_out(s, arch, layer, mapping, program);
    struct pass_place whole = largest_tile(layer, &program->tiling);
    inner_counts(program, &whole, folds);
    gemm_show_tiles(s->dataflow, layer, mapping, to);
    fprintf(to,
            "      for a1 in 0..%d, k1 in 0..%d              a pass each\n"
            "       parallel-for k in 0..%d (rows), a in 0..%d (columns, of %d "
            "groups)\n"
            "        for x in 0..%d                          %s\n"
            "         for q0 in 0..%d, p0 in 0..%d           MAC\n"
            "\nPE array: row i holds %s %d*i.. , column j %ss %d*j.. ; "
            "%d x %d of %d x %d PEs have work\n",
            folds[0], folds[1], program->rows, program->sets,
            stationary_groups(mapping), tile_along(program, &whole), s->along,
            q, p, tap_turns(program) > 1 ? "channels of a tap" : "products", q,
            s->across, p, program->rows, program->sets, arch->rows, arch->cols);
    free(program);
}
