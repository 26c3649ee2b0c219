/* store_merge.c - puts several stores of one plan into one.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/sweep/store_table.h"

static const struct src_pos command_line = {NULL, 0};

static bool attach(struct store *s, const char *path, struct diag *d)
{
    sqlite3_stmt *q = store_statement(s, "ATTACH ? AS shard");
    sqlite3_bind_text(q, 1, path, -1, SQLITE_STATIC);
    return store_end(s, q, sqlite3_step(q) == SQLITE_DONE, d);
}

/* Makes the tables as the attached store has them. */
static bool make_alike(struct store *s, struct diag *d)
{
    sqlite3_stmt *q = store_statement(
        s,
        "SELECT group_concat(sql, '; ') FROM shard.sqlite_master WHERE type = "
        "'table' AND name IN ('about', 'points')");
    const bool is_read = sqlite3_step(q) == SQLITE_ROW;
    char *sql =
        is_read ? xstrdup((const char *)sqlite3_column_text(q, 0)) : NULL;
    const bool ok =
        store_end(s, q, is_read, d) && store_do(s, sql, d) &&
        store_do(s,
                 "INSERT INTO about SELECT key, CASE WHEN key IN ('shard', "
                 "'shards') THEN '1' ELSE value END FROM shard.about",
                 d);
    free(sql);
    return ok;
}

/* Whether a store is of the same plan as the others. */
static bool is_alike(struct store *s, const char *path, struct diag *d)
{
    struct store *from = store_read(path, d);
    if (from == NULL)
        return false;
    const bool ok =
        strcmp(from->about.digest, s->about.digest) == 0 ||
        diag_error(d, command_line,
                   "'%s' is a store of plan '%s' with other contents or inputs "
                   "than '%s'; stores of one plan are needed",
                   path, from->about.plan, s->path);
    store_close(from);
    return ok;
}

static bool add_points(struct store *s, struct diag *d)
{
    return store_do(s,
                    "INSERT OR REPLACE INTO main.points SELECT * FROM "
                    "shard.points n WHERE n.\"by\" = 'run' OR NOT EXISTS "
                    "(SELECT 1 FROM main.points o WHERE o.point = n.point)",
                    d);
}

static bool take(struct store *s, const char *path, struct diag *d)
{
    bool is_there = false;
    struct store *from = store_read(path, d); /* says if it is none */
    if (from == NULL)
        return false;
    store_close(from);
    if (!store_has_tables(s, &is_there, d) || !attach(s, path, d))
        return false;
    bool ok = store_begin(s, d);
    if (ok && !is_there)
        ok = make_alike(s, d);
    if (ok && s->about.digest[0] == '\0')
        ok = store_read_about(s, d);
    ok = ok && is_alike(s, path, d) && add_points(s, d);
    if (ok)
        ok = store_commit(s, d);
    else
        sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    return store_do(s, "DETACH shard", d) && ok;
}

bool store_merge(const char *path, const char *const *from, int n_from,
                 struct diag *d)
{
    struct store *s = store_new(path, d);
    bool ok = s != NULL;
    for (int i = 0; ok && i < n_from; i++)
        ok = take(s, from[i], d);
    store_close(s);
    return ok;
}
