/* help_line.c - prints one key.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/help_line.h"

#include <string.h>

void help_line(bool is_markdown, const char *name, const char *values,
               const char *left_out, const char *doc, FILE *to)
{
    const bool is_required = strcmp(left_out, "required") == 0;
    if (is_markdown)
        fprintf(to, "| `%s` | %s | %s | %s |\n", name, values, left_out, doc);
    else
        fprintf(to, "  %s: %s; %s%s: %s\n", name, values,
                is_required ? "" : "default ", left_out, doc);
}
