/* reuse_report.c - JSON and CSV of `accelsim reuse`.
 *
 * CSV is long: a line a figure, `from` and `to` the distances or the capacity
 * that it is for.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/reuse_report.h"

#include <inttypes.h>

#include "sim/report/report_tree.h"

/* Capacities of the miss curve: powers of two, up to where nothing changes. */
enum { CAPACITIES = 41 };

static json_t *triple(uint64_t a, uint64_t b, uint64_t c)
{
    json_t *list = tree_array();
    tree_append(list, tree_count(a));
    tree_append(list, tree_count(b));
    tree_append(list, tree_count(c));
    return list;
}

static json_t *distances_json(const struct distances *d)
{
    json_t *out = tree_object(), *histogram = tree_array();
    tree_put_count(out, "count", d->n);
    tree_put_count(out, "min", d->min);
    tree_put_real(out, "mean", d->n > 0 ? (double)d->sum / (double)d->n : 0);
    tree_put_count(out, "max", d->max);
    for (int k = 0; k < DISTANCE_BINS; k++)
        if (d->count[k] > 0)
            tree_append(histogram, triple(distances_first(k), distances_last(k),
                                          d->count[k]));
    tree_put(out, "histogram", histogram);
    return out;
}

/* Pairs of a capacity in words and the accesses that miss it. */
static json_t *miss_curve(const struct reuse_counts *c)
{
    json_t *curve = tree_array();
    for (int k = 0; k < CAPACITIES; k++) {
        uint64_t capacity = (uint64_t)1 << k,
                 misses = reuse_misses(c, capacity);
        json_t *point = tree_array();
        tree_append(point, tree_count(capacity));
        tree_append(point, tree_count(misses));
        tree_append(curve, point);
        if (misses == c->compulsory)
            break;
    }
    return curve;
}

static json_t *row_json(const struct reuse_row *row)
{
    json_t *out = tree_object();
    const struct survey_row *f = &row->found;
    tree_put_text(out, "level", row->level);
    tree_put_text(out, "name", row->name);
    tree_put_count(out, "accesses", f->all_accesses);
    tree_put_count(out, "units", (uint64_t)f->units);
    tree_put_count(out, "units_followed", (uint64_t)f->followed);
    tree_put_count(out, "accesses_followed", f->accesses_followed);
    tree_put_count(out, "compulsory", f->counts.compulsory);
    tree_put_real(out, "sampled_share", f->counts.sampled_share);
    if (row->macs > 0)
        tree_put_real(out, "macs_per_access",
                      (double)row->macs / (double)f->all_accesses);
    if (row->capacity_words > 0)
        tree_put_count(out, "capacity_words", row->capacity_words);
    tree_put(out, "reuse_distance", distances_json(&f->counts.reuse));
    tree_put(out, "stack_distance", distances_json(&f->counts.stack));
    tree_put(out, "miss_curve", miss_curve(&f->counts));
    return out;
}

static json_t *sharing_json(const struct sharing_row *row)
{
    json_t *out = tree_object();
    const struct sharing_counts *f = &row->found;
    tree_put_text(out, "name", row->name);
    tree_put_count(out, "accesses", f->accesses);
    tree_put_count(out, "multicast_reads", f->multicast_reads);
    tree_put_count(out, "used_alone", f->alone);
    tree_put_count(out, "shared_at_once", f->at_once);
    tree_put_real(out, "sampled_share", f->sampled_share);
    tree_put(out, "spatial_distance", distances_json(&f->distance));
    return out;
}

static json_t *fan_out_json(const struct fan_out_row *row)
{
    json_t *out = tree_object();
    tree_put_text(out, "name", row->name);
    tree_put_count(out, "words_sent", row->words_sent);
    tree_put_count(out, "words_delivered", row->words_delivered);
    return out;
}

static json_t *subject_json(const struct reuse_subject *s)
{
    json_t *out = tree_object(), *streams = tree_array();
    json_t *sharing = tree_array(), *networks = tree_array();
    tree_put_text(out, "name", s->name);
    if (s->dataflow != NULL)
        tree_put_text(out, "dataflow", s->dataflow);
    for (int k = 0; k < s->n_rows; k++)
        tree_append(streams, row_json(&s->row[k]));
    for (int k = 0; k < s->n_sharing; k++)
        tree_append(sharing, sharing_json(&s->sharing[k]));
    for (int k = 0; k < s->n_fan_out; k++)
        tree_append(networks, fan_out_json(&s->fan_out[k]));
    tree_put(out, "streams", streams);
    tree_put(out, "sharing", sharing);
    tree_put(out, "networks", networks);
    return out;
}

static json_t *document(const struct reuse_report *in)
{
    json_t *out = tree_object(), *subjects = tree_array();
    tree_put_text(out, "accelsim", ACCELSIM_VERSION);
    tree_put_count(out, "schema", 1);
    if (in->arch != NULL)
        tree_put_text(out, "arch", in->arch);
    for (int k = 0; k < in->n_subjects; k++)
        tree_append(subjects, subject_json(&in->subjects[k]));
    tree_put(out, "subjects", subjects);
    return out;
}

static void csv_line(FILE *to, const char *subject, const char *level,
                     const char *name, const char *figure, uint64_t from,
                     uint64_t last, uint64_t value)
{
    csv_put_text(subject, to);
    fprintf(to, ",%s,", level);
    csv_put_text(name, to);
    fprintf(to, ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", figure, from, last,
            value);
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
        csv_line(to, s->name, row->level, row->name, "units", 0, 0,
                 (uint64_t)row->found.units);
        csv_line(to, s->name, row->level, row->name, "units_followed", 0, 0,
                 (uint64_t)row->found.followed);
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

bool reuse_report_json(const struct reuse_report *in, FILE *to)
{
    return tree_print(document(in), to);
}

bool reuse_report_csv(const struct reuse_report *in, FILE *to)
{
    fputs("subject,level,name,figure,from,to,count\n", to);
    for (int k = 0; k < in->n_subjects; k++)
        csv_subject(to, &in->subjects[k]);
    return fflush(to) == 0 && ferror(to) == 0;
}
