/* chooser.h - the mappings under which a run's layers run.
 *
 * What a mapping file has, loop nests or a dataflow's parameters, is taken as
 * it is.  Else a policy decides (enum mapping_policy): the best of a few
 * candidates that were simulated, the row of the machine's table, or what the
 * dataflow's rules and estimate choose; each with the parameters that were set
 * by hand.  Simulations and closed forms are given what comes out.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_CHOOSER_H
#define SIM_CHOOSE_CHOOSER_H

#include "sim/choose/trial.h"
#include "sim/config/config.h"
#include "sim/run/layer_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

struct chooser_input { /* all borrowed */
    const struct config *cfg;
    /* Whose parameters and table hold; mostly the same, and NULL then. */
    const struct config *mapped;
    const char *network; /* the name that mapping tables know it by, or "" */
    /* NULL: as the mapping file in use says of each layer. */
    const struct dataflow *dataflow;
    const struct layer *layer; /* all that mappings are asked for */
    int n_layers;
    enum mapping_policy policy; /* POLICY_OWN: the machine's */
    /* For candidates: whether any may be simulated, else the best by estimate
     * is taken; what they cost, NULL: nothing; what is to be least. */
    bool simulates;
    const struct energy_table *energy;
    enum search_objective objective;
    double (*now_seconds)(
        void);     /* to say how long it took; NULL: nobody asks */
    bool is_quiet; /* says nothing of published mappings that are left aside */
};

/* All that a layer's mapping follows from, beside the machine; two layers with
 * the same bytes get the same one. */
struct choice_key {
    struct layer layer; /* without its name */
    const struct dataflow *dataflow;
    enum mapping_policy policy;
    enum search_objective objective;   /* where mappings are compared */
    const struct energy_table *energy; /* the same */
    int value[3][MAPPING_PARAMS_MAX];  /* given, by hand, published */
    unsigned given[3];                 /* a bit for each of these */
    bool from_table;
    const char *table_source;
    struct nest nest;
};

struct chooser;

/* NULL after a message: the machine does not model what the mappings need, or
 * a parameter is none of the dataflow's. */
struct chooser *chooser_new(const struct chooser_input *in, struct diag *d);
void chooser_free(struct chooser *chooser);
/* A mapper of the input's layers, which it knows by address.  Errors: no legal
 * mapping (EXIT_NO_MAPPING), no nest in the file fits the layer. */
struct layer_mapper chooser_mapper(const struct chooser *chooser);

/* The policy by which a layer's mapping comes about: POLICY_OWN, it is given;
 * else POLICY_OWN and POLICY_TABLE resolved to what the layer has. */
enum mapping_policy chooser_policy(const struct chooser *chooser,
                                   const struct layer *layer);
/* The same of all layers in a word: "given"; "table" where any has a row; or
 * the policy's name. */
const char *chooser_source(const struct chooser *chooser);
/* All bytes of *out are set. */
void chooser_key(const struct chooser *chooser, const struct layer *layer,
                 struct choice_key *out);
/* What choosing has taken so far. */
struct choose_stats chooser_stats(struct chooser *chooser);

/* The mapping of a dataflow with these parameters, by its rules and estimate.
  Errors: none is legal
 * (EXIT_NO_MAPPING). */
bool choose_mapping(const struct arch *arch, const struct layer *layer,
                    const struct dataflow *dataflow,
                    const struct given_mapping *given,
                    struct layer_mapping *out, struct diag *d);
/* A nest as a mapping; where: NULL, or where it was read.  Errors: it is not
 * legal (EXIT_NO_MAPPING), or the layer is larger than nests may be. */
bool choose_nest(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct nest_where *where,
                 struct layer_mapping *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
