// dram_test.cpp - off-chip memory: presets, the exact sums of `bandwidth`, the
// crossing from the part's clock to the core's, the relative state.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "mem/dram.h"
#include "test/mem/dram_oracle.h"
#include "test/mem/dram_requests.h"
#include "test/mem/each_part.h"
#include "test/mem/part_relative.h"
#include "test/sample.h"

namespace
{

__extension__ typedef unsigned __int128 wide;

INSTANTIATE_TEST_SUITE_P(Preset, EachPart, testing::ValuesIn(all_parts()),
                         name_of);

class Dram
{
  public:
    explicit Dram(const dram_cfg &cfg) : dram_(dram_new(&cfg))
    {
    }
    Dram(const Dram &) = delete;
    Dram &operator=(const Dram &) = delete;
    ~Dram()
    {
        dram_free(dram_);
    }
    uint64_t read(uint64_t bytes, uint64_t start)
    {
        return serve({run_of_bytes(0, bytes)}, start);
    }
    uint64_t serve(const std::vector<dram_request> &list, uint64_t start)
    {
        return dram_serve_list(dram_, list.data(),
                               static_cast<int>(list.size()), start);
    }
    uint64_t relative(uint64_t now) const
    {
        uint64_t state[2];
        dram_relative_state(dram_, now, state);
        EXPECT_EQ(0u, state[1]);
        return state[0];
    }
    struct dram *get() const
    {
        return dram_;
    }

