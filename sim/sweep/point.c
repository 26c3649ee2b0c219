/* point.c - what became of a point, in words.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/point.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"

#define TABLE_NAME(name, doc) #name,
const char *const point_status_name[POINT_STATUS_N] = {
    POINT_STATUSES(TABLE_NAME)};

void point_result_fini(struct point_result *r)
{
    free(r->reason);
    r->reason = NULL;
}

/* A message without the place that it begins with, which says where this
 * machine's files are. */
static const char *without_place(const char *text)
{
    const char *mark = strstr(text, ": error: ");
    return mark != NULL ? mark + strlen(": error: ") : text;
}

void point_refuse(struct point_result *r, const struct diag *d)
{
    const enum exit_status why = diag_status(d);
    SIM_CHECK(diag_count(d) > 0);
    r->status = why == EXIT_NO_MAPPING ? POINT_no_mapping
                : why == EXIT_MACHINE  ? POINT_deadlock
                                       : POINT_illegal;
    free(r->reason);
    r->reason = xstrdup(without_place(diag_text(d, 0)));
}

void point_fail(struct point_result *r, enum point_status status,
                const char *fmt, ...)
{
    va_list args;
    size_t bytes;
    r->status = status;
    free(r->reason);
    FILE *to = text_stream(&r->reason, &bytes);
    va_start(args, fmt);
    vfprintf(to, fmt, args);
    va_end(args);
    SIM_CHECK(fclose(to) == 0);
}
