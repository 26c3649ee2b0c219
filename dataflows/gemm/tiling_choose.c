/* tiling_choose.c - tiles in L2 for dataflows that see a layer as a GEMM.
 *
 * Enumerates images, ofmap rows, channels and filters, with the largest filter
 * tile that still fits, and estimates cycles: the array's, or what DRAM moves
 * where that is more, plus what one-buffered tiles expose.  Sizes tried are
 * even cuts, and those with fewer folds than all smaller ones; so where any
 * legal tiles waste no fold, some that waste none are tried.
 *
 * Every eighth size is tried first: what the best of these takes is a limit, by
 * which most of the rest are left out by what they take at least.  They are
 * left out only where they take more, so that of equals the first stays.
 * SPDX-License-Identifier: MIT
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/dram_rate.h"
#include "dataflows/gemm/gemm.h"

/* Images times rows, or sizes of a tile, that are worth looking at each. */
enum { STRIPS_MAX = 1 << 20 };

/* Along longer extents not all balanced tiles are tried, but some for each
 * doubling. */
enum { ALL_SIZES_MAX = 65535, SIZES_A_DOUBLING = 256 };

/* No more images, rows and channels are looked at together, and so many with
 * filters; with more, every second size of the longest list is left out, until
 * they are few enough. */
enum { TOGETHER_MAX = 1 << 18, WITH_FILTERS_MAX = 1 << 24 };

/* One of so many sizes is tried first. */
enum { COARSE_STEP = 8 };

/* By less two sums of the same bytes and cycles may differ. */
static const double ROUNDING = 1e-9;

/* Sizes to try, rising; owns. */
struct sizes {
    int n, room;
    int *size;
};

struct search {
    const struct arch *arch;
    const struct layer *layer;
    const struct gemm_cost *cost;
    struct l2_room room;
    bool found;
    double cycles;
    bool coarse;            /* some sizes alone are tried */
    double limit;           /* what some tiling takes, and rounding */
    double cycles_per_byte; /* of DRAM */
    struct tiling best;
    struct sizes images, rows, channels, filters;
    enum tensor short_tensor;
    uint64_t short_words;
};

/* Assumed: the weights by which tilings that take equally long are told apart:
 * shares of the array's time and of the traffic's, and of the traffic's bytes
 * where it takes no time.  Only decide which tiling is chosen. */
static const double ARRAY_SHARE = 1e-4, TRAFFIC_SHARE = 1e-3,
                    CYCLES_PER_BYTE = 1e-6;

/* Sets the bytes of each tensor that DRAM moves; returns the sum. */
static double moved_bytes(const struct search *s, const struct tiling *t,
                          double bytes[TENSOR_N])
{
    const struct layer *l = s->layer;
    double m_tiles = ceil_div(l->M / l->G, t->m);
    double strips = (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e);
    double c_tiles = ceil_div(l->C / l->G, t->c);
    double f_tiles = ceil_div(t->m, t->f);
    const bool keeps = s->arch->l2_keeps_tiles;
    const bool ifmap_stays =
        strips * c_tiles == 1 || tiling_keeps(t, TENSOR_IFMAP);
    const bool filter_stays =
        c_tiles * f_tiles == 1 || tiling_keeps(t, TENSOR_FILTER);
    const double ifmap_loads = !keeps        ? m_tiles * f_tiles
                               : ifmap_stays ? 1
                                             : m_tiles;
    struct tiling tile = *t;
    double words[TENSOR_N], all = 0;
    tile.kept = 0;
    words[TENSOR_IFMAP] = l->G * strips * c_tiles * ifmap_loads *
                          (double)tiling_l2_words(l, &tile, TENSOR_IFMAP);
    words[TENSOR_FILTER] = (double)l->M * (l->C / l->G) * l->R * l->S *
                           (keeps && filter_stays ? 1 : strips);
    words[TENSOR_PSUM] = (double)l->N * l->M * l->P * l->Q;
    for (int k = 0; k < TENSOR_N; k++) {
        bytes[k] = words[k] * arch_map_bits(s->arch, (enum tensor)k) / 8;
        all += bytes[k];
    }
    return all;
}

/* Grows with each of the array's cycles and the bytes moved. */
static double weighed(const struct search *s, double array, double bytes)
{
    double moved = bytes * s->cycles_per_byte;
    return (array > moved ? array : moved) + array * ARRAY_SHARE +
           moved * TRAFFIC_SHARE + bytes * CYCLES_PER_BYTE;
}

