// array_pins_test.cpp - what arrays do while a pass runs, held to what it was:
// cycles that they skip, what they say of who waits, their signals; and what
// networks' streams and listed stores come to by themselves.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "noc/stream.h"
#include "sim/array/levels/levels_room.h"
#include "sim/array/multicast_machine.h"
#include "sim/run/kernel.h"
#include "test/messages.h"
#include "test/pins/drawn_fold.h"
#include "test/pins/drawn_run.h"
#include "test/pins/pins.h"

namespace
{

enum {
    PASSES = 60,
    PASSES_OF_A_LINE = 4,
    STEPS = 120,
    STEPS_OF_A_LINE = 3,
    PARTS = 6,
    STREAMS = 20,
    STREAMS_OF_A_LINE = 40,
    ROOMS = 20,
    ROOMS_OF_A_LINE = 20,
    MANY = 24,
    MANY_PASSES_OF_A_LINE = 60,
    MANY_STEPS_OF_A_LINE = 22,
    TEXT_BYTES = 4096
};

void add_text(digest *to, const char *text)
{
    for (; *text != '\0'; text++)
        to->add_word(uint64_t(*text));
}

// A pass of a random layer with other loops and other banks, so long that parts
// of it repeat.
multicast_pass stretched(random_case &random, multicast_pass d)
{
    const int windows = random.spread(200), groups = random.spread(30);
    for (int k = 0; k < 2; k++) {
        d.windows[k] = uint32_t(random.pick(1, windows));
        d.groups[k] = uint32_t(random.pick(k == 0, groups));
    }
    for (uint16_t &banks : d.banks)
        if (random.pick(0, 1) == 0)
            banks = uint16_t(random.pick(1, 12));
    return d;
}

struct pass_digests;

class MulticastPasses : public testing::TestWithParam<const char *>
{
  protected:
    // Two passes of what a dataflow chooses for a layer, of case k.
    static void passes(random_case &random, int k, pass_digests *of);

    static void add(multicast_machine *m, const multicast_pass &pass,
                    digest *counts, digest *skips, digest *says)
    {
        std::vector<char> text(TEXT_BYTES);
        pass_counts n = {};
        multicast_machine_issue(m, &pass, nullptr);
        for (int k = 0; !multicast_machine_is_done(m); k++) {
            const uint64_t cycles = multicast_machine_steps(m);
            ASSERT_GT(cycles, 0u);
            if (cycles > 1)
                skips->add(double(multicast_machine_cycles(m)), cycles);
            if (k % 61 == 60) {
                text[0] = '\0';
                multicast_machine_explain(m, text.data(), text.size());
                add_text(says, text.data());
            }
        }
        multicast_machine_counts(m, &n);
        counts->add(double(n.cycles), n.macs, n.flight_cycles,
                    n.psum_out_words);
        for (uint64_t cycles : n.pe_cycles)
            counts->add(double(cycles));
        const period_skips *s = multicast_machine_skips(m);
        skips->add(double(multicast_machine_skipped(m)),
                   multicast_machine_drifted(m));
        if (s != nullptr)
            skips->add(double(s->at_level[0]), s->at_level[1], s->from_mark);
        for (int k = 0; k < NETWORK_N; k++)
            counts->add(double(
                multicast_machine_words_sent(m, static_cast<network>(k))));
    }
};

struct pass_digests {
    digest counts, skips, says;

