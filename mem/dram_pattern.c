/* dram_pattern.c - what a channel of a part sees of a list of requests, but for
 * names.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_pattern.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { KEY_SHAPE, KEY_PATTERN };

/* Slots of the table of rows while a pattern is made: a power of two, at least
 * twice the rows. */
enum { ROW_SLOTS = 2 * DRAM_PATTERN_ROWS_MAX };

struct words {
    uint32_t *word; /* owns */
    uint32_t n, room;
};

/* The rows of all groups that have come so far, as a pattern is made. */
struct row_names {
    uint32_t n;
    uint32_t row[DRAM_PATTERN_ROWS_MAX];  /* from the first unit on */
    uint32_t bank[DRAM_PATTERN_ROWS_MAX]; /* of the group, as they come */
    uint32_t banks;
    uint32_t first_of_bank[DRAM_BANKS_MAX]; /* a row, of each bank */
    int16_t slot[ROW_SLOTS];                /* row numbers by row; -1: free */
};

struct dram_patterns {
    struct word_map *map;
    struct dram_map part;
    uint32_t patterns; /* numbered so far */
    struct words key, runs;
    struct dram_request *moved; /* requests from the first unit on; owns */
    int moved_room;
    struct row_names names;
};

/* A shape's value: the head, then rows, then their order. */
struct shape_head {
    const uint32_t *pattern; /* its value; NULL: is_empty or not described */
    uint32_t is_empty, first_group, n_rows;
};
enum { SHAPE_HEAD_WORDS = sizeof(struct shape_head) / sizeof(uint32_t) };

/* A pattern's value: the head, then banks, a word each. */
struct pattern_head {
    uint32_t number, n_banks, groups, is_mixed, way;
};
enum { PATTERN_HEAD_WORDS = sizeof(struct pattern_head) / sizeof(uint32_t) };

struct dram_patterns *dram_patterns_new(struct word_map *map,
                                        const struct dram_map *part)
{
    struct dram_patterns *p = xcalloc(1, sizeof(*p));
    p->map = map;
    p->part = *part;
    return p;
}

void dram_patterns_free(struct dram_patterns *p)
{
    if (p == NULL)
        return;
    free(p->key.word);
    free(p->runs.word);
    free(p->moved);
    free(p);
}

static void make_room(struct words *w, uint32_t more)
{
    if (w->room - w->n >= more)
        return;
    w->room = 2 * (w->n + more);
    w->word = xrealloc(w->word, w->room, sizeof(*w->word));
}

static void add(struct words *w, uint32_t word)
{
    w->word[w->n++] = word;
}

static void add_wide(struct words *w, uint64_t word)
{
    add(w, (uint32_t)word);
    add(w, (uint32_t)(word >> 32));
}

/* ---- shapes ---- */

static bool has_bytes(const struct dram_request *r)
{
    bool has = r->run_bytes > 0;
    for (int k = 0; k < DRAM_LOOPS; k++)
        has = has && r->loop[k].count > 0;
    return has;
}

/* Returns the bytes of the rows of all groups of all channels. */
static uint64_t unit_bytes(const struct dram_patterns *p,
                           const struct dram_share *share)
{
    const struct dram_map *m = &p->part;
    return (uint64_t)share->channels
           << (m->byte_bits + m->group_bits + m->burst_bits);
}

/* Returns the row of all groups of all channels that has the first byte. */
static uint64_t first_unit_of(const struct dram_patterns *p,
                              const struct dram_request *requests, int n,
                              const struct dram_share *share)
{
    uint64_t least = UINT64_MAX;
    for (int k = 0; k < n; k++)
        if (requests[k].address < least && has_bytes(&requests[k]))
            least = requests[k].address;
    const uint64_t unit = unit_bytes(p, share);
    return (unit & (unit - 1)) == 0 ? least >> __builtin_ctzll(unit)
                                    : least / unit;
}

static struct word_key shape_key(struct dram_patterns *p,
                                 const struct dram_request *requests, int n,
                                 const struct dram_share *share, uint64_t base)
{
    struct words *key = &p->key;
    key->n = 0;
    make_room(key, 1 + (uint32_t)n * (5 + 3 * DRAM_LOOPS));
    add(key, KEY_SHAPE | (uint32_t)share->channel << 8);
    for (int k = 0; k < n; k++) {
        const struct dram_request *r = &requests[k];
        if (!has_bytes(r))
            continue;
        const uint32_t head = key->n;
        uint32_t loops = 0;
        add(key, 0);
        add_wide(key, r->address - base);
        add_wide(key, r->run_bytes);
        for (int loop = 0; loop < DRAM_LOOPS; loop++) {
            if (r->loop[loop].count == 1)
                continue;
            add(key, r->loop[loop].count);
            add_wide(key, r->loop[loop].stride_bytes);
            loops++;
        }
        key->word[head] = loops << 1 | r->is_write;
    }
    return word_key_of(key->word, key->n);
}

