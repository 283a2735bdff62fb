#define _GNU_SOURCE /* process_vm_readv */
#include "record/remote_memory.h"

#include <errno.h>
#include <sys/uio.h>

bool remote_read(pid_t pid, uint64_t address, void *into, size_t size)
{
    return remote_read_parts(pid, &(struct remote_part){address, size}, 1, into);
}

/* At most REMOTE_PARTS parts. */
static bool read_some(pid_t pid, const struct remote_part *parts, size_t count, void *into, size_t *taken)
{
    struct iovec remote[REMOTE_PARTS];
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        remote[i] = (struct iovec){(void *)(uintptr_t)parts[i].address,
                                   parts[i].size}; /* NOLINT: an address of another process */
        total += parts[i].size;
    }
    struct iovec local = {into, total};
    ssize_t got = process_vm_readv(pid, &local, 1, remote, count, 0);
    if (got >= 0 && (size_t)got < total) {
        errno = EFAULT;
    }
    *taken = total;
    return got >= 0 && (size_t)got == total;
}

bool remote_read_parts(pid_t pid, const struct remote_part *parts, size_t count, void *into)
{
    unsigned char *at = into;
    while (count) {
        size_t now = count < REMOTE_PARTS ? count : REMOTE_PARTS;
        size_t taken;
        if (!read_some(pid, parts, now, at, &taken)) {
            return false;
        }
        at += taken;
        parts += now;
        count -= now;
    }
    return true;
}

bool remote_u64(pid_t pid, uint64_t address, uint64_t *value)
{
    return remote_read(pid, address, value, sizeof *value);
}

bool remote_u32(pid_t pid, uint64_t address, uint32_t *value)
{
    return remote_read(pid, address, value, sizeof *value);
}
