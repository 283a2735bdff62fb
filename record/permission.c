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
    /* /proc/sys is the same under every process: take the entry of init's parent, "/proc/self/../sys". */
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

bool permission_explain(pid_t pid, int sys_errno, struct pp_error *err)
{
    char path[32];
    struct stat st;
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    bool other = stat(path, &st) == 0 && st.st_uid != geteuid();
    uint64_t scope = yama_scope();
    if (sys_errno == ENOSYS) {
        return pp_fail(
            err, PP_UNSUPPORTED, pp_nowhere(),
            "this kernel or its seccomp filter has no process_vm_readv; in a container add --cap-add SYS_PTRACE");
    }
    if (in_container() && !may_trace()) {
        return pp_fail(
            err, PP_USAGE, pp_nowhere(),
            "no permission to read process %d: this container lacks SYS_PTRACE; start it with --cap-add SYS_PTRACE",
            (int)pid);
    }
    if (other && geteuid() != 0) {
        return pp_fail(err, PP_USAGE, pp_nowhere(),
                       "no permission to read process %d: it belongs to user %u; run profrec as that user or with sudo",
                       (int)pid, (unsigned)st.st_uid);
    }
    if (scope > 0 && !may_trace()) {
        return pp_fail(err, PP_USAGE, pp_nowhere(),
                       "no permission to read process %d: kernel.yama.ptrace_scope is %d; run profrec with sudo, or "
                       "start the program with \"profrec -- COMMAND\"",
                       (int)pid, (int)scope);
    }
    return pp_fail(err, PP_USAGE, pp_nowhere(), "no permission to read process %d; run profrec with sudo", (int)pid);
}
