/* hot.h - HOT: a function over lanes that is compiled for AVX2 too; which of
 * both runs is known as the program starts.  HOT_ONCE: there is one, for a
 * build that counts which branches are taken.
 *
 *     HOT(static, void, NAME, (TYPE a, TYPE b), (a, b))
 *     {
 *         its body
 *     }
 *
 * HOT_VALUE is for those that return something.  A compiler's own clones would
 * ask the CPU in every process, by instructions that virtual machines are slow
 * at.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_HOT_H
#define PE_HOT_H

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOT_ONCE) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)

/* The C library has asked the CPU, where it tells. */
#if defined(__has_include)
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#endif
#endif

/* Whether the CPU, and its system, have AVX2. */
static bool hot_has_avx2;

__attribute__((constructor)) static void hot_look(void)
{
#ifdef CPU_FEATURE_ACTIVE
    hot_has_avx2 = CPU_FEATURE_ACTIVE(AVX2);
#else
    __builtin_cpu_init();
    hot_has_avx2 = __builtin_cpu_supports("avx2");
#endif
}

#define HOT_CLONES(linkage, type, name, params, args, does)                 \
    static inline __attribute__((always_inline)) type name##_of_any params; \
    static __attribute__((noinline, noclone, flatten, target("avx2")))      \
    type name##_avx2 params                                                 \
    {                                                                       \
        does name##_of_any args;                                            \
    }                                                                       \
    static __attribute__((noinline, noclone, flatten))                      \
    type name##_baseline params                                             \
    {                                                                       \
        does name##_of_any args;                                            \
    }                                                                       \
    linkage type name params                                                \
    {                                                                       \
        if (hot_has_avx2)                                                   \
            does name##_avx2 args;                                          \
        else                                                                \
            does name##_baseline args;                                      \
    }                                                                       \
    static inline type name##_of_any params
#define HOT(linkage, type, name, params, args) \
    HOT_CLONES(linkage, type, name, params, args, )
#define HOT_VALUE(linkage, type, name, params, args) \
    HOT_CLONES(linkage, type, name, params, args, return )

#else

#define HOT(linkage, type, name, params, args) \
    linkage __attribute__((noinline)) type name params
#define HOT_VALUE(linkage, type, name, params, args) \
    HOT(linkage, type, name, params, args)

#endif

#endif
