/* page.c - runs the package in a child whose three streams are files without a
 * name, so that neither has to wait for the other.
 * SPDX-License-Identifier: MIT
 */
#include "sim/page/page.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/text_stream.h"

#ifndef ACCELSIM_PYTHON
#error "ACCELSIM_PYTHON: the Python 3 that runs the package"
#endif

static const struct src_pos command_line = {NULL, 0};

enum { CANNOT_RUN = 127, WORDS_MAX = 512 };

/* The installed one, else the source tree's. */
static const char *package_folder(void)
{
    return access(ACCELSIM_DATADIR "/seeing/__main__.py", R_OK) == 0
               ? ACCELSIM_DATADIR "/seeing"
               : ACCELSIM_SRCDIR "/configs/seeing";
}

const char *page_glossary(void)
{
    return access(ACCELSIM_DATADIR "/glossary.md", R_OK) == 0
               ? ACCELSIM_DATADIR "/glossary.md"
               : ACCELSIM_SRCDIR "/docs/glossary.md";
}

/* The child's part; it ends with its parent. */
static void become(const char *const words[], FILE *from, FILE *to,
                   FILE *messages)
{
    const char *word[WORDS_MAX + 4] = {ACCELSIM_PYTHON, "-B", package_folder()};
    int n = 3;
    for (int k = 0; words[k] != NULL; k++)
        word[n++] = words[k];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int none = open("/dev/null", O_RDONLY);
    if (dup2(from != NULL ? fileno(from) : none, STDIN_FILENO) < 0 ||
        dup2(fileno(to), STDOUT_FILENO) < 0 ||
        dup2(fileno(messages), STDERR_FILENO) < 0)
        _exit(CANNOT_RUN);
    execvp(word[0], (char *const *)word);
    _exit(CANNOT_RUN);
}

static void copy(FILE *from, FILE *to)
{
    char piece[4096];
    size_t n;
    rewind(from);
    while ((n = fread(piece, 1, sizeof(piece), from)) > 0)
        fwrite(piece, 1, n, to);
}

/* Each line is a message; the package begins them with "error: ". */
static bool relay(FILE *messages, struct diag *d)
{
    char *text = NULL, *rest, *line;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    copy(messages, to);
    SIM_CHECK(fclose(to) == 0);
    rest = text;
    while ((line = strsep(&rest, "\n")) != NULL)
        if (strncmp(line, "error: ", 7) == 0)
            diag_error(d, command_line, "%s", line + 7);
    free(text);
    return false;
}

static bool cannot_run(const char *why, struct diag *d)
{
    return diag_fail(d, EXIT_IO, command_line,
                     "cannot run '%s' with '%s' (%s); a Python 3 is needed, "
                     "where configure found one",
                     ACCELSIM_PYTHON, package_folder(), why);
}

/* What the end of the child means. */
static bool ended(int status, FILE *said, FILE *messages, FILE *to,
                  struct diag *d)
{
    const int before = diag_count(d);
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_OK) {
        copy(said, to);
        return true;
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_USAGE)
        relay(messages, d);
    if (diag_count(d) > before)
        return false;
    return cannot_run(WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                          : "it ended early",
                      d);
}

bool page_run(const char *const words[], FILE *from, FILE *to, struct diag *d)
{
    int n = 0, status = 0;
    while (words[n] != NULL)
        n++;
    if (n > WORDS_MAX)
        return diag_error(d, command_line,
                          "%d words are more than a page takes; up to %d, "
                          "with fewer files or options, are possible",
                          n, WORDS_MAX);
    FILE *said = tmpfile(), *messages = tmpfile();
    bool ok = said != NULL && messages != NULL;
    if (from != NULL)
        rewind(from);
    fflush(NULL);
    const pid_t child = ok ? fork() : -1;
    if (child == 0)
        become(words, from, said, messages);
    pid_t done = -1;
    while (child > 0 && (done = waitpid(child, &status, 0)) < 0 &&
           errno == EINTR)
        continue;
    ok = done > 0 ? ended(status, said, messages, to, d)
                  : cannot_run(strerror(errno), d);
    if (said != NULL)
        fclose(said);
    if (messages != NULL)
        fclose(messages);
    return ok;
}

bool page_write_results(const struct report_input *in, FILE *to)
{
    const char *const words[] = {"report", "--glossary", page_glossary(), "-",
                                 NULL};
    struct diag *d = diag_new();
    FILE *json = tmpfile();
    bool ok = json != NULL && report_write_json(in, json);
    ok = ok && page_run(words, json, to, d);
    diag_free(d);
    if (json != NULL)
        fclose(json);
    return ok;
}
