/* placement.c - where on the array the PEs of a multicast pass stand.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/placement.h"

#include "dataflows/arith.h"
#include "sim/base/diag.h"

/* Bands of `block_rows` rows, and sets beside each other in one; a set wider
 * than the array is folded into segments, one a band. */
static bool bands_fit(const struct arch *a, const struct pe_sets *p)
{
    int bands = a->rows / p->block_rows, sets = p->sets * p->blocks;
    if (p->set_chains <= a->cols)
        return sets <= bands * (a->cols / p->set_chains);
    return sets <= bands / ceil_div(p->set_chains, a->cols);
}

struct pe_place place_pe(const struct arch *a, const struct pe_sets *p, int b,
                         int i, int t, int y)
{
    struct pe_place at;
    if (p->set_chains == 1 && p->block_rows == 1 && p->sets <= a->cols &&
        p->blocks <= a->rows) {
        at.row = a->rows - 1 - b;
        at.col = t;
        return at;
    }
    if (bands_fit(a, p)) {
        int bands = a->rows / p->block_rows, band;
        int set = t * p->blocks + p->blocks - 1 - b; /* psums rise to b + 1 */
        if (p->set_chains <= a->cols) {
            band = set % bands;
            at.col = set / bands * p->set_chains + y;
        } else {
            band = set * ceil_div(p->set_chains, a->cols) + y / a->cols;
            at.col = y % a->cols;
        }
        at.row = band * p->block_rows + p->block_rows - 1 - i;
        return at;
    }
    int pe = ((t * p->set_chains + y) * p->blocks + b) * p->block_rows + i;
    at.row = pe / a->cols;
    at.col = pe % a->cols;
    SIM_CHECK(at.row < a->rows);
    return at;
}

static int cluster_rows(const struct arch *a)
{
    return a->l1_cluster_rows > 0 ? a->l1_cluster_rows : a->rows;
}

int cluster_grid_rows(const struct arch *a)
{
    return ceil_div(a->rows, cluster_rows(a));
}

int cluster_grid_cols(const struct arch *a)
{
    return ceil_div(a->cols, a->l1_cluster_cols);
}

int cluster_of(const struct arch *a, struct pe_place place)
{
    return place.row / cluster_rows(a) * cluster_grid_cols(a) +
           place.col / a->l1_cluster_cols;
}
