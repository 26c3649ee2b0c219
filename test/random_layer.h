// random_layer.h - machines and layers for tests that hold for every shape.
// SPDX-License-Identifier: MIT
#ifndef TEST_RANDOM_LAYER_H
#define TEST_RANDOM_LAYER_H

#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "dataflows/placement.h"
#include "test/simulate_chosen.h"

class random_case
{
  public:
    explicit random_case(unsigned seed)
        : engine_(seed), rows_engine_(seed + 1), axes_engine_(seed + 2),
          holds_engine_(seed + 3), widths_engine_(seed + 4),
          strips_engine_(seed + 5)
    {
    }

    // Both ends included; the same numbers with every standard library.
    int pick(int low, int high)
    {
        return low + static_cast<int>(engine_() %
                                      static_cast<unsigned>(high - low + 1));
    }

    // 1 to `most`, each doubling as likely as the next.
    int spread(int most)
    {
        const double share = pick(0, 1000) / 1000.0;
        return static_cast<int>(std::pow(most, share));
    }

    arch machine()
    {
        arch a = {};
        std::snprintf(a.name, sizeof(a.name), "random");
        a.clock_hz = 200000000;
        a.rows = pick(1, 9);
        a.cols = pick(1, 9);
        for (int &bits : a.precision_bits)
            bits = 16;
        a.ofmap_bits = static_cast<int>(widths_engine_() % 3) * 8;
        a.rf_words[TENSOR_IFMAP] = pick(3, 14);
        a.rf_words[TENSOR_FILTER] = pick(12, 80);
        a.rf_words[TENSOR_PSUM] = pick(1, 20);
        a.fifo_words = pick(8, 16);
        a.pipeline_cycles = pick(1, 4);
        a.psum_add = pick(0, 1) ? PSUM_ADD_OWN_CYCLE : PSUM_ADD_LAST_PRODUCT;
        a.start = pick(0, 1) ? PE_START_WORD : PE_START_WINDOW;
        a.refill =
            rows_engine_() % 4 > 0 ? PE_REFILL_LAST_USE : PE_REFILL_NEXT_CYCLE;
        for (network_arch &net : a.network) {
            net.words_per_slot = pick(1, 4);
            net.slots_per_cycle = pick(1, 4);
        }
        a.ifmap_waits_for_filters = pick(0, 3) == 0;
        a.l2_bytes = pick(0, 1) ? 16384 : 65536;
        a.l2_banks = 27;
        // So slots may be wider than their tiles' banks.
        a.l2_bank_row_words = 1 + static_cast<int>(rows_engine_() % 4);
        a.l2_ports = pick(0, 1) ? BANK_1RW : BANK_1R1W;
        a.l2_latency_cycles = pick(0, 4);
        a.l2_keeps_tiles = widths_engine_() % 5 > 0;
        for (int &buffers : a.l2_buffers)
            buffers = pick(0, 2);
        a.dram_bytes_per_second = 480000000;
        a.padding = pick(0, 1) ? PADDING_STORED : PADDING_GENERATED;
        std::strcpy(a.dram_model, pick(0, 1) ? "bandwidth" : "ideal");
        a.carries = pick(0, 7) == 0 ? CARRIES_FILTERS : CARRIES_ALL;
        a.compression = pick(0, 1) ? COMPRESSION_RLC : COMPRESSION_NONE;
        return a;
    }

    // Makes L2 two or three memories, or leaves it whole.
    void split_l2(arch *a)
    {
        const int n = 2 + static_cast<int>(widths_engine_() % 2);
        const uint64_t bank = 2 * a->l2_bytes / uint64_t(a->l2_banks);
        if (widths_engine_() % 2 == 0)
            return;
        a->n_l2_stores = n;
        a->l2_bytes = 0;
        a->l2_banks = 0;
        for (int k = 0; k < n; k++) {
            l2_store *s = &a->l2_store[k];
            *s = {};
            s->holds[k] = true;
            s->banks = 6 + static_cast<int>(widths_engine_() % 12);
            s->bytes = bank * uint64_t(s->banks);
            s->bank_row_words = 1 + static_cast<int>(widths_engine_() % 4);
            s->ports = widths_engine_() % 2 ? BANK_1RW : BANK_1R1W;
            s->latency_cycles = static_cast<int>(widths_engine_() % 5);
            s->spills = true;
            a->l2_bytes += s->bytes;
            a->l2_banks += s->banks;
        }
        if (n == 2)
            a->l2_store[widths_engine_() % 2].holds[TENSOR_PSUM] = true;
    }

