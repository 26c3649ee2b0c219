/* command_reuse.c - how far apart the uses of a word are, at every level.
 *
 * One layer after the other: each survey holds the words that it follows.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/base/file_use.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/command.h"
#include "sim/cli/format_table.h"
#include "sim/cli/invocation.h"
#include "sim/report/reuse_report.h"
#include "sim/run/run.h"

static void write_report(struct invocation *s, const struct reuse_report *in)
{
    char *text = NULL;
    size_t text_bytes;
    FILE *to = text_stream(&text, &text_bytes);
    SIM_CHECK(format_table[s->options.format].reuse(in, to));
    SIM_CHECK(fclose(to) == 0);
    output_write(s->options.output, text, text_bytes, s->diag);
    free(text);
}

/* What a level can hold of a tensor alone: of a register file, its words; of L1
 * and L2, and of a listed level's store, all of their bytes. */
static uint64_t capacity_words(const struct arch *arch, enum level level,
                               enum tensor tensor)
{
    const uint64_t bits = (uint64_t)arch->precision_bits[tensor];
    if (arch_has_levels(arch)) {
        const struct l2_store *store =
            (int)level < LEVEL_DRAM ? arch_level_store(arch, level, tensor)
                                    : NULL;
        return store != NULL ? store->bytes * 8 / bits : 0;
    }
    switch (level) {
    case LEVEL_RF:
        return (uint64_t)arch->rf_words[tensor];
    case LEVEL_L1:
        return arch->l1_bytes * 8 / bits;
    case LEVEL_L2:
        return arch_l2_store(arch, tensor).bytes * 8 / bits;
    default:
        return 0;
    }
}

/* Operands of MACs are called those of PEs. */
static const char *name_of(const struct arch *arch, int level)
{
    if (level == (arch_has_levels(arch) ? (int)ACCESS_MACS : (int)LEVEL_RF))
        return "pe";
    return arch_has_levels(arch) ? arch->level[level].name : level_name[level];
}

static void add_rows(const struct arch *arch, const struct survey *survey,
                     enum level level, uint64_t macs, struct reuse_subject *out)
{
    for (int t = 0; t < TENSOR_N; t++) {
        struct reuse_row *row = &out->row[out->n_rows];
        if (!survey_read(survey, level, (enum tensor)t, &row->found))
            continue;
        row->level = name_of(arch, (int)level);
        row->name = tensor_name[t];
        row->macs = macs;
        row->capacity_words = capacity_words(arch, level, (enum tensor)t);
        out->n_rows++;
    }
}

static void fill(const struct arch *arch, const struct survey *survey,
                 const struct layer_result *r, struct reuse_subject *out)
{
    if (arch_has_levels(arch))
        add_rows(arch, survey, (enum level)ACCESS_MACS, r->counts.macs, out);
    for (int level = 0; level < LEVEL_N; level++)
        add_rows(arch, survey, (enum level)level, r->counts.macs, out);
    for (int t = 0; t < TENSOR_N; t++) {
        struct sharing_row *row = &out->sharing[out->n_sharing++];
        row->name = tensor_name[t];
        survey_sharing(survey, (enum tensor)t, &row->found);
    }
    for (int k = 0; k < LINK_N; k++) {
        const struct link_words *link = &r->counts.link[k];
        struct fan_out_row *row = &out->fan_out[out->n_fan_out];
        if (link->words_sent == 0)
            continue;
        row->name = link_name[k];
        row->words_sent = link->words_sent;
        row->words_delivered = link->words_delivered;
        out->n_fan_out++;
    }
}

static struct survey *survey_of(const struct arch *arch)
{
    int instances[LEVEL_N] = {0};
    if (!arch_has_levels(arch))
        return survey_new(arch_pes(arch), arch->has_l1 ? arch_pes(arch) : 0);
    for (int level = 0; level < LEVEL_DRAM; level++)
        if (arch->level[level].name[0] != '\0')
            instances[level] = (int)arch_level_instances(arch, level);
    return survey_new_levels(arch_pes(arch), instances);
}

static bool survey_layer(struct invocation *s, int i, struct reuse_subject *out)
{
    const struct arch *arch = config_arch(s->cfg);
    struct workload one = *s->workload;
    struct survey *survey = survey_of(arch);
    const struct access_tap tap = survey_tap(survey);
    struct layer_result result = {0};
    one.layer += i;
    one.n_layers = 1;
    struct chooser *chooser = invocation_chooser(s, &one);
    const struct layer_mapper mapper = chooser_mapper(chooser);
    struct run_input in = {
        .arch = arch,
        .layer = one.layer,
        .n_layers = 1,
        .mapper = &mapper,
        .simulate = {.access_tap = &tap, .max_cycles = s->options.max_cycles},
        .jobs = 1,
    };
    struct pass_memory_stats memory;
    bool ok = chooser != NULL && run_layers(&in, &result, &memory, s->diag);
    chooser_free(chooser);
    if (ok) {
        out->name = s->workload->layer[i].name;
        out->dataflow = dataflow_find(result.dataflow)->name;
        fill(arch, survey, &result, out);
        layer_result_fini(&result);
    }
    survey_free(survey);
    return ok;
}

static void survey_layers(struct invocation *s)
{
    if (!invocation_read(s))
        return;
    int n = s->workload->n_layers;
    struct reuse_subject *subjects = xcalloc((size_t)n, sizeof(*subjects));
    bool ok = true;
    for (int i = 0; ok && i < n; i++)
        ok = survey_layer(s, i, &subjects[i]);
    if (ok) {
        const struct reuse_report in = {config_arch(s->cfg)->name, n, subjects};
        write_report(s, &in);
    }
    free(subjects);
}

static void survey_file(struct invocation *s)
{
    struct access_file *file = xcalloc(1, sizeof(*file));
    struct reuse_subject *out = xcalloc(1, sizeof(*out));
    file_use_read(s->options.accesses);
    if (output_is_possible("-o", s->options.output, s->diag) &&
        access_file_read(s->options.accesses, file, s->diag)) {
        out->name = s->options.accesses;
        for (int k = 0; k < file->n_names; k++) {
            const struct access_file_data *data = &file->data[k];
            struct reuse_row *row = &out->row[out->n_rows++];
            row->level = "pe";
            row->name = data->name;
            row->found.counts = data->counts;
            row->found.all_accesses = row->found.accesses_followed =
                data->counts.accesses;
            row->found.units = row->found.followed = data->consumers;
            struct sharing_row *sharing = &out->sharing[out->n_sharing++];
            sharing->name = data->name;
            sharing->found = data->sharing;
        }
        const struct reuse_report in = {NULL, 1, out};
        write_report(s, &in);
    }
    free(out);
    free(file);
}

void command_reuse(struct invocation *s)
{
    if (s->options.accesses != NULL)
        survey_file(s);
    else
        survey_layers(s);
}
