/* importer.c - runs the Python package that reads other tools' files: without
 * a shell, its messages read from a pipe and handed on as this program's.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/importer.h"
#include "sim/base/text_stream.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/file_use.h"
#ifndef ACCELSIM_PYTHON
#error "ACCELSIM_PYTHON: the Python 3 that runs the importers"
#endif

static const struct src_pos command_line = {NULL, 0};

enum { CANNOT_RUN = 127 }; /* as a shell has it */

/* The package's folder: the installed one, else the source tree's. */
static const char *package_folder(void)
{
    static const char *const folders[] = {ACCELSIM_DATADIR "/importers",
                                          ACCELSIM_SRCDIR "/configs/importers"};
    return access(ACCELSIM_DATADIR "/importers/__main__.py", R_OK) == 0
               ? folders[0]
               : folders[1];
}

struct words { /* of a command line; borrows the words */
    const char **word;
    size_t n;
};

static void add(struct words *w, const char *word)
{
    w->word = xrealloc(w->word, w->n + 2, sizeof(*w->word));
    w->word[w->n++] = word;
    w->word[w->n] = NULL;
}

/* `program` is this one, which the package may ask for counts. */
static struct words words_of(const struct import_task *task,
                             const char *program)
{
    struct words w = {NULL, 0};
    add(&w, ACCELSIM_PYTHON);
    add(&w, "-B"); /* writes nothing beside the package */
    add(&w, package_folder());
    if (task->kind != NULL) {
        add(&w, "--kind");
        add(&w, task->kind);
    }
    add(&w, "--to");
    add(&w, task->to);
    if (task->form != NULL) {
        add(&w, "--form");
        add(&w, task->form);
    }
    if (task->compare != NULL) {
        add(&w, "--compare");
        add(&w, task->compare);
    }
    add(&w, "--program");
    add(&w, program);
    if (task->count_as != NULL) {
        add(&w, "--count-as");
        add(&w, task->count_as);
    }
    if (task->is_strict)
        add(&w, "--strict");
    if (file_use_is_confined())
        add(&w, "--safe");
    if (task->is_told)
        add(&w, "--told");
    if (task->is_listed)
        add(&w, "--listed");
    for (int i = 0; i < task->dims.n; i++) {
        add(&w, "--dim");
        add(&w, task->dims.text[i]);
    }
    add(&w, "--");
    for (int i = 0; i < task->files.n; i++)
        add(&w, task->files.text[i]);
    return w;
}

/* The child's part.  It ends with its parent, and writes its messages to
 * `messages`. */
__attribute__((noreturn)) static void become(const struct words *w,
                                             int messages, bool says_on_error)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if ((says_on_error && dup2(STDERR_FILENO, STDOUT_FILENO) < 0) ||
        dup2(messages, STDERR_FILENO) < 0)
        _exit(CANNOT_RUN);
    execvp(w->word[0], (char *const *)w->word);
    _exit(CANNOT_RUN);
}

/* All that comes through the pipe; the caller frees it. */
static char *read_all(int from)
{
    char *text = NULL, piece[4096];
    size_t bytes;
    ssize_t n;
    FILE *to = text_stream(&text, &bytes);
    while ((n = read(from, piece, sizeof(piece))) > 0 ||
           (n < 0 && errno == EINTR))
        fwrite(piece, 1, n > 0 ? (size_t)n : 0, to);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

/* Each line is a message. */
static void relay(char *text, enum exit_status status, struct diag *d)
{
    char *line;
    while ((line = strsep(&text, "\n")) != NULL)
        if (line[0] != '\0')
            diag_relay(d, status, line);
}

static bool cannot_run(const char *why, struct diag *d)
{
    return diag_fail(d, EXIT_IO, command_line,
                     "cannot run '%s' with '%s' (%s); a Python 3 is needed, "
                     "where configure found one",
                     ACCELSIM_PYTHON, package_folder(), why);
}

/* What the end of the child means. */
static bool ended(int status, char *messages, struct diag *d)
{
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : CANNOT_RUN;
    if (code == EXIT_OK) {
        fputs(messages, stderr);
        return true;
    }
    if (messages[0] == '\0' || code == CANNOT_RUN)
        return cannot_run(WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                              : "it did not start",
                          d);
    relay(messages,
          code == EXIT_IO || code == EXIT_MISMATCH ? (enum exit_status)code
                                                   : EXIT_USAGE,
          d);
    return false;
}

bool importer_run(const struct import_task *task, struct diag *d)
{
    char program[PATH_MAX + 1] = "";
    if (readlink("/proc/self/exe", program, PATH_MAX) < 0)
        strcpy(program, "accelsim");
    struct words w = words_of(task, program);
    int ends[2], status = 0;
    fflush(NULL);
    if (pipe(ends) != 0) {
        free(w.word);
        return cannot_run(strerror(errno), d);
    }
    const pid_t child = fork();
    if (child == 0)
        become(&w, ends[1], task->kind != NULL);
    free(w.word);
    close(ends[1]);
    char *messages = child > 0 ? read_all(ends[0]) : NULL;
    close(ends[0]);
    bool ok;
    if (child < 0)
        ok = cannot_run(strerror(errno), d);
    else {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        ok = ended(status, messages, d);
    }
    free(messages);
    return ok;
}
