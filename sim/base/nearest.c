/* nearest.c - edit distance with swaps of neighbours ("optimal string
 * alignment": Damerau 1964, Wagner and Fischer 1974).
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/nearest.h"

#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

/* Longer words are compared in their first letters only. */
#define COMPARED_MAX 256

static int compared_length(const char *word)
{
    return (int)strnlen(word, COMPARED_MAX);
}

static int lower(char c)
{
    return tolower((unsigned char)c);
}

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

int edit_distance(const char *a, const char *b)
{
    int na = compared_length(a), nb = compared_length(b);
    int width = nb + 1;
    int *row =
        xcalloc(3 * (size_t)width, sizeof(int)); /* two back, last, own */
    int *two = row, *last = row + width, *own = row + 2 * width;
    int result;
    for (int j = 0; j <= nb; j++)
        own[j] = j;
    for (int i = 1; i <= na; i++) {
        int *spare = two;
        two = last;
        last = own;
        own = spare;
        own[0] = i;
        for (int j = 1; j <= nb; j++) {
            int differ = lower(a[i - 1]) != lower(b[j - 1]);
            own[j] = min3(last[j] + 1, own[j - 1] + 1, last[j - 1] + differ);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]) && two[j - 2] + 1 < own[j])
                own[j] = two[j - 2] + 1;
        }
    }
    result = own[nb];
    free(row);
    return result;
}

void nearest_start(struct nearest *n, const char *wanted)
{
    n->wanted = wanted;
    n->best = NULL;
    n->distance = 0;
}

void nearest_offer(struct nearest *n, const char *name)
{
    int distance = edit_distance(n->wanted, name);
    if (n->best == NULL || distance < n->distance) {
        n->best = name;
        n->distance = distance;
    }
}
