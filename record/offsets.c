#include "record/offsets.h"

#include <string.h>

#include "record/remote_memory.h"

/* What all versions of a kind share. */
#define COMMON_OF_ALL                                                                                                  \
    .object_type = 8, .type_name = 24, .variable_size = 16, .bytes_data = 32, .text_length = 16, .text_state = 32,     \
    .text_kind_shift = 2, .dict_keys = 32, .dict_values = 40, .type_dict_offset = 288, .type_flags = 168,              \
    .frame_bytecode_index = NO_OFFSET, .code_bytecode_copies = NO_OFFSET, .code_generation = NO_OFFSET,                \
    .thread_next = 8, .thread_interpreter = 16

/* 3.8 to 3.10: frames are objects on the heap. */
#define COMMON_OF_FRAME_OBJECTS                                                                                        \
    COMMON_OF_ALL, .text_ascii_data = 48, .text_compact_data = 72, .interpreter_next = 0, .interpreter_threads = 8,    \
                   .interpreter_gil = NO_OFFSET, .gil_holder = NO_OFFSET, .gil_locked = NO_OFFSET, .thread_frame = 24, \
                   .cframe_frame = NO_OFFSET, .thread_ident = 176, .thread_native_id = NO_OFFSET,                      \
                   .thread_serial = 256, .thread_chunk = NO_OFFSET, .frame_previous = 24, .frame_code = 32,            \
                   .frame_owner = NO_OFFSET, .owner_first_shim = 256, .code_filename = 104, .code_name = 112,          \
                   .code_qualname = NO_OFFSET, .code_first_line = 40, .code_line_table = 120,                          \
                   .code_bytecode = NO_OFFSET, .co_version = NO_OFFSET

/* clang-format off */
static const struct python_offsets table[] = {
    {.minor = 8, COMMON_OF_FRAME_OBJECTS, .instruction_kind = INSTRUCTION_BYTES, .runtime_interpreters = 32, .runtime_current_thread = 1368,
     .runtime_gc_collecting = 544, .interpreter_id = 16, .interpreter_gc_collecting = NO_OFFSET, .interpreter_modules = 56,
     .frame_instruction = 104, .frame_size = 112, .type_cached_keys = 872},
    {.minor = 9, COMMON_OF_FRAME_OBJECTS, .instruction_kind = INSTRUCTION_BYTES, .runtime_interpreters = 32, .runtime_current_thread = 568,
     .runtime_gc_collecting = NO_OFFSET, .interpreter_id = 24, .interpreter_gc_collecting = 816, .interpreter_modules = 856,
     .frame_instruction = 104, .frame_size = 112, .type_cached_keys = 864},
    {.minor = 10, COMMON_OF_FRAME_OBJECTS, .instruction_kind = INSTRUCTION_UNITS, .runtime_interpreters = 32, .runtime_current_thread = 568,
     .runtime_gc_collecting = NO_OFFSET, .interpreter_id = 24, .interpreter_gc_collecting = 816, .interpreter_modules = 856,
     .frame_instruction = 96, .frame_size = 104, .type_cached_keys = 872},
    {.minor = 11, COMMON_OF_ALL, .instruction_kind = INSTRUCTION_POINTER, .text_ascii_data = 48, .text_compact_data = 72,
     .runtime_interpreters = 40, .runtime_current_thread = 576, .runtime_gc_collecting = NO_OFFSET,
     .interpreter_next = 0, .interpreter_id = 48, .interpreter_threads = 16, .interpreter_gc_collecting = 848, .interpreter_modules = 888,
     .interpreter_gil = NO_OFFSET, .gil_holder = NO_OFFSET, .gil_locked = NO_OFFSET,
     .thread_frame = 56, .cframe_frame = 8, .thread_ident = 152, .thread_native_id = 160, .thread_serial = 160, .thread_chunk = 296,
     .frame_previous = 48, .frame_code = 32, .frame_instruction = 56, .frame_owner = 69, .frame_size = 72, .owner_first_shim = 3,
     .code_filename = 112, .code_name = 120, .code_qualname = 128, .code_first_line = 72, .code_line_table = 136, .code_bytecode = 184,
     .co_version = NO_OFFSET, .type_cached_keys = 872},
    {.minor = 12, COMMON_OF_ALL, .instruction_kind = INSTRUCTION_POINTER, .text_ascii_data = 40, .text_compact_data = 56,
     .runtime_interpreters = 40, .runtime_current_thread = NO_OFFSET, .runtime_gc_collecting = NO_OFFSET,
     .interpreter_next = 0, .interpreter_id = 8, .interpreter_threads = 72, .interpreter_gc_collecting = 312, .interpreter_modules = 944,
     .interpreter_gil = 384, .gil_holder = 8, .gil_locked = 16,
     .thread_frame = 56, .cframe_frame = 0, .thread_ident = 136, .thread_native_id = 144, .thread_serial = 144, .thread_chunk = 232,
     .frame_previous = 8, .frame_code = 0, .frame_instruction = 56, .frame_owner = 70, .frame_size = 72, .owner_first_shim = 3,
     .code_filename = 112, .code_name = 120, .code_qualname = 128, .code_first_line = 68, .code_line_table = 136, .code_bytecode = 192,
     .co_version = 92, .type_cached_keys = 880},
};
/* clang-format on */

