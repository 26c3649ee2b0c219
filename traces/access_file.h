/* access_file.h - a stream of accesses written down by hand or by a program.
 *
 * A line an access, in the order of time: NAME CONSUMER WORD, separated by
 * blanks.  NAME says whose data it is ("weight"), CONSUMER which processing
 * element uses it (0 ..), WORD which word it is (0 ..).  '#' begins a comment.
 *
 *     weight 0 3      # PE 0 uses weight 3
 * SPDX-License-Identifier: MIT
 */
#ifndef TRACES_ACCESS_FILE_H
#define TRACES_ACCESS_FILE_H

#include "sim/base/diag.h"
#include "traces/reuse.h"
#include "traces/sharing.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ACCESS_FILE_NAMES = 16, ACCESS_FILE_NAME_BYTES = 32 };

struct access_file {
    int n_names;
    struct access_file_data {
        char name[ACCESS_FILE_NAME_BYTES];
        int consumers;
        struct reuse_counts counts; /* of the consumers' own streams, summed */
        struct sharing_counts sharing;
    } data[ACCESS_FILE_NAMES];
};

/* Errors name the line: not three words, a number that is none, too many
 * names (16) or consumers (1024), no access at all, a file that can't be
 * read. */
bool access_file_read(const char *path, struct access_file *out,
                      struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
