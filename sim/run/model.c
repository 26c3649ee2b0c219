/* model.c - what is known of a layer on a machine without running it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/model.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_bounds.h"
#include "dataflows/nest/nest_events.h"
#include "dataflows/pass/pass_events.h"
#include "dataflows/placement.h"
#include "dataflows/program.h"
#include "mem/dram_bursts.h"
#include "sim/array/array_side.h"
#include "sim/base/text_stream.h"
#include "sim/run/bounds.h"
#include "sim/run/mapping_print.h"
#include "sim/run/pass_source.h"
#include "sim/run/tile_table.h"

/* The kind of array that runs a mapping. */
static const struct array_kind *kind_of(const struct arch *arch,
                                        const struct layer_mapping *mapping)
{
    return layer_mapping_is_nest(mapping)
               ? array_kind_of_nests(arch, &mapping->nest)
               : array_kind_of(arch);
}

void result_describe(const struct arch *arch, const struct layer *layer,
                     const struct layer_mapping *mapping,
                     struct layer_result *out)
{
    const struct dataflow *dataflow = mapping->dataflow;
    SIM_CHECK(layer->op != LAYER_CONV_TRANSPOSE); /* its parts run */
    memset(out, 0, sizeof(*out));
    out->layer = *layer;
    snprintf(out->dataflow, sizeof(out->dataflow), "%s", dataflow->name);
    for (int k = 0; dataflow->params[k].name != NULL; k++) {
        snprintf(out->param[k].name, sizeof(out->param[k].name), "%s",
                 dataflow->params[k].name);
        out->param[k].value = mapping->mapping.value[k];
        out->n_params = k + 1;
    }
    out->is_nest = layer_mapping_is_nest(mapping);
    out->mapping_source = mapping->source;
    out->table_source = mapping->table_source;
    if (mapping->tried != NULL)
        out->tried = *mapping->tried;
    const struct array_kind *kind = kind_of(arch, mapping);
    if (kind->not_modelled != NULL)
        out->n_not_modelled = kind->not_modelled(arch, out->not_modelled);
}

/* Psums that MACs read from the register files; the others are those that move
 * up or out. */
static uint64_t psum_reads_of_macs(const struct arch *arch,
                                   const struct layer_result *r)
{
    const uint64_t reads = r->counts.access[LEVEL_RF][TENSOR_PSUM].reads;
    const struct link_words *link = r->counts.link;
    const uint64_t moved = count_add(link[LINK_psum_out].words_sent,
                                     link[LINK_psum_link].words_sent);
    const bool own_reads =
        r->is_nest || (arch->array_network == NETWORK_MULTICAST &&
                       arch->psum_reduce == PSUM_CHAIN &&
                       arch->psum_add == PSUM_ADD_OWN_CYCLE);
    return own_reads && moved <= reads ? reads - moved : reads;
}

static void count_pushes(const struct arch *arch, struct layer_result *out)
{
    static const enum link into_fifos[] = {
        LINK_filter, LINK_ifmap, LINK_psum_in, LINK_psum_link, LINK_psum_out};
    out->fifo_pushes = 0;
    for (int i = 0; arch->array_network == NETWORK_MULTICAST && i < 5; i++)
        if (into_fifos[i] != LINK_psum_link || arch->psum_reduce != PSUM_TREE)
            out->fifo_pushes =
                count_add(out->fifo_pushes,
                          out->counts.link[into_fifos[i]].words_delivered);
}

void result_derive(const struct arch *arch, struct layer_result *out)
{
    const uint64_t reads = out->counts.access[LEVEL_RF][TENSOR_FILTER].reads;
    count_pushes(arch, out);
    if (!arch->zero_gating)
        return;
    double share = out->layer.zero_share[TENSOR_IFMAP];
    out->gated_macs = (uint64_t)((double)out->counts.macs * share + 0.5);
    /* None where filter words skip the register files. */
    out->gated_rf_filter_reads =
        out->gated_macs < reads ? out->gated_macs : reads;
    const struct accesses *psum = &out->counts.access[LEVEL_RF][TENSOR_PSUM];
    out->gated_rf_psum_writes =
        out->gated_macs < psum->writes ? out->gated_macs : psum->writes;
    out->gated_rf_psum_reads =
        (uint64_t)((double)psum_reads_of_macs(arch, out) * share + 0.5);
}

