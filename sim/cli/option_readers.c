/* option_readers.c - reads the values of options that have a form of their
 * own, and says what is wrong with them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/cli/option_readers.h"

#include <string.h>

#include "sim/base/whole_number.h"
#include "sim/cli/options.h"
#include "sim/config/config.h"

static const struct src_pos command_line = {NULL, 0};

bool read_set(const char *text, void *field, struct diag *d)
{
    (void)d;
    texts_add(field, text);
    return true;
}

bool read_dim(const char *text, void *field, struct diag *d)
{
    const char *equals = strrchr(text, '=');
    int64_t value = 0;
    if (equals == NULL || equals == text ||
        whole_number_read(equals + 1, &value) != NUMBER_OK || value < 1)
        return diag_error(d, command_line,
                          "'--dim' is '%s'; a dimension's name and its size "
                          "are needed, as in 'batch=4'",
                          text);
    texts_add(field, text);
    return true;
}

bool read_timeline_window(const char *text, void *field, struct diag *d)
{
    struct timeline_window *out = field;
    const char *colon = strchr(text, ':');
    char first[24];
    int64_t from, to;
    const size_t n = colon != NULL ? (size_t)(colon - text) : sizeof(first);
    if (n < sizeof(first)) {
        memcpy(first, text, n);
        first[n] = '\0';
        if (whole_number_read(first, &from) == NUMBER_OK && from >= 0 &&
            whole_number_read(colon + 1, &to) == NUMBER_OK && to > from) {
            *out = (struct timeline_window){(uint64_t)from, (uint64_t)to};
            return true;
        }
    }
    return diag_error(d, command_line,
                      "'--timeline-window' is '%s'; the first cycle and the "
                      "one behind the last are needed, as in '0:2000'",
                      text);
}

bool read_policy(const char *text, void *field, struct diag *d)
{
    struct policy_option *out = field;
    (void)d;
    *out = (struct policy_option){POLICY_OWN, NULL};
    if (!config_policy(text, &out->policy))
        out->file = text;
    return true;
}

bool read_kernel(const char *text, void *field, struct diag *d)
{
    if (strcmp(text, "native") != 0 && strcmp(text, "systemc") != 0)
        return diag_error(d, command_line,
                          "'--kernel' is '%s'; it may be 'native' or "
                          "'systemc'",
                          text);
    *(const char **)field = text;
    return true;
}

static bool set_action(void *field, enum action action)
{
    *(enum action *)field = action;
    return true;
}

bool read_safe(const char *text, void *field, struct diag *d)
{
    struct safe_option *out = field;
    if (out->is_on) /* who takes options from others adds his own */
        return diag_error(d, command_line,
                          "'--safe' is given twice; once is needed");
    *out = (struct safe_option){true, text};
    return true;
}

bool read_help_config(const char *text, void *field, struct diag *d)
{
    if (text == NULL || strcmp(text, "text") == 0)
        return set_action(field, ACTION_HELP_CONFIG);
    if (strcmp(text, "markdown") == 0)
        return set_action(field, ACTION_HELP_CONFIG_MARKDOWN);
    return diag_error(d, command_line,
                      "'--help-config' is '%s'; it may be 'text' or "
                      "'markdown'",
                      text);
}

bool read_list_dataflows(const char *text, void *field, struct diag *d)
{
    (void)text, (void)d;
    return set_action(field, ACTION_LIST_DATAFLOWS);
}

bool read_help(const char *text, void *field, struct diag *d)
{
    (void)text, (void)d;
    return set_action(field, ACTION_HELP);
}

bool read_usage(const char *text, void *field, struct diag *d)
{
    (void)text, (void)d;
    return set_action(field, ACTION_USAGE);
}

bool read_version(const char *text, void *field, struct diag *d)
{
    (void)text, (void)d;
    return set_action(field, ACTION_VERSION);
}
