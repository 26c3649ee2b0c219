/* apart.c - a layer in a process of its own.
 *
 * The child sends records, each a head and `bytes` more: progress, then one
 * message each, then the result with its text, then the end.  A result is
 * plain data but for the text, and for pointers to constants, which are the
 * same in parent and child.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/base/unfinished.h"
#include "sim/process/whole_io.h"
#include "sim/run/check.h"

enum record_kind {
    RECORD_PROGRESS, /* two numbers: passes done, passes */
    RECORD_MESSAGE,  /* a line, without what comes before it */
    RECORD_RESULT,   /* a struct layer_result; the layer was simulated */
    RECORD_MAPPING,  /* its mapping_text */
    RECORD_END
};

struct record_head {
    uint32_t kind;
    uint32_t status; /* of a message */
    uint64_t bytes;
};

/* What the kernel sends a child whose parent is gone; whoever started the
 * parent may have it ignore SIGTERM. */
#define PARENT_GONE SIGUSR1

/* Ends with its parent: nobody else waits for the result. */
static void end_with(pid_t parent)
{
    signal(PARENT_GONE, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, PARENT_GONE);
    if (getppid() != parent) /* it was gone before */
        _exit(EXIT_IO);
}

/* Does what the child is for, and ends it. */
static void be_child(int fd, const struct layer_runner *runner,
                     const struct arch *arch, const struct layer *layer,
                     const struct layer_mapping *mapping,
                     const struct simulate_options *options)
    __attribute__((noreturn));

/* The child has nobody to tell when its parent is gone. */
static void send_record(int fd, enum record_kind kind, enum exit_status status,
                        const void *data, size_t bytes)
{
    const struct record_head head = {(uint32_t)kind, (uint32_t)status, bytes};
    if (write_whole(fd, &head, sizeof(head)) && write_whole(fd, data, bytes))
        return;
    unfinished_remove_all();
    _exit(EXIT_IO);
}

static void send_progress(void *context, uint64_t passes_done, uint64_t passes)
{
    const uint64_t share[2] = {passes_done, passes};
    send_record(*(const int *)context, RECORD_PROGRESS, EXIT_OK, share,
                sizeof(share));
}

static void send_outcome(int fd, bool ok, const struct layer_result *result,
                         const struct diag *d)
{
    for (int i = 0; i < diag_count(d); i++) {
        const char *text = diag_text(d, i);
        send_record(fd, RECORD_MESSAGE, diag_status(d), text, strlen(text));
    }
    if (ok) {
        send_record(fd, RECORD_RESULT, EXIT_OK, result, sizeof(*result));
        if (result->mapping_text != NULL)
            send_record(fd, RECORD_MAPPING, EXIT_OK, result->mapping_text,
                        strlen(result->mapping_text));
    }
    send_record(fd, RECORD_END, EXIT_OK, NULL, 0);
}

static void be_child(int fd, const struct layer_runner *runner,
                     const struct arch *arch, const struct layer *layer,
                     const struct layer_mapping *mapping,
                     const struct simulate_options *options)
{
    struct simulate_options ours = *options;
    struct layer_result result;
    struct diag *d = diag_new();
    memset(&result, 0, sizeof(result));
    signal(SIGPIPE, SIG_IGN);
    dup2(STDERR_FILENO, STDOUT_FILENO); /* the report's is the parent's */
    if (options->progress != NULL) {
        ours.progress = send_progress;
        ours.progress_context = &fd;
    }
    bool ok =
        runner->run(runner->context, arch, layer, mapping, &ours, &result, d);
    send_outcome(fd, ok, &result, d);
    /* No exit handlers: what is buffered is the parent's.  Not by _exit, at
     * which the address sanitizer would look for the stack, and complain that
     * coroutines have come and gone. */
    for (;;)
        syscall(SYS_exit_group, EXIT_OK);
}

struct answer {
    struct layer_result result;
    bool has_result, is_complete;
};

