/* choose.c - a mapping, or why there is none and what would be legal.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/choose.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "sim/base/text_stream.h"

/* So many values below (and then above) the one asked for are tried one by
 * one; further down the largest legal one is bisected. */
#define NEAR 64

static bool is_legal(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given)
{
    struct diag *unread = diag_new();
    struct mapping mapping;
    bool legal = dataflow->choose(arch, layer, given, &mapping, unread);
    diag_free(unread);
    return legal;
}

struct trial {
    const struct dataflow *dataflow;
    const struct arch *arch;
    const struct layer *layer;
    struct given_mapping given;
    int param;
};

static bool legal_with(struct trial *t, int value)
{
    t->given.param[t->param].value = value;
    return is_legal(t->dataflow, t->arch, t->layer, &t->given);
}

/* The largest value that the user may give the parameter on trial. */
static int largest_value(const struct trial *t)
{
    int i = dataflow_param_index(t->dataflow, t->given.param[t->param].name);
    SIM_CHECK(i >= 0);
    return t->dataflow->params[i].max;
}

/* The legal value nearest to the one asked for; 0: there is none. */
static int nearest_value(struct trial *t, int asked)
{
    int low = asked - 1;
    for (; low >= 1 && low >= asked - NEAR; low--)
        if (legal_with(t, low))
            return low;
    if (low >= 1 && legal_with(t, 1)) {
        int high = low; /* not legal, or not tried; 1 is */
        low = 1;
        while (high - low > 1) {
            int middle = low + (high - low) / 2;
            if (legal_with(t, middle))
                low = middle;
            else
                high = middle;
        }
        return low;
    }
    const int most = min_int(asked + NEAR, largest_value(t));
    for (int high = asked + 1; high <= most; high++)
        if (legal_with(t, high))
            return high;
    return 0;
}

int dataflow_nearest(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given,
                     struct given_param out[MAPPING_PARAMS_MAX])
{
    int n = 0;
    for (int k = 0; k < given->n; k++) {
        struct trial t = {dataflow, arch, layer, *given, k};
        int value = nearest_value(&t, given->param[k].value);
        if (value == 0)
            continue;
        out[n] = given->param[k];
        out[n++].value = value;
    }
    return n;
}

/* The sizes of the machine that a message may advise to enlarge. */
enum machine_key {
    KEY_RF_IFMAP,
    KEY_RF_FILTER,
    KEY_RF_PSUM,
    KEY_L2,
    KEY_L1, /* with an L1 only, as the next */
    KEY_L1_ROW,
    KEY_N
};
static const char *const key_name[KEY_N] = {
    "pe.rf.ifmap_words", "pe.rf.filter_words", "pe.rf.psum_words",
    "l2.bytes",          "l1.bytes",           "l1.bank_row_words"};
static const uint64_t key_most[KEY_N] = {ARCH_RF_WORDS_MAX, ARCH_RF_WORDS_MAX,
                                         ARCH_RF_WORDS_MAX, ARCH_BYTES_MAX,
                                         ARCH_BYTES_MAX,    ARCH_ROW_WORDS_MAX};

static uint64_t key_value(const struct arch *arch, enum machine_key key)
{
    switch (key) {
    case KEY_L2:
        return arch->l2_bytes;
    case KEY_L1:
        return arch->l1_bytes;
    case KEY_L1_ROW:
        return (uint64_t)arch->l1_bank_row_words;
    default:
        return (uint64_t)arch->rf_words[key];
    }
}

static struct arch enlarged(const struct arch *arch, enum machine_key key,
                            uint64_t value)
{
    struct arch a = *arch;
    if (key == KEY_L2)
        a.l2_bytes = value;
    else if (key == KEY_L1)
        a.l1_bytes = value;
    else if (key == KEY_L1_ROW)
        a.l1_bank_row_words = (int)value;
    else
        a.rf_words[key] = (int)value;
    return a;
}

/* The least value of a key with which there is a mapping; 0: none helps. */
static uint64_t least_of(const struct dataflow *dataflow,
                         const struct arch *arch, const struct layer *layer,
                         const struct given_mapping *given,
                         enum machine_key key)
{
    uint64_t low = key_value(arch, key), high = low;
    struct arch a;
    do {
        if (high >= key_most[key])
            return 0;
        high = high < key_most[key] / 2 ? high * 2 : key_most[key];
        a = enlarged(arch, key, high);
    } while (!is_legal(dataflow, &a, layer, given));
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        a = enlarged(arch, key, middle);
        if (is_legal(dataflow, &a, layer, given))
            high = middle;
        else
            low = middle;
    }
    return high;
}

/* The message up to what it advises, without its position. */
static char *reason(const struct diag *d)
{
    const char *text = diag_count(d) > 0 ? diag_text(d, 0) : "no mapping";
    const char *start = strstr(text, ": error: ");
    char *copy = xstrdup(start != NULL ? start + strlen(": error: ") : text);
    char *advice = NULL;
    for (char *at = copy; (at = strstr(at, "; ")) != NULL; at++)
        advice = at;
    if (advice != NULL)
        *advice = '\0';
    return copy;
}

static void write_advice(const struct dataflow *dataflow,
                         const struct arch *arch, const struct layer *layer,
                         const struct given_mapping *given, FILE *to)
{
    struct given_param near[MAPPING_PARAMS_MAX];
    const struct given_mapping none = {.n = 0};
    int found = 0, n = dataflow_nearest(dataflow, arch, layer, given, near);
    for (int k = 0; k < n; k++)
        fprintf(to, "%s'mapping.%s=%d'",
                found++ > 0 ? " or " : "the nearest legal is ", near[k].name,
                near[k].value);
    for (int k = 0; k < (arch->has_l1 ? KEY_N : (int)KEY_L1); k++) {
        /* A list of stores is changed in its file. */
        if (k == KEY_L2 && arch->n_l2_stores > 0)
            continue;
        uint64_t least =
            least_of(dataflow, arch, layer, given, (enum machine_key)k);
        if (least > 0)
            fprintf(to, "%s'%s=%llu'",
                    found++ > 0 ? " or " : "the nearest legal is ", key_name[k],
                    (unsigned long long)least);
    }
    if (found > 0)
        return;
    if (given->n > 1 && is_legal(dataflow, arch, layer, &none))
        fprintf(to, "no other value of one parameter is legal with the rest; "
                    "leave more of them out");
    else
        fprintf(to, "no larger register file or L2 helps; choose another "
                    "dataflow or array");
}

bool dataflow_choose(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given, struct mapping *out,
                     struct diag *d)
{
    struct diag *first = diag_new();
    if (dataflow->choose(arch, layer, given, out, first)) {
        diag_free(first);
        return true;
    }
    if (diag_status(first) != EXIT_NO_MAPPING) {
        diag_move(d, first);
        diag_free(first);
        return false;
    }
    char *why = reason(first), *advice = NULL;
    size_t size;
    FILE *to = text_stream(&advice, &size);
    struct src_pos at = {NULL, 0};
    write_advice(dataflow, arch, layer, given, to);
    SIM_CHECK(fclose(to) == 0);
    if (given->n > 0)
        at = given->param[given->n - 1].at;
    diag_fail(d, EXIT_NO_MAPPING, at, "%s; %s", why, advice);
    free(why);
    free(advice);
    diag_free(first);
    return false;
}
