/* joined_parts.c - adds up the parts of layers.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/joined_parts.h"

#include <stdlib.h>

#include "sim/base/counters.h"
#include "sim/base/text_stream.h"

/* Adds what one part of a layer took; of lower bounds each is the sum of the
 * parts'. */
static void add_part(struct layer_result *sum, const struct layer_result *part)
{
    counters_add(sum, part);
    sum->bursts_at_least = sum->bursts_at_least || part->bursts_at_least;
    if (part->active_pes > sum->active_pes)
        sum->active_pes = part->active_pes;
    for (int k = 0; k < BOUND_N; k++)
        sum->bounds_cycles[k] =
            count_add(sum->bounds_cycles[k], part->bounds_cycles[k]);
}

/* The parts' mappings, one behind the other; NULL: they are not shown. */
static char *join_texts(const struct layer_result *part, int n)
{
    char *text = NULL;
    size_t bytes;
    if (part->mapping_text == NULL)
        return NULL;
    FILE *to = text_stream(&text, &bytes);
    for (int i = 0; i < n; i++)
        fprintf(to, "%s%s", i > 0 ? "\n" : "", part[i].mapping_text);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

struct layer_result *joined_parts(const struct layer_result *part,
                                  const struct workload *whole,
                                  const int *parts)
{
    struct layer_result *out = xcalloc((size_t)whole->n_layers, sizeof(*out));
    for (int i = 0; i < whole->n_layers; i++) {
        out[i] = part[0];
        out[i].layer = whole->layer[i];
        out[i].mapping_text = join_texts(part, parts[i]);
        for (int k = 1; k < parts[i]; k++)
            add_part(&out[i], &part[k]);
        part += parts[i];
    }
    return out;
}