/* Reads one record.  false: there is none, or it makes no sense. */
static bool take_record(int fd, const struct simulate_options *options,
                        struct answer *answer, struct diag *d)
{
    struct record_head head;
    uint64_t share[2];
    char *text;
    bool ok = true;
    if (!read_whole(fd, &head, sizeof(head)))
        return false;
    switch (head.kind) {
    case RECORD_PROGRESS:
        ok =
            head.bytes == sizeof(share) && read_whole(fd, share, sizeof(share));
        if (ok && options->progress != NULL)
            options->progress(options->progress_context, share[0], share[1]);
        return ok;
    case RECORD_MESSAGE:
    case RECORD_MAPPING:
        text = xcalloc(1, (size_t)head.bytes + 1);
        ok = read_whole(fd, text, (size_t)head.bytes);
        if (ok && head.kind == RECORD_MAPPING) {
            answer->result.mapping_text = text;
            return true;
        }
        if (ok)
            diag_relay(d, (enum exit_status)head.status, text);
        free(text);
        return ok;
    case RECORD_RESULT:
        answer->has_result =
            head.bytes == sizeof(answer->result) &&
            read_whole(fd, &answer->result, sizeof(answer->result));
        answer->result.mapping_text = NULL; /* was the child's */
        return answer->has_result;
    case RECORD_END:
        answer->is_complete = true;
        return true;
    default:
        return false;
    }
}

static bool no_process(const struct layer *layer, struct diag *d)
{
    return diag_fail(d, EXIT_MACHINE, (struct src_pos){NULL, 0},
                     "layer '%s': no process can be started for it (%s); "
                     "fewer at a time (-j) may do",
                     layer->name, strerror(errno));
}

static bool run_child(const struct layer_runner *runner,
                      const struct arch *arch, const struct layer *layer,
                      const struct layer_mapping *mapping,
                      const struct simulate_options *options,
                      struct layer_result *out, struct diag *d)
{
    struct answer answer;
    int pipe_fd[2], status = 0, messages = diag_count(d);
    memset(&answer, 0, sizeof(answer));
    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return no_process(layer, d);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0)
        end_with(parent);
    if (child == 0)
        be_child(pipe_fd[1], runner, arch, layer, mapping, options);
    close(pipe_fd[1]);
    if (child < 0) {
        close(pipe_fd[0]);
        return no_process(layer, d);
    }
    while (!answer.is_complete && take_record(pipe_fd[0], options, &answer, d))
        continue;
    close(pipe_fd[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!answer.is_complete ||
        (!answer.has_result && diag_count(d) == messages)) {
        layer_result_fini(&answer.result);
        /* One that ran out of memory has said so. */
        const bool is_io = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_IO;
        return diag_fail(
            d, is_io ? EXIT_IO : EXIT_MACHINE, (struct src_pos){NULL, 0},
            "layer '%s': its process ended early (%s %d); it "
            "should have sent a result",
            layer->name, WIFSIGNALED(status) ? "signal" : "exit status",
            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    if (answer.has_result)
        *out = answer.result;
    return answer.has_result;
}

/* Where psums are wanted, the child puts them into memory that both share. */
bool run_apart(const struct layer_runner *runner, const struct arch *arch,
               const struct layer *layer, const struct layer_mapping *mapping,
               const struct simulate_options *options, struct layer_result *out,
               struct diag *d)
{
    if (options->values == NULL || options->values->psums == NULL)
        return run_child(runner, arch, layer, mapping, options, out, d);
    const size_t bytes = (size_t)layer->N * (size_t)layer->M *
                         (size_t)layer->P * (size_t)layer->Q * sizeof(int64_t);
    struct simulate_options with = *options;
    struct layer_values shared = *options->values;
    void *psums = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (psums == MAP_FAILED)
        return diag_fail(d, EXIT_IO, (struct src_pos){NULL, 0},
                         "layer '%s': no %zu bytes can be shared with the "
                         "process that runs it (%s); more memory or a smaller "
                         "layer is needed",
                         layer->name, bytes, strerror(errno));
    shared.psums = psums;
    with.values = &shared;
    const bool ok = run_child(runner, arch, layer, mapping, &with, out, d);
    if (ok)
        memcpy(options->values->psums, psums, bytes);
    munmap(psums, bytes);
    return ok;
}
