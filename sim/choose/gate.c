/* gate.c - what a machine does not model is refused here, by name.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/gate.h"

#include <inttypes.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "sim/array/array_side.h"
#include "sim/pattern/pattern.h"

/* A line of a file has a number. */
static bool is_by_hand(const struct config *cfg, const char *key)
{
    return config_pos(cfg, key).line == 0;
}

static bool reads_what_is_set(const struct config *cfg,
                              const struct array_kind *kind, struct diag *d)
{
    const char *key[RESULT_KEYS_MAX];
    bool ok = true;
    int n = kind->not_modelled != NULL
                ? kind->not_modelled(config_arch(cfg), key)
                : 0;
    for (int i = 0; i < n; i++)
        if (is_by_hand(cfg, key[i]))
            ok = diag_error(d, config_pos(cfg, key[i]),
                            "'%s' has no effect under a loop nest; leave it "
                            "out, or choose a '--dataflow', which it steers",
                            key[i]);
    return ok;
}

/* A tree sums a whole column, whose ifmap words come to all columns. */
static bool has_no_trees(const struct config *cfg, const char *key,
                         struct diag *d)
{
    if (config_arch(cfg)->groups_parallel == 1 || !is_by_hand(cfg, key) ||
        config_arch(cfg)->psum_reduce == PSUM_CHAIN)
        return true;
    return diag_error(d, config_pos(cfg, key),
                      "'%s' has no effect behind adder trees, whose columns "
                      "work on one group; leave it out, or choose "
                      "'noc.psum_reduce' = 'chain'",
                      key);
}

/* A file's value steers those of the machine's dataflows that have groups side
 * by side. */
static bool has_groups_beside(const struct config *cfg,
                              const struct dataflow *dataflow, struct diag *d)
{
    static const char key[] = "array.groups_parallel";
    if (config_arch(cfg)->groups_parallel == 1 || !is_by_hand(cfg, key) ||
        dataflow == &nest_dataflow || dataflow_param_index(dataflow, "g") >= 0)
        return has_no_trees(cfg, key, d);
    return diag_error(d, config_pos(cfg, key),
                      "'%s' has no effect under '%s', whose passes have one "
                      "group of a layer; leave it out, or choose 'rs', 'ws', "
                      "'is' or 'os'",
                      key, dataflow->name);
}

/* Searches try tiles that stay where mappings have a parameter for it, and L2
 * knows which tiles it has. */
static bool tiles_may_stay(const struct config *cfg,
                           const struct dataflow *dataflow, struct diag *d)
{
    static const char key[] = "mapping.search_keeps";
    if (config_arch(cfg)->search_keeps == SEARCH_KEEPS_NONE ||
        !is_by_hand(cfg, key))
        return true;
    if (dataflow == &nest_dataflow)
        return diag_error(d, config_pos(cfg, key),
                          "'%s' has no effect under a loop nest; leave it "
                          "out, or choose a '--dataflow', which it steers",
                          key);
    if (dataflow_param_index(dataflow, "keep") < 0)
        return diag_error(d, config_pos(cfg, key),
                          "'%s' has no effect under '%s', whose mappings have "
                          "no 'keep'; leave it out",
                          key, dataflow->name);
    return config_arch(cfg)->l2_keeps_tiles ||
           diag_error(d, config_pos(cfg, key),
                      "'%s' has no effect, for 'l2.keeps_tiles' is 'false'; "
                      "leave it out, or take 'true'",
                      key);
}

/* L1s keep words of the operands that do not pass them by. */
static bool l1s_keep_some(const struct config *cfg, struct diag *d)
{
    static const char key[] = "l1.keeps_tiles";
    const struct arch *arch = config_arch(cfg);
    const bool yields =
        !is_by_hand(cfg, key) && (is_by_hand(cfg, "l1.filter_bypass") ||
                                  is_by_hand(cfg, "l1.ifmap_bypass"));
    return !arch->has_l1 || !arch->l1_keeps_tiles || yields ||
           !arch->l1_bypass[TENSOR_FILTER] || !arch->l1_bypass[TENSOR_IFMAP] ||
           diag_error(d, config_pos(cfg, key),
                      "'%s' has no effect, for filters and ifmaps pass the L1s "
                      "by; leave it out, or take 'l1.filter_bypass' or "
                      "'l1.ifmap_bypass' = false",
                      key);
}

