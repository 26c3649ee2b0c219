/* systolic_probes.c - signals of a systolic array, from what it counts.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systolic_probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/diag.h"

enum { EDGE_PROBES = 4, PROBES = EDGE_PROBES + PE_CAUSE_N };

struct systolic_probes {
    const struct systolic *array; /* borrowed */
    struct pass_counts before;
    struct probe probe[PROBES];
};

struct systolic_probes *systolic_probes_new(const struct systolic *array)
{
    static const char *const edge[EDGE_PROBES] = {
        "filter_edge.words", "ifmap_edge.words", "psum_in_edge.words",
        "psum_out_edge.words"};
    struct systolic_probes *p = xcalloc(1, sizeof(*p));
    p->array = array;
    for (int k = 0; k < PROBES; k++) {
        struct probe *probe = &p->probe[k];
        if (k < EDGE_PROBES)
            snprintf(probe->name, sizeof(probe->name), "%s", edge[k]);
        else /* a PE's states begin with idle */
            snprintf(probe->name, sizeof(probe->name), "pes.%s",
                     pe_state_words[1 + k - EDGE_PROBES]);
        probe->bits = k < EDGE_PROBES ? 16 : 24;
    }
    return p;
}

void systolic_probes_free(struct systolic_probes *p)
{
    free(p);
}

struct probe *systolic_probes_list(struct systolic_probes *p, int *n)
{
    *n = PROBES;
    return p->probe;
}

void systolic_probes_sample(struct systolic_probes *p)
{
    struct pass_counts now;
    const struct pass_counts *was = &p->before;
    systolic_counts(p->array, &now);
    if (now.cycles == 1) /* another pass */
        memset(&p->before, 0, sizeof(p->before));
    else if (now.cycles != was->cycles + 1) /* nobody looked for a while */
        p->before = now;
    p->probe[0].value = (uint32_t)(now.filter_sent - was->filter_sent);
    p->probe[1].value = (uint32_t)(now.ifmap_sent - was->ifmap_sent);
    p->probe[2].value = (uint32_t)(now.psum_in_words - was->psum_in_words);
    p->probe[3].value = (uint32_t)(now.psum_out_words - was->psum_out_words);
    for (int k = 0; k < PE_CAUSE_N; k++)
        p->probe[EDGE_PROBES + k].value =
            (uint32_t)(now.pe_cycles[k] - was->pe_cycles[k]);
    p->before = now;
}
