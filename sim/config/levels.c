/* levels.c - reads the list 'levels' of an architecture's file. Tables have the
 * keys of a level and of its network; all that is wrong with a level is
 * reported, each key at its own line.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/levels.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "sim/base/whole_number.h"
#include "sim/config/help_line.h"
#include "sim/config/l2_stores.h"

enum { LEVELS_MAX = LEVEL_N, FANOUT_MAX = 1024, MACS_MAX = 1 << 20 };

static const struct number_key {
    const char *name;
    size_t offset;
    int most, left_out;
    const char *unit, *doc;
    bool of_network;
} number_keys[] = {
    {"rows", offsetof(struct level_arch, rows), FANOUT_MAX, 1, "children",
     "of an instance, one above the other: instances of the next level, or of "
     "the last one its MACs",
     false},
    {"cols", offsetof(struct level_arch, cols), FANOUT_MAX, 1, "children",
     "the same side by side", false},
    {"words_per_slot", offsetof(struct level_arch, words_per_slot), 256, 1,
     "words", "of `network`: words side by side, whatever their destinations",
     true},
    {"slots_per_cycle", offsetof(struct level_arch, slots_per_cycle), 1024, 1,
     "slots", "of `network`: so many words are sent so often in a cycle", true},
    {"hop_um", offsetof(struct level_arch, hop_um), 100000, 0, "um",
     "of `network`: length of a hop, for its energy; 0: array.pitch_um, or "
     "where the children are MACs, none",
     true},
};
enum { NUMBER_KEYS = sizeof(number_keys) / sizeof(number_keys[0]) };

static const struct {
    const char *name, *values, *left_out, *doc;
} other_keys[] = {
    {"name", "1 to 31 letters, digits or '_'", "required",
     "how mapping files and reports call the level"},
    {"stores", "a list of stores", "required",
     "its memories in each instance, each for some tensors; a tensor without "
     "one bypasses the level. The first level, DRAM, has none"},
    {"network", "a group", "multicast",
     "from an instance to its children: kind, reduce, words_per_slot, "
     "slots_per_cycle, hop_um"},
    {"kind", "\"multicast\", \"point_to_point\" or \"mesh\"", "multicast",
     "of `network`: a word is read once for all children that want it in a "
     "step, or for each of them; on a mesh of at most 64 routers, one a child, "
     "once, and ifmaps and filters take a cycle a hop"},
    {"reduce", "\"chain\", \"tree\" or \"none\"", "chain",
     "of `network`: how psums of children that share a reduction become one "
     "word; with none, no reduction is split over them"},
};
enum { OTHER_KEYS = sizeof(other_keys) / sizeof(other_keys[0]) };

static bool unknown_key(const struct setting *s, const char *of, struct diag *d)
{
    static const char *const known[] = {
        "rows",   "cols", "words_per_slot", "slots_per_cycle", "name", "hop_um",
        "stores", "kind", "network",        "reduce",          NULL};
    return setting_unknown_key(s, known, of, d);
}

static bool put_number(const struct number_key *key, int64_t value,
                       struct src_pos at, struct level_arch *out,
                       struct diag *d)
{
    if (value < key->left_out || value > key->most)
        return diag_error(d, at,
                          "'%s' of a level is %" PRId64 "; it may be %d to %d "
                          "%s",
                          key->name, value, key->left_out, key->most,
                          key->unit);
    memcpy((char *)out + key->offset, &(int){(int)value}, sizeof(int));
    return true;
}

static bool read_number(const struct setting *s, const struct number_key *key,
                        struct level_arch *out, struct diag *d)
{
    long long value;
    if (setting_type(s) == SETTING_FLOAT || !setting_whole_number(s, &value))
        return diag_error(d, setting_pos(s),
                          "'%s' of a level is %s; a whole number is needed",
                          key->name, setting_kind(s));
    return put_number(key, value, setting_pos(s), out, d);
}

static bool read_choice(const struct setting *s, const char *const name[],
                        int n, const char *values, int *out, struct diag *d)
{
    const char *text = setting_string(s);
    int k = 0;
    while (k < n && (text == NULL || strcmp(text, name[k]) != 0))
        k++;
    if (k == n)
        return diag_error(
            d, setting_pos(s), "'%s' of a level's network is %s; it may be %s",
            setting_name(s), text != NULL ? text : setting_kind(s), values);
    *out = k;
    return true;
}

/* A key that is a whole number; NULL: none of that name. */
static const struct number_key *number_key_of(const char *name, bool of_network)
{
    for (int k = 0; k < NUMBER_KEYS; k++)
        if (strcmp(name, number_keys[k].name) == 0 &&
            number_keys[k].of_network == of_network)
            return &number_keys[k];
    return NULL;
}

