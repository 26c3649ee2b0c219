/* state_kind.h - what a block says of each variable of its state, so that whole
 * periods of a pass can be skipped (docs/periods.md).
 *
 * A block lists its state in a table of rows X(kind, ...), of which kind is one
 * of
 *   RELATION  what comes next depends on its value; it is compared.
 *   POSITION  how far the pass has come.  It moves by the same amount in each
 *             period, and what comes next depends on it only at the ends of its
 *             range, which the block's function *_periods_left keeps away from.
 *   STAGED    dead between cycles: a cycle writes it before reading it, or
 *             leaves it 0.
 *   PLACE     where a ring begins, or a turn through it stands: what lies in
 * the ring is compared from there on, and nothing depends on the place itself,
 * so it stays as it is. NESTED    has a table, and functions, of its own. The
 * functions that compare, copy and skip a state are made of the table, so a
 * variable without a kind does not compile.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_STATE_KIND_H
#define NOC_STATE_KIND_H

/* IF_RELATION(kind)(text) is text for a relation and nothing for others; the
 * other two likewise. */
#define STATE_KEEP(...) __VA_ARGS__
#define STATE_DROP(...)
#define IF_RELATION(kind) STATE_RELATION_##kind
#define STATE_RELATION_RELATION STATE_KEEP
#define STATE_RELATION_POSITION STATE_DROP
#define STATE_RELATION_STAGED STATE_DROP
#define STATE_RELATION_PLACE STATE_DROP
#define STATE_RELATION_NESTED STATE_DROP
#define IF_LIVE(kind) STATE_LIVE_##kind
#define STATE_LIVE_RELATION STATE_KEEP
#define STATE_LIVE_POSITION STATE_KEEP
#define STATE_LIVE_STAGED STATE_DROP

#endif
