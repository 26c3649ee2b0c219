/* schema.c - values of the rows of schema.h: read, checked, compared.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/schema.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/base/text_stream.h"
#include "sim/base/whole_number.h"

#define ITEM_BYTES 16  /* of SCHEMA_STRINGS */
#define ROW_PLACES 512 /* at least twice the rows */

int schema_rows(void)
{
    int n = 0;
    while (schema[n].key != NULL)
        n++;
    return n;
}

/* The rows by their keys' hashes, each in the first free place from there. */
static int16_t row_at[ROW_PLACES];
static pthread_once_t rows_placed = PTHREAD_ONCE_INIT;

/* Where the row of a key is, or where it would have to be put: -1 there. */
static int16_t *place_of(const char *key)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = key; *c != '\0'; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (;; hash++) {
        int16_t *place = &row_at[hash % ROW_PLACES];
        if (*place < 0 || strcmp(schema[*place].key, key) == 0)
            return place;
    }
}

static void place_rows(void)
{
    const int n = schema_rows();
    SIM_CHECK(2 * n <= ROW_PLACES);
    memset(row_at, -1, sizeof(row_at));
    for (int i = 0; i < n; i++)
        *place_of(schema[i].key) = (int16_t)i;
}

int schema_find(const char *key)
{
    pthread_once(&rows_placed, place_rows);
    return *place_of(key);
}

static const char *last_part(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot == NULL ? key : dot + 1;
}

const char *schema_nearest(const char *key)
{
    struct nearest n;
    nearest_start(&n, key);
    /* A key that is right but for its group is nearer than any misspelling. */
    for (int i = 0; schema[i].key != NULL; i++)
        if (strcmp(last_part(schema[i].key), last_part(key)) == 0)
            nearest_offer(&n, schema[i].key);
    if (n.best != NULL)
        return n.best;
    for (int i = 0; schema[i].key != NULL; i++)
        nearest_offer(&n, schema[i].key);
    return n.best;
}

bool schema_is_group(const char *path)
{
    size_t n = strlen(path);
    for (int i = 0; schema[i].key != NULL; i++)
        if (strncmp(schema[i].key, path, n) == 0 && schema[i].key[n] == '.')
            return true;
    return false;
}

static void *field(const struct schema_row *row, struct arch *arch)
{
    return (char *)arch + row->offset;
}

static bool set_number(const struct schema_row *row, int64_t value,
                       struct src_pos at, struct arch *arch, struct diag *d)
{
    if (value < row->min || value > row->max)
        return diag_error(d, at,
                          "'%s' is %" PRId64 "; it may be %" PRId64
                          " to %" PRId64 " %s",
                          row->key, value, row->min, row->max, row->unit);
    if (row->type == SCHEMA_INT)
        *(int *)field(row, arch) = (int)value;
    else
        *(uint64_t *)field(row, arch) = (uint64_t)value;
    return true;
}

/* "'a', 'b' or 'c'" */
static void print_choices(const char *const *choices, FILE *to)
{
    for (int i = 0; choices[i] != NULL; i++)
        fprintf(to, "%s'%s'",
                i == 0                   ? ""
                : choices[i + 1] == NULL ? " or "
                                         : ", ",
                choices[i]);
}

/* -1: it is none. */
static int find_choice(const struct schema_row *row, const char *word)
{
    for (int i = 0; row->choices[i] != NULL; i++)
        if (strcmp(row->choices[i], word) == 0)
            return i;
    return -1;
}

static bool is_no_choice(const struct schema_row *row, const char *word,
                         struct src_pos at, struct diag *d)
{
    char *text = NULL;
    size_t text_bytes;
    FILE *to = text_stream(&text, &text_bytes);
    print_choices(row->choices, to);
    SIM_CHECK(fclose(to) == 0);
    diag_error(d, at, "'%s' is '%s'; it may be %s", row->key, word, text);
    free(text);
    return false;
}

static bool set_enum(const struct schema_row *row, const char *word,
                     struct src_pos at, struct arch *arch, struct diag *d)
{
    const int i = find_choice(row, word);
    if (i < 0)
        return is_no_choice(row, word, at, d);
    /* The enums of struct arch count from 0 in this order. */
    memcpy(field(row, arch), &(unsigned){(unsigned)i}, sizeof(unsigned));
    return true;
}

static bool set_string(const struct schema_row *row, const char *text,
                       struct src_pos at, struct arch *arch, struct diag *d)
{
    if (strlen(text) >= row->size_bytes)
        return diag_error(d, at,
                          "'%s' has %zu letters; at most %zu are allowed",
                          row->key, strlen(text), row->size_bytes - 1);
    if (text[0] == '\0' && row->default_text == NULL)
        return diag_error(d, at, "'%s' is empty; 1 to %zu letters are needed",
                          row->key, row->size_bytes - 1);
    if (!string_is_one_line(text, row->key, at, d))
        return false;
    /* All of it, so that equal values are equal bytes. */
    strncpy(field(row, arch), text, row->size_bytes);
    return true;
}

