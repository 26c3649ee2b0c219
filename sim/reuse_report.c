/* reuse_report.c - JSON and CSV of `accelsim reuse`.
 *
 * CSV is long: a line a figure, `from` and `to` the distances or the capacity
 * that it is for.
 * SPDX-License-Identifier: MIT
 */
#include "sim/reuse_report.h"

#include <inttypes.h>

#include "sim/report_document.h"

/* Capacities of the miss curve: powers of two, up to where nothing changes. */
enum { CAPACITIES = 41 };

static void set(json_t *object, const char *key, json_t *value)
{
    SIM_CHECK(value != NULL && json_object_set_new(object, key, value) == 0);
}

static json_t *count(uint64_t value)
{
    SIM_CHECK(value <= INT64_MAX);
    return json_integer((json_int_t)value);
}

static json_t *triple(uint64_t a, uint64_t b, uint64_t c)
{
    json_t *list = json_array();
    SIM_CHECK(list != NULL && json_array_append_new(list, count(a)) == 0 &&
              json_array_append_new(list, count(b)) == 0 &&
              json_array_append_new(list, count(c)) == 0);
    return list;
}

static json_t *distances_json(const struct distances *d)
{
    json_t *out = json_object(), *histogram = json_array();
    set(out, "count", count(d->n));
    set(out, "min", count(d->min));
    set(out, "mean", json_real(d->n > 0 ? (double)d->sum / (double)d->n : 0));
    set(out, "max", count(d->max));
    for (int k = 0; k < DISTANCE_BINS; k++)
        if (d->count[k] > 0)
            SIM_CHECK(
                json_array_append_new(histogram, triple(distances_first(k),
                                                        distances_last(k),
                                                        d->count[k])) == 0);
    set(out, "histogram", histogram);
    return out;
}

/* Pairs of a capacity in words and the accesses that miss it. */
static json_t *miss_curve(const struct reuse_counts *c)
{
    json_t *curve = json_array();
    for (int k = 0; k < CAPACITIES; k++) {
        uint64_t capacity = (uint64_t)1 << k,
                 misses = reuse_misses(c, capacity);
        json_t *point = json_array();
        SIM_CHECK(json_array_append_new(point, count(capacity)) == 0 &&
                  json_array_append_new(point, count(misses)) == 0 &&
                  json_array_append_new(curve, point) == 0);
        if (misses == c->compulsory)
            break;
    }
    return curve;
}

static json_t *row_json(const struct reuse_row *row)
{
    json_t *out = json_object();
    const struct survey_row *f = &row->found;
    set(out, "level", json_string(row->level));
    set(out, "name", json_string(row->name));
    set(out, "accesses", count(f->all_accesses));
    set(out, "units", count((uint64_t)f->units));
    set(out, "units_followed", count((uint64_t)f->followed));
    set(out, "accesses_followed", count(f->counts.accesses));
    set(out, "compulsory", count(f->counts.compulsory));
    set(out, "sampled_share", json_real(f->counts.sampled_share));
    if (row->macs > 0)
        set(out, "macs_per_access",
            json_real((double)row->macs / (double)f->all_accesses));
    set(out, "reuse_distance", distances_json(&f->counts.reuse));
    set(out, "stack_distance", distances_json(&f->counts.stack));
    set(out, "miss_curve", miss_curve(&f->counts));
    return out;
}

static json_t *sharing_json(const struct sharing_row *row)
{
    json_t *out = json_object();
    const struct sharing_counts *f = &row->found;
    set(out, "name", json_string(row->name));
    set(out, "accesses", count(f->accesses));
    set(out, "multicast_reads", count(f->multicast_reads));
    set(out, "used_alone", count(f->alone));
    set(out, "shared_at_once", count(f->at_once));
    set(out, "sampled_share", json_real(f->sampled_share));
    set(out, "spatial_distance", distances_json(&f->distance));
    return out;
}

static json_t *fan_out_json(const struct fan_out_row *row)
{
    json_t *out = json_object();
    set(out, "name", json_string(row->name));
    set(out, "words_sent", count(row->words_sent));
    set(out, "words_delivered", count(row->words_delivered));
    return out;
}

