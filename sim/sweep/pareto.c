/* pareto.c - compares each point with those of its group that are left.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/pareto.h"

#include "sim/base/text_stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct one {
    uint64_t number;
    int group;
    bool stays;
    double value[PLAN_OBJECTIVES_MAX];
};

struct pareto {
    const struct store_about *about;
    bool is_screening;
    struct one *one; /* owns; by number, as they came */
    size_t n, room;
    char **group; /* own; what is equal in the points of each */
    int n_groups;
};

struct cell store_row_cell(const struct store_row *row, const char *name)
{
    for (int i = 0; i < row->n; i++)
        if (strcmp(row->name[i], name) == 0)
            return row->cell[i];
    return (struct cell){.kind = CELL_NONE};
}

struct pareto *pareto_new(const struct store_about *about, bool is_screening)
{
    struct pareto *p = xcalloc(1, sizeof(*p));
    p->about = about;
    p->is_screening = is_screening;
    return p;
}

void pareto_free(struct pareto *p)
{
    for (int i = 0; i < p->n_groups; i++)
        free(p->group[i]);
    free(p->group);
    free(p->one);
    free(p);
}

static int group_of(struct pareto *p, const struct store_row *row)
{
    char *text = NULL;
    size_t bytes;
    int g = 0;
    FILE *to = text_stream(&text, &bytes);
    for (int i = 0; i < p->about->n_groups; i++) {
        const struct cell cell = store_row_cell(row, p->about->group[i]);
        cell_print(&cell, to);
        fputc('\n', to);
    }
    SIM_CHECK(fclose(to) == 0);
    while (g < p->n_groups && strcmp(p->group[g], text) != 0)
        g++;
    if (g < p->n_groups) {
        free(text);
        return g;
    }
    p->group = xrealloc(p->group, (size_t)g + 1, sizeof(*p->group));
    p->group[p->n_groups++] = text;
    return g;
}

/* Where a point was not simulated, its bound stands for its cycles. */
static struct cell value_of(const struct pareto *p, const struct store_row *row,
                            const char *objective)
{
    char name[PLAN_KEY_BYTES + 16];
    snprintf(name, sizeof(name), "%s%s", p->is_screening ? "screen." : "",
             objective);
    const struct cell cell = store_row_cell(row, name);
    return cell.kind == CELL_NONE && strcmp(name, "cycles") == 0
               ? store_row_cell(row, "bound_cycles")
               : cell;
}

/* Whether the point came to results; when screening, whatever it came to once
 * it was simulated. */
static bool has_values(const struct pareto *p, const struct store_row *row)
{
    const struct cell status = store_row_cell(row, "status");
    bool found = !p->is_screening && status.kind == CELL_TEXT &&
                 strcmp(status.text, point_status_name[POINT_ok]) == 0;
    for (uint64_t k = 0; p->is_screening && k < p->about->objective_columns;
         k++)
        found =
            found || value_of(p, row, p->about->objective[k]).kind != CELL_NONE;
    return found;
}

void pareto_add(struct pareto *p, const struct store_row *row)
{
    const struct cell number = store_row_cell(row, "point");
    if (!has_values(p, row))
        return;
    if (p->n == p->room) {
        p->room = 2 * p->room + 64;
        p->one = xrealloc(p->one, p->room, sizeof(*p->one));
    }
    struct one *one = &p->one[p->n++];
    memset(one, 0, sizeof(*one));
    one->number = (uint64_t)number.whole;
    one->group = group_of(p, row);
    for (uint64_t k = 0; k < p->about->objective_columns; k++) {
        const struct cell cell = value_of(p, row, p->about->objective[k]);
        one->value[k] = cell_is_number(&cell) ? cell_value(&cell) : INFINITY;
    }
}

/* By group, then by the first objective and the others, so that nobody is
 * beaten by one behind him but for the band. */
static int in_order(const void *a, const void *b)
{
    const struct one *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    for (int k = 0; k < PLAN_OBJECTIVES_MAX; k++)
        if (x->value[k] < y->value[k] || x->value[k] > y->value[k])
            return x->value[k] < y->value[k] ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int by_number(const void *a, const void *b)
{
    const struct one *x = a, *y = b;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Whether a is as good as b in all and, in one, better by more than the
 * band. */
static bool beats(const struct one *a, const struct one *b, int objectives,
                  double band)
{
    bool by_more = false;
    for (int k = 0; k < objectives; k++) {
        if (a->value[k] > b->value[k])
            return false;
        by_more = by_more || a->value[k] * band < b->value[k];
    }
    return by_more;
}

void pareto_find(struct pareto *p, double band)
{
    const int objectives = (int)p->about->objective_columns;
    /* Those that nobody beats at all: who beats anybody is beaten by none of
     * them, or one of them beats the same one. */
    struct one **front = xcalloc(p->n + 1, sizeof(*front));
    size_t n_front = 0;
    if (p->n > 0)
        qsort(p->one, p->n, sizeof(*p->one), in_order);
    for (size_t i = 0; i < p->n; i++) {
        struct one *one = &p->one[i];
        bool is_beaten = false;
        if (i == 0 || p->one[i - 1].group != one->group)
            n_front = 0;
        one->stays = true;
        for (size_t k = 0; k < n_front; k++) {
            is_beaten = is_beaten || beats(front[k], one, objectives, 1);
            one->stays = one->stays && !beats(front[k], one, objectives, band);
        }
        if (!is_beaten)
            front[n_front++] = one;
    }
    free(front);
    if (p->n > 0)
        qsort(p->one, p->n, sizeof(*p->one), by_number);
}

bool pareto_has(const struct pareto *p, uint64_t number)
{
    const struct one wanted = {.number = number};
    const struct one *found =
        p->n == 0 ? NULL
                  : bsearch(&wanted, p->one, p->n, sizeof(*p->one), by_number);
    return found != NULL && found->stays;
}
