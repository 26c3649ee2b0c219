/* energy_range.c - reads the ranges of a table's entries, and works totals out
 * with entries at their ends.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/energy_range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* Puts an entry at one of its ends. */
static void move_to(struct energy_entry *entry, enum side side)
{
    const double to = side == AT_LOW ? entry->low : entry->high;
    entry->write *= to / entry->energy;
    entry->energy = to;
}

/* Finds the entries with a range, up to `most` of them.  Returns how many there
 * are. */
static int find_ranged(struct energy_table *table, int most,
                       struct energy_entry *found[])
{
    int n = 0;
    struct energy_list *list;
    for (int i = 0; (list = energy_table_list(table, i)) != NULL; i++)
        for (int k = 0; k < list->n_entries; k++)
            if (has_range(&list->entry[k]) && n++ < most)
                found[n - 1] = &list->entry[k];
    return n;
}

bool energy_ranges_fit(struct energy_table *table, const char *path,
                       struct diag *d)
{
    const int n = find_ranged(table, 0, NULL);
    const struct src_pos at = {path, 1};
    return n <= ENERGY_RANGED_MAX ||
           diag_error(d, at,
                      "%d entries have a range; up to %d are carried "
                      "to totals",
                      n, ENERGY_RANGED_MAX);
}

struct energy_range_prices {
    const struct energy_table *table; /* borrowed */
    bool is_set;
    /* The widths of words that the prices hold for. */
    int bits[TENSOR_N], ofmap_bits;
    int n; /* entries with a range */
    struct energy_costs as_is, corner[2];
    struct energy_costs *one[2]; /* owns; n of each side */
};

struct energy_range_prices *
energy_range_prices_new(const struct energy_table *table)
{
    struct energy_range_prices *prices = xcalloc(1, sizeof(*prices));
    prices->table = table;
    return prices;
}

void energy_range_prices_free(struct energy_range_prices *prices)
{
    if (prices == NULL)
        return;
    free(prices->one[AT_LOW]);
    free(prices->one[AT_HIGH]);
    free(prices);
}

const struct energy_table *
energy_range_table(const struct energy_range_prices *prices)
{
    return prices->table;
}

/* A copy with entries of its own; it borrows what else the table owns. */
static struct energy_table copy_of(const struct energy_table *table)
{
    struct energy_table copy = *table;
    struct energy_list *list;
    for (int i = 0; (list = energy_table_list(&copy, i)) != NULL; i++) {
        const struct energy_entry *from = list->entry;
        energy_list_init(list, list->n_entries);
        for (int k = 0; k < list->n_entries; k++)
            list->entry[k] = from[k];
    }
    return copy;
}

static void work_out(struct energy_range_prices *prices,
                     const struct arch *arch)
{
    struct energy_table copy = copy_of(prices->table);
    struct energy_list *list;
    struct energy_entry *found[ENERGY_RANGED_MAX], was[ENERGY_RANGED_MAX];
    const int n = find_ranged(&copy, ENERGY_RANGED_MAX, found);
    SIM_CHECK(n <= ENERGY_RANGED_MAX);
    for (int k = 0; k < n; k++)
        was[k] = *found[k];
    energy_costs_of(&copy, arch, &prices->as_is);
    for (int side = AT_LOW; side <= AT_HIGH; side++) {
        free(prices->one[side]);
        prices->one[side] = xcalloc((size_t)n + 1, sizeof(*prices->one[side]));
        for (int k = 0; k < n; k++) {
            move_to(found[k], (enum side)side);
            energy_costs_of(&copy, arch, &prices->one[side][k]);
            *found[k] = was[k];
        }
        for (int k = 0; k < n; k++)
            move_to(found[k], (enum side)side);
        energy_costs_of(&copy, arch, &prices->corner[side]);
        for (int k = 0; k < n; k++)
            *found[k] = was[k];
    }
    for (int i = 0; (list = energy_table_list(&copy, i)) != NULL; i++)
        energy_list_fini(list);
    prices->n = n;
    prices->is_set = true;
    memcpy(prices->bits, arch->precision_bits, sizeof(prices->bits));
    prices->ofmap_bits = arch->ofmap_bits;
}

void energy_range_of_layer(struct energy_range_prices *prices,
                           const struct arch *arch,
                           const struct layer_result *result,
                           int dram_burst_bytes, struct energy_range *out)
{
    if (!prices->is_set || prices->ofmap_bits != arch->ofmap_bits ||
        memcmp(prices->bits, arch->precision_bits, sizeof(prices->bits)) != 0)
        work_out(prices, arch);
    struct layer_energy energy;
    const struct {
        const struct energy_costs *costs;
        double *total;
    } fixed[] = {{&prices->as_is, &out->total},
                 {&prices->corner[AT_LOW], &out->corner_low},
                 {&prices->corner[AT_HIGH], &out->corner_high}};
    for (int k = 0; k < 3; k++) {
        energy_of_layer(fixed[k].costs, arch, result, dram_burst_bytes,
                        &energy);
        *fixed[k].total = energy.total;
    }
    out->n = prices->n;
    for (int k = 0; k < 2 * prices->n; k++) {
        const int entry = k / 2, side = k % 2;
        energy_of_layer(&prices->one[side][entry], arch, result,
                        dram_burst_bytes, &energy);
        (side == AT_LOW ? out->low : out->high)[entry] = energy.total;
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
