/* sram_grid.c - reads a grid of SRAM banks, and looks figures up in it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/energy/sram_grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIGURE_MAX 1e15

const char *const sram_grid_keys[] = {"sram_grid", "sram_macro", "sram_kinds",
                                      "cacti_wire_pj", NULL};

static const char *const figure_key[SRAM_FIGURE_N] = {"read", "write",
                                                      "leakage_mw", "area_mm2"};

/* A number above 0 of a group. */
static bool positive(const struct setting *group, const char *key, double *out,
                     struct diag *d)
{
    const struct setting *s = setting_member(group, key);
    if (s != NULL && setting_is_number(s) && setting_number(s) > 0 &&
        setting_number(s) <= FIGURE_MAX) {
        *out = setting_number(s);
        return true;
    }
    return diag_error(d, setting_pos(s != NULL ? s : group),
                      "'%s' is %s; a number above 0, up to %g, is needed", key,
                      s == NULL              ? "missing"
                      : setting_is_number(s) ? "out of range"
                                             : setting_kind(s),
                      FIGURE_MAX);
}

/* An array of numbers above 0; n: how many there must be, or at most. */
static bool numbers(const struct setting *group, const char *key, int n,
                    bool exactly, double *out, int *n_out, struct diag *d)
{
    const struct setting *s = setting_member(group, key);
    const int has = s != NULL && setting_is_list(s) ? setting_length(s) : 0;
    if (has < 2 || has > n || (exactly && has != n))
        return diag_error(d, setting_pos(s != NULL ? s : group),
                          "'%s' has %d numbers; %s%d are needed", key, has,
                          exactly ? "" : "2 to ", n);
    for (int i = 0; i < has; i++) {
        const struct setting *item = setting_item(s, i);
        out[i] = setting_number(item);
        if (!setting_is_number(item) || !(out[i] > 0 && out[i] <= FIGURE_MAX))
            return diag_error(d, setting_pos(item),
                              "number %d of '%s' is not above 0, up to %g",
                              i + 1, key, FIGURE_MAX);
    }
    *n_out = has;
    return true;
}

static bool rises(const double *x, int n, const struct setting *at,
                  const char *key, struct diag *d)
{
    for (int i = 1; i < n; i++)
        if (x[i] <= x[i - 1])
            return diag_error(d, setting_pos(at),
                              "'%s' does not rise at number %d; rising numbers "
                              "are needed",
                              key, i + 1);
    return true;
}

static bool read_figures(const struct setting *s, struct sram_grid *grid,
                         struct diag *d)
{
    static const char *const known[] = {"source",     "volts",    "bytes",
                                        "bits",       "read",     "write",
                                        "leakage_mw", "area_mm2", NULL};
    bool ok = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "'sram_grid' is %s; a group { ... } is needed",
                          setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        const char *name = setting_name(setting_item(s, i));
        int k = 0;
        while (known[k] != NULL && strcmp(known[k], name) != 0)
            k++;
        if (known[k] == NULL)
            ok = setting_unknown_key(setting_item(s, i), known,
                                     " in 'sram_grid'", d);
    }
    if (setting_member(s, "source") == NULL ||
        setting_string(setting_member(s, "source")) == NULL)
        ok = diag_error(d, setting_pos(s),
                        "'sram_grid' lacks 'source'; a string is needed");
    ok = positive(s, "volts", &grid->volts, d) && ok;
    if (!numbers(s, "bytes", SRAM_BYTES_MAX, false, grid->bytes, &grid->n_bytes,
                 d) ||
        !numbers(s, "bits", SRAM_BITS_MAX, false, grid->bits, &grid->n_bits,
                 d) ||
        !rises(grid->bytes, grid->n_bytes, s, "bytes", d) ||
        !rises(grid->bits, grid->n_bits, s, "bits", d))
        return false;
    for (int f = 0; f < SRAM_FIGURE_N; f++) {
        int n;
        ok = numbers(s, figure_key[f], grid->n_bytes * grid->n_bits, true,
                     grid->value[f], &n, d) &&
             ok;
    }
    return ok;
}

/* The groups of a list of up to SRAM_KINDS_MAX; an absent list has none. */
static bool list_of(const struct setting *root, const char *key, int *n,
                    struct diag *d)
{
    const struct setting *s = setting_member(root, key);
    *n = 0;
    if (s == NULL)
        return true;
    if (!setting_is_list(s) || setting_length(s) > SRAM_KINDS_MAX)
        return diag_error(d, setting_pos(s),
                          "'%s' is no list of up to %d groups", key,
                          SRAM_KINDS_MAX);
    *n = setting_length(s);
    return true;
}

static bool read_macro(const struct setting *root, struct sram_grid *grid,
                       struct diag *d)
{
    const struct setting *s = setting_member(root, "sram_macro");
    if (!list_of(root, "sram_macro", &grid->n_macro, d))
        return false;
    for (int i = 0; i < grid->n_macro; i++) {
        const struct setting *item = setting_item(s, i);
        if (!positive(item, "bytes", &grid->macro_bytes[i], d) ||
            !positive(item, "times", &grid->macro_times[i], d))
            return false;
        if (setting_member(item, "source") == NULL)
            return diag_error(d, setting_pos(item),
                              "'sram_macro' lacks 'source'; a string is "
                              "needed");
    }
    return s == NULL ||
           rises(grid->macro_bytes, grid->n_macro, s, "sram_macro", d);
}

