/* dot.c - nlr, and os with trees: passes, coordinates and the picture.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/dot.h"

#include <stdlib.h>
#include <string.h>

static bool accumulates(const struct arch *arch)
{
    return arch->psum_reduce == PSUM_TREE && arch->tree_accumulates;
}

struct dot_split dot_split(const struct arch *arch, const struct layer *layer,
                           int k, int units)
{
    const bool all = accumulates(arch);
    const int taps = all ? gemm_tap_turns(arch, layer) : 1;
    const int taken = all ? units : min_int(k, units);
    const int run = ceil_div(taken, k);
    struct dot_split s;
    s.rows = ceil_div(taken, run);
    s.products = taken * taps;
    s.each = run * taps;
    s.last = (taken - (s.rows - 1) * run) * taps;
    return s;
}

static int column_rows(const struct program *p)
{
    return p->skips_rf[TENSOR_IFMAP] ? p->mapping.value[DOT_K] : p->arch.rows;
}

/* Products of a tile that rows may work on side by side: all, or those of one
 * tap. */
static int tile_units(const struct program *p, const struct pass_place *place)
{
    return place->c * gemm_row_taps(&p->arch, &p->layer);
}

/* Passes that take the taps in turn. */
static int pass_turns(const struct program *p)
{
    return accumulates(&p->arch) ? 1 : gemm_tap_turns(&p->arch, &p->layer);
}

static int tile_outputs(const struct program *p, const struct pass_place *place)
{
    return place->n * place->e * p->layer.Q;
}

/* Units of one output in each pass but the channel tile's last, which may have
 * fewer. */
static int pass_units(const struct program *p, const struct pass_place *place)
{
    const int units = tile_units(p, place);
    return accumulates(&p->arch) ? units : min_int(column_rows(p), units);
}

/* A run of outputs that one pass works on. Passes take x outputs each, and
 * those left over have a pass of their own. */
struct strip {
    int first, columns, windows;
};

static int strips(const struct program *p, const struct pass_place *place)
{
    int outputs = tile_outputs(p, place), x = p->mapping.value[DOT_X];
    return (outputs >= x) + (outputs % x > 0);
}

static struct strip strip_of(const struct program *p, const struct pass *pass)
{
    int outputs = tile_outputs(p, &pass->place);
    int x = p->mapping.value[DOT_X];
    struct strip s = {0, x, outputs / x};
    bool rest = pass->place.inner[0] % strips(p, &pass->place) == 1;
    if (rest || s.windows == 0) {
        s.first = s.windows * x;
        s.columns = outputs % x;
        s.windows = 1;
    }
    return s;
}

/* Counts the two inner loops of a tile: over groups of t filters times strips
 * of outputs, and over products. */
static void inner_counts(const struct program *program,
                         const struct pass_place *place, int counts[2])
{
    counts[0] = ceil_div(place->f, program->mapping.value[DOT_T]) *
                strips(program, place);
    counts[1] = pass_turns(program) * ceil_div(tile_units(program, place),
                                               pass_units(program, place));
}

static int first_filter(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[0] / strips(program, &pass->place) *
           program->mapping.value[DOT_T];
}

static struct dot_split split_of(const struct program *p,
                                 const struct pass *pass)
{
    int step = pass_units(p, &pass->place);
    return dot_split(&p->arch, &p->layer, column_rows(p),
                     tile_size(tile_units(p, &pass->place), step,
                               pass->place.inner[1] / pass_turns(p)));
}

static void describe(const struct program *program, struct pass *pass)
{
    struct pass_place *pl = &pass->place;
    const int t = program->mapping.value[DOT_T];
    struct strip strip = strip_of(program, pass);
    struct dot_split split = split_of(program, pass);
    struct multicast_pass *d = &pass->work.multicast;
    pl->first_reduction = pl->first_reduction && pl->inner[1] == 0;
    d->sets = (uint16_t)min_int(t, pl->f - first_filter(program, pass));
    d->set_chains = (uint16_t)strip.columns;
    d->blocks = (uint16_t)split.rows;
    d->block_rows = 1;
    d->filters = d->filters_tail = 1;
    d->channels = (uint16_t)split.each;
    d->channels_tail = (uint16_t)split.last;
    d->filter_cols = 1;
    d->slide_cols = 1;
    d->chain_step = 1;
    d->row_step = 1;
    d->held_streams = 1;
    d->psum_in = !pl->first_reduction;
    d->sends_products = program->arch.psum_reduce == PSUM_TREE;
    d->no_rf = program->skips_rf[TENSOR_IFMAP];
    gemm_windows(d, strip.windows);
    for (int k = 0; k < TENSOR_N; k++)
        d->banks[k] = (uint16_t)program->banks[k];
}

/* Product `word` of the PE in row `row`: its index in the channel tile, filter
 * column innermost. */
