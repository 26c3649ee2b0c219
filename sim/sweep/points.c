/* points.c - from the number of a point to what is run.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/points.h"

#include "sim/base/text_stream.h"

#include <stdlib.h>
#include <string.h>

void points_cells(const struct plan *p, uint64_t number, struct cell *cell)
{
    for (int i = 0; i < p->n_keys; i++) {
        const struct plan_key *key = &p->key[i];
        if (key->axis < 0)
            continue;
        const struct plan_axis *axis = &p->axis[key->axis];
        const uint64_t row = number / axis->stride % (uint64_t)axis->n;
        cell[i] =
            axis->value[row * (uint64_t)axis->n_keys + (uint64_t)key->part];
    }
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].axis < 0)
            cell[i] = expression_value(p->key[i].link, cell);
}

const char *points_unlinked(const struct plan *p, const struct cell *cell)
{
    for (int i = 0; i < p->n_keys; i++)
        if (cell[i].kind == CELL_NONE)
            return p->key[i].name;
    return NULL;
}

bool points_hold(const struct plan *p, enum plan_stage stage,
                 const struct cell *cell, const struct expression **first)
{
    for (int i = 0; i < p->n_conditions; i++) {
        const struct plan_condition *c = &p->condition[i];
        if (c->stage > stage || expression_holds(c->holds, cell))
            continue;
        if (first != NULL)
            *first = c->holds;
        return false;
    }
    return true;
}

struct lacked {
    const struct cell *cell;
    int column; /* -1: none */
};

static void see_column(void *context, int column)
{
    struct lacked *lacked = context;
    if (lacked->column < 0 && lacked->cell[column].kind == CELL_NONE)
        lacked->column = column;
}

const char *points_lack(const struct plan *p,
                        const struct expression *condition,
                        const struct cell *cell)
{
    struct lacked lacked = {cell, -1};
    expression_columns(condition, see_column, &lacked);
    return lacked.column < 0
               ? NULL
               : result_column_at(lacked.column - p->n_keys)->name;
}

bool points_exists(const struct plan *p, uint64_t number)
{
    struct cell cell[PLAN_KEYS_MAX];
    points_cells(p, number, cell);
    return points_hold(p, STAGE_KEYS, cell, NULL);
}

void point_texts_init(struct point_texts *t)
{
    memset(t, 0, sizeof(*t));
}

void point_texts_fini(struct point_texts *t)
{
    free(t->text);
}

static void append(struct point_texts *t, const char *text, size_t bytes)
{
    if (t->room - t->bytes < bytes) {
        t->room = 2 * t->room + bytes;
        t->text = xrealloc(t->text, t->room, 1);
    }
    memcpy(t->text + t->bytes, text, bytes);
    t->bytes += bytes;
}

/* "array.rows=16", with the 0 at its end. */
static void append_set(struct point_texts *t, const char *name,
                       const struct cell *cell)
{
    char number[CELL_NUMBER_BYTES];
    const char *value = cell_words(cell, number);
    append(t, name, strlen(name));
    append(t, "=", 1);
    append(t, value, strlen(value) + 1);
}

/* Sets the option of a key; the texts that it takes are the plan's own. */
static void set_option(struct point *point, enum plan_key_kind kind,
                       const struct cell *cell)
{
    switch (kind) {
    case PLAN_cfg:
        point->cfg = cell->text;
        break;
    case PLAN_net:
        point->net = cell->text;
        break;
    case PLAN_layer:
        point->layer = cell->text;
        break;
    case PLAN_batch:
        point->batch = (int)cell->whole;
        break;
    case PLAN_shape:
        point->shape = cell->text;
        break;
    case PLAN_gemm:
        point->gemm = cell->text;
        break;
    case PLAN_dataflow:
        point->dataflow = cell->text;
        break;
    case PLAN_objective:
        for (int k = 0; k < SEARCH_OBJECTIVE_N; k++)
            if (strcmp(search_objective_name[k], cell->text) == 0)
                point->objective = (enum search_objective)k;
        break;
    case PLAN_SET:
        break;
    }
}

void point_texts_set(struct point_texts *t, const struct plan *p,
                     const struct cell *cell)
{
    size_t at[PLAN_KEYS_MAX];
    int n = 0;
    t->bytes = 0;
    t->point = (struct point){.objective = SEARCH_delay,
                              .simulates = p->simulates,
                              .max_cycles = p->limit_cycles};
    for (int i = 0; i < p->n_keys; i++) {
        const struct plan_key *key = &p->key[i];
        if (key->kind != PLAN_SET) {
            set_option(&t->point, key->kind, &cell[i]);
            continue;
        }
        at[n++] = t->bytes;
        append_set(t, key->name, &cell[i]);
    }
    for (int i = 0; i < n; i++)
        t->set[i] = t->text + at[i];
    t->point.set = t->set;
    t->point.n_sets = n;
}

/* How much of a machine a change of the key changes, the most first. */
enum rank {
    RANK_FILE,
    RANK_ARRAY,
    RANK_DATAFLOW,
    RANK_MEMORY, /* passes stay as they are */
    RANK_ENERGY, /* and so do results */
    RANK_LAYERS, /* the machine stays */
    RANK_N
};

static enum rank rank_of(const struct plan_key *key)
{
    static const char *const beside_array[] = {"dram.", "clock_hz",
                                               "technology.", NULL};
    switch (key->kind) {
    case PLAN_cfg:
        return RANK_FILE;
    case PLAN_dataflow:
        return RANK_DATAFLOW;
    case PLAN_SET:
        break;
    default:
        return RANK_LAYERS;
    }
    if (strcmp(key->name, "energy") == 0)
        return RANK_ENERGY;
    for (int i = 0; beside_array[i] != NULL; i++)
        if (strncmp(key->name, beside_array[i], strlen(beside_array[i])) == 0)
            return RANK_MEMORY;
    return RANK_ARRAY;
}

/* An axis changes what any of its keys does. */
static enum rank rank_of_axis(const struct plan *p, int axis)
{
    enum rank rank = RANK_LAYERS;
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].axis == axis && rank_of(&p->key[i]) < rank)
            rank = rank_of(&p->key[i]);
    return rank;
}

void points_order_init(struct points_order *o, const struct plan *p)
{
    int n = 0;
    o->plan = p;
    o->per_machine = o->per_family = 1;
    for (int rank = 0; rank < RANK_N; rank++)
        for (int i = 0; i < p->n_axes; i++) {
            if ((int)rank_of_axis(p, i) != rank)
                continue;
            o->axis[n++] = i;
            if (rank >= RANK_LAYERS)
                o->per_machine *= (uint64_t)p->axis[i].n;
            if (rank > RANK_ARRAY)
                o->per_family *= (uint64_t)p->axis[i].n;
        }
}

uint64_t points_order_number(const struct points_order *o, uint64_t i)
{
    const struct plan *p = o->plan;
    uint64_t number = 0;
    for (int k = p->n_axes - 1; k >= 0; k--) {
        const struct plan_axis *axis = &p->axis[o->axis[k]];
        number += i % (uint64_t)axis->n * axis->stride;
        i /= (uint64_t)axis->n;
    }
    return number;
}

uint64_t points_order_share(const struct points_order *o, uint64_t takers)
{
    const uint64_t n = o->plan->n_points;
    return takers <= 1                        ? o->per_family
           : n / o->per_family >= 4 * takers  ? o->per_family
           : n / o->per_machine >= 4 * takers ? o->per_machine
                                              : 1;
}
