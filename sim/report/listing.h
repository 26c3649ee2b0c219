/* listing.h - rows of named columns, for a person or a program: what the
 * command 'list' and the option --show-config print.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_LISTING_H
#define SIM_REPORT_LISTING_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

struct listing; /* owns its cells */

/* subject: "networks"; column[0 .. n_columns): their names.  Both borrowed. */
struct listing *listing_new(const char *subject, const char *const *column,
                            int n_columns);
void listing_free(struct listing *l);
/* Appends a cell; a row is full after n_columns. */
void listing_text(struct listing *l, const char *text);
/* A text that is made, as by printf. */
void listing_print(struct listing *l, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void listing_count(struct listing *l, uint64_t value);

/* The forms.  false: `to` could not be written. */
bool listing_write_table(const struct listing *l, FILE *to);
bool listing_write_json(const struct listing *l, FILE *to);
bool listing_write_csv(const struct listing *l, FILE *to);
bool listing_write_markdown(const struct listing *l, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
