// fold_nest_test.cpp - loop nests on systolic arrays: those that a named
// mapping is take its cycles and counts; random ones count as their closed
// form, with right values, with and without the pass memory, and in as many
// cycles as a sequence of folds that an enumeration of their loops gives.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "dataflows/nest/nest_fold.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

arch machine(random_case *random)
{
    arch a = random->machine();
    a.array_network = NETWORK_SYSTOLIC;
    a.carries = CARRIES_ALL;
    a.compression = COMPRESSION_NONE;
    a.tight_folds = random->pick(0, 1) != 0;
    random->add_shadow_words(&a);
    a.dram_order = random->pick(0, 1) ? DRAM_ORDER_OLDEST : DRAM_ORDER_TENSORS;
    a.layer_start_cycles = random->pick(0, 1) * 100;
    return a;
}

layer_result run_nest(const arch &a, const layer &l, const nest &n,
                      const simulate_options &o, Messages &d)
{
    layer_result r = {};
    EXPECT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d))
        << d.text() << describe(n);
    return r;
}

void expect_counts(const counts &a, const counts &b, const std::string &what)
{
    for (int level = 0; level < LEVEL_N; level++)
        for (int t = 0; t < TENSOR_N; t++) {
            const accesses &x = a.access[level][t], &y = b.access[level][t];
            EXPECT_EQ(0, std::memcmp(&x, &y, sizeof(x)))
                << level_name[level] << " " << tensor_name[t] << ": reads "
                << x.reads << " and " << y.reads << ", writes " << x.writes
                << " and " << y.writes << what;
        }
    for (int k = 0; k < LINK_N; k++) {
        const link_words &x = a.link[k], &y = b.link[k];
        EXPECT_EQ(0, std::memcmp(&x, &y, sizeof(x)))
            << link_name[k] << ": sent " << x.words_sent << " and "
            << y.words_sent << ", hops " << x.hops << " and " << y.hops << what;
    }
    EXPECT_EQ(0, std::memcmp(&a, &b, sizeof(a))) << what;
}

void expect_equal(const layer_result &a, const layer_result &b,
                  const std::string &what)
{
    EXPECT_EQ(a.cycles, b.cycles) << what;
    EXPECT_EQ(a.array_cycles, b.array_cycles) << what;
    for (int k = 0; k < LEDGER_N; k++)
        EXPECT_EQ(a.ledger_pe_cycles[k], b.ledger_pe_cycles[k])
            << ledger_name[k] << what;
    expect_counts(a.counts, b.counts, what);
}

std::string about(const arch &a)
{
    return "\n" + std::to_string(a.rows) + " x " + std::to_string(a.cols) +
           (a.preload == PRELOAD_SHADOW ? ", shadow" : "") +
           (a.tight_folds ? ", tight" : "") +
           (a.drain == DRAIN_OVERLAPPED ? ", overlapped" : "") + ", " +
           a.dram_model + (a.l2_keeps_tiles ? "" : ", tiles come again") +
           (a.padding == PADDING_STORED ? ", stored padding" : "") +
           (a.dram_order == DRAM_ORDER_OLDEST ? ", oldest first" : "") +
           ", strips " + std::to_string(a.strip_words);
}

// --- named mappings ---------------------------------------------------------

struct named_case {
    arch a;
    layer l;
    std::map<std::string, int> v;
    nest n;
};

void add(nest_loops *to, nest_dim dim, int extent, int tile)
{
    if (extent > tile)
        nest_append(to, dim, (extent + tile - 1) / tile);
}

