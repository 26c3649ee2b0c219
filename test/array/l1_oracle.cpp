// l1_oracle.cpp - an independent model of L1s and of the network in front.
// SPDX-License-Identifier: MIT
#include "test/array/l1_oracle.h"

#include <algorithm>

// What was taken in this cycle, and what it will change.
struct l1_oracle::ports {
    std::set<std::pair<int, bool>> busy; // bank, and whether its write port
    int asking = 0, refused = -1;
    int read_slots[2] = {0, 0}, read_rows[2] = {0, 0};
    int written_slots[2] = {0, 0}, written_rows[2] = {0, 0};
};

static size_t at(int k)
{
    return static_cast<size_t>(k);
}

l1_oracle::l1_oracle(const arch &a, int grid_rows, int grid_cols,
                     std::array<std::vector<slot>, 2> slots,
                     std::array<int, 2> l2_banks, std::array<bool, 2> kept_here)
    : a_(a), clusters_(grid_rows * grid_cols), store_(at(clusters_)),
      turn_(at(clusters_), 0)
{
    const tensor tensors[] = {TENSOR_FILTER, TENSOR_IFMAP};
    int kept =
        a.l1_tensor_banks[TENSOR_FILTER] + a.l1_tensor_banks[TENSOR_IFMAP];
    int sharers = 0;
    for (tensor t : tensors)
        sharers += !a.l1_bypass[t] && a.l1_tensor_banks[t] == 0;
    for (int k = 0; k < 2; k++) {
        line &l = line_[at(k)];
        tensor t = tensors[k];
        int own = a.l1_tensor_banks[t];
        l.slots = slots[at(k)];
        l.wait = a.l2_latency_cycles;
        l.l2_banks = l2_banks[at(k)];
        l.bypass = a.l1_bypass[t];
        l.banks = own > 0 ? own : a.l1_banks - kept;
        // Ifmaps' own banks come first, then filters', then the shared ones.
        l.first_bank = own == 0            ? kept
                       : t == TENSOR_IFMAP ? 0
                                           : a.l1_tensor_banks[TENSOR_IFMAP];
        long bits = long(a.l1_bytes / uint64_t(a.l1_banks)) * 8;
        l.rows = int(bits / (a.precision_bits[t] * a.l1_bank_row_words));
        if (own == 0 && sharers == 2)
            l.rows /= 2;
        l.rows *= l.banks;
        l.slots_per_cycle =
            a.network[k == 0 ? NETWORK_FILTER : NETWORK_IFMAP].slots_per_cycle;
        if (a.l2_to_l1 == L2_TO_L1_MESH)
            l.mesh = std::make_unique<mesh_oracle>(grid_rows, grid_cols,
                                                   a.mesh_buffer_flits);
        for (size_t s = 0; s < l.slots.size(); s++)
            for (const auto &[cluster, pes] : l.slots[s].pes)
                store_[at(cluster)][at(k)].mine.push_back(s);
        if (!kept_here[at(k)])
            continue;
        l.next = l.slots.size();
        for (auto &s : store_)
            for (size_t one : s[at(k)].mine)
                s[at(k)].banks.push_back(
                    {rows_of(l.slots[one].words), a.l1_latency_cycles});
    }
}

int l1_oracle::rows_of(int words) const
{
    return (words + a_.l1_bank_row_words - 1) / a_.l1_bank_row_words;
}

void l1_oracle::read(int c, int k, ports &p, std::vector<delivery> &out,
                     const std::function<bool(int, int, int)> &room)
{
    line &l = line_[at(k)];
    store &s = store_[at(c)][at(k)];
    int last = -1;
    for (int n = 0; n < l.slots_per_cycle; n++) {
        bool there =
            l.bypass ? int(s.input.size()) > n
                     : int(s.banks.size()) > n && s.banks[at(n)].ready <= now_;
        if (!there)
            return;
        const slot &one = l.slots[s.mine[s.read + at(n)]];
        const std::vector<int> &pes = one.pes.at(c);
        if (one.order <= last ||
            !std::all_of(pes.begin(), pes.end(),
                         [&](int pe) { return room(k, pe, one.words); }))
            return;
        if (!l.bypass) {
            int rows = rows_of(one.words);
            if (p.read_rows[k] + rows > l.banks)
                return;
            std::vector<std::pair<int, bool>> need;
            for (int r = 0; r < rows; r++)
                need.push_back(
                    {l.first_bank + (s.read_row + p.read_rows[k] + r) % l.banks,
                     false});
            for (auto &port : need)
                if (p.busy.count(port) > 0) {
                    p.refused = p.refused < 0 ? p.asking : p.refused;
                    return;
                }
            p.busy.insert(need.begin(), need.end());
            p.read_rows[k] += rows;
        }
        p.read_slots[k]++;
        last = one.order;
        out.push_back({k, one.words, pes});
    }
}

// The next slot is for a PE whose fifo has a word at most.
bool l1_oracle::is_needed(int c, int k,
                          const std::function<bool(int, int, int)> &room) const
{
    const line &l = line_[at(k)];
    const store &s = store_[at(c)][at(k)];
    const bool there = l.bypass
                           ? !s.input.empty()
                           : !s.banks.empty() && s.banks.front().ready <= now_;
    return there && room(k, l.slots[s.mine[s.read]].pes.at(c).front(),
                         a_.fifo_words - 1);
}

