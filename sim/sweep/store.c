/* store.c - a sweep's SQLite database.
 *
 * The table `points` has a column `point`, its number, then the plan's keys,
 * then what became of it, then the results.  The table `about` says of what
 * plan it is.  In WAL mode a commit appends to the log alone, and a process
 * that is killed leaves what it committed.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/file_use.h"
#include "sim/sweep/store_table.h"

static const struct src_pos command_line = {NULL, 0};

bool store_failed(const struct store *s, struct diag *d)
{
    const int code = sqlite3_errcode(s->db);
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
        return diag_fail(d, EXIT_IO, command_line,
                         "'%s' is no store of a sweep, or a damaged one; "
                         "another file is needed",
                         s->path);
    return diag_fail(d, EXIT_IO, command_line,
                     "cannot use the store '%s' (%s); what was committed to "
                     "it stays, and the same command goes on from there",
                     s->path,
                     code == SQLITE_FULL ? "the disk is full"
                                         : sqlite3_errmsg(s->db));
}

bool store_do(struct store *s, const char *sql, struct diag *d)
{
    return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           store_failed(s, d);
}

sqlite3_stmt *store_statement(struct store *s, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    (void)sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL);
    return statement;
}

bool store_end(struct store *s, sqlite3_stmt *statement, bool went_well,
               struct diag *d)
{
    const bool ok = went_well || store_failed(s, d);
    sqlite3_finalize(statement);
    return ok;
}

/* Keeps a second process from writing.  The lock goes with the process, and
 * closing the file would take SQLite's own locks away, so it stays open. */
static bool lock_file(struct store *s, struct diag *d)
{
    s->lock = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (s->lock < 0)
        return diag_fail(d, EXIT_IO, command_line,
                         "cannot write '%s' (%s); a place that can be written "
                         "is needed",
                         s->path, strerror(errno));
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return true;
    return diag_fail(d, EXIT_IO, command_line,
                     "another process works on the store '%s'; wait for it, or "
                     "name another by --store",
                     s->path);
}

static bool open_database(struct store *s, int flags, struct diag *d)
{
    if (sqlite3_open_v2(s->path, &s->db, flags, NULL) != SQLITE_OK)
        return store_failed(s, d);
    sqlite3_busy_timeout(s->db, 10000);
    return true;
}

/* Keeps a value whose key is `begin` and a number, in its place of n. */
static void note_numbered(const char *key, const char *value, const char *begin,
                          char (*list)[PLAN_KEY_BYTES], int n)
{
    char name[32];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "%s%d", begin, i);
        if (strcmp(key, name) == 0)
            snprintf(list[i], sizeof(list[i]), "%s", value);
    }
}

/* One row of what a store says of itself. */
static void note_about(struct store_about *a, const char *key,
                       const char *value)
{
    if (strcmp(key, "plan") == 0) {
        snprintf(a->plan, sizeof(a->plan), "%s", value);
    } else if (strcmp(key, "digest") == 0) {
        snprintf(a->digest, sizeof(a->digest), "%s", value);
    } else if (strcmp(key, "shard") == 0) {
        a->shard = atoi(value);
    } else if (strcmp(key, "shards") == 0) {
        a->shards = atoi(value);
    } else if (strcmp(key, "points") == 0) {
        a->points = strtoull(value, NULL, 10);
    } else {
        note_numbered(key, value, "objective", a->objective,
                      PLAN_OBJECTIVES_MAX);
        note_numbered(key, value, "group", a->group, STORE_GROUPS_MAX);
    }
}

bool store_read_about(struct store *s, struct diag *d)
{
    struct store_about *a = &s->about;
    sqlite3_stmt *q = store_statement(
        s, "SELECT ifnull(key, ''), ifnull(value, '') FROM about");
    int step;
    memset(a, 0, sizeof(*a));
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        note_about(a, (const char *)sqlite3_column_text(q, 0),
                   (const char *)sqlite3_column_text(q, 1));
    for (int i = 0; i < PLAN_OBJECTIVES_MAX; i++)
        a->objective_columns += a->objective[i][0] != '\0';
    for (int i = 0; i < STORE_GROUPS_MAX; i++)
        a->n_groups += a->group[i][0] != '\0';
    return store_end(s, q, step == SQLITE_DONE, d);
}

