/* command_validate.c - published claims beside what this simulator finds.
 *
 * Exit status 0: every claim with a tolerance holds, but for the known misses.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/format_table.h"
#include "sim/cli/invocation.h"
#include "sim/validate/validation.h"

static const struct src_pos command_line = {NULL, 0};

static bool write_report(const struct validation *v, const struct options *o,
                         struct diag *d)
{
    char *text = NULL;
    size_t text_bytes;
    bool ok;
    FILE *to = text_stream(&text, &text_bytes);
    format_table[o->format].validation(v, to);
    SIM_CHECK(fclose(to) == 0);
    ok = output_write(o->output, text, text_bytes, d);
    free(text);
    return ok;
}

void command_validate(struct invocation *s)
{
    struct validation *v;
    int misses;
    v = validation_load(s->options.filter, s->diag);
    if (v != NULL && output_is_possible("-o", s->options.output, s->diag) &&
        validation_run_all(v, s->diag) &&
        write_report(v, &s->options, s->diag)) {
        misses = validation_count(v, VERDICT_MISS);
        if (misses > 0)
            diag_fail(s->diag, EXIT_MISMATCH, command_line,
                      "%d claim%s missed; each should hold or be explained as "
                      "a known miss",
                      misses, misses == 1 ? " is" : "s are");
    }
    validation_free(v);
}
