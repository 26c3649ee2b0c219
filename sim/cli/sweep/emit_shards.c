/* emit_shards.c - writes the scripts.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/sweep/emit_shards.h"

#include <string.h>

static const struct src_pos command_line = {NULL, 0};

/* A word as the shell takes it, whatever letters it has. */
static void put_word(const char *text, FILE *to)
{
    fputc('\'', to);
    for (; *text != '\0'; text++)
        if (*text == '\'')
            fputs("'\\''", to);
        else
            fputc(*text, to);
    fputc('\'', to);
}

static void put_merge(const char *name, int shards, FILE *to)
{
    fputs("accelsim sweep merge --store ", to);
    put_word(name, to);
    fputs(".sqlite ", to);
    put_word(name, to);
    fprintf(to, ".*of%d.sqlite\n", shards);
}

static void put_slurm(const char *plan, const char *name, int shards, FILE *to)
{
    fprintf(to,
            "#!/bin/sh\n"
            "#SBATCH --job-name=accelsim\n"
            "#SBATCH --array=1-%d\n"
            "#SBATCH --cpus-per-task=1\n"
            "# A task that is run again goes on where it was ended. Once all "
            "are done:\n# ",
            shards);
    put_merge(name, shards, to);
    fputs("exec accelsim sweep ", to);
    put_word(plan, to);
    fprintf(to,
            " \\\n    --shard \"$SLURM_ARRAY_TASK_ID/%d\" "
            "-j \"${SLURM_CPUS_PER_TASK:-1}\"\n",
            shards);
}

static void put_parallel(const char *plan, const char *name, int shards,
                         FILE *to)
{
    fprintf(to,
            "#!/bin/sh\n"
            "# With --sshlogin, on other machines; see parallel's manual.\n"
            "set -e\n"
            "seq %d | parallel --halt soon,fail=1 accelsim sweep ",
            shards);
    put_word(plan, to);
    fprintf(to, " --shard '{}/%d' -j 1\n", shards);
    put_merge(name, shards, to);
}

bool emit_shards(const char *form, const char *plan, const char *name,
                 int shards, FILE *to, struct diag *d)
{
    if (strcmp(form, "slurm") == 0)
        put_slurm(plan, name, shards, to);
    else if (strcmp(form, "parallel") == 0)
        put_parallel(plan, name, shards, to);
    else
        return diag_error(d, command_line,
                          "'--emit' is '%s'; it may be 'slurm' or 'parallel'",
                          form);
    return true;
}
