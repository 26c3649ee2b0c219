/* text_stream.h - a stream that writes into memory, for texts that are put
 * together before they go anywhere.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_TEXT_STREAM_H
#define SIM_BASE_TEXT_STREAM_H

#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A new stream.  After fflush or fclose *text is all that was written, with a
 * zero behind the last of its *bytes bytes; the caller frees it.  It is as
 * open_memstream of the system is, but that one drops what it has no memory
 * for, and with this one the program ends as by xcalloc. */
FILE *text_stream(char **text, size_t *bytes);
/* Prints a text as JSON has it, within quotes; "?" for one that is no UTF-8. */
void text_json(const char *text, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