static bool read_network_key(const struct setting *s, struct level_arch *out,
                             struct diag *d)
{
    const struct number_key *number = number_key_of(setting_name(s), true);
    const char *name = setting_name(s);
    int choice = 0;
    if (number != NULL)
        return read_number(s, number, out, d);
    if (strcmp(name, "kind") == 0) {
        if (!read_choice(s, level_network_name, LEVEL_NETWORK_KINDS,
                         "'multicast', 'point_to_point' or 'mesh' (systolic "
                         "neighbours are not modelled inside listed levels)",
                         &choice, d))
            return false;
        out->network = (enum level_network_kind)choice;
        return true;
    }
    if (strcmp(name, "reduce") != 0)
        return unknown_key(s, " of a level's network", d);
    if (!read_choice(s, level_reduce_name, LEVEL_REDUCES,
                     "'chain', 'tree' or 'none'", &choice, d))
        return false;
    out->reduce = (enum level_reduce)choice;
    return true;
}

static bool read_network(const struct setting *s, struct level_arch *out,
                         struct diag *d)
{
    bool ok = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "'network' of a level is %s; a group { kind = "
                          "\"multicast\"; ... } is needed",
                          setting_kind(s));
    for (int i = 0; i < setting_length(s); i++)
        ok = read_network_key(setting_item(s, i), out, d) && ok;
    return ok;
}

static bool read_stores(const struct setting *s, struct level_arch *out,
                        struct diag *d)
{
    const int n = setting_is_list(s) ? setting_length(s) : 0;
    bool ok = true;
    if (n < 1 || n > TENSOR_N)
        return diag_error(d, setting_pos(s),
                          "'stores' of a level is %s; a list ( { ... }, ... ) "
                          "of 1 to %d stores is needed",
                          setting_is_list(s) ? "not of that length"
                                             : setting_kind(s),
                          TENSOR_N);
    for (int k = 0; k < n; k++)
        ok = l2_store_read(setting_item(s, k), true, &out->store[k], d) && ok;
    out->n_stores = n;
    for (int t = 0; ok && t < TENSOR_N; t++) {
        int holders = 0;
        for (int k = 0; k < n; k++)
            holders += out->store[k].holds[t];
        if (holders > 1)
            ok = diag_error(d, setting_pos(s),
                            "%d stores of a level hold '%s'; one may", holders,
                            tensor_name[t]);
    }
    return ok;
}

static bool read_name(const struct setting *s, struct level_arch *out,
                      struct diag *d)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    static const char *const taken[] = {"layer", "network", "dataflow"};
    const char *text = setting_string(s);
    if (text == NULL || text[0] == '\0' || strlen(text) >= sizeof(out->name) ||
        strspn(text, letters) != strlen(text) || strchr("0123456789_", text[0]))
        return diag_error(d, setting_pos(s),
                          "'name' of a level is '%s'; 1 to %zu letters, digits "
                          "and '_' are needed, a letter first",
                          text == NULL ? setting_kind(s) : text,
                          sizeof(out->name) - 1);
    for (int k = 0; k < 3; k++)
        if (strcmp(text, taken[k]) == 0)
            return diag_error(d, setting_pos(s),
                              "'%s' is a key of mapping files; another name "
                              "for the level is needed",
                              text);
    memcpy(out->name, text, strlen(text) + 1);
    return true;
}

static bool read_key(const struct setting *s, struct level_arch *out,
                     struct diag *d)
{
    const struct number_key *number = number_key_of(setting_name(s), false);
    const char *name = setting_name(s);
    if (number != NULL)
        return read_number(s, number, out, d);
    if (strcmp(name, "name") == 0)
        return read_name(s, out, d);
    if (strcmp(name, "stores") == 0)
        return read_stores(s, out, d);
    if (strcmp(name, "network") == 0)
        return read_network(s, out, d);
    return unknown_key(s, " of a level", d);
}

