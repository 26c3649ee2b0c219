// counted.h - what results and messages add up to, for tables of figures.
// SPDX-License-Identifier: MIT
#ifndef TEST_PINS_COUNTED_H
#define TEST_PINS_COUNTED_H

#include <cstring>
#include <vector>

#include "sim/base/counters.h"
#include "sim/choose/search_costs.h"
#include "test/messages.h"
#include "test/pins/pins.h"

inline void add_text(digest *to, const char *text)
{
    for (; text != nullptr && *text != '\0'; text++)
        to->add_word(uint64_t(*text));
}

// What is said, whatever the folder that it names files in.
inline void add_said(digest *to, std::string text)
{
    for (size_t k = 1; (k = text.find("/configs/", k)) != text.npos; k = 1) {
        const size_t word = text.find_last_of(" \n'", k - 1) + 1;
        text.erase(word, k + 1 - word);
    }
    add_text(to, text.c_str());
}

inline void add_counts(digest *to, const layer_result &r)
{
    for (const counter *c = counter_table; c->path != nullptr; c++)
        to->add(double(counter_value(c, &r)));
}

// What a result says of itself beside its figures.
inline void add_marks(digest *to, const layer_result &r)
{
    to->add(r.is_model, r.is_nest, r.has_events, r.has_vector, r.checked,
            r.bursts_at_least, r.active_pes);
    to->add(double(r.gated_macs), r.gated_rf_filter_reads,
            r.gated_rf_psum_reads, r.gated_rf_psum_writes, r.fifo_pushes);
    for (const char *text :
         {r.dataflow, r.mapping_source, r.table_source, r.layer.name})
        add_text(to, text);
    to->add(r.n_params, r.n_not_modelled);
    for (int k = 0; k < r.n_params; k++) {
        add_text(to, r.param[k].name);
        to->add(r.param[k].value);
    }
    for (int k = 0; k < r.n_not_modelled; k++)
        add_text(to, r.not_modelled[k]);
}

inline void add_bounds(digest *to, const layer_result &r)
{
    for (uint64_t cycles : r.bounds_cycles)
        to->add(double(cycles));
}

// Rows of banks, words that reach rows of PEs, and words that change.
inline void add_events(digest *to, const layer_result &r)
{
    uint64_t words[sizeof(r.events) / sizeof(uint64_t)];
    std::memcpy(words, &r.events, sizeof(words));
    for (uint64_t word : words)
        to->add(double(word));
}

// All tables of energies that are shipped.
class all_energies
{
  public:
    all_energies()
    {
        for (const char *name :
             {"16nm_components", "28nm_components", "45nm", "45nm_components",
              "45nm_horowitz", "45nm_instructions", "45nm_rough",
              "65nm_components", "eyeriss_normalized"})
            table_.push_back(energy_load(name, src_pos{}, d_));
    }
    all_energies(const all_energies &) = delete;
    all_energies &operator=(const all_energies &) = delete;
    ~all_energies()
    {
        for (energy_table *table : table_)
            energy_free(table);
    }

    void add(digest *to, const arch &a, const layer_result &r) const
    {
        for (const energy_table *table : table_)
            add_by(table, to, a, r);
    }

  private:
    static void add_by(const energy_table *table, digest *to, const arch &a,
                       const layer_result &r)
    {
        energy_costs costs;
        layer_energy e = {};
        search_costs searched;
        energy_costs_of(table, &a, &costs);
        search_costs_of(&costs, &a, &searched);
        const dram_cfg &dram = searched.dram_cfg;
        energy_of_layer(&costs, &a, &r,
                        dram.kind == DRAM_PART ? dram_burst_bytes(&dram) : 0,
                        &e);
        for (int part = 0; part < ENERGY_N; part++)
            to->add(energy_part_of(&e, energy_part(part)));
        to->add(costs.clock_cycle, costs.leakage_cycle, costs.refresh_cycle,
                costs.network_clock_cycle);
    }

    Messages d_;
    std::vector<energy_table *> table_;
};

#endif