static bool put_about(struct store *s, const char *key, const char *value,
                      struct diag *d)
{
    sqlite3_stmt *q = store_statement(s, "INSERT INTO about VALUES (?, ?)");
    sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(q, 2, value, -1, SQLITE_STATIC);
    return store_end(s, q, sqlite3_step(q) == SQLITE_DONE, d);
}

static bool write_about(struct store *s, const struct store_about *a,
                        struct diag *d)
{
    char shard[16], shards[16], points[24], key[32];
    const char *const first[][2] = {{"plan", a->plan},
                                    {"digest", a->digest},
                                    {"accelsim", ACCELSIM_VERSION},
                                    {"shard", shard},
                                    {"shards", shards},
                                    {"points", points}};
    bool ok = true;
    snprintf(shard, sizeof(shard), "%d", a->shard);
    snprintf(shards, sizeof(shards), "%d", a->shards);
    snprintf(points, sizeof(points), "%" PRIu64, a->points);
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        ok = ok && put_about(s, first[i][0], first[i][1], d);
    for (int i = 0; i < (int)a->objective_columns; i++) {
        snprintf(key, sizeof(key), "objective%d", i);
        ok = ok && put_about(s, key, a->objective[i], d);
    }
    for (int i = 0; i < a->n_groups; i++) {
        snprintf(key, sizeof(key), "group%d", i);
        ok = ok && put_about(s, key, a->group[i], d);
    }
    return ok;
}

/* Makes both tables, at once or not at all. */
static bool make_tables(struct store *s, const struct plan *plan,
                        const struct store_about *about, struct diag *d)
{
    char *sql = store_table_sql(plan);
    const bool ok =
        store_do(s, "BEGIN IMMEDIATE", d) &&
        store_do(s, "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT)",
                 d) &&
        store_do(s, sql, d) && write_about(s, about, d) &&
        store_do(s, "COMMIT", d);
    free(sql);
    return ok;
}

/* How many tables and the like a database has, and how many of a store's
 * tables: a view by such a name is none. */
static bool count_tables(struct store *s, int *all, int *own, struct diag *d)
{
    sqlite3_stmt *q = store_statement(
        s, "SELECT count(*), total(type = 'table' AND name IN ('about', "
           "'points')) FROM sqlite_master");
    const bool ok = sqlite3_step(q) == SQLITE_ROW;
    *all = ok ? sqlite3_column_int(q, 0) : 0;
    *own = ok ? sqlite3_column_int(q, 1) : 0;
    return store_end(s, q, ok, d);
}

bool store_has_tables(struct store *s, bool *out, struct diag *d)
{
    int all, own;
    const bool ok = count_tables(s, &all, &own, d);
    *out = ok && own == 2;
    return ok;
}

/* Whether nothing else is written to; before anything is. */
static bool is_empty_or_store(struct store *s, struct diag *d)
{
    int all, own;
    return count_tables(s, &all, &own, d) &&
           (all == 0 || own == 2 ||
            diag_error(d, command_line,
                       "'%s' is a database, and no store of a sweep; name "
                       "another by --store",
                       s->path));
}

static bool is_of(struct store *s, const struct store_about *about,
                  struct diag *d)
{
    const struct store_about *has = &s->about;
    if (strcmp(has->digest, about->digest) != 0)
        return diag_error(d, command_line,
                          "'%s' is a store of plan '%s' with other contents or "
                          "inputs than are here, or of another accelsim; "
                          "name another by --store",
                          s->path, has->plan);
    if (has->shard != about->shard || has->shards != about->shards)
        return diag_error(d, command_line,
                          "'%s' is the store of shard %d/%d, not %d/%d; name "
                          "another by --store",
                          s->path, has->shard, has->shards, about->shard,
                          about->shards);
    return true;
}

static struct store *unopened(const char *path)
{
    struct store *s = xcalloc(1, sizeof(*s));
    s->path = xstrdup(path);
    s->lock = -1;
    return s;
}

