/* systolic_probes.c - signals of a systolic array, from what it counts and what
 * its rows note.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/systolic_probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pe/systolic_rows.h"
#include "sim/base/diag.h"

enum { EDGE_PROBES = 4, SHARED_PROBES = EDGE_PROBES + PE_CAUSE_N };

struct systolic_probes {
    const struct systolic *array; /* borrowed */
    struct pass_counts before;
    struct probe *probe; /* owns; of the edges, of all PEs, of each wanted */
    struct probe_pe *pe; /* owns */
    int n_pes;
};

static void add_shared(struct systolic_probes *p)
{
    static const char *const edge[EDGE_PROBES] = {
        "filter_edge.words", "ifmap_edge.words", "psum_in_edge.words",
        "psum_out_edge.words"};
    for (int k = 0; k < SHARED_PROBES; k++) {
        struct probe *probe = &p->probe[k];
        if (k < EDGE_PROBES)
            snprintf(probe->name, sizeof(probe->name), "%s", edge[k]);
        else /* a PE's states begin with idle */
            snprintf(probe->name, sizeof(probe->name), "pes.%s",
                     pe_state_words[1 + k - EDGE_PROBES]);
        probe->bits = k < EDGE_PROBES ? 16 : 24;
    }
}

static void add_pe(struct systolic_probes *p, int row, int col)
{
    struct probe *probe = &p->probe[SHARED_PROBES + p->n_pes];
    snprintf(probe->name, sizeof(probe->name), "pe_%d_%d.state", row, col);
    probe->bits = 4;
    probe->words = pe_state_words;
    p->pe[p->n_pes++] = (struct probe_pe){row, col};
}

struct systolic_probes *systolic_probes_new(struct systolic *array,
                                            const struct probe_pes *pes)
{
    struct systolic_probes *p = xcalloc(1, sizeof(*p));
    const int rows = systolic_rows(array), cols = systolic_cols(array);
    const size_t most = (size_t)(rows * cols);
    p->array = array;
    p->probe = xcalloc(SHARED_PROBES + most, sizeof(*p->probe));
    p->pe = xcalloc(most, sizeof(*p->pe));
    add_shared(p);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < cols; j++)
            if (probe_pe_is_wanted(pes, i, j))
                add_pe(p, i, j);
    systolic_rows_watch(array);
    return p;
}

void systolic_probes_free(struct systolic_probes *p)
{
    if (p == NULL)
        return;
    free(p->probe);
    free(p->pe);
    free(p);
}

struct probe *systolic_probes_list(struct systolic_probes *p, int *n)
{
    *n = SHARED_PROBES + p->n_pes;
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
    for (int k = 0; k < p->n_pes; k++)
        p->probe[SHARED_PROBES + k].value =
            (uint32_t)(1 +
                       systolic_pe_cause(p->array, p->pe[k].row, p->pe[k].col));
}