    // What a dataflow may have: chains or trees for psums (rs: no legal
    // mapping with trees), fewer filter words than psums (os).
    void choose_for(const char *dataflow, arch *a)
    {
        a->psum_reduce = pick(0, 1) ? PSUM_TREE : PSUM_CHAIN;
        a->tree_accumulates = pick(0, 1) != 0;
        if (std::strcmp(dataflow, "rs") == 0)
            a->psum_reduce = PSUM_CHAIN;
        if (std::strcmp(dataflow, "os") == 0 && pick(0, 1) == 0)
            a->rf_words[TENSOR_FILTER] = pick(1, 12);
        // Groups side by side where networks can.
        if (a->array_network == NETWORK_MULTICAST && holds_engine_() % 2 == 0)
            a->groups_parallel = 2 + static_cast<int>(holds_engine_() % 30);
        // Rows for channels alone, columns for filters or outputs alone.
        const bool has_products =
            std::strcmp(dataflow, "rs") != 0 &&
            (std::strcmp(dataflow, "os") != 0 || a->psum_reduce == PSUM_TREE);
        if (has_products && holds_engine_() % 3 == 0)
            std::strcpy(a->rows_hold, "c");
        const bool has_both =
            std::strcmp(dataflow, "nlr") == 0 ||
            (std::strcmp(dataflow, "os") == 0 && a->psum_reduce == PSUM_TREE);
        if (a->preload == PRELOAD_SHADOW && std::strcmp(dataflow, "ws") == 0 &&
            strips_engine_() % 2 == 0)
            add_strips(a);
        if (has_both && holds_engine_() % 3 == 0)
            std::strcpy(a->cols_hold, holds_engine_() % 2 ? "m" : "npq");
        // Registers of a word or two where the dataflow needs no more.
        if (std::strcmp(dataflow, "rs") != 0 && rows_engine_() % 3 == 0)
            a->rf_words[TENSOR_IFMAP] =
                1 + static_cast<int>(rows_engine_() % 2);
    }

    // Gives one in three systolic arrays second registers.
    void add_shadow_words(arch *a)
    {
        if (a->array_network != NETWORK_SYSTOLIC || pick(0, 2) > 0)
            return;
        a->preload = PRELOAD_SHADOW;
        a->tight_folds = false;
        for (network_arch &net : a->network)
            net.slots_per_cycle = a->rows + a->cols;
    }

    // Gives an array with second registers commands.
    void add_strips(arch *a)
    {
        a->strip_words = static_cast<int>(strips_engine_() % 7);
        a->strip_min_cycles = 1 + static_cast<int>(strips_engine_() % 4);
        a->commands_in_flight = static_cast<int>(strips_engine_() % 5);
        a->command_cycles = a->commands_in_flight > 0
                                ? static_cast<int>(strips_engine_() % 40)
                                : 0;
        a->layer_start_cycles = static_cast<int>(strips_engine_() % 300);
    }

    // Gives a machine clusters and L1s.
    void add_l1(arch *a, l2_to_l1 network)
    {
        a->has_l1 = true;
        a->psum_reduce = PSUM_CHAIN;
        a->l1_bytes = uint64_t(pick(64, 512));
        a->l1_cluster_cols = pick(1, a->cols);
        a->l1_cluster_rows = pick(0, a->rows);
        while (cluster_grid_rows(a) * cluster_grid_cols(a) > CLUSTERS_MAX)
            a->l1_cluster_cols = a->cols;
        a->l1_banks = pick(1, 4);
        a->l1_tensor_banks[TENSOR_FILTER] = pick(0, a->l1_banks - 1);
        a->l1_bypass[TENSOR_FILTER] = pick(0, 4) == 0;
        a->l1_bypass[TENSOR_IFMAP] = pick(0, 4) == 0;
        a->l1_bank_row_words = 4; // a slot, or half of one
        int filter_banks = a->l1_tensor_banks[TENSOR_FILTER];
        if (filter_banks != 1 && a->l1_banks - filter_banks > 1)
            a->l1_bank_row_words = pick(2, 4);
        a->l1_ports = pick(0, 1) ? BANK_1RW : BANK_1R1W;
        a->l1_latency_cycles = pick(0, 3);
        a->l1_input_slots = pick(1, 4);
        a->l2_to_l1 = network;
        a->l2_to_l1_slots_per_cycle = pick(1, 3);
        a->mesh_buffer_flits = pick(1, 3);
    }

