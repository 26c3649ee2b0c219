// noting.cpp - writes down which blocks of the model each case of a test
// enters.
//
// It is linked into the test programs of `make mutate`.  Where MUTATE_SEEN
// names a file and the model was compiled with -fsanitize-coverage=trace-pc,
// each case leaves a line "case SECONDS NAME" there (its CPU time), followed by
// the addresses of the blocks that it entered, from the beginning of
// libmutant.so.  Each process of what is no gtest program leaves one case
// without a name, in a file of its own: MUTATE_SEEN, a dot and the process's
// number.
// SPDX-License-Identifier: MIT
#include <link.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace
{

constexpr size_t BYTES = size_t{1} << 24;
unsigned char seen[BYTES];
const char *base;

int find_model(struct dl_phdr_info *info, size_t, void *)
{
    if (std::strstr(info->dlpi_name, "libmutant") != nullptr)
        base = reinterpret_cast<const char *>(info->dlpi_addr);
    return 0;
}

class noter : public testing::EmptyTestEventListener
{
  public:
    noter() : path_(std::getenv("MUTATE_SEEN"))
    {
        dl_iterate_phdr(find_model, nullptr);
        testing::UnitTest::GetInstance()->listeners().Append(this);
    }

    void OnTestStart(const testing::TestInfo &) override
    {
        std::memset(seen, 0, sizeof(seen));
        began_ = std::clock();
    }

    void OnTestEnd(const testing::TestInfo &info) override
    {
        if (path_ != nullptr)
            leave(path_,
                  std::string(info.test_suite_name()) + "." + info.name());
        n_cases_++;
    }

    void OnTestProgramEnd(const testing::UnitTest &) override
    {
        n_cases_++;
    }

    void leave_process() const
    {
        if (path_ != nullptr && n_cases_ == 0)
            leave(std::string(path_) + "." + std::to_string(getpid()), "");
    }

  private:
    void leave(const std::string &path, const std::string &name) const
    {
        std::FILE *to = std::fopen(path.c_str(), "a");
        if (to == nullptr)
            return;
        std::fprintf(to, "case %.3f %s\n",
                     static_cast<double>(std::clock() - began_) /
                         CLOCKS_PER_SEC,
                     name.c_str());
        for (size_t i = 0; i < BYTES; i++)
            if (seen[i])
                std::fprintf(to, "0x%zx\n", i);
        std::fclose(to);
    }

    const char *path_;
    std::clock_t began_ = 0;
    int n_cases_ = 0;
};

// gtest owns it.
noter *const the_noter = new noter;

struct last_words {
    ~last_words()
    {
        the_noter->leave_process();
    }
} the_last_words;

} // namespace

// Called by each block of the model; the address is that of the call itself.
extern "C" void __sanitizer_cov_trace_pc()
{
    const size_t at = static_cast<size_t>(
        static_cast<const char *>(__builtin_return_address(0)) - base - 1);
    if (at < BYTES)
        seen[at] = 1;
}
