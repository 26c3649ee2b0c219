/* part_file.c - reads a DRAM part key by key, and refuses one that the
 * controller could not serve.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/part_file.h"

#include <stddef.h>
#include <string.h>

#include "sim/base/config_text.h"
#include "sim/base/nearest.h"

#define CLOCK_HZ_MAX INT64_C(100000000000)
#define CLOCKS_MAX 1000000000

/* A whole number of struct dram_part. */
struct part_key {
    const char *name;
    size_t offset;
    int least, most;
    bool is_power; /* of two: it makes bits of an address */
};

#define AT(field) offsetof(struct dram_part, field)
/* clang-format off */
static const struct part_key keys[] = {
    {"CL", AT(CL), 1, 1000, false},
    {"CWL", AT(CWL), 0, 1000, false},
    {"tRCD", AT(tRCD), 1, 1000, false},
    {"tRP", AT(tRP), 1, 1000, false},
    {"tRAS", AT(tRAS), 1, 1000, false},
    {"tRC", AT(tRC), 1, 2000, false},
    {"tRFC", AT(tRFC), 1, CLOCKS_MAX, false},
    {"tREFI", AT(tREFI), 1, CLOCKS_MAX, false},
    {"tCCD_S", AT(tCCD_S), 1, 1000, false},
    {"tCCD_L", AT(tCCD_L), 1, 1000, false},
    {"tRRD_S", AT(tRRD_S), 1, 1000, false},
    {"tRRD_L", AT(tRRD_L), 1, 1000, false},
    {"tFAW", AT(tFAW), 1, 1000, false},
    {"tWR", AT(tWR), 1, 1000, false},
    {"tWTR_S", AT(tWTR_S), 1, 1000, false},
    {"tWTR_L", AT(tWTR_L), 1, 1000, false},
    {"tRTP", AT(tRTP), 1, 1000, false},
    {"BL", AT(BL), 1, 64, true},
    {"clocks_per_burst", AT(clocks_per_burst), 1, 64, false},
    {"bankgroups", AT(bankgroups), 1, 8, true},
    {"banks_per_group", AT(banks_per_group), 1, 32, true},
    {"rows", AT(rows), 1, 1 << 24, true},
    {"columns", AT(columns), 1, 1 << 20, true},
    {"bus_bytes", AT(bus_bytes), 1, 1024, true},
    {"queue_bursts", AT(queue_bursts), 1, 64, false},
    {"devices", AT(devices), 1, 1024, false},
};
/* clang-format on */
enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

/* What a device draws: all of them or none. */
#define CURRENT(field)             \
    {                              \
#field, AT(currents.field) \
    }
static const struct current_key {
    const char *name;
    size_t offset;
} currents[] = {CURRENT(volts), CURRENT(IDD0),  CURRENT(IDD2N), CURRENT(IDD3N),
                CURRENT(IDD4R), CURRENT(IDD4W), CURRENT(IDD5)};
enum { CURRENTS = sizeof(currents) / sizeof(currents[0]) };
#define CURRENT_MAX 100000.0 /* mA */

static double *current(struct dram_part *part, const struct current_key *key)
{
    return (double *)(void *)((char *)part + key->offset);
}

static int *field(struct dram_part *part, const struct part_key *key)
{
    return (int *)(void *)((char *)part + key->offset);
}

struct reader {
    struct src_pos whole; /* the file */
    struct diag *d;
    struct dram_part part;
    bool is_given[KEYS];
};

static bool read_number(struct reader *r, const struct setting *s,
                        long long least, long long most, long long *out)
{
    if (!setting_whole_number(s, out))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a whole number is needed",
                          setting_name(s), setting_kind(s));
    return (*out >= least && *out <= most) ||
           diag_error(r->d, setting_pos(s),
                      "'%s' is %lld; it may be %lld to %lld", setting_name(s),
                      *out, least, most);
}

static bool read_text(struct reader *r, const struct setting *s,
                      const char **out)
{
    *out = setting_string(s);
    if (*out == NULL)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a string is needed", setting_name(s),
                          setting_kind(s));
    return string_is_one_line(*out, setting_name(s), setting_pos(s), r->d);
}

static bool read_current(struct reader *r, const struct setting *s, double *out)
{
    *out = setting_number(s);
    return (setting_is_number(s) && *out > 0 && *out <= CURRENT_MAX) ||
           diag_error(r->d, setting_pos(s),
                      "'%s' is no number above 0, up to %g", setting_name(s),
                      CURRENT_MAX);
}