/* How a named dataflow runs the mapping, in words and drawings; to be freed. */
static char *drawing_of(const struct arch *arch, const struct layer *layer,
                        const struct layer_mapping *mapping)
{
    char *text = NULL;
    size_t size;
    FILE *to = text_stream(&text, &size);
    mapping->dataflow->show(arch, layer, &mapping->mapping, to);
    if (arch->has_l1)
        fprintf(to, "\nL1: one for each of %d x %d clusters of %d x %d PEs\n",
                cluster_grid_rows(arch), cluster_grid_cols(arch),
                arch->l1_cluster_rows > 0 ? arch->l1_cluster_rows : arch->rows,
                arch->l1_cluster_cols);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

char *mapping_text(const struct arch *arch, const struct layer *layer,
                   const struct layer_mapping *mapping)
{
    char *text = NULL, *drawing = NULL;
    size_t size;
    FILE *to = text_stream(&text, &size);
    if (!layer_mapping_is_nest(mapping))
        drawing = drawing_of(arch, layer, mapping);
    mapping_print_entry(arch, layer, NULL, mapping, drawing, to);
    SIM_CHECK(fclose(to) == 0);
    free(drawing);
    return text;
}

static void model_nest(const struct arch *arch, const struct layer *layer,
                       const struct nest *nest, struct layer_result *out)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    nest_expect(arch, layer, nest, &out->counts);
    nest_bounds(arch, layer, nest, &dram, &out->counts, out->bounds_cycles);
    out->active_pes = (int)nest_pes_used(arch, layer, nest);
}

void result_count_events(const struct arch *arch, const struct layer *layer,
                         const struct layer_mapping *mapping,
                         struct layer_result *out)
{
    out->has_events = true;
    if (layer_mapping_is_nest(mapping)) {
        nest_events(arch, layer, &mapping->nest, &out->counts, &out->events);
        return;
    }
    struct program *program = xcalloc(1, sizeof(*program));
    mapping->dataflow->compile(arch, layer, &mapping->mapping, program);
    program_events(program, &out->events);
    free(program);
}

static void model_program(const struct arch *arch, const struct layer *layer,
                          const struct layer_mapping *mapping,
                          struct layer_result *out)
{
    const struct dataflow *dataflow = mapping->dataflow;
    struct program *program = xcalloc(1, sizeof(*program));
    dataflow->compile(arch, layer, &mapping->mapping, program);
    dataflow->expect(arch, layer, &mapping->mapping, &out->counts);
    bounds_of(dataflow, program, &out->counts, out->bounds_cycles);
    out->passes = program->passes;
    out->active_pes = program->rows * program->sets * program->set_chains;
    free(program);
}

void model_mapping(const struct arch *machine, const struct layer *layer,
                   const struct layer_mapping *mapping,
                   struct layer_result *out)
{
    struct arch own;
    const struct arch *const arch = &own;
    arch_of_layer(machine, layer, &own);
    result_describe(arch, layer, mapping, out);
    out->is_model = true;
    if (layer_mapping_is_nest(mapping))
        model_nest(arch, layer, &mapping->nest, out);
    else
        model_program(arch, layer, mapping, out);
    result_derive(arch, out);
}

/* What counting may take: some seconds.  Words are looked at one by one by loop
 * nests alone. */
#define WALK_PASSES_MAX ((uint64_t)1 << 22)
#define WALK_NEST_WORDS_MAX ((uint64_t)1 << 26)

static uint64_t dram_words(const struct counts *counts)
{
    uint64_t words = 0;
    for (int t = 0; t < TENSOR_N; t++)
        words =
            count_add(words, count_add(counts->access[LEVEL_DRAM][t].reads,
                                       counts->access[LEVEL_DRAM][t].writes));
    return words;
}

void model_least_bursts(const struct arch *arch, int burst_bytes,
                        struct counts *counts)
{
    const struct accesses *psum = &counts->access[LEVEL_DRAM][TENSOR_PSUM];
    const double words = (double)psum->reads + (double)psum->writes;
    counts->dram_bursts = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const uint64_t bytes = counts_dram_bytes(arch, counts, (enum tensor)t);
        const uint64_t each = (uint64_t)burst_bytes;
        const uint64_t bursts = bytes / each + (bytes % each != 0);
        counts->dram_bursts = count_add(counts->dram_bursts, bursts);
        if (t == TENSOR_PSUM && words > 0)
            counts->dram_write_bursts =
                (uint64_t)((double)bursts * ((double)psum->writes / words));
    }
}

static uint64_t bursts_of(const struct tile_transfer *move, int byte_bits)
{
    return move->is_none
               ? 0
               : dram_bursts_count(move->request, move->n_requests, byte_bits);
}