    void put(figures *f) const
    {
        f->add("counts", counts);
        f->add("skips", skips);
        f->add("says", says);
    }
};

void MulticastPasses::passes(random_case &random, int k, pass_digests *of)
{
    const dataflow *flow = dataflow_find(GetParam());
    const given_mapping none = {};
    arch a = random.machine();
    mapping m = {};
    Messages d;
    random.choose_for(GetParam(), &a);
    if (k % 3 == 0 && std::strcmp(GetParam(), "nlr") != 0)
        random.add_l1(&a, k % 2 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
    const layer l = random.shape();
    if (!flow->choose(&a, &l, &none, &m, d))
        return;
    auto p = std::make_unique<program>();
    flow->compile(&a, &l, &m, p.get());
    multicast_machine *machine = multicast_machine_new(p.get());
    multicast_machine_may_skip(machine);
    cursor at;
    cursor_start(&at);
    pass one;
    for (int n = 0; n < 2 && cursor_next(p.get(), &at, &one); n++)
        add(machine, stretched(random, one.work.multicast), &of->counts,
            &of->skips, &of->says);
    multicast_machine_free(machine);
}

TEST_P(MulticastPasses, SkipAsTheyDid)
{
    pins table("arrays", std::string("skips_") + GetParam());
    for (int k = 0; k < pinned(PASSES); k++) {
        random_case random(unsigned(1900 + k));
        figures f;
        pass_digests of;
        for (int i = 0; i < PASSES_OF_A_LINE; i++)
            passes(random, k, &of);
        of.put(&f);
        table.hold(k, f);
    }
}

TEST_P(MulticastPasses, ManySkipAsTheyDid)
{
    pins table("arrays", std::string("many_skips_") + GetParam());
    for (int k = 0; k < pinned(MANY); k++) {
        random_case random(unsigned(20000 + k));
        figures f;
        pass_digests of;
        for (int i = 0; i < MANY_PASSES_OF_A_LINE; i++)
            passes(random, k + i, &of);
        of.put(&f);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, MulticastPasses,
                         testing::Values("rs", "ws", "is", "os", "nlr"));

// A kernel that steps by no more than a few cycles at a time, and listens.
struct stepper {
    digest steps, says;
    bool skips = false;
    int n = 0;

    static void assembled(void *context, array_side *side)
    {
        if (static_cast<stepper *>(context)->skips)
            array_side_may_skip(side);
    }

    static run_end run_pass(void *context, array_side *side, uint64_t)
    {
        auto *s = static_cast<stepper *>(context);
        std::vector<char> text(TEXT_BYTES);
        while (!array_side_is_done(side)) {
            const uint64_t most = uint64_t(s->n++ % 7 * 9 + 1);
            const uint64_t cycles = array_side_step(side, most);
            if (cycles == 0)
                return RUN_DEADLOCK;
            s->steps.add_word(cycles << 8 | array_side_flows(side));
            if (s->n % 97 == 0) {
                text[0] = '\0';
                array_side_explain(side, text.data(), text.size());
                add_text(&s->says, text.data());
            }
        }
        return RUN_DONE;
    }
};

// One that calls blocks of a PE each, and looks at all signals.
struct watcher {
    digest signals, says;
    std::vector<block> blocks;
    probe *probes = nullptr;
    int n = 0;

    static void assembled(void *context, array_side *side)
    {
        auto *w = static_cast<watcher *>(context);
        block *list = nullptr;
        const int n = array_side_blocks(side, BLOCK_GRAIN_PE, &list);
        w->blocks.assign(list, list + n);
        std::free(list);
        w->probes = array_side_probes(side, nullptr, &w->n);
        for (int k = 0; k < w->n; k++) {
            add_text(&w->says, w->probes[k].name);
            w->says.add(w->probes[k].bits);
        }
        for (const block &b : w->blocks)
            add_text(&w->says, b.name);
        const char *remedy = array_side_remedy(side);
        add_text(&w->says, remedy != nullptr ? remedy : "");
    }

    static run_end run_pass(void *context, array_side *side, uint64_t)
    {
        auto *w = static_cast<watcher *>(context);
        while (!array_side_is_done(side)) {
            for (const block &b : w->blocks)
                b.eval(b.self, b.part);
            for (const block &b : w->blocks)
                b.commit(b.self, b.part);
            array_side_sample(side);
            for (int k = 0; k < w->n; k++)
                if (w->probes[k].value != 0)
                    w->signals.add_word(uint64_t(k) << 32 | w->probes[k].value);
            w->signals.add_word(array_side_moved(side));
            if (!array_side_moved(side))
                return RUN_DEADLOCK;
        }
        return RUN_DONE;
    }
};

void run_by(const random_run &run, const kernel &by, digest *to)
{
    layer_result r = {};
    simulate_options o = {};
    Messages d;
    o.memo = true;
    o.kernel = &by;
    simulate_layer(&run.a, &run.l, &run.mapping, &o, &r, d);
    to->add(double(r.cycles), r.passes, r.memo.simulated_passes,
            r.memo.simulated_pe_cycles, r.memo.skipped_pe_cycles);
    add_text(to, d.text().c_str());
    layer_result_fini(&r);
}

// Runs as they are stepped, and once more as they are watched.
struct stepped {
    stepper steps;
    watcher watch;
    digest ends;

    void add(const random_run &one, bool skips)
    {
        steps.skips = skips;
        run_by(one, {&steps, stepper::assembled, stepper::run_pass, nullptr},
               &ends);
        run_by(one, {&watch, watcher::assembled, watcher::run_pass, nullptr},
               &ends);
    }
    void put(figures *f) const
    {
        f->add("steps", steps.steps);
        f->add("says", steps.says);
        f->add("signals", watch.signals);
        f->add("names", watch.says);
        f->add("ends", ends);
    }
};

class Steps : public testing::TestWithParam<int>
{
};

TEST_P(Steps, AreAsTheyWere)
{
    pins table("arrays", "steps");
    for (int k = GetParam(); k < pinned(STEPS); k += PARTS) {
        figures f;
        stepped runs;
        for (int i = 0; i < STEPS_OF_A_LINE; i++) {
            const unsigned seed = 3100 + unsigned(STEPS_OF_A_LINE * k + i);
            random_run one;
            Messages d;
            const auto draw = seed % 5 == 0   ? draw_with_zeros
                              : seed % 5 == 1 ? draw_rare_array
                                              : draw_of_all_kinds;
            if (!draw(seed, &one, d))
                continue;
            runs.add(one, seed % 2 == 0);
        }
        runs.put(&f);
        table.hold(k, f);
    }
}

TEST_P(Steps, OfManyAreAsTheyWere)
{
    pins table("arrays", "many_steps");
    for (int k = GetParam(); k < pinned(MANY); k += PARTS) {
        figures f;
        stepped runs;
        for (int i = 0; i < MANY_STEPS_OF_A_LINE; i++) {
            const unsigned seed =
                21000 + unsigned(MANY_STEPS_OF_A_LINE * k + i);
            random_run one;
            Messages d;
            const auto draw = seed % 4 == 0   ? draw_with_zeros
                              : seed % 4 == 1 ? draw_rare_array
                                              : draw_of_all_kinds;
            if (seed % 7 == 6 ? !drawn_fold(seed, &one).draw(20000, d)
                              : !draw(seed, &one, d))
                continue;
            runs.add(one, i % 2 == 0);
        }
        runs.put(&f);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Parts, Steps, testing::Range(0, int(PARTS)));

// Streams of all shapes, and what they say of two of their states.
TEST(Streams, AreAsTheyWere)
{
    pins table("arrays", "streams");
    for (int k = 0; k < STREAMS; k++) {
        random_case random(unsigned(4100 + k));
        figures f;
        digest order, alike, skipped;
        for (int i = 0; i < STREAMS_OF_A_LINE; i++) {
            int16_t limit[6];
            stream_shape shape = {};
            const int most = random.pick(1, 7);
            for (int16_t &words : limit)
                words = int16_t(random.pick(0, 2) ? random.pick(0, most) : 0);
            shape.banks = random.pick(1, 4);
            shape.row_words = random.pick(1, 4);
            shape.words_per_slot = stream_slot_words(
                random.pick(1, 4), shape.banks, shape.row_words);
            shape.slots_per_cycle = random.pick(1, 3);
            shape.chunks =
                (most + shape.words_per_slot - 1) / shape.words_per_slot;
            shape.dests = random.pick(1, 6);
            shape.limit_words = limit;
            const int ring = shape.banks * shape.row_words;
            stream_state s = {};
            stream_start(&s, &shape, uint32_t(random.pick(0, 5)),
                         random.pick(0, 2), random.pick(0, ring - 1));
            order.add(s.rounds_left, s.latency_cycles, s.dest);
            std::vector<stream_state> seen;
            for (slot head = {}; stream_head(&s, &shape, &head);) {
                seen.push_back(s);
                const bool all = random.pick(0, 2) > 0;
                const int words = all ? head.words : random.pick(0, head.words);
                order.add(head.round, head.dest, head.first_word, words,
                          stream_advance(&s, &shape, words));
            }
            seen.push_back(s);
            for (size_t a = 0; a < seen.size(); a += 3)
                for (size_t b = a + 1; b < seen.size(); b += 2) {
                    alike.add(stream_is_alike(&seen[b], &seen[a], &shape,
                                              shape.slots_per_cycle),
                              stream_order_is_alike(&seen[b], &seen[a]));
                    if (stream_is_done(&seen[b]))
                        continue;
                    const uint64_t left =
                        stream_periods_left(&seen[b], &seen[a]);
                    alike.add(double(left));
                    stream_state skips = seen[b];
                    stream_skip(&skips, &seen[a], &shape, left % 50);
                    skipped.add(skips.rounds_left, skips.round,
                                skips.address_words, skips.chunk, skips.dest);
                }
        }
        f.add("order", order);
        f.add("alike", alike);
        f.add("skipped", skipped);
        table.hold(k, f);
    }
}

// Room that listed levels have for tiles.
TEST(Rooms, AreAsTheyWere)
{
    pins table("arrays", "rooms");
    for (int k = 0; k < ROOMS; k++) {
        figures f;
        digest rooms;
        for (int i = 0; i < ROOMS_OF_A_LINE; i++) {
            random_levels random(unsigned(4300 + ROOMS_OF_A_LINE * k + i));
            const arch a = random.machine(random.pick(1, 6));
            const layer l = random.shape(1000);
            const nest n = random.mapping(a, l);
            for (int level = 0; level < LEVEL_DRAM; level++) {
                const enum level at = static_cast<enum level>(level);
                for (int t = 0; t < TENSOR_N; t++) {
                    const enum tensor of = static_cast<tensor>(t);
                    if (!n.level[level].keep[t] ||
                        !arch_level_holds(&a, at, of))
                        continue;
                    rooms.add(double(levels_room_words(&a, &l, &n, at, of)));
                    if (of == TENSOR_PSUM)
                        rooms.add(levels_psum_tiles(&a, &l, &n, at));
                    if (level == LEVEL_L2)
                        rooms.add(levels_buffers(&a, &l, &n, of));
                }
            }
        }
        f.add("rooms", rooms);
        table.hold(k, f);
    }
}

} // namespace
