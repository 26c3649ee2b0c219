/* command_import.c - has other tools' files written as files of accelsim's
 * own.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/file_use.h"
#include "sim/cli/command.h"
#include "sim/cli/importer.h"
#include "sim/cli/invocation.h"

static const struct src_pos command_line = {NULL, 0};

void command_import(struct invocation *s)
{
    const struct options *o = &s->options;
    const struct import_task task = {
        .to = o->output != NULL ? o->output : ".",
        .form = o->form,
        .files = o->operands,
        .is_strict = o->strict,
        .is_listed = o->listed,
        .compare = o->compare,
        .count_as = o->count_as,
        .dims = o->dims,
    };
    if (o->operands.n == 0) {
        diag_error(s->diag, command_line,
                   "'accelsim import' lacks what to read; files of other "
                   "tools are needed, as in 'accelsim import resnet18.csv'");
        return;
    }
    if (o->count_as != NULL && o->compare == NULL) {
        diag_error(s->diag, command_line,
                   "'--count-as' has no use without '--compare'; a report of "
                   "Timeloop's is needed");
        return;
    }
    if (o->output == NULL && o->given[option_find("output") - option_table]) {
        diag_error(s->diag, command_line,
                   "'-o' is '-'; 'accelsim import' writes files, and a folder "
                   "is needed");
        return;
    }
    for (int i = 0; i < o->operands.n; i++)
        if (!file_use_may_read(o->operands.text[i], command_line, s->diag))
            return;
    if (task.compare != NULL &&
        !file_use_may_read(task.compare, command_line, s->diag))
        return;
    if (task.compare != NULL || file_use_may_write("-o", task.to, s->diag))
        importer_run(&task, s->diag);
}
