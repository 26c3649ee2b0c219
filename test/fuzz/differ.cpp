// differ.cpp - random layers on random machines under random mappings, each by
// all ways that must agree (`make fuzz DIFF=N`).
//
//   differ [COUNT [SEED [FIRST]]]       COUNT cases of SEED, from number FIRST
//
// A case is of one of four kinds: a shipped machine with some of its keys set
// at random; a random machine and a named dataflow, some parameters of which
// are asked for; a random machine and a random nest; random listed levels and
// a nest on them.  It runs with the pass memory, without, twice on three
// threads, with operands (--check: the outputs are those of a convolution) and,
// one in twenty, on the SystemC kernel where it is built; the closed form says
// what it counts.  Twice the bandwidth of DRAM under the same mapping must not
// take longer than monotone_test.cpp allows.  A case that ends the program, or
// takes more than twenty seconds of it, is named, too.
// SPDX-License-Identifier: MIT
#include <csignal>
#include <cstdlib>
#include <sys/time.h>
#include <unistd.h>

#include "dataflows/l1_shape.h"
#include "sim/base/counters.h"
#include "sim/run/run.h"
#include "sim/systemc/systemc.h"
#include "test/messages.h"
#include "test/random_run.h"
#include "test/sample.h"

namespace
{

enum { HANG_SECONDS = 20, SYSTEMC_EVERY = 20 };

// The case, for who must not allocate.
char now_at[64];
const char *now_is = "";

// --- the ways ----------------------------------------------------------------

// What differs between two runs, or "".
std::string difference(const layer_result &a, const layer_result &b)
{
    if (a.cycles != b.cycles)
        return std::to_string(b.cycles) + " cycles for " +
               std::to_string(a.cycles);
    if (a.array_cycles != b.array_cycles)
        return "array cycles";
    if (a.active_pes != b.active_pes || a.passes != b.passes)
        return "PEs or passes";
    if (std::memcmp(a.ledger_pe_cycles, b.ledger_pe_cycles,
                    sizeof(a.ledger_pe_cycles)) != 0)
        return "the ledger";
    if (std::memcmp(a.wait_dram_by, b.wait_dram_by, sizeof(a.wait_dram_by)) !=
        0)
        return "what is waited for at DRAM";
    if (std::memcmp(a.wait_by, b.wait_by, sizeof(a.wait_by)) != 0)
        return "what networks did while PEs waited";
    const counter *differs = counters_differ(&a.counts, &b.counts);
    return differs == nullptr ? "" : differs->path;
}

class Ways
{
  public:
    Ways(const random_run &c, const layer_runner *systemc)
        : c_(c), systemc_(systemc)
    {
    }

    // false: the machine does not run it, whatever the way.
    bool agree(uint64_t *runs)
    {
        simulate_options o = {};
        o.memo = true;
        Messages d;
        const bool ok = simulate_layer(&c_.a, &c_.l, &c_.mapping, &o, &r_, d);
        ran_ = 1;
        if (ok) {
            without_memory();
            on_threads();
            with_operands();
            by_closed_form();
            more_bandwidth();
        } else {
            simulate_options bare = {};
            layer_result r = {};
            Messages other;
            is_so(
                !simulate_layer(&c_.a, &c_.l, &c_.mapping, &bare, &r, other) &&
                    other.text() == d.text(),
                "without memory it runs, or says another thing: " + d.text());
        }
        if (ok && systemc_ != nullptr)
            on_systemc();
        *runs += ran_;
        return ok;
    }

    const std::string &wrong() const
    {
        return wrong_;
    }

  private:
    void is_so(bool what, const std::string &otherwise)
    {
        if (!what)
            wrong_ += "\n    " + otherwise;
    }

    void compare(bool ok, const layer_result &r, const char *way, Messages &d)
    {
        ran_++;
        const std::string differs =
            ok ? difference(r_, r) : "an error, " + d.text();
        is_so(differs == "", std::string(way) + ": " + differs);
    }

    void without_memory()
    {
        simulate_options o = {};
        layer_result r = {};
        Messages d;
        compare(simulate_layer(&c_.a, &c_.l, &c_.mapping, &o, &r, d), r,
                "no memory", d);
        is_so(ledger_total(r.ledger_pe_cycles) ==
                  uint64_t(arch_pes(&c_.a)) * r.cycles,
              "the ledger is not PEs x cycles");
    }

    static bool its_mapping(const void *context, const layer *,
                            const simulate_options *, layer_mapping *out,
                            diag *)
    {
        *out = static_cast<const random_run *>(context)->mapping;
        return true;
    }

    static bool is_same(const void *, const layer *, const layer *)
    {
        return false;
    }

    void on_threads()
    {
        const layer twice[2] = {c_.l, c_.l};
        const layer_mapper mapper = {&c_, its_mapping, is_same};
        layer_result r[2] = {};
        pass_memory_stats stats;
        run_input in = {};
        in.arch = &c_.a;
        in.layer = twice;
        in.n_layers = 2;
        in.mapper = &mapper;
        in.simulate.memo = true;
        in.jobs = 3;
        Messages d;
        const bool ok = run_layers(&in, r, &stats, d);
        compare(ok, r[0], "threads", d);
        compare(ok, r[1], "threads, again", d);
    }

