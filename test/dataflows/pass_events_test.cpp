// pass_events_test.cpp - rows of banks, rows of PEs and words that change on a
// port against an oracle that steps each PE and each word of each pass.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "dataflows/pass/pass_events.h"
#include "dataflows/placement.h"
#include "sim/run/model.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

// A port that keeps what it read last, and counts when it has to read anew.
struct port {
    long holds = -1;
    uint64_t reads = 0;
    void wants(long what)
    {
        reads += what != holds;
        holds = what;
    }
};

// A stream of a pass: words one behind the other, each to some PEs.
struct stream_port {
    explicit stream_port(int words_of_row) : row_length(words_of_row)
    {
    }
    int row_length;
    long at = 0;
    port bank;
    uint64_t reached = 0;
    void send(long words, size_t rows)
    {
        for (long w = 0; w < words; w++)
            bank.wants(at++ / row_length);
        reached += static_cast<uint64_t>(words) * rows;
    }
};

int row_words(const arch &a, tensor t)
{
    return arch_l2_store(&a, t).bank_row_words;
}

class stepped_pass
{
  public:
    stepped_pass(const arch &a, const multicast_pass &p) : a_(a), p_(p)
    {
        sets_ = p.sets / std::max<int>(p.groups_beside, 1);
    }
    void add_to(layer_events *out)
    {
        const tensor stays = p_.holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
        const tensor slides = p_.holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP;
        const network held = p_.holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER;
        const network window = p_.holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP;
        long windows = 0, columns = 0, groups = 0;
        for (int k = 0; k < 2; k++)
            for (unsigned g = 0; g < p_.groups[k]; g++) {
                groups++;
                windows += p_.windows[k];
                columns += (p_.windows[k] - 1) * p_.slide_cols + p_.filter_cols;
            }
        stream_port from_held(row_words(a_, stays));
        for (long round = 0; round < (p_.held_streams ? windows : 1); round++)
            send_held(&from_held);
        stream_port from_window(row_words(a_, slides));
        for (long column = 0; column < columns; column++)
            send_column(&from_window);
        if (p_.kept[stays] == 0)
            out->l2_rows[stays].reads += from_held.bank.reads;
        if (p_.kept[slides] == 0)
            out->l2_rows[slides].reads += from_window.bank.reads;
        out->reached[held] += from_held.reached;
        out->reached[window] += from_window.reached;
        stream_port psums(row_words(a_, TENSOR_PSUM));
        for (long round = 0; round < (p_.emit_last ? groups : windows); round++)
            for (int t = 0; t < p_.sets; t++)
                for (int y = 0; y < p_.set_chains; y++)
                    psums.send(filters(t), 1);
        out->l2_rows[TENSOR_PSUM].writes += psums.bank.reads;
        out->reached[NETWORK_PSUM_OUT] += psums.reached;
        if (p_.psum_in) {
            out->l2_rows[TENSOR_PSUM].reads += psums.bank.reads;
            out->reached[NETWORK_PSUM_IN] += psums.reached;
        }
        if (p_.no_rf)
            return;
        for (int b = 0; b < p_.blocks; b++)
            for (int t = 0; t < p_.sets; t++) {
                port held_port, window_port;
                step_pe(filters(t), channels(b), &held_port, &window_port);
                const uint64_t alike = uint64_t(p_.block_rows) * p_.set_chains;
                out->changed_reads[stays] += alike * held_port.reads;
                out->changed_reads[slides] += alike * window_port.reads;
            }
    }

