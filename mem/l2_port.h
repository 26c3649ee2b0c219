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

/* Whether accesses of `words` words each at addresses a and b (in words) need
 * a bank in common. */
bool l2_port_conflict(int a, int b, int words, int row_words, int banks);

#ifdef __cplusplus
}
#endif

#endif
