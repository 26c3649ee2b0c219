/* chooser.c - the mappings under which a run's layers run.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/chooser.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/nest/nest_text.h"
#include "sim/choose/gate.h"
#include "traces/access.h"

struct chooser {
    struct chooser_input in;
    struct asked_mapping *asked; /* owns; of each layer */
};

bool choose_mapping(const struct arch *arch, const struct layer *layer,
                    const struct dataflow *dataflow,
                    const struct given_mapping *given,
                    struct layer_mapping *out, struct diag *d)
{
    memset(out, 0, sizeof(*out));
    out->dataflow = dataflow;
    out->source = given->n == 0       ? "chosen"
                  : given->from_table ? "table"
                                      : "given";
    out->table_source = given->table_source;
    return dataflow_choose(dataflow, arch, layer, given, &out->mapping, d);
}

/* Whether psums that are not done stay on chip, where they must. */
static bool spills_are_allowed(const struct arch *arch,
                               const struct layer *layer,
                               const struct nest *nest,
                               const struct nest_where *where, struct diag *d)
{
    const struct l2_store store = arch_l2_store(arch, TENSOR_PSUM);
    struct counts counts;
    if (store.spills)
        return true;
    nest_expect(arch, layer, nest, &counts);
    if (counts.access[LEVEL_DRAM][TENSOR_PSUM].reads == 0)
        return true;
    return diag_fail(d, EXIT_NO_MAPPING, where->level[LEVEL_DRAM],
                     "layer '%s': the nest takes psums back from DRAM and "
                     "store '%s' has 'spills' = false; loops over c, r and s "
                     "of DRAM inside those over n, m, p and q would keep them",
                     layer->name, store.name);
}

bool choose_nest(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct nest_where *where,
                 struct layer_mapping *out, struct diag *d)
{
    static const struct nest_where nowhere;
    struct nest_verdict why;
    if (where == NULL)
        where = &nowhere;
    memset(out, 0, sizeof(*out));
    out->dataflow = &nest_dataflow;
    out->nest = *nest;
    out->source = "given";
    if (!access_words_have_names(layer))
        return diag_error(d, where->level[LEVEL_DRAM],
                          "layer '%s' has a dimension of %d (of an ifmap, "
                          "padded); nests take up to %d",
                          layer->name, access_extent(layer), ACCESS_EXTENT_MAX);
    if (!nest_is_legal(arch, layer, nest, &why))
        return nest_report(arch, layer, nest, &why, where, d);
    return spills_are_allowed(arch, layer, nest, where, d);
}

struct chooser *chooser_new(const struct chooser_input *in, struct diag *d)
{
    struct chooser *c = xcalloc(1, sizeof(*c));
    bool ok = true;
    c->in = *in;
    if (c->in.mapped == NULL)
        c->in.mapped = in->cfg;
    c->asked = xcalloc((size_t)in->n_layers + 1, sizeof(*c->asked));
    for (int i = 0; ok && i < in->n_layers; i++)
        ok = config_ask_mapping(c->in.mapped, in->network, &in->layer[i],
                                in->dataflow, &c->asked[i], d) &&
             gate_lets_dataflow(in->cfg,
                                c->asked[i].is_nest ? &nest_dataflow
                                                    : c->asked[i].dataflow,
                                d) &&
             gate_lets_layer(in->cfg, &in->layer[i], d);
    if (ok)
        return c;
    chooser_free(c);
    return NULL;
}

void chooser_free(struct chooser *c)
{
    if (c == NULL)
        return;
    free(c->asked);
    free(c);
}

static const struct asked_mapping *asked_of(const struct chooser *c,
                                            const struct layer *layer)
{
    const ptrdiff_t i = layer - c->in.layer;
    SIM_CHECK(i >= 0 && i < c->in.n_layers);
    return &c->asked[i];
}

static bool mapping_of(const void *context, const struct layer *layer,
                       struct layer_mapping *out, struct diag *d)
{
    const struct chooser *c = context;
    struct arch own;
    const struct arch *const arch = &own;
    arch_of_layer(config_arch(c->in.cfg), layer, &own);
    const struct asked_mapping *asked = asked_of(c, layer);
    if (asked->is_nest)
        return choose_nest(arch, layer, &asked->nest, &asked->where, out, d);
    return choose_mapping(arch, layer, asked->dataflow, &asked->given, out, d);
}

static bool is_same(const void *context, const struct layer *a,
                    const struct layer *b)
{
    const struct chooser *c = context;
    const struct asked_mapping *p = asked_of(c, a), *q = asked_of(c, b);
    const struct given_mapping *x = &p->given, *y = &q->given;
    bool same = p->dataflow == q->dataflow && x->n == y->n &&
                x->from_table == y->from_table &&
                memcmp(&p->nest, &q->nest, sizeof(p->nest)) == 0;
    for (int i = 0; same && i < x->n; i++)
        same = strcmp(x->param[i].name, y->param[i].name) == 0 &&
               x->param[i].value == y->param[i].value;
    return same;
}

struct layer_mapper chooser_mapper(const struct chooser *chooser)
{
    return (struct layer_mapper){chooser, mapping_of, is_same};
}