static int product_at(const struct program *program, const struct pass *pass,
                      int row, int word)
{
    const int taps = program->layer.R * program->layer.S;
    const int turns = pass_turns(program), at = pass->place.inner[1];
    struct dot_split split = split_of(program, pass);
    int k = row * split.each + word;
    if (accumulates(&program->arch))
        return k;
    /* Channels innermost: rows of PEs work on different ones. */
    k += at / turns * pass_units(program, &pass->place);
    return k % pass->place.c * taps + k / pass->place.c + at % turns;
}

static void held_coord(const struct program *program, const struct pass *pass,
                       uint32_t round, int set, int block, int row, int word,
                       int coord[4])
{
    (void)round;
    (void)row;
    gemm_filter_word(program, &pass->place, first_filter(program, pass) + set,
                     product_at(program, pass, block, word), coord);
}

static int output_at(const struct program *program, const struct pass *pass,
                     uint32_t round, int column)
{
    struct strip strip = strip_of(program, pass);
    return strip.first + (int)round * strip.columns + column;
}

static void window_coord(const struct program *program, const struct pass *pass,
                         uint32_t round, int group, int block, int h, int word,
                         int coord[4])
{
    (void)group; /* one at a time */
    gemm_ifmap_word(program, &pass->place, output_at(program, pass, round, h),
                    product_at(program, pass, block, word), coord);
}

static void psum_coord(const struct program *program, const struct pass *pass,
                       uint32_t round, int set, int chain, int word,
                       int coord[4])
{
    (void)word;
    gemm_psum_word(program, &pass->place,
                   output_at(program, pass, round, chain),
                   first_filter(program, pass) + set, coord);
}

static const struct program_ops ops = {
    .inner_counts = inner_counts,
    .describe = describe,
    .held_coord = held_coord,
    .window_coord = window_coord,
    .psum_coord = psum_coord,
};

static void lay_out(const struct dot *dot, const struct arch *arch,
                    const struct layer *l, const struct mapping *mapping,
                    struct program *out)
{
    const int *v = mapping->value;
    const int Cg = l->C / l->G;
    memset(out, 0, sizeof(*out));
    out->kind = arch->array_network;
    out->arch = *arch;
    out->layer = *l;
    out->mapping = *mapping;
    out->skips_rf[TENSOR_IFMAP] = !dot->has_rf;
    out->skips_rf[TENSOR_FILTER] = !dot->has_rf;
    out->skips_rf[TENSOR_PSUM] = true;
    out->mixed_inner = v[DOT_X] > 1; /* strips and rests take turns */
    gemm_tiling(mapping, &out->tiling);
    out->ops = &ops;
    const struct tiling *t = &out->tiling;
    int c = min_int(t->c, Cg), tail = Cg % c, taps = gemm_row_taps(arch, l);
    int outputs = min_int(t->n, l->N) * min_int(t->e, l->P) * l->Q;
    out->sets = min_int(min_int(min_int(t->f, t->m), l->M / l->G), v[DOT_T]);
    out->set_chains = min_int(v[DOT_X], outputs);
    out->inner1_tail = pass_turns(out);
    out->rows = dot_split(arch, l, column_rows(out), c * taps).rows;
    if (tail > 0) {
        int rows = dot_split(arch, l, column_rows(out), tail * taps).rows;
        out->rows = rows > out->rows ? rows : out->rows;
    }
}

void dot_compile(const struct dot *dot, const struct arch *arch,
                 const struct layer *layer, const struct mapping *mapping,
                 struct program *out)
{
    lay_out(dot, arch, layer, mapping, out);
    program_finish(out);
}

void dot_show(const struct dot *dot, const struct arch *arch,
              const struct layer *layer, const struct mapping *mapping,
              FILE *to)
{
    const int *v = mapping->value;
    struct program *p = xcalloc(1, sizeof(*p));
    lay_out(dot, arch, layer, mapping, p);
    const struct tiling *t = &p->tiling;
    struct pass_place whole = {.n = min_int(t->n, layer->N),
                               .e = min_int(t->e, layer->P),
                               .c = min_int(t->c, layer->C / layer->G),
                               .f = t->f};
    int counts[2];
    struct dot_split split =
        dot_split(arch, layer, column_rows(p), pass_units(p, &whole));
    inner_counts(p, &whole, counts);
    gemm_show_tiles(dot->dataflow, layer, mapping, to);
    fprintf(to,
            "      for f1 in 0..%d, k1 in 0..%d              a pass each\n"
            "       for x1 in 0..%d                          outputs\n"
            "        for k0 in 0..%d                         product\n"
            "         parallel-for k in 0..%d (rows), x in 0..%d, f in 0..%d "
            "(columns): MAC, summed over k%s\n"
            "\nPE array: %d x %d of %d x %d PEs have work\n",
            ceil_div(t->f, v[DOT_T]), counts[1],
            ceil_div(tile_outputs(p, &whole), v[DOT_X]), split.each, split.rows,
            p->set_chains, p->sets,
            accumulates(arch) ? " and at the root over k0" : "", p->rows,
            p->sets * p->set_chains, arch->rows, arch->cols);
    free(p);
}
