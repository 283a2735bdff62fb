/* Three stages, each pulled by the one above:  raw bytes (descriptor or memory)  ->  gunzip, if it is gzip  ->  UTF-16 to UTF-8, if asked for and marked.
 * The window [start, end) of `buffer` holds what the last stage gave and nobody has skipped. Memory input that needs no stage is shown in place. */
#include "base/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>

#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"

enum { CHUNK = 1 << 17, RAW_CHUNK = 1 << 16, PROGRESS_STEP = 1 << 24 };

enum encoding { PLAIN, UTF16_LITTLE, UTF16_BIG };

struct pp_source {
    int fd; /* -1: memory */
    bool close_fd;
    struct pp_str memory; /* not read yet */
    bool raw_end, at_end; /* nothing more from the raw stage / from the last stage */
    struct pp_error error;

    bool in_place; /* the window is the caller's memory */
    char *buffer;
    size_t start, end, capacity;

    bool gzipped, gzip_done;
    z_stream *gzip;
    char *raw; /* compressed bytes, RAW_CHUNK */

    enum encoding encoding;
    unsigned char odd[4]; /* bytes of a UTF-16 unit or pair that came in halves */
    size_t odd_count;

    uint64_t consumed, produced, raw_read, raw_size, max_input;
    uint64_t line; /* number of the line last returned */
    uint64_t line_offset;
    time_t mtime;
    bool (*progress)(void *, const struct pp_source *);
    void *progress_context;
    uint64_t next_progress;
};

static struct pp_source *new_source(int fd, uint64_t max_input)
{
    struct pp_source *s = pp_calloc(1, sizeof *s);
    s->fd = fd;
    s->max_input = max_input ? max_input : PP_LIMIT_INPUT_DEFAULT;
    return s;
}

static size_t read_descriptor(struct pp_source *s, char *to, size_t room)
{
    for (;;) {
        ssize_t got = read(s->fd, to, room);
        if (got > 0) {
            return (size_t)got;
        }
        if (got == 0) {
            s->raw_end = true;
            return 0;
        }
        if (errno != EINTR) {
            pp_fail_errno(&s->error, errno, "cannot read");
            s->raw_end = true;
            return 0;
        }
    }
}

static size_t read_raw(struct pp_source *s, char *to, size_t room)
{
    size_t got = 0;
    if (s->raw_end) {
        return 0;
    }
    if (s->fd >= 0) {
        got = read_descriptor(s, to, room);
    } else {
        got = s->memory.len < room ? s->memory.len : room;
        if (got) {
            memcpy(to, s->memory.data, got);
            s->memory = pp_str_sub(s->memory, got, s->memory.len);
        }
        s->raw_end = got == 0;
    }
    s->raw_read += got;
    return got;
}

/* True if more compressed bytes stand ready. */
static bool refill_gzip(struct pp_source *s)
{
    if (s->gzip->avail_in == 0) {
        s->gzip->next_in = (Bytef *)s->raw;
        s->gzip->avail_in = (uInt)read_raw(s, s->raw, RAW_CHUNK);
    }
    return s->gzip->avail_in > 0;
}

/* After a member: another one follows, or the end, or padding that gzip(1) ignores too. */
static void end_member(struct pp_source *s)
{
    if (refill_gzip(s) && s->gzip->next_in[0] == 0x1f) {
        inflateReset(s->gzip);
    } else {
        s->gzip_done = true;
    }
}

static size_t read_gzip(struct pp_source *s, char *to, size_t room)
{
    s->gzip->next_out = (Bytef *)to;
    s->gzip->avail_out = (uInt)room;
    while (s->gzip->avail_out == room && !s->gzip_done && s->error.status == PP_OK) {
        if (!refill_gzip(s)) {
            pp_fail(&s->error, PP_SYNTAX, pp_at_offset(s->produced), "the gzip data is cut short");
            break;
        }
        int status = inflate(s->gzip, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            end_member(s);
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            uint64_t at = s->produced + (room - s->gzip->avail_out);
            pp_fail(&s->error, PP_SYNTAX, pp_at_offset(at), "the gzip data is damaged: %s",
                    s->gzip->msg ? s->gzip->msg : "unexpected data");
        }
    }
    return room - s->gzip->avail_out;
}

