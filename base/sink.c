#define _GNU_SOURCE /* mkostemp */
#include "base/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "base/memory.h"

enum { BUFFER_SIZE = 1 << 16 };

struct pp_sink {
    char *buffer;
    size_t used, capacity;
    uint64_t bytes;         /* taken in all */
    int fd;                 /* -1: memory or gzip */
    bool close_fd, memory;  /* memory: the buffer grows */
    int sys_errno;          /* of the first failure */
    char *path, *temporary; /* temporary: renamed to path at close */
    struct pp_sink *below;  /* gzip */
    z_stream *gzip;
};

static struct pp_sink *new_sink(int fd)
{
    struct pp_sink *k = pp_calloc(1, sizeof *k);
    k->capacity = BUFFER_SIZE;
    k->buffer = pp_calloc(1, k->capacity);
    k->fd = fd;
    return k;
}

static char *join_text(const char *a, const char *b)
{
    size_t la = strlen(a);
    size_t lb = strlen(b);
    char *text = pp_calloc(la + lb + 1, 1);
    memcpy(text, a, la);
    memcpy(text + la, b, lb);
    return text;
}

/* The file a path leads to through symbolic links: it is what gets replaced, not the link. */
static char *resolve(const char *path)
{
    char *real = realpath(path, NULL);
    char *copy = join_text(real ? real : path, "");
    free(real); /* realpath's memory is the C library's, not ours */
    return copy;
}

static bool is_special(const char *path, struct stat *st, bool *exists)
{
    *exists = stat(path, st) == 0;
    return *exists && !S_ISREG(st->st_mode);
}

static mode_t wanted_mode(bool exists, const struct stat *st)
{
    if (exists) {
        return st->st_mode & 07777;
    }
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static struct pp_sink *open_special(const char *path, struct pp_error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        pp_fail_errno(err, errno, "cannot open for writing");
        return NULL;
    }
    struct pp_sink *k = new_sink(fd);
    k->close_fd = true;
    return k;
}

struct pp_sink *pp_sink_open(const char *path, struct pp_error *err)
{
    if (!path || strcmp(path, "-") == 0) {
        return new_sink(STDOUT_FILENO);
    }
    struct stat st;
    bool exists;
    if (is_special(path, &st, &exists)) {
        if (S_ISDIR(st.st_mode)) {
            pp_fail_errno(err, EISDIR, "cannot open for writing");
            return NULL;
        }
        return open_special(path, err);
    }
    char *target = exists ? resolve(path) : join_text(path, "");
    char *temporary = join_text(target, ".tmpXXXXXX");
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) {
        pp_fail_errno(err, errno, "cannot create");
        pp_free(target);
        pp_free(temporary);
        return NULL;
    }
    (void)fchmod(fd, wanted_mode(exists, &st));
    struct pp_sink *k = new_sink(fd);
    k->close_fd = true;
    k->path = target;
    k->temporary = temporary;
    return k;
}

struct pp_sink *pp_sink_stream(const char *path, struct pp_error *err)
{
    if (!path || strcmp(path, "-") == 0) {
        return new_sink(STDOUT_FILENO);
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        pp_fail_errno(err, errno, "cannot create");
        return NULL;
    }
    struct pp_sink *k = new_sink(fd);
    k->close_fd = true;
    return k;
}

struct pp_sink *pp_sink_memory(void)
{
    struct pp_sink *k = new_sink(-1);
    k->memory = true;
    return k;
}

