#!/usr/bin/env bash
# bench/record.sh BIN [OPTION]...: measures recorders side by side and rewrites the tables of docs/benchmarks-recorder.md. Options go to bench/record.py (--help).
# PY_SPY and AUSTIN name those programs; else they are taken from PATH, else installed by pip into a folder of the user's cache. PROFPIPE_PYTHONS names Pythons.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(cd "$1" && pwd)
shift
peers=${XDG_CACHE_HOME:-$HOME/.cache}/profpipe-bench
install_peer() { # PROGRAM PACKAGE
    command -v "$1" && return
    [ -x "$peers/bin/python3" ] || python3 -m venv "$peers" >&2 || return 0
    [ -x "$peers/bin/$1" ] || "$peers/bin/python3" -m pip install --quiet --disable-pip-version-check "$2" >&2 || return 0
    ! [ -x "$peers/bin/$1" ] || echo "$peers/bin/$1"
}
export PY_SPY=${PY_SPY:-$(install_peer py-spy py-spy)}
export AUSTIN=${AUSTIN:-$(install_peer austin austin-dist)}
exec python3 bench/record.py "$bin" docs/benchmarks-recorder.md "$@"
