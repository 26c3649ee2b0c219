/* l2_stores.c - reads memories of an architecture's file: the list 'l2.stores',
 * and the stores of its listed levels. A table has the keys of a store with
 * their ranges; of L2, each tensor must be held by one store.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/l2_stores.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/config/help_line.h"

enum store_key_type { STORE_INT, STORE_BYTES };

/* The whole numbers of a store. */
static const struct store_key {
    const char *name;
    enum store_key_type type;
    size_t offset;
    uint64_t least, most;
    int left_out; /* value when left out; -1: required */
    const char *unit, *doc;
    bool of_level; /* only of a store of listed levels */
} number_keys[] = {
    {"bytes", STORE_BYTES, offsetof(struct l2_store, bytes), 1, ARCH_BYTES_MAX,
     -1, "bytes", "its capacity", false},
    {"banks", STORE_INT, offsetof(struct l2_store, banks), 1, 4096, -1, "banks",
     "banks that it is made of", false},
    {"bank_row_words", STORE_INT, offsetof(struct l2_store, bank_row_words), 1,
     ARCH_ROW_WORDS_MAX, 1, "words",
     "words that one port of a bank moves in a cycle", false},
    {"latency_cycles", STORE_INT, offsetof(struct l2_store, latency_cycles), 0,
     1024, 1, "cycles", "from the address to the word", false},
    {"buffers", STORE_INT, offsetof(struct l2_store, buffers), 1, 2, 1, "tiles",
     "of each tensor that it has room for; of listed levels, whose stores need "
     "no name or banks and have no 'spills'",
     true},
};
enum { NUMBER_KEYS = sizeof(number_keys) / sizeof(number_keys[0]) };

/* The others. */
static const struct {
    const char *name, *values, *left_out, *doc;
} other_keys[] = {
    {"name", "a string", "required", "for messages"},
    {"ports", "\"1rw\" or \"1r1w\"", "1rw",
     "ports of a bank: one that reads or writes, or one of each"},
    {"holds", "a list of \"ifmap\", \"filter\", \"psum\"", "required",
     "the tensors whose tiles lie in it; each tensor has one store"},
    {"spills", "true or false", "true",
     "of psums: a nest may store psums that are not done in DRAM and take them "
     "back; false refuses such nests"},
};
enum { OTHER_KEYS = sizeof(other_keys) / sizeof(other_keys[0]) };

static bool put_number(const struct store_key *key, int64_t value,
                       struct src_pos at_key, struct l2_store *out,
                       struct diag *d)
{
    if (value < (int64_t)key->least || value > (int64_t)key->most)
        return diag_error(d, at_key,
                          "'%s' of a store is %" PRId64 "; it may be %" PRIu64
                          " to %" PRIu64,
                          key->name, value, key->least, key->most);
    char *at = (char *)out + key->offset;
    if (key->type == STORE_BYTES)
        memcpy(at, &(uint64_t){(uint64_t)value}, sizeof(uint64_t));
    else
        memcpy(at, &(int){(int)value}, sizeof(int));
    return true;
}

static bool set_number(const struct store_key *key, const struct setting *s,
                       struct l2_store *out, struct diag *d)
{
    long long value;
    if (setting_type(s) == SETTING_FLOAT || !setting_whole_number(s, &value))
        return diag_error(d, setting_pos(s),
                          "'%s' of a store is %s; a whole number is needed",
                          key->name, setting_kind(s));
    return put_number(key, value, setting_pos(s), out, d);
}

bool l2_store_has_number(const char *name)
{
    for (int k = 0; k < NUMBER_KEYS; k++)
        if (strcmp(name, number_keys[k].name) == 0)
            return true;
    return false;
}

bool l2_store_put_number(const char *name, int64_t value, struct src_pos at,
                         struct l2_store *out, struct diag *d)
{
    int k = 0;
    while (strcmp(name, number_keys[k].name) != 0)
        k++;
    return put_number(&number_keys[k], value, at, out, d);
}

