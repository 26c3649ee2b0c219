// model_pins_test.cpp - what closed forms say of random mappings of all kinds,
// what is said of nests that are spoilt, which passes dataflows compile, and
// where words lie.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "dataflows/l2_deal.h"
#include "dataflows/multicast_alike.h"
#include "dataflows/nest/nest_pass.h"
#include "dataflows/nest/nest_text.h"
#include "sim/run/mapping_print.h"
#include "test/pins/counted.h"
#include "test/pins/drawn_fold.h"
#include "test/pins/drawn_run.h"

namespace
{

enum {
    KINDS = 7,
    LINES = 16, // of each kind
    MODELS_OF_A_LINE = 80,
    SPOILT = 24,
    SPOILT_OF_A_LINE = 200,
    PROGRAMS = 40,
    PROGRAMS_OF_A_LINE = 10,
    PASSES_MOST = 300,
    PLACES = 12
};

// Printed into memory.
template <typename Print> std::string printed(Print print)
{
    char *text = nullptr;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    print(to);
    std::fclose(to);
    const std::string out = text;
    std::free(text);
    return out;
}

// A layer as large as those of networks.
layer large_layer(random_case &random)
{
    for (;;) {
        layer l = {};
        Messages unread;
        std::snprintf(l.name, sizeof(l.name), "large");
        l.N = random.spread(16);
        l.G = random.pick(0, 3) == 0 ? random.pick(2, 8) : 1;
        l.M = l.G * random.spread(512);
        l.C = l.G * random.spread(512);
        l.H = random.spread(230);
        l.W = random.spread(230);
        l.R = random.spread(11);
        l.S = random.spread(11);
        random.steps(&l, 4, 3, 2);
        l.zero_share[TENSOR_IFMAP] = random.pick(0, 4) / 4.0;
        l.zero_share[TENSOR_PSUM] = random.pick(0, 4) / 4.0;
        l.network_input = random.pick(0, 3) == 0;
        if (layer_finish(&l, src_pos{}, unread))
            return l;
    }
}

// A named dataflow on a machine of a network's size.
bool draw_large(unsigned seed, random_run *run, diag *d)
{
    static const char *const flows[] = {"rs", "ws", "is", "os", "nlr"};
    random_case random(seed);
    const given_mapping none = {};
    const dataflow *flow = dataflow_find(flows[seed % 5]);
    arch *a = &run->a;
    *a = random.machine();
    a->rows = random.spread(130);
    a->cols = random.spread(130);
    a->rf_words[TENSOR_FILTER] = random.pick(12, 300);
    a->l2_bytes = uint64_t(1) << random.pick(15, 21);
    a->tight_folds = random.pick(0, 1) != 0;
    a->array_network = flow->on_systolic && random.pick(0, 1)
                           ? NETWORK_SYSTOLIC
                           : NETWORK_MULTICAST;
    if (a->array_network == NETWORK_SYSTOLIC) {
        a->drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        if (std::strcmp(flow->name, "os") != 0)
            random.add_shadow_words(a);
    } else {
        random.choose_for(flow->name, a);
        if (std::strcmp(flow->name, "nlr") != 0 && random.pick(0, 2) == 0)
            random.add_l1(a, random.pick(0, 1) ? L2_TO_L1_MESH
                                               : L2_TO_L1_MULTICAST);
    }
    if (!a->has_l1)
        random.split_l2(a);
    run->l = large_layer(random);
    run->text = std::string("large, ") + flow->name + " " + describe(run->l);
    return choose_mapping(a, &run->l, flow, &none, &run->mapping, d);
}

// Nests of larger layers, and over meshes.
bool draw_large_nest(unsigned seed, random_run *run, diag *d)
{
    random_nest random(seed);
    run->a = random.machine();
    run->l = random.shape(3000000);
    const nest n = random.mapping(run->a, run->l);
    if (run->a.has_l1 && !n.l1_is_line && random.pick(0, 1) == 0)
        run->a.l2_to_l1 = L2_TO_L1_MESH;
    run->text = "a large nest, " + describe(run->l);
    return choose_nest(&run->a, &run->l, &n, nullptr, &run->mapping, d);
}

bool draw_kind(int kind, unsigned seed, random_run *run, diag *d)
{
    switch (kind) {
    case 0:
        return draw_large(seed, run, d);
    case 1:
        return draw_large_nest(seed, run, d);
    case 2:
        return draw_levels(seed, run, d);
    case 3:
        return drawn_fold(seed, run).draw(3000000, d);
    case 4:
        return draw_with_zeros(seed, run, d);
    case 5:
        return draw_rare_array(seed, run, d);
    default:
        return draw_of_all_kinds(4 * seed + 2 + seed % 2, run, d);
    }
}

const char *const kind_names[KINDS] = {"large", "nests", "levels", "folds",
                                       "zeros", "rare",  "named"};

class Models : public testing::TestWithParam<int>
{
  protected:
    void add(random_run *run, unsigned seed)
    {
        static const char *const parts[] = {"ddr3_1600", "ddr4_2400",
                                            "lpddr4_2400", "hbm2"};
        arch *a = &run->a;
        if (seed % 3 == 0 && run->cfg == nullptr)
            std::snprintf(a->dram_model, sizeof(a->dram_model), "%s",
                          parts[seed / 3 % 4]);
        layer_result r = {};
        Messages d;
        if (!model_layer(a, &run->l, &run->mapping, true, &r, d)) {
            add_said(&text_, d.text());
            return;
        }
        counts_.add(r.active_pes, r.passes);
        counts_.add(double(layer_macs(&run->l)));
        add_counts(&counts_, r);
        add_marks(&marks_, r);
        add_bounds(&bounds_, r);
        bursts_.add(double(r.counts.dram_bursts), r.counts.dram_write_bursts,
                    r.bursts_at_least);
        add_events(&events_, r);
        energies_.add(&energy_, *a, r);
        add_text(&text_, r.mapping_text);
        const std::string entry = printed([&](FILE *to) {
            mapping_print_entry(a, &run->l, "net", &run->mapping, "Said.", to);
        });
        add_text(&text_, entry.c_str());
        layer_result_fini(&r);
    }

