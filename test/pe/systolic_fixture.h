// systolic_fixture.h - systolic arrays for tests: made, run and compared.
// SPDX-License-Identifier: MIT
#ifndef TEST_PE_SYSTOLIC_FIXTURE_H
#define TEST_PE_SYSTOLIC_FIXTURE_H

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "pe/systolic.h"

// Edges that never make it wait.
inline systolic_cfg wide_systolic(int rows, int cols)
{
    systolic_cfg cfg = {};
    cfg.rows = rows;
    cfg.cols = cols;
    cfg.left_words_per_cycle = SYSTOLIC_DIM_MAX;
    cfg.top_words_per_cycle = SYSTOLIC_DIM_MAX;
    cfg.psum_in_words_per_cycle = SYSTOLIC_DIM_MAX;
    cfg.psum_out_words_per_cycle = SYSTOLIC_DIM_MAX;
    return cfg;
}

inline systolic_pass systolic_pass_of(systolic_kind kind, int rows_used,
                                      int cols_used, unsigned depth,
                                      bool psum_in = false)
{
    systolic_pass pass = {};
    pass.kind = static_cast<uint16_t>(kind);
    pass.rows_used = static_cast<uint16_t>(rows_used);
    pass.cols_used = static_cast<uint16_t>(cols_used);
    pass.psum_in = psum_in;
    pass.depth = depth;
    return pass;
}

class systolic_array
{
  public:
    explicit systolic_array(const systolic_cfg &cfg) : s(systolic_new(&cfg))
    {
    }
    ~systolic_array()
    {
        systolic_free(s);
    }
    systolic_array(const systolic_array &) = delete;
    systolic_array &operator=(const systolic_array &) = delete;

    pass_counts counts() const
    {
        pass_counts n;
        systolic_counts(s, &n);
        return n;
    }

    pass_counts run(const systolic_pass &pass,
                    const systolic_values *values = nullptr)
    {
        systolic_issue(s, &pass, values);
        while (!systolic_is_done(s))
            systolic_step(s);
        return counts();
    }

    std::vector<char> state() const
    {
        size_t size = 0;
        const char *at = static_cast<const char *>(systolic_state(s, &size));
        return std::vector<char>(at, at + size);
    }

    struct systolic *const s;
};

// What differs between two sets of counts, by name; "" when nothing does.
inline std::string differences(const pass_counts &got, const pass_counts &want)
{
    static const char *const names[] = {"cycles",
                                        "flight_cycles",
                                        "active_pes",
                                        "mac",
                                        "psum",
                                        "fill",
                                        "drain",
                                        "wait_filter",
                                        "wait_ifmap",
                                        "wait_psum_in",
                                        "wait_psum_out",
                                        "skip",
                                        "filter_free_cycle",
                                        "ifmap_free_cycle",
                                        "macs",
                                        "first_macs",
                                        "second_macs",
                                        "skipped_macs",
                                        "psum_reads",
                                        "psum_writes",
                                        "filter_sent",
                                        "filter_delivered",
                                        "ifmap_sent",
                                        "ifmap_delivered",
                                        "filter_hops",
                                        "ifmap_hops",
                                        "psum_out_hops",
                                        "psum_in_words",
                                        "psum_out_words",
                                        "psum_link_words",
                                        "tree_hops",
                                        "root_reads",
                                        "root_writes",

                                        "l1_filter_delivered",
                                        "l1_ifmap_delivered",
                                        "l1_filter_hops",
                                        "l1_ifmap_hops",
                                        "l1_filter_sent",
                                        "l1_ifmap_sent",
                                        "l1_filter_reads",
                                        "l1_ifmap_reads",
                                        "l1_filter_writes",
                                        "l1_ifmap_writes",
                                        "drain_cycles",
                                        "stream_cycles",
                                        "load_cycles"};
    constexpr size_t N = sizeof(names) / sizeof(names[0]);
    // What networks did in waits: no oracle has it, but its sums are known.
    constexpr size_t from = offsetof(pass_counts, wait_by) / sizeof(uint64_t);
    constexpr size_t n_waits = sizeof(got.wait_by) / sizeof(uint64_t);
    static_assert(sizeof(pass_counts) == (N + n_waits) * sizeof(uint64_t),
                  "a name for each count");
    uint64_t a[N + n_waits], b[N + n_waits];
    std::memcpy(a, &got, sizeof(a));
    std::memcpy(b, &want, sizeof(b));
    std::string text;
    for (size_t k = 0; k < N; k++) {
        const size_t at = k < from ? k : k + n_waits;
        if (a[at] != b[at])
            text += std::string(names[k]) + " " + std::to_string(a[at]) +
                    " for " + std::to_string(b[at]) + "; ";
    }
    for (int w = 0; w < PE_WAITS; w++) {
        uint64_t sum = 0;
        for (uint64_t cycles : got.wait_by[w])
            sum += cycles;
        if (sum != got.pe_cycles[PE_WAIT_FILTER + w])
            text += "a wait is not what networks did in it; ";
    }
    return text;
}

#endif