static json_t *subject_json(const struct reuse_subject *s)
{
    json_t *out = json_object(), *streams = json_array();
    json_t *sharing = json_array(), *networks = json_array();
    set(out, "name", json_string(s->name));
    if (s->dataflow != NULL)
        set(out, "dataflow", json_string(s->dataflow));
    for (int k = 0; k < s->n_rows; k++)
        SIM_CHECK(json_array_append_new(streams, row_json(&s->row[k])) == 0);
    for (int k = 0; k < s->n_sharing; k++)
        SIM_CHECK(
            json_array_append_new(sharing, sharing_json(&s->sharing[k])) == 0);
    for (int k = 0; k < s->n_fan_out; k++)
        SIM_CHECK(
            json_array_append_new(networks, fan_out_json(&s->fan_out[k])) == 0);
    set(out, "streams", streams);
    set(out, "sharing", sharing);
    set(out, "networks", networks);
    return out;
}

static json_t *document(const struct reuse_report *in)
{
    json_t *out = json_object(), *subjects = json_array();
    set(out, "accelsim", json_string(ACCELSIM_VERSION));
    set(out, "schema", count(1));
    if (in->arch != NULL)
        set(out, "arch", json_string(in->arch));
    for (int k = 0; k < in->n_subjects; k++)
        SIM_CHECK(json_array_append_new(subjects,
                                        subject_json(&in->subjects[k])) == 0);
    set(out, "subjects", subjects);
    return out;
}

static void csv_line(FILE *to, const char *subject, const char *level,
                     const char *name, const char *figure, uint64_t from,
                     uint64_t last, uint64_t value)
{
    fprintf(to, "%s,%s,%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", subject,
            level, name, figure, from, last, value);
}

static void csv_distances(FILE *to, const char *subject, const char *level,
                          const char *name, const char *figure,
                          const struct distances *d)
{
    for (int k = 0; k < DISTANCE_BINS; k++)
        if (d->count[k] > 0)
            csv_line(to, subject, level, name, figure, distances_first(k),
                     distances_last(k), d->count[k]);
}

static void csv_subject(FILE *to, const struct reuse_subject *s)
{
    for (int k = 0; k < s->n_rows; k++) {
        const struct reuse_row *row = &s->row[k];
        const struct reuse_counts *c = &row->found.counts;
        csv_line(to, s->name, row->level, row->name, "accesses", 0, 0,
                 row->found.all_accesses);
        csv_line(to, s->name, row->level, row->name, "compulsory", 0, 0,
                 c->compulsory);
        csv_distances(to, s->name, row->level, row->name, "reuse_distance",
                      &c->reuse);
        csv_distances(to, s->name, row->level, row->name, "stack_distance",
                      &c->stack);
        for (int bit = 0; bit < CAPACITIES; bit++) {
            uint64_t capacity = (uint64_t)1 << bit;
            uint64_t misses = reuse_misses(c, capacity);
            csv_line(to, s->name, row->level, row->name, "misses", capacity,
                     capacity, misses);
            if (misses == c->compulsory)
                break;
        }
    }
    for (int k = 0; k < s->n_sharing; k++) {
        const struct sharing_row *row = &s->sharing[k];
        csv_line(to, s->name, "", row->name, "multicast_reads", 0, 0,
                 row->found.multicast_reads);
        csv_line(to, s->name, "", row->name, "spatial_distance", 0, 0,
                 row->found.at_once);
        csv_distances(to, s->name, "", row->name, "spatial_distance",
                      &row->found.distance);
    }
}

bool reuse_report_write(const struct reuse_report *in,
                        enum report_format format, FILE *to)
{
    if (format == REPORT_TABLE)
        return reuse_report_table(in, to);
    if (format == REPORT_CSV) {
        fputs("subject,level,name,figure,from,to,count\n", to);
        for (int k = 0; k < in->n_subjects; k++)
            csv_subject(to, &in->subjects[k]);
    } else {
        json_t *tree = document(in);
        SIM_CHECK(json_dumpf(tree, to,
                             JSON_INDENT(2) |
                                 JSON_REAL_PRECISION(REPORT_REAL_DIGITS)) == 0);
        fputc('\n', to);
        json_decref(tree);
    }
    return fflush(to) == 0 && ferror(to) == 0;
}