static bool set_name(const struct setting *s, struct l2_store *out,
                     struct diag *d)
{
    const char *text = setting_string(s);
    if (text == NULL || text[0] == '\0' || strlen(text) >= sizeof(out->name))
        return diag_error(d, setting_pos(s),
                          "'name' of a store is %s; a string of 1 to %zu "
                          "letters is needed",
                          text == NULL ? setting_kind(s) : "not of that length",
                          sizeof(out->name) - 1);
    memcpy(out->name, text, strlen(text) + 1);
    return true;
}

static bool set_ports(const struct setting *s, struct l2_store *out,
                      struct diag *d)
{
    const char *text = setting_string(s);
    if (text != NULL && strcmp(text, "1rw") == 0)
        out->ports = BANK_1RW;
    else if (text != NULL && strcmp(text, "1r1w") == 0)
        out->ports = BANK_1R1W;
    else
        return diag_error(d, setting_pos(s),
                          "'ports' of a store is %s; it may be '1rw' or "
                          "'1r1w'",
                          text != NULL ? text : setting_kind(s));
    return true;
}

static bool set_holds(const struct setting *s, struct l2_store *out,
                      struct diag *d)
{
    if (!setting_is_list(s) || setting_length(s) == 0)
        return diag_error(d, setting_pos(s),
                          "'holds' of a store is %s; a list of \"ifmap\", "
                          "\"filter\", \"psum\" is needed",
                          setting_is_list(s) ? "empty" : setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        const char *text = setting_string(setting_item(s, i));
        int t = 0;
        while (t < TENSOR_N &&
               (text == NULL || strcmp(text, tensor_name[t]) != 0))
            t++;
        if (t == TENSOR_N)
            return diag_error(d, setting_pos(setting_item(s, i)),
                              "'holds' of a store has '%s'; it may have "
                              "'ifmap', 'filter' and 'psum'",
                              text != NULL ? text
                                           : setting_kind(setting_item(s, i)));
        out->holds[t] = true;
    }
    return true;
}

static bool set_spills(const struct setting *s, struct l2_store *out,
                       struct diag *d)
{
    if (setting_type(s) != SETTING_BOOL)
        return diag_error(d, setting_pos(s),
                          "'spills' of a store is %s; true or false is needed",
                          setting_kind(s));
    out->spills = setting_is_true(s);
    return true;
}

static bool unknown_key(const struct setting *s, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, setting_name(s));
    for (int k = 0; k < NUMBER_KEYS; k++)
        nearest_offer(&near, number_keys[k].name);
    for (int k = 0; k < OTHER_KEYS; k++)
        nearest_offer(&near, other_keys[k].name);
    return diag_error(d, setting_pos(s),
                      "unknown key '%s' of a store; the nearest is '%s'",
                      near.wanted, near.best);
}

static bool read_key(const struct setting *s, bool of_level,
                     struct l2_store *out, struct diag *d)
{
    static const struct {
        const char *name;
        bool (*set)(const struct setting *s, struct l2_store *out,
                    struct diag *d);
    } setter[] = {{"name", set_name},
                  {"ports", set_ports},
                  {"holds", set_holds},
                  {"spills", set_spills}};
    for (int k = 0; k < NUMBER_KEYS; k++)
        if (strcmp(setting_name(s), number_keys[k].name) == 0 &&
            (of_level || !number_keys[k].of_level))
            return set_number(&number_keys[k], s, out, d);
    for (int k = 0; k < OTHER_KEYS; k++)
        if (strcmp(setting_name(s), setter[k].name) == 0 &&
            !(of_level && setter[k].set == set_spills))
            return setter[k].set(s, out, d);
    return unknown_key(s, d);
}

