/* Looking at bytes 64 at a time, for readers of large texts. Inline, because a line or a name is a block or two. */
#ifndef PP_BASE_SCAN_H
#define PP_BASE_SCAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { PP_SCAN_BLOCK = 64 };

#ifdef __SSE2__

/* The 16 bytes at `at` that equal those of `other`, as 0xff. */
static inline __m128i pp_scan_compare(const char *at, __m128i other)
{
    return _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), other);
}

static inline uint64_t pp_scan_bits(__m128i equal)
{
    return (uint64_t)(unsigned)_mm_movemask_epi8(equal);
}

/* Bit i says whether byte i of the block is `byte`. */
static inline uint64_t pp_scan_byte(const char *block, char byte)
{
    const __m128i each = _mm_set1_epi8(byte);
    return pp_scan_bits(pp_scan_compare(block, each)) | pp_scan_bits(pp_scan_compare(block + 16, each)) << 16 |
           pp_scan_bits(pp_scan_compare(block + 32, each)) << 32 |
           pp_scan_bits(pp_scan_compare(block + 48, each)) << 48;
}

/* Bit i says whether byte i is the same in both blocks. That all are is told sooner. */
static inline uint64_t pp_scan_same(const char *a, const char *b)
{
    __m128i same[PP_SCAN_BLOCK / 16];
    for (unsigned i = 0; i < PP_SCAN_BLOCK / 16; i++) {
        same[i] = pp_scan_compare(a + i * 16, _mm_loadu_si128((const __m128i *)(const void *)(b + i * 16)));
    }
    __m128i all = _mm_and_si128(_mm_and_si128(same[0], same[1]), _mm_and_si128(same[2], same[3]));
    if (pp_scan_bits(all) == 0xffff) {
        return UINT64_MAX;
    }
    return pp_scan_bits(same[0]) | pp_scan_bits(same[1]) << 16 | pp_scan_bits(same[2]) << 32 |
           pp_scan_bits(same[3]) << 48;
}

#else

static inline uint64_t pp_scan_byte(const char *block, char byte)
{
    uint64_t found = 0;
    for (unsigned i = 0; i < PP_SCAN_BLOCK; i++) {
        found |= (uint64_t)(block[i] == byte) << i;
    }
    return found;
}

static inline uint64_t pp_scan_same(const char *a, const char *b)
{
    uint64_t same = 0;
    for (unsigned i = 0; i < PP_SCAN_BLOCK; i++) {
        same |= (uint64_t)(a[i] == b[i]) << i;
    }
    return same;
}

#endif

/* Where the lowest bit is; `bits` is not 0. */
static inline size_t pp_scan_first(uint64_t bits)
{
    return (size_t)__builtin_ctzll(bits);
}

/* How many of their first `len` bytes a and b have in common before the first that differs. */
static inline size_t pp_scan_common(const char *a, const char *b, size_t len)
{
    size_t at = 0;
    for (; len - at >= PP_SCAN_BLOCK; at += PP_SCAN_BLOCK) {
        uint64_t same = pp_scan_same(a + at, b + at);
        if (~same) {
            return at + pp_scan_first(~same);
        }
    }
    if (len >= PP_SCAN_BLOCK) {
        /* The last block overlaps the one before. */
        uint64_t same = pp_scan_same(a + len - PP_SCAN_BLOCK, b + len - PP_SCAN_BLOCK);
        return ~same ? len - PP_SCAN_BLOCK + pp_scan_first(~same) : len;
    }
    while (at < len && a[at] == b[at]) {
        at++;
    }
    return at;
}

#endif