/* Dataflows whose PEs have windows of words to look for zeros in. */
static bool has_windows(const struct dataflow *dataflow)
{
    static const char *const names[] = {"rs", "ws", "os", "is"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (strcmp(dataflow->name, names[i]) == 0)
            return true;
    return false;
}

enum { PAIRS_PIPELINE_MAX = 8 }; /* what pe/lanes.h has room for */

/* Whether PEs skip zeros where the architecture says so. */
static bool skips_are_modelled(const struct config *cfg,
                               const struct array_kind *kind,
                               const struct dataflow *dataflow, struct diag *d)
{
    static const char key[] = "pe.skips";
    const struct arch *arch = config_arch(cfg);
    const char *is = NULL, *right = NULL;
    if (!arch_skips_any(arch) && arch->multipliers > 1)
        return diag_error(d, config_pos(cfg, "pe.multipliers"),
                          "'pe.multipliers' = %d is for PEs that skip zeros; "
                          "it may be 1, or list operands in '%s'",
                          arch->multipliers, key);
    if (arch->multipliers > 1 && arch->pipeline_cycles > PAIRS_PIPELINE_MAX)
        return diag_error(d, config_pos(cfg, "pe.pipeline_cycles"),
                          "'pe.pipeline_cycles' is %d; with 'pe.multipliers' = "
                          "2 it may be 1 to %d",
                          arch->pipeline_cycles, PAIRS_PIPELINE_MAX);
    if (!arch_skips_any(arch))
        return arch->coding == CODING_NONE ||
               diag_error(d, config_pos(cfg, "noc.coding"),
                          "'noc.coding' has no effect where PEs skip no zeros; "
                          "leave it out, or list operands in '%s'",
                          key);
    if (dataflow == &nest_dataflow) {
        is = "loop nests";
        right = "a '--dataflow'";
    } else if (kind == &overlap_array) {
        is = "passes that overlap";
        right = "'pass.overlap' = false";
    } else if (kind != &multicast_array) {
        is = "this kind of array";
        right = "'array.network' = 'multicast'";
    } else if (arch->psum_reduce != PSUM_CHAIN) {
        is = "adder trees, whose rows go on together";
        right = "'noc.psum_reduce' = 'chain'";
    } else if (arch->psum_add != PSUM_ADD_OWN_CYCLE) {
        is = "psums that ride on a product, which may be skipped";
        right = "'pe.psum_add' = 'own_cycle'";
    } else if (arch->has_l1 && arch->l1_keeps_tiles) {
        is = "L1s that keep tiles, whose words all come";
        right = "'l1.keeps_tiles' = false";
    } else if (arch->zero_gating) {
        is = "a gate, which a product that is skipped does not need";
        right = "'pe.zero_gating' = false";
    } else if (!has_windows(dataflow)) {
        is = "this dataflow";
        right = "'rs', 'ws', 'is' or 'os'";
    }
    return is == NULL ||
           diag_error(d, config_pos(cfg, key),
                      "'%s' is not modelled with %s ('%s'); choose %s", key, is,
                      dataflow->name, right);
}

bool gate_lets_dataflow(const struct config *cfg,
                        const struct dataflow *dataflow,
                        const struct nest *nest, struct diag *d)
{
    const struct arch *arch = config_arch(cfg);
    const struct array_kind *kind = dataflow == &nest_dataflow
                                        ? array_kind_of_nests(arch, nest)
                                        : array_kind_of(arch);
    struct array_refusal no;
    if (!kind->honours(arch, dataflow->name, &no))
        return diag_error(d, config_pos(cfg, no.key), "%s", no.why);
    return has_groups_beside(cfg, dataflow, d) &&
           tiles_may_stay(cfg, dataflow, d) && l1s_keep_some(cfg, d) &&
           skips_are_modelled(cfg, kind, dataflow, d) &&
           reads_what_is_set(cfg, kind, d);
}

bool gate_lets_count(const struct config *cfg, const struct layer *layer,
                     const char *command, struct diag *d)
{
    const struct arch *arch = config_arch(cfg);
    if (!layer_is_mac(layer) || !pattern_steps(arch, layer))
        return true;
    if (!pattern_steers(arch, layer))
        return diag_error(d, config_pos(cfg, "pe.multipliers"),
                          "layer '%s' may make two products in a PE and cycle "
                          "('pe.multipliers'): no closed form has its cycles, "
                          "and 'accelsim %s' has nothing else; 'accelsim run' "
                          "steps them, or 'pe.multipliers' = 1 is right",
                          layer->name, command);
    return diag_error(d, config_pos(cfg, "pe.skips"),
                      "layer '%s' declares zeros that 'pe.skips' lets PEs "
                      "skip: no closed form has its cycles, and 'accelsim %s' "
                      "has nothing else; 'accelsim run' follows the pattern",
                      layer->name, command);
}

static uint64_t map_bytes(const struct arch *arch, enum tensor tensor,
                          const uint64_t extent[4])
{
    uint64_t words = 1;
    for (int k = 0; k < 4; k++)
        words = count_mul(words, extent[k]);
    return count_mul(words, (uint64_t)arch_map_bits(arch, tensor)) / 8;
}

/* Whether the machine takes the widths that a layer has of its own. */
static bool takes_widths(const struct config *cfg, const struct layer *layer,
                         struct diag *d)
{
    static const char *const name[] = {"ifmap_bits", "filter_bits", "psum_bits",
                                       "ofmap_bits"};
    static const char *const key[] = {
        "precision.ifmap_bits", "precision.filter_bits", "precision.psum_bits",
        "precision.psum_bits"};
    const struct arch *arch = config_arch(cfg);
    for (int k = 0; k < 4; k++) {
        const int bits = k < TENSOR_N ? layer->bits[k] : layer->ofmap_bits;
        const int own = k < TENSOR_N ? arch->precision_bits[k]
                                     : arch->precision_bits[TENSOR_PSUM];
        const bool is_own =
            bits == 0 ||
            (k == TENSOR_N ? bits == arch_ofmap_bits(arch) : bits == own);
        if (!is_own && !arch->per_layer_bits)
            return diag_error(d, config_pos(cfg, "precision.per_layer"),
                              "layer '%s' has words of its own ('%s' is %d); "
                              "a machine with 'precision.per_layer' = true "
                              "takes them",
                              layer->name, name[k], bits);
        if (!is_own && arch->precision_type[TENSOR_IFMAP] != NUMBER_INT)
            return diag_error(d, config_pos(cfg, "precision.per_layer"),
                              "layer '%s' has '%s' of %d on a machine of "
                              "floats, which have the widths of their formats; "
                              "layers without widths of their own are right",
                              layer->name, name[k], bits);
        if (!is_own && bits > own)
            return diag_error(d, config_pos(cfg, key[k]),
                              "layer '%s' has '%s' of %d; '%s' is %d, and "
                              "words of a layer may be as wide or narrower",
                              layer->name, name[k], bits, key[k], own);
    }
    return true;
}

bool gate_lets_layer(const struct config *cfg, const struct layer *layer,
                     struct diag *d)
{
    struct arch own;
    const struct arch *const arch = &own;
    arch_of_layer(config_arch(cfg), layer, &own);
    const bool stored = arch->padding == PADDING_STORED;
    const uint64_t ifmap[4] = {
        (uint64_t)layer->N, (uint64_t)layer->C,
        (uint64_t)(stored ? layer_padded_h(layer) : layer->H),
        (uint64_t)(stored ? layer_padded_w(layer) : layer->W)};
    const uint64_t ofmap[4] = {(uint64_t)layer->N, (uint64_t)layer->M,
                               (uint64_t)layer->P, (uint64_t)layer->Q};
    if (!takes_widths(cfg, layer, d))
        return false;
    if (arch->carries != CARRIES_FILTERS)
        return true;
    uint64_t in = map_bytes(arch, TENSOR_IFMAP, ifmap);
    uint64_t out = map_bytes(arch, TENSOR_PSUM, ofmap);
    const struct l2_store of_in = arch_l2_store(arch, TENSOR_IFMAP);
    const struct l2_store of_out = arch_l2_store(arch, TENSOR_PSUM);
    if (of_in.holds[TENSOR_PSUM] ? count_add(in, out) <= of_in.bytes
                                 : in <= of_in.bytes && out <= of_out.bytes)
        return true;
    if (arch->n_l2_stores > 0)
        return diag_error(
            d, config_pos(cfg, "dram.carries"),
            "layer '%s' has an ifmap of %" PRIu64
            " bytes and an ofmap of %" PRIu64
            ", which with 'dram.carries' = 'filters' stay in L2, whose stores "
            "'%s' and '%s' have %" PRIu64 " and %" PRIu64
            "; enlarge them, or have 'all' carried",
            layer->name, in, out, of_in.name, of_out.name, of_in.bytes,
            of_out.bytes);
    return diag_error(
        d, config_pos(cfg, "dram.carries"),
        "layer '%s' has an ifmap of %" PRIu64 " bytes and an ofmap of %" PRIu64
        ", which with 'dram.carries' = 'filters' stay in L2, and "
        "'l2.bytes' is %" PRIu64 "; enlarge it, or have 'all' carried",
        layer->name, in, out, arch->l2_bytes);
}
