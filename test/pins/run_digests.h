// run_digests.h - what runs count, take and remember, and what they do on the
// way, as digests.
// SPDX-License-Identifier: MIT
#ifndef TEST_PINS_RUN_DIGESTS_H
#define TEST_PINS_RUN_DIGESTS_H

#include "sim/timeline/timeline.h"
#include "test/pins/counted.h"
#include "traces/access.h"

// What runs count and take; of all of a line.
struct run_digests {
    digest progress, counts, ledger, waits, memory, check, energy, mapping,
        accesses, times, models, marks;

    void add(const layer_result &r)
    {
        counts.add(r.active_pes, r.passes, r.array_cycles);
        add_counts(&counts, r);
        add_marks(&marks, r);
        add_bounds(&counts, r);
        for (uint64_t cycles : r.ledger_pe_cycles)
            ledger.add(double(cycles));
        for (const auto &of : r.wait_dram_by)
            for (uint64_t cycles : of)
                waits.add(double(cycles));
        for (const auto &of : r.wait_by)
            for (uint64_t cycles : of)
                waits.add(double(cycles));
        const memo_stats &m = r.memo;
        memory.add(
            double(m.simulated_passes), m.remembered_passes, m.skipped_passes,
            m.periods, m.pe_cycles, m.simulated_pe_cycles, m.skipped_pe_cycles,
            m.new_descriptors, m.evicted_descriptors, m.simulated_transfers,
            m.remembered_transfers, m.remembered_phases);
    }

    void add_check(const layer_result &r)
    {
        check.add(double(r.check_outputs), r.check_zero_macs, r.gated_macs,
                  r.cycles);
        for (uint64_t bytes : r.check_compressed_bytes)
            check.add(double(bytes));
    }

    void add_text(const char *text)
    {
        for (; text != nullptr && *text != '\0'; text++)
            mapping.add(*text);
    }

    static void note(void *context, const struct access *a)
    {
        auto *to = static_cast<digest *>(context);
        to->add_word(uint64_t(a->level) << 40 | uint64_t(a->tensor) << 36 |
                     uint64_t(a->is_write) << 32 | uint64_t(a->unit));
        to->add_word(a->word);
    }

    static void note_progress(void *context, uint64_t done, uint64_t passes)
    {
        static_cast<digest *>(context)->add(double(done), passes);
    }

    void add_times(const layer_timeline &t)
    {
        for (const auto &kind : t.kind)
            for (int i = 0; i < kind.n; i++) {
                const timeline_event &e = kind.event[i];
                times.add(double(e.from), e.to, e.count, e.cycles);
                for (uint64_t figure : e.figure)
                    times.add(double(figure));
            }
    }

    void put(figures *f) const
    {
        f->add("progress", progress);
        f->add("counts", counts);
        f->add("ledger", ledger);
        f->add("waits", waits);
        f->add("memory", memory);
        f->add("check", check);
        f->add("energy", energy);
        f->add("mapping", mapping);
        f->add("accesses", accesses);
        f->add("times", times);
        f->add("models", models);
        f->add("marks", marks);
    }
};

#endif
