#!/usr/bin/env bash
# Golden cases: run.sh BIN [--update] [TOOL[/CASE]]...     (README.md says what a case is made of)
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$(cd "$1" && pwd) || exit 2
shift
update=no
if [ "${1:-}" = --update ]; then
    update=yes
    shift
fi
export PATH="$bin:$PATH" LC_ALL=C TZ=UTC TERM=dumb COLUMNS=80 SOURCE_DATE_EPOCH=1700000000
unset NO_COLOR CLICOLOR CLICOLOR_FORCE PAGER LESS LINES
export ASAN_OPTIONS=abort_on_error=0:exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ran=0 failed=0

# Runs a case in a fresh folder; the results are in $work/RUN.{stdout,stderr,status}.
run_case() { # CASE RUN
    rm -rf "$work/place"
    mkdir "$work/place"
    cp -RL "$1/." "$work/place/"
    ln -s "$root/tests/data" "$work/place/data"
    ln -s "$root/examples" "$work/place/examples"
    (cd "$work/place" && timeout 60 bash ./cmd >"$work/$2.stdout" 2>"$work/$2.stderr" </dev/null)
    echo $? >"$work/$2.status"
}

# What is expected of a part that has no file: nothing written, exit 0.
expected() { # CASE PART
    if [ -f "$1/$2" ]; then cat "$1/$2"; elif [ "$2" = status ]; then echo 0; fi
}

update_case() { # CASE
    for part in stdout stderr status; do
        if [ "$part" = status ] && [ "$(cat "$work/1.status")" = 0 ] || [ "$part" != status ] && [ ! -s "$work/1.$part" ]; then
            rm -f "$1/$part"
        else
            cp "$work/1.$part" "$1/$part"
        fi
    done
}

check_case() { # CASE
    local name=${1#"$here"/} good=yes
    run_case "$1" 1
    run_case "$1" 2
    ran=$((ran + 1))
    for part in stdout stderr status; do
        if ! cmp -s "$work/1.$part" "$work/2.$part"; then
            echo "FAILED $name: $part differs between two runs"
            good=no
        fi
    done
    [ $update = yes ] && [ $good = yes ] && update_case "$1"
    for part in stdout stderr status; do
        if ! expected "$1" $part | cmp -s - "$work/1.$part"; then
            echo "FAILED $name: $part"
            expected "$1" $part | diff -a -u --label expected --label found - "$work/1.$part" | head -40
            good=no
        fi
    done
    [ $good = yes ] || failed=$((failed + 1))
}

[ $# -gt 0 ] || set -- $(cd "$here" && ls -d */ | tr -d /)
for wanted in "$@"; do
    if [ -f "$here/$wanted/cmd" ]; then
        check_case "$here/$wanted"
        continue
    fi
    for case in "$here/$wanted"/*/; do
        [ -f "$case/cmd" ] && check_case "${case%/}"
    done
done
echo "$ran cases, $failed failed"
[ $failed -eq 0 ] && [ $ran -gt 0 ]
