/* machines.c - makes machines of points, and keeps some of them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/machines.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "mem/dram.h"
#include "sim/base/text_stream.h"
#include "sim/choose/gate.h"
#include "sim/run/tile_table.h"
#include "sim/sweep/kept.h"

/* Kept beside those in use: enough for the points of a few machines in
 * turns. */
enum { MACHINES_KEPT = 4, FAMILIES_KEPT = 1 };

struct machines {
    struct inputs *inputs; /* borrowed; its hold guards the pools */
    struct kept *pool, *families;
    uint64_t memo_bytes;
};

static const struct src_pos command_line = {NULL, 0};

static void free_family(void *item)
{
    struct machine_family *f = item;
    pass_memory_free(f->passes);
    layer_results_free(f->results);
    free(f);
}

/* The machine lets go of what it borrows. */
struct machine_entry {
    struct sweep_machine machine; /* first: one is the other */
    struct machines *of;
};

static void free_machine(void *item)
{
    struct machine_entry *e = item;
    struct sweep_machine *m = &e->machine;
    kept_give_back(e->of->families, m->family);
    config_free(m->cfg);
    inputs_give_back_config(e->of->inputs, m->base);
    inputs_give_back_energy(e->of->inputs, m->energy);
    free(m->refusal);
    free(e);
}

struct machines *machines_new(struct inputs *inputs, uint64_t memo_bytes)
{
    struct machines *ms = xcalloc(1, sizeof(*ms));
    ms->inputs = inputs;
    ms->memo_bytes = memo_bytes > 0 ? memo_bytes : PASS_MEMORY_BYTES_DEFAULT;
    ms->pool = kept_new(MACHINES_KEPT, free_machine);
    ms->families = kept_new(FAMILIES_KEPT, free_family);
    return ms;
}

void machines_bound_memo(struct machines *ms, uint64_t memo_bytes)
{
    if (ms->memo_bytes > memo_bytes)
        ms->memo_bytes = memo_bytes;
}

void machines_free(struct machines *ms)
{
    kept_free(ms->pool);
    kept_free(ms->families);
    free(ms);
}

/* What of a machine its runs do not depend on. */
static void forget_names(struct arch *a)
{
    memset(a->name, 0, sizeof(a->name));
    memset(a->default_network, 0, sizeof(a->default_network));
    memset(a->default_dataflow, 0, sizeof(a->default_dataflow));
    memset(a->dataflows, 0, sizeof(a->dataflows));
    memset(a->energy, 0, sizeof(a->energy));
    a->default_batch = 0;
}

/* What of it passes do not depend on: an array is told what to do by
 * descriptors, and never asks the memory side. */
static void forget_memory(struct arch *a)
{
    a->clock_hz = 0;
    a->node_nm = a->pitch_um = a->clocked_bits = 0;
    a->layer_start_cycles = 0;
    a->l2_cell = L2_CELL_SRAM;
    a->l2_accumulator_bytes = 0;
    a->temperature_k = 0;
    memset(a->dram_part, 0, sizeof(a->dram_part));
    memset(a->dram_model, 0, sizeof(a->dram_model));
    a->dram_bytes_per_second = 0;
    a->dram_latency_cycles = a->dram_channels = 0;
    a->dram_layout = LAYOUT_PACKED;
    a->dram_filter_order = FILTER_TILES;
    a->dram_order = DRAM_ORDER_TENSORS;
    a->mapping_policy = POLICY_OWN;
    memset(a->mapping_table, 0, sizeof(a->mapping_table));
    memset(a->mapping_file, 0, sizeof(a->mapping_file));
}

static struct machine_family *family_of(struct machines *ms,
                                        const struct arch *as_run)
{
    struct arch core = *as_run;
    forget_memory(&core);
    struct machine_family *f = kept_take(ms->families, &core, sizeof(core));
    if (f != NULL)
        return f;
    f = xcalloc(1, sizeof(*f));
    f->of = ms->families;
    f->passes = pass_memory_new(ms->memo_bytes);
    f->results = layer_results_new();
    kept_add(ms->families, &core, sizeof(core), f);
    return f;
}

/* As `accelsim run` does: a mapping file of the machine's own holds where no
 * dataflow but nests is asked for. */
