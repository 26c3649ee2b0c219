/* command.h - what accelsim can be asked to do: `accelsim [COMMAND] OPTIONS`.
 *
 * To add one: a row below, and sim/cli/command_NAME.c with its function.  The
 * parser, the help and the dispatch follow from the row.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_COMMAND_H
#define SIM_CLI_COMMAND_H

#ifdef __cplusplus
extern "C" {
#endif

/* name, operand, doc; the first is done when none is named.  The operand is
 * what the help calls the word that may follow without dashes, and with "..."
 * the words; "": none may. */
#define COMMANDS(X)                                                           \
    X(run, "", "simulate layers and report")                                  \
    X(model, "",                                                              \
      "the same from closed forms: counts, energy, bounds of cycles")         \
    X(map, "", "find the best mapping of each layer, proven")                 \
    X(reuse, "", "how far apart the uses of a word are, at every level")      \
    X(explain, "",                                                            \
      "where cycles and energy went, and what would help, simulated")         \
    X(report, "FILE...", "one page of HTML of what was printed before")       \
    X(compare, "FILE...",                                                     \
      "what differs between two results or two architectures, and why")       \
    X(validate, "", "published claims beside what is found here")             \
    X(sweep, "PLAN.cfg|status|export|merge...",                               \
      "run the points of a plan, and keep what they come to in a store")      \
    X(serve, "", "answer requests, a line of JSON each, from standard input") \
    X(list, "networks|layers|architectures|energy|memories|dataflows",        \
      "what there is to be named; of layers, those of --net")                 \
    X(import, "FILE...", "files of other tools as files of accelsim's own")   \
    X(help, "[COMMAND|WORD|words|man|completion|schema]",                     \
      "a command's options, what a report's word means, or a page")

#define COMMAND_ENUM(name, operand, doc) COMMAND_##name,
enum command { COMMANDS(COMMAND_ENUM) COMMAND_N };
#undef COMMAND_ENUM

extern const char *const command_name[COMMAND_N];
extern const char *const command_operand[COMMAND_N];
extern const char *const command_doc[COMMAND_N];

struct invocation; /* sim/cli/invocation.h */

/* Does it; what goes wrong is said in the invocation's diag, whose status is
 * the program's. */
#define COMMAND_FUNCTION(name, operand, doc) \
    void command_##name(struct invocation *s);
COMMANDS(COMMAND_FUNCTION)
#undef COMMAND_FUNCTION

#ifdef __cplusplus
}
#endif

#endif
