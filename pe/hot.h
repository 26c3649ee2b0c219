/* hot.h - HOT: a function over lanes that is compiled for AVX2 too, where the
 * compiler can choose between both as the program starts.  HOT_ONCE: it is not,
 * for a build that counts which branches are taken.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_HOT_H
#define PE_HOT_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOT_ONCE) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define HOT __attribute__((target_clones("avx2", "default"), noinline))
#else
#define HOT __attribute__((noinline))
#endif

#endif
