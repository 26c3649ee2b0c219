/* network_document.c - a graph's operations in JSON: which ran where, and what
 * each came to.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/network_document.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sim/report/report_tree.h"
#include "sim/report/schema_nodes.h"

static json_t *op_coverage(const struct network_coverage *coverage)
{
    json_t *list = tree_array();
    for (int i = 0; i < coverage->n; i++) {
        const struct op_coverage *c = &coverage->row[i];
        json_t *o = tree_object();
        tree_put_text(o, "op", layer_op_name[c->op]);
        tree_put_text(o, "runs_on", node_place_name[c->place]);
        tree_put_count(o, "nodes", c->nodes);
        tree_put_count(o, "macs", c->macs);
        tree_put_count(o, "outputs", c->outputs);
        tree_put_count(o, "dram_words", c->dram_words);
        tree_append(list, o);
    }
    return list;
}

static json_t *residency_list(const struct residency *residency)
{
    json_t *list = tree_array();
    for (int i = 0; residency != NULL && i < residency->n; i++) {
        const struct resident_tensor *t = &residency->tensor[i];
        json_t *o = tree_object();
        tree_put_text(o, "tensor", t->name);
        tree_put_count(o, "bytes", t->bytes);
        tree_put(o, "stays", json_boolean(t->stays));
        if (t->why != NULL)
            tree_put_text(o, "why", t->why);
        tree_put_count(o, "free_bytes", t->free_bytes);
        if (t->stays) {
            tree_put_count(o, "words_without", t->words_without);
            tree_put_count(o, "words_with", t->words_with);
            tree_put_count(o, "saved_words", t->saved_words);
            tree_put(o, "fetched_again_words",
                     json_integer(t->fetched_again_words));
        }
        tree_append(list, o);
    }
    return list;
}

/* What caches on chip came to. */
static const struct {
    const char *name, *doc;
    size_t offset;
} cache_counts[] = {
    {"bytes", "of L2, in every node", offsetof(struct resident_cache, bytes)},
    {"words_without", "over DRAM, of all nodes, with caches there",
     offsetof(struct resident_cache, words_without)},
    {"words_with", "and with caches in L2",
     offsetof(struct resident_cache, words_with)},
    {"saved_words", "of caches and what is put behind them",
     offsetof(struct resident_cache, saved_words)},
    {"cycles_without", "of all nodes, of a model their bounds",
     offsetof(struct resident_cache, cycles_without)},
    {"cycles_with", "and with caches in L2",
     offsetof(struct resident_cache, cycles_with)},
};
enum { CACHE_COUNTS = sizeof(cache_counts) / sizeof(cache_counts[0]) };

static json_t *cache_object(const struct resident_cache *c)
{
    json_t *o = tree_object();
    tree_put(o, "tensors", json_integer(c->tensors));
    for (int k = 0; k < CACHE_COUNTS; k++) {
        uint64_t count;
        memcpy(&count, (const char *)c + cache_counts[k].offset, sizeof(count));
        tree_put_count(o, cache_counts[k].name, count);
    }
    tree_put(o, "fetched_again_words", json_integer(c->fetched_again_words));
    return o;
}

static json_t *cache_schema(void)
{
    json_t *o = schema_object("caches on chip");
    schema_put(o, "tensors", schema_whole(1, "caches, and what is new"), true);
    for (int k = 0; k < CACHE_COUNTS; k++)
        schema_put(o, cache_counts[k].name,
                   schema_whole(0, cache_counts[k].doc), true);
    schema_put(o, "fetched_again_words",
               schema_typed("integer", "of others, with smaller tiles"), true);
    return o;
}

/* What chains would move; in words, and MACs, of all images. */
static const struct {
    const char *name, *doc;
    size_t offset;
} fused_counts[] = {
    {"apart_words", "maps over DRAM, each node by itself",
     offsetof(struct fusion, apart_words)},
    {"merged_words", "with pools as outputs leave",
     offsetof(struct fusion, merged_words)},
    {"fused_words", "the first map and the last one",
     offsetof(struct fusion, fused_words)},
    {"kept_row_words", "on chip, of one image, above a tile",
     offsetof(struct fusion, kept_row_words)},
    {"kept_column_words", "on its left",
     offsetof(struct fusion, kept_column_words)},
    {"read_again_words", "of the first map, where nothing is kept",
     offsetof(struct fusion, read_again_words)},
    {"again_macs", "MACs that are then done again",
     offsetof(struct fusion, again_macs)},
};
enum { FUSED_COUNTS = sizeof(fused_counts) / sizeof(fused_counts[0]) };

/* What a chain came to as it ran: counts, and words that may be fewer than
 * before. */
