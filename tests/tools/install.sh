#!/usr/bin/env bash
# What `cmake --install` puts down works from there: install.sh BUILD TOOL...
set -u
build=$1
shift
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
failures=0
complain() { echo "FAILED install: $1"; failures=$((failures + 1)); }
cmake --install "$build" --prefix "$place" >"$place/log" 2>&1 || complain "$(tail -3 "$place/log")"
for tool in "$@"; do
    "$place/bin/$tool" --version >/dev/null || complain "$tool does not run"
    [ -f "$place/share/man/man1/$tool.1" ] || complain "$tool.1 is not installed"
done
printf 'main;parse 3\n' | "$place/bin/folded2pstat" | "$place/bin/pstat2folded" | grep -q '^main;parse ' ||
    complain "the converters' names do not work"
for link in "$place"/bin/* "$place"/share/man/man1/*; do
    [ -e "$link" ] || complain "$link leads nowhere"
done
echo "install: $# programs, $(find "$place/bin" -type l | wc -l) links, $failures failed"
[ $failures -eq 0 ] && [ $# -gt 0 ]
