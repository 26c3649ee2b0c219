/* show_config.c - lists the values of the architecture's file, of the options
 * that change a result, and of the energy table, each with its origin.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/show_config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/output.h"
#include "sim/base/text_stream.h"
#include "sim/cli/format_table.h"
#include "sim/config/config_value.h"

static const char *const columns[] = {"key", "value", "unit", "origin",
                                      "meaning"};

void print_listing(struct invocation *s, struct listing *l)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    SIM_CHECK(format_table[s->options.format].listing(l, to));
    SIM_CHECK(fclose(to) == 0);
    output_write(s->options.output, text, bytes, s->diag);
    listing_free(l);
    free(text);
}

static void add_values(const struct config *cfg, struct listing *l)
{
    struct config_value v;
    for (int i = 0; config_value_at(cfg, i, &v); i++) {
        listing_text(l, v.key);
        listing_text(l, v.text);
        listing_text(l, v.unit);
        if (v.origin == CONFIG_FILE)
            listing_print(l, "%s:%d", v.at.file, v.at.line);
        else
            listing_text(l, v.origin == CONFIG_SET ? "--set" : "default");
        listing_text(l, v.doc);
    }
}

static void holds_text(const struct l2_store *s, char holds[32])
{
    holds[0] = '\0';
    for (int t = 0; t < TENSOR_N; t++)
        if (s->holds[t]) {
            strcat(holds, holds[0] != '\0' ? " " : "");
            strcat(holds, tensor_name[t]);
        }
}

/* Memories of L2, a line each. */
static void add_stores(const struct config *cfg, struct listing *l)
{
    const struct arch *arch = config_arch(cfg);
    for (int k = 0; k < arch->n_l2_stores; k++) {
        const struct l2_store *s = &arch->l2_store[k];
        char holds[32];
        holds_text(s, holds);
        listing_print(l, "l2.stores.%s", s->name);
        listing_print(l,
                      "%" PRIu64
                      " bytes, %d banks, rows of %d words, %s, %d cycles, "
                      "spills %s",
                      s->bytes, s->banks, s->bank_row_words,
                      s->ports == BANK_1RW ? "1rw" : "1r1w", s->latency_cycles,
                      s->spills ? "true" : "false");
        listing_text(l, "");
        listing_text(l, "l2.stores");
        listing_print(l, "holds %s", holds);
    }
}

/* Listed levels, a line each, and one for each store. */
static void add_levels(const struct config *cfg, struct listing *l)
{
    const struct arch *arch = config_arch(cfg);
    for (int k = LEVEL_DRAM - 1; k >= 0 && arch_has_levels(arch); k--) {
        const struct level_arch *at = &arch->level[k];
        const struct src_pos pos = config_levels_pos(cfg);
        if (!arch_has_level(arch, (enum level)k))
            continue;
        listing_print(l, "levels.%s", at->name);
        listing_print(l,
                      "%d x %d children, %s, reduce %s, %d words a slot, %d "
                      "slots a cycle, hops of %d um",
                      at->rows, at->cols, level_network_name[at->network],
                      level_reduce_name[at->reduce], at->words_per_slot,
                      at->slots_per_cycle, at->hop_um);
        listing_text(l, "");
        listing_print(l, "%s:%d", pos.file, pos.line);
        listing_text(l, "a level and the network to those inside it");
        for (int i = 0; i < at->n_stores; i++) {
            const struct l2_store *s = &at->store[i];
            char holds[32];
            holds_text(s, holds);
            listing_print(l, "levels.%s.stores.%s", at->name,
                          s->name[0] != '\0' ? s->name : holds);
            listing_print(l,
                          "%" PRIu64
                          " bytes, %d banks, rows of %d words, %s, %d cycles, "
                          "%d buffers",
                          s->bytes, s->banks, s->bank_row_words,
                          s->ports == BANK_1RW ? "1rw" : "1r1w",
                          s->latency_cycles, s->buffers);
            listing_text(l, "");
            listing_print(l, "%s:%d", pos.file, pos.line);
            listing_print(l, "holds %s", holds);
        }
    }
}

/* What an option asks for, or what holds without it. */
static void add_option(struct listing *l, const struct options *o,
                       const char *name, const char *value, const char *unit,
                       const char *left_out)
{
    const struct option_row *row = option_find(name);
    if (!option_honoured(row, o->command))
        return;
    listing_print(l, "--%s", name);
    listing_text(l, value);
    listing_text(l, unit);
    listing_text(l, o->given[row - option_table] ? "command line" : left_out);
    listing_text(l, row->doc);
}