// The loops that a named mapping of these parameters makes.  Outputs of a tile
// follow each other without regard to their rows, products without regard to
// taps; so a fold of outputs is one of a nest where a tile has one row (or rows
// of one), and one of products where filters have one tap or rows of PEs hold
// channels alone.
void make_nest(const std::string &flow, named_case *c)
{
    const layer &l = c->l;
    const int R = c->a.rows, C = c->a.cols;
    const int M = std::min(c->v["m"], l.M / l.G);
    const int F = std::min(c->v["f"], M), E = std::min(c->v["e"], l.P);
    const int N = std::min(c->v["n"], l.N), K = std::min(c->v["c"], l.C / l.G);
    nest_start(&c->a, &c->n);
    nest_loops *dram = &c->n.level[LEVEL_DRAM].time;
    nest_level *l2 = &c->n.level[LEVEL_L2];
    nest_loops *in = &l2->time;
    add(dram, NEST_G, l.G, 1);
    add(dram, NEST_M, l.M / l.G, M);
    add(dram, NEST_N, l.N, N);
    add(dram, NEST_P, l.P, E);
    add(dram, NEST_C, l.C / l.G, K);
    add(dram, NEST_M, M, F);
    if (flow == "ws") {
        add(in, NEST_M, F, C);
        add(in, NEST_C, K, R);
        add(in, NEST_R, l.R, 1);
        add(in, NEST_S, l.S, 1);
        add(in, NEST_N, N, 1);
        add(in, NEST_P, E, 1);
        nest_append(in, NEST_Q, l.Q);
        nest_append(&l2->rows, NEST_C, std::min(K, R));
        nest_append(&l2->cols, NEST_M, std::min(F, C));
    } else if (flow == "is") {
        const nest_dim along = l.Q > 1 ? NEST_Q : NEST_P;
        const int outs = l.Q > 1 ? l.Q : E;
        add(in, along, outs, C);
        add(in, NEST_C, K, R);
        add(in, NEST_R, l.R, 1);
        add(in, NEST_S, l.S, 1);
        nest_append(in, NEST_M, F);
        nest_append(&l2->rows, NEST_C, std::min(K, R));
        nest_append(&l2->cols, along, std::min(outs, C));
    } else {
        const nest_dim along = l.Q > 1 ? NEST_Q : NEST_P;
        const int outs = l.Q > 1 ? l.Q : E;
        add(in, along, outs, R);
        add(in, NEST_M, F, C);
        add(in, NEST_C, K, 1);
        add(in, NEST_R, l.R, 1);
        nest_append(in, NEST_S, l.S);
        nest_append(&l2->rows, along, std::min(outs, R));
        nest_append(&l2->cols, NEST_M, std::min(F, C));
    }
}

// The nearest size that pieces of `part` fill, or all of `whole`: a loop's tile
// is a multiple of what the loops inside make up.
int filled(int size, int part, int whole)
{
    if (size <= part || size >= whole)
        return size;
    return std::min(size / part * part, whole);
}

// A machine, a layer and a mapping of it whose folds are a nest's.  false: what
// was drawn is none, or not legal.
bool draw_named(const std::string &flow, random_case *random, named_case *c)
{
    Messages d;
    c->a = machine(random);
    c->a.l2_bytes = 1 << 18;
    c->l = random->shape();
    c->l.N = random->pick(1, 3);
    if (flow != "os" && random->pick(0, 2) > 0) {
        // Products: channels of a tap.
        std::strcpy(c->a.rows_hold, "c");
    } else if (flow != "os") {
        c->l.R = c->l.S = 1;
    }
    // Named dataflows load what lies between, too.
    c->l.stride_h = c->l.stride_w = c->l.dilation_h = c->l.dilation_w = 1;
    // ... and ask the DMA for tiles that are padding alone.
    if (c->l.R == 1)
        c->l.pad_top = c->l.pad_bottom = 0;
    if (!layer_finish(&c->l, src_pos{nullptr, 0}, d) ||
        layer_macs(&c->l) > 200000)
        return false;
    c->v["m"] = random->pick(1, c->l.M / c->l.G);
    c->v["f"] = random->pick(1, c->v["m"]);
    c->v["c"] = random->pick(1, c->l.C / c->l.G);
    // Products and filters side by side; in `is` filters only stream.
    const int rows = flow == "os" ? 1 : c->a.rows;
    const int rows_of_outputs = c->a.rows;
    const int cols = flow == "is" ? 1 : c->a.cols;
    c->v["c"] = filled(c->v["c"], rows, c->l.C / c->l.G);
    c->v["f"] = filled(c->v["f"], cols, c->l.M / c->l.G);
    c->v["m"] = c->v["f"]; // a nest's L2 has psums of the filters that it has
    c->v["e"] = random->pick(1, c->l.P);
    if (flow != "ws")
        c->v["e"] = filled(c->v["e"],
                           flow == "is" ? c->a.cols : rows_of_outputs, c->l.P);
    c->v["n"] = flow == "ws" ? random->pick(1, c->l.N) : 1;
    if (flow != "ws" && c->l.Q > 1)
        c->v["e"] = 1;
    if (c->v["e"] < c->l.P && c->l.R > 1)
        c->a.l2_keeps_tiles = false; // rows of a halo come again
    if (flow == "os" && c->a.preload == PRELOAD_SHADOW)
        c->a.preload = PRELOAD_SERIAL;
    if (flow != "os")
        c->a.drain = DRAIN_SERIAL;
    if (flow != "ws")
        c->a.strip_words = 0;
    make_nest(flow, c);
    return true;
}