    // Strides and dilations of 1 and more, padding of 0 and more; in half of
    // the draws each axis and side has its own.  In an eighth the filters are
    // a feature map, too.
    void steps(layer *l, int stride, int pad, int dilation)
    {
        const int both_stride = pick(1, stride), both_pad = pick(0, pad);
        layer_set_steps(l, both_stride, both_pad, pick(1, dilation));
        l->op = axes_engine_() % 8 == 0 ? LAYER_MATMUL : LAYER_CONV;
        if (axes_engine_() % 2 == 0)
            return;
        for (int *value : {&l->stride_h, &l->stride_w})
            *value = 1 + static_cast<int>(axes_engine_() % unsigned(stride));
        for (int *value :
             {&l->pad_top, &l->pad_bottom, &l->pad_left, &l->pad_right})
            *value = static_cast<int>(axes_engine_() % unsigned(pad + 1));
        for (int *value : {&l->dilation_h, &l->dilation_w})
            *value = 1 + static_cast<int>(axes_engine_() % unsigned(dilation));
    }

    // Transposed: stride to 3, dilation to 2; each output meets an input.
    layer transposed()
    {
        for (;;) {
            layer l = {};
            std::snprintf(l.name, sizeof(l.name), "transposed");
            l.N = pick(1, 2);
            l.G = pick(1, 2);
            l.M = l.G * pick(1, 3);
            l.C = l.G * pick(1, 3);
            l.H = pick(1, 6);
            l.W = pick(1, 6);
            l.R = pick(1, 5);
            l.S = pick(1, 5);
            steps(&l, 3, 2, 2);
            l.op = LAYER_CONV_TRANSPOSE;
            l.output_pad_h = pick(0, 1);
            l.output_pad_w = pick(0, 1);
            l.zero_share[TENSOR_IFMAP] = pick(0, 4) / 4.0;
            diag *d = diag_new();
            bool ok = layer_finish(&l, src_pos{nullptr, 0}, d);
            diag_free(d);
            if (ok)
                return l;
        }
    }

    // Groups to depthwise, stride to 4, dilation to 3, N to 3.
    layer shape()
    {
        for (;;) {
            layer l = {};
            std::snprintf(l.name, sizeof(l.name), "random");
            l.N = pick(1, 3);
            l.G = pick(0, 2) == 0 ? pick(1, 4) : 1;
            l.M = l.G * pick(1, 9);
            l.C = l.G * pick(1, 9);
            if (pick(0, 8) == 0)
                l.G = l.M = l.C = pick(1, 8);
            l.H = pick(1, 20);
            l.W = pick(1, 20);
            l.R = pick(1, 7);
            l.S = pick(1, 7);
            steps(&l, 4, 2, 3);
            l.zero_share[TENSOR_IFMAP] = pick(0, 4) / 4.0;
            l.zero_share[TENSOR_PSUM] = pick(0, 4) / 4.0;
            l.network_input = pick(0, 3) == 0;
            diag *d = diag_new();
            bool ok = layer_finish(&l, src_pos{nullptr, 0}, d);
            diag_free(d);
            if (ok)
                return l;
        }
    }

  private:
    std::mt19937 engine_;
    // Apart: they move no other's.
    std::mt19937 rows_engine_, axes_engine_, holds_engine_, widths_engine_,
        strips_engine_;
};

// "N=1 G=2 ..." for the message of a failed expectation.
inline std::string describe(const layer &l)
{
    char text[512];
    std::snprintf(text, sizeof(text),
                  "--shape op=%s,N=%d,G=%d,M=%d,C=%d,H=%d,W=%d,R=%d,S=%d,"
                  "stride_h=%d,stride_w=%d,pad_top=%d,pad_bottom=%d,"
                  "pad_left=%d,pad_right=%d,dilation_h=%d,dilation_w=%d",
                  layer_op_name[l.op], l.N, l.G, l.M, l.C, l.H, l.W, l.R, l.S,
                  l.stride_h, l.stride_w, l.pad_top, l.pad_bottom, l.pad_left,
                  l.pad_right, l.dilation_h, l.dilation_w);
    return text;
}

// Asks of `rs`, in half of all layers, for rows that are cut into columns.
inline given_mapping narrow_rows(const std::string &flow, const layer &l)
{
    given_mapping given = {};
    if (flow != "rs" || (l.M + l.H) % 2 != 0)
        return given;
    given_param &w = given.param[given.n++];
    std::snprintf(w.name, sizeof(w.name), "w");
    w.value = 1 + (5 * l.C + l.W) % l.Q;
    return given;
}

#endif
