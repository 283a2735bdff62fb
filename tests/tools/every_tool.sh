#!/usr/bin/env bash
# What every program promises (docs/cli-conventions.md), asked of one: every_tool.sh BIN TOOL FOLDER
set -u
bin=$1 tool=$2 folder=$3
export PATH="$bin:$PATH" LC_ALL=C TZ=UTC
unset NO_COLOR COLUMNS
program=$bin/$tool
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0 checks=0

verdict() { # WHAT, then a condition already evaluated: $?
    local good=$?
    checks=$((checks + 1))
    if [ $good -ne 0 ]; then
        failures=$((failures + 1))
        echo "FAILED $tool: $1"
        head -c 400 err 2>/dev/null
    fi
}
# A profile that any program can read, made of the text format everyone writes by hand.
printf 'main;parse;scan 5\nmain;parse 2\nmain;write 3\n' >small.folded
# Programs that want two inputs say so in their synopsis.
if "$program" --help 2>/dev/null | grep -q '^Usage:.* BEFORE '; then inputs=(small.folded small.folded); else inputs=(small.folded); fi
# A converter wants to be told the format.
to=()
[ "$tool" = profconv ] && to=(--to pstat)
# Programs of two inputs get the bad one first and a good one after it.
other=()
[ ${#inputs[@]} -eq 2 ] && other=(small.folded)
# Standard input has no name, date and size, which a report may show.
same_body() { [ -s out ] && cmp -s <(grep -vE '^-$|small.folded|  size:' once) <(grep -vE '^-$|small.folded|  size:' out); }
run() { "$program" "${to[@]}" "$@" >out 2>err </dev/null; status=$?; }

reads=1; "$program" --help=options 2>/dev/null | grep -qx -- --from || reads=0
writes=1; "$program" --help=options 2>/dev/null | grep -qx -- --output || writes=0

run --help
[ $status -eq 0 ]; verdict "--help exits 0, not $status"
[ ! -s err ]; verdict "--help writes nothing to standard error"
[ "$(head -c 6 out)" = "Usage:" ]; verdict "--help begins with Usage:"
grep -q '^Examples:' out; verdict "--help has examples"
longest=$(awk '{ if (length($0) > m) m = length($0) } END { print m + 0 }' out)
[ "$longest" -le 80 ]; verdict "--help is at most 80 columns wide, not $longest"

run --version
[ $status -eq 0 ] && grep -Eqx "$tool \(profpipe\) [0-9]+\.[0-9]+\.[0-9]+" out; verdict "--version says \"$tool (profpipe) N.N.N\""

run --no-such-option-at-all
[ $status -eq 2 ]; verdict "an unknown option exits 2, not $status"
[ ! -s out ]; verdict "a usage error writes nothing to standard output"
grep -q "Try '$tool --help'" err; verdict "a usage error points to --help"
run --hepl
grep -q 'did you mean --help' err; verdict "a mistyped option is guessed"

for question in --help --version; do
    "$program" $question >/dev/full 2>err; [ $? -eq 2 ] && [ -s err ]; verdict "$question to a full device exits 2 and says so"
done

if [ $reads = 1 ]; then
    run no-such-file.prof "${other[@]}"
    [ $status -eq 2 ] && grep -q "^$tool: no-such-file.prof: " err; verdict "a missing file exits 2 ($status) and is named"
    mkdir -p folder
    run folder "${other[@]}"
    [ $status -eq 2 ] && grep -q folder err; verdict "a directory exits 2 ($status) and is named"
    : >empty
    run empty "${other[@]}"
    [ $status -eq 2 ] && [ -s err ]; verdict "an empty input exits 2 ($status)"
    run
    [ $status -eq 2 ]; verdict "an empty standard input exits 2 ($status)"
    head -c 3000 "$program" >machine-code
    run machine-code "${other[@]}"
    [ $status -eq 2 ] && [ "$(wc -l <err)" = 1 ]; verdict "what is no profile exits 2 ($status) with one error"
    run "${inputs[@]}"
    [ $status -eq 0 ] && [ -s out ]; verdict "a small profile is read ($status)"
    cp out once
    run "${inputs[@]}"
    cmp -s once out; verdict "the same input gives the same bytes"
    "$program" "${to[@]}" "${inputs[@]}" >/dev/full 2>err; [ $? -eq 2 ] && [ -s err ]; verdict "a full device exits 2 and says so"
    if [ ${#inputs[@]} -eq 1 ]; then
        "$program" "${to[@]}" <small.folded >out 2>err; same_body; verdict "standard input gives what the file gives"
        gzip -nc small.folded | "$program" "${to[@]}" - >out 2>err; same_body; verdict "gzip is undone, - is standard input"
    fi
    { "$program" --quiet "${to[@]}" "${inputs[@]}" 2>err; echo $? >code; } | true
    [ ! -s err ] && [ "$(cat code)" -le 1 ]; verdict "a closed pipe is a quiet end"
fi
if [ $reads = 1 ] && [ $writes = 1 ]; then
    run "${inputs[@]}" -o result
    [ $status -eq 0 ] && cmp -s once result && [ ! -s out ]; verdict "-o FILE gets what standard output would get"
    echo before >kept
    run empty "${other[@]}" -o kept
    [ $status -eq 2 ] && [ "$(cat kept)" = before ]; verdict "a failure leaves the -o file as it was"
    [ -z "$(ls | grep tmp)" ]; verdict "no temporary file is left"
    run "${inputs[@]}" -o no/such/folder/out
    [ $status -eq 2 ] && [ -s err ]; verdict "-o into a missing folder exits 2"
fi

manual=$folder/$tool.1
[ -f "$manual" ]; verdict "the manual page $tool.1 stands beside the program"
if [ -f "$manual" ]; then
    "$program" --help=options 2>/dev/null | LC_ALL=C sort -u >in-table
    # Options the manual documents: list items of the form  .It Fl o , Fl -output Ar FILE ; common options by their own items too.
    grep -E '^\.It .*Fl -' "$manual" | grep -oE 'Fl -[a-z0-9][a-z0-9-]*' | sed 's/^Fl -/--/' | LC_ALL=C sort -u >in-manual
    missing=$(comm -23 in-table in-manual | tr '\n' ' ') stale=$(comm -13 in-table in-manual | tr '\n' ' ')
    [ -z "$missing" ]; verdict "the manual has every option; missing: $missing"
    [ -z "$stale" ]; verdict "the manual has no option the program lacks: $stale"
    if command -v mandoc >/dev/null; then
        mandoc -Tlint -W warning "$manual" >lint 2>&1; verdict "mandoc -Tlint: $(head -3 lint)"
    fi
fi
echo "$tool: $checks checks, $failures failed"
[ $failures -eq 0 ] && [ $checks -gt 10 ]
