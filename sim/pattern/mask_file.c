/* mask_file.c - reads which words of a tensor are zero from a file.
 * SPDX-License-Identifier: MIT
 */
#include "sim/pattern/mask_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/file_use.h"
#include "sim/base/input_file.h"

enum { BITS = 64 };

/* Masks that were read; they stay while the process runs. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct zero_mask **kept; /* owns */
static int n_kept;

struct reader {
    struct zero_mask *mask;
    uint64_t rows, room; /* in all; of bits, in words of 64 */
    bool has_head;
    struct src_pos at;
    struct diag *d;
};

void zero_mask_free(struct zero_mask *mask)
{
    if (mask == NULL)
        return;
    free(mask->bits);
    free(mask);
}

/* "mask 96 3 11 11" */
static bool read_head(struct reader *r, const char *line)
{
    struct zero_mask *m = r->mask;
    long long extent[4];
    char word[8];
    int end = 0;
    if (sscanf(line, "%7s %lld %lld %lld %lld %n", word, &extent[0], &extent[1],
               &extent[2], &extent[3], &end) != 5 ||
        strcmp(word, "mask") != 0 || line[end] != '\0')
        return diag_error(r->d, r->at,
                          "'%.40s' is no head of a mask; as in 'mask 96 3 11 "
                          "11', a tensor's four extents",
                          line);
    r->rows = 1;
    for (int k = 0; k < 4; k++) {
        if (extent[k] < 1 || extent[k] > LAYER_DIM_MAX)
            return diag_error(r->d, r->at,
                              "extent %d of a mask is %lld; it may be 1 to %d",
                              k + 1, extent[k], LAYER_DIM_MAX);
        m->extent[k] = (int)extent[k];
        if (k < 3 && (r->rows = r->rows * (uint64_t)extent[k]) > UINT32_MAX)
            return diag_error(r->d, r->at,
                              "a mask of more than %" PRIu32
                              " rows; fewer can be read",
                              UINT32_MAX);
    }
    r->has_head = true;
    return true;
}

static void put(struct reader *r, bool is_zero)
{
    struct zero_mask *m = r->mask;
    const uint64_t at = m->words / BITS;
    if (at == r->room) {
        r->room = r->room == 0 ? 64 : 2 * r->room;
        m->bits = xrealloc(m->bits, r->room, sizeof(*m->bits));
    }
    if (m->words % BITS == 0)
        m->bits[at] = 0;
    m->bits[at] |= (uint64_t)!is_zero << (m->words % BITS);
    m->zeros += is_zero;
    m->words++;
}

static bool read_row(struct reader *r, const char *line)
{
    const size_t words = (size_t)r->mask->extent[3];
    if (r->mask->words == r->rows * words)
        return diag_error(r->d, r->at,
                          "a row more than the %" PRIu64
                          " that the mask's head says",
                          r->rows);
    if (strlen(line) != words || strspn(line, "01") != words)
        return diag_error(r->d, r->at,
                          "'%.40s' is no row of a mask; %zu digits '0' and "
                          "'1' are needed",
                          line, words);
    for (size_t k = 0; k < words; k++)
        put(r, line[k] == '0');
    return true;
}

/* Cuts a line's comment and the blanks around what is left of it. */
static char *bare(char *line)
{
    line[strcspn(line, "#\r\n")] = '\0';
    line += strspn(line, " \t");
    size_t length = strlen(line);
    while (length > 0 && strchr(" \t", line[length - 1]) != NULL)
        line[--length] = '\0';
    return line;
}

static bool read_lines(struct reader *r, FILE *from)
{
    char *line = NULL;
    size_t room = 0;
    bool ok = true;
    for (ssize_t n; ok && (n = input_line(from, &line, &room)) >= 0;) {
        r->at.line++;
        if (strlen(line) != (size_t)n) {
            ok = diag_error(r->d, r->at, "a zero byte; a mask is a text");
            continue;
        }
        char *text = bare(line);
        if (text[0] != '\0')
            ok = r->has_head ? read_row(r, text) : read_head(r, text);
    }
    free(line);
    if (ok && ferror(from))
        ok = diag_error(r->d, r->at, "cannot be read to its end");
    if (ok && !r->has_head)
        ok = diag_error(r->d, r->at,
                        "no mask; a line as 'mask 96 3 11 11' is needed");
    const uint64_t rows =
        ok ? r->mask->words / (uint64_t)r->mask->extent[3] : 0;
    if (ok && rows < r->rows)
        ok = diag_error(r->d, r->at,
                        "the mask ends after %" PRIu64 " of %" PRIu64 " rows",
                        rows, r->rows);
    return ok;
}

