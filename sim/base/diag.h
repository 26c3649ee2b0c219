/* diag.h - how a failure reaches the user.
 *
 * A fallible function takes a diag last, appends at least one message, returns
 * false and leaves its outputs untouched.  Readers go on after an error, so a
 * user repairs a file in one pass.  "FILE:LINE: error: WHAT; WHAT WOULD BE
 * RIGHT", lower case, subject in single quotes, no full stop.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_DIAG_H
#define SIM_BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Exit statuses of the program (README.md, "Exit status"). */
enum exit_status {
    EXIT_OK = 0,
    EXIT_USAGE = 1,      /* bad usage or configuration */
    EXIT_NO_MAPPING = 2, /* no legal mapping */
    EXIT_MISMATCH = 3,   /* a wrong output, or a claim missed */
    EXIT_IO = 4,         /* a file could not be read or written */
    /* The machine deadlocked or passed --max-cycles, or the program ran longer
     * than --wall-limit allows. */
    EXIT_MACHINE = 5
};

struct src_pos {
    const char *file; /* borrowed; NULL = the command line */
    int line;         /* from 1; 0 = the whole file */
};

struct diag; /* owns its text */

struct diag *diag_new(void);
void diag_free(struct diag *d);

/* Appends one message.  Returns false, so that a caller can
 * `return diag_error(...)`. */
bool diag_error(struct diag *d, struct src_pos at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As diag_error; the first call with a status other than EXIT_USAGE decides
 * diag_status. */
bool diag_fail(struct diag *d, enum exit_status status, struct src_pos at,
               const char *fmt, ...) __attribute__((format(printf, 4, 5)));

int diag_count(const struct diag *d);
/* EXIT_OK when there is no message, else the status to exit with. */
enum exit_status diag_status(const struct diag *d);
/* Whether no further message would be shown, only counted: then what makes a
 * message helpful need not be worked out. */
bool diag_is_full(const struct diag *d);
/* Message i (from 0) without a line end; borrowed from d. */
const char *diag_text(const struct diag *d, int i);
/* Prints at most 10 messages, one a line, then "and N more". */
void diag_print(const struct diag *d, FILE *to);
/* Appends a message that another diag worded (diag_text). */
void diag_relay(struct diag *d, enum exit_status status, const char *text);
/* Moves all messages of `from` behind those of `to`. */
void diag_move(struct diag *to, struct diag *from);
/* Forgets all messages. */
void diag_clear(struct diag *d);

void sim_check_failed(const char *expr, const char *file, int line)
    __attribute__((noreturn, cold));

/* Checks what only a mistake of our own can break, and ends the program if it
 * is broken. It is on in every build: a wrong cycle count costs more than a
 * compare.  What is false for want of memory (errno) ends it as xcalloc does.
 */
#define SIM_CHECK(e) ((e) ? (void)0 : sim_check_failed(#e, __FILE__, __LINE__))

/* Returns zeroed memory.  When there is none, the program ends with EXIT_IO and
 * says how much it wanted. */
void *xcalloc(size_t count, size_t size_bytes);
void *xrealloc(void *old, size_t count, size_t size_bytes);
char *xstrdup(const char *text);
/* The first `bytes` of the text, or all of it where it is shorter. */
char *xstrndup(const char *text, size_t bytes);
/* Ends the program as these do, for libraries that found no memory. */
void memory_is_out(void) __attribute__((noreturn, cold));

#ifdef __cplusplus
}
#endif

#endif
