// choose_test.cpp - where no mapping is legal, the nearest legal values are.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "dataflows/choose.h"
#include "dataflows/program.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

class Choose : public testing::TestWithParam<const dataflow *>
{
  protected:
    bool legal(const arch &a, const layer &l, const given_mapping &given)
    {
        mapping m = {};
        diag *unread = diag_new();
        bool ok = GetParam()->choose(&a, &l, &given, &m, unread);
        diag_free(unread);
        return ok;
    }

    given_mapping wishes(random_case &random)
    {
        given_mapping given = {};
        const mapping_param *param = GetParam()->params;
        for (int k = 0; param[k].name != nullptr; k++) {
            if (random.pick(0, 2) == 0)
                continue;
            given_param &p = given.param[given.n++];
            std::snprintf(p.name, sizeof(p.name), "%s", param[k].name);
            p.value = random.pick(1, 12);
        }
        return given;
    }

    Messages d;
};

TEST_P(Choose, NamesTheNearestLegalValueOfEachParameterThatHelps)
{
    random_case random(41);
    int named = 0;
    for (int k = 0, end = sample(150, "random layers"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape();
        given_mapping given = wishes(random), changed;
        if (legal(a, l, given))
            continue;
        given_param near[MAPPING_PARAMS_MAX];
        int n = dataflow_nearest(GetParam(), &a, &l, &given, near);
        mapping m = {};
        diag_clear(d);
        ASSERT_FALSE(dataflow_choose(GetParam(), &a, &l, &given, &m, d));
        for (int i = 0; i < n; i++) {
            int at = 0;
            while (std::strcmp(given.param[at].name, near[i].name) != 0)
                at++;
            int asked = given.param[at].value, step;
            changed = given;
            changed.param[at].value = near[i].value;
            EXPECT_TRUE(legal(a, l, changed)) << near[i].name;
            // None between it and what was asked for.
            step = near[i].value < asked ? 1 : -1;
            for (int v = near[i].value + step; v != asked; v += step) {
                changed.param[at].value = v;
                EXPECT_FALSE(legal(a, l, changed)) << near[i].name;
            }
            std::string said = std::string("'mapping.") + near[i].name + "=" +
                               std::to_string(near[i].value) + "'";
            EXPECT_NE(d.text().find(said), std::string::npos) << d.text();
            named++;
        }
    }
    EXPECT_GT(named, 5);
}

// Each parameter alone, beside free ones: 1 is a value like others, and none is
// chosen over what was asked for.
TEST_P(Choose, TakesWhatWasAskedFor)
{
    random_case random(47);
    int taken = 0;
    for (int k = 0, end = sample(100, "random layers"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape();
        a.array_network = GetParam()->on_systolic && k % 2 ? NETWORK_SYSTOLIC
                                                           : NETWORK_MULTICAST;
        const mapping_param *param = GetParam()->params;
        for (int i = 0; param[i].name != nullptr; i++)
            for (int value : {1, random.pick(2, 6)}) {
                given_mapping given = {};
                mapping m = {};
                std::snprintf(given.param[0].name, sizeof(given.param[0].name),
                              "%s", param[i].name);
                given.param[given.n++].value = value;
                diag_clear(d);
                if (!GetParam()->choose(&a, &l, &given, &m, d))
                    continue;
                // No more than there is of the layer.
                EXPECT_LE(m.value[i], value) << param[i].name;
                EXPECT_TRUE(value > 1 || m.value[i] == 1) << param[i].name;
                taken += m.value[i] == value;
            }
    }
    EXPECT_GT(taken, 50);
}

TEST_P(Choose, NamesTheLeastL2ThatTakesTheSmallestTiles)
{
    arch a = random_case(42).machine();
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "wide");
    l.N = l.G = l.M = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.C = l.R = l.S = 3;
    l.H = l.W = 2000;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    a.l2_bytes = 2700;
    given_mapping none = {};
    if (std::strcmp(GetParam()->name, "rs") == 0) { // whole rows
        std::strcpy(none.param[none.n].name, "w");
        none.param[none.n++].value = l.Q;
    }
    mapping m = {};
    ASSERT_FALSE(dataflow_choose(GetParam(), &a, &l, &none, &m, d));
    std::string text = d.text(), key = "'l2.bytes=";
    size_t from = text.find(key);
    ASSERT_NE(from, std::string::npos) << text;
    EXPECT_NE(text.find("L2"), std::string::npos);
    EXPECT_NE(text.find("words"), std::string::npos) << text;
    a.l2_bytes = std::stoull(text.substr(from + key.size()));
    EXPECT_TRUE(legal(a, l, none));
    a.l2_bytes--;
    EXPECT_FALSE(legal(a, l, none));
    EXPECT_EQ(diag_status(d), EXIT_NO_MAPPING);
}

// 20480 filter words would do; a register file has at most 16384.
TEST(ChooseRs, AdvisesOnlyWhatMayBeGiven)
{
    Messages d;
    arch a = random_case(42).machine();
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "wide");
    l.N = l.G = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.M = 4096;
    l.C = 2;
    l.H = l.W = 8;
    l.R = l.S = 5;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    a.rows = a.cols = 9;
    a.rf_words[TENSOR_IFMAP] = 12;
    a.rf_words[TENSOR_PSUM] = 4096;
    a.l2_bytes = 1 << 20;
    given_mapping given = {};
    std::strcpy(given.param[0].name, "p");
    given.param[given.n++].value = 4096;
    mapping m = {};
    EXPECT_FALSE(dataflow_choose(dataflow_find("rs"), &a, &l, &given, &m, d));
    EXPECT_NE(d.text().find("pe.rf.filter_words is short"), std::string::npos)
        << d.text();
    EXPECT_EQ(d.text().find("'pe.rf.filter_words="), std::string::npos)
        << d.text();
}