static const struct {
    const char *name, *doc;
    size_t offset;
} outcome_counts[] =
    {
        {"kept_bytes", "of L2, for what tiles share",
         offsetof(struct fused_outcome, kept_bytes)},
        {"words_apart", "over DRAM, of all its nodes by themselves",
         offsetof(struct fused_outcome, words_apart)},
        {"words_fused", "and fused: less saved_words, and what comes again",
         offsetof(struct fused_outcome, words_fused)},
        {"saved_words", "of maps between its nodes",
         offsetof(struct fused_outcome, saved_words)},
        {"cycles_apart", "of all its nodes by themselves",
         offsetof(struct fused_outcome, cycles_apart)},
        {"cycles_fused", "one tile after the other",
         offsetof(struct fused_outcome, cycles_fused)},
},
  outcome_more[] = {
      {"first_again_words", "of the first map, more than apart",
       offsetof(struct fused_outcome, first_again_words)},
      {"filter_again_words", "of filters",
       offsetof(struct fused_outcome, filter_again_words)},
      {"last_again_words", "of the last map",
       offsetof(struct fused_outcome, last_again_words)},
};
enum {
    OUTCOME_COUNTS = sizeof(outcome_counts) / sizeof(outcome_counts[0]),
    OUTCOME_MORE = sizeof(outcome_more) / sizeof(outcome_more[0])
};

static json_t *fused_outcome(const struct fused_outcome *r)
{
    json_t *o = tree_object();
    tree_put(o, "filters_stay", json_boolean(r->filters_stay));
    if (r->why[0] != '\0')
        tree_put_text(o, "why", r->why);
    for (int k = 0; k < OUTCOME_COUNTS; k++) {
        uint64_t count;
        memcpy(&count, (const char *)r + outcome_counts[k].offset,
               sizeof(count));
        tree_put_count(o, outcome_counts[k].name, count);
    }
    for (int k = 0; k < OUTCOME_MORE; k++) {
        int64_t more;
        memcpy(&more, (const char *)r + outcome_more[k].offset, sizeof(more));
        tree_put(o, outcome_more[k].name, json_integer(more));
    }
    return o;
}

static json_t *fused_outcome_schema(void)
{
    json_t *o = schema_object("of 'accelsim run'");
    schema_put(o, "filters_stay",
               schema_typed("boolean", "in L2, from the first tile on"), true);
    schema_put(o, "why", schema_typed("string", "they do not"), false);
    for (int k = 0; k < OUTCOME_COUNTS; k++)
        schema_put(o, outcome_counts[k].name,
                   schema_whole(0, outcome_counts[k].doc), true);
    for (int k = 0; k < OUTCOME_MORE; k++)
        schema_put(o, outcome_more[k].name,
                   schema_typed("integer", outcome_more[k].doc), true);
    return o;
}

static json_t *fusion_list(const struct fuse_groups *fused)
{
    json_t *list = tree_array();
    for (int i = 0; fused != NULL && i < fused->n; i++) {
        const struct fuse_group *g = &fused->group[i];
        json_t *o = tree_object();
        tree_put_text(o, "first", g->first);
        tree_put_text(o, "last", g->last);
        tree_put(o, "nodes", json_integer(g->nodes));
        tree_put(o, "tile", json_integer(g->tile));
        tree_put_text(o, "halos", fuse_halos_name[g->halos]);
        if (g->has_run)
            tree_put(o, "run", fused_outcome(&g->outcome));
        for (int k = 0; k < FUSED_COUNTS; k++) {
            uint64_t count;
            memcpy(&count, (const char *)&g->found + fused_counts[k].offset,
                   sizeof(count));
            tree_put_count(o, fused_counts[k].name, count);
        }
        tree_append(list, o);
    }
    return list;
}

static json_t *value_list(const struct report_input *in)
{
    json_t *list = tree_array();
    for (int i = 0; i < in->n_values; i++) {
        const struct tensor_values *v = &in->values[i];
        json_t *o = tree_object();
        char digest[17];
        snprintf(digest, sizeof(digest), "%016" PRIx64, v->digest);
        tree_put_text(o, "tensor", v->name);
        tree_put(o, "bits", json_integer(v->bits));
        tree_put(o, "exponent", json_integer(v->exponent));
        tree_put_count(o, "words", v->words);
        tree_put_count(o, "zero_words", v->zero_words);
        tree_put_text(o, "digest", digest);
        tree_append(list, o);
    }
    return list;
}