void l1_oracle::write(int c, int k, ports &p)
{
    line &l = line_[at(k)];
    store &s = store_[at(c)][at(k)];
    int full = 0;
    for (const held &h : s.banks)
        full += h.rows;
    for (int n = 0; !l.bypass && n < l.slots_per_cycle; n++) {
        if (int(s.input.size()) <= n)
            return;
        int rows = rows_of(s.input[at(n)]);
        if (full + p.written_rows[k] + rows > l.rows ||
            p.written_rows[k] + rows > l.banks)
            return;
        std::vector<std::pair<int, bool>> need;
        for (int r = 0; r < rows; r++)
            need.push_back(
                {l.first_bank + (s.write_row + p.written_rows[k] + r) % l.banks,
                 a_.l1_ports == BANK_1R1W});
        for (auto &port : need)
            if (p.busy.count(port) > 0) {
                p.refused = p.refused < 0 ? p.asking : p.refused;
                return;
            }
        p.busy.insert(need.begin(), need.end());
        p.written_rows[k] += rows;
        p.written_slots[k]++;
    }
}

// filled: slots in each cluster's input buffer as the cycle began.
void l1_oracle::leave_l2(int k, const std::vector<size_t> &filled,
                         std::vector<std::pair<int, int>> &arrived)
{
    line &l = line_[at(k)];
    std::vector<size_t> full = filled;
    int last = -1, row = a_.l2_bank_row_words;
    int words = l.address % row, most = a_.l2_to_l1_slots_per_cycle;
    for (int n = 0; n < (l.mesh ? 1 : most); n++) {
        if (l.next == l.slots.size() || l.slots[l.next].order <= last)
            return;
        const slot &one = l.slots[l.next];
        words += one.words;
        if (n > 0 && (words + row - 1) / row > l.l2_banks)
            return;
        if (l.mesh && !l.mesh->can_inject(0))
            return;
        for (const auto &[cluster, pes] : one.pes)
            if (!l.mesh && full[at(cluster)] >= size_t(a_.l1_input_slots))
                return;
        if (l.mesh) {
            oracle_flit flit = {int(l.next), one.words, {}};
            for (const auto &[cluster, pes] : one.pes)
                flit.to.insert(cluster);
            l.mesh->inject(0, flit);
        } else {
            for (const auto &[cluster, pes] : one.pes) {
                full[at(cluster)]++;
                arrived.push_back({cluster, one.words});
            }
        }
        l.address += one.words;
        last = one.order;
        l.next++;
    }
}

std::vector<l1_oracle::delivery>
l1_oracle::step(const std::array<bool, 2> &go,
                const std::function<bool(int, int, int)> &room)
{
    std::vector<delivery> out;
    std::vector<ports> plan(at(clusters_));
    for (int c = 0; c < clusters_; c++) {
        ports &p = plan[at(c)];
        // Reads that a PE needs, then writes, then other reads; in turn.
        const bool needed[] = {is_needed(c, 0, room), is_needed(c, 1, room)};
        for (int rank = 0; rank < 3; rank++)
            for (int n = 0; n < 4; n++) {
                p.asking = (turn_[at(c)] + n) % 4; // reads of 0, 1, writes
                const bool reads = p.asking < 2;
                if (rank == 0 && reads && needed[p.asking])
                    read(c, p.asking, p, out, room);
                if (rank == 1 && !reads)
                    write(c, p.asking - 2, p);
                if (rank == 2 && reads && !needed[p.asking])
                    read(c, p.asking, p, out, room);
            }
    }
    // A port that both reads and writes is `false` for either.
    std::vector<std::pair<int, int>> arrived[2];
    for (int k = 0; k < 2; k++) {
        line &l = line_[at(k)];
        std::vector<size_t> filled;
        for (int c = 0; c < clusters_; c++)
            filled.push_back(store_[at(c)][at(k)].input.size());
        bool may = go[at(k)] && l.wait == 0;
        bool could_inject = l.mesh && l.mesh->can_inject(0);
        if (l.mesh)
            l.mesh->step(
                [&](int c) {
                    return filled[at(c)] < size_t(a_.l1_input_slots);
                },
                [&](int c, int id) {
                    arrived[k].push_back({c, l.slots[at(id)].words});
                });
        // What the step freed is known one cycle later.
        if (may && (!l.mesh || could_inject))
            leave_l2(k, filled, arrived[k]);
        if (go[at(k)] && l.wait > 0)
            l.wait--;
    }
    for (int c = 0; c < clusters_; c++) {
        ports &p = plan[at(c)];
        if (p.refused >= 0)
            turn_[at(c)] = p.refused;
        for (int k = 0; k < 2; k++) {
            line &l = line_[at(k)];
            store &s = store_[at(c)][at(k)];
            s.read += at(p.read_slots[k]);
            for (int n = 0; n < p.read_slots[k]; n++)
                l.bypass ? s.input.pop_front() : s.banks.pop_front();
            for (int n = 0; n < p.written_slots[k]; n++) {
                s.banks.push_back({rows_of(s.input.front()),
                                   now_ + 1 + a_.l1_latency_cycles});
                s.input.pop_front();
            }
            s.read_row += p.read_rows[k];
            s.write_row += p.written_rows[k];
        }
    }
    for (int k = 0; k < 2; k++)
        for (auto [c, words] : arrived[k])
            store_[at(c)][at(k)].input.push_back(words);
    now_++;
    return out;
}