const struct python_offsets *offsets_of_version(unsigned minor)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].minor == minor) {
            return &table[i];
        }
    }
    return NULL;
}

/* --- _Py_DebugOffsets --- */

/* Byte positions of the words that are used, in the struct of 3.13, 3.14 and 3.15; 0: not there (the cookie is no offset). */
struct debug_positions {
    uint16_t runtime_size, interpreters_head;
    uint16_t interpreter_id, interpreter_next, threads_head, gc, modules, ceval_gil, gil, gil_locked, gil_holder,
        code_generation;
    uint16_t thread_next, thread_interpreter, thread_frame, thread_ident, thread_native_id, thread_chunk;
    uint16_t frame_size, frame_previous, frame_code, frame_instruction, frame_owner, frame_bytecode_index;
    uint16_t code_filename, code_name, code_qualname, code_line_table, code_first_line, code_bytecode,
        code_bytecode_copies;
    uint16_t object_type, type_name, type_flags, variable_size, dict_keys, dict_values;
    uint16_t bytes_data, text_state, text_length, text_ascii_size, gc_collecting;
    uint16_t type_cached_keys;
    uint16_t last; /* end of the struct */
};

/* clang-format off */
static const struct debug_positions positions[] = {
    {24, 40, 56, 64, 72, 80, 88, 112, 120, 136, 144, 0, 168, 176, 184, 192, 200, 208, 224, 232, 240, 248, 264, 0,
     280, 288, 296, 304, 312, 344, 0, 360, 376, 392, 416, 456, 464, 528, 544, 552, 560, 576, 0, 584},
    {24, 40, 56, 64, 72, 88, 96, 120, 128, 144, 152, 160, 192, 200, 208, 216, 224, 232, 248, 256, 264, 272, 288, 304,
     320, 328, 336, 344, 352, 384, 392, 408, 424, 440, 464, 536, 544, 608, 624, 632, 640, 656, 0, 760},
    {24, 40, 56, 64, 72, 88, 96, 120, 128, 144, 152, 160, 192, 200, 208, 240, 248, 256, 312, 320, 328, 336, 352, 368,
     384, 392, 400, 408, 416, 448, 456, 472, 488, 504, 560, 632, 640, 704, 720, 728, 736, 760, 536, 888},
};
/* clang-format on */

/* No struct but the interpreter's and the runtime's is larger. */
enum { LARGEST_OFFSET = 1 << 20, CACHED_KEYS = 880, LARGEST_FRAME_HEAD = 1024, LARGEST_LOCK = 4096 };

struct debug_reader {
    const unsigned char *bytes;
    bool absurd;
};

static uint32_t word(struct debug_reader *r, uint16_t position)
{
    if (position == 0) {
        return NO_OFFSET;
    }
    uint64_t value = load_u64(r->bytes + position);
    r->absurd |= value > LARGEST_OFFSET;
    return (uint32_t)value;
}

static void read_states(struct debug_reader *r, const struct debug_positions *p, struct python_offsets *o)
{
    o->runtime_size = word(r, p->runtime_size);
    o->runtime_interpreters = word(r, p->interpreters_head);
    o->runtime_current_thread = NO_OFFSET;
    o->runtime_gc_collecting = NO_OFFSET;
    o->interpreter_id = word(r, p->interpreter_id);
    o->interpreter_next = word(r, p->interpreter_next);
    o->interpreter_threads = word(r, p->threads_head);
    o->interpreter_gc_collecting = word(r, p->gc) + word(r, p->gc_collecting);
    o->interpreter_modules = word(r, p->modules);
    o->interpreter_gil = word(r, p->ceval_gil);
    o->gil_holder = word(r, p->gil_holder) - word(r, p->gil);
    o->gil_locked = word(r, p->gil_locked) - word(r, p->gil);
    o->code_generation = word(r, p->code_generation);
    o->thread_next = word(r, p->thread_next);
    o->thread_interpreter = word(r, p->thread_interpreter);
    o->thread_frame = word(r, p->thread_frame);
    o->cframe_frame = NO_OFFSET;
    o->thread_ident = word(r, p->thread_ident);
    o->thread_native_id = word(r, p->thread_native_id);
    o->thread_serial = o->thread_native_id;
    o->thread_chunk = word(r, p->thread_chunk);
}

