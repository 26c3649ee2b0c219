/* whole_number.c - reads a decimal whole number with strtoll and refuses what
 * strtoll would let pass: blanks before it and anything behind it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/whole_number.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

enum number_read whole_number_read(const char *text, int64_t *out)
{
    const char *digits = text + (*text == '-' || *text == '+');
    char *end;
    long long value;
    if (!isdigit((unsigned char)*digits))
        return NUMBER_NONE;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (*end != '\0')
        return NUMBER_NONE;
    if (errno == ERANGE)
        return NUMBER_TOO_LARGE;
    *out = value;
    return NUMBER_OK;
}
