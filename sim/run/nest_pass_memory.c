/* nest_pass_memory.c - see nest_pass_memory.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/nest_pass_memory.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS = 1024, BUCKETS = 2048 };

/* Where the loops outside L2's, L1's and the PEs' tiles put a pass. */
enum { VIEWS = 3 };
static const enum level view_level[VIEWS] = {LEVEL_L2, LEVEL_L1, LEVEL_RF};

struct pass_tile {
    int32_t exists;
    int32_t offset[VIEWS][NEST_DIMS]; /* to the PEs' of the pass in question */
    int32_t left[VIEWS][NEST_DIMS];   /* how far the layer goes on */
    /* Ifmap rows and columns to the ends, where those clip a tile. */
    int32_t above[VIEWS][2], below[VIEWS][2];
};

struct key {
    struct pass_tile at, before, next;
    int32_t reads_back[VIEWS];
};

struct record {
    struct key key;
    struct pass_outcome what;
    int next; /* in the bucket; -1: none */
    uint32_t bucket;
};

struct nest_pass_memory {
    const struct nest_walk *walk; /* borrowed */
    int pad, extent[2];
    int span[2]; /* of the ifmap, under one L2 tile */
    struct key asked;
    int first[BUCKETS];    /* -1: none */
    struct record *record; /* owns; a ring */
    int n, oldest;
};

struct nest_pass_memory *nest_pass_memory_new(const struct nest_walk *walk,
                                              const struct arch *arch)
{
    struct nest_pass_memory *m = xcalloc(1, sizeof(*m));
    const struct layer *l = &walk->layer;
    const int *tile = walk->tile[LEVEL_L2];
    static const int out[2] = {NEST_P, NEST_Q}, tap[2] = {NEST_R, NEST_S};
    m->walk = walk;
    m->pad = arch->padding == PADDING_STORED ? 0 : l->pad;
    m->extent[0] = layer_padded_h(l) - m->pad;
    m->extent[1] = layer_padded_w(l) - m->pad;
    for (int k = 0; k < 2; k++) {
        int x = tile[out[k]], r = tile[tap[k]];
        x = x < walk->extent[out[k]] ? x : walk->extent[out[k]];
        r = r < walk->extent[tap[k]] ? r : walk->extent[tap[k]];
        m->span[k] = (x - 1) * l->stride + (r - 1) * l->dilation + 1;
    }
    m->record = xcalloc(RECORDS, sizeof(*m->record));
    for (int b = 0; b < BUCKETS; b++)
        m->first[b] = -1;
    return m;
}

void nest_pass_memory_free(struct nest_pass_memory *m)
{
    if (m == NULL)
        return;
    free(m->record);
    free(m);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Bases as the first so many of the loops over passes give them. */
static void bases_of(const struct nest_walk *w, const struct nest_step *step,
                     int loops, int out[NEST_DIMS])
{
    memset(out, 0, NEST_DIMS * sizeof(*out));
    for (int i = 0; i < least(loops, w->pass_loops); i++)
        out[w->loop[i].dim] += step->value[i] * w->loop[i].tile;
}

static void tile_of(const struct nest_pass_memory *m,
                    const struct nest_step *step, const int base[NEST_DIMS],
                    struct pass_tile *out)
{
    const struct nest_walk *w = m->walk;
    const struct layer *l = &w->layer;
    int own[NEST_DIMS];
    out->exists = 1;
    for (int v = 0; v < VIEWS; v++) {
        bases_of(w, step, w->outside[view_level[v]], own);
        for (int d = 0; d < NEST_DIMS; d++) {
            out->offset[v][d] = own[d] - base[d];
            out->left[v][d] =
                least(w->extent[d] - own[d], w->tile[LEVEL_L2][d]);
        }
        const int first[2] = {
            own[NEST_P] * l->stride + own[NEST_R] * l->dilation,
            own[NEST_Q] * l->stride + own[NEST_S] * l->dilation};
        for (int k = 0; k < 2; k++) {
            out->above[v][k] = least(0, first[k] - m->pad);
            out->below[v][k] = least(m->span[k], m->extent[k] - first[k]);
        }
    }
}

static void make_key(struct nest_pass_memory *m,
                     const struct nest_pass_place *place)
{
    struct key *k = &m->asked;
    int base[NEST_DIMS];
    memset(k, 0, sizeof(*k));
    bases_of(m->walk, &place->at, m->walk->pass_loops, base);
    tile_of(m, &place->at, base, &k->at);
    if (place->has_before)
        tile_of(m, &place->before, base, &k->before);
    if (place->has_next)
        tile_of(m, &place->next, base, &k->next);
    for (int v = 0; v < VIEWS; v++)
        k->reads_back[v] =
            nest_walk_reads_back(m->walk, &place->at, view_level[v]);
}

static uint32_t bucket_of(const struct key *k)
{
    const unsigned char *byte = (const unsigned char *)k;
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < sizeof(*k); i++)
        hash = (hash ^ byte[i]) * 1099511628211u;
    return (uint32_t)(hash >> 32) % BUCKETS;
}

const struct pass_outcome *
nest_pass_memory_find(struct nest_pass_memory *m,
                      const struct nest_pass_place *place)
{
    make_key(m, place);
    int i = m->first[bucket_of(&m->asked)];
    while (i >= 0 &&
           memcmp(&m->record[i].key, &m->asked, sizeof(m->asked)) != 0)
        i = m->record[i].next;
    return i >= 0 ? &m->record[i].what : NULL;
}

static void forget(struct nest_pass_memory *m, int i)
{
    int *link = &m->first[m->record[i].bucket];
    while (*link != i)
        link = &m->record[*link].next;
    *link = m->record[i].next;
}

void nest_pass_memory_add(struct nest_pass_memory *m,
                          const struct pass_outcome *record)
{
    int i = m->n;
    if (m->n == RECORDS) {
        i = m->oldest;
        m->oldest = (m->oldest + 1) % RECORDS;
        forget(m, i);
    } else {
        m->n++;
    }
    struct record *r = &m->record[i];
    r->key = m->asked;
    r->what = *record;
    r->bucket = bucket_of(&r->key);
    r->next = m->first[r->bucket];
    m->first[r->bucket] = i;
}