static void add_options(const struct invocation *s, struct listing *l)
{
    const struct options *o = &s->options;
    char batch[16], top[16], cycles[24], seconds[16];
    snprintf(batch, sizeof(batch), "%d", s->workload->batch);
    snprintf(top, sizeof(top), "%d", o->map.top);
    snprintf(cycles, sizeof(cycles), "%" PRIu64, o->max_cycles);
    snprintf(seconds, sizeof(seconds), "%d", o->map.time_limit_seconds);
    add_option(l, o, "net",
               invocation_is_single_layer(s) ? "" : s->workload->name, "",
               "default.network");
    add_option(l, o, "layer", o->layer != NULL ? o->layer : "all", "",
               "default");
    add_option(l, o, "batch", batch, "images",
               invocation_is_single_layer(s) ? "the layer's N"
                                             : "default.batch");
    add_option(l, o, "dataflow",
               s->dataflow != NULL ? s->dataflow->name : "of each mapping", "",
               "default.dataflow");
    add_option(l, o, "energy", o->energy != NULL ? o->energy : "", "",
               "the key 'energy'");
    add_option(l, o, "kernel", o->kernel, "", "default");
    if (o->systemc.memory.is_foreign) {
        char memory[64];
        snprintf(memory, sizeof(memory), "%" PRIu64 ",%" PRIu64,
                 o->systemc.memory.latency_ns,
                 o->systemc.memory.bytes_per_second);
        add_option(l, o, "sc-memory", memory, "ns, bytes/s", "");
    }
    add_option(l, o, "max-cycles", o->max_cycles > 0 ? cycles : "", "cycles",
               "default");
    add_option(l, o, "objective", search_objective_name[o->map.objective], "",
               "default");
    add_option(l, o, "top", top, "mappings", "default");
    add_option(l, o, "time-limit", o->map.time_limit_seconds > 0 ? seconds : "",
               "s", "default");
}

static void add_cost(struct listing *l, const struct energy_table *table,
                     const char *part, const char *of,
                     const struct energy_cost *cost, const char *doc)
{
    listing_print(l, "energy.%s%s%s", part, of[0] != '\0' ? "." : "", of);
    if (cost->energy == cost->write)
        listing_print(l, "%.6g", cost->energy);
    else
        listing_print(l, "%.6g read, %.6g written", cost->energy, cost->write);
    listing_text(l, energy_unit(table));
    listing_print(l, "%s: %s", energy_name(table),
                  energy_origin_name[cost->origin]);
    listing_text(l, doc);
}

static void add_single(struct listing *l, const struct energy_table *table,
                       const char *part, const char *of, double energy,
                       const char *doc)
{
    const struct energy_cost each = {energy, energy, ENERGY_GIVEN};
    if (energy > 0)
        add_cost(l, table, part, of, &each, doc);
}

/* What a DRAM part takes by its currents. */
static void add_dram_part(struct listing *l, const struct energy_table *table,
                          const struct energy_dram *part)
{
    add_single(l, table, "dram", "read_burst", part->read_burst,
               "a burst read, by the part's currents and on its bus");
    add_single(l, table, "dram", "write_burst", part->write_burst,
               "a burst written, likewise");
    add_single(l, table, "dram", "row", part->activate,
               "a row opened and closed, by the part's currents");
    add_single(l, table, "dram", "standby", part->cycle,
               "a cycle, of standby and refresh");
}

static void add_costs(const struct invocation *s, struct listing *l)
{
    struct energy_costs costs;
    const struct arch *arch = config_arch(s->cfg);
    energy_costs_of(s->energy, arch, &costs);
    const struct {
        const char *part;
        const struct energy_cost *cost;
        const char *doc;
    } part[] = {{"rf", costs.rf, "a word read or written"},
                {"noc", costs.noc_hop, "a word over one hop"},
                {"l1", costs.l1, "a word read or written"},
                {"l2", costs.l2, "a word read or written"},
                {"dram", costs.dram, "a word read or written"}};
    const bool is_priced[] = {true, true, arch->has_l1, true,
                              !costs.part.is_of_currents};
    add_cost(l, s->energy, "mac", "", &costs.mac, "a MAC");
    for (int k = 0; k < 5; k++)
        for (int t = 0; t < TENSOR_N; t++)
            if (is_priced[k])
                add_cost(l, s->energy, part[k].part, tensor_name[t],
                         &part[k].cost[t], part[k].doc);
    add_dram_part(l, s->energy, &costs.part);
    add_single(l, s->energy, "clock", "", costs.clock_cycle,
               "a cycle, of all clocked bits together");
    add_single(l, s->energy, "leakage", "", costs.leakage_cycle,
               "a cycle, of all instances together");
}

void show_config(struct invocation *s)
{
    if (!invocation_read(s))
        return;
    struct listing *l = listing_new("configuration", columns, 5);
    add_values(s->cfg, l);
    add_stores(s->cfg, l);
    add_levels(s->cfg, l);
    add_options(s, l);
    add_costs(s, l);
    print_listing(s, l);
}
