// queue_oracle.h - psums on their way to a PE, or out of the array, in the
// array oracle. SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_QUEUE_ORACLE_H
#define TEST_ARRAY_QUEUE_ORACLE_H

#include <vector>

struct psum_queue {
    int visible = 0;
    std::vector<int> coming; // cycles to go, each
    int all() const
    {
        return visible + static_cast<int>(coming.size());
    }

    // A cycle has gone.
    void age()
    {
        for (int &c : coming)
            c--;
        while (!coming.empty() && coming.front() == 0) {
            coming.erase(coming.begin());
            visible++;
        }
    }
};

#endif