/* ---- the making of a pattern ---- */

/* Returns the number of a row of all groups; -1: there are too many. */
static int row_named(struct row_names *names, uint32_t row, uint32_t banks)
{
    uint32_t k = row * 2654435769u % ROW_SLOTS;
    while (names->slot[k] >= 0 && names->row[names->slot[k]] != row)
        k = (k + 1) % ROW_SLOTS;
    if (names->slot[k] >= 0)
        return names->slot[k];
    if (names->n == DRAM_PATTERN_ROWS_MAX)
        return -1;
    uint32_t bank = 0;
    while (bank < names->banks &&
           (names->row[names->first_of_bank[bank]] ^ row) % banks != 0)
        bank++;
    if (bank == names->banks)
        names->first_of_bank[names->banks++] = names->n;
    names->slot[k] = (int16_t)names->n;
    names->row[names->n] = row;
    names->bank[names->n] = bank;
    return (int)names->n++;
}

/* A run: its way, its first group, its row; and how many bursts it has. */
static void add_run(struct words *runs, uint32_t way, uint32_t group,
                    uint32_t row, uint32_t count, uint32_t groups)
{
    if (runs->n > 0) {
        uint32_t *last = &runs->word[runs->n - 2];
        const uint32_t next = ((*last >> 1) + last[1]) % groups;
        if (*last >> 16 == row && (*last & 1) == way && next == group &&
            last[1] <= UINT32_MAX - count) {
            last[1] += count;
            return;
        }
    }
    make_room(runs, 2);
    add(runs, way | group << 1 | row << 16);
    add(runs, count);
}

/* Takes the bursts of a run, in the channel's numbers from the first unit on,
 * apart by rows.  false: they are too far apart, or too many. */
static bool take_run(struct dram_patterns *p, uint32_t way, uint64_t first,
                     uint64_t last, int *first_group)
{
    const struct dram_map *m = &p->part;
    const int row_bits = m->group_bits + m->burst_bits;
    const uint32_t groups = 1u << m->group_bits;
    if (last >> row_bits >> (m->bank_bits + m->row_bits) != 0)
        return false;
    while (first <= last) {
        uint64_t end = ((first >> row_bits) + 1) << row_bits;
        if (end > last + 1)
            end = last + 1;
        const int row = row_named(&p->names, (uint32_t)(first >> row_bits),
                                  1u << m->bank_bits);
        const int group = (int)(first & (groups - 1));
        if (row < 0)
            return false;
        if (*first_group < 0)
            *first_group = group;
        add_run(&p->runs, way, (uint32_t)(group - *first_group) & (groups - 1),
                (uint32_t)row, (uint32_t)(end - first), groups);
        first = end;
    }
    return true;
}

/* Finds the runs and names of the list.  false: it is not described. */
static bool take_runs(struct dram_patterns *p,
                      const struct dram_request *requests, int n,
                      const struct dram_share *share, uint64_t base,
                      int *first_group)
{
    struct dram_bursts b;
    if (n > p->moved_room) {
        p->moved = xrealloc(p->moved, (size_t)n, sizeof(*p->moved));
        p->moved_room = n;
    }
    memcpy(p->moved, requests, (size_t)n * sizeof(*requests));
    for (int k = 0; k < n; k++)
        p->moved[k].address -= base;
    p->runs.n = p->names.n = p->names.banks = 0;
    memset(p->names.slot, -1, sizeof(p->names.slot));
    *first_group = -1;
    dram_bursts_start(&b, p->moved, n, p->part.byte_bits, share);
    while (b.has_burst) {
        if (!take_run(p, b.request.is_write, b.burst, b.last, first_group))
            return false;
        b.burst = b.last; /* the next one is the first of another run */
        dram_bursts_next(&b);
    }
    return true;
}

/* Fills what the pattern touches: banks in the order of rows and groups. */
static uint32_t find_banks(const struct dram_patterns *p,
                           struct pattern_head *head,
                           struct dram_pattern_bank bank[DRAM_BANKS_MAX])
{
    const uint32_t groups = 1u << p->part.group_bits;
    uint32_t touched[DRAM_BANKS_MAX] = {0}, n = 0; /* groups of each bank */
    const uint32_t *run = p->runs.word;
    *head = (struct pattern_head){.way = run[0] & 1};
    for (uint32_t k = 0; k < p->runs.n; k += 2) {
        const uint32_t group = run[k] >> 1 & 0x7fff, row = run[k] >> 16;
        head->is_mixed |= (run[k] & 1) != head->way;
        for (uint32_t i = 0; i < groups && i < run[k + 1]; i++)
            touched[p->names.bank[row]] |= 1u << (group + i) % groups;
    }
    for (uint32_t b = 0; b < p->names.banks; b++) {
        head->groups |= touched[b];
        for (uint32_t g = 0; g < groups; g++)
            if (touched[b] >> g & 1)
                bank[n++] = (struct dram_pattern_bank){
                    (uint16_t)g, (uint16_t)p->names.first_of_bank[b]};
    }
    head->n_banks = n;
    return n;
}

