/* request.h - a line that `accelsim serve` reads: what it asks for.
 *
 *   {"id": 7, "command": "run", "cfg": "eyeriss", "net": "alexnet",
 *    "layer": "conv2", "set": {"array.rows": 8}, "max_seconds": 5}
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SERVE_REQUEST_H
#define SIM_SERVE_REQUEST_H

#include <jansson.h>

#include "sim/base/diag.h"
#include "sim/sweep/point.h"

#ifdef __cplusplus
extern "C" {
#endif

enum request_kind {
    REQUEST_POINT,   /* run or model */
    REQUEST_CANCEL,  /* give up the request of that id */
    REQUEST_COLUMNS, /* what results have */
    REQUEST_WRONG    /* nothing that can be done; the messages say why */
};

enum { REQUEST_SETS_MAX = 64 };

struct request {
    enum request_kind kind;
    char *id; /* owns; as JSON, "null" where there is none */
    struct point point;
    char *set[REQUEST_SETS_MAX]; /* own; of the point */
    double max_seconds;          /* 0: no limit */
    size_t bytes;                /* of its line */
    json_t *root;                /* owns; has the point's texts */
};

/* Reads a line.  Never NULL: of one that is wrong, d says why and the id is
 * kept where it has one. */
struct request *request_read(const char *line, size_t bytes, struct diag *d);
void request_free(struct request *request); /* or NULL */

#ifdef __cplusplus
}
#endif

#endif
