#!/usr/bin/env bash
# bench/run.sh BIN [OPTION]...: makes the data, measures, rewrites the table of docs/benchmarks.md. Options go to bench/measure.py (--help).
# FLAMEGRAPH_PL names flamegraph.pl when it is not in PATH; inferno is installed by cargo into the build folder when there is a cargo and no inferno.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(cd "$1" && pwd)
shift
data=build/bench
mkdir -p "$data"
cc -O2 -o "$data/make_folded" bench/make_folded.c
cc -O2 -o "$data/timed" bench/timed.c

# A file is made once per version of its generator.
make() { # FILE GENERATOR COMMAND...
    local file=$data/$1 generator=$2
    shift 2
    if [ ! -s "$file" ] || [ "$generator" -nt "$file" ]; then
        echo "making $file"
        "$@" >"$file.part"
        mv "$file.part" "$file"
    fi
}

make large.prof bench/make_prof.py python3 bench/make_prof.py 200000 650000 1
make large_after.prof bench/make_prof.py python3 bench/make_prof.py 200000 650000 1 2
make small.prof bench/make_prof.py python3 bench/make_prof.py 150 420 1
if [ ! -s "$data/many.list" ] || [ bench/make_many.py -nt "$data/many.list" ]; then
    python3 bench/make_many.py "$data/many" 10000
    find "$PWD/$data/many" -name '*.prof' | sort >"$data/many.list"
fi
for order in sorted shuffled; do
    make "100k_$order.folded" bench/make_folded.c "$data/make_folded" 100000 300000000 $order long 1
    make "3m_$order.folded" bench/make_folded.c "$data/make_folded" 3000000 300000000 $order short 1
done
# The same stacks with other counts.
make 100k_after.folded bench/make_folded.c sed 's/[135]$/7/' "$data/100k_sorted.folded"
# About 20,000 distinct frames in the picture.
make graph.folded bench/make_folded.c "$data/make_folded" 2500 1 sorted long 1

inferno=$(command -v inferno-flamegraph || true)
if [ -z "$inferno" ] && command -v cargo >/dev/null; then
    [ -x "$data/inferno/bin/inferno-flamegraph" ] || cargo install --quiet --root "$data/inferno" inferno || true
    [ ! -x "$data/inferno/bin/inferno-flamegraph" ] || inferno=$PWD/$data/inferno/bin/inferno-flamegraph
fi
export INFERNO=$inferno FLAMEGRAPH_PL=${FLAMEGRAPH_PL:-$(command -v flamegraph.pl || true)}
python3 bench/measure.py "$bin" "$data" docs/benchmarks.md "$@"
if [ $# = 0 ]; then
    # 77: no Chromium here, and the page says so by keeping its table.
    python3 bench/browser.py "$bin" "$data/graph.folded" --page docs/benchmarks.md || [ $? = 77 ]
fi