static bool read_level(const struct setting *s, bool is_dram,
                       struct level_arch *out, struct diag *d)
{
    bool ok = true;
    memset(out, 0, sizeof(*out));
    out->rows = out->cols = out->words_per_slot = out->slots_per_cycle = 1;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "a level is %s; a group { name = \"...\"; ... } is "
                          "needed",
                          setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *m = setting_item(s, i);
        if (is_dram && strcmp(setting_name(m), "name") != 0)
            ok = diag_error(d, setting_pos(m),
                            "the first level is the DRAM and has '%s'; it has "
                            "a name alone, 'dram.*' say the rest",
                            setting_name(m));
        else
            ok = read_key(m, out, d) && ok;
    }
    if (ok && setting_member(s, "name") == NULL)
        ok = diag_error(d, setting_pos(s),
                        "a level lacks 'name'; a string is "
                        "needed");
    if (ok && !is_dram && setting_member(s, "stores") == NULL)
        ok = diag_error(d, setting_pos(s),
                        "level '%s' lacks 'stores'; a list of memories is "
                        "needed",
                        out->name);
    return ok;
}

/* The place of the k-th of so many levels (arch.h). */
static enum level place_of(int k, int n)
{
    if (k == 0)
        return LEVEL_DRAM;
    return k == 1 ? LEVEL_L2 : (enum level)(n - 1 - k);
}

static bool names_differ(const struct setting *list, const struct arch *arch,
                         struct diag *d)
{
    for (int a = 0; a < LEVEL_N; a++)
        for (int b = 0; b < a; b++)
            if (arch->level[a].name[0] != '\0' &&
                strcmp(arch->level[a].name, arch->level[b].name) == 0)
                return diag_error(d, setting_pos(list),
                                  "two of 'levels' are called '%s'; each needs "
                                  "a name of its own",
                                  arch->level[a].name);
    return true;
}

/* Meshes have few enough routers, and a slot a cycle. */
static bool meshes_fit(const struct arch *arch, struct src_pos at,
                       struct diag *d)
{
    for (int k = LEVEL_DRAM - 1; k >= 0; k--) {
        const struct level_arch *l = &arch->level[k];
        if (!arch_level_has_mesh(arch, (enum level)k))
            continue;
        if (l->rows > LEVEL_MESH_NODES_MAX ||
            l->cols > LEVEL_MESH_NODES_MAX / l->rows)
            return diag_error(d, at,
                              "the mesh of level '%s' leads to %d x %d "
                              "children; it may lead to at most %d",
                              l->name, l->rows, l->cols, LEVEL_MESH_NODES_MAX);
        if (l->slots_per_cycle > 1)
            return diag_error(d, at,
                              "'slots_per_cycle' of level '%s' is %d; a mesh "
                              "takes 1 ('words_per_slot' may be more)",
                              l->name, l->slots_per_cycle);
    }
    return true;
}

static bool macs_fit(const struct arch *arch, struct src_pos at, struct diag *d)
{
    return arch_level_instances(arch, -1) <= MACS_MAX ||
           diag_error(d, at,
                      "'levels' lead to more than %d MACs; fewer are modelled",
                      MACS_MAX);
}

bool levels_read(const struct setting *list, struct arch *arch, struct diag *d)
{
    const int n = setting_is_list(list) ? setting_length(list) : 0;
    bool ok = true;
    if (n < 2 || n > LEVELS_MAX)
        return diag_error(d, setting_pos(list),
                          "'levels' is %s; a list ( { ... }, ... ) of 2 to %d "
                          "levels is needed, DRAM first",
                          setting_is_list(list) ? "not of that length"
                                                : setting_kind(list),
                          LEVELS_MAX);
    for (int k = 0; k < n; k++)
        ok = read_level(setting_item(list, k), k == 0,
                        &arch->level[place_of(k, n)], d) &&
             ok;
    if (!ok || !names_differ(list, arch, d))
        return false;
    return macs_fit(arch, setting_pos(list), d) &&
           meshes_fit(arch, setting_pos(list), d);
}

/* The store that a path names, or the only one; rest: what follows. */
static struct l2_store *store_of(struct level_arch *level, const char *path,
                                 const char **rest)
{
    const size_t n = strcspn(path, ".");
    *rest = path;
    if (path[n] == '\0')
        return level->n_stores == 1 ? &level->store[0] : NULL;
    *rest = path + n + 1;
    for (int k = 0; k < level->n_stores; k++)
        if (strlen(level->store[k].name) == n &&
            strncmp(level->store[k].name, path, n) == 0)
            return &level->store[k];
    return NULL;
}

static bool cannot_set(const char *key, struct src_pos at, struct diag *d)
{
    return diag_error(
        d, at,
        "'%s' is no number of a level; 'levels.LEVEL.' and rows, cols, "
        "network.words_per_slot, network.slots_per_cycle, network.hop_um, or "
        "a number of its store ('STORE.bytes', where it has several) can be "
        "set",
        key);
}

