/* The memory of the test itself, read as a recorder reads that of another process. */
#ifndef PP_TESTS_SUPPORT_OWN_MEMORY_H
#define PP_TESTS_SUPPORT_OWN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* False, after a line that says "skipped", where a process may not even read its own memory in this way. */
bool own_memory_can_be_read(void);
/* The address of a page that is not there. */
uint64_t own_memory_hole(void);
uint64_t address_of(const void *at);
/* Writes a 64-bit word; alignment does not matter. */
void put(unsigned char *at, uint64_t value);

#endif
