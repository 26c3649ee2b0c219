/* sram_grid.h - energy, leakage and area of SRAM banks by capacity and width,
 * as a memory compiler gave them at some points.
 *
 * Between the points figures lie on a surface that is straight in the
 * logarithms along each axis, beyond them on the end segments'.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ENERGY_SRAM_GRID_H
#define SIM_ENERGY_SRAM_GRID_H

#include <stdbool.h>

#include "sim/base/config_text.h"
#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SRAM_BYTES_MAX 32 /* capacities of a grid */
#define SRAM_BITS_MAX 8   /* widths of a grid */
#define SRAM_KINDS_MAX 8

enum sram_figure {
    SRAM_READ,       /* pJ */
    SRAM_WRITE,      /* pJ */
    SRAM_LEAKAGE_MW, /* of a bank */
    SRAM_AREA_MM2,   /* of a bank */
    SRAM_FIGURE_N
};

struct sram_grid {
    int line;     /* of the table's file */
    double volts; /* at which its energies hold */
    int n_bytes, n_bits;
    double bytes[SRAM_BYTES_MAX], bits[SRAM_BITS_MAX]; /* rising */
    double value[SRAM_FIGURE_N][SRAM_BYTES_MAX * SRAM_BITS_MAX];
    /* What silicon takes beyond the compiler at equal voltage, by the bytes of
     * a bank; on a log-log line between, and level beyond. */
    int n_macro;
    double macro_bytes[SRAM_KINDS_MAX], macro_times[SRAM_KINDS_MAX];
    /* The compiler's figures with other ports and devices, as multiples. */
    int n_kinds;
    char kind[SRAM_KINDS_MAX][8];
    double factor[SRAM_KINDS_MAX][SRAM_FIGURE_N];
    /* pJ of a bit over a millimetre of the compiler's wires between banks; 0 =
     * not known. */
    double wire_pj;
};

/* The keys of an energy table that a grid is read from; NULL at the end. */
extern const char *const sram_grid_keys[];

/* Whether the keys of a table that go with a grid are there with one, and not
 * without. */
bool sram_grid_parts_fit(const struct setting *root, struct src_pos whole_file,
                         struct diag *d);

/* Reads a grid of a table.  NULL after a message. */
struct sram_grid *sram_grid_read(const struct setting *root, struct diag *d);

/* One figure of a bank. */
double sram_grid_look(const struct sram_grid *grid, enum sram_figure figure,
                      double bytes, double bits);
/* What silicon takes beyond it. */
double sram_grid_macro(const struct sram_grid *grid, double bytes);
/* How many times as much ports ("1rw", "1r1w", "2rw") or a device ("lstp",
 * "lop", "hp") of this kind take; 1 port for both and "lstp" are the grid's
 * own. */
double sram_grid_factor(const struct sram_grid *grid, enum sram_figure figure,
                        const char *kind);
/* What the compiler says of a memory of several banks of such a kind. */
double sram_grid_compiled(const struct sram_grid *grid, enum sram_figure figure,
                          double bytes, double bits, int banks,
                          const char *kind);

#ifdef __cplusplus
}
#endif

#endif