/* Decompressed bytes, counted against the limit. */
static size_t read_bytes(struct pp_source *s, char *to, size_t room)
{
    size_t got = s->gzip ? read_gzip(s, to, room) : read_raw(s, to, room);
    s->produced += got;
    if (s->produced > s->max_input && s->error.status == PP_OK) {
        pp_fail(&s->error, PP_LIMIT, pp_at_offset(s->max_input), "the input is larger than --max-input (%llu bytes)",
                (unsigned long long)s->max_input);
        got -= (size_t)(s->produced - s->max_input) < got ? (size_t)(s->produced - s->max_input) : got;
    }
    if (s->progress && s->produced >= s->next_progress) {
        s->next_progress = s->produced + PROGRESS_STEP;
        if (!s->progress(s->progress_context, s)) {
            pp_fail(&s->error, PP_IO, pp_at_offset(s->produced), "reading was given up");
            s->raw_end = true;
            got = 0;
        }
    }
    return got;
}

static void need_room(struct pp_source *s, size_t room)
{
    if (s->capacity - s->end >= room) {
        return;
    }
    if (s->start) {
        memmove(s->buffer, s->buffer + s->start, s->end - s->start);
        s->end -= s->start;
        s->start = 0;
    }
    if (s->capacity - s->end < room) {
        s->buffer = pp_grow(s->buffer, s->end + room, &s->capacity, 1);
    }
}

static uint32_t unit_at(const struct pp_source *s, const unsigned char *bytes)
{
    unsigned low = s->encoding == UTF16_LITTLE ? bytes[0] : bytes[1];
    unsigned high = s->encoding == UTF16_LITTLE ? bytes[1] : bytes[0];
    return high << 8 | low;
}

/* Appends one UTF-16 code point from `bytes` (at least 2) as UTF-8; returns the bytes used, 0 when the second half of a pair is missing. */
static size_t append_utf16(struct pp_source *s, const unsigned char *bytes, size_t count)
{
    uint32_t unit = unit_at(s, bytes);
    size_t used = 2;
    if (unit >= 0xd800 && unit < 0xdc00) {
        if (count < 4 && !s->at_end) {
            return 0;
        }
        uint32_t second = count >= 4 ? unit_at(s, bytes + 2) : 0;
        if (second >= 0xdc00 && second < 0xe000) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
            used = 4;
        } else {
            unit = 0xfffd;
        }
    } else if (unit >= 0xdc00 && unit < 0xe000) {
        unit = 0xfffd;
    }
    need_room(s, 4);
    s->end += pp_utf8_put(s->buffer + s->end, unit);
    return used;
}

static void append_decoded(struct pp_source *s, const unsigned char *bytes, size_t count)
{
    while (count >= 2) {
        size_t used = append_utf16(s, bytes, count);
        if (used == 0) {
            break;
        }
        bytes += used;
        count -= used;
    }
    memcpy(s->odd, bytes, count);
    s->odd_count = count;
}

static void fill_decoded(struct pp_source *s)
{
    unsigned char chunk[4096 + 4];
    memcpy(chunk, s->odd, s->odd_count);
    size_t got = read_bytes(s, (char *)chunk + s->odd_count, 4096);
    s->at_end = got == 0;
    append_decoded(s, chunk, s->odd_count + got);
    if (s->at_end && s->odd_count) {
        s->odd_count = 0;
        need_room(s, 4);
        s->end += pp_utf8_put(s->buffer + s->end, 0xfffd);
    }
}