static double array_cycles(const struct search *s, const struct tiling *t)
{
    return s->cost->cycles(s->arch, s->layer, s->cost->mapping, t);
}

static double estimate(const struct search *s, const struct tiling *t,
                       const int buffers[TENSOR_N])
{
    double bytes[TENSOR_N], exposed = 0;
    const double all = moved_bytes(s, t, bytes);
    for (int k = 0; k < TENSOR_N; k++)
        exposed +=
            buffers[k] == 1 && !tiling_keeps(t, (enum tensor)k) ? bytes[k] : 0;
    return weighed(s, array_cycles(s, t) + exposed * s->cycles_per_byte, all);
}

/* As tiling_fits. */
static bool takes(const struct search *s, const struct tiling *t,
                  int buffers[TENSOR_N], int banks[TENSOR_N],
                  enum tensor *tensor, uint64_t *lacking)
{
    uint64_t words[TENSOR_N];
    for (int k = 0; k < TENSOR_N; k++)
        words[k] = tiling_l2_words(s->layer, t, (enum tensor)k);
    return l2_room_takes(&s->room, words, buffers, banks, tensor, lacking);
}

static bool consider(struct search *s, const struct tiling *t)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    if (!takes(s, t, buffers, banks, &tensor, &lacking)) {
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

static bool fits(const struct search *s, const struct tiling *t)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    return takes(s, t, buffers, banks, &tensor, &lacking);
}

/* Whether tilings that take so much or more are not wanted. */
static bool is_worse(const struct search *s, double cycles)
{
    return cycles > s->limit || (s->found && cycles >= s->cycles);
}

/* False when no filter tile fits beside the others: none will beside larger
 * ones. */
static bool try_filters(struct search *s, struct tiling *t, int given_f)
{
    int fold = min_int(s->cost->fold_filters, t->m);
    t->f = given_f > 0 ? min_int(given_f, t->m) : t->m;
    /* Smaller filter tiles take no fewer cycles, and move no fewer bytes. */
    double bytes[TENSOR_N];
    const double array = array_cycles(s, t);
    if (is_worse(s, array) ||
        is_worse(s, weighed(s, array, moved_bytes(s, t, bytes))))
        return true;
    if (consider(s, t))
        return true;
    if (given_f > 0)
        return false;
    /* Where there are two filter tiles or more, none stays. */
    struct tiling two = *t;
    two.f = ceil_div(t->m, 2);
    if (t->m > 1 &&
        is_worse(s, weighed(s, array, moved_bytes(s, &two, bytes)))) {
        t->f = 1;
        return fits(s, t);
    }
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
            return true;
    }
    return low > 0;
}

static void add_size(struct sizes *to, int size)
{
    int at = to->n;
    while (at > 0 && to->size[at - 1] > size)
        at--;
    if (at > 0 && to->size[at - 1] == size)
        return;
    if (to->n == to->room) {
        to->room = to->room == 0 ? 64 : 2 * to->room;
        to->size = xrealloc(to->size, (size_t)to->room, sizeof(*to->size));
    }
    memmove(to->size + at + 1, to->size + at,
            (size_t)(to->n - at) * sizeof(*to->size));
    to->size[at] = size;
    to->n++;
}

static void list_sizes(struct sizes *to, int extent, int given)
{
    if (given > 0) {
        add_size(to, given);
        return;
    }
    const int part = extent > ALL_SIZES_MAX ? SIZES_A_DOUBLING : INT_MAX;
    int size = 1;
    for (; size < extent; size = tiling_next_even(extent, size + size / part))
        add_size(to, size);
    add_size(to, size);
}

/* Adds tile sizes with fewer folds than all smaller ones.  An element of the
 * tile is `unit` of what a fold takes `fold` of. */
static void add_unwasting(struct sizes *to, int extent, int given,
                          uint64_t unit, int fold)
{
    uint64_t least = UINT64_MAX;
    if (given > 0 || fold <= 1 || extent > STRIPS_MAX)
        return;
    for (int size = 1; size <= extent; size++) {
        uint64_t step = (uint64_t)fold, tail = (uint64_t)(extent % size);
        uint64_t folds = (uint64_t)(extent / size) *
                             (((uint64_t)size * unit + step - 1) / step) +
                         (tail * unit + step - 1) / step;
        if (folds < least) {
            least = folds;
            add_size(to, size);
        }
    }
}

