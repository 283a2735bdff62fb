#!/usr/bin/env bash
# Docs that name what does not exist are wrong: every `path/with/slash` and every `pp_symbol` in backticks in our Markdown must be in the tree.
set -u
cd "$(dirname "$0")/../.." || exit 2
failures=0 seen=0
complain() { echo "$1"; failures=$((failures + 1)); }

for page in README.md CONTRIBUTING.md CHANGELOG.md LICENSE docs/architecture.md docs/model.md docs/cli-conventions.md docs/adding-a-format.md docs/adding-a-tool.md; do
    [ -s "$page" ] || complain "$page is missing"
done

symbols=$(mktemp)
trap 'rm -f "$symbols"' EXIT
grep -rhoE '\b(pp|cli|PP|CLI)_[A-Za-z0-9_]+' --include='*.[ch]' --include='*.txt' --include='*.cmake' --include='*.def' --include='*.json' \
    base model formats cli convert analyze render record cmake tests CMakeLists.txt CMakePresets.json 2>/dev/null | sort -u >"$symbols"

folders='base|model|formats|cli|convert|analyze|render|record|tests|bench|docs|examples|cmake|\.ci'
while IFS=: read -r page line word; do
    seen=$((seen + 1))
    word=${word#\`} word=${word%\`}
    case $word in
    *[\<\>\{\}…]* | *NAME* | *name.* | *CASE* | *TOOL* | *FORMAT* | *FILE* | *' '*) continue ;; # a pattern, not a path
    esac
    if [[ $word =~ ^\.?/?($folders)/ ]]; then
        found=$(compgen -G "${word#./}" | head -1)
        [ -n "$found" ] || complain "$page:$line: \`$word\` does not exist"
    elif [[ $word =~ ^(pp|cli)_[A-Za-z0-9_]+(\(\))?$ ]]; then
        grep -qxF "${word%()}" "$symbols" || complain "$page:$line: \`$word\` does not exist"
    fi
done < <(grep -noE '`[^`]+`' README.md CONTRIBUTING.md docs/*.md docs/formats/*.md tests/*/README.md bench/*.md examples/*.md 2>/dev/null)
echo "docs: $seen words in backticks, $failures wrong"
[ $failures -eq 0 ] && [ $seen -gt 0 ]
