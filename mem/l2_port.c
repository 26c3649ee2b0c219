/* l2_port.c - banks of L2 that two streams want in the same cycle.
 * SPDX-License-Identifier: MIT
 */
#include "mem/l2_port.h"

/* The number of rows that `words` words from address a on touch. */
static int rows_touched(int a, int words, int row_words)
{
    return (a % row_words + words + row_words - 1) / row_words;
}

bool l2_port_conflict(int a, int b, int words, int row_words, int banks)
{
    int a_rows = rows_touched(a, words, row_words);
    int b_rows = rows_touched(b, words, row_words);
    int apart = ((b / row_words - a / row_words) % banks + banks) % banks;
    return apart < a_rows || banks - apart < b_rows;
}
