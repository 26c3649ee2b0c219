/* plugin_load.c - looks at a plugin's file, loads it on trial in a process of
 * its own, and only then loads it here.
 * SPDX-License-Identifier: MIT
 */
#include "sim/plugin/plugin_load.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dataflows/plugin.h"
#include "sim/plugin/plugin_elf.h"

enum { TRIAL_SECONDS = 10 }; /* more than the loading of a plugin takes */

static bool says_fit(const char *path, struct diag *d)
{
    const struct src_pos at = {path, 0};
    struct plugin_elf *elf = plugin_elf_read(path, d);
    struct plugin_layout layout;
    uint32_t version;
    bool ok = elf != NULL;
    if (ok) {
        const bool has_version = plugin_elf_constant(
            elf, "accelsim_dataflow_version", &version, sizeof(version));
        const bool has_layout = plugin_elf_constant(
            elf, "accelsim_dataflow_layout", &layout, sizeof(layout));
        ok = dataflow_plugin_fits(plugin_elf_defines(elf, "accelsim_dataflow"),
                                  has_version ? &version : NULL,
                                  has_layout ? &layout : NULL, at, d);
    }
    plugin_elf_free(elf);
    return ok;
}

/* The other process.  It says nothing, and leaves nothing to be done at its
 * end. */
__attribute__((noreturn)) static void try_out(const char *path,
                                              volatile char *is_back)
{
    const int nowhere = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; fd++)
        dup2(nowhere, fd);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int kind = 1; kind < NSIG; kind++)
        signal(kind, SIG_DFL);
    alarm(TRIAL_SECONDS);
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (object != NULL) /* else this process says why */
        dlclose(object);
    *is_back = 1;
    _exit(0);
}

/* Whether loading ends, and not the program. */
static bool loads_apart(const char *path, struct diag *d)
{
    const struct src_pos at = {path, 0};
    int status = 0;
    /* The two processes share it: a constructor may end one of them with any
     * status. */
    volatile char *is_back = mmap(NULL, 1, PROT_READ | PROT_WRITE,
                                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    fflush(NULL);
    const pid_t child = is_back != MAP_FAILED ? fork() : -1;
    if (child == 0)
        try_out(path, is_back);
    pid_t ended = -1;
    while (child > 0 && (ended = waitpid(child, &status, 0)) < 0 &&
           errno == EINTR)
        continue;
    const int why = errno;
    const bool is_loaded = ended > 0 && *is_back;
    if (is_back != MAP_FAILED)
        munmap((void *)is_back, 1);
    if (ended < 0)
        return diag_fail(d, EXIT_IO, at,
                         "the plugin cannot be tried out (%s); a process for "
                         "it is needed",
                         strerror(why));
    if (is_loaded)
        return true;
    if (WIFEXITED(status))
        return diag_error(d, at,
                          "the plugin ends the program when it is loaded (exit "
                          "status %d); one that does not is needed",
                          WEXITSTATUS(status));
    if (WTERMSIG(status) == SIGALRM)
        return diag_error(d, at,
                          "the plugin is not loaded after %d s; one that is "
                          "ready sooner is needed",
                          TRIAL_SECONDS);
    return diag_error(d, at,
                      "the plugin breaks down when it is loaded (%s); a "
                      "working one is needed",
                      strsignal(WTERMSIG(status)));
}

bool plugin_load(const char *path, struct diag *d)
{
    if (path[0] == '\0')
        return diag_error(d, (struct src_pos){NULL, 0},
                          "'--plugin' names no file; the path of a shared "
                          "object is needed");
    if (!says_fit(path, d))
        return false;
    /* A bare name would be looked for among the system's libraries. */
    char *here = xcalloc(strlen(path) + sizeof("./"), 1);
    strcat(strcpy(here, strchr(path, '/') == NULL ? "./" : ""), path);
    const bool ok = loads_apart(here, d) && dataflow_load_plugin(here, path, d);
    free(here);
    return ok;
}
