#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "tests/support/own_memory.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "record/remote_memory.h"

bool own_memory_can_be_read(void)
{
    uint64_t there = 7, copy = 0;
    bool can = remote_u64(getpid(), address_of(&there), &copy) && copy == 7;
    if (!can) {
        printf("skipped: process_vm_readv is refused here: %s\n", strerror(errno));
    }
    return can;
}

uint64_t own_memory_hole(void)
{
    long page = sysconf(_SC_PAGESIZE);
    void *at = mmap(NULL, (size_t)page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(at, MAP_FAILED);
    munmap(at, (size_t)page);
    return address_of(at);
}

uint64_t address_of(const void *at)
{
    return (uint64_t)(uintptr_t)at;
}

void put(unsigned char *at, uint64_t value)
{
    memcpy(at, &value, sizeof value);
}
