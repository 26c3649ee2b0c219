/* rs.c - row stationary: its mapping space and its programs.
 *
 * A PE holds `p` filter rows of `q` channels each and slides an ifmap row of
 * `q` channels past them; a column of R PEs adds up one ofmap row.  `r` such
 * sets on different channels stand on top of each other, so that their psums
 * add up on the way; `t` sets work on different filters.
 *
 * Ofmap rows that are too long for L2 are cut into columns of `w`, each with
 * its halo of ifmap columns.
 *
 * `g` whole groups of a layer may stand side by side, each with t sets and
 * ifmap words of its own.
 *
 * A filter with more rows than the array, or wider than the ifmap register
 * file, is cut into `fr` rows and `fc` columns a pass.
 *
 * Source: Chen, Emer, Sze, ISCA 2016; parameters as in Chen et al., JSSC
 * 52(1), 2017, Table III.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/rs/rs.h"

#include <string.h>

#include "pe/lanes.h"

const struct mapping_param rs_params[] = {
    {"m", 1, LAYER_DIM_MAX, "filters",
     "filters whose psums L2 holds at a time"},
    {"n", 1, LAYER_DIM_MAX, "images", "ifmaps that a pass works on"},
    {"e", 1, 65535, "rows", "ofmap rows of a pass: width of a PE set"},
    {"p", 1, 4096, "filters", "filters that a PE holds"},
    {"q", 1, 4096, "channels", "channels that a PE holds"},
    {"r", 1, 1024, "sets", "PE sets on different channels"},
    {"t", 1, 1024, "sets", "PE sets on different filters"},
    {"fr", 1, 65535, "rows", "filter rows of a pass"},
    {"fc", 1, 65535, "columns", "filter columns of a pass"},
    {"g", 1, 65535, "groups", "groups of the layer side by side"},
    {"w", 1, LAYER_DIM_MAX, "columns", "ofmap columns of a pass"},
    KEEP_PARAM,
    {NULL, 0, 0, NULL, NULL},
};

int rs_set_capacity(const struct arch *arch, int set_rows, int e)
{
    int vertical = arch->rows / set_rows;
    if (e <= arch->cols)
        return vertical * (arch->cols / e);
    /* A set wider than the array is folded into segments. */
    return vertical / ceil_div(e, arch->cols);
}

void rs_tiling(const struct mapping *mapping, struct tiling *out)
{
    const int *v = mapping->value;
    out->m = v[RS_M];
    out->n = v[RS_N];
    out->e = v[RS_E];
    out->c = v[RS_Q] * v[RS_R];
    out->f = v[RS_P] * v[RS_T];
    out->g = v[RS_G];
    out->kept = tiling_kept_by(v[RS_KEEP]);
    out->w = v[RS_W];
}

/* Windows of one column stride apart that share words: with dilation d and
 * stride U, the d / gcd(d, U) residues slide past each other. */
int rs_phases(const struct layer *layer)
{
    return layer->dilation_w / gcd_int(layer->dilation_w, layer->stride_w);
}

static int rs_slide(const struct layer *layer)
{
    return layer->stride_w / gcd_int(layer->dilation_w, layer->stride_w);
}

bool rs_windows_are_counted(const struct layer *l, int w)
{
    return ceil_div(w, min_int(rs_phases(l), w)) <= LANE_WINDOWS_MAX;
}

int rs_images_max(const struct layer *l, int w, int fc)
{
    const int phases = min_int(rs_phases(l), w);
    const int slide = min_int(rs_slide(l), fc);
    const uint64_t columns = (uint64_t)phases * (uint64_t)fc +
                             (uint64_t)(w - phases) * (uint64_t)slide;
    const uint64_t by_columns = UINT32_MAX / columns;
    const uint64_t by_groups = LANE_GROUPS_MAX / (uint64_t)phases;
    return (int)(by_groups < by_columns ? by_groups : by_columns);
}

static void rs_inner_counts(const struct program *program,
                            const struct pass_place *place, int counts[2])
{
    (void)place;
    counts[0] = ceil_div(program->layer.R, program->mapping.value[RS_FR]);
    counts[1] = ceil_div(program->layer.S, program->mapping.value[RS_FC]);
}

static void rs_describe(const struct program *program, struct pass *pass)
{
    const struct layer *l = &program->layer;
    const int *v = program->mapping.value;
    struct pass_place *pl = &pass->place;
    struct multicast_pass *d = &pass->work.multicast;
    int phases = min_int(rs_phases(l), pl->w);
    int wide = pl->w % phases == 0 ? phases : pl->w % phases;

    pl->first_reduction =
        pl->first_reduction && pl->inner[0] == 0 && pl->inner[1] == 0;
    const int sets = ceil_div(pl->f, v[RS_P]);
    d->sets = (uint16_t)(pl->groups * sets);
    d->groups_beside = (uint16_t)pl->groups;
    d->set_chains = (uint16_t)pl->e;
    d->blocks = (uint16_t)ceil_div(pl->c, v[RS_Q]);
    d->block_rows = (uint16_t)tile_size(l->R, v[RS_FR], pl->inner[0]);
    d->filters = (uint16_t)min_int(v[RS_P], pl->f);
    d->filters_tail = (uint16_t)tile_size(pl->f, v[RS_P], sets - 1);
    d->channels = (uint16_t)min_int(v[RS_Q], pl->c);
    d->channels_tail = (uint16_t)tile_size(pl->c, v[RS_Q], d->blocks - 1);
    d->filter_cols = (uint16_t)tile_size(l->S, v[RS_FC], pl->inner[1]);
    d->slide_cols = (uint16_t)min_int(rs_slide(l), d->filter_cols);
    d->groups[0] = (uint32_t)(pl->n * wide);
    d->windows[0] = (uint32_t)ceil_div(pl->w, phases);
    d->groups[1] = (uint32_t)(pl->n * (phases - wide));
    d->windows[1] = d->groups[1] > 0 ? d->windows[0] - 1 : 0;
    d->chain_step = (uint16_t)l->stride_h;
    d->row_step = (uint16_t)l->dilation_h;
    d->psum_in = !pl->first_reduction;
    for (int t = 0; t < TENSOR_N; t++)
        d->banks[t] = (uint16_t)program->banks[t];
}

