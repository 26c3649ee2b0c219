/* expression.c - reads an expression into nodes, and works out their values.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/expression.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 256, DEPTH_MAX = 64, NAME_BYTES = 96 };

enum node_kind {
    NODE_VALUE,
    NODE_COLUMN,
    NODE_NEGATIVE,
    NODE_NOT,
    NODE_MULTIPLY,
    NODE_DIVIDE,
    NODE_REMAINDER,
    NODE_ADD,
    NODE_SUBTRACT,
    NODE_LESS,
    NODE_LESS_EQUAL,
    NODE_GREATER,
    NODE_GREATER_EQUAL,
    NODE_EQUAL,
    NODE_UNEQUAL,
    NODE_AND,
    NODE_OR,
    NODE_MIN,
    NODE_MAX,
    NODE_CEIL,
    NODE_FLOOR,
    NODE_SQRT,
    NODE_LOG2
};

struct node {
    enum node_kind kind;
    enum expression_kind comes_to;
    int a, b; /* nodes; -1: none */
    int column;
    struct cell value; /* its text is the expression's own */
};

struct expression {
    char *text; /* owns */
    struct node node[NODES_MAX];
    int n, top;
    char *string[NODES_MAX]; /* own; texts in it */
    int n_strings;
};

struct reading {
    struct expression *e;
    const char *at; /* what comes next */
    const char *what;
    const struct expression_names *names;
    struct src_pos pos;
    struct diag *d;
    int depth;
};

/* -1 after a message. */
static int fault(struct reading *r, const char *wanted)
{
    diag_error(r->d, r->pos, "%s is '%s'; %s is needed%s%.40s%s", r->what,
               r->e->text, wanted,
               r->at[0] != '\0' ? " where '" : " at its end", r->at,
               r->at[0] != '\0' ? "' begins" : "");
    return -1;
}

static int add_node(struct reading *r, struct node node)
{
    if (r->e->n == NODES_MAX)
        return fault(r, "something shorter");
    r->e->node[r->e->n] = node;
    return r->e->n++;
}

/* A text where a number is needed, or one beside a number: in the words from
 * `begin` up to what comes next. */
static int mixes(struct reading *r, const char *begin, const char *what)
{
    const char *end = r->at;
    while (isspace((unsigned char)*begin))
        begin++;
    while (end > begin && isspace((unsigned char)end[-1]))
        end--;
    diag_error(r->d, r->pos,
               "%s has '%.*s', which %s; texts, and keys whose values are "
               "texts, are compared with 'texts', numbers with numbers",
               r->what, (int)(end - begin < 60 ? end - begin : 60), begin,
               what);
    return -1;
}

static bool is_comparison(enum node_kind kind)
{
    return kind >= NODE_LESS && kind <= NODE_UNEQUAL;
}

static bool is_text(const struct reading *r, int node)
{
    return r->e->node[node].comes_to == EXPRESSION_TEXT;
}

/* b: -1: it takes a alone.  begin: of its words. */
static int apply(struct reading *r, enum node_kind kind, int a, int b,
                 const char *begin)
{
    const struct node node = {.kind = kind, .a = a, .b = b};
    if (!is_comparison(kind))
        return is_text(r, a) || (b >= 0 && is_text(r, b))
                   ? mixes(r, begin, "takes a text for a number")
                   : add_node(r, node);
    const enum expression_kind x = r->e->node[a].comes_to,
                               y = r->e->node[b].comes_to;
    return x != y && x != EXPRESSION_EITHER && y != EXPRESSION_EITHER
               ? mixes(r, begin, "compares a number with a text")
               : add_node(r, node);
}

static int binary(struct reading *r, enum node_kind kind, int a, int b,
                  const char *begin)
{
    return a < 0 || b < 0 ? -1 : apply(r, kind, a, b, begin);
}

static void skip_blanks(struct reading *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool is_name_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '.';
}

/* Takes a mark or a word that stands next. */
static bool take(struct reading *r, const char *mark)
{
    const size_t n = strlen(mark);
    skip_blanks(r);
    if (strncmp(r->at, mark, n) != 0 ||
        (isalpha((unsigned char)mark[0]) && is_name_letter(r->at[n])))
        return false;
    r->at += n;
    return true;
}

static int read_or(struct reading *r);

static int read_string(struct reading *r)
{
    const char quote = *r->at;
    const char *end = strchr(r->at + 1, quote);
    if (end == NULL)
        return fault(r, "a quote at the end of a text");
    char *text = xstrndup(r->at + 1, (size_t)(end - r->at - 1));
    if (r->e->n_strings == NODES_MAX) {
        free(text);
        return fault(r, "something shorter");
    }
    r->e->string[r->e->n_strings++] = text;
    r->at = end + 1;
    return add_node(r, (struct node){.kind = NODE_VALUE,
                                     .comes_to = EXPRESSION_TEXT,
                                     .value = cell_text(text)});
}

