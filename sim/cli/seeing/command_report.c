/* command_report.c - one page of HTML made of what was printed before.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/page/page.h"

static const struct src_pos command_line = {NULL, 0};

enum { FILES_MAX = 400 };

void command_report(struct invocation *s)
{
    const struct options *o = &s->options;
    const char *words[FILES_MAX + 4] = {"report", "--glossary",
                                        page_glossary()};
    char *text = NULL;
    size_t bytes;
    if (o->operands.n == 0 || o->operands.n > FILES_MAX) {
        diag_error(s->diag, command_line,
                   "'accelsim report' has %d files; 1 to %d that --format json "
                   "printed are needed, as in 'accelsim report a.json -o "
                   "a.html'",
                   o->operands.n, (int)FILES_MAX);
        return;
    }
    for (int i = 0; i < o->operands.n; i++) {
        if (!file_use_may_read(o->operands.text[i], command_line, s->diag))
            return;
        file_use_read(o->operands.text[i]);
        words[3 + i] = o->operands.text[i];
    }
    if (!output_is_possible("-o", o->output, s->diag))
        return;
    FILE *to = text_stream(&text, &bytes);
    const bool ok = page_run(words, NULL, to, s->diag);
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        output_write(o->output, text, bytes, s->diag);
    free(text);
}
