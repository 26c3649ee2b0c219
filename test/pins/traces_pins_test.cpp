// traces_pins_test.cpp - what streams of random accesses show: distances, their
// bins, and what is left of them where only some words are followed.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>

#include "test/pins/pins.h"
#include "test/random_layer.h"
#include "traces/reuse.h"
#include "traces/sharing.h"

namespace
{

enum { LINES = 24, STREAMS = 12, ACCESSES = 3000 };

void add(digest *to, const distances &d)
{
    to->add(double(d.n), d.sum, d.min, d.max);
    for (int k = 0; k < DISTANCE_BINS; k++)
        if (d.count[k] > 0)
            to->add(k, double(d.count[k]));
}

void add(digest *to, const reuse_counts &c)
{
    to->add(double(c.accesses), c.compulsory, c.sampled_share);
    add(to, c.reuse);
    add(to, c.stack);
    for (uint64_t words = 1; words < 20000; words = words * 5 / 3 + 1)
        to->add(double(reuse_misses(&c, words)));
}

// Words near the last one, of a few, or anywhere.
uint64_t next_word(random_case &random, uint64_t last, int spread)
{
    switch (random.pick(0, 3)) {
    case 0:
        return last + 1;
    case 1:
        return uint64_t(random.pick(0, 9));
    case 2:
        return uint64_t(random.spread(spread));
    default:
        return uint64_t(random.pick(0, spread));
    }
}

TEST(TracesPins, ReuseIsAsItWas)
{
    pins table("traces", "reuse");
    for (int k = 0; k < LINES; k++) {
        random_case random(unsigned(13000 + k));
        figures f;
        digest each, all, scaled;
        reuse_counts sum = {};
        for (int i = 0; i < STREAMS; i++) {
            const std::unique_ptr<reuse, void (*)(reuse *)> r(
                reuse_new(size_t(16 + random.spread(1500))), reuse_free);
            const int spread = random.spread(20000);
            uint64_t word = 0;
            for (int j = random.pick(0, ACCESSES); j > 0; j--) {
                word = next_word(random, word, spread);
                reuse_access(r.get(), word);
            }
            reuse_counts c;
            reuse_read(r.get(), &c);
            add(&each, c);
            reuse_counts_merge(&sum, &c);
            reuse_counts_scale(&c, c.accesses + uint64_t(random.pick(0, 9999)));
            add(&scaled, c);
            reuse_clear(r.get());
            reuse_access(r.get(), word);
            reuse_read(r.get(), &c);
            add(&each, c);
        }
        add(&all, sum);
        f.add("each", each);
        f.add("all", all);
        f.add("scaled", scaled);
        table.hold(k, f);
    }
}

TEST(TracesPins, SharingIsAsItWas)
{
    pins table("traces", "sharing");
    for (int k = 0; k < LINES; k++) {
        random_case random(unsigned(13100 + k));
        figures f;
        digest counts;
        for (int i = 0; i < STREAMS; i++) {
            const std::unique_ptr<sharing, void (*)(sharing *)> s(
                sharing_new(size_t(16 + random.spread(1500))), sharing_free);
            const int consumers = random.spread(40),
                      spread = random.spread(900);
            uint64_t word = 0;
            for (int j = random.pick(0, ACCESSES); j > 0; j--) {
                word = next_word(random, word, spread);
                const int of = random.pick(0, consumers - 1);
                sharing_access(s.get(), of, word);
            }
            sharing_counts c;
            sharing_read(s.get(), &c);
            counts.add(double(c.accesses), c.multicast_reads, c.alone,
                       c.at_once, c.sampled_share);
            add(&counts, c.distance);
        }
        f.add("counts", counts);
        table.hold(k, f);
    }
}

TEST(TracesPins, BinsAreAsTheyWere)
{
    pins table("traces", "bins");
    figures f;
    digest bins, ends;
    for (uint64_t distance = 1; distance < UINT64_MAX / 2;
         distance += distance / 300 + 1)
        bins.add(distances_bin(distance));
    for (int bin = 0; bin < DISTANCE_BINS; bin++)
        ends.add(double(distances_first(bin)), distances_last(bin));
    f.add("bins", bins);
    f.add("ends", ends);
    table.hold(0, f);
}

} // namespace
