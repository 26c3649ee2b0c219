/* probe.h - signals of a machine, for waveforms.
 *
 * A probe is a name and a small number that holds for the last cycle; some
 * numbers have words to them.  Sampling changes nothing in the machine.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_PROBE_H
#define SIM_ARRAY_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { PROBE_NAME_MAX = 48 };

struct probe {
    char name[PROBE_NAME_MAX]; /* "pe_3_7.state" */
    int bits;
    const char *const *words; /* of value 0, 1, ..., NULL at the end; or NULL */
    uint32_t value;
};

/* What a PE did in a cycle. */
#define PE_STATES(X)                             \
    X(idle, "no work in this pass, or no pass")  \
    X(mac, "issued a MAC")                       \
    X(psum, "added or moved a psum")             \
    X(fill, "before its first MAC")              \
    X(drain, "after its last operation")         \
    X(wait_filter, "no filter word")             \
    X(wait_ifmap, "no ifmap word")               \
    X(wait_psum_in, "no psum from below or L2")  \
    X(wait_psum_out, "no room for a psum above") \
    X(skip, "found none but zeros left in a window")
#define PE_IS(name, doc) PE_IS_##name,
enum pe_state { PE_STATES(PE_IS) PE_STATE_N };
#undef PE_IS
extern const char *const pe_state_words[];

/* What a network did in a cycle. */
#define NETWORK_STATES(X)           \
    X(done, "nothing left to move") \
    X(latency, "L2 has been asked") \
    X(moves, "words moved")         \
    X(blocked, "a fifo was full, or a word not there; or not its turn")
#define NETWORK_IS(name, doc) NETWORK_IS_##name,
enum network_state { NETWORK_STATES(NETWORK_IS) NETWORK_STATE_N };
#undef NETWORK_IS
extern const char *const network_state_words[];

/* What a bank's ports did in a cycle. */
#define BANK_STATES(X)          \
    X(idle, "no port moved")    \
    X(read, "a row was read")   \
    X(write, "one was written") \
    X(both, "one of each")
extern const char *const bank_state_words[];

/* Probes in the making; the array moves as it grows. */
struct probe_list {
    struct probe *probe; /* owns */
    int n, room;
};
/* Bits of a signal of values up to `most`, and `least` at least, so that small
 * machines look alike. */
int probe_bits(int least, uint64_t most);
void probe_add(struct probe_list *list, const char *block, const char *signal,
               int bits, const char *const *words);

struct probe_pe { /* by its place on the array */
    int row, col;
};

/* Those whose insides are wanted. */
struct probe_pes {
    int n;
    const struct probe_pe *pe;
};
/* pes: NULL for all. */
bool probe_pe_is_wanted(const struct probe_pes *pes, int row, int col);

#ifdef __cplusplus
}
#endif

#endif