static void fill(struct pp_source *s)
{
    if (s->encoding != PLAIN) {
        fill_decoded(s);
        return;
    }
    need_room(s, CHUNK);
    size_t got = read_bytes(s, s->buffer + s->end, s->capacity - s->end);
    s->end += got;
    s->at_end = got == 0 || s->error.status == PP_LIMIT;
}

static const char *window(const struct pp_source *s)
{
    return (s->in_place ? s->memory.data : s->buffer) + s->start;
}

struct pp_str pp_source_peek(struct pp_source *s, size_t want)
{
    while (s->end - s->start < want && !s->at_end) {
        fill(s);
    }
    return s->end == s->start ? (struct pp_str){"", 0} : (struct pp_str){window(s), s->end - s->start};
}

void pp_source_skip(struct pp_source *s, size_t count)
{
    size_t shown = s->end - s->start;
    count = count < shown ? count : shown;
    s->start += count;
    s->consumed += count;
}

bool pp_source_line(struct pp_source *s, struct pp_str *line)
{
    return pp_source_line_past(s, 0, line);
}

bool pp_source_line_past(struct pp_source *s, size_t known, struct pp_str *line)
{
    size_t scanned = known < s->end - s->start ? known : s->end - s->start;
    for (;;) {
        size_t shown = s->end - s->start;
        const char *from = shown ? window(s) : "";
        const char *found = shown > scanned ? memchr(from + scanned, '\n', shown - scanned) : NULL;
        if (found || (s->at_end && shown)) {
            size_t len = found ? (size_t)(found - from) : shown;
            s->line++;
            s->line_offset = s->consumed;
            pp_source_skip(s, found ? len + 1 : len);
            *line = (struct pp_str){from, len && from[len - 1] == '\r' ? len - 1 : len};
            return true;
        }
        if (s->at_end) {
            return false;
        }
        if (shown > PP_LIMIT_LINE) {
            s->line++;
            return pp_fail(&s->error, PP_LIMIT, pp_at_line(s->consumed, (uint32_t)s->line, 1),
                           "a line is longer than %llu bytes", (unsigned long long)PP_LIMIT_LINE);
        }
        scanned = shown;
        fill(s);
    }
}

void pp_source_skip_lines(struct pp_source *s, size_t bytes, uint64_t lines, size_t last)
{
    if (lines) {
        s->line += lines;
        s->line_offset = s->consumed + last;
    }
    pp_source_skip(s, bytes);
}

uint64_t pp_source_lines(const struct pp_source *s)
{
    return s->line;
}

void pp_source_text(struct pp_source *s)
{
    struct pp_str head = pp_source_peek(s, 3);
    if (pp_str_starts(head, PP_STR("\xef\xbb\xbf"))) {
        pp_source_skip(s, 3);
        return;
    }
    bool little = pp_str_starts(head, PP_STR("\xff\xfe"));
    if (!little && !pp_str_starts(head, PP_STR("\xfe\xff"))) {
        return;
    }
    pp_source_skip(s, 2);
    size_t count = s->end - s->start;
    unsigned char *seen = pp_calloc(count, 1);
    memcpy(seen, window(s), count);
    s->encoding = little ? UTF16_LITTLE : UTF16_BIG;
    bool ended = s->at_end || s->in_place;
    s->in_place = false;
    s->start = s->end = 0;
    s->at_end = false;
    s->raw_end = s->raw_end || (s->fd < 0 && ended);
    append_decoded(s, seen, count);
    pp_free(seen);
}

struct pp_where pp_source_where(const struct pp_source *s)
{
    if (s->line) {
        return pp_at_line(s->line_offset, s->line > UINT32_MAX ? UINT32_MAX : (uint32_t)s->line, 1);
    }
    return pp_at_offset(s->consumed);
}

bool pp_source_error(const struct pp_source *s, struct pp_error *err)
{
    if (s->error.status == PP_OK) {
        return false;
    }
    if (err && err->status == PP_OK) {
        *err = s->error;
    }
    return true;
}

