/* fixed_point.h - the functions of networks in whole numbers, so that they are
 * the same on every computer.
 *
 * An argument or a value in 1/2^20 or 1/2^30 is the real number times that.
 * Errors are against the real functions and hold for every argument; the tests
 * measure them (docs/values.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALUES_FIXED_POINT_H
#define SIM_VALUES_FIXED_POINT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fractional bits. */
enum { FIXED_ARGUMENT = 20, FIXED_SHARE = 30 };

/* v 2^n; rounded to the nearest, up where both are as near, if n is below 0,
 * and no further from 0 than 2^62 otherwise. */
int64_t fixed_shifted(int64_t v, int n);
/* a / b, b above 0, rounded alike. */
int64_t fixed_divided(int64_t a, int64_t b);
/* The largest whole number whose square is no larger; v below 2^62. */
int64_t fixed_root(int64_t v);

/* e^-t in 1/2^30, t at least 0 in 1/2^20; within 2^-24. */
int64_t fixed_exp_minus(int64_t t);
/* 1 / (1 + e^-x) and the hyperbolic tangent in 1/2^30, x in 1/2^20; within
 * 2^-20, as those below where x is 1 or less, and else within x 2^-20. */
int64_t fixed_sigmoid(int64_t x);
int64_t fixed_tanh(int64_t x);
/* x sigmoid(x), in 1/2^20. */
int64_t fixed_silu(int64_t x);
/* x times the normal distribution up to x, in 1/2^20, by the hyperbolic tangent
 * of a cubic; within 2^-11 of the real one. */
int64_t fixed_gelu(int64_t x);

#ifdef __cplusplus
}
#endif

#endif