  private:
    int filters(int t) const
    {
        return (t + 1) % sets_ == 0 ? p_.filters_tail : p_.filters;
    }
    int channels(int b) const
    {
        return b == p_.blocks - 1 ? p_.channels_tail : p_.channels;
    }
    // Where a PE stands: its row, and its cluster if there are L1s.
    std::pair<int, int> row_of(int b, int i, int t, int y) const
    {
        const pe_sets used = {p_.sets, p_.set_chains, p_.blocks, p_.block_rows};
        const pe_place at = place_pe(&a_, &used, b, i, t, y);
        return {a_.has_l1 ? cluster_of(&a_, at) : 0, at.row};
    }
    void send_held(stream_port *to) const
    {
        for (int t = 0; t < p_.sets; t++)
            for (int b = 0; b < p_.blocks; b++)
                for (int i = 0; i < p_.block_rows; i++) {
                    std::set<std::pair<int, int>> rows;
                    for (int y = 0; y < p_.set_chains; y++)
                        rows.insert(row_of(b, i, t, y));
                    to->send(long(filters(t)) * channels(b) * p_.filter_cols,
                             rows.size());
                }
    }
    // A column of an ifmap: a word of each channel of each row that PEs use.
    void send_column(stream_port *to) const
    {
        for (int g = 0; g < p_.sets / sets_; g++)
            for (int b = 0; b < p_.blocks; b++) {
                std::map<int, std::set<std::pair<int, int>>> rows_of;
                for (int t = g * sets_; t < (g + 1) * sets_; t++)
                    for (int i = 0; i < p_.block_rows; i++)
                        for (int y = 0; y < p_.set_chains; y++)
                            rows_of[y * p_.chain_step + i * p_.row_step].insert(
                                row_of(b, i, t, y));
                for (const auto &row : rows_of)
                    to->send(channels(b), row.second.size());
            }
    }
    void step_pe(int P, int q, port *held, port *window) const
    {
        long first = 0, used = 0; // words that came before
        const long L = long(q) * p_.filter_cols;
        for (int k = 0; k < 2; k++)
            for (unsigned g = 0; g < p_.groups[k]; g++)
                for (unsigned w = 0; w < p_.windows[k]; w++) {
                    for (long tap = 0; tap < L; tap++)
                        for (long f = 0; f < P; f++) {
                            held->wants(used + tap * P + f);
                            window->wants(first + tap);
                        }
                    const bool last = w + 1 == p_.windows[k];
                    first += last ? L : long(q) * p_.slide_cols;
                    used += p_.held_streams ? L * P : 0;
                }
    }

    const arch &a_;
    const multicast_pass &p_;
    int sets_;
};

// A systolic pass: each PE multiplies what comes from the left and the top.
void step_systolic(const arch &a, const systolic_pass &p, layer_events *out)
{
    const bool os = p.kind == SYSTOLIC_OS, is = p.kind == SYSTOLIC_IS;
    const tensor left = is ? TENSOR_FILTER : TENSOR_IFMAP;
    const tensor top = is ? TENSOR_IFMAP : TENSOR_FILTER;
    stream_port from_left(row_words(a, left)), from_top(row_words(a, top)),
        psums(row_words(a, TENSOR_PSUM));
    for (unsigned step = 0; step < p.depth; step++) {
        from_left.send(p.rows_used, 0);
        if (os)
            from_top.send(p.cols_used, 0);
        else
            psums.send(p.cols_used, 0);
    }
    for (int row = 0; row < p.rows_used; row++)
        (os ? psums : from_top).send(p.cols_used, 0);
    out->l2_rows[left].reads += from_left.bank.reads;
    out->l2_rows[top].reads += from_top.bank.reads;
    out->l2_rows[TENSOR_PSUM].writes += psums.bank.reads;
    if (p.psum_in)
        out->l2_rows[TENSOR_PSUM].reads += psums.bank.reads;
    for (int pe = 0; pe < p.rows_used * p.cols_used; pe++) {
        port of_left, of_top;
        for (unsigned step = 0; step < p.depth; step++) {
            of_left.wants(step);
            of_top.wants(os ? step : 0);
        }
        out->changed_reads[left] += of_left.reads;
        out->changed_reads[top] += of_top.reads;
    }
}

void expect_same(const layer_events &ours, const layer_events &want,
                 const std::string &what)
{
    for (int t = 0; t < TENSOR_N; t++) {
        EXPECT_EQ(want.l2_rows[t].reads, ours.l2_rows[t].reads) << what << t;
        EXPECT_EQ(want.l2_rows[t].writes, ours.l2_rows[t].writes) << what << t;
        EXPECT_EQ(want.changed_reads[t], ours.changed_reads[t]) << what << t;
    }
    for (int k = 0; k < NETWORK_N; k++)
        EXPECT_EQ(want.reached[k], ours.reached[k]) << what << k;
}

enum kind { PLAIN, WITH_L1, SYSTOLIC, PADDED, STRIPS };