/* Leaves out every second size but the last, the largest. */
static void thin(struct sizes *of)
{
    int n = 0;
    for (int k = (of->n - 1) % 2; k < of->n; k += 2)
        of->size[n++] = of->size[k];
    of->n = n;
}

static void limit_sizes(struct search *s)
{
    struct sizes *const list[] = {&s->images, &s->rows, &s->channels,
                                  &s->filters};
    for (int n = 3; n <= 4; n++) {
        const uint64_t most = n == 3 ? TOGETHER_MAX : WITH_FILTERS_MAX;
        for (;;) {
            struct sizes *longest = list[0];
            uint64_t all = 1;
            for (int k = 0; k < n; k++) {
                all *= (uint64_t)list[k]->n;
                if (list[k]->n > longest->n)
                    longest = list[k];
            }
            if (all <= most)
                break;
            thin(longest);
        }
    }
}

/* The least that the array takes beside these images, rows and channels. */
static double least_array_cycles(const struct search *s,
                                 const struct tiling *tiles)
{
    struct tiling t = *tiles;
    if (!s->cost->whole_is_least)
        return 0;
    t.m = t.f = s->filters.size[s->filters.n - 1];
    return array_cycles(s, &t);
}

/* Returns how many sizes of filters beside these tiles, the smallest ones, make
 * no tiling better than what was found: DRAM moves less with each larger one,
 * and least with all of its filters at a time. */
