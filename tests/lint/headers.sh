#!/usr/bin/env bash
# Each header compiles alone, has its guard, and each .c that has a header of its own includes it first: headers.sh BUILD COMPILER
set -u
compiler=$2
cd "$(dirname "$0")/../.." || exit 2
failures=0 seen=0
object=$(mktemp)
trap 'rm -f "$object"' EXIT
for header in $(find base model formats cli convert analyze render record -name '*.h' 2>/dev/null | sort); do
    seen=$((seen + 1))
    if ! printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
        "$compiler" -std=c17 -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L -I. $(pkg-config --cflags libxml-2.0 2>/dev/null) \
            -fsyntax-only -x c - 2>"$object"; then
        echo "$header does not stand alone: $(head -2 "$object")"
        failures=$((failures + 1))
    fi
    guard="PP_$(tr 'a-z/.-' 'A-Z___' <<<"$header")"
    grep -qE "^#ifndef PP_[A-Z0-9_]+_H$" "$header" || {
        echo "$header: no include guard such as $guard"
        failures=$((failures + 1))
    }
    source=${header%.h}.c
    if [ -f "$source" ]; then
        first=$(grep -m1 -E '^#include' "$source")
        case $first in
        *"\"$header\""* | *"\"${header##*/}\""*) ;;
        *)
            echo "$source: its own header comes first, found: $first"
            failures=$((failures + 1))
            ;;
        esac
    fi
done
echo "headers: $seen headers, $failures wrong"
[ $failures -eq 0 ] && [ $seen -gt 0 ]
