/* json.c - results as JSON; the names are in document.c.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/document.h"
#include "sim/report/report.h"
#include "sim/report/report_tree.h"

bool report_write_json(const struct report_input *in, FILE *to)
{
    return tree_print(report_document(in), to);
}
