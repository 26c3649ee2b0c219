/* waits.c - the names of what waits are made of, and the parts of one.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/waits.h"

#include "sim/base/result.h"

#define TABLE_NAME(name, doc) #name,
#define TABLE_DOC(name, doc) doc,

const char *const dram_wait_name[DRAM_WAIT_N] = {DRAM_WAITS(TABLE_NAME)};
const char *const dram_wait_doc[DRAM_WAIT_N] = {DRAM_WAITS(TABLE_DOC)};
const char *const network_wait_name[NETWORK_WAIT_N] = {
    NETWORK_WAITS(TABLE_NAME)};
const char *const network_wait_doc[NETWORK_WAIT_N] = {NETWORK_WAITS(TABLE_DOC)};

_Static_assert((int)LEDGER_wait_psum_out - (int)LEDGER_wait_filter ==
                       (int)NETWORK_PSUM_OUT &&
                   (int)NETWORK_WAIT_N <= WAIT_PARTS_MAX,
               "LEDGER_WAIT goes from a network to its cause");

static int add(struct wait_part *out, int n, const char *tensor,
               const char *name, const char *doc, uint64_t pe_cycles)
{
    if (pe_cycles == 0)
        return n;
    out[n] = (struct wait_part){tensor, name, doc, pe_cycles};
    return n + 1;
}

int wait_parts(const struct layer_result *r, enum ledger_cause cause,
               struct wait_part out[WAIT_PARTS_MAX])
{
    const int network = (int)cause - (int)LEDGER_wait_filter;
    int n = 0;
    for (int t = 0; cause == LEDGER_wait_dram && t < TENSOR_N; t++)
        for (int k = 0; k < DRAM_WAIT_N; k++)
            n = add(out, n, tensor_name[t], dram_wait_name[k], dram_wait_doc[k],
                    r->wait_dram_by[t][k]);
    if (network < 0 || network >= NETWORK_N)
        return n;
    for (int k = 0; k < NETWORK_WAIT_N; k++)
        n = add(out, n, "", network_wait_name[k], network_wait_doc[k],
                r->wait_by[network][k]);
    return n;
}

bool waits_add_up(const struct layer_result *r)
{
    bool add_up = true;
    for (int cause = LEDGER_wait_filter; cause <= (int)LEDGER_wait_dram;
         cause++) {
        struct wait_part part[WAIT_PARTS_MAX];
        const int n = wait_parts(r, (enum ledger_cause)cause, part);
        uint64_t sum = 0;
        for (int k = 0; k < n; k++)
            sum = count_add(sum, part[k].pe_cycles);
        add_up = add_up && sum == r->ledger_pe_cycles[cause];
    }
    return add_up;
}