static int worse_filters(const struct search *s, const struct tiling *tiles,
                         double array)
{
    struct tiling t = *tiles;
    double bytes[TENSOR_N];
    int low = 0, high = s->filters.n;
    while (low < high) {
        const int middle = (low + high) / 2;
        t.m = t.f = s->filters.size[middle];
        if (is_worse(s, weighed(s, array, moved_bytes(s, &t, bytes))))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the least filter tile fits beside images, rows and channels. */
static bool fits_least(const struct search *s, struct tiling *t, int given_f)
{
    t->m = s->filters.size[0];
    t->f = given_f > 0 ? min_int(given_f, t->m) : 1;
    return fits(s, t);
}

/* Tries filters beside images, rows and channels.  False when none fit. */
static bool try_channels(struct search *s, struct tiling *t, int given_f)
{
    const int first = worse_filters(s, t, least_array_cycles(s, t));
    for (int k = first; k < s->filters.n; k++) {
        t->m = s->filters.size[k];
        if (try_filters(s, t, given_f))
            continue;
        if (k > first)
            return true;
        return first > 0 && fits_least(s, t, given_f);
    }
    return first == 0 || fits_least(s, t, given_f);
}

/* Images, rows and channels, of which the filters are still to be found. */
static struct tiling tiles_of(const struct search *s, int n, int e, int c)
{
    return (struct tiling){
        .n = n, .e = e, .c = c, .g = s->cost->groups, .kept = s->cost->kept};
}

/* Whether no channels and filters beside so many images and rows make a tiling
 * that is wanted.  Either all of a filter tile's channels stay in L2, and then
 * so many filters as fit at most make the least psum tiles; or filters come
 * again with each strip. */
static bool strips_are_worse(const struct search *s, int n, int e)
{
    const struct layer *l = s->layer;
    struct tiling t = tiles_of(s, n, e, l->C / l->G);
    const double array = least_array_cycles(s, &t);
    const double strips = (double)ceil_div(l->N, n) * ceil_div(l->P, e);
    double bytes[TENSOR_N], all;
    int low = 0, high = s->filters.n;
    t.m = t.f = s->filters.size[s->filters.n - 1];
    all = moved_bytes(s, &t, bytes);
    if (s->arch->l2_keeps_tiles && !tiling_keeps(&t, TENSOR_FILTER))
        all += bytes[TENSOR_FILTER] * (strips - 1);
    if (!is_worse(s, weighed(s, array, all)))
        return false;
    while (low < high) {
        const int middle = (low + high) / 2;
        t.m = t.f = s->filters.size[middle];
        if (fits(s, &t))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || !s->arch->l2_keeps_tiles)
        return true;
    t.m = t.f = s->filters.size[low - 1];
    return is_worse(s, weighed(s, array, moved_bytes(s, &t, bytes)));
}

/* The index of the next size to try. */
static int next_of(const struct search *s, const struct sizes *of, int i)
{
    return s->coarse && i < of->n - 1 ? min_int(i + COARSE_STEP, of->n - 1)
                                      : i + 1;
}

/* False when nothing fits beside so many images and rows. */
static bool try_tiles(struct search *s, int n, int e, const int given[5])
{
    if (strips_are_worse(s, n, e)) {
        struct tiling t = tiles_of(s, n, e, s->channels.size[0]);
        return fits_least(s, &t, given[4]);
    }
    for (int i = 0; i < s->channels.n; i = next_of(s, &s->channels, i)) {
        struct tiling t = tiles_of(s, n, e, s->channels.size[i]);
        if (!try_channels(s, &t, given[4]))
            return i > 0;
    }
    return true;
}

/* Strips that waste no fold of outputs, where no smaller one does as well. */
static void try_unwasting_strips(struct search *s, const int given[5])
{
    const struct layer *l = s->layer;
    const int fold = s->cost->fold_outputs;
    uint64_t outputs = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    uint64_t least = (outputs + (uint64_t)fold - 1) / (uint64_t)fold;
    if (fold <= 1 || given[1] > 0 || given[2] > 0 ||
        (uint64_t)l->N * (uint64_t)l->P > STRIPS_MAX)
        return;
    int e_before = l->P + 1;
    for (int n = 1; n <= l->N && e_before > 1; n++)
        for (int e = 1; e < e_before; e++) {
            struct tiling t = {.n = n, .e = e};
            if (gemm_output_folds(l, &t, fold) > least ||
                n > gemm_images_max(l, e))
                continue;
            try_tiles(s, n, e, given);
            e_before = e;
        }
}

static void try_all(struct search *s, const int given[5])
{
    for (int i = 0; i < s->images.n; i = next_of(s, &s->images, i))
        for (int k = 0; k < s->rows.n; k = next_of(s, &s->rows, k)) {
            int n = s->images.size[i], e = s->rows.size[k];
            if (n > gemm_images_max(s->layer, e))
                break;
            /* Larger tiles of rows leave no more room, unless all stay. */
            if (!try_tiles(s, n, e, given) &&
                (s->cost->kept >> TENSOR_IFMAP & 1) == 0)
                break;
        }
}

/* Takes what the best of a few sizes takes for a limit. */
static void set_limit(struct search *s, const int given[5])
{
    s->limit = INFINITY;
    s->coarse = true;
    try_all(s, given);
    if (s->found)
        s->limit = s->cycles * (1 + ROUNDING);
    s->coarse = s->found = false;
}

bool tiling_choose_gemm(const struct arch *arch, const struct layer *layer,
                        const struct gemm_cost *cost, const int given[5],
                        struct tiling *out, enum tensor *short_tensor,
                        uint64_t *short_words)
{
    struct search s = {.arch = arch,
                       .layer = layer,
                       .cost = cost,
                       .cycles_per_byte = dram_cycles_per_byte(arch)};
    const struct layer *l = layer;
    const int Mg = l->M / l->G, Cg = min_int(l->C / l->G, cost->c_max);
    l2_room_of(arch, cost->kept, &s.room);
    list_sizes(&s.filters, Mg, given[0]);
    list_sizes(&s.images, l->N, given[1]);
    list_sizes(&s.rows, l->P, given[2]);
    list_sizes(&s.channels, Cg, given[3]);
    add_unwasting(&s.images, l->N, given[1], (uint64_t)l->P * (uint64_t)l->Q,
                  cost->fold_outputs);
    add_unwasting(&s.rows, l->P, given[2], (uint64_t)l->Q, cost->fold_outputs);
    add_unwasting(&s.channels, Cg, given[3], (uint64_t)cost->row_taps,
                  cost->fold_products);
    limit_sizes(&s);
    set_limit(&s, given);
    try_all(&s, given);
    try_unwasting_strips(&s, given);
    free(s.images.size);
    free(s.rows.size);
    free(s.channels.size);
    free(s.filters.size);
    *out = s.best;
    *short_tensor = s.short_tensor;
    *short_words = s.short_words;
    return s.found;
}
