/* format_table.c - the rows of format_table.h, and looking them up by name.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/format_table.h"
#include "sim/base/text_stream.h"
#include "sim/page/page.h"

#include <stdlib.h>
#include <string.h>

static const struct src_pos command_line = {NULL, 0};

const struct format_row format_table[REPORT_FORMAT_N] = {
    [REPORT_TABLE] = {"table", report_write_table, map_report_table,
                      reuse_report_table, validation_write_table,
                      listing_write_table, NULL,
                      "for people; may change from version to version"},
    [REPORT_JSON] = {"json", report_write_json, map_report_json,
                     reuse_report_json, validation_write_json,
                     listing_write_json, export_json,
                     "for programs: everything (docs/schema.json)"},
    [REPORT_CSV] = {"csv", report_write_csv, map_report_csv, reuse_report_csv,
                    NULL, listing_write_csv, export_csv,
                    "for programs: a row a layer, JSON's numbers"},
    [REPORT_MARKDOWN] = {"markdown", report_write_markdown, NULL, NULL,
                         validation_write_markdown, listing_write_markdown,
                         NULL, "a table to be put into a text"},
    [REPORT_PARETO] = {"pareto", NULL, NULL, NULL, NULL, NULL, export_pareto,
                       "a sweep's points that no other beats, as CSV"},
    [REPORT_HTML] = {"html", page_write_results, NULL, NULL, NULL, NULL, NULL,
                     "a page with pictures, in one file"},
};

bool format_honoured(const struct format_row *row, enum command command)
{
    switch (command) {
    case COMMAND_run:
    case COMMAND_model:
        return row->results != NULL;
    case COMMAND_map:
        return row->map != NULL;
    case COMMAND_reuse:
        return row->reuse != NULL;
    case COMMAND_explain:
        return row == &format_table[REPORT_TABLE] ||
               row == &format_table[REPORT_JSON];
    case COMMAND_validate:
        return row->validation != NULL;
    case COMMAND_sweep:
        return row->sweep != NULL;
    default:
        return row->listing != NULL;
    }
}

static bool not_printed(const char *name, enum command command, struct diag *d)
{
    char *list = NULL;
    size_t bytes;
    FILE *to = text_stream(&list, &bytes);
    int n = 0, said = 0;
    for (int i = 0; i < REPORT_FORMAT_N; i++)
        n += format_honoured(&format_table[i], command);
    for (int i = 0; i < REPORT_FORMAT_N; i++) {
        if (!format_honoured(&format_table[i], command))
            continue;
        said++;
        fprintf(to, "%s'%s'",
                said == 1   ? ""
                : said == n ? " or "
                            : ", ",
                format_table[i].name);
    }
    SIM_CHECK(fclose(to) == 0);
    diag_error(d, command_line, "'--format' is '%s'; 'accelsim %s' prints %s",
               name, command_name[command], list);
    free(list);
    return false;
}

bool format_find(const char *name, enum command command,
                 enum report_format *out, struct diag *d)
{
    for (int i = 0; i < REPORT_FORMAT_N; i++)
        if (strcmp(format_table[i].name, name) == 0 &&
            format_honoured(&format_table[i], command)) {
            *out = (enum report_format)i;
            return true;
        }
    return not_printed(name, command, d);
}
