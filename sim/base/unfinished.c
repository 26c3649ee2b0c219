/* unfinished.c - removes files that a process leaves behind half-made.
 *
 * The names stand in a table of fixed places, so that a signal's handler can
 * read it at any moment: a place counts only while its `owner` is set, which
 * happens after the name is written and ends before it is changed.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/unfinished.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/diag.h"

/* At a time: a waveform's folder, two files in it, a report, and a folder with
 * what was imported. */
#define PLACES 16

static struct place {
    atomic_int owner; /* the process that made it; 0: the place is free */
    char path[PATH_MAX];
} places[PLACES];

/* Signals that end a process, whoever sends them. */
static const int ending[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,   SIGTRAP,
                             SIGABRT, SIGBUS,  SIGFPE,  SIGUSR1,  SIGSEGV,
                             SIGUSR2, SIGPIPE, SIGALRM, SIGTERM,  SIGXCPU,
                             SIGXFSZ, SIGSYS,  SIGPROF, SIGVTALRM};
#define ENDINGS ((int)(sizeof(ending) / sizeof(*ending)))

static bool is_mine(const struct place *place)
{
    return atomic_load(&place->owner) == (int)getpid();
}

/* Calls only what a signal's handler may call.  Folders go last, when nothing
 * is in them any more. */
void unfinished_remove_all(void)
{
    for (int i = 0; i < PLACES; i++)
        if (is_mine(&places[i]))
            unlink(places[i].path);
    for (int i = 0; i < PLACES; i++)
        if (is_mine(&places[i]))
            rmdir(places[i].path);
}

/* The signal comes again when the handler returns, and then it ends the
 * process as it would have without us. */
static void remove_and_end(int signal_number)
{
    unfinished_remove_all();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Done before each new name, for in a child process the signal that tells of
 * its parent's end is set anew. */
static void handle_signals(void)
{
    static bool at_exit;
    if (!at_exit)
        SIM_CHECK(atexit(unfinished_remove_all) == 0);
    at_exit = true;
    for (int i = 0; i < ENDINGS; i++) {
        struct sigaction action;
        if (sigaction(ending[i], NULL, &action) != 0 ||
            (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL)
            continue;
        memset(&action, 0, sizeof(action));
        action.sa_handler = remove_and_end;
        sigemptyset(&action.sa_mask);
        (void)sigaction(ending[i], &action, NULL);
    }
}

void unfinished_name(const char *path)
{
    const int me = (int)getpid();
    handle_signals();
    SIM_CHECK(strlen(path) < PATH_MAX);
    for (int i = 0; i < PLACES; i++) {
        /* What a parent made is not the child's to remove. */
        if (atomic_load(&places[i].owner) == me)
            continue;
        atomic_store(&places[i].owner, 0);
        strcpy(places[i].path, path);
        atomic_store(&places[i].owner, me);
        return;
    }
    SIM_CHECK(!"more files are unfinished than there are places");
}

void unfinished_forget(const char *path)
{
    for (int i = 0; i < PLACES; i++)
        if (is_mine(&places[i]) && strcmp(places[i].path, path) == 0)
            atomic_store(&places[i].owner, 0);
}

void unfinished_remove(const char *path)
{
    if (unlink(path) != 0)
        rmdir(path);
    unfinished_forget(path);
}

/* Makes the file, or for `fd` == NULL the folder, and takes note of it; no
 * signal comes between the two. */
static bool make(char *pattern, int *fd)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool made = fd == NULL ? mkdtemp(pattern) != NULL
                           : (*fd = mkostemp(pattern, O_CLOEXEC)) >= 0;
    int error = errno;
    if (made)
        unfinished_name(pattern);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return made;
}

int unfinished_file(char *pattern)
{
    int fd;
    return make(pattern, &fd) ? fd : -1;
}

bool unfinished_folder(char *pattern)
{
    return make(pattern, NULL);
}
