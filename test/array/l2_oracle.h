// l2_oracle.h - which memory of L2 serves a network, as its oracles see it:
// one of several, or the only one.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_L2_ORACLE_H
#define TEST_ARRAY_L2_ORACLE_H

#include <utility>

#include "sim/base/arch.h"

inline l2_store l2_behind(const arch &a, int network)
{
    const int t = network == NETWORK_FILTER  ? TENSOR_FILTER
                  : network == NETWORK_IFMAP ? TENSOR_IFMAP
                                             : TENSOR_PSUM;
    for (int k = 0; k < a.n_l2_stores; k++)
        if (a.l2_store[k].holds[t])
            return a.l2_store[k];
    l2_store one = {};
    one.bank_row_words = a.l2_bank_row_words;
    one.ports = a.l2_ports;
    one.latency_cycles = a.l2_latency_cycles;
    return one;
}

inline int l2_latency(const arch &a, int network)
{
    return l2_behind(a, network).latency_cycles;
}

inline int l2_row(const arch &a, int network)
{
    return l2_behind(a, network).bank_row_words;
}

inline bank_ports l2_ports(const arch &a, int network)
{
    return l2_behind(a, network).ports;
}

inline void exchange_operands_in_l2(arch *a)
{
    for (l2_store &one : a->l2_store)
        std::swap(one.holds[TENSOR_FILTER], one.holds[TENSOR_IFMAP]);
}

#endif
