/* whole_io.h - all bytes of a record to and from another process, however many
 * at a time a pipe or a socket takes.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_PROCESS_WHOLE_IO_H
#define SIM_PROCESS_WHOLE_IO_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* false: the other end is gone, or the descriptor is none; errno says why.  A
 * writer whose SIGPIPE is not ignored is ended by it. */
bool write_whole(int fd, const void *data, size_t bytes);
bool read_whole(int fd, void *data, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
