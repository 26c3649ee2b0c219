// dram_pins_test.cpp - what DRAM parts take for random lists of requests, and
// what they remember of them: totals, times, and which way each call took.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "mem/rlc.h"
#include "mem/word_map.h"
#include "test/mem/dram_requests.h"
#include "test/mem/each_part.h"
#include "test/pins/pins.h"

namespace
{

enum {
    LINES = 20,
    LISTS = 100,
    CALLS = 900,
    KNOWN = 12,
    STREAMS = 60,
    MAPS = 16,
    OWN_PARTS = 400
};

struct dram_digests {
    digest times, totals, recalls;

    void put(figures *f) const
    {
        f->add("times", times);
        f->add("totals", totals);
        f->add("recalls", recalls);
    }
};

class DramPins : public EachPart
{
  protected:
    using memory = std::unique_ptr<struct dram, void (*)(struct dram *)>;

    // Lists that come again, as they were or a few rows further on.
    void serve(random_requests &random, const dram_cfg &cfg, bool remembers,
               dram_digests *to) const
    {
        const memory d(dram_new(&cfg), dram_free);
        if (remembers)
            dram_remember(d.get());
        std::vector<std::vector<dram_request>> known;
        for (int k = 0; k < KNOWN; k++)
            known.push_back(random.list(k % 3 == 0 ? 6000 : 700));
        const uint64_t unit = uint64_t(part.columns * part.bus_bytes) *
                              uint64_t(part.bankgroups * part.banks_per_group);
        uint64_t now = 0;
        for (int k = 0; k < (remembers ? CALLS : LISTS); k++) {
            std::vector<dram_request> list =
                known[size_t(random.pick(0, KNOWN - 1))];
            const uint64_t further = uint64_t(random.pick(0, 3)) * unit;
            for (dram_request &r : list)
                if (r.address < 4 * unit)
                    r.address += further;
            // Now and then another one that differs in a loop alone.
            if (random.pick(0, 3) == 0) {
                dram_request &r =
                    list[size_t(random.pick(0, int(list.size()) - 1))];
                const int loop = random.pick(0, DRAM_LOOPS - 1);
                const int more = random.pick(1, 3);
                if (random.pick(0, 1) == 0)
                    r.loop[loop].count += uint32_t(more);
                else
                    r.loop[loop].stride_bytes += uint64_t(more) * 64;
            }
            now += random.pause();
            now = dram_serve_list(d.get(), list.data(), int(list.size()), now);
            to->times.add(double(now), dram_free_cycle(d.get()));
        }
        const dram_totals &n = *dram_counts(d.get());
        to->totals.add(double(n.requests), n.bursts, n.activates, n.row_hits,
                       n.refreshes, n.write_bursts, n.read_bytes,
                       n.write_bytes);
        for (int way = 0; way < DRAM_RECALLS; way++)
            to->recalls.add(double(dram_recalls(d.get())[way]));
        to->times.add(double(dram_min_cycles(&cfg, n.read_bytes)));
    }
};

TEST_P(DramPins, AreAsTheyWere)
{
    pins table("dram", part.name);
    for (int k = 0; k < pinned(LINES); k++) {
        random_requests random(part, unsigned(12000 + k));
        figures f;
        dram_digests of;
        dram_cfg cfg = part_cfg(part);
        cfg.channels = k % 3 == 2 ? random.pick(2, 4) : 1;
        // A core whose cycles are no clocks of the part.
        if (k % 2 != 0)
            cfg.core_hz = uint64_t(random.pick(50, 900)) * 1000000;
        serve(random, cfg, k % 4 > 0, &of);
        of.put(&f);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, DramPins, testing::ValuesIn(all_parts()),
                         name_of);

// A part of a user's own.
dram_part random_part(random_requests &random)
{
    dram_part p = dram_parts[random.pick(0, 3)];
    int *const timings[] = {&p.CL,     &p.CWL,    &p.tRCD,   &p.tRP,
                            &p.tRAS,   &p.tRC,    &p.tRFC,   &p.tCCD_S,
                            &p.tCCD_L, &p.tRRD_S, &p.tRRD_L, &p.tFAW,
                            &p.tWR,    &p.tWTR_S, &p.tWTR_L, &p.tRTP};
    for (int n = random.pick(1, 5); n > 0; n--) {
        int *timing = timings[random.pick(0, 15)];
        *timing = random.pick(1, 3 * *timing);
    }
    if (random.pick(0, 2) == 0)
        p.tREFI = random.pick(p.tRFC, p.tRFC + 300);
    if (random.pick(0, 7) == 0)
        p.banks_per_group *= 4;
    if (random.pick(0, 7) == 0)
        p.columns = p.BL / random.pick(1, 2);
    if (random.pick(0, 3) == 0)
        p.clocks_per_burst *= 2;
    return p;
}

// What is wrong with parts of users' own, and how few cycles bytes take.
TEST(OwnPartPins, AreAsTheyWere)
{
    pins table("dram", "own");
    random_requests random(dram_parts[0], 12300);
    for (int k = 0; k < LINES; k++) {
        figures f;
        digest faults, cycles;
        int legal = 0;
        for (int i = 0; i < OWN_PARTS; i++) {
            const dram_part p = random_part(random);
            const char *const fault = dram_part_fault(&p);
            faults.add(fault == nullptr ? 0 : fault[1] + fault[3] * 256);
            legal += fault == nullptr;
            dram_cfg cfg = part_cfg(p);
            cfg.channels = random.pick(1, 3);
            for (int j = 0; j < 6 && fault == nullptr; j++)
                cycles.add(double(dram_min_cycles(
                    &cfg, uint64_t(random.pick(0, 1 << j * 4)))));
        }
        f.add("legal", legal);
        f.add("faults", faults);
        f.add("cycles", cycles);
        table.hold(k, f);
    }
}

// How much a bounded table takes in, of keys and values of some words each.
TEST(WordMapPins, AreAsTheyWere)
{
    pins table("dram", "word_map");
    for (int k = 0; k < MAPS; k++) {
        random_requests random(dram_parts[0], unsigned(12200 + k));
        figures f;
        digest taken;
        const int words = random.pick(1, 9);
        word_map *map = word_map_new(size_t(random.pick(1, 40)) * 20000);
        uint32_t refused = 0, found = 0;
        for (uint32_t i = 0; i < 12000 && refused < 4; i++) {
            const uint32_t key[10] = {i, i * i};
            const word_key of = word_key_of(key, uint32_t(words + 1));
            uint32_t *value = word_map_find(map, &of) != nullptr
                                  ? nullptr
                                  : word_map_add(map, &of, uint32_t(words));
            refused += value == nullptr;
            for (int j = 0; value != nullptr && j < words; j++)
                value[j] = i + uint32_t(j);
            if (i % 16 == 0)
                taken.add(double(word_map_bytes(map)), refused);
        }
        for (uint32_t i = 0; i < 12000; i += 7) {
            uint32_t key[10] = {i, i * i};
            const word_key of = word_key_of(key, uint32_t(words + 1));
            const uint32_t *value = word_map_find(map, &of);
            found +=
                value != nullptr && value[words - 1] == i + uint32_t(words) - 1;
        }
        f.add("taken", taken);
        f.add("found", found);
        f.add("bytes", double(word_map_bytes(map)));
        table.hold(k, f);
        word_map_free(map);
    }
}

TEST(RlcPins, AreAsTheyWere)
{
    pins table("dram", "rlc");
    random_requests random(dram_parts[0], 12100);
    for (int bits = 1; bits <= 32; bits += 5) {
        figures f;
        digest expected, real;
        for (int k = 0; k < STREAMS; k++) {
            const double share = random.pick(0, 20) / 20.0;
            const uint64_t words = uint64_t(random.pick(0, 9000));
            const rlc_code code = rlc_code_of(bits, share);
            expected.add(double(rlc_expected_bytes(words, bits, share)),
                         rlc_code_bytes(&code, words));
            rlc_stream s = {};
            for (int i = random.pick(0, 400); i > 0; i--) {
                rlc_take(&s, random.pick(1, 20) <= share * 20);
                if (i % 7 == 0)
                    real.add(double(rlc_bytes(&s, bits)));
            }
        }
        f.add("pairs", rlc_pairs_per_word(bits));
        f.add("expected", expected);
        f.add("real", real);
        table.hold(bits, f);
    }
}

} // namespace
