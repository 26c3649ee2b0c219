/* store_table.h - the table of points: its columns, and rows in and out.  For
 * the store's own files.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_STORE_TABLE_H
#define SIM_SWEEP_STORE_TABLE_H

#include <sqlite3.h>

#include "sim/sweep/store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct store {
    char *path;  /* owns */
    int lock;    /* the file, open while this process may write; -1: may not */
    sqlite3 *db; /* owns */
    sqlite3_stmt *insert; /* owns */
    struct store_about about;
    int n_keys, n_screened; /* columns of the plan; of a store that adds */
};

/* Between the keys and the results.  Behind these, a plan that screens has a
 * column for each of its objectives. */
#define STORE_COLUMNS(X) X(status) X(reason) X(by) X(mapping_source) X(mapping)

/* SQL of this plan's table; to be freed. */
char *store_table_sql(const struct plan *plan);
char *store_insert_sql(const struct plan *plan);

/* An open store without its tables, which only this process may write. */
struct store *store_new(const char *path, struct diag *d);
bool store_has_tables(struct store *store, bool *out, struct diag *d);
bool store_read_about(struct store *store, struct diag *d);

/* Appends what SQLite says of its last call; returns false. */
bool store_failed(const struct store *store, struct diag *d);
bool store_do(struct store *store, const char *sql, struct diag *d);
/* A statement, which store_end ends.  NULL: SQLite cannot make it, and a step
 * of it fails. */
sqlite3_stmt *store_statement(struct store *store, const char *sql);
/* Ends a statement; false after a message, unless all `went_well`. */
bool store_end(struct store *store, sqlite3_stmt *statement, bool went_well,
               struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