bool l2_store_read(const struct setting *s, bool of_level, struct l2_store *out,
                   struct diag *d)
{
    static const char *const required[] = {"bytes", "holds", "name", "banks"};
    const int n_required = of_level ? 2 : 4;
    bool ok = true;
    memset(out, 0, sizeof(*out));
    out->banks = out->bank_row_words = out->latency_cycles = out->buffers = 1;
    out->spills = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "a store is %s; a group { name = \"...\"; ... } is "
                          "needed",
                          setting_kind(s));
    for (int i = 0; i < setting_length(s); i++)
        ok = read_key(setting_item(s, i), of_level, out, d) && ok;
    for (int k = 0; ok && k < n_required; k++)
        if (setting_member(s, required[k]) == NULL)
            ok = diag_error(d, setting_pos(s),
                            "a store lacks '%s'; it has %sbytes%s and what it "
                            "holds",
                            required[k], of_level ? "" : "a name, ",
                            of_level ? "" : ", banks");
    if (ok && !out->spills && !out->holds[TENSOR_PSUM])
        ok = diag_error(d, setting_pos(s),
                        "store '%s' has 'spills' = false and holds no psums; "
                        "only psums spill: leave it out",
                        out->name);
    return ok;
}

/* Whether each tensor has one store. */
static bool all_are_held(const struct setting *list, const struct arch *arch,
                         struct diag *d)
{
    for (int t = 0; t < TENSOR_N; t++) {
        int stores = 0;
        for (int k = 0; k < arch->n_l2_stores; k++)
            stores += arch->l2_store[k].holds[t];
        if (stores != 1)
            return diag_error(d, setting_pos(list),
                              "%d of 'l2.stores' hold '%s'; each tensor has "
                              "one store",
                              stores, tensor_name[t]);
    }
    return true;
}

bool l2_stores_read(const struct setting *list, struct arch *arch,
                    struct diag *d)
{
    const int n = setting_is_list(list) ? setting_length(list) : 0;
    bool ok = true;
    if (n < 1 || n > TENSOR_N)
        return diag_error(d, setting_pos(list),
                          "'l2.stores' is %s; a list ( { ... }, ... ) of 1 to "
                          "%d stores is needed",
                          setting_is_list(list) ? "not of that length"
                                                : setting_kind(list),
                          TENSOR_N);
    for (int k = 0; k < n; k++)
        ok = l2_store_read(setting_item(list, k), false, &arch->l2_store[k],
                           d) &&
             ok;
    if (!ok)
        return false;
    arch->n_l2_stores = n;
    arch->l2_bytes = 0;
    arch->l2_banks = 0;
    for (int k = 0; k < n; k++) {
        arch->l2_bytes += arch->l2_store[k].bytes;
        arch->l2_banks += arch->l2_store[k].banks;
    }
    return all_are_held(list, arch, d);
}

void l2_stores_help(bool is_markdown, FILE *to)
{
    for (int k = 0; k < NUMBER_KEYS; k++) {
        const struct store_key *key = &number_keys[k];
        char values[64], left_out[16];
        snprintf(values, sizeof(values), "%" PRIu64 " to %" PRIu64 " %s",
                 key->least, key->most, key->unit);
        snprintf(left_out, sizeof(left_out), "%d", key->left_out);
        help_line(is_markdown, key->name, values,
                  key->left_out < 0 ? "required" : left_out, key->doc, to);
    }
    for (int k = 0; k < OTHER_KEYS; k++)
        help_line(is_markdown, other_keys[k].name, other_keys[k].values,
                  other_keys[k].left_out, other_keys[k].doc, to);
}

bool l2_accumulators_fit(const struct arch *arch, struct src_pos at,
                         struct diag *d)
{
    const uint64_t bytes = arch->l2_accumulator_bytes;
    if (bytes == 0 ||
        (arch->n_l2_stores == 0 && arch->l2_cell == L2_CELL_SRAM &&
         bytes < arch->l2_bytes && bytes / (uint64_t)arch->cols >= 64))
        return true;
    return diag_error(d, at,
                      "'l2.accumulator_bytes' is %" PRIu64
                      "; a part of an L2 of one memory of SRAM, of 64 bytes or "
                      "more a column, is needed",
                      bytes);
}
