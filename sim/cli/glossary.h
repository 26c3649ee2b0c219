/* glossary.h - the words of the reports and what each means.
 *
 * The text is docs/glossary.md, which is installed beside the configurations:
 * an entry is a line `## WORD` and the paragraph behind it, in one line.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_GLOSSARY_H
#define SIM_CLI_GLOSSARY_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/base/diag.h"
#include "sim/base/nearest.h"

#ifdef __cplusplus
extern "C" {
#endif

struct glossary; /* owns its text */

/* Reads the glossary.  Returns NULL after a message when the file is not there
 * or holds no entry.  The caller frees it. */
struct glossary *glossary_read(struct diag *d);
void glossary_free(struct glossary *g);

/* Prints the entry of a word, wrapped for people.  Upper and lower case, '_',
 * '-' and blanks are alike.  Returns false when there is no such entry. */
bool glossary_print(const struct glossary *g, const char *word, FILE *to);
/* Prints all words, in columns. */
void glossary_print_words(const struct glossary *g, FILE *to);
/* Offers every word as one that the user may have meant; the words are borrowed
 * until the glossary is freed. */
void glossary_offer(const struct glossary *g, struct nearest *n);

#ifdef __cplusplus
}
#endif

#endif
