/* What a recorder wants of an ELF file: where CPython's runtime is, and its version. */
#ifndef PP_RECORD_ELF_SYMBOLS_H
#define PP_RECORD_ELF_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

/* Addresses as the file has them, before it is loaded; 0: not there. */
struct elf_python {
    uint64_t runtime;    /* the symbol _PyRuntime (3.7 and later), or the section .PyRuntime (3.10 and later) */
    uint64_t version;    /* the symbol Py_Version: 32 bits, as PY_VERSION_HEX (3.11 and later) */
    uint64_t first_load; /* of the first loaded segment, rounded down to its page */
    bool old_python;     /* _PyThreadState_Current or PyThreadState_Get without a runtime: Python up to 3.6 */
    unsigned major, minor, micro; /* found as text among the constants ("3.9.18"); 0: not found */
};

/* Looks into the open file `fd`. False if it is no 64-bit ELF file. */
bool elf_find_python(int fd, struct elf_python *found);

#endif
