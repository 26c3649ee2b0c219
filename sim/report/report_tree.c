/* report_tree.c - makes and prints the tree of a report, and writes texts so
 * that JSON and CSV readers take them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/report_tree.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

json_t *tree_object(void)
{
    json_t *object = json_object();
    SIM_CHECK(object != NULL);
    return object;
}

json_t *tree_array(void)
{
    json_t *array = json_array();
    SIM_CHECK(array != NULL);
    return array;
}

void tree_append(json_t *array, json_t *value)
{
    SIM_CHECK(value != NULL);
    SIM_CHECK(json_array_append_new(array, value) == 0);
}

void tree_put(json_t *object, const char *key, json_t *value)
{
    SIM_CHECK(value != NULL);
    SIM_CHECK(json_object_set_new(object, key, value) == 0);
}

json_t *tree_count(uint64_t value)
{
    SIM_CHECK(value <= INT64_MAX);
    return json_integer((json_int_t)value);
}

void tree_put_count(json_t *object, const char *key, uint64_t value)
{
    tree_put(object, key, tree_count(value));
}

void tree_put_count_at(json_t *object, const char *path, uint64_t value)
{
    const char *dot = strchr(path, '.');
    if (dot == NULL) {
        tree_put_count(object, path, value);
        return;
    }
    char *key = xstrndup(path, (size_t)(dot - path));
    json_t *inner = json_object_get(object, key);
    if (inner == NULL) {
        inner = tree_object();
        tree_put(object, key, inner);
    }
    free(key);
    tree_put_count_at(inner, dot + 1, value);
}

void tree_put_real(json_t *object, const char *key, double value)
{
    SIM_CHECK(isfinite(value));
    tree_put(object, key, json_real(value));
}

void tree_put_text(json_t *object, const char *key, const char *text)
{
    json_t *value = json_string(text != NULL ? text : "");
    if (value == NULL) {
        char *ascii = xstrdup(text);
        for (char *c = ascii; *c != '\0'; c++)
            if ((unsigned char)*c >= 0x80)
                *c = '?';
        value = json_string(ascii);
        free(ascii);
    }
    tree_put(object, key, value);
}

bool tree_print(json_t *tree, FILE *to)
{
    int failed = json_dumpf(
        tree, to, JSON_INDENT(2) | JSON_REAL_PRECISION(REPORT_REAL_DIGITS));
    json_decref(tree);
    if (failed != 0)
        return false;
    fputc('\n', to);
    return fflush(to) == 0 && ferror(to) == 0;
}

void csv_put_text(const char *text, FILE *to)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, to);
        return;
    }
    fputc('"', to);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"')
            fputc('"', to);
        fputc(*c, to);
    }
    fputc('"', to);
}

void comment_put_text(const char *text, FILE *to)
{
    for (const char *c = text; *c != '\0'; c++)
        fputc(iscntrl((unsigned char)*c) ? '?' : *c, to);
}
