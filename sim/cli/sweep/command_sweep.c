/* command_sweep.c - runs the points of a plan, or says what a store has.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/format_table.h"
#include "sim/cli/invocation.h"
#include "sim/cli/sweep/emit_shards.h"
#include "sim/process/clock.h"
#include "sim/sweep/export.h"
#include "sim/sweep/walk/sweep.h"

static const struct src_pos command_line = {NULL, 0};

/* Reads --shard: "2/4" is the second of four. */
static bool read_shard(const char *text, int *shard, int *shards,
                       struct diag *d)
{
    char rest;
    *shard = *shards = 1;
    if (text == NULL)
        return true;
    return (sscanf(text, "%d/%d%c", shard, shards, &rest) == 2 && *shard >= 1 &&
            *shard <= *shards && *shards <= 100000) ||
           diag_error(d, command_line,
                      "'--shard' is '%s'; the number of a shard and how many "
                      "there are is needed, as in '1/4'",
                      text);
}

/* "array.sqlite", or "array.1of4.sqlite"; to be freed. */
static char *default_store(const struct plan *plan, int shard, int shards)
{
    char *name = NULL;
    size_t bytes;
    FILE *to = text_stream(&name, &bytes);
    if (shards > 1)
        fprintf(to, "%s.%dof%d.sqlite", plan->name, shard, shards);
    else
        fprintf(to, "%s.sqlite", plan->name);
    SIM_CHECK(fclose(to) == 0);
    return name;
}

/* Writes what `put` says of a store. */
static void print(struct store *store,
                  bool (*put)(struct store *store, FILE *to, struct diag *d),
                  const char *output, struct diag *d)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    bool ok = put(store, to, d);
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        output_write(output, text, bytes, d);
    free(text);
}

/* The script of --emit. */
static void print_script(const struct options *o, const char *file,
                         const struct plan *plan, int shards, struct diag *d)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    const bool ok = emit_shards(o->emit, file, plan->name, shards, to, d);
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        output_write(o->output, text, bytes, d);
    free(text);
}

static void run_plan(struct invocation *s, const char *name)
{
    const struct options *o = &s->options;
    struct workbench bench;
    struct store_about about;
    struct store *store = NULL;
    int shard, shards;
    if (!read_shard(o->shard, &shard, &shards, s->diag))
        return;
    if (o->emit != NULL && o->shard == NULL) {
        diag_error(s->diag, command_line,
                   "'--emit' needs the number of shards; as in '--shard 1/8'");
        return;
    }
    if (!output_is_possible("-o", o->output, s->diag))
        return;
    workbench_init(&bench, o->memo_bytes);
    struct plan *plan = plan_load(name, bench.inputs, s->diag);
    if (plan != NULL && o->emit != NULL) {
        print_script(o, name, plan, shards, s->diag);
    } else if (plan != NULL) {
        char *made = default_store(plan, shard, shards);
        const char *path = o->store != NULL ? o->store : made;
        sweep_about(plan, shard, shards, &about);
        if (about.points == 0)
            diag_error(s->diag, (struct src_pos){plan->path, 1},
                       "no point is left: the conditions of 'where' hold for "
                       "none of %" PRIu64 "; one at least is needed",
                       plan->n_points);
        else if (file_use_write("--store", path, s->diag))
            store = store_open(path, plan, &about, s->diag);
        free(made);
    }
    if (store != NULL) {
        const struct sweep_input in = {.plan = plan,
                                       .bench = &bench,
                                       .store = store,
                                       .jobs = o->jobs,
                                       .shard = shard,
                                       .shards = shards,
                                       .now_seconds = clock_now_seconds};
        if (sweep_run(&in, s->diag))
            print(store, export_status, o->output, s->diag);
    }
    store_close(store);
    plan_free(plan);
    workbench_fini(&bench);
}

/* A store that is named behind the second word. */
static void tell(struct invocation *s,
                 bool (*put)(struct store *store, FILE *to, struct diag *d))
{
    const struct options *o = &s->options;
    if (o->operands.n != 2) {
        diag_error(s->diag, command_line,
                   "'accelsim sweep %s' needs one store, as in 'accelsim "
                   "sweep %s array.sqlite'",
                   o->operand, o->operand);
        return;
    }
    file_use_read(o->operands.text[1]);
    if (!output_is_possible("-o", o->output, s->diag))
        return;
    struct store *store = store_read(o->operands.text[1], s->diag);
    if (store != NULL)
        print(store, put, o->output, s->diag);
    store_close(store);
}

static void merge(struct invocation *s)
{
    const struct options *o = &s->options;
    const char *const *from = (const char *const *)o->operands.text + 1;
    if (o->store == NULL || o->operands.n < 2) {
        diag_error(s->diag, command_line,
                   "'accelsim sweep merge' needs stores, and '--store' for "
                   "that into which their points go, as in 'accelsim sweep "
                   "merge --store all.sqlite a.1of2.sqlite a.2of2.sqlite'");
        return;
    }
    for (int i = 0; i < o->operands.n - 1; i++)
        file_use_read(from[i]);
    if (!output_is_possible("-o", o->output, s->diag) ||
        !file_use_write("--store", o->store, s->diag) ||
        !store_merge(o->store, from, o->operands.n - 1, s->diag))
        return;
    struct store *store = store_read(o->store, s->diag);
    if (store != NULL)
        print(store, export_status, o->output, s->diag);
    store_close(store);
}

void command_sweep(struct invocation *s)
{
    const struct options *o = &s->options;
    const char *word = o->operand;
    if (word == NULL)
        diag_error(s->diag, command_line,
                   "'accelsim sweep' lacks a plan, as in 'accelsim sweep "
                   "array_sizes.cfg'; or 'status', 'export' or 'merge' and "
                   "stores");
    else if (strcmp(word, "status") == 0)
        tell(s, export_status);
    else if (strcmp(word, "export") == 0)
        tell(s, format_table[o->format].sweep != NULL
                    ? format_table[o->format].sweep
                    : export_csv);
    else if (strcmp(word, "merge") == 0)
        merge(s);
    else if (o->operands.n > 1)
        diag_error(s->diag, command_line,
                   "'accelsim sweep' has two plans, '%s' and '%s'; one is "
                   "needed",
                   word, o->operands.text[1]);
    else
        run_plan(s, word);
}
