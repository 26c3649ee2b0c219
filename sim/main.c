/* main.c - accelsim: reads the command line and does what it asks for.
 * SPDX-License-Identifier: MIT
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/cli/command.h"
#include "sim/cli/invocation.h"
#include "sim/cli/show_config.h"
#include "sim/config/help_config.h"
#include "sim/process/memory_limit.h"
#include "sim/process/safe.h"
#include "sim/process/wall_limit.h"

/* A file opened later must not take the place of a closed stream.  Writing to
 * what stands there fails, as it should. */
static void fill_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF &&
            open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_IO);
}

static enum exit_status said; /* what the messages amount to */

/* Runs last: what was printed must have arrived, unless a message says already
 * that something could not be written. */
static void close_output(void)
{
    int failed = ferror(stdout);
    if ((fclose(stdout) == 0 && failed == 0) || said == EXIT_IO)
        return;
    fprintf(stderr,
            "accelsim: error: cannot write 'standard output' (%s); a "
            "place that can be written is needed\n",
            strerror(errno));
    _exit(EXIT_IO);
}

#define COMMAND_ENTRY(name, operand, doc) [COMMAND_##name] = command_##name,
static void (*const command[COMMAND_N])(struct invocation *s) = {
    COMMANDS(COMMAND_ENTRY)};
#undef COMMAND_ENTRY

static void act(struct invocation *s)
{
    const enum action action = s->options.action;
    if (action == ACTION_HELP_CONFIG)
        help_config_text(stdout);
    else if (action == ACTION_HELP_CONFIG_MARKDOWN)
        help_config_markdown(stdout);
    else if (action == ACTION_LIST_DATAFLOWS)
        help_dataflows(stdout);
    else if (action != ACTION_COMMAND)
        options_print_about(&s->options, stdout);
    else if (s->options.show_config)
        show_config(s);
    else
        command[s->options.command](s);
}

static bool set_limits(struct options *o, struct diag *d)
{
    if (o->safe.is_on &&
        (!safe_limit("--wall-limit", SAFE_WALL_SECONDS, SAFE_WALL_SECONDS_MAX,
                     &o->wall_limit_seconds, d) ||
         !safe_limit("--memory-limit", SAFE_MEMORY_MIB, SAFE_MEMORY_MIB_MAX,
                     &o->memory_limit_mib, d) ||
         !safe_start(o->safe.folder, d)))
        return false;
    if (o->wall_limit_seconds > 0)
        wall_limit_start(o->wall_limit_seconds);
    return o->memory_limit_mib == 0 ||
           memory_limit_start(o->memory_limit_mib, d);
}

int main(int argc, char **argv)
{
    struct invocation s = {.diag = diag_new()};
    fill_standard_streams();
    /* A file that reaches a limit of size, and a pipe that nobody reads any
     * more, are errors of the one write. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    memory_limit_libraries();
    SIM_CHECK(atexit(close_output) == 0);
    if (options_parse(argc, argv, &s.options, s.diag) &&
        set_limits(&s.options, s.diag))
        act(&s);
    diag_print(s.diag, stderr);
    said = diag_status(s.diag);
    invocation_fini(&s);
    return (int)said;
}
