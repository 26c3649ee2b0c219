/* l2_port.c - banks of L2 that two streams want in the same cycle.
 * SPDX-License-Identifier: MIT
 */
#include "mem/l2_port.h"

/* The number of rows that an access touches. */
static int rows_touched(struct l2_access a, int row_words)
{
    return (a.address % row_words + a.words + row_words - 1) / row_words;
}

int l2_port_rows(struct l2_access first, struct l2_access then, int row_words,
                 int banks)
{
    if (first.words == 0 || then.words == 0)
        return banks;
    int ahead = first.address / row_words - then.address / row_words;
    ahead = (ahead % banks + banks) % banks;
    if (ahead == 0 || banks - ahead < rows_touched(first, row_words))
        return 0;
    return ahead < rows_touched(then, row_words) ? ahead : banks;
}
