/* store_table.c - writes and reads the rows of a store.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/store_table.h"

#include "sim/base/text_stream.h"

#include <stdlib.h>

#define COLUMN_NAME(name) #name,
static const char *const between[] = {STORE_COLUMNS(COLUMN_NAME)};
enum { BETWEEN = sizeof(between) / sizeof(between[0]) };

static int screened_of(const struct plan *p)
{
    return p->screens ? p->n_objectives : 0;
}

static int columns_of(const struct plan *p)
{
    return 1 + p->n_keys + BETWEEN + screened_of(p) + result_columns();
}

/* A name may hold what a user wrote. */
static void put_quoted(const char *begin, const char *name, FILE *to)
{
    fprintf(to, "\"%s", begin);
    for (; *name != '\0'; name++)
        fputs(*name == '"' ? "\"\"" : (char[2]){*name, '\0'}, to);
    fputc('"', to);
}

static void put_name(const struct plan *p, int i, FILE *to)
{
    if (i == 0) {
        put_quoted("", "point", to);
        return;
    }
    i--;
    if (i < p->n_keys) {
        put_quoted("", p->key[i].name, to);
        return;
    }
    i -= p->n_keys;
    if (i < BETWEEN) {
        put_quoted("", between[i], to);
        return;
    }
    i -= BETWEEN;
    if (i < screened_of(p))
        put_quoted("screen.", result_column_at(p->objective[i])->name, to);
    else
        put_quoted("", result_column_at(i - screened_of(p))->name, to);
}

char *store_table_sql(const struct plan *p)
{
    char *sql = NULL;
    size_t bytes;
    FILE *to = text_stream(&sql, &bytes);
    fputs("CREATE TABLE points (", to);
    for (int i = 0; i < columns_of(p); i++) {
        fputs(i > 0 ? ", " : "", to);
        put_name(p, i, to);
        fputs(i == 0 ? " INTEGER PRIMARY KEY" : "", to);
    }
    fputs(")", to);
    SIM_CHECK(fclose(to) == 0);
    return sql;
}

char *store_insert_sql(const struct plan *p)
{
    char *sql = NULL;
    size_t bytes;
    FILE *to = text_stream(&sql, &bytes);
    fputs("INSERT OR REPLACE INTO points VALUES (", to);
    for (int i = 0; i < columns_of(p); i++)
        fputs(i > 0 ? ", ?" : "?", to);
    fputs(")", to);
    SIM_CHECK(fclose(to) == 0);
    return sql;
}

static void bind_cell(sqlite3_stmt *q, int at, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_NONE:
        sqlite3_bind_null(q, at);
        break;
    case CELL_WHOLE:
        sqlite3_bind_int64(q, at, cell->whole);
        break;
    case CELL_REAL:
        sqlite3_bind_double(q, at, cell->real);
        break;
    case CELL_TEXT:
        sqlite3_bind_text(q, at, cell->text, -1, SQLITE_STATIC);
        break;
    }
}

bool store_add(struct store *s, uint64_t number, const struct cell *cell,
               const struct point_result *r, struct diag *d)
{
    sqlite3_stmt *q = s->insert;
    const struct cell said[BETWEEN] = {
        cell_text(point_status_name[r->status]), cell_text(r->reason),
        cell_text(r->simulated ? "run" : "model"), cell_text(r->mapping_source),
        cell_text(r->mapping[0] != '\0' ? r->mapping : NULL)};
    int at = 1;
    sqlite3_bind_int64(q, at++, (sqlite3_int64)number);
    for (int i = 0; i < s->n_keys; i++)
        bind_cell(q, at++, &cell[i]);
    for (int i = 0; i < BETWEEN; i++)
        bind_cell(q, at++, &said[i]);
    for (int i = 0; i < s->n_screened; i++)
        bind_cell(q, at++, &r->screened[i]);
    for (int i = 0; i < result_columns(); i++)
        bind_cell(q, at++, &r->value[i]);
    const bool ok = sqlite3_step(q) == SQLITE_DONE || store_failed(s, d);
    sqlite3_reset(q);
    return ok;
}

static struct cell read_cell(sqlite3_stmt *q, int i)
{
    switch (sqlite3_column_type(q, i)) {
    case SQLITE_INTEGER:
        return cell_whole(sqlite3_column_int64(q, i));
    case SQLITE_FLOAT:
        return cell_real(sqlite3_column_double(q, i));
    case SQLITE_TEXT:
        return cell_text((const char *)sqlite3_column_text(q, i));
    default:
        return (struct cell){.kind = CELL_NONE};
    }
}

bool store_each_row(struct store *s,
                    bool (*use)(void *context, const struct store_row *row),
                    void *context, struct diag *d)
{
    sqlite3_stmt *q = store_statement(s, "SELECT * FROM points ORDER BY point");
    const int n = sqlite3_column_count(q);
    const char **name = xcalloc((size_t)n, sizeof(*name));
    struct cell *cell = xcalloc((size_t)n, sizeof(*cell));
    for (int i = 0; i < n; i++)
        name[i] = sqlite3_column_name(q, i);
    const struct store_row row = {n, name, cell};
    int step = SQLITE_ROW;
    bool goes_on = true;
    while (goes_on && (step = sqlite3_step(q)) == SQLITE_ROW) {
        for (int i = 0; i < n; i++)
            cell[i] = read_cell(q, i);
        goes_on = use(context, &row);
    }
    free(name);
    free(cell);
    return store_end(s, q, !goes_on || step == SQLITE_DONE, d);
}
