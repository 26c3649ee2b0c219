/* export.c - writes the rows of a store, one by one.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/report/report_tree.h"
#include "sim/sweep/pareto.h"

struct exporting {
    FILE *to;
    const struct pareto *front; /* NULL: all rows */
    uint64_t rows;
};

static void put_cell(const struct cell *cell, FILE *to)
{
    if (cell->kind == CELL_TEXT)
        csv_put_text(cell->text, to);
    else
        cell_print(cell, to);
}

static bool put_csv(void *context, const struct store_row *row)
{
    struct exporting *e = context;
    const struct cell number = store_row_cell(row, "point");
    for (int i = 0; e->rows == 0 && i < row->n; i++) {
        fputs(i > 0 ? "," : "", e->to);
        csv_put_text(row->name[i], e->to);
    }
    if (e->rows++ == 0)
        fputc('\n', e->to);
    if (e->front != NULL && !pareto_has(e->front, (uint64_t)number.whole))
        return true;
    for (int i = 0; i < row->n; i++) {
        fputs(i > 0 ? "," : "", e->to);
        put_cell(&row->cell[i], e->to);
    }
    return fputc('\n', e->to) != EOF;
}

bool export_csv(struct store *store, FILE *to, struct diag *d)
{
    struct exporting e = {.to = to};
    return store_each_row(store, put_csv, &e, d);
}

static bool note_point(void *context, const struct store_row *row)
{
    pareto_add(context, row);
    return true;
}

bool export_pareto(struct store *store, FILE *to, struct diag *d)
{
    struct pareto *front = pareto_new(store_its_about(store), false);
    struct exporting e = {.to = to, .front = front};
    bool ok = store_each_row(store, note_point, front, d);
    pareto_find(front, 1);
    ok = ok && store_each_row(store, put_csv, &e, d);
    pareto_free(front);
    return ok;
}

static void put_member(const char *name, const struct cell *cell, FILE *to)
{
    text_json(name, to);
    fputs(": ", to);
    if (cell->kind == CELL_TEXT)
        text_json(cell->text, to);
    else
        cell_print(cell, to);
}

void export_json_member(const char *name, const struct cell *cell, FILE *to)
{
    if (cell->kind == CELL_NONE)
        return;
    fputs(", ", to);
    put_member(name, cell, to);
}

/* Each row begins with its number, which is never missing. */
static bool put_json(void *context, const struct store_row *row)
{
    struct exporting *e = context;
    fputs(e->rows++ > 0 ? ",\n    {" : "\n    {", e->to);
    put_member(row->name[0], &row->cell[0], e->to);
    for (int i = 1; i < row->n; i++)
        export_json_member(row->name[i], &row->cell[i], e->to);
    return fputc('}', e->to) != EOF;
}

bool export_json(struct store *store, FILE *to, struct diag *d)
{
    struct exporting e = {.to = to};
    fputs("{\n  \"accelsim\": \"" ACCELSIM_VERSION "\",\n  \"plan\": ", to);
    text_json(store_its_about(store)->plan, to);
    fputs(",\n  \"digest\": ", to);
    text_json(store_its_about(store)->digest, to);
    fputs(",\n  \"points\": [", to);
    const bool ok = store_each_row(store, put_json, &e, d);
    fputs("\n  ]\n}\n", to);
    return ok;
}

bool export_status(struct store *store, FILE *to, struct diag *d)
{
    const struct store_about *about = store_its_about(store);
    uint64_t count[POINT_STATUS_N], simulated, n = 0;
    bool is_first = true;
    if (!store_count(store, count, &simulated, d))
        return false;
    for (int k = 0; k < POINT_STATUS_N; k++)
        n += count[k];
    fprintf(to, "plan '%s'", about->plan);
    if (about->shards > 1)
        fprintf(to, ", shard %d/%d", about->shard, about->shards);
    fprintf(to, ": %" PRIu64 " of %" PRIu64 " points, %" PRIu64 " simulated", n,
            about->points, simulated);
    for (int k = 0; k < POINT_STATUS_N; k++) {
        if (count[k] == 0)
            continue;
        fprintf(to, "%s%" PRIu64 " %s", is_first ? "; " : ", ", count[k],
                point_status_name[k]);
        is_first = false;
    }
    return fputc('\n', to) != EOF;
}
