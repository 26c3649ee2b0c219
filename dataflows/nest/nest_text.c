/* nest_text.c - prints the levels of a nest, reads one loop of it, and says in
 * words what is wrong with a nest and the nearest one that is legal.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_pass.h"

static bool has_tensor(enum tensor tensor, int dim)
{
    switch (tensor) {
    case TENSOR_IFMAP:
        return dim != NEST_M;
    case TENSOR_FILTER:
        return dim != NEST_N && dim != NEST_P && dim != NEST_Q;
    default:
        return dim != NEST_C && dim != NEST_R && dim != NEST_S;
    }
}

static void print_loops(const char *key, const struct nest_loops *loops,
                        FILE *to)
{
    fprintf(to, " %s = [", key);
    for (int i = 0; i < loops->n; i++)
        fprintf(to, "%s\"%c %d\"", i > 0 ? ", " : "",
                nest_dim_letter[loops->loop[i].dim], loops->loop[i].count);
    fprintf(to, "];");
}

static void print_keep(const struct nest_level *at, FILE *to)
{
    const char *comma = "";
    fprintf(to, " keep = [");
    for (int t = 0; t < TENSOR_N; t++)
        if (at->keep[t]) {
            fprintf(to, "%s\"%s\"", comma, tensor_name[t]);
            comma = ", ";
        }
    fprintf(to, "];");
}

static void print_tiles(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, enum level level, FILE *to)
{
    const char *comma = "";
    fprintf(to, "    # holds");
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t words =
            nest_tile_words(arch, layer, nest, level, (enum tensor)t);
        if (words > 0) {
            fprintf(to, "%s %" PRIu64 " %s", comma, words, tensor_name[t]);
            comma = ",";
        }
    }
    fprintf(to, "%s\n", comma[0] == '\0' ? " nothing" : " words");
}

void nest_print(const struct arch *arch, const struct layer *layer,
                const struct nest *nest, FILE *to)
{
    const bool is_listed = arch_has_levels(arch);
    for (int k = LEVEL_DRAM; k >= 0; k--) {
        const enum level level = (enum level)k;
        const struct nest_level *at = &nest->level[level];
        const bool is_end = level == LEVEL_DRAM || level == LEVEL_RF;
        if (!arch_has_level(arch, level))
            continue;
        fprintf(to, "  %s = {", arch_level_name(arch, level));
        print_loops("loops", &at->time, to);
        if (!is_end || (is_listed && level != LEVEL_DRAM)) {
            print_loops("rows", &at->rows, to);
            print_loops("cols", &at->cols, to);
            if (level == LEVEL_L1 && nest->l1_is_line)
                fprintf(to, " line_buffer = true;");
            else
                print_keep(at, to);
        }
        fprintf(to, " };\n");
        if (level != LEVEL_DRAM && !(level == LEVEL_L1 && nest->l1_is_line))
            print_tiles(arch, layer, nest, level, to);
    }
    const int pass =
        nest_forgets(arch, nest) ? nest_pass_loops(arch, layer, nest) : 0;
    if (pass > 0)
        fprintf(to, "  pass = %d;\n", pass);
}

static void print_loops_in_line(const char *key, const struct nest_loops *loops,
                                FILE *to)
{
    if (loops->n == 0)
        return;
    fprintf(to, " %s(", key);
    for (int i = 0; i < loops->n; i++)
        fprintf(to, "%s%c%d", i > 0 ? " " : "",
                nest_dim_letter[loops->loop[i].dim], loops->loop[i].count);
    fputc(')', to);
}

/* Names the tensors that a level could keep and does not, if there are any. */
static void print_bypass(const struct arch *arch, enum level level,
                         const struct nest_level *at, FILE *to)
{
    int n = 0;
    for (int t = 0; t < TENSOR_N; t++)
        if (!at->keep[t] && arch_level_holds(arch, level, (enum tensor)t))
            fprintf(to, "%s%s", n++ == 0 ? " bypass(" : " ", tensor_name[t]);
    if (n > 0)
        fputc(')', to);
}

void nest_print_line(const struct arch *arch, const struct nest *nest, FILE *to)
{
    for (int k = LEVEL_DRAM; k >= 0; k--) {
        const enum level level = (enum level)k;
        const struct nest_level *at = &nest->level[k];
        if (!arch_has_level(arch, level))
            continue;
        print_loops_in_line(arch_level_name(arch, level), &at->time, to);
        print_loops_in_line("rows", &at->rows, to);
        print_loops_in_line("cols", &at->cols, to);
        if (level == LEVEL_L2 || arch_has_levels(arch))
            print_bypass(arch, level, at, to);
    }
}

