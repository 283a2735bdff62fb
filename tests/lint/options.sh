#!/usr/bin/env bash
# lint/options.sh BUILD: every option of the programs below stands in their manual page and in a golden case of theirs (tests/golden/NAME/*/cmd).
set -euo pipefail
cd "$(dirname "$0")/../.."
bin=$1/bin
wrong=0 seen=0

complain() {
    echo "$1"
    wrong=$((wrong + 1))
}

for tool in proffilter profmerge profstat profconv; do
    page=$(ls ./*/$tool.1)
    for option in $("$bin/$tool" --help=options | grep -oE -- '--[a-z0-9][a-z0-9-]*' | sort -u); do
        seen=$((seen + 1))
        grep -qE -- "Fl -${option#--}( |,|$)" "$page" || complain "$tool: $option is not in $page"
        grep -qhE -- "$tool .*$option([ =]|$)" tests/golden/"$tool"/*/cmd || complain "$tool: $option is in no golden case"
    done
done
echo "options: $seen options, $wrong wrong"
[ $wrong -eq 0 ] && [ $seen -gt 0 ]
