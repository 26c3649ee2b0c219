/* command_serve.c - answers requests on standard input, on standard output.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/process/clock.h"
#include "sim/serve/serve.h"

void command_serve(struct invocation *s)
{
    struct workbench bench;
    workbench_init(&bench, s->options.memo_bytes);
    const struct serve_input in = {.from = stdin,
                                   .to = stdout,
                                   .bench = &bench,
                                   .jobs = s->options.jobs,
                                   .now_seconds = clock_now_seconds};
    serve(&in, s->diag);
    workbench_fini(&bench);
}
