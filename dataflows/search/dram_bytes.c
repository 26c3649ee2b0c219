/* dram_bytes.c - how many bytes the feature maps of a mapping are on the DRAM's
 * link, coded or not: exactly, or at least.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/cost.h"

static uint64_t stream_bytes(const struct search_problem *problem,
                             enum tensor tensor, uint64_t words)
{
    if (problem->coded[tensor])
        return rlc_code_bytes(&problem->code[tensor], words);
    const uint64_t bits = (uint64_t)arch_map_bits(problem->arch, tensor);
    return count_add(count_mul(words / 8, bits), words % 8 * bits / 8);
}

uint64_t search_ifmap_bytes_least(const struct search_problem *problem,
                                  const struct search_reduction *reduction,
                                  const struct search_terms *terms)
{
    const uint64_t G =
        search_groups(reduction) > 1 ? 1 : (uint64_t)problem->layer->G;
    if (problem->coded[TENSOR_IFMAP])
        return count_mul(
            G, stream_bytes(problem, TENSOR_IFMAP, terms->dram_ifmap / G));
    return stream_bytes(problem, TENSOR_IFMAP, terms->dram_ifmap);
}

/* Bytes of coded ifmap tiles of so many planes each, of all places in a
 * plane. */
static uint64_t coded_planes(const struct search_problem *problem,
                             const struct search_rows *rows,
                             const struct search_rows *columns, uint64_t planes)
{
    uint64_t bytes = 0;
    for (int k = 0; planes > 0 && k < rows->kinds; k++)
        for (int j = 0; j < columns->kinds; j++)
            bytes += rows->tiles[k] * columns->tiles[j] *
                     stream_bytes(problem, TENSOR_IFMAP,
                                  planes * columns->rows[j] * rows->rows[k]);
    return bytes;
}

/* The ifmaps' bytes where tiles have g whole groups each. */
static uint64_t coded_groups(const struct search_problem *problem, int g,
                             const struct search_rows *rows,
                             const struct search_rows *columns,
                             const struct search_outputs *outputs)
{
    const struct layer *l = problem->layer;
    const int n = outputs->n;
    const int n_of[2] = {n, l->N % n}, g_of[2] = {g, l->G % g};
    uint64_t bytes = 0;
    for (int i = 0; i < 4; i++) {
        const uint64_t tiles =
            (uint64_t)(i & 1 ? 1 : l->N / n) * (uint64_t)(i & 2 ? 1 : l->G / g);
        const uint64_t planes = (uint64_t)n_of[i & 1] * (uint64_t)g_of[i >> 1] *
                                (uint64_t)problem->group_c;
        bytes += tiles * coded_planes(problem, rows, columns, planes);
    }
    return bytes;
}

uint64_t search_ifmap_bytes(const struct search_problem *problem,
                            const struct search_reduction *reduction,
                            const struct search_outputs *outputs,
                            const struct search_terms *terms)
{
    if (!problem->coded[TENSOR_IFMAP])
        return stream_bytes(problem, TENSOR_IFMAP, terms->dram_ifmap);
    const struct search_rows *rows = &problem->dram_rows[outputs->e];
    const struct search_rows *columns =
        &search_width_of(problem, reduction)->dram;
    const struct layer *l = problem->layer;
    const int n = outputs->n, g = search_groups(reduction);
    if (g > 1)
        return coded_groups(problem, g, rows, columns, outputs);
    const int c = min_int(reduction->c, problem->group_c);
    const int n_of[2] = {n, l->N % n};
    const int c_of[2] = {c, problem->group_c % c};
    const uint64_t times[2][2] = {{(uint64_t)(l->N / n), 1},
                                  {(uint64_t)(problem->group_c / c), 1}};
    uint64_t bytes = 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++) {
            if (n_of[i] == 0 || c_of[j] == 0)
                continue;
            bytes += times[0][i] * times[1][j] *
                     coded_planes(problem, rows, columns,
                                  (uint64_t)n_of[i] * (uint64_t)c_of[j]);
        }
    return (uint64_t)l->G * bytes;
}

uint64_t search_psum_bytes(const struct search_problem *problem, int g, int n,
                           int e, int w, int m)
{
    const struct layer *l = problem->layer;
    /* A tile has all filters of several groups side by side. */
    const int all = g > 1 ? l->M : problem->group_m;
    if (g > 1)
        m = g * problem->group_m;
    if (!problem->coded[TENSOR_PSUM])
        return stream_bytes(problem, TENSOR_PSUM, problem->ofmap_words);
    const int extent[4] = {l->N, l->P, l->Q, all}, size[4] = {n, e, w, m};
    uint64_t bytes = 0;
    /* Bit d of k: in dimension d the tile that is left over, not whole ones. */
    for (int k = 0; k < 16; k++) {
        uint64_t words = 1, times = 1;
        for (int d = 0; d < 4; d++) {
            const bool is_rest = k >> d & 1;
            words *= (uint64_t)(is_rest ? extent[d] % size[d] : size[d]);
            times *= (uint64_t)(is_rest ? 1 : extent[d] / size[d]);
        }
        if (words > 0)
            bytes += times * stream_bytes(problem, TENSOR_PSUM, words);
    }
    return (g > 1 ? 1 : (uint64_t)l->G) * bytes;
}
