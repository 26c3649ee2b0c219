/* fuzz_kinds.h - the parsers of the program, by the kind of text that each is
 * given by hands, disks and enemies.
 * SPDX-License-Identifier: MIT
 */
#ifndef TEST_FUZZ_FUZZ_KINDS_H
#define TEST_FUZZ_FUZZ_KINDS_H

#include <stddef.h>

#include "sim/base/diag.h"

enum { FUZZ_BYTES_MAX = 1 << 16 };

/* What is parsed, as a file and as a text. */
struct fuzz_input {
    char path[32];
    size_t bytes;
    char text[FUZZ_BYTES_MAX + 1]; /* with a zero behind it */
};

struct fuzz_kind {
    const char *name; /* NULL: the end */
    void (*parse)(const struct fuzz_input *input, struct diag *d);
};
extern const struct fuzz_kind fuzz_kinds[];

const struct fuzz_kind *fuzz_kind_find(const char *name); /* or NULL */

#endif