/* Item `i` of an array; the end of the array is kept. */
static bool set_item(const struct schema_row *row, int i, const char *text,
                     struct src_pos at, struct arch *arch, struct diag *d)
{
    char(*item)[ITEM_BYTES] = field(row, arch);
    int room = (int)(row->size_bytes / ITEM_BYTES) - 1;
    if (i >= room)
        return diag_error(d, at,
                          "'%s' has more than %d items; fewer are "
                          "allowed",
                          row->key, room);
    if (text[0] == '\0' || strlen(text) >= ITEM_BYTES)
        return diag_error(d, at,
                          "'%s' has the item '%s'; an item has 1 to %d "
                          "letters",
                          row->key, text, ITEM_BYTES - 1);
    if (row->choices != NULL && find_choice(row, text) < 0)
        return is_no_choice(row, text, at, d);
    strncpy(item[i], text, ITEM_BYTES);
    return true;
}

static const char *wanted_kind(const struct schema_row *row)
{
    switch (row->type) {
    case SCHEMA_INT:
    case SCHEMA_INT64:
        return "a whole number";
    case SCHEMA_BOOL:
        return "true or false";
    case SCHEMA_STRINGS:
    case SCHEMA_LOOPS:
        return "an array of strings";
    default:
        return "a string";
    }
}

/* 2e8 and the like, for --set as in a file. */
static bool number_with_exponent(const char *text, int64_t *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || strpbrk(text, "xXnN") != NULL ||
        !(value > -9e15 && value < 9e15) || value != (double)(int64_t)value)
        return false;
    *out = (int64_t)value;
    return true;
}

static bool set_number_text(const struct schema_row *row, const char *text,
                            struct src_pos at, struct arch *arch,
                            struct diag *d)
{
    int64_t value = 0;
    enum number_read read = whole_number_read(text, &value);
    if (read == NUMBER_NONE && row->type == SCHEMA_INT64 &&
        number_with_exponent(text, &value))
        read = NUMBER_OK;
    if (read == NUMBER_TOO_LARGE)
        return diag_error(d, at,
                          "'%s' is %s; it may be %" PRId64 " to %" PRId64 " %s",
                          row->key, text, row->min, row->max, row->unit);
    if (read == NUMBER_NONE)
        return diag_error(d, at, "'%s' is '%s'; a whole number is needed",
                          row->key, text);
    return set_number(row, value, at, arch, d);
}

static bool set_bool_text(const struct schema_row *row, const char *text,
                          struct src_pos at, struct arch *arch, struct diag *d)
{
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
        return diag_error(d, at, "'%s' is '%s'; it may be true or false",
                          row->key, text);
    *(bool *)field(row, arch) = is_true;
    return true;
}

static bool set_items_text(const struct schema_row *row, char *text,
                           struct src_pos at, struct arch *arch, struct diag *d)
{
    struct arch changed = *arch;
    char *rest = text, *item;
    memset(field(row, &changed), 0, row->size_bytes);
    /* Where no item need be. */
    if (row->default_text != NULL && strcmp(text, row->default_text) == 0)
        rest = NULL;
    for (int i = 0; (item = strsep(&rest, ",")) != NULL; i++)
        if (!set_item(row, i, item, at, &changed, d))
            return false;
    *arch = changed;
    return true;
}

/* Adds a loop to those that are there and keeps their order. */
static bool add_loop(const struct schema_row *row, const char *item,
                     struct src_pos at, char loops[LOOP_LETTERS_BYTES],
                     struct diag *d)
{
    char both[LOOP_LETTERS_BYTES] = "";
    size_t n = 0;
    if (strlen(item) != 1 || strchr(LOOP_LETTERS, item[0]) == NULL)
        return diag_error(d, at,
                          "'%s' has the item '%s'; an item is one of the loops "
                          "'g', 'n', 'm', 'c', 'p', 'q', 'r' and 's'",
                          row->key, item);
    for (const char *letter = LOOP_LETTERS; *letter != '\0'; letter++)
        if (*letter == item[0] || strchr(loops, *letter) != NULL)
            both[n++] = *letter;
    memcpy(loops, both, sizeof(both));
    return true;
}

/* "any", or loops with commas between them. */
static bool set_loops_text(const struct schema_row *row, char *text,
                           struct src_pos at, struct arch *arch, struct diag *d)
{
    char loops[LOOP_LETTERS_BYTES] = "", *rest = text, *item;
    while (strcmp(text, "any") != 0 && (item = strsep(&rest, ",")) != NULL)
        if (!add_loop(row, item, at, loops, d))
            return false;
    memcpy(field(row, arch), loops, sizeof(loops));
    return true;
}

/* "word" without its quotes. */
static char *unquoted(const char *text)
{
    size_t n = strlen(text);
    if (n >= 2 && text[0] == '"' && text[n - 1] == '"')
        return xstrndup(text + 1, n - 2);
    return xstrdup(text);
}

