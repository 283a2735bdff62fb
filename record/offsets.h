/* Where CPython keeps what a recorder reads, per version. 3.8 to 3.12 by a table that was measured by compiling against the headers of each version
 * (x86-64; other 64-bit Linux systems lay these structs out alike, untested); 3.13 and later tell their own offsets in _Py_DebugOffsets
 * at the start of _PyRuntime (Include/internal/pycore_runtime.h, later pycore_debug_offsets.h). target.c checks them on a live process. */
#ifndef PP_RECORD_OFFSETS_H
#define PP_RECORD_OFFSETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Minor versions of Python 3. */
enum {
    PYTHON_OLDEST = 8,
    PYTHON_NEWEST = 15,
    PYTHON_FIRST_DATA_STACK = 11,
    PYTHON_FIRST_DEBUG_OFFSETS = 13,
    PYTHON_FIRST_BOUND_THREADS = 13
};

/* Not there in this version. 0 is a true offset of many fields. */
enum { NO_OFFSET = UINT16_MAX };

/* How a frame's place in its code is told. */
enum instruction_kind {
    INSTRUCTION_BYTES,  /* 3.8, 3.9: int, byte offset */
    INSTRUCTION_UNITS,  /* 3.10: int, in units of 2 bytes */
    INSTRUCTION_POINTER /* 3.11 and later: address in the code object */
};

/* Bytes from the start of each struct. */
struct python_offsets {
    unsigned minor; /* 3.minor */
    bool free_threaded;
    enum instruction_kind instruction_kind;
    uint64_t runtime_size;    /* 0: unknown */
    uint32_t co_version;      /* a number no other code object of the process has; NO_OFFSET before 3.12 */
    uint32_t code_generation; /* interpreter: counts code objects freed (3.14 and later), else NO_OFFSET */
    /* _PyRuntimeState */
    uint32_t runtime_interpreters, runtime_current_thread, runtime_gc_collecting;
    /* PyInterpreterState; `interpreter_gil` holds a pointer to the lock, in which gil_* are */
    uint32_t interpreter_next, interpreter_id, interpreter_threads, interpreter_gc_collecting, interpreter_gil;
    uint32_t interpreter_modules, gil_holder, gil_locked;
    /* PyThreadState; thread_frame leads to the innermost frame, through cframe_frame if that is not NO_OFFSET */
    uint32_t thread_next, thread_interpreter, thread_frame, cframe_frame, thread_ident, thread_native_id, thread_chunk;
    uint32_t thread_serial; /* a number that tells two threads apart of which one got the other's place */
    /* PyFrameObject or _PyInterpreterFrame; frame_owner is a char */
    uint32_t frame_previous, frame_code, frame_instruction, frame_owner, frame_size;
    uint32_t frame_bytecode_index; /* free-threaded 3.14 and later: which copy of the bytecode runs */
    unsigned owner_first_shim;     /* frames of this owner and above are the interpreter's own */
    /* PyCodeObject; code_bytecode is where the instructions begin, which 3.8 to 3.10 need not know */
    uint32_t code_filename, code_name, code_qualname, code_first_line, code_line_table, code_bytecode,
        code_bytecode_copies;
    /* PyObject, PyVarObject, PyTypeObject, PyBytesObject */
    uint32_t object_type, type_name, variable_size, bytes_data;
    /* PyASCIIObject and its state word */
    uint32_t text_length, text_state, text_ascii_data, text_compact_data, text_kind_shift;
    /* for thread names: dictionaries and instances */
    uint32_t dict_keys, dict_values, type_dict_offset, type_flags, type_cached_keys;
};

/* The table's row of Python 3.minor (8 to 12), or NULL. */
const struct python_offsets *offsets_of_version(unsigned minor);

/* What is read at once of a PyThreadState for the list of threads, of a str before its characters, and of a code object from its first line on: offsets
 * that lead out of these are absurd. */
enum { THREAD_HEAD_SIZE = 264, TEXT_HEAD_SIZE = 64, CODE_SPAN_SIZE = 96 };

/* Bytes of _Py_DebugOffsets that offsets_from_debug looks at. */
enum { DEBUG_OFFSETS_SIZE = 888 };

/* What the first bytes of _PyRuntime say. */
enum debug_offsets {
    DEBUG_OFFSETS_NONE,    /* no cookie: before 3.13, or not initialised yet */
    DEBUG_OFFSETS_READ,    /* *offsets is filled */
    DEBUG_OFFSETS_UNKNOWN, /* of a version whose layout is not known; *version is set */
    DEBUG_OFFSETS_ABSURD   /* a known version, but sizes that cannot be */
};

/* Reads the offsets a Python 3.13 or later tells about itself from `bytes`, DEBUG_OFFSETS_SIZE of them. *version: as PY_VERSION_HEX. */
enum debug_offsets offsets_from_debug(const unsigned char *bytes, struct python_offsets *offsets, uint32_t *version);

#endif