struct pp_sink *pp_sink_gzip(struct pp_sink *below)
{
    struct pp_sink *k = new_sink(-1);
    k->below = below;
    k->gzip = pp_calloc(1, sizeof *k->gzip);
    if (deflateInit2(k->gzip, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        pp_memory_exhausted(0);
    }
    gz_header none = {.os = 255};
    (void)deflateSetHeader(k->gzip, &none);
    return k;
}

static void write_fd(struct pp_sink *k)
{
    size_t done = 0;
    while (done < k->used && !k->sys_errno) {
        ssize_t wrote = write(k->fd, k->buffer + done, k->used - done);
        if (wrote >= 0) {
            done += (size_t)wrote;
        } else if (errno != EINTR) {
            k->sys_errno = errno;
        }
    }
    k->used = 0;
}

static void write_gzip(struct pp_sink *k, int flush)
{
    char out[BUFFER_SIZE / 4];
    k->gzip->next_in = (Bytef *)k->buffer;
    k->gzip->avail_in = (uInt)k->used;
    do {
        k->gzip->next_out = (Bytef *)out;
        k->gzip->avail_out = sizeof out;
        deflate(k->gzip, flush);
        pp_sink_write(k->below, out, sizeof out - k->gzip->avail_out);
    } while (k->gzip->avail_out == 0);
    k->used = 0;
}

static void drain(struct pp_sink *k)
{
    if (k->gzip) {
        write_gzip(k, Z_NO_FLUSH);
    } else if (!k->memory) {
        write_fd(k);
    }
}

/* Room for `need` (at most BUFFER_SIZE unless memory) more bytes. */
static void make_room(struct pp_sink *k, size_t need)
{
    if (k->capacity - k->used >= need) {
        return;
    }
    if (k->memory) {
        k->buffer = pp_grow(k->buffer, k->used + need, &k->capacity, 1);
    } else {
        drain(k);
    }
}

void pp_sink_write(struct pp_sink *k, const void *data, size_t len)
{
    const char *from = data;
    k->bytes += len;
    while (len) {
        size_t part = k->memory || len < BUFFER_SIZE ? len : BUFFER_SIZE;
        make_room(k, part);
        memcpy(k->buffer + k->used, from, part);
        k->used += part;
        from += part;
        len -= part;
    }
}

void pp_sink_str(struct pp_sink *k, struct pp_str s)
{
    pp_sink_write(k, s.data, s.len);
}

void pp_sink_text(struct pp_sink *k, const char *text)
{
    pp_sink_write(k, text, strlen(text));
}

void pp_sink_byte(struct pp_sink *k, char byte)
{
    make_room(k, 1);
    k->buffer[k->used++] = byte;
    k->bytes++;
}

void pp_sink_repeat(struct pp_sink *k, char byte, size_t times)
{
    while (times--) {
        pp_sink_byte(k, byte);
    }
}

void pp_sink_printf(struct pp_sink *k, const char *format, ...)
{
    char small[512];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof small) {
        pp_sink_write(k, small, (size_t)len);
    } else if (len >= 0) {
        char *large = pp_calloc((size_t)len + 1, 1);
        vsnprintf(large, (size_t)len + 1, format, again);
        pp_sink_write(k, large, (size_t)len);
        pp_free(large);
    }
    va_end(again);
}

void pp_sink_u64(struct pp_sink *k, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    pp_sink_write(k, digits + at, sizeof digits - at);
}

void pp_sink_i64(struct pp_sink *k, int64_t value)
{
    if (value < 0) {
        pp_sink_byte(k, '-');
        pp_sink_u64(k, 0 - (uint64_t)value);
    } else {
        pp_sink_u64(k, (uint64_t)value);
    }
}

bool pp_sink_flush(struct pp_sink *k)
{
    if (k->gzip) {
        write_gzip(k, Z_SYNC_FLUSH);
        return pp_sink_flush(k->below);
    }
    drain(k);
    return k->sys_errno == 0;
}

bool pp_sink_ok(const struct pp_sink *k, int *sys_errno)
{
    int failed = k->below ? k->below->sys_errno : k->sys_errno;
    if (sys_errno && failed) {
        *sys_errno = failed;
    }
    return failed == 0;
}

const char *pp_sink_temporary(const struct pp_sink *k)
{
    return k->temporary;
}

uint64_t pp_sink_bytes(const struct pp_sink *k)
{
    return k->bytes;
}

struct pp_str pp_sink_contents(const struct pp_sink *k)
{
    return (struct pp_str){k->buffer, k->used};
}

static void free_sink(struct pp_sink *k)
{
    if (k->gzip) {
        deflateEnd(k->gzip);
        pp_free(k->gzip);
    }
    pp_free(k->buffer);
    pp_free(k->path);
    pp_free(k->temporary);
    pp_free(k);
}

bool pp_sink_close(struct pp_sink *k, struct pp_error *err)
{
    if (k->gzip) {
        write_gzip(k, Z_FINISH);
        struct pp_sink *below = k->below;
        free_sink(k);
        return pp_sink_close(below, err);
    }
    drain(k);
    if (k->close_fd && close(k->fd) != 0 && !k->sys_errno) {
        k->sys_errno = errno;
    }
    if (k->temporary && !k->sys_errno && rename(k->temporary, k->path) != 0) {
        k->sys_errno = errno;
    }
    if (k->temporary && k->sys_errno) {
        (void)unlink(k->temporary);
    }
    int failed = k->sys_errno;
    free_sink(k);
    return !failed || pp_fail_errno(err, failed, "cannot write");
}

void pp_sink_abandon(struct pp_sink *k)
{
    if (!k) {
        return;
    }
    if (k->below) {
        pp_sink_abandon(k->below);
    }
    if (k->close_fd) {
        (void)close(k->fd);
    }
    if (k->temporary) {
        (void)unlink(k->temporary);
    }
    free_sink(k);
}