class NamedFold : public testing::TestWithParam<const char *>
{
};

TEST_P(NamedFold, IsItsNestToTheCycle)
{
    const std::string flow = GetParam();
    random_case random(611);
    int done = 0, drawn = 0;
    const int wanted = sample(30, "named mappings of a systolic array");
    while (done < wanted && !HasFailure()) {
        named_case c = {};
        Messages d;
        if (!draw_named(flow, &random, &c))
            continue;
        std::snprintf(c.a.dataflows[0], sizeof(c.a.dataflows[0]), "%s",
                      GetParam());
        given_mapping given = {};
        for (const auto &p : c.v) {
            given_param &to = given.param[given.n++];
            std::snprintf(to.name, sizeof(to.name), "%s", p.first.c_str());
            to.value = p.second;
        }
        drawn++;
        layer_mapping named;
        if (!choose_mapping(&c.a, &c.l, dataflow_find(flow.c_str()), &given,
                            &named, d))
            continue;
        simulate_options o = {};
        o.memo = true;
        layer_result r = {};
        ASSERT_TRUE(simulate_layer(&c.a, &c.l, &named, &o, &r, d)) << d.text();
        done++;
        expect_equal(r, run_nest(c.a, c.l, c.n, o, d),
                     describe(c.n) + about(c.a));
    }
    std::printf("left out: %d of %d drawn, which fit into no L2\n",
                drawn - done, drawn);
}

INSTANTIATE_TEST_SUITE_P(, NamedFold, testing::Values("ws", "is", "os"),
                         [](const auto &one) {
                             return std::string(one.param);
                         });

// --- any nest ---------------------------------------------------------------

class FoldNests : public testing::Test
{
  protected:
    struct one {
        arch a;
        layer l;
        nest n;
    };

    // Loops outside the fold at random, so many of DRAM and of L2.
    void place_outside(random_case *random, std::vector<nest_loop> loops,
                       one *c)
    {
        for (size_t i = loops.size(); i > 1; i--)
            std::swap(loops[i - 1], loops[size_t(random->pick(0, int(i) - 1))]);
        const int inside = random->pick(0, int(loops.size()));
        for (size_t i = 0; i < loops.size(); i++)
            nest_append(int(i) < int(loops.size()) - inside
                            ? &c->n.level[LEVEL_DRAM].time
                            : &c->n.level[LEVEL_L2].time,
                        nest_dim(loops[i].dim), loops[i].count);
    }

    // A dimension cut at random: an axis' part, then what is left outside.
    int cut(random_case *random, const layer &l, nest_dim d, int most)
    {
        const int extent = nest_extent(&l, d);
        return random->pick(1, std::min(extent, most));
    }