/* The bursts of a nest, pass by pass. */
static void walk_nest(struct pass_source *source, int byte_bits,
                      struct counts *counts)
{
    struct tile_transfer move;
    struct source_pass pass;
    uint64_t read = 0, written = 0;
    for (int t = 0; t < TENSOR_N; t++)
        while (source->ops->load(source, (enum tensor)t, &move))
            read = count_add(read, bursts_of(&move, byte_bits));
    while (source->ops->next(source, &pass))
        if (pass.last_use[TENSOR_PSUM]) {
            source->ops->store(source, &move);
            written = count_add(written, bursts_of(&move, byte_bits));
        }
    counts->dram_bursts = count_add(read, written);
    counts->dram_write_bursts = written;
}

struct burst_count {
    const struct program *program;
    enum tensor tensor;
    int byte_bits;
    struct tile_move move;
    uint64_t bursts;
};

static void add_tile(void *context, const struct pass *pass, uint64_t times)
{
    struct burst_count *count = context;
    struct tile_move *move = &count->move;
    program_tile_move(count->program, pass, count->tensor, move);
    const uint64_t bursts =
        dram_bursts_count(move->request, move->n_requests, count->byte_bits);
    count->bursts = count_add(count->bursts, count_mul(times, bursts));
}

/* The bursts of a dataflow's program: of each tile, as often as it is moved. */
static void count_tiles(const struct program *program, int byte_bits,
                        struct counts *counts)
{
    struct burst_count count = {.program = program, .byte_bits = byte_bits};
    uint64_t read = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        if (t == TENSOR_PSUM)
            read = count.bursts;
        count.tensor = (enum tensor)t;
        program_each_tile(program, count.tensor, add_tile, &count);
    }
    tile_move_fini(&count.move);
    counts->dram_bursts = count.bursts;
    counts->dram_write_bursts = count.bursts - read;
}

static void count_nest_bursts(const struct arch *arch,
                              const struct layer *layer,
                              const struct layer_mapping *mapping,
                              int byte_bits, struct layer_result *out)
{
    struct pass_source *source =
        pass_source_new(arch, layer, mapping, NULL, NULL);
    out->bursts_at_least = source->passes > WALK_PASSES_MAX ||
                           dram_words(&out->counts) > WALK_NEST_WORDS_MAX;
    if (!out->bursts_at_least)
        walk_nest(source, byte_bits, &out->counts);
    source->ops->destroy(source);
}

static void count_program_bursts(const struct arch *arch,
                                 const struct layer *layer,
                                 const struct layer_mapping *mapping,
                                 int burst_bytes, struct layer_result *out)
{
    struct program *program = xcalloc(1, sizeof(*program));
    mapping->dataflow->compile(arch, layer, &mapping->mapping, program);
    program_lay_out(program, burst_bytes);
    out->bursts_at_least = program->passes > WALK_PASSES_MAX;
    if (!out->bursts_at_least)
        count_tiles(program, __builtin_ctz((unsigned)burst_bytes),
                    &out->counts);
    free(program);
}

/* Sets the bursts that a DRAM part moves, exactly as a run would, without an
 * array or a DRAM; with more passes than WALK_PASSES_MAX, the least that the
 * useful words fit into. */
static void count_bursts(const struct arch *arch, const struct layer *layer,
                         const struct layer_mapping *mapping,
                         struct layer_result *out)
{
    const struct dram_cfg cfg = tile_table_dram_cfg(arch);
    const int burst_bytes = dram_burst_bytes(&cfg);
    if (cfg.kind != DRAM_PART)
        return;
    if (arch_has_levels(arch)) /* no passes to walk */
        out->bursts_at_least = true;
    else if (layer_mapping_is_nest(mapping))
        count_nest_bursts(arch, layer, mapping,
                          __builtin_ctz((unsigned)burst_bytes), out);
    else
        count_program_bursts(arch, layer, mapping, burst_bytes, out);
    if (out->bursts_at_least)
        model_least_bursts(arch, burst_bytes, &out->counts);
}

bool model_layer(const struct arch *machine, const struct layer *layer,
                 const struct layer_mapping *mapping, bool show_mapping,
                 struct layer_result *out, struct diag *d)
{
    struct arch own;
    const struct arch *const arch = &own;
    arch_of_layer(machine, layer, &own);
    model_mapping(machine, layer, mapping, out);
    result_count_events(arch, layer, mapping, out);
    count_bursts(arch, layer, mapping, out);
    if (!layer_result_fits(arch, out, d))
        return false;
    if (show_mapping)
        out->mapping_text = mapping_text(arch, layer, mapping);
    return true;
}
