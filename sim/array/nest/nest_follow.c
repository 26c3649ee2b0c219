/* nest_follow.c - walks all steps of a nest for a tap.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_follow.h"

#include <string.h>

#include "sim/array/nest/nest_source.h"

void nest_follow(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct access_tap *tap)
{
    struct counts unread;
    struct nest_walk *walk = nest_walk_new(arch, layer, nest);
    struct nest_pass_place place = {.has_next = true};
    memset(&unread, 0, sizeof(unread));
    struct nest_source *source =
        nest_source_new(walk, arch, NULL, tap, &unread);
    while (place.has_next) {
        place.next = place.at;
        place.has_next =
            nest_walk_next(walk, &place.next, 0, walk->pass_loops) >= 0;
        nest_source_begin(source, &place, !place.has_before);
        while (nest_source_step(source))
            ;
        place.before = place.at;
        place.has_before = true;
        place.at = place.next;
    }
    nest_source_free(source);
    nest_walk_free(walk);
}
