#include "base/error.h"

#include <stdio.h>
#include <string.h>

bool pp_vfail(struct pp_error *err, enum pp_status status, struct pp_where where, const char *format, va_list args)
{
    if (err && err->status == PP_OK) {
        err->status = status;
        err->where = where;
        err->sys_errno = 0;
        vsnprintf(err->message, sizeof err->message, format, args);
    }
    return false;
}

bool pp_fail(struct pp_error *err, enum pp_status status, struct pp_where where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pp_vfail(err, status, where, format, args);
    va_end(args);
    return false;
}

bool pp_fail_errno(struct pp_error *err, int sys_errno, const char *what)
{
    if (err && err->status == PP_OK) {
        pp_fail(err, PP_IO, pp_nowhere(), "%s: %s", what, strerror(sys_errno));
        err->sys_errno = sys_errno;
    }
    return false;
}

struct pp_where pp_nowhere(void)
{
    return (struct pp_where){0};
}

struct pp_where pp_at_offset(uint64_t offset)
{
    return (struct pp_where){.offset = offset, .known = true};
}

struct pp_where pp_at_line(uint64_t offset, uint32_t line, uint32_t column)
{
    return (struct pp_where){offset, line, column, true};
}

void pp_report_note_many(struct pp_report *report, const char *kind, uint64_t times, struct pp_where where)
{
    if (!report || times == 0) {
        return;
    }
    for (unsigned i = 0; i < report->count; i++) {
        if (strcmp(report->entries[i].kind, kind) == 0) {
            report->entries[i].count += times;
            return;
        }
    }
    if (report->count == PP_REPORT_KINDS) {
        report->unlisted += times;
        return;
    }
    report->entries[report->count++] = (struct pp_report_entry){kind, times, where};
}

void pp_report_note(struct pp_report *report, const char *kind, struct pp_where where)
{
    pp_report_note_many(report, kind, 1, where);
}
