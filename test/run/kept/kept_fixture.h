// kept_fixture.h - random machines, layers and mappings whose tiles stay in L2.
// SPDX-License-Identifier: MIT
#ifndef TEST_RUN_KEPT_KEPT_FIXTURE_H
#define TEST_RUN_KEPT_KEPT_FIXTURE_H

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "dataflows/program.h"
#include "test/random_layer.h"

class Kept : public testing::TestWithParam<const dataflow *>
{
  protected:
    Kept() : d_(diag_new())
    {
    }
    ~Kept() override
    {
        diag_free(d_);
    }

    void give(const char *name, int value)
    {
        given_param &p = given_.param[given_.n++];
        std::snprintf(p.name, sizeof(p.name), "%s", name);
        p.value = value;
    }

    // A machine, a layer and a mapping of several tiles, with the choice of
    // what stays given last. False: there is none.
    bool draw(random_case &random)
    {
        const dataflow *flow = GetParam();
        a_ = random.machine();
        a_.l2_keeps_tiles = true;
        a_.l2_bytes = random.pick(0, 3) == 0 ? 32768 : 1 << 20;
        if (random.pick(0, 2) == 0)
            random.split_l2(&a_);
        if (flow->on_systolic && random.pick(0, 1) != 0) {
            a_.array_network = NETWORK_SYSTOLIC;
            a_.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
            random.add_shadow_words(&a_);
        }
        random.choose_for(flow->name, &a_);
        a_.pass_overlap = random.pick(0, 3) == 0 &&
                          a_.array_network == NETWORK_MULTICAST &&
                          a_.psum_reduce == PSUM_CHAIN;
        l_ = random.shape();
        l_.N = random.pick(1, 3);
        given_ = {};
        give("m", random.pick(1, l_.M / l_.G));
        give("n", random.pick(1, l_.N));
        give("e", random.pick(1, l_.P));
        if (std::strcmp(flow->name, "rs") != 0) {
            give("c", random.pick(1, l_.C / l_.G));
            give("f", random.pick(1, given_.param[0].value));
        }
        give("keep", random.pick(KEEP_IFMAP, KEEP_BOTH));
        return takes(&m_);
    }

    bool takes(mapping *m)
    {
        diag_clear(d_);
        return GetParam()->choose(&a_, &l_, &given_, m, d_);
    }

    int value(const mapping &m, const char *name)
    {
        return m.value[dataflow_param_index(GetParam(), name)];
    }

    void run(const mapping &m, bool memo, layer_result *r)
    {
        const layer_mapping mapping = layer_mapping_chosen(GetParam(), &m);
        simulate_options o = {};
        o.memo = memo;
        o.check = !memo;
        ASSERT_TRUE(simulate_layer(&a_, &l_, &mapping, &o, r, d_))
            << diag_text(d_, 0);
    }

    diag *d_;
    arch a_ = {};
    layer l_ = {};
    given_mapping given_ = {};
    mapping m_ = {};
};

inline std::string
kept_name_of(const testing::TestParamInfo<const dataflow *> &info)
{
    return info.param->name;
}

#endif
