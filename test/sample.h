// sample.h - how many cases a test draws: a sample in `make check`, ten times
// as many in `make check-long`.
// SPDX-License-Identifier: MIT
#ifndef TEST_SAMPLE_H
#define TEST_SAMPLE_H

#include <cstdio>
#include <cstdlib>

// The long form is a matter of the environment, so that a program that is
// built once runs in both forms; `test/program.py` reads the same variable.
inline bool sample_is_long()
{
    const char *word = std::getenv("ACCELSIM_TEST_LONG");
    return word != nullptr && *word != '\0';
}

// Returns the number of cases to try, and prints it with what the long form
// tries.  The sample is the beginning of the long form: a test draws its cases
// one after another from one seed.
inline int sample(int count, const char *what)
{
    const int whole = 10 * count;
    const int tried = sample_is_long() ? whole : count;
    std::printf("sample: %d of %d %s\n", tried, whole, what);
    return tried;
}

#endif
