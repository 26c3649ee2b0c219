/* rs_show.c - a row-stationary mapping as a loop nest and a picture.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/rs/rs.h"

static void show_nest(const struct layer *l, const int *v, FILE *to)
{
    int f = v[RS_P] * v[RS_T], c = v[RS_Q] * v[RS_R];
    fprintf(to,
            "for g in 0..%d                 DRAM -> L2, %d side by side\n"
            " for m2 in 0..%d               %d filters' psums in L2\n"
            "  for n2 in 0..%d              %d ifmaps\n"
            "   for e2 in 0..%d, w2 in 0..%d   %d ofmap rows, %d columns\n"
            "    for c2 in 0..%d            %d channels' ifmap tile\n"
            "     for f2 in 0..%d           %d filters' tile\n"
            "      for r2 in 0..%d, s2 in 0..%d   a pass each: %d x %d of "
            "the filter\n",
            ceil_div(l->G, v[RS_G]), v[RS_G], ceil_div(l->M / l->G, v[RS_M]),
            v[RS_M], ceil_div(l->N, v[RS_N]), v[RS_N], ceil_div(l->P, v[RS_E]),
            ceil_div(l->Q, v[RS_W]), v[RS_E], v[RS_W], ceil_div(l->C / l->G, c),
            c, ceil_div(v[RS_M], f), f, ceil_div(l->R, v[RS_FR]),
            ceil_div(l->S, v[RS_FC]), v[RS_FR], v[RS_FC]);
    fprintf(
        to,
        "       parallel-for g1 in 0..%d, t1 in 0..%d, r1 in 0..%d  PE sets\n"
        "        parallel-for i in 0..%d, y in 0..%d         filter row x "
        "ofmap row\n"
        "         for n0 in 0..%d, x in 0..%d                window\n"
        "          for s in 0..%d, q0 in 0..%d, p0 in 0..%d  MAC\n",
        v[RS_G], v[RS_T], v[RS_R], v[RS_FR], v[RS_E], v[RS_N], v[RS_W],
        v[RS_FC], v[RS_Q], v[RS_P]);
}

/* The set, filter row and ofmap row of a PE; false: no work. */
static bool pe_work(const struct arch *a, const int *v, int row, int col,
                    int *set, int *i, int *y)
{
    int R = v[RS_FR], e = v[RS_E];
    int band = row / R, bands = a->rows / R;
    *i = R - 1 - row % R; /* psums rise: filter row 0 at the bottom */
    if (band >= bands)
        return false;
    if (e <= a->cols) {
        int beside = a->cols / e;
        /* Sets of one filter group stand on top of each other. */
        *set = col / e < beside ? col / e * bands + band : -1;
        *y = col % e;
    } else {
        int segments = ceil_div(e, a->cols);
        *set = band / segments;
        *y = band % segments * a->cols + col;
    }
    return *set >= 0 && *set < v[RS_G] * v[RS_R] * v[RS_T] && *y < e;
}

void rs_show(const struct arch *arch, const struct layer *layer,
             const struct mapping *mapping, FILE *to)
{
    const int *v = mapping->value;
    fprintf(to, "mapping of '%s' by rs; to ask for it:", layer->name);
    for (int k = 0; k < RS_PARAMS; k++)
        if (dataflow_param_is_told(rs_params[k].name, v[k]))
            fprintf(to, " --set mapping.%s=%d", rs_params[k].name, v[k]);
    fprintf(to, "\n");
    show_nest(layer, v, to);
    tiling_show_kept(v[RS_KEEP], to);
    fprintf(to, "\nPE array, filter row x ofmap row, set as a letter "
                "('.' = no work):\n");
    for (int row = 0; row < arch->rows; row++) {
        for (int col = 0; col < arch->cols; col++) {
            int set, i, y;
            if (pe_work(arch, v, row, col, &set, &i, &y))
                fprintf(to, " %c%02dx%02d", 'A' + set % 26, i, y);
            else
                fprintf(to, "      .");
        }
        fprintf(to, "\n");
    }
}
