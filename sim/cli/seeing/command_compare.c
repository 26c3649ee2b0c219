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

struct words {
    char **word; /* owns; NULL at its end */
    size_t n;
};

static void add(struct words *w, const char *word)
{
    w->word = xrealloc(w->word, w->n + 2, sizeof(*w->word));
    w->word[w->n++] = xstrdup(word);
    w->word[w->n] = NULL;
}

/* An option and its value, handed on to runs of architectures; NULL: it was
 * not given. */
static void hand_on(struct words *w, const char *option, const char *value)
{
    if (value == NULL)
        return;
    const size_t bytes = 32 + strlen(value);
    char *text = xcalloc(bytes, 1);
    snprintf(text, bytes, "--run-with=--%s=%s", option, value);
    add(w, text);
    free(text);
}

static void compare(struct invocation *s, const struct words *w)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    const bool ok = page_run((const char *const *)w->word, NULL, to, s->diag);
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        output_write(s->options.output, text, bytes, s->diag);
    free(text);
}

void command_compare(struct invocation *s)
{
    const struct options *o = &s->options;
    char program[PATH_MAX + 1] = "", batch[16];
    struct words w = {NULL, 0};
    bool ok = true;
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
        ok =
            ok && file_use_may_read(o->operands.text[i], command_line, s->diag);
        add(&w, o->operands.text[i]);
    }
    if (ok && output_is_possible("-o", o->output, s->diag))
        compare(s, &w);
    for (size_t k = 0; k < w.n; k++)
        free(w.word[k]);
    free(w.word);
}