static int read_function(struct reading *r, enum node_kind kind)
{
    const bool is_of_two = kind == NODE_MIN || kind == NODE_MAX;
    if (!take(r, "("))
        return fault(r, "'('");
    const char *begin = r->at;
    int a = read_or(r);
    if (a >= 0 && !is_of_two)
        a = apply(r, kind, a, -1, begin);
    while (a >= 0 && is_of_two && take(r, ","))
        a = binary(r, kind, a, read_or(r), begin);
    return a >= 0 && !take(r, ")") ? fault(r, "')'") : a;
}

static int read_name(struct reading *r)
{
    static const struct {
        const char *name;
        enum node_kind kind;
    } functions[] = {{"min", NODE_MIN},   {"max", NODE_MAX},
                     {"ceil", NODE_CEIL}, {"floor", NODE_FLOOR},
                     {"sqrt", NODE_SQRT}, {"log2", NODE_LOG2}};
    char name[NAME_BYTES];
    size_t n = 0;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (take(r, functions[i].name))
            return read_function(r, functions[i].kind);
    while (is_name_letter(r->at[n]))
        n++;
    snprintf(name, sizeof(name), "%.*s", (int)n, r->at);
    const int column = r->names->find(r->names->context, name);
    if (column < 0) {
        diag_error(r->d, r->pos,
                   "%s has '%s', which is no key that the plan varies or sets "
                   "and no column of results; the nearest is '%s'",
                   r->what, name, r->names->nearest(r->names->context, name));
        return -1;
    }
    r->at += n;
    return add_node(
        r, (struct node){.kind = NODE_COLUMN,
                         .comes_to = r->names->kind(r->names->context, column),
                         .column = column});
}

static int read_primary(struct reading *r)
{
    skip_blanks(r);
    if (take(r, "(")) {
        const int inner = read_or(r);
        return inner >= 0 && !take(r, ")") ? fault(r, "')'") : inner;
    }
    if (*r->at == '\'' || *r->at == '"')
        return read_string(r);
    if (isdigit((unsigned char)*r->at) || *r->at == '.') {
        char *end;
        const double value = strtod(r->at, &end);
        if (end == r->at || !isfinite(value))
            return fault(r, "a number");
        r->at = end;
        return add_node(
            r, (struct node){.kind = NODE_VALUE, .value = cell_number(value)});
    }
    return isalpha((unsigned char)*r->at) ? read_name(r)
                                          : fault(r, "a name or a number");
}

static int read_unary(struct reading *r)
{
    if (r->depth == DEPTH_MAX)
        return fault(r, "fewer parts inside each other");
    r->depth++;
    int a;
    const char *begin = r->at;
    if (take(r, "-")) {
        a = read_unary(r);
        if (a >= 0)
            a = apply(r, NODE_NEGATIVE, a, -1, begin);
    } else {
        a = read_primary(r);
    }
    r->depth--;
    return a;
}

struct infix {
    const char *mark;
    enum node_kind kind;
};

/* The one of n that stands next, the first that fits; NULL: none. */
static const struct infix *take_infix(struct reading *r,
                                      const struct infix *infix, int n)
{
    for (int i = 0; i < n; i++)
        if (take(r, infix[i].mark))
            return &infix[i];
    return NULL;
}

static int read_product(struct reading *r)
{
    static const struct infix infix[] = {
        {"*", NODE_MULTIPLY}, {"/", NODE_DIVIDE}, {"%", NODE_REMAINDER}};
    const struct infix *found;
    const char *begin = r->at;
    int a = read_unary(r);
    while (a >= 0 && (found = take_infix(r, infix, 3)) != NULL)
        a = binary(r, found->kind, a, read_unary(r), begin);
    return a;
}

static int read_sum(struct reading *r)
{
    static const struct infix infix[] = {{"+", NODE_ADD}, {"-", NODE_SUBTRACT}};
    const struct infix *found;
    const char *begin = r->at;
    int a = read_product(r);
    while (a >= 0 && (found = take_infix(r, infix, 2)) != NULL)
        a = binary(r, found->kind, a, read_product(r), begin);
    return a;
}

static int read_comparison(struct reading *r)
{
    static const struct infix infix[] = {
        {"<=", NODE_LESS_EQUAL}, {"<", NODE_LESS},   {">=", NODE_GREATER_EQUAL},
        {">", NODE_GREATER},     {"==", NODE_EQUAL}, {"!=", NODE_UNEQUAL}};
    const char *begin = r->at;
    const int a = read_sum(r);
    const struct infix *found = a >= 0 ? take_infix(r, infix, 6) : NULL;
    return found != NULL ? binary(r, found->kind, a, read_sum(r), begin) : a;
}

static int read_not(struct reading *r)
{
    if (r->depth == DEPTH_MAX)
        return fault(r, "fewer parts inside each other");
    r->depth++;
    int a;
    const char *begin = r->at;
    if (take(r, "not")) {
        a = read_not(r);
        if (a >= 0)
            a = apply(r, NODE_NOT, a, -1, begin);
    } else {
        a = read_comparison(r);
    }
    r->depth--;
    return a;
}

