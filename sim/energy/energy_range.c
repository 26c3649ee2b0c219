/* energy_range.c - reads the ranges of a table's entries, and works totals out
 * with entries at their ends.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_range.h"

#include <math.h>

#include "sim/energy/energy_table.h"

enum side { AT_LOW, AT_HIGH };

bool energy_entry_range_read(const struct setting *entry, const char *subject,
                             struct energy_entry *out, struct diag *d)
{
    static const char *const key[] = {"low", "high"};
    const struct setting *source = setting_member(entry, "range_source");
    double *const value[] = {&out->low, &out->high};
    out->low = out->high = out->energy;
    if (setting_member(entry, "low") == NULL &&
        setting_member(entry, "high") == NULL && source == NULL)
        return true;
    for (int i = 0; i < 2; i++) {
        const struct setting *s = setting_member(entry, key[i]);
        if (s == NULL)
            return diag_error(d, setting_pos(entry),
                              "'%s' lacks '%s'; a range has 'low', 'high' and "
                              "'range_source'",
                              subject, key[i]);
        *value[i] = setting_number(s);
        if (!setting_is_number(s) || !(*value[i] > 0 && *value[i] <= 1e15))
            return diag_error(d, setting_pos(s),
                              "'%s' of '%s' is no number above 0, up to 1e15",
                              key[i], subject);
    }
    if (source == NULL || setting_string(source) == NULL)
        return diag_error(d, setting_pos(entry),
                          "'%s' lacks 'range_source'; a string is needed",
                          subject);
    if (out->low > out->energy || out->high < out->energy)
        return diag_error(d, setting_pos(entry),
                          "'%s' is %g, outside its range of %g to %g", subject,
                          out->energy, out->low, out->high);
    return true;
}

static bool has_range(const struct energy_entry *entry)
{
    return entry->low < entry->high;
}

/* Puts the n-th entry with a range at one of its ends; -1: all of them.
 * Returns how many have one. */
static int vary(struct energy_table *table, int n, enum side side)
{
    int found = 0;
    struct energy_list *list;
    for (int i = 0; (list = energy_table_list(table, i)) != NULL; i++)
        for (int k = 0; k < list->n_entries; k++) {
            struct energy_entry *e = &list->entry[k];
            if (!has_range(e))
                continue;
            if (n < 0 || n == found) {
                const double to = side == AT_LOW ? e->low : e->high;
                e->write *= to / e->energy;
                e->energy = to;
            }
            found++;
        }
    return found;
}

bool energy_ranges_fit(struct energy_table *table, const char *path,
                       struct diag *d)
{
    struct energy_table copy = *table;
    const int n = vary(&copy, -1, AT_LOW);
    const struct src_pos at = {path, 1};
    return n <= ENERGY_RANGED_MAX ||
           diag_error(d, at,
                      "%d entries have a range; up to %d are carried "
                      "to totals",
                      n, ENERGY_RANGED_MAX);
}

/* The layer's total by a table. */
static double total_of(const struct energy_table *table,
                       const struct arch *arch, const struct layer_result *r,
                       int dram_burst_bytes)
{
    struct energy_costs costs;
    struct layer_energy energy;
    energy_costs_of(table, arch, &costs);
    energy_of_layer(&costs, arch, r, dram_burst_bytes, &energy);
    return energy.total;
}

static double total_at(const struct energy_table *table,
                       const struct arch *arch, const struct layer_result *r,
                       int dram_burst_bytes, int n, enum side side)
{
    struct energy_table copy = *table; /* borrows what the table owns */
    vary(&copy, n, side);
    return total_of(&copy, arch, r, dram_burst_bytes);
}

void energy_range_of_layer(const struct energy_table *table,
                           const struct arch *arch,
                           const struct layer_result *result,
                           int dram_burst_bytes, struct energy_range *out)
{
    struct energy_table copy = *table;
    const int burst = dram_burst_bytes;
    out->n = vary(&copy, -1, AT_LOW);
    out->total = total_of(table, arch, result, burst);
    out->corner_low = total_at(table, arch, result, burst, -1, AT_LOW);
    out->corner_high = total_at(table, arch, result, burst, -1, AT_HIGH);
    for (int k = 0; k < out->n; k++) {
        out->low[k] = total_at(table, arch, result, burst, k, AT_LOW);
        out->high[k] = total_at(table, arch, result, burst, k, AT_HIGH);
    }
}

void energy_range_add(struct energy_range *a, const struct energy_range *b)
{
    a->n = b->n;
    a->total += b->total;
    a->corner_low += b->corner_low;
    a->corner_high += b->corner_high;
    for (int k = 0; k < b->n; k++) {
        a->low[k] += b->low[k];
        a->high[k] += b->high[k];
    }
}

/* An entry's figure may lower a total by rising: where a line through it and
 * the next leads beyond both. */
double energy_range_low(const struct energy_range *range)
{
    double squares = 0;
    for (int k = 0; k < range->n; k++) {
        const double least = fmin(range->low[k], range->high[k]);
        const double less = fmax(0, range->total - least);
        squares += less * less;
    }
    return fmax(0, range->total - sqrt(squares));
}

double energy_range_high(const struct energy_range *range)
{
    double squares = 0;
    for (int k = 0; k < range->n; k++) {
        const double most = fmax(range->low[k], range->high[k]);
        const double more = fmax(0, most - range->total);
        squares += more * more;
    }
    return range->total + sqrt(squares);
}
