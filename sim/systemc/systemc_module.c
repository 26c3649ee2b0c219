/* systemc_module.c - loads the module of the SystemC kernel.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/systemc_module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#ifndef ACCELSIM_LIBDIR
#error "ACCELSIM_LIBDIR: the folder of the installed module"
#endif

enum { PATH_BYTES = PATH_MAX + sizeof("/" SYSTEMC_MODULE_FILE) };

/* The module beside the program; an empty path: it is not known where that
 * is. */
static void path_beside(char path[PATH_BYTES])
{
    const ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);
    path[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        strcpy(slash, "/" SYSTEMC_MODULE_FILE);
}

static void find_module(char path[PATH_BYTES])
{
    path_beside(path);
    if (access(path, F_OK) != 0)
        snprintf(path, PATH_BYTES, "%s",
                 ACCELSIM_LIBDIR "/" SYSTEMC_MODULE_FILE);
}

/* Whether it was built from the program's own headers. */
static bool fits(const struct systemc_module *found)
{
    const struct systemc_module mine = SYSTEMC_MODULE(NULL);
    return strcmp(found->version, mine.version) == 0 &&
           memcmp(found->bytes, mine.bytes, sizeof(mine.bytes)) == 0;
}

bool systemc_load(const struct systemc_options *systemc,
                  struct layer_runner *out, struct diag *d)
{
    char path[PATH_BYTES];
    find_module(path);
    const struct src_pos at = {path, 0};
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (object == NULL)
        return diag_fail(d, EXIT_IO, at,
                         "cannot load the SystemC kernel (%s); it belongs "
                         "beside the program, or where 'make install' puts it",
                         dlerror());
    const struct systemc_module *found = dlsym(object, "accelsim_systemc");
    if (found == NULL || !fits(found))
        return diag_fail(d, EXIT_IO, at,
                         "the SystemC kernel is of another build than the "
                         "program; install both from one");
    *out = (struct layer_runner){systemc, found->run};
    return true;
}
