/* workload_select.c - the layers that a user names.
 * SPDX-License-Identifier: MIT
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/config/workload.h"

static bool mark_matches(const struct workload *w, const char *pattern,
                         bool *chosen)
{
    bool all = strcmp(pattern, "all") == 0, any = false;
    for (int i = 0; i < w->n_layers; i++)
        if (all || fnmatch(pattern, w->layer[i].name, 0) == 0)
            any = chosen[i] = true;
    return any;
}

static bool no_such_layer(const struct workload *w, const char *name,
                          struct diag *d)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; i < w->n_layers; i++)
        nearest_offer(&near, w->layer[i].name);
    return diag_error(d, (struct src_pos){NULL, 0},
                      "the network '%s' has no layer '%s'; the nearest is '%s'",
                      w->name, name, near.best);
}

/* A glob as layer names are written.  '-' and '!' inside [ ] keep their
 * meaning. */
static void pattern_of(const char *text, char *out)
{
    bool in_brackets = false;
    for (; *text != '\0'; text++) {
        in_brackets = *text == '[' || (in_brackets && *text != ']');
        *out++ = (*text == '-' && !in_brackets) || *text == '/'
                     ? '_'
                     : (char)tolower((unsigned char)*text);
    }
    *out = '\0';
}

static void keep(struct workload *w, const bool *chosen)
{
    int kept = 0;
    for (int i = 0; i < w->n_layers; i++)
        if (chosen[i])
            w->layer[kept++] = w->layer[i];
    w->n_layers = kept;
}

bool workload_select(struct workload *w, const char *selection, struct diag *d)
{
    char *patterns = xcalloc(1, strlen(selection) + 1);
    bool *chosen = xcalloc((size_t)w->n_layers, sizeof(*chosen));
    bool ok = true;
    char *rest, *item;
    pattern_of(selection, patterns);
    rest = patterns;
    while ((item = strsep(&rest, ",")) != NULL)
        if (!mark_matches(w, item, chosen))
            ok = no_such_layer(w, item, d);
    if (ok)
        keep(w, chosen);
    free(chosen);
    free(patterns);
    return ok;
}