    bool draw(random_case *random, one *c)
    {
        static const struct {
            const char *name, *rows, *cols, *stream;
        } kinds[] = {{"ws", "crs", "m", "npq"},
                     {"is", "crs", "npq", "m"},
                     {"os", "npq", "m", "crs"}};
        const auto &kind = kinds[random->pick(0, 2)];
        Messages d;
        c->a = machine(random);
        c->a.l2_bytes = 1 << 18;
        std::strcpy(c->a.dataflows[0], kind.name);
        if (kind.name[0] == 'o')
            c->a.preload = PRELOAD_SERIAL;
        if (std::strcmp(kind.name, "ws") != 0)
            c->a.strip_words = 0;
        c->a.drain = kind.name[0] == 'o' && random->pick(0, 1)
                         ? DRAIN_OVERLAPPED
                         : DRAIN_SERIAL;
        if (random->pick(0, 2) == 0) {
            c->a.n_l2_stores = 2;
            for (int k = 0; k < 2; k++) {
                l2_store *s = &c->a.l2_store[k];
                s->bytes = 1 << 17;
                s->banks = 12;
                s->bank_row_words = 2;
                s->spills = k == 0;
                s->holds[TENSOR_PSUM] = k == 1;
                s->holds[TENSOR_IFMAP] = s->holds[TENSOR_FILTER] = k == 0;
            }
            c->a.l2_bytes = 1 << 18;
            c->a.l2_banks = 24;
        }
        c->l = random->shape();
        if (!layer_finish(&c->l, src_pos{nullptr, 0}, d) ||
            layer_macs(&c->l) > 60000)
            return false;
        nest_start(&c->a, &c->n);
        nest_level *l2 = &c->n.level[LEVEL_L2];
        int tile[NEST_DIMS];
        std::fill(tile, tile + NEST_DIMS, 1);
        std::vector<nest_loop> outside, stream;
        for (int k = 0; k < NEST_DIMS; k++) {
            const nest_dim dim = nest_dim(k);
            const char letter = nest_dim_letter[k];
            const auto room = [&](const nest_loops &loops, int all) {
                for (int i = 0; i < loops.n; i++)
                    all /= loops.loop[i].count;
                return all;
            };
            if (std::strchr(kind.rows, letter) != nullptr)
                tile[k] = cut(random, c->l, dim, room(l2->rows, c->a.rows));
            else if (std::strchr(kind.cols, letter) != nullptr)
                tile[k] = cut(random, c->l, dim, room(l2->cols, c->a.cols));
            else if (std::strchr(kind.stream, letter) != nullptr)
                tile[k] = cut(random, c->l, dim, 1000);
            if (tile[k] > 1)
                nest_append(std::strchr(kind.rows, letter) != nullptr
                                ? &l2->rows
                            : std::strchr(kind.cols, letter) != nullptr
                                ? &l2->cols
                                : &c->n.level[LEVEL_RF].time, // for now
                            dim, tile[k]);
            int left = (nest_extent(&c->l, dim) + tile[k] - 1) / tile[k];
            const int part = random->pick(1, left);
            left = (left + part - 1) / part;
            if (part > 1)
                outside.push_back({uint16_t(k), uint16_t(part)});
            if (left > 1)
                outside.push_back({uint16_t(k), uint16_t(left)});
        }
        const nest_loops flows = c->n.level[LEVEL_RF].time;
        c->n.level[LEVEL_RF].time.n = 0;
        place_outside(random, outside, c);
        for (int i = 0; i < flows.n; i++)
            nest_append(&l2->time, nest_dim(flows.loop[i].dim),
                        flows.loop[i].count);
        layer_mapping unread;
        return choose_nest(&c->a, &c->l, &c->n, nullptr, &unread, d);
    }
};

// The folds of a nest one by one, by the definition of its loops: what is left
// of a dimension after the offsets of the loops outside, at most a fold's.
struct walk_folds {
    const arch &a;
    const layer &l;
    std::vector<nest_loop> outside;
    int fold[NEST_DIMS];
    std::string rows, cols; // letters that are shared out
    uint64_t cycles = 0;

    void step(size_t loop, std::vector<int> at)
    {
        if (loop == outside.size()) {
            uint64_t r = 1, c = 1, depth = 1;
            for (int d = 0; d < NEST_DIMS; d++) {
                const int n = std::min(fold[d], nest_extent(&l, nest_dim(d)) -
                                                    at[size_t(d)]);
                if (n <= 0)
                    return;
                if (rows.find(nest_dim_letter[d]) != std::string::npos)
                    r *= uint64_t(n);
                else if (cols.find(nest_dim_letter[d]) != std::string::npos)
                    c *= uint64_t(n);
                else
                    depth *= uint64_t(n);
            }
            cycles += a.tight_folds ? 2 * r + c + depth - 2
                                    : uint64_t(2 * a.rows + a.cols) + depth - 2;
            return;
        }
        const int d = outside[loop].dim;
        int tile = fold[d];
        for (size_t k = loop + 1; k < outside.size(); k++)
            tile *= outside[k].dim == d ? outside[k].count : 1;
        for (int v = 0; v < outside[loop].count; v++) {
            step(loop + 1, at);
            at[size_t(d)] += tile;
        }
    }
};