const char *nest_parse_loop(const char *text, struct nest_loop *out)
{
    const char *at = text;
    char *end;
    long count;
    int dim = 0;
    while (dim < NEST_DIMS && nest_dim_letter[dim] != *at)
        dim++;
    if (dim == NEST_DIMS)
        return "a letter of g n m c p q r s comes first";
    at++;
    if (*at != ' ')
        return "a space and a count follow the letter";
    while (*at == ' ')
        at++;
    if (*at < '0' || *at > '9')
        return "a count follows the letter";
    count = strtol(at, &end, 10);
    if (*end != '\0')
        return "nothing follows the count";
    if (count < 1 || count > NEST_COUNT_MAX)
        return "the count may be 1 to 65535";
    out->dim = (uint16_t)dim;
    out->count = (uint16_t)count;
    return NULL;
}

/* --- verdicts ------------------------------------------------------------- */

/* The loop of one of the levels' lists that a tensor's tile grows with and
 * that is the innermost to be made shorter: and to what. */
struct remedy {
    enum level level;
    int dim, count, shorter;
};

static int step_down(const struct arch *arch, const struct layer *layer,
                     const struct nest *nest, struct nest_loops *loops, int i)
{
    struct nest_verdict still;
    uint16_t before = loops->loop[i].count;
    for (int count = before - 1; count >= 1; count--) {
        loops->loop[i].count = (uint16_t)count;
        if (nest_is_legal(arch, layer, nest, &still) ||
            still.fault == NEST_NOT_COVERED) {
            /* The steps taken away belong outside. */
            loops->loop[i].count = before;
            return count;
        }
    }
    loops->loop[i].count = before;
    return 0;
}

/* The count nearest to the given one, of a single loop, that removes a
 * shortage of room (its other steps go to a loop further out). */
static bool find_remedy(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, const struct nest_verdict *why,
                        struct remedy *out)
{
    struct nest try = *nest;
    double best = 0;
    /* Only room is at stake: as if DRAM's loops covered whatever is left. */
    for (int d = 0; d < NEST_DIMS; d++)
        if (try.level[LEVEL_DRAM].time.n < NEST_LOOPS_MAX)
            nest_append(&try.level[LEVEL_DRAM].time, (enum nest_dim)d,
                        NEST_COUNT_MAX);
    for (int level = 0; level <= (int)why->level; level++) {
        struct nest_level *at = &try.level[level];
        struct nest_loops *list[] = {&at->time, &at->cols, &at->rows};
        for (int k = 0; k < 3; k++)
            for (int i = 0; i < list[k]->n; i++) {
                int count = list[k]->loop[i].count, shorter;
                if (count == 1 ||
                    !has_tensor(why->tensor, list[k]->loop[i].dim))
                    continue;
                shorter = step_down(arch, layer, &try, list[k], i);
                if (shorter > 0 && (double)shorter / count > best) {
                    best = (double)shorter / count;
                    *out =
                        (struct remedy){(enum level)level, list[k]->loop[i].dim,
                                        count, shorter};
                }
            }
    }
    return best > 0;
}

static void say_remedy(const struct arch *arch, const struct layer *layer,
                       const struct nest *nest, const struct nest_verdict *why,
                       char *text, size_t size)
{
    struct remedy r;
    if (find_remedy(arch, layer, nest, why, &r))
        snprintf(text, size,
                 "nearest: %c %d in place of %c %d at %s, the other steps "
                 "further out",
                 nest_dim_letter[r.dim], r.shorter, nest_dim_letter[r.dim],
                 r.count, arch_level_name(arch, r.level));
    else
        snprintf(text, size,
                 "no single loop can be shortened enough; move "
                 "loops outward");
}

