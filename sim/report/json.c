/* json.c - results as JSON; the names are in report_document.c.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/document.h"
#include "sim/report/report.h"
#include "sim/report/report_tree.h"

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
    return tree_print(report_document(in), to);
}
