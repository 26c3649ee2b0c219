/* report_json.c - results as JSON; the names are in report_document.c.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report.h"
#include "sim/report_document.h"

bool report_write(const struct report_input *in, enum report_format format,
                  FILE *to)
{
    switch (format) {
    case REPORT_JSON:
        return report_write_json(in, to);
    case REPORT_CSV:
        return report_write_csv(in, to);
    default:
        return report_write_table(in, to);
    }
}

bool report_write_json(const struct report_input *in, FILE *to)
{
    json_t *document = report_document(in);
    int failed = json_dumpf(
        document, to, JSON_INDENT(2) | JSON_REAL_PRECISION(REPORT_REAL_DIGITS));
    json_decref(document);
    if (failed != 0)
        return false;
    fputc('\n', to);
    return fflush(to) == 0 && ferror(to) == 0;
}
