/* chooser.h - the mappings under which a run's layers run: loop nests of a
 * mapping file, or what a dataflow makes of the parameters that were set by
 * hand or stand in the machine's table, and chooses itself where they leave it
 * free.  Simulations and closed forms are given what comes out.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_CHOOSER_H
#define SIM_CHOOSE_CHOOSER_H

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
};

struct chooser;

/* NULL after a message: the machine does not model what the mappings need, or
 * a parameter is none of the dataflow's. */
struct chooser *chooser_new(const struct chooser_input *in, struct diag *d);
void chooser_free(struct chooser *chooser);
/* A mapper of the input's layers, which it knows by address.  Errors: no legal
 * mapping (EXIT_NO_MAPPING), no nest in the file fits the layer. */
struct layer_mapper chooser_mapper(const struct chooser *chooser);

/* The mapping of a dataflow with these parameters.  Errors: none is legal
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