/* Round of the window network -> image, column. */
static void rs_column(const struct program *program, const struct pass *pass,
                      uint32_t round, int *image, int *column)
{
    const struct layer *l = &program->layer;
    const struct multicast_pass *d = &pass->work.multicast;
    int phases = rs_phases(l);
    uint32_t first_group = 0;
    for (int k = 0; k < 2; k++) {
        uint32_t cols = multicast_columns(d, k);
        if (round < d->groups[k] * cols) {
            uint32_t group = first_group + round / cols;
            uint32_t at = round % cols;
            int phase = (int)(group / (uint32_t)pass->place.n);
            int window, tap;
            *image = (int)(group % (uint32_t)pass->place.n);
            if (d->slide_cols < d->filter_cols) {
                window = 0;
                tap = (int)at;
            } else {
                window = (int)(at / d->filter_cols);
                tap = (int)(at % d->filter_cols);
            }
            *column =
                (pass->place.q0 + phase + window * phases) * l->stride_w +
                (pass->place.inner[1] * program->mapping.value[RS_FC] + tap) *
                    l->dilation_w;
            return;
        }
        round -= d->groups[k] * cols;
        first_group += d->groups[k];
    }
    SIM_CHECK(!"round of the window network");
}

static void rs_held_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int block, int row, int word, int coord[4])
{
    const struct multicast_pass *d = &pass->work.multicast;
    const struct pass_place *pl = &pass->place;
    const int *v = program->mapping.value;
    const int sets = multicast_group_sets(d), g = pl->g + set / sets;
    int filters = set % sets == sets - 1 ? d->filters_tail : d->filters;
    int channels = block == d->blocks - 1 ? d->channels_tail : d->channels;
    int tap = word / filters;
    (void)round;
    coord[0] = g * (program->layer.M / program->layer.G) + pl->f0 +
               set % sets * v[RS_P] + word % filters;
    coord[1] = pl->c0 + block * v[RS_Q] + tap % channels;
    coord[2] = pl->inner[0] * v[RS_FR] + row;
    coord[3] = pl->inner[1] * v[RS_FC] + tap / channels;
}

static void rs_window_coord(const struct program *program,
                            const struct pass *pass, uint32_t round, int group,
                            int block, int h, int word, int coord[4])
{
    const struct layer *l = &program->layer;
    const struct pass_place *pl = &pass->place;
    const int *v = program->mapping.value;
    int image, column;
    rs_column(program, pass, round, &image, &column);
    coord[0] = pl->n0 + image;
    coord[1] =
        (pl->g + group) * (l->C / l->G) + pl->c0 + block * v[RS_Q] + word;
    coord[2] =
        pl->p0 * l->stride_h + pl->inner[0] * v[RS_FR] * l->dilation_h + h;
    coord[3] = column;
}

static void rs_psum_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int chain, int word, int coord[4])
{
    const struct layer *l = &program->layer;
    const struct multicast_pass *d = &pass->work.multicast;
    const struct pass_place *pl = &pass->place;
    int phases = rs_phases(l);
    uint32_t group = 0, window = round;
    for (int k = 0; k < 2; k++) {
        if (window < d->groups[k] * d->windows[k]) {
            group += window / d->windows[k];
            window %= d->windows[k];
            break;
        }
        window -= d->groups[k] * d->windows[k];
        group += d->groups[k];
    }
    coord[0] = pl->n0 + (int)(group % (uint32_t)pl->n);
    const int sets = multicast_group_sets(d);
    coord[1] = (pl->g + set / sets) * (l->M / l->G) + pl->f0 +
               set % sets * program->mapping.value[RS_P] + word;
    coord[2] = pl->p0 + chain;
    coord[3] = pl->q0 + (int)(group / (uint32_t)pl->n) + (int)window * phases;
}

static const struct program_ops rs_ops = {
    .inner_counts = rs_inner_counts,
    .describe = rs_describe,
    .held_coord = rs_held_coord,
    .window_coord = rs_window_coord,
    .psum_coord = rs_psum_coord,
};

static void rs_compile(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    const int *v = mapping->value;
    memset(out, 0, sizeof(*out));
    out->kind = NETWORK_MULTICAST;
    out->arch = *arch;
    out->layer = *layer;
    out->mapping = *mapping;
    rs_tiling(mapping, &out->tiling);
    out->ops = &rs_ops;
    out->sets =
        min_int(v[RS_G], layer->G) *
        ceil_div(min_int(out->tiling.f, min_int(v[RS_M], layer->M / layer->G)),
                 v[RS_P]);
    out->set_chains = min_int(v[RS_E], layer->P);
    out->rows = ceil_div(min_int(out->tiling.c, layer->C / layer->G), v[RS_Q]) *
                min_int(v[RS_FR], layer->R);
    program_finish(out);
}

const struct dataflow rs_dataflow = {
    .name = "rs",
    .doc = "row stationary: filter rows stay, ifmap rows slide, psums rise",
    .source = "Chen, Emer, Sze, ISCA 2016; Chen et al., JSSC 52(1), 2017",
    .params = rs_params,
    .choose = rs_choose,
    .compile = rs_compile,
    .expect = rs_expect,
    .show = rs_show,
    .busiest_pe_cycles = rs_busiest_pe_cycles,
};
