/* waits.h - what waits of PEs are made of.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_WAITS_H
#define SIM_BASE_WAITS_H

#ifdef __cplusplus
extern "C" {
#endif

/* What wait_dram is made of, per tensor: what the DRAM moved in each of these
 * cycles, or, where it moved nothing, what the pass waited for.  name,
 * documentation */
#define LOAD_WAITS(X)                                                        \
    X(start, "before the layer's first transfer (layer.start_cycles)")       \
    X(first_load, "loads before the first pass, when nothing can hide them") \
    X(load, "loads that no pass hides, though L2 has room for two tiles")    \
    X(single_buffer, "loads that had to wait for the tensor's one place")
#define STORE_WAITS(X)                                                         \
    X(store, "psums that leave L2 between passes")                             \
    X(last_store, "psums that leave L2 after the last pass")                   \
    X(ramp, "no DRAM's: of each pass, before a word is in a PE and after the " \
            "last psum has left one, mostly psums on their way to L2")
#define DRAM_WAITS(X) LOAD_WAITS(X) STORE_WAITS(X)

#define DRAM_WAIT_ENUM(name, doc) DRAM_WAIT_##name,
enum dram_wait { DRAM_WAITS(DRAM_WAIT_ENUM) DRAM_WAIT_N };
#undef DRAM_WAIT_ENUM
extern const char *const dram_wait_name[DRAM_WAIT_N];
extern const char *const dram_wait_doc[DRAM_WAIT_N];

/* What the network that brings a tensor's words to the PEs, or takes them from
 * there, did in a cycle in which PEs waited for it.  name, documentation */
#define NETWORK_WAITS(X)                                                       \
    X(busy, "its network moved words of it, for these PEs or for others")      \
    X(blocked, "its network moved none: the PE whose turn it was had no "      \
               "room, or no word yet")                                         \
    X(port, "its network moved none: another had the port of the bank")        \
    X(order, "its network moved none: words of another tensor go first")       \
    X(latency, "its network moved none: its first word was on its way out "    \
               "of the level")                                                 \
    X(supply, "its network had none to move: the words were on their way "     \
              "from a level farther out")                                      \
    X(idle, "its network had nothing to move: the words were on their way or " \
            "with other PEs")

#define NETWORK_WAIT_ENUM(name, doc) NETWORK_WAIT_##name,
enum network_wait { NETWORK_WAITS(NETWORK_WAIT_ENUM) NETWORK_WAIT_N };
#undef NETWORK_WAIT_ENUM
extern const char *const network_wait_name[NETWORK_WAIT_N];
extern const char *const network_wait_doc[NETWORK_WAIT_N];

#ifdef __cplusplus
}
#endif

#endif