static void read_objects(struct debug_reader *r, const struct debug_positions *p, struct python_offsets *o)
{
    o->frame_previous = word(r, p->frame_previous);
    o->frame_code = word(r, p->frame_code);
    o->frame_instruction = word(r, p->frame_instruction);
    o->frame_owner = word(r, p->frame_owner);
    o->frame_size = word(r, p->frame_size);
    o->frame_bytecode_index = o->free_threaded ? word(r, p->frame_bytecode_index) : NO_OFFSET;
    o->owner_first_shim = 3;
    o->code_filename = word(r, p->code_filename);
    o->code_name = word(r, p->code_name);
    o->code_qualname = word(r, p->code_qualname);
    o->code_line_table = word(r, p->code_line_table);
    o->code_first_line = word(r, p->code_first_line);
    o->code_bytecode = word(r, p->code_bytecode);
    o->code_bytecode_copies = o->free_threaded ? word(r, p->code_bytecode_copies) : NO_OFFSET;
    /* Five ints stand between them since 3.12. */
    o->co_version = o->code_first_line + 24;
    o->object_type = word(r, p->object_type);
    o->type_name = word(r, p->type_name);
    o->variable_size = word(r, p->variable_size);
    o->bytes_data = word(r, p->bytes_data);
    o->text_length = word(r, p->text_length);
    o->text_state = word(r, p->text_state);
    o->text_ascii_data = word(r, p->text_ascii_size);
    /* utf8_length and utf8 follow. */
    o->text_compact_data = o->text_ascii_data + 16;
    /* 3.14 made `interned` a byte of its own in free-threaded builds. */
    o->text_kind_shift = o->free_threaded && o->minor >= 14 ? 8 : 2;
    o->dict_keys = word(r, p->dict_keys);
    o->dict_values = word(r, p->dict_values);
    o->type_flags = word(r, p->type_flags);
    o->type_dict_offset = NO_OFFSET;
    /* 3.15 tells; before it is where it was in 3.12, behind the larger head of an object in free-threaded builds. */
    o->type_cached_keys =
        p->type_cached_keys ? word(r, p->type_cached_keys) : (o->free_threaded ? CACHED_KEYS + 16 : CACHED_KEYS);
}

static bool all_within(const uint32_t *fields, size_t count, uint32_t first, uint32_t end)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i] < first || fields[i] + 8 > end) {
            return false;
        }
    }
    return true;
}

/* A process tells these numbers, and may tell anything: they must not lead out of the buffers that are read with them. */
static bool make_sense(const struct python_offsets *o)
{
    const uint32_t thread[] = {o->thread_next, o->thread_interpreter, o->thread_ident, o->thread_serial};
    const uint32_t frame[] = {o->frame_previous, o->frame_code, o->frame_instruction};
    const uint32_t code[] = {o->code_first_line, o->code_filename, o->code_name, o->code_qualname, o->code_line_table};
    const uint32_t text[] = {o->text_length};
    return all_within(thread, 4, 0, THREAD_HEAD_SIZE) && o->frame_size <= LARGEST_FRAME_HEAD &&
           all_within(frame, 3, 0, o->frame_size) && o->frame_owner < o->frame_size &&
           (o->frame_bytecode_index == NO_OFFSET || o->frame_bytecode_index + 4 <= o->frame_size) &&
           all_within(code, 5, o->code_first_line, o->code_first_line + CODE_SPAN_SIZE) &&
           o->text_ascii_data <= TEXT_HEAD_SIZE && all_within(text, 1, 0, o->text_ascii_data) &&
           o->text_state + 4 <= o->text_ascii_data && o->gil_holder <= LARGEST_LOCK && o->gil_locked <= LARGEST_LOCK;
}

enum debug_offsets offsets_from_debug(const unsigned char *bytes, struct python_offsets *offsets, uint32_t *version)
{
    if (memcmp(bytes, "xdebugpy", 8) != 0) {
        return DEBUG_OFFSETS_NONE;
    }
    *version = load_u32(bytes + 8);
    unsigned minor = *version >> 16 & 0xff;
    if (*version >> 24 != 3 || minor < PYTHON_FIRST_DEBUG_OFFSETS || minor > PYTHON_NEWEST) {
        return DEBUG_OFFSETS_UNKNOWN;
    }
    struct debug_reader r = {.bytes = bytes};
    const struct debug_positions *p = &positions[minor - PYTHON_FIRST_DEBUG_OFFSETS];
    *offsets = (struct python_offsets){.minor = minor, .instruction_kind = INSTRUCTION_POINTER};
    offsets->free_threaded = load_u64(bytes + 16) != 0;
    read_states(&r, p, offsets);
    read_objects(&r, p, offsets);
    return r.absurd || !make_sense(offsets) ? DEBUG_OFFSETS_ABSURD : DEBUG_OFFSETS_READ;
}
