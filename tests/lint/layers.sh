#!/usr/bin/env bash
# One direction of dependency: a file may include only from its own folder and those left of it.
#     base <- model <- formats <- cli <- {convert, analyze, render, record}
# and one step sideways: profdiff --to svg draws through render.
set -u
cd "$(dirname "$0")/../.." || exit 2
declare -A may=(
    [base]="base"
    [model]="base model"
    [formats]="base model formats"
    [cli]="base model formats cli"
    [convert]="base model formats cli convert"
    [analyze]="base model formats cli analyze render"
    [render]="base model formats cli render"
    [record]="base model formats cli record"
)
failures=0 seen=0
for folder in "${!may[@]}"; do
    while IFS=: read -r file line text; do
        seen=$((seen + 1))
        included=$(sed -E 's/.*"([^"]*)".*/\1/' <<<"$text")
        case $included in
        */*) from=${included%%/*} ;;
        *) from=$folder ;; # a file of the same folder, or of formats.def's kind
        esac
        if ! grep -qw -- "$from" <<<"${may[$folder]}"; then
            echo "$file:$line: $folder/ may not include \"$included\""
            failures=$((failures + 1))
        fi
    done < <(grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]+"' -r "$folder" --include='*.c' --include='*.h' 2>/dev/null)
done
echo "layers: $seen includes, $failures wrong"
[ $failures -eq 0 ] && [ $seen -gt 0 ]
