/* report_tree.h - the tree that JSON prints and CSV flattens, and text as both
 * write it.
 *
 * The tree takes the values over; what cannot be made aborts.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_REPORT_TREE_H
#define SIM_REPORT_REPORT_TREE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reals are written with 15 digits: all that a double keeps of a decimal. */
#define REPORT_REAL_DIGITS 15

json_t *tree_object(void);
json_t *tree_array(void);
void tree_append(json_t *array, json_t *value);
void tree_put(json_t *object, const char *key, json_t *value);
/* Below 2^63: what JSON's readers hold. */
json_t *tree_count(uint64_t value);
void tree_put_count(json_t *object, const char *key, uint64_t value);
/* The same below a path, "gated.macs": objects on the way are made. */
void tree_put_count_at(json_t *object, const char *path, uint64_t value);
/* Finite. */
void tree_put_real(json_t *object, const char *key, double value);
/* JSON is UTF-8: where a byte of the text is not, each beyond ASCII becomes a
 * question mark.  NULL: "". */
void tree_put_text(json_t *object, const char *key, const char *text);
/* Prints the tree and drops it.  false: `to` could not be written. */
bool tree_print(json_t *tree, FILE *to);

/* A cell of CSV, quoted (RFC 4180) where it must be. */
void csv_put_text(const char *text, FILE *to);
/* In a comment: what would end its line becomes a question mark. */
void comment_put_text(const char *text, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
