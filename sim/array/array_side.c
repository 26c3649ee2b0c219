/* array_side.c - a machine and the functions of its kind.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/array_side.h"

#include <stdlib.h>

struct array_side {
    const struct array_kind *kind;
    void *self; /* owns, by the kind's destroy */
};

/* By the networks of the array. */
static const struct array_kind *const kind_of[] = {
    [NETWORK_MULTICAST] = &multicast_array,
    [NETWORK_SYSTOLIC] = &systolic_array,
};

static const struct array_kind *kind_on(enum network_type network,
                                        const struct arch *arch)
{
    return network == NETWORK_MULTICAST && arch->pass_overlap
               ? &overlap_array
               : kind_of[network];
}

const struct array_kind *array_kind_of(const struct arch *arch)
{
    return kind_on(arch->array_network, arch);
}

const struct array_kind *array_kind_of_nests(const struct arch *arch,
                                             const struct nest *nest)
{
    const bool keeps_tiles =
        arch->has_l1 && (nest == NULL || !nest->l1_is_line);
    if (arch_has_levels(arch) || keeps_tiles)
        return &levels_array;
    return arch->array_network == NETWORK_SYSTOLIC ? &systolic_array
                                                   : &nest_credit_array;
}

struct array_side *array_side_of(const struct array_kind *kind, void *self)
{
    struct array_side *side = xcalloc(1, sizeof(*side));
    side->kind = kind;
    side->self = self;
    return side;
}

struct array_side *array_side_new(const struct program *program,
                                  struct word_flow *flow)
{
    const struct array_kind *kind = kind_on(program->kind, &program->arch);
    return array_side_of(kind, kind->create(program, flow));
}

void array_side_free(struct array_side *side)
{
    if (side == NULL)
        return;
    side->kind->destroy(side->self);
    free(side);
}

void array_side_issue(struct array_side *side, const void *pass)
{
    side->kind->issue(side->self, pass);
}

bool array_side_is_done(const struct array_side *side)
{
    return side->kind->is_done(side->self);
}

bool array_side_flows(const struct array_side *side)
{
    return side->kind->flows == NULL || side->kind->flows(side->self);
}

void array_side_finish(struct array_side *side, struct pass_outcome *out)
{
    side->kind->finish(side->self, out);
}

void array_side_let_drain(struct array_side *side, uint64_t cycles)
{
    SIM_CHECK(side->kind->let_drain != NULL);
    side->kind->let_drain(side->self, cycles);
}

void array_side_put_draining(struct array_side *side, const void *left)
{
    SIM_CHECK(side->kind->put_draining != NULL);
    side->kind->put_draining(side->self, left);
}

void array_side_explain(const struct array_side *side, char *text,
                        size_t size_bytes)
{
    side->kind->explain(side->self, text, size_bytes);
}

const char *array_side_remedy(const struct array_side *side)
{
    return side->kind->remedy(side->self);
}

uint64_t array_side_step(struct array_side *side, uint64_t most_cycles)
{
    return side->kind->step(side->self, most_cycles);
}

void array_side_may_skip(struct array_side *side)
{
    if (side->kind->may_skip != NULL)
        side->kind->may_skip(side->self);
}

int array_side_blocks(struct array_side *side, enum block_grain grain,
                      struct block **blocks)
{
    return side->kind->blocks(side->self, grain, blocks);
}

bool array_side_moved(const struct array_side *side)
{
    return side->kind->moved(side->self);
}

struct probe *array_side_probes(struct array_side *side,
                                const struct probe_pes *pes, int *n)
{
    *n = 0;
    return side->kind->probes(side->self, pes, n);
}

void array_side_sample(struct array_side *side)
{
    side->kind->sample(side->self);
}