bool pp_source_at_end(struct pp_source *s)
{
    return pp_source_peek(s, 1).len == 0 && s->error.status == PP_OK;
}

uint64_t pp_source_consumed(const struct pp_source *s)
{
    return s->consumed;
}

uint64_t pp_source_raw_consumed(const struct pp_source *s)
{
    return s->raw_read;
}

uint64_t pp_source_raw_size(const struct pp_source *s)
{
    return s->raw_size;
}

time_t pp_source_mtime(const struct pp_source *s)
{
    return s->mtime;
}

bool pp_source_gzipped(const struct pp_source *s)
{
    return s->gzipped;
}

void pp_source_on_progress(struct pp_source *s, bool (*call)(void *, const struct pp_source *), void *context)
{
    s->progress = call;
    s->progress_context = context;
    s->next_progress = s->produced + PROGRESS_STEP;
}

/* Looks at the first two bytes; gzip puts a stage between. The bytes read so far become its first input. */
static void detect_gzip(struct pp_source *s)
{
    struct pp_str head = pp_source_peek(s, 2);
    if (!pp_str_starts(head, PP_STR("\x1f\x8b"))) {
        return;
    }
    size_t have = head.len;
    s->raw = pp_calloc(1, have > RAW_CHUNK ? have : RAW_CHUNK);
    memcpy(s->raw, head.data, have);
    s->gzip = pp_calloc(1, sizeof *s->gzip);
    if (inflateInit2(s->gzip, 15 + 16) != Z_OK) {
        pp_memory_exhausted(0);
    }
    s->gzip->next_in = (Bytef *)s->raw;
    s->gzip->avail_in = (uInt)have;
    s->gzipped = true;
    s->start = s->end = 0;
    s->produced = 0;
    s->at_end = false;
}

static void examine_file(struct pp_source *s)
{
    struct stat st;
    if (fstat(s->fd, &st) != 0) {
        return;
    }
    if (S_ISDIR(st.st_mode)) {
        pp_fail_errno(&s->error, EISDIR, "cannot read");
    }
    if (S_ISREG(st.st_mode)) {
        s->mtime = st.st_mtime;
        s->raw_size = (uint64_t)st.st_size;
    }
}

struct pp_source *pp_source_open(const char *path, uint64_t max_input, struct pp_error *err)
{
    bool standard = !path || strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        pp_fail_errno(err, errno, "cannot open");
        return NULL;
    }
    struct pp_source *s = new_source(fd, max_input);
    s->close_fd = !standard;
    examine_file(s);
    if (s->error.status == PP_OK) {
        detect_gzip(s);
    }
    if (s->error.status != PP_OK && s->produced == 0) {
        pp_source_error(s, err);
        pp_source_close(s);
        return NULL;
    }
    return s;
}

struct pp_source *pp_source_memory(struct pp_str data, uint64_t max_input)
{
    struct pp_source *s = new_source(-1, max_input);
    s->memory = data;
    s->raw_size = data.len;
    if (pp_str_starts(data, PP_STR("\x1f\x8b"))) {
        detect_gzip(s);
        return s;
    }
    s->in_place = true;
    s->at_end = true;
    s->end = data.len;
    s->raw_read = s->produced = data.len;
    if (data.len > s->max_input) {
        s->end = (size_t)s->max_input;
        pp_fail(&s->error, PP_LIMIT, pp_at_offset(s->max_input), "the input is larger than --max-input (%llu bytes)",
                (unsigned long long)s->max_input);
    }
    return s;
}

void pp_source_close(struct pp_source *s)
{
    if (!s) {
        return;
    }
    if (s->close_fd) {
        (void)close(s->fd);
    }
    if (s->gzip) {
        inflateEnd(s->gzip);
        pp_free(s->gzip);
    }
    pp_free(s->raw);
    pp_free(s->buffer);
    pp_free(s);
}
