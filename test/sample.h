// sample.h - how many cases a test draws: a sample in `make check`, ten times
// as many in `make check-long`, a quarter under the sanitizers.
// SPDX-License-Identifier: MIT
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include <cstdio>
#include <cstdlib>

// The form is a matter of the environment, so that a program that is built once
// runs in all of them; `test/program.py` reads the same variables.
inline bool sample_is(const char *form)
{
    const char *word = std::getenv(form);
    return word != nullptr && *word != '\0';
}

inline bool sample_is_long()
{
    return sample_is("ACCELSIM_TEST_LONG");
}

// The sanitizers look for wild reads and writes, not for wrong numbers, and are
// ten times slower.
inline bool sample_is_short()
{
    return !sample_is_long() && sample_is("ACCELSIM_TEST_SHORT");
}

// Returns the number of cases to try, and prints it with what the long form
// tries.  The sample is the beginning of the long form: a test draws its cases
// one after another from one seed.
inline int sample(int count, const char *what)
{
    const int whole = 10 * count;
    const int tried = sample_is_long()    ? whole
                      : sample_is_short() ? (count + 3) / 4
                                          : count;
    std::printf("sample: %d of %d %s\n", tried, whole, what);
    return tried;
}

#endif
