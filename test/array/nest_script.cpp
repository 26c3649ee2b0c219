// nest_script.cpp - finds who lacks which word when, and in which slots words
// come.
// SPDX-License-Identifier: MIT
#include "test/array/nest_script.h"

#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace nest_script
{

namespace
{

class writer
{
  public:
    writer(const shape &s, const point &from, bool continues)
        : s_(s), pes_(s.pes.size())
    {
        shape::base zero = {from, continues};
        s_.walk(0, true, zero, &steps_);
        for (size_t k = 0; k < steps_.size(); k++) {
            uses_.emplace_back();
            for (size_t pe = 0; pe < pes_; pe++)
                uses_.back().push_back(list_uses(k, pe));
        }
        out_.lane.resize(pes_);
        come_.resize(pes_, {0, 0});
        gone_.resize(pes_, {0, 0});
        find_chains();
        for (size_t k = 0; k < steps_.size(); k++)
            write_step(k);
    }
    script take()
    {
        return std::move(out_);
    }

  private:
    struct use {
        word w[INPUTS];
        bool has[INPUTS];
        int psum;          // which of the PE's
        bool last = false; // product of the psum in this step
    };

    bool part(size_t step, size_t pe, point *first, point *n) const
    {
        for (size_t d = 0; d < NEST_DIMS; d++) {
            (*first)[d] = steps_[step].at[d] + s_.pes[pe].offset[d];
            (*n)[d] = std::min(s_.extent[d] - (*first)[d], s_.rf[d]);
            if ((*n)[d] <= 0)
                return false;
        }
        return true;
    }

    const std::vector<use> &uses(size_t step, size_t pe) const
    {
        return step < steps_.size() ? uses_[step][pe] : none_;
    }

    // The MACs of a PE in the order of RF's loops.
    std::vector<use> list_uses(size_t step, size_t pe) const
    {
        std::vector<use> out;
        point first, n, at{}, tile = s_.rf;
        if (!part(step, pe, &first, &n))
            return out;
        std::map<std::array<int, 5>, int> psum;
        loop(0, at, tile, n, [&](const point &in) {
            point x;
            for (size_t d = 0; d < NEST_DIMS; d++)
                x[d] = first[d] + in[d];
            use u;
            u.has[IFMAP] = s_.ifmap_word(x, &u.w[IFMAP]);
            u.w[FILTER] = s_.filter_word(x);
            u.has[FILTER] = true;
            const std::array<int, 5> name = {x[NEST_G], x[NEST_N], x[NEST_M],
                                             x[NEST_P], x[NEST_Q]};
            u.psum = psum.emplace(name, int(psum.size())).first->second;
            out.push_back(u);
        });
        std::set<int> seen;
        for (size_t k = out.size(); k-- > 0;)
            out[k].last = seen.insert(out[k].psum).second;
        return out;
    }
    template <typename F>
    void loop(int i, const point &at, point tile, const point &n, F f) const
    {
        const nest_loops &rf = s_.n.level[LEVEL_RF].time;
        if (i == rf.n) {
            f(at);
            return;
        }
        const nest_loop &x = rf.loop[i];
        tile[x.dim] /= x.count;
        for (int v = 0; v < x.count; v++) {
            point next = at;
            next[x.dim] += v * tile[x.dim];
            if (next[x.dim] < n[x.dim])
                loop(i + 1, next, tile, n, f);
        }
    }

    static std::set<word> words_of(const std::vector<use> &list, int input)
    {
        std::set<word> out;
        for (const use &u : list)
            if (u.has[input])
                out.insert(u.w[input]);
        return out;
    }

    int psums(size_t step, size_t pe) const
    {
        point first, n;
        if (!part(step, pe, &first, &n))
            return 0;
        return n[NEST_G] * n[NEST_N] * n[NEST_M] * n[NEST_P] * n[NEST_Q];
    }

    std::array<int, 5> outputs_of(size_t pe) const
    {
        const point &o = s_.pes[pe].offset;
        return {o[NEST_G], o[NEST_N], o[NEST_M], o[NEST_P], o[NEST_Q]};
    }

    // PEs that share outputs, and have work in the pass's first step.
    void find_chains()
    {
        std::map<std::array<int, 5>, int> chain;
        out_.above.assign(pes_, -1);
        chain_.assign(pes_, -1);
        for (size_t k = 0; k < pes_; k++) {
            point first, n;
            if (!part(0, k, &first, &n))
                continue;
            const auto found = chain.emplace(outputs_of(k), out_.chains);
            if (found.second) {
                out_.chains++;
                bottom_.push_back(int(k));
                top_.push_back(int(k));
            }
            const int c = chain_[k] = found.first->second;
            out_.above[size_t(top_[size_t(c)])] = int(k);
            top_[size_t(c)] = int(k);
        }
        for (int c = 0; c < out_.chains; c++)
            out_.above[size_t(top_[size_t(c)])] = int(pes_) + c;
    }

    bool same_outputs(size_t a, size_t b) const
    {
        for (int d = 0; d < NEST_DIMS; d++)
            if (!reduces(d) &&
                steps_[a].at[size_t(d)] != steps_[b].at[size_t(d)])
                return false;
        return true;
    }

    int slot_words(int stream) const
    {
        static const network of[] = {NETWORK_FILTER, NETWORK_IFMAP,
                                     NETWORK_PSUM_IN, NETWORK_PSUM_OUT};
        static const tensor whose[] = {TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM,
                                       TENSOR_PSUM};
        const int wide = s_.a.network[of[stream]].words_per_slot;
        int buffers[TENSOR_N], banks[TENSOR_N];
        tensor unread;
        uint64_t lacking;
        if (!s_.n.level[LEVEL_L2].keep[whose[stream]])
            return wide;
        nest_l2_places(&s_.a, &s_.l, &s_.n, buffers, banks, &unread, &lacking);
        return std::min(wide,
                        banks[whose[stream]] *
                            arch_l2_store(&s_.a, whose[stream]).bank_row_words);
    }

    // The round of a PE's word, and the MAC that first uses it.
    using turn_of_word = std::pair<int, int>;

    // Those of a PE's new words, in the order in which it uses them; with
    // columns, each other column begins a round.
    std::map<word, turn_of_word>
    turns_of(int input, int pe, const std::vector<use> &list,
             const std::map<word, std::vector<int>> &wants,
             bool by_columns) const
    {
        std::map<word, turn_of_word> out;
        const word *before = nullptr;
        int round = 0;
        for (size_t k = 0; k < list.size(); k++) {
            const word &w = list[k].w[input];
            const auto wanted = wants.find(w);
            if (!list[k].has[input] || wanted == wants.end() ||
                out.count(w) > 0 ||
                !std::binary_search(wanted->second.begin(),
                                    wanted->second.end(), pe))
                continue;
            if (by_columns && before != nullptr &&
                (w[0] != (*before)[0] || w[3] != (*before)[3]))
                round++;
            out[w] = {round, int(k)};
            before = &w;
        }
        return out;
    }

    void write_slots(int input, size_t step,
                     const std::vector<std::vector<use>> &list,
                     std::vector<std::map<word, int64_t>> *arrival)
    {
        std::map<word, std::vector<int>> wants;
        for (size_t k = 0; k < pes_; k++) {
            const auto now = words_of(list[k], input);
            const auto before = step > 0 ? words_of(uses(step - 1, k), input)
                                         : std::set<word>();
            for (const word &w : now)
                if (before.count(w) == 0)
                    wants[w].push_back(int(k));
        }
        const bool is_held = (input == IFMAP) == s_.ifmap_is_held;
        const bool by_columns = !is_held && input == IFMAP;
        std::vector<std::map<word, turn_of_word>> turns(pes_);
        for (size_t k = 0; k < pes_; k++)
            turns[k] = turns_of(input, int(k), list[k], wants, by_columns);
        std::map<std::vector<int>, std::vector<std::pair<turn_of_word, word>>>
            sets;
        for (const auto &one : wants)
            sets[one.second].push_back(
                {turns[size_t(one.second[0])][one.first], one.first});
        // A round has a column of each; a chunk a slot of each.
        using turn = std::tuple<int, int, std::vector<int>, word>;
        std::map<turn, std::pair<std::vector<int>, std::vector<word>>> slots;
        const int wide = slot_words(input);
        for (auto &one : sets) {
            auto &words = one.second;
            std::sort(words.begin(), words.end());
            int in_round = 0;
            turn now;
            for (size_t k = 0; k < words.size(); k++) {
                const int its = words[k].first.first;
                if (k > 0 && its != words[k - 1].first.first)
                    in_round = 0;
                if (in_round % wide == 0) {
                    now = turn(its, in_round / wide,
                               is_held ? first_place(one.first)
                                       : std::vector<int>(),
                               words[k].second);
                    slots[now].first = one.first;
                }
                slots[now].second.push_back(words[k].second);
                in_round++;
            }
        }
        int round = -1, chunk = -1;
        for (const auto &one : slots) {
            const bool begins = std::get<0>(one.first) != round ||
                                std::get<1>(one.first) != chunk;
            round = std::get<0>(one.first);
            chunk = std::get<1>(one.first);
            const auto &to = one.second.first;
            out_.stream[input].push_back(
                {to, int(one.second.second.size()), begins, 0});
            for (const word &w : one.second.second)
                for (int k : to)
                    (*arrival)[size_t(k)][w] =
                        ++come_[size_t(k)][size_t(input)];
        }
    }

    std::vector<int> first_place(const std::vector<int> &to) const
    {
        std::vector<int> least;
        for (int k : to) {
            const std::vector<int> at = {s_.pes[size_t(k)].col,
                                         s_.pes[size_t(k)].row};
            if (least.empty() || at < least)
                least = at;
        }
        return least;
    }

    void write_step(size_t step)
    {
        const std::vector<std::vector<use>> &list = uses_[step];
        std::vector<std::map<word, int64_t>> arrival[INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            arrival[i].resize(pes_);
            write_slots(i, step, list, &arrival[i]);
        }
        const bool ends =
            step + 1 == steps_.size() || !same_outputs(step, step + 1);
        for (size_t k = 0; k < pes_; k++)
            write_macs(step, k, list[k], arrival);
        if (ends)
            write_psums(step);
    }

    // The last step of the visit, from `step` on backwards, in which a PE
    // works.
    bool works_later(size_t step, size_t pe) const
    {
        for (size_t k = step + 1; k < steps_.size() && same_outputs(step, k);
             k++)
            if (psums(k, pe) > 0)
                return true;
        return false;
    }
    bool worked(size_t step, size_t pe) const
    {
        for (size_t k = step + 1; k-- > 0 && same_outputs(step, k);)
            if (psums(k, pe) > 0)
                return true;
        return false;
    }
    bool takes(size_t step, size_t pe) const
    {
        const int c = chain_[pe];
        size_t first = step;
        while (first > 0 && same_outputs(step, first - 1))
            first--;
        return bottom_[size_t(c)] != int(pe) || steps_[first].continues;
    }
    int chain_psums(size_t step, size_t pe) const
    {
        const int c = chain_[pe];
        return c < 0 ? 0 : psums(step, size_t(bottom_[size_t(c)]));
    }

    void write_macs(size_t step, size_t pe, const std::vector<use> &list,
                    const std::vector<std::map<word, int64_t>> arrival[INPUTS])
    {
        const bool own_cycle = s_.a.psum_add == PSUM_ADD_OWN_CYCLE;
        const bool leaves = !list.empty() && !works_later(step, pe);
        std::vector<operation> *ops = &out_.lane[pe];
        std::set<word> next[INPUTS];
        std::map<word, size_t> last[INPUTS];
        for (int i = 0; i < INPUTS; i++) {
            next[i] = words_of(uses(step + 1, pe), i);
            for (size_t k = 0; k < list.size(); k++)
                if (list[k].has[i])
                    last[i][list[k].w[i]] = k;
        }
        int64_t need[INPUTS] = {need_[pe][0], need_[pe][1]};
        for (size_t k = 0; k < list.size(); k++) {
            operation o = {true, {}, {}, false, false};
            for (int i = 0; i < INPUTS; i++) {
                const word &w = list[k].w[i];
                const auto came = arrival[i][pe].find(w);
                if (list[k].has[i] && came != arrival[i][pe].end())
                    need[i] = std::max(need[i], came->second);
                if (list[k].has[i] && last[i][w] == k && next[i].count(w) == 0)
                    gone_[pe][size_t(i)]++;
                o.need[i] = s_.a.start == PE_START_WINDOW ? come_[pe][size_t(i)]
                                                          : need[i];
                o.freed[i] = gone_[pe][size_t(i)];
            }
            o.sends = leaves && !own_cycle && list[k].last;
            o.takes = o.sends && takes(step, pe);
            ops->push_back(o);
        }
        for (int i = 0; i < INPUTS; i++)
            need_[pe][size_t(i)] = come_[pe][size_t(i)];
        if (!leaves || !own_cycle)
            return;
        add_psums(pe, chain_psums(step, pe), takes(step, pe));
    }

    void add_psums(size_t pe, int n, bool takes)
    {
        operation o = {false, {}, {}, true, takes};
        for (int i = 0; i < INPUTS; i++) {
            o.need[i] = 0;
            o.freed[i] = gone_[pe][size_t(i)];
        }
        for (int k = 0; k < n; k++)
            out_.lane[pe].push_back(o);
    }

    // Those that pass psums on, and the slots of the visit.
    void write_psums(size_t step)
    {
        size_t first = step;
        while (first > 0 && same_outputs(step, first - 1))
            first--;
        int most = 0;
        for (size_t k = 0; k < pes_; k++) {
            most = std::max(most, chain_psums(step, k));
            if (chain_[k] >= 0 && !worked(step, k))
                add_psums(k, chain_psums(step, k), takes(step, k));
        }
        for (int out = 0; out < 2; out++) {
            if (out == 0 && !steps_[first].continues)
                continue;
            const int wide = slot_words(2 + out);
            for (int from = 0; from < most; from += wide) {
                bool begins = true;
                for (int c = 0; c < out_.chains; c++) {
                    const int bottom = bottom_[size_t(c)];
                    const int left = psums(step, size_t(bottom)) - from;
                    if (left <= 0)
                        continue;
                    out_.stream[2 + out].push_back({{out == 0 ? bottom : c},
                                                    std::min(left, wide),
                                                    begins,
                                                    written_[outputs(step)]});
                    begins = false;
                }
            }
        }
        written_[outputs(step)] = out_.stream[3].size();
    }

    std::vector<int> outputs(size_t step) const
    {
        std::vector<int> its;
        for (int d = 0; d < NEST_DIMS; d++)
            if (!reduces(d))
                its.push_back(steps_[step].at[size_t(d)]);
        return its;
    }

    const shape &s_;
    size_t pes_;
    std::vector<shape::base> steps_;
    std::vector<std::vector<std::vector<use>>> uses_; // by step, then PE
    const std::vector<use> none_{};
    std::vector<int> chain_, bottom_, top_;
    std::vector<std::array<int64_t, INPUTS>> come_, gone_;
    std::map<size_t, std::array<int64_t, INPUTS>> need_;
    std::map<std::vector<int>, size_t> written_; // slots out, by outputs
    script out_;
};

} // namespace

script write_pass(const shape &s, const shape::base &from)
{
    return writer(s, from.at, from.continues).take();
}

} // namespace nest_script
