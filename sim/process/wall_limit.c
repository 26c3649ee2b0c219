/* wall_limit.c - the limit is an alarm of the system, whose handler ends the
 * process: no part of the program has to look at a clock, and none can forget
 * to.
 * SPDX-License-Identifier: MIT
 */
#include "sim/process/wall_limit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sim/base/diag.h"
#include "sim/base/unfinished.h"

static char message[160];
static size_t message_bytes;

/* Calls only what a signal's handler may call. */
static void end(int signal_number)
{
    (void)signal_number;
    unfinished_remove_all();
    ssize_t written = write(STDERR_FILENO, message, message_bytes);
    (void)written; /* there is nobody left to be told */
    _exit(EXIT_MACHINE);
}

void wall_limit_start(int seconds)
{
    struct sigaction action;
    message_bytes = (size_t)snprintf(
        message, sizeof(message),
        "accelsim: error: '--wall-limit' of %d s has passed, and nothing is "
        "reported; more seconds or less work is needed\n",
        seconds);
    memset(&action, 0, sizeof(action));
    action.sa_handler = end;
    sigfillset(&action.sa_mask);
    SIM_CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    alarm((unsigned)seconds);
}
