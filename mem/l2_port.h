/* l2_port.h - banks of L2 that two streams want in the same cycle.
 *
 * A tile lies in `banks` banks, interleaved by rows of `row_words` words: row
 * k in bank k mod banks.  A bank with one port (1rw) serves one access a
 * cycle; tiles never share banks, so only the psums' read and write streams
 * can meet.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_L2_PORT_H
#define MEM_L2_PORT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Words at an address, both counted in words. */
struct l2_access {
    int address, words;
};

/* The number of rows of `then`, from the one of its address on, that come
 * before the first that lies in a bank of `first`; all `banks` when the two
 * need none in common. */
int l2_port_rows(struct l2_access first, struct l2_access then, int row_words,
                 int banks);

#ifdef __cplusplus
}
#endif

#endif
