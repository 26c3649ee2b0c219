/* point_process.c - a socket to the process: a number goes there, a result
 * comes back.  Constants have the same places in both.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/walk/point_process.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/process/whole_io.h"

struct point_process {
    run_point_fn *run;
    void *context; /* borrowed */
    int mib;
    pid_t pid; /* 0: there is none */
    int socket;
    int said;      /* a file in memory that has what it says; -1: none */
    bool is_fresh; /* it has run nothing yet */
};

/* How a process begins to say that its memory is out (sim/base/diag.c). */
static const char memory_out[] = "accelsim: error: out of memory: ";

enum { SAID_BYTES = 256 };

/* A process has its own end of its own socket alone, which so has an end when
 * it ends: no other is forked while both ends are here. */
static pthread_mutex_t forking = PTHREAD_MUTEX_INITIALIZER;

struct point_process *point_process_new(int mib, run_point_fn *run,
                                        void *context)
{
    struct point_process *p = xcalloc(1, sizeof(*p));
    p->run = run;
    p->context = context;
    p->mib = mib;
    p->socket = p->said = -1;
    return p;
}

/* --- in the process ------------------------------------------------------- */

/* Memory that this process can write, as RLIMIT_DATA counts it; 0: unknown. */
static rlim_t written_bytes(void)
{
    unsigned long long size, resident, shared, text, library, data = 0;
    FILE *from = fopen("/proc/self/statm", "r");
    if (from == NULL)
        return 0;
    if (fscanf(from, "%llu %llu %llu %llu %llu %llu", &size, &resident, &shared,
               &text, &library, &data) != 6)
        data = 0;
    fclose(from);
    return (rlim_t)data * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* A lower limit of whoever started the program stays. */
static void limit_memory(int mib)
{
    struct rlimit limit;
    const rlim_t most = written_bytes() + ((rlim_t)mib << 20);
    if (getrlimit(RLIMIT_DATA, &limit) == 0 &&
        (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > most)) {
        limit.rlim_cur = most;
        setrlimit(RLIMIT_DATA, &limit);
    }
}

__attribute__((noreturn)) static void
answer_points(const struct point_process *p, int socket, pid_t parent)
{
    static struct point_result r;
    uint64_t number;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_IO);
    /* Nobody reads it but who asks why the process ended. */
    dup2(p->said, STDERR_FILENO);
    limit_memory(p->mib);
    while (read_whole(socket, &number, sizeof(number))) {
        p->run(p->context, number, &r);
        const size_t bytes = r.reason != NULL ? strlen(r.reason) + 1 : 0;
        if (!write_whole(socket, &r, sizeof(r)) ||
            !write_whole(socket, &bytes, sizeof(bytes)) ||
            !write_whole(socket, r.reason, bytes))
            break;
        point_result_fini(&r);
    }
    _exit(EXIT_OK);
}

/* --- in the parent -------------------------------------------------------- */

static bool start(struct point_process *p, struct diag *d)
{
    int ends[2] = {-1, -1};
    const pid_t parent = getpid();
    pthread_mutex_lock(&forking);
    const int said = memfd_create("said", MFD_CLOEXEC);
    bool ok = said >= 0 &&
              socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0;
    p->said = said;
    const pid_t pid = ok ? fork() : -1;
    if (pid == 0) {
        close(ends[0]);
        answer_points(p, ends[1], parent);
    }
    if (ok)
        close(ends[1]);
    pthread_mutex_unlock(&forking);
    if (pid < 0) {
        diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                  "no process can be made to run a point in, as "
                  "'limits.memory_mib' wants it (%s); fewer processes or more "
                  "memory are needed",
                  strerror(errno));
        if (ok)
            close(ends[0]);
        if (said >= 0)
            close(said);
        return false;
    }
    p->pid = pid;
    p->socket = ends[0];
    p->is_fresh = true;
    return true;
}

/* How it ended, and the beginning of what it said. */
static int wait_for_end(struct point_process *p, char said[SAID_BYTES])
{
    int status = 0;
    close(p->socket);
    while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
        ;
    const ssize_t n = pread(p->said, said, SAID_BYTES - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    close(p->said);
    p->said = -1;
    p->pid = 0;
    p->socket = -1;
    return status;
}

static bool ask(struct point_process *p, uint64_t number,
                struct point_result *out)
{
    size_t bytes;
    if (!write_whole(p->socket, &number, sizeof(number)) ||
        !read_whole(p->socket, out, sizeof(*out)) ||
        !read_whole(p->socket, &bytes, sizeof(bytes)))
        return false;
    out->reason = bytes > 0 ? xcalloc(1, bytes) : NULL;
    if (read_whole(p->socket, out->reason, bytes))
        return true;
    free(out->reason);
    return false;
}

bool point_process_run(struct point_process *p, uint64_t number,
                       struct point_result *out, struct diag *d)
{
    char said[SAID_BYTES];
    for (;;) {
        if (p->pid == 0 && !start(p, d))
            return false;
        const bool was_fresh = p->is_fresh;
        p->is_fresh = false;
        if (ask(p, number, out))
            return true;
        const int status = wait_for_end(p, said);
        if (!was_fresh)
            continue; /* what earlier points left may have been too much */
        const bool is_limit =
            WIFEXITED(status) && WEXITSTATUS(status) == EXIT_IO &&
            strncmp(said, memory_out, sizeof(memory_out) - 1) == 0;
        if (!is_limit && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
            return diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                             "the process that ran point %" PRIu64
                             " ended with %s %d%s%s; it may be run alone by "
                             "'accelsim run'",
                             number, WIFSIGNALED(status) ? "signal" : "status",
                             WIFSIGNALED(status) ? WTERMSIG(status)
                                                 : WEXITSTATUS(status),
                             said[0] != '\0' ? " and said " : "", said);
        memset(out, 0, sizeof(*out));
        point_fail(out, POINT_over_limit,
                   is_limit ? "it takes more than %d MiB of memory"
                            : "it was killed, as the system does that has no "
                              "memory; the limit is %d MiB",
                   p->mib);
        return true;
    }
}

void point_process_free(struct point_process *p)
{
    if (p == NULL)
        return;
    if (p->pid != 0) {
        char said[SAID_BYTES];
        shutdown(p->socket, SHUT_RDWR); /* whoever else has it open */
        wait_for_end(p, said);
    }
    free(p);
}