static bool use_dataflow(struct sweep_machine *m, const struct point *p,
                         struct diag *d)
{
    const char *file = config_arch(m->cfg)->mapping_file;
    if (file[0] == '\0' ||
        (p->dataflow != NULL && strcmp(p->dataflow, nest_dataflow.name) != 0))
        file = NULL;
    if (file == NULL || p->dataflow != NULL) {
        m->dataflow = config_dataflow(m->cfg, p->dataflow, d);
        if (m->dataflow == NULL)
            return false;
    }
    if (file == NULL && m->dataflow == &nest_dataflow)
        return diag_error(d, command_line,
                          "dataflow 'nest' lacks its loops; 'mapping.file' "
                          "has to name a file with them");
    return file == NULL ||
           config_use_mappings(m->cfg, file, config_pos(m->cfg, "mapping.file"),
                               d);
}

static bool price(struct machines *ms, struct sweep_machine *m, struct diag *d)
{
    const struct arch *arch = config_arch(m->cfg);
    m->energy = inputs_energy(ms->inputs, arch->energy,
                              config_pos(m->cfg, "energy"), d);
    if (m->energy == NULL || !energy_is_possible(m->energy, arch, d))
        return false;
    energy_costs_of(m->energy, arch, &m->costs);
    return true;
}

/* A DRAM part's bursts, and its peak. */
static void note_part(struct sweep_machine *m)
{
    const struct arch *arch = config_arch(m->cfg);
    const struct dram_part *part = dram_part_find(arch->dram_model);
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    if (part == NULL)
        return;
    m->dram_burst_bytes = dram_burst_bytes(&dram);
    m->dram_bytes_per_second = part->clock_hz * (uint64_t)m->dram_burst_bytes /
                               (uint64_t)part->clocks_per_burst *
                               (uint64_t)arch->dram_channels;
}

static bool make(struct machines *ms, struct sweep_machine *m,
                 const struct point *p, struct diag *d)
{
    m->base = inputs_config(ms->inputs, p->cfg, command_line, d);
    if (m->base == NULL)
        return false;
    m->cfg = config_vary(m->base, p->set, p->n_sets, d);
    if (m->cfg == NULL)
        return false;
    if (config_arch(m->cfg)->fuse[0] != '\0' && !p->simulates)
        return diag_error(d, config_pos(m->cfg, "network.fuse"),
                          "'network.fuse' changes no figure of 'model' that a "
                          "sweep keeps; there it may be \"\", or the points "
                          "may run");
    if (!use_dataflow(m, p, d) || !price(ms, m, d))
        return false;
    note_part(m);
    m->as_run = *config_arch(m->cfg);
    forget_names(&m->as_run);
    m->family = family_of(ms, &m->as_run);
    return true;
}

/* All that the machine depends on; to be freed. */
static char *key_of(const struct point *p, size_t *bytes)
{
    char *key = NULL;
    FILE *to = text_stream(&key, bytes);
    fprintf(to, "%d%s\n%s", p->simulates, p->cfg,
            p->dataflow != NULL ? p->dataflow : "");
    for (int i = 0; i < p->n_sets; i++)
        fprintf(to, "\n%s", p->set[i]);
    SIM_CHECK(fclose(to) == 0);
    return key;
}

const struct sweep_machine *machines_take(struct machines *ms,
                                          const struct point *p)
{
    size_t bytes;
    char *key = key_of(p, &bytes);
    inputs_hold(ms->inputs);
    struct machine_entry *e = kept_take(ms->pool, key, bytes);
    if (e == NULL) {
        struct diag *d = diag_new();
        e = xcalloc(1, sizeof(*e));
        e->of = ms;
        if (!make(ms, &e->machine, p, d)) {
            struct point_result why = {.reason = NULL};
            point_refuse(&why, d);
            e->machine.refusal = why.reason;
            e->machine.status = diag_status(d);
        }
        diag_free(d);
        kept_add(ms->pool, key, bytes, e);
    }
    inputs_release(ms->inputs);
    free(key);
    return &e->machine;
}

void machines_give_back(struct machines *ms, const struct sweep_machine *m)
{
    inputs_hold(ms->inputs);
    kept_give_back(ms->pool, m);
    inputs_release(ms->inputs);
}