    // With the sizes of compressed tiles that follow from operands, where a
    // machine compresses: then it is a run of its own.
    void with_operands()
    {
        simulate_options o = {};
        layer_result r = {};
        Messages d;
        o.check = true;
        const bool ok = simulate_layer(&c_.a, &c_.l, &c_.mapping, &o, &r, d);
        if (!ok && c_.a.precision_type[TENSOR_PSUM] != NUMBER_INT)
            return; // its sums would be rounded, which it says
        is_so(ok && r.check_outputs > 0 && r.check_mismatches == 0,
              "--check: " + std::to_string(r.check_mismatches) + " of " +
                  std::to_string(r.check_outputs) + " outputs, " + d.text());
        if (c_.a.compression == COMPRESSION_NONE)
            compare(ok, r, "--check", d);
    }

    void by_closed_form()
    {
        layer_result r = {};
        Messages d;
        ran_++;
        if (!model_layer(&c_.a, &c_.l, &c_.mapping, false, &r, d)) {
            is_so(false, "model: " + d.text());
            return;
        }
        if (layer_mapping_is_nest(&c_.mapping)) // which has no bursts
            r.counts.dram_bursts = r_.counts.dram_bursts;
        const counter *differs = counters_differ(&r_.counts, &r.counts);
        is_so(differs == nullptr,
              std::string("model: ") + (differs ? differs->path : ""));
        is_so(r.active_pes == r_.active_pes, "model: PEs");
        is_so(r.passes == r_.passes || layer_mapping_is_nest(&c_.mapping),
              "model: passes");
        for (int b = 0; b < BOUND_N; b++)
            is_so(r_.bounds_cycles[b] <= r_.cycles,
                  std::string("less than the bound of ") + bound_name[b]);
    }

    void more_bandwidth()
    {
        arch more = c_.a;
        more.dram_bytes_per_second *= 2;
        if (std::strcmp(more.dram_model, "bandwidth") != 0)
            return;
        simulate_options o = {};
        layer_result r = {};
        Messages d;
        o.memo = true;
        ran_++;
        const bool ok = simulate_layer(&more, &c_.l, &c_.mapping, &o, &r, d);
        is_so(ok && r.cycles <= r_.cycles + r_.cycles / 100 + 100,
              "twice the bandwidth: " + std::to_string(r.cycles) +
                  " cycles for " + std::to_string(r_.cycles) + d.text());
    }

    void on_systemc()
    {
        simulate_options o = {};
        layer_result r = {};
        Messages d;
        compare(run_apart(systemc_, &c_.a, &c_.l, &c_.mapping, &o, &r, d), r,
                "SystemC", d);
    }

    const random_run &c_;
    const layer_runner *systemc_; // or NULL
    layer_result r_ = {};
    uint64_t ran_ = 0;
    std::string wrong_;
};

void name_case(int signal_number)
{
    for (const char *text : {static_cast<const char *>(now_at), now_is, "\n"})
        if (write(2, text, std::strlen(text)) < 0)
            break;
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
}

} // namespace

int main(int argc, char **argv)
{
    const int count =
        argc > 1 ? std::atoi(argv[1]) : sample(150, "random runs");
    const unsigned seed = argc > 2 ? unsigned(std::atoi(argv[2])) : 1;
    const int first = argc > 3 ? std::atoi(argv[3]) : 0;
    systemc_options how = {};
    layer_runner systemc;
    Messages d;
    const bool has_systemc = systemc_load(&how, &systemc, d);
    if (!has_systemc)
        std::printf("# without SystemC: %s", d.text().c_str());
    uint64_t runs = 0, on_systemc = 0;
    int failed = 0, refused = 0;
    for (int s : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPROF})
        std::signal(s, name_case);
    for (int k = first; k < first + count; k++) {
        const itimerval limit = {{0, 0}, {HANG_SECONDS, 0}};
        setitimer(ITIMER_PROF, &limit, nullptr);
        std::snprintf(now_at, sizeof(now_at),
                      "differ: in case %d of seed %u: ", k, seed);
        random_run c;
        Messages said;
        now_is = "being drawn";
        if (!draw_run(seed * 1000003u + unsigned(k) * 8u, &c, said)) {
            refused++;
            continue;
        }
        now_is = c.text.c_str();
        const bool with_systemc = has_systemc && k % SYSTEMC_EVERY == 0;
        Ways ways(c, with_systemc ? &systemc : nullptr);
        refused += !ways.agree(&runs);
        on_systemc += with_systemc;
        if (ways.wrong() != "") {
            failed++;
            std::printf("not ok - case %d of seed %u: %s%s\n", k, seed,
                        c.text.c_str(), ways.wrong().c_str());
        }
    }
    std::printf("%s - %d cases of seed %u from %d, %llu runs, %llu cases on "
                "SystemC, %d refused by all\n",
                failed > 0 || refused == count ? "not ok" : "ok", count, seed,
                first, static_cast<unsigned long long>(runs),
                static_cast<unsigned long long>(on_systemc), refused);
    return failed > 0 || refused == count;
}
