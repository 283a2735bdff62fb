#include "record/permission.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/number.h"
#include "record/process.h"

/* Bit 19 of the effective capabilities. */
enum { CAPABILITY_PTRACE = 19 };

static bool may_trace(void)
{
    struct pp_arena arena = {0};
    struct pp_str status = process_file(&arena, getpid(), "status");
    size_t at = pp_str_search(status, PP_STR("CapEff:\t"));
    struct pp_str hex = pp_str_cut(pp_str_sub(status, at + 8, SIZE_MAX), '\n').head;
    unsigned long long bits = 0;
    for (size_t i = 0; i < hex.len; i++) {
        char c = hex.data[i];
        bits = bits << 4 | (unsigned long long)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    pp_arena_free(&arena);
    return bits >> CAPABILITY_PTRACE & 1;
}

/* 0 where the kernel has no such setting. */
static uint64_t yama_scope(void)
{
    struct pp_arena arena = {0};
    uint64_t scope = 0;
    /* "/proc/PID/../sys" */
    struct pp_str text = pp_str_trim(process_file(&arena, getpid(), "../sys/kernel/yama/ptrace_scope"));
    if (!pp_parse_u64(text, &scope)) {
        scope = 0;
    }
    pp_arena_free(&arena);
    return scope;
}

static bool in_container(void)
{
    struct stat st;
    struct pp_arena arena = {0};
    struct pp_str groups = process_file(&arena, 1, "cgroup");
    bool named = pp_str_search(groups, PP_STR("docker")) < groups.len ||
                 pp_str_search(groups, PP_STR("kubepods")) < groups.len ||
                 pp_str_search(groups, PP_STR("containerd")) < groups.len;
    pp_arena_free(&arena);
    return named || stat("/.dockerenv", &st) == 0 || stat("/run/.containerenv", &st) == 0;
}

bool permission_say(const struct permission_facts *f, struct pp_error *err)
{
    int pid = (int)f->pid;
    if (f->sys_errno == ENOSYS) {
        return pp_fail(
            err, PP_UNSUPPORTED, pp_nowhere(),
            "this kernel or its seccomp filter has no process_vm_readv; in a container add --cap-add SYS_PTRACE");
    }
    if (f->other_user && !f->may_trace) {
        return pp_fail(
            err, PP_USAGE, pp_nowhere(),
            "no permission to read process %d: it belongs to user %u; run profrec as that user or with sudo%s", pid,
            f->owner, f->in_container ? " (in a container that has SYS_PTRACE: --cap-add SYS_PTRACE)" : "");
    }
    if (f->in_container && !f->may_trace) {
        return pp_fail(err, PP_USAGE, pp_nowhere(),
                       "no permission to read process %d: this container lacks SYS_PTRACE; start it with --cap-add "
                       "SYS_PTRACE, or run profrec on the host with sudo",
                       pid);
    }
    if (f->yama_scope >= 3) {
        return pp_fail(
            err, PP_USAGE, pp_nowhere(),
            "no permission to read process %d: kernel.yama.ptrace_scope is %u, which forbids it to everybody "
            "until the system is started anew",
            pid, f->yama_scope);
    }
    if (f->yama_scope > 0 && !f->may_trace) {
        return pp_fail(err, PP_USAGE, pp_nowhere(),
                       "no permission to read process %d: kernel.yama.ptrace_scope is %u; run profrec with sudo%s", pid,
                       f->yama_scope, f->yama_scope == 1 ? ", or start the program with \"profrec -- COMMAND\"" : "");
    }
    if (f->may_trace) {
        return pp_fail(err, PP_USAGE, pp_nowhere(),
                       "no permission to read process %d, though profrec may trace others: a seccomp filter, AppArmor, "
                       "SELinux or another user namespace forbids it; run profrec outside of that, on the host",
                       pid);
    }
    return pp_fail(err, PP_USAGE, pp_nowhere(), "no permission to read process %d; run profrec with sudo", pid);
}

bool permission_explain(pid_t pid, int sys_errno, struct pp_error *err)
{
    char path[32];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    bool known = stat(path, &st) == 0;
    struct permission_facts facts = {
        .pid = pid,
        .sys_errno = sys_errno,
        .other_user = known && st.st_uid != geteuid(),
        .owner = known ? (unsigned)st.st_uid : 0,
        .may_trace = may_trace(),
        .in_container = in_container(),
        .yama_scope = (unsigned)yama_scope(),
    };
    return permission_say(&facts, err);
}