static bool read_kinds(const struct setting *root, struct sram_grid *grid,
                       struct diag *d)
{
    static const char *const key[SRAM_FIGURE_N] = {"read", "write", "leakage",
                                                   "area"};
    const struct setting *s = setting_member(root, "sram_kinds");
    if (!list_of(root, "sram_kinds", &grid->n_kinds, d))
        return false;
    for (int i = 0; i < grid->n_kinds; i++) {
        const struct setting *item = setting_item(s, i);
        const struct setting *kind = setting_member(item, "kind");
        const char *name = kind != NULL ? setting_string(kind) : NULL;
        if (name == NULL || strlen(name) >= sizeof(grid->kind[i]))
            return diag_error(d, setting_pos(item),
                              "'sram_kinds' lacks 'kind'; a string of up to %d "
                              "letters is needed",
                              (int)sizeof(grid->kind[i]) - 1);
        strcpy(grid->kind[i], name);
        for (int f = 0; f < SRAM_FIGURE_N; f++)
            if (!positive(item, key[f], &grid->factor[i][f], d))
                return false;
    }
    return true;
}

bool sram_grid_parts_fit(const struct setting *root, struct src_pos whole_file,
                         struct diag *d)
{
    static const char *const areas[] = {"multiply_area", "add_area",
                                        "register_area"};
    /* The lists may be empty, but a table that is cut short has none. */
    static const char *const needed[] = {"volts", "wire", "sram_macro",
                                         "sram_kinds", NULL};
    const bool has_grid = setting_member(root, "sram_grid") != NULL;
    int n_areas = 0;
    bool ok = true;
    for (int i = 0; i < 3; i++)
        n_areas += setting_member(root, areas[i]) != NULL;
    if (n_areas > 0 && (n_areas < 3 || !has_grid))
        ok = diag_error(d, whole_file,
                        "areas need 'multiply_area', 'add_area', "
                        "'register_area' and 'sram_grid' together");
    for (int i = 0; has_grid && needed[i] != NULL; i++)
        if (setting_member(root, needed[i]) == NULL)
            ok = diag_error(d, whole_file,
                            "'sram_grid' is given without '%s', which it needs",
                            needed[i]);
    if (has_grid && setting_member(root, "sram") != NULL)
        ok = diag_error(d, whole_file,
                        "both 'sram' and 'sram_grid' are given; one of them is "
                        "needed");
    if (!has_grid && setting_member(root, "sram_spread") != NULL)
        ok = diag_error(d, whole_file,
                        "'sram_spread' is given without 'sram_grid', which it "
                        "is of");
    for (int i = 1; !has_grid && sram_grid_keys[i] != NULL; i++) {
        const struct setting *s = setting_member(root, sram_grid_keys[i]);
        if (s != NULL)
            ok = diag_error(d, setting_pos(s),
                            "'%s' is given without 'sram_grid', which it is of",
                            sram_grid_keys[i]);
    }
    return ok;
}

struct sram_grid *sram_grid_read(const struct setting *root, struct diag *d)
{
    const struct setting *s = setting_member(root, "sram_grid");
    struct sram_grid *grid = xcalloc(1, sizeof(*grid));
    grid->line = setting_pos(s).line;
    bool ok = read_figures(s, grid, d) && read_macro(root, grid, d) &&
              read_kinds(root, grid, d);
    if (ok && setting_member(root, "cacti_wire_pj") != NULL)
        ok = positive(root, "cacti_wire_pj", &grid->wire_pj, d);
    if (ok)
        return grid;
    free(grid);
    return NULL;
}

/* The segment of a rising axis that x lies in, or the one at its end; *share:
 * how far along it, by logarithms. */
static int segment(const double *axis, int n, double x, double *share)
{
    int k = 0;
    while (k < n - 2 && axis[k + 1] <= x)
        k++;
    *share = log(x / axis[k]) / log(axis[k + 1] / axis[k]);
    return k;
}

double sram_grid_look(const struct sram_grid *grid, enum sram_figure figure,
                      double bytes, double bits)
{
    double x, y;
    const int i = segment(grid->bytes, grid->n_bytes, bytes, &x);
    const int j = segment(grid->bits, grid->n_bits, bits, &y);
    const double *low = &grid->value[figure][i * grid->n_bits + j];
    const double *high = low + grid->n_bits;
    return exp((log(low[0]) * (1 - x) + log(high[0]) * x) * (1 - y) +
               (log(low[1]) * (1 - x) + log(high[1]) * x) * y);
}

double sram_grid_macro(const struct sram_grid *grid, double bytes)
{
    const int n = grid->n_macro;
    if (n == 0)
        return 1;
    if (n == 1 || bytes <= grid->macro_bytes[0])
        return grid->macro_times[0];
    if (bytes >= grid->macro_bytes[n - 1])
        return grid->macro_times[n - 1];
    double share;
    const int k = segment(grid->macro_bytes, n, bytes, &share);
    return grid->macro_times[k] *
           pow(grid->macro_times[k + 1] / grid->macro_times[k], share);
}

double sram_grid_factor(const struct sram_grid *grid, enum sram_figure figure,
                        const char *kind)
{
    for (int i = 0; i < grid->n_kinds; i++)
        if (strcmp(grid->kind[i], kind) == 0)
            return grid->factor[i][figure];
    return 1;
}

double sram_grid_compiled(const struct sram_grid *grid, enum sram_figure figure,
                          double bytes, double bits, int banks,
                          const char *kind)
{
    const double bank = bytes / banks;
    double value = sram_grid_look(grid, figure, bank, bits) *
                   sram_grid_factor(grid, figure, kind);
    if (figure == SRAM_LEAKAGE_MW || figure == SRAM_AREA_MM2)
        return value * banks;
    const double side = sqrt(sram_grid_look(grid, SRAM_AREA_MM2, bank, bits));
    return value + (bits + log2(bytes * 8 / bits)) * grid->wire_pj * side *
                       (sqrt(banks) - 1);
}