bool nest_report(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct nest_verdict *why,
                 const struct nest_where *where, struct diag *d)
{
    char remedy[128];
    struct gemm_letters unread;
    struct src_pos at = where->level[why->level];
    const char *level = arch_level_name(arch, why->level);
    const char *tensor = tensor_name[why->tensor];
    switch (why->fault) {
    case NEST_LEGAL:
        return true;
    case NEST_NOT_COVERED:
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "the loops over %c make %" PRIu64 " steps and layer '%s' has "
            "%" PRIu64 "%s; a loop of %" PRIu64 " more at dram would cover it",
            nest_dim_letter[why->dim], why->have, layer->name, why->need,
            layer_is_gemm(layer, &unread)
                ? " (a nest's m is the N of '--gemm', p its M, c its K, g its "
                  "B)"
                : "",
            (why->need + why->have - 1) / why->have);
    case NEST_MISPLACED:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         why->level == LEVEL_L1 && !arch->has_l1
                             ? "loops or tensors at %s and '%s' has none; "
                               "leave the level out"
                             : "%s has children or bypasses a tensor, on "
                               "'%s'; it keeps all tensors and is split over "
                               "none",
                         level, arch->name);
    case NEST_PASS:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         arch->has_l1
                             ? "'pass' says where PEs forget and those of '%s' "
                               "do not under an L1 that keeps tiles; leave it "
                               "out"
                             : "'pass' is given and '%s' is a systolic array, "
                               "of which a pass is a fold; leave it out",
                         arch->name);
    case NEST_LINE:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "an L1 that is a line buffer has no loops and keeps "
                         "no tiles; leave 'loops' and 'keep' out, or "
                         "'line_buffer'");
    case NEST_LINE_WIDTH:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "slots of the %s network take %" PRIu64
                         " rows of L1 and its banks have %" PRIu64
                         "; enlarge 'l1.bank_row_words', 'l1.banks' or "
                         "'l1.bytes'",
                         tensor_name[why->tensor], why->need, why->have);
    case NEST_ROWS:
    case NEST_COLS:
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "the children of %s take %" PRIu64 " %s and '%s' has %" PRIu64
            "; up to %" PRIu64 " are legal",
            level, why->need,
            why->fault == NEST_ROWS                  ? "rows"
            : why->level == LEVEL_L2 && arch->has_l1 ? "clusters side by side"
                                                     : "columns",
            arch->name, why->have, why->have);
    case NEST_ROWS_HOLD:
    case NEST_COLS_HOLD: {
        const bool rows = why->fault == NEST_ROWS_HOLD;
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "the %s of %s share out '%c' and 'array.%s_hold' of "
                         "'%s' is '%s'; move the loop to a level's time loops",
                         rows ? "rows" : "columns", level,
                         nest_dim_letter[why->dim], rows ? "rows" : "cols",
                         arch->name, rows ? arch->rows_hold : arch->cols_hold);
    }
    case NEST_NO_STORE:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "%s keeps %s and '%s' has no store for it there; "
                         "leave it out of 'keep'",
                         level, tensor, arch->name);
    case NEST_NO_REDUCE:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "the children of %s share out '%c', whose psums its "
                         "network does not add ('reduce' = 'none'); move the "
                         "loop to a level's time loops",
                         level, nest_dim_letter[why->dim]);
    case NEST_STEPS:
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "the levels have %" PRIu64
                         " time loops of more than one step; up to %" PRIu64
                         " are taken, join those of a dimension that follow "
                         "each other",
                         why->need, why->have);
    case NEST_STORE_CAPACITY:
        say_remedy(arch, layer, nest, why, remedy, sizeof(remedy));
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "the tiles at %s take %" PRIu64 " bytes of the store of %s, which "
            "has %" PRIu64 ", %" PRIu64 " bytes short; %s",
            level, why->need, tensor, why->have, why->need - why->have, remedy);
    case NEST_RF_CAPACITY:
        say_remedy(arch, layer, nest, why, remedy, sizeof(remedy));
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "the %s tile at rf takes %" PRIu64
                         " words and 'pe.rf.%s_words' is %" PRIu64 ", %" PRIu64
                         " words short; %s",
                         tensor, why->need, tensor, why->have,
                         why->need - why->have, remedy);
    case NEST_L1_CAPACITY:
        say_remedy(arch, layer, nest, why, remedy, sizeof(remedy));
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "the tiles at l1 take %" PRIu64
                         " bytes, most of them %s, and 'l1.bytes' is %" PRIu64
                         ", %" PRIu64 " words of it short; %s",
                         why->need, tensor, why->have,
                         ((why->need - why->have) * 8 +
                          (uint64_t)arch->precision_bits[why->tensor] - 1) /
                             (uint64_t)arch->precision_bits[why->tensor],
                         remedy);
    default:
        say_remedy(arch, layer, nest, why, remedy, sizeof(remedy));
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "the %s tile at l2 takes %" PRIu64
            " words and lacks room for %" PRIu64 " of them (whole banks); %s",
            tensor, nest_tile_words(arch, layer, nest, LEVEL_L2, why->tensor),
            why->need, remedy);
    }
}