struct store *store_new(const char *path, struct diag *d)
{
    if (!file_use_may_write("--store", path, d))
        return NULL;
    struct store *s = unopened(path);
    if (lock_file(s, d) &&
        open_database(s, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, d) &&
        is_empty_or_store(s, d) &&
        store_do(s, "PRAGMA journal_mode = WAL", d) &&
        store_do(s, "PRAGMA synchronous = NORMAL", d))
        return s;
    store_close(s);
    return NULL;
}

static bool open_for(struct store *s, const struct plan *plan,
                     const struct store_about *about, struct diag *d)
{
    bool is_there = false;
    if (!store_has_tables(s, &is_there, d) ||
        (!is_there && !make_tables(s, plan, about, d)) ||
        !store_read_about(s, d) || !is_of(s, about, d))
        return false;
    s->n_keys = plan->n_keys;
    s->n_screened = plan->screens ? plan->n_objectives : 0;
    char *sql = store_insert_sql(plan);
    s->insert = store_statement(s, sql);
    free(sql);
    return s->insert != NULL || store_failed(s, d);
}

struct store *store_open(const char *path, const struct plan *plan,
                         const struct store_about *about, struct diag *d)
{
    struct store *s = store_new(path, d);
    if (s != NULL && open_for(s, plan, about, d))
        return s;
    store_close(s);
    return NULL;
}

struct store *store_read(const char *path, struct diag *d)
{
    if (!file_use_may_read(path, command_line, d))
        return NULL;
    struct store *s = unopened(path);
    bool is_there = false;
    struct stat found;
    bool ok = stat(path, &found) == 0;
    if (!ok)
        diag_fail(d, EXIT_IO, command_line,
                  "there is no store '%s' (%s); 'accelsim sweep PLAN.cfg' "
                  "makes one",
                  path, strerror(errno));
    ok = ok && open_database(s, SQLITE_OPEN_READWRITE, d) &&
         store_has_tables(s, &is_there, d);
    if (ok && !is_there)
        ok = diag_fail(d, EXIT_IO, command_line,
                       "'%s' is no store of a sweep; 'accelsim sweep "
                       "PLAN.cfg' makes one",
                       path);
    if (ok && store_read_about(s, d))
        return s;
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    sqlite3_finalize(s->insert);
    sqlite3_close(s->db);
    if (s->lock >= 0)
        close(s->lock);
    free(s->path);
    free(s);
}

const struct store_about *store_its_about(const struct store *s)
{
    return &s->about;
}

bool store_begin(struct store *s, struct diag *d)
{
    return store_do(s, "BEGIN IMMEDIATE", d);
}

bool store_commit(struct store *s, struct diag *d)
{
    return store_do(s, "COMMIT", d);
}

bool store_each_done(struct store *s,
                     void (*use)(void *context, uint64_t number,
                                 bool simulated),
                     void *context, struct diag *d)
{
    sqlite3_stmt *q =
        store_statement(s, "SELECT point, points.\"by\" = 'run' FROM points");
    int step;
    while ((step = sqlite3_step(q)) == SQLITE_ROW)
        use(context, (uint64_t)sqlite3_column_int64(q, 0),
            sqlite3_column_int(q, 1) != 0);
    return store_end(s, q, step == SQLITE_DONE, d);
}

bool store_count(struct store *s, uint64_t count[POINT_STATUS_N],
                 uint64_t *simulated, struct diag *d)
{
    sqlite3_stmt *q = store_statement(
        s, "SELECT ifnull(status, ''), points.\"by\" = 'run', count(*) "
           "FROM points GROUP BY 1, 2");
    int step;
    memset(count, 0, POINT_STATUS_N * sizeof(*count));
    *simulated = 0;
    while ((step = sqlite3_step(q)) == SQLITE_ROW) {
        const char *status = (const char *)sqlite3_column_text(q, 0);
        const uint64_t n = (uint64_t)sqlite3_column_int64(q, 2);
        for (int k = 0; k < POINT_STATUS_N; k++)
            if (strcmp(status, point_status_name[k]) == 0)
                count[k] += n;
        if (sqlite3_column_int(q, 1) != 0)
            *simulated += n;
    }
    return store_end(s, q, step == SQLITE_DONE, d);
}
