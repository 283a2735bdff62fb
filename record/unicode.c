#include "record/unicode.h"

#include "base/text.h"
#include "record/remote_memory.h"

enum { LONGEST_TEXT = 16 << 20, LONGEST_BYTES = 256 << 20 };

/* The state word: kind (1, 2 or 4 bytes a character) in three bits at text_kind_shift, then compact and ascii (Include/cpython/unicodeobject.h). */
struct text_state {
    unsigned kind;
    bool compact, ascii;
};

static struct text_state state_of(const struct python_offsets *o, uint32_t word)
{
    word >>= o->text_kind_shift;
    return (struct text_state){word & 7, word >> 3 & 1, word >> 4 & 1};
}

static uint32_t character_at(const unsigned char *units, unsigned kind, size_t i)
{
    return kind == 1   ? units[i]
           : kind == 2 ? (uint32_t)(units[2 * i] | units[2 * i + 1] << 8)
                       : load_u32(units + 4 * i);
}

static void append_utf8(remote_text *text, const unsigned char *units, unsigned kind, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        PP_RESERVE(text, text->count + 4);
        uint32_t c = character_at(units, kind, i);
        text->count += pp_utf8_put(text->at + text->count, c > 0x10ffff ? 0xfffd : c);
    }
}

bool unicode_read(pid_t pid, const struct python_offsets *o, uint64_t address, remote_text *text)
{
    unsigned char head[TEXT_HEAD_SIZE];
    text->count = 0;
    if (!address || !remote_read(pid, address, head, o->text_ascii_data)) {
        return false;
    }
    uint64_t length = load_u64(head + o->text_length);
    struct text_state state = state_of(o, load_u32(head + o->text_state));
    if (!state.compact || (state.kind != 1 && state.kind != 2 && state.kind != 4) || length > LONGEST_TEXT) {
        return false;
    }
    size_t bytes = (size_t)length * state.kind;
    uint64_t data = address + (state.ascii ? o->text_ascii_data : o->text_compact_data);
    if (state.ascii) {
        PP_RESERVE(text, bytes);
        text->count = bytes;
        return bytes == 0 || remote_read(pid, data, text->at, bytes);
    }
    unsigned char *units = pp_calloc(bytes, 1);
    bool good = remote_read(pid, data, units, bytes);
    if (good) {
        append_utf8(text, units, state.kind, (size_t)length);
    }
    pp_free(units);
    return good;
}

bool bytes_read(pid_t pid, const struct python_offsets *o, uint64_t address, remote_text *bytes)
{
    uint64_t size;
    bytes->count = 0;
    if (!address || !remote_u64(pid, address + o->variable_size, &size) || size > LONGEST_BYTES) {
        return false;
    }
    PP_RESERVE(bytes, (size_t)size);
    bytes->count = (size_t)size;
    return size == 0 || remote_read(pid, address + o->bytes_data, bytes->at, (size_t)size);
}
