/* option_table.h - every option of the command line, once.
 *
 * One row holds all that is known of an option: its names, its value, the
 * commands that honour it, the field of struct options that takes the value,
 * and its help.  The parser, `--help`, the refusals of commands that cannot
 * honour it, the manual page and the shell's completion walk the table.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CLI_OPTION_TABLE_H
#define SIM_CLI_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/diag.h"
#include "sim/cli/command.h"

#ifdef __cplusplus
extern "C" {
#endif

enum option_kind {
    OPTION_TITLE, /* no option: `doc` is the title of the rows that follow */
    OPTION_TEXT,  /* const char *, borrowed from the command line */
    OPTION_ON,    /* bool, set to true; has no value */
    OPTION_OFF,   /* bool, set to false; has no value */
    OPTION_INT,   /* int, from min to max */
    OPTION_COUNT, /* uint64_t, from min to max */
    OPTION_OWN    /* whatever its reader makes of it */
};

/* Reads the value, which is NULL where none was given, into the row's field.
 * false: what is wrong with it has been said in d. */
typedef bool option_reader(const char *text, void *field, struct diag *d);

struct option_row {
    const char *name;     /* without its dashes */
    int letter;           /* 'o' of '-o'; 0: it has none */
    const char *argument; /* what help calls its value; NULL: it has none */
    bool may_lack;        /* its value may be left out */
    unsigned commands;    /* that honour it, one bit each: OPTION_FOR */
    enum option_kind kind;
    size_t offset;       /* of its field in struct options */
    int64_t min, max;    /* of OPTION_INT and OPTION_COUNT, both allowed */
    option_reader *read; /* of OPTION_OWN */
    const char *doc;
};

#define OPTION_FOR(command) (1u << (command))
/* Beside the commands: 'reuse' of a file of accesses. */
#define OPTION_FOR_STREAM (1u << COMMAND_N)

/* The last row has no doc. */
extern const struct option_row option_table[];
enum { OPTIONS_MAX = 128 }; /* rows that the table may have */

/* The row of an option's name ("cfg", or "cfg=x" up to the '='), or NULL. */
const struct option_row *option_find(const char *name);
/* Whether the command named honours the row's option. */
bool option_honoured(const struct option_row *row, enum command command);

#ifdef __cplusplus
}
#endif

#endif
