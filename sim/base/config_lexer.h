/* config_lexer.h - the words of a configuration file and of what it includes,
 * one after the other.
 *
 * It holds to budgets, so that no file makes the program work without end:
 * bytes and files in all, files inside each other, letters of one word.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_CONFIG_LEXER_H
#define SIM_BASE_CONFIG_LEXER_H

#include <stdint.h>

#include "sim/base/config_tree.h"

#ifdef __cplusplus
extern "C" {
#endif

enum token_kind {
    TOKEN_END,
    TOKEN_WRONG, /* after a message */
    TOKEN_NAME,
    TOKEN_INT,
    TOKEN_FLOAT,
    TOKEN_BOOL,
    TOKEN_STRING,
    TOKEN_MARK /* one of = : ; , { } ( ) [ ] */
};

struct token {
    enum token_kind kind;
    struct src_pos at;
    const char *letters; /* borrowed from the lexer; as the file has them */
    size_t bytes;
    int64_t whole;   /* of TOKEN_INT */
    double fraction; /* of TOKEN_FLOAT */
};

struct lexer;

/* At the begin of the file.  Names of files are kept in `text`, messages go to
 * `d`.  NULL after a message. */
struct lexer *lexer_new(const char *path, struct src_pos at,
                        struct config_text *text, struct diag *d);
void lexer_free(struct lexer *l); /* or NULL */
/* The next word; after TOKEN_END or TOKEN_WRONG there is none. */
struct token lexer_next(struct lexer *l);
/* Reports a word that may not stand where it does. */
void lexer_syntax_error(const struct lexer *l, const struct token *t);

#ifdef __cplusplus
}
#endif

#endif