std::string letters_of(const nest_loops &loops)
{
    std::string text;
    for (int i = 0; i < loops.n; i++)
        text += nest_dim_letter[loops.loop[i].dim];
    return text;
}

// Which loops stream follows from the fold's kind, whose rows and columns are
// at hand.
uint64_t serial_cycles(const arch &a, const layer &l, const nest &n)
{
    walk_folds w = {a,
                    l,
                    {},
                    {},
                    letters_of(n.level[LEVEL_L2].rows),
                    letters_of(n.level[LEVEL_L2].cols)};
    const std::string kind = a.dataflows[0];
    const char *stream = kind == "ws" ? "npq" : kind == "is" ? "m" : "crs";
    std::fill(w.fold, w.fold + NEST_DIMS, 1);
    const nest_level &l2 = n.level[LEVEL_L2];
    for (const nest_loops *axis : {&l2.rows, &l2.cols})
        for (int i = 0; i < axis->n; i++)
            w.fold[axis->loop[i].dim] *= axis->loop[i].count;
    int first = l2.time.n;
    while (first > 0 &&
           std::strchr(stream, nest_dim_letter[l2.time.loop[first - 1].dim]) !=
               nullptr)
        first--;
    for (int i = first; i < l2.time.n; i++)
        w.fold[l2.time.loop[i].dim] *= l2.time.loop[i].count;
    const nest_loops &dram = n.level[LEVEL_DRAM].time;
    w.outside.assign(dram.loop, dram.loop + dram.n);
    w.outside.insert(w.outside.end(), l2.time.loop, l2.time.loop + first);
    w.step(0, std::vector<int>(NEST_DIMS, 0));
    return w.cycles;
}

TEST_F(FoldNests, TakeTheirFoldsOneAfterAnotherWhereNothingHoldsThemUp)
{
    random_case random(744);
    const int wanted = sample(60, "nests with wide edges and ideal memory");
    int done = 0;
    while (done < wanted && !HasFailure()) {
        one c = {};
        Messages d;
        if (!draw(&random, &c))
            continue;
        c.a.preload = PRELOAD_SERIAL;
        c.a.drain = DRAIN_SERIAL;
        c.a.strip_words = 0;
        std::strcpy(c.a.dram_model, "ideal");
        for (network_arch &net : c.a.network)
            net.slots_per_cycle = c.a.rows + c.a.cols;
        done++;
        const layer_result r = run_nest(c.a, c.l, c.n, {}, d);
        EXPECT_EQ(r.cycles, uint64_t(c.a.layer_start_cycles) +
                                serial_cycles(c.a, c.l, c.n))
            << describe(c.n) << about(c.a);
    }
}

TEST_F(FoldNests, CountAsTheirClosedFormAndMultiplyRight)
{
    random_case random(733);
    const int wanted = sample(60, "nests on a systolic array");
    int done = 0, drawn = 0;
    while (done < wanted && !HasFailure()) {
        one c = {};
        Messages d;
        drawn++;
        if (!draw(&random, &c))
            continue;
        done++;
        simulate_options o = {}, checks = {};
        o.memo = true;
        checks.check = true;
        const layer_result r = run_nest(c.a, c.l, c.n, o, d);
        const layer_result all = run_nest(c.a, c.l, c.n, checks, d);
        expect_equal(r, all, describe(c.n));
        EXPECT_EQ(all.check_mismatches, 0u) << describe(c.n);
        EXPECT_EQ(all.check_outputs,
                  uint64_t(c.l.N) * uint64_t(c.l.M) * uint64_t(c.l.P * c.l.Q));
        counts want;
        nest_expect(&c.a, &c.l, &c.n, &want);
        want.stream_cycles = r.counts.stream_cycles;
        want.load_cycles = r.counts.load_cycles;
        expect_counts(want, r.counts, describe(c.n) + about(c.a));
        for (int k = 0; k < BOUND_N; k++)
            EXPECT_GE(r.cycles, r.bounds_cycles[k]) << bound_name[k];
    }
    std::printf("left out: %d of %d drawn\n", drawn - done, drawn);
}

} // namespace
