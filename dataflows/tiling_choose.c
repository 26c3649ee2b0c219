/* tiling_choose.c - tiles in L2 for dataflows that see a layer as a GEMM.
 *
 * Enumerates even cuts of images, ofmap rows, channels and filters, with the
 * largest filter tile that still fits, and estimates cycles: the array's, or
 * what DRAM moves where that is more, plus what one-buffered tiles expose.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/program.h"

int tiling_next_even(int extent, int size)
{
    if (size >= extent)
        return 0;
    int parts = ceil_div(extent, size);
    while (ceil_div(extent, parts) <= size && parts > 1)
        parts--;
    return ceil_div(extent, parts);
}

struct search {
    const struct arch *arch;
    const struct layer *layer;
    const struct gemm_cost *cost;
    bool found;
    double cycles;
    struct tiling best;
    enum tensor short_tensor;
    uint64_t short_words;
};

static double dram_cycles_per_byte(const struct arch *a)
{
    if (strcmp(a->dram_model, "ideal") == 0 || a->dram_bytes_per_second == 0)
        return 0;
    return (double)a->clock_hz / (double)a->dram_bytes_per_second;
}

static double estimate(const struct search *s, const struct tiling *t,
                       const int buffers[TENSOR_N])
{
    const struct layer *l = s->layer;
    double m_tiles = ceil_div(l->M / l->G, t->m);
    double strips = (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e);
    double c_tiles = ceil_div(l->C / l->G, t->c);
    double f_tiles = ceil_div(t->m, t->f);
    double words[TENSOR_N];
    double bytes[TENSOR_N];
    words[TENSOR_IFMAP] = l->G * strips * c_tiles *
                          (strips * c_tiles == 1 ? 1 : m_tiles) *
                          (double)tiling_l2_words(l, t, TENSOR_IFMAP);
    words[TENSOR_FILTER] = (double)l->M * (l->C / l->G) * l->R * l->S *
                           (c_tiles * f_tiles == 1 ? 1 : strips);
    words[TENSOR_PSUM] = (double)l->N * l->M * l->P * l->Q;
    double all = 0, exposed = 0;
    for (int k = 0; k < TENSOR_N; k++) {
        bytes[k] = words[k] * s->arch->precision_bits[k] / 8;
        all += bytes[k];
        exposed += buffers[k] == 1 ? bytes[k] : 0;
    }
    double per_byte = dram_cycles_per_byte(s->arch);
    double array =
        s->cost->cycles(s->arch, l, s->cost->mapping, t) + exposed * per_byte;
    double moved = all * per_byte;
    return (array > moved ? array : moved) + moved * 1e-3 + all * 1e-6;
}

static bool consider(struct search *s, const struct tiling *t)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    if (!tiling_fits(s->arch, s->layer, t, buffers, banks, &tensor, &lacking)) {
        if (s->short_words == 0 || lacking < s->short_words) {
            s->short_tensor = tensor;
            s->short_words = lacking;
        }
        return false;
    }
    double cycles = estimate(s, t, buffers);
    if (!s->found || cycles < s->cycles) {
        s->found = true;
        s->cycles = cycles;
        s->best = *t;
    }
    return true;
}

static void try_filters(struct search *s, struct tiling *t, int given_f)
{
    int fold = min_int(s->cost->fold_filters, t->m);
    if (given_f > 0) {
        t->f = min_int(given_f, t->m);
        consider(s, t);
        return;
    }
    t->f = t->m;
    if (consider(s, t))
        return;
    /* The largest multiple of a fold that fits; else part of a fold. */
    int low = 0, high = t->m / fold;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        t->f = middle * fold;
        if (consider(s, t))
            low = middle;
        else
            high = middle - 1;
    }
    for (int f = low == 0 ? fold / 2 : 0; f > 0; f /= 2) {
        t->f = f;
        if (consider(s, t))
            break;
    }
}

bool tiling_choose_gemm(const struct arch *arch, const struct layer *layer,
                        const struct gemm_cost *cost, const int given[5],
                        struct tiling *out, enum tensor *short_tensor,
                        uint64_t *short_words)
{
    struct search s = {.arch = arch, .layer = layer, .cost = cost};
    const int Mg = layer->M / layer->G;
    const int Cg = min_int(layer->C / layer->G, cost->c_max);
    struct tiling t;
    const int from[4] = {
        given[0] > 0 ? given[0] : 1, given[1] > 0 ? given[1] : 1,
        given[2] > 0 ? given[2] : 1, given[3] > 0 ? given[3] : 1};
    const int extent[4] = {Mg, layer->N, layer->P, Cg};
#define EACH(k, x)               \
    for (t.x = from[k]; t.x > 0; \
         t.x = given[k] > 0 ? 0 : tiling_next_even(extent[k], t.x))
    EACH(1, n){EACH(2, e){EACH(3, c){EACH(0, m){try_filters(&s, &t, given[4]);
}
}
}
}
#undef EACH
*out = s.best;
*short_tensor = s.short_tensor;
*short_words = s.short_words;
return s.found;
}