// Rises with every fold that tiles waste, and never falls with smaller tiles.
double folds(const arch *a, const layer *l, const mapping *, const tiling *t)
{
    double filters = 0, products = 0;
    for (int m = 0; m < l->M; m += t->m)
        for (int f = 0; f < std::min(t->m, l->M - m); f += t->f)
            filters +=
                ceil_div(std::min(t->f, std::min(t->m, l->M - m) - f), a->cols);
    for (int c = 0; c < l->C; c += t->c)
        products += ceil_div(std::min(t->c, l->C - c) * l->R * l->S, a->rows);
    return filters * products *
           (100.0 * ceil_div(l->N, t->n) * ceil_div(l->P, t->e) +
            double(l->N) * l->P * l->Q);
}

// What cannot be better is not looked at; that changes time only.
TEST(ChooseTiles, AreTheSameWhereTheWholeIsKnownToBeLeast)
{
    random_case random(17);
    int found = 0;
    for (int k = 0, end = sample(300, "random layers"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape();
        diag *unread = diag_new();
        l.G = 1;
        l.M = random.pick(1, 90);
        l.C = random.pick(1, 90);
        a.l2_bytes = uint64_t(random.pick(1, 40)) * 1024;
        a.l2_keeps_tiles = random.pick(0, 3) > 0;
        const bool is_layer = layer_finish(&l, src_pos{nullptr, 0}, unread);
        diag_free(unread);
        if (!is_layer)
            continue;
        gemm_cost cost = {a.cols, a.rows,  1,     l.R * l.S, 65535,
                          folds,  nullptr, false, 0,         0};
        const int given[5] = {0, 0, 0, 0, random.pick(0, 3) ? 0 : 7};
        tiling all = {}, some = {};
        tensor short_tensor[2];
        uint64_t short_words[2];
        const bool fits = tiling_choose_gemm(&a, &l, &cost, given, &all,
                                             &short_tensor[0], &short_words[0]);
        cost.whole_is_least = true;
        ASSERT_EQ(tiling_choose_gemm(&a, &l, &cost, given, &some,
                                     &short_tensor[1], &short_words[1]),
                  fits);
        if (fits) {
            ASSERT_EQ(0, std::memcmp(&all, &some, sizeof(all))) << describe(l);
            found++;
        } else {
            ASSERT_EQ(short_words[0], short_words[1]);
        }
    }
    EXPECT_GT(found, 50);
}

std::vector<const dataflow *> all()
{
    std::vector<const dataflow *> list;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        list.push_back(dataflow_table[k]);
    return list;
}

std::string name_of(const testing::TestParamInfo<const dataflow *> &info)
{
    return info.param->name;
}

INSTANTIATE_TEST_SUITE_P(All, Choose, testing::ValuesIn(all()), name_of);

} // namespace
