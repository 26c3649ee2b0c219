/* array_axes.c - which dataflows can do with what the rows and the columns of
 * an array may hold.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/array_axes.h"

#include <stdio.h>
#include <string.h>

/* What a dataflow shares out over rows and columns: all of these loops.  Where
 * there is another row for the dataflow and kind of array, either will do.  A
 * row of products holds channels, and filter rows and columns with them or
 * neither of the two. */
static const struct axes {
    const char *dataflow;
    bool on_systolic, by_trees, has_products;
    const char *rows, *cols;
} table[] = {
    {"rs", false, false, false, "mcpr", "mcp"},
    {"ws", false, false, true, "c", "m"},
    {"ws", false, true, true, "c", "m"},
    {"ws", true, false, true, "c", "m"},
    {"is", false, false, true, "c", "npq"},
    {"is", false, true, true, "c", "npq"},
    {"is", true, false, true, "c", "npq"},
    {"os", false, false, false, "nmpq", "nmpq"},
    {"os", false, true, true, "c", "m"},
    {"os", false, true, true, "c", "npq"},
    {"os", true, false, false, "npq", "m"},
    {"nlr", false, false, true, "c", "m"},
    {"nlr", false, false, true, "c", "npq"},
    {"nlr", false, true, true, "c", "m"},
    {"nlr", false, true, true, "c", "npq"},
};

static bool is_of(const struct axes *a, const struct arch *arch,
                  const char *dataflow)
{
    return strcmp(a->dataflow, dataflow) == 0 &&
           a->on_systolic == (arch->array_network == NETWORK_SYSTOLIC) &&
           a->by_trees == (arch->psum_reduce == PSUM_TREE);
}

static bool rows_fit(const struct axes *a, const struct arch *arch)
{
    const char *held = arch->rows_hold;
    return arch_axis_holds(held, a->rows) &&
           (!a->has_products ||
            arch_axis_holds(held, "r") == arch_axis_holds(held, "s"));
}

static bool refuse(struct array_refusal *out, const char *key,
                   const char *dataflow, const struct axes *a)
{
    out->key = key;
    if (a == NULL)
        snprintf(out->why, sizeof(out->why),
                 "the loops that '%s' puts on rows and columns of PEs are not "
                 "known, so '%s' may only be 'any'",
                 dataflow, key);
    else if (strcmp(key, "array.rows_hold") == 0)
        snprintf(out->why, sizeof(out->why),
                 "'%s' puts the loops '%s' on the rows of PEs%s, which '%s' "
                 "does not allow; 'any' is right, or another dataflow",
                 dataflow, a->rows,
                 a->has_products ? ", with both of 'r' and 's' or neither" : "",
                 key);
    else
        snprintf(out->why, sizeof(out->why),
                 "'%s' puts the loops '%s' on the columns of PEs, which '%s' "
                 "does not allow; 'any' is right, or another dataflow",
                 dataflow, a->cols, key);
    return false;
}

bool array_axes_honour(const struct arch *arch, const char *dataflow,
                       struct array_refusal *out)
{
    const struct axes *last = NULL;
    bool rows_do = false;
    if (arch->rows_hold[0] == '\0' && arch->cols_hold[0] == '\0')
        return true;
    for (size_t k = 0; k < sizeof(table) / sizeof(*table); k++) {
        if (!is_of(&table[k], arch, dataflow))
            continue;
        last = &table[k];
        rows_do = rows_fit(last, arch);
        if (rows_do && arch_axis_holds(arch->cols_hold, last->cols))
            return true;
    }
    return refuse(out,
                  rows_do || arch->rows_hold[0] == '\0' ? "array.cols_hold"
                                                        : "array.rows_hold",
                  dataflow, last);
}
