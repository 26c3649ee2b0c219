/* l1_probes.c - signals of L1s and of the routers in front of them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/l1_probes.h"

#include <stdio.h>
#include <stdlib.h>

struct l1_probes {
    struct l1_path *path;    /* borrowed */
    struct l1_cycle *cycle;  /* owns; by cluster */
    int32_t *link[L1_LINES]; /* owns; words by router and output port */
};

static const char *const line_name[L1_LINES] = {"filter", "ifmap"};
static const char *const port_name[MESH_PORTS] = {"north", "south", "west",
                                                  "east", "local"};

/* Only L2, at the first router, puts flits into a local port. */
static bool has_input(const struct mesh *mesh, int node, enum mesh_port port)
{
    return port == MESH_LOCAL ? node == 0 : mesh_has_link(mesh, node, port);
}

static void add_router(struct probe_list *list, const struct mesh *mesh,
                       int line, int node)
{
    const int fifo = probe_bits(8, (uint64_t)mesh->cfg.buffer_flits);
    char router[PROBE_NAME_MAX], signal[PROBE_NAME_MAX];
    snprintf(router, sizeof(router), "%s_router_%d_%d", line_name[line],
             node / mesh->cfg.cols, node % mesh->cfg.cols);
    for (int port = 0; port < MESH_PORTS; port++) {
        snprintf(signal, sizeof(signal), "%s_fifo", port_name[port]);
        if (has_input(mesh, node, (enum mesh_port)port))
            probe_add(list, router, signal, fifo, NULL);
    }
    for (int way = 0; way < MESH_PORTS; way++) {
        snprintf(signal, sizeof(signal), "%s_words", port_name[way]);
        if (mesh_has_link(mesh, node, (enum mesh_port)way))
            probe_add(list, router, signal, 16, NULL);
    }
}

static void sample_router(const struct mesh *mesh, int node, struct probe **at)
{
    for (int port = 0; port < MESH_PORTS; port++)
        if (has_input(mesh, node, (enum mesh_port)port))
            (*at)++->value =
                (uint32_t)mesh_waiting(mesh, node, (enum mesh_port)port);
    for (int way = 0; way < MESH_PORTS; way++)
        if (mesh_has_link(mesh, node, (enum mesh_port)way))
            (*at)++->value =
                (uint32_t)mesh->link_words[node * MESH_PORTS + way];
}

static int banks_of(const struct l1_cfg *cfg)
{
    int banks = 0;
    for (int k = 0; k < L1_LINES; k++) {
        int end = cfg->line[k].first_bank + cfg->line[k].banks;
        banks = end > banks ? end : banks;
    }
    return banks;
}

/* The most rows that a bank holds, of both lines where they share it. */
static uint64_t most_rows(const struct l1_cfg *cfg, int bank)
{
    uint64_t rows = 0;
    for (int k = 0; k < L1_LINES; k++) {
        const struct l1_line_cfg *line = &cfg->line[k];
        if (bank >= line->first_bank && bank < line->first_bank + line->banks)
            rows += (uint64_t)(line->capacity_rows / line->banks) + 1;
    }
    return rows;
}

static void add_l1(struct probe_list *list, const struct l1 *l1,
                   const struct arch *arch, int cluster, int grid_cols)
{
    const int fifo = probe_bits(8, (uint64_t)l1->cfg.input_slots);
    char name[PROBE_NAME_MAX], bank[2 * PROBE_NAME_MAX];
    snprintf(name, sizeof(name), "l1_%d_%d", cluster / grid_cols,
             cluster % grid_cols);
    probe_add(list, name, "conflicts", 3, NULL);
    for (int k = 0; k < L1_LINES; k++) {
        static const char *const signal[] = {"fifo", "writes", "reads",
                                             "words"};
        const int words =
            probe_bits(16, (uint64_t)l1->cfg.line[k].slots_per_cycle *
                               (uint64_t)arch->network[k].words_per_slot);
        for (size_t s = 0; s < sizeof(signal) / sizeof(*signal); s++) {
            snprintf(bank, sizeof(bank), "%s_%s", line_name[k], signal[s]);
            probe_add(list, name, bank, s == 0 ? fifo : words, NULL);
        }
    }
    for (int b = 0; b < banks_of(&l1->cfg); b++) {
        snprintf(bank, sizeof(bank), "%s.bank_%d", name, b);
        probe_add(list, bank, "state", 2, bank_state_words);
        probe_add(list, bank, "rows", probe_bits(16, most_rows(&l1->cfg, b)),
                  NULL);
    }
}

static void sample_l1(const struct l1_probes *p, const struct l1 *l1,
                      int cluster, struct probe **at)
{
    const struct l1_cycle *cycle = &p->cycle[cluster];
    const struct l1_cluster *state = &l1->cluster[cluster];
    (*at)++->value = (uint32_t)cycle->counts.refusals;
    for (int k = 0; k < L1_LINES; k++) {
        (*at)++->value = (uint32_t)state->line[k].input_slots;
        (*at)++->value = (uint32_t)cycle->counts.writes[k];
        (*at)++->value = (uint32_t)cycle->counts.reads[k];
        (*at)++->value = (uint32_t)cycle->counts.sent[k];
    }
    for (int b = 0; b < banks_of(&l1->cfg); b++) {
        (*at)++->value = (uint32_t)((cycle->read_banks >> b & 1) +
                                    2 * (cycle->written_banks >> b & 1));
        (*at)++->value = (uint32_t)l1_bank_rows(l1, cluster, b);
    }
}

struct l1_probes *l1_probes_new(struct l1_path *path, const struct arch *arch,
                                struct probe_list *list)
{
    struct l1_probes *p = xcalloc(1, sizeof(*p));
    struct l1 *l1 = l1_path_l1(path);
    const int clusters = l1->cfg.clusters;
    p->path = path;
    p->cycle = xcalloc((size_t)clusters, sizeof(*p->cycle));
    l1_watch(l1, p->cycle);
    for (int k = 0; k < L1_LINES; k++) {
        struct mesh *mesh = l1_path_mesh(path, k);
        if (mesh == NULL)
            continue;
        p->link[k] =
            xcalloc((size_t)(mesh->nodes * MESH_PORTS), sizeof(*p->link[k]));
        mesh_watch(mesh, p->link[k]);
        for (int node = 0; node < mesh->nodes; node++)
            add_router(list, mesh, k, node);
    }
    for (int c = 0; c < clusters; c++)
        add_l1(list, l1, arch, c, l1_path_grid_cols(path));
    return p;
}

void l1_probes_free(struct l1_probes *p)
{
    if (p == NULL)
        return;
    l1_watch(l1_path_l1(p->path), NULL);
    for (int k = 0; k < L1_LINES; k++)
        if (l1_path_mesh(p->path, k) != NULL)
            mesh_watch(l1_path_mesh(p->path, k), NULL);
    for (int k = 0; k < L1_LINES; k++)
        free(p->link[k]);
    free(p->cycle);
    free(p);
}

void l1_probes_sample(const struct l1_probes *p, struct probe *at)
{
    const struct l1 *l1 = l1_path_l1(p->path);
    for (int k = 0; k < L1_LINES; k++) {
        const struct mesh *mesh = l1_path_mesh(p->path, k);
        for (int node = 0; mesh != NULL && node < mesh->nodes; node++)
            sample_router(mesh, node, &at);
    }
    for (int c = 0; c < l1->cfg.clusters; c++)
        sample_l1(p, l1, c, &at);
}