    void put(figures *f) const
    {
        f->add("counts", counts_);
        f->add("bounds", bounds_);
        f->add("bursts", bursts_);
        f->add("events", events_);
        f->add("energy", energy_);
        f->add("marks", marks_);
        f->add("text", text_);
    }

    all_energies energies_;
    digest counts_, bounds_, bursts_, events_, energy_, marks_, text_;
};

TEST_P(Models, AreAsTheyWere)
{
    const int kind = GetParam() % KINDS, part = GetParam() / KINDS;
    pins table("models", kind_names[kind]);
    for (int k = part; k < pinned(LINES); k += 4) {
        figures f;
        counts_ = bounds_ = bursts_ = events_ = energy_ = marks_ = text_ =
            digest();
        for (int i = 0; i < MODELS_OF_A_LINE; i++) {
            const unsigned seed = 7000 + unsigned(MODELS_OF_A_LINE * k + i);
            random_run run;
            Messages d;
            if (draw_kind(kind, seed, &run, d))
                add(&run, seed);
            else
                add_said(&text_, d.text());
        }
        put(&f);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Models, testing::Range(0, int(4 * KINDS)));

// --- nests that are not legal -----------------------------------------------

template <typename Random> void spoil(Random &random, const arch &a, nest *n)
{
    nest_level *at = &n->level[random.pick(0, LEVEL_N - 1)];
    nest_loops *loops[] = {&at->time, &at->rows, &at->cols};
    nest_loops *some = loops[random.pick(0, 2)];
    const nest_dim dim = nest_dim(random.pick(0, NEST_DIMS - 1));
    switch (random.pick(0, 6)) {
    case 0:
        nest_append(some, dim, random.pick(1, 9));
        break;
    case 1:
        if (some->n > 0) {
            nest_loop *loop = &some->loop[random.pick(0, some->n - 1)];
            loop->count = uint16_t(random.pick(1, 40));
        }
        break;
    case 2:
        if (some->n > 0)
            some->n--;
        break;
    case 3:
        for (bool &keep : at->keep)
            keep = random.pick(0, 1) != 0;
        break;
    case 4:
        n->pass = random.pick(0, 8);
        break;
    case 5:
        n->l1_is_line = a.has_l1 && !n->l1_is_line;
        break;
    default:
        nest_append(&n->level[LEVEL_RF].time, dim, random.pick(2, 30));
    }
}

template <typename Random> void spoil_machine(Random &random, arch *a)
{
    switch (random.pick(0, 7)) {
    case 0:
        a->l2_bytes /= uint64_t(random.pick(2, 500));
        break;
    case 1:
        a->l1_bytes = uint64_t(random.pick(8, 300));
        break;
    case 2:
        a->rows = random.pick(1, a->rows);
        break;
    case 3:
        std::strcpy(a->rows_hold, random.pick(0, 1) ? "c" : "mr");
        break;
    case 4:
        std::strcpy(a->cols_hold, random.pick(0, 1) ? "npq" : "m");
        break;
    case 5:
        a->psum_reduce = random.pick(0, 1) ? PSUM_TREE : PSUM_CHAIN;
        break;
    case 6:
        a->rf_words[random.pick(0, 2)] = random.pick(1, 6);
        break;
    default:
        break;
    }
}

void add_nest(digest *says, digest *rooms, const arch &a, const layer &l,
              const nest &n)
{
    nest_verdict why = {};
    layer_mapping m;
    Messages d;
    const bool ok = nest_is_legal(&a, &l, &n, &why);
    says->add(ok, why.fault);
    choose_nest(&a, &l, &n, nullptr, &m, d);
    add_text(says, d.text().c_str());
    if (!ok)
        return;
    rooms->add(double(nest_pes_used(&a, &l, &n)),
               nest_busiest_pe_cycles(&a, &l, &n), nest_psum_room(&a, &l, &n),
               nest_pass_loops(&a, &l, &n), nest_forgets(&a, &n));
    for (int level = 0; level < LEVEL_DRAM; level++)
        for (int t = 0; t < TENSOR_N; t++)
            rooms->add(double(nest_tile_words(
                &a, &l, &n, static_cast<enum level>(level), tensor(t))));
    const std::string line =
        printed([&](FILE *to) { nest_print_line(&a, &n, to); });
    add_text(says, line.c_str());
}

template <typename Random>
void spoilt_line(Random &random, arch (*machine)(Random &), figures *f)
{
    digest says, rooms;
    for (int i = 0; i < SPOILT_OF_A_LINE / 4; i++) {
        const arch a = machine(random);
        const layer l = random.shape(4000);
        const nest n = random.mapping(a, l);
        for (int j = 0; j < 4; j++) {
            arch other = a;
            nest spoilt = n;
            spoil(random, a, &spoilt);
            add_nest(&says, &rooms, a, l, spoilt);
            if (arch_has_levels(&a))
                continue;
            spoil_machine(random, &other);
            add_nest(&says, &rooms, other, l, n);
        }
    }
    f->add("says", says);
    f->add("rooms", rooms);
}

TEST(SpoiltNests, AreToldAsTheyWere)
{
    pins table("models", "spoilt");
    for (int k = 0; k < pinned(SPOILT); k++) {
        figures f;
        if (k % 2 == 0) {
            random_nest random(unsigned(8000 + k));
            spoilt_line<random_nest>(
                random, [](random_nest &r) { return r.machine(); }, &f);
        } else {
            random_levels random(unsigned(8000 + k));
            spoilt_line<random_levels>(
                random,
                [](random_levels &r) { return r.machine(r.pick(1, 6)); }, &f);
        }
        table.hold(k, f);
    }
}

// --- programs ---------------------------------------------------------------

struct program_digests {
    digest places, work, moves, kinds, alike, layout;

    void add_place(digest *to, const pass_place &p)
    {
        to->add(p.g, p.groups, p.m0, p.m, p.n0, p.n, p.p0, p.e, p.q0, p.w, p.c0,
                p.c, p.f0, p.f, p.inner[0], p.inner[1], p.first_reduction);
    }

    // Descriptors are plain data, unused bytes zero.
    template <typename Descriptor> void add_bytes(const Descriptor &d)
    {
        unsigned char bytes[sizeof(d)];
        std::memcpy(bytes, &d, sizeof(d));
        for (size_t k = 0; k + 1 < sizeof(d); k += 2)
            work.add_word(uint64_t(bytes[k]) | uint64_t(bytes[k + 1]) << 8);
    }

    void add_work(const program &p, const multicast_alike &like,
                  const pass &one)
    {
        if (p.kind == NETWORK_SYSTOLIC) {
            add_bytes(one.work.systolic);
            return;
        }
        add_bytes(one.work.multicast);
        multicast_pass simple = one.work.multicast;
        multicast_make_simple(&like, &simple);
        add_bytes(simple);
    }

    void add_move(const program &p, const pass &one, tensor of, tile_move *move)
    {
        program_tile_move(&p, &one, of, move);
        moves.add(double(move->words), move->compressed_bytes,
                  move->n_requests);
        for (int k = 0; k < move->n_requests; k++) {
            const dram_request &r = move->request[k];
            moves.add(double(r.address), r.run_bytes, r.is_write);
            for (const auto &loop : r.loop)
                moves.add(loop.count, double(loop.stride_bytes));
        }
    }

    static void see(void *context, const pass *one, uint64_t times)
    {
        auto *self = static_cast<program_digests *>(context);
        self->kinds.add(double(times));
        self->add_place(&self->kinds, one->place);
    }

    void add(random_case &random, const random_run &run)
    {
        auto p = std::make_unique<program>();
        run.mapping.dataflow->compile(&run.a, &run.l, &run.mapping.mapping,
                                      p.get());
        program_lay_out(p.get(), random.pick(0, 1) ? 64 : 1);
        multicast_alike like = {};
        multicast_alike_of(&run.a, &like);
        places.add(double(p->passes), p->sets, p->set_chains, p->rows,
                   p->holds_ifmap, p->loads_ahead, p->mixed_inner,
                   p->inner1_tail);
        for (int t = 0; t < TENSOR_N; t++)
            places.add(p->buffers[t], p->banks[t], p->skips_rf[t]);
        walk(*p, like);
        const int n = random.pick(0, 3);
        for (int t = 0; t < TENSOR_N; t++)
            program_each_tile(p.get(), tensor(t), see, this);
        program_each_kind(p.get(), see, this);
        for (int t = 0; t < TENSOR_PSUM; t++)
            tiles(*p, tensor(t), n);
        for (int k = 0; k < PLACES; k++)
            add_layout(random, *p);
    }

    void walk(const program &p, const multicast_alike &like)
    {
        tile_move move = {};
        cursor at;
        cursor_start(&at);
        pass one = {};
        pass_place tile = {};
        for (int k = 0; k < PASSES_MOST && cursor_next(&p, &at, &one); k++) {
            add_place(&places, one.place);
            places.add(double(program_outputs(&one.place)));
            add_work(p, like, one);
            for (int t = 0; t < TENSOR_N; t++) {
                places.add(one.new_tile[t], one.last_use[t]);
                if (k < 40 &&
                    (t == TENSOR_PSUM ? one.last_use : one.new_tile)[t])
                    add_move(p, one, tensor(t), &move);
            }
            if (k % 7 == 0) {
                for (int t = 0; t < TENSOR_PSUM; t++)
                    alike.add(one.gives_place[t],
                              program_has_place(&p, tensor(t), &one.place,
                                                k ? &tile : &one.place));
                tile = one.place;
                skip(p, at, like, k / 7);
            }
        }
        tile_move_fini(&move);
    }

    // What is alike at a level, and where a cursor comes to that skips some.
    void skip(const program &p, cursor at, const multicast_alike &like, int n)
    {
        if (at.done)
            return;
        const int level = n % CURSOR_LOOPS;
        int first = 0, end = 0;
        program_alike(&p, at.at, level, &first, &end);
        alike.add(first, end);
        if (level > 2 || at.at[level] < first || at.at[level] + 1 >= end)
            return;
        pass one = {};
        cursor_skip(&p, &at, level, 1, nullptr);
        if (!cursor_next(&p, &at, &one))
            return;
        add_place(&alike, one.place);
        add_work(p, like, one);
    }

    void tiles(const program &p, tensor of, int most)
    {
        cursor at;
        cursor_start(&at);
        pass one = {};
        for (int k = 0; k < 20 + most && cursor_next_tile(&p, &at, of, &one);
             k++)
            add_place(&kinds, one.place);
        int first = 0, end = 0;
        tile_move_alike_rows(&p, &first, &end);
        kinds.add(first, end);
        tile_move_alike_columns(&p, &first, &end);
        kinds.add(first, end);
    }

    void add_layout(random_case &random, const program &p)
    {
        const layer &l = p.layer;
        const int h = l.pad_top + random.pick(0, l.H - 1);
        const int w = l.pad_left + random.pick(0, l.W - 1);
        const int coords[STORED_N][4] = {
            {random.pick(0, l.N - 1), random.pick(0, l.C - 1), h, w},
            {random.pick(0, l.M - 1), random.pick(0, l.C / l.G - 1),
             random.pick(0, l.R - 1), random.pick(0, l.S - 1)},
            {random.pick(0, l.N - 1), random.pick(0, l.M - 1),
             random.pick(0, l.P - 1), random.pick(0, l.Q - 1)},
            {random.pick(0, l.N - 1), random.pick(0, l.M - 1),
             random.pick(0, l.P - 1), random.pick(0, l.Q - 1)}};
        for (int stored = 0; stored < STORED_N; stored++)
            layout.add(
                double(dram_layout_bit(&p.layout, stored, coords[stored])),
                dram_layout_run_bits(&p.layout, stored,
                                     uint64_t(random.pick(1, 99))));
    }
};

TEST(Programs, AreAsTheyWere)
{
    pins table("models", "programs");
    for (int k = 0; k < pinned(PROGRAMS); k++) {
        figures f;
        program_digests of;
        for (int i = 0; i < PROGRAMS_OF_A_LINE; i++) {
            const unsigned seed = 8200 + unsigned(PROGRAMS_OF_A_LINE * k + i);
            random_case random(seed);
            random_run run;
            Messages d;
            const auto draw = seed % 3 == 0   ? draw_large
                              : seed % 3 == 1 ? draw_rare_array
                                              : draw_with_zeros;
            if (draw(seed, &run, d))
                of.add(random, run);
        }
        f.add("places", of.places);
        f.add("work", of.work);
        f.add("moves", of.moves);
        f.add("kinds", of.kinds);
        f.add("alike", of.alike);
        f.add("layout", of.layout);
        table.hold(k, f);
    }
}

// Where PEs stand, and which banks tiles get.
TEST(Places, AreAsTheyWere)
{
    pins table("models", "places");
    for (int k = 0; k < PLACES; k++) {
        random_case random(unsigned(8500 + k));
        figures f;
        digest stand, deal;
        for (int i = 0; i < 60; i++) {
            arch a = random.machine();
            if (random.pick(0, 1))
                random.add_l1(&a, L2_TO_L1_MULTICAST);
            random.split_l2(&a);
            pe_sets used = {random.pick(1, 4), random.pick(1, 4),
                            random.pick(1, 3), random.pick(1, 4)};
            while (used.sets * used.set_chains * used.blocks * used.block_rows >
                   a.rows * a.cols)
                used = {1, 1, 1, 1};
            for (int b = 0; b < used.blocks; b++)
                for (int r = 0; r < used.block_rows; r++)
                    for (int t = 0; t < used.sets; t++)
                        for (int y = 0; y < used.set_chains; y++) {
                            const pe_place at = place_pe(&a, &used, b, r, t, y);
                            stand.add(at.row, at.col);
                            if (a.has_l1)
                                stand.add(cluster_of(&a, at));
                        }
            const uint64_t words[] = {uint64_t(random.pick(0, 3000)),
                                      uint64_t(random.pick(0, 3000)),
                                      uint64_t(random.pick(0, 3000))};
            const int buffers[] = {random.pick(1, 2), random.pick(1, 2),
                                   random.pick(1, 2)};
            int banks[TENSOR_N] = {1, 1, 1};
            l2_deal(&a, words, buffers, banks);
            for (int bank : banks)
                deal.add(bank);
        }
        f.add("stand", stand);
        f.add("deal", deal);
        table.hold(k, f);
    }
}

} // namespace
