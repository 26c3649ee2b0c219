/* survey.c - hands each access of a run to the streams that it belongs to: that
 * of its level and tensor, and in the PEs that of its PE. Results are read from
 * the streams afterwards and scaled to all PEs.
 * SPDX-License-Identifier: MIT
 */
#include "traces/survey.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

/* The most words that are followed exactly: at a level that all PEs share, and
 * in one PE. */
enum { LEVEL_WORDS = 1 << 18, PE_WORDS = 1 << 14, SHARING_ENTRIES = 1 << 18 };

struct stream {
    struct reuse *reuse; /* owns; NULL: not followed, or nothing accessed */
    uint64_t accesses;
};

struct survey {
    int pes; /* the level whose units multiply */
    int units[LEVEL_N + 1], step[LEVEL_N + 1];
    struct stream *stream[LEVEL_N + 1]; /* owns; units x tensors */
    struct sharing *sharing[TENSOR_N];
};

static void set_units(struct survey *s, int level, int units)
{
    s->units[level] = units;
    s->step[level] = (units + SURVEY_PES - 1) / SURVEY_PES;
    if (units > 0)
        s->stream[level] =
            xcalloc((size_t)units * TENSOR_N, sizeof(struct stream));
}

static struct survey *make(int level_of_pes, int pes)
{
    struct survey *s = xcalloc(1, sizeof(*s));
    s->pes = level_of_pes;
    set_units(s, level_of_pes, pes);
    for (int t = 0; t < TENSOR_N; t++)
        s->sharing[t] = sharing_new(SHARING_ENTRIES);
    return s;
}

struct survey *survey_new(int pes, int l1s)
{
    struct survey *s = make(LEVEL_RF, pes);
    set_units(s, LEVEL_L1, l1s);
    set_units(s, LEVEL_L2, 1);
    set_units(s, LEVEL_DRAM, 1);
    return s;
}

struct survey *survey_new_levels(int macs, const int instances[LEVEL_N])
{
    struct survey *s = make(ACCESS_MACS, macs);
    for (int level = 0; level < LEVEL_N; level++)
        set_units(s, level, instances[level]);
    return s;
}

void survey_free(struct survey *s)
{
    if (s == NULL)
        return;
    for (int level = 0; level <= LEVEL_N; level++) {
        for (int k = 0; k < s->units[level] * TENSOR_N; k++)
            reuse_free(s->stream[level][k].reuse);
        free(s->stream[level]);
    }
    for (int t = 0; t < TENSOR_N; t++)
        sharing_free(s->sharing[t]);
    free(s);
}

static void note(void *context, const struct access *a)
{
    struct survey *s = context;
    SIM_CHECK(a->unit >= 0 && a->unit < s->units[a->level]);
    struct stream *stream =
        &s->stream[a->level][a->unit * TENSOR_N + (int)a->tensor];
    stream->accesses++;
    if ((int)a->level == s->pes)
        sharing_access(s->sharing[a->tensor], a->unit, a->word);
    if (a->unit % s->step[a->level] != 0)
        return;
    if (stream->reuse == NULL)
        stream->reuse =
            reuse_new((int)a->level == s->pes ? PE_WORDS : LEVEL_WORDS);
    reuse_access(stream->reuse, a->word);
}

struct access_tap survey_tap(struct survey *s)
{
    struct access_tap tap = {s, note};
    return tap;
}

bool survey_read(const struct survey *s, enum level level, enum tensor tensor,
                 struct survey_row *out)
{
    memset(out, 0, sizeof(*out));
    for (int unit = 0; unit < s->units[level]; unit++) {
        const struct stream *stream =
            &s->stream[level][unit * TENSOR_N + (int)tensor];
        struct reuse_counts one;
        if (stream->accesses == 0)
            continue;
        out->all_accesses += stream->accesses;
        out->units++;
        if (stream->reuse == NULL)
            continue;
        out->followed++;
        reuse_read(stream->reuse, &one);
        reuse_counts_merge(&out->counts, &one);
    }
    out->accesses_followed = out->counts.accesses;
    reuse_counts_scale(&out->counts, out->all_accesses);
    return out->units > 0;
}

void survey_sharing(const struct survey *s, enum tensor tensor,
                    struct sharing_counts *out)
{
    sharing_read(s->sharing[tensor], out);
}