void compare(const char *name, unsigned seed, int machines, kind of)
{
    random_case random(seed);
    const dataflow *flow = dataflow_find(name);
    diag *d = diag_new();
    auto *p = new program();
    uint64_t passes = 0;
    for (int k = 0; k < machines; k++) {
        arch a = random.machine();
        if (of == SYSTOLIC)
            a.array_network = NETWORK_SYSTOLIC;
        random.choose_for(name, &a);
        if (of == SYSTOLIC)
            a.psum_reduce = PSUM_CHAIN;
        if (of == WITH_L1)
            random.add_l1(&a, k % 2 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        if (of == WITH_L1 && k % 4 > 1) {
            a.l1_keeps_tiles = true;
            a.l1_bytes *= 16;
        }
        a.l2_bank_row_words = 1 + k % 7;
        layer l = random.shape();
        if (of == PADDED) { // many tiles that lie wholly or partly in it
            a.padding = PADDING_GENERATED;
            for (int *pad :
                 {&l.pad_top, &l.pad_bottom, &l.pad_left, &l.pad_right})
                *pad += random.pick(0, 20);
            if (!layer_finish(&l, src_pos{nullptr, 0}, d)) {
                diag_clear(d);
                continue;
            }
        }
        given_mapping given = narrow_rows(flow->name, l);
        if (of == STRIPS) { // passes of strips and of rests take turns
            given.n = 2;
            given.param[0] = {"t", 1 + k % 2, {}};
            given.param[1] = {"x", std::min(2 + k % 3, a.cols), {}};
        }
        mapping m = {};
        if (!flow->choose(&a, &l, &given, &m, d)) {
            diag_clear(d);
            continue;
        }
        flow->compile(&a, &l, &m, p);
        layer_events ours, want = {};
        program_events(p, &ours);
        cursor at;
        cursor_start(&at);
        pass one;
        tile_move move = {};
        for (; cursor_next(p, &at, &one); passes++) {
            if (of == SYSTOLIC)
                step_systolic(a, one.work.systolic, &want);
            else
                stepped_pass(a, one.work.multicast).add_to(&want);
            for (int t = 0; t < TENSOR_N; t++) {
                if (!(t == TENSOR_PSUM ? one.last_use[t] : one.new_tile[t]))
                    continue;
                program_tile_move(p, &one, (tensor)t, &move);
                stream_port dma(row_words(a, (tensor)t));
                dma.send(long(move.words), 0);
                (t == TENSOR_PSUM ? want.l2_rows[t].reads
                                  : want.l2_rows[t].writes) += dma.bank.reads;
            }
        }
        tile_move_fini(&move);
        expect_same(ours, want, std::string(name) + " " + describe(l) + " ");
        if (testing::Test::HasFailure())
            break;
    }
    EXPECT_GT(passes, (uint64_t)machines);
    delete p;
    diag_free(d);
}

TEST(PassEvents, AreThoseThatSteppingEachWordFinds)
{
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        compare(dataflow_table[k]->name, 31, sample(40, "random machines"),
                PLAIN);
}

TEST(PassEvents, OfTilesInThePaddingAreThoseThatSteppingEachWordFinds)
{
    for (const char *name : {"rs", "ws", "is", "os"})
        compare(name, 35, sample(20, "random machines that pad"), PADDED);
}

TEST(PassEvents, OfStripsAndRestsAreThoseThatSteppingEachWordFinds)
{
    for (const char *name : {"os", "nlr"})
        compare(name, 36, sample(80, "random machines with strips"), STRIPS);
}

TEST(PassEvents, WithL1AreThoseThatSteppingEachWordFinds)
{
    for (const char *name : {"rs", "ws", "is", "os"})
        compare(name, 32, sample(20, "random machines with L1s"), WITH_L1);
}

TEST(PassEvents, OfSystolicArraysAreThoseThatSteppingEachWordFinds)
{
    for (const char *name : {"ws", "is", "os"})
        compare(name, 33, sample(30, "random systolic arrays"), SYSTOLIC);
}

// Where a row is a word, rows are words; and words that are sent reach a row
// each, where they are delivered to one PE.
TEST(PassEvents, RowsOfOneWordAreWords)
{
    diag *d = diag_new();
    random_case random(34);
    const int machines = sample(30, "random machines");
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        for (int n = 0; n < machines; n++) {
            const dataflow *flow = dataflow_table[k];
            arch a = random.machine();
            random.choose_for(flow->name, &a);
            a.l2_bank_row_words = 1;
            const layer l = random.shape();
            const given_mapping given = narrow_rows(flow->name, l);
            layer_mapping m = {};
            m.dataflow = flow;
            m.source = "chosen";
            if (!flow->choose(&a, &l, &given, &m.mapping, d)) {
                diag_clear(d);
                continue;
            }
            layer_result r;
            model_mapping(&a, &l, &m, &r);
            result_count_events(&a, &l, &m, &r);
            for (int t = 0; t < TENSOR_N; t++) {
                const accesses &words = r.counts.access[LEVEL_L2][t];
                const bank_rows &rows = r.events.l2_rows[t];
                EXPECT_EQ(words.reads, rows.reads) << flow->name << " " << t;
                EXPECT_EQ(words.writes, rows.writes) << flow->name << " " << t;
                const accesses &rf = r.counts.access[LEVEL_RF][t];
                EXPECT_LE(r.events.changed_reads[t], rf.reads);
            }
            for (int net = 0; net < NETWORK_N; net++) {
                const link_words &link = r.counts.link[network_link[net]];
                EXPECT_LE(link.words_sent, r.events.reached[net]);
                EXPECT_LE(r.events.reached[net], link.words_delivered);
                EXPECT_LE(r.events.reached[net],
                          link.words_sent * uint64_t(a.rows));
            }
        }
    diag_free(d);
}

} // namespace
