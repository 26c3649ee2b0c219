/* fixed_point.c - exponentials and what is made of them.
 * SPDX-License-Identifier: MIT
 */
#include "sim/values/fixed_point.h"

/* Products of two 64-bit numbers. */
__extension__ typedef __int128 wide_signed;

static const int64_t most = (int64_t)1 << 62;

static int64_t limited(wide_signed v)
{
    if (v > most)
        return most;
    return v < -most ? -most : (int64_t)v;
}

/* v / 2^n, rounded. */
static int64_t shifted_down(wide_signed v, int n)
{
    if (n == 0)
        return limited(v);
    return limited((v + ((wide_signed)1 << (n - 1))) >> n);
}

int64_t fixed_shifted(int64_t v, int n)
{
    if (n <= 0)
        return n < -64 ? 0 : shifted_down(v, -n);
    return limited((wide_signed)v * ((wide_signed)1 << (n < 62 ? n : 62)));
}

int64_t fixed_divided(int64_t a, int64_t b)
{
    const wide_signed n = 2 * (wide_signed)a + b, by = 2 * (wide_signed)b;
    return (int64_t)(n >= 0 ? n / by : -((-n + by - 1) / by));
}

int64_t fixed_root(int64_t v)
{
    int64_t root = 0;
    for (int64_t bit = (int64_t)1 << 30; bit > 0; bit /= 2)
        if ((root + bit) * (root + bit) <= v)
            root += bit;
    return root;
}

static const int64_t one = (int64_t)1 << FIXED_SHARE;

/* As 2^-n 2^-f, n whole and f from 0 to 1, the latter by its power series. */
int64_t fixed_exp_minus(int64_t t)
{
    const int64_t log2_e = 1549082005, log_2 = 744261118; /* in 1/2^30 */
    if (t >= (int64_t)64 << FIXED_ARGUMENT)
        return 0;
    const int64_t y = t * log2_e; /* in 1/2^50 */
    const int n = (int)(y >> (FIXED_ARGUMENT + FIXED_SHARE));
    const int64_t f = (y >> FIXED_ARGUMENT) & (one - 1);
    const int64_t u = (f * log_2) >> FIXED_SHARE;
    int64_t r = one;
    for (int k = 10; k > 0; k--)
        r = one - ((u * r) >> FIXED_SHARE) / k;
    return fixed_shifted(r, -n);
}

/* The size of a number, or one so large that its exponential is 0. */
static int64_t size_of(int64_t x)
{
    const int64_t far = (int64_t)1 << 40;
    if (x >= far || x <= -far)
        return far;
    return x < 0 ? -x : x;
}

int64_t fixed_sigmoid(int64_t x)
{
    const int64_t e = fixed_exp_minus(size_of(x));
    return fixed_divided((x < 0 ? e : one) << FIXED_SHARE, one + e);
}

int64_t fixed_tanh(int64_t x)
{
    const int64_t e = fixed_exp_minus(2 * size_of(x));
    const int64_t y = fixed_divided((one - e) << FIXED_SHARE, one + e);
    return x < 0 ? -y : y;
}

int64_t fixed_silu(int64_t x)
{
    return shifted_down((wide_signed)x * fixed_sigmoid(x), FIXED_SHARE);
}

int64_t fixed_gelu(int64_t x)
{
    /* 2 sqrt(2 / pi), and 0.044715, in 1/2^20. */
    const int64_t twice = 1673285, cube = 46887;
    const int64_t far = (int64_t)16 << FIXED_ARGUMENT;
    if (x >= far || x <= -far)
        return x > 0 ? x : 0;
    const int64_t square = shifted_down((wide_signed)x * x, FIXED_ARGUMENT);
    const int64_t third = shifted_down((wide_signed)square * x, FIXED_ARGUMENT);
    const int64_t sum =
        x + shifted_down((wide_signed)third * cube, FIXED_ARGUMENT);
    const int64_t inner =
        shifted_down((wide_signed)sum * twice, FIXED_ARGUMENT);
    return shifted_down((wide_signed)x * fixed_sigmoid(inner), FIXED_SHARE);
}