  private:
    struct dram *dram_;
};

// ---- presets ----

// The rows of the published table by the part's name, each by column.
std::map<std::string, std::map<std::string, std::string>> published()
{
    std::ifstream in(ACCELSIM_SRCDIR "/mem/dram_timings.csv");
    std::map<std::string, std::map<std::string, std::string>> rows;
    std::vector<std::string> columns;
    std::string line, field;
    while (std::getline(in, line)) {
        std::vector<std::string> fields;
        std::istringstream split(line);
        while (std::getline(split, field, ','))
            fields.push_back(field);
        if (columns.empty())
            columns = fields;
        else // a comma in the last column, the note, does no harm
            for (size_t k = 0; k < columns.size() && k < fields.size(); k++)
                rows[fields[0]][columns[k]] = fields[k];
    }
    return rows;
}

TEST_P(EachPart, HasTheParametersOfItsRowInThePublishedTable)
{
    auto rows = published();
    ASSERT_EQ(rows.size(), 10u);
    ASSERT_EQ(rows.count(part.part), 1u);
    auto row = rows[part.part];
    const std::map<std::string, int> expected = {
        {"CL", part.CL},
        {"CWL", part.CWL},
        {"tRCD", part.tRCD},
        {"tRP", part.tRP},
        {"tRAS", part.tRAS},
        {"tRC", part.tRC},
        {"tRFC", part.tRFC},
        {"tREFI", part.tREFI},
        {"tCCD_S", part.tCCD_S},
        {"tCCD_L", part.tCCD_L},
        {"tRRD_S", part.tRRD_S},
        {"tRRD_L", part.tRRD_L},
        {"tFAW", part.tFAW},
        {"tWR", part.tWR},
        {"tWTR_S", part.tWTR_S},
        {"tWTR_L", part.tWTR_L},
        {"tRTP", part.tRTP},
        {"BL", part.BL},
        {"bankgroups", part.bankgroups},
        {"banks_per_group", part.banks_per_group},
        {"rows", part.rows},
        {"columns", part.columns},
        {"bus_width", 8 * part.bus_bytes},
    };
    for (const auto &field : expected) {
        ASSERT_EQ(row.count(field.first), 1u) << field.first;
        EXPECT_EQ(std::stoi(row[field.first]), field.second) << field.first;
    }
    // Two transfers in a clock.
    EXPECT_EQ(std::stoull(row["data_rate_MTs"]) * 500000, part.clock_hz);
    EXPECT_EQ(part.BL, 2 * part.clocks_per_burst);
    EXPECT_EQ(std::stoi(row["bus_width"]),
              part.devices * std::stoi(row["device_width"]));
    const std::map<std::string, double> currents = {
        {"VDD", part.currents.volts},   {"IDD0", part.currents.IDD0},
        {"IDD2N", part.currents.IDD2N}, {"IDD3N", part.currents.IDD3N},
        {"IDD4R", part.currents.IDD4R}, {"IDD4W", part.currents.IDD4W},
        {"IDD5AB", part.currents.IDD5},
    };
    for (const auto &field : currents)
        EXPECT_EQ(std::stod(row[field.first]), field.second) << field.first;
    std::string source = part.source;
    EXPECT_NE(source.find(row["tool"]), std::string::npos);
    EXPECT_NE(source.find(row["commit"].substr(0, 8)), std::string::npos);
}

TEST(DramPresets, AreTheFourPartsInThisOrder)
{
    std::vector<std::string> names;
    for (const dram_part &part : all_parts())
        names.push_back(part.name);
    EXPECT_EQ(names, (std::vector<std::string>{"ddr3_1600", "ddr4_2400",
                                               "lpddr4_2400", "hbm2"}));
}

TEST(DramPresets, AreFoundWhateverTheCaseAndTheDash)
{
    const std::map<std::string, std::string> names = {
        {"ddr3_1600", "ddr3_1600"},     {"DDR3-1600", "ddr3_1600"},
        {"Ddr4-2400", "ddr4_2400"},     {"lpddr4", "lpddr4_2400"},
        {"LPDDR4-2400", "lpddr4_2400"}, {"HBM2", "hbm2"},
        {"hbm2_2000", "hbm2"},          {"HBM2-2000", "hbm2"},
    };
    for (const auto &name : names) {
        const dram_part *part = dram_part_find(name.first.c_str());
        ASSERT_NE(part, nullptr) << name.first;
        EXPECT_EQ(part->name, name.second);
    }
    for (const char *name : {"", "ddr3", "ddr3_16000", "ddr3 1600", "hbm",
                             "ideal", "bandwidth", "lpddr4_"})
        EXPECT_EQ(dram_part_find(name), nullptr) << name;
}

// ---- ideal ----

TEST(DramIdeal, ARequestIsServedInTheCycleInWhichItStarts)
{
    dram_cfg cfg = {};
    cfg.kind = DRAM_IDEAL;
    cfg.core_hz = 200000000;
    Dram dram(cfg);
    std::mt19937_64 engine(1);
    uint64_t bytes = 0, cycle = 0;
    const int requests = sample(5000, "random requests");
    for (int k = 0; k < requests; k++) {
        uint64_t n = engine() % 100000;
        cycle += engine() % 3;
        bytes += n;
        EXPECT_EQ(dram.read(n, cycle), cycle);
    }
    EXPECT_EQ(dram_free_cycle(dram.get()), 0u);
    EXPECT_EQ(dram_counts(dram.get())->read_bytes, bytes);
    EXPECT_EQ(dram_counts(dram.get())->requests, uint64_t(requests));
    EXPECT_EQ(dram_counts(dram.get())->bursts, 0u);
    EXPECT_EQ(dram_min_cycles(&cfg, 12345), 0u);
    EXPECT_EQ(dram.relative(cycle), 0u);
}

// ---- bandwidth ----

dram_cfg bandwidth(uint64_t core_hz, uint64_t bytes_per_second,
                   uint64_t latency)
{
    dram_cfg cfg = {};
    cfg.kind = DRAM_BANDWIDTH;
    cfg.core_hz = core_hz;
    cfg.bytes_per_second = bytes_per_second;
    cfg.latency_cycles = latency;
    return cfg;
}

uint64_t divide_up(wide a, wide b)
{
    return static_cast<uint64_t>((a + b - 1) / b);
}

struct rate {
    uint64_t core_hz, bytes_per_second;
};
const rate rates[] = {
    {200000000, 480000000}, {1000000000, 25600000000}, {700000000, 34100000001},
    {199999991, 999999937}, {1000000007, 3},           {1, 1000000000000},
    {333333333, 333333333},
};

// Sums of bytes / rate over thousands of transfers, back to back and with
// gaps, against fractions of 128 bits: the link's time in 1 / bytes_per_second
// cycles.
TEST(DramBandwidth, ManyTransfersAddUpExactly)
{
    for (const rate &r : rates) {
        const uint64_t latency = 17;
        Dram dram(bandwidth(r.core_hz, r.bytes_per_second, latency));
        std::mt19937_64 engine(r.core_hz);
        wide link = 0;
        uint64_t cycle = 0;
        for (int k = 0, end = sample(20000, "random transfers"); k < end; k++) {
            uint64_t bytes = 1 + engine() % 5000;
            if (engine() % 4 == 0)
                cycle = divide_up(link, r.bytes_per_second) + engine() % 50;
            if (link < wide(cycle) * r.bytes_per_second)
                link = wide(cycle) * r.bytes_per_second;
            link += wide(bytes) * r.core_hz;
            uint64_t free = divide_up(link, r.bytes_per_second);
            ASSERT_EQ(dram.read(bytes, cycle), free + latency);
            ASSERT_EQ(dram_free_cycle(dram.get()), free);
        }
    }
}

TEST(DramBandwidth, AMillionWordsDriftByNothing)
{
    // 12 / 5 bytes per cycle: a word of 2 bytes takes 5 / 6 of a cycle.
    Dram dram(bandwidth(200000000, 480000000, 0));
    for (uint64_t k = 1; k <= 1000000; k++)
        ASSERT_EQ(dram.read(2, 0), (5 * k + 5) / 6);
    EXPECT_EQ(dram_free_cycle(dram.get()), 833334u);
}

TEST(DramBandwidth, TheLatencyIsPipelined)
{
    Dram dram(bandwidth(100, 400, 30)); // 4 bytes a cycle
    EXPECT_EQ(dram.read(40, 5), 5u + 10 + 30);
    EXPECT_EQ(dram_free_cycle(dram.get()), 15u);
    EXPECT_EQ(dram.read(40, 0), 5u + 20 + 30);
    EXPECT_EQ(dram.read(4, 100), 100u + 1 + 30);
}

TEST(DramBandwidth, AListTakesAsLongAsItsRequestsOneByOne)
{
    Dram one(bandwidth(7, 3, 2)), list(bandwidth(7, 3, 2));
    std::vector<dram_request> requests;
    uint64_t done = 0;
    for (uint64_t k = 1; k < 40; k++) {
        requests.push_back(run_of_bytes(0, k, k % 2 == 0));
        done = one.serve({requests.back()}, 4);
    }
    EXPECT_EQ(list.serve(requests, 4), done);
    EXPECT_EQ(dram_counts(list.get())->write_bytes,
              dram_counts(one.get())->write_bytes);
}

TEST(DramBandwidth, TimesFarAwayAreExact)
{
    const uint64_t far = uint64_t(1) << 60;
    Dram dram(bandwidth(1000000007, 999999937, 0));
    EXPECT_EQ(dram.read(999999937, far), far + 1000000007);
}

TEST(DramBandwidth, NoBytesTakeNoTime)
{
    Dram dram(bandwidth(100, 100, 30));
    EXPECT_EQ(dram.read(0, 12), 12u);
    EXPECT_EQ(dram.serve({}, 13), 13u);
    EXPECT_EQ(dram_free_cycle(dram.get()), 0u);
}

TEST(DramBandwidth, TheBoundIsTheTimeOfOneTransfer)
{
    for (const rate &r : rates) {
        dram_cfg cfg = bandwidth(r.core_hz, r.bytes_per_second, 0);
        for (uint64_t bytes : {1, 2, 63, 64, 1000003})
            EXPECT_EQ(dram_min_cycles(&cfg, bytes), Dram(cfg).read(bytes, 0));
    }
}

// Two links whose past differs, and whose relative state does not, go on
// alike; one with another phase does not look alike.
TEST(DramBandwidth, TheRelativeStateIsAllThatMatters)
{
    Dram a(bandwidth(5, 12, 3)), b(bandwidth(5, 12, 3)), c(bandwidth(5, 12, 3));
    a.read(100, 0); // 41 2/3 cycles
    b.read(55, 100);
    b.read(45, 0); // the same from cycle 100 on
    c.read(101, 0);
    EXPECT_EQ(a.relative(40), b.relative(140));
    EXPECT_NE(a.relative(40), c.relative(40));
    EXPECT_EQ(a.relative(50), b.relative(777)); // idle both
    for (uint64_t k = 1; k < 20; k++)
        EXPECT_EQ(a.read(k, 40) + 100, b.read(k, 140));
}

// ---- a part, seen from the core ----

uint64_t scale_up(uint64_t a, uint64_t b, uint64_t c)
{
    return divide_up(wide(a) * b, c);
}

// The same calls in the part's own clock, each from the first clock that is
// not before the core's cycle; its ends are seen in the first cycle that is
// not before them.
TEST_P(EachPart, IsSeenInTheFirstCoreCycleNotBeforeItsClock)
{
    for (uint64_t core_hz :
         {200000000u, 1u, 700000000u, 799999999u, 1200000001u, 3000000000u}) {
        dram_cfg own = part_cfg(part), cfg = own;
        cfg.core_hz = core_hz;
        Dram in_clocks(own), in_cycles(cfg);
        random_requests random(part, 7);
        uint64_t cycle = 0;
        for (int k = 0; k < 200; k++) {
            auto list = random.list(5000);
            uint64_t clock = scale_up(cycle, part.clock_hz, core_hz);
            uint64_t end = in_clocks.serve(list, clock);
            uint64_t bytes = 0;
            for (const dram_request &r : list)
                bytes += dram_request_bytes(&r);
            uint64_t seen = in_cycles.serve(list, cycle);
            ASSERT_EQ(seen, bytes == 0 ? cycle
                                       : scale_up(end, core_hz, part.clock_hz));
            ASSERT_EQ(dram_free_cycle(in_cycles.get()),
                      scale_up(dram_free_cycle(in_clocks.get()), core_hz,
                               part.clock_hz));
            cycle = std::max(cycle, dram_free_cycle(in_cycles.get())) +
                    scale_up(random.pause(), core_hz, part.clock_hz);
        }
        EXPECT_EQ(dram_counts(in_cycles.get())->bursts,
                  dram_counts(in_clocks.get())->bursts);
    }
}

TEST_P(EachPart, BoundsTheTimeOfAStreamFromBelowAndClosely)
{
    dram_cfg cfg = part_cfg(part);
    cfg.core_hz = 200000000;
    for (uint64_t bytes :
         {uint64_t{1}, uint64_t{4097}, uint64_t{70001}, uint64_t{4000001}}) {
        uint64_t bound = dram_min_cycles(&cfg, bytes);
        uint64_t cycles = Dram(cfg).read(bytes, 0);
        EXPECT_LE(bound, cycles) << bytes;
        if (bytes > 1000000) {
            EXPECT_GE(bound * 105, cycles * 100);
        }
    }
    EXPECT_EQ(dram_burst_bytes(&cfg), part.BL * part.bus_bytes);
}

TEST_P(EachPart, NoBytesTakeNoTime)
{
    Dram dram(part_cfg(part));
    EXPECT_EQ(dram.read(0, 77), 77u);
    EXPECT_EQ(dram.serve({}, 78), 78u);
    EXPECT_EQ(dram_free_cycle(dram.get()), 0u);
}

// A part and the same some refreshes later, with the same calls since the last
// one, look alike and go on alike.
TEST_P(EachPart, TheRelativeStateIsAllThatMatters)
{
    const uint64_t period = static_cast<uint64_t>(part.tREFI);
    const uint64_t begin = period + 600, shift = 6 * period;
    for (unsigned seed = 0, end = sample(20, "seeds of requests"); seed < end;
         seed++) {
        dram_controller a, b, c;
        for (dram_controller *one : {&a, &b, &c})
            dram_controller_init(one, &part);
        random_requests random(part, seed);
        auto first = random.list(3000), then = random.list(8000);
        uint64_t past = serve_list(&b, {run_of_bytes(1000000, 5000)}, 700);
        ASSERT_LT(past, begin + shift);
        uint64_t now = serve_list(&a, first, begin);
        ASSERT_EQ(serve_list(&b, first, begin + shift), now + shift);
        EXPECT_EQ(relative_state(a, now), relative_state(b, now + shift));
        serve_list(&c, {run_of_bytes(5000000, 1)}, begin);
        EXPECT_NE(relative_state(a, now), relative_state(c, now));
        EXPECT_EQ(serve_list(&a, then, now) + shift,
                  serve_list(&b, then, now + shift));
    }
}

} // namespace