/* Returns the value of the pattern that was taken; NULL: there is no room. */
static const uint32_t *intern_pattern(struct dram_patterns *p)
{
    struct dram_pattern_bank bank[DRAM_BANKS_MAX];
    struct pattern_head head;
    struct words *key = &p->key;
    key->n = 0;
    make_room(key, 2 + p->names.n + p->runs.n);
    add(key, KEY_PATTERN);
    add(key, p->names.n);
    memcpy(key->word + key->n, p->names.bank, p->names.n * sizeof(uint32_t));
    key->n += p->names.n;
    memcpy(key->word + key->n, p->runs.word, p->runs.n * sizeof(uint32_t));
    key->n += p->runs.n;
    const struct word_key k = word_key_of(key->word, key->n);
    const uint32_t *found = word_map_find(p->map, &k);
    if (found != NULL)
        return found;
    const uint32_t n = find_banks(p, &head, bank);
    uint32_t *value = word_map_add(p->map, &k, PATTERN_HEAD_WORDS + n);
    if (value == NULL)
        return NULL;
    head.number = p->patterns++;
    memcpy(value, &head, sizeof(head));
    memcpy(value + PATTERN_HEAD_WORDS, bank, n * sizeof(*bank));
    return value;
}

struct named_row {
    uint32_t row, number;
};

static int by_row(const void *a, const void *b)
{
    const struct named_row *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static void put_order(const struct row_names *names, uint32_t *order)
{
    struct named_row *row = xcalloc(names->n, sizeof(*row));
    for (uint32_t k = 0; k < names->n; k++)
        row[k] = (struct named_row){names->row[k], k};
    qsort(row, names->n, sizeof(*row), by_row);
    for (uint32_t k = 0; k < names->n; k++)
        order[k] = row[k].number;
    free(row);
}

/* Describes a shape that is new; NULL: there is no room. */
static const uint32_t *intern_shape(struct dram_patterns *p,
                                    const struct dram_request *requests, int n,
                                    const struct dram_share *share,
                                    uint64_t base)
{
    int first_group;
    struct shape_head head = {.pattern = NULL};
    if (take_runs(p, requests, n, share, base, &first_group)) {
        head.is_empty = p->runs.n == 0;
        if (!head.is_empty) {
            head.pattern = intern_pattern(p);
            if (head.pattern == NULL)
                return NULL;
            head.first_group = (uint32_t)first_group;
            head.n_rows = p->names.n;
        }
    }
    const struct word_key key = shape_key(p, requests, n, share, base);
    uint32_t *value =
        word_map_add(p->map, &key, SHAPE_HEAD_WORDS + 2 * head.n_rows);
    if (value == NULL)
        return NULL;
    memcpy(value, &head, sizeof(head));
    if (head.n_rows > 0) {
        memcpy(value + SHAPE_HEAD_WORDS, p->names.row,
               head.n_rows * sizeof(uint32_t));
        put_order(&p->names, value + SHAPE_HEAD_WORDS + head.n_rows);
    }
    return value;
}

enum dram_pattern_answer dram_patterns_find(struct dram_patterns *p,
                                            const struct dram_request *requests,
                                            int n,
                                            const struct dram_share *share,
                                            struct dram_pattern *out)
{
    struct shape_head shape;
    struct pattern_head head;
    const uint64_t first_unit = first_unit_of(p, requests, n, share);
    const uint64_t base = first_unit * unit_bytes(p, share);
    const struct word_key key = shape_key(p, requests, n, share, base);
    const uint32_t *value = word_map_find(p->map, &key);
    if (value == NULL)
        value = intern_shape(p, requests, n, share, base);
    if (value == NULL)
        return DRAM_PATTERN_NONE;
    memcpy(&shape, value, sizeof(shape));
    if (shape.pattern == NULL)
        return shape.is_empty ? DRAM_PATTERN_EMPTY : DRAM_PATTERN_NONE;
    memcpy(&head, shape.pattern, sizeof(head));
    *out = (struct dram_pattern){
        .number = head.number,
        .n_banks = head.n_banks,
        .groups = head.groups,
        .is_mixed = head.is_mixed != 0,
        .way = (enum dram_way)head.way,
        .bank = (const struct dram_pattern_bank *)(shape.pattern +
                                                   PATTERN_HEAD_WORDS),
        .first_group = (int)shape.first_group,
        .first_unit = first_unit,
        .n_rows = shape.n_rows,
        .row = value + SHAPE_HEAD_WORDS,
        .order = value + SHAPE_HEAD_WORDS + shape.n_rows,
    };
    return DRAM_PATTERN_FOUND;
}