static int read_and(struct reading *r)
{
    const char *begin = r->at;
    int a = read_not(r);
    while (a >= 0 && take(r, "and"))
        a = binary(r, NODE_AND, a, read_not(r), begin);
    return a;
}

static int read_or(struct reading *r)
{
    if (r->depth == DEPTH_MAX)
        return fault(r, "fewer parts inside each other");
    r->depth++;
    const char *begin = r->at;
    int a = read_and(r);
    while (a >= 0 && take(r, "or"))
        a = binary(r, NODE_OR, a, read_and(r), begin);
    r->depth--;
    return a;
}

struct expression *expression_read(const char *text, const char *what,
                                   const struct expression_names *names,
                                   struct src_pos at, struct diag *d)
{
    struct expression *e = xcalloc(1, sizeof(*e));
    e->text = xstrdup(text);
    struct reading r = {e, e->text, what, names, at, d, 0};
    e->top = read_or(&r);
    skip_blanks(&r);
    if (e->top >= 0 && *r.at != '\0')
        e->top = fault(&r, "an operator, or the end,");
    if (e->top >= 0)
        return e;
    expression_free(e);
    return NULL;
}

void expression_free(struct expression *e)
{
    if (e == NULL)
        return;
    for (int i = 0; i < e->n_strings; i++)
        free(e->string[i]);
    free(e->text);
    free(e);
}

const char *expression_text(const struct expression *e)
{
    return e->text;
}

enum expression_kind expression_kind_of(const struct expression *e)
{
    return e->node[e->top].comes_to;
}

void expression_columns(const struct expression *e,
                        void (*use)(void *context, int column), void *context)
{
    for (int i = 0; i < e->n; i++)
        if (e->node[i].kind == NODE_COLUMN)
            use(context, e->node[i].column);
}

/* Whether a and b stand to each other as a comparison says. */
static bool compares(enum node_kind kind, const struct cell *a,
                     const struct cell *b)
{
    if (a->kind == CELL_NONE || b->kind == CELL_NONE)
        return false;
    if ((a->kind == CELL_TEXT) != (b->kind == CELL_TEXT))
        return kind == NODE_UNEQUAL;
    const double x = cell_value(a), y = cell_value(b);
    const int order =
        a->kind == CELL_TEXT ? strcmp(a->text, b->text) : (x > y) - (x < y);
    switch (kind) {
    case NODE_LESS:
        return order < 0;
    case NODE_LESS_EQUAL:
        return order <= 0;
    case NODE_GREATER:
        return order > 0;
    case NODE_GREATER_EQUAL:
        return order >= 0;
    case NODE_EQUAL:
        return order == 0;
    default:
        return order != 0;
    }
}

static double arithmetic(enum node_kind kind, double x, double y)
{
    switch (kind) {
    case NODE_NEGATIVE:
        return -x;
    case NODE_MULTIPLY:
        return x * y;
    case NODE_DIVIDE:
        return x / y;
    case NODE_REMAINDER:
        return fmod(x, y);
    case NODE_ADD:
        return x + y;
    case NODE_SUBTRACT:
        return x - y;
    case NODE_MIN:
        return fmin(x, y);
    case NODE_MAX:
        return fmax(x, y);
    case NODE_CEIL:
        return ceil(x);
    case NODE_FLOOR:
        return floor(x);
    case NODE_SQRT:
        return sqrt(x);
    default:
        return log2(x);
    }
}

/* Division by 0 and its like have no value. */
static struct cell number_of(double value)
{
    return isfinite(value) ? cell_number(value)
                           : (struct cell){.kind = CELL_NONE};
}

static bool is_true(const struct cell *cell)
{
    return cell_is_number(cell) && cell_value(cell) != 0;
}

static struct cell value_of(const struct expression *e, int i,
                            const struct cell *cell)
{
    const struct node *n = &e->node[i];
    if (n->kind == NODE_VALUE)
        return n->value;
    if (n->kind == NODE_COLUMN)
        return cell[n->column];
    const struct cell a = value_of(e, n->a, cell);
    if (n->kind == NODE_NOT)
        return cell_whole(!is_true(&a));
    if (n->kind == NODE_AND && !is_true(&a))
        return cell_whole(0);
    if (n->kind == NODE_OR && is_true(&a))
        return cell_whole(1);
    const bool is_of_one = n->kind == NODE_NEGATIVE || n->kind >= NODE_CEIL;
    const struct cell b = is_of_one ? cell_whole(0) : value_of(e, n->b, cell);
    if (n->kind == NODE_AND || n->kind == NODE_OR)
        return cell_whole(is_true(&b));
    if (is_comparison(n->kind))
        return cell_whole(compares(n->kind, &a, &b));
    if (!cell_is_number(&a) || !cell_is_number(&b))
        return (struct cell){.kind = CELL_NONE};
    return number_of(arithmetic(n->kind, cell_value(&a), cell_value(&b)));
}

struct cell expression_value(const struct expression *e,
                             const struct cell *cell)
{
    return value_of(e, e->top, cell);
}

bool expression_holds(const struct expression *e, const struct cell *cell)
{
    const struct cell value = expression_value(e, cell);
    return is_true(&value);
}