bool schema_set_text(const struct schema_row *row, const char *text,
                     struct src_pos at, struct arch *arch, struct diag *d)
{
    char *word = unquoted(text);
    bool ok = false;
    switch (row->type) {
    case SCHEMA_INT:
    case SCHEMA_INT64:
        ok = set_number_text(row, text, at, arch, d);
        break;
    case SCHEMA_BOOL:
        ok = set_bool_text(row, text, at, arch, d);
        break;
    case SCHEMA_ENUM:
        ok = set_enum(row, word, at, arch, d);
        break;
    case SCHEMA_STRING:
        ok = set_string(row, word, at, arch, d);
        break;
    case SCHEMA_STRINGS:
        ok = set_items_text(row, word, at, arch, d);
        break;
    case SCHEMA_LOOPS:
        ok = set_loops_text(row, word, at, arch, d);
        break;
    }
    free(word);
    return ok;
}

static bool wrong_kind(const struct schema_row *row,
                       const struct setting *setting, struct src_pos at,
                       struct diag *d)
{
    return diag_error(d, at, "'%s' is %s; %s is needed", row->key,
                      setting_kind(setting), wanted_kind(row));
}

static bool set_items_setting(const struct schema_row *row,
                              const struct setting *setting, struct src_pos at,
                              struct arch *arch, struct diag *d)
{
    struct arch changed = *arch;
    int type = setting_type(setting), n = setting_length(setting);
    if (type != SETTING_ARRAY && type != SETTING_LIST)
        return wrong_kind(row, setting, at, d);
    memset(field(row, &changed), 0, row->size_bytes);
    if (n == 0)
        return diag_error(d, at, "'%s' is empty; at least one item is needed",
                          row->key);
    for (int i = 0; i < n; i++) {
        const char *item = setting_string(setting_item(setting, i));
        if (item == NULL)
            return diag_error(d, at,
                              "item %d of '%s' is no string; one is "
                              "needed",
                              i + 1, row->key);
        if (!set_item(row, i, item, at, &changed, d))
            return false;
    }
    *arch = changed;
    return true;
}

static bool set_loops_setting(const struct schema_row *row,
                              const struct setting *setting, struct src_pos at,
                              struct arch *arch, struct diag *d)
{
    char loops[LOOP_LETTERS_BYTES] = "";
    int type = setting_type(setting), n = setting_length(setting);
    if (type != SETTING_ARRAY && type != SETTING_LIST)
        return wrong_kind(row, setting, at, d);
    if (n == 0)
        return diag_error(d, at, "'%s' is empty; at least one item is needed",
                          row->key);
    for (int i = 0; i < n; i++) {
        const char *item = setting_string(setting_item(setting, i));
        if (!add_loop(row, item != NULL ? item : "", at, loops, d))
            return false;
    }
    memcpy(field(row, arch), loops, sizeof(loops));
    return true;
}

bool schema_set_setting(const struct schema_row *row,
                        const struct setting *setting, struct src_pos at,
                        struct arch *arch, struct diag *d)
{
    int type = setting_type(setting);
    long long value;
    switch (row->type) {
    case SCHEMA_INT:
    case SCHEMA_INT64:
        /* A frequency may be written 2e8. */
        if ((type == SETTING_FLOAT && row->type == SCHEMA_INT) ||
            !setting_whole_number(setting, &value))
            break;
        return set_number(row, value, at, arch, d);
    case SCHEMA_BOOL:
        if (type != SETTING_BOOL)
            break;
        *(bool *)field(row, arch) = setting_is_true(setting);
        return true;
    case SCHEMA_ENUM:
        /* One that was true or false has other words between. */
        if (type == SETTING_BOOL && find_choice(row, "true") >= 0)
            return set_enum(row, setting_is_true(setting) ? "true" : "false",
                            at, arch, d);
        if (type != SETTING_STRING)
            break;
        return set_enum(row, setting_string(setting), at, arch, d);
    case SCHEMA_STRING:
        if (type != SETTING_STRING)
            break;
        return set_string(row, setting_string(setting), at, arch, d);
    case SCHEMA_STRINGS:
        return set_items_setting(row, setting, at, arch, d);
    case SCHEMA_LOOPS:
        return set_loops_setting(row, setting, at, arch, d);
    }
    return wrong_kind(row, setting, at, d);
}

/* A default may lie outside the range: "0" for what a machine has not. */
static void set_default(const struct schema_row *row, struct arch *arch,
                        struct diag *d)
{
    struct schema_row wide = *row;
    wide.min = INT64_MIN;
    wide.max = INT64_MAX;
    SIM_CHECK(schema_set_text(&wide, row->default_text, (struct src_pos){0},
                              arch, d));
}

void schema_set_defaults(struct arch *arch)
{
    struct diag *d = diag_new();
    memset(arch, 0, sizeof(*arch));
    for (int i = 0; schema[i].key != NULL; i++)
        if (schema[i].default_text != NULL)
            set_default(&schema[i], arch, d);
    diag_free(d);
}

bool schema_same(const struct schema_row *row, const struct arch *a,
                 const struct arch *b)
{
    return memcmp((const char *)a + row->offset, (const char *)b + row->offset,
                  row->size_bytes) == 0;
}
