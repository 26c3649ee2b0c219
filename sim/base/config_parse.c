/* config_parse.c - the grammar of configuration files: words to settings.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/config_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/config_lexer.h"
#include "sim/base/config_tree.h"

#define DEPTH_MAX 64 /* of groups and lists inside each other */

struct parser {
    struct lexer *lexer;
    struct config_text *text;
    struct diag *d;
    struct token t; /* the word that is looked at */
    int depth;
    char *letters; /* owns; of the string that is being put together */
    size_t n, room;
};

static void next(struct parser *p)
{
    p->t = lexer_next(p->lexer);
}

static bool is_mark(const struct parser *p, char mark)
{
    return p->t.kind == TOKEN_MARK && *p->t.letters == mark;
}

/* Goes past the mark if it is there. */
static bool take(struct parser *p, char mark)
{
    if (!is_mark(p, mark))
        return false;
    next(p);
    return true;
}

/* Reports the word, unless the lexer did.  Returns false. */
static bool misplaced(struct parser *p)
{
    if (p->t.kind != TOKEN_WRONG)
        lexer_syntax_error(p->lexer, &p->t);
    return false;
}

static void append(struct parser *p, char c)
{
    if (p->n == p->room) {
        p->room = p->room == 0 ? 256 : 2 * p->room;
        p->letters = xrealloc(p->letters, p->room, 1);
    }
    p->letters[p->n++] = c;
}

static int hex_digit(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower(c) - 'a' + 10
                                        : -1;
}

/* Appends what stands behind the '\\' at c; returns how many letters that
 * are, or 0 after a message. */
static int append_escape(struct parser *p, const char *c)
{
    static const char from[] = "\\\"nrtfabv", to[] = "\\\"\n\r\t\f\a\b\v";
    const char *known = strchr(from, c[1]);
    if (known != NULL) {
        append(p, to[known - from]);
        return 2;
    }
    const int high = c[1] == 'x' ? hex_digit(c[2]) : -1;
    const int low = high >= 0 ? hex_digit(c[3]) : -1;
    if (low >= 0 && 16 * high + low > 0) {
        append(p, (char)(16 * high + low));
        return 4;
    }
    diag_error(p->d, p->t.at,
               "'\\%c' in a string stands for nothing; '\\\\' is the letter "
               "'\\', '\\x41' the letter 'A'",
               c[1]);
    return 0;
}

/* Strings that follow each other are one. */
static bool read_string(struct parser *p, struct setting *s)
{
    p->n = 0;
    for (; p->t.kind == TOKEN_STRING; next(p)) {
        const char *c = p->t.letters + 1, *end = p->t.letters + p->t.bytes - 1;
        while (c < end) {
            int n = 1;
            if (*c == '\\')
                n = append_escape(p, c);
            else
                append(p, *c);
            if (n == 0)
                return false;
            c += n;
        }
    }
    s->type = SETTING_STRING;
    s->string = config_text_keep(p->text, p->letters, p->n);
    return true;
}

static bool read_scalar(struct parser *p, struct setting *s)
{
    switch (p->t.kind) {
    case TOKEN_INT:
        s->type = SETTING_INT;
        s->whole = p->t.whole;
        break;
    case TOKEN_FLOAT:
        s->type = SETTING_FLOAT;
        s->fraction = p->t.fraction;
        break;
    case TOKEN_BOOL:
        s->type = SETTING_BOOL;
        s->is_true = tolower(*p->t.letters) == 't';
        break;
    case TOKEN_STRING:
        return read_string(p, s);
    default:
        return misplaced(p);
    }
    next(p);
    return true;
}

static bool read_value(struct parser *p, struct setting *s);

/* Items up to the closing mark, which is gone past. */
static bool read_items(struct parser *p, struct setting *list, char close)
{
    while (!take(p, close)) {
        struct setting *item = setting_add(list, NULL, p->t.at);
        bool ok = list->type == SETTING_LIST ? read_value(p, item)
                                             : read_scalar(p, item);
        if (!ok || p->t.kind == TOKEN_WRONG)
            return false;
        if (list->type == SETTING_ARRAY && item->type != list->item[0]->type)
            return diag_error(p->d, item->at,
                              "values of several kinds in one array [ ]; one "
                              "kind, or a list ( ), is needed");
        if (!take(p, ',') && !is_mark(p, close))
            return misplaced(p);
    }
    return true;
}

/* NAME = VALUE, and the mark behind it. */
static bool read_setting(struct parser *p, struct setting *group)
{
    const struct src_pos at = p->t.at;
    const char *name = config_text_keep(p->text, p->t.letters, p->t.bytes);
    if (setting_member(group, name) != NULL)
        return diag_error(
            p->d, at, "'%s' is set twice in one group; once is enough", name);
    next(p);
    if (!take(p, '=') && !take(p, ':'))
        return misplaced(p);
    if (!read_value(p, setting_add(group, name, at)))
        return false;
    if (!take(p, ';'))
        take(p, ',');
    return true;
}

static bool read_members(struct parser *p, struct setting *group)
{
    while (p->t.kind == TOKEN_NAME)
        if (!read_setting(p, group))
            return false;
    return true;
}

static bool read_value(struct parser *p, struct setting *s)
{
    const bool is_group = is_mark(p, '{'), is_list = is_mark(p, '(');
    if (!is_group && !is_list && !is_mark(p, '['))
        return read_scalar(p, s);
    if (p->depth == DEPTH_MAX)
        return diag_error(p->d, p->t.at,
                          "groups and lists are nested more than %d deep; a "
                          "flatter file is needed",
                          DEPTH_MAX);
    p->depth++;
    next(p);
    s->type = is_group ? SETTING_GROUP : is_list ? SETTING_LIST : SETTING_ARRAY;
    bool ok = is_group ? read_members(p, s) && (take(p, '}') || misplaced(p))
                       : read_items(p, s, is_list ? ')' : ']');
    p->depth--;
    return ok;
}

struct config_text *config_text_read(const char *path, struct src_pos at,
                                     struct diag *d)
{
    struct parser p = {.text = config_text_new(), .d = d};
    p.lexer = lexer_new(path, at, p.text, d);
    bool ok = p.lexer != NULL;
    if (ok) {
        /* What the whole file lacks is said of its first line. */
        config_text_top(p.text)->at =
            (struct src_pos){config_text_keep(p.text, path, strlen(path)), 1};
        next(&p);
        ok = read_members(&p, config_text_top(p.text)) &&
             (p.t.kind == TOKEN_END || misplaced(&p));
    }
    lexer_free(p.lexer);
    free(p.letters);
    if (ok)
        return p.text;
    config_text_free(p.text);
    return NULL;
}