bool levels_set(const char *key, const char *value, struct src_pos at,
                struct arch *arch, struct diag *d)
{
    static const char network[] = "network.";
    const char *name = key + sizeof("levels.") - 1, *rest;
    const size_t n = strcspn(name, ".");
    struct level_arch *level = NULL;
    int64_t number;
    for (int k = 0; k < LEVEL_DRAM; k++)
        if (n > 0 && strlen(arch->level[k].name) == n &&
            strncmp(arch->level[k].name, name, n) == 0)
            level = &arch->level[k];
    if (level == NULL || name[n] == '\0')
        return cannot_set(key, at, d);
    rest = name + n + 1;
    const bool of_network = strncmp(rest, network, sizeof(network) - 1) == 0;
    const struct number_key *row = number_key_of(
        of_network ? rest + sizeof(network) - 1 : rest, of_network);
    struct l2_store *store = row == NULL ? store_of(level, rest, &rest) : NULL;
    if (row == NULL && (store == NULL || !l2_store_has_number(rest)))
        return cannot_set(key, at, d);
    if (whole_number_read(value, &number) != NUMBER_OK)
        return diag_error(d, at, "'%s' is '%s'; a whole number is needed", key,
                          value);
    if (row == NULL)
        return l2_store_put_number(rest, number, at, store, d);
    return put_number(row, number, at, level, d) && macs_fit(arch, at, d) &&
           meshes_fit(arch, at, d);
}

/* The words of a store that one tensor may fill. */
static int words_of(const struct arch *a, enum level level, enum tensor tensor)
{
    const struct l2_store *s = arch_level_store(a, level, tensor);
    uint64_t words = s == NULL ? 1
                               : s->bytes * 8 /
                                     (uint64_t)(a->precision_bits[tensor] > 0
                                                    ? a->precision_bits[tensor]
                                                    : 1);
    return words < 1                   ? 1
           : words > ARCH_RF_WORDS_MAX ? ARCH_RF_WORDS_MAX
                                       : (int)words;
}

void levels_resolve(struct arch *a)
{
    const struct level_arch *outer = &a->level[LEVEL_L2];
    a->rows = a->cols = 1;
    if (arch_level_instances(a, -1) > MACS_MAX) /* refused as it was read */
        return;
    for (int k = 0; k < LEVEL_DRAM; k++)
        if (arch_has_level(a, (enum level)k)) {
            a->rows *= a->level[k].rows;
            a->cols *= a->level[k].cols;
        }
    a->array_network = NETWORK_MULTICAST;
    a->has_l1 = false;
    a->l2_bytes = 0;
    a->l2_banks = 0;
    for (int k = 0; k < outer->n_stores; k++)
        a->l2_bytes += outer->store[k].bytes;
    a->l2_bytes += 64; /* a row of any word: stores have their own checks */
    a->l2_banks = a->l2_bank_row_words = 1;
    a->l2_ports = outer->store[0].ports;
    a->l2_latency_cycles = outer->store[0].latency_cycles;
    for (int t = 0; t < TENSOR_N; t++)
        a->rf_words[t] = words_of(a, LEVEL_RF, (enum tensor)t);
    memcpy(a->dataflows[0], "nest", sizeof("nest"));
}

bool levels_replace(const char *key)
{
    static const char *const group[] = {"array.", "pe.", "noc.", "l1.", "l2."};
    static const char *const kept[] = {"array.pitch_um", "pe.pipeline_cycles",
                                       "pe.zero_gating"};
    if (strcmp(key, "dataflows") == 0)
        return true;
    for (size_t k = 0; k < sizeof(kept) / sizeof(kept[0]); k++)
        if (strcmp(key, kept[k]) == 0)
            return false;
    for (size_t k = 0; k < sizeof(group) / sizeof(group[0]); k++)
        if (strncmp(key, group[k], strlen(group[k])) == 0)
            return true;
    return false;
}

void levels_help(bool is_markdown, FILE *to)
{
    for (int k = 0; k < OTHER_KEYS; k++)
        help_line(is_markdown, other_keys[k].name, other_keys[k].values,
                  other_keys[k].left_out, other_keys[k].doc, to);
    for (int k = 0; k < NUMBER_KEYS; k++) {
        const struct number_key *key = &number_keys[k];
        char values[64], left_out[16];
        snprintf(values, sizeof(values), "%d to %d %s", key->left_out,
                 key->most, key->unit);
        snprintf(left_out, sizeof(left_out), "%d", key->left_out);
        help_line(is_markdown, key->name, values, left_out, key->doc, to);
    }
}