struct zero_mask *zero_mask_read(const char *path, struct src_pos at,
                                 struct diag *d)
{
    struct stat st;
    if (!file_use_may_read(path, at, d))
        return NULL;
    FILE *from = input_open(path, &st);
    if (from == NULL || !S_ISREG(st.st_mode)) {
        diag_error(d, at,
                   "cannot read '%s': %s; the text file of a mask is "
                   "needed",
                   path,
                   from == NULL          ? strerror(errno)
                   : S_ISDIR(st.st_mode) ? "it is a folder"
                                         : "it is no regular file");
        if (from != NULL)
            fclose(from);
        return NULL;
    }
    file_use_read(path);
    struct reader r = {
        .mask = xcalloc(1, sizeof(*r.mask)), .at = {path, 0}, .d = d};
    const bool ok = read_lines(&r, from);
    fclose(from);
    if (ok)
        return r.mask;
    zero_mask_free(r.mask);
    return NULL;
}

static bool are_equal(const struct zero_mask *a, const struct zero_mask *b)
{
    const uint64_t n = (a->words + BITS - 1) / BITS;
    return memcmp(a->extent, b->extent, sizeof(a->extent)) == 0 &&
           memcmp(a->bits, b->bits, n * sizeof(*a->bits)) == 0;
}

/* Keeps a mask, or the equal one that is kept. */
static const struct zero_mask *keep(struct zero_mask *mask)
{
    int k = 0;
    pthread_mutex_lock(&lock);
    while (k < n_kept && !are_equal(kept[k], mask))
        k++;
    if (k == n_kept) {
        kept = xrealloc(kept, (size_t)++n_kept, sizeof(*kept));
        kept[k] = mask;
    } else {
        zero_mask_free(mask);
    }
    const struct zero_mask *out = kept[k];
    pthread_mutex_unlock(&lock);
    return out;
}

const struct zero_mask *zero_mask_of_file(const char *path, struct src_pos at,
                                          struct diag *d)
{
    const char *slash = at.file != NULL ? strrchr(at.file, '/') : NULL;
    const int folder =
        path[0] == '/' || slash == NULL ? 0 : (int)(slash + 1 - at.file);
    const size_t bytes = (size_t)folder + strlen(path) + 1;
    char *whole = xcalloc(bytes, 1);
    snprintf(whole, bytes, "%.*s%s", folder, folder > 0 ? at.file : "", path);
    struct zero_mask *mask = zero_mask_read(whole, at, d);
    free(whole);
    return mask != NULL ? keep(mask) : NULL;
}

bool zero_mask_is_zero(const struct zero_mask *m, const int coord[4])
{
    uint64_t at = 0;
    for (int k = 0; k < 4; k++)
        at = at * (uint64_t)m->extent[k] +
             (uint64_t)(k == 0 && m->extent[0] == 1 ? 0 : coord[k]);
    return (m->bits[at / BITS] >> (at % BITS) & 1) == 0;
}

static bool fits(struct layer *l, enum tensor tensor, struct src_pos at,
                 struct diag *d)
{
    const struct zero_mask *m = l->mask[tensor];
    const bool ifmap = tensor == TENSOR_IFMAP;
    const int want[4] = {ifmap ? 1 : l->M, ifmap ? l->C : l->C / l->G,
                         ifmap ? l->H : l->R, ifmap ? l->W : l->S};
    if (memcmp(m->extent, want, sizeof(want)) != 0)
        return diag_error(d, at,
                          "'%s_mask' of layer '%s' is one of %d x %d x %d x "
                          "%d words; the tensor has %d x %d x %d x %d",
                          tensor_name[tensor], l->name, m->extent[0],
                          m->extent[1], m->extent[2], m->extent[3], want[0],
                          want[1], want[2], want[3]);
    const double share = (double)m->zeros / (double)m->words;
    const double said = l->zero_share[tensor];
    if (said > 0 && fabs(said - share) > 1e-6)
        return diag_error(d, at,
                          "'%s_zero_share' of layer '%s' is %.6g; by its "
                          "'%s_mask' it is %.6g, and need not be said",
                          tensor_name[tensor], l->name, said,
                          tensor_name[tensor], share);
    l->zero_share[tensor] = share;
    return true;
}

bool zero_masks_fit(struct layer *l, struct src_pos at, struct diag *d)
{
    bool ok = true;
    if (l->mask[TENSOR_IFMAP] == NULL && l->mask[TENSOR_FILTER] == NULL)
        return true;
    if (l->op == LAYER_CONV_TRANSPOSE || l->op == LAYER_MATMUL)
        return diag_error(d, at,
                          "layer '%s' is of op '%s', which runs as several; "
                          "masks are for 'conv', 'fc' and 'gemm'",
                          l->name, layer_op_name[l->op]);
    if (l->mask[TENSOR_FILTER] != NULL && l->filter_block > 0)
        return diag_error(d, at,
                          "layer '%s' has 'filter_mask' and 'filter_block'; "
                          "one of them is needed",
                          l->name);
    bool draws = l->filter_block > 0;
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (l->mask[t] != NULL)
            ok = fits(l, (enum tensor)t, at, d) && ok;
        else
            draws = draws || l->zero_share[t] > 0;
    if (l->pattern_seed > 0 && !draws)
        return diag_error(d, at,
                          "layer '%s' has 'pattern_seed' and masks say where "
                          "all of its zeros lie; one of them is needed",
                          l->name);
    return ok;
}