/* What a part spends needs all currents. */
static bool has_all_currents_or_none(struct reader *r)
{
    const char *given = NULL, *missing = NULL;
    for (int k = 0; k < CURRENTS; k++)
        if (*current(&r->part, &currents[k]) > 0)
            given = currents[k].name;
        else if (missing == NULL)
            missing = currents[k].name;
    return given == NULL || missing == NULL ||
           diag_error(r->d, r->whole,
                      "the part has '%s', but no '%s'; what it spends is "
                      "known by all of volts, IDD0, IDD2N, IDD3N, IDD4R, IDD4W "
                      "and IDD5",
                      given, missing);
}

static bool unknown_key(struct reader *r, const struct setting *s)
{
    struct nearest near;
    nearest_start(&near, setting_name(s));
    for (int k = 0; k < KEYS; k++)
        nearest_offer(&near, keys[k].name);
    for (int k = 0; k < CURRENTS; k++)
        nearest_offer(&near, currents[k].name);
    nearest_offer(&near, "name");
    nearest_offer(&near, "source");
    nearest_offer(&near, "clock_hz");
    return diag_error(r->d, setting_pos(s),
                      "unknown key '%s' of a DRAM part; the nearest is '%s'",
                      setting_name(s), near.best);
}

static bool read_key(struct reader *r, const struct setting *s)
{
    const char *name = setting_name(s);
    long long value;
    if (strcmp(name, "name") == 0)
        return read_text(r, s, &r->part.name);
    if (strcmp(name, "source") == 0)
        return read_text(r, s, &r->part.source);
    if (strcmp(name, "clock_hz") == 0) {
        if (!read_number(r, s, 1, CLOCK_HZ_MAX, &value))
            return false;
        r->part.clock_hz = (uint64_t)value;
        return true;
    }
    for (int k = 0; k < KEYS; k++) {
        if (strcmp(name, keys[k].name) != 0)
            continue;
        if (!read_number(r, s, keys[k].least, keys[k].most, &value))
            return false;
        if (keys[k].is_power && (value & (value - 1)) != 0)
            return diag_error(r->d, setting_pos(s),
                              "'%s' is %lld; a power of two is needed", name,
                              value);
        *field(&r->part, &keys[k]) = (int)value;
        r->is_given[k] = true;
        return true;
    }
    for (int k = 0; k < CURRENTS; k++)
        if (strcmp(name, currents[k].name) == 0)
            return read_current(r, s, current(&r->part, &currents[k]));
    return unknown_key(r, s);
}

static bool nothing_is_missing(struct reader *r)
{
    const char *missing = NULL;
    for (int k = 0; k < KEYS; k++)
        if (!r->is_given[k] && keys[k].offset != AT(queue_bursts) &&
            keys[k].offset != AT(devices))
            missing = missing != NULL ? missing : keys[k].name;
    if (r->part.clock_hz == 0)
        missing = "clock_hz";
    if (r->part.name == NULL)
        missing = "name";
    return missing == NULL ||
           diag_error(r->d, r->whole,
                      "a DRAM part lacks '%s'; all of its timings and sizes "
                      "are needed",
                      missing);
}

/* Whether the whole is a part that can be served. */
static bool is_possible(struct reader *r)
{
    const char *why = dram_part_fault(&r->part);
    return why == NULL || diag_error(r->d, r->whole, "%s", why);
}

const struct dram_part *part_file_use(const char *path, struct src_pos at,
                                      struct diag *d)
{
    struct config_text *file = config_text_read(path, at, d);
    if (file == NULL)
        return NULL;
    const struct setting *root = config_text_root(file);
    struct reader r = {
        .whole = {path, 1},
        .d = d,
        .part = {.source = "", .queue_bursts = 32, .devices = 1}};
    bool ok = true;
    for (int i = 0; i < setting_length(root); i++)
        ok = read_key(&r, setting_item(root, i)) && ok;
    ok = ok && nothing_is_missing(&r) && has_all_currents_or_none(&r) &&
         is_possible(&r);
    r.part.part = r.part.name;
    const struct dram_part *used = ok ? dram_part_use(&r.part) : NULL;
    if (ok && used == NULL)
        diag_error(d, r.whole,
                   "'name' is '%s', which has another meaning or more than %d "
                   "letters; another name is needed",
                   r.part.name, DRAM_PART_NAME_MAX);
    config_text_free(file);
    return used;
}
