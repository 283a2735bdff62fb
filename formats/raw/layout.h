/* The bytes of a raw dump; the specification is docs/formats/raw.md. */
#ifndef PP_FORMATS_RAW_LAYOUT_H
#define PP_FORMATS_RAW_LAYOUT_H

#include <stdint.h>

/* 0x89 and the line end show transfers that treat it as text, as PNG does it. Major and minor version follow. */
#define RAW_MAGIC "\x89PPRAW\r\n"
enum { RAW_MAGIC_SIZE = 8, RAW_FILE_HEADER = 10, RAW_MAJOR = 1, RAW_MINOR = 0 };

/* Each block: marker, type, length of the payload, number of the block, CRC of the payload, CRC of the header so far; integers are
 * little-endian. 0xf5 never occurs in UTF-8, so names cannot hold a marker by accident. */
#define RAW_MARKER "\xf5PBK"
enum {
    RAW_MARKER_SIZE = 4,
    RAW_AT_TYPE = 4,
    RAW_AT_LENGTH = 5,
    RAW_AT_NUMBER = 9,
    RAW_AT_CRC = 13,
    RAW_AT_HEADER_CRC = 17,
    RAW_BLOCK_HEADER = 21
};

enum raw_block_type { RAW_DEFINITIONS = 'D', RAW_SAMPLES = 'S', RAW_STACKS = 'A', RAW_END = 'E' };

/* Records of a definitions block: tag, length of the body, body. */
enum raw_tag { RAW_STRING = 1, RAW_FUNCTION = 2, RAW_FRAME = 3, RAW_THREAD = 4, RAW_META = 5, RAW_ANCHOR = 6 };

/* In a stacks block: records carry bounds. */
enum { RAW_HAS_BOUNDS = 1 };

/* Payload of one block, 1 GiB: more than any one stack needs, and what a lying length can make a reader wait for. */
#define RAW_LIMIT_PAYLOAD (UINT32_C(1) << 30)
/* Columns: each costs 8 bytes per stack and sample in memory, whatever the file spends on it. */
enum { RAW_LIMIT_COLUMNS = 64 };

#endif
