/* whole_number.h - the text of a whole number, read in full or not at all.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_WHOLE_NUMBER_H
#define SIM_BASE_WHOLE_NUMBER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum number_read { NUMBER_OK, NUMBER_NONE, NUMBER_TOO_LARGE };

/* Decimal digits with an optional sign; nothing before or behind.
 * NUMBER_TOO_LARGE: beyond 64 bits, on either side. */
enum number_read whole_number_read(const char *text, int64_t *out);

#ifdef __cplusplus
}
#endif

#endif