void network_document(const struct report_input *in, json_t *document)
{
    if (in->coverage == NULL) {
        tree_put_text(document, "network", in->network);
        return;
    }
    json_t *o = tree_object();
    tree_put_text(o, "name", in->network);
    tree_put(o, "op_coverage", op_coverage(in->coverage));
    tree_put(o, "residency", residency_list(in->residency));
    if (in->residency != NULL && in->residency->cache.tensors > 0)
        tree_put(o, "cache", cache_object(&in->residency->cache));
    if (in->fused != NULL)
        tree_put(o, "fusion", fusion_list(in->fused));
    if (in->fused != NULL && in->fused->tried > 0)
        tree_put_count(o, "fusions_tried", in->fused->tried);
    if (in->values != NULL)
        tree_put(o, "values", value_list(in));
    tree_put(document, "network", o);
}

static json_t *op_coverage_schema(void)
{
    json_t *o = schema_object("the nodes of an operation");
    schema_put(o, "op", schema_one_of(layer_op_name, LAYER_OP_N, ""), true);
    schema_put(o, "runs_on",
               schema_one_of(node_place_name, PLACE_N, "where it is done"),
               true);
    schema_put(o, "nodes", schema_whole(1, ""), true);
    schema_put(o, "macs", schema_whole(0, ""), true);
    schema_put(o, "outputs", schema_whole(0, "words: of all images"), true);
    schema_put(o, "dram_words", schema_whole(0, "read and written"), true);
    return o;
}

static json_t *residency_schema(void)
{
    json_t *o = schema_object("a tensor between nodes");
    schema_put(o, "tensor", schema_typed("string", ""), true);
    schema_put(o, "bytes", schema_whole(0, "of all images"), true);
    schema_put(o, "stays", schema_typed("boolean", "in L2, never in DRAM"),
               true);
    schema_put(o, "why", schema_typed("string", "it does not"), false);
    schema_put(o, "free_bytes",
               schema_whole(0, "of L2 in its life, beside what stays already"),
               true);
    schema_put(o, "words_without",
               schema_whole(0, "over DRAM, of its life's nodes before"), false);
    schema_put(o, "words_with", schema_whole(0, "and with it"), false);
    schema_put(o, "saved_words", schema_whole(0, "its own"), false);
    schema_put(o, "fetched_again_words",
               schema_typed("integer", "of others, with smaller tiles"), false);
    return o;
}

static json_t *fusion_schema(void)
{
    json_t *o = schema_object("a chain that is fused");
    schema_put(o, "first", schema_typed("string", "node"), true);
    schema_put(o, "last", schema_typed("string", "node"), true);
    schema_put(o, "nodes", schema_whole(1, ""), true);
    schema_put(o, "tile", schema_whole(1, "rows, columns of its last output"),
               true);
    schema_put(o, "halos",
               schema_one_of(fuse_halos_name, 2, "what tiles share"), true);
    schema_put(o, "run", fused_outcome_schema(), false);
    for (int k = 0; k < FUSED_COUNTS; k++)
        schema_put(o, fused_counts[k].name,
                   schema_whole(0, fused_counts[k].doc), true);
    return o;
}

static json_t *value_schema(void)
{
    json_t *o = schema_object("a tensor's words (docs/values.md)");
    schema_put(o, "tensor", schema_typed("string", ""), true);
    schema_put(o, "bits", schema_whole(1, "of a word, with its sign"), true);
    schema_put(o, "exponent",
               schema_typed("integer", "a word stands for it times 2 to this"),
               true);
    schema_put(o, "words", schema_whole(1, "of all images"), true);
    schema_put(o, "zero_words", schema_whole(0, "of them"), true);
    schema_put(o, "digest",
               schema_typed("string", "tells the words of two tensors apart"),
               true);
    return o;
}

json_t *network_schema(void)
{
    json_t *o = tree_object(), *any = tree_array();
    json_t *graph = schema_object("where a graph ran");
    json_t *coverage = schema_typed("array", "");
    tree_put(coverage, "items", op_coverage_schema());
    schema_put(graph, "name", schema_typed("string", ""), true);
    json_t *residency = schema_typed("array", "with network.residency");
    tree_put(residency, "items", residency_schema());
    schema_put(graph, "residency", residency, true);
    schema_put(graph, "cache", cache_schema(), false);
    json_t *fusion = schema_typed("array", "with network.fuse");
    tree_put(fusion, "items", fusion_schema());
    schema_put(graph, "fusion", fusion, false);
    schema_put(graph, "fusions_tried",
               schema_whole(1, "chains and tiles that a search ran"), false);
    json_t *values = schema_typed("array", "of a run with --check");
    tree_put(values, "items", value_schema());
    schema_put(graph, "values", values, false);
    schema_put(graph, "op_coverage", coverage, true);
    tree_append(any, schema_typed("string", "its name"));
    tree_append(any, graph);
    tree_put(o, "anyOf", any);
    return o;
}
