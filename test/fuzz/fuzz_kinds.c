/* fuzz_kinds.c - calls each parser with a text.
 * SPDX-License-Identifier: MIT
 */
#include "test/fuzz/fuzz_kinds.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/base/config_text.h"
#include "sim/cli/options.h"
#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "sim/config/nest_limits_file.h"
#include "sim/energy/energy.h"
#include "sim/network/network_file.h"
#include "sim/pattern/mask_file.h"
#include "sim/serve/request.h"
#include "sim/sweep/evaluate.h"
#include "sim/sweep/plan.h"
#include "traces/access_file.h"

static const struct src_pos nowhere = {NULL, 0};

static void parse_text(const struct fuzz_input *in, struct diag *d)
{
    config_text_free(config_text_read(in->path, nowhere, d));
}

static void parse_arch(const struct fuzz_input *in, struct diag *d)
{
    config_free(config_load(in->path, NULL, 0, d));
}

static void parse_set(const struct fuzz_input *in, struct diag *d)
{
    const char *set[] = {in->text};
    config_free(config_load("eyeriss", set, 1, d));
}

static void parse_part(const struct fuzz_input *in, struct diag *d)
{
    char part[64];
    snprintf(part, sizeof(part), "dram.part=\"%s\"", in->path);
    const char *set[] = {"dram.model=\"part\"", part};
    config_free(config_load("eyeriss", set, 2, d));
}

static void parse_network(const struct fuzz_input *in, struct diag *d)
{
    struct network_file network;
    memset(&network, 0, sizeof(network));
    network_load(in->path, nowhere, &network, d);
    network_fini(&network);
}

static void parse_mask(const struct fuzz_input *in, struct diag *d)
{
    zero_mask_free(zero_mask_read(in->path, nowhere, d));
}

static void parse_energy(const struct fuzz_input *in, struct diag *d)
{
    energy_free(energy_load(in->path, nowhere, d));
}

static void parse_mapping(const struct fuzz_input *in, struct diag *d)
{
    struct config *cfg = config_load("conv1d_pes", NULL, 0, d);
    SIM_CHECK(cfg != NULL);
    config_use_mappings(cfg, in->path, nowhere, d);
    config_free(cfg);
}

static void parse_limits(const struct fuzz_input *in, struct diag *d)
{
    struct nest_limits limits;
    nest_limits_read(in->path, nowhere, &limits, d);
}

static void parse_accesses(const struct fuzz_input *in, struct diag *d)
{
    struct access_file accesses;
    access_file_read(in->path, &accesses, d);
}

static void parse_shape(const struct fuzz_input *in, struct diag *d)
{
    struct layer layer;
    layer_parse_shape(in->text, &layer, d);
}

static void parse_gemm(const struct fuzz_input *in, struct diag *d)
{
    struct layer layer;
    layer_parse_gemm(in->text, &layer, d);
}

static void parse_plan(const struct fuzz_input *in, struct diag *d)
{
    struct inputs *inputs = inputs_new();
    plan_free(plan_load(in->path, inputs, d));
    inputs_free(inputs);
}

static void parse_request(const struct fuzz_input *in, struct diag *d)
{
    request_free(request_read(in->text, in->bytes, d));
}

/* The command line, a word in each line of the text. */
static void parse_words(const struct fuzz_input *in, struct diag *d)
{
    enum { WORDS_MAX = 64 };
    char *copy = xstrdup(in->text), *rest = copy;
    char *word[WORDS_MAX + 1] = {(char[]){"accelsim"}};
    int n = 1;
    while (n < WORDS_MAX && rest != NULL)
        word[n++] = strsep(&rest, "\n");
    struct options options;
    options_parse(n, word, &options, d);
    options_fini(&options);
    free(copy);
}

/* As sweeps do with a limit for a point: the search of a layer of millions of
 * channels and filters may take longer, and ends then. */
static bool is_late(void *context)
{
    const clock_t *began = context;
    return clock() - *began > CLOCKS_PER_SEC;
}

/* Not read alone: a layer's counts are asked for, under a mapping that is
 * found for it. */
static void count(const char *cfg, const char *shape)
{
    struct workbench bench;
    struct point_result result;
    const struct point point = {.cfg = cfg, .shape = shape};
    workbench_init(&bench, 1 << 20);
    clock_t began = clock();
    const struct evaluation how = {
        .bench = &bench, .stop = is_late, .context = &began};
    evaluate(&how, &point, &result);
    point_result_fini(&result);
    workbench_fini(&bench);
}

static void count_on_machine(const struct fuzz_input *in, struct diag *d)
{
    (void)d;
    count(in->path, "M=6,C=4,H=9,W=8,R=3,S=2,stride=2");
}

static void count_layer(const struct fuzz_input *in, struct diag *d)
{
    static const char *const machine[] = {"eyeriss", "systolic", "gemmini",
                                          "dadiannao_like", "tpu_v1"};
    (void)d;
    count(machine[in->bytes % 5], in->text);
}

const struct fuzz_kind fuzz_kinds[] = {
    {"text", parse_text},       {"arch", parse_arch},
    {"set", parse_set},         {"part", parse_part},
    {"network", parse_network}, {"energy", parse_energy},
    {"mask", parse_mask},       {"mapping", parse_mapping},
    {"limits", parse_limits},   {"accesses", parse_accesses},
    {"shape", parse_shape},     {"gemm", parse_gemm},
    {"plan", parse_plan},       {"request", parse_request},
    {"words", parse_words},     {"model", count_on_machine},
    {"layer", count_layer},     {NULL, NULL},
};

const struct fuzz_kind *fuzz_kind_find(const char *name)
{
    for (const struct fuzz_kind *k = fuzz_kinds; k->name != NULL; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    return NULL;
}
