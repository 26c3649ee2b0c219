/* inputs.c - reads the files that points name, and keeps what was read.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/inputs.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/config/layer_text.h"
#include "sim/sweep/kept.h"

/* How many are kept beside those in use. */
enum { CONFIGS_KEPT = 64, TABLES_KEPT = 64, LAYERS_KEPT = 2048 };

struct inputs {
    pthread_mutex_t lock; /* of everything, and of reading files */
    struct kept *configs, *tables, *layers;
};

static void free_config(void *item)
{
    config_free(item);
}

static void free_table(void *item)
{
    energy_free(item);
}

static void free_layers(void *item)
{
    struct sweep_layers *l = item;
    workload_free(l->given);
    free(l->network_layer);
    for (int k = 0; k < 2; k++) {
        workload_free(l->cut[k]);
        free(l->parts[k]);
    }
    network_fini(&l->network);
    free(l);
}

struct inputs *inputs_new(void)
{
    struct inputs *in = xcalloc(1, sizeof(*in));
    pthread_mutexattr_t again;
    pthread_mutexattr_init(&again);
    pthread_mutexattr_settype(&again, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&in->lock, &again);
    pthread_mutexattr_destroy(&again);
    in->configs = kept_new(CONFIGS_KEPT, free_config);
    in->tables = kept_new(TABLES_KEPT, free_table);
    in->layers = kept_new(LAYERS_KEPT, free_layers);
    return in;
}

void inputs_free(struct inputs *in)
{
    kept_free(in->configs);
    kept_free(in->tables);
    kept_free(in->layers);
    pthread_mutex_destroy(&in->lock);
    free(in);
}

void inputs_hold(struct inputs *in)
{
    pthread_mutex_lock(&in->lock);
}

void inputs_release(struct inputs *in)
{
    pthread_mutex_unlock(&in->lock);
}

static const struct src_pos command_line = {NULL, 0};

/* Moves messages, and those that name the command line name `at`. */
static void relay(struct diag *to, struct diag *from, struct src_pos at)
{
    static const char begin[] = "accelsim: error: ";
    for (int i = 0; i < diag_count(from); i++) {
        const char *text = diag_text(from, i);
        if (at.file != NULL && strncmp(text, begin, sizeof(begin) - 1) == 0)
            diag_fail(to, diag_status(from), at, "%s",
                      text + sizeof(begin) - 1);
        else
            diag_relay(to, diag_status(from), text);
    }
}

const struct config *inputs_config(struct inputs *in, const char *name,
                                   struct src_pos at, struct diag *d)
{
    inputs_hold(in);
    struct config *cfg = kept_take(in->configs, name, strlen(name) + 1);
    if (cfg == NULL) {
        struct diag *why = diag_new();
        cfg = config_load(name, NULL, 0, why);
        if (cfg != NULL)
            kept_add(in->configs, name, strlen(name) + 1, cfg);
        relay(d, why, at);
        diag_free(why);
    }
    inputs_release(in);
    return cfg;
}

const struct energy_table *inputs_energy(struct inputs *in, const char *name,
                                         struct src_pos at, struct diag *d)
{
    inputs_hold(in);
    struct energy_table *table = kept_take(in->tables, name, strlen(name) + 1);
    if (table == NULL) {
        table = energy_load(name, at, d);
        if (table != NULL)
            kept_add(in->tables, name, strlen(name) + 1, table);
    }
    inputs_release(in);
    return table;
}

/* Tables of mappings are about all layers of a network. */
static void keep_all(struct sweep_layers *l)
{
    const struct workload *w = l->network.workload;
    const size_t n = (size_t)w->n_layers;
    l->n_network_layers = w->n_layers;
    l->network_layer = xcalloc(n, sizeof(*l->network_layer));
    memcpy(l->network_layer, w->layer, n * sizeof(*l->network_layer));
}

/* Reads what runs, as `accelsim run` does with options of these names. */
static bool read_layers(struct sweep_layers *l, const struct point *p,
                        const struct arch *arch, struct diag *d)
{
    struct layer layer;
    int batch = p->batch;
    if (p->shape != NULL || p->gemm != NULL) {
        if (!(p->shape != NULL ? layer_parse_shape(p->shape, &layer, d)
                               : layer_parse_gemm(p->gemm, &layer, d)))
            return false;
        l->network.workload = workload_of_layer(&layer);
    } else {
        const char *net = p->net != NULL ? p->net : arch->default_network;
        if (p->net != NULL && net[0] == '\0')
            return diag_error(d, command_line,
                              "'net' is empty; the name of a network is "
                              "needed");
        if (net[0] == '\0')
            return diag_error(d, command_line,
                              "'net' is missing and '%s' has no "
                              "'default.network'; a network, 'shape' or "
                              "'gemm' is needed",
                              arch->name);
        if (!network_load(net, command_line, &l->network, d))
            return false;
        snprintf(l->table_network, sizeof(l->table_network), "%s",
                 l->network.workload->name);
        keep_all(l);
        if (p->layer != NULL && !network_select(&l->network, p->layer, d))
            return false;
        if (batch == 0)
            batch = l->network.workload->own_batch;
        if (batch == 0)
            batch = arch->default_batch;
    }
    if (batch != 0 && !network_set_batch(&l->network, batch, command_line, d))
        return false;
    l->given = l->network.workload;
    l->network.workload = NULL;
    for (int k = 0; k < 2; k++)
        l->cut[k] = workload_cut_transposed(l->given, k, &l->parts[k]);
    return true;
}

/* All that the layers depend on; to be freed. */
static char *key_of(const struct point *p, const struct arch *arch,
                    size_t *bytes)
{
    const char *const part[] = {p->net, p->layer, p->shape, p->gemm,
                                p->net == NULL ? arch->default_network : ""};
    char *key = NULL;
    FILE *to = text_stream(&key, bytes);
    fprintf(to, "%d %d", p->batch, arch->default_batch);
    for (int i = 0; i < 5; i++)
        fprintf(to, "%c%s", part[i] != NULL ? '\1' : '\2',
                part[i] != NULL ? part[i] : "");
    SIM_CHECK(fclose(to) == 0);
    return key;
}

const struct sweep_layers *inputs_layers(struct inputs *in,
                                         const struct point *point,
                                         const struct arch *arch,
                                         struct src_pos at, struct diag *d)
{
    size_t bytes;
    char *key = key_of(point, arch, &bytes);
    inputs_hold(in);
    struct sweep_layers *layers = kept_take(in->layers, key, bytes);
    if (layers == NULL) {
        struct diag *why = diag_new();
        layers = xcalloc(1, sizeof(*layers));
        if (read_layers(layers, point, arch, why)) {
            kept_add(in->layers, key, bytes, layers);
        } else {
            free_layers(layers);
            layers = NULL;
        }
        relay(d, why, at);
        diag_free(why);
    }
    inputs_release(in);
    free(key);
    return layers;
}

static void give_back(struct inputs *in, struct kept *kept, const void *item)
{
    inputs_hold(in);
    kept_give_back(kept, item);
    inputs_release(in);
}

void inputs_give_back_config(struct inputs *in, const struct config *cfg)
{
    give_back(in, in->configs, cfg);
}

void inputs_give_back_energy(struct inputs *in,
                             const struct energy_table *table)
{
    give_back(in, in->tables, table);
}

void inputs_give_back_layers(struct inputs *in,
                             const struct sweep_layers *layers)
{
    give_back(in, in->layers, layers);
}
