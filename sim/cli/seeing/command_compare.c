/* command_compare.c - what differs between two results or two machines.
 * SPDX-License-Identifier: MIT
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/page/page.h"

static const struct src_pos command_line = {NULL, 0};

enum { WORDS_MAX = 256 };

struct words {
    const char *word[WORDS_MAX];
    char *owned[WORDS_MAX]; /* owns */
    int n, n_owned;
};

static void add(struct words *w, const char *word)
{
    if (w->n < WORDS_MAX - 1)
        w->word[w->n++] = word;
}

/* An option and its value, handed on to runs of architectures; NULL: it was
 * not given. */
static void hand_on(struct words *w, const char *option, const char *value)
{
    const size_t bytes = 32 + (value != NULL ? strlen(value) : 0);
    if (value == NULL || w->n_owned == WORDS_MAX)
        return;
    char *text = w->owned[w->n_owned++] = xcalloc(bytes, 1);
    snprintf(text, bytes, "--run-with=--%s=%s", option, value);
    add(w, text);
}

static void compare(struct invocation *s, const struct words *w)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    const bool ok = page_run(w->word, NULL, to, s->diag);
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        output_write(s->options.output, text, bytes, s->diag);
    free(text);
}

void command_compare(struct invocation *s)
{
    const struct options *o = &s->options;
    char program[PATH_MAX + 1] = "", batch[16];
    struct words w = {{NULL}, {NULL}, 0, 0};
    if (o->operands.n != 2) {
        diag_error(s->diag, command_line,
                   "'accelsim compare' has %d files; two results or two "
                   "architectures are needed, as in 'accelsim compare a.json "
                   "b.json'",
                   o->operands.n);
        return;
    }
    if (readlink("/proc/self/exe", program, PATH_MAX) < 0)
        strcpy(program, "accelsim");
    add(&w, "compare");
    add(&w, "--program");
    add(&w, program);
    hand_on(&w, "net", o->net);
    hand_on(&w, "layer", o->layer);
    hand_on(&w, "shape", o->shape);
    hand_on(&w, "gemm", o->gemm);
    hand_on(&w, "dataflow", o->dataflow);
    snprintf(batch, sizeof(batch), "%d", o->batch);
    hand_on(&w, "batch", o->batch > 0 ? batch : NULL);
    for (int k = 0; k < o->set.n; k++)
        hand_on(&w, "set", o->set.text[k]);
    if (o->safe.is_on) /* the runs read what this may read */
        add(&w, "--run-with=--safe");
    for (int i = 0; i < 2; i++) {
        if (!file_use_may_read(o->operands.text[i], command_line, s->diag))
            return;
        add(&w, o->operands.text[i]);
    }
    if (output_is_possible("-o", o->output, s->diag))
        compare(s, &w);
    for (int k = 0; k < w.n_owned; k++)
        free(w.owned[k]);
}
