#!/usr/bin/env bash
# What no file of ours may do: forbidden.sh BUILD COMPILER. Comments and string literals are taken out before looking.
set -u
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/../.." || exit 2
product=(base model formats cli convert analyze render record)
failures=0 files=0

complain() { echo "$1"; failures=$((failures + 1)); }

# The code of a C file without comments and the contents of literals, lines kept.
code_of() {
    perl -0777 -pe '
        s{("(?:\\.|[^"\\\n])*")|(\x27(?:\\.|[^\x27\\\n])*\x27)|(/\*.*?\*/)|(//[^\n]*)}
         {defined $1 ? "\"\"" : defined $2 ? "0" : do { my $c = defined $3 ? $3 : $4; $c =~ tr/\n//cd; $c }}gse' "$1"
}

look() { # FILE PATTERN WHY
    local hits
    hits=$(grep -nE -- "$2" <<<"$code" | head -3)
    [ -z "$hits" ] || complain "$1: $3: $(head -1 <<<"$hits")"
}

while IFS= read -r file; do
    files=$((files + 1))
    code=$(code_of "$file")
    folder=${file%%/*}
    look "$file" '\b(strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|strtok|gets|strncpy|strncat|alloca)[[:space:]]*\(' "a call that is forbidden everywhere"
    # The line editor's interface gives and takes memory of malloc's: the browser may not use ours for it.
    [ "$folder" = base ] || [ "$file" = analyze/browse.c ] || look "$file" '\b(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf|getline)[[:space:]]*\(' "memory is base's business"
    if [ "$folder" != cli ]; then
        look "$file" '\b(exit|_exit|_Exit|quick_exit)[[:space:]]*\(' "only cli/ exits"
        look "$file" '\b(printf|puts|putchar|perror|vprintf)[[:space:]]*\(' "only cli/ prints"
        look "$file" '\bf(printf|puts|putc)[[:space:]]*\([[:space:]]*(stderr|stdout)|\b(stderr|stdout)\b' "only cli/ prints"
    fi
    lines=$(wc -l <"$file")
    if [ "$lines" -gt 500 ] && ! head -12 "$file" | grep -qi 'over 500 lines\|more than 500 lines\|long because'; then
        complain "$file: $lines lines; over 500 needs the reason at the top (\"Over 500 lines because ...\")"
    fi
done < <(find "${product[@]}" -name '*.[ch]' 2>/dev/null | sort)

for name in utils util misc common helpers helper; do
    find . -path ./build -prune -o -path ./.git -prune -o \( -name "$name" -o -name "$name.[ch]" -o -name "*_$name.[ch]" \) -print | while read -r found; do
        echo "$found: nothing is called \"$name\""
    done
done | grep . && failures=$((failures + 1))

# No mutable globals outside cli/: base keeps two (the out-of-memory handler, the hash's seed). Sanitizers add data of their own.
if [ -n "${PP_SANITIZE:-}" ]; then
    echo "globals: not looked at in a sanitized build"
else
    # Objects in .data and .bss are mutable; tables of pointers to constants stand in .data.rel.ro.
    for library in $(find "$build" -name 'libpp_*.a' ! -name libpp_cli.a | sort); do
        objdump -t "$library" 2>/dev/null | awk -v lib="${library##*/}" '
            / file format /{ object = $1 }
            $3 == "O" && ($4 ~ /^\.(data|bss)(\.[^r].*)?$/) || $4 == "*COM*" { print lib " " object " " $NF }
            $2 == "O" && ($3 ~ /^\.(data|bss)$/) { print lib " " object " " $NF }' |
            grep -vE ' (on_oom|seed)(\.[0-9]+)?$'
    done >"$build/mutable-globals"
    if [ -s "$build/mutable-globals" ]; then
        complain "mutable globals outside cli/:"
        head "$build/mutable-globals"
    fi
fi
echo "forbidden: $files files, $failures wrong"
[ $failures -eq 0 ] && [ $files -gt 0 ]
