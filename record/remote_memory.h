/* Reading the memory of another process without stopping it: process_vm_readv(2), many parts in one system call. */
#ifndef PP_RECORD_REMOTE_MEMORY_H
#define PP_RECORD_REMOTE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

/* What the kernel takes in one system call (UIO_MAXIOV). */
enum { REMOTE_PARTS = 1024 };

/* `size` bytes at `address` of the process. */
struct remote_part {
    uint64_t address;
    size_t size;
};

/* Reads `size` bytes at `address` of process `pid`. False if any of them cannot be read; errno says why (EFAULT: not mapped, ESRCH: no process,
 * EPERM: not allowed). */
bool remote_read(pid_t pid, uint64_t address, void *into, size_t size);
/* Reads the parts one after another, in their order, into `into`, without gaps. One system call for each REMOTE_PARTS parts. False, and errno,
 * if any byte cannot be read. */
bool remote_read_parts(pid_t pid, const struct remote_part *parts, size_t count, void *into);
/* A pointer or a 32-bit integer; false as above. */
bool remote_u64(pid_t pid, uint64_t address, uint64_t *value);
bool remote_u32(pid_t pid, uint64_t address, uint32_t *value);

/* Integers within bytes that were read; alignment does not matter. */
static inline uint64_t load_u64(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t load_u32(const unsigned char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline int32_t load_i32(const unsigned char *at)
{
    int32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

#endif
